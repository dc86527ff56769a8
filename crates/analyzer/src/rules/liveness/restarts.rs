//! A container of a gateway was restarted after a failure.

use super::out_of_memory::was_killed;
use super::pod::{finding, logs_command, row_evidence, state_evidence};
use super::{crash_cause, last_words};
use crate::facts::{Age, ContainerView, Context, Fault, FaultKind, Gw, Pod, PodRole, PodView};
use crate::finding::{Confidence, Finding, Severity};
use crate::rule::{Meta, Order, Outcome, Rule, Source};

/// See the metadata.
#[derive(Debug)]
pub(super) struct Restarted;

/// So many restarts make an end within the hour a warning.
const OFTEN: u64 = 3;
/// Seconds in which restarts of [`OFTEN`] count.
const HOUR: i64 = 3600;
/// Seconds in which any restart counts.
const QUARTER: i64 = 900;
/// Rows of a table restarted together within this many seconds.
const TOGETHER: i64 = 120;

static META: Meta = Meta {
    id: "gateway-container-restarted",
    reference: &["GW-POD-RESTARTS"],
    title: "A container of a gateway was restarted after a failure",
    severities: &[Severity::Warning, Severity::Info],
    needs: &[Source::Pods],
    uses: &[
        Source::DataplaneLog,
        Source::FrrLog,
        Source::AgentLog,
        Source::GatewayPeerings,
        Source::Gateways,
        Source::GatewayAgents,
        Source::Nodes,
        Source::Events,
        Source::CaptureTime,
    ],
    explanation: "Looks at the main containers of a gateway's pods that run again after an end with an exit code other \
than 0: three restarts or more, the last within the hour, or any within 15 minutes, is a warning. Older ones are worth \
knowing.

## Why it matters
Each restart of the dataplane zeroes its counters, drops all NAT sessions and interrupts traffic; a restart of FRR resets \
all BGP sessions.

## Not a fault
- Ends with exit code 0, and containers that ended together with all others when their node was rebooted.
- A restart during an upgrade days ago.
- Containers that are down now, or were killed for lack of memory: other findings say more.

## What to do
Read the log of the previous container.",
    explains: &[],
    order: Order::Pod,
};

impl Rule for Restarted {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn check(&self, cx: &Context<'_>, out: &mut Outcome) {
        let others = others_restarted(cx);
        for gw in cx.gateways() {
            for pod in gw.all_pods().into_iter().filter(|pod| !pod.is_leaving()) {
                // Another finding on the pod says more.
                if !gw.pod_faults(pod).is_empty() {
                    continue;
                }
                if pod.table_only() {
                    row(&gw, pod, &others, out);
                    continue;
                }
                let before = out.findings.len();
                for view in pod.containers() {
                    container(&gw, pod, view, out);
                }
                if out.findings.len() == before {
                    out.pass();
                }
            }
        }
    }
}

fn container(gw: &Gw<'_, '_>, pod: PodView<'_>, view: ContainerView<'_>, out: &mut Outcome) {
    let clean = view.last_end().is_some_and(|end| end.exit_code == 0);
    // The exporter and memory have rules of their own.
    if view.status.restart_count == 0 || clean || was_killed(&view) || view.status.name == "frr-exporter" {
        return;
    }
    let age = view.last_end_time().and_then(|time| gw.cx().age(time));
    let rebooted = gw.ended_in_reboot(&view);
    let severity = if rebooted { Severity::Info } else { severity(view.status.restart_count, age) };
    let name = view.status.name.clone();
    let code = view.last_end().map(|end| format!(", last with exit code {}", end.exit_code)).unwrap_or_default();
    let title = title(gw, &name, view.status.restart_count, age);
    let cause = if pod.role == PodRole::Dataplane && !rebooted { crash_cause::of(gw, pod, &view) } else { None };
    let why = cause.as_ref().map(|cause| format!(" Reason: {}.", cause.words)).unwrap_or_default();
    let tail = if cause.is_none() { last_words::of_ended(gw, pod, &view).and_then(last_words::tail) } else { None };
    let detail = if rebooted {
        "All containers of the node ended together: it was rebooted.".to_owned()
    } else {
        format!("{}{why}", effect(pod.role))
    };
    let fault = Fault { pod, kind: FaultKind::Down, container: Some(view) };
    out.report(
        finding(out, gw, (pod, &name), severity, format!("{title}{code}"))
            .detail(detail)
            .evidences(state_evidence(&fault).into_iter().filter(|e| e.note != RUNS))
            .evidences(cause.into_iter().flat_map(|cause| cause.evidence))
            .evidences(tail)
            .run("Read the log of the container that ended.", logs_command(pod, &name, true)),
    );
}

/// Says nothing of a restart.
const RUNS: &str = "the container runs and is not ready";

fn severity(count: u64, age: Option<Age>) -> Severity {
    let within = |seconds: i64| age.is_some_and(|age| age.under(seconds));
    if within(QUARTER) || (count >= OFTEN && within(HOUR)) { Severity::Warning } else { Severity::Info }
}

fn title(gw: &Gw<'_, '_>, container: &str, count: u64, age: Option<Age>) -> String {
    let times = if count == 1 { "once".to_owned() } else { format!("{count} times") };
    let when = age.map(|age| format!(", {} before the capture", age.words())).unwrap_or_default();
    format!("{container} of gateway {} was restarted {times}{when}", gw.name())
}

fn effect(role: PodRole) -> &'static str {
    match role {
        PodRole::Dataplane => "Each restart of the dataplane zeroes its counters and drops all NAT sessions.",
        PodRole::Frr => "Each restart of FRR resets all BGP sessions of the gateway.",
        PodRole::Agent => "While the agent restarts the gateway takes no configuration and writes no status.",
    }
}

/// Ages of the last restarts of pods that are no gateway's, from table rows; sorted.
fn others_restarted(cx: &Context<'_>) -> Vec<i64> {
    let mut ages: Vec<i64> = cx
        .list::<Pod>()
        .iter()
        .filter(|object| PodRole::of(object).is_none())
        .filter_map(|object| {
            let view = PodView { object, role: PodRole::Frr };
            let time = view.table_only().then(|| view.table()).flatten()?.last_restart?;
            Some(cx.age(time)?.seconds)
        })
        .collect();
    ages.sort_unstable();
    ages
}

/// A table row tells number and time, not the exit code: the finding is possible only.
fn row(gw: &Gw<'_, '_>, pod: PodView<'_>, others: &[i64], out: &mut Outcome) {
    let Some(row) = pod.table().filter(|row| row.restarts > 0) else { return out.pass() };
    let age = row.last_restart.and_then(|time| gw.cx().age(time));
    let together = age.is_some_and(|age| {
        let from = others.partition_point(|other| *other < age.seconds.saturating_sub(TOGETHER));
        others.get(from).is_some_and(|other| *other <= age.seconds.saturating_add(TOGETHER))
    });
    let severity = if together { Severity::Info } else { severity(row.restarts, age) };
    let finding: Finding = finding(out, gw, (pod, ""), severity, title(gw, pod.role.name(), row.restarts, age));
    let why = if together {
        "Other pods were restarted at the same time, as in a reboot of their node."
    } else {
        "The table does not tell the exit code: the pod may also have been restarted on purpose."
    };
    out.report(
        finding
            .confidence(Confidence::Possible)
            .detail(format!("{} {why}", effect(pod.role)))
            .evidences(row_evidence(pod))
            .run("Read the log of the container that ended.", logs_command(pod, pod.role.name(), true)),
    );
}

#[cfg(test)]
#[path = "restarts_tests.rs"]
mod tests;
