//! A switch does not take its newest configuration.

use jiff::Timestamp;

use super::relations::BEHIND;
use super::state::{LONG_WORK, PATIENCE, applied, attempt_age, key, pending, planned_reboot, wanted};
use super::{reason, state};
use crate::facts::{Agent, Context, DHCPSubnet, Object};
use crate::finding::{Confidence, Evidence, Severity};
use crate::model::Time;
use crate::parse::log::Stream;
use crate::parse::log::literals::{controller, switch_agent};
use crate::rule::{Domain, Meta, Order, Outcome, Rule, Source};

/// See the metadata.
#[derive(Debug)]
pub(super) struct Behind;

/// A log that ends this long before the capture goes on to it.
const LOG_LAG: i64 = 900;

static META: Meta = Meta {
    id: "switch-config-not-applied",
    reference: &["FAB-004", "KI-SUBNETEDIT"],
    title: "A switch does not take its newest configuration",
    severities: &[Severity::Error, Severity::Info],
    needs: &[Source::Agents],
    uses: &[Source::CaptureTime, Source::ControllerLog, Source::SwitchAgentLog, Source::DhcpSubnets],
    explanation: "Compares `status.lastAppliedGen` of each Agent with `metadata.generation`. An older one is an error where \
something proves that it has lasted for more than 5 minutes: the condition `Applied` with the reason `ApplyPending`, the \
last attempt on the wanted generation, the controller's last `agent reconciled` of that switch, or its agent.log. Without \
such a date it is information.

## Why it matters
What was changed since then (VPCs, attachments, peerings, ports) is not active on that switch; what was applied before \
goes on working.

## Not a fault
- A change of the last minutes: an apply takes 5 to 100 seconds.
- A reboot or reinstallation that was asked for, or a change of the RoCE mode, for 15 minutes.

## What to do
The reason stands only in `/var/log/agent.log` of the switch: look for `failed to run agent`.",
    explains: BEHIND,
    order: Order::Configuration,
};

impl Rule for Behind {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn domain(&self) -> Domain {
        Domain::Fabric
    }

    fn check(&self, cx: &Context<'_>, out: &mut Outcome) {
        for agent in cx.list::<Agent>() {
            // One that never applied anything never reported, or is being installed; a higher one is a restored object.
            let (Some(wanted), Some(applied)) = (wanted(agent), applied(agent)) else { continue };
            if applied >= wanted {
                out.pass();
            } else if planned_reboot(agent).is_some() && attempt_age(cx, agent).is_some_and(|age| !age.over(LONG_WORK))
            {
                out.cannot_tell(agent.subject(), "it is restarting");
            } else {
                match dated(cx, agent) {
                    Date::Young => out.pass(),
                    Date::Unknown => report(cx, agent, (wanted, applied), None, out),
                    Date::Old { seconds, evidence } => {
                        report(cx, agent, (wanted, applied), Some((seconds, evidence)), out);
                    }
                }
            }
        }
    }
}

/// How long a switch has been behind.
enum Date {
    /// Minutes: it may be at work.
    Young,
    /// Nothing tells it.
    Unknown,
    /// At least so many seconds.
    Old { seconds: i64, evidence: Evidence },
}

fn dated(cx: &Context<'_>, agent: &Object<Agent>) -> Date {
    let status = &agent.status;
    let condition = pending(agent).and_then(|(index, condition)| {
        let age = cx.age_of(condition.last_transition_time)?;
        let route = ["status", "conditions", index.as_str(), "lastTransitionTime"];
        Some((age, agent.evidence(&route, "the change waits since")))
    });
    let attempt = attempt_age(cx, agent)
        .filter(|_| status.last_attempt_gen == agent.meta.generation)
        .map(|age| (age, agent.evidence(&["status", "lastAttemptTime"], "the last attempt on the wanted generation")));
    let mut young = false;
    for (age, evidence) in [condition, attempt].into_iter().flatten() {
        if age.over(PATIENCE) {
            return Date::Old { seconds: age.seconds, evidence };
        }
        young = true;
    }
    for (at, evidence) in [by_controller(cx, agent), by_agent_log(cx, agent)].into_iter().flatten() {
        match cx.age_at(at) {
            Some(age) if age.over(PATIENCE) && !young => return Date::Old { seconds: age.seconds, evidence },
            Some(_) => {}
            None => {}
        }
    }
    if young { Date::Young } else { Date::Unknown }
}

/// The last time that the controller wrote the Agent, from a log that goes on to the capture.
fn by_controller(cx: &Context<'_>, agent: &Object<Agent>) -> Option<(Timestamp, Evidence)> {
    if cx.is_fresh(agent) != Some(true) {
        return None;
    }
    let logs = cx.logs(Stream::FabricCtrl).filter(|log| {
        !log.log.previous && log.scan().last_time.and_then(|at| cx.age_at(at)).is_some_and(|age| age.seconds <= LOG_LAG)
    });
    logs.filter_map(|log| {
        let named =
            |hit: &&crate::parse::log::Hit, field, value: &str| hit.field(log.text(), field).as_deref() == Some(value);
        let hits = log.hits(&controller::RECONCILED);
        let hit = hits.filter(|hit| named(hit, "name", agent.name()) && named(hit, "controller", "Agent")).last()?;
        Some((hit.time()?, log.evidence(hit, "the controller last wrote the Agent")))
    })
    .max_by_key(|(at, _)| *at)
}

/// When the agent saw the wanted generation.
fn by_agent_log(cx: &Context<'_>, agent: &Object<Agent>) -> Option<(Timestamp, Evidence)> {
    let log = reason::newest_log(cx, Stream::SwitchAgent, agent.name())?;
    let generation = u64::try_from(agent.meta.generation).ok()?;
    let hit =
        log.hits(&switch_agent::CONFIG_CHANGED).find(|hit| hit.number(log.text(), "generation") == Some(generation))?;
    Some((hit.time()?, log.evidence(hit, "the agent saw the wanted generation")))
}

/// A subnet whose range was changed in place, which agents cannot do (KI-SUBNETEDIT).
fn edited_subnet(cx: &Context<'_>, agent: &Object<Agent>) -> Option<(String, Vec<Evidence>)> {
    agent.spec.vpcs.iter().find_map(|(vpc, spec)| {
        let attached = |subnet: &str| {
            agent.spec.configured_vpc_subnets.is_empty()
                || agent.spec.configured_vpc_subnets.contains_key(&format!("{vpc}/{subnet}"))
        };
        spec.subnets.iter().filter(|(name, _)| attached(name)).find_map(|(name, subnet)| {
            let dhcp = cx.find::<DHCPSubnet>(&format!("{vpc}--{name}"))?;
            let (old, new) = (&dhcp.spec.cidr_block, &subnet.subnet);
            if old.is_empty() || new.is_empty() || old == new {
                return None;
            }
            let words = format!("subnet {vpc}/{name} was changed from {old} to {new} in place");
            let route = ["spec", "vpcs", vpc.as_str(), "subnets", name.as_str(), "subnet"];
            Some((
                words,
                vec![
                    agent.evidence(&route, "the range that the switch should take"),
                    dhcp.evidence(&["spec", "cidrBlock"], "the range before the change"),
                ],
            ))
        })
    })
}

fn report(
    cx: &Context<'_>,
    agent: &Object<Agent>,
    (wanted, applied): (i64, i64),
    date: Option<(i64, Evidence)>,
    out: &mut Outcome,
) {
    let name = agent.name();
    let for_ = date.as_ref().map(|(seconds, _)| format!(" for {}", crate::facts::duration_words(*seconds)));
    let title = format!(
        "{name} runs configuration generation {applied}, not {wanted},{}",
        for_.clone().unwrap_or_else(|| " for an unknown time".into())
    );
    let since = state::beat(agent).and_then(Time::at);
    let stopped = cx.is_fresh(agent) == Some(false);
    let reason = reason::of(cx, name, None).filter(|reason| {
        // Of a silent switch only what came after its last sign of life.
        !stopped || reason.at.is_none_or(|at| since.is_none_or(|since| at > since))
    });
    let edited = edited_subnet(cx, agent);
    let why = match (&reason, &edited) {
        (Some(reason), _) => format!(" The log of its agent says why: {}.", reason.words),
        (None, Some((words, _))) => {
            format!(" Probably because {words}: agents cannot do that (KI-SUBNETEDIT).")
        }
        (None, None) if reason::newest_log(cx, Stream::SwitchAgent, name).is_some() => String::new(),
        (None, None) => " The reason stands in the log of its agent, which is not in the bundle.".to_owned(),
    };
    let (severity, what) = match date {
        Some(_) => (Severity::Error, "An apply takes at most two minutes."),
        None => (
            Severity::Info,
            "Nothing in the bundle tells when the change was made: if that was minutes ago, it is being applied.",
        ),
    };
    let mut finding = out
        .finding(severity, agent.subject(), title.trim_end_matches(',').to_owned())
        .confidence(if date.is_some() { Confidence::Certain } else { Confidence::Possible })
        .detail(format!(
            "{what} What was changed since generation {applied} is not active on {name}; what was applied before goes \
             on working.{why}"
        ))
        .evidence(agent.evidence(&["status", "lastAppliedGen"], "what it runs"))
        .evidence(agent.evidence(&["metadata", "generation"], "what it should run"))
        .evidences(date.map(|(_, evidence)| evidence))
        .key(key(name));
    finding = reason::without_issues(finding);
    if let Some((_, evidence)) = edited.filter(|_| reason.is_none()) {
        finding = finding
            .reference("KI-SUBNETEDIT")
            .evidences(evidence)
            .step("Delete the attachments and the subnet, and add them again.");
    }
    if let Some(reason) = reason {
        finding = reason.add_to(finding);
    }
    out.report(
        finding
            .run("On the switch: find the reason.", "grep 'failed to run agent' /var/log/agent.log | tail -n 3")
            .run("See whether it arrives.", format!("kubectl get agent {name}")),
    );
}

#[cfg(test)]
#[path = "behind_tests.rs"]
mod tests;
