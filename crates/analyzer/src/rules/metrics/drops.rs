//! The metrics text alone shows drops.

use super::super::traffic::drops::judge;
use crate::facts::{Context, CounterSource};
use crate::finding::{KeyKind, Severity};
use crate::rule::{Meta, Order, Outcome, Relation, Rule, Source};

/// See the metadata.
#[derive(Debug)]
pub(super) struct MetricsDrops;

static META: Meta = Meta {
    id: "gateway-metrics-drops",
    reference: &["GW-METRICS-DROPS", "S22"],
    title: "The metrics of a gateway count drops",
    severities: &[Severity::Error, Severity::Warning, Severity::Info],
    needs: &[Source::GatewayMetrics],
    uses: &[
        Source::GatewayAgents,
        Source::ShowTech,
        Source::Gateways,
        Source::GatewayPeerings,
        Source::Fabricator,
        Source::Nodes,
        Source::Pods,
        Source::Expectation,
        Source::CaptureTime,
    ],
    explanation: "\
Judges the drops of gateways whose counters are in the metrics text only, as `gateway-drops` judges those in the status:
`vpc_packet_count{drops=…}` against `{total=…}` of the same VPC, and `vpc_pair_drops_packet_count{from=…,to=…}` against
`vpc_packet_count` of the same direction. At least 100 drops and 1 % are a warning, 20 % an error, less a note.

## Why it matters

Drops often come from a wrong peering or an exhausted NAT pool.

## Not a fault

Few drops on pairs open to the outside. A text without any `vpc_pair_drops_…` is of a dataplane before v0.25.0: the drops of
its directions are unknown, and the VPC counts.

## What to do

Collect the GatewayAgents and `show tech` of the gateway: they tell the reason.",
    explains: &[
        Relation { effects: &["GW-CTR-ONEWAY"], join: &[KeyKind::Pair] },
        // Where the drops of directions are unknown.
        Relation { effects: &["GW-CTR-ONEWAY"], join: &[KeyKind::SourceVpc] },
    ],
    order: Order::Drops,
};

impl Rule for MetricsDrops {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn check(&self, cx: &Context<'_>, out: &mut Outcome) {
        for gateway in cx.gateways() {
            let traffic = gateway.traffic();
            // Where the status has counters the rule on these names the metrics beside.
            if traffic.from == Some(CounterSource::Metrics) {
                judge(&gateway, &traffic, out);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use hh_worlds::World;

    use super::MetricsDrops;
    use crate::rule::Rule;
    use crate::testing::{Said, analysis_of_files, said_of_files};
    use crate::{Analysis, Options};

    const PLAIN: &str = include_str!("../../../../../bundles/plain-healthy/metrics-gateway-1.prom");

    /// Sets series of the healthy gateway's metrics.
    fn text(series: &[(&str, u64)]) -> String {
        let mut text = PLAIN.to_owned();
        for (name, value) in series {
            let line = text.lines().find(|line| line.starts_with(&format!("{name} "))).expect("a series").to_owned();
            text = text.replace(&format!("{line}\n"), &format!("{name} {value}\n"));
        }
        text
    }

    fn files(text: &str) -> BTreeMap<String, Vec<u8>> {
        BTreeMap::from([("metrics-gateway-1.prom".to_owned(), text.as_bytes().to_vec())])
    }

    fn read(text: &str) -> Said {
        said_of_files(&MetricsDrops, files(text))
    }

    const VPC: &str = "vpc_packet_count{drops=\"vpc-02\"}";
    const PAIR: &str = "vpc_pair_drops_packet_count{from=\"vpc-02\",to=\"vpc-03\"}";

    #[test]
    fn a_direction_drops() {
        // 164902 of 164902 + 494674 is 25 %.
        let said = read(&text(&[(VPC, 164_902), (PAIR, 164_902)]));
        assert_eq!(said.lines(), ["error GatewayAgent/gateway-1 (vpc-02->vpc-03)"]);
        let finding = &said.findings[0];
        assert!(finding.reference.iter().any(|name| name == "GW-DROPS"));
        assert_eq!(finding.evidence[0].path.as_deref(), Some("metrics-gateway-1.prom"));
        assert_eq!(finding.evidence[0].value.as_deref(), Some("164902"));
        assert!(finding.evidence.iter().all(|evidence| evidence.line.is_some()));
        assert_eq!(
            read(&text(&[(VPC, 9_000), (PAIR, 9_000)])).lines(),
            ["warning GatewayAgent/gateway-1 (vpc-02->vpc-03)"]
        );
    }

    #[test]
    fn an_older_dataplane_tells_the_vpc_only() {
        let text = text(&[(VPC, 164_902)]);
        let old: String =
            text.lines().filter(|line| !line.contains("pair_drops")).map(|line| format!("{line}\n")).collect();
        assert_eq!(read(&old).lines(), ["error GatewayAgent/gateway-1 (vpc-02)"]);
        // Comments and other labels make no difference.
        let bare: String = old.lines().filter(|line| !line.starts_with('#')).map(|line| format!("{line}\n")).collect();
        let scraped = bare.replace("{", "{env=\"lab\",hostname=\"gateway-1\",");
        assert_eq!(read(&bare).lines(), read(&scraped).lines());
        assert_eq!(read(&bare).lines(), ["error GatewayAgent/gateway-1 (vpc-02)"]);
    }

    #[test]
    fn few_drops_are_a_note() {
        for drops in [(99), (4_000)] {
            let said = read(&text(&[(VPC, drops), (PAIR, drops)]));
            assert_eq!(said.lines(), ["info GatewayAgent/gateway-1 (vpc-02->vpc-03)"]);
        }
    }

    #[test]
    fn healthy() {
        let said = read(PLAIN);
        assert_eq!((said.lines(), said.passed), (vec![], 1));
    }

    #[test]
    fn not_checked_without_metrics() {
        let said = said_of_files(&MetricsDrops, World::healthy().small().files());
        assert_eq!(said.not_checked, ["Prometheus text of the dataplane"]);
    }

    /// Severity and part of the findings on drops of a bundle.
    fn drops(analysis: Analysis) -> Vec<(String, Option<String>)> {
        let findings = analysis.report.findings.into_iter();
        findings
            .filter(|finding| finding.reference.iter().any(|name| name == "GW-DROPS"))
            .map(|finding| (finding.severity.to_owned(), finding.subject.part))
            .collect()
    }

    #[test]
    fn metrics_and_status_give_the_same_verdict() {
        let options = Options::default();
        let agent = "GatewayAgent/gateway-1";
        let metrics = text(&[(VPC, 164_902), (PAIR, 164_902)]);
        let status = World::healthy()
            .small()
            .without_insights()
            .set(agent, "/status/state/vpcs/vpc-02/p", 494_674)
            .set(agent, "/status/state/vpcs/vpc-02/d", 164_902)
            .set(agent, "/status/state/peerings/vpc-02->vpc-03/p", 494_674)
            .set(agent, "/status/state/peerings/vpc-02->vpc-03/d", 164_902);
        let by_status = drops(analysis_of_files(status.files(), &options));
        let by_metrics = drops(analysis_of_files(files(&metrics), &options));
        assert_eq!(by_status, by_metrics);
        assert_eq!(by_status.len(), 1);
        // Both together are one finding.
        let both = status.metrics("gateway-1", &metrics).files();
        let findings = analysis_of_files(both, &options).report.findings;
        let of_drops: Vec<_> = findings
            .iter()
            .filter(|f| f.reference.iter().any(|name| name == MetricsDrops.meta().reference[0]))
            .collect();
        assert_eq!((of_drops.len(), of_drops[0].rule.as_str()), (1, "gateway-drops"));
    }
}
