//! The clock of a gateway, or the capture time itself, is wrong.

use crate::facts::{Agent, ClockOff, Context, Fabricator, Form, GatewayAgent, Gw, Quality, Silence, duration_words};
use crate::finding::{Confidence, Finding, Key, KeyKind, Severity, Subject};
use crate::rule::{Meta, Order, Outcome, Relation, Rule, Source};

/// See the metadata.
#[derive(Debug)]
pub(super) struct ClockWrong;

/// Switch agents that are stale for longer are so by their own rule.
const SWITCH_STALE: i64 = 180;
/// Heartbeats that are shown of each kind.
const SHOWN: usize = 2;

static META: Meta = Meta {
    id: "gateway-clock-off",
    reference: &["GW-CLOCK"],
    title: "A gateway's clock or the capture time is wrong",
    severities: &[Severity::Critical, Severity::Warning],
    needs: &[Source::GatewayAgents],
    uses: &[Source::CaptureTime, Source::ShowTech, Source::Agents, Source::Fabricator, Source::Gateways, Source::Pods],
    explanation: "Looks for times in a GatewayAgent's status that are later than the capture (by more than 30 s; in a \
dump, whose logs are read later, by more than 6 minutes; in a table `<invalid>`), and for a `show tech` that prints a \
time before the dump was begun. If all gateways and all switch agents are stale by the same amount, it looks at nodes, \
events and logs: equally old, the capture time is wrong; else the control plane or the management network is in doubt.

## Why it matters
All ages of that gateway, or of the whole capture, are uncertain: heartbeat, time since the last apply, restarts. \
If everything fell silent at one moment, no single gateway is to blame.

## Not a fault
- A `show tech` that is off by whole half hours while the heartbeat is right: the zone of the node.
- Logs and outputs up to 6 minutes younger than the dump's objects.

## What to do
Check NTP on the gateway node and on the control node; give the right time with `--captured-at`.",
    explains: &[
        Relation { effects: &["GW-HB-*", "GW-GEN-LAG", "GW-FRR-LAG", "GW-POD-RESTARTS"], join: &[KeyKind::Gateway] },
        Relation { effects: &["FAB-002"], join: &[KeyKind::Switch] },
    ],
    order: Order::Clock,
};

impl Rule for ClockWrong {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn check(&self, cx: &Context<'_>, out: &mut Outcome) {
        if let Some(silence) = &cx.clock().silence {
            out.report(all_silent(cx, silence, out));
            return;
        }
        for agent in cx.list::<GatewayAgent>() {
            let Some(gw) = cx.gateway(agent.name()) else { continue };
            match gw.clock_off() {
                Some(ClockOff::Ahead { field, seconds }) => out.report(ahead(&gw, field, seconds, out)),
                Some(ClockOff::Behind { seconds, zone: false }) => out.report(behind(&gw, seconds, out)),
                None if cx.clock().quality == Quality::Unknown && agent.raw.form != Form::Table => {
                    out.not_checked(agent.subject(), Source::CaptureTime);
                }
                _ => out.pass(),
            }
        }
    }
}

fn ahead(gw: &Gw<'_, '_>, field: &'static [&'static str], seconds: Option<i64>, out: &Outcome) -> Finding {
    let by = seconds.map(|seconds| format!(" by {}", duration_words(seconds))).unwrap_or_default();
    start(gw, format!("{} writes times that are later than the capture{by}", gw.name()), out)
        .detail(
            "The clock of the gateway is ahead, or that of the control node is behind. All ages of this gateway are \
             uncertain.",
        )
        .evidences(gw.agent().map(|agent| agent.evidence(field, "later than the capture")))
}

fn behind(gw: &Gw<'_, '_>, seconds: i64, out: &Outcome) -> Finding {
    let time = gw.show_tech().and_then(|tech| Some((tech, tech.value.time.as_ref()?)));
    let evidence = time
        .map(|(tech, time)| tech.evidence(time.span, "printed after the dump was begun").value(time.value.to_string()));
    start(gw, format!("the clock of {} is at least {} behind", gw.name(), duration_words(seconds)), out)
        .detail(
            "Its `show tech` was read after the dump was begun, and prints an earlier time. The heartbeat may look stale \
             and be fresh: all ages of this gateway are uncertain.",
        )
        .evidences(evidence)
        .evidences(gw.agent().map(|agent| agent.evidence(gw.heartbeat_route(), "its last heartbeat")))
}

fn start(gw: &Gw<'_, '_>, title: String, out: &Outcome) -> Finding {
    out.finding(Severity::Warning, gw.agent_subject(), title)
        .reference("FAB-017")
        .key(gw.key())
        .run("Compare the clocks (on the gateway node and on the control node).", "timedatectl")
        .step("Check NTP on the gateway node and on the control node.")
}

/// Everything went silent at one moment: one finding for all.
fn all_silent(cx: &Context<'_>, silence: &Silence, out: &Outcome) -> Finding {
    let age = duration_words(silence.seconds);
    let agents = cx.list::<GatewayAgent>();
    let first = agents.first().map(|agent| agent.subject().part("capture time"));
    let first = first.unwrap_or_else(|| Subject::new("GatewayAgent", "default", "").part("capture time"));
    let switches_stale = silence.switches >= 2 && silence.switch_seconds.is_some_and(|seconds| seconds > SWITCH_STALE);
    let who = if silence.switches == 0 { "all gateways" } else { "all gateways and switches" };
    let finding = if silence.capture_in_doubt {
        out.finding(
            Severity::Warning,
            first,
            format!("the capture time is in doubt: {who}, and all else, are {age} old"),
        )
        .confidence(Confidence::Likely)
        .detail(format!(
            "Nodes, events and logs are as old as the heartbeats: nothing in the bundle is younger. Probably the \
                 capture time is wrong (it comes from: {}); nothing is said of the age of any gateway.",
            cx.clock().source
        ))
        .step("Give the right time with `--captured-at`, or check the clock of the machine that collected.")
    } else {
        let (severity, subject) = if switches_stale {
            let fabricator = cx.list::<Fabricator>().first().map(crate::facts::Object::subject);
            (Severity::Critical, fabricator.unwrap_or_else(|| Subject::new("Fabricator", "fab", "default")))
        } else {
            (Severity::Warning, first)
        };
        let finding = out
            .finding(severity, subject, format!("{who} are silent since {age} before the capture"))
            .confidence(Confidence::Likely)
            .detail(
                "They stopped reporting at the same moment: the control plane, the management network or a clock is at \
                 fault, not each of them. Traffic may still flow.",
            )
            .run("Check the control plane.", "kubectl get pods -n fab; kubectl get nodes")
            .step("Check the management network and the clock of the control node.");
        if switches_stale { finding.reference("FAB-003") } else { finding }
    };
    let gateways = agents.iter().filter_map(|agent| cx.gateway(agent.name()));
    let beats = agents.iter().filter_map(|agent| {
        let gw = cx.gateway(agent.name())?;
        gw.heartbeat()?;
        Some(agent.evidence(gw.heartbeat_route(), "last heartbeat of a gateway"))
    });
    let switches = cx.list::<Agent>();
    let others =
        switches.iter().map(|agent| agent.evidence(&["status", "lastHeartbeat"], "last heartbeat of a switch"));
    finding
        .evidences(beats.take(SHOWN))
        .evidences(others.take(SHOWN))
        .keys(gateways.map(|gw| gw.key()))
        .keys(switches.iter().map(|agent| Key::Switch(agent.name().into())))
        .key(Key::Fabric)
}

#[cfg(test)]
#[path = "clock_tests.rs"]
mod tests;
