//! Agents that stopped while their switches forward, and such that only look like it.

use hh_worlds::World;

use super::AgentStopped;
use crate::rules::switches::heartbeat_stale::SwitchSilent;
use crate::testing::{said, said_of_files};

fn silent(switch: &str, time: &str) -> World {
    let world = World::healthy().small();
    world.set(&format!("Agent/{switch}"), "/status/lastHeartbeat", format!("2026-10-06T{time}Z"))
}

#[test]
fn neighbours_see_it() {
    let world = silent("leaf-01", "08:59:00");
    let found = said(&AgentStopped, &world);
    assert_eq!(found.lines(), ["error Agent/leaf-01"]);
    let finding = &found.findings[0];
    assert_eq!(finding.title, "leaf-01 forwards, but its agent has not been seen for 42 min before the capture");
    assert_eq!(finding.evidence[0].field.as_deref(), Some("status.lastHeartbeat"));
    assert!(finding.evidence[1].field.as_deref().unwrap().starts_with("status.state.interfaces"));
    assert_eq!(finding.reference, ["FAB-023"]);
    assert_eq!(said(&SwitchSilent, &world).findings.len(), 0);
}

#[test]
fn a_release_that_dies_on_optics() {
    let world = silent("leaf-01", "08:59:00").set("Agent/leaf-01", "/status/version", "v0.96.1");
    let found = said(&AgentStopped, &world);
    assert_eq!(found.findings[0].reference, ["FAB-023", "KI-INF"]);
    assert_eq!(found.findings[0].confidence, "likely");
}

#[test]
fn its_log_says_why() {
    let mut files = silent("leaf-01", "08:59:00").files();
    let log = "time=2026-10-06T08:59:30.1Z level=INFO msg=Starting version=v0.96.1\n\
               time=2026-10-06T08:59:31.1Z level=INFO msg=\"Config loaded from file\" name=leaf-01 gen=6 res=1\n\
               time=2026-10-06T08:59:41.1Z level=ERROR msg=Failed err=\"failed to run agent: failed to reset agent observability status: json: unsupported value: -Inf\"\n";
    files.insert("switches/agent.log".into(), log.as_bytes().to_vec());
    let found = said_of_files(&AgentStopped, files);
    assert_eq!(found.lines(), ["error Agent/leaf-01"]);
    let finding = &found.findings[0];
    assert_eq!(
        (finding.reference.last().map(String::as_str), finding.confidence.as_str()),
        (Some("KI-INF"), "certain")
    );
    assert!(finding.evidence.iter().any(|e| e.value.as_deref().is_some_and(|v| v.contains("-Inf"))));
}

#[test]
fn what_looks_like_it() {
    assert_eq!(said(&AgentStopped, &World::healthy().small()).passed, 3);
    // Not long enough; nobody sees it; it failed to apply.
    for world in [
        silent("leaf-01", "09:30:00"),
        crate::rules::switches::heartbeat_stale::tests::off("leaf-01", "08:59:00"),
        silent("leaf-01", "08:59:00").set("Agent/leaf-01", "/metadata/generation", 9).set(
            "Agent/leaf-01",
            "/status/lastAttemptGen",
            9,
        ),
    ] {
        assert_eq!(said(&AgentStopped, &world).lines(), Vec::<String>::new());
    }
    // A change that came later does not matter.
    let later = silent("leaf-01", "08:59:00").set("Agent/leaf-01", "/metadata/generation", 9);
    assert_eq!(said(&AgentStopped, &later).lines(), ["error Agent/leaf-01"]);
}
