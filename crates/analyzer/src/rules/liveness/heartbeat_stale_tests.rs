use hh_worlds::{World, json};

use super::HeartbeatStale;
use crate::testing::{said, said_of_files};

fn beat(time: &str) -> World {
    World::healthy().small().set("GatewayAgent/gateway-1", "/status/lastHeartbeat", time).set(
        "GatewayAgent/gateway-1",
        "/status/state/lastCollectedTime",
        time,
    )
}

fn lines(world: &World) -> Vec<String> {
    said(&HeartbeatStale, world).lines()
}

#[test]
fn severity_follows_the_age() {
    for (time, severity) in [
        ("2026-10-06T09:40:07Z", Some("warning")),
        ("2026-10-06T09:38:17Z", Some("error")),
        ("2026-10-06T09:27:17Z", Some("critical")),
        ("2026-10-06T09:40:17Z", None),
    ] {
        let expected: Vec<String> = severity.map(|s| format!("{s} GatewayAgent/gateway-1")).into_iter().collect();
        assert_eq!(lines(&beat(time)), expected, "{time}");
    }
}

#[test]
fn the_line_that_proves_it() {
    let said = said(&HeartbeatStale, &beat("2026-10-06T09:27:17Z"));
    let finding = &said.findings[0];
    assert_eq!(finding.title, "gateway-1 last reported 14 min before the capture");
    let proof = &finding.evidence[0];
    assert_eq!(proof.field.as_deref(), Some("status.lastHeartbeat"));
    assert_eq!((proof.value.as_deref(), proof.line.is_some()), (Some("2026-10-06T09:27:17Z"), true));
    assert_eq!(said.passed, 1);
}

#[test]
fn reasons_from_the_log() {
    let world = beat("2026-10-06T09:27:17Z");
    let pod = world.pod("gateway-1", "dataplane");
    let line = |text: &str| format!("2026-10-06T09:40:01.000001Z ERROR mgmt mgmt::processor: 120: {text}\n");
    for (text, words) in [
        ("Failed to update gateway status: ApiError: 403 Forbidden", "refuses its status (RBAC)"),
        ("Failed to update gateway status: ClientError: ConnectError", "cannot reach the Kubernetes API"),
        (
            "Watcher error: ClientError: ConnectError. Restarting kube client in 2s...",
            "does not reach the Kubernetes API",
        ),
        ("Failed to fetch dataplane status, skipping status update: timeout", "skips its status updates"),
    ] {
        let said = said(&HeartbeatStale, &world.clone().log_more(&pod, "dataplane", &line(text)));
        let finding = &said.findings[0];
        assert!(finding.detail.contains(words), "{text}: {}", finding.detail);
        assert_eq!(finding.evidence.len(), 2, "{text}");
    }
    // Lines before the heartbeat are history.
    let old = line("Failed to update gateway status: ApiError: 403 Forbidden").replace("09:40:01", "09:20:01");
    let said = said(&HeartbeatStale, &world.log_more(&pod, "dataplane", &old));
    assert!(!said.findings[0].detail.contains("RBAC"));
}

#[test]
fn a_crashed_dataplane_explains_it() {
    let world = beat("2026-10-06T09:27:17Z");
    let path = format!("Pod/{}", world.pod("gateway-1", "dataplane"));
    let world = world.set(&path, "/status/containerStatuses/0/ready", false).set(
        &path,
        "/status/containerStatuses/0/state",
        json!({"waiting": {"reason": "CrashLoopBackOff"}}),
    );
    let said = said(&HeartbeatStale, &world);
    assert_eq!(said.findings[0].caused_by.len(), 1);
    assert!(said.findings[0].detail.contains("its dataplane pod does not run"));
}

#[test]
fn a_clock_that_is_ahead_tells_nothing() {
    let said = said(&HeartbeatStale, &beat("2026-10-06T10:41:17Z"));
    assert_eq!(said.lines(), Vec::<String>::new());
    assert_eq!(said.not_checked.len(), 1);
}

#[test]
fn a_single_agent_without_capture_time() {
    let mut files = beat("2026-10-06T01:27:17Z").object_files();
    files.retain(|path, _| path == "objects/gatewayagent/gateway-1.yaml");
    let said = said_of_files(&HeartbeatStale, files);
    assert_eq!(said.lines(), Vec::<String>::new());
    assert_eq!(said.not_checked, ["GatewayAgent gateway-1: capture time"]);
}

#[test]
fn two_agents_of_one_file_are_compared() {
    let mut files = beat("2026-10-06T09:27:17Z").files();
    files.retain(|path, _| path == "objects/gatewayagents.yaml");
    let said = said_of_files(&HeartbeatStale, files);
    assert_eq!(said.lines(), ["critical GatewayAgent/gateway-1"]);
    assert_eq!(said.findings[0].confidence, "likely");
}

fn table(beat: &str) -> crate::testing::Said {
    let text = format!(
        "NAME        HEARTBEAT   APPLIED   APPLIEDG   CURRENTG   VERSION\n\
         gateway-1   {beat:<11} 44m       11         11         v0.25.2\n\
         gateway-2   12s         44m       11         11         v0.25.2\n"
    );
    said_of_files(&HeartbeatStale, [("gatewayagents.txt".to_owned(), text.into_bytes())].into())
}

#[test]
fn ages_of_tables() {
    let said = table("14m");
    assert_eq!(said.lines(), ["critical GatewayAgent/gateway-1"]);
    assert_eq!(
        (said.findings[0].evidence[0].line, said.findings[0].evidence[0].value.as_deref()),
        (Some(2), Some("14m"))
    );
    assert_eq!(table("4m10s").lines(), ["error GatewayAgent/gateway-1"]);
    assert_eq!(table("59s").lines(), Vec::<String>::new());
}

#[test]
fn both_gateways_alone_are_two_findings() {
    let text = "NAME        HEARTBEAT   APPLIED   APPLIEDG   CURRENTG   VERSION\n\
                gateway-1   14m         44m       11         11         v0.25.2\n\
                gateway-2   14m         44m       11         11         v0.25.2\n";
    let said = said_of_files(&HeartbeatStale, [("gatewayagents.txt".to_owned(), text.as_bytes().to_vec())].into());
    assert_eq!(said.lines().len(), 2);
}

#[test]
fn the_form_of_25_05() {
    let world = World::healthy().small().edit("GatewayAgent/gateway-1", |agent| {
        let status = agent["status"].as_object_mut().unwrap();
        status.remove("lastHeartbeat");
        status.insert("agentVersion".into(), json!("v0.28.0"));
        status["state"].as_object_mut().unwrap().remove("dataplane");
        status["state"]["lastCollectedTime"] = json!("2026-10-06T09:27:17Z");
    });
    assert_eq!(lines(&world), ["critical GatewayAgent/gateway-1"]);
}

#[test]
fn not_captured() {
    let said = said(&HeartbeatStale, &World::healthy().small().without("GatewayAgent"));
    assert_eq!(said.not_checked, ["GatewayAgent objects"]);
}
