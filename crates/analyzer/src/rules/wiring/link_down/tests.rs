use hh_worlds::{World, json};

use super::LinkDown;
use crate::testing::said;

const PORT: &str = "/status/state/interfaces/E1~152~11";
const MODULE: &str = "/status/state/transceivers/E1~152";

fn down() -> World {
    World::healthy().small().set("Agent/leaf-02", &format!("{PORT}/oper"), "down")
}

#[test]
fn a_port_without_module() {
    let world = down()
        .set("Agent/leaf-02", MODULE, json!({"oper": "inactive", "present": "NOT_PRESENT"}))
        .unset("Agent/leaf-02", &format!("{PORT}/lldpNeighbors"));
    let said = said(&LinkDown, &world);
    assert_eq!(said.lines(), ["error Connection/leaf-02--gateway--gateway-2 (leaf-02/E1/52)"]);
    assert_eq!(said.passed, 3);
    let finding = &said.findings[0];
    assert_eq!(finding.title, "link leaf-02/E1/52 - gateway-2/enp2s2 is down: its transceiver is not present");
    assert_eq!(finding.reference, ["LINK-202", "LINK-215"]);
    let evidence = &finding.evidence;
    assert_eq!(evidence[0].field.as_deref(), Some("status.state.interfaces[\"E1/52/1\"].oper"));
    assert_eq!(evidence[0].value.as_deref(), Some("down"));
    assert_eq!(evidence[1].field.as_deref(), Some("status.state.transceivers[\"E1/52\"].present"));
    assert_eq!(evidence[1].value.as_deref(), Some("NOT_PRESENT"));
    assert!(evidence.iter().any(|e| e.field.as_deref().is_some_and(|f| f.ends_with("lldpNeighbors"))));
}

#[test]
fn reasons_from_the_optics() {
    let lanes = |power: [f64; 4]| json!({"1": {"in": power[0], "out": -0.5}, "2": {"in": power[1], "out": 0.5}, "3": {"in": power[2], "out": 0.1}, "4": {"in": power[3], "out": 0.2}});
    for (field, value, reference) in [
        ("channels", lanes([-40.0, -40.0, -40.0, -40.0]), Some("LINK-210")),
        ("channels", lanes([-40.0, -1.0, -1.0, -1.0]), Some("LINK-211")),
        ("channels", lanes([-14.0, -1.0, -1.0, -1.0]), Some("LINK-213")),
        ("channels", json!({"1": {"in": -1.0}, "2": {"in": -1.0, "out": -40.0}}), Some("LINK-212")),
        ("channels", lanes([-1.0, -1.0, -1.0, -1.0]), None),
        ("oper", json!("inactive"), Some("LINK-214")),
        ("cmis", json!("Failed"), Some("LINK-214")),
    ] {
        let world = down().set("Agent/leaf-02", &format!("{MODULE}/{field}"), value.clone());
        let said = said(&LinkDown, &world);
        let expected: Vec<&str> = std::iter::once("LINK-202").chain(reference).collect();
        assert_eq!(said.findings[0].reference, expected, "{field} {value}");
    }
}

#[test]
fn copper_has_no_lasers() {
    let world = down().set("Agent/leaf-02", &format!("{MODULE}/cable"), "DAC").set(
        "Agent/leaf-02",
        &format!("{MODULE}/channels"),
        json!({"1": {"in": -40.0, "out": -40.0}}),
    );
    assert_eq!(said(&LinkDown, &world).findings[0].reference, ["LINK-202"]);
}

#[test]
fn shut_ports() {
    let world = down().set("Agent/leaf-02", &format!("{PORT}/admin"), "down");
    assert_eq!(said(&LinkDown, &world).findings[0].reference, ["LINK-202", "LINK-207"]);
    let world = world.set("Agent/leaf-02", &format!("{PORT}/errDisabled"), true);
    assert_eq!(said(&LinkDown, &world).findings[0].reference, ["LINK-202", "LINK-205"]);
    // Not applied yet: the port may be about to come up.
    let world =
        down().set("Agent/leaf-02", &format!("{PORT}/admin"), "down").set("Agent/leaf-02", "/metadata/generation", 8);
    let said = said(&LinkDown, &world);
    assert!(said.findings.is_empty() && said.not_checked.len() == 1, "{said:?}");
}

#[test]
fn healthy_pictures() {
    for world in [World::healthy().small(), World::older().small()] {
        let said = said(&LinkDown, &world);
        assert_eq!((said.lines(), said.passed), (vec![], 4));
    }
    // An unused port may be down, without a module.
    let unused = World::healthy().small().set("Agent/leaf-02", "/status/state/interfaces/E1~140/oper", "down");
    assert!(said(&LinkDown, &unused).findings.is_empty());
    // An old state is history.
    let old = down().set("Agent/leaf-02", "/status/lastHeartbeat", "2026-10-06T09:30:00Z");
    assert!(said(&LinkDown, &old).is_quiet());
    // The port is written with its sub-port in the Connection.
    let sub = World::healthy().small().set(
        "Connection/leaf-02--gateway--gateway-2",
        "/spec/gateway/links/0/switch/port",
        "leaf-02/E1/52/1",
    );
    assert_eq!(said(&LinkDown, &sub).passed, 4);
}

#[test]
fn not_checked_without_the_switches() {
    let said_of = said(&LinkDown, &World::healthy().small().without("Agent"));
    assert_eq!(said_of.not_checked, ["Agent objects of the switches"]);
    let one = said(&LinkDown, &World::healthy().small().delete("Agent/leaf-02"));
    assert_eq!((one.passed, one.not_checked.len()), (2, 2));
}
