//! Which groups serve peerings.

use std::collections::{BTreeMap, BTreeSet};

use crate::facts::{Context, Form, GatewayAgent, GatewayPeering};
use crate::finding::Evidence;
use crate::model::gateway::PeeringSpec;

/// The peerings of a group: how many, and one of them.
#[derive(Debug, Clone)]
pub(super) struct Served {
    /// Names.
    pub(super) peerings: Vec<String>,
    /// Where the first names the group.
    pub(super) evidence: Evidence,
}

impl Served {
    /// `peering a--b`, `3 peerings (a--b, …)`.
    pub(super) fn words(&self) -> String {
        match self.peerings.as_slice() {
            [one] => format!("peering {one}"),
            [first, ..] => format!("{} peerings ({first}, …)", self.peerings.len()),
            [] => "no peering".to_owned(),
        }
    }
}

/// Groups that peerings name, from the GatewayPeerings; where none is captured from their copies in the agents.
pub(super) fn served(cx: &Context<'_>) -> BTreeMap<String, Served> {
    let mut groups: BTreeMap<String, Served> = BTreeMap::new();
    let mut add = |group: &str, peering: &str, evidence: &dyn Fn() -> Evidence| {
        let entry =
            groups.entry(group.to_owned()).or_insert_with(|| Served { peerings: Vec::new(), evidence: evidence() });
        if entry.peerings.last().is_none_or(|last| last != peering) {
            entry.peerings.push(peering.to_owned());
        }
    };
    let peerings = cx.list::<GatewayPeering>();
    for peering in peerings {
        let route = ["spec", "gatewayGroup"];
        let stated = peering.at(&route).is_some();
        // Tables of some releases do not print the group.
        if !stated && peering.raw.form == Form::Table {
            continue;
        }
        add(peering.spec.group(), peering.name(), &|| match stated {
            true => peering.evidence(&route, "group that serves the peering"),
            false => peering.name_evidence("peering without a group: served by group default"),
        });
    }
    if peerings.is_empty() {
        for agent in cx.list::<GatewayAgent>() {
            for (name, spec) in &agent.spec.peerings {
                let route = ["spec", "peerings", name, "gatewayGroup"];
                add(spec.group(), name, &|| agent.evidence(&route, "group that serves the peering"));
            }
        }
        for served in groups.values_mut() {
            served.peerings.sort();
            served.peerings.dedup();
        }
    }
    groups
}

/// Groups that serve the peerings between two VPCs; the two in alphabetical order.
pub(super) fn groups_of_pairs(cx: &Context<'_>) -> BTreeMap<(String, String), BTreeSet<String>> {
    let mut pairs: BTreeMap<(String, String), BTreeSet<String>> = BTreeMap::new();
    let mut add = |spec: &PeeringSpec| {
        // The sides of the map are in order already.
        let mut sides = spec.peering.keys();
        if let (Some(a), Some(b)) = (sides.next(), sides.next()) {
            pairs.entry((a.clone(), b.clone())).or_default().insert(spec.group().to_owned());
        }
    };
    let peerings = cx.list::<GatewayPeering>();
    peerings.iter().for_each(|peering| add(&peering.spec));
    if peerings.is_empty() {
        cx.list::<GatewayAgent>().iter().flat_map(|agent| agent.spec.peerings.values()).for_each(add);
    }
    pairs
}
