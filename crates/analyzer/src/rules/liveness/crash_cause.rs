//! Why a dataplane container ended, as far as its log and its exit code tell (gateway reference 4.4, 7.1).

use super::last_words;
use crate::facts::{ContainerView, GatewayPeering, Gw, LogRef, PodView};
use crate::finding::{Confidence, Evidence};
use crate::parse::log::literals::{datapath, dataplane};
use crate::parse::log::{Hit, Literal, panic_details, strip_ansi};

/// A reason with its proof.
#[derive(Debug)]
pub(super) struct Cause {
    /// In words, to stand behind a colon.
    pub(super) words: String,
    /// How sure.
    pub(super) confidence: Confidence,
    /// Proof.
    pub(super) evidence: Vec<Evidence>,
    /// What to do about it.
    pub(super) step: Option<String>,
}

/// The reason of the last end of a dataplane container.
pub(super) fn of(gw: &Gw<'_, '_>, pod: PodView<'_>, view: &ContainerView<'_>) -> Option<Cause> {
    let log = last_words::of_ended(gw, pod, view);
    let told = log.and_then(|log| from_log(gw, log));
    let mut cause = told.or_else(|| from_exit(view))?;
    cause.evidence.extend(log.and_then(last_words::tail));
    Some(cause)
}

/// The order goes from what names the culprit to what may only follow from it.
fn from_log(gw: &Gw<'_, '_>, log: LogRef<'_>) -> Option<Cause> {
    let last = |literal: &'static Literal| log.scan().last(literal);
    let panic = last(&datapath::PANIC).filter(|hit| hit.is_current());
    if let Some(panic) = panic {
        return Some(panicked(gw, log, panic));
    }
    let line = |literal: &'static Literal, note: &str| last(literal).map(|hit| (hit, log.evidence(hit, note)));
    if let Some((_, evidence)) = line(&datapath::WORKER_DIED, "a worker ended") {
        return Some(certain("a worker of the datapath ended", vec![evidence], None));
    }
    if let Some((_, evidence)) = line(&datapath::NO_WORKERS, "no worker is left") {
        return Some(certain("no worker of the datapath is left", vec![evidence], None));
    }
    if let Some((_, evidence)) = line(&datapath::DRIVER_FAILED, "the driver did not start") {
        let step = "Compare the interfaces of the Gateway with those of the node: each must exist and be up.";
        return Some(certain("the driver could not start on an interface", vec![evidence], Some(step)));
    }
    let gave_up = line(&dataplane::INIT_GAVE_UP, "the dataplane gives up");
    let refused = line(&dataplane::INIT_STATUS_FAILED, "the initial status could not be written");
    let retried = line(&dataplane::INIT_RETRY, "the initialization is tried again");
    let waits = line(&dataplane::KUBE_NOT_READY, "the Kubernetes client is not ready");
    let lines: Vec<(&Hit, Evidence)> = [refused, gave_up, retried, waits].into_iter().flatten().collect();
    if lines.iter().any(|(hit, _)| hit.is_current()) {
        let text: String = lines.iter().map(|(hit, _)| log.message(hit)).collect();
        let (words, step) = api_failure(&text);
        return Some(certain(words, lines.into_iter().map(|(_, evidence)| evidence).collect(), Some(step)));
    }
    if let Some((_, evidence)) = line(&datapath::TASK_DIED, "an internal task died") {
        return Some(certain("an internal task died and took the process with it", vec![evidence], None));
    }
    None
}

fn certain(words: &str, evidence: Vec<Evidence>, step: Option<&str>) -> Cause {
    Cause { words: words.to_owned(), confidence: Confidence::Certain, evidence, step: step.map(str::to_owned) }
}

/// What the text of a failed initialization says.
pub(super) fn api_failure(text: &str) -> (&'static str, &'static str) {
    let lower = text.to_lowercase();
    if lower.contains("403") || lower.contains("forbidden") {
        return (
            "the Kubernetes API refuses its status (RBAC)",
            "Check ServiceAccount, Role and RoleBinding `gw-<gateway>`; the fabric controller writes them.",
        );
    }
    if lower.contains("404") || lower.contains("not found") {
        return (
            "its GatewayAgent does not exist, or the node has another name than the gateway",
            "Compare the node's hostname with the name of the GatewayAgent.",
        );
    }
    (
        "it cannot reach the Kubernetes API from the node",
        "Check the management network between the gateway node and the control node.",
    )
}

fn panicked(gw: &Gw<'_, '_>, log: LogRef<'_>, hit: &Hit) -> Cause {
    let details = panic_details(log.text(), hit);
    let text = |span: Option<crate::source::Span>| span.map(|span| strip_ansi(log.slice(span)).trim().to_owned());
    let (message, location) = (text(details.message), text(details.location));
    let said = message.as_ref().map(|message| format!(": `{message}`")).unwrap_or_default();
    let place = location.as_ref().map(|location| format!(" at {location}")).unwrap_or_default();
    let mut evidence = vec![log.evidence(hit, "the process panicked")];
    for (span, note) in [(details.message, "message of the panic"), (details.location, "source file and line")] {
        if let Some(span) = span {
            evidence.push(Evidence::at(log.place(span), note).value(strip_ansi(log.slice(span)).trim().to_owned()));
        }
    }
    if message.as_deref() == Some("not yet implemented")
        && let Some(driver) = log.scan().last(&dataplane::DRIVER_DPDK)
    {
        evidence.insert(0, log.evidence(driver, "the driver that was chosen"));
        let step = "Use kernel interfaces (no `pci`) in the Gateway, or a build with the DPDK driver.";
        return certain("this build has no DPDK driver, which an interface with `pci` asks for", evidence, Some(step));
    }
    let bare = location
        .as_deref()
        .is_some_and(|location| location.contains("nat/src/portfw/") && location.contains("setup.rs"));
    let mut cause = certain("", evidence, Some("Report the panic with the dataplane's version and this dump."));
    cause.words = format!("the process panicked{place}{said}");
    if bare {
        let peerings = without_proto(gw);
        let names: Vec<&str> = peerings.iter().map(|(name, _)| name.as_str()).collect();
        if !names.is_empty() {
            cause.words =
                format!("{}; the port forwarding of {} has a rule without `proto`", cause.words, names.join(", "));
            cause.step = Some(format!("Set `proto` in every port forwarding rule of {}.", names.join(", ")));
        }
        cause.evidence.extend(peerings.into_iter().map(|(_, evidence)| evidence));
    }
    cause
}

/// Peerings with a port forwarding rule that names no protocol, from the objects or the gateway's copy.
fn without_proto(gw: &Gw<'_, '_>) -> Vec<(String, Evidence)> {
    let mut found = Vec::new();
    for peering in gw.cx().list::<GatewayPeering>() {
        for (side, body) in &peering.spec.peering {
            for (index, expose) in body.expose.iter().enumerate() {
                let forward = expose.nat.as_ref().and_then(|nat| nat.port_forward.as_ref());
                let rule = forward.and_then(|forward| forward.ports.iter().position(|rule| rule.proto.is_empty()));
                let Some(rule) = rule else { continue };
                let (index, rule) = (index.to_string(), rule.to_string());
                let route = ["spec", "peering", side, "expose", &index, "nat", "portForward", "ports", &rule, "proto"];
                let evidence = peering.evidence(&route, "a port forwarding rule without protocol");
                found.push((peering.name().to_owned(), evidence));
            }
        }
    }
    found.dedup_by(|a, b| a.0 == b.0);
    found
}

/// The exit code and the time that the container ran.
fn from_exit(view: &ContainerView<'_>) -> Option<Cause> {
    let end = view.last_end()?;
    let ran = match (end.started_at.and_then(|t| t.at()), end.finished_at.and_then(|t| t.at())) {
        (Some(start), Some(finish)) => Some(finish.as_second().saturating_sub(start.as_second())),
        _ => None,
    };
    let (words, confidence) = match (end.exit_code, ran) {
        (1, Some(50..=65)) => (
            "it ended after about a minute with exit code 1, as after ten failed attempts to reach the Kubernetes API",
            Confidence::Likely,
        ),
        (101 | 134, _) => ("the exit code is that of a panic", Confidence::Likely),
        _ => return None,
    };
    Some(Cause { words: words.into(), confidence, evidence: Vec::new(), step: None })
}
