//! How old is a generation? Only what belongs to it tells (gateway reference 8.2).

use jiff::Timestamp;

use crate::facts::{GatewayAgent, Gw, LogRef, Object};
use crate::finding::Evidence;
use crate::model::Time;
use crate::parse::log::Hit;
use crate::parse::log::literals::{agent25, dataplane};

/// A time at which a generation that does not run was there already.
pub(super) struct Dated {
    pub(super) at: Timestamp,
    /// False where it is only concluded from another gateway.
    pub(super) sure: bool,
    pub(super) evidence: Evidence,
}

/// Seconds between the start of a dataplane and its first apply.
const FIRST_APPLY: i64 = 60;
/// Seconds between the applies of one change on two gateways.
const SAME_CHANGE: i64 = 60;

/// The earliest proof that a generation above `applied` was there.
pub(super) fn dated(gateway: &Gw<'_, '_>, agent: &Object<GatewayAgent>, newest: i64, applied: i64) -> Option<Dated> {
    // A deleted and re-created GatewayAgent counts from 1 again: older lines are of another object.
    let floor = agent.meta.creation_timestamp.and_then(Time::at);
    let missing = |number: Option<i64>| number.is_some_and(|number| number > applied && number <= newest);
    let sure = [written(agent), row(gateway, &missing), line(gateway, &missing)];
    let valid = |dated: &Dated| floor.is_none_or(|floor| dated.at.as_second() >= floor.as_second());
    sure.into_iter()
        .flatten()
        .filter(valid)
        .min_by_key(|dated| dated.at)
        .or_else(|| other_gateway(gateway, agent).filter(valid))
}

/// `managedFields` of the writer of the spec (captures with `--show-managed-fields`).
fn written(agent: &Object<GatewayAgent>) -> Option<Dated> {
    let fields = agent.at(&["metadata", "managedFields"])?;
    fields
        .items()
        .filter_map(|entry| {
            if entry.get("subresource").is_some() || entry.at(&["fieldsV1", "f:spec"]).is_none() {
                return None;
            }
            let time = entry.get("time")?;
            let at = Time::parse(time.text()?)?.at()?;
            let evidence = Evidence::at(time.place(), "the spec was last written then")
                .field("metadata.managedFields")
                .value(time.text().unwrap_or_default());
            Some(Dated { at, sure: true, evidence })
        })
        .max_by_key(|dated| dated.at)
}

/// Its row in the configuration history.
fn row(gateway: &Gw<'_, '_>, missing: &dyn Fn(Option<i64>) -> bool) -> Option<Dated> {
    gateway
        .history()
        .into_iter()
        .filter(|(row, _)| !row.rollback && missing(Some(row.genid)))
        .filter_map(|(row, place)| {
            let note = format!("generation {} in the configuration history", row.genid);
            Some(Dated { at: row.created.or(row.applied)?, sure: true, evidence: Evidence::at(place, note) })
        })
        .min_by_key(|dated| dated.at)
}

/// The first log line that receives, tries or refuses it.
fn line(gateway: &Gw<'_, '_>, missing: &dyn Fn(Option<i64>) -> bool) -> Option<Dated> {
    let mut first: Option<(Timestamp, LogRef<'_>, &Hit)> = None;
    let logs = [gateway.dataplane_log_previous(), gateway.dataplane_log(), gateway.agent_log()];
    for log in logs.into_iter().flatten() {
        let generation = |field: &'static str, hit: &Hit| {
            hit.number(log.text(), field).and_then(|number| i64::try_from(number).ok())
        };
        for (literal, field) in [
            (&dataplane::APPLY_FAILED, "generation"),
            (&dataplane::APPLY_REQUESTED, "generation"),
            (&agent25::NEEDED, "new"),
            (&agent25::REFUSED, "generation"),
        ] {
            for hit in log.hits(literal).filter(|hit| missing(generation(field, hit))) {
                let Some(at) = hit.time() else { continue };
                if first.is_none_or(|(earliest, ..)| at < earliest) {
                    first = Some((at, log, hit));
                }
            }
        }
    }
    let (at, log, hit) = first?;
    Some(Dated { at, sure: true, evidence: log.evidence(hit, "first line about a generation that does not run") })
}

/// Another gateway applied the same peerings and VPCs, not because its dataplane started.
fn other_gateway(gateway: &Gw<'_, '_>, agent: &Object<GatewayAgent>) -> Option<Dated> {
    // After a restart the own apply time is gone, so that a later change cannot be told from an earlier one.
    let own = gateway.applied_at().and_then(Time::at)?;
    // Where all peerings run already, the change may be one of this gateway alone.
    let running = gateway.running_peerings();
    let runs = |name: &String| running.as_ref().is_some_and(|running| running.holds(name) == Some(true));
    if agent.spec.peerings.keys().all(runs) {
        return None;
    }
    gateway
        .cx()
        .gateways()
        .filter(|other| other.name() != gateway.name() && other.runs_newest() == Some(true))
        .filter_map(|other| {
            let its = other.agent()?;
            if its.spec.peerings != agent.spec.peerings || its.spec.vpcs != agent.spec.vpcs {
                return None;
            }
            let at = other.applied_at().and_then(Time::at)?;
            // Both applied the change before; it is none since.
            if at.as_second().saturating_sub(own.as_second()) <= SAME_CHANGE {
                return None;
            }
            let started = other.dataplane_started().and_then(Time::at);
            if started.is_some_and(|started| at.as_second().saturating_sub(started.as_second()) < FIRST_APPLY) {
                return None;
            }
            let note = format!("{} applied the same peerings and VPCs then", other.name());
            Some(Dated { at, sure: false, evidence: its.evidence(&["status", "lastAppliedTime"], note) })
        })
        .min_by_key(|dated| dated.at)
}
