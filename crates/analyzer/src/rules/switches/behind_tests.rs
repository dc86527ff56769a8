//! Switches that are behind, and such that are only at work.

use hh_worlds::{World, json};

use super::Behind;
use crate::testing::{said, said_of_files};

fn healthy() -> World {
    World::healthy().small()
}

fn pending(since: &str) -> World {
    healthy().set("Agent/leaf-02", "/metadata/generation", 9).set(
        "Agent/leaf-02",
        "/status/conditions",
        json!([{"type": "Applied", "status": "False", "reason": "ApplyPending", "message": "Config will be applied, gen=9",
                "lastTransitionTime": format!("2026-10-06T{since}Z")}]),
    )
}

#[test]
fn the_condition_dates_it() {
    let found = said(&Behind, &pending("09:16:17"));
    assert_eq!(found.lines(), ["error Agent/leaf-02"]);
    let finding = &found.findings[0];
    assert_eq!(finding.title, "leaf-02 runs configuration generation 7, not 9, for 25 min");
    assert_eq!(finding.evidence[0].field.as_deref(), Some("status.lastAppliedGen"));
    assert_eq!(finding.evidence[0].value.as_deref(), Some("7"));
    assert_eq!(found.passed, 2);
}

#[test]
fn the_attempt_dates_it() {
    let attempted = healthy()
        .set("Agent/leaf-02", "/metadata/generation", 9)
        .set("Agent/leaf-02", "/status/lastAttemptGen", 9)
        .set("Agent/leaf-02", "/status/lastAttemptTime", "2026-10-06T09:21:17Z");
    assert_eq!(said(&Behind, &attempted).lines(), ["error Agent/leaf-02"]);
    let now = attempted.set("Agent/leaf-02", "/status/lastAttemptTime", "2026-10-06T09:40:17Z");
    assert_eq!(said(&Behind, &now).lines(), Vec::<String>::new());
}

#[test]
fn undated_is_information() {
    // The controller's last word on it is not in the log.
    let undated = healthy().without_logs().set("Agent/leaf-02", "/metadata/generation", 9);
    assert_eq!(said(&Behind, &undated).lines(), ["info Agent/leaf-02"]);
    let table = "NAME      ROLE          APPLIED   APPLIEDG   CURRENTG   VERSION\n\
                 leaf-01   server-leaf   44m       6          9          v0.129.4\n";
    let files = [("agents.txt".to_owned(), table.as_bytes().to_vec())].into();
    assert_eq!(said_of_files(&Behind, files).lines(), ["info Agent/leaf-01"]);
}

#[test]
fn the_agents_log_dates_it() {
    let log = "time=2026-10-06T09:12:00.1Z level=INFO msg=\"Config applied\" name=leaf-02 gen=7 took=2s\n\
               time=2026-10-06T09:21:00.1Z level=INFO msg=\"Agent config changed\" current=7 new=9\n\
               time=2026-10-06T09:21:09.1Z level=WARN msg=\"Port breakout is in progress, retrying in 2 seconds\"\n";
    let world = healthy().without_logs().set("Agent/leaf-02", "/metadata/generation", 9);
    let mut files = world.files();
    files.insert("agent.log".into(), log.as_bytes().to_vec());
    let found = said_of_files(&Behind, files);
    assert_eq!(found.lines(), ["error Agent/leaf-02"]);
    assert_eq!(found.findings[0].reference, ["FAB-004", "KI-BRK"]);
}

#[test]
fn a_subnet_that_was_edited() {
    let world = pending("09:16:17").edit("Agent/leaf-02", |agent| {
        let vpcs = agent.pointer_mut("/spec/vpcs").unwrap().as_object_mut().unwrap();
        let subnet = vpcs["vpc-01"]["subnets"].as_object_mut().unwrap().values_mut().next().unwrap();
        subnet["subnet"] = json!("10.200.0.0/24");
    });
    let found = said(&Behind, &world);
    assert_eq!(found.findings[0].reference, ["FAB-004", "KI-SUBNETEDIT"]);
}

#[test]
fn what_looks_like_it() {
    assert_eq!(said(&Behind, &healthy()).passed, 3);
    assert_eq!(said(&Behind, &pending("09:38:17")).lines(), Vec::<String>::new());
    // A change of the RoCE mode reboots the switch.
    let roce = pending("09:33:17").set("Agent/leaf-02", "/spec/switch/roce", true).set(
        "Agent/leaf-02",
        "/status/lastAttemptTime",
        "2026-10-06T09:33:20Z",
    );
    assert_eq!(said(&Behind, &roce).lines(), Vec::<String>::new());
    // Never provisioned.
    let never = healthy().set("Agent/leaf-02", "/status", json!({}));
    assert_eq!(said(&Behind, &never).lines(), Vec::<String>::new());
}
