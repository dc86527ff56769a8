//! The agent of a switch stopped while the switch forwards on.

use super::fleet::{Fleet, Judged};
use super::relations::STOPPED_AGENT;
use super::state::key;
use super::{crash_loop, reason, state};
use crate::facts::Context;
use crate::finding::{Confidence, Key, Severity};
use crate::model::Time;
use crate::rule::{Domain, Meta, Order, Outcome, Rule, Source};
use crate::validate::version::Version;

/// See the metadata.
#[derive(Debug)]
pub(super) struct AgentStopped;

static META: Meta = Meta {
    id: "switch-agent-stopped",
    reference: &["FAB-023", "KI-INF"],
    title: "The agent of a switch stopped, the switch forwards on",
    severities: &[Severity::Error],
    needs: &[Source::Agents],
    uses: &[
        Source::CaptureTime,
        Source::Connections,
        Source::GatewayAgents,
        Source::SwitchAgentLog,
        Source::SwitchSyslog,
    ],
    explanation:
        "A heartbeat older than 15 minutes of a switch that had nothing to apply, while at least one neighbour that \
reports has its link to it up and receives LLDP or BGP over it.

## Why it matters
The switch is not managed any more: what changes from now on is not applied there. Traffic is not affected, although \
`kubectl fabric inspect` calls the switch ready.

## Not a fault
- Most switches silent at once: that is the control plane or the management network.
- No neighbour that reports: whether the switch forwards is then unknown (`switch-heartbeat-stale`).

## What to do
Read `/var/log/agent.log` on the switch. Agents of fabric v0.87 to v0.96.1 die on an optics value of minus infinity.",
    explains: STOPPED_AGENT,
    order: Order::Heartbeat,
};

impl Rule for AgentStopped {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn domain(&self) -> Domain {
        Domain::Fabric
    }

    fn check(&self, cx: &Context<'_>, out: &mut Outcome) {
        let fleet = Fleet::new(cx);
        for judged in &fleet.switches {
            if judged.stopped(fleet.mass) {
                report(cx, judged, out);
            } else if judged.age.is_some() {
                out.pass();
            }
        }
    }
}

/// Releases whose agent dies on an optics value (KI-INF).
fn dies_on_infinity(version: &str) -> bool {
    Version::parse(version).is_some_and(|version| version.at_least(0, 87, 0) && version.base() <= (0, 96, 1))
}

fn report(cx: &Context<'_>, judged: &Judged<'_>, out: &mut Outcome) {
    let Some(age) = judged.age else { return };
    let agent = judged.agent;
    let name = agent.name();
    let reason = reason::of(cx, name, state::beat(agent).and_then(Time::at));
    let looping = crash_loop::in_logs(cx, name);
    let suspected = reason.is_none() && dies_on_infinity(&agent.status.version);
    let why = match &reason {
        Some(reason) => format!("The log of the agent says why: {}.", reason.words),
        None if suspected => format!(
            "Its agent ({}) is of a release that may die on an optics value of minus infinity (KI-INF).",
            agent.status.version
        ),
        None => "Why is not known: the agent's process, or the management network of this switch.".to_owned(),
    };
    let behind = match state::converged(agent) {
        Some(false) => " What was changed since then is not applied on it.",
        _ => "",
    };
    let seen: Vec<_> = judged.seen.iter().filter(|seen| seen.up && seen.alive).collect();
    let mut peers: Vec<&str> = seen.iter().map(|seen| seen.peer).collect();
    peers.sort_unstable();
    peers.dedup();
    let mut finding = out
        .finding(
            Severity::Error,
            agent.subject(),
            format!("{name} forwards, but its agent has not been seen for {} before the capture", age.words()),
        )
        .confidence(if reason.is_some() { Confidence::Certain } else { Confidence::Likely })
        .detail(format!(
            "{} see{} the switch over links that are up: the data plane works and needs no repair. It is not managed \
             any more.{behind} {why}",
            state::list(&peers),
            if peers.len() == 1 { "s" } else { "" },
        ))
        .evidence(agent.evidence(&["status", "lastHeartbeat"], "last heartbeat"))
        .evidences(seen.into_iter().flat_map(|seen| seen.evidence.iter().cloned()).take(4))
        .key(key(name))
        .key(Key::Fabric);
    finding = reason::without_issues(finding);
    if suspected {
        finding = finding
            .reference("KI-INF")
            .evidence(agent.evidence(&["status", "version"], "possible: KI-INF, by its release"));
    }
    if let Some(reason) = reason {
        finding = reason.add_to(finding);
    }
    if let Some(looping) = looping {
        finding = finding.reference("FAB-005").evidences(looping.evidence);
    }
    out.report(
        finding
            .run("On the switch: read the log of the agent.", "tail -n 200 /var/log/agent.log")
            .run("On the switch: see whether the agent runs.", "systemctl status hedgehog-agent"),
    );
}

#[cfg(test)]
#[path = "agent_stopped_tests.rs"]
mod tests;
