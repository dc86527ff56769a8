//! The dataplane of a gateway does not run (of 25.05 also its agent).

use super::pod::{finding, logs_command, state_evidence, with_reason};
use super::{crash_cause, last_words};
use crate::facts::{Context, Fault, FaultKind, Gw, PodRole};
use crate::finding::{Finding, Severity};
use crate::rule::{Meta, Order, Outcome, Rule, Source};
use crate::rules::relations::DEAD_GATEWAY;

/// See the metadata.
#[derive(Debug)]
pub(super) struct DataplaneDown;

static META: Meta = Meta {
    id: "gateway-dataplane-down",
    reference: &["GW-POD-DP-CRASH", "S2", "S9"],
    title: "The dataplane of a gateway does not run",
    severities: &[Severity::Critical, Severity::Error, Severity::Info],
    needs: &[Source::Pods],
    uses: &[
        Source::DataplaneLog,
        Source::AgentLog,
        Source::Gateways,
        Source::GatewayAgents,
        Source::GatewayPeerings,
        Source::Nodes,
        Source::Events,
        Source::CaptureTime,
    ],
    explanation: "Looks at the container `dataplane` of each gateway (25.05: also `agent`): waiting in \
`CrashLoopBackOff`, ended with an exit code other than 0, or not ready for more than 60 s after its start. Of a table \
the columns READY and STATUS count. The reason is read from the log of the container that ended: Kubernetes API not \
reachable or refusing, no GatewayAgent, driver, worker, panic.

## Why it matters
The dataplane forwards all packets of the gateway and writes its status. While it is down, everything else that the \
status says of this gateway is old. Each restart drops all NAT sessions and counters. A 25.05 agent that is down stops \
configuration and status only: `error`.

## Not a fault
- A container that waits to be created: other rules judge it.
- Containers that a reboot of their node ended.
- A dataplane that runs and was restarted some time ago: see `gateway-container-restarted`.

## What to do
Read the log of the previous container; act on the reason it names.",
    explains: DEAD_GATEWAY,
    order: Order::Pod,
};

impl Rule for DataplaneDown {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn check(&self, cx: &Context<'_>, out: &mut Outcome) {
        for gw in cx.gateways() {
            for pod in gw.all_pods().into_iter().filter(|pod| pod.role != PodRole::Frr && !pod.is_leaving()) {
                let down: Vec<Fault<'_>> =
                    gw.pod_faults(pod).into_iter().filter(|fault| fault.kind == FaultKind::Down).collect();
                if down.is_empty() {
                    out.pass();
                }
                for fault in down {
                    out.report(report(&gw, &fault, out));
                }
            }
        }
    }
}

fn report(gw: &Gw<'_, '_>, fault: &Fault<'_>, out: &Outcome) -> Finding {
    let pod = fault.pod;
    let role = pod.role.name();
    let name = if fault.container_name().is_empty() { role } else { fault.container_name() };
    let (severity, effect) = if pod.role == PodRole::Agent {
        (Severity::Error, "The gateway takes no configuration and writes no status; its dataplane forwards on.")
    } else {
        (
            Severity::Critical,
            "The gateway forwards no packet while it is down, and each restart drops all NAT sessions.",
        )
    };
    let title = format!("{role} of gateway {} does not run: {}", gw.name(), state_words(fault));
    let mut finding = finding(out, gw, (pod, name), severity, title);
    let mut detail = effect.to_owned();
    if let Some(view) = &fault.container {
        let cause = if pod.role == PodRole::Agent { None } else { crash_cause::of(gw, pod, view) };
        match cause {
            Some(cause) => {
                let how = if cause.confidence == crate::finding::Confidence::Certain { "Reason" } else { "Probably" };
                detail = format!("{effect} {how}: {}.", cause.words);
                finding = with_reason(finding, state_evidence(fault), cause.evidence);
                if let Some(step) = cause.step {
                    finding = finding.step(step);
                }
            }
            None => {
                let tail = last_words::of_ended(gw, pod, view).and_then(last_words::tail);
                finding = with_reason(finding, state_evidence(fault), tail);
            }
        }
    } else {
        finding = finding.evidences(state_evidence(fault));
    }
    finding.detail(detail).run("Read the log of the container that ended.", logs_command(pod, name, true)).run(
        "Look at the pod's events.",
        format!("kubectl describe pod -n {} {}", pod.object.meta.namespace, pod.name()),
    )
}

/// `CrashLoopBackOff, exit code 1, 12 restarts`.
pub(super) fn state_words(fault: &Fault<'_>) -> String {
    let Some(view) = &fault.container else {
        let row = fault.pod.table().unwrap_or_default();
        return format!("{}, {} ready, {} restarts", row.status, row.ready, row.restarts);
    };
    let mut words = Vec::new();
    if view.waiting().is_empty() {
        if view.status.state.running.is_some() {
            words.push("runs but is not ready".to_owned());
        }
    } else {
        words.push(view.waiting().to_owned());
    }
    if let Some(end) = view.last_end() {
        words.push(format!("exit code {}", end.exit_code));
    }
    match view.status.restart_count {
        0 => {}
        1 => words.push("1 restart".into()),
        count => words.push(format!("{count} restarts")),
    }
    words.join(", ")
}

#[cfg(test)]
#[path = "dataplane_down_tests.rs"]
mod tests;
