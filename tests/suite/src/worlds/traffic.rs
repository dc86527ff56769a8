//! Counters and drops (point 9).

use hh_worlds::{World, json};

use super::*;

/// Sets packets and drops of a direction and of its source VPC.
fn pair(world: World, from: &str, to: &str, packets: u64, drops: u64) -> World {
    let at = format!("/status/state/peerings/{from}->{to}");
    world
        .set("GatewayAgent/gateway-1", &format!("{at}/p"), packets)
        .set("GatewayAgent/gateway-1", &format!("{at}/d"), drops)
        .set("GatewayAgent/gateway-1", &format!("/status/state/vpcs/{from}/p"), packets)
        .set("GatewayAgent/gateway-1", &format!("/status/state/vpcs/{from}/d"), drops)
}

/// Almost half of what `vpc-01` sends to `vpc-03` is filtered: no expose covers it.
#[must_use]
pub fn filtered() -> World {
    packet_stat(pair(base(), "vpc-01", "vpc-03", 297_587, 251_904), "gateway-1", "Filtered", 252_117)
}

/// No packet between `vpc-01` and `vpc-03` has reached the gateway.
#[must_use]
pub fn nothing_arrives() -> World {
    base()
        .unset("GatewayAgent/gateway-1", "/status/state/peerings/vpc-01->vpc-03")
        .unset("GatewayAgent/gateway-1", "/status/state/peerings/vpc-03->vpc-01")
        .set("GatewayAgent/gateway-1", "/status/state/vpcs/vpc-01", json!({}))
        .set("GatewayAgent/gateway-1", "/status/state/vpcs/vpc-03", json!({"b": 582_855_840_u64, "p": 610_960}))
}

/// `vpc-01` sends to `vpc-03`, and nothing comes back.
#[must_use]
pub fn one_way() -> World {
    base().unset("GatewayAgent/gateway-1", "/status/state/peerings/vpc-03->vpc-01").set(
        "GatewayAgent/gateway-1",
        "/status/state/vpcs/vpc-03",
        json!({"b": 582_855_840_u64, "p": 610_960}),
    )
}

/// The flow table of `gateway-1` is full: new flows are dropped.
#[must_use]
pub fn flow_table_full() -> World {
    let mut world = pair(base(), "vpc-02", "vpc-03", 494_674, 31_022);
    for object in ["Gateway/gateway-1", "GatewayAgent/gateway-1"] {
        let at = if object.starts_with("GatewayAgent") { "/spec/gateway" } else { "/spec" };
        world = world.set(object, &format!("{at}/flowTableCapacity"), 20_000);
    }
    world = packet_stat(world, "gateway-1", "Flow capacity exceeded", 31_022);
    world.insight_replace("gateway-1", "dataplane: show tech", "Flow Table (14 entries)", "Flow Table (20000 entries)")
}

/// A worker of `gateway-2` has died.
#[must_use]
pub fn worker_died() -> World {
    base().insight_replace(
        "gateway-2",
        "dataplane: show tech",
        " worker 3: running",
        " worker 3: Terminated(Panicked: called `Option::unwrap()` on a `None` value)",
    )
}

/// One worker of `gateway-1` loses packets before the dataplane reads them.
#[must_use]
pub fn overloaded() -> World {
    let mut world = base();
    let text = stdout(&mut world, "gateway-1", "dataplane: show tech");
    let (before, after) = text.split_once(" rx drops").expect("driver status");
    let row = "   enp2s2                       0           0           0           0           0             0";
    let busy = "   enp2s2                       0           0           0           0           0         41207";
    *text = format!("{before} rx drops{}", after.replacen(row, busy, 1));
    world
}

/// A link of `gateway-2` carries smaller packets than the fabric.
#[must_use]
pub fn small_mtu() -> World {
    let world = base()
        .set("Gateway/gateway-2", "/spec/interfaces/enp2s1/mtu", 1500)
        .set("Gateway/gateway-2", "/metadata/generation", 3)
        .set("GatewayAgent/gateway-2", "/spec/gateway/interfaces/enp2s1/mtu", 1500);
    applied(world, "gateway-2", 12, 5400)
}
