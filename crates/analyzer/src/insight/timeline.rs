//! Every dated fact of a capture, in order.

use std::collections::BTreeMap;

use jiff::Timestamp;

use crate::facts::{
    Agent, ClockOff, Context, Event, Fabricator, Facts, GatewayAgent, Kind, Log, LogRef, Node, Object, Pod,
};
use crate::finding::Evidence;
use crate::model::{Condition, Time};
use crate::parse::log::Severity;

/// Something that happened at a known time.
#[derive(Debug, Clone)]
pub struct Dated {
    /// When it happened (first), corrected by `corrected`.
    pub at: Timestamp,
    /// When it last happened, where it happened several times.
    pub last: Option<Timestamp>,
    /// How often.
    pub count: u64,
    /// `event`, `condition`, `apply`, `heartbeat`, `reset`, `start`, `termination`, `port` or `log`.
    pub source: &'static str,
    /// What it happened to, `Kind/name`, or whose log it stands in.
    pub object: String,
    /// What happened.
    pub text: String,
    /// Where it stands.
    pub evidence: Evidence,
    /// Seconds by which the writer's clock was ahead of the capture's (below zero: behind); already taken off.
    pub corrected: i64,
}

/// Times before this are not times: agents wrote spans as if they were times (fabric reference 2.7).
const NOT_A_TIME: i64 = 1_000_000_000;

/// The dated facts of a capture, by time. Where the clock of a gateway is known to be off, its own times are
/// corrected.
#[must_use]
pub fn timeline(facts: &Facts<'_>) -> Vec<Dated> {
    let cx = Context::new(facts);
    let mut line = Line { out: Vec::new(), skew: skews(&cx) };
    for event in cx.list::<Event>() {
        line.event(event);
    }
    for node in cx.list::<Node>() {
        line.conditions(node, &node.status.conditions);
    }
    for fabricator in cx.list::<Fabricator>() {
        line.conditions(fabricator, &fabricator.status.conditions);
    }
    for agent in cx.list::<Agent>() {
        line.switch(agent);
    }
    for agent in cx.list::<GatewayAgent>() {
        line.gateway(agent);
    }
    for pod in cx.list::<Pod>() {
        line.pod(pod);
    }
    for log in &facts.logs {
        line.log(log, LogRef::new(log, facts.sources));
    }
    line.out.sort_by(|a, b| {
        (a.at, a.source, &a.object, &a.text, a.evidence.place).cmp(&(
            b.at,
            b.source,
            &b.object,
            &b.text,
            b.evidence.place,
        ))
    });
    line.out
}

/// Seconds by which the clock of each gateway is ahead.
fn skews(cx: &Context<'_>) -> BTreeMap<String, i64> {
    cx.gateways()
        .filter_map(|gateway| {
            let seconds = match gateway.clock_off()? {
                ClockOff::Ahead { seconds, .. } => seconds?,
                ClockOff::Behind { seconds, zone: false } => seconds.saturating_neg(),
                ClockOff::Behind { zone: true, .. } => return None,
            };
            Some((gateway.name().to_owned(), seconds))
        })
        .collect()
}

struct Line {
    out: Vec<Dated>,
    skew: BTreeMap<String, i64>,
}

fn instant(time: Option<Time>) -> Option<Timestamp> {
    match time? {
        Time::At(at) if at.as_second() > NOT_A_TIME => Some(at),
        _ => None,
    }
}

fn shifted(at: Timestamp, seconds: i64) -> Timestamp {
    at.checked_sub(jiff::SignedDuration::from_secs(seconds)).unwrap_or(at)
}

impl Line {
    fn add(&mut self, source: &'static str, object: String, time: Option<Time>, text: String, evidence: Evidence) {
        if let Some(at) = instant(time) {
            self.out.push(Dated { at, last: None, count: 1, source, object, text, evidence, corrected: 0 });
        }
    }

    fn of<K: Kind>(
        &mut self,
        source: &'static str,
        object: &Object<K>,
        time: Option<Time>,
        route: &[&str],
        text: impl Into<String>,
    ) {
        let evidence = object.evidence(route, "");
        self.add(source, named(object), time, text.into(), evidence);
    }

    fn event(&mut self, event: &Object<Event>) {
        let about = event.spec.object();
        let Some(last) = instant(event.spec.last()) else { return };
        let first = instant(event.spec.first()).unwrap_or(last).min(last);
        let text = event.spec.text();
        self.out.push(Dated {
            at: first,
            last: (last != first).then_some(last),
            count: event.spec.occurrences().max(1),
            source: "event",
            object: format!("{}/{}", about.kind, about.name),
            text: if text.is_empty() { event.spec.reason.clone() } else { format!("{}: {text}", event.spec.reason) },
            evidence: event.evidence(&["reason"], ""),
            corrected: 0,
        });
    }

    fn conditions<K: Kind>(&mut self, object: &Object<K>, conditions: &[Condition]) {
        for (index, condition) in conditions.iter().enumerate() {
            let reason = if condition.reason.is_empty() { String::new() } else { format!(" ({})", condition.reason) };
            let text = format!("{} became {}{reason}", condition.kind, condition.status);
            let index = index.to_string();
            let route = ["status", "conditions", index.as_str(), "lastTransitionTime"];
            self.of("condition", object, condition.last_transition_time, &route, text);
        }
    }

    fn switch(&mut self, agent: &Object<Agent>) {
        let status = &agent.status;
        let generation = status.last_applied_gen;
        self.of(
            "apply",
            agent,
            status.last_applied_time,
            &["status", "lastAppliedTime"],
            format!("applied generation {generation}"),
        );
        if status.last_attempt_gen != generation {
            let text = format!("attempt to apply generation {}", status.last_attempt_gen);
            self.of("apply", agent, status.last_attempt_time, &["status", "lastAttemptTime"], text);
        }
        self.of("heartbeat", agent, status.last_heartbeat, &["status", "lastHeartbeat"], "last heartbeat");
        self.conditions(agent, &status.conditions);
        for (vrf, neighbors) in &status.state.bgp_neighbors {
            for (address, neighbor) in neighbors.iter().filter(|(_, n)| !n.last_reset_reason.is_empty()) {
                let route = ["status", "state", "bgpNeighbors", vrf, address, "lastReset"];
                let text = format!("BGP session with {address} was reset: {}", neighbor.last_reset_reason);
                self.of("reset", agent, neighbor.last_reset, &route, text);
            }
        }
        for (port, interface) in status.state.interfaces.iter().filter(|(_, i)| i.enabled && i.oper == "down") {
            let route = ["status", "state", "interfaces", port, "change"];
            self.of("port", agent, interface.change, &route, format!("port {port} went down"));
        }
    }

    fn gateway(&mut self, agent: &Object<GatewayAgent>) {
        let before = self.out.len();
        let status = &agent.status;
        let text = format!("applied generation {}", status.last_applied_gen);
        self.of("apply", agent, status.last_applied_time, &["status", "lastAppliedTime"], text);
        self.of("heartbeat", agent, status.last_heartbeat, &["status", "lastHeartbeat"], "last heartbeat");
        let skew = self.skew.get(agent.name()).copied().unwrap_or(0);
        self.correct(before, skew);
    }

    fn pod(&mut self, pod: &Object<Pod>) {
        for (list, statuses) in [
            ("containerStatuses", &pod.status.container_statuses),
            ("initContainerStatuses", &pod.status.init_container_statuses),
        ] {
            for (index, status) in statuses.iter().enumerate() {
                let index = index.to_string();
                for (state, at) in [("state", &status.state), ("lastState", &status.last_state)] {
                    if let Some(end) = &at.terminated {
                        let route = ["status", list, &index, state, "terminated", "finishedAt"];
                        let text = format!(
                            "container {} ended: {} (exit code {})",
                            status.name,
                            if end.reason.is_empty() { "no reason" } else { &end.reason },
                            end.exit_code
                        );
                        self.of("termination", pod, end.finished_at, &route, text);
                    }
                }
                if let Some(running) = &status.state.running {
                    let route = ["status", list, &index, "state", "running", "startedAt"];
                    self.of("start", pod, running.started_at, &route, format!("container {} started", status.name));
                }
            }
        }
    }

    /// Lines of warning or above, one item per literal and log.
    fn log(&mut self, log: &Log, text: LogRef<'_>) {
        struct Group {
            first: Timestamp,
            last: Timestamp,
            count: u64,
            index: usize,
        }
        let mut groups: BTreeMap<&str, Group> = BTreeMap::new();
        for (index, hit) in log.scan.hits.iter().enumerate() {
            let Some(time) = hit.time().filter(|_| hit.literal.severity >= Severity::Warning) else { continue };
            groups
                .entry(hit.literal.id)
                .and_modify(|group| {
                    group.first = group.first.min(time);
                    group.last = group.last.max(time);
                    group.count += 1;
                    group.index = index;
                })
                .or_insert(Group { first: time, last: time, count: 1, index });
        }
        let before = self.out.len();
        for group in groups.into_values() {
            let Some(hit) = log.scan.hits.get(group.index) else { continue };
            let previous = if log.previous { ", previous container" } else { "" };
            self.out.push(Dated {
                at: group.first,
                last: (group.last != group.first).then_some(group.last),
                count: group.count,
                source: "log",
                object: match (&log.gateway, log.pod.is_empty()) {
                    (_, false) => format!("Pod/{} ({}{previous})", log.pod, log.container),
                    (Some(gateway), true) => format!("Gateway/{gateway}"),
                    (None, true) => "log".to_owned(),
                },
                text: text.message(hit),
                evidence: text.evidence(hit, ""),
                corrected: 0,
            });
        }
        let skew = log.gateway.as_ref().and_then(|gateway| self.skew.get(gateway)).copied().unwrap_or(0);
        self.correct(before, skew);
    }

    /// Takes the clock's error off what was added since `from`.
    fn correct(&mut self, from: usize, seconds: i64) {
        for dated in self.out.iter_mut().skip(from).filter(|_| seconds != 0) {
            dated.at = shifted(dated.at, seconds);
            dated.last = dated.last.map(|last| shifted(last, seconds));
            dated.corrected = seconds;
        }
    }
}

fn named<K: Kind>(object: &Object<K>) -> String {
    format!("{}/{}", K::NAME, object.name())
}

#[cfg(test)]
mod tests {
    use hh_worlds::World;

    use crate::Options;
    use crate::testing::analysis;

    #[test]
    fn dated_facts_are_in_order_and_the_root_cause_is_marked() {
        let bundle = World::from_dump(include_str!("../../../../bundles/bgp-down.hhs"));
        let report = analysis(&bundle, &Options::default()).report;
        assert!(report.timeline.is_sorted_by(|a, b| a.time <= b.time));
        let down = report.timeline.iter().find(|dated| dated.source == "port" && dated.object == "Agent/leaf-02");
        let down = down.expect("the port that went down");
        assert_eq!(down.time, "2026-10-06T09:18:27Z");
        assert_eq!(down.root_causes, [report.root_causes[0].id.clone()]);
        assert!(report.timeline.iter().any(|dated| dated.source == "heartbeat"));
    }

    #[test]
    fn times_of_a_clock_that_is_ahead_are_corrected() {
        let ahead =
            World::healthy().small().set("GatewayAgent/gateway-2", "/status/lastHeartbeat", "2026-10-06T10:01:17Z");
        let report = analysis(&ahead, &Options::default()).report;
        let beat = report
            .timeline
            .iter()
            .find(|dated| dated.source == "heartbeat" && dated.object == "GatewayAgent/gateway-2")
            .unwrap();
        assert_eq!((beat.time.as_str(), beat.clock_ahead_seconds), ("2026-10-06T09:41:17Z", Some(1200)));
    }

    #[test]
    fn times_around_1970_are_left_out() {
        let report = analysis(&World::older().small(), &Options::default()).report;
        assert!(report.timeline.iter().all(|dated| dated.time.as_str() > "2001"));
    }
}
