//! The peerings of a gateway, by the VPCs that they join.

use std::collections::BTreeMap;

use crate::facts::{Context, GatewayPeering, Gw};
use crate::finding::{Evidence, Subject};
use crate::model::gateway::PeeringSpec;
use crate::validate::expose::{Mode, View, agent_subnet, resolve};
use crate::validate::prefix::Ranges;

/// One peering, seen from one side.
#[derive(Debug, Clone, Copy)]
pub(super) struct Direction<'b> {
    /// GatewayPeering.
    pub(super) peering: &'b str,
    /// Its spec, as the gateway got it.
    pub(super) spec: &'b PeeringSpec,
    /// The side where packets come from.
    pub(super) from: &'b str,
    /// The other side.
    pub(super) to: &'b str,
}

/// Both directions of all peerings that a gateway was told; of all that exist where its spec was not captured.
#[derive(Debug)]
pub(super) struct Peerings<'b> {
    directions: BTreeMap<(&'b str, &'b str), Direction<'b>>,
}

impl<'b> Peerings<'b> {
    pub(super) fn of(gateway: &Gw<'_, 'b>) -> Self {
        let told = gateway.agent().filter(|agent| agent.at(&["spec"]).is_some());
        let mut directions = BTreeMap::new();
        let mut add = |peering: &'b str, spec: &'b PeeringSpec| {
            let sides: Vec<&str> = spec.peering.keys().map(String::as_str).collect();
            if let [a, b] = sides.as_slice() {
                for (from, to) in [(*a, *b), (*b, *a)] {
                    directions.entry((from, to)).or_insert(Direction { peering, spec, from, to });
                }
            }
        };
        match told {
            Some(agent) => agent.spec.peerings.iter().for_each(|(name, spec)| add(name, spec)),
            None => gateway.cx().list::<GatewayPeering>().iter().for_each(|object| add(object.name(), &object.spec)),
        }
        Self { directions }
    }

    /// True if no peering is known.
    pub(super) fn is_empty(&self) -> bool {
        self.directions.is_empty()
    }

    /// The direction from one VPC to another.
    pub(super) fn between(&self, from: &str, to: &str) -> Option<Direction<'b>> {
        self.directions.get(&(from, to)).copied()
    }

    /// All directions, by from and to.
    pub(super) fn iter(&self) -> impl Iterator<Item = Direction<'b>> {
        self.directions.values().copied()
    }

    /// Directions whose source is masqueraded.
    pub(super) fn masqueraded(&self) -> impl Iterator<Item = Direction<'b>> {
        self.iter().filter(|direction| direction.sources(Mode::Masquerade))
    }

    /// The first VPC that this one is peered with.
    pub(super) fn any_from(&self, from: &str) -> Option<Direction<'b>> {
        self.directions.range((from, "")..).next().map(|(_, direction)| *direction).filter(|found| found.from == from)
    }
}

impl<'b> Direction<'b> {
    /// True if a side exposes something with this translation.
    fn side_has(spec: &PeeringSpec, vpc: &str, mode: Mode) -> bool {
        spec.peering.get(vpc).is_some_and(|side| side.expose.iter().any(|expose| Mode::of(expose) == Ok(mode)))
    }

    /// True if the source exposes something with this translation.
    pub(super) fn sources(&self, mode: Mode) -> bool {
        Self::side_has(self.spec, self.from, mode)
    }

    /// True if the destination exposes something with this translation.
    pub(super) fn reaches(&self, mode: Mode) -> bool {
        Self::side_has(self.spec, self.to, mode)
    }

    /// What the source masquerades.
    pub(super) fn masquerade_views(&self, gateway: &Gw<'_, 'b>) -> Vec<View<'b>> {
        let vpcs = gateway.agent().map(|agent| &agent.spec.vpcs);
        let vpc = vpcs.and_then(|vpcs| vpcs.get(self.from));
        let exposes = self.spec.peering.get(self.from).into_iter().flat_map(|side| side.expose.iter().enumerate());
        exposes
            .filter(|(_, expose)| Mode::of(expose) == Ok(Mode::Masquerade))
            .flat_map(|(index, expose)| resolve(self.from, index, expose, &|name| agent_subnet(vpc, name)).0)
            .collect()
    }

    /// Private addresses that the source masquerades.
    pub(super) fn private(&self, gateway: &Gw<'_, 'b>) -> Ranges {
        Ranges::union(self.masquerade_views(gateway).iter().map(|view| &view.private.effective))
    }

    /// The GatewayPeering as a subject, captured or not.
    pub(super) fn subject(&self, cx: &Context<'_>) -> Subject {
        match cx.find::<GatewayPeering>(self.peering) {
            Some(object) => object.subject(),
            None => {
                Subject::new("GatewayPeering", if cx.is_25_05_namespace() { "fab" } else { "default" }, self.peering)
            }
        }
    }

    /// Evidence in the GatewayPeering, else in the copy that the gateway got. `route` starts below `spec`.
    pub(super) fn evidence(&self, gateway: &Gw<'_, 'b>, route: &[String], note: &str) -> Option<Evidence> {
        let below = |head: &[&str]| -> Vec<String> {
            head.iter().map(|step| (*step).to_owned()).chain(route.iter().cloned()).collect()
        };
        let own = below(&["spec"]);
        if let Some(object) =
            gateway.cx().find::<GatewayPeering>(self.peering).filter(|object| object.at(&own).is_some())
        {
            return Some(object.evidence(&own, note));
        }
        let copy = below(&["spec", "peerings", self.peering]);
        let agent = gateway.agent().filter(|agent| agent.at(&copy).is_some())?;
        Some(agent.evidence(&copy, note))
    }
}

/// VPC names by VNI: of the gateway's spec and of its applied configuration.
pub(super) fn vpcs_by_vni<'b>(gateway: &Gw<'_, 'b>) -> BTreeMap<u32, &'b str> {
    let mut names = BTreeMap::new();
    let applied = gateway.show_tech().and_then(|tech| tech.value.vpcs.as_ref());
    for vpc in applied.into_iter().flatten() {
        names.insert(vpc.vni.value, vpc.name.value.as_str());
    }
    if let Some(agent) = gateway.agent() {
        names.extend(agent.spec.vpcs.iter().map(|(name, vpc)| (vpc.vni, name.as_str())));
    }
    names
}
