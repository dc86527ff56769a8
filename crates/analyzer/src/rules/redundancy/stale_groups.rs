//! A GatewayAgent has other groups than the Gateways say.

use std::collections::{BTreeMap, BTreeSet};

use crate::facts::{Context, Form, GatewayAgent, Member, Object};
use crate::finding::{Confidence, Evidence, Key, KeyKind, Severity};
use crate::model::gateway::AgentGroupMember;
use crate::rule::{Meta, Order, Outcome, Relation, Rule, Source};

/// Differences that are shown.
const SHOWN: usize = 5;

/// See the metadata.
#[derive(Debug)]
pub(super) struct StaleGroups;

static META: Meta = Meta {
    id: "gateway-agent-groups-outdated",
    reference: &["GW-HA-STALEGROUPS"],
    title: "A gateway works with outdated members of its groups",
    severities: &[Severity::Error, Severity::Warning, Severity::Info],
    needs: &[Source::Gateways, Source::GatewayAgents],
    uses: &[Source::CaptureTime, Source::Pods, Source::Nodes, Source::Fabricator],
    explanation: "\
Computes the members of each group with their priorities and VTEP addresses from the Gateways and compares them with
`spec.groups` of every GatewayAgent.

## Why it matters

A gateway marks its routes with its rank among the members. The controller rebuilds the GatewayAgent of the gateway that
was changed, not those of the other members: these keep the old ranks until something else makes it rebuild them. Then two
gateways can both announce themselves as the preferred one: the path is unpredictable, and NAT sessions break.

## Not a fault

A gateway that is just being installed. The order in which `spec.groups` lists the members.

## What to do

Touch any GatewayPeering (an annotation will do): the controller then rebuilds all GatewayAgents.",
    explains: &[Relation { effects: &["GW-HA-FAILBACK", "GW-LEAF-WRONGGW"], join: &[KeyKind::Group] }],
    order: Order::Redundancy,
};

impl Rule for StaleGroups {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn check(&self, cx: &Context<'_>, out: &mut Outcome) {
        if cx.is_25_05_namespace() {
            return;
        }
        let known: BTreeSet<&str> = cx.groups().values().flatten().map(|member| member.gateway.as_str()).collect();
        // Releases without groups write neither them nor communities.
        let agents: Vec<&Object<GatewayAgent>> = cx
            .list::<GatewayAgent>()
            .iter()
            .filter(|agent| agent.raw.form != Form::Table && known.contains(agent.name()))
            .filter(|agent| agent.at(&["spec", "groups"]).is_some() || !agent.spec.communities.is_empty())
            .collect();
        let favourites = favourites(&agents);
        for agent in agents {
            if !cx.groups_complete() {
                out.not_checked(agent.subject(), Source::Gateways);
                continue;
            }
            let differences = differences(cx, agent);
            if differences.is_empty() {
                out.pass();
            } else {
                report(cx, out, agent, &differences, &favourites);
            }
        }
    }
}

/// One difference between an agent's groups and the Gateways.
struct Difference {
    group: String,
    /// The gateway whose membership differs.
    gateway: String,
    text: String,
    evidence: Vec<Evidence>,
}

/// Whom the agents take for the preferred member of each group.
fn favourites<'b>(agents: &[&'b Object<GatewayAgent>]) -> BTreeMap<&'b str, BTreeSet<&'b str>> {
    let mut favourites: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for agent in agents {
        for (group, members) in &agent.spec.groups {
            favourites.entry(group).or_default().extend(preferred(&members.members));
        }
    }
    favourites
}

/// Higher priority first, then the first by name.
fn preferred(members: &[AgentGroupMember]) -> Option<&str> {
    let best = members.iter().min_by(|a, b| b.priority.cmp(&a.priority).then_with(|| a.name.cmp(&b.name)));
    best.map(|member| member.name.as_str())
}

fn differences(cx: &Context<'_>, agent: &Object<GatewayAgent>) -> Vec<Difference> {
    let mut differences = Vec::new();
    let name = agent.name();
    let gateway = cx.gateway(name);
    let mine: BTreeSet<String> = gateway.iter().flat_map(|gw| gw.groups()).map(|(group, _)| group).collect();
    for group in &mine {
        let wanted = cx.group(group);
        let Some(held) = agent.spec.groups.get(group) else {
            differences.push(Difference {
                group: group.clone(),
                gateway: name.to_owned(),
                text: format!("group {group} is missing"),
                evidence: [agent.key_evidence(&["spec", "groups"], "groups that the gateway works with")]
                    .into_iter()
                    .chain(cx.membership_evidence(name, group, "membership"))
                    .collect(),
            });
            continue;
        };
        compare(cx, agent, group, wanted, &held.members, &mut differences);
    }
    for group in agent.spec.groups.keys().filter(|group| !mine.contains(*group)) {
        differences.push(Difference {
            group: group.clone(),
            gateway: name.to_owned(),
            text: format!("it is no member of group {group} any more"),
            evidence: vec![agent.key_evidence(&["spec", "groups", group], "group that the gateway works with")],
        });
    }
    differences
}

fn compare(
    cx: &Context<'_>,
    agent: &Object<GatewayAgent>,
    group: &str,
    wanted: &[Member],
    held: &[AgentGroupMember],
    differences: &mut Vec<Difference>,
) {
    let mut add = |gateway: &str, text: String, evidence: Vec<Evidence>| {
        differences.push(Difference { group: group.to_owned(), gateway: gateway.to_owned(), text, evidence });
    };
    let by_name: BTreeMap<&str, (usize, &AgentGroupMember)> =
        held.iter().enumerate().map(|(index, member)| (member.name.as_str(), (index, member))).collect();
    let at = |index: usize, field: &str, note: &str| {
        agent.evidence(&["spec", "groups", group, "members", &index.to_string(), field], note)
    };
    for member in wanted {
        let name = member.gateway.as_str();
        let Some((index, old)) = by_name.get(name) else {
            let list = agent.key_evidence(&["spec", "groups", group, "members"], "members that the gateway works with");
            let evidence =
                std::iter::once(list).chain(cx.membership_evidence(name, group, "a member that is missing there"));
            add(name, format!("member {name} of group {group} is missing"), evidence.collect());
            continue;
        };
        if old.priority != member.priority {
            let text = format!("priority of {name} in group {group} is {}, not {}", old.priority, member.priority);
            let direct = at(*index, "priority", "priority that the gateway works with");
            let shown = if direct.place.is_some() { direct } else { at(*index, "name", "member without priority") };
            let evidence = std::iter::once(shown).chain(cx.priority_evidence(name, group, "priority now"));
            add(name, text, evidence.collect());
        }
        let address = |ip: &str| ip.split('/').next().unwrap_or(ip).to_owned();
        if address(&old.vtep_ip) != member.vtep_ip && !member.vtep_ip.is_empty() {
            let text = format!("VTEP address of {name} in group {group} is {}, not {}", old.vtep_ip, member.vtep_ip);
            add(name, text, vec![at(*index, "vtepIP", "VTEP address that the gateway works with")]);
        }
    }
    let wanted: BTreeSet<&str> = wanted.iter().map(|member| member.gateway.as_str()).collect();
    for (name, (index, _)) in by_name.iter().filter(|(name, _)| !wanted.contains(*name)) {
        let text = format!("{name} is no member of group {group} any more");
        add(name, text, vec![at(*index, "name", "member that the gateway works with")]);
    }
}

fn report(
    cx: &Context<'_>,
    out: &mut Outcome,
    agent: &Object<GatewayAgent>,
    differences: &[Difference],
    favourites: &BTreeMap<&str, BTreeSet<&str>>,
) {
    let Some(first) = differences.first() else { return };
    let name = agent.name();
    let fresh = |name: &str| {
        cx.gateway(name).is_some_and(|gw| {
            gw.is_new() || gw.gateway().and_then(|gateway| cx.object_age(gateway)).is_some_and(|age| age.under(60))
        })
    };
    let rivals = differences.iter().find_map(|difference| {
        let rivals = favourites.get(difference.group.as_str()).filter(|names| names.len() > 1)?;
        Some((difference.group.as_str(), rivals))
    });
    let excused = fresh(name) || differences.iter().all(|difference| fresh(&difference.gateway));
    let severity = match (excused, rivals) {
        (true, _) => Severity::Info,
        (_, Some(_)) => Severity::Error,
        _ => Severity::Warning,
    };
    // The other agent has the new ranks already: the change is not just under way. Otherwise nothing dates it.
    let confidence = if rivals.is_some() { Confidence::Likely } else { Confidence::Possible };
    let more = match differences.len() {
        1 => String::new(),
        n => format!(" (and {} more differences)", n.saturating_sub(1)),
    };
    let consequence = match rivals {
        Some((group, rivals)) => {
            let who: Vec<&str> = rivals.iter().take(SHOWN).copied().collect();
            format!(
                " The gateways of group {group} disagree who is preferred ({}): more than one may announce its routes as \
                 the preferred ones, the path is unpredictable and NAT sessions break.",
                who.join(", ")
            )
        }
        None => " Until then its rank may differ from what the Gateways say.".to_owned(),
    };
    let list: Vec<&str> = differences.iter().take(SHOWN).map(|difference| difference.text.as_str()).collect();
    let finding = out
        .finding(severity, agent.subject(), format!("{name} works with outdated groups: {}{more}", first.text))
        .confidence(confidence)
        .detail(format!(
            "GatewayAgent against Gateways: {}. The controller rebuilds a GatewayAgent when its own Gateway, a \
             GatewayPeering or a VPCInfo changes, not when another member changes.{consequence}",
            list.join("; ")
        ))
        .evidences(differences.iter().take(SHOWN).flat_map(|difference| difference.evidence.iter().cloned()))
        .run(
            "Make the controller rebuild all GatewayAgents: touch any GatewayPeering or this Gateway",
            format!("kubectl annotate gateway -n default {name} support/rebuild=1 --overwrite"),
        )
        .key(Key::Gateway(name.to_owned()))
        .keys(differences.iter().map(|difference| Key::Group(difference.group.clone())));
    out.report(finding);
}

#[cfg(test)]
mod tests {
    use hh_worlds::{World, json};

    use super::StaleGroups;
    use crate::testing::{said, said_of_files};

    fn world() -> World {
        World::healthy().small()
    }

    const MEMBERS: &str = "/spec/groups/default/members";

    #[test]
    fn a_priority_that_did_not_arrive() {
        let said = said(&StaleGroups, &world().set("Gateway/gateway-2", "/spec/groups/0/priority", 150));
        assert_eq!(said.lines(), ["warning GatewayAgent/gateway-1", "warning GatewayAgent/gateway-2"]);
        let finding = &said.findings[0];
        assert_eq!(finding.confidence, "possible");
        assert_eq!(
            finding.title,
            "gateway-1 works with outdated groups: priority of gateway-2 in group default is 100, not 150"
        );
        assert_eq!(finding.evidence[0].value.as_deref(), Some("100"));
        assert_eq!(finding.evidence[0].field.as_deref(), Some("spec.groups.default.members[0].priority"));
        assert_eq!(finding.evidence[1].value.as_deref(), Some("150"));
        assert!(finding.evidence.iter().all(|evidence| evidence.line.is_some()));
    }

    #[test]
    fn two_gateways_that_both_feel_preferred() {
        // gateway-2 was raised to 300 and rebuilt; gateway-1 still ranks itself first.
        let split = world().set("Gateway/gateway-2", "/spec/groups/0/priority", 300).set(
            "GatewayAgent/gateway-2",
            &format!("{MEMBERS}/0/priority"),
            300,
        );
        let said = said(&StaleGroups, &split);
        assert_eq!(said.lines(), ["error GatewayAgent/gateway-1"]);
        assert!(said.findings[0].detail.contains("disagree who is preferred (gateway-1, gateway-2)"));
        assert_eq!(said.passed, 1);
    }

    #[test]
    fn missing_and_extra_members() {
        let said = said(
            &StaleGroups,
            &world().set(
                "GatewayAgent/gateway-1",
                MEMBERS,
                json!([
                    {"name": "gateway-1", "priority": 200, "vtepIP": "172.30.12.2/32"},
                    {"name": "gateway-9", "priority": 50, "vtepIP": "172.30.12.9/32"},
                ]),
            ),
        );
        assert_eq!(said.lines(), ["warning GatewayAgent/gateway-1"]);
        let detail = &said.findings[0].detail;
        assert!(detail.contains("member gateway-2 of group default is missing"), "{detail}");
        assert!(detail.contains("gateway-9 is no member of group default any more"), "{detail}");
    }

    #[test]
    fn a_group_that_did_not_arrive() {
        let said = said(&StaleGroups, &world().set("Gateway/gateway-2", "/spec/groups/-", json!({"name": "edge"})));
        assert_eq!(said.lines(), ["warning GatewayAgent/gateway-2"]);
        assert!(said.findings[0].title.contains("group edge is missing"));
    }

    #[test]
    fn order_and_left_out_zeros_do_not_count() {
        let turned = world()
            .set(
                "GatewayAgent/gateway-1",
                MEMBERS,
                json!([
                    {"name": "gateway-1", "priority": 200, "vtepIP": "172.30.12.2/32"},
                    {"name": "gateway-2", "vtepIP": "172.30.12.3/32"},
                ]),
            )
            .set("GatewayAgent/gateway-2", &format!("{MEMBERS}/0/priority"), 0)
            .unset("Gateway/gateway-2", "/spec/groups/0/priority");
        for world in [world(), World::older().small(), turned] {
            let said = said(&StaleGroups, &world);
            assert_eq!((said.lines(), said.passed), (vec![], 2));
        }
    }

    #[test]
    fn a_new_member_is_a_note() {
        let gateway = "apiVersion: gateway.githedgehog.com/v1alpha1\nkind: Gateway\nmetadata: {name: gateway-3, namespace: \
                       default, creationTimestamp: 2026-10-06T09:40:57Z}\nspec: {asn: 65534, vtepIP: 172.30.12.4/32, groups: \
                       [{name: default, priority: 50}]}\n";
        let said = said(&StaleGroups, &world().add(gateway));
        assert_eq!(said.lines(), ["info GatewayAgent/gateway-1", "info GatewayAgent/gateway-2"]);
    }

    #[test]
    fn not_checked() {
        let changed = world().set("Gateway/gateway-2", "/spec/groups/0/priority", 150);
        let apart = said_of_files(&StaleGroups, changed.object_files());
        assert_eq!((apart.lines(), apart.not_checked.len()), (vec![], 2));
        let without = said(&StaleGroups, &changed.without("Gateway"));
        assert_eq!((without.lines(), without.not_checked), (vec![], vec!["Gateway objects".to_owned()]));
    }
}
