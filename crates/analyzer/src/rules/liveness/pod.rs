//! What findings about the pods of a gateway have in common.

use crate::facts::{Fault, Gw, PodView};
use crate::finding::{Evidence, Finding, Key, Severity, Subject};
use crate::rule::Outcome;

/// The pod, or a container of it, as a subject.
pub(super) fn subject(pod: PodView<'_>, container: &str) -> Subject {
    let subject = pod.object.subject();
    if container.is_empty() { subject } else { subject.part(container) }
}

/// `severity`, or at most `info` on a gateway that is being installed.
pub(super) fn unless_new(gw: &Gw<'_, '_>, severity: Severity) -> Severity {
    if gw.is_new() { Severity::Info } else { severity }
}

/// A finding about a pod with its keys. The gateway's key only where the gateway's service needs the
/// container: nothing on the gateway is explained by its exporter.
pub(super) fn finding(
    out: &Outcome,
    gw: &Gw<'_, '_>,
    (pod, container): (PodView<'_>, &str),
    severity: Severity,
    title: String,
) -> Finding {
    let meta = &pod.object.meta;
    let finding = out
        .finding(unless_new(gw, severity), subject(pod, container), title)
        .key(Key::Node(gw.name().into()))
        .key(Key::Pod(meta.namespace.clone(), meta.name.clone()));
    let finding = if container == "frr-exporter" { finding } else { finding.key(gw.key()) };
    if container.is_empty() {
        return finding;
    }
    finding.key(Key::Container(meta.namespace.clone(), meta.name.clone(), container.into()))
}

/// Proof of a fault: the state of the container, or the row of the table.
pub(in crate::rules) fn state_evidence(fault: &Fault<'_>) -> Vec<Evidence> {
    let pod = fault.pod;
    let Some(view) = &fault.container else {
        return row_evidence(pod);
    };
    let state = &view.status.state;
    let mut evidence = Vec::new();
    let mut push = |route: &[&str], note: &str| {
        let route = view.at(route);
        if pod.object.at(&route).is_some() {
            evidence.push(pod.object.evidence(&route, note));
        }
    };
    if state.waiting.is_some() {
        push(&["state", "waiting", "reason"], "the container waits");
        push(&["state", "waiting", "message"], "what it waits for");
    }
    if state.terminated.is_some() {
        push(&["state", "terminated", "exitCode"], "exit code");
        push(&["state", "terminated", "reason"], "reason of the end");
        push(&["state", "terminated", "message"], "last words");
    }
    if state.running.is_some() && !view.init {
        push(&["ready"], "the container runs and is not ready");
        push(&["state", "running", "startedAt"], "runs since");
    }
    push(&["lastState", "terminated", "exitCode"], "exit code of the container before");
    push(&["lastState", "terminated", "reason"], "reason of its end");
    push(&["lastState", "terminated", "finishedAt"], "its end");
    push(&["restartCount"], "restarts");
    evidence
}

/// State and reason as proof: the state's first line, the reason, then the rest of the state.
pub(super) fn with_reason(
    finding: Finding,
    state: Vec<Evidence>,
    reason: impl IntoIterator<Item = Evidence>,
) -> Finding {
    let mut state = state.into_iter();
    let first = state.next();
    finding.evidences(first).evidences(reason).evidences(state)
}

/// The columns of a table row that tell the pod's state.
pub(in crate::rules) fn row_evidence(pod: PodView<'_>) -> Vec<Evidence> {
    let columns = [
        ("ready", "ready containers of all containers"),
        ("status", "state of the pod"),
        ("restarts", "restarts"),
        ("lastRestart", "age of the last restart"),
    ];
    let column = |(name, note): (&str, &str)| {
        let route = ["x-table", name];
        pod.object.at(&route)?;
        let mut evidence = pod.object.evidence(&route, note);
        // A table has columns, not fields.
        evidence.field = None;
        Some(evidence)
    };
    columns.into_iter().filter_map(column).collect()
}

/// `kubectl logs` of a container.
pub(in crate::rules) fn logs_command(pod: PodView<'_>, container: &str, previous: bool) -> String {
    let meta = &pod.object.meta;
    let previous = if previous { " --previous" } else { "" };
    format!("kubectl logs -n {} {} -c {container}{previous}", meta.namespace, meta.name)
}
