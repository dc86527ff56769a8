//! A group that peerings rely on has one member only.

use std::collections::BTreeSet;

use super::served::served;
use crate::facts::{Context, Member};
use crate::finding::{Confidence, Evidence, Finding, Key, Severity};
use crate::rule::{Meta, Order, Outcome, Rule, Source};

/// See the metadata.
#[derive(Debug)]
pub(super) struct SingleMember;

static META: Meta = Meta {
    id: "gateway-group-single-member",
    reference: &["GW-HA-GROUP", "S10"],
    title: "A gateway group that serves peerings has only one member",
    severities: &[Severity::Warning, Severity::Info],
    needs: &[],
    uses: &[
        Source::CaptureTime,
        Source::Gateways,
        Source::GatewayPeerings,
        Source::GatewayAgents,
        Source::Pods,
        Source::Nodes,
        Source::Fabricator,
    ],
    explanation: "\
Counts the members of every gateway group that a peering names. Members are the Gateways with the group in `spec.groups`;
a Gateway without groups is a member of `default`.

## Why it matters

Only members of its group serve a peering. With a single member nothing takes over when it fails, whatever other
gateways there are.

## Not a fault

An installation with one gateway: there is nothing to take over; this is a note. A second gateway that is just being
installed. Groups that no peering names.

## What to do

Add the group with a lower priority to `spec.groups` of a second Gateway.",
    explains: &[],
    order: Order::Redundancy,
};

impl Rule for SingleMember {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn check(&self, cx: &Context<'_>, out: &mut Outcome) {
        // In 25.05 there are no groups.
        if cx.is_25_05_namespace() {
            return;
        }
        let served = served(cx);
        for (group, peerings) in &served {
            match cx.group(group) {
                // A group without members is another matter: nobody serves the peering at all.
                [] => {}
                _ if !cx.groups_complete() => out.not_checked(cx.group_subject(group), Source::Gateways),
                [only] => {
                    let finding = lonely(cx, out, group, only);
                    let detail = format!(
                        "Group {group} serves {}. Gateways that are not members never serve them, even if {} fails.",
                        peerings.words(),
                        only.gateway
                    );
                    out.report(finding.detail(detail).evidence(peerings.evidence.clone()));
                }
                _ => out.pass(),
            }
        }
    }
}

fn lonely(cx: &Context<'_>, out: &Outcome, group: &str, only: &Member) -> Finding {
    // Gateways that only pods or outputs name have no groups to compare.
    let known: BTreeSet<&str> = cx.groups().values().flatten().map(|member| member.gateway.as_str()).collect();
    let others: Vec<&str> = known.into_iter().filter(|name| *name != only.gateway).collect();
    let grown = |name: &str| cx.gateway(name).is_some_and(|gw| !gw.is_new());
    let severity =
        if grown(&only.gateway) && others.iter().any(|name| grown(name)) { Severity::Warning } else { Severity::Info };
    let title = match others.len() {
        0 => format!("Group {group} has one member, {}, the only gateway", only.gateway),
        1 => format!("Group {group} has one member, {}: {} is not in it", only.gateway, others.concat()),
        n => format!("Group {group} has one member, {}: the other {n} gateways are not in it", only.gateway),
    };
    let mut finding = out
        .finding(severity, cx.group_subject(group), title)
        .confidence(Confidence::Certain)
        .evidences(cx.membership_evidence(&only.gateway, group, "the only member"))
        .key(Key::Group(group.to_owned()))
        .key(Key::Gateway(only.gateway.clone()));
    if let Some(other) = others.first() {
        finding = finding
            .evidences(groups_of(cx, other))
            .run(
                format!(
                    "Add group {group} with a lower priority to a second gateway, if its peerings shall survive {}",
                    only.gateway
                ),
                format!("kubectl edit gateway -n default {other}"),
            )
            .run("See the groups of all gateways", "kubectl get gateways -n default -o yaml");
    } else {
        finding = finding.step("Nothing, if one gateway is what is wanted; a second one would make it redundant");
    }
    finding
}

/// The groups of a gateway that is not in the group.
fn groups_of(cx: &Context<'_>, gateway: &str) -> Option<Evidence> {
    let group = cx.gateway(gateway)?.groups().into_iter().next()?.0;
    cx.membership_evidence(gateway, &group, &format!("group of {gateway}"))
}

#[cfg(test)]
mod tests {
    use hh_worlds::{World, json};

    use super::SingleMember;
    use crate::testing::{said, said_of_files};

    fn world() -> World {
        World::healthy().small()
    }

    /// `gateway-2` is in another group.
    fn apart(world: World) -> World {
        world.set("Gateway/gateway-2", "/spec/groups", json!([{"name": "edge", "priority": 100}]))
    }

    #[test]
    fn one_member_of_two_gateways() {
        let said = said(&SingleMember, &apart(world()));
        assert_eq!(said.lines(), ["warning GatewayGroup/default"]);
        let evidence = &said.findings[0].evidence;
        assert_eq!(evidence[0].field.as_deref(), Some("spec.groups[0].name"));
        assert_eq!(evidence[1].value.as_deref(), Some("edge"));
        assert_eq!(evidence[2].field.as_deref(), Some("spec.gatewayGroup"));
        assert!(evidence.iter().all(|evidence| evidence.line.is_some()));
    }

    #[test]
    fn a_single_gateway_is_a_note() {
        let alone = world()
            .delete("Gateway/gateway-2")
            .delete("GatewayAgent/gateway-2")
            .edit("Gateway/gateway-1", |gateway| gateway["spec"]["groups"] = json!([{"name": "default"}]));
        assert_eq!(said(&SingleMember, &alone).lines(), ["info GatewayGroup/default"]);
    }

    #[test]
    fn groups_without_peerings_may_have_one_member() {
        let edge = json!([{"name": "default", "priority": 100}, {"name": "edge", "priority": 100}]);
        let said = said(&SingleMember, &world().set("Gateway/gateway-2", "/spec/groups", edge));
        assert_eq!((said.lines(), said.passed), (vec![], 1));
    }

    #[test]
    fn the_other_gateway_is_being_installed() {
        let new = apart(world())
            .set("Gateway/gateway-2", "/metadata/creationTimestamp", "2026-10-06T09:40:57Z")
            .edit("Gateway/gateway-2", |_| {});
        let pods: Vec<String> = ["dataplane", "frr"].iter().map(|role| new.pod("gateway-2", role)).collect();
        let new = pods.iter().fold(new, |world, pod| world.delete(&format!("Pod/{pod}")));
        assert_eq!(said(&SingleMember, &new).lines(), ["info GatewayGroup/default"]);
    }

    #[test]
    fn separate_files_prove_no_absence() {
        let said = said_of_files(&SingleMember, apart(world()).object_files());
        assert_eq!(said.lines(), Vec::<String>::new());
        assert_eq!(said.not_checked, ["GatewayGroup default: Gateway objects"]);
    }

    #[test]
    fn copies_in_the_agents_do_as_well() {
        let copies = apart(world()).without("Gateway").set(
            "GatewayAgent/gateway-2",
            "/spec/gateway/groups",
            json!([{"name": "edge", "priority": 100}]),
        );
        assert_eq!(said(&SingleMember, &copies).lines(), ["warning GatewayGroup/default"]);
    }
}
