//! Gateways that do not report (points 3 and 4).

use hh_worlds::{World, json};

use super::*;

/// Lines of a dataplane that cannot reach its GatewayAgent, one start of 55 s.
fn k8s_start(seconds: i64) -> String {
    let target = "dataplane_mgmt::processor::k8s_client";
    let mut text = dataplane_line(
        &ago(seconds),
        "INFO",
        "dataplane::runtime",
        66,
        "━━━━━━ Starting dataplane for gateway 'gateway-2' (Version = v0.25.2) ━━━━━━",
    );
    for attempt in 0..10 {
        let at = ago(seconds - 4 - attempt * 5);
        let reason = "Failed to initialize gateway status: ClientError: client error (Connect): tcp connect error: Connection refused (os error 111)";
        text += &dataplane_line(&at, "ERROR", target, 88, reason);
        if attempt < 9 {
            let left = 9 - attempt;
            text += &dataplane_line(
                &at,
                "WARN",
                target,
                94,
                &format!("Could not initialize k8s state. Will retry {left} more times"),
            );
        }
    }
    let at = ago(seconds - 55);
    text += &dataplane_line(&at, "ERROR", target, 99, "Maximum k8s initialization attempts reached. Giving up...");
    text += &dataplane_line(
        &at,
        "ERROR",
        "dataplane::runtime",
        330,
        "Failed to start mgmt: k8s initialization failed. Stopping dataplane...",
    );
    text
}

/// Everything of a gateway whose dataplane has died, but the reason.
fn dead_dataplane(world: World, gateway: &str, seconds: i64) -> World {
    let mut world = world
        .set(&format!("GatewayAgent/{gateway}"), "/status/lastHeartbeat", ago(seconds))
        .set(&format!("GatewayAgent/{gateway}"), "/status/state/lastCollectedTime", ago(seconds))
        .insight_error(
            gateway,
            "dataplane: show tech",
            "retrying: executing \"/dataplane-cli -c show tech\" command in pod: unable to upgrade connection: container not found (\"dataplane\")",
        )
        .insight_replace(gateway, "frr: show hedgehog rpc stats", "Dataplane sock connected: yes", "Dataplane sock connected: no");
    for link in LINKS.into_iter().filter(|link| link.gateway == gateway) {
        world = frr_session_down(world, link, seconds - 5, "Active");
        world = lost_at_switch(world, link, seconds - 5, "BFD down received");
    }
    world = daemon_set_down(world, &format!("gw--{gateway}--dataplane"));
    fabricator_not_ready(world, "gatewayDataplane", gateway, seconds - 30)
}

/// The dataplane of `gateway-2` cannot reach the API and gives up every 55 s.
#[must_use]
pub fn dataplane_crash_loop() -> World {
    let world = dead_dataplane(base(), "gateway-2", 847);
    let pod = world.pod("gateway-2", "dataplane");
    let end = json!({
        "containerID": "containerd://eddf3f6f66df5236900c10494e3dfe0ba76586a608ba51a5c88fd25a352e6963",
        "exitCode": 1, "reason": "Error", "startedAt": ago(147), "finishedAt": ago(91),
    });
    let world = crashing(world, &pod, "dataplane", &end, 12, "CrashLoopBackOff");
    let world = event(world, "Pod", &pod, "BackOff", "Back-off restarting failed container dataplane in pod", 22, 41);
    world.log(&pod, "dataplane", &k8s_start(147)).previous_log(&pod, "dataplane", &k8s_start(460))
}

/// The node of `gateway-1` is gone: no kubelet, no links; `gateway-2` carries the traffic.
#[must_use]
pub fn node_down() -> World {
    let mut world = base().edit("Node/gateway-1", |node| {
        for condition in node["status"]["conditions"].as_array_mut().expect("conditions") {
            condition["status"] = "Unknown".into();
            condition["reason"] = "NodeStatusUnknown".into();
            condition["message"] = "Kubelet stopped posting node status.".into();
            condition["lastTransitionTime"] = ago(1477).into();
            condition["lastHeartbeatTime"] = ago(1620).into();
        }
        let taint =
            |effect: &str| json!({"effect": effect, "key": "node.kubernetes.io/unreachable", "timeAdded": ago(1477)});
        let taints = node["spec"]["taints"].as_array_mut().expect("taints");
        taints.extend([taint("NoSchedule"), taint("NoExecute")]);
    });
    world = world.set("GatewayAgent/gateway-1", "/status/lastHeartbeat", ago(1525)).set(
        "GatewayAgent/gateway-1",
        "/status/state/lastCollectedTime",
        ago(1525),
    );
    for link in LINKS.into_iter().filter(|link| link.gateway == "gateway-1") {
        let agent = format!("Agent/{}", link.switch);
        let port = format!("/status/state/interfaces/{}", link.port);
        world = lost_at_switch(world, link, 1518, "Interface down")
            .set(&agent, &format!("{port}/oper"), "down")
            .set(&agent, &format!("{port}/change"), ago(1519))
            .unset(&agent, &format!("{port}/lldpNeighbors"));
    }
    for role in ["dataplane", "frr"] {
        let pod = world.pod("gateway-1", role);
        world = world.edit(&format!("Pod/{pod}"), |pod| {
            for condition in pod["status"]["conditions"].as_array_mut().expect("conditions") {
                if condition["type"] == "Ready" {
                    condition["status"] = "False".into();
                    condition["lastTransitionTime"] = ago(1477).into();
                }
            }
        });
        world = daemon_set_down(world, &format!("gw--gateway-1--{role}"));
        world.logs.retain(|(_, name, _), _| *name != pod);
    }
    let commands: Vec<String> = world
        .insights
        .keys()
        .filter(|(gateway, _)| gateway == "gateway-1")
        .map(|(_, command)| command.clone())
        .collect();
    for command in commands {
        world = world.insight_error(
            "gateway-1",
            &command,
            "retrying: executing command in pod: error dialing backend: proxy error from 172.30.0.2:6443 while dialing 172.30.0.3:10250, code 502: 502 Bad Gateway",
        );
    }
    world = fabricator_not_ready(world, "gatewayDataplane", "gateway-1", 1470);
    world = fabricator_not_ready(world, "gatewayFRR", "gateway-1", 1470);
    let traffic = world.object("GatewayAgent/gateway-1")["status"]["state"].clone();
    for (pointer, share) in [("peerings", 0.07), ("vpcs", 0.07)] {
        let mut scaled = traffic[pointer].clone();
        for counters in scaled.as_object_mut().expect("counters").values_mut() {
            for (key, value) in counters.as_object_mut().expect("a counter") {
                let number = value.as_f64().unwrap_or(0.0);
                *value = if key == "bps" || key == "pps" {
                    json!(number)
                } else {
                    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
                    let whole = (number * share) as u64;
                    json!(whole)
                };
            }
        }
        world = world.set("GatewayAgent/gateway-2", &format!("/status/state/{pointer}"), scaled);
    }
    world
}

/// The API server refuses the status writes of `gateway-2`; its dataplane runs.
#[must_use]
pub fn heartbeat_refused() -> World {
    let lines = repeated(845, 5, 15, |at| {
        dataplane_line(
            at,
            "ERROR",
            "dataplane_mgmt::processor::k8s_client",
            231,
            "Failed to update gateway status: ApiError: gatewayagents.gwint.githedgehog.com \"gateway-2\" is forbidden: User \"system:serviceaccount:fab:gw-gateway-2\" cannot patch resource \"gatewayagents/status\" (403 Forbidden)",
        )
    });
    log_more(base(), "gateway-2", "dataplane", &lines)
        .set("GatewayAgent/gateway-2", "/status/lastHeartbeat", ago(860))
        .set("GatewayAgent/gateway-2", "/status/state/lastCollectedTime", ago(860))
}

/// The node of `gateway-2` lost its hostname label: its DaemonSets want no pod, and the pods are gone.
#[must_use]
pub fn pods_missing() -> World {
    let mut world = base()
        .set("Node/gateway-2", "/metadata/labels/kubernetes.io~1hostname", "gateway-2.dc1")
        .set("GatewayAgent/gateway-2", "/status/lastHeartbeat", ago(1246))
        .set("GatewayAgent/gateway-2", "/status/state/lastCollectedTime", ago(1246));
    for role in ["dataplane", "frr"] {
        let pod = world.pod("gateway-2", role);
        world = world.delete(&format!("Pod/{pod}"));
        world.logs.retain(|(_, name, _), _| *name != pod);
        let path = format!("DaemonSet/gw--gateway-2--{role}");
        for field in [
            "currentNumberScheduled",
            "desiredNumberScheduled",
            "numberAvailable",
            "numberReady",
            "updatedNumberScheduled",
        ] {
            world = world.set(&path, &format!("/status/{field}"), 0);
        }
    }
    world.insights.retain(|(gateway, _), _| gateway != "gateway-2");
    for link in LINKS.into_iter().filter(|link| link.gateway == "gateway-2") {
        world = lost_at_switch(world, link, 1240, "BFD down received");
    }
    fabricator_not_ready(world, "gatewayDataplane", "gateway-2", 1200)
}

/// Only the metrics exporter beside FRR crashes on `gateway-1`.
#[must_use]
pub fn exporter_crashes() -> World {
    let world = base();
    let pod = world.pod("gateway-1", "frr");
    let end = json!({
        "containerID": "containerd://c24c40e39afb2f8c978d27a77deeb568a6c7cbe5c3479b277623411bfe285683",
        "exitCode": 1, "reason": "Error", "startedAt": ago(181), "finishedAt": ago(180),
    });
    let world = crashing(world, &pod, "frr-exporter", &end, 9, "CrashLoopBackOff");
    let refused = format!(
        "time={} level=ERROR source=main.go:131 msg=\"listen tcp 127.0.0.1:9342: bind: address already in use\"\n",
        ago(180)
    );
    daemon_set_down(world, "gw--gateway-1--frr").log(&pod, "frr-exporter", &refused).previous_log(
        &pod,
        "frr-exporter",
        &refused,
    )
}

/// FRR crashes on `gateway-1`, the preferred gateway: no session is left.
#[must_use]
pub fn frr_crashes() -> World {
    let mut world = base();
    let pod = world.pod("gateway-1", "frr");
    let end = json!({
        "containerID": "containerd://052958d4e6a935bdce0e29675741b169b08c62977b40fa0775224280d7ef7d58",
        "exitCode": 139, "reason": "Error", "startedAt": ago(214), "finishedAt": ago(208),
    });
    world = crashing(world, &pod, "frr", &end, 6, "CrashLoopBackOff");
    world = daemon_set_down(world, "gw--gateway-1--frr");
    for link in LINKS.into_iter().filter(|link| link.gateway == "gateway-1") {
        let at = neighbour(link.switch_ip);
        world = lost_at_switch(world, link, 512, "Peer closed the session")
            .set("GatewayAgent/gateway-1", &format!("{at}/sessionState"), "idle")
            .set("GatewayAgent/gateway-1", &format!("{at}/connectionsDropped"), 6)
            .set("GatewayAgent/gateway-1", &format!("{at}/lastResetReason"), "Local system closed");
    }
    world = world.set("GatewayAgent/gateway-1", "/status/state/frr/lastAppliedGen", 0);
    let commands: Vec<String> = world
        .insights
        .keys()
        .filter(|(gateway, command)| gateway == "gateway-1" && command.starts_with("frr: "))
        .map(|(_, command)| command.clone())
        .collect();
    for command in commands {
        world = world.insight_error(
            "gateway-1",
            &command,
            "retrying: executing \"vtysh\" command in pod: unable to upgrade connection: container not found (\"frr\")",
        );
    }
    let day = |seconds: i64| ago(seconds).replace('-', "/").replace('T', " ").replace('Z', "");
    let run = |start: i64| {
        format!(
            "{} WATCHFRR: [T83RR-8SM5G] watchfrr 10.6.0 starting: vty@0\n\
             {} WATCHFRR: [QDG3Y-BY5TN] bgpd state -> up : connect succeeded\n\
             {} BGP: Received signal 11 at 1791279 (si_addr 0x18, PC 0x5581c7); aborting...\n\
             {} WATCHFRR: [EC 268435457] bgpd state -> down : unexpected read error: Connection reset by peer\n",
            day(start),
            day(start - 2),
            day(start - 5),
            day(start - 5),
        )
    };
    world = world.log(&pod, "frr", &run(214)).previous_log(&pod, "frr", &run(214));
    let log = dataplane_line(
        &ago(208),
        "WARN",
        "dataplane_routing::frr::frrmi",
        251,
        "Failed to receive over frrmi: Peer left",
    );
    world = log_more(world, "gateway-1", "dataplane", &log)
        .insight_replace("gateway-1", "dataplane: show tech", " STATUS: Connected", " STATUS: Not-connected")
        .insight_replace("gateway-1", "dataplane: show tech", " status: connected", " status: not connnected");
    fabricator_not_ready(world, "gatewayFRR", "gateway-1", 480)
}

/// An image that the registry does not have, after an upgrade of `gateway-2`.
#[must_use]
pub fn image_missing() -> World {
    let world = dead_dataplane(base(), "gateway-2", 1327);
    let pod = world.pod("gateway-2", "dataplane");
    let image = "172.30.0.1:31000/githedgehog/dataplane:v0.25.3";
    let mut world = world.edit(&format!("Pod/{pod}"), |object| {
        object["metadata"]["creationTimestamp"] = ago(1320).into();
        object["spec"]["containers"][0]["image"] = image.into();
        object["status"]["startTime"] = ago(1320).into();
        let status = &mut object["status"]["containerStatuses"][0];
        *status = json!({
            "image": image, "imageID": "", "lastState": {}, "name": "dataplane", "ready": false, "restartCount": 0,
            "started": false,
            "state": {"waiting": {"reason": "ImagePullBackOff", "message": format!("Back-off pulling image \"{image}\": not found")}},
        });
        object["status"]["phase"] = "Pending".into();
        for condition in object["status"]["conditions"].as_array_mut().expect("conditions") {
            if condition["type"] == "Ready" || condition["type"] == "ContainersReady" {
                condition["status"] = "False".into();
                condition["reason"] = "ContainersNotReady".into();
                condition["lastTransitionTime"] = ago(1320).into();
            }
        }
    });
    world.logs.remove(&("fab".into(), pod.clone(), "dataplane".into()));
    event(world, "Pod", &pod, "Failed", &format!("Failed to pull image \"{image}\": not found"), 15, 9)
}

/// An interface without MTU: the init container of `gateway-2` fails at every start.
#[must_use]
pub fn init_fails() -> World {
    let world = dead_dataplane(base(), "gateway-2", 1032)
        .unset("Gateway/gateway-2", "/spec/interfaces/enp2s2/mtu")
        .unset("GatewayAgent/gateway-2", "/spec/gateway/interfaces/enp2s2/mtu")
        .set("Gateway/gateway-2", "/metadata/generation", 3)
        .set("GatewayAgent/gateway-2", "/metadata/generation", 12);
    let pod = world.pod("gateway-2", "dataplane");
    let end = json!({
        "containerID": "containerd://bb3b9b93b1c17fa33f815d628890849c7c1d8b3fbac898c834ebf30d667d8c31",
        "exitCode": 2, "reason": "Error", "startedAt": ago(66), "finishedAt": ago(66),
    });
    let mut world =
        crashing(world, &pod, "init-ifaces", &end, 7, "CrashLoopBackOff").edit(&format!("Pod/{pod}"), |object| {
            object["metadata"]["creationTimestamp"] = ago(1025).into();
            object["status"]["startTime"] = ago(1025).into();
            object["status"]["phase"] = "Pending".into();
            let status = &mut object["status"]["containerStatuses"][0];
            status["ready"] = false.into();
            status["started"] = false.into();
            status["state"] = json!({"waiting": {"reason": "PodInitializing"}});
            for condition in object["status"]["conditions"].as_array_mut().expect("conditions") {
                if condition["type"] == "Initialized" {
                    condition["status"] = "False".into();
                }
            }
        });
    world.logs.remove(&("fab".into(), pod.clone(), "dataplane".into()));
    let log = "+ ethtool -K enp2s1 gro off\n+ ip l set mtu 9100 dev enp2s1\n+ ip l set dev enp2s1 up\n+ ethtool -K enp2s2 gro off\n+ ip l set mtu 0 dev enp2s2\nError: mtu less than device minimum.\n";
    world.log(&pod, "init-ifaces", log).previous_log(&pod, "init-ifaces", log)
}

/// The node of `gateway-1` ran out of memory twelve minutes ago and killed the dataplane; it is back.
#[must_use]
pub fn out_of_memory() -> World {
    let world = base();
    let pod = world.pod("gateway-1", "dataplane");
    world
        .edit(&format!("Pod/{pod}"), |object| {
            let status = &mut object["status"]["containerStatuses"][0];
            status["restartCount"] = 1.into();
            status["lastState"] = json!({"terminated": {
                "containerID": "containerd://1d6f", "exitCode": 137, "reason": "OOMKilled",
                "startedAt": "2026-09-27T08:09:08Z", "finishedAt": ago(742),
            }});
            status["state"] = json!({"running": {"startedAt": ago(740)}});
        })
        .set("GatewayAgent/gateway-1", "/status/lastAppliedTime", ago(738))
}

/// The dataplane of `gateway-2` panicked three times; the last time was twenty minutes ago.
#[must_use]
pub fn dataplane_restarts() -> World {
    let world = base();
    let pod = world.pod("gateway-2", "dataplane");
    let panic = "thread 'worker-3' panicked at nat/src/masquerade/flow.rs:212:37:\ncalled `Option::unwrap()` on a `None` value\n";
    world
        .edit(&format!("Pod/{pod}"), |object| {
            let status = &mut object["status"]["containerStatuses"][0];
            status["restartCount"] = 3.into();
            status["lastState"] = json!({"terminated": {
                "containerID": "containerd://77aa", "exitCode": 134, "reason": "Error",
                "startedAt": ago(2405), "finishedAt": ago(1212),
            }});
            status["state"] = json!({"running": {"startedAt": ago(1211)}});
        })
        .previous_log(&pod, "dataplane", panic)
}

/// A dataplane that cannot read the GatewayAgent of a newer controller: it never wrote a status.
#[must_use]
pub fn object_unreadable() -> World {
    let world = base();
    let pod = world.pod("gateway-2", "dataplane");
    let start = dataplane_line(
        &ago(7212),
        "INFO",
        "dataplane::runtime",
        66,
        "━━━━━━ Starting dataplane for gateway 'gateway-2' (Version = v0.25.2) ━━━━━━",
    );
    let lines = repeated(298, 2, 4, |at| {
        dataplane_line(
            at,
            "ERROR",
            "dataplane_mgmt::processor::k8s_client",
            140,
            "Watcher error: Error deserializing response: unknown variant `layer4`, expected one of `flow`, `packet`. Restarting kube client in 2s...",
        )
    });
    world.set("GatewayAgent/gateway-2", "/status", json!({})).log(&pod, "dataplane", &(start + &lines))
}

/// The fabric controller crashes: a new peering reaches no gateway.
#[must_use]
pub fn controller_crashes() -> World {
    let world = base();
    let pod = world
        .objects
        .iter()
        .filter(|object| hh_worlds::kind(object) == "Pod")
        .map(hh_worlds::name)
        .find(|name| name.starts_with("fabric-ctrl"))
        .expect("a fabric controller")
        .to_owned();
    let end = json!({
        "containerID": "containerd://90ab", "exitCode": 1, "reason": "Error", "startedAt": ago(320), "finishedAt": ago(19),
    });
    let world = crashing(world, &pod, "manager", &end, 5, "CrashLoopBackOff")
        .set("Deployment/fabric-ctrl", "/status/readyReplicas", 0)
        .set("Deployment/fabric-ctrl", "/status/availableReplicas", 0)
        .set("Deployment/fabric-ctrl", "/status/unavailableReplicas", 1);
    let world = controller_log(
        world,
        "Oct  6 09:40:58.101 ERR Failed to start err=\"creating gateway validator: downloading files from 172.30.0.1:31000/githedgehog/dataplane-validator:v0.25.2: context deadline exceeded\"\n",
    );
    add_peering(
        world,
        "vpc-02--vpc-04",
        "default",
        &ago(412),
        [
            ("vpc-02", json!([{"ips": [{"cidr": "10.20.2.0/24"}]}])),
            ("vpc-04", json!([{"ips": [{"cidr": "10.20.4.0/24"}]}])),
        ],
    )
}

/// The clock of `gateway-2` is twenty minutes ahead.
#[must_use]
pub fn clock_ahead() -> World {
    base().set("GatewayAgent/gateway-2", "/status/lastHeartbeat", ago(-1200)).set(
        "GatewayAgent/gateway-2",
        "/status/state/lastCollectedTime",
        ago(-1200),
    )
}
