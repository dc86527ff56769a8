use hh_worlds::{Value, World, json};

use super::Miscabled;
use crate::testing::{analysis, said};

fn small() -> World {
    World::healthy().small()
}

fn lldp(port: &str) -> String {
    format!("/status/state/interfaces/{}/lldpNeighbors", port.replace('/', "~1"))
}

/// `switch` hears another device on a port.
fn hears(world: World, switch: &str, port: &str, neighbour: Value) -> World {
    world.set(&format!("Agent/{switch}"), &lldp(port), json!([neighbour]))
}

fn switch(name: &str, port: &str) -> Value {
    json!({"sysName": name, "name": name, "portID": port, "sysDescr": "Hedgehog Fabric", "chassis": "0c:20:00:00:00:01"})
}

/// The two cables of leaf-01 are swapped at the spine: both ends hear it.
fn swapped() -> World {
    let world = hears(small(), "spine-01", "E1/1/1", switch("leaf-01", "Ethernet52"));
    let world = hears(world, "spine-01", "E1/2/1", switch("leaf-01", "Ethernet48"));
    let world = hears(world, "leaf-01", "E1/49/1", switch("spine-01", "Ethernet4"));
    hears(world, "leaf-01", "E1/50/1", switch("spine-01", "Ethernet0"))
}

#[test]
fn a_swap_is_one_finding() {
    let said_of = said(&Miscabled, &swapped());
    assert_eq!(said_of.lines(), ["error Connection/spine-01--fabric--leaf-01 (spine-01/E1/1, spine-01/E1/2)"]);
    let finding = &said_of.findings[0];
    assert_eq!(finding.reference, ["LLDP-302"]);
    assert_eq!(
        finding.title,
        "the cables of spine-01/E1/1 - leaf-01/E1/49 and spine-01/E1/2 - leaf-01/E1/50 are swapped"
    );
    assert_eq!(
        finding.evidence[0].field.as_deref(),
        Some("status.state.interfaces[\"E1/1/1\"].lldpNeighbors[0].portID")
    );
    assert_eq!(finding.evidence[0].value.as_deref(), Some("Ethernet52"));
    let report = analysis(&swapped(), &crate::Options::default()).report;
    let roots: Vec<&str> = report.root_causes.iter().map(|root| root.rule.as_str()).collect();
    assert_eq!(roots, ["cable-misplaced"]);
}

#[test]
fn cables_of_two_leaves() {
    // spine-01/E1/1 leads to leaf-02/E1/49 and spine-01/E1/3 to leaf-01/E1/49.
    let world = hears(small(), "spine-01", "E1/1/1", switch("leaf-02", "Ethernet48"));
    let world = hears(world, "spine-01", "E1/3/1", switch("leaf-01", "Ethernet48"));
    let world = hears(world, "leaf-01", "E1/49/1", switch("spine-01", "Ethernet8"));
    let world = hears(world, "leaf-02", "E1/49/1", switch("spine-01", "Ethernet0"));
    let said = said(&Miscabled, &world);
    assert_eq!(said.lines(), ["error Connection/spine-01--fabric--leaf-01 (spine-01/E1/1, spine-01/E1/3)"]);
    assert_eq!(said.findings[0].reference, ["LLDP-301", "LLDP-302"]);
}

#[test]
fn one_wrong_cable() {
    let world = hears(small(), "leaf-01", "E1/49/1", switch("spine-07", "Ethernet4"));
    let said_of = said(&Miscabled, &world);
    assert_eq!(said_of.lines(), ["error Connection/spine-01--fabric--leaf-01 (leaf-01/E1/49)"]);
    assert_eq!(said_of.findings[0].reference, ["LLDP-301"]);
    assert_eq!(
        said_of.findings[0].title,
        "leaf-01/E1/49 is miscabled: expected spine-01 port E1/1, hears spine-07 port Ethernet4"
    );
    // A gateway on the wrong interface.
    let gateway = json!({"sysName": "gateway-2", "portID": "enp2s2", "portDescr": "enp2s2"});
    let said_of = said(&Miscabled, &hears(small(), "leaf-01", "E1/52/1", gateway));
    assert_eq!(said_of.lines(), ["warning Connection/leaf-01--gateway--gateway-2 (leaf-01/E1/52)"]);
    // The other gateway.
    let gateway = json!({"sysName": "gateway-1", "portID": "enp2s1", "portDescr": "enp2s1"});
    let said_of = said(&Miscabled, &hears(small(), "leaf-01", "E1/52/1", gateway));
    assert_eq!(said_of.lines(), ["error Connection/leaf-01--gateway--gateway-2 (leaf-01/E1/52)"]);
}

#[test]
fn servers_on_the_wrong_ports() {
    let server = |name: &str| json!({"sysName": name, "portID": "00:11:22:33:44:55"});
    let world = hears(small(), "leaf-01", "E1/3", server("server-04"));
    let said_of = said(&Miscabled, &world);
    assert_eq!(said_of.lines(), ["error Connection/server-03--unbundled--leaf-01 (leaf-01/E1/3)"]);
    assert_eq!(said_of.findings[0].reference, ["LLDP-308"]);
    let swapped = hears(world.clone(), "leaf-01", "E1/4", server("server-03"));
    let said_of = said(&Miscabled, &swapped);
    assert_eq!(said_of.lines(), ["error Connection/server-03--unbundled--leaf-01 (leaf-01/E1/3, leaf-01/E1/4)"]);
    assert_eq!(
        said_of.findings[0].title,
        "the cables of server-03 and server-04 are swapped: leaf-01/E1/3 hears server-04, leaf-01/E1/4 hears server-03"
    );
    // That server has no attachment.
    let bare = world.delete("VPCAttachment/vpc-04--server-04");
    assert_eq!(said(&Miscabled, &bare).findings[0].severity, "warning");
    // A switch on a server's port.
    let said_of = said(&Miscabled, &hears(small(), "leaf-01", "E1/3", switch("leaf-02", "Ethernet2")));
    assert_eq!(said_of.lines(), ["info Connection/server-03--unbundled--leaf-01 (leaf-01/E1/3)"]);
    assert_eq!(said_of.findings[0].reference, ["LLDP-307"]);
}

#[test]
fn looks_like_it() {
    for world in [small(), World::older().small()] {
        let said = said(&Miscabled, &world);
        assert_eq!(said.lines(), Vec::<String>::new());
        assert!(said.passed > 10);
    }
    let mut renamed = switch("sonic", "Ethernet0");
    renamed["chassis"] = json!("0c:20:80:9c:b2:e1");
    let mut with_domain = switch("spine-01.example.com", "Ethernet0");
    with_domain["sysDescr"] = json!("");
    let several = small().set(
        "Agent/leaf-01",
        &lldp("E1/49/1"),
        json!([switch("mgmt-sw-1", "1/1/4"), switch("spine-01", "Ethernet0")]),
    );
    let worlds = [
        hears(small(), "leaf-01", "E1/49/1", renamed),
        hears(small(), "leaf-01", "E1/49/1", with_domain),
        several,
        // The port of the neighbour cannot be translated.
        hears(small(), "leaf-01", "E1/49/1", switch("spine-01", "Eth1/1")).set(
            "Agent/spine-01",
            "/status/state/breakouts/E1~11/mode",
            "4x25G",
        ),
        // Servers have other names.
        hears(small(), "leaf-01", "E1/3", json!({"sysName": "ubuntu", "portID": "00:11:22:33:44:55"})),
        // A port that is down hears nothing of value.
        swapped().set("Agent/leaf-01", "/status/lastHeartbeat", "2026-10-06T09:20:00Z").set(
            "Agent/spine-01",
            "/status/lastHeartbeat",
            "2026-10-06T09:20:00Z",
        ),
        // A port in no Connection.
        hears(small(), "leaf-01", "E1/40", switch("spine-07", "Ethernet4")),
    ];
    for (number, world) in worlds.into_iter().enumerate() {
        let said = said(&Miscabled, &world);
        assert!(said.findings.is_empty(), "{number}: {:?}", said.lines());
    }
}

#[test]
fn not_checked_without_the_switches() {
    assert_eq!(said(&Miscabled, &small().without("Agent")).not_checked, ["Agent objects of the switches"]);
}
