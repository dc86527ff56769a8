//! Two members of a group have the same priority.

use crate::facts::{Context, Member};
use crate::finding::KeyKind;
use crate::finding::{Confidence, Key, Severity};
use crate::rule::{Meta, Order, Outcome, Relation, Rule, Source};

/// See the metadata.
#[derive(Debug)]
pub(super) struct PriorityTie;

static META: Meta = Meta {
    id: "gateway-group-priority-tie",
    reference: &["GW-HA-TIE", "S10"],
    title: "Two members of a gateway group have the same priority",
    severities: &[Severity::Warning, Severity::Info],
    needs: &[],
    uses: &[
        Source::CaptureTime,
        Source::Gateways,
        Source::GatewayAgents,
        Source::Pods,
        Source::Nodes,
        Source::Fabricator,
    ],
    explanation: "\
Compares the priorities of the members of every gateway group. A priority that is not set counts as 0.

## Why it matters

The member with the highest priority is the active one. Of equal ones the first by name wins: which gateway carries the
traffic then follows from its name, which is seldom what was meant.

## Not a fault

No member has a priority at all: that is the untouched default and only a note.

## What to do

Give each member of the group its own priority; the higher number is preferred.",
    explains: &[Relation { effects: &["GW-HA-FAILBACK", "GW-LEAF-WRONGGW"], join: &[KeyKind::Group] }],
    order: Order::Redundancy,
};

impl Rule for PriorityTie {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn check(&self, cx: &Context<'_>, out: &mut Outcome) {
        if cx.is_25_05_namespace() {
            return;
        }
        for (group, members) in cx.groups().iter().filter(|(_, members)| members.len() > 1) {
            if !cx.groups_complete() {
                out.not_checked(cx.group_subject(group), Source::Gateways);
                continue;
            }
            match first_tie(members) {
                Some((rank, tied)) => report(cx, out, group, members, rank, tied),
                None => out.pass(),
            }
        }
    }
}

/// The first members with one priority, in order of preference, and their rank.
fn first_tie(members: &[Member]) -> Option<(usize, &[Member])> {
    let mut rank = 0_usize;
    for tied in members.chunk_by(|a, b| a.priority == b.priority) {
        if tied.len() > 1 {
            return Some((rank, tied));
        }
        rank = rank.saturating_add(tied.len());
    }
    None
}

fn report(cx: &Context<'_>, out: &mut Outcome, group: &str, members: &[Member], rank: usize, tied: &[Member]) {
    let untouched = members.iter().all(|member| member.priority == 0);
    let new = tied.iter().any(|member| cx.gateway(&member.gateway).is_some_and(|gw| gw.is_new()));
    let severity = if untouched || new { Severity::Info } else { Severity::Warning };
    let names: Vec<&str> = tied.iter().map(|member| member.gateway.as_str()).collect();
    let priority = tied.first().map_or(0, |member| member.priority);
    let first = names.first().copied().unwrap_or_default();
    let who = if names.len() > 4 { format!("{} members", names.len()) } else { names.join(" and ") };
    let title = if untouched {
        format!("Group {group}: no priority is set, {first} is active as the first by name")
    } else {
        format!("Group {group}: {who} have the same priority {priority}")
    };
    let role = if rank == 0 { "is the active member" } else { "comes first among them" };
    let mut finding = out
        .finding(severity, cx.group_subject(group), title)
        .confidence(Confidence::Certain)
        .detail(format!("Of equal priorities the first name in the alphabet wins: {first} {role}."))
        .run(
            "Give each member its own priority; the higher number is preferred",
            format!("kubectl edit gateway -n default {first}"),
        )
        .key(Key::Group(group.to_owned()));
    for name in names.iter().take(4) {
        finding = finding
            .evidences(cx.priority_evidence(name, group, &format!("priority of {name}")))
            .key(Key::Gateway((*name).to_owned()));
    }
    out.report(finding);
}

#[cfg(test)]
mod tests {
    use hh_worlds::World;

    use super::PriorityTie;
    use crate::testing::{said, said_of_files};

    fn world() -> World {
        World::healthy().small()
    }

    fn with(first: u32, second: u32) -> World {
        world().set("Gateway/gateway-1", "/spec/groups/0/priority", first).set(
            "Gateway/gateway-2",
            "/spec/groups/0/priority",
            second,
        )
    }

    #[test]
    fn equal_priorities() {
        let said = said(&PriorityTie, &with(100, 100));
        assert_eq!(said.lines(), ["warning GatewayGroup/default"]);
        let finding = &said.findings[0];
        assert!(finding.detail.contains("gateway-1 is the active member"), "{}", finding.detail);
        let values: Vec<_> = finding.evidence.iter().map(|e| (e.field.as_deref(), e.value.as_deref())).collect();
        assert_eq!(values, [(Some("spec.groups[0].priority"), Some("100")); 2]);
        assert!(finding.evidence.iter().all(|evidence| evidence.line.is_some()));
    }

    #[test]
    fn priorities_that_nobody_set_are_a_note() {
        let unset = world()
            .unset("Gateway/gateway-1", "/spec/groups/0/priority")
            .unset("Gateway/gateway-2", "/spec/groups/0/priority");
        for world in [with(0, 0), unset] {
            let said = said(&PriorityTie, &world);
            assert_eq!(said.lines(), ["info GatewayGroup/default"]);
            assert_eq!(said.findings[0].evidence.len(), 2);
        }
    }

    #[test]
    fn a_tie_below_the_active_member() {
        let gateway = "apiVersion: gateway.githedgehog.com/v1alpha1\nkind: Gateway\nmetadata: {name: gateway-3, namespace: \
                       default, creationTimestamp: 2026-09-27T08:00:00Z}\nspec: {asn: 65534, vtepIP: 172.30.12.4/32, groups: \
                       [{name: default, priority: 100}]}\n";
        let said = said(&PriorityTie, &world().add(gateway));
        assert_eq!(said.lines(), ["warning GatewayGroup/default"]);
        assert!(said.findings[0].detail.contains("gateway-2 comes first among them"));
    }

    #[test]
    fn different_priorities_are_healthy() {
        let said = said(&PriorityTie, &world());
        assert_eq!((said.lines(), said.passed), (vec![], 1));
    }

    #[test]
    fn equal_numbers_in_different_groups_are_no_tie() {
        let apart = with(100, 100).set("Gateway/gateway-2", "/spec/groups/0/name", "edge");
        assert_eq!(said(&PriorityTie, &apart).lines(), Vec::<String>::new());
    }

    #[test]
    fn not_checked_without_a_complete_list() {
        let said = said_of_files(&PriorityTie, with(100, 100).object_files());
        assert_eq!(
            (said.lines(), said.not_checked),
            (vec![], vec!["GatewayGroup default: Gateway objects".to_owned()])
        );
    }
}
