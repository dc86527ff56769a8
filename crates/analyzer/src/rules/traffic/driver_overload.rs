//! The packet driver drops packets because a worker or an interface is overloaded.

use super::commands;
use super::share::{for_gateway, is_recent, over_permille, packet_stat, percent, received, repeated};
use crate::facts::{Context, Gw, LogRef, Output};
use crate::finding::{Confidence, Evidence, Severity};
use crate::parse::command::ShowTech;
use crate::parse::command::show_tech::DriverRow;
use crate::parse::log::Hit;
use crate::parse::log::literals::datapath;
use crate::rule::{Meta, Order, Outcome, Rule, Source};

/// See the metadata.
#[derive(Debug)]
pub(super) struct DriverOverload;

/// Kernel drops of one row that are a fault whatever their share, while the dataplane is younger than [`YOUNG`].
const MANY_DROPS: u64 = 1000;
/// Seconds.
const YOUNG: i64 = 86_400;

static META: Meta = Meta {
    id: "dataplane-overloaded",
    reference: &["GW-DRV-OVERLOAD"],
    title: "The dataplane's packet driver is overloaded",
    severities: &[Severity::Warning, Severity::Info],
    needs: &[],
    uses: &[
        Source::ShowTech,
        Source::DataplaneLog,
        Source::GatewayAgents,
        Source::Gateways,
        Source::Nodes,
        Source::Pods,
        Source::CaptureTime,
    ],
    explanation: "\
Judges each row of `Packet driver status` (one worker on one interface) by itself: kernel or transmit drops above 0.1 %
of what the row received, or at least 1000 kernel drops while the dataplane is up for less than a day; further `Internal
drop` of `Packet stats` above 0.1 % of all received packets, and `metrics channel full` in the log of the last 15 minutes.

## Why it matters

Overload comes in bursts on one or two workers of one port. No counter of a VPC and no metric shows these losses, so
traffic suffers while `d` is 0.

## Not a fault

Few or old kernel drops. `ppline-drops`: the older driver counts locally consumed packets there (BGP, ARP, BFD). The
dataplane writes kernel drops since v0.25.0 only; before, that part is not evaluated.

## What to do

More workers, larger MTU (fewer packets), or less traffic through this gateway.",
    explains: &[],
    order: Order::Drops,
};

impl Rule for DriverOverload {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn check(&self, cx: &Context<'_>, out: &mut Outcome) {
        for gateway in cx.gateways() {
            let (tech, log) = (gateway.show_tech(), gateway.dataplane_log());
            if tech.is_none() && log.is_none() {
                out.not_checked(gateway.agent_subject(), Source::ShowTech);
                continue;
            }
            let mut seen = Seen::default();
            if let Some(tech) = tech {
                seen.rows(&gateway, tech);
                seen.internal_drops(tech);
            }
            if let Some(log) = log {
                seen.lost_metrics(&gateway, log);
            }
            report(&gateway, seen, out);
        }
    }
}

/// What speaks for an overload; without `worst` it is a note.
#[derive(Default)]
struct Seen {
    /// Number of rows above the limits.
    rows: usize,
    /// Words for the title.
    worst: Option<String>,
    evidence: Vec<Evidence>,
    notes: Vec<Evidence>,
}

impl Seen {
    fn rows(&mut self, gateway: &Gw<'_, '_>, tech: &Output<ShowTech>) {
        let Some(driver) = &tech.value.driver else { return };
        let young = gateway
            .dataplane_started()
            .and_then(|started| gateway.cx().age(started))
            .is_some_and(|age| age.under(YOUNG));
        // Largest loss first.
        let mut lossy: Vec<(&DriverRow, u64)> =
            driver.rows.iter().map(|row| (row, drops(row))).filter(|(_, drops)| *drops > 0).collect();
        lossy.sort_by_key(|(_, drops)| std::cmp::Reverse(*drops));
        for (row, _) in lossy {
            let rx = row.counter("pkt-rx").map_or(0, |count| count.value);
            let mut over = false;
            for name in ["kernel-drops", "tx-drops"] {
                let Some(count) = row.counter(name).filter(|count| count.value > 0) else { continue };
                let many = name == "kernel-drops" && young && count.value >= MANY_DROPS;
                // Counts of idle or stuck tasks can be lost: without a whole there is no share.
                let share = rx > 0 && over_permille(count.value, rx);
                let note = format!("worker {}, {}: {name} of {rx} received", row.worker, row.interface.value);
                let evidence = tech
                    .evidence(count.span, note)
                    .field(format!("Packet driver status: {name}"))
                    .value(count.value.to_string());
                if many || share {
                    over = true;
                    self.worst.get_or_insert_with(|| {
                        format!(
                            "{} {name} on worker {}, {} ({})",
                            count.value,
                            row.worker,
                            row.interface.value,
                            percent(count.value, rx)
                        )
                    });
                    self.evidence.push(evidence);
                } else {
                    self.notes.push(evidence);
                }
            }
            self.rows = self.rows.saturating_add(usize::from(over));
        }
    }

    fn internal_drops(&mut self, tech: &Output<ShowTech>) {
        let Some(all) = received(&tech.value) else { return };
        let note = format!("a queue was full, of {all} received packets");
        let Some((count, evidence)) = packet_stat(tech, "Internal drop", &note) else { return };
        if over_permille(count, all) {
            self.worst
                .get_or_insert_with(|| format!("{count} packets dropped at full queues ({})", percent(count, all)));
            self.evidence.push(evidence);
        } else if count > 0 {
            self.notes.push(evidence);
        }
    }

    fn lost_metrics(&mut self, gateway: &Gw<'_, '_>, log: LogRef<'_>) {
        let hits: Vec<&Hit> = log.hits(&datapath::METRICS_LOST).collect();
        // Nothing ends such a line: only a young one tells of now.
        let recent = hits.last().is_some_and(|last| is_recent(gateway, last) == Some(true));
        let Some(evidence) = repeated(log, &hits, "the statistics cannot follow, counters are too low") else { return };
        if recent {
            self.worst.get_or_insert_with(|| "its statistics cannot follow".to_owned());
            self.evidence.push(evidence);
        } else {
            self.notes.push(evidence);
        }
    }
}

/// All drops of a row that speak for an overload.
fn drops(row: &DriverRow) -> u64 {
    let count = |name: &str| row.counter(name).map_or(0, |count| count.value);
    count("kernel-drops").saturating_add(count("tx-drops"))
}

fn report(gateway: &Gw<'_, '_>, seen: Seen, out: &mut Outcome) {
    let name = gateway.name();
    let finding = match seen.worst {
        Some(worst) => {
            let others = match seen.rows {
                0 | 1 => String::new(),
                rows => format!(", {rows} receive queues in all"),
            };
            out.finding(
                for_gateway(gateway, Severity::Warning),
                gateway.agent_subject(),
                format!("{name} is overloaded: {worst}{others}"),
            )
            .confidence(Confidence::Likely)
            .detail(
                "Packets are lost before the gateway knows their VPC: neither the counters of the VPCs nor the metrics show \
                 it. Overload comes in bursts and hits the flows of one worker and port.",
            )
            .evidences(seen.evidence)
            .run("Capture the counters twice, a minute apart: only growth shows that it goes on", commands::dataplane_cli(gateway, "show tech"))
            .run("Give the gateway more workers (spec.workers)", commands::edit("gateway", &gateway.gateway_subject().namespace, name))
        }
        None if seen.notes.is_empty() => {
            out.pass();
            return;
        }
        None => out
            .finding(
                Severity::Info,
                gateway.agent_subject(),
                format!("{name} lost a few packets in its driver since its start"),
            )
            .detail("Few or old losses in queues are usual; they are a fault only if they grow.")
            .evidences(seen.notes.into_iter().take(5)),
    };
    out.report(finding.key(gateway.key()));
}

#[cfg(test)]
mod tests {
    use hh_worlds::World;

    use super::DriverOverload;
    use crate::testing::said;

    const TECH: &str = "dataplane: show tech";
    const ROW: &str =
        "worker 5\n   enp2s1                       0           0           0           0           0             0";

    fn world() -> World {
        World::healthy().small()
    }

    /// Worker 5, enp2s1 (260745 received), with these ppline-, tx- and kernel-drops.
    fn dropping(world: World, pipeline: u32, tx: u32, kernel: u32) -> World {
        let row = format!("worker 5\n   enp2s1 {pipeline} {tx} 0 0 0 {kernel}");
        world.insight_replace("gateway-1", TECH, ROW, &row)
    }

    #[test]
    fn each_row_is_judged_by_itself() {
        // 0.4 % of its row, 0.01 % of all.
        let said = said(&DriverOverload, &dropping(world(), 0, 0, 1043));
        assert_eq!(said.lines(), ["warning GatewayAgent/gateway-1"]);
        assert_eq!(said.findings[0].title, "gateway-1 is overloaded: 1043 kernel-drops on worker 5, enp2s1 (0.4 %)");
        assert_eq!(said.findings[0].evidence[0].value.as_deref(), Some("1043"));
        assert_eq!(super::super::tests::severities(&DriverOverload, &dropping(world(), 0, 300, 0)), ["warning"]);
    }

    #[test]
    fn few_or_old_drops_are_a_note() {
        assert_eq!(super::super::tests::severities(&DriverOverload, &dropping(world(), 0, 20, 200)), ["info"]);
    }

    #[test]
    fn many_drops_count_while_the_dataplane_is_young() {
        let busy = |world: World| world.insight_replace("gateway-1", TECH, " 260745 ", " 9260745 ");
        let world = dropping(busy(world()), 0, 0, 1500);
        assert_eq!(super::super::tests::severities(&DriverOverload, &world), ["info"]);
        let pod = format!("Pod/{}", world.pod("gateway-1", "dataplane"));
        let young = world.set(&pod, "/status/containerStatuses/0/state/running/startedAt", "2026-10-06T02:00:00Z");
        assert_eq!(super::super::tests::severities(&DriverOverload, &young), ["warning"]);
    }

    #[test]
    fn pipeline_drops_are_no_overload() {
        assert!(said(&DriverOverload, &dropping(world(), 4619, 0, 0)).findings.is_empty());
        // v0.24: one table without kernel drops.
        let table = "   iface             status             pps                pkt-rx                pkt-tx  ppline-drops  \
            tx-drops  wd-misses\n worker 0: running\n   enp2s1            Active          8120.4               5512004    \
            5498111           903         0          0\n";
        let tech =
            format!("time: 2026-10-06 09:41:17\n ━━━━ Packet driver status ━━━━\n max rx batch: 128 pkts\n\n{table}");
        let older = world().set("GatewayAgent/gateway-1", "/status/state/dataplane/version", "v0.24.0");
        let said = said(&DriverOverload, &older.insight("gateway-1", TECH, &tech));
        assert_eq!((said.findings.len(), said.passed), (0, 2));
    }

    #[test]
    fn internal_drops_and_lost_metrics() {
        let row = "Internal drop                  0";
        let drops = world().insight_replace("gateway-1", TECH, row, "Internal drop                  9000");
        assert_eq!(super::super::tests::severities(&DriverOverload, &drops), ["warning"]);
        let pod = world().pod("gateway-1", "dataplane");
        let line = |time: &str| {
            format!("{time}  WARN worker-1 dataplane::stats: 90: metrics channel full! Some metrics lost\n")
        };
        let lost = |time: &str| world().log_more(&pod, "dataplane", &line(time));
        assert_eq!(super::super::tests::severities(&DriverOverload, &lost("2026-10-06T09:40:00.000000Z")), ["warning"]);
        assert_eq!(super::super::tests::severities(&DriverOverload, &lost("2026-10-02T09:40:00.000000Z")), ["info"]);
    }

    #[test]
    fn without_output_and_log_it_is_not_checked() {
        assert_eq!(said(&DriverOverload, &world().without_insights().without_logs()).not_checked.len(), 2);
    }
}
