//! One finding per rule that captured configurations break, over all gateways (gateway reference 8.2,
//! GW-CFG-RECOMP). Several rules state parts of it under their own names.

mod stance;
mod subject;
#[cfg(test)]
pub(super) mod tests;

use std::collections::BTreeMap;

use super::commands;
use crate::facts::{Context, GatewayAgent, Gw, Refusal, RunningPeerings, duration_words, has_whole_spec};
use crate::finding::{Confidence, Evidence, Finding, Key, KeyKind, Severity};
use crate::rule::{Outcome, Relation, Source};
use crate::validate::explain::explain;
use crate::validate::{Subject as Broken, Violation};

use stance::{Stance, stances};
use subject::{Target, target};

/// What the rules about peerings read beside the GatewayAgents.
pub(super) const USES: &[Source] = &[
    Source::CaptureTime,
    Source::Gateways,
    Source::GatewayPeerings,
    Source::Pods,
    Source::Nodes,
    Source::Fabricator,
    Source::DataplaneLog,
    Source::AgentLog,
    Source::ShowTech,
];

/// What a violation explains on the gateways that refuse it.
pub(super) const EXPLAINS: &[Relation] = &[
    Relation { effects: &["GW-CFG-REJECT", "GW-GEN-LAG"], join: &[KeyKind::Generation] },
    Relation { effects: &["GW-CTR-ZERO"], join: &[KeyKind::Peering] },
];

/// The severities of all of these rules.
pub(super) const SEVERITIES: &[Severity] = &[Severity::Error, Severity::Info];

/// A gateway with what it refuses now; read once, for all violations.
pub(super) struct Known<'c, 'b> {
    pub(super) gateway: Gw<'c, 'b>,
    pub(super) refusal: Option<Refusal>,
    pub(super) runs_newest: Option<bool>,
    /// What `show tech` lists.
    pub(super) running: Option<RunningPeerings<'b>>,
    /// Base version of the dataplane.
    pub(super) version: Option<(u32, u32, u32)>,
}

impl<'c, 'b> Known<'c, 'b> {
    fn of(gateway: Gw<'c, 'b>) -> Self {
        Self {
            gateway,
            refusal: gateway.refusal(),
            runs_newest: gateway.runs_newest(),
            running: gateway.running_peerings(),
            version: gateway.dataplane_release().0.map(|version| version.base()),
        }
    }
}

/// One violation with the gateways whose configuration holds it.
pub(super) struct Case<'c, 'b> {
    pub(super) violation: &'b Violation,
    pub(super) gateways: Vec<&'c Known<'c, 'b>>,
}

/// Reports the violations that a rule owns.
pub(super) fn report(cx: &Context<'_>, out: &mut Outcome, owns: &dyn Fn(&Violation) -> bool) {
    let known: BTreeMap<&str, Known<'_, '_>> = cx
        .gateways()
        .filter(|gateway| gateway.agent().is_some())
        .map(|gateway| (gateway.name(), Known::of(gateway)))
        .collect();
    let mut cases: BTreeMap<_, Case<'_, '_>> = BTreeMap::new();
    let mut broken: BTreeMap<&str, usize> = BTreeMap::new();
    for found in cx.violations().iter().filter(|found| owns(&found.violation)) {
        let violation = &found.violation;
        *broken.entry(found.gateway.as_str()).or_default() += 1;
        let Some(gateway) = known.get(found.gateway.as_str()) else { continue };
        cases
            .entry((violation.id, &violation.subject, &violation.route, &violation.related_route))
            .or_insert_with(|| Case { violation, gateways: Vec::new() })
            .gateways
            .push(gateway);
    }
    for agent in cx.list::<GatewayAgent>() {
        if !has_whole_spec(agent, cx.truncated()) {
            out.not_checked(agent.subject(), Source::GatewayAgents);
        } else if !broken.contains_key(agent.name()) {
            out.pass();
        }
    }
    for case in cases.into_values() {
        let finding = finding(cx, &case, out);
        out.report(finding);
    }
}

fn finding(cx: &Context<'_>, case: &Case<'_, '_>, out: &Outcome) -> Finding {
    let stances = stances(case);
    let refusing: Vec<&Known<'_, '_>> = of(case, &stances, |stance| matches!(stance, Stance::Refuses { .. }));
    let named: Vec<&Known<'_, '_>> = of(case, &stances, |stance| matches!(stance, Stance::Refuses { named: true }));
    let target = target(cx, case, &refusing);
    let violation = case.violation;
    let old_enough = refusing.iter().any(|known| !known.gateway.is_new());
    let severity = if old_enough { Severity::Error } else { Severity::Info };
    let confidence = match (refusing.is_empty(), named.is_empty()) {
        (false, false) => Confidence::Certain,
        (false, true) => Confidence::Likely,
        (true, _) => Confidence::Possible,
    };
    let names = |list: &[&Known<'_, '_>]| words(&list.iter().map(|known| known.gateway.name()).collect::<Vec<_>>());
    let running = of(case, &stances, |stance| *stance == Stance::Runs);
    let title = if !refusing.is_empty() {
        let verb = if refusing.len() == 1 { "refuses" } else { "refuse" };
        format!("{} {verb} {}: {}", names(&refusing), target.words, violation.text)
    } else if running.is_empty() {
        format!("{} breaks a rule of the dataplane: {}", target.words, violation.text)
    } else {
        format!("{} runs although it breaks a rule of the dataplane: {}", target.words, violation.text)
    };
    let mut finding = out
        .finding(severity, target.subject.clone(), title)
        .confidence(confidence)
        .detail(detail(violation, &target, (!refusing.is_empty()).then(|| names(&refusing)), &names(&running)))
        .evidences(own_evidence(cx, case, &target))
        .evidences(agent_evidence(case));
    for known in &refusing {
        finding = finding.evidences(proof_of_refusal(known, violation));
    }
    if let Some(row) = explain(&violation.text) {
        finding = finding.step(row.fix);
    }
    if !refusing.is_empty() {
        finding = finding.run(
            "See in the log whether the next attempt succeeds (one about every 15 s)",
            format!(
                "{} --since=1m | grep -E 'config for genid|Failed to'",
                refusing.first().map_or_else(String::new, |known| commands::apply_log(&known.gateway))
            ),
        );
    }
    finding.run("Look at the object as it is stored", target.command()).keys(keys(case, &stances, &target))
}

/// The gateways whose stance fits.
fn of<'k>(case: &'k Case<'_, '_>, stances: &[Stance], fits: impl Fn(&Stance) -> bool) -> Vec<&'k Known<'k, 'k>> {
    case.gateways.iter().zip(stances).filter(|(_, stance)| fits(stance)).map(|(known, _)| *known).collect()
}

fn detail(violation: &Violation, target: &Target<'_>, refusing: Option<String>, running: &str) -> String {
    let mut detail = violation.explanation.clone();
    if let Some(why) = &target.why {
        detail.push_str(&format!(" {why}"));
    }
    match refusing {
        Some(refusing) => detail.push_str(&format!(
            " The dataplane checks the configuration as a whole, so no later change of any peering or VPC reaches \
             {refusing}; the configuration before it goes on forwarding."
        )),
        None if running.is_empty() => {}
        None => detail.push_str(&format!(
            " The dataplane of {running} runs it all the same: its version accepts what this rule forbids. Another \
             version may refuse the whole configuration."
        )),
    }
    detail
}

/// The field of the object to change, as it is stored.
fn own_evidence(cx: &Context<'_>, case: &Case<'_, '_>, target: &Target<'_>) -> Vec<Evidence> {
    let Some(peering) = target.peering(cx) else { return Vec::new() };
    let violation = case.violation;
    let routes = [Some(&violation.route), violation.related_route.as_ref()];
    routes
        .into_iter()
        .flatten()
        .filter_map(|route| {
            let (kind, rest) = route.split_first()?;
            let (name, rest) = rest.split_first()?;
            if kind != "peerings" || name != peering.name() {
                return None;
            }
            let own: Vec<&str> = ["spec"].into_iter().chain(rest.iter().map(String::as_str)).collect();
            let node = peering.at(&own)?;
            let note = "in the stored GatewayPeering";
            Some(if node.text().is_some() { peering.evidence(&own, note) } else { peering.key_evidence(&own, note) })
        })
        .collect()
}

/// Both halves of the violation in the configuration of each gateway.
fn agent_evidence(case: &Case<'_, '_>) -> Vec<Evidence> {
    let violation = case.violation;
    let mut evidence = Vec::new();
    for known in &case.gateways {
        let Some(agent) = known.gateway.agent() else { continue };
        for route in [Some(&violation.route), violation.related_route.as_ref()].into_iter().flatten() {
            let route: Vec<&str> = ["spec"].into_iter().chain(route.iter().map(String::as_str)).collect();
            let note = format!("in the configuration of {}", known.gateway.name());
            let scalar = agent.at(&route).is_some_and(|node| node.text().is_some());
            evidence.push(if scalar { agent.evidence(&route, note) } else { agent.key_evidence(&route, note) });
        }
    }
    evidence
}

fn proof_of_refusal(known: &Known<'_, '_>, violation: &Violation) -> Vec<Evidence> {
    let mut evidence = Vec::new();
    if let Some(refusal) = known.refusal.as_ref().filter(|refusal| violation.accounts_for(&refusal.error)) {
        evidence.extend(refusal.evidence.iter().cloned());
    }
    if let Some(agent) = known.gateway.agent() {
        let name = known.gateway.name();
        evidence.push(agent.evidence(&["status", "lastAppliedGen"], format!("generation that {name} runs")));
        evidence.push(agent.evidence(&["metadata", "generation"], format!("newest generation of {name}")));
    }
    evidence
}

/// The subject, the VPCs, the gateways, and the generation where this is what the gateway refuses (or where
/// nothing tells why it refuses): only then does it explain the refusal and the lag.
fn keys(case: &Case<'_, '_>, stances: &[Stance], target: &Target<'_>) -> Vec<Key> {
    let mut keys = target.keys();
    let subject_vpc = match &case.violation.subject {
        Broken::Vpc(name) => Some(name),
        _ => None,
    };
    keys.extend(case.violation.vpcs.iter().chain(subject_vpc).map(|name| Key::VpcInfo(name.clone())));
    for (known, stance) in case.gateways.iter().zip(stances) {
        keys.push(known.gateway.key());
        let explains = match stance {
            Stance::Refuses { named } => *named || known.refusal.is_none(),
            Stance::Runs | Stance::Unknown => false,
        };
        if explains {
            let refused = known.refusal.as_ref().and_then(|refusal| refusal.generation);
            let numbers = [known.gateway.generation(), refused];
            keys.extend(super::generation_keys(&known.gateway, numbers));
        }
    }
    keys
}

/// `a`, `a and b`, `a, b and c`.
pub(super) fn words(names: &[&str]) -> String {
    match names {
        [] => String::new(),
        [one] => (*one).to_owned(),
        [head @ .., last] => format!("{} and {last}", head.join(", ")),
    }
}

/// How long ago, in words, for texts.
fn ago(seconds: i64) -> String {
    format!("{} ago", duration_words(seconds.max(0)))
}
