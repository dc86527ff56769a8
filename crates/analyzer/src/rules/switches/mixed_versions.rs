//! Switches run different agents or NOS versions.

use std::collections::BTreeMap;

use super::state::{converged, key, list};
use crate::facts::{Agent, Context, Fabricator, Object};
use crate::finding::{Evidence, Severity, Subject};
use crate::rule::{Domain, Meta, Order, Outcome, Rule, Source};
use crate::validate::version::{Version, is_dev};

/// See the metadata.
#[derive(Debug)]
pub(super) struct MixedVersions;

/// An upgrade of the installation may take this long.
const UPGRADING: i64 = 1800;

static META: Meta = Meta {
    id: "switch-versions-mixed",
    reference: &["FAB-008"],
    title: "Switches run different agents or NOS versions",
    severities: &[Severity::Warning, Severity::Info],
    needs: &[Source::Agents],
    uses: &[Source::CaptureTime, Source::Fabricator, Source::SwitchProfiles],
    explanation: "Compares `status.version` of all switches, and `status.state.nos.softwareVersion` of those of one NOS type, \
with each other and with the versions of the Fabricator. A warning only where they differ among each other and one is not \
the Fabricator's.

## Why it matters
A fabric is tested with one version. The NOS is not upgraded by itself: a switch keeps the old one until it is reinstalled.

## Not a fault
- The editions Base, Campus and VS of one version.
- Builds between releases, an upgrade that is going on: information.

## What to do
Let the agents finish their upgrade; reinstall switches with an old NOS in maintenance windows.",
    explains: &[],
    order: Order::Configuration,
};

impl Rule for MixedVersions {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn domain(&self) -> Domain {
        Domain::Fabric
    }

    fn check(&self, cx: &Context<'_>, out: &mut Outcome) {
        let fabricator = cx.list::<Fabricator>().first();
        let upgrading = cx.list::<Agent>().iter().any(|agent| {
            converged(agent) == Some(false)
                || cx.age_of(agent.status.last_attempt_time).is_some_and(|age| !age.over(UPGRADING / 3))
        }) || fabricator.is_some_and(|fabricator| {
            let young = |time| cx.age_of(time).is_none_or(|age| !age.over(UPGRADING));
            young(fabricator.status.last_applied_time) || young(fabricator.status.last_attempt_time)
        });
        let subject = fabricator.map_or_else(|| Subject::new("Fabricator", "fab", "default"), Object::subject);
        let mut agents = Group::default();
        let mut nos: BTreeMap<String, Group<'_>> = BTreeMap::new();
        for agent in cx.list::<Agent>() {
            agents.add(agent, &agent.status.version, &["status", "version"]);
            let version = &agent.status.state.nos.software_version;
            if let Some(profile) = cx.profile_of(agent).filter(|profile| !profile.nos_type.is_empty()) {
                let group = nos.entry(profile.nos_type.clone()).or_default();
                group.add(agent, version, &["status", "state", "nos", "softwareVersion"]);
            }
        }
        let expected = fabricator.map(|fabricator| &fabricator.status.versions.fabric);
        let mut groups = vec![("agent".to_owned(), agents, expected.map(|fabric| fabric.agent.clone()))];
        groups.extend(nos.into_iter().map(|(kind, group)| {
            let version = expected.and_then(|fabric| fabric.nos.get(&kind).cloned());
            (kind, group, version)
        }));
        for (what, group, expected) in groups {
            if group.by_version.len() < 2 {
                if !group.by_version.is_empty() {
                    out.pass();
                }
                continue;
            }
            report(&what, &group, expected.filter(|version| !version.is_empty()), upgrading, subject.clone(), out);
        }
    }
}

/// Switches by version.
#[derive(Default)]
struct Group<'b> {
    by_version: BTreeMap<String, Vec<(&'b str, Evidence)>>,
    dev: bool,
}

impl<'b> Group<'b> {
    fn add(&mut self, agent: &'b Object<Agent>, version: &str, route: &[&str]) {
        if version.is_empty() {
            return;
        }
        self.dev |= is_dev(version) && !version.contains("Enterprise");
        let evidence = agent.evidence(route, format!("version of {}", agent.name()));
        self.by_version.entry(base(version)).or_default().push((agent.name(), evidence));
    }
}

/// Without leading `v`, edition and build.
fn base(version: &str) -> String {
    let bare = version.trim().trim_start_matches('v');
    let bare = bare.split_once("-Enterprise").map_or(bare, |(version, _)| version);
    Version::parse(bare).map_or_else(|| bare.to_owned(), |v| format!("{}.{}.{}", v.major, v.minor, v.patch))
}

fn report(
    what: &str,
    group: &Group<'_>,
    expected: Option<String>,
    upgrading: bool,
    subject: Subject,
    out: &mut Outcome,
) {
    let known = expected.as_deref().map(base);
    let differs = known.as_ref().is_some_and(|known| group.by_version.keys().any(|version| version != known));
    let severity = if differs && !group.dev && !upgrading { Severity::Warning } else { Severity::Info };
    let parts: Vec<String> = group
        .by_version
        .iter()
        .map(|(version, switches)| {
            let names: Vec<&str> = switches.iter().map(|(name, _)| *name).collect();
            format!("{version} on {}", list(&names))
        })
        .collect();
    let what_words = if what == "agent" { "agents".to_owned() } else { format!("NOS ({what})") };
    let wanted = expected.map(|version| format!(" The release has {version}.")).unwrap_or_default();
    let advice = if what == "agent" {
        "Agents upgrade themselves when they take a new configuration."
    } else {
        "The NOS is not upgraded by itself: a switch keeps it until it is reinstalled."
    };
    let others: Vec<&(&str, Evidence)> = group
        .by_version
        .iter()
        .filter(|(version, _)| known.as_ref().is_none_or(|known| known != *version))
        .flat_map(|(_, switches)| switches)
        .collect();
    let mut finding = out
        .finding(severity, subject.part(what), format!("switches run different {what_words}: {}", parts.join(", ")))
        .detail(format!("{advice}{wanted}"))
        .evidences(group.by_version.values().filter_map(|switches| Some(switches.first()?.1.clone())))
        .keys(others.iter().map(|(name, _)| key(name)));
    if what != "agent" {
        finding =
            finding.run("Reinstall each in a maintenance window.", "kubectl fabric switch reinstall --name <switch>");
    }
    out.report(finding);
}

#[cfg(test)]
mod tests {
    use hh_worlds::World;

    use super::MixedVersions;
    use crate::testing::said;

    fn nos(version: &str) -> World {
        World::healthy().set("Agent/leaf-01", "/status/state/nos/softwareVersion", version)
    }

    #[test]
    fn mixed() {
        let found = said(&MixedVersions, &nos("4.5.0-Enterprise_Base"));
        assert_eq!(found.lines(), ["warning Fabricator/default (sonic-bcm-base)"]);
        assert!(found.findings[0].title.contains("4.5.0 on leaf-01"), "{}", found.findings[0].title);
        let agents = World::healthy().small().set("Agent/leaf-01", "/status/version", "v0.120.3");
        assert_eq!(said(&MixedVersions, &agents).lines(), ["warning Fabricator/default (agent)"]);
    }

    #[test]
    fn what_looks_like_it() {
        let healthy = said(&MixedVersions, &World::healthy());
        assert_eq!((healthy.lines().len(), healthy.passed), (0, 2));
        assert_eq!(said(&MixedVersions, &nos("v4.5.2-Enterprise_Campus")).lines(), Vec::<String>::new());
        let upgrading = World::healthy().small().set("Agent/leaf-01", "/status/version", "v0.120.3").set(
            "Agent/leaf-02",
            "/status/lastAttemptTime",
            "2026-10-06T09:36:00Z",
        );
        assert_eq!(said(&MixedVersions, &upgrading).lines(), ["info Fabricator/default (agent)"]);
        assert_eq!(said(&MixedVersions, &World::healthy().small().without("Agent")).not_checked.len(), 1);
    }
}
