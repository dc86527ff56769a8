use hh_worlds::{World, json};

use super::SessionDown;
use crate::testing::{analysis, said};

const BGP: &str = "/status/state/bgp/vrfs/default/neighbors";
const FAR: &str = "/status/state/bgpNeighbors/default/172.30.128.15";
const SUMMARY: &str = "frr: show bgp summary";

fn state(state: &str) -> World {
    World::healthy()
        .small()
        .set("GatewayAgent/gateway-2", &format!("{BGP}/172.30.128.14/sessionState"), state)
        .insight_error("gateway-2", SUMMARY, "exec failed")
}

#[test]
fn a_lost_session_with_both_ends() {
    let world = state("active").set("Agent/leaf-02", &format!("{FAR}/state"), "active");
    let said = said(&SessionDown, &world);
    assert_eq!(said.lines(), ["error GatewayAgent/gateway-2 (172.30.128.14)"]);
    assert_eq!(said.passed, 3);
    let finding = &said.findings[0];
    assert_eq!(finding.title, "BGP session of gateway-2 with leaf-02 (172.30.128.14) is down (active)");
    assert_eq!(finding.reference, ["GW-BGP-DOWN", "S6", "S15", "BGP-403"]);
    assert!(finding.evidence[0].line.is_some());
    assert_eq!(finding.evidence[0].value.as_deref(), Some("active"));
    assert_eq!(
        finding.evidence[1].field.as_deref(),
        Some("status.state.bgpNeighbors.default[\"172.30.128.15\"].state")
    );
}

#[test]
fn only_the_switch_sees_it() {
    let world = state("idle").delete("GatewayAgent/gateway-2").delete("Gateway/gateway-2").set(
        "Agent/leaf-02",
        &format!("{FAR}/state"),
        "active",
    );
    let said = said(&SessionDown, &world);
    assert_eq!(said.lines(), ["error GatewayAgent/gateway-2 (172.30.128.14)"]);
    assert_eq!(said.findings[0].reference.last().map(String::as_str), Some("BGP-403"));
}

#[test]
fn young_resets_of_a_redundant_uplink() {
    let text = |up_down: &str| {
        format!(
            "IPv4 Unicast Summary:\nBGP router identifier 172.30.8.4, local AS number 65534 VRF default vrf-id 0\n\n\
Neighbor        V         AS   MsgRcvd   MsgSent   TblVer  InQ OutQ  Up/Down State/PfxRcd   PfxSnt Desc\n\
172.30.128.12   4      65101       100       100       24    0    0 01w2d01h            6        1 N/A\n\
172.30.128.14   4      65102       100       100        0    0    0 {up_down}         Idle        0 N/A\n"
        )
    };
    let young = state("idle").insight("gateway-2", SUMMARY, &text("00:00:41"));
    assert_eq!(said(&SessionDown, &young).lines(), ["warning GatewayAgent/gateway-2 (172.30.128.14)"]);
    let old = state("idle").insight("gateway-2", SUMMARY, &text("00:12:41"));
    assert_eq!(said(&SessionDown, &old).lines(), ["error GatewayAgent/gateway-2 (172.30.128.14)"]);
    // FRR says down for long although the status says up.
    let frozen = state("established").insight("gateway-2", SUMMARY, &text("00:12:41"));
    assert_eq!(said(&SessionDown, &frozen).lines(), ["error GatewayAgent/gateway-2 (172.30.128.14)"]);
}

#[test]
fn healthy_pictures() {
    for world in [World::healthy().small(), World::older().small()] {
        let said = said(&SessionDown, &world);
        assert_eq!((said.lines(), said.passed), (vec![], 4));
    }
    // A neighbour that was removed, and one without news.
    let removed = World::healthy().small().set(
        "GatewayAgent/gateway-2",
        &format!("{BGP}/172.30.128.99"),
        json!({"sessionState": "idle", "connectionsDropped": 4}),
    );
    assert_eq!(said(&SessionDown, &removed).lines(), ["info GatewayAgent/gateway-2 (172.30.128.99)"]);
    assert_eq!(said(&SessionDown, &state("unset")).lines(), ["info GatewayAgent/gateway-2 (172.30.128.14)"]);
    // Filled counters of the documented form, and an AS number of four bytes.
    let filled = World::healthy()
        .small()
        .set("GatewayAgent/gateway-2", &format!("{BGP}/172.30.128.14/establishedTransitions"), 1)
        .set("GatewayAgent/gateway-2", &format!("{BGP}/172.30.128.14/localAS"), 23456);
    assert!(said(&SessionDown, &filled).findings.is_empty());
    // A stale status proves nothing.
    let stale = state("idle").set("GatewayAgent/gateway-2", "/status/lastHeartbeat", "2026-10-06T09:20:00Z");
    assert!(said(&SessionDown, &stale).findings.is_empty());
    // A switch with an old heartbeat neither.
    let old = World::healthy()
        .small()
        .insight_error("gateway-2", SUMMARY, "exec failed")
        .set("Agent/leaf-02", &format!("{FAR}/state"), "active")
        .set("Agent/leaf-02", "/status/lastHeartbeat", "2026-10-06T09:20:00Z");
    assert!(said(&SessionDown, &old).findings.is_empty());
}

#[test]
fn the_ends_disagree() {
    let world = state("established").set("Agent/leaf-02", &format!("{FAR}/state"), "active");
    let said = said(&SessionDown, &world);
    assert_eq!(said.lines(), ["warning GatewayAgent/gateway-2 (172.30.128.14)"]);
    assert_eq!(said.findings[0].confidence, "possible");
}

#[test]
fn a_link_is_the_cause() {
    let world = state("idle").set("Agent/leaf-02", "/status/state/interfaces/E1~152~11/oper", "down");
    let report = analysis(&world, &crate::Options::default()).report;
    let roots: Vec<&str> = report.root_causes.iter().map(|root| root.rule.as_str()).collect();
    assert_eq!(roots, ["gateway-link-down"]);
}
