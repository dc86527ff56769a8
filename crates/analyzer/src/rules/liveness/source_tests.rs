//! The rules of this area declare the sources that they read.

use std::collections::BTreeMap;

use hh_worlds::{Value, World, json};

use super::RULES;
use crate::Options;
use crate::rule::{Source, SourceSet};
use crate::testing::{analysis, analysis_of_files};

fn pod(world: &World, role: &str) -> String {
    format!("Pod/{}", world.pod("gateway-1", role))
}

/// Sets the state of a container.
fn state(world: World, role: &str, index: usize, state: Value) -> World {
    let pod = pod(&world, role);
    let at = format!("/status/containerStatuses/{index}");
    world.set(&pod, &format!("{at}/state"), state).set(&pod, &format!("{at}/ready"), false)
}

/// Restarts of a container that runs, with its last end.
fn restarted(world: World, role: &str, index: usize, reason: &str) -> World {
    let pod = pod(&world, role);
    let at = format!("/status/containerStatuses/{index}");
    world.set(&pod, &format!("{at}/restartCount"), 4).set(&pod, &format!("{at}/lastState"), ended(reason))
}

fn ended(reason: &str) -> Value {
    json!({"terminated": {"reason": reason, "exitCode": 1, "finishedAt": "2026-10-06T09:38:17Z"}})
}

fn crash() -> Value {
    json!({"waiting": {"reason": "CrashLoopBackOff"}})
}

fn stale(world: World) -> World {
    let time = "2026-10-06T09:27:17Z";
    world.set("GatewayAgent/gateway-1", "/status/lastHeartbeat", time).set(
        "GatewayAgent/gateway-1",
        "/status/state/lastCollectedTime",
        time,
    )
}

/// Adds the agent pod of 25.05, as a copy of the dataplane's.
fn with_agent_pod(mut world: World) -> World {
    let mut agent = world.object(&pod(&world, "dataplane")).clone();
    agent["metadata"]["name"] = json!("gw--gateway-1--agent-abcde");
    agent["status"]["containerStatuses"][0]["name"] = json!("agent");
    world.objects.push(agent);
    world.log("gw--gateway-1--agent-abcde", "agent", "time=2026-10-06T09:40:17Z level=INFO msg=\"Handling update\"\n")
}

const PANIC: &str = "thread 'x' panicked at nat/src/portfw/flow/setup.rs:1:1:\nboom\n";

/// Faults of pods.
fn pods() -> Vec<World> {
    let healthy = World::healthy().small();
    let control_node = healthy.clone().set("Node/control-1", "/status/conditions/3/status", "False");
    let dataplane = pod(&healthy, "dataplane").trim_start_matches("Pod/").to_owned();
    let panicked = |world: World| world.previous_log(&dataplane, "dataplane", PANIC);
    let agent = with_agent_pod(healthy.clone());
    vec![
        control_node,
        panicked(state(healthy.clone(), "dataplane", 0, crash())),
        panicked(restarted(healthy.clone(), "dataplane", 0, "Error")),
        restarted(healthy.clone(), "frr", 0, "Error"),
        restarted(healthy.clone(), "frr", 1, "Error"),
        restarted(healthy.clone(), "dataplane", 0, "OOMKilled"),
        restarted(agent.clone(), "agent", 0, "Error"),
        state(agent, "agent", 0, ended("Error")),
        state(healthy.clone(), "dataplane", 0, ended("Error")),
        state(healthy.clone(), "frr", 0, ended("Error")),
        state(healthy.clone(), "frr", 1, ended("Error")),
        state(healthy.clone(), "frr", 0, json!({"waiting": {"reason": "ErrImagePull"}})),
        healthy.set(&format!("Pod/{dataplane}"), "/status/initContainerStatuses/0/state", ended("Error")),
    ]
}

/// Objects that are missing.
fn absences() -> Vec<World> {
    let healthy = World::healthy().small();
    let young = "2026-10-06T09:40:57Z";
    let without_pods = healthy.clone().delete(&pod(&healthy, "dataplane")).delete(&pod(&healthy, "frr"));
    let mut bare = healthy.clone().set("GatewayAgent/gateway-1", "/status", json!({}));
    for image in ["/status/containerStatuses/0/image", "/spec/containers/0/image"] {
        bare = bare.clone().set(&pod(&bare, "dataplane"), image, "dataplane");
    }
    let absent = healthy.clone().delete("GatewayAgent/gateway-1");
    vec![
        without_pods,
        bare.clone().delete("Gateway/gateway-1"),
        bare.set("Fabricator/default", "/status/versions/gateway/dataplane", "v0.20.2"),
        absent.clone().set("Gateway/gateway-1", "/metadata/creationTimestamp", young),
        absent,
        healthy.clone().delete("Node/gateway-1"),
        stale(healthy.clone()).delete("Gateway/gateway-1"),
        healthy.clone().delete("Gateway/gateway-1"),
        healthy.clone().set("DaemonSet/gw--gateway-1--frr", "/status/desiredNumberScheduled", 0),
        healthy.without("Pod"),
    ]
}

/// Heartbeats, clocks and the controller.
fn times() -> Vec<World> {
    let healthy = World::healthy().small();
    let mut controller = healthy.clone();
    for object in &mut controller.objects {
        if object["metadata"]["name"].as_str().is_some_and(|name| name.starts_with("fabric-ctrl-")) {
            object["status"]["containerStatuses"][0]["ready"] = json!(false);
        }
    }
    let mut late = healthy.clone().without_insights();
    late.created_at = "2026-10-06T12:41:17Z".into();
    let mut silent = healthy.clone();
    for object in &mut silent.objects {
        if matches!(object["kind"].as_str(), Some("GatewayAgent" | "Agent")) {
            object["status"]["lastHeartbeat"] = json!("2026-10-06T06:41:07Z");
        }
    }
    let mut worlds = vec![
        World::older().small(),
        stale(healthy.clone()),
        stale(with_agent_pod(healthy.clone())),
        stale(state(healthy.clone(), "dataplane", 0, ended("Error"))),
        healthy.clone().set("GatewayAgent/gateway-1", "/status", json!({})),
        controller,
        late,
        silent,
    ];
    let never = worlds.get(4).cloned().unwrap();
    worlds.push(state(never, "dataplane", 0, ended("Error")));
    worlds.push(healthy.set("Node/gateway-1", "/status/conditions/3/status", "False").set(
        "Node/gateway-1",
        "/metadata/creationTimestamp",
        "2026-10-06T09:35:17Z",
    ));
    worlds
}

fn journals() -> crate::Analysis {
    let mut files = World::older().small().files();
    files.insert("gateway-1/ip-link.txt".into(), b"1: lo: <LOOPBACK,UP>\n2: eth0: <UP>\n".to_vec());
    let line = |text: &str| format!("Oct 06 09:30:02 gateway-1 k3s[812]: time=\"2026-10-06T09:30:02Z\" {text}\n");
    let journal = line("level=info msg=\"x\"").repeat(4) + &line("level=error msg=\"Interface cni0 deleted\"");
    files.insert("gateway-1/journal-k3s-agent.log".into(), journal.into_bytes());
    analysis_of_files(files, &Options::default())
}

#[test]
fn declared_sources_are_the_sources_read() {
    let mut worlds = pods();
    worlds.extend(absences());
    worlds.extend(times());
    // Without Gateways their copies in the GatewayAgents are read.
    let copies: Vec<World> = worlds.iter().map(|world| world.clone().without("Gateway")).collect();
    let analyses = worlds.iter().chain(&copies).map(|world| analysis(world, &Options::default()));
    let mut read: BTreeMap<&str, SourceSet> = BTreeMap::new();
    for run in analyses.chain([journals()]).flat_map(|analysis| analysis.runs.into_iter().flatten()) {
        let sum = read.entry(run.meta.id).or_default();
        *sum = sum.union(run.read);
    }
    let mut faults = Vec::new();
    for rule in RULES {
        let meta = rule.meta();
        let declared: SourceSet = meta.needs.iter().chain(meta.uses).copied().collect();
        let read = read.get(meta.id).copied().unwrap_or_default();
        let missing: Vec<Source> = read.iter().filter(|source| !declared.contains(*source)).collect();
        let idle: Vec<Source> = declared.iter().filter(|source| !read.contains(*source)).collect();
        if !missing.is_empty() || !idle.is_empty() {
            faults.push(format!("{}: undeclared {missing:?}, never read {idle:?}", meta.id));
        }
    }
    assert!(faults.is_empty(), "{faults:#?}");
}
