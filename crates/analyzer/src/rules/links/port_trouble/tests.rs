use hh_worlds::{Value, World, json};

use super::PortTrouble;
use crate::testing::{analysis, said};

const LEAF: &str = "/status/state/interfaces/E1~149~11";
const MODULE: &str = "/status/state/transceivers/E1~149";
const CONNECTION: &str = "Connection/spine-01--fabric--leaf-01 (leaf-01/E1/49)";

fn small() -> World {
    World::healthy().small()
}

fn leaf(pointer: &str, value: impl Into<Value>) -> World {
    small().set("Agent/leaf-01", pointer, value)
}

#[test]
fn signs() {
    let port = |field: &str| format!("{LEAF}/{field}");
    let module = |field: &str| format!("{MODULE}/{field}");
    for (at, value, severity, reference) in [
        (port("counters/ine"), json!(48_000), "warning", "LINK-208"),
        (port("counters/outd"), json!(90_000), "warning", "LINK-209"),
        (port("counters/outu"), json!(97), "warning", "LINK-209"),
        (port("counters/queues"), json!({"UC0": {"dp": 20_000}}), "warning", "LINK-209"),
        (module("channels/2/in"), json!(-40.0), "error", "LINK-211"),
        (module("channels/2/in"), json!(-12.4), "warning", "LINK-213"),
        (module("cmis"), json!("Failed"), "error", "LINK-214"),
        (module("temp"), json!(78.5), "warning", "LINK-216"),
        (module("temp"), json!(91.0), "error", "LINK-216"),
        (module("voltage"), json!(2.7), "warning", "LINK-216"),
    ] {
        let said = said(&PortTrouble, &leaf(&at, value.clone()));
        assert_eq!(said.lines(), [format!("{severity} {CONNECTION}")], "{at} {value}");
        assert_eq!(said.findings[0].reference, [reference], "{at} {value}");
    }
    let said = said(&PortTrouble, &leaf(&module("channels/2/in"), json!(-12.4)));
    let finding = &said.findings[0];
    assert_eq!(
        finding.title,
        "link spine-01/E1/1 - leaf-01/E1/49 is up, but it receives too little light (leaf-01/E1/49)"
    );
    assert_eq!(finding.evidence[0].field.as_deref(), Some("status.state.transceivers[\"E1/49\"].channels[2].in"));
    assert_eq!(finding.evidence[0].value.as_deref(), Some("-12.4"));
}

#[test]
fn flapping() {
    let flapped = leaf(&format!("{LEAF}/linkFlapCount"), 7).set(
        "Agent/leaf-01",
        &format!("{LEAF}/change"),
        "2026-10-06T08:50:00Z",
    );
    assert_eq!(said(&PortTrouble, &flapped).lines(), [format!("warning {CONNECTION}")]);
    assert_eq!(said(&PortTrouble, &flapped).findings[0].reference, ["LINK-218"]);
    // With its reason: one finding.
    let weak = flapped.clone().set("Agent/leaf-01", &format!("{MODULE}/channels/1/in"), json!(-13.0)).set(
        "Agent/leaf-01",
        &format!("{LEAF}/linkFlapCount"),
        24,
    );
    let said_of = said(&PortTrouble, &weak);
    assert_eq!(said_of.lines(), [format!("error {CONNECTION}")]);
    assert_eq!(said_of.findings[0].reference, ["LINK-218", "LINK-213"]);
    // Few, or long ago.
    let few = flapped.clone().set("Agent/leaf-01", &format!("{LEAF}/linkFlapCount"), 4);
    let old = flapped.clone().set("Agent/leaf-01", &format!("{LEAF}/change"), "2026-10-01T08:50:00Z");
    // An apply, a reboot, a new Connection.
    let applied = flapped.clone().set("Agent/leaf-01", "/status/lastAttemptTime", "2026-10-06T08:49:10Z");
    let booted = flapped.clone().set("Agent/spine-01", "/status/state/nos/uptime", "09:41:06 up 52 min,  0 users");
    let new =
        flapped.set("Connection/spine-01--fabric--leaf-01", "/metadata/creationTimestamp", "2026-10-06T09:40:00Z");
    for (name, world) in [("few", few), ("old", old), ("applied", applied), ("booted", booted), ("new", new)] {
        assert!(said(&PortTrouble, &world).findings.is_empty(), "{name}");
    }
}

#[test]
fn flaps_without_a_count() {
    let session = "/status/state/bgpNeighbors/default/172.30.128.0";
    let world = leaf(&format!("{LEAF}/change"), "2026-10-06T09:37:00Z")
        .unset("Agent/leaf-01", &format!("{LEAF}/linkFlapCount"));
    assert!(said(&PortTrouble, &world).findings.is_empty());
    let world = world.set("Agent/leaf-01", &format!("{session}/estabTrans"), 6).set(
        "Agent/leaf-01",
        &format!("{session}/lastResetReason"),
        "Interface down",
    );
    assert_eq!(said(&PortTrouble, &world).findings[0].reference, ["LINK-218"]);
}

#[test]
fn ends_that_differ() {
    for (field, value) in [("speed", json!("40G")), ("fec", json!("FEC_DISABLED")), ("auto", json!(true))] {
        let world = leaf(&format!("{LEAF}/{field}"), value);
        let said = said(&PortTrouble, &world);
        assert_eq!(said.lines().len(), 1, "{field}");
        assert_eq!(said.findings[0].reference, ["LINK-217"], "{field}");
        assert_eq!(said.findings[0].severity, "warning");
    }
    // Names of the same FEC.
    assert!(said(&PortTrouble, &leaf(&format!("{LEAF}/fec"), "FEC_RS528")).findings.is_empty());
    assert!(said(&PortTrouble, &leaf(&format!("{LEAF}/fec"), "default")).findings.is_empty());
    // The configured speed did not arrive.
    let world = leaf("/spec/switch/portSpeeds", json!({"E1/3": "10G", "E1/1": "25G"}));
    let said = said(&PortTrouble, &world);
    assert_eq!(said.lines(), ["warning Connection/server-03--unbundled--leaf-01 (leaf-01/E1/3)"]);
}

#[test]
fn it_explains_the_session_if_it_loses_packets() {
    let entry = "/status/state/bgp/vrfs/default/neighbors/172.30.128.14";
    let world = small()
        .set("GatewayAgent/gateway-2", &format!("{entry}/sessionState"), "idle")
        .set("GatewayAgent/gateway-2", &format!("{entry}/lastResetReason"), "Remote system closed")
        .insight_error("gateway-2", "frr: show bgp summary", "exec failed");
    let roots = |world: &World| -> Vec<String> {
        let report = analysis(world, &crate::Options::default()).report;
        report.root_causes.iter().map(|root| root.rule.clone()).collect()
    };
    let weak = world.clone().set("Agent/leaf-02", "/status/state/transceivers/E1~152/channels/1/in", json!(-13.0));
    assert_eq!(roots(&weak), ["link-trouble"]);
    let busy = world.set("Agent/leaf-02", "/status/state/interfaces/E1~152~11/counters/outd", 50_000);
    assert_eq!(roots(&busy).len(), 2);
}

#[test]
fn looks_like_it() {
    for world in [small(), World::older().small()] {
        let said = said(&PortTrouble, &world);
        assert_eq!(said.lines(), Vec::<String>::new());
        assert!(said.passed > 10);
    }
    let worlds = [
        // Counted over more than 30 days, alone.
        leaf(&format!("{LEAF}/counters/ine"), 5000).set(
            "Agent/leaf-01",
            &format!("{LEAF}/counters/clear"),
            "2026-08-30T07:20:51Z",
        ),
        leaf(&format!("{LEAF}/counters/ine"), 5000).unset("Agent/leaf-01", &format!("{LEAF}/counters/clear")).set(
            "Agent/leaf-01",
            "/status/state/nos/uptime",
            "09:41:06 up 45 days, 10:01,  0 users",
        ),
        // A handful.
        leaf(&format!("{LEAF}/counters/ine"), 40),
        leaf(&format!("{LEAF}/counters/ind"), 20_000),
        // No measurement.
        leaf(&format!("{MODULE}/voltage"), 0),
        leaf(&format!("{MODULE}/temp"), 0),
        // Optics for long ways.
        leaf(&format!("{MODULE}/channels/1/in"), json!(-12.0)).set(
            "Agent/leaf-01",
            &format!("{MODULE}/descr"),
            "100GBASE-LR4",
        ),
        // Copper.
        leaf("/status/state/transceivers/E1~13/channels", json!({"1": {"in": -40.0, "out": -40.0}})),
        // A spare module.
        leaf(
            "/status/state/transceivers/E1~155",
            json!({"cable": "FIBER", "oper": "inactive", "channels": {"1": {"in": -40.0}}}),
        ),
        // The lanes of a port that is broken out belong to several ports.
        leaf(&format!("{MODULE}/channels/2/in"), json!(-40.0)).set(
            "Agent/leaf-01",
            "/status/state/breakouts/E1~149/mode",
            "4x25G",
        ),
        // A virtual switch.
        leaf(&format!("{MODULE}/cmis"), "Failed").set("Agent/leaf-01", "/status/state/nos/asicVersion", "vs"),
    ];
    for (number, world) in worlds.into_iter().enumerate() {
        let said = said(&PortTrouble, &world);
        assert!(said.is_quiet(), "{number}: {:?}", said.lines());
    }
}

#[test]
fn not_checked_without_the_switches() {
    let bare = small().without("Agent");
    assert_eq!(said(&PortTrouble, &bare).not_checked, ["Agent objects of the switches"]);
}
