use hh_worlds::{World, json};

use super::Restarted;
use crate::testing::{said, said_of_files};

fn restarted(count: u64, code: i64, end: &str) -> World {
    let world = World::healthy().small();
    let path = format!("Pod/{}", world.pod("gateway-1", "dataplane"));
    world.set(&path, "/status/containerStatuses/0/restartCount", count).set(
        &path,
        "/status/containerStatuses/0/lastState",
        json!({"terminated": {"reason": "Error", "exitCode": code, "finishedAt": end}}),
    )
}

#[test]
fn recent_restarts() {
    let world = restarted(1, 1, "2026-10-06T09:31:17Z");
    let said_once = said(&Restarted, &world);
    assert_eq!(said_once.lines(), [format!("warning Pod/{} (dataplane)", world.pod("gateway-1", "dataplane"))]);
    let finding = &said_once.findings[0];
    assert_eq!(
        finding.title,
        "dataplane of gateway gateway-1 was restarted once, 10 min before the capture, last with exit code 1"
    );
    let count = finding.evidence.iter().find(|e| e.note == "restarts").unwrap();
    assert_eq!(count.field.as_deref(), Some("status.containerStatuses[0].restartCount"));
    assert_eq!((count.value.as_deref(), count.line.is_some()), (Some("1"), true));
    assert_eq!(said(&Restarted, &restarted(3, 1, "2026-10-06T09:01:17Z")).lines().len(), 1);
    assert!(!said(&Restarted, &restarted(3, 1, "2026-10-06T09:01:17Z")).is_quiet());
}

#[test]
fn quiet_pictures() {
    for world in [
        World::healthy().small(),
        // Once, longer ago than 15 minutes; often, longer ago than an hour; during an upgrade.
        restarted(1, 1, "2026-10-06T09:11:17Z"),
        restarted(5, 1, "2026-10-06T07:11:17Z"),
        restarted(1, 143, "2026-10-03T09:11:17Z"),
        // On purpose.
        restarted(1, 0, "2026-10-06T09:39:17Z"),
        // With its node.
        restarted(1, 255, "2026-10-06T09:39:17Z").set(
            "Node/gateway-1",
            "/status/conditions/3/lastTransitionTime",
            "2026-10-06T09:40:00Z",
        ),
    ] {
        assert!(said(&Restarted, &world).is_quiet());
    }
}

#[test]
fn other_findings_on_the_pod_say_more() {
    let world = restarted(12, 1, "2026-10-06T09:40:17Z");
    let path = format!("Pod/{}", world.pod("gateway-1", "dataplane"));
    let crashing = world.clone().set(&path, "/status/containerStatuses/0/ready", false).set(
        &path,
        "/status/containerStatuses/0/state",
        json!({"waiting": {"reason": "CrashLoopBackOff"}}),
    );
    assert_eq!(said(&Restarted, &crashing).findings.len(), 0);
    let killed = world.set(&path, "/status/containerStatuses/0/lastState/terminated/reason", "OOMKilled");
    assert_eq!(said(&Restarted, &killed).findings.len(), 0);
}

#[test]
fn without_last_state_the_start_is_the_end() {
    let world = World::healthy().small();
    let path = format!("Pod/{}", world.pod("gateway-1", "frr"));
    let world = world.set(&path, "/status/containerStatuses/0/restartCount", 2).set(
        &path,
        "/status/containerStatuses/0/state/running/startedAt",
        "2026-10-06T09:36:17Z",
    );
    assert_eq!(said(&Restarted, &world).lines(), [format!("warning {path} (frr)")]);
}

fn table(rows: &str) -> crate::testing::Said {
    let mut files = World::healthy().small().without("Pod").files();
    let text = format!("NAME                             READY   STATUS    RESTARTS       AGE\n{rows}");
    files.insert("pods.txt".into(), text.into_bytes());
    said_of_files(&Restarted, files)
}

#[test]
fn tables() {
    let row = "gw--gateway-1--dataplane-q72rj   1/1     Running   4 (20m ago)    9d\n";
    let one = table(row);
    assert_eq!(one.lines(), ["warning Pod/gw--gateway-1--dataplane-q72rj"]);
    assert_eq!(one.findings[0].confidence, "possible");
    // The node was rebooted: its other pods, too.
    let other = "alloy-gw-fzbx5                   1/1     Running   4 (20m ago)    9d\n";
    assert!(table(&format!("{other}{row}")).is_quiet());
    assert!(table("gw--gateway-1--dataplane-q72rj   1/1     Running   4 (3d ago)     9d\n").is_quiet());
    assert_eq!(table("gw--gateway-1--dataplane-q72rj   1/1     Running   0              9d\n").findings.len(), 0);
}

#[test]
fn not_captured() {
    assert_eq!(said(&Restarted, &World::healthy().small().without("Pod")).not_checked, ["Pods of namespace fab"]);
}
