use hh_worlds::{Value, World, json};

use super::super::{Context, Death, Facts, PodRole};
use crate::ingest::{Input, InputKind, Opened};
use crate::model::Time;
use crate::source::Sources;
use crate::{Options, decode};

/// What a question to the facts of a world answers.
fn ask<T>(world: &World, question: impl Fn(&Context<'_>) -> T) -> T {
    let options = Options::default();
    let input = Input { name: "world.hhs".into(), kind: InputKind::File(world.hhs().into_bytes(), None) };
    let Opened { mut sources, mut problems, .. } = crate::ingest::open(input, &options.limits);
    let mut decoded = decode::decode(&mut sources, &mut problems, &options);
    let sources: &Sources = &sources;
    let facts = Facts::new(sources, &options, decoded.captures.pop().unwrap());
    question(&Context::new(&facts))
}

fn is_new(world: &World) -> bool {
    ask(world, |cx| cx.gateway("gateway-1").unwrap().is_new())
}

fn deaths(world: &World) -> Vec<Death> {
    ask(world, |cx| cx.gateway("gateway-1").unwrap().deaths())
}

fn live(world: &World) -> Option<bool> {
    ask(world, |cx| cx.gateway("gateway-1").unwrap().live())
}

/// A Gateway of this age, in a world captured at 09:41:17.
fn created(time: &str) -> World {
    World::healthy().small().set("Gateway/gateway-1", "/metadata/creationTimestamp", time)
}

fn without_pods(world: World) -> World {
    let pods = [world.pod("gateway-1", "dataplane"), world.pod("gateway-1", "frr")];
    pods.into_iter().fold(world, |world, pod| world.delete(&format!("Pod/{pod}")))
}

/// Sets the state of the dataplane container.
fn dataplane(world: World, state: Value, ready: bool, restarts: u64) -> World {
    let path = format!("Pod/{}", world.pod("gateway-1", "dataplane"));
    world
        .set(&path, "/status/containerStatuses/0/state", state)
        .set(&path, "/status/containerStatuses/0/ready", ready)
        .set(&path, "/status/containerStatuses/0/restartCount", restarts)
}

const YOUNG: &str = "2026-10-06T09:38:17Z";

#[test]
fn young_gateways_without_or_with_starting_pods_are_new() {
    assert!(is_new(&without_pods(created(YOUNG))));
    let waiting = json!({"waiting": {"reason": "ContainerCreating"}});
    assert!(is_new(&dataplane(created(YOUNG), waiting, false, 0)));
    let running = json!({"running": {"startedAt": "2026-10-06T09:40:17Z"}});
    assert!(is_new(&dataplane(created(YOUNG), running, true, 0)));
}

#[test]
fn a_young_node_makes_its_gateway_new() {
    let joined = |time: &str| {
        let world = World::healthy().small().set("Node/gateway-1", "/metadata/creationTimestamp", time);
        is_new(&without_pods(world))
    };
    assert!(joined("2026-10-06T09:31:17Z"));
    assert!(!joined("2026-10-06T09:21:17Z"));
}

#[test]
fn what_ends_the_excuse() {
    // The age: the GatewayAgent's counts only where the Gateway is not captured.
    assert!(!is_new(&without_pods(created("2026-10-06T09:31:17Z"))));
    let agent = |world: World| world.set("GatewayAgent/gateway-1", "/metadata/creationTimestamp", YOUNG);
    assert!(!is_new(&agent(without_pods(World::healthy().small()))));
    assert!(is_new(&agent(without_pods(World::healthy().small().without("Gateway")))));
    // Its pods: run for long, failed, restarted, ended.
    assert!(!is_new(&created(YOUNG)));
    for (state, restarts) in [
        (json!({"waiting": {"reason": "CrashLoopBackOff"}}), 0),
        (json!({"waiting": {"reason": "ErrImagePull"}}), 0),
        (json!({"waiting": {"reason": "CreateContainerError"}}), 0),
        (json!({"terminated": {"exitCode": 1, "finishedAt": "2026-10-06T09:41:00Z"}}), 0),
        (json!({"terminated": {"exitCode": 0, "finishedAt": "2026-10-06T09:41:00Z"}}), 0),
        (json!({"running": {"startedAt": "2026-10-06T09:41:07Z"}}), 1),
    ] {
        assert!(!is_new(&dataplane(created(YOUNG), state.clone(), false, restarts)), "{state}");
    }
}

#[test]
fn heartbeats() {
    let beat = |time: &str| World::healthy().small().set("GatewayAgent/gateway-1", "/status/lastHeartbeat", time);
    assert_eq!(live(&beat("2026-10-06T09:40:17Z")), Some(true));
    assert_eq!(live(&beat("2026-10-06T09:40:16Z")), Some(false));
    // Minutes after a dump was begun are normal; more is a wrong clock.
    assert_eq!(live(&beat("2026-10-06T09:46:17Z")), Some(true));
    assert_eq!(live(&beat("2026-10-06T09:48:17Z")), None);
    assert_eq!(live(&World::healthy().small().unset("GatewayAgent/gateway-1", "/status/lastHeartbeat")), None);
    // A clock that is behind by what the heartbeat seems old.
    let time = "time: 2026-10-06 09:41:17";
    let behind = beat("2026-10-06T09:21:07Z");
    let behind = behind.insight_replace("gateway-1", "dataplane: show tech", time, "time: 2026-10-06 09:21:17");
    assert_eq!(live(&behind), None);
    // Everything is as old: the capture time is wrong.
    let mut world = World::healthy().small().without_insights();
    world.created_at = "2026-10-06T12:41:17Z".into();
    assert_eq!(live(&world), None);
}

#[test]
fn a_healthy_gateway_has_no_deaths() {
    assert_eq!(deaths(&World::healthy().small()), []);
    assert_eq!(deaths(&World::older().small()), []);
}

#[test]
fn reasons_of_death() {
    let world = World::healthy().small();
    let down = world.clone().set("Node/gateway-1", "/status/conditions/3/status", "Unknown");
    assert_eq!(deaths(&down), [Death::Node]);
    assert_eq!(deaths(&world.clone().delete("Node/gateway-1")), [Death::Node]);
    // Without any node nothing is known.
    assert_eq!(deaths(&world.clone().without("Node")), []);
    assert_eq!(deaths(&without_pods(world.clone())), [Death::PodMissing]);
    assert_eq!(deaths(&world.clone().without("Pod")), []);
    let crash = json!({"waiting": {"reason": "CrashLoopBackOff"}});
    assert_eq!(deaths(&dataplane(world.clone(), crash.clone(), false, 4)), [Death::Dataplane]);
    let frr = format!("Pod/{}", world.pod("gateway-1", "frr"));
    let frr_down = world.clone().set(&frr, "/status/containerStatuses/0/state", crash.clone());
    assert_eq!(deaths(&frr_down.set(&frr, "/status/containerStatuses/0/ready", false)), [Death::Frr]);
    // The exporter alone kills nobody.
    let exporter = world.set(&frr, "/status/containerStatuses/1/state", crash);
    assert_eq!(deaths(&exporter.set(&frr, "/status/containerStatuses/1/ready", false)), []);
}

#[test]
fn an_unready_container_is_down_after_a_minute() {
    let since = |time: &str| dataplane(World::healthy().small(), json!({"running": {"startedAt": time}}), false, 0);
    assert_eq!(deaths(&since("2026-10-06T09:40:16Z")), [Death::Dataplane]);
    assert_eq!(deaths(&since("2026-10-06T09:40:37Z")), []);
}

fn rebooted(world: &World, end: &str) -> bool {
    ask(world, |cx| cx.rebooted_together("gateway-1", Time::parse(end).unwrap()))
}

const END: &str = "2026-10-06T09:30:00Z";

#[test]
fn a_node_that_became_ready_was_rebooted() {
    let world = World::healthy().small();
    assert!(!rebooted(&world, END));
    let at = "/status/conditions/3/lastTransitionTime";
    assert!(rebooted(&world.clone().set("Node/gateway-1", at, "2026-10-06T09:34:00Z"), END));
    assert!(!rebooted(&world.set("Node/gateway-1", at, "2026-10-06T09:36:00Z"), END));
}

#[test]
fn events_tell_of_a_reboot() {
    let event = |reason: &str, message: &str, node: &str| {
        World::healthy().small().add(&format!(
            "apiVersion: v1\nkind: Event\nmetadata: {{name: x.1, namespace: default}}\nreason: {reason}\n\
             message: {message}\nlastTimestamp: \"2026-10-06T09:31:00Z\"\n\
             involvedObject: {{kind: Node, name: {node}}}\n"
        ))
    };
    assert!(rebooted(&event("Rebooted", "Node gateway-1 has been rebooted", "gateway-1"), END));
    assert!(rebooted(&event("Starting", "Starting kubelet.", "gateway-1"), END));
    assert!(!rebooted(&event("Starting", "Starting kube-proxy", "gateway-1"), END));
    assert!(!rebooted(&event("Rebooted", "Node gateway-2 has been rebooted", "gateway-2"), END));
}

/// The last container of every pod of the node that `which` selects ended then.
fn ended(which: impl Fn(&str) -> bool, time: &str) -> World {
    let mut world = World::healthy().small();
    for object in &mut world.objects {
        let name = object["metadata"]["name"].as_str().unwrap_or_default().to_owned();
        if object["kind"] == "Pod" && object["spec"]["nodeName"] == "gateway-1" && which(&name) {
            object["status"]["containerStatuses"][0]["lastState"] =
                json!({"terminated": {"exitCode": 255, "finishedAt": time}});
        }
    }
    world
}

#[test]
fn all_pods_of_the_node_must_have_ended() {
    assert!(rebooted(&ended(|_| true, "2026-10-06T09:31:30Z"), END));
    assert!(!rebooted(&ended(|_| true, "2026-10-06T09:33:00Z"), END));
    // Only the gateway's own: they have one reason of their own.
    assert!(!rebooted(&ended(|name| name.starts_with("gw--"), "2026-10-06T09:30:30Z"), END));
}

#[test]
fn pods_are_known_by_their_label_too() {
    let world = World::healthy().small();
    let pod = world.pod("gateway-1", "dataplane");
    let renamed = world.edit(&format!("Pod/{pod}"), |pod| pod["metadata"]["name"] = "dataplane-of-gateway-1".into());
    let names = ask(&renamed, |cx| {
        let pods = cx.gateway("gateway-1").unwrap().pods(PodRole::Dataplane);
        pods.iter().map(|pod| pod.name().to_owned()).collect::<Vec<_>>()
    });
    assert_eq!(names, ["dataplane-of-gateway-1"]);
}
