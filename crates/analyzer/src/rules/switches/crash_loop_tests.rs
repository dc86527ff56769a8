//! Agents that start again and again, and such that only look like it.

use hh_worlds::{World, json};

use super::CrashLoop;
use crate::rules::switches::behind::Behind;
use crate::testing::{said, said_of_files};

const WHY: &str = "failed to run agent: failed to process agent config from k8s: failed to process agent config loaded \
                   from k8s: failed to apply actions: GNMI set request failed: gnmi set request failed: rpc error: code = \
                   InvalidArgument desc = VNI is already used in VRF VrfVvpc-02";

/// A world in which leaf-02 does not get to generation 8.
fn behind() -> World {
    World::healthy().small().set("Agent/leaf-02", "/metadata/generation", 8).set(
        "Agent/leaf-02",
        "/status/conditions",
        json!([{"type": "Applied", "status": "False", "reason": "ApplyPending", "message": "Config will be applied, gen=8",
                "lastTransitionTime": "2026-10-06T09:10:00Z"}]),
    )
}

fn start(minute: u32, error: &str) -> String {
    format!(
        "time=2026-10-06T09:{minute:02}:01.100Z level=INFO msg=Starting version=v0.129.4 basedir=/etc/sonic/hedgehog/\n\
         time=2026-10-06T09:{minute:02}:02.100Z level=INFO msg=\"Config loaded from file\" name=leaf-02 gen=7 res=1\n\
         time=2026-10-06T09:{minute:02}:20.100Z level=INFO msg=\"Config applied\" name=leaf-02 gen=7 took=2s\n\
         time=2026-10-06T09:{minute:02}:25.100Z level=INFO msg=\"Agent config changed\" current=7 new=8\n\
         time=2026-10-06T09:{minute:02}:26.100Z level=DEBUG msg=Action idx=3 weight=10 summary=\"Create VNI 200\" command=update path=\"/x\"\n\
         time=2026-10-06T09:{minute:02}:27.100Z level=ERROR msg=Failed err=\"{error}\"\n"
    )
}

fn log(error: &str) -> Vec<u8> {
    [31, 33, 35, 37, 39].map(|minute| start(minute, error)).concat().into_bytes()
}

#[test]
fn its_log() {
    let mut files = behind().files();
    files.insert("leaf-02/agent.log".into(), log(WHY));
    let found = said_of_files(&CrashLoop, files.clone());
    assert_eq!(found.lines(), ["error Agent/leaf-02"]);
    let finding = &found.findings[0];
    assert_eq!(finding.title, "the agent of leaf-02 failed and started again 5 times within 8 min");
    assert_eq!(finding.reference, ["FAB-005", "KI-VNI"]);
    assert!(finding.evidence[0].value.as_deref().unwrap().contains("VNI is already used"));
    assert!(finding.evidence[1].value.as_deref().unwrap().contains("Create VNI 200"));
    // It explains the generation.
    let behind = said_of_files(&Behind, files);
    assert_eq!(behind.lines(), ["error Agent/leaf-02"]);
    assert_eq!(behind.findings[0].caused_by, std::slice::from_ref(&finding.id));
}

#[test]
fn the_status_alone() {
    let world = behind().set("Agent/leaf-02", "/status/lastAppliedTime", "2026-10-06T09:38:00Z").set(
        "Agent/leaf-02",
        "/status/lastAttemptTime",
        "2026-10-06T09:37:40Z",
    );
    let found = said(&CrashLoop, &world);
    assert_eq!(found.lines(), ["error Agent/leaf-02"]);
    assert_eq!(found.findings[0].confidence, "likely");
    // An old start; a change of this minute.
    assert_eq!(said(&CrashLoop, &behind()).lines(), Vec::<String>::new());
    let young = world.set("Agent/leaf-02", "/status/conditions/0/lastTransitionTime", "2026-10-06T09:37:50Z");
    assert_eq!(said(&CrashLoop, &young).lines(), Vec::<String>::new());
}

#[test]
fn what_looks_like_it() {
    let quiet = |world: &World, log: Vec<u8>| {
        let mut files = world.files();
        files.insert("leaf-02/agent.log".into(), log);
        assert_eq!(said_of_files(&CrashLoop, files).lines(), Vec::<String>::new());
    };
    // Over: the switch reports and runs what it should.
    quiet(&World::healthy().small(), log(WHY));
    // The API ended the watch, thrice.
    quiet(&behind(), log("failed to run agent: k8s watch channel closed"));
    // One restart.
    quiet(&behind(), start(31, WHY).into_bytes());
}

#[test]
fn a_log_of_nobody_names_its_file() {
    let mut files = behind().files();
    let log = String::from_utf8(log(WHY)).unwrap().replace(" name=leaf-02", "");
    files.insert("tmp/agent.log".into(), log.into_bytes());
    assert_eq!(said_of_files(&CrashLoop, files).lines(), ["error Agent/tmp/agent.log"]);
}

#[test]
fn the_syslog_counts_exits() {
    let line = |minute: u32| {
        format!(
            "Oct  6 09:{minute:02}:27.100 leaf-02 INFO systemd[1]: hedgehog-agent.service: Main process exited, code=exited, status=1/FAILURE\n"
        )
    };
    let mut files = behind().files();
    files.insert("var/log/syslog".into(), [31, 33, 35].map(line).concat().into_bytes());
    assert_eq!(said_of_files(&CrashLoop, files).lines(), ["error Agent/leaf-02"]);
}
