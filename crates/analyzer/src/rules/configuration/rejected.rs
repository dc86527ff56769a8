//! The dataplane refuses the newest configuration.

#[cfg(test)]
mod tests;

use super::{commands, for_gateway, generation_keys};
use crate::facts::{Context, Gw, Refusal};
use crate::finding::{Confidence, Evidence, Key, KeyKind, Severity};
use crate::parse::log::literals::dataplane;
use crate::rule::{Meta, Order, Outcome, Relation, Rule, Source};
use crate::validate::explain::{ObjectKind, explain, named_objects};

/// See the metadata.
#[derive(Debug)]
pub(super) struct Rejected;

static META: Meta = Meta {
    id: "gateway-config-rejected",
    reference: &["GW-CFG-REJECT", "S4"],
    title: "The dataplane refuses the newest configuration",
    severities: &[Severity::Error, Severity::Warning, Severity::Info],
    needs: &[],
    uses: &[
        Source::CaptureTime,
        Source::GatewayAgents,
        Source::Gateways,
        Source::Pods,
        Source::Nodes,
        Source::Fabricator,
        Source::DataplaneLog,
        Source::AgentLog,
        Source::ShowTech,
    ],
    explanation: "\
Reads the log of each dataplane for `Failed to apply the config for genid N` and `Failed to convert K8sGatewayAgent to
ExternalConfig`, and the configuration history of `show tech` (or of the log) for an error in its newest row. In release
25.05 the gateway agent logs `Dataplane config updated` with an `error=`.

Only the present counts: a failed generation that a later success (of the same or a newer one) or the captured status
ends is over.

## Why it matters

A rejected configuration is visible nowhere else: no object carries a mark. The dataplane checks a configuration as a
whole, so one bad object keeps every later change of all peerings and VPCs from this gateway, while the old configuration
goes on forwarding. The attempt is repeated about every 15 s.

## Not a fault

An older generation that failed and was followed by success.

## What to do

Correct the object that the error names. The dataplane stops at the first error: another one may show after it.",
    explains: &[
        Relation { effects: &["GW-GEN-LAG", "GW-CFG-ROLLBACK"], join: &[KeyKind::Generation] },
    ],
    order: Order::Configuration,
};

impl Rule for Rejected {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn check(&self, cx: &Context<'_>, out: &mut Outcome) {
        for gateway in cx.gateways() {
            match gateway.refusal() {
                Some(refusal) => report(&gateway, &refusal, out),
                None if has_witness(&gateway) => out.pass(),
                None => {
                    let log = if gateway.is_25_05() { Source::AgentLog } else { Source::DataplaneLog };
                    out.not_checked(gateway.agent_subject(), log);
                }
            }
        }
    }
}

/// True if a refusal would show somewhere, or the status says that the newest generation runs.
fn has_witness(gateway: &Gw<'_, '_>) -> bool {
    let log = if gateway.is_25_05() { gateway.agent_log() } else { gateway.dataplane_log() };
    log.is_some() || gateway.runs_newest() == Some(true)
}

fn report(gateway: &Gw<'_, '_>, refusal: &Refusal, out: &mut Outcome) {
    let name = gateway.name();
    let row = explain(&refusal.error);
    let generation = refusal.generation.map_or_else(String::new, |number| format!(" generation {number}"));
    let severity = if refusal.newest { Severity::Error } else { Severity::Warning };
    let confidence = match (refusal.newest, gateway.agent().is_some()) {
        (false, _) => Confidence::Possible,
        (true, false) => Confidence::Likely,
        (true, true) => Confidence::Certain,
    };
    let mut detail = String::new();
    if let Some(row) = row {
        detail.push_str(row.meaning);
        detail.push(' ');
    }
    detail.push_str(
        "The dataplane checks the configuration as a whole: no change of any peering or VPC reaches this gateway until it \
         is corrected. The configuration before it goes on forwarding.",
    );
    if let Some(newest) = gateway.generation().filter(|_| !refusal.newest) {
        detail.push_str(&format!(" Nothing is known yet of the newer generation {newest}."));
    }
    let mut finding = out
        .finding(
            for_gateway(gateway, severity),
            gateway.agent_subject(),
            format!("{name} refuses configuration{generation}: {}", refusal.error),
        )
        .confidence(confidence)
        .detail(detail)
        .evidences(refusal.evidence.iter().cloned())
        .evidences(sub_causes(gateway, refusal));
    if let Some(agent) = gateway.agent() {
        finding = finding
            .evidence(agent.evidence(&["status", "lastAppliedGen"], "generation that the dataplane runs"))
            .evidence(agent.evidence(&["metadata", "generation"], "newest generation"));
    }
    if let Some(row) = row {
        finding = finding.step(row.fix);
    }
    finding = finding
        .run(
            "Read the lines around the refusal",
            format!("{} | grep -B3 -A3 -E 'Failed to (apply|convert)'", commands::apply_log(gateway)),
        )
        .keys(generation_keys(gateway, [refusal.generation, gateway.generation()]))
        .keys(named_keys(gateway, &refusal.error));
    out.report(finding);
}

/// Lines of the same attempt that say more: which interface, VPC or peering.
fn sub_causes(gateway: &Gw<'_, '_>, refusal: &Refusal) -> Vec<Evidence> {
    let Some(log) = gateway.dataplane_log() else { return Vec::new() };
    let after_first = |time: Option<jiff::Timestamp>| match (time, refusal.times) {
        (Some(time), Some((first, _))) => time.as_second() >= first.as_second().saturating_sub(60),
        _ => false,
    };
    [
        (&dataplane::UNKNOWN_VPC, "the peering and the VPC that is missing"),
        (&dataplane::DUPLICATE_PEER, "the two VPCs with more than one peering"),
        (&dataplane::INTERFACE_MISSING, "the interface that is not on the node"),
    ]
    .into_iter()
    .filter_map(|(literal, note)| {
        // The refusal itself often repeats the text.
        let own = |hit: &&crate::parse::log::Hit| !log.message(hit).starts_with("Failed to apply");
        let hit = log.current(literal).filter(own).last().filter(|hit| after_first(hit.time()))?;
        Some(log.evidence(hit, note))
    })
    .collect()
}

/// The objects that the error names: peerings, and VPCs by name or internal id.
fn named_keys(gateway: &Gw<'_, '_>, error: &str) -> Vec<Key> {
    let named = named_objects(error);
    let mut keys: Vec<Key> = named
        .iter()
        .filter_map(|(kind, name)| match kind {
            ObjectKind::Peering => Some(Key::Peering(name.clone())),
            _ => None,
        })
        .collect();
    let Some(agent) = gateway.agent() else { return keys };
    for (name, vpc) in &agent.spec.vpcs {
        let by_name = named.iter().any(|(kind, named)| *kind == ObjectKind::Vpc && named == name);
        let by_id = !vpc.internal_id.is_empty() && error.contains(&format!("'{}'", vpc.internal_id));
        if by_name || by_id {
            keys.push(Key::VpcInfo(name.clone()));
        }
    }
    keys
}
