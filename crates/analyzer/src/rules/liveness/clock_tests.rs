use hh_worlds::World;

use super::super::heartbeat_stale::HeartbeatStale;
use super::ClockWrong;
use crate::Options;
use crate::testing::{analysis, said, said_of_files};

#[test]
fn a_heartbeat_after_the_capture() {
    let world = World::healthy().small().set("GatewayAgent/gateway-1", "/status/lastHeartbeat", "2026-10-06T10:41:17Z");
    let said = said(&ClockWrong, &world);
    assert_eq!(said.lines(), ["warning GatewayAgent/gateway-1"]);
    let finding = &said.findings[0];
    assert_eq!(finding.title, "gateway-1 writes times that are later than the capture by 60 min");
    assert_eq!(finding.evidence[0].field.as_deref(), Some("status.lastHeartbeat"));
    assert!(finding.evidence[0].line.is_some());
}

#[test]
fn an_apply_time_after_the_capture() {
    let at = "/status/lastAppliedTime";
    let world = World::healthy().small().set("GatewayAgent/gateway-1", at, "2026-10-06T09:48:17Z");
    assert_eq!(said(&ClockWrong, &world).findings[0].evidence[0].field.as_deref(), Some("status.lastAppliedTime"));
    // In a dump up to 6 minutes are normal; else 30 s.
    let world = World::healthy().small().set("GatewayAgent/gateway-1", at, "2026-10-06T09:45:17Z");
    assert_eq!(said(&ClockWrong, &world).lines(), Vec::<String>::new());
    assert_eq!(said_of_files(&ClockWrong, world.files()).lines(), ["warning GatewayAgent/gateway-1"]);
}

#[test]
fn an_invalid_age_in_a_table() {
    let text = "NAME        HEARTBEAT   APPLIED     APPLIEDG   CURRENTG   VERSION\n\
                gateway-1   8s          44m         11         11         v0.25.2\n\
                gateway-2   <invalid>   44m         11         11         v0.25.2\n";
    let said = said_of_files(&ClockWrong, [("gatewayagents.txt".to_owned(), text.as_bytes().to_vec())].into());
    assert_eq!(said.lines(), ["warning GatewayAgent/gateway-2"]);
    assert_eq!(said.findings[0].evidence[0].value.as_deref(), Some("<invalid>"));
}

const TIME: &str = "time: 2026-10-06 09:41:17";

fn printed(time: &str) -> World {
    World::healthy().small().insight_replace("gateway-1", "dataplane: show tech", TIME, &format!("time: {time}"))
}

#[test]
fn a_clock_that_is_behind_explains_the_heartbeat() {
    let world = printed("2026-10-06 09:28:17");
    assert_eq!(said(&ClockWrong, &world).lines(), ["warning GatewayAgent/gateway-1"]);
    let stale = world.set("GatewayAgent/gateway-1", "/status/lastHeartbeat", "2026-10-06T09:28:07Z");
    let heartbeat = said(&HeartbeatStale, &stale);
    assert_eq!(heartbeat.findings[0].caused_by.len(), 1);
    assert_eq!(heartbeat.findings[0].confidence, "possible");
}

#[test]
fn a_zone_is_no_clock() {
    // Two hours west of UTC, read a minute later.
    assert_eq!(said(&ClockWrong, &printed("2026-10-06 07:42:17")).lines(), Vec::<String>::new());
    // Two hours behind by its heartbeat, too.
    let world =
        printed("2026-10-06 07:42:17").set("GatewayAgent/gateway-1", "/status/lastHeartbeat", "2026-10-06T07:41:07Z");
    assert_eq!(said(&ClockWrong, &world).lines().len(), 1);
}

#[test]
fn healthy_pictures() {
    for world in [World::healthy().small(), World::older().small()] {
        assert_eq!(said(&ClockWrong, &world).lines(), Vec::<String>::new());
    }
}

/// All heartbeats three hours old.
fn all_stale() -> World {
    let mut world = World::healthy().small();
    for object in &mut world.objects {
        if matches!(object["kind"].as_str(), Some("GatewayAgent" | "Agent")) {
            object["status"]["lastHeartbeat"] = "2026-10-06T06:41:07Z".into();
            if object["kind"] == "GatewayAgent" {
                object["status"]["state"]["lastCollectedTime"] = "2026-10-06T06:41:07Z".into();
            }
        }
    }
    world
}

#[test]
fn everybody_silent_at_once_is_one_root() {
    let world = all_stale();
    let said_clock = said(&ClockWrong, &world);
    assert_eq!(said_clock.lines(), ["critical Fabricator/default"]);
    assert_eq!(said_clock.findings[0].reference, ["GW-CLOCK", "FAB-003"]);
    let heartbeats = said(&HeartbeatStale, &world);
    assert_eq!(heartbeats.lines(), ["warning GatewayAgent/gateway-1", "warning GatewayAgent/gateway-2"]);
    assert!(heartbeats.findings.iter().all(|finding| finding.caused_by.len() == 1));
    let report = analysis(&world, &Options::default()).report;
    let roots: Vec<&str> = report.root_causes.iter().map(|root| root.rule.as_str()).collect();
    assert_eq!(roots.first(), Some(&"gateway-clock-off"));
}

#[test]
fn a_wrong_capture_time_is_one_warning() {
    let mut world = World::healthy().small();
    world.created_at = "2026-10-06T12:41:17Z".into();
    let world = world.without_insights();
    assert_eq!(said(&ClockWrong, &world).lines(), ["warning GatewayAgent/gateway-1 (capture time)"]);
    assert_eq!(said(&HeartbeatStale, &world).lines(), Vec::<String>::new());
    assert_eq!(said(&HeartbeatStale, &world).not_checked.len(), 2);
}

#[test]
fn gateways_alone_are_silent_gateways() {
    let mut world = all_stale();
    for object in &mut world.objects {
        if object["kind"] == "Agent" {
            object["status"]["lastHeartbeat"] = "2026-10-06T09:41:07Z".into();
        }
    }
    assert_eq!(said(&ClockWrong, &world).lines(), Vec::<String>::new());
    assert_eq!(said(&HeartbeatStale, &world).lines().len(), 2);
}

#[test]
fn different_ages_have_different_reasons() {
    let world = all_stale().set("GatewayAgent/gateway-1", "/status/lastHeartbeat", "2026-10-06T09:27:17Z");
    assert_eq!(said(&ClockWrong, &world).lines(), Vec::<String>::new());
}
