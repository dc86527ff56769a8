//! Counters of a gateway per VPC and per direction, from its status and from its metrics text: one fact
//! with two sources (gateway reference 5.1, 8.5 GW-DROPS).

use std::collections::BTreeMap;

use super::{Form, GatewayAgent, Gw, Object, Output, Series, VpcMetrics, VpcSample};
use crate::finding::Evidence;

/// Where the counters of a gateway stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum CounterSource {
    /// Only in the GatewayAgent's status.
    Status,
    /// Only in the metrics text.
    Metrics,
    /// In both; the values are those of the status, and of the metrics where the status has no entry.
    Both,
}

/// Counters of one VPC (by source) or of one direction, since the dataplane's start.
#[derive(Debug, Clone, Copy, Default)]
pub struct Counter<'b> {
    /// Packets that were delivered.
    pub packets: u64,
    /// Packets that were dropped.
    pub drops: u64,
    /// Packets per second, smoothed by the dataplane; 0 where not written.
    pub pps: f64,
    status: Option<StatusPlace<'b>>,
    metrics: MetricsPlace<'b>,
}

/// Entry of a counter in the status.
#[derive(Debug, Clone, Copy)]
struct StatusPlace<'b> {
    agent: &'b Object<GatewayAgent>,
    /// `vpcs` or `peerings`.
    section: &'static str,
    key: &'b str,
}

/// Samples of a counter.
#[derive(Debug, Clone, Copy, Default)]
struct MetricsPlace<'b> {
    text: Option<&'b Output<VpcMetrics>>,
    packets: Option<&'b VpcSample>,
    drops: Option<&'b VpcSample>,
    pps: Option<&'b VpcSample>,
}

impl<'b> Counter<'b> {
    /// Drops as a share of all packets that came: d / (p + d).
    #[must_use]
    pub fn drop_ratio(&self) -> f64 {
        let all = self.packets.saturating_add(self.drops);
        if all == 0 { 0.0 } else { self.drops as f64 / all as f64 }
    }

    /// Evidence of the packets: the status, then the metrics line.
    #[must_use]
    pub fn packets_evidence(&self, note: &str) -> Vec<Evidence> {
        self.places("p", self.metrics.packets, note)
    }

    /// Evidence of the drops: the status, then the metrics line.
    #[must_use]
    pub fn drops_evidence(&self, note: &str) -> Vec<Evidence> {
        self.places("d", self.metrics.drops, note)
    }

    /// Evidence of the packet rate: the status (directions only), then the metrics line.
    #[must_use]
    pub fn rate_evidence(&self, note: &str) -> Vec<Evidence> {
        self.places("pps", self.metrics.pps, note)
    }

    /// The packets as the metrics text has them, whatever the status says.
    #[must_use]
    pub fn metrics_packets(&self) -> Option<u64> {
        self.metrics.packets.map(VpcSample::count)
    }

    /// The packet rate as the metrics text has it.
    #[must_use]
    pub fn metrics_pps(&self) -> Option<f64> {
        self.metrics.pps.map(|sample| sample.value)
    }

    /// True if the status holds an entry for it.
    #[must_use]
    pub fn is_in_status(&self) -> bool {
        self.status.is_some()
    }

    fn places(&self, field: &'static str, sample: Option<&'b VpcSample>, note: &str) -> Vec<Evidence> {
        let mut places = Vec::new();
        if let Some(StatusPlace { agent, section, key }) = self.status {
            places.push(agent.evidence(&["status", "state", section, key, field], note));
        }
        if let (Some(text), Some(sample)) = (self.metrics.text, sample) {
            places.push(text.evidence(sample.span, note).value(&sample.text));
        }
        places
    }
}

/// Counters of one gateway.
#[derive(Debug, Clone, Default)]
pub struct Traffic<'b> {
    /// By VPC: delivered (by source, or of both directions: releases differ) and dropped by source.
    pub vpcs: BTreeMap<String, Counter<'b>>,
    /// By direction: (from, to). An absent one is zero.
    pub pairs: BTreeMap<(String, String), Counter<'b>>,
    /// True if the drops of directions are real: dataplane v0.25.0 or later wrote them, or one is not zero.
    /// Otherwise they are unknown, whatever stands there.
    pub pair_drops_known: bool,
    /// Where the values come from; none if nothing with counters was captured.
    pub from: Option<CounterSource>,
}

impl Traffic<'_> {
    /// Counter of a direction.
    #[must_use]
    pub fn pair(&self, from: &str, to: &str) -> Option<&Counter<'_>> {
        self.pairs.get(&(from.to_owned(), to.to_owned()))
    }

    /// Packets of a direction; an absent one is zero.
    #[must_use]
    pub fn packets(&self, from: &str, to: &str) -> u64 {
        self.pair(from, to).map_or(0, |counter| counter.packets)
    }

    /// Drops of a VPC that no direction accounts for: their destination was not resolved. None where the
    /// drops of directions are unknown.
    #[must_use]
    pub fn unresolved_drops(&self, vpc: &str) -> Option<u64> {
        if !self.pair_drops_known {
            return None;
        }
        let all = self.vpcs.get(vpc)?.drops;
        let resolved = self
            .pairs
            .range((vpc.to_owned(), String::new())..)
            .take_while(|((from, _), _)| from == vpc)
            .fold(0_u64, |sum, (_, counter)| sum.saturating_add(counter.drops));
        Some(all.saturating_sub(resolved))
    }

    /// True if any counter is above zero.
    #[must_use]
    pub fn any(&self) -> bool {
        self.vpcs.values().chain(self.pairs.values()).any(|counter| counter.packets > 0 || counter.drops > 0)
    }
}

/// Samples of one series in the families of packets, drops and packet rates.
fn samples<'b>(text: &'b Output<VpcMetrics>, packets: &Series, drops: (&str, &Series)) -> MetricsPlace<'b> {
    MetricsPlace {
        text: Some(text),
        packets: text.value.get("vpc_packet_count", packets),
        drops: text.value.get(drops.0, drops.1),
        pps: text.value.get("vpc_packet_rate", packets),
    }
}

fn of_vpc<'b>(text: &'b Output<VpcMetrics>, vpc: &str) -> MetricsPlace<'b> {
    let drops = Series::Drops(vpc.to_owned());
    samples(text, &Series::Total(vpc.to_owned()), ("vpc_packet_count", &drops))
}

fn of_pair<'b>(text: &'b Output<VpcMetrics>, from: &str, to: &str) -> MetricsPlace<'b> {
    let pair = Series::Pair(from.to_owned(), to.to_owned());
    samples(text, &pair, ("vpc_pair_drops_packet_count", &pair))
}

fn from_samples(place: MetricsPlace<'_>) -> Counter<'_> {
    Counter {
        packets: place.packets.map_or(0, VpcSample::count),
        drops: place.drops.map_or(0, VpcSample::count),
        pps: place.pps.map_or(0.0, |sample| sample.value),
        status: None,
        metrics: place,
    }
}

impl<'b> Gw<'_, 'b> {
    /// Counters of the gateway. Those of the status where it has any, else those of the metrics text; the
    /// other source is evidence beside.
    #[must_use]
    pub fn traffic(&self) -> Traffic<'b> {
        let agent =
            self.agent().filter(|agent| agent.raw.form != Form::Table || agent.at(&["status", "state"]).is_some());
        let metrics = self.metrics().filter(|text| !text.value.is_empty());
        let written =
            agent.filter(|agent| !agent.status.state.vpcs.is_empty() || !agent.status.state.peerings.is_empty());
        let mut traffic = match (written, metrics) {
            (Some(agent), metrics) => of_status(agent, metrics),
            (None, Some(text)) => of_metrics(text),
            (None, None) => Traffic { from: agent.map(|_| CounterSource::Status), ..Traffic::default() },
        };
        let shown = metrics.is_some_and(|text| text.value.has_pair_drops());
        let dropped = traffic.pairs.values().any(|counter| counter.drops > 0);
        let status = matches!(traffic.from, Some(CounterSource::Status | CounterSource::Both));
        traffic.pair_drops_known = shown || dropped || (status && self.dataplane_release().since(0, 25, 0));
        traffic
    }
}

fn of_status<'b>(agent: &'b Object<GatewayAgent>, metrics: Option<&'b Output<VpcMetrics>>) -> Traffic<'b> {
    let state = &agent.status.state;
    let vpcs = state.vpcs.iter().map(|(vpc, counters)| {
        let counter = Counter {
            packets: counters.p,
            drops: counters.d,
            pps: 0.0,
            status: Some(StatusPlace { agent, section: "vpcs", key: vpc }),
            metrics: metrics.map_or_else(MetricsPlace::default, |text| of_vpc(text, vpc)),
        };
        (vpc.clone(), counter)
    });
    let pairs = state.peerings.iter().filter_map(|(key, counters)| {
        let (from, to) = key.split_once("->")?;
        let counter = Counter {
            packets: counters.p,
            drops: counters.d,
            pps: counters.pps,
            status: Some(StatusPlace { agent, section: "peerings", key }),
            metrics: metrics.map_or_else(MetricsPlace::default, |text| of_pair(text, from, to)),
        };
        Some(((from.to_owned(), to.to_owned()), counter))
    });
    let mut traffic = Traffic {
        vpcs: vpcs.collect(),
        pairs: pairs.collect(),
        pair_drops_known: false,
        from: Some(if metrics.is_some() { CounterSource::Both } else { CounterSource::Status }),
    };
    // The status leaves out what it has not seen yet; what the metrics count is no less true.
    if let Some(text) = metrics {
        let Traffic { vpcs, pairs, .. } = of_metrics(text);
        let counts = |counter: &Counter<'_>| counter.packets > 0 || counter.drops > 0;
        for (vpc, counter) in vpcs.into_iter().filter(|(_, counter)| counts(counter)) {
            traffic.vpcs.entry(vpc).or_insert(counter);
        }
        for (pair, counter) in pairs.into_iter().filter(|(_, counter)| counts(counter)) {
            traffic.pairs.entry(pair).or_insert(counter);
        }
    }
    traffic
}

fn of_metrics(text: &Output<VpcMetrics>) -> Traffic<'_> {
    let mut traffic = Traffic { from: Some(CounterSource::Metrics), ..Traffic::default() };
    let families = ["vpc_packet_count", "vpc_pair_drops_packet_count"];
    for (series, _) in families.into_iter().flat_map(|family| text.value.series(family)) {
        match series {
            Series::Total(vpc) | Series::Drops(vpc) => {
                traffic.vpcs.entry(vpc.clone()).or_insert_with(|| from_samples(of_vpc(text, vpc)));
            }
            Series::Pair(from, to) => {
                traffic
                    .pairs
                    .entry((from.clone(), to.clone()))
                    .or_insert_with(|| from_samples(of_pair(text, from, to)));
            }
        }
    }
    traffic
}

#[cfg(test)]
mod tests {
    use hh_worlds::World;

    use super::*;
    use crate::facts::Context;
    use crate::testing::with_facts_of_files;

    const METRICS: &str = "vpc_packet_count{total=\"app\"} 900\nvpc_packet_count{drops=\"app\"} 100\n\
        vpc_packet_count{from=\"app\",to=\"store\"} 900\nvpc_packet_rate{from=\"app\",to=\"store\"} 2.5\n";

    fn files(agent: bool, metrics: &str) -> std::collections::BTreeMap<String, Vec<u8>> {
        let agent = if agent {
            "apiVersion: gwint.githedgehog.com/v1alpha1\nkind: GatewayAgent\nmetadata: {name: gw-1, namespace: default}\n\
             status:\n  state:\n    dataplane: {version: v0.25.2}\n    vpcs:\n      app: {p: 901, d: 101}\n      \
             store: {p: 5}\n    peerings:\n      app->store: {p: 901, d: 90, pps: 3}\n"
        } else {
            "apiVersion: gateway.githedgehog.com/v1alpha1\nkind: Gateway\nmetadata: {name: gw-1, namespace: default}\n"
        };
        let mut files = std::collections::BTreeMap::from([("object.yaml".to_owned(), agent.as_bytes().to_vec())]);
        if !metrics.is_empty() {
            files.insert("metrics-gw-1.prom".into(), metrics.as_bytes().to_vec());
        }
        files
    }

    fn read<T>(agent: bool, metrics: &str, look: impl Fn(&Traffic<'_>) -> T) -> T {
        with_facts_of_files(files(agent, metrics), |facts| {
            let cx = Context::new(facts);
            look(&cx.gateway("gw-1").unwrap().traffic())
        })
    }

    #[test]
    fn the_status_comes_first_and_the_metrics_stand_beside() {
        read(true, METRICS, |traffic| {
            assert_eq!(traffic.from, Some(CounterSource::Both));
            assert_eq!((traffic.vpcs["app"].packets, traffic.vpcs["app"].drops), (901, 101));
            assert_eq!(traffic.vpcs["app"].metrics_packets(), Some(900));
            assert_eq!(traffic.vpcs["app"].drops_evidence("x").len(), 2);
            assert_eq!(
                traffic.vpcs["store"].drops_evidence("x")[0].field.as_deref(),
                Some("status.state.vpcs.store.d")
            );
            assert!(traffic.pair_drops_known);
            assert_eq!((traffic.unresolved_drops("app"), traffic.unresolved_drops("store")), (Some(11), Some(0)));
        });
    }

    #[test]
    fn what_only_the_metrics_count_is_there_too() {
        let more =
            format!("{METRICS}vpc_packet_count{{from=\"x\",to=\"y\"}} 7\nvpc_packet_count{{from=\"y\",to=\"x\"}} 0\n");
        read(true, &more, |traffic| {
            assert_eq!(traffic.packets("x", "y"), 7);
            assert_eq!(traffic.pairs.len(), 2);
        });
    }

    #[test]
    fn metrics_alone_give_the_same_counters() {
        read(false, METRICS, |traffic| {
            assert_eq!(traffic.from, Some(CounterSource::Metrics));
            assert_eq!((traffic.packets("app", "store"), traffic.packets("store", "app")), (900, 0));
            assert_eq!(traffic.pair("app", "store").unwrap().pps, 2.5);
            assert_eq!(traffic.vpcs["app"].drop_ratio(), 0.1);
            assert_eq!(traffic.vpcs["app"].drops_evidence("x")[0].value.as_deref(), Some("100"));
            // No vpc_pair_drops_*: the drops of the direction are unknown, not zero.
            assert!(!traffic.pair_drops_known);
            assert_eq!(traffic.unresolved_drops("app"), None);
        });
        let with_pairs = format!("{METRICS}vpc_pair_drops_packet_count{{from=\"app\",to=\"store\"}} 100\n");
        read(false, &with_pairs, |traffic| assert_eq!(traffic.unresolved_drops("app"), Some(0)));
    }

    #[test]
    fn nothing_captured_is_not_zero() {
        read(false, "", |traffic| assert_eq!(traffic.from, None));
    }

    #[test]
    fn pair_drops_of_an_older_dataplane_are_unknown() {
        let dump = World::older().small().hhs().into_bytes();
        with_facts_of_files(std::collections::BTreeMap::from([("older.hhs".into(), dump)]), |facts| {
            let cx = Context::new(facts);
            let traffic = cx.gateway("gateway-1").unwrap().traffic();
            assert!(traffic.any() && !traffic.pair_drops_known);
        });
    }
}
