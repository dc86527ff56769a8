//! A switch runs another agent version than is wanted.

use super::reason::newest_log;
use super::state::{converged, key};
use crate::facts::{Agent, Context, Object};
use crate::finding::{Confidence, Evidence, Severity};
use crate::model::Time;
use crate::parse::log::Stream;
use crate::parse::log::literals::switch_agent;
use crate::rule::{Domain, Meta, Order, Outcome, Rule, Source};
use crate::validate::version::{Version, is_dev};

/// See the metadata.
#[derive(Debug)]
pub(super) struct AgentVersionSkew;

/// An upgrade may take this long.
const UPGRADING: i64 = 600;

static META: Meta = Meta {
    id: "switch-agent-version",
    reference: &["FAB-007"],
    title: "A switch runs another agent version than is wanted",
    severities: &[Severity::Warning, Severity::Info],
    needs: &[Source::Agents],
    uses: &[Source::CaptureTime, Source::SwitchAgentLog],
    explanation: "Compares `status.version` of each switch that reports with `spec.version.override`, or else \
`spec.version.default`, by their base tags, more than 10 minutes after the last apply.

## Why it matters
The agent upgrades itself when it takes a new configuration. If the download or the trial of the new version fails, it goes \
on with the old one, which may not know what the new controller asks for.

## Not a fault
- An upgrade within the last 10 minutes.
- A version that was set on purpose (`override`), builds between releases: information.

## What to do
Look in agent.log for `Failed to download new agent version` and `Failed to check new agent version`, and at the registry.",
    explains: super::relations::OLD_AGENT,
    order: Order::Configuration,
};

impl Rule for AgentVersionSkew {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn domain(&self) -> Domain {
        Domain::Fabric
    }

    fn check(&self, cx: &Context<'_>, out: &mut Outcome) {
        for agent in cx.list::<Agent>() {
            let (running, wanted) = (agent.status.version.as_str(), agent.spec.version.wanted());
            if running.is_empty() || wanted.is_empty() {
                continue;
            }
            match cx.is_fresh(agent) {
                Some(true) => {}
                Some(false) => continue,
                None => {
                    out.not_checked(agent.subject(), Source::CaptureTime);
                    continue;
                }
            }
            let overridden = !agent.spec.version.override_.is_empty();
            let base = |text: &str| Version::parse(text).map(|version| version.base());
            let same = match (base(running), base(wanted)) {
                (Some(running), Some(wanted)) => running == wanted,
                _ => running.trim_start_matches('v') == wanted.trim_start_matches('v'),
            };
            if same || is_upgrading(cx, agent) {
                out.pass();
            } else {
                let by_design = overridden || is_dev(running) || is_dev(wanted);
                report(cx, agent, by_design, out);
            }
        }
    }
}

/// True if the agent may be at it: it upgrades itself when it takes a new generation.
fn is_upgrading(cx: &Context<'_>, agent: &Object<Agent>) -> bool {
    let status = &agent.status;
    let young = |time: Option<Time>| cx.age_of(time).is_some_and(|age| !age.over(UPGRADING));
    let since = super::state::pending(agent).and_then(|(_, condition)| condition.last_transition_time);
    young(status.last_attempt_time)
        || young(status.last_applied_time)
        || (converged(agent) == Some(false) && since.is_none_or(|since| young(Some(since))))
}

fn report(cx: &Context<'_>, agent: &Object<Agent>, by_design: bool, out: &mut Outcome) {
    let name = agent.name();
    let (running, wanted) = (agent.status.version.as_str(), agent.spec.version.wanted());
    let failure = failure(cx, name);
    let field = if agent.spec.version.override_.is_empty() { "default" } else { "override" };
    let why = match (&failure, by_design) {
        (Some((words, _)), _) => (*words).to_owned(),
        (None, true) => "It is a build between releases, or was set by hand: that may be intended.".to_owned(),
        (None, false) => "The upgrade failed or is stuck; the log of the agent says why.".to_owned(),
    };
    let severity = if by_design { Severity::Info } else { Severity::Warning };
    out.report(
        out.finding(severity, agent.subject(), format!("{name} runs agent {running}, not {wanted}"))
            .confidence(if by_design { Confidence::Possible } else { Confidence::Certain })
            .detail(format!("The agent upgrades itself when it takes a new configuration. {why}"))
            .evidence(agent.evidence(&["status", "version"], "what it runs"))
            .evidence(agent.evidence(&["spec", "version", field], "what it should run"))
            .evidences(failure.map(|(_, evidence)| evidence))
            .key(key(name))
            .run("On the switch: find the reason.", "grep -E 'new agent version|newagent:' /var/log/agent.log | tail")
            .run("Look at the registry.", "kubectl get pods -n fab | grep zot"),
    );
}

/// Why the upgrade failed, from the log.
fn failure(cx: &Context<'_>, switch: &str) -> Option<(&'static str, Evidence)> {
    let log = newest_log(cx, Stream::SwitchAgent, switch)?;
    [
        (
            &switch_agent::DOWNLOAD_FAILED,
            "The new version could not be downloaded: registry, its certificate, or time.",
        ),
        (&switch_agent::CHECK_FAILED, "The new version failed its trial run; the old one goes on."),
    ]
    .into_iter()
    .find_map(|(literal, words)| {
        let hit = log.current(literal).last()?;
        Some((words, log.evidence(hit, "log of the agent")))
    })
}

#[cfg(test)]
mod tests {
    use hh_worlds::World;

    use super::AgentVersionSkew;
    use crate::testing::{said, said_of_files};

    fn running(version: &str) -> World {
        World::healthy().small().set("Agent/leaf-01", "/status/version", version)
    }

    #[test]
    fn another_version() {
        let found = said(&AgentVersionSkew, &running("v0.120.3"));
        assert_eq!(found.lines(), ["warning Agent/leaf-01"]);
        assert_eq!(found.findings[0].title, "leaf-01 runs agent v0.120.3, not v0.129.4");
        assert_eq!(found.findings[0].evidence[0].value.as_deref(), Some("v0.120.3"));
        let log = "time=2026-10-06T08:56:20.1Z level=INFO msg=\"Config loaded from file\" name=leaf-01 gen=6 res=1\n\
                   time=2026-10-06T08:56:27.1Z level=WARN msg=\"Failed to check new agent version, skipping upgrade\" err=\"exit status 1\"\n";
        let mut files = running("v0.120.3").files();
        files.insert("agent.log".into(), log.as_bytes().to_vec());
        assert!(said_of_files(&AgentVersionSkew, files).findings[0].detail.contains("trial run"));
    }

    #[test]
    fn what_looks_like_it() {
        assert_eq!(said(&AgentVersionSkew, &World::healthy().small()).passed, 3);
        for world in [
            running("0.129.4"),
            running("v0.129.4-4-gabc1234e-dev"),
            running("v0.120.3").set("Agent/leaf-01", "/status/lastAttemptTime", "2026-10-06T09:36:00Z"),
            running("v0.120.3").set("Agent/leaf-01", "/status/lastHeartbeat", "2026-10-06T09:06:00Z"),
            running("v0.120.3").set("Agent/leaf-01", "/spec/version/override", "v0.120.3"),
        ] {
            assert_eq!(said(&AgentVersionSkew, &world).lines(), Vec::<String>::new());
        }
        for world in [
            running("v0.120.3").set("Agent/leaf-01", "/spec/version/override", "v0.121.0"),
            running("v0.128.0-4-gabc1234e-dev"),
        ] {
            assert_eq!(said(&AgentVersionSkew, &world).lines(), ["info Agent/leaf-01"]);
        }
        assert_eq!(said(&AgentVersionSkew, &World::healthy().small().without("Agent")).not_checked.len(), 1);
    }
}
