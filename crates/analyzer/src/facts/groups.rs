//! Gateway groups: members, ranks, who is active (gateway reference 2.7).

use std::collections::BTreeMap;

use super::{Context, Gateway, GatewayAgent, Gw};

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

impl Context<'_> {
    /// Members of every group in order of preference, from Gateway specs; where Gateways are not captured
    /// from the copies in the GatewayAgents.
    #[must_use]
    pub fn groups(&self) -> BTreeMap<String, Vec<Member>> {
        let mut groups: BTreeMap<String, Vec<Member>> = BTreeMap::new();
        let mut add = |group: &str, gateway: &str, priority: u32, vtep: &str| {
            groups.entry(group.to_owned()).or_default().push(Member {
                gateway: gateway.to_owned(),
                priority,
                vtep_ip: vtep.split('/').next().unwrap_or(vtep).to_owned(),
            });
        };
        let gateways = self.list::<Gateway>();
        let specs: Vec<_> = if gateways.iter().any(|gateway| !gateway.spec.vtep_ip.is_empty()) {
            gateways.iter().map(|gateway| (gateway.name(), &gateway.spec)).collect()
        } else {
            self.list::<GatewayAgent>().iter().map(|agent| (agent.name(), &agent.spec.gateway)).collect()
        };
        let everyone = self.is_25_05_namespace();
        for (name, spec) in specs {
            if spec.groups.is_empty() {
                // Without groups every gateway of 25.05 counts as a member; later the defaulter adds `default`.
                if everyone || !spec.vtep_ip.is_empty() {
                    add("default", name, 0, &spec.vtep_ip);
                }
            }
            for membership in &spec.groups {
                add(&membership.name, name, membership.priority, &spec.vtep_ip);
            }
        }
        for members in groups.values_mut() {
            members.sort_by(|a, b| b.priority.cmp(&a.priority).then_with(|| a.gateway.cmp(&b.gateway)));
            members.dedup_by(|a, b| a.gateway == b.gateway);
        }
        groups
    }

    /// Members of one group in order of preference; empty for an unknown group.
    #[must_use]
    pub fn group(&self, name: &str) -> Vec<Member> {
        self.groups().remove(name).unwrap_or_default()
    }
}

impl Gw<'_, '_> {
    /// Groups of this gateway with its rank in each (0 = preferred).
    #[must_use]
    pub fn groups(&self) -> Vec<(String, usize)> {
        self.cx
            .groups()
            .into_iter()
            .filter_map(|(group, members)| {
                let rank = members.iter().position(|member| member.gateway == self.name())?;
                Some((group, rank))
            })
            .collect()
    }

    /// True if this gateway is the preferred member of the group.
    #[must_use]
    pub fn is_preferred_in(&self, group: &str) -> bool {
        self.groups().iter().any(|(name, rank)| name == group && *rank == 0)
    }
}
