//! The agent of a switch starts again and again.

use jiff::Timestamp;

use super::fleet::Fleet;
use super::relations::FAILING_AGENT;
use super::state::{PATIENCE, key, pending};
use super::{reason, state};
use crate::facts::{Agent, Context, LogRef, Object};
use crate::finding::{Confidence, Evidence, Finding, Severity};
use crate::model::Time;
use crate::parse::log::literals::{switch_agent, switch_syslog};
use crate::parse::log::{Hit, Literal, Stream};
use crate::rule::{Domain, Meta, Order, Outcome, Rule, Source};

/// See the metadata.
#[derive(Debug)]
pub(super) struct CrashLoop;

/// So many starts within this time are a loop.
const STARTS: usize = 3;
const WINDOW: i64 = 1800;
/// A start that was that recent.
const JUST_STARTED: i64 = 600;

static META: Meta = Meta {
    id: "switch-agent-crash-loop",
    reference: &["FAB-005", "KI-VNI", "KI-PC", "KI-GRPC", "KI-NOTFOUND", "KI-GNMIUSER"],
    title: "The agent of a switch fails and starts again and again",
    severities: &[Severity::Error],
    needs: &[],
    uses: &[
        Source::Agents,
        Source::CaptureTime,
        Source::Connections,
        Source::GatewayAgents,
        Source::SwitchAgentLog,
        Source::SwitchSyslog,
    ],
    explanation: "Counts the starts in `/var/log/agent.log` (or the exits in the syslog) of a switch: three within 30 \
minutes. Without logs: an Agent that runs an older generation than wanted, was started within 10 minutes (the time of the \
last apply is young, and attempt and apply have one generation), and has waited for its change since before that start.

## Why it matters
After a failed apply the agent exits; started again it applies its old file, sees the new generation, and fails again. \
The time of the last apply looks young, yet the wanted configuration never arrives.

## Not a fault
- A single restart; an upgrade of the agent; a reboot that was asked for.
- Starts after the API ended the watch (up to two per hour).
- A loop that is over: the switch reports and runs the wanted generation.

## What to do
Read the last `Failed err=` line: it names the stage and what SONiC refused.",
    explains: FAILING_AGENT,
    order: Order::Configuration,
};

impl Rule for CrashLoop {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn domain(&self) -> Domain {
        Domain::Fabric
    }

    fn check(&self, cx: &Context<'_>, out: &mut Outcome) {
        let fleet = Fleet::new(cx);
        let mut names: Vec<&str> = cx.list::<Agent>().iter().map(Object::name).collect();
        for stream in [Stream::SwitchAgent, Stream::SwitchSyslog] {
            names.extend(cx.logs(stream).filter_map(|log| log.log.device.as_deref()));
        }
        names.sort_unstable();
        names.dedup();
        for name in names {
            let agent = cx.find::<Agent>(name);
            // There it is a reason.
            if fleet.is_stopped(name) {
                continue;
            }
            let over = agent.is_some_and(|agent| {
                cx.is_fresh(agent) == Some(true) && state::converged(agent) == Some(true) && !just_applied(cx, agent)
            });
            if let Some(looping) = in_logs(cx, name).filter(|_| !over) {
                report(cx, name, looping, out);
            } else if let Some(agent) = agent.filter(|agent| in_status(cx, agent)) {
                out.report(with_reason(cx, name, told_by_status(agent, out)));
            } else {
                out.pass();
            }
        }
    }
}

/// A loop that logs show.
#[derive(Debug)]
pub(super) struct Loop {
    count: usize,
    span: i64,
    pub(super) evidence: Vec<Evidence>,
}

/// The loop that the logs of a switch show at their end.
pub(super) fn in_logs(cx: &Context<'_>, switch: &str) -> Option<Loop> {
    starts(cx, switch, Stream::SwitchAgent, &switch_agent::STARTING)
        .or_else(|| starts(cx, switch, Stream::SwitchSyslog, &switch_syslog::AGENT_EXITED))
}

fn starts(cx: &Context<'_>, switch: &str, stream: Stream, literal: &'static Literal) -> Option<Loop> {
    let mut starts: Vec<(Timestamp, LogRef<'_>, &Hit)> = Vec::new();
    let mut end = None;
    for log in cx.logs(stream).filter(|log| log.log.device.as_deref() == Some(switch)) {
        end = end.max(log.scan().last_time);
        // A start with one of these before it is no failure.
        let mut excused = false;
        for hit in &log.scan().hits {
            if [
                &switch_agent::UPGRADED,
                &switch_agent::WATCH_CLOSED,
                &switch_agent::OPERATOR_ACTION,
                &switch_agent::ROCE_REBOOT,
                &switch_agent::REBOOT_DONE,
            ]
            .contains(&hit.literal)
            {
                excused = true;
            } else if hit.literal == literal {
                if let Some(at) = hit.time().filter(|_| !excused) {
                    starts.push((at, log, hit));
                }
                excused = false;
            }
        }
    }
    starts.sort_by_key(|(at, ..)| *at);
    let seconds = |from: Timestamp, to: Timestamp| to.as_second().saturating_sub(from.as_second());
    let (last, log, hit) = starts.last()?;
    // It must go on at the end of the log.
    if seconds(*last, end?) > WINDOW {
        return None;
    }
    let count = starts.iter().filter(|(at, ..)| seconds(*at, *last) <= WINDOW).count();
    let first = starts.iter().map(|(at, ..)| *at).find(|at| seconds(*at, *last) <= WINDOW)?;
    if count < STARTS {
        return None;
    }
    let note = format!("the last of {count} from {first:.0} to {last:.0}");
    Some(Loop { count, span: seconds(first, *last), evidence: vec![log.evidence(hit, note)] })
}

/// True if the last apply (which every start writes) is young.
fn just_applied(cx: &Context<'_>, agent: &Object<Agent>) -> bool {
    cx.age_of(agent.status.last_applied_time).is_some_and(|age| age.under(JUST_STARTED))
}

/// The loop as the status alone shows it.
fn in_status(cx: &Context<'_>, agent: &Object<Agent>) -> bool {
    let status = &agent.status;
    let behind = state::wanted(agent).zip(state::applied(agent)).is_some_and(|(wanted, applied)| applied < wanted);
    if !behind || status.last_attempt_gen != status.last_applied_gen || cx.is_fresh(agent) != Some(true) {
        return false;
    }
    let Some(since) = pending(agent).and_then(|(_, condition)| condition.last_transition_time) else { return false };
    let (Some(Time::At(started)), Time::At(waiting)) = (status.last_applied_time, since) else { return false };
    just_applied(cx, agent) && waiting < started && cx.age(since).is_some_and(|age| age.over(PATIENCE))
}

fn told_by_status(agent: &Object<Agent>, out: &Outcome) -> Finding {
    let name = agent.name();
    let (wanted, applied) = (agent.meta.generation, agent.status.last_applied_gen);
    let mut finding = out
        .finding(
            Severity::Error,
            agent.subject(),
            format!("the agent of {name} was started again and does not get beyond generation {applied} to {wanted}"),
        )
        .confidence(Confidence::Likely)
        .detail(
            "Its last apply is young and of the old generation, which every start writes, while a newer generation has \
             been pending since before that: the agent fails on the newer one, exits, and starts again.",
        )
        .evidence(agent.evidence(&["status", "lastAppliedTime"], "young: the agent was started"))
        .evidence(agent.evidence(&["status", "lastAppliedGen"], "what it runs"))
        .evidence(agent.evidence(&["metadata", "generation"], "what it should run"));
    if let Some((index, _)) = pending(agent) {
        finding = finding.evidence(
            agent.evidence(&["status", "conditions", &index, "lastTransitionTime"], "the change waits since"),
        );
    }
    finding
}

fn report(cx: &Context<'_>, name: &str, looping: Loop, out: &mut Outcome) {
    let span = crate::facts::duration_words(looping.span);
    let finding = out
        .finding(
            Severity::Error,
            state::subject(cx, name),
            format!("the agent of {name} failed and started again {} times within {span}", looping.count),
        )
        .detail(
            "After a failed apply the agent exits and is started again. It applies its old file, sees the new \
             generation, and fails again: nothing new arrives on the switch, which forwards on as it was.",
        );
    let mut finding = with_reason(cx, name, finding);
    finding.evidence.extend(looping.evidence);
    out.report(finding);
}

fn with_reason(cx: &Context<'_>, name: &str, finding: Finding) -> Finding {
    let mut finding = reason::without_issues(finding).key(key(name));
    if let Some(reason) = reason::of(cx, name, None) {
        finding.detail = format!("{} The log says why: {}.", finding.detail, reason.words);
        let proof: Vec<Evidence> = std::mem::take(&mut finding.evidence);
        finding = reason.add_to(finding);
        finding.evidence.extend(proof);
    }
    finding.run("On the switch: find the last failure.", "grep 'failed to run agent' /var/log/agent.log | tail -n 3")
}

#[cfg(test)]
#[path = "crash_loop_tests.rs"]
mod tests;
