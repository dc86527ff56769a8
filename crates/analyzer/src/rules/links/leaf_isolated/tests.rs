use hh_worlds::World;

use super::LeafIsolated;
use crate::testing::{analysis, said};

fn small() -> World {
    World::healthy().small()
}

/// Both uplinks of leaf-01 are down at both ends.
fn isolated() -> World {
    let mut world = small();
    for (switch, port) in
        [("leaf-01", "E1~149~11"), ("leaf-01", "E1~150~11"), ("spine-01", "E1~11~11"), ("spine-01", "E1~12~11")]
    {
        let at = format!("/status/state/interfaces/{port}");
        world = world
            .set(&format!("Agent/{switch}"), &format!("{at}/oper"), "down")
            .unset(&format!("Agent/{switch}"), &format!("{at}/lldpNeighbors"));
    }
    world
}

fn roots(world: &World) -> Vec<String> {
    let report = analysis(world, &crate::Options::default()).report;
    report.root_causes.iter().map(|root| root.rule.clone()).collect()
}

#[test]
fn a_leaf_without_uplinks() {
    let said = said(&LeafIsolated, &isolated());
    assert_eq!(said.lines(), ["critical Agent/leaf-01"]);
    assert_eq!(said.passed, 1);
    let finding = &said.findings[0];
    assert_eq!(finding.title, "leaf-01 is cut off: all its 2 links to the fabric are down");
    assert_eq!(finding.evidence[0].field.as_deref(), Some("status.state.interfaces[\"E1/49/1\"].oper"));
    assert_eq!(finding.evidence[0].value.as_deref(), Some("down"));
    assert!(finding.detail.contains("vpc-03") && !finding.detail.contains("vpc-01"), "{}", finding.detail);
    assert_eq!(roots(&isolated()), ["leaf-isolated"]);
}

#[test]
fn it_explains_the_servers_that_it_shuts_and_no_others() {
    let shut = isolated().set("Agent/leaf-01", "/status/state/interfaces/E1~11/oper", "down").set(
        "Agent/leaf-01",
        "/status/state/interfaces/E1~12/oper",
        "down",
    );
    assert_eq!(roots(&shut), ["leaf-isolated"]);
    // An unbundled server is not shut by the leaf.
    let other = shut.clone().set("Agent/leaf-01", "/status/state/interfaces/E1~13/oper", "down");
    assert_eq!(roots(&other), ["leaf-isolated", "server-link-down"]);
    // Nor a port on another leaf.
    let peer = shut.set("Agent/leaf-02", "/status/state/interfaces/E1~11/oper", "down");
    assert_eq!(roots(&peer), ["leaf-isolated", "server-link-down"]);
}

#[test]
fn looks_like_it() {
    for world in [small(), World::older().small()] {
        let said = said(&LeafIsolated, &world);
        assert_eq!((said.lines(), said.passed), (vec![], 2));
    }
    // One of two uplinks.
    let one = small().set("Agent/leaf-01", "/status/state/interfaces/E1~149~11/oper", "down");
    assert!(said(&LeafIsolated, &one).findings.is_empty());
    // A fabric of one switch.
    let single = small().delete("Connection/spine-01--fabric--leaf-01").delete("Connection/spine-01--fabric--leaf-02");
    assert_eq!(said(&LeafIsolated, &single).passed, 0);
    // An old state is history.
    let old = isolated().set("Agent/leaf-01", "/status/lastHeartbeat", "2026-10-06T09:20:00Z");
    let said_of = said(&LeafIsolated, &old);
    assert!(said_of.findings.is_empty() && said_of.not_checked.len() == 1, "{said_of:?}");
    let new = isolated().set("Agent/spine-01", "/status", hh_worlds::json!({}));
    assert_eq!(said(&LeafIsolated, &new).findings[0].severity, "info");
    let booted = isolated().set("Agent/leaf-01", "/status/state/nos/uptime", "09:41:06 up 2 min,  0 users");
    assert_eq!(said(&LeafIsolated, &booted).findings[0].severity, "warning");
}

#[test]
fn not_checked_without_the_switches() {
    assert_eq!(said(&LeafIsolated, &small().without("Agent")).not_checked, ["Agent objects of the switches"]);
}
