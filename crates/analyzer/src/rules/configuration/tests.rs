//! The rules of this area together.

use std::collections::BTreeMap;

use hh_worlds::World;

use super::RULES;
use super::recompute::tests::{agents, lagging, overlapping, with_peering};
use crate::Options;
use crate::rule::{Source, SourceSet};
use crate::testing::analysis;

/// Example bundles with what is special in them.
fn worlds() -> Vec<World> {
    let dump = |text: &str| World::from_dump(text).small();
    vec![
        World::healthy().small(),
        World::older().small(),
        dump(include_str!("../../../../../bundles/gateway-gen-lag.hhs")),
        dump(include_str!("../../../../../bundles/bgp-down.hhs")),
        dump(include_str!("../../../../../bundles/drops.hhs")),
        overlapping().without_insights(),
        // A lag that nothing dates, and FRR behind.
        World::healthy().small().without_insights().set("GatewayAgent/gateway-2", "/metadata/generation", 50).set(
            "GatewayAgent/gateway-1",
            "/status/state/frr/lastAppliedGen",
            1,
        ),
        World::healthy().small().set("GatewayAgent/gateway-2", "/status/state/dataplane/version", "v0.14.0"),
        World::healthy().small().without("GatewayAgent"),
        World::empty("2026-03-11T15:02:20Z").add(AGENT),
        three_pods(),
        broken_frr(),
        broken_configuration(),
    ]
}

#[test]
fn the_sources_declared_are_those_read() {
    let mut read: BTreeMap<&str, SourceSet> = BTreeMap::new();
    for world in worlds() {
        for run in analysis(&world, &Options::default()).runs.into_iter().flatten() {
            let all = read.entry(run.meta.id).or_default();
            *all = all.union(run.read);
        }
    }
    let mut wrong = Vec::new();
    for rule in RULES {
        let meta = rule.meta();
        let declared: SourceSet = meta.needs.iter().chain(meta.uses).copied().collect();
        let read = read.get(meta.id).copied().unwrap_or_default();
        let superfluous: Vec<Source> = declared.iter().filter(|source| !read.contains(*source)).collect();
        let undeclared: Vec<Source> = read.iter().filter(|source| !declared.contains(*source)).collect();
        if !superfluous.is_empty() || !undeclared.is_empty() {
            wrong.push(format!("{}: not read {superfluous:?}, not declared {undeclared:?}", meta.id));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

const AGENT: &str = "
apiVersion: gwint.githedgehog.com/v1alpha1
kind: GatewayAgent
metadata: {name: gw-west, namespace: default, generation: 15, creationTimestamp: \"2026-03-02T08:11:41Z\"}
spec: {gateway: {asn: 65534}}
status:
  lastAppliedGen: 14
  lastAppliedTime: \"2026-03-11T14:20:03Z\"
  lastHeartbeat: \"2026-03-11T15:02:18Z\"
  state: {lastCollectedTime: \"2026-03-11T15:02:18Z\", dataplane: {version: v0.25.2}, frr: {lastAppliedGen: 14}, bgp: {}}
";

/// The skeleton of gateway reference 11.1.
#[test]
fn a_refused_group_in_a_small_dump() {
    let line = "2026-03-11T14:31:02.120034Z ERROR mgmt dataplane_mgmt::processor::k8s_client: 160: Failed to apply the config for genid 15: Failure applying config: A VPC peering object refers to non-existent group 'edge'\n";
    let world = World::empty("2026-03-11T15:02:20Z").add(AGENT).log("gw--gw-west--dataplane-7hx2p", "dataplane", line);
    let report = analysis(&world, &Options::default()).report;
    let roots: Vec<&str> = report.root_causes.iter().map(|root| root.reference[0].as_str()).collect();
    assert_eq!(roots, ["GW-CFG-REJECT"], "{:#?}", report.root_causes);
    assert_eq!(report.root_causes[0].explains, ["gateway-config-not-applied/GatewayAgent/default/gw-west"]);

    // With the peering in the spec, that is the object to change.
    let peering = serde_json::json!({"app--store": {"gatewayGroup": "edge", "peering": {
        "app": {"expose": [{"ips": [{"cidr": "10.30.1.0/24"}]}]},
        "store": {"expose": [{"ips": [{"cidr": "10.40.2.0/24"}]}]},
    }}});
    let vpcs = serde_json::json!({
        "app": {"internalID": "0003a", "vni": 300, "subnets": {"front": {"cidr": "10.30.1.0/24"}}},
        "store": {"internalID": "0004c", "vni": 400, "subnets": {"db": {"cidr": "10.40.2.0/24"}}},
    });
    let agent = "GatewayAgent/gw-west";
    let world = world
        .set(agent, "/spec/peerings", peering)
        .set(agent, "/spec/vpcs", vpcs)
        .set(agent, "/spec/gateway/vtepIP", "172.30.12.22/32")
        .set(agent, "/spec/gateway/vtepMAC", "ca:fe:ba:be:00:22");
    let report = analysis(&world, &Options::default()).report;
    let roots: Vec<_> = report.root_causes.iter().map(|root| (&*root.reference[0], &*root.subject.name)).collect();
    assert_eq!(roots, [("GW-CFG-FOREIGNGROUP", "app--store")], "{:#?}", report.root_causes);
    assert_eq!(
        report.root_causes[0].explains,
        [
            "gateway-config-not-applied/GatewayAgent/default/gw-west",
            "gateway-config-rejected/GatewayAgent/default/gw-west"
        ]
    );
}

/// A gateway of 25.05 whose agent lost its status.
fn three_pods() -> World {
    World::empty("2026-03-11T15:02:20Z")
        .add(
            "
apiVersion: gateway.githedgehog.com/v1alpha1
kind: Gateway
metadata: {name: gw-old, namespace: fab, creationTimestamp: \"2026-03-02T08:11:41Z\"}
spec: {asn: 65534}
---
apiVersion: gwint.githedgehog.com/v1alpha1
kind: GatewayAgent
metadata: {name: gw-old, namespace: fab, generation: 6, creationTimestamp: \"2026-03-02T08:11:41Z\"}
spec: {gateway: {asn: 65534}}
status: {lastAppliedGen: 5, state: {frr: {lastAppliedGen: 5}}}
",
        )
        .log("gw--gw-old--dataplane-7hx2p", "dataplane", LINES)
}

const LINES: &str = "\
2026-10-06T09:20:00.000000Z ERROR mgmt dataplane_nat::portfw: 88: Failure adding port-forwarding rule (config validation failed)
2026-10-06T09:35:19.100000Z ERROR rio dataplane_routing::frr::frrmi: 380: Failed to apply FRR configuration for gen 60: Reloading error
2026-10-06T09:36:19.100000Z  INFO mgmt dataplane_mgmt::processor::proc: 195: Rolling back to config with genid 5...
2026-10-06T09:40:00.000000Z  WARN rio dataplane_routing::frr::frrmi: 300: Request sent to frr-agent timed out! Will reconnect...
2026-10-06T09:41:26.000000Z ERROR mgmt dataplane_k8s_intf::client: 90: Watcher error: missing field `asn`. Restarting kube client in 2s...
";

/// FRR of gateway-2 fails in every way.
fn broken_frr() -> World {
    let world = World::healthy().small();
    let pod = world.pod("gateway-2", "dataplane");
    world
        .set("GatewayAgent/gateway-2", "/status/state/dataplane/version", "v0.14.0")
        .log(&pod, "dataplane", LINES)
        .insight_replace("gateway-2", "dataplane: show tech", "STATUS: Connected", "STATUS: Incompatible")
        .insight_replace("gateway-2", "frr: show running-config", "router bgp 65534 vrf 00003-vrf", "! nothing")
}

/// The newest configuration of both gateways breaks a rule of each kind.
fn broken_configuration() -> World {
    let spec = |group: &str| {
        format!(
            "
  gatewayGroup: {group}
  acl: {{rules: [{{from: vpc-01, to: vpc-03, action: allow}}]}}
  peering:
    vpc-01: {{expose: [{{ips: [{{cidr: 10.20.1.0/25}}]}}]}}
    vpc-03: {{expose: [{{ips: [{{cidr: 10.20.3.0/25}}]}}]}}"
        )
    };
    let world = World::healthy().small().without_insights();
    let world = with_peering(with_peering(world, "again", &spec("default")), "away", &spec("edge"));
    lagging(agents(world, |world, agent| world.set(agent, "/spec/communities", serde_json::json!({"0": "50001:0"}))))
}
