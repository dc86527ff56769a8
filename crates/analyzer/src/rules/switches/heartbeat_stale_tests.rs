//! Switches that are silent, and such that only look it.

use hh_worlds::{World, json};

use super::SwitchSilent;
use crate::testing::{analysis, said, said_of_files};

fn healthy() -> World {
    World::healthy().small()
}

fn silent(switch: &str, time: &str) -> World {
    healthy().set(&format!("Agent/{switch}"), "/status/lastHeartbeat", format!("2026-10-06T{time}Z"))
}

/// The switch is off: its neighbours see their ports to it down, without LLDP and BGP.
pub(in crate::rules::switches) fn off(switch: &str, time: &str) -> World {
    let mut world = silent(switch, time);
    for object in &mut world.objects {
        if hh_worlds::kind(object) != "Agent" || hh_worlds::name(object) == switch {
            continue;
        }
        let state = object.pointer_mut("/status/state").unwrap();
        for port in state["interfaces"].as_object_mut().unwrap().values_mut() {
            let is = |n: &hh_worlds::Value| n["sysName"] == switch;
            if port["lldpNeighbors"].as_array().is_some_and(|all| all.iter().any(is)) {
                port["oper"] = json!("down");
                port["change"] = json!(format!("2026-10-06T{time}Z"));
                port.as_object_mut().unwrap().remove("lldpNeighbors");
            }
        }
    }
    world
}

#[test]
fn a_dead_switch() {
    let found = said(&SwitchSilent, &off("spine-01", "09:12:01"));
    assert_eq!(found.lines(), ["critical Agent/spine-01"]);
    let finding = &found.findings[0];
    assert_eq!(finding.title, "spine-01 has not been seen for 29 min before the capture");
    assert_eq!(finding.evidence[0].field.as_deref(), Some("status.lastHeartbeat"));
    assert_eq!(finding.evidence[0].value.as_deref(), Some("2026-10-06T09:12:01Z"));
    assert!(finding.evidence[0].line.is_some());
    assert!(finding.detail.contains("leaf-01 and leaf-02 see all their links to it down"), "{}", finding.detail);
    assert_eq!(found.passed, 2);
}

#[test]
fn severity_by_age() {
    assert_eq!(said(&SwitchSilent, &silent("leaf-01", "09:33:00")).lines(), ["error Agent/leaf-01"]);
    assert_eq!(said(&SwitchSilent, &silent("leaf-01", "09:39:40")).lines(), ["warning Agent/leaf-01"]);
    assert_eq!(said(&SwitchSilent, &silent("leaf-01", "09:40:18")).lines(), Vec::<String>::new());
}

#[test]
fn an_apply_keeps_an_agent_busy() {
    let busy = silent("leaf-01", "09:39:40").set("Agent/leaf-01", "/status/lastAttemptTime", "2026-10-06T09:39:30Z");
    assert_eq!(said(&SwitchSilent, &busy).lines(), Vec::<String>::new());
    // Unless its neighbours see it gone.
    let gone = off("leaf-01", "09:39:40").set("Agent/leaf-01", "/status/lastAttemptTime", "2026-10-06T09:39:30Z");
    assert_eq!(said(&SwitchSilent, &gone).lines(), ["warning Agent/leaf-01"]);
    // A change of the RoCE mode reboots it.
    let roce = silent("leaf-01", "09:33:00").set("Agent/leaf-01", "/spec/switch/roce", true).set(
        "Agent/leaf-01",
        "/status/lastAttemptTime",
        "2026-10-06T09:32:00Z",
    );
    assert_eq!(said(&SwitchSilent, &roce).lines(), ["warning Agent/leaf-01"]);
}

#[test]
fn one_that_forwards_is_told_by_another_rule() {
    assert_eq!(said(&SwitchSilent, &silent("leaf-01", "08:59:00")).lines(), Vec::<String>::new());
    // With a change that it began to apply it is not just a stopped agent.
    let busy = silent("leaf-01", "08:59:00").set("Agent/leaf-01", "/metadata/generation", 7).set(
        "Agent/leaf-01",
        "/status/lastAttemptGen",
        7,
    );
    assert_eq!(said(&SwitchSilent, &busy).lines(), ["critical Agent/leaf-01"]);
}

#[test]
fn a_dead_spine_explains_what_its_neighbours_see() {
    let report = analysis(&off("spine-01", "09:12:01"), &crate::Options::default()).report;
    let root = report.findings.iter().find(|f| f.reference.iter().any(|r| r == "FAB-002")).unwrap();
    for finding in report.findings.iter().filter(|f| f.severity != "info" && f.id != root.id) {
        assert!(root.explains.contains(&finding.id), "{}: {}", finding.id, finding.title);
    }
}

#[test]
fn clocks() {
    let healthy = healthy();
    assert_eq!(said(&SwitchSilent, &healthy).passed, 3);
    // All of it is old: the capture time is wrong.
    let mut late = healthy.clone();
    late.created_at = "2026-10-06T11:41:17Z".into();
    assert_eq!(said(&SwitchSilent, &late).lines(), Vec::<String>::new());
    assert_eq!(said(&SwitchSilent, &healthy.without("Agent")).not_checked, ["Agent objects of the switches"]);
}

#[test]
fn tables_print_ages() {
    let table = "NAME       PROFILE          ROLE          HEARTBEAT   APPLIED   APPLIEDG   CURRENTG   VERSION\n\
                 leaf-01    dell-s5248f-on   server-leaf   19s         44m       6          6          v0.129.4\n\
                 leaf-02    dell-s5248f-on   server-leaf   26m         44m       7          7          v0.129.4\n\
                 spine-01   dell-s5232f-on   spine                               0          1\n";
    let files = [("agents.txt".to_owned(), table.as_bytes().to_vec())].into();
    assert_eq!(said_of_files(&SwitchSilent, files).lines(), ["critical Agent/leaf-02"]);
}
