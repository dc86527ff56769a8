//! A switch no longer reports.

use super::fleet::{Fleet, Judged, Mass};
use super::relations::DEAD_SWITCH;
use super::state::{FRESH, LATE, LONG_WORK, attempt_age, key, list, planned_reboot};
use super::{reason, state};
use crate::facts::{Context, Quality};
use crate::finding::{Confidence, Key, Severity};
use crate::rule::{Domain, Meta, Order, Outcome, Rule, Source};

/// See the metadata.
#[derive(Debug)]
pub(super) struct SwitchSilent;

/// An attempt that began this recently may still keep the agent busy.
const BUSY: i64 = 600;

static META: Meta = Meta {
    id: "switch-heartbeat-stale",
    reference: &["FAB-002"],
    title: "A switch no longer reports",
    severities: &[Severity::Critical, Severity::Error, Severity::Warning],
    needs: &[Source::Agents],
    uses: &[
        Source::CaptureTime,
        Source::Connections,
        Source::GatewayAgents,
        Source::VpcAttachments,
        Source::ExternalAttachments,
        Source::SwitchAgentLog,
    ],
    explanation: "Compares `status.lastHeartbeat` of each Agent with the capture time, or reads the column HEARTBEAT of a \
table: over 60 s is a warning, over 3 minutes an error, over 15 minutes critical. The agent writes its status every 15 s, \
but not while it applies a configuration.

## Why it matters
Either the switch is down, or its agent does not run or does not reach the control plane: then nothing new is applied \
there, and its state is that of the last heartbeat.

## Not a fault
- A capture time that is not known or in doubt.
- 60 s to 3 minutes while an apply began less than 10 minutes ago, unless all its links are down at its neighbours.
- An agent that stopped while the switch forwards on has a rule of its own.

## What to do
Look from its neighbours whether the switch is up; then at the management network, and at `/var/log/agent.log` on it.",
    explains: DEAD_SWITCH,
    order: Order::Heartbeat,
};

impl Rule for SwitchSilent {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn domain(&self) -> Domain {
        Domain::Fabric
    }

    fn check(&self, cx: &Context<'_>, out: &mut Outcome) {
        let fleet = Fleet::new(cx);
        let dependants = fleet.dependants(cx);
        for judged in &fleet.switches {
            let agent = judged.agent;
            let Some(age) = judged.age else {
                out.not_checked(agent.subject(), Source::CaptureTime);
                continue;
            };
            if fleet.mass == Mass::Doubt && age.over(LATE) {
                out.cannot_tell(agent.subject(), "the capture time is in doubt: everything is equally old");
            } else if !age.over(LATE) {
                out.pass();
            } else if judged.stopped(fleet.mass) {
                // Told by the rule about agents that stopped.
            } else if !age.over(FRESH) && is_busy(cx, judged) {
                out.pass();
            } else {
                let keys = dependants.get(agent.name()).cloned().unwrap_or_default();
                report(cx, judged, fleet.mass, keys, out);
            }
        }
    }
}

/// True if the agent may be applying, and its neighbours do not say otherwise.
fn is_busy(cx: &Context<'_>, judged: &Judged<'_>) -> bool {
    attempt_age(cx, judged.agent).is_some_and(|age| !age.over(BUSY)) && !judged.all_down()
}

fn report(cx: &Context<'_>, judged: &Judged<'_>, mass: Mass, keys: Vec<Key>, out: &mut Outcome) {
    let Some(age) = judged.age else { return };
    let agent = judged.agent;
    let name = agent.name();
    let recent = attempt_age(cx, agent).is_some_and(|age| !age.over(LONG_WORK));
    let planned = planned_reboot(agent).filter(|_| recent && !age.over(LONG_WORK));
    let severity = match planned {
        Some(_) => Severity::Warning,
        None if age.over(LONG_WORK) => Severity::Critical,
        None if age.over(FRESH) => Severity::Error,
        None => Severity::Warning,
    };
    let confidence = match (mass, cx.clock().quality) {
        (Mass::Single, Quality::LowerBound) => Confidence::Likely,
        (Mass::Single, _) => Confidence::Certain,
        _ => Confidence::Likely,
    };
    let mut peers: Vec<&str> = judged.seen.iter().map(|seen| seen.peer).collect();
    peers.sort_unstable();
    peers.dedup();
    let seen = if judged.all_down() {
        format!(" {} see all their links to it down: the switch is off, cut off or restarting.", list(&peers))
    } else if judged.forwards() {
        format!(" {} still see it: the switch forwards, only its agent is silent.", list(&peers))
    } else if judged.seen.is_empty() {
        " No neighbour that reports tells whether it forwards.".to_owned()
    } else {
        format!(" Of its links to {} some are up.", list(&peers))
    };
    let why = match (planned, mass) {
        (Some(words), _) => format!(" Probably it is restarting: {words}."),
        (None, Mass::Single) => String::new(),
        (None, _) => " Most other switches are silent, too.".to_owned(),
    };
    let mut finding = out
        .finding(severity, agent.subject(), format!("{name} has not been seen for {} before the capture", age.words()))
        .confidence(confidence)
        .detail(format!(
            "The agent of a switch writes its status every 15 s, except while it applies a configuration.{seen}{why} \
             Its state in the bundle is that of its last heartbeat, and nothing new is applied there."
        ))
        .evidence(agent.evidence(&["status", "lastHeartbeat"], "last heartbeat"))
        .evidences(judged.seen.iter().flat_map(|seen| seen.evidence.iter().take(1).cloned()).take(4))
        .key(Key::Fabric)
        .keys(keys);
    // A heartbeat that is only late says nothing of the links of its switch.
    if age.over(FRESH) || judged.all_down() || mass != Mass::Single {
        finding = finding.key(key(name));
    }
    if let Some(reason) = reason::of(cx, name, state::beat(agent).and_then(crate::model::Time::at)) {
        finding.detail = format!("{} The log of its agent says why: {}.", finding.detail, reason.words);
        finding = reason.add_to(finding);
    }
    out.report(
        finding
            .run("Look at the last heartbeats of all switches.", "kubectl get agents -o wide")
            .step(format!("Check power, console and management port of {name}, and the ports of its neighbours."))
            .run("If the switch answers, read the log of its agent there.", "tail -n 200 /var/log/agent.log"),
    );
}

#[cfg(test)]
#[path = "heartbeat_stale_tests.rs"]
pub(super) mod tests;
