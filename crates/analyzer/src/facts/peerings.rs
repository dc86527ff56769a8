//! Peerings: their two sides, and which gateways run them (gateway reference 2.7, 8 Terms).

use std::collections::{BTreeMap, BTreeSet};

use super::{Context, Form, GatewayPeering, Gw, Object};
use crate::finding::{Evidence, Key};
use crate::model::gateway::PeeringSpec;

/// The sides of a peering in name order, where it has two: VPCs, or externals as `ext.<name>`.
#[must_use]
pub fn peering_sides(spec: &PeeringSpec) -> Option<(&str, &str)> {
    let mut sides = spec.peering.keys();
    match (sides.next(), sides.next(), sides.next()) {
        (Some(a), Some(b), None) => Some((a, b)),
        _ => None,
    }
}

/// The External behind a peering key `ext.<name>`.
#[must_use]
pub fn external_of(side: &str) -> Option<&str> {
    side.strip_prefix("ext.")
}

impl Object<GatewayPeering> {
    /// Its sides, where it has two.
    #[must_use]
    pub fn sides(&self) -> Option<(&str, &str)> {
        peering_sides(&self.spec)
    }

    /// Join keys: the peering and the VPCs of its sides.
    #[must_use]
    pub fn keys(&self) -> Vec<Key> {
        let mut keys = vec![Key::Peering(self.meta.name.clone())];
        keys.extend(self.spec.peering.keys().map(|vpc| Key::Vpc(vpc.clone())));
        keys
    }

    /// Evidence at a route below `spec`; maps and lists are pointed at by their key.
    #[must_use]
    pub fn spec_evidence(&self, route: &[String], note: impl Into<String>) -> Evidence {
        let mut whole = vec!["spec".to_owned()];
        whole.extend(route.iter().cloned());
        match self.at(&whole).and_then(|node| node.text()) {
            Some(_) => self.evidence(&whole, note),
            None => self.key_evidence(&whole, note),
        }
    }

    /// True if the whole spec is there: not a row of a table, nor (in a cut dump) an object that may end
    /// anywhere. Dumps write `status` behind `spec`.
    #[must_use]
    pub fn has_whole_spec(&self, truncated: bool) -> bool {
        self.raw.form == Form::Full && !(truncated && self.at(&["status"]).is_none())
    }
}

/// True if `a` was created after `b`; among equals, and where a time is missing, the later name is younger.
#[must_use]
pub fn is_younger<K: super::Kind>(a: &Object<K>, b: &Object<K>) -> bool {
    let created = |object: &Object<K>| object.meta.creation_timestamp.and_then(crate::model::Time::at);
    match (created(a), created(b)) {
        (Some(first), Some(second)) if first != second => first > second,
        _ => a.meta.name > b.meta.name,
    }
}

/// What a serving gateway does with a peering.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Running {
    /// Its dataplane runs it.
    Yes,
    /// It does not.
    No,
    /// The capture does not tell.
    Unknown,
}

/// The gateways that serve a peering, by what they do with it.
#[derive(Debug, Clone, Default)]
pub struct PeeringRun<'b> {
    /// Gateways whose dataplane runs it.
    pub running: Vec<&'b str>,
    /// Gateways whose dataplane does not.
    pub idle: Vec<&'b str>,
    /// Gateways of which the capture does not tell.
    pub unknown: Vec<&'b str>,
}

impl<'b> PeeringRun<'b> {
    /// True if the dataplane of at least one gateway runs it.
    #[must_use]
    pub fn is_run(&self) -> bool {
        !self.running.is_empty()
    }

    /// True if every serving gateway is known not to run it.
    #[must_use]
    pub fn is_run_by_nobody(&self) -> bool {
        self.running.is_empty() && self.unknown.is_empty()
    }

    /// All gateways that serve it.
    pub fn serving(&self) -> impl Iterator<Item = &'b str> {
        self.running.iter().chain(&self.idle).chain(&self.unknown).copied()
    }

    /// Join keys of both directions on every serving gateway, and of both sources.
    #[must_use]
    pub fn pair_keys(&self, sides: Option<(&str, &str)>) -> Vec<Key> {
        let Some((a, b)) = sides else { return Vec::new() };
        let mut keys = Vec::new();
        for gateway in self.serving() {
            for (from, to) in [(a, b), (b, a)] {
                keys.push(Key::Pair(gateway.to_owned(), from.to_owned(), to.to_owned()));
                keys.push(Key::SourceVpc(gateway.to_owned(), from.to_owned()));
            }
        }
        keys
    }
}

/// What one gateway runs.
#[derive(Debug)]
struct State<'b> {
    /// The newest generation is applied; none where that cannot be told.
    newest: Option<bool>,
    /// Peerings in the spec of its GatewayAgent; none where that is not captured.
    spec: Option<&'b BTreeMap<String, PeeringSpec>>,
    /// Peerings that `show tech` lists, and whether it lists all.
    listed: Option<(BTreeSet<&'b str>, bool)>,
}

/// Which gateways run which peering; made once per rule by [`Context::peering_runs`].
#[derive(Debug)]
pub struct PeeringRuns<'b> {
    members: BTreeMap<String, Vec<String>>,
    gateways: BTreeMap<&'b str, State<'b>>,
}

impl<'b> PeeringRuns<'b> {
    /// What a gateway does with a peering, whether it serves its group or not.
    #[must_use]
    pub fn on(&self, gateway: &str, peering: &str) -> Running {
        let Some(state) = self.gateways.get(gateway) else { return Running::Unknown };
        let in_spec = state.spec.map(|spec| spec.contains_key(peering));
        if in_spec == Some(true) && state.newest == Some(true) {
            return Running::Yes;
        }
        match &state.listed {
            Some((names, _)) if names.contains(peering) => Running::Yes,
            Some((_, true)) => Running::No,
            _ if in_spec == Some(false) && state.newest == Some(true) => Running::No,
            _ => Running::Unknown,
        }
    }

    /// Who serves a peering and who of them runs it. A gateway serves it as a member of its group.
    #[must_use]
    pub fn of(&self, peering: &str, spec: &PeeringSpec) -> PeeringRun<'b> {
        let mut run = PeeringRun::default();
        for member in self.members.get(spec.group()).into_iter().flatten() {
            let Some((gateway, _)) = self.gateways.get_key_value(member.as_str()) else { continue };
            match self.on(gateway, peering) {
                Running::Yes => run.running.push(gateway),
                Running::No => run.idle.push(gateway),
                Running::Unknown => run.unknown.push(gateway),
            }
        }
        run
    }
}

impl<'b> Context<'b> {
    /// Which gateways run which peering: one is run by a serving gateway if it is in the spec and the newest
    /// generation is applied, or if it is in the applied configuration of its `show tech`.
    ///
    /// Reads Gateways, GatewayAgents, Pods, Fabricator and ShowTech.
    #[must_use]
    pub fn peering_runs(&self) -> PeeringRuns<'b> {
        let members = self
            .groups()
            .iter()
            .map(|(group, members)| (group.clone(), members.iter().map(|member| member.gateway.clone()).collect()))
            .collect();
        let gateways = self.gateways().map(|gateway| (gateway.name(), state(&gateway))).collect();
        PeeringRuns { members, gateways }
    }
}

fn state<'b>(gateway: &Gw<'_, 'b>) -> State<'b> {
    let agent = gateway.agent();
    let whole = agent.filter(|agent| {
        let cut = gateway.cx().truncated() && agent.at(&["status", "lastAppliedGen"]).is_none();
        agent.raw.form == Form::Full && agent.at(&["spec"]).is_some() && !cut
    });
    let newest = agent.filter(|agent| agent.at(&["metadata", "generation"]).is_some()).and_then(|agent| {
        let applied = agent.status.last_applied_gen;
        if gateway.cx().truncated() && agent.at(&["status", "lastAppliedGen"]).is_none() {
            return None;
        }
        // The agent of 25.05 reports every generation as applied: there FRR's generation decides.
        let applied = if gateway.is_25_05() { agent.status.state.frr.last_applied_gen } else { applied };
        Some(applied == agent.meta.generation)
    });
    let listed = gateway.show_tech().map(|output| {
        let tech = &output.value;
        let vpcs = tech.vpcs.iter().flatten().flat_map(|vpc| &vpc.peerings).map(|peering| &peering.name);
        let detail = tech.peerings.iter().flatten().flat_map(|vpc| &vpc.peerings).map(|peering| &peering.name);
        let names: BTreeSet<&'b str> = vpcs.chain(detail).map(|name| name.value.as_str()).collect();
        (names, tech.vpcs.is_some() && tech.skipped.is_empty())
    });
    State { newest, spec: whole.map(|agent| &agent.spec.peerings), listed }
}

#[cfg(test)]
mod tests {
    use hh_worlds::World;

    use super::*;
    use crate::testing::with_facts;

    fn run(world: &World, peering: &str) -> (Vec<String>, Vec<String>, Vec<String>) {
        with_facts(world, |cx| {
            let object = cx.find::<GatewayPeering>(peering).expect("the peering");
            let run = cx.peering_runs().of(peering, &object.spec);
            let own = |list: Vec<&str>| list.into_iter().map(str::to_owned).collect::<Vec<_>>();
            (own(run.running), own(run.idle), own(run.unknown))
        })
    }

    fn names(list: &[&str]) -> Vec<String> {
        list.iter().map(|name| (*name).to_owned()).collect()
    }

    #[test]
    fn members_with_the_newest_generation_run_it() {
        let world = World::healthy().small();
        assert_eq!(run(&world, "vpc-01--vpc-03"), (names(&["gateway-1", "gateway-2"]), vec![], vec![]));
    }

    #[test]
    fn an_unapplied_generation_leaves_it_to_show_tech() {
        let lag = World::healthy().small().set("GatewayAgent/gateway-2", "/metadata/generation", 99);
        assert_eq!(run(&lag, "vpc-01--vpc-03").0, ["gateway-1", "gateway-2"]);
        let blind = lag.clone().without_insights();
        assert_eq!(run(&blind, "vpc-01--vpc-03"), (names(&["gateway-1"]), vec![], names(&["gateway-2"])));
        let title = "new--peering";
        let spec = lag.object("GatewayPeering/vpc-01--vpc-03")["spec"].clone();
        let more = lag.add(&format!(
            "apiVersion: gateway.githedgehog.com/v1alpha1\nkind: GatewayPeering\nmetadata: {{name: {title}, namespace: \
             default}}\nspec: {spec}\nstatus: {{}}\n"
        ));
        assert_eq!(run(&more, title), (vec![], names(&["gateway-1", "gateway-2"]), vec![]));
    }

    #[test]
    fn only_members_of_the_group_serve_it() {
        let world = World::healthy().small().set("GatewayPeering/vpc-01--vpc-03", "/spec/gatewayGroup", "other");
        assert_eq!(run(&world, "vpc-01--vpc-03"), (vec![], vec![], vec![]));
    }
}
