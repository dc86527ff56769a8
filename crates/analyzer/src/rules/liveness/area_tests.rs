//! The rules of this area together: root causes.

use std::collections::BTreeSet;

use hh_worlds::{Value, World, json};

use super::RULES;
use crate::Options;
use crate::testing::analysis;

fn path(world: &World, role: &str) -> String {
    format!("Pod/{}", world.pod("gateway-1", role))
}

fn container(world: World, role: &str, index: usize, state: Value, restarts: u64) -> World {
    let pod = path(&world, role);
    let at = format!("/status/containerStatuses/{index}");
    world.set(&pod, &format!("{at}/state"), state).set(&pod, &format!("{at}/ready"), false).set(
        &pod,
        &format!("{at}/restartCount"),
        restarts,
    )
}

fn stale(world: World) -> World {
    let time = "2026-10-06T09:27:17Z";
    world.set("GatewayAgent/gateway-1", "/status/lastHeartbeat", time).set(
        "GatewayAgent/gateway-1",
        "/status/state/lastCollectedTime",
        time,
    )
}

/// `rule Kind/name` of the root causes of this area.
fn roots(world: &World) -> Vec<String> {
    let ours: BTreeSet<&str> = RULES.iter().map(|rule| rule.meta().id).collect();
    let report = analysis(world, &Options::default()).report;
    let mine = report.root_causes.iter().filter(|root| ours.contains(root.rule.as_str()));
    mine.map(|root| format!("{} {}/{}", root.rule, root.subject.kind, root.subject.name)).collect()
}

fn crash() -> Value {
    json!({"waiting": {"reason": "CrashLoopBackOff"}})
}

#[test]
fn a_crashing_dataplane_is_the_root() {
    let world = stale(container(World::healthy().small(), "dataplane", 0, crash(), 12));
    assert_eq!(roots(&world), [format!("gateway-dataplane-down {}", path(&world, "dataplane"))]);
}

#[test]
fn a_dead_node_is_the_root() {
    let world = stale(container(World::healthy().small(), "frr", 0, crash(), 2));
    let world = world.set("Node/gateway-1", "/status/conditions/3/status", "Unknown");
    assert_eq!(roots(&world), ["node-down Node/gateway-1"]);
}

#[test]
fn a_missing_node_explains_daemonsets_and_pods() {
    let world = World::healthy().small();
    let (dataplane, frr) = (path(&world, "dataplane"), path(&world, "frr"));
    let set = "/status/desiredNumberScheduled";
    let world = stale(world).delete(&dataplane).delete(&frr).set("DaemonSet/gw--gateway-1--dataplane", set, 0).set(
        "DaemonSet/gw--gateway-1--frr",
        set,
        0,
    );
    assert_eq!(roots(&world), ["gateway-daemonset-unscheduled DaemonSet/gw--gateway-1--dataplane"]);
    assert_eq!(roots(&world.delete("Node/gateway-1")), ["node-down Node/gateway-1"]);
}

#[test]
fn lack_of_memory_explains_the_crash() {
    let world = container(World::healthy().small(), "dataplane", 0, crash(), 3);
    let pod = path(&world, "dataplane");
    let end = json!({"terminated": {"reason": "OOMKilled", "exitCode": 137, "finishedAt": "2026-10-06T09:40:17Z"}});
    let world = stale(world).set(&pod, "/status/containerStatuses/0/lastState", end);
    assert_eq!(roots(&world), [format!("gateway-container-oom-killed {pod}")]);
}

#[test]
fn the_exporter_is_its_own_root() {
    let world = container(World::healthy().small(), "frr", 1, crash(), 3);
    assert_eq!(roots(&world), [format!("gateway-frr-exporter-down {}", path(&world, "frr"))]);
}

#[test]
fn new_gateways_are_no_roots() {
    let young = "2026-10-06T09:40:57Z";
    let starting = || json!({"waiting": {"reason": "PodInitializing"}});
    let world = container(World::healthy().small(), "dataplane", 0, starting(), 0);
    let world = container(container(world, "frr", 0, starting(), 0), "frr", 1, starting(), 0);
    let (dataplane, frr) = (path(&world, "dataplane"), path(&world, "frr"));
    let world = world
        .set(&dataplane, "/metadata/creationTimestamp", young)
        .set(&frr, "/metadata/creationTimestamp", young)
        .set("Gateway/gateway-1", "/metadata/creationTimestamp", young)
        .set("GatewayAgent/gateway-1", "/metadata/creationTimestamp", young)
        .set("GatewayAgent/gateway-1", "/status", json!({}));
    assert_eq!(roots(&world), Vec::<String>::new());
}
