//! The flow table of a gateway is full.

use super::commands;
use super::share::{at_least_percent, for_gateway, is_recent, packet_stat, percent, repeated};
use crate::facts::{Context, Gw};
use crate::finding::{Confidence, Evidence, KeyKind, Severity};
use crate::parse::log::Hit;
use crate::parse::log::literals::datapath;
use crate::rule::{Meta, Order, Outcome, Relation, Rule, Source};

/// See the metadata.
#[derive(Debug)]
pub(super) struct FlowTableFull;

/// Entries where the Gateway sets no `flowTableCapacity` (gateway reference 2.9).
pub(super) const DEFAULT_CAPACITY: u64 = 10_000_000;

static META: Meta = Meta {
    id: "flow-table-full",
    reference: &["GW-FLOW-FULL"],
    title: "The flow table of a gateway is full",
    severities: &[Severity::Error, Severity::Warning, Severity::Info],
    needs: &[Source::ShowTech],
    uses: &[
        Source::DataplaneLog,
        Source::GatewayAgents,
        Source::Gateways,
        Source::Fabricator,
        Source::Nodes,
        Source::Pods,
        Source::CaptureTime,
    ],
    explanation: "\
Looks at `Flow capacity exceeded` of `Packet stats` and compares the number of entries of the flow table with
`spec.flowTableCapacity` of the Gateway (10,000,000 where absent): 90 % is an error, 80 % a warning.

## Why it matters

Each NAT connection takes two entries. When no entry is left, new connections are dropped while existing ones go on.

## Not a fault

Before v0.20 the dataplane has no limit; v0.20 and v0.21 count these drops as `NAT: out of resources`.

## What to do

Raise `spec.flowTableCapacity` (it costs memory on the node), shorten idle timeouts, or spread peerings over groups.",
    explains: &[Relation { effects: &["GW-DROPS", "GW-METRICS-DROPS"], join: &[KeyKind::Gateway] }],
    order: Order::Nat,
};

/// How full the flow table of a gateway is.
pub(super) struct Fill {
    /// Entries.
    pub(super) entries: u64,
    /// How many there may be.
    pub(super) capacity: u64,
    /// Where the number of entries stands.
    pub(super) evidence: Evidence,
}

impl Fill {
    /// Of a release that is known to limit the table; none where that or the table is not known.
    pub(super) fn of(gateway: &Gw<'_, '_>) -> Option<Self> {
        if !gateway.dataplane_release().since(0, 20, 0) {
            return None;
        }
        let tech = gateway.show_tech()?;
        let entries = tech.value.flows.as_ref()?.entries?;
        let set = gateway.spec().and_then(|spec| spec.flow_table_capacity).filter(|capacity| *capacity > 0);
        let capacity = set.unwrap_or(DEFAULT_CAPACITY);
        let evidence = tech
            .evidence(entries.span, format!("entries of the flow table, capacity {capacity}"))
            .field("Flow Table")
            .value(entries.value.to_string());
        Some(Self { entries: entries.value, capacity, evidence })
    }

    /// At least this many percent.
    pub(super) fn reaches(&self, share: u64) -> bool {
        at_least_percent(self.entries, self.capacity, share)
    }
}

impl Rule for FlowTableFull {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn check(&self, cx: &Context<'_>, out: &mut Outcome) {
        for gateway in cx.gateways() {
            let Some(tech) = gateway.show_tech() else {
                out.not_checked(gateway.agent_subject(), Source::ShowTech);
                continue;
            };
            if gateway.dataplane_release().before(0, 20, 0) {
                // No limit, nothing to look at.
                continue;
            }
            let counted = packet_stat(tech, "Flow capacity exceeded", "packets of new flows that found no entry")
                .filter(|(count, _)| *count > 0);
            let logged = gateway.dataplane_log().and_then(|log| {
                let hits: Vec<&Hit> = log.hits(&datapath::FLOW_TABLE_FULL).collect();
                // Nothing ends such a line: only a young one tells of now.
                (is_recent(&gateway, hits.last()?) == Some(true)).then_some(())?;
                repeated(log, &hits, "a flow found no entry")
            });
            let fill = Fill::of(&gateway);
            if counted.is_none() && logged.is_none() && fill.is_none() {
                out.cannot_tell(gateway.agent_subject(), "`show tech` holds no flow table of a release that limits it");
                continue;
            }
            judge(&gateway, counted, logged, fill, out);
        }
    }
}

fn judge(
    gateway: &Gw<'_, '_>,
    counted: Option<(u64, Evidence)>,
    logged: Option<Evidence>,
    fill: Option<Fill>,
    out: &mut Outcome,
) {
    let full = fill.as_ref().is_some_and(|fill| fill.reaches(90));
    let refused = counted.is_some() || logged.is_some();
    let severity = match (refused || full, fill.as_ref().is_some_and(|fill| fill.reaches(80))) {
        (true, _) => Severity::Error,
        (false, true) => Severity::Warning,
        (false, false) => {
            out.pass();
            return;
        }
    };
    let name = gateway.name();
    let title = match (&counted, &fill) {
        (Some((count, _)), _) => format!("the flow table of {name} was full: {count} packets of new flows dropped"),
        (None, _) if logged.is_some() => format!("the flow table of {name} is full: new flows are refused"),
        (None, Some(fill)) => {
            let share = percent(fill.entries, fill.capacity);
            format!("the flow table of {name} is filled to {share}: {} of {} entries", fill.entries, fill.capacity)
        }
        (None, None) => format!("the flow table of {name} is full"),
    };
    let mut evidence = Vec::new();
    evidence.extend(counted.map(|(_, evidence)| evidence));
    evidence.extend(logged);
    evidence.extend(fill.map(|fill| fill.evidence));
    if full && gateway.dataplane_release().before(0, 22, 0) {
        // These releases have no counter of their own for it.
        let row = gateway.show_tech().and_then(|tech| {
            packet_stat(tech, "NAT: out of resources", "this release counts flows that found no entry here")
        });
        evidence.extend(row.filter(|(count, _)| *count > 0).map(|(_, evidence)| evidence));
    }
    let finding = out
        .finding(for_gateway(gateway, severity), gateway.agent_subject(), title)
        .confidence(if refused || !full { Confidence::Certain } else { Confidence::Likely })
        .detail(
            "When no entry is left, packets of new connections are dropped; existing connections go on. Each NAT connection \
             takes two entries.",
        )
        .evidences(evidence)
        .run(
            "Raise spec.flowTableCapacity (it costs memory on the node), or shorten the idle timeouts of the NAT peerings",
            commands::edit("gateway", &gateway.gateway_subject().namespace, name),
        )
        .run("See how many entries there are now", commands::dataplane_cli(gateway, "show flow-table"))
        .key(gateway.key());
    out.report(finding);
}

#[cfg(test)]
mod tests {
    use hh_worlds::World;

    use super::FlowTableFull;
    use crate::testing::said;

    const TECH: &str = "dataplane: show tech";
    const ROW: &str = "Flow capacity exceeded         0";

    fn entries(world: World, count: u64) -> World {
        world.insight_replace("gateway-1", TECH, "Flow Table (14 entries)", &format!("Flow Table ({count} entries)"))
    }

    fn world() -> World {
        World::healthy().small()
    }

    #[test]
    fn refused_flows_are_an_error() {
        let said = said(
            &FlowTableFull,
            &world().insight_replace("gateway-1", TECH, ROW, "Flow capacity exceeded         812"),
        );
        assert_eq!(said.lines(), ["error GatewayAgent/gateway-1"]);
        assert_eq!(said.findings[0].evidence[0].field.as_deref(), Some("Packet stats: Flow capacity exceeded"));
        assert_eq!(said.findings[0].evidence[0].value.as_deref(), Some("812"));
    }

    #[test]
    fn the_fill_counts_against_the_capacity() {
        for (count, expected) in [(9_000_000, "error"), (8_000_000, "warning"), (7_999_999, ""), (129_030, "")] {
            let lines = said(&FlowTableFull, &entries(world(), count)).lines();
            assert_eq!(lines.first().map_or("", |line| line.split(' ').next().unwrap()), expected, "{count}");
        }
        let small = entries(world(), 950).set("Gateway/gateway-1", "/spec/flowTableCapacity", 1000);
        assert_eq!(said(&FlowTableFull, &small).lines(), ["error GatewayAgent/gateway-1"]);
    }

    #[test]
    fn a_young_line_in_the_log_is_an_error_an_old_one_is_not() {
        let pod = world().pod("gateway-1", "dataplane");
        let line = |time: &str| {
            let text = "WARN worker-1 dataplane_nat::portfw: 90: Failed to insert flow (forward) in the flow table: Flow \
                table capacity exceeded";
            world().log_more(&pod, "dataplane", &format!("{time}  {text}\n"))
        };
        assert_eq!(
            said(&FlowTableFull, &line("2026-10-06T09:39:00.000000Z")).lines(),
            ["error GatewayAgent/gateway-1"]
        );
        assert!(said(&FlowTableFull, &line("2026-10-05T09:39:00.000000Z")).lines().is_empty());
    }

    #[test]
    fn older_releases_count_it_as_out_of_resources() {
        let older = entries(World::older().small(), 9_900_000).insight_replace(
            "gateway-1",
            TECH,
            "NAT: out of resources          0",
            "NAT: out of resources          77",
        );
        let said = said(&FlowTableFull, &older);
        assert_eq!(said.lines(), ["error GatewayAgent/gateway-1"]);
        assert_eq!(said.findings[0].evidence[1].value.as_deref(), Some("77"));
    }

    #[test]
    fn a_release_without_limit_is_not_evaluated() {
        let version = "/status/state/dataplane/version";
        let unlimited = entries(World::older().small(), 12_000_000).set("GatewayAgent/gateway-1", version, "v0.19.3");
        assert!(said(&FlowTableFull, &unlimited).lines().is_empty());
    }

    #[test]
    fn healthy_installations_pass() {
        for world in [world(), World::older().small()] {
            let said = said(&FlowTableFull, &world);
            assert_eq!((said.lines(), said.passed), (vec![], 2));
        }
        assert_eq!(said(&FlowTableFull, &world().without_insights()).not_checked, ["dataplane `show tech`"]);
    }
}
