//! The metrics text of a gateway with VPCs holds no VPC series.

use crate::facts::{Context, Form, Gw, VPCInfo};
use crate::finding::{Confidence, Evidence, Severity};
use crate::rule::{Meta, Order, Outcome, Rule, Source};
use crate::source::Span;

/// Seconds after an apply in which the first series may be missing.
const FIRST_SERIES: i64 = 60;

/// See the metadata.
#[derive(Debug)]
pub(super) struct NoSeries;

static META: Meta = Meta {
    id: "gateway-metrics-empty",
    reference: &["GW-METRICS-EMPTY", "S22"],
    title: "The metrics of a gateway hold no series of VPCs",
    severities: &[Severity::Warning, Severity::Info],
    needs: &[Source::GatewayMetrics],
    uses: &[
        Source::CaptureTime,
        Source::Gateways,
        Source::GatewayAgents,
        Source::VpcInfos,
        Source::Pods,
        Source::Nodes,
    ],
    explanation: "\
Looks for series `vpc_…` in the metrics text of every gateway that has VPCs and applied a configuration.

## Why it matters

The dataplane makes the series with the names of the VPCs when it applies a configuration. Without them nobody sees traffic
or drops in the monitoring.

## Not a fault

A gateway without VPCs, or one that has applied nothing yet: its text is empty. Metrics of another exporter, as that of FRR
on port 9342. An empty file proves nothing: it is also what a failed command leaves.

## What to do

Look at the dataplane's log for lines about metrics and statistics.",
    explains: &[],
    order: Order::Counters,
};

impl Rule for NoSeries {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn check(&self, cx: &Context<'_>, out: &mut Outcome) {
        for gw in cx.gateways() {
            let Some(output) = gw.metrics() else { continue };
            if !output.value.is_empty() {
                out.pass();
                continue;
            }
            let Some(agent) = gw.agent() else {
                out.not_checked(gw.agent_subject(), Source::GatewayAgents);
                continue;
            };
            let Some((vpcs, proof)) = vpcs(cx, gw) else {
                out.not_checked(gw.agent_subject(), Source::VpcInfos);
                continue;
            };
            // Nothing applied, or nothing to count.
            if agent.status.last_applied_gen <= 0 || vpcs == 0 {
                out.pass();
                continue;
            }
            let fresh = cx.age_of(agent.status.last_applied_time).is_some_and(|age| age.under(FIRST_SERIES));
            let severity = if fresh || gw.is_new() { Severity::Info } else { Severity::Warning };
            let text = cx.text(output.entry);
            let line = text.lines().find(|line| !line.trim().is_empty()).unwrap_or("");
            let at = text.find(line).unwrap_or(0);
            let span = Span::new(at, at.saturating_add(line.len()));
            let name = gw.name();
            let finding = out
                .finding(
                    severity,
                    gw.agent_subject(),
                    format!("The metrics of {name} hold no series of its {vpcs} VPCs"),
                )
                .confidence(Confidence::Certain)
                .detail(
                    "The dataplane makes the series when it applies a configuration, and it has applied one: its \
                     counters are missing in the monitoring. Traffic is not affected.",
                )
                .evidence(output.evidence(span, "metrics text without any vpc_ series").value(line))
                .evidence(agent.evidence(&["status", "lastAppliedGen"], "a configuration is applied"))
                .evidences(proof)
                .run(
                    format!("Ask again on the node of {name}"),
                    "curl -s http://127.0.0.1:9442/metrics | grep -c '^vpc_'",
                )
                .run(
                    "Look for lines about metrics and statistics",
                    format!("kubectl logs -n fab ds/gw--{name}--dataplane -c dataplane | grep -i -e metrics -e stats"),
                )
                .key(gw.key());
            out.report(finding);
        }
    }
}

/// How many VPCs the gateway has, from its agent, else from the VPCInfos; none if neither tells.
fn vpcs(cx: &Context<'_>, gw: Gw<'_, '_>) -> Option<(usize, Option<Evidence>)> {
    let agent = gw.agent().filter(|agent| agent.raw.form != Form::Table);
    if let Some(agent) = agent.filter(|agent| agent.at(&["spec"]).is_some()) {
        return Some((agent.spec.vpcs.len(), Some(agent.key_evidence(&["spec", "vpcs"], "VPCs of the gateway"))));
    }
    let infos = cx.list::<VPCInfo>();
    (!infos.is_empty()).then(|| (infos.len(), infos.first().map(|info| info.name_evidence("one of the VPCs"))))
}

#[cfg(test)]
mod tests {
    use hh_worlds::{World, json};

    use super::NoSeries;
    use crate::testing::{Said, said_of_files};

    fn world() -> World {
        World::healthy().small()
    }

    const HEADS: &str = "# HELP vpc_packet_count \n# TYPE vpc_packet_count gauge\n\n";

    fn read(world: &World, text: &str) -> Said {
        let mut files = world.files();
        files.insert("metrics-gateway-1.prom".into(), text.as_bytes().to_vec());
        said_of_files(&NoSeries, files)
    }

    #[test]
    fn headings_without_series() {
        let said = read(&world(), HEADS);
        assert_eq!(said.lines(), ["warning GatewayAgent/gateway-1"]);
        let evidence = &said.findings[0].evidence;
        assert_eq!((evidence[0].path.as_deref(), evidence[0].line), (Some("metrics-gateway-1.prom"), Some(1)));
        assert_eq!(evidence[1].value.as_deref(), Some("11"));
    }

    #[test]
    fn an_answer_of_headers_only() {
        let answer = "HTTP/1.1 200 OK\ncontent-type: text/plain; version=1.0.0\ncontent-length: 0\n\n";
        assert_eq!(read(&world(), answer).lines(), ["warning GatewayAgent/gateway-1"]);
    }

    #[test]
    fn nothing_applied_or_nothing_to_count() {
        let restarted = world().set("GatewayAgent/gateway-1", "/status/lastAppliedGen", 0);
        let without = world().set("GatewayAgent/gateway-1", "/spec/vpcs", json!({}));
        for world in [restarted, without] {
            let said = read(&world, HEADS);
            assert_eq!((said.lines(), said.passed), (vec![], 1));
        }
    }

    #[test]
    fn applied_just_now() {
        let applied = world().set("GatewayAgent/gateway-1", "/status/lastAppliedTime", "2026-10-06T09:41:00Z");
        assert_eq!(read(&applied, HEADS).lines(), ["info GatewayAgent/gateway-1"]);
    }

    #[test]
    fn other_exporters_and_empty_files() {
        let frr = "# TYPE frr_bgp_peer_state gauge\nfrr_bgp_peer_state{peer=\"172.30.128.8\"} 1\n";
        for text in [frr, "", "vpc_packet_count{total=\"vpc-01\"} 1\nvpc_packet_count{drops=\"vpc-01\"} 0\n"] {
            assert_eq!(read(&world(), text).lines(), Vec::<String>::new(), "{text}");
        }
    }

    #[test]
    fn not_checked() {
        let blind = read(&world().without("GatewayAgent"), HEADS);
        assert_eq!(blind.not_checked, ["GatewayAgent gateway-1: GatewayAgent objects"]);
        let none = said_of_files(&NoSeries, world().files());
        assert_eq!(none.not_checked, ["Prometheus text of the dataplane"]);
    }
}
