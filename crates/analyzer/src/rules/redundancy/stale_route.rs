//! A leaf still sends traffic to a dead gateway.

use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;

use super::served::groups_of_pairs;
use crate::facts::{Age, Context, Gw, PodRole};
use crate::finding::{Confidence, Evidence, Key, Severity};
use crate::rule::{Meta, Order, Outcome, Rule, Source};

/// Seconds until the routes must be gone: BFD notices in under a second, else BGP's hold time passes.
const WITH_BFD: i64 = 30;
const WITHOUT_BFD: i64 = 180;
/// Routes that are shown.
const SHOWN: usize = 3;

/// See the metadata.
#[derive(Debug)]
pub(super) struct StaleRoute;

static META: Meta = Meta {
    id: "leaf-route-to-dead-gateway",
    reference: &["GW-HA-STALEROUTE", "S11"],
    title: "A leaf still routes to a dead gateway",
    severities: &[Severity::Error],
    needs: &[Source::SwitchRoutes],
    uses: &[
        Source::CaptureTime,
        Source::Gateways,
        Source::GatewayPeerings,
        Source::GatewayAgents,
        Source::Pods,
        Source::Nodes,
        Source::Fabricator,
        Source::DaemonSets,
    ],
    explanation: "\
Looks in captured route tables of leaves for selected routes whose next hop is the VTEP address of a gateway that is dead
(its node or its pods) for more than 30 seconds with BFD, or 3 minutes without it.

## Why it matters

After the death of a gateway the leaves have to withdraw its routes and take those of the backup. A route that stays leads
traffic into nothing, although the backup may be fine.

## Not a fault

The first seconds after the death. Routes to a gateway whose heartbeat alone is missing: it may go on forwarding.

## What to do

Look at the BGP session of the leaf or spine to the gateway; it should be down.",
    explains: &[],
    order: Order::Redundancy,
};

impl Rule for StaleRoute {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn check(&self, cx: &Context<'_>, out: &mut Outcome) {
        if cx.is_25_05_namespace() {
            return;
        }
        let mut dead: BTreeMap<IpAddr, (Gw<'_, '_>, Option<Age>)> = BTreeMap::new();
        let vteps: BTreeMap<&str, &str> =
            cx.groups().values().flatten().map(|member| (member.gateway.as_str(), member.vtep_ip.as_str())).collect();
        for (name, vtep) in vteps {
            let (Some(gw), Ok(vtep)) = (cx.gateway(name), vtep.parse()) else { continue };
            if gw.is_25_05() || gw.is_new() || gw.deaths().is_empty() {
                out.pass();
            } else {
                dead.insert(vtep, (gw, dead_for(gw)));
            }
        }
        if dead.is_empty() {
            return;
        }
        let mut routes = routes_to(cx, &dead.keys().copied().collect());
        for (vtep, (gw, age)) in dead {
            let least = if fabric_bfd(gw) { WITH_BFD } else { WITHOUT_BFD };
            match (routes.remove(&vtep), age) {
                (None, _) => out.pass(),
                (Some(_), None) => out.not_checked(gw.gateway_subject(), Source::CaptureTime),
                (Some(routes), Some(age)) if age.over(least) => report(cx, out, gw, age, &routes),
                (Some(_), Some(_)) => out.pass(),
            }
        }
    }
}

/// A route to a dead gateway.
struct Stale {
    device: String,
    vpc: Option<String>,
    prefix: String,
    evidence: Evidence,
}

/// Selected routes by next hop, for these next hops.
fn routes_to(cx: &Context<'_>, hops: &BTreeSet<IpAddr>) -> BTreeMap<IpAddr, Vec<Stale>> {
    let mut found: BTreeMap<IpAddr, Vec<Stale>> = BTreeMap::new();
    for (device, output) in cx.switch_routes() {
        for table in &output.value.vrfs {
            let vpc = table.vrf.value.strip_prefix("VrfV").map(str::to_owned);
            for route in table.routes.iter().filter(|route| route.selected) {
                for hop in route.hops.iter().filter(|hop| !hop.unreachable && !hop.inactive) {
                    let Some(via) = hop.via.as_ref().filter(|via| hops.contains(&via.value)) else { continue };
                    found.entry(via.value).or_default().push(Stale {
                        device: device.clone(),
                        vpc: vpc.clone(),
                        prefix: route.prefix.value.to_string(),
                        evidence: output
                            .evidence(hop.span, format!("best route of {device} in VRF {}", table.vrf.value))
                            .value(via.value.to_string()),
                    });
                }
            }
        }
    }
    found
}

/// True if the gateway runs BFD towards the fabric.
fn fabric_bfd(gw: Gw<'_, '_>) -> bool {
    gw.agent().is_some_and(|agent| agent.spec.config.fabric_bfd)
}

/// Seconds since the last sign of life; none if nothing dates it.
fn dead_for(gw: Gw<'_, '_>) -> Option<Age> {
    let cx = gw.cx();
    let node = gw.node().and_then(|node| {
        let ready = node.status.conditions.iter().find(|condition| condition.kind == "Ready")?;
        (ready.status != "True").then_some(ready.last_transition_time)?
    });
    let ends =
        [(PodRole::Dataplane, "dataplane"), (PodRole::Frr, "frr")].into_iter().filter_map(|(role, container)| {
            let pods = gw.pods(role);
            let view = pods.iter().find_map(|pod| pod.container(container))?;
            if view.status.ready { None } else { view.last_end_time() }
        });
    let signs = ends.chain(node).chain(gw.heartbeat());
    signs.filter_map(|time| cx.age(time)).min_by_key(|age| age.seconds)
}

fn report(cx: &Context<'_>, out: &mut Outcome, gw: Gw<'_, '_>, age: Age, routes: &[Stale]) {
    let name = gw.name();
    let Some(first) = routes.first() else { return };
    for group in groups_of(cx, gw, routes) {
        let devices: BTreeSet<&str> = routes.iter().map(|route| route.device.as_str()).collect();
        let more = match routes.len() {
            1 => String::new(),
            n => format!(" and {} more", n.saturating_sub(1)),
        };
        let title = format!(
            "{} routes {}{more} to {name}, which is dead for at least {}",
            devices.iter().take(SHOWN).copied().collect::<Vec<_>>().join(", "),
            first.prefix,
            age.words()
        );
        let finding = out
            .finding(Severity::Error, cx.group_subject(&group).part(name), title)
            // Route tables and objects of a hand-made capture may be minutes apart.
            .confidence(Confidence::Likely)
            .detail(format!(
                "The leaf should have withdrawn the routes of {name} and taken those of the next member of group {group}: \
                 traffic to these prefixes is lost on the way."
            ))
            .evidences(routes.iter().take(SHOWN).map(|route| route.evidence.clone()))
            .evidences(vtep_evidence(gw))
            .run("See whether the session to the gateway is still up", "kubectl fabric inspect bgp")
            .run(format!("See what is wrong with {name}"), format!("kubectl get pods -n fab -o wide | grep gw--{name}--"))
            .key(gw.key())
            .key(Key::Group(group))
            .keys(devices.into_iter().map(|device| Key::Switch(device.to_owned())));
        out.report(finding);
    }
}

fn vtep_evidence(gw: Gw<'_, '_>) -> Option<Evidence> {
    let note = format!("VTEP address of {}", gw.name());
    match gw.gateway() {
        Some(gateway) => Some(gateway.evidence(&["spec", "vtepIP"], note)),
        None => Some(gw.agent()?.evidence(&["spec", "gateway", "vtepIP"], note)),
    }
}

/// Groups of the gateway that serve a VPC with such a route; all of its groups where none is told.
fn groups_of(cx: &Context<'_>, gw: Gw<'_, '_>, routes: &[Stale]) -> Vec<String> {
    let mine: Vec<String> = gw.groups().into_iter().map(|(group, _)| group).collect();
    let vpcs: BTreeSet<&str> = routes.iter().filter_map(|route| route.vpc.as_deref()).collect();
    let serving: BTreeSet<String> = groups_of_pairs(cx)
        .into_iter()
        .filter(|((a, b), _)| vpcs.contains(a.as_str()) || vpcs.contains(b.as_str()))
        .flat_map(|(_, groups)| groups)
        .collect();
    let matching: Vec<String> = mine.iter().filter(|group| serving.contains(*group)).cloned().collect();
    if matching.is_empty() { mine } else { matching }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use hh_worlds::{World, json};

    use super::StaleRoute;
    use crate::testing::{Said, said, said_of_files};

    /// `gateway-1` is on a node that is not ready since 09:20, with the last heartbeat then.
    fn dead(since: &str) -> World {
        World::healthy().small().set("GatewayAgent/gateway-1", "/status/lastHeartbeat", since).edit(
            "Node/gateway-1",
            |node| {
                node["status"]["conditions"] =
                    json!([{"type": "Ready", "status": "Unknown", "lastTransitionTime": since}]);
            },
        )
    }

    fn with_routes(world: &World, hop: &str) -> Said {
        let routes = format!(
            "Codes: K - kernel route, C - connected, S - static, B - BGP\n\nVRF VrfVvpc-01:\n\
             B>* 10.50.3.0/24 [200/0] via {hop}, Vlan3001 onlink, weight 1, 08:12:10\n\
             B   10.50.9.0/24 [200/0] via 172.30.12.2, Vlan3001 onlink, weight 1, 08:12:10\n"
        );
        let mut files: BTreeMap<String, Vec<u8>> = world.files();
        files.insert("leaf-01-routes.txt".into(), routes.into_bytes());
        said_of_files(&StaleRoute, files)
    }

    #[test]
    fn the_best_route_leads_to_a_dead_gateway() {
        let said = with_routes(&dead("2026-10-06T09:20:00Z"), "172.30.12.2");
        assert_eq!(said.lines(), ["error GatewayGroup/default (gateway-1)"]);
        let finding = &said.findings[0];
        assert!(
            finding.title.starts_with("leaf-01 routes 10.50.3.0/24 to gateway-1, which is dead"),
            "{}",
            finding.title
        );
        assert_eq!(finding.evidence[0].path.as_deref(), Some("leaf-01-routes.txt"));
        assert_eq!((finding.evidence[0].line, finding.evidence[0].value.as_deref()), (Some(4), Some("172.30.12.2")));
    }

    #[test]
    fn the_backup_took_over() {
        // The route through the dead gateway is known, but not selected.
        let said = with_routes(&dead("2026-10-06T09:20:00Z"), "172.30.12.3");
        assert_eq!((said.lines(), said.passed), (vec![], 2));
    }

    #[test]
    fn it_died_seconds_ago() {
        let said = with_routes(&dead("2026-10-06T09:41:00Z"), "172.30.12.2");
        assert_eq!(said.lines(), Vec::<String>::new());
    }

    #[test]
    fn a_live_gateway_is_the_right_next_hop() {
        let said = with_routes(&World::healthy().small(), "172.30.12.2");
        assert_eq!((said.lines(), said.passed), (vec![], 2));
    }

    #[test]
    fn a_dump_holds_no_routes_of_leaves() {
        let said = said(&StaleRoute, &dead("2026-10-06T09:20:00Z"));
        assert_eq!(said.not_checked, ["route tables of the leaves"]);
    }
}
