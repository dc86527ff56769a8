//! Pictures in which nothing is wrong.

use std::fmt::Write as _;

use hh_worlds::{World, json};

use super::*;
use crate::{Files, tables};

/// Release 25.05: objects in `fab`, an agent pod beside each dataplane, no heartbeat and no sessions in
/// the status.
#[must_use]
pub fn release_25_05() -> World {
    let mut world = World::empty(NOW);
    world.ctl_version = "v0.43.1".into();
    let created = ago(777_600);
    let peering = json!({
        "vpc-01": {"expose": [{"ips": [{"cidr": "10.20.1.0/24"}]}]},
        "vpc-03": {"expose": [{"ips": [{"cidr": "10.20.3.0/24"}]}]},
    });
    let vpc = |number: u32| json!({"internalID": format!("0000{number}"), "subnets": {"subnet-01": {"cidr": format!("10.20.{number}.0/24")}}, "vni": number * 100});
    let meta = |name: &str, namespace: &str, generation: u32| json!({"name": name, "namespace": namespace, "generation": generation, "creationTimestamp": created});
    world.objects.push(json!({
        "apiVersion": "gateway.githedgehog.com/v1alpha1", "kind": "Peering",
        "metadata": meta("vpc-01--vpc-03", "fab", 1), "spec": {"peering": peering}, "status": {},
    }));
    for number in [1, 3] {
        let mut info = vpc(number);
        info.as_object_mut().expect("a map").remove("internalID");
        world.objects.push(json!({
            "apiVersion": "gateway.githedgehog.com/v1alpha1", "kind": "VPCInfo",
            "metadata": meta(&format!("vpc-0{number}"), "fab", 1), "spec": info,
            "status": {"internalID": format!("0000{number}")},
        }));
    }
    world.objects.push(json!({
        "apiVersion": "apps/v1", "kind": "Deployment", "metadata": meta("gateway-ctrl", "fab", 1),
        "spec": {"replicas": 1},
        "status": {"availableReplicas": 1, "observedGeneration": 1, "readyReplicas": 1, "replicas": 1, "updatedReplicas": 1},
    }));
    for (number, gateway) in [(0_u32, "gateway-1"), (1, "gateway-2")] {
        let spec = json!({
            "asn": 65534,
            "interfaces": {"enp2s1": {"ips": [format!("172.30.128.{}/31", 9 + 4 * number)], "mtu": 9036}},
            "neighbors": [{"asn": 65101, "ip": format!("172.30.128.{}", 8 + 4 * number), "source": "enp2s1"}],
            "protocolIP": format!("172.30.8.{}/32", 3 + number),
            "vtepIP": format!("172.30.12.{}/32", 2 + number),
            "vtepMAC": format!("ca:fe:ba:be:00:0{}", 1 + number),
        });
        world.objects.push(json!({
            "apiVersion": "gateway.githedgehog.com/v1alpha1", "kind": "Gateway",
            "metadata": meta(gateway, "fab", 1), "spec": spec, "status": {},
        }));
        world.objects.push(json!({
            "apiVersion": "gwint.githedgehog.com/v1alpha1", "kind": "GatewayAgent",
            "metadata": meta(gateway, "fab", 4),
            "spec": {
                "agentVersion": "v0.28.0", "gateway": spec,
                "peerings": {"vpc-01--vpc-03": {"peering": peering}},
                "vpcs": {"vpc-01": vpc(1), "vpc-03": vpc(3)},
            },
            "status": {
                "agentVersion": "v0.28.0", "lastAppliedGen": 4, "lastAppliedTime": ago(86_400),
                "state": {
                    "frr": {"lastAppliedGen": 4}, "lastCollectedTime": ago(9),
                    "peerings": {
                        "vpc-01->vpc-03": {"b": 88_120, "p": 1022, "bps": 120.5, "pps": 1.2},
                        "vpc-03->vpc-01": {"b": 91_004, "p": 1019, "bps": 118.0, "pps": 1.1},
                    },
                    "vpcs": {"vpc-01": {"b": 88_120, "p": 1022}, "vpc-03": {"b": 91_004, "p": 1019}},
                },
            },
        }));
        for (role, containers) in
            [("agent", vec!["agent"]), ("dataplane", vec!["dataplane"]), ("frr", vec!["frr", "frr-exporter"])]
        {
            let suffix = ["4kq8z", "mlt2x"][number as usize];
            let status: Vec<_> = containers
                .iter()
                .map(|name| {
                    json!({"image": format!("172.30.0.1:31000/githedgehog/gateway/{role}:v0.4.0"), "name": name, "ready": true,
                           "restartCount": 0, "started": true, "lastState": {}, "state": {"running": {"startedAt": created}}})
                })
                .collect();
            let specs: Vec<_> = containers.iter().map(|name| json!({"name": name})).collect();
            world.objects.push(json!({
                "apiVersion": "v1", "kind": "Pod",
                "metadata": {"name": format!("gw--{gateway}--{role}-{suffix}"), "namespace": "fab", "creationTimestamp": created},
                "spec": {"containers": specs, "nodeName": gateway},
                "status": {
                    "phase": "Running", "containerStatuses": status, "startTime": created,
                    "conditions": [{"type": "Ready", "status": "True", "lastTransitionTime": created}],
                },
            }));
            world.objects.push(json!({
                "apiVersion": "apps/v1", "kind": "DaemonSet", "metadata": meta(&format!("gw--{gateway}--{role}"), "fab", 1),
                "spec": {},
                "status": {"currentNumberScheduled": 1, "desiredNumberScheduled": 1, "numberAvailable": 1, "numberReady": 1,
                           "observedGeneration": 1, "updatedNumberScheduled": 1, "numberMisscheduled": 0},
            }));
        }
        world.objects.push(json!({
            "apiVersion": "v1", "kind": "Node",
            "metadata": {"name": gateway, "creationTimestamp": created, "labels": {"kubernetes.io/hostname": gateway}},
            "spec": {},
            "status": {"conditions": [{"type": "Ready", "status": "True", "reason": "KubeletReady", "lastHeartbeatTime": ago(60),
                                       "lastTransitionTime": created}]},
        }));
        world = world.log(
            &format!("gw--{gateway}--agent-{}", ["4kq8z", "mlt2x"][number as usize]),
            "agent",
            "time=2026-10-05T09:41:10.201Z level=INFO msg=\"Dataplane config needs to be updated\" current=3 new=4\n\
             time=2026-10-05T09:41:11.020Z level=INFO msg=\"Dataplane config updated\" gen=4 message=\"\" error=\"\"\n",
        );
    }
    world
}

/// A section of a show-tech file.
fn section(text: &mut String, title: &str, body: &str) {
    let _ = write!(text, "\n=== {title} ===\n{body}");
    if !body.ends_with('\n') {
        text.push('\n');
    }
}

/// Release 26.01 by its show-tech files: every FRR command failed, for the script entered the wrong
/// container.
#[must_use]
pub fn show_tech_26_01() -> Files {
    let mut world = older_base();
    for gateway in ["gateway-1", "gateway-2"] {
        world = world.set(&format!("GatewayAgent/{gateway}"), "/status/state/dataplane/version", "v0.17.0");
    }
    let mut files = Files::new();
    let mut control = String::new();
    section(&mut control, "System Information", "Linux control-1 6.12.51-flatcar #1 SMP x86_64 GNU/Linux\n");
    section(&mut control, "K3s Version", "k3s version v1.35.2+k3s1 (f0a4b6c1)\n");
    section(&mut control, "Kubernetes Nodes", &tables::nodes(&world));
    section(&mut control, "Kubernetes Pods", &prefixed("fab", &tables::pods(&world)));
    for (plural, table) in [
        ("gatewayagents.gwint.githedgehog.com", generation_a_agents(&world)),
        ("gateways.gateway.githedgehog.com", generation_a_gateways(&world)),
        ("gatewaypeerings.gateway.githedgehog.com", generation_a_peerings(&world)),
    ] {
        let title = format!("Executing: /opt/bin/kubectl get {plural} -A");
        section(&mut control, &title, &prefixed("default", &table));
    }
    files.insert("control-1-show-tech.log".into(), control.into_bytes());
    for gateway in ["gateway-1", "gateway-2"] {
        let mut text = String::new();
        section(&mut text, "System Information", &format!("Linux {gateway} 6.12.51-flatcar #1 SMP x86_64 GNU/Linux\n"));
        section(&mut text, "Hostname", &format!("{gateway}\n"));
        section(&mut text, "Date/Time", "Tue Oct  6 09:41:17 UTC 2026\n");
        section(&mut text, "FRR (vtysh) Diagnostics", "");
        for command in [
            "show version",
            "show running-config",
            "show bgp summary",
            "show ip route vrf all",
            "show hedgehog rpc stats",
        ] {
            let title = format!("Executing: vtysh -c '{command}'");
            let error = "time=\"2026-10-06T09:41:18Z\" level=fatal msg=\"execing command in container: rpc error: code = Unknown desc = failed to exec in container: failed to start exec: OCI runtime exec failed: exec failed: unable to start container process: exec: \\\"vtysh\\\": executable file not found in $PATH\"\n";
            section(&mut text, &title, error);
        }
        section(&mut text, "FRR Container Logs", &log_of(&world, gateway, "frr"));
        section(&mut text, "Dataplane Diagnostics", "");
        let tech = without_packet_stats(stdout(&mut world, gateway, "dataplane: show tech"));
        section(&mut text, "Executing: dataplane-cli -c 'show tech'", &tech);
        section(&mut text, "Dataplane Container Logs", &log_of(&world, gateway, "dataplane"));
        files.insert(format!("{gateway}-show-tech.log"), text.into_bytes());
    }
    files
}

/// Release 26.01 writes no packet statistics.
fn without_packet_stats(text: &str) -> String {
    let mut keep = true;
    let mut kept = String::new();
    for line in text.lines() {
        if line.trim_start().starts_with('━') {
            keep = !line.contains("Packet stats");
        }
        if keep {
            kept.push_str(line);
            kept.push('\n');
        }
    }
    kept.replace("v0.20.2", "v0.17.0")
}

/// A table as `-A` prints it.
fn prefixed(namespace: &str, table: &str) -> String {
    let width = namespace.len().max("NAMESPACE".len()) + 3;
    table
        .lines()
        .enumerate()
        .map(|(index, line)| format!("{:<width$}{line}\n", if index == 0 { "NAMESPACE" } else { namespace }))
        .collect()
}

fn rows(world: &World, wanted: &str, cells: impl Fn(&hh_worlds::Value) -> Vec<String>) -> Vec<Vec<String>> {
    world.objects.iter().filter(|object| hh_worlds::kind(object) == wanted).map(cells).collect()
}

fn cell(object: &hh_worlds::Value, pointer: &str) -> String {
    match object.pointer(pointer) {
        Some(hh_worlds::Value::String(text)) => text.clone(),
        Some(other) => other.to_string(),
        None => String::new(),
    }
}

/// `kubectl get gatewayagents` of generation A: VERSION is blank.
fn generation_a_agents(world: &World) -> String {
    let rows = rows(world, "GatewayAgent", |agent| {
        vec![
            hh_worlds::name(agent).into(),
            tables::age(NOW, &cell(agent, "/status/lastAppliedTime")),
            cell(agent, "/status/lastAppliedGen"),
            cell(agent, "/metadata/generation"),
            String::new(),
            tables::age(NOW, &cell(agent, "/metadata/creationTimestamp")),
        ]
    });
    tables::table(&["NAME", "APPLIED", "APPLIEDG", "CURRENTG", "VERSION", "AGE"], &rows)
}

fn generation_a_gateways(world: &World) -> String {
    let rows = rows(world, "Gateway", |gateway| {
        vec![
            hh_worlds::name(gateway).into(),
            cell(gateway, "/spec/protocolIP"),
            cell(gateway, "/spec/vtepIP"),
            tables::age(NOW, &cell(gateway, "/metadata/creationTimestamp")),
        ]
    });
    tables::table(&["NAME", "PROTOIP", "VTEPIP", "AGE"], &rows)
}

fn generation_a_peerings(world: &World) -> String {
    let rows = rows(world, "GatewayPeering", |peering| {
        vec![
            hh_worlds::name(peering).into(),
            cell(peering, "/spec/gatewayGroup"),
            tables::age(NOW, &cell(peering, "/metadata/creationTimestamp")),
        ]
    });
    tables::table(&["NAME", "GATEWAYGROUP", "AGE"], &rows)
}

/// The new gateway `gateway-2`, created twenty seconds ago: no status, pods in their init containers.
#[must_use]
pub fn new_gateway() -> World {
    let mut world = base();
    let created = ago(20);
    for object in ["Gateway/gateway-2", "GatewayAgent/gateway-2"] {
        world =
            world.set(object, "/metadata/creationTimestamp", created.clone()).set(object, "/metadata/generation", 1);
    }
    world = world.set("GatewayAgent/gateway-2", "/status", json!({}));
    world = world.set("Node/gateway-2", "/metadata/creationTimestamp", ago(600));
    for role in ["dataplane", "frr"] {
        let pod = world.pod("gateway-2", role);
        world.logs.retain(|(_, name, _), _| *name != pod);
        world = world.edit(&format!("Pod/{pod}"), |object| {
            object["metadata"]["creationTimestamp"] = ago(18).into();
            object["status"]["startTime"] = ago(18).into();
            object["status"]["phase"] = "Pending".into();
            for status in object["status"]["containerStatuses"].as_array_mut().expect("statuses") {
                status["ready"] = false.into();
                status["started"] = false.into();
                status["state"] = json!({"waiting": {"reason": "PodInitializing"}});
            }
            for status in object["status"]["initContainerStatuses"].as_array_mut().expect("statuses") {
                status["ready"] = false.into();
                status["state"] = json!({"running": {"startedAt": ago(10)}});
            }
            for condition in object["status"]["conditions"].as_array_mut().expect("conditions") {
                if condition["type"] != "PodScheduled" {
                    condition["status"] = "False".into();
                }
                condition["lastTransitionTime"] = ago(18).into();
            }
        });
        world = daemon_set_down(world, &format!("gw--gateway-2--{role}"));
    }
    world.insights.retain(|(gateway, _), _| gateway != "gateway-2");
    for link in LINKS.into_iter().filter(|link| link.gateway == "gateway-2") {
        world = lost_at_switch(world, link, 40, "Interface down");
    }
    fabricator_not_ready(world, "gatewayDataplane", "gateway-2", 15)
}
