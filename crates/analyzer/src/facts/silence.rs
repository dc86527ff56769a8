//! Everything that reports regularly is silent since one moment: the capture time, the control plane or the
//! management network is in doubt, not each gateway (gateway reference 8.1, GW-HB-STALE and GW-CLOCK).

use super::clock::FRESH;
use super::{Age, Clock, Kind, Log, Object, Objects};
use crate::model::Time;

/// Heartbeats of one moment: further apart they stopped for reasons of their own.
const TOGETHER: i64 = 300;
/// Nodes and the Fabricator report at least every 5 minutes.
const OTHERS_REPORT: i64 = 360;
/// "Equally old": the other signs of life stopped within this time of the heartbeats.
const EQUALLY: i64 = 600;

/// All gateways and all switch agents are stale by the same amount.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Silence {
    /// Age of the newest heartbeat, in seconds.
    pub seconds: i64,
    /// Age of the newest heartbeat of a switch agent, in seconds.
    pub switch_seconds: Option<i64>,
    /// Gateways with a heartbeat.
    pub gateways: usize,
    /// Switch agents with a heartbeat.
    pub switches: usize,
    /// Age of the newest other sign of life (Nodes, Fabricator, Events, logs), in seconds.
    pub others: Option<i64>,
    /// True if these are equally old: then the capture time is wrong, not the installation.
    pub capture_in_doubt: bool,
}

impl Silence {
    /// Looks for it.
    #[must_use]
    pub fn find(clock: &Clock, objects: &Objects, logs: &[Log]) -> Option<Self> {
        let beat = |time: Option<Time>| time.filter(|time| *time != Time::Never);
        let gateways: Vec<Age> = objects
            .gateway_agents
            .objects
            .iter()
            .filter_map(|agent| {
                let status = &agent.status;
                let time = beat(status.last_heartbeat).or_else(|| beat(status.state.last_collected_time))?;
                Some((agent, time))
            })
            .map(|(agent, time)| judged(clock, agent, time))
            .collect::<Option<_>>()?;
        let switches: Vec<Age> = objects
            .agents
            .objects
            .iter()
            .filter_map(|agent| Some((agent, beat(agent.status.last_heartbeat)?)))
            .map(|(agent, time)| judged(clock, agent, time))
            .collect::<Option<_>>()?;
        let seconds = |ages: &[Age]| ages.iter().map(|age| age.seconds).min();
        let newest = seconds(&gateways).into_iter().chain(seconds(&switches)).min()?;
        let oldest = gateways.iter().chain(&switches).map(|age| age.seconds).max()?;
        let together = newest > FRESH && oldest.saturating_sub(newest) <= TOGETHER;
        if gateways.len() + switches.len() < 2 || !together {
            return None;
        }
        let others = others(clock, objects, logs);
        let capture_in_doubt =
            others.is_some_and(|age| age > OTHERS_REPORT && age.saturating_sub(newest).saturating_abs() <= EQUALLY);
        // Gateways alone that are silent are silent gateways, unless everything else is too.
        if switches.is_empty() && !capture_in_doubt {
            return None;
        }
        Some(Self {
            seconds: newest,
            switch_seconds: seconds(&switches),
            gateways: gateways.len(),
            switches: switches.len(),
            others,
            capture_in_doubt,
        })
    }
}

fn judged<K: Kind>(clock: &Clock, object: &Object<K>, time: Time) -> Option<Age> {
    clock.heartbeat_age(time, (object.raw.entry, K::NAME, object.name()))
}

/// Age of the newest sign of life beside the heartbeats.
fn others(clock: &Clock, objects: &Objects, logs: &[Log]) -> Option<i64> {
    let nodes = objects.nodes.objects.iter().flat_map(|node| &node.status.conditions);
    let times = nodes
        .map(|condition| condition.last_heartbeat_time)
        .chain(objects.fabricators.objects.iter().map(|fabricator| fabricator.status.last_status_check))
        .chain(objects.events.objects.iter().map(|event| event.spec.last()))
        .chain(logs.iter().map(|log| log.scan.last_time.map(Time::At)));
    times.flatten().filter_map(|time| clock.age(time)).map(|age| age.seconds).min()
}
