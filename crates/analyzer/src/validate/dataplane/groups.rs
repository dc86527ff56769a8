//! Gateway groups and communities (gateway reference 2.7, 3.2, D1).

use std::collections::{BTreeMap, BTreeSet};

use crate::model::gateway::{AgentGroupMember, GatewayAgentSpec};

use super::super::prefix::parse_net;
use super::super::{Subject, Violation};

pub(super) fn check(spec: &GatewayAgentSpec, found: &mut Vec<Violation>) {
    communities(spec, found);
    let ranks: BTreeSet<u32> = spec.communities.keys().filter_map(|k| k.parse().ok()).collect();
    for (name, group) in &spec.groups {
        members(name, &group.members, found);
        rank(name, &group.members, &ranks, found);
    }
}

fn communities(spec: &GatewayAgentSpec, found: &mut Vec<Violation>) {
    let mut owners: BTreeMap<&str, &str> = BTreeMap::new();
    for (priority, community) in &spec.communities {
        let route = route!["communities", priority];
        if priority.parse::<u32>().is_err() {
            found.push(Violation::new(
                "C:community-priority",
                Subject::Gateway,
                route,
                format!("Invalid community priority {priority}"),
                format!("\"{priority}\" is not a rank number."),
            ));
            continue;
        }
        if let Some(other) = owners.insert(community, priority) {
            found.push(
                Violation::new(
                    "C:community-duplicate",
                    Subject::Gateway,
                    route,
                    format!("Configuration error: Community {community} is mapped from distinct priorities"),
                    format!("Ranks {other} and {priority} have one community, {community}."),
                )
                .related(route!["communities", other]),
            );
        }
    }
}

fn members(group: &str, members: &[AgentGroupMember], found: &mut Vec<Violation>) {
    let (mut names, mut addresses) = (BTreeMap::new(), BTreeMap::new());
    let at = |index: usize, field: &str| route!["groups", group, "members", index, field];
    let subject = || Subject::Group(group.to_owned());
    for (index, member) in members.iter().enumerate() {
        if let Some(other) = names.insert(member.name.as_str(), index) {
            found.push(
                Violation::new(
                    "C:group-member-duplicate",
                    subject(),
                    at(index, "name"),
                    format!("Configuration error: Duplicated gateway group member {}", member.name),
                    format!("Group \"{group}\" lists gateway {} twice.", member.name),
                )
                .related(at(other, "name")),
            );
        }
        if member.vtep_ip.is_empty() {
            continue;
        }
        let address = match parse_net(&member.vtep_ip) {
            Some(net) => net.addr(),
            None => match member.vtep_ip.parse() {
                Ok(address) => address,
                Err(_) => {
                    found.push(Violation::new(
                        "C:ip-address",
                        subject(),
                        at(index, "vtepIP"),
                        format!("Invalid ip address {}", member.vtep_ip),
                        format!("Group member {} has the VTEP IP \"{}\".", member.name, member.vtep_ip),
                    ));
                    continue;
                }
            },
        };
        if let Some((other, name)) = addresses.insert(address, (index, member.name.as_str()))
            && name != member.name
        {
            found.push(
                Violation::new(
                    "C:group-member-address",
                    subject(),
                    at(index, "vtepIP"),
                    format!("Configuration error: Duplicated gateway group member address {address}"),
                    format!("Gateways {name} and {} of group \"{group}\" have one VTEP IP.", member.name),
                )
                .related(at(other, "vtepIP")),
            );
        }
    }
}

/// D1: members are ranked by priority (highest first), then by name; every rank needs a community.
fn rank(group: &str, members: &[AgentGroupMember], ranks: &BTreeSet<u32>, found: &mut Vec<Violation>) {
    let mut order: Vec<(usize, &AgentGroupMember)> = members.iter().enumerate().collect();
    order.sort_by(|(_, a), (_, b)| b.priority.cmp(&a.priority).then_with(|| a.name.cmp(&b.name)));
    let bare: Vec<(u32, usize, &str)> = (0_u32..)
        .zip(&order)
        .filter(|(rank, _)| !ranks.contains(rank))
        .map(|(rank, (index, member))| (rank, *index, member.name.as_str()))
        .collect();
    if let Some((rank, index, name)) = bare.first() {
        found.push(Violation::new(
            "D1",
            Subject::Group(group.to_owned()),
            route!["groups", group, "members", index],
            format!("No BGP community exists for rank {rank}"),
            format!(
                "Gateway {name} has rank {rank} in group \"{group}\" and there is no community for that rank \
                 ({} of {} members have none).",
                bare.len(),
                members.len()
            ),
        ));
    }
}
