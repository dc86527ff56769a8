//! What a gateway's own outputs tell: routes, counters, clocks.

use super::show;
use super::{Fault, Least, Outcome, outcome};
use crate::build::{Release, Rng, Site, ago};

macro_rules! fault {
    ($name:literal, $since:ident, $apply:expr) => {
        Fault { name: $name, since: Release::$since, apply: $apply }
    };
}

pub(super) const FAULTS: &[Fault] = &[
    fault!("a masquerade pool has no ports left", R26_03, pool_exhausted),
    fault!("no gateway has the route of a VPC", R26_02, vpc_route_missing),
    fault!("no gateway has a route of the external", R26_02, external_route_missing),
    fault!("FRR lost its dataplane plugin connection", R26_02, plugin_disconnected),
    fault!("two gateways have one VTEP address", R26_01, vtep_twice),
    fault!("a gateway's clock is ahead", R26_01, clock_ahead),
    fault!("a session never came up since the dataplane started", R26_02, never_up),
];

const ROUTES: &[&str] = &["GW-CTR-*", "GW-LEAF-NOROUTE"];

/// Changes the count of a row of `Packet stats`.
fn packet_stat(site: &mut Site, gateway: &str, row: &str, count: u64) {
    show::change_output(site, gateway, "dataplane: show tech", |line| {
        let text = line.trim_start();
        let counted = text.strip_prefix(row).is_some_and(|rest| rest.trim().parse::<u64>().is_ok());
        if counted { format!("    {row:<30} {count}") } else { line.to_owned() }
    });
}

fn pool_exhausted(site: &mut Site, _: &mut Rng) -> Option<Outcome> {
    let state = &mut site.at("GatewayAgent/gateway-1")["status"]["state"];
    state["peerings"]["vpc-02->vpc-03"]["d"] = 120_400.into();
    state["vpcs"]["vpc-02"]["d"] = 120_400.into();
    packet_stat(site, "gateway-1", "NAT: out of resources", 119_800);
    outcome(
        &["GW-NAT-POOL"],
        ("GatewayPeering", &["vpc-02--vpc-03"]),
        Least::Warning,
        &["GW-DROPS", "GW-METRICS-DROPS"],
        &["gateway-1", "peering"],
    )
}

/// Takes the routes of a VRF away from every gateway.
fn without_routes(site: &mut Site, vrf: &str) {
    for gateway in site.places.gateway_names() {
        for command in ["frr: show ip route vrf all", "frr: show ip fib vrf all"] {
            let mut inside = false;
            show::change_output(site, &gateway, command, |line| {
                if line.contains(" VRF ") {
                    inside = line.contains(&format!("VRF {vrf}:"));
                }
                if inside && line.starts_with(['B', ' ']) { String::new() } else { line.to_owned() }
            });
        }
    }
}

fn vpc_route_missing(site: &mut Site, _: &mut Rng) -> Option<Outcome> {
    without_routes(site, "00003-vrf");
    outcome(
        &["GW-EVPN-NOROUTE"],
        ("GatewayAgent", &["gateway-1"]),
        Least::Error,
        ROUTES,
        &["gateway-1", "gateway-2", "gateway-3", "gateway-4", "group"],
    )
}

fn external_route_missing(site: &mut Site, _: &mut Rng) -> Option<Outcome> {
    without_routes(site, "00005-vrf");
    outcome(
        &["GW-EXT-NOROUTE"],
        ("GatewayAgent", &["gateway-1"]),
        Least::Warning,
        ROUTES,
        &["gateway-1", "gateway-2", "gateway-3", "gateway-4", "group", "external", "leaf-02"],
    )
}

fn plugin_disconnected(site: &mut Site, rng: &mut Rng) -> Option<Outcome> {
    let gateway = rng.pick(&site.places.gateway_names())?.clone();
    show::change_output(site, &gateway, "frr: show hedgehog rpc stats", |line| {
        line.replace("sock connected: yes", "sock connected: no").replace("contacted: yes", "contacted: no")
    });
    outcome(
        &["GW-CPI-DOWN"],
        ("GatewayAgent", &[&gateway]),
        Least::Error,
        &["GW-EVPN-NOROUTE", "GW-EXT-NOROUTE", "GW-CTR-*"],
        &[&gateway],
    )
}

fn vtep_twice(site: &mut Site, _: &mut Rng) -> Option<Outcome> {
    if site.plan.gateways < 2 {
        return None;
    }
    let ip = site.world.object("Gateway/gateway-1")["spec"]["vtepIP"].clone();
    site.at("Gateway/gateway-2")["spec"]["vtepIP"] = ip.clone();
    site.at("GatewayAgent/gateway-2")["spec"]["gateway"]["vtepIP"] = ip.clone();
    for gateway in site.places.gateway_names() {
        let agent = site.at(&format!("GatewayAgent/{gateway}"));
        for member in agent["spec"]["groups"]["default"]["members"].as_array_mut().into_iter().flatten() {
            if member["name"] == "gateway-2" {
                member["vtepIP"] = ip.clone();
            }
        }
    }
    outcome(
        &["GW-WIRE-DUP"],
        ("Gateway", &["gateway-1", "gateway-2"]),
        Least::Critical,
        &["GW-BGP-*", "GW-BFD-*", "BGP-403", "BGP-409", "BFD-420"],
        &["gateway-1", "gateway-2", "group"],
    )
}

fn clock_ahead(site: &mut Site, rng: &mut Rng) -> Option<Outcome> {
    let gateway = rng.pick(&site.places.gateway_names())?.clone();
    let status = &mut site.at(&format!("GatewayAgent/{gateway}"))["status"];
    status["lastHeartbeat"] = ago(-7200);
    status["state"]["lastCollectedTime"] = ago(-7200);
    outcome(&["GW-CLOCK", "FAB-017"], ("*", &[&gateway]), Least::Warning, &["GW-*", "FAB-017"], &[&gateway])
}

fn never_up(site: &mut Site, rng: &mut Rng) -> Option<Outcome> {
    let link = rng.pick(&site.places.gateways)?.clone();
    let agent = site.at(&format!("GatewayAgent/{}", link.gateway));
    agent["status"]["state"]["bgp"]["vrfs"]["default"]["neighbors"].as_object_mut()?.remove(&link.switch_ip);
    show::frr_session_down(site, &link, 790_000);
    let session = &mut site.state(&link.switch)["bgpNeighbors"]["default"][&link.gateway_ip];
    *session = serde_json::json!({
        "enabled": true, "localAS": session["localAS"].clone(), "peerAS": session["peerAS"].clone(),
        "peerGroup": "gateway", "peerType": "external", "state": "active", "prefixes": {},
    });
    show::bfd_down(site, &link.switch, &link.gateway_ip);
    outcome(
        &["GW-BGP-MISSING", "BGP-403"],
        ("*", &[&link.gateway]),
        Least::Error,
        &["GW-BGP-*", "GW-BFD-*", "GW-HA-*", "GW-EVPN-NOROUTE", "GW-EXT-NOROUTE", "BGP-*", "BFD-420"],
        &[&link.gateway, &link.switch],
    )
}
