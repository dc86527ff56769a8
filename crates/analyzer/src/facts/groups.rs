//! Gateway groups: members, ranks, who is active (gateway reference 2.7).

use std::collections::{BTreeMap, BTreeSet};

use super::{Context, Form, Gateway, GatewayAgent, Gw, Object};
use crate::finding::{Evidence, Subject};
use crate::model::gateway::GatewaySpec;

/// A member of a group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Member {
    /// Gateway.
    pub gateway: String,
    /// Higher = preferred.
    pub priority: u32,
    /// VTEP address without mask.
    pub vtep_ip: String,
}

/// All groups, derived once per rule run.
#[derive(Debug, Default)]
pub(super) struct Groups {
    groups: BTreeMap<String, Vec<Member>>,
    /// Gateway to its groups and its rank in each.
    ranks: BTreeMap<String, Vec<(String, usize)>>,
    complete: bool,
    gateways: usize,
}

/// Where the groups of a gateway are read from.
#[derive(Debug, Clone, Copy)]
enum Origin<'b> {
    Gateway(&'b Object<Gateway>),
    /// The copy in the GatewayAgent.
    Copy(&'b Object<GatewayAgent>),
}

impl<'b> Origin<'b> {
    fn name(self) -> &'b str {
        match self {
            Self::Gateway(gateway) => gateway.name(),
            Self::Copy(agent) => agent.name(),
        }
    }

    fn spec(self) -> &'b GatewaySpec {
        match self {
            Self::Gateway(gateway) => &gateway.spec,
            Self::Copy(agent) => &agent.spec.gateway,
        }
    }

    fn evidence(self, below: &[&str], note: &str) -> Evidence {
        match self {
            Self::Gateway(gateway) => gateway.evidence(&[&["spec"], below].concat(), note),
            Self::Copy(agent) => agent.evidence(&[&["spec", "gateway"], below].concat(), note),
        }
    }
}

/// The Gateway's own groups can be told: an object without groups has none, but most tables do not print them.
fn tells_groups(gateway: &Object<Gateway>) -> bool {
    gateway.raw.form != Form::Table || gateway.at(&["spec", "groups"]).is_some()
}

/// The same of the copy in a GatewayAgent, which no table prints.
fn copies_groups(agent: &Object<GatewayAgent>) -> bool {
    agent.at(&["spec", "gateway"]).is_some_and(|node| node.get("asn").is_some() || node.get("groups").is_some())
}

impl<'b> Context<'b> {
    /// Members of every group in order of preference: higher priority first, of equal ones the first by name.
    /// From the Gateways; of those that are not captured from the copies in the GatewayAgents.
    #[must_use]
    pub fn groups(&self) -> &BTreeMap<String, Vec<Member>> {
        &self.group_facts().groups
    }

    /// Members of one group in order of preference; empty for an unknown group.
    #[must_use]
    pub fn group(&self, name: &str) -> &[Member] {
        self.groups().get(name).map_or(&[], Vec::as_slice)
    }

    /// True if every gateway and its groups are known: only then has a group no other member.
    #[must_use]
    pub fn groups_complete(&self) -> bool {
        self.group_facts().complete
    }

    /// How many gateways the groups were made of.
    #[must_use]
    pub fn group_gateways(&self) -> usize {
        self.group_facts().gateways
    }

    /// A group as a subject, captured or not.
    #[must_use]
    pub fn group_subject(&self, group: &str) -> Subject {
        Subject::new("GatewayGroup", if self.is_25_05_namespace() { "fab" } else { "default" }, group)
    }

    fn group_facts(&self) -> &Groups {
        self.groups.get_or_init(|| self.derive_groups())
    }

    fn derive_groups(&self) -> Groups {
        let (origins, complete) = self.origins();
        let everyone = self.is_25_05_namespace();
        let mut groups: BTreeMap<String, Vec<Member>> = BTreeMap::new();
        for origin in &origins {
            let spec = origin.spec();
            let mut add = |group: &str, priority: u32| {
                groups.entry(group.to_owned()).or_default().push(Member {
                    gateway: origin.name().to_owned(),
                    priority,
                    vtep_ip: spec.vtep_ip.split('/').next().unwrap_or(&spec.vtep_ip).to_owned(),
                });
            };
            // Without groups every gateway of 25.05 counts as a member; later the defaulter adds `default`.
            if spec.groups.is_empty() || everyone {
                add("default", 0);
                continue;
            }
            let mut seen = BTreeSet::new();
            for membership in spec.groups.iter().filter(|membership| seen.insert(&membership.name)) {
                add(&membership.name, membership.priority);
            }
        }
        let mut ranks: BTreeMap<String, Vec<(String, usize)>> = BTreeMap::new();
        for (group, members) in &mut groups {
            members.sort_by(|a, b| b.priority.cmp(&a.priority).then_with(|| a.gateway.cmp(&b.gateway)));
            for (rank, member) in members.iter().enumerate() {
                ranks.entry(member.gateway.clone()).or_default().push((group.clone(), rank));
            }
        }
        Groups { groups, ranks, complete, gateways: origins.len() }
    }

    /// Where the groups of each gateway are read from, and whether these are all gateways.
    fn origins(&self) -> (Vec<Origin<'b>>, bool) {
        let gateways = self.list::<Gateway>();
        let all_gateways = self.complete::<Gateway>();
        let mut names = BTreeSet::new();
        let mut origins = Vec::new();
        let mut unknown = 0_usize;
        for gateway in gateways {
            if !names.insert(gateway.name()) {
                continue;
            }
            if tells_groups(gateway) {
                origins.push(Origin::Gateway(gateway));
            } else if let Some(agent) = self.find::<GatewayAgent>(gateway.name()).filter(|agent| copies_groups(agent)) {
                origins.push(Origin::Copy(agent));
            } else {
                unknown = unknown.saturating_add(1);
            }
        }
        // A GatewayAgent whose Gateway is gone is no member any more.
        if !all_gateways {
            for agent in self.list::<GatewayAgent>().iter().filter(|agent| copies_groups(agent)) {
                if names.insert(agent.name()) {
                    origins.push(Origin::Copy(agent));
                }
            }
        }
        let all = all_gateways || (gateways.is_empty() && self.complete::<GatewayAgent>());
        (origins, all && unknown == 0)
    }

    fn origin(&self, gateway: &str) -> Option<Origin<'b>> {
        let object = self.find::<Gateway>(gateway).filter(|gateway| tells_groups(gateway)).map(Origin::Gateway);
        object.or_else(|| self.find::<GatewayAgent>(gateway).map(Origin::Copy))
    }

    /// Evidence of a gateway's membership in a group; of one without groups the absence of the list.
    #[must_use]
    pub fn membership_evidence(&self, gateway: &str, group: &str, note: &str) -> Option<Evidence> {
        self.membership_field(gateway, group, "name", note)
    }

    /// Evidence of a gateway's priority in a group; absent means 0.
    #[must_use]
    pub fn priority_evidence(&self, gateway: &str, group: &str, note: &str) -> Option<Evidence> {
        self.membership_field(gateway, group, "priority", note)
    }

    fn membership_field(&self, gateway: &str, group: &str, field: &str, note: &str) -> Option<Evidence> {
        let origin = self.origin(gateway)?;
        match origin.spec().groups.iter().position(|membership| membership.name == group) {
            Some(index) => {
                let index = index.to_string();
                let direct = origin.evidence(&["groups", &index, field], note);
                // A priority that is left out is shown at the membership itself.
                if direct.place.is_some() {
                    return Some(direct);
                }
                Some(origin.evidence(&["groups", &index, "name"], &format!("{note} (no {field} is set)")))
            }
            None => Some(origin.evidence(&["groups"], note)),
        }
    }
}

impl Gw<'_, '_> {
    /// Groups of this gateway with its rank in each (0 = preferred).
    #[must_use]
    pub fn groups(&self) -> Vec<(String, usize)> {
        self.cx.group_facts().ranks.get(self.name()).cloned().unwrap_or_default()
    }

    /// True if this gateway is the preferred member of the group.
    #[must_use]
    pub fn is_preferred_in(&self, group: &str) -> bool {
        self.cx.group(group).first().is_some_and(|member| member.gateway == self.name())
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::testing::with_facts_of_files;

    fn gateway(name: &str, groups: &str) -> String {
        format!(
            "- apiVersion: gateway.githedgehog.com/v1alpha1\n  kind: Gateway\n  metadata: {{name: {name}, namespace: \
             default}}\n  spec: {{asn: 65534, vtepIP: 172.30.12.2/32, groups: {groups}}}\n"
        )
    }

    fn agent(name: &str, groups: &str) -> String {
        format!(
            "- apiVersion: gwint.githedgehog.com/v1alpha1\n  kind: GatewayAgent\n  metadata: {{name: {name}, \
             namespace: default}}\n  spec: {{gateway: {{asn: 65534, vtepIP: 172.30.12.3/32, groups: {groups}}}}}\n"
        )
    }

    fn list(items: &[String]) -> Vec<u8> {
        format!("apiVersion: v1\nkind: List\nitems:\n{}", items.concat()).into_bytes()
    }

    /// `group: gateway priority, …` of each group, and whether they are complete.
    fn groups_of(files: &[(&str, Vec<u8>)]) -> (Vec<String>, bool) {
        let files: BTreeMap<String, Vec<u8>> =
            files.iter().map(|(path, bytes)| ((*path).to_owned(), bytes.clone())).collect();
        with_facts_of_files(files, |facts| {
            let cx = Context::new(facts);
            let lines = cx.groups().iter().map(|(group, members)| {
                let members: Vec<String> = members.iter().map(|m| format!("{} {}", m.gateway, m.priority)).collect();
                format!("{group}: {}", members.join(", "))
            });
            (lines.collect(), cx.groups_complete())
        })
    }

    #[test]
    fn higher_priority_is_preferred_and_ties_go_by_name() {
        let gateways = list(&[
            gateway("c", "[{name: edge, priority: 9}]"),
            gateway("b", "[{name: edge, priority: 9}, {name: core}]"),
            gateway("a", "[{name: edge, priority: 10}]"),
            gateway("d", "[]"),
        ]);
        let expected = ["core: b 0", "default: d 0", "edge: a 10, b 9, c 9"].map(str::to_owned).to_vec();
        assert_eq!(groups_of(&[("gateways.yaml", gateways)]), (expected, true));
    }

    #[test]
    fn copies_stand_in_for_gateways_that_are_not_captured() {
        let agents = list(&[agent("a", "[{name: edge}]"), agent("b", "[{name: edge, priority: 1}]")]);
        let expected = (vec!["edge: b 1, a 0".to_owned()], true);
        assert_eq!(groups_of(&[("agents.yaml", agents.clone())]), expected);
        // An agent whose Gateway is gone from a complete list is no member.
        let gateways = list(&[gateway("b", "[{name: edge, priority: 1}]")]);
        let expected = (vec!["edge: b 1".to_owned()], true);
        assert_eq!(groups_of(&[("agents.yaml", agents), ("gateways.yaml", gateways)]), expected);
    }

    #[test]
    fn a_table_without_the_column_tells_no_groups() {
        let table =
            b"NAME   PROTOIP          VTEPIP           AGE\nb      172.30.8.2/32    172.30.12.2/32   9d\n".to_vec();
        assert_eq!(groups_of(&[("gateways.txt", table.clone())]), (vec![], false));
        let agents = list(&[agent("b", "[{name: edge, priority: 1}]")]);
        let expected = (vec!["edge: b 1".to_owned()], true);
        assert_eq!(groups_of(&[("gateways.txt", table), ("agents.yaml", agents)]), expected);
    }

    #[test]
    fn single_files_are_no_complete_list() {
        let one = gateway("a", "[{name: edge}]").trim_start_matches("- ").replace("\n  ", "\n").into_bytes();
        assert_eq!(groups_of(&[("a.yaml", one)]), (vec!["edge: a 0".to_owned()], false));
    }
}
