//! A packet worker of the dataplane ended.

use super::commands;
use super::share::{for_gateway, is_recent, repeated};
use crate::facts::{Context, Gw, LogRef};
use crate::finding::{Confidence, Evidence, Severity};
use crate::parse::command::show_tech::{DriverStatus, Worker};
use crate::parse::log::Hit;
use crate::parse::log::literals::datapath;
use crate::rule::{Meta, Order, Outcome, Rule, Source};

/// See the metadata.
#[derive(Debug)]
pub(super) struct DriverWorker;

static META: Meta = Meta {
    id: "dataplane-worker-terminated",
    reference: &["GW-DRV-WORKER"],
    title: "A packet worker of the dataplane ended or hangs",
    severities: &[Severity::Critical, Severity::Warning, Severity::Info],
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
Looks at `Packet driver status` of `show tech` (since dataplane v0.24) for a worker that is `Terminated(Failed: …)` or
`Terminated(Panicked: …)`, and at the dataplane's log for `Worker N exited with error`, `Worker N panicked`, `No more
workers are running` and `did not pat the watchdog`.

## Why it matters

Each worker forwards a share of the packets of every interface. When one ends, the flows that hash to it are lost while
all others go on, so the fault looks random. A receive task that does not pat the watchdog hangs or is overloaded.

## Not a fault

Lines of a process that was started anew since then (`Starting dataplane` follows).

## What to do

Save the output and the log, then restart the dataplane; its sessions and NAT flows are made anew.",
    explains: &[],
    order: Order::Drops,
};

impl Rule for DriverWorker {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn check(&self, cx: &Context<'_>, out: &mut Outcome) {
        for gateway in cx.gateways() {
            let tech = gateway.show_tech();
            let log = gateway.dataplane_log();
            let driver = tech.and_then(|tech| tech.value.driver.as_ref());
            if driver.is_none() && log.is_none() {
                match tech {
                    None => out.not_checked(gateway.agent_subject(), Source::ShowTech),
                    Some(_) => out.cannot_tell(gateway.agent_subject(), "`show tech` holds no driver status"),
                }
                continue;
            }
            let dead: Vec<&Worker> =
                driver.iter().flat_map(|driver| &driver.workers).filter(|worker| worker.terminated()).collect();
            let mut evidence: Vec<Evidence> = tech
                .iter()
                .flat_map(|tech| {
                    dead.iter().map(|worker| {
                        tech.evidence(worker.span, format!("worker {} does not run", worker.index))
                            .field("Packet driver status")
                            .value(&worker.state.value)
                    })
                })
                .collect();
            // An output in which all workers run is of a process that was started after such lines.
            let all_run = driver.is_some_and(|driver| !driver.workers.is_empty()) && dead.is_empty();
            let mut logged = 0;
            if let Some(log) = log.filter(|_| !all_run) {
                let hits: Vec<&Hit> = log.current(&datapath::WORKER_DIED).collect();
                logged = hits.len();
                evidence.extend(hits.iter().map(|hit| log.evidence(hit, "a worker ended")));
                let last: Vec<&Hit> = log.current(&datapath::NO_WORKERS).collect();
                evidence.extend(repeated(log, &last, "no worker is left, the process stops"));
            }
            if !evidence.is_empty() {
                terminated(&gateway, driver, dead.len().max(logged), evidence, out);
            } else if !log.is_some_and(|log| watchdog(&gateway, log, driver, out)) {
                out.pass();
            }
        }
    }
}

fn terminated(
    gateway: &Gw<'_, '_>,
    driver: Option<&DriverStatus>,
    dead: usize,
    evidence: Vec<Evidence>,
    out: &mut Outcome,
) {
    let name = gateway.name();
    let all = driver.map_or(0, |driver| driver.workers.len());
    let title = match (dead, all) {
        (0, _) => format!("no packet worker of {name} is left"),
        (1, 0) => format!("a packet worker of {name} ended"),
        (_, 0) => format!("{dead} packet workers of {name} ended"),
        _ => format!("{dead} of {all} packet workers of {name} ended"),
    };
    let finding = out
        .finding(for_gateway(gateway, Severity::Critical), gateway.agent_subject(), title)
        .detail(
            "A worker that ended is not started again before the dataplane is. Packets of the flows that hash to it are \
             lost, those of other flows are forwarded.",
        )
        .evidences(evidence)
        .run("Save the dataplane's log, it tells why", commands::dataplane_log(gateway))
        .run(
            "Restart the dataplane; its counters, sessions and NAT flows start anew",
            commands::restart_dataplane(name),
        )
        .key(gateway.key());
    out.report(finding);
}

/// Receive tasks that did not answer the watchdog and were not started anew since.
fn watchdog(gateway: &Gw<'_, '_>, log: LogRef<'_>, driver: Option<&DriverStatus>, out: &mut Outcome) -> bool {
    let hits: Vec<&Hit> = log.current(&datapath::WATCHDOG).collect();
    let Some(last) = hits.last() else { return false };
    // The counter of the same process, where it is printed, must have counted them.
    let misses =
        driver.map(|driver| driver.rows.iter().filter_map(|row| row.counter("wd-misses")).any(|n| n.value > 0));
    if misses == Some(false) {
        return false;
    }
    let name = gateway.name();
    let recent = is_recent(gateway, last).unwrap_or(false);
    let finding = out
        .finding(
            for_gateway(gateway, Severity::Warning),
            gateway.agent_subject(),
            format!("receive tasks of {name} did not answer their watchdog ({} times)", hits.len()),
        )
        .confidence(if recent { Confidence::Likely } else { Confidence::Possible })
        .detail("A receive task hangs, or its worker is overloaded; packets that wait for it are lost meanwhile.")
        .evidences(repeated(log, &hits, "a receive task did not pat its watchdog"))
        .run("Look whether the misses go on", commands::dataplane_cli(gateway, "show tech"))
        .key(gateway.key());
    out.report(finding);
    true
}

#[cfg(test)]
mod tests {
    use hh_worlds::World;

    use super::DriverWorker;
    use crate::testing::said;

    const TECH: &str = "dataplane: show tech";
    const WATCHDOG: &str = "2026-10-06T09:40:01.000000Z  WARN watchdog dataplane::drivers::kernel: 90: RX task for \
        interface enp2s1 in worker 3 did not pat the watchdog\n";

    fn world() -> World {
        World::healthy().small()
    }

    fn log(world: World, lines: &str) -> World {
        let pod = world.pod("gateway-1", "dataplane");
        world.log_more(&pod, "dataplane", lines)
    }

    #[test]
    fn a_terminated_worker_is_critical() {
        let world = world().insight_replace(
            "gateway-1",
            TECH,
            "worker 3: running",
            "worker 3: Terminated(Panicked: index out of bounds)",
        );
        let said = said(&DriverWorker, &world);
        assert_eq!(said.lines(), ["critical GatewayAgent/gateway-1"]);
        assert_eq!(said.findings[0].title, "1 of 8 packet workers of gateway-1 ended");
        assert_eq!(said.findings[0].evidence[0].value.as_deref(), Some("Terminated(Panicked: index out of bounds)"));
        assert_eq!(said.passed, 1);
    }

    #[test]
    fn all_running_is_healthy_in_both_layouts() {
        assert_eq!((said(&DriverWorker, &world()).lines(), said(&DriverWorker, &world()).passed), (vec![], 2));
        // The older release prints no driver status; its log shows no dead worker.
        assert_eq!(said(&DriverWorker, &World::older().small()).lines(), Vec::<String>::new());
    }

    #[test]
    fn a_dead_worker_in_the_log_counts_where_no_output_contradicts() {
        let line = "2026-10-06T09:40:00.000000Z ERROR main dataplane::drivers::kernel: 90: Worker 2 panicked: oh\n";
        let dead = log(World::older().small(), line);
        assert_eq!(said(&DriverWorker, &dead).lines(), ["critical GatewayAgent/gateway-1"]);
        let restarted = "2026-10-06T09:40:30.000000Z  INFO main dataplane::runtime: 66:  ━━━━━━ Starting dataplane for \
            gateway 'gateway-1' (Version = v0.20.2) ━━━━━━\n";
        assert!(said(&DriverWorker, &log(dead, restarted)).is_quiet());
        assert!(said(&DriverWorker, &log(world(), line)).is_quiet());
    }

    #[test]
    fn the_watchdog_warns_unless_the_process_is_a_new_one() {
        let older = log(World::older().small(), WATCHDOG);
        assert_eq!(said(&DriverWorker, &older).lines(), ["warning GatewayAgent/gateway-1"]);
        // `wd-misses` is 0 everywhere: the line is of an earlier process.
        assert!(said(&DriverWorker, &log(world(), WATCHDOG)).is_quiet());
    }

    #[test]
    fn without_output_and_log_it_is_not_checked() {
        let said = said(&DriverWorker, &world().without_insights().without_logs());
        assert_eq!(said.not_checked.len(), 2, "{:?}", said.not_checked);
    }
}
