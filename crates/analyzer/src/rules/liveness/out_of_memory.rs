//! A container of a gateway was killed for lack of memory.

use super::pod::{finding, state_evidence};
use crate::facts::{ContainerView, Context, Fault, FaultKind, Gw};
use crate::finding::{Finding, Severity};
use crate::rule::{Meta, Order, Outcome, Rule, Source};
use crate::rules::relations::OUT_OF_MEMORY;

/// See the metadata.
#[derive(Debug)]
pub(super) struct OutOfMemory;

/// Seconds for which a kill counts although the container runs again.
const LATELY: i64 = 3600;

static META: Meta = Meta {
    id: "gateway-container-oom-killed",
    reference: &["GW-POD-OOM"],
    title: "A container of a gateway was killed for lack of memory",
    severities: &[Severity::Error, Severity::Info],
    needs: &[Source::Pods],
    uses: &[Source::Gateways, Source::GatewayAgents, Source::Nodes, Source::CaptureTime],
    explanation: "Looks at the ends of a gateway's containers with reason `OOMKilled`. It is an error while the container \
is not ready, or within an hour of the end; later it is worth knowing.

## Why it matters
The pods of a gateway have no memory limit: the node itself ran out of memory. A full flow table (10 million entries by \
default) or full BGP tables need much. A killed dataplane loses all NAT sessions.

## Not a fault
- Exit code 137 without that reason: a pod that did not end within its 10 s of grace, as in a rollout.

## What to do
Give the node more memory, or lower `flowTableCapacity` and `workers` of the Gateway.",
    explains: OUT_OF_MEMORY,
    order: Order::Pod,
};

impl Rule for OutOfMemory {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn check(&self, cx: &Context<'_>, out: &mut Outcome) {
        for gw in cx.gateways() {
            for pod in gw.all_pods().into_iter().filter(|pod| !pod.is_leaving()) {
                if pod.table_only() {
                    match pod.table() {
                        Some(row) if row.status == "OOMKilled" => {
                            let fault = Fault { pod, kind: FaultKind::Down, container: None };
                            out.report(report(&gw, &fault, Severity::Error, out));
                        }
                        // Any other row hides the reason of earlier ends.
                        _ => {}
                    }
                    continue;
                }
                let killed: Vec<ContainerView<'_>> = pod.all_containers().into_iter().filter(was_killed).collect();
                if killed.is_empty() {
                    out.pass();
                }
                for view in killed {
                    let severity = severity(&gw, &view);
                    let fault = Fault { pod, kind: FaultKind::Down, container: Some(view) };
                    out.report(report(&gw, &fault, severity, out));
                }
            }
        }
    }
}

pub(super) fn was_killed(view: &ContainerView<'_>) -> bool {
    view.last_end().is_some_and(|end| end.reason == "OOMKilled")
}

fn severity(gw: &Gw<'_, '_>, view: &ContainerView<'_>) -> Severity {
    let lately = view.last_end_time().and_then(|time| gw.cx().age(time)).is_some_and(|age| age.under(LATELY));
    if lately || (!view.status.ready && !view.init) { Severity::Error } else { Severity::Info }
}

fn report(gw: &Gw<'_, '_>, fault: &Fault<'_>, severity: Severity, out: &Outcome) -> Finding {
    let pod = fault.pod;
    let role = pod.role.name();
    let name = if fault.container_name().is_empty() { role } else { fault.container_name() };
    let age = fault.container.as_ref().and_then(ContainerView::last_end_time).and_then(|time| gw.cx().age(time));
    let when = age.map(|age| format!(" {} before the capture", age.words())).unwrap_or_default();
    let lost = if name == "dataplane" { " The dataplane lost all its NAT sessions with it." } else { "" };
    let mut finding = finding(
        out,
        gw,
        (pod, name),
        severity,
        format!("{name} of gateway {} was killed for lack of memory{when}", gw.name()),
    )
    .detail(format!("The pod has no memory limit: the node itself ran out of memory.{lost}"))
    .evidences(state_evidence(fault));
    let capacity = ["spec", "gateway", "flowTableCapacity"];
    if let Some(agent) = gw.agent().filter(|agent| name == "dataplane" && agent.at(&capacity).is_some()) {
        finding = finding.evidence(agent.evidence(&capacity, "flow table capacity of the gateway"));
    }
    finding
        .run("Look at the node's memory.", format!("kubectl describe node {}", gw.name()))
        .step("Give the node more memory, or lower `flowTableCapacity` or `workers` of the Gateway.")
}

#[cfg(test)]
mod tests {
    use hh_worlds::{World, json};

    use super::OutOfMemory;
    use crate::testing::{said, said_of_files};

    fn killed(reason: &str, end: &str) -> World {
        let world = World::healthy().small();
        let path = format!("Pod/{}", world.pod("gateway-1", "dataplane"));
        world.set(&path, "/status/containerStatuses/0/restartCount", 1).set(
            &path,
            "/status/containerStatuses/0/lastState",
            json!({"terminated": {"reason": reason, "exitCode": 137, "finishedAt": end}}),
        )
    }

    #[test]
    fn a_recent_kill() {
        let world = killed("OOMKilled", "2026-10-06T09:11:17Z");
        let said = said(&OutOfMemory, &world);
        assert_eq!(said.lines(), [format!("error Pod/{} (dataplane)", world.pod("gateway-1", "dataplane"))]);
        let proof = said.findings[0].evidence.iter().find(|e| e.value.as_deref() == Some("OOMKilled")).unwrap();
        assert_eq!(proof.field.as_deref(), Some("status.containerStatuses[0].lastState.terminated.reason"));
        assert!(proof.line.is_some());
    }

    #[test]
    fn old_kills_and_other_ends() {
        assert!(said(&OutOfMemory, &killed("OOMKilled", "2026-10-06T02:11:17Z")).is_quiet());
        assert_eq!(said(&OutOfMemory, &killed("Error", "2026-10-06T09:11:17Z")).findings.len(), 0);
        assert_eq!(said(&OutOfMemory, &World::healthy().small()).passed, 4);
    }

    #[test]
    fn a_table_shows_it_while_it_lasts() {
        let mut files = World::healthy().small().without("Pod").files();
        let text = "NAME                             READY   STATUS      RESTARTS     AGE\n\
                    gw--gateway-1--dataplane-q72rj   0/1     OOMKilled   2 (5s ago)   9d\n";
        files.insert("pods.txt".into(), text.as_bytes().to_vec());
        let said = said_of_files(&OutOfMemory, files);
        assert_eq!(said.lines(), ["error Pod/gw--gateway-1--dataplane-q72rj (dataplane)"]);
    }

    #[test]
    fn not_captured() {
        assert_eq!(said(&OutOfMemory, &World::healthy().small().without("Pod")).not_checked, ["Pods of namespace fab"]);
    }
}
