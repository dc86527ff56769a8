use hh_worlds::{World, json};

use super::ControlPod;
use crate::testing::{said, said_of_files};

const DHCP: &str = "Pod/fabric-dhcpd-2479a695f-pnb6r";

fn state(world: World, pod: &str, state: hh_worlds::Value) -> World {
    world.set(pod, "/status/containerStatuses/0/state", state).set(pod, "/status/containerStatuses/0/ready", false)
}

fn ended(world: World, pod: &str, code: i64, reason: &str, at: &str) -> World {
    let end = json!({"terminated": {"exitCode": code, "reason": reason, "finishedAt": at}});
    world.set(pod, "/status/containerStatuses/0/lastState", end).set(pod, "/status/containerStatuses/0/restartCount", 1)
}

#[test]
fn a_crash_loop_with_its_last_words() {
    let world = state(World::healthy().small(), DHCP, json!({"waiting": {"reason": "CrashLoopBackOff"}}));
    let world = ended(world, DHCP, 1, "Error", "2026-10-06T09:40:17Z").previous_log(
        "fabric-dhcpd-2479a695f-pnb6r",
        "fabric-dhcpd",
        "time=2026-10-06T09:40:17Z level=ERROR msg=\"listen udp :67: address in use\"\n",
    );
    let said = said(&ControlPod, &world);
    assert_eq!(said.lines(), ["error Pod/fabric-dhcpd-2479a695f-pnb6r (fabric-dhcpd)"]);
    let finding = &said.findings[0];
    assert_eq!(finding.title, "fabric-dhcpd: pod fabric-dhcpd-2479a695f-pnb6r fails, exit code 1");
    let proof = &finding.evidence[0];
    assert_eq!(proof.field.as_deref(), Some("status.containerStatuses[0].state.waiting.reason"));
    assert!(proof.line.is_some());
    assert!(finding.evidence.iter().any(|e| e.value.as_deref().is_some_and(|v| v.contains("address in use"))));
}

#[test]
fn ends_of_the_last_hour() {
    let healthy = World::healthy().small();
    let recent = ended(healthy.clone(), DHCP, 2, "Error", "2026-10-06T09:11:17Z");
    assert_eq!(said(&ControlPod, &recent).lines().len(), 1);
    let memory = ended(healthy.clone(), DHCP, 137, "OOMKilled", "2026-10-06T05:41:17Z");
    assert!(said(&ControlPod, &memory).findings[0].title.contains("memory"));
    for (code, reason, at) in [
        (2, "Error", "2026-10-06T08:31:17Z"),
        (0, "Completed", "2026-10-06T09:31:17Z"),
        (137, "OOMKilled", "2026-10-04T09:31:17Z"),
    ] {
        let over = ended(healthy.clone(), DHCP, code, reason, at);
        assert_eq!(said(&ControlPod, &over).lines(), Vec::<String>::new(), "{code} {reason} {at}");
    }
}

#[test]
fn the_controller_is_critical_and_has_one_root() {
    let pod = "Pod/fabric-ctrl-ca97e5177-4rm82";
    let world = state(World::healthy().small(), pod, json!({"waiting": {"reason": "CrashLoopBackOff"}}));
    let said = said(&ControlPod, &world);
    assert_eq!(said.lines(), ["critical Pod/fabric-ctrl-ca97e5177-4rm82 (manager)"]);
    assert_eq!(said.findings[0].caused_by.len(), 1);
}

#[test]
fn its_node_explains_it() {
    let pod = "Pod/alloy-gw-fzbx5";
    let world = state(World::healthy().small(), pod, json!({"waiting": {"reason": "CrashLoopBackOff"}})).set(
        "Node/gateway-1",
        "/status/conditions/3/status",
        "Unknown",
    );
    let said = said(&ControlPod, &world);
    assert_eq!(said.lines(), ["error Pod/alloy-gw-fzbx5 (alloy)"]);
    assert_eq!(said.findings[0].caused_by.len(), 1);
}

#[test]
fn healthy_pictures() {
    let healthy = World::healthy().small();
    assert_eq!(said(&ControlPod, &healthy).lines(), Vec::<String>::new());
    assert_eq!(said(&ControlPod, &World::older().small()).lines(), Vec::<String>::new());
    // Just made.
    let fresh = state(healthy.clone(), DHCP, json!({"waiting": {"reason": "ContainerCreating"}}))
        .set(DHCP, "/status/phase", "Pending")
        .set(DHCP, "/metadata/creationTimestamp", "2026-10-06T09:38:17Z");
    assert_eq!(said(&ControlPod, &fresh).lines(), Vec::<String>::new());
    // Done.
    let done = healthy.clone().set(DHCP, "/status/phase", "Succeeded");
    assert_eq!(said(&ControlPod, &done).lines(), Vec::<String>::new());
    // All pods of the node ended together.
    let mut rebooted = healthy.clone();
    for object in &healthy.objects {
        let on_control = object["kind"] == "Pod" && object["spec"]["nodeName"] == "control-1";
        if on_control {
            let pod = format!("Pod/{}", object["metadata"]["name"].as_str().unwrap());
            rebooted = ended(rebooted, &pod, 255, "Unknown", "2026-10-06T09:21:17Z");
        }
    }
    assert_eq!(said(&ControlPod, &rebooted).lines(), Vec::<String>::new());
    // The gateways' pods have rules of their own.
    let gateway = format!("Pod/{}", healthy.pod("gateway-1", "frr"));
    let crash = state(healthy.clone(), &gateway, json!({"waiting": {"reason": "CrashLoopBackOff"}}));
    assert_eq!(said(&ControlPod, &crash).lines(), Vec::<String>::new());
    // Another namespace.
    let other = state(healthy, DHCP, json!({"waiting": {"reason": "CrashLoopBackOff"}})).set(
        DHCP,
        "/metadata/namespace",
        "apps",
    );
    assert_eq!(said(&ControlPod, &other).lines(), Vec::<String>::new());
}

#[test]
fn an_evicted_pod_that_was_replaced() {
    let world = World::healthy().small();
    let mut old = world.object(DHCP).clone();
    old["metadata"]["name"] = json!("fabric-dhcpd-2479a695f-aaaaa");
    old["status"] = json!({"phase": "Failed", "reason": "Evicted"});
    let mut replaced = world.clone();
    replaced.objects.push(old);
    assert_eq!(said(&ControlPod, &replaced).lines(), Vec::<String>::new());
    let alone = replaced.delete(DHCP);
    assert_eq!(said(&ControlPod, &alone).lines(), ["error Pod/fabric-dhcpd-2479a695f-aaaaa"]);
}

#[test]
fn workloads_without_pods() {
    let world = World::healthy().small().unset("Deployment/ntp", "/status/readyReplicas");
    // Its pod is there and ready: the Deployment is a moment behind.
    assert_eq!(said(&ControlPod, &world).lines(), Vec::<String>::new());
    let gone = world.clone().delete("Pod/ntp-4d37928cf-65zwr");
    assert_eq!(said(&ControlPod, &gone).lines(), ["error Deployment/ntp"]);
    let off = gone.set("Deployment/ntp", "/spec/replicas", 0);
    assert_eq!(said(&ControlPod, &off).lines(), Vec::<String>::new());
    let no_pods = world.without("Pod");
    assert_eq!(said(&ControlPod, &no_pods).lines(), ["error Deployment/ntp"]);
}

#[test]
fn tables() {
    let table = |row: &str| {
        let mut files = World::healthy().small().without("Pod").files();
        let text =
            format!("NAMESPACE     NAME                       READY   STATUS             RESTARTS      AGE\n{row}\n");
        files.insert("pods.txt".into(), text.into_bytes());
        said_of_files(&ControlPod, files).lines()
    };
    assert_eq!(
        table("kube-system   coredns-cfd15191f-8rqzt    0/1     CrashLoopBackOff   9 (1m ago)    9d"),
        ["critical Pod/coredns-cfd15191f-8rqzt"]
    );
    assert_eq!(table("kube-system   coredns-cfd15191f-8rqzt    1/1     Running            1 (20m ago)   9d").len(), 0);
    assert_eq!(table("fab           helm-install-zot-x8k2p     0/1     Completed          0             9d").len(), 0);
    assert_eq!(table("apps          web-cfd15191f-8rqzt        0/1     CrashLoopBackOff   9 (1m ago)    9d").len(), 0);
}

#[test]
fn not_captured() {
    let said = said(&ControlPod, &World::healthy().small().without("Pod").without("Deployment"));
    assert_eq!(said.not_checked, ["Pods of namespace fab"]);
}
