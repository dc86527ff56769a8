//! Route tables of the leaves (point 13).

use std::fmt::Write as _;

use hh_worlds::World;

use super::*;
use crate::Files;

/// (VRF, prefix, next hop).
type Route = (&'static str, &'static str, &'static str);

const LEAF_1: [Route; 9] = [
    ("VrfVvpc-01", "10.20.3.0/24", "172.30.12.2"),
    ("VrfVvpc-02", "10.20.3.0/24", "172.30.12.2"),
    ("VrfVvpc-03", "10.20.1.0/24", "172.30.12.2"),
    ("VrfVvpc-03", "192.168.77.8/31", "172.30.12.2"),
    ("VrfVvpc-04", "0.0.0.0/0", "172.30.12.2"),
    ("default", "172.30.12.1/32", "172.30.128.0"),
    ("default", "172.30.12.2/32", "172.30.128.9"),
    ("default", "172.30.12.3/32", "172.30.128.13"),
    ("default", "172.30.8.0/32", "172.30.128.0"),
];

const LEAF_2: [Route; 6] = [
    ("VrfVvpc-01", "10.20.3.0/24", "172.30.12.2"),
    ("VrfVvpc-02", "10.20.3.0/24", "172.30.12.2"),
    ("VrfEexternal-01", "198.51.100.16/30", "172.30.12.2"),
    ("default", "172.30.12.0/32", "172.30.128.4"),
    ("default", "172.30.12.2/32", "172.30.128.11"),
    ("default", "172.30.12.3/32", "172.30.128.15"),
];

/// `show ip route vrf all` of a leaf; `change` may drop a route or give it another next hop.
fn table(routes: &[Route], change: impl Fn(Route) -> Option<Route>) -> String {
    let mut text = String::from(
        "Codes: K - kernel route, C - connected, L - local, S - static,\n       R - RIP, O - OSPF, I - IS-IS, B - BGP, E - EIGRP, N - NHRP,\n       > - selected route, * - FIB route, q - queued, r - rejected, b - backup\n       t - trapped, o - offload failure\n",
    );
    let mut last = "";
    for (vrf, prefix, hop) in routes.iter().copied() {
        if vrf != last {
            let _ = writeln!(text, "\nIPv4 unicast VRF {vrf}:");
            last = vrf;
        }
        let Some((_, _, hop)) = change((vrf, prefix, hop)) else { continue };
        let interface = if vrf == "default" { "Ethernet50" } else { "Vlan3001" };
        let onlink = if vrf == "default" { "" } else { " onlink" };
        let _ = writeln!(text, "B>* {prefix} [20/0] via {hop}, {interface}{onlink}, weight 1, 00:44:52");
    }
    text
}

fn with_tables(world: &World, change: impl Fn(Route) -> Option<Route> + Copy) -> Files {
    let mut files = world.files();
    files.insert("leaf-01-show-ip-route-vrf-all.txt".into(), table(&LEAF_1, change).into_bytes());
    files.insert("leaf-02-show-ip-route-vrf-all.txt".into(), table(&LEAF_2, change).into_bytes());
    files
}

/// The leaves have no route of `vpc-01` to `vpc-03`.
#[must_use]
pub fn route_missing() -> Files {
    with_tables(&base(), |route| (route.0 != "VrfVvpc-01").then_some(route))
}

/// The leaves send the traffic of `vpc-01` to the standby.
#[must_use]
pub fn standby_preferred() -> Files {
    with_tables(&base(), |(vrf, prefix, hop)| {
        Some((vrf, prefix, if vrf == "VrfVvpc-01" { "172.30.12.3" } else { hop }))
    })
}

/// The node of `gateway-1` is down for 25 minutes, and the leaves still send to it.
#[must_use]
pub fn routes_stale() -> Files {
    with_tables(&liveness::node_down(), Some)
}
