//! Sessions between gateways and switches (points 6 to 8).

use hh_worlds::{World, json};

use super::*;

/// `gateway-1` never saw its neighbour on `leaf-02`: the session is configured on both sides and has
/// never come up since the dataplane started.
#[must_use]
pub fn neighbour_never_seen() -> World {
    let link = link("gateway-1", "leaf-02");
    let mut world =
        frr_session_down(base(), link, -1, "Active").unset("GatewayAgent/gateway-1", &neighbour(link.switch_ip));
    let session = format!("/status/state/bgpNeighbors/default/{}", link.gateway_ip);
    let peer = format!("/status/state/bfdPeers/default/{}", link.gateway_ip);
    world = world
        .set(
            "Agent/leaf-02",
            &session,
            json!({
                "enabled": true, "lastEstab": null, "lastRead": null, "lastReset": null, "lastWrite": null,
                "localAS": 65102, "msgs": {"rec": {}, "sent": {}}, "peerAS": 65534, "peerGroup": "gateway",
                "peerType": "external", "prefixes": {}, "state": "active",
            }),
        )
        .set("Agent/leaf-02", &peer, json!({"profile": "fabric", "state": "down"}));
    for role in ["dataplane", "frr"] {
        let kept: String = log_of(&world, "gateway-1", role)
            .lines()
            .filter(|line| !line.contains(link.switch_ip))
            .map(|line| format!("{line}\n"))
            .collect();
        let pod = world.pod("gateway-1", role);
        world = world.log(&pod, if role == "frr" { "frr" } else { "dataplane" }, &kept);
    }
    let text = stdout(&mut world, "gateway-1", "dataplane: show tech");
    *text = text
        .lines()
        .filter(|line| !line.contains("Status of BGP peer 172.30.128.10 "))
        .map(|line| format!("{line}\n"))
        .collect();
    let text = stdout(&mut world, "gateway-1", "frr: show ip route vrf all");
    *text = text.lines().filter(|line| !line.contains("via 172.30.128.10,")).map(|line| format!("{line}\n")).collect();
    world
}

/// `gateway-2` expects another ASN than `leaf-02` has: the session comes and goes.
#[must_use]
pub fn asn_mismatch() -> World {
    let link = link("gateway-2", "leaf-02");
    let mut world = base();
    for (object, pointer) in
        [("Gateway/gateway-2", "/spec/neighbors/1/asn"), ("GatewayAgent/gateway-2", "/spec/gateway/neighbors/1/asn")]
    {
        world = world.set(object, pointer, 65_112);
    }
    world = applied(world.set("Gateway/gateway-2", "/metadata/generation", 3), "gateway-2", 12, 2410);
    let at = neighbour(link.switch_ip);
    world = lost_at_gateway(world, link, 2409, "Remote system closed").set(
        "GatewayAgent/gateway-2",
        &format!("{at}/connectionsDropped"),
        37,
    );
    world = lost_at_switch(world, link, 2409, "BGP Notification received").set(
        "Agent/leaf-02",
        "/status/state/bgpNeighbors/default/172.30.128.15/connDropped",
        37,
    );
    world = world.insight_replace(
        "gateway-2",
        "frr: show running-config",
        "neighbor 172.30.128.14 remote-as 65102",
        "neighbor 172.30.128.14 remote-as 65112",
    );
    world = world.insight_replace(
        "gateway-2",
        "frr: show bgp summary",
        "172.30.128.14   4      65102",
        "172.30.128.14   4      65112",
    );
    let day = |seconds: i64| ago(seconds).replace('-', "/").replace('T', " ").replace('Z', "");
    let mut frr = format!(
        "{} BGP: [N9HHH-F8H1M] %ADJCHANGE: neighbor 172.30.128.14(leaf-02) in vrf default Down Peer closed the session\n",
        day(2409)
    );
    for seconds in [2340, 1620, 900, 180] {
        frr += &format!(
            "{} BGP: [HZN6M-XRM1G] %NOTIFICATION: sent to neighbor 172.30.128.14 2/2 (OPEN Message Error/Bad Peer AS) 4 bytes 00 00 fe 4e\n",
            day(seconds)
        );
    }
    world = log_more(world, "gateway-2", "frr", &frr);
    let line = dataplane_line(
        &ago(2408),
        "INFO",
        "dataplane_routing::router::ctl",
        284,
        "BGP session with 172.30.128.14 (id:172.30.8.2 ASN:65102) changed Established -> Idle",
    );
    log_more(world, "gateway-2", "dataplane", &line)
}

/// The session of `gateway-1` with `leaf-01` flaps: fourteen times lost, up at the moment.
#[must_use]
pub fn flapping() -> World {
    let link = link("gateway-1", "leaf-01");
    let at = neighbour(link.switch_ip);
    let mut world = base()
        .set("GatewayAgent/gateway-1", &format!("{at}/connectionsDropped"), 14)
        .set("GatewayAgent/gateway-1", &format!("{at}/lastResetReason"), "Remote system closed")
        .set("Agent/leaf-01", "/status/state/bgpNeighbors/default/172.30.128.9/connDropped", 14)
        .set("Agent/leaf-01", "/status/state/bgpNeighbors/default/172.30.128.9/estabTrans", 15)
        .set("Agent/leaf-01", "/status/state/bgpNeighbors/default/172.30.128.9/lastEstab", ago(641))
        .set("Agent/leaf-01", "/status/state/bgpNeighbors/default/172.30.128.9/lastReset", ago(655));
    let mut lines = String::new();
    let day = |seconds: i64| ago(seconds).replace('-', "/").replace('T', " ").replace('Z', "");
    let mut frr = String::new();
    for round in 0..14_i64 {
        let down = 655 + (13 - round) * 2500;
        for (seconds, change) in [(down, "Established -> Idle"), (down - 14, "Idle -> Established")] {
            lines += &dataplane_line(
                &ago(seconds),
                "INFO",
                "dataplane_routing::router::ctl",
                284,
                &format!("BGP session with 172.30.128.8 (id:172.30.8.1 ASN:65101) changed {change}"),
            );
        }
        frr += &format!(
            "{} BGP: [N9HHH-F8H1M] %ADJCHANGE: neighbor 172.30.128.8(leaf-01) in vrf default Down Peer closed the session\n\
             {} BGP: [N9HHH-F8H1M] %ADJCHANGE: neighbor 172.30.128.8(leaf-01) in vrf default Up\n",
            day(down),
            day(down - 14)
        );
    }
    world = log_more(world, "gateway-1", "dataplane", &lines);
    log_more(world, "gateway-1", "frr", &frr)
}

/// `leaf-01` sends no route at all to `gateway-2`, though the session is up for days.
#[must_use]
pub fn no_prefixes() -> World {
    let mut world = base()
        .set(
            "GatewayAgent/gateway-2",
            &format!("{}/ipv4UnicastPrefixes", neighbour("172.30.128.12")),
            json!({"received": 0, "receivedPrePolicy": 0}),
        )
        .set(
            "Agent/leaf-01",
            "/status/state/bgpNeighbors/default/172.30.128.13/prefixes/IPV4_UNICAST",
            json!({"rec": 1, "recPre": 5}),
        );
    let text = stdout(&mut world, "gateway-2", "frr: show bgp summary");
    *text = text.replacen(
        "172.30.128.12   4      65101    260981    260956       24    0    0 01w2d01h            6        1 N/A",
        "172.30.128.12   4      65101    260981    260956       24    0    0 01w2d01h            0        1 N/A",
        1,
    );
    let text = stdout(&mut world, "gateway-2", "frr: show ip route vrf all");
    let mut lines: Vec<String> = Vec::new();
    for line in text.lines() {
        if line.contains("via 172.30.128.14,") && !line.starts_with('B') {
            // The second next hop is the only one left.
            let route = lines.pop().unwrap_or_default();
            lines.push(route.replace("via 172.30.128.12, enp2s1", "via 172.30.128.14, enp2s2"));
        } else {
            lines.push(line.to_owned());
        }
    }
    *text = lines.join("\n") + "\n";
    world
}

/// The subnets of `vpc-02` do not reach `gateway-1`: its leaves export nothing for that VPC.
#[must_use]
pub fn vpc_route_missing() -> World {
    let mut world = base();
    for gateway in ["gateway-1", "gateway-2"] {
        let text = stdout(&mut world, gateway, "frr: show ip route vrf all");
        *text = text.lines().filter(|line| !line.contains(" 10.20.2.0/24 ")).map(|line| format!("{line}\n")).collect();
    }
    world
}

/// The external announces nothing: its VRF on the gateways holds no route.
#[must_use]
pub fn external_silent() -> World {
    let mut world = base();
    for gateway in ["gateway-1", "gateway-2"] {
        let text = stdout(&mut world, gateway, "frr: show ip route vrf all");
        *text = text
            .lines()
            .filter(|line| !line.contains("via 172.30.12.1, 00005-bri"))
            .map(|line| format!("{line}\n"))
            .collect();
    }
    world
}

/// `gateway-2` was given the protocol address of `gateway-1`.
#[must_use]
pub fn address_twice() -> World {
    let world = base()
        .set("Gateway/gateway-2", "/spec/protocolIP", "172.30.8.3/32")
        .set("Gateway/gateway-2", "/metadata/generation", 3)
        .set("GatewayAgent/gateway-2", "/spec/gateway/protocolIP", "172.30.8.3/32");
    applied(world, "gateway-2", 12, 5400)
}

/// The switches have BFD for gateways switched off.
#[must_use]
pub fn bfd_one_sided() -> World {
    let mut world = base();
    for leaf in ["leaf-01", "leaf-02"] {
        world = world.set(&format!("Agent/{leaf}"), "/spec/config/gatewayBFD", false);
    }
    for link in LINKS {
        let peer = format!("/status/state/bfdPeers/default/{}", link.gateway_ip);
        world = world.unset(&format!("Agent/{}", link.switch), &peer);
        let text = stdout(&mut world, link.gateway, "frr: show bfd peers");
        *text = text
            .lines()
            .map(|line| {
                if line.trim() == "Status: up" {
                    "\t\tStatus: down\n".to_owned()
                } else if line.trim_start().starts_with("Uptime:") {
                    "\t\tDowntime: 9 day(s), 1 hour(s), 20 minute(s), 28 second(s)\n".to_owned()
                } else {
                    format!("{line}\n")
                }
            })
            .collect();
    }
    world
}

/// FRR of `gateway-2` lost a session that the status still shows as established.
#[must_use]
pub fn status_frozen() -> World {
    let link = link("gateway-2", "leaf-01");
    let world = frr_session_down(base(), link, 3720, "Active");
    lost_at_switch(world, link, 3720, "Hold Timer Expired")
}

/// FRR of `gateway-1` is not connected to the dataplane.
#[must_use]
pub fn plugin_disconnected() -> World {
    base()
        .insight_replace(
            "gateway-1",
            "frr: show hedgehog rpc stats",
            "Dataplane sock connected: yes",
            "Dataplane sock connected: no",
        )
        .insight_replace(
            "gateway-1",
            "frr: show hedgehog rpc stats",
            "Dataplane contacted: yes",
            "Dataplane contacted: no",
        )
        .insight_replace("gateway-1", "dataplane: show tech", " STATUS: Connected", " STATUS: Incompatible")
}
