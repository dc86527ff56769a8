//! NAT and ACL (point 10).

use hh_worlds::{Value, World, json};

use super::*;

/// Changes a peering in the object and in both agents, and applies it.
fn changed(mut world: World, peering: &str, pointer: &str, value: &Value, seconds: i64) -> World {
    world = world.set(&format!("GatewayPeering/{peering}"), &format!("/spec{pointer}"), value.clone()).set(
        &format!("GatewayPeering/{peering}"),
        "/metadata/generation",
        2,
    );
    for gateway in ["gateway-1", "gateway-2"] {
        world =
            world.set(&format!("GatewayAgent/{gateway}"), &format!("/spec/peerings/{peering}{pointer}"), value.clone());
        world = applied(world, gateway, 12, seconds);
    }
    world
}

/// The idle timeout of a masquerade is zero: flows end at once when they are established.
#[must_use]
pub fn idle_timeout_zero() -> World {
    let mut world =
        changed(base(), "vpc-02--vpc-03", "/peering/vpc-02/expose/0/nat/masquerade/idleTimeout", &json!("0s"), 86_000);
    for gateway in ["gateway-1", "gateway-2"] {
        world = world.insight_replace(gateway, "dataplane: show tech", "idle timeout: 180", "idle timeout: 0");
    }
    world
}

/// The ACL of a peering denies everything and allows nothing.
#[must_use]
pub fn acl_denies_all() -> World {
    let acl = json!({"default": "deny", "rules": [
        {"name": "no-telnet", "from": "vpc-01", "to": "vpc-03", "action": "deny", "scope": "packet",
         "match": {"proto": "tcp", "dst": [{"ports": ["23"]}]}},
    ]});
    let world = changed(base(), "vpc-01--vpc-03", "/acl", &acl, 7200);
    acl_drops(world, "vpc-01", "vpc-03")
}

/// The ACL of a peering allows requests packet by packet, and no reply.
#[must_use]
pub fn acl_denies_replies() -> World {
    let acl = json!({"default": "deny", "rules": [
        {"name": "https", "from": "vpc-01", "to": "vpc-03", "action": "allow", "scope": "packet",
         "match": {"proto": "tcp", "dst": [{"ports": ["443"]}]}},
    ]});
    let world = changed(base(), "vpc-01--vpc-03", "/acl", &acl, 7200);
    acl_drops(world, "vpc-03", "vpc-01")
}

fn acl_drops(world: World, from: &str, to: &str) -> World {
    let world = world.set("GatewayAgent/gateway-1", &format!("/status/state/peerings/{from}->{to}/d"), 188_204).set(
        "GatewayAgent/gateway-1",
        &format!("/status/state/vpcs/{from}/d"),
        188_204,
    );
    packet_stat(world, "gateway-1", "Dropped by ACL", 188_204)
}

/// Older release: two VPCs masqueraded behind one range towards the same VPC.
#[must_use]
pub fn pool_shared() -> World {
    let world = add_peering(
        older_base().without_insights(),
        "vpc-03--vpc-04",
        "default",
        &ago(180_000),
        [
            ("vpc-03", json!([{"ips": [{"cidr": "10.20.3.0/24"}]}])),
            (
                "vpc-04",
                json!([{"ips": [{"cidr": "10.20.4.0/24"}], "as": [{"cidr": "192.168.77.8/31"}], "nat": {"masquerade": {"idleTimeout": "2m0s"}}}]),
            ),
        ],
    );
    let mut world = world;
    for gateway in ["gateway-1", "gateway-2"] {
        world = into_agent(world, "vpc-03--vpc-04", gateway);
        world = applied(world, gateway, 12, 179_990);
    }
    world
}
