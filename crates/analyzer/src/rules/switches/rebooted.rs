//! A switch was rebooted lately.

use super::state::{key, tells_state};
use crate::facts::{Agent, Context, Object, Switch, duration_words};
use crate::finding::{Confidence, Evidence, Severity};
use crate::parse::log::literals::switch_agent;
use crate::parse::log::{Literal, Stream};
use crate::rule::{Domain, Meta, Order, Outcome, Rule, Source};

/// See the metadata.
#[derive(Debug)]
pub(super) struct Rebooted;

/// A reboot within this time is recent.
const RECENT: i64 = 3600;

static META: Meta = Meta {
    id: "switch-rebooted",
    reference: &["SW-108"],
    title: "A switch was rebooted lately",
    severities: &[Severity::Warning, Severity::Info],
    needs: &[Source::Agents],
    uses: &[Source::CaptureTime, Source::Switches, Source::SwitchAgentLog, Source::SwitchProfiles],
    explanation: "Reads `status.state.nos.uptime` of each switch that reports: less than an hour. It is a warning only where \
agent.log reaches back beyond the boot and holds no reason for it: no reboot or reinstallation that was asked for, no change \
of the RoCE mode.

## Why it matters
A reboot that nobody asked for is a loss of power, a crash of the NOS or a hardware fault. It also dates link changes and \
sessions of the neighbours.

## Not a fault
- A fresh installation, a reboot for maintenance.

## What to do
Look at the power feed and at the reboot cause on the switch (`show reboot-cause`).",
    explains: &[],
    order: Order::Hardware,
};

/// Lines that announce a reboot.
static ANNOUNCED: [&Literal; 3] =
    [&switch_agent::OPERATOR_ACTION, &switch_agent::ROCE_REBOOT, &switch_agent::REBOOT_DONE];

impl Rule for Rebooted {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn domain(&self) -> Domain {
        Domain::Fabric
    }

    fn check(&self, cx: &Context<'_>, out: &mut Outcome) {
        for agent in cx.list::<Agent>() {
            if tells_state(cx, agent) != Some(true) {
                continue;
            }
            let Some(running) = cx.running_for(agent) else { continue };
            let name = agent.name();
            let created = cx.find::<Switch>(name).and_then(|switch| cx.object_age(switch));
            let created = created.or_else(|| cx.object_age(agent));
            // The first boots of a new switch.
            let fresh = created.is_some_and(|age| !age.over(running.saturating_add(RECENT)));
            if running >= RECENT || fresh {
                out.pass();
            } else {
                report(cx, agent, running, out);
            }
        }
    }
}

fn report(cx: &Context<'_>, agent: &Object<Agent>, running: i64, out: &mut Outcome) {
    let name = agent.name();
    let reason = reason(cx, name, running);
    let (severity, words) = match &reason {
        Reason::Unknown => (Severity::Info, "Why is not in the bundle."),
        Reason::Announced(_) => (Severity::Info, "It was announced in the log of its agent."),
        Reason::Unannounced => (
            Severity::Warning,
            "The log of its agent holds no reason: perhaps a loss of power, a crash of the NOS or a hardware fault.",
        ),
    };
    let proof = match reason {
        Reason::Announced(evidence) => Some(evidence),
        _ => None,
    };
    out.report(
        out.finding(
            severity,
            agent.subject(),
            format!("{name} was rebooted {} before the capture", duration_words(running)),
        )
        .confidence(if severity == Severity::Warning { Confidence::Likely } else { Confidence::Certain })
        .detail(format!("{words} Links and sessions of its neighbours changed at that time."))
        .evidence(agent.evidence(&["status", "state", "nos", "uptime"], "time since the boot"))
        .evidences(proof)
        .key(key(name))
        .run("On the switch: see the reason.", "show reboot-cause history"),
    );
}

enum Reason {
    /// No log that reaches back.
    Unknown,
    Announced(Evidence),
    Unannounced,
}

fn reason(cx: &Context<'_>, switch: &str, running: i64) -> Reason {
    let logs: Vec<_> = cx.logs(Stream::SwitchAgent).filter(|log| log.log.device.as_deref() == Some(switch)).collect();
    let since = running.saturating_add(RECENT / 2);
    for log in &logs {
        for literal in ANNOUNCED {
            let recent =
                |at: Option<jiff::Timestamp>| at.is_none_or(|at| cx.age_at(at).is_none_or(|age| age.seconds <= since));
            if let Some(hit) = log.hits(literal).filter(|hit| recent(hit.time())).last() {
                return Reason::Announced(log.evidence(hit, "log of the agent"));
            }
        }
    }
    let reaches_back = logs
        .iter()
        .any(|log| log.scan().first_time.and_then(|at| cx.age_at(at)).is_some_and(|age| age.seconds > running));
    if reaches_back { Reason::Unannounced } else { Reason::Unknown }
}

#[cfg(test)]
mod tests {
    use hh_worlds::World;

    use super::Rebooted;
    use crate::testing::{said, said_of_files};

    fn rebooted() -> World {
        World::healthy().small().set(
            "Agent/leaf-01",
            "/status/state/nos/uptime",
            "09:41:12 up 25 min,  0 users,  load average: 2.74, 1.71, 1.66",
        )
    }

    #[test]
    fn lately() {
        let found = said(&Rebooted, &rebooted());
        assert_eq!(found.lines(), ["info Agent/leaf-01"]);
        assert_eq!(found.findings[0].title, "leaf-01 was rebooted 25 min before the capture");
    }

    #[test]
    fn the_log_tells_whether_it_was_asked_for() {
        let with = |line: &str| {
            let mut files = rebooted().files();
            let log = format!(
                "time=2026-10-06T08:56:27.1Z level=INFO msg=\"Config applied\" name=leaf-01 gen=6 took=2s\n{line}\
                 time=2026-10-06T09:18:27.1Z level=INFO msg=Starting version=v0.129.4\n"
            );
            files.insert("agent.log".into(), log.into_bytes());
            said_of_files(&Rebooted, files).lines()
        };
        assert_eq!(with(""), ["warning Agent/leaf-01"]);
        assert_eq!(with("time=2026-10-06T09:14:27.1Z level=INFO msg=\"Reboot requested\"\n"), ["info Agent/leaf-01"]);
    }

    #[test]
    fn what_is_no_reboot() {
        assert_eq!(said(&Rebooted, &World::healthy().small()).passed, 3);
        let new = rebooted().set("Switch/leaf-01", "/metadata/creationTimestamp", "2026-10-06T08:50:00Z");
        assert_eq!(said(&Rebooted, &new).lines(), Vec::<String>::new());
        assert_eq!(said(&Rebooted, &World::healthy().small().without("Agent")).not_checked.len(), 1);
    }
}
