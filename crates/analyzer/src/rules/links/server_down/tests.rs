use hh_worlds::World;

use super::ServerLinkDown;
use crate::testing::said;

fn down(world: World, leaf: &str, port: &str) -> World {
    let oper = format!("/status/state/interfaces/{}/oper", port.replace('/', "~1"));
    world.set(&format!("Agent/{leaf}"), &oper, "down")
}

fn small() -> World {
    World::healthy().small()
}

#[test]
fn a_server_without_any_link() {
    let said_of = said(&ServerLinkDown, &down(small(), "leaf-01", "E1/3"));
    assert_eq!(said_of.lines(), ["error Connection/server-03--unbundled--leaf-01 (leaf-01/E1/3)"]);
    assert_eq!(said_of.passed, 5);
    let finding = &said_of.findings[0];
    assert_eq!(finding.title, "server-03 is not connected: leaf-01/E1/3 is down");
    assert_eq!(finding.evidence[0].field.as_deref(), Some("status.state.interfaces[\"E1/3\"].oper"));
    assert_eq!(finding.evidence[0].value.as_deref(), Some("down"));
    assert_eq!(finding.reference, ["LINK-203"]);
    // Both members of a bond: one finding.
    let bond = down(down(small(), "leaf-01", "E1/4"), "leaf-01", "E1/5");
    let said_of = said(&ServerLinkDown, &bond);
    assert_eq!(said_of.lines(), ["error Connection/server-04--bundled--leaf-01 (leaf-01/E1/4)"]);
    assert_eq!(said_of.findings[0].title, "server-04 is not connected: leaf-01/E1/4, leaf-01/E1/5 are down");
}

#[test]
fn redundancy_is_lost() {
    let said = said(&ServerLinkDown, &down(small(), "leaf-02", "E1/1"));
    assert_eq!(said.lines(), ["warning Connection/server-01--eslag--leaf-01--leaf-02 (leaf-02/E1/1)"]);
    assert_eq!(said.findings[0].title, "server-01 has 1 of 2 links: leaf-02/E1/1 is down");
}

#[test]
fn a_server_that_is_not_deployed() {
    let world = down(small().delete("VPCAttachment/vpc-03--server-03"), "leaf-01", "E1/3");
    assert_eq!(said(&ServerLinkDown, &world).lines(), ["info Connection/server-03--unbundled--leaf-01 (leaf-01/E1/3)"]);
    // Without the objects the switch's own copy tells.
    let copies = down(small().without("VPCAttachment"), "leaf-01", "E1/3");
    assert_eq!(said(&ServerLinkDown, &copies).findings[0].severity, "error");
    // Shut by hand: a fault although nothing is attached.
    let shut = world.set("Agent/leaf-01", "/status/state/interfaces/E1~13/admin", "down");
    let said_of = said(&ServerLinkDown, &shut);
    assert_eq!(said_of.findings[0].severity, "error");
    assert_eq!(said_of.findings[0].reference, ["LINK-203", "LINK-207"]);
}

#[test]
fn held_back_after_the_uplinks() {
    let mut world = down(small(), "leaf-01", "E1/1");
    for port in ["E1~149~11", "E1~150~11"] {
        let change = format!("/status/state/interfaces/{port}/change");
        world = world.set("Agent/leaf-01", &change, "2026-10-06T09:40:40Z");
    }
    assert_eq!(said(&ServerLinkDown, &world).findings[0].severity, "info");
    // Not so the ports of other servers.
    assert_eq!(said(&ServerLinkDown, &down(world, "leaf-01", "E1/3")).lines().len(), 2);
}

#[test]
fn looks_like_it() {
    for world in [small(), World::older().small()] {
        let said = said(&ServerLinkDown, &world);
        assert_eq!((said.lines(), said.passed), (vec![], 6));
    }
    let old = down(small(), "leaf-01", "E1/3").set("Agent/leaf-01", "/status/lastHeartbeat", "2026-10-06T09:20:00Z");
    assert!(said(&ServerLinkDown, &old).findings.is_empty());
    assert!(said(&ServerLinkDown, &down(small(), "leaf-01", "E1/40")).findings.is_empty());
}

#[test]
fn not_checked_without_the_switches() {
    let bare = small().without("Agent");
    assert_eq!(said(&ServerLinkDown, &bare).not_checked, ["Agent objects of the switches"]);
}
