//! Groups, priorities and failover (point 11).

use hh_worlds::{World, json};

use super::*;

/// Both gateways have the same priority.
#[must_use]
pub fn same_priority() -> World {
    let mut world = base().set("Gateway/gateway-2", "/spec/groups/0/priority", 200).set(
        "Gateway/gateway-2",
        "/metadata/generation",
        3,
    );
    world = world.set("GatewayAgent/gateway-2", "/spec/gateway/groups/0/priority", 200);
    for gateway in ["gateway-1", "gateway-2"] {
        world = world
            .set(
                &format!("GatewayAgent/{gateway}"),
                "/spec/groups/default/members",
                json!([
                    {"name": "gateway-1", "priority": 200, "vtepIP": "172.30.12.2/32"},
                    {"name": "gateway-2", "priority": 200, "vtepIP": "172.30.12.3/32"},
                ]),
            )
            .insight_replace(gateway, "dataplane: show tech", "gateway-2        100 ", "gateway-2        200 ");
        world = applied(world, gateway, 12, 4000);
    }
    world
}

/// The priority of `gateway-2` was raised above that of `gateway-1`; the agent of `gateway-1` does not know.
#[must_use]
pub fn stale_groups() -> World {
    let world = base()
        .set("Gateway/gateway-2", "/spec/groups/0/priority", 300)
        .set("Gateway/gateway-2", "/metadata/generation", 3)
        .set("GatewayAgent/gateway-2", "/spec/gateway/groups/0/priority", 300)
        .set(
            "GatewayAgent/gateway-2",
            "/spec/groups/default/members",
            json!([
                {"name": "gateway-1", "priority": 200, "vtepIP": "172.30.12.2/32"},
                {"name": "gateway-2", "priority": 300, "vtepIP": "172.30.12.3/32"},
            ]),
        );
    let mut world = applied(world, "gateway-2", 12, 3600);
    let text = stdout(&mut world, "gateway-2", "dataplane: show tech");
    *text = text.replace(
        "   gateway-1        200   172.30.12.2                             \n   gateway-2        100   172.30.12.3                             \n",
        "   gateway-2        300   172.30.12.3                             \n   gateway-1        200   172.30.12.2                             \n",
    );
    world
}

/// The preferred gateway is dead and the standby runs an old generation: nobody serves the group.
#[must_use]
pub fn standby_behind() -> World {
    let mut world = base();
    let pod = world.pod("gateway-1", "dataplane");
    let end = json!({
        "containerID": "containerd://1d6f", "exitCode": 134, "reason": "Error", "startedAt": ago(322), "finishedAt": ago(299),
    });
    world = crashing(world, &pod, "dataplane", &end, 21, "CrashLoopBackOff");
    world = daemon_set_down(world, "gw--gateway-1--dataplane");
    let panic = "thread 'main' panicked at dataplane/src/runtime.rs:204:14:\nworker setup failed: Os { code: 12, kind: OutOfMemory, message: \"Cannot allocate memory\" }\n";
    world = world.log(&pod, "dataplane", panic).previous_log(&pod, "dataplane", panic);
    world = world
        .set("GatewayAgent/gateway-1", "/status/lastHeartbeat", ago(3130))
        .set("GatewayAgent/gateway-1", "/status/state/lastCollectedTime", ago(3130))
        .insight_error(
            "gateway-1",
            "dataplane: show tech",
            "retrying: executing \"/dataplane-cli -c show tech\" command in pod: unable to upgrade connection: container not found (\"dataplane\")",
        );
    for link in LINKS.into_iter().filter(|link| link.gateway == "gateway-1") {
        world = frr_session_down(world, link, 3124, "Active");
        world = lost_at_switch(world, link, 3124, "BFD down received");
    }
    world = fabricator_not_ready(world, "gatewayDataplane", "gateway-1", 3000);
    world = world.set("GatewayAgent/gateway-2", "/metadata/generation", 13);
    let mut lines = String::new();
    for seconds in (10..3000).step_by(240) {
        lines.insert_str(
            0,
            &dataplane_line(
                &ago(seconds),
                "ERROR",
                "dataplane_mgmt::processor::k8s_client",
                165,
                "Failed to apply the config for genid 13: Failure applying config: Internal error: Failed to observe interface state",
            ),
        );
    }
    log_more(world, "gateway-2", "dataplane", &lines)
}

/// `gateway-2` carries the traffic although `gateway-1` is preferred and healthy.
#[must_use]
pub fn traffic_on_standby() -> World {
    let world = base();
    let state = world.object("GatewayAgent/gateway-1")["status"]["state"].clone();
    let mut idle = state["vpcs"].clone();
    for counters in idle.as_object_mut().expect("VPCs").values_mut() {
        *counters = json!({});
    }
    world
        .set("GatewayAgent/gateway-2", "/status/state/peerings", state["peerings"].clone())
        .set("GatewayAgent/gateway-2", "/status/state/vpcs", state["vpcs"].clone())
        .unset("GatewayAgent/gateway-1", "/status/state/peerings")
        .set("GatewayAgent/gateway-1", "/status/state/vpcs", idle)
}
