//! A gateway no longer reports.

use super::pod::unless_new;
use super::stale_reason;
use crate::facts::{Age, ClockOff, Context, GatewayAgent, Gw, Object, Quality, Silence};
use crate::finding::{Confidence, Severity};
use crate::rule::{Meta, Order, Outcome, Rule, Source};
use crate::rules::relations::SILENT_GATEWAY;

/// See the metadata.
#[derive(Debug)]
pub(super) struct HeartbeatStale;

static META: Meta = Meta {
    id: "gateway-heartbeat-stale",
    reference: &["GW-HB-STALE", "S2", "S14"],
    title: "A gateway no longer reports",
    severities: &[Severity::Critical, Severity::Error, Severity::Warning, Severity::Info],
    needs: &[Source::GatewayAgents],
    uses: &[
        Source::CaptureTime,
        Source::Gateways,
        Source::Pods,
        Source::Nodes,
        Source::Events,
        Source::Fabricator,
        Source::ShowTech,
        Source::DataplaneLog,
        Source::AgentLog,
    ],
    explanation: "Compares `status.lastHeartbeat` of each GatewayAgent (25.05: `status.state.lastCollectedTime`) with the \
capture time, or reads the column HEARTBEAT of a table: over 60 s is a warning, over 2 minutes an error, over 10 minutes \
critical. The dataplane writes its status every 15 s. Where the capture time is only known to be later than something, \
the heartbeat is compared with other times of the same file, or with two other files that agree.

## Why it matters
The dataplane does not run, does not reach the Kubernetes API, or is not allowed to write its status. Everything else in \
the status is then the last known state. A stale heartbeat alone does not prove that traffic is lost.

## Not a fault
- A capture time that is not known, or that is itself in doubt: all gateways, all switches, events and logs equally old \
(see `gateway-clock-off`).
- A single late heartbeat while a large configuration is applied.
- A gateway that is being installed: `info`.

## What to do
Look at the pods of the gateway, then in the log of its dataplane for `skipping status update` and `Failed to update \
gateway status`.",
    explains: SILENT_GATEWAY,
    order: Order::Heartbeat,
};

impl Rule for HeartbeatStale {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn check(&self, cx: &Context<'_>, out: &mut Outcome) {
        for agent in cx.list::<GatewayAgent>() {
            let Some(gw) = cx.gateway(agent.name()) else { continue };
            // One that never reported has a rule of its own.
            if gw.heartbeat().is_none() {
                continue;
            }
            if matches!(gw.clock_off(), Some(ClockOff::Ahead { .. })) {
                out.cannot_tell(agent.subject(), "the gateway's clock is ahead of the capture time");
                continue;
            }
            let Some(age) = gw.heartbeat_age() else {
                out.not_checked(agent.subject(), Source::CaptureTime);
                continue;
            };
            let silence = cx.clock().silence.as_ref();
            if silence.is_some_and(|silence| silence.capture_in_doubt) {
                out.cannot_tell(agent.subject(), "the capture time is in doubt: everything is equally old");
            } else if age.over(60) {
                report(&gw, agent, age, silence, out);
            } else {
                out.pass();
            }
        }
    }
}

/// Severity by age.
fn severity(age: Age) -> Severity {
    if age.over(600) {
        Severity::Critical
    } else if age.over(120) {
        Severity::Error
    } else {
        Severity::Warning
    }
}

fn report(gw: &Gw<'_, '_>, agent: &Object<GatewayAgent>, age: Age, silence: Option<&Silence>, out: &mut Outcome) {
    let reason = stale_reason::of(gw, gw.heartbeat());
    let mut detail = "The dataplane writes its status every 15 s.".to_owned();
    // Silent with everybody else: what is wrong is wrong for all, and nothing is known of this gateway.
    let severity = if silence.is_some() { Severity::Warning } else { severity(age) };
    let confidence = if silence.is_some() || gw.clock_off().is_some() {
        Confidence::Possible
    } else if gw.cx().clock().quality == Quality::LowerBound {
        Confidence::Likely
    } else {
        Confidence::Certain
    };
    if let Some((words, _)) = &reason {
        detail = format!("{detail} The gateway is silent because {words}.");
    } else if let Some(last) = gw.dataplane_log().and_then(|log| log.scan().last_time)
        && let Some(beat) = gw.heartbeat().and_then(crate::model::Time::at)
        && last > beat
    {
        detail = format!("{detail} The log of the dataplane goes on until {last}: it still runs and cannot report.");
    }
    if silence.is_some() {
        detail = format!("{detail} All other gateways and switches fell silent at the same time.");
    }
    detail = format!(
        "{detail} Everything else in its status is the last known state. A stale heartbeat alone does not prove that \
         traffic is lost."
    );
    out.report(
        out.finding(
            unless_new(gw, severity),
            agent.subject(),
            format!("{} last reported {} before the capture", gw.name(), age.words()),
        )
        .confidence(confidence)
        .detail(detail)
        .evidence(agent.evidence(gw.heartbeat_route(), "last heartbeat"))
        .evidences(reason.into_iter().flat_map(|(_, evidence)| evidence))
        .key(gw.key())
        .run("Look at the pods of the gateway.", format!("kubectl get pods -n fab -o wide | grep gw--{}--", gw.name()))
        .run(
            "Look for skipped or refused status updates in the log of its dataplane.",
            format!(
                "kubectl logs -n fab ds/gw--{}--dataplane -c dataplane | grep -E 'skipping status update|Failed to update gateway status|Watcher error'",
                gw.name()
            ),
        ),
    );
}

#[cfg(test)]
#[path = "heartbeat_stale_tests.rs"]
mod tests;
