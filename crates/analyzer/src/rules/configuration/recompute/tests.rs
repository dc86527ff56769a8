//! Worlds with configurations that break rules.

use hh_worlds::{World, kind, name};

const AGENTS: [&str; 2] = ["GatewayAgent/gateway-1", "GatewayAgent/gateway-2"];

/// Changes both agents alike.
pub(in crate::rules::configuration) fn agents(world: World, change: impl Fn(World, &str) -> World) -> World {
    AGENTS.into_iter().fold(world, change)
}

/// Both agents have one generation more than they run.
pub(in crate::rules::configuration) fn lagging(world: World) -> World {
    agents(world, |world, agent| {
        let next = world.object(agent)["metadata"]["generation"].as_i64().unwrap_or(0) + 1;
        world.set(agent, "/metadata/generation", next)
    })
}

/// A peering, stored three minutes before the capture, and its copy in both agents.
pub(in crate::rules::configuration) fn with_peering(world: World, peering: &str, spec: &str) -> World {
    let world = world.add(&format!(
        "apiVersion: gateway.githedgehog.com/v1alpha1
kind: GatewayPeering
metadata:
  name: {peering}
  namespace: default
  creationTimestamp: \"2026-10-06T09:38:00Z\"
spec: {spec}
"
    ));
    let stored = world.object(&format!("GatewayPeering/{peering}"))["spec"].clone();
    agents(world, |world, agent| world.set(agent, &format!("/spec/peerings/{peering}"), stored.clone()))
}

/// A new peering offers vpc-03 a part of the prefix that it sees of vpc-01; both gateways lag.
pub(in crate::rules::configuration) fn overlapping() -> World {
    lagging(with_peering(
        World::healthy().small(),
        "vpc-04--vpc-03",
        "
  gatewayGroup: default
  peering:
    vpc-04: {expose: [{ips: [{cidr: 10.20.1.128/25}]}]}
    vpc-03: {expose: [{ips: [{cidr: 10.20.3.0/24}]}]}",
    ))
}

#[test]
fn the_worlds_hold_what_they_say() {
    let world = overlapping();
    assert!(world.objects.iter().any(|object| kind(object) == "GatewayPeering" && name(object) == "vpc-04--vpc-03"));
    assert!(world.object(AGENTS[0])["spec"]["peerings"].get("vpc-04--vpc-03").is_some());
}
