//! Why a gateway no longer reports: the most direct reason that the capture shows (gateway reference 8.1,
//! GW-HB-STALE: node, pod, API not reached, status refused, apply in progress).

use super::crash_cause::api_failure;
use super::pod::state_evidence;
use crate::facts::{Fault, FaultKind, Gw, LogRef};
use crate::finding::Evidence;
use crate::model::Time;
use crate::parse::log::literals::{agent25, dataplane};
use crate::parse::log::{Hit, Literal};

/// In words, with proof.
pub(super) type Reason = (String, Vec<Evidence>);

/// The first reason that holds.
pub(super) fn of(gw: &Gw<'_, '_>, beat: Option<Time>) -> Option<Reason> {
    node(gw).or_else(|| pod(gw)).or_else(|| from_log(gw, beat)).or_else(|| from_agent_log(gw)).or_else(|| applying(gw))
}

fn node(gw: &Gw<'_, '_>) -> Option<Reason> {
    if !gw.node_is_down() {
        return None;
    }
    let evidence = gw.node().and_then(|node| {
        let index = node.status.conditions.iter().position(|condition| condition.kind == "Ready")?.to_string();
        Some(node.evidence(&["status", "conditions", &index, "status"], "condition Ready of the node"))
    });
    Some(("its node is not ready or missing".into(), evidence.into_iter().collect()))
}

fn pod(gw: &Gw<'_, '_>) -> Option<Reason> {
    if !gw.missing_roles().is_empty() {
        let roles: Vec<&str> = gw.missing_roles().iter().map(|role| role.name()).collect();
        return Some((format!("it has no {} pod", roles.join(" and no ")), Vec::new()));
    }
    // Only the dataplane (of 25.05: the agent) writes the status.
    let faults = gw.faults();
    let writer = |fault: &&Fault<'_>| fault.pod.role != crate::facts::PodRole::Frr;
    let fault = faults.iter().find(writer)?;
    let what = match fault.kind {
        FaultKind::Image => "cannot pull its image",
        FaultKind::Init => "fails in its init containers",
        FaultKind::NotStarted => "has not started",
        FaultKind::Down => "does not run",
    };
    let evidence = state_evidence(fault).into_iter().take(1).collect();
    Some((format!("its {} pod {what}", fault.pod.role.name()), evidence))
}

fn from_log(gw: &Gw<'_, '_>, beat: Option<Time>) -> Option<Reason> {
    let log = gw.dataplane_log()?;
    // A heartbeat after the line ends what the line says.
    let since = beat.and_then(Time::at);
    let last = |literal: &'static Literal| -> Option<&Hit> {
        let hit = log.current(literal).last()?;
        let over = matches!((hit.time(), since), (Some(at), Some(beat)) if at < beat);
        (!over).then_some(hit)
    };
    let note = |hit: &Hit, note: &str| log.evidence(hit, counted(log, hit, note));
    if let Some(hit) = last(&dataplane::WATCHER_PARSE_ERROR) {
        let words = "its dataplane cannot parse the GatewayAgent";
        return Some((words.into(), vec![note(hit, "the object does not fit this dataplane")]));
    }
    if let Some(hit) = last(&dataplane::STATUS_UPDATE_FAILED) {
        let (words, _) = api_failure(&log.message(hit));
        return Some((words.into(), vec![note(hit, "the status could not be written")]));
    }
    if let Some(hit) = last(&dataplane::WATCHER_ERROR).or_else(|| last(&dataplane::KUBE_NOT_READY)) {
        let words = "it does not reach the Kubernetes API from the node";
        return Some((words.into(), vec![note(hit, "the watch on the API is broken")]));
    }
    let hit = last(&dataplane::STATUS_SKIPPED)?;
    Some(("the dataplane skips its status updates".into(), vec![note(hit, "a status update was skipped")]))
}

/// `note`, with number and first time of the lines.
fn counted(log: LogRef<'_>, hit: &Hit, note: &str) -> String {
    let count = log.hits(hit.literal).count();
    let first = log.hits(hit.literal).next().and_then(Hit::time);
    match first {
        Some(first) if count > 1 => format!("{note} (last of {count} such lines since {first})"),
        _ => note.to_owned(),
    }
}

/// 25.05: the agent cannot talk to the dataplane.
fn from_agent_log(gw: &Gw<'_, '_>) -> Option<Reason> {
    let log = gw.agent_log()?;
    let hit = log.current(&agent25::UNAVAILABLE).last()?;
    let words = "its agent cannot talk to the dataplane";
    Some((words.into(), vec![log.evidence(hit, counted(log, hit, "the dataplane does not answer"))]))
}

/// One task applies configurations and writes heartbeats: a long apply delays one.
fn applying(gw: &Gw<'_, '_>) -> Option<Reason> {
    let log = gw.dataplane_log()?;
    let requested = log.scan().last(&dataplane::APPLY_REQUESTED)?;
    let done = log.scan().last(&dataplane::APPLY_DONE).is_some_and(|done| done.line.start > requested.line.start);
    let refused = log.scan().last(&dataplane::APPLY_FAILED).is_some_and(|end| end.line.start > requested.line.start);
    if done || refused {
        return None;
    }
    let words = "it is applying a configuration, which delays the heartbeat";
    Some((words.into(), vec![log.evidence(requested, "the apply that has not ended")]))
}
