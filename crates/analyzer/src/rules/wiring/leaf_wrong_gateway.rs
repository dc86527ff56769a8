//! A leaf prefers a gateway that is not the preferred one.

use std::collections::BTreeMap;

use super::leaf_routes::{self, Wanted};
use crate::facts::{Context, Gw, Member};
use crate::finding::{Confidence, Finding, Key, Severity};
use crate::parse::command::RouteEntry;
use crate::rule::{Meta, Order, Outcome, Rule, Source};

/// See the metadata.
#[derive(Debug)]
pub(super) struct LeafWrongGateway;

static META: Meta = Meta {
    id: "leaf-prefers-standby-gateway",
    reference: &["GW-LEAF-WRONGGW", "S5"],
    title: "A leaf routes to a gateway that is not the preferred one",
    severities: &[Severity::Warning],
    needs: &[Source::GatewayPeerings, Source::SwitchRoutes],
    uses: &[
        Source::ShowTech,
        Source::Fabricator,
        Source::DaemonSets,
        Source::CaptureTime,
        Source::Gateways,
        Source::GatewayAgents,
        Source::VpcInfos,
        Source::Nodes,
        Source::Pods,
    ],
    explanation: "\
Reads the routes of VRF `VrfV<vpc>` of captured leaves: the best route to a public prefix of a peering should lead to \
the preferred member of its group while that member is healthy and runs its newest configuration.

## Why it matters

Leaves that disagree send the two directions of a flow through different gateways, which breaks NAT.

## Not a fault

- the preferred member is down: the standby serves
- a route younger than a minute

## What to do

Compare communities and local preference on the leaf, and the group's priorities.",
    explains: &[],
    order: Order::Routes,
};

impl Rule for LeafWrongGateway {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn check(&self, cx: &Context<'_>, out: &mut Outcome) {
        let mut findings: BTreeMap<(String, String), Finding> = BTreeMap::new();
        let states = leaf_routes::states(cx);
        for wanted in leaf_routes::wanted(cx) {
            let Some(state) = wanted.members.first().and_then(|member| states.get(member.gateway.as_str())) else {
                continue;
            };
            let (preferred, health) = (state.gateway, &state.health);
            if !health.is_healthy() || health.applied != Some(true) || preferred.is_new() {
                continue;
            }
            let mut right = true;
            for prefix in &wanted.prefixes {
                let Some((route, member)) = best(&wanted, prefix) else { continue };
                if member.gateway == preferred.name() || is_young(route) {
                    continue;
                }
                right = false;
                let key = (preferred.name().to_owned(), wanted.vpc.to_owned());
                let finding = match findings.remove(&key) {
                    Some(finding) => finding,
                    None => start(out, &wanted, &preferred, member),
                };
                let note = format!("{} sends {prefix} to {}", wanted.leaf, member.gateway);
                findings.insert(
                    key,
                    finding
                        .evidence(wanted.output.evidence(route.span, note))
                        .key(Key::Switch(wanted.leaf.into()))
                        .key(Key::Peering(wanted.peering.name().into())),
                );
            }
            if right {
                out.pass();
            }
        }
        for finding in findings.into_values() {
            out.report(finding);
        }
    }
}

/// The best route to a prefix and the member that it leads to.
fn best<'w>(wanted: &'w Wanted<'_>, prefix: &ipnet::IpNet) -> Option<(&'w RouteEntry, &'w Member)> {
    let route = wanted.routes_for(*prefix).next()?;
    Some((route, wanted.member(route)?))
}

fn is_young(route: &RouteEntry) -> bool {
    route.hops.iter().filter_map(|hop| hop.age).any(|age| age < 60)
}

fn start(out: &Outcome, wanted: &Wanted<'_>, preferred: &Gw<'_, '_>, member: &Member) -> Finding {
    out.finding(
        Severity::Warning,
        preferred.agent_subject().part(wanted.vpc),
        format!(
            "{} sends traffic of {} to {} instead of {}",
            wanted.leaf,
            wanted.vpc,
            member.gateway,
            preferred.name()
        ),
    )
    .confidence(Confidence::Likely)
    .detail(format!(
        "{} is the preferred member of group {} and healthy, but the best route of the leaf leads to {}.",
        preferred.name(),
        wanted.peering.spec.group(),
        member.gateway
    ))
    .key(preferred.key())
    .key(Key::Group(wanted.peering.spec.group().into()))
    .key(Key::Vpc(wanted.vpc.into()))
    .run("see members and priorities", "kubectl get gateways -o yaml")
    .run("see the sessions of the leaf", format!("kubectl fabric inspect bgp --switch-name {}", wanted.leaf))
}

#[cfg(test)]
mod tests {
    use hh_worlds::World;

    use super::LeafWrongGateway;
    use crate::rules::wiring::leaf_no_route::tests::{files, routes};
    use crate::testing::{said, said_of_files};

    #[test]
    fn the_standby_is_preferred() {
        let world = World::healthy().small();
        let found = said_of_files(&LeafWrongGateway, files(&world, &routes("172.30.12.3", "172.30.12.2")));
        assert_eq!(found.lines(), ["warning GatewayAgent/gateway-1 (vpc-03)"]);
        assert!(found.findings[0].evidence[0].line.is_some());
        assert_eq!(found.passed, 1);
    }

    #[test]
    fn looks_like_it() {
        let world = World::healthy().small();
        let right = said_of_files(&LeafWrongGateway, files(&world, &routes("172.30.12.2", "172.30.12.2")));
        assert_eq!((right.lines(), right.passed), (vec![], 2));
        // The preferred one is silent.
        let stale = world.clone().set("GatewayAgent/gateway-1", "/status/lastHeartbeat", "2026-10-06T09:20:00Z");
        let served = said_of_files(&LeafWrongGateway, files(&stale, &routes("172.30.12.3", "172.30.12.3")));
        assert!(served.findings.is_empty());
        let young = routes("172.30.12.3", "172.30.12.3").replace("01w2d01h", "00:00:20");
        assert!(said_of_files(&LeafWrongGateway, files(&world, &young)).findings.is_empty());
    }

    #[test]
    fn not_checked_in_a_dump() {
        assert_eq!(said(&LeafWrongGateway, &World::healthy().small()).not_checked, ["route tables of the leaves"]);
    }
}
