//! The dataplane does not run the newest configuration.

mod dating;
#[cfg(test)]
mod tests;

use super::{commands, for_gateway, generation_keys};
use crate::facts::{
    Age, Context, External, Gateway, GatewayAgent, GatewayPeering, Gw, Kind, Object, VPC, VPCInfo, duration_words,
};
use crate::finding::{Confidence, Evidence, Key, KeyKind, Severity};
use crate::model::Time;
use crate::parse::log::literals::dataplane;
use crate::rule::{Meta, Order, Outcome, Relation, Rule, Source};

/// See the metadata.
#[derive(Debug)]
pub(super) struct GenerationLag;

/// Seconds after which a change has to be applied.
const SLOW: i64 = 60;
/// Seconds after its start within which a dataplane has to have applied something.
const START: i64 = 120;
/// A GatewayAgent younger than this is just created.
const JUST_CREATED: i64 = 300;

static META: Meta = Meta {
    id: "gateway-config-not-applied",
    reference: &["GW-GEN-LAG", "S1", "S12"],
    title: "The dataplane does not run the newest configuration",
    severities: &[Severity::Error, Severity::Warning, Severity::Info],
    needs: &[Source::GatewayAgents],
    uses: &[
        Source::CaptureTime,
        Source::Gateways,
        Source::GatewayPeerings,
        Source::VpcInfos,
        Source::Vpcs,
        Source::Externals,
        Source::Pods,
        Source::Nodes,
        Source::Fabricator,
        Source::DataplaneLog,
        Source::AgentLog,
        Source::ShowTech,
    ],
    explanation: "\
Compares `status.lastAppliedGen` of each GatewayAgent (column APPLIEDG) with `metadata.generation` (CURRENTG).

How long the difference lasts is taken only from what belongs to that very generation: the time at which the spec was
written (`managedFields`), the first log line that tries or refuses it, its row in the configuration history, or the time
at which another gateway applied the same peerings and VPCs. More than 60 s is an error. A difference that nothing dates
is a warning with confidence `possible`.

## Why it matters

The gateway still forwards by the old configuration. New or changed peerings, VPCs and groups do not work on it, and a
standby with an old configuration cannot take over. Everything that the old configuration holds keeps working.

## Not a fault

- The change is younger than a minute, or younger than the last status: it is being applied.
- Something was created within the last minute.
- The gateway is new, or its dataplane started less than two minutes ago.

## What to do

Look for `Failed to apply the config for genid N` in the log of the dataplane; it names the reason. One bad peering
blocks every later change of the whole gateway.",
    explains: &[
        Relation { effects: &["GW-CTR-ZERO"], join: &[KeyKind::Gateway, KeyKind::Peering] },
        Relation { effects: &["GW-HA-NOFAILOVER"], join: &[KeyKind::Gateway] },
    ],
    order: Order::Configuration,
};

impl Rule for GenerationLag {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn check(&self, cx: &Context<'_>, out: &mut Outcome) {
        for gateway in cx.gateways() {
            let Some(agent) = gateway.agent() else { continue };
            let (Some(newest), Some(applied)) = (gateway.generation(), gateway.applied()) else {
                out.cannot_tell(agent.subject(), "the generations of the GatewayAgent are not in the capture");
                continue;
            };
            if newest <= applied {
                out.pass();
                continue;
            }
            let nothing = applied == 0 && gateway.applied_at().is_none();
            let judged =
                if nothing { judge_start(&gateway, agent) } else { judge_lag(&gateway, agent, newest, applied) };
            report(&gateway, agent, (newest, applied), judged, out);
        }
    }
}

/// How bad a difference is, and why.
struct Judged {
    severity: Severity,
    confidence: Confidence,
    why: String,
    evidence: Vec<Evidence>,
}

impl Judged {
    fn new(severity: Severity, confidence: Confidence, why: impl Into<String>) -> Self {
        Self { severity, confidence, why: why.into(), evidence: Vec::new() }
    }

    fn evidence(mut self, evidence: Evidence) -> Self {
        self.evidence.push(evidence);
        self
    }
}

/// An older generation runs: since when should it be the newest?
fn judge_lag(gateway: &Gw<'_, '_>, agent: &Object<GatewayAgent>, newest: i64, applied: i64) -> Judged {
    let cx = gateway.cx();
    let Some(dated) = dating::dated(gateway, agent, newest, applied) else {
        return undated(gateway, agent);
    };
    let Some(age) = cx.age_at(dated.at) else {
        return undated(gateway, agent).evidence(dated.evidence);
    };
    let judged = if gateway.status_at().is_some_and(|written| written < dated.at) {
        Judged::new(
            Severity::Info,
            Confidence::Likely,
            "The status was written before the change: it may be in progress.",
        )
    } else if age.over(SLOW) {
        let confidence = if dated.sure { Confidence::Certain } else { Confidence::Likely };
        Judged::new(Severity::Error, confidence, format!("The change is {} old.", age.words()))
    } else {
        Judged::new(Severity::Info, Confidence::Certain, "The change is less than a minute old: it may be in progress.")
    };
    judged.evidence(dated.evidence)
}

/// Nothing tells when the newest generation came: creation times can excuse it, never prove it.
fn undated(gateway: &Gw<'_, '_>, agent: &Object<GatewayAgent>) -> Judged {
    if let Some(age) = gateway.cx().object_age(agent).filter(|age| age.under(JUST_CREATED)) {
        return Judged::new(
            Severity::Info,
            Confidence::Likely,
            format!("The GatewayAgent was created {} ago.", age.words()),
        );
    }
    match youngest(gateway.cx()) {
        Some((what, age)) => Judged::new(
            Severity::Info,
            Confidence::Likely,
            format!("{what} was created {} ago: the change may be in progress.", age.words()),
        ),
        None => Judged::new(
            Severity::Warning,
            Confidence::Possible,
            "Nothing in the capture tells how old the change is: it may be in progress.",
        ),
    }
}

/// The dataplane has applied nothing since it started.
fn judge_start(gateway: &Gw<'_, '_>, agent: &Object<GatewayAgent>) -> Judged {
    let cx = gateway.cx();
    if gateway.heartbeat().is_none() && agent.status.last_applied_time.is_none_or(|time| time == Time::Never) {
        return match cx.object_age(agent) {
            Some(age) if age.over(JUST_CREATED) => Judged::new(
                Severity::Error,
                Confidence::Certain,
                format!("The dataplane never reported, and the GatewayAgent is {} old.", age.words()),
            ),
            Some(age) if age.under(JUST_CREATED) => {
                Judged::new(Severity::Info, Confidence::Likely, "The GatewayAgent was just created.")
            }
            _ => Judged::new(Severity::Warning, Confidence::Possible, "The dataplane never reported."),
        };
    }
    let log = gateway.dataplane_log();
    let line = log.and_then(|log| Some((log, log.hits(&dataplane::STARTED).last()?)));
    let logged = || line.and_then(|(_, hit)| hit.time()).map(Time::At);
    let started = cx.age_of(gateway.dataplane_started().or_else(logged));
    let judged = match started {
        Some(age) if age.over(START) => Judged::new(
            Severity::Error,
            Confidence::Certain,
            format!("The dataplane started {} ago and has applied nothing since.", age.words()),
        ),
        Some(age) => Judged::new(
            Severity::Info,
            Confidence::Certain,
            format!("The dataplane started {} ago and is about to apply it.", duration_words(age.seconds.max(0))),
        ),
        None => Judged::new(
            Severity::Warning,
            Confidence::Possible,
            "The dataplane has applied nothing since it started; the capture does not tell when that was.",
        ),
    };
    match line {
        Some((log, hit)) => judged.evidence(log.evidence(hit, "last start of the dataplane")),
        None => judged,
    }
}

/// An object that changes configurations and was created within the last minute.
fn youngest(cx: &Context<'_>) -> Option<(String, Age)> {
    fn of<K: Kind>(cx: &Context<'_>) -> Option<(String, Age)> {
        let young = |object: &Object<K>| cx.object_age(object).filter(|age| age.under(SLOW));
        cx.list::<K>().iter().find_map(|object| Some((format!("{} {}", K::NAME, object.name()), young(object)?)))
    }
    of::<GatewayPeering>(cx)
        .or_else(|| of::<VPCInfo>(cx))
        .or_else(|| of::<Gateway>(cx))
        .or_else(|| of::<VPC>(cx))
        .or_else(|| of::<External>(cx))
}

fn report(
    gateway: &Gw<'_, '_>,
    agent: &Object<GatewayAgent>,
    (newest, applied): (i64, i64),
    judged: Judged,
    out: &mut Outcome,
) {
    let name = gateway.name();
    let severity = for_gateway(gateway, judged.severity);
    let (title, effect) = if applied == 0 {
        (
            format!("{name} runs no configuration: generation {newest} is not applied"),
            "Without a configuration it forwards nothing.",
        )
    } else {
        (
            format!("{name} runs configuration generation {applied}, not {newest}"),
            "It still forwards by the old configuration; what was changed since then does not work on this gateway.",
        )
    };
    let mut detail = format!("{} {effect}", judged.why);
    if gateway.live() == Some(false) {
        detail.push_str(" The status is stale: this is the last known state.");
    }
    let finding = out
        .finding(severity, agent.subject(), title)
        .confidence(judged.confidence)
        .detail(detail)
        .evidence(agent.evidence(&["status", "lastAppliedGen"], "generation that the dataplane runs"))
        .evidence(agent.evidence(&["metadata", "generation"], "newest generation"))
        .evidences(judged.evidence)
        .run(
            format!("Look for the reason why generation {newest} is not applied"),
            format!("{} | grep -E 'Failed to (apply the config|convert)|Rolling back'", commands::apply_log(gateway)),
        )
        .keys(generation_keys(gateway, [Some(newest)]))
        .keys(changed_peerings(gateway, agent, applied).into_iter().map(Key::Peering));
    out.report(finding);
}

/// Peerings that came after the generation that runs: those that `show tech` lacks, else the younger ones.
fn changed_peerings(gateway: &Gw<'_, '_>, agent: &Object<GatewayAgent>, applied: i64) -> Vec<String> {
    let applied_at = gateway.applied_at().and_then(Time::at);
    let running = gateway.running_peerings();
    let is_new = |name: &String| {
        if applied == 0 {
            return true;
        }
        if let Some(runs) = running.as_ref().and_then(|running| running.holds(name)) {
            return !runs;
        }
        let peering = gateway.cx().find::<GatewayPeering>(name);
        let created = peering.and_then(|peering| peering.meta.creation_timestamp).and_then(Time::at);
        matches!((created, applied_at), (Some(created), Some(applied)) if created > applied)
    };
    agent.spec.peerings.keys().filter(|name| is_new(name)).cloned().collect()
}
