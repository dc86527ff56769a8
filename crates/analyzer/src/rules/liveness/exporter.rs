//! The exporter of FRR does not run; FRR does.

use super::pod::{finding, logs_command, state_evidence};
use super::{dataplane_down::state_words, last_words};
use crate::facts::{ContainerView, Context, Fault, FaultKind, Gw, PodRole};
use crate::finding::{Finding, Severity};
use crate::rule::{Meta, Order, Outcome, Rule, Source};

/// See the metadata.
#[derive(Debug)]
pub(super) struct ExporterDown;

/// So many restarts are no accident.
const RESTARTS: u64 = 3;
/// Seconds for which an end counts.
const LATELY: i64 = 3600;

static META: Meta = Meta {
    id: "gateway-frr-exporter-down",
    reference: &["GW-POD-EXPORTER"],
    title: "The metrics exporter of FRR does not run",
    severities: &[Severity::Warning, Severity::Info],
    needs: &[Source::Pods],
    uses: &[Source::Gateways, Source::GatewayAgents, Source::Nodes, Source::Events, Source::CaptureTime],
    explanation:
        "Looks at the container `frr-exporter` of a gateway whose FRR is ready: it waits, is not ready for more \
than 60 s, or was restarted at least 3 times, the last time within the hour.

## Why it matters
Metrics of FRR are missing. Routing and traffic are not affected, although the pod shows 1/2.

## Not a fault
- An exporter that was restarted some time ago and runs.
- FRR itself down: see `gateway-frr-down`.

## What to do
Read the log of the exporter.",
    explains: &[],
    order: Order::Pod,
};

impl Rule for ExporterDown {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn check(&self, cx: &Context<'_>, out: &mut Outcome) {
        for gw in cx.gateways() {
            for pod in gw.pods(PodRole::Frr).into_iter().filter(|pod| !pod.is_leaving() && !pod.table_only()) {
                let Some(view) = pod.container("frr-exporter") else { continue };
                let frr_ready = pod.container("frr").is_some_and(|frr| frr.status.ready);
                if frr_ready && is_down(&gw, &view) {
                    let fault = Fault { pod, kind: FaultKind::Down, container: Some(view) };
                    out.report(report(&gw, &fault, out));
                } else {
                    out.pass();
                }
            }
        }
    }
}

/// A failed pull is the image's matter.
fn is_down(gw: &Gw<'_, '_>, view: &ContainerView<'_>) -> bool {
    if view.image_failure() {
        return false;
    }
    let lately = || view.last_end_time().and_then(|time| gw.cx().age(time)).is_some_and(|age| age.under(LATELY));
    let often = view.status.restart_count >= RESTARTS && lately() && !gw.ended_in_reboot(view);
    view.status.state.waiting.is_some() || gw.container_is_down(view) || often
}

fn report(gw: &Gw<'_, '_>, fault: &Fault<'_>, out: &Outcome) -> Finding {
    let pod = fault.pod;
    let title = format!("exporter of FRR on gateway {} does not run well: {}", gw.name(), state_words(fault));
    let tail = fault.container.as_ref().and_then(|view| last_words::tail(last_words::of_ended(gw, pod, view)?));
    let ready = pod.container("frr").map(|frr| pod.container_evidence(&frr, &["ready"], "FRR itself is ready"));
    finding(out, gw, (pod, "frr-exporter"), Severity::Warning, title)
        .detail("Metrics of FRR are missing. Routing is not affected: FRR itself is ready.")
        .evidences(state_evidence(fault))
        .evidences(ready)
        .evidences(tail)
        .run("Read the log of the exporter.", logs_command(pod, "frr-exporter", true))
}

#[cfg(test)]
mod tests {
    use hh_worlds::{World, json};

    use super::ExporterDown;
    use crate::testing::said;

    fn path(world: &World) -> String {
        format!("Pod/{}", world.pod("gateway-1", "frr"))
    }

    #[test]
    fn an_exporter_that_is_not_ready() {
        let world = World::healthy().small();
        let path = path(&world);
        let said = said(&ExporterDown, &world.set(&path, "/status/containerStatuses/1/ready", false));
        assert_eq!(said.lines(), [format!("warning {path} (frr-exporter)")]);
        let proof = &said.findings[0].evidence[0];
        assert_eq!(
            (proof.field.as_deref(), proof.value.as_deref()),
            (Some("status.containerStatuses[1].ready"), Some("false"))
        );
        assert_eq!(said.passed, 1);
    }

    fn restarted(end: &str) -> usize {
        let world = World::healthy().small();
        let path = path(&world);
        let world = world.set(&path, "/status/containerStatuses/1/restartCount", 3).set(
            &path,
            "/status/containerStatuses/1/lastState",
            json!({"terminated": {"exitCode": 2, "finishedAt": end}}),
        );
        said(&ExporterDown, &world).findings.len()
    }

    #[test]
    fn restarts_count_for_an_hour() {
        assert_eq!(restarted("2026-10-06T09:11:17Z"), 1);
        assert_eq!(restarted("2026-10-06T06:11:17Z"), 0);
    }

    #[test]
    fn healthy_pictures() {
        assert_eq!(said(&ExporterDown, &World::healthy().small()).passed, 2);
        let world = World::healthy().small();
        let path = path(&world);
        // The whole pod: FRR's matter.
        let both = world.clone().set(&path, "/status/containerStatuses/0/ready", false).set(
            &path,
            "/status/containerStatuses/1/ready",
            false,
        );
        assert_eq!(said(&ExporterDown, &both).findings.len(), 0);
        let image =
            world.set(&path, "/status/containerStatuses/1/state", json!({"waiting": {"reason": "ImagePullBackOff"}}));
        assert_eq!(said(&ExporterDown, &image).findings.len(), 0);
    }

    #[test]
    fn not_captured() {
        assert_eq!(
            said(&ExporterDown, &World::healthy().small().without("Pod")).not_checked,
            ["Pods of namespace fab"]
        );
    }
}
