//! Configuration that does not arrive (points 1 and 2).

use hh_worlds::{World, json};

use super::*;

/// A peering whose public range overlaps another one as `vpc-03` sees them: both dataplanes refuse the
/// whole generation, and go on refusing it with every heartbeat.
#[must_use]
pub fn generation_refused() -> World {
    let mut world = add_peering(
        base(),
        "vpc-03--vpc-04",
        "default",
        &ago(318),
        [
            ("vpc-03", json!([{"ips": [{"cidr": "10.20.3.0/24"}]}])),
            (
                "vpc-04",
                json!([{"ips": [{"cidr": "10.20.4.0/25"}], "as": [{"cidr": "10.20.1.0/25"}], "nat": {"static": {}}}]),
            ),
        ],
    );
    for gateway in ["gateway-1", "gateway-2"] {
        world = into_agent(world, "vpc-03--vpc-04", gateway).set(
            &format!("GatewayAgent/{gateway}"),
            "/metadata/generation",
            12,
        );
        let lines = repeated(316, 3, 15, |at| {
            dataplane_line(
                at,
                "ERROR",
                "dataplane_mgmt::processor::k8s_client",
                165,
                "Failed to apply the config for genid 12: Failure applying config: VPC prefixes overlap: 10.20.1.0/24 and 10.20.1.0/25",
            )
        });
        world = log_more(world, gateway, "dataplane", &lines);
    }
    world
}

/// The idle timeout of a peering was changed: generation 12 everywhere.
fn idle_timeout_changed(seconds: i64) -> World {
    let path = "/peering/vpc-02/expose/0/nat/masquerade/idleTimeout";
    let mut world = base().set("GatewayPeering/vpc-02--vpc-03", &format!("/spec{path}"), "5m0s").set(
        "GatewayPeering/vpc-02--vpc-03",
        "/metadata/generation",
        2,
    );
    for gateway in ["gateway-1", "gateway-2"] {
        world = world
            .set(&format!("GatewayAgent/{gateway}"), &format!("/spec/peerings/vpc-02--vpc-03{path}"), "5m0s")
            .insight_replace(gateway, "dataplane: show tech", "idle timeout: 180", "idle timeout: 300");
        world = applied(world, gateway, 12, seconds);
    }
    world
}

/// FRR refuses to reload the configuration of generation 12 on `gateway-1`; the dataplane runs it.
#[must_use]
pub fn frr_reload_failed() -> World {
    let world = idle_timeout_changed(367);
    let at = ago(365);
    let log = log_of(&world, "gateway-1", "dataplane");
    let kept: String = log
        .lines()
        .filter(|line| !line.contains("Frr configuration successfully applied for gen 12"))
        .map(|line| format!("{line}\n"))
        .collect();
    let pod = world.pod("gateway-1", "dataplane");
    let world = world.log(&pod, "dataplane", &kept);
    let mut lines = dataplane_line(
        &at,
        "ERROR",
        "dataplane_routing::frr::frrmi",
        380,
        "Failed to apply FRR configuration for gen 12: Reloading error",
    );
    lines += &dataplane_line(
        &at,
        "ERROR",
        "dataplane_routing::frr::frrmi",
        396,
        "Ran out of attempts to config FRR for gen 12",
    );
    let world = log_more(world, "gateway-1", "dataplane", &lines);
    let stamp = at.replace('Z', ".106588Z");
    let world = log_more(
        world,
        "gateway-1",
        "frr",
        &format!(
            "{stamp}  INFO frr_agent: Got config request from /var/run/frr/hh/dp-frrmi.sock for generation 12\n\
             {stamp} ERROR frr_agent: >>>> FRR Reload failed! <<<<\n\
             {stamp} ERROR frr_agent: stderr: 2026-10-06 09:35:12,031 ERROR: vtysh: line 61: % Unknown command[4]:  bmp import-vrf-view 00005-vrf\n\
             {stamp} ERROR frr_agent: stdout: \n"
        ),
    );
    let applied_at = ago(367).replace('T', "T ").replace('Z', "");
    let failed_at = at.replace('T', "T ").replace('Z', "");
    world
        .set("GatewayAgent/gateway-1", "/status/state/frr/lastAppliedGen", 11)
        .insight_replace(
            "gateway-1",
            "dataplane: show tech",
            &format!("Last cfg applied: 12 {applied_at}"),
            "Last cfg applied: 11 2026-10-06T 08:56:20 (44 min 56 s ago)",
        )
        .insight_replace(
            "gateway-1",
            "dataplane: show tech",
            "Last cfg failure: none ",
            &format!("Last cfg failure: 12 {failed_at} (6 min 5 s ago)"),
        )
        .insight_replace("gateway-1", "dataplane: show tech", "Configs applied : 3", "Configs applied : 2")
        .insight_replace("gateway-1", "dataplane: show tech", "Configs failed  : 0", "Configs failed  : 1")
}

/// The frr-agent of `gateway-2` hangs: the dataplane's requests time out one after the other.
#[must_use]
pub fn frr_agent_hangs() -> World {
    let world = idle_timeout_changed(258);
    let log = log_of(&world, "gateway-2", "dataplane");
    let kept: String = log
        .lines()
        .filter(|line| !line.contains("Frr configuration successfully applied for gen 12"))
        .map(|line| format!("{line}\n"))
        .collect();
    let pod = world.pod("gateway-2", "dataplane");
    let world = world.log(&pod, "dataplane", &kept);
    let lines = repeated(252, 4, 6, |at| {
        dataplane_line(
            at,
            "ERROR",
            "dataplane_routing::frr::frrmi",
            290,
            "Request sent to frr-agent timed out! Will reconnect...",
        )
    });
    let applied_at = ago(258).replace('T', "T ").replace('Z', "");
    log_more(world, "gateway-2", "dataplane", &lines)
        .set("GatewayAgent/gateway-2", "/status/state/frr/lastAppliedGen", 11)
        .insight_replace(
            "gateway-2",
            "dataplane: show tech",
            &format!("Last cfg applied: 12 {applied_at}"),
            "Last cfg applied: 11 2026-10-06T 08:56:20 (44 min 56 s ago)",
        )
        .insight_replace("gateway-2", "dataplane: show tech", "Configs applied : 3", "Configs applied : 2")
}

/// A peering in a group that only `gateway-2` is a member of: `gateway-1` refuses the whole generation.
#[must_use]
pub fn foreign_group() -> World {
    let world = base()
        .delete("VPCPeering/vpc-01--vpc-02")
        .add(&format!(
            "apiVersion: gateway.githedgehog.com/v1alpha1\nkind: GatewayGroup\nmetadata:\n  name: edge\n  namespace: default\n  \
             creationTimestamp: {:?}\n  generation: 1\nspec: {{}}\n",
            ago(2000)
        ))
        .set("Gateway/gateway-2", "/spec/groups/-", json!({"name": "edge", "priority": 10}))
        .set("Gateway/gateway-2", "/metadata/generation", 3)
        .set("GatewayAgent/gateway-2", "/spec/gateway/groups/-", json!({"name": "edge", "priority": 10}))
        .set(
            "GatewayAgent/gateway-2",
            "/spec/groups/edge",
            json!({"members": [{"name": "gateway-2", "priority": 10, "vtepIP": "172.30.12.3/32"}]}),
        )
        .without_insights();
    let world = add_peering(
        world,
        "vpc-01--vpc-02",
        "edge",
        &ago(921),
        [
            ("vpc-01", json!([{"ips": [{"cidr": "10.20.1.0/24"}]}])),
            ("vpc-02", json!([{"ips": [{"cidr": "10.20.2.0/24"}]}])),
        ],
    );
    let world = into_agent(world, "vpc-01--vpc-02", "gateway-1");
    let world = into_agent(world, "vpc-01--vpc-02", "gateway-2");
    let world = applied(world, "gateway-2", 13, 919).set("GatewayAgent/gateway-1", "/metadata/generation", 12);
    let lines = repeated(918, 5, 15, |at| {
        dataplane_line(
            at,
            "ERROR",
            "dataplane_mgmt::processor::k8s_client",
            165,
            "Failed to apply the config for genid 12: Failure applying config: A VPC peering object refers to non-existent group 'edge'",
        )
    });
    log_more(world, "gateway-1", "dataplane", &lines)
}

/// The gateways run two releases after an upgrade that stopped half way.
#[must_use]
pub fn half_upgraded() -> World {
    base().set("GatewayAgent/gateway-2", "/status/state/dataplane/version", "v0.24.0")
}
