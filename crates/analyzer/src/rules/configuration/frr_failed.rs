//! FRR refused a configuration.

use super::{commands, for_gateway, generation_keys};
use crate::facts::{Context, Gw, LogRef};
use crate::finding::{Confidence, Evidence, KeyKind, Severity};
use crate::parse::command::show_tech::{Outcome as EventOutcome, RouterEventKind};
use crate::parse::log::Hit;
use crate::parse::log::literals::{dataplane, frr};
use crate::rule::{Meta, Order, Outcome, Relation, Rule, Source};

/// See the metadata.
#[derive(Debug)]
pub(super) struct FrrFailed;

/// Lines of `stderr:` and `stdout:` that are quoted.
const OUTPUT_LINES: usize = 2;

static META: Meta = Meta {
    id: "frr-reload-failed",
    reference: &["GW-FRR-FAIL"],
    title: "FRR refused a configuration",
    severities: &[Severity::Error, Severity::Info],
    needs: &[],
    uses: &[
        Source::CaptureTime,
        Source::GatewayAgents,
        Source::Gateways,
        Source::Pods,
        Source::Nodes,
        Source::Fabricator,
        Source::DataplaneLog,
        Source::FrrLog,
        Source::ShowTech,
    ],
    explanation: "\
Looks for `Failed to apply FRR configuration for gen N` in the log of each dataplane, for `FRR Reload failed` in the log of
the frr container, and in `show tech` for a last failure that is newer than the last success. A later success of the same
or a newer generation ends it.

## Why it matters

FRR goes on with the configuration before: routes of changed peerings and VPCs are neither announced nor learnt. The
dataplane does not try again until the next generation, a restart of FRR, or a reapply by hand.

## Not a fault

A failure that a success follows.

## What to do

Read the `stderr:` and `stdout:` lines below `FRR Reload failed`: they name the refused command or the dead daemon.
`Failed to spawn reloader` and `Failed to write config file` are problems of the image or the node's disk.",
    explains: &[
        Relation { effects: &["GW-FRR-LAG"], join: &[KeyKind::Generation] },
    ],
    order: Order::Frr,
};

impl Rule for FrrFailed {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn check(&self, cx: &Context<'_>, out: &mut Outcome) {
        for gateway in cx.gateways() {
            let failures: Vec<Failure> = [in_dataplane_log(&gateway), in_frr_log(&gateway), in_show_tech(&gateway)]
                .into_iter()
                .flatten()
                .collect();
            if failures.is_empty() {
                let witness =
                    gateway.dataplane_log().is_some() || gateway.frr_log().is_some() || gateway.show_tech().is_some();
                match witness {
                    true => out.pass(),
                    false => out.not_checked(gateway.agent_subject(), Source::DataplaneLog),
                }
                continue;
            }
            report(&gateway, failures, out);
        }
    }
}

/// One source's word of the present failure.
struct Failure {
    generation: Option<i64>,
    error: Option<String>,
    evidence: Vec<Evidence>,
}

fn report(gateway: &Gw<'_, '_>, failures: Vec<Failure>, out: &mut Outcome) {
    let name = gateway.name();
    let generation = failures.iter().find_map(|failure| failure.generation);
    let error = failures.iter().find_map(|failure| failure.error.clone());
    let number = generation.map_or_else(String::new, |number| format!(" generation {number}"));
    let reason = error.as_ref().map_or_else(String::new, |error| format!(": {error}"));
    let node = error.is_some_and(|error| error.contains("spawn") || error.contains("write config file"));
    let why = if node {
        "frr-agent could not run the reload: the image or the node's disk is at fault."
    } else {
        "The reload of FRR failed and is not repeated."
    };
    let finding = out
        .finding(
            for_gateway(gateway, Severity::Error),
            gateway.agent_subject(),
            format!("FRR of {name} refused configuration{number}{reason}"),
        )
        .confidence(Confidence::Certain)
        .detail(format!(
            "{why} FRR goes on with the configuration before; what changed since then is neither announced nor learnt."
        ))
        .evidences(failures.into_iter().flat_map(|failure| failure.evidence))
        .run("Read why the reload failed", format!("{} | grep -A20 'FRR Reload failed'", commands::frr_log(gateway)))
        .run("See whether all daemons run", commands::vtysh(gateway, "show daemons"))
        .keys(generation_keys(gateway, [generation]));
    out.report(finding);
}

/// True if the status was written after that moment and says that FRR runs the generation.
fn is_over(gateway: &Gw<'_, '_>, generation: Option<i64>, last: Option<jiff::Timestamp>) -> bool {
    let wanted = if gateway.is_25_05() { gateway.generation() } else { gateway.applied() };
    let Some(runs) = gateway.frr_applied() else { return false };
    let reached = match generation {
        Some(number) => runs >= number,
        None => wanted.is_some_and(|wanted| runs >= wanted),
    };
    reached && matches!((gateway.status_at(), last), (Some(written), Some(last)) if written >= last)
}

fn in_dataplane_log(gateway: &Gw<'_, '_>) -> Option<Failure> {
    let log = gateway.dataplane_log()?;
    let hit = log.current(&dataplane::FRR_FAILED).last()?;
    let generation = number(log, hit);
    if is_over(gateway, generation, hit.time()) {
        return None;
    }
    let mut evidence = vec![log.evidence(hit, "the dataplane's request to FRR failed")];
    let gave_up = log.current(&dataplane::FRR_GAVE_UP).last().filter(|gave_up| number(log, gave_up) == generation);
    evidence.extend(gave_up.map(|hit| log.evidence(hit, "it is not repeated")));
    let error = hit.field(log.text(), "error").map(|error| error.trim().to_owned());
    Some(Failure { generation, error, evidence })
}

fn in_frr_log(gateway: &Gw<'_, '_>) -> Option<Failure> {
    let log = gateway.frr_log()?;
    let failed = log.current(&frr::RELOAD_FAILED).last();
    let spawn = log.current(&frr::SPAWN_FAILED).last();
    let hit = failed.or(spawn)?;
    let before = |request: &&Hit| request.line.start < hit.line.start;
    let generation = log.hits(&frr::REQUESTED).filter(before).last().and_then(|request| number(log, request));
    // The dataplane's success after it ends it too.
    let success = gateway.dataplane_log().is_some_and(|log| {
        log.hits(&dataplane::FRR_APPLIED).last().is_some_and(
            |applied| matches!((applied.time(), hit.time()), (Some(applied), Some(failed)) if applied > failed),
        )
    });
    if success || is_over(gateway, generation, hit.time()) {
        return None;
    }
    let mut evidence = vec![log.evidence(hit, "frr-agent could not load the configuration")];
    let after = |output: &&Hit| output.line.start > hit.line.start;
    let output = log.current(&frr::RELOAD_OUTPUT).filter(after).take(OUTPUT_LINES);
    evidence.extend(output.map(|hit| log.evidence(hit, "what the reload wrote")));
    Some(Failure { generation: generation.or_else(|| gateway.applied()), error: None, evidence })
}

fn in_show_tech(gateway: &Gw<'_, '_>) -> Option<Failure> {
    let output = gateway.show_tech()?;
    let tech = &output.value;
    let Some(section) = &tech.frr else { return in_events(gateway) };
    let failure = section.last_failure.as_ref().filter(|_| section.failing())?;
    let generation = failure.generation.value;
    // Of a dump, `show tech` is the later word; elsewhere a status that has the generation may be.
    let runs = gateway.frr_applied().unwrap_or(0);
    if runs > generation || (runs == generation && !gateway.cx().clock().dump) {
        return None;
    }
    let mut evidence = vec![output.evidence(failure.span, "the last failure is newer than the last success")];
    evidence.extend(section.last_applied.as_ref().map(|last| output.evidence(last.span, "last success")));
    Some(Failure { generation: Some(generation), error: None, evidence })
}

/// Router events, where the section about FRR is not there.
fn in_events(gateway: &Gw<'_, '_>) -> Option<Failure> {
    let output = gateway.show_tech()?;
    let events = &output.value.events.as_ref()?.events;
    let (event, generation) = events.iter().rev().find_map(|event| match event.kind {
        RouterEventKind::FrrConfig { outcome: EventOutcome::Succeeded, .. } => Some((event, None)),
        RouterEventKind::FrrConfig { outcome: EventOutcome::Failed, generation } => Some((event, Some(generation))),
        _ => None,
    })?;
    let generation = generation?;
    if gateway.frr_applied().is_some_and(|runs| runs >= generation) {
        return None;
    }
    let evidence = vec![output.evidence(event.span, "event of the router").value(event.text.value.clone())];
    Some(Failure { generation: Some(generation), error: None, evidence })
}

fn number(log: LogRef<'_>, hit: &Hit) -> Option<i64> {
    hit.number(log.text(), "generation").and_then(|number| i64::try_from(number).ok())
}

#[cfg(test)]
mod tests;
