//! A leaf has no route through a gateway to a peered VPC.

use std::collections::BTreeMap;

use super::leaf_routes::{self, Wanted};
use crate::facts::{Context, Gw};
use crate::finding::{Confidence, Finding, Key, KeyKind, Severity};
use crate::rule::{Meta, Order, Outcome, Relation, Rule, Source};

/// See the metadata.
#[derive(Debug)]
pub(super) struct LeafNoRoute;

static META: Meta = Meta {
    id: "leaf-no-gateway-route",
    reference: &["GW-LEAF-NOROUTE", "S5"],
    title: "A leaf has no route through a gateway to a peered VPC",
    severities: &[Severity::Error, Severity::Info],
    needs: &[Source::GatewayPeerings, Source::SwitchRoutes],
    uses: &[
        Source::Fabricator,
        Source::DaemonSets,
        Source::CaptureTime,
        Source::Gateways,
        Source::GatewayAgents,
        Source::VpcInfos,
        Source::Nodes,
        Source::Pods,
        Source::ShowTech,
    ],
    explanation: "\
Reads the routes of VRF `VrfV<vpc>` of captured leaves: for every prefix that the other side of a peering makes public \
there must be a route whose next hop is the VTEP address of a member of the peering's gateway group.

## Why it matters

Traffic from that leaf does not reach the gateway.

## Not a fault

- a prefix that a shorter route through the same gateway covers
- a leaf without the VPC: it has no such VRF
- a peering younger than a minute

## What to do

Suspects in this order: BGP of the gateway, its FRR configuration, the peering itself, communities and route maps on \
the leaf, the EVPN session on the spine. `kubectl fabric inspect vpc` shows no routes.",
    explains: &[Relation { effects: &["GW-CTR-*"], join: &[KeyKind::Gateway, KeyKind::Vpc] }],
    order: Order::Routes,
};

impl Rule for LeafNoRoute {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn check(&self, cx: &Context<'_>, out: &mut Outcome) {
        // One finding per gateway and VPC, whatever the number of leaves and prefixes.
        let mut findings: BTreeMap<(String, String), Finding> = BTreeMap::new();
        let states = leaf_routes::states(cx);
        for wanted in leaf_routes::wanted(cx) {
            let Some(gateway) = wanted.serving(&states).map(|state| state.gateway) else { continue };
            let lost: Vec<String> = wanted
                .prefixes
                .iter()
                .filter(|prefix| !wanted.routes_for(**prefix).any(|route| wanted.member(route).is_some()))
                .map(ToString::to_string)
                .collect();
            if lost.is_empty() {
                out.pass();
                continue;
            }
            let key = (gateway.name().to_owned(), wanted.vpc.to_owned());
            let finding = match findings.remove(&key) {
                Some(finding) => finding,
                None => start(out, &wanted, &gateway, &lost),
            };
            let note = format!("{} has no route to {} ({}) here", wanted.leaf, lost.join(", "), wanted.remote);
            findings.insert(
                key,
                finding
                    .evidence(wanted.output.evidence(wanted.table.vrf.span, note))
                    .evidence(wanted.peering.name_evidence("the peering that wants it"))
                    .key(Key::Switch(wanted.leaf.into()))
                    .key(Key::Peering(wanted.peering.name().into()))
                    .key(Key::Vpc(wanted.remote.into())),
            );
        }
        for finding in findings.into_values() {
            out.report(finding);
        }
    }
}

fn start(out: &Outcome, wanted: &Wanted<'_>, gateway: &Gw<'_, '_>, lost: &[String]) -> Finding {
    let severity = if gateway.is_new() { Severity::Info } else { Severity::Error };
    out.finding(
        severity,
        gateway.agent_subject().part(wanted.vpc),
        format!("{} has no route through {} from {} to {}", wanted.leaf, gateway.name(), wanted.vpc, lost.join(", ")),
    )
    .confidence(Confidence::Certain)
    .detail(format!(
        "No route of VRF VrfV{} leads to a VTEP of group {}: traffic of the peering does not reach a gateway from this \
         leaf.",
        wanted.vpc,
        wanted.peering.spec.group()
    ))
    .key(gateway.key())
    .key(Key::Vpc(wanted.vpc.into()))
    .key(Key::Group(wanted.peering.spec.group().into()))
    .run("see the sessions of the leaf", format!("kubectl fabric inspect bgp --switch-name {}", wanted.leaf))
    .run(
        "see what the gateway announces",
        format!("kubectl exec -n fab ds/gw--{}--frr -c frr -- vtysh -c \"show running-config\"", gateway.name()),
    )
}

#[cfg(test)]
pub(super) mod tests {
    use std::collections::BTreeMap;

    use hh_worlds::World;

    use super::LeafNoRoute;
    use crate::testing::{said, said_of_files};

    /// The healthy world as a dump beside the routes of a leaf.
    pub(in super::super) fn files(world: &World, routes: &str) -> BTreeMap<String, Vec<u8>> {
        BTreeMap::from([
            ("dump.hhs".to_owned(), world.hhs().into_bytes()),
            ("leaf-01/show-ip-route-vrf-all.txt".to_owned(), routes.as_bytes().to_vec()),
        ])
    }

    /// Routes of leaf-01 for vpc-03, with these next hops to vpc-01 and vpc-02.
    pub(in super::super) fn routes(vpc_01: &str, vpc_02: &str) -> String {
        let codes = "Codes: K - kernel route, C - connected, S - static, B - BGP,\n       > - selected route, * - FIB route\n\n";
        let mut text = format!("{codes}VRF VrfVvpc-03:\nC>* 10.20.3.0/24 is directly connected, Vlan1003, 01w2d01h\n");
        for (prefix, hop) in [("10.20.1.0/24", vpc_01), ("192.168.77.8/31", vpc_02)] {
            if !hop.is_empty() {
                text += &format!("B>* {prefix} [20/0] via {hop}, Vlan3003 onlink, weight 1, 01w2d01h\n");
            }
        }
        text
    }

    #[test]
    fn a_prefix_without_route() {
        let world = World::healthy().small();
        let found = said_of_files(&LeafNoRoute, files(&world, &routes("172.30.12.2", "")));
        assert_eq!(found.lines(), ["error GatewayAgent/gateway-1 (vpc-03)"]);
        assert_eq!(found.findings[0].title, "leaf-01 has no route through gateway-1 from vpc-03 to 192.168.77.8/31");
        assert!(found.findings[0].evidence[0].line.is_some());
        assert_eq!(found.passed, 1);
    }

    #[test]
    fn looks_like_it() {
        let world = World::healthy().small();
        // Through the standby: another rule's matter.
        for hop in ["172.30.12.2", "172.30.12.3"] {
            let found = said_of_files(&LeafNoRoute, files(&world, &routes(hop, hop)));
            assert_eq!((found.lines(), found.passed), (vec![], 2));
        }
        let covered = routes("", "") + "B>* 0.0.0.0/0 [20/0] via 172.30.12.2, Vlan3003 onlink, weight 1, 01w2d01h\n";
        assert!(said_of_files(&LeafNoRoute, files(&world, &covered)).findings.is_empty());
        let young = "2026-10-06T09:40:40Z";
        let world = world.set("GatewayPeering/vpc-01--vpc-03", "/metadata/creationTimestamp", young).set(
            "GatewayPeering/vpc-02--vpc-03",
            "/metadata/creationTimestamp",
            young,
        );
        assert!(said_of_files(&LeafNoRoute, files(&world, &routes("", ""))).findings.is_empty());
    }

    #[test]
    fn not_checked_in_a_dump() {
        assert_eq!(said(&LeafNoRoute, &World::healthy().small()).not_checked, ["route tables of the leaves"]);
    }
}
