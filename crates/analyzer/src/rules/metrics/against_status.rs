//! The metrics text and the GatewayAgent count different packets.

use std::collections::BTreeMap;

use crate::facts::{Context, GatewayAgent, Gw, Object, Output, Series, VpcMetrics};
use crate::finding::{Confidence, Severity};
use crate::rule::{Meta, Order, Outcome, Rule, Source};

/// Seconds between two writes of the status.
const PERIOD: f64 = 15.0;
/// VPCs that are shown.
const SHOWN: usize = 3;

/// See the metadata.
#[derive(Debug)]
pub(super) struct AgainstStatus;

static META: Meta = Meta {
    id: "gateway-metrics-differ-from-status",
    reference: &["GW-METRICS-VS-STATUS", "S22"],
    title: "Metrics text and status of a gateway count different packets",
    severities: &[Severity::Info],
    needs: &[Source::GatewayMetrics, Source::GatewayAgents],
    uses: &[],
    explanation: "\
Compares `vpc_packet_count{total=…}` of every VPC with `p` in `status.state.vpcs` of the same gateway. Both are one counter:
they may differ by what passes in 15 seconds, the period of the status.

## Why it matters

Nothing is wrong with the gateway. But the text is of another time or of another gateway than the status, and conclusions
from one do not hold for the other.

## Not a fault

It never is one: this is a note.

## What to do

Collect both again, one right after the other; see that the file is named after the right gateway.",
    explains: &[],
    order: Order::Counters,
};

impl Rule for AgainstStatus {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn check(&self, cx: &Context<'_>, out: &mut Outcome) {
        for gw in cx.gateways() {
            let (Some(output), Some(agent)) = (gw.metrics(), gw.agent()) else { continue };
            // A status without counters is that of a restarted or unread gateway: nothing to compare with.
            if output.value.is_empty() || agent.status.state.vpcs.is_empty() {
                continue;
            }
            let (apart, compared) = differences(output, agent);
            if compared == 0 {
                continue;
            }
            if apart.is_empty() {
                out.pass();
                continue;
            }
            report(cx, out, gw, output, agent, &apart);
        }
    }
}

/// A VPC whose counters differ: name, packets in the status and in the metrics.
type Apart = (String, u64, u64);

/// VPCs that differ by more than passes between two writes, and how many were compared. Without a rate only
/// what does not fit together at all is told: a counter that is zero on one side.
fn differences(output: &Output<VpcMetrics>, agent: &Object<GatewayAgent>) -> (Vec<Apart>, usize) {
    let rates = status_rates(agent);
    let (mut apart, mut compared) = (Vec::new(), 0_usize);
    for (series, sample) in output.value.series("vpc_packet_count") {
        let Series::Total(vpc) = series else { continue };
        let status = agent.status.state.vpcs.get(vpc).map_or(0, |counters| counters.p);
        let metrics = sample.count();
        let rate = output.value.get("vpc_packet_rate", series).map(|rate| rate.value);
        let known = rate.into_iter().chain(rates.get(vpc.as_str()).copied()).filter(|rate| rate.is_finite());
        compared = compared.saturating_add(1);
        let far = match known.reduce(f64::max) {
            Some(rate) => status.abs_diff(metrics) as f64 > (PERIOD * rate).max(0.0) + 1.0,
            None => (status == 0) != (metrics == 0),
        };
        if far {
            apart.push((vpc.clone(), status, metrics));
        }
    }
    (apart, compared)
}

/// Packets per second of each VPC in either direction, from the status.
fn status_rates(agent: &Object<GatewayAgent>) -> BTreeMap<&str, f64> {
    let mut rates: BTreeMap<&str, f64> = BTreeMap::new();
    for (key, counters) in &agent.status.state.peerings {
        if let Some((from, to)) = key.split_once("->") {
            *rates.entry(from).or_default() += counters.pps;
            *rates.entry(to).or_default() += counters.pps;
        }
    }
    rates
}

fn report(
    cx: &Context<'_>,
    out: &mut Outcome,
    gw: Gw<'_, '_>,
    output: &Output<VpcMetrics>,
    agent: &Object<GatewayAgent>,
    apart: &[Apart],
) {
    let Some((vpc, status, metrics)) = apart.first() else { return };
    let name = gw.name();
    let more = match apart.len() {
        1 => String::new(),
        n => format!(" and of {} more", n.saturating_sub(1)),
    };
    let title = format!("{name}: metrics count {metrics} packets of {vpc}{more}, the status {status}");
    let other = cx.gateways().find(|other| {
        let agent = other.agent().filter(|agent| other.name() != name && !agent.status.state.vpcs.is_empty());
        agent.is_some_and(|agent| matches!(differences(output, agent), (apart, 1..) if apart.is_empty()))
    });
    let detail = match other {
        Some(other) => {
            format!("The text fits the status of {}: it is probably that gateway's, under a wrong name.", other.name())
        }
        None => {
            "The text is of another time than the status, or of another gateway, or the dataplane was restarted in \
                 between."
                .to_owned()
        }
    };
    let mut finding = out
        .finding(Severity::Info, gw.agent_subject(), title)
        .confidence(Confidence::Certain)
        .detail(detail)
        .run(
            format!("Collect both again, one right after the other (the metrics on the node of {name})"),
            format!("kubectl get gatewayagent -n default {name} -o yaml; curl -s http://127.0.0.1:9442/metrics"),
        )
        .key(gw.key());
    for (vpc, ..) in apart.iter().take(SHOWN) {
        let series = Series::Total(vpc.clone());
        finding = finding
            .evidences(output.value.get("vpc_packet_count", &series).map(|sample| {
                output.evidence(sample.span, format!("packets of {vpc} in the metrics")).value(&sample.text)
            }))
            .evidence(
                agent.evidence(&["status", "state", "vpcs", vpc, "p"], format!("packets of {vpc} in the status")),
            );
    }
    out.report(finding);
}

#[cfg(test)]
mod tests {
    use hh_worlds::{World, json};

    use super::AgainstStatus;
    use crate::testing::{Said, said_of_files};

    fn world() -> World {
        World::healthy()
            .small()
            .set(
                "GatewayAgent/gateway-1",
                "/status/state/vpcs",
                json!({"vpc-01": {"p": 9000, "b": 1}, "vpc-02": {"p": 0}}),
            )
            .set(
                "GatewayAgent/gateway-1",
                "/status/state/peerings",
                json!({"vpc-01->vpc-03": {"p": 9000, "pps": 20.0}}),
            )
            .set("GatewayAgent/gateway-2", "/status/state/vpcs", json!({"vpc-01": {"p": 70}}))
            .set("GatewayAgent/gateway-2", "/status/state/peerings", json!({"vpc-01->vpc-03": {"p": 70, "pps": 0.0}}))
    }

    fn counts(packets: &str) -> Said {
        let text = format!(
            "# TYPE vpc_packet_count gauge\nvpc_packet_count{{total=\"vpc-01\"}} {packets}\nvpc_packet_count{{total=\"vpc-02\"}} 0\n\
             vpc_packet_rate{{total=\"vpc-01\"}} 19.2\n"
        );
        let mut files = world().files();
        files.insert("metrics-gateway-1.prom".into(), text.into_bytes());
        said_of_files(&AgainstStatus, files)
    }

    #[test]
    fn far_apart() {
        let said = counts("25000");
        assert_eq!(said.lines(), ["info GatewayAgent/gateway-1"]);
        let finding = &said.findings[0];
        assert_eq!(finding.title, "gateway-1: metrics count 25000 packets of vpc-01, the status 9000");
        assert_eq!((finding.evidence[0].line, finding.evidence[0].value.as_deref()), (Some(2), Some("25000")));
        assert_eq!(finding.evidence[1].field.as_deref(), Some("status.state.vpcs.vpc-01.p"));
    }

    #[test]
    fn a_text_under_a_wrong_name() {
        let said = counts("70");
        assert_eq!(said.lines(), ["info GatewayAgent/gateway-1"]);
        assert!(said.findings[0].detail.contains("fits the status of gateway-2"));
    }

    #[test]
    fn what_passes_between_two_writes() {
        for packets in ["9000", "9250", "8800"] {
            let said = counts(packets);
            assert_eq!((said.lines(), said.passed), (vec![], 1));
        }
    }

    #[test]
    fn not_checked_without_metrics() {
        let said = said_of_files(&AgainstStatus, world().files());
        assert_eq!(said.not_checked, ["Prometheus text of the dataplane"]);
    }
}
