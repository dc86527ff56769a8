//! The dataplane has no driver for the gateway's PCI interfaces.

use crate::facts::{Context, Gw, LogRef, PodRole};
use crate::finding::{KeyKind, Severity};
use crate::parse::log::Hit;
use crate::parse::log::literals::{datapath, dataplane};
use crate::rule::{Meta, Order, Outcome, Relation, Rule, Source};

/// See the metadata.
#[derive(Debug)]
pub(super) struct DpdkDriver;

static META: Meta = Meta {
    id: "gateway-dpdk-driver-missing",
    reference: &["GW-IF-DPDK"],
    title: "The dataplane has no driver for PCI interfaces",
    severities: &[Severity::Critical, Severity::Info],
    needs: &[],
    uses: &[
        Source::CaptureTime,
        Source::Gateways,
        Source::GatewayAgents,
        Source::DataplaneLog,
        Source::Nodes,
        Source::Pods,
    ],
    explanation: "\
An interface with `pci` makes the dataplane use the DPDK driver. Builds without it write `Using driver DPDK...` and \
panic at once.

## Why it matters

The dataplane cannot start: the gateway serves nobody.

## Not a fault

A dataplane that runs by now: the line is history.

## What to do

Use kernel interfaces, or a build with the DPDK driver.",
    explains: &[Relation { effects: &["GW-POD-DP-CRASH"], join: &[KeyKind::Gateway] }],
    order: Order::Wiring,
};

/// "Directly followed": the panic and its report within so many bytes after the line.
const NEAR: u32 = 2048;

impl Rule for DpdkDriver {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn check(&self, cx: &Context<'_>, out: &mut Outcome) {
        for gateway in cx.gateways() {
            let Some(view) = gateway.whole_spec() else { continue };
            let pci = view.spec().interfaces.iter().find(|(_, interface)| !interface.pci.is_empty());
            let Some((name, _)) = pci else { continue };
            let logs: Vec<_> =
                [gateway.dataplane_log(), gateway.dataplane_log_previous()].into_iter().flatten().collect();
            if logs.is_empty() {
                out.not_checked(gateway.gateway_subject(), Source::DataplaneLog);
                continue;
            }
            let Some((log, chosen, panic)) = logs.into_iter().find_map(failure) else {
                out.pass();
                continue;
            };
            let severity = if gateway.is_new() || runs(&gateway) { Severity::Info } else { Severity::Critical };
            let finding = out
                .finding(
                    severity,
                    gateway.gateway_subject().part(name),
                    format!("the dataplane of {} has no driver for PCI interfaces", gateway.name()),
                )
                .detail(
                    "An interface has a PCI address, so the dataplane chose the DPDK driver and panicked at once: this \
                     build does not hold it.",
                )
                .evidence(log.evidence(panic, "the panic"))
                .evidence(log.evidence(chosen, "the driver that was chosen"))
                .evidence(view.evidence(&["interfaces", name, "pci"], "why that driver was chosen"))
                .key(gateway.key())
                .run(
                    "see the end of the last start",
                    format!("kubectl logs -n fab ds/gw--{}--dataplane -c dataplane --previous", gateway.name()),
                );
            out.report(finding);
        }
    }
}

/// The last choice of the driver and the panic right after it.
fn failure<'b>(log: LogRef<'b>) -> Option<(LogRef<'b>, &'b Hit, &'b Hit)> {
    let chosen = log.hits(&dataplane::DRIVER_DPDK).last()?;
    let after =
        |hit: &&Hit| hit.line.start > chosen.line.start && hit.line.start.saturating_sub(chosen.line.end) < NEAR;
    let panic = log.hits(&dataplane::DRIVER_MISSING).find(after).or_else(|| log.hits(&datapath::PANIC).find(after))?;
    Some((log, chosen, panic))
}

/// True if the container is ready by now.
fn runs(gateway: &Gw<'_, '_>) -> bool {
    let pods = gateway.pods(PodRole::Dataplane);
    !pods.is_empty() && pods.iter().all(|pod| pod.container("dataplane").is_some_and(|view| view.status.ready))
}

#[cfg(test)]
mod tests {
    use hh_worlds::{World, json};

    use super::DpdkDriver;
    use crate::testing::said;

    const PANIC: &str = "2026-10-06T09:40:01.000000Z  INFO main dataplane: 100: Using driver DPDK...\n\
thread 'main' panicked at dataplane/src/main.rs:210:13:\nnot yet implemented\n";

    fn world(log: &str) -> World {
        let world = World::healthy().small().set("Gateway/gateway-2", "/spec/interfaces/enp2s1/pci", "0000:3b:00.0");
        let pod = world.pod("gateway-2", "dataplane");
        world.previous_log(&pod, "dataplane", log)
    }

    fn crashing(log: &str) -> World {
        let world = world(log);
        let pod = format!("Pod/{}", world.pod("gateway-2", "dataplane"));
        world.edit(&pod, |pod| {
            let status = &mut pod["status"]["containerStatuses"][0];
            status["ready"] = json!(false);
            status["state"] = json!({"waiting": {"reason": "CrashLoopBackOff"}});
        })
    }

    #[test]
    fn a_build_without_the_driver() {
        let said = said(&DpdkDriver, &crashing(PANIC));
        assert_eq!(said.lines(), ["critical Gateway/gateway-2 (enp2s1)"]);
        assert!(said.findings[0].evidence[0].line.is_some());
    }

    #[test]
    fn looks_like_it() {
        assert!(said(&DpdkDriver, &World::healthy().small()).findings.is_empty());
        assert_eq!(
            said(
                &DpdkDriver,
                &crashing("2026-10-06T09:40:01.000000Z  INFO main dataplane: 100: Using driver DPDK...\n")
            )
            .passed,
            1
        );
        assert!(said(&DpdkDriver, &world(PANIC)).is_quiet());
    }

    #[test]
    fn not_checked_without_logs() {
        let said = said(&DpdkDriver, &crashing(PANIC).without_logs());
        assert_eq!(said.not_checked, ["Gateway gateway-2: log of the dataplane container"]);
    }
}
