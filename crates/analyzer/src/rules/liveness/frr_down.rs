//! FRR of a gateway does not run.

use super::pod::{finding, logs_command, state_evidence, with_reason};
use super::{dataplane_down::state_words, last_words};
use crate::facts::{Context, Fault, FaultKind, Gw, LogRef, PodRole};
use crate::finding::{Confidence, Evidence, Finding, Severity};
use crate::parse::log::literals::frr;
use crate::rule::{Meta, Order, Outcome, Rule, Source};
use crate::rules::relations::FRR_DOWN;

/// See the metadata.
#[derive(Debug)]
pub(super) struct FrrDown;

static META: Meta = Meta {
    id: "gateway-frr-down",
    reference: &["GW-POD-FRR-DOWN", "S2", "S9"],
    title: "FRR of a gateway does not run",
    severities: &[Severity::Critical, Severity::Info],
    needs: &[Source::Pods],
    uses: &[
        Source::FrrLog,
        Source::Gateways,
        Source::GatewayAgents,
        Source::Nodes,
        Source::Events,
        Source::CaptureTime,
    ],
    explanation: "Looks at the container `frr` of each gateway: waiting in `CrashLoopBackOff`, ended with an exit code \
other than 0, or not ready for more than 60 s after its start. Of a table: READY 1/2 or 0/2 after 2 minutes; 1/2 cannot \
tell whether it is FRR or only its exporter.

## Why it matters
FRR holds the BGP sessions to the leaves. Without it the gateway announces nothing and its groups fail over. The \
container ends when watchfrr or frr-agent ends, and all of FRR restarts.

## Not a fault
- The exporter alone is not ready: see `gateway-frr-exporter-down`.
- A container that waits to be created: see `gateway-pod-init-failed`.
- Containers that a reboot of their node ended.

## What to do
Read the log of the previous container.",
    explains: FRR_DOWN,
    order: Order::Pod,
};

impl Rule for FrrDown {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn check(&self, cx: &Context<'_>, out: &mut Outcome) {
        for gw in cx.gateways() {
            for pod in gw.pods(PodRole::Frr).into_iter().filter(|pod| !pod.is_leaving()) {
                let faults = gw.pod_faults(pod);
                let down = faults.iter().find(|fault| fault.kind == FaultKind::Down && !fault.is_exporter());
                match down {
                    Some(fault) => out.report(report(&gw, fault, out)),
                    None => out.pass(),
                }
            }
        }
    }
}

fn report(gw: &Gw<'_, '_>, fault: &Fault<'_>, out: &Outcome) -> Finding {
    let pod = fault.pod;
    let partly = fault.container.is_none() && pod.table_ready().is_some_and(|(ready, _)| ready > 0);
    let (name, title) = if partly {
        ("", format!("frr pod of gateway {} is not ready: {}", gw.name(), state_words(fault)))
    } else {
        ("frr", format!("FRR of gateway {} does not run: {}", gw.name(), state_words(fault)))
    };
    let detail = if partly {
        "The table cannot tell whether FRR is down, which takes all BGP sessions with it, or only its exporter."
    } else {
        "All BGP sessions of the gateway are down with it, so that its groups fail over."
    };
    let confidence = if partly { Confidence::Possible } else { Confidence::Certain };
    let log = fault.container.as_ref().and_then(|view| last_words::of_ended(gw, pod, view));
    let words = log.into_iter().flat_map(|log| reasons(log).into_iter().chain(last_words::tail(log)));
    let finding = finding(out, gw, (pod, name), Severity::Critical, title).confidence(confidence).detail(detail);
    let finding = with_reason(finding, state_evidence(fault), words);
    finding.run("Read the log of the container that ended.", logs_command(pod, "frr", true)).run(
        "Look at the pod's containers and events.",
        format!("kubectl describe pod -n {} {}", pod.object.meta.namespace, pod.name()),
    )
}

/// What the log says of the end: the last of each.
fn reasons(log: LogRef<'_>) -> Vec<Evidence> {
    let known = [
        (&frr::AGENT_SOCKET_FAILED, "frr-agent cannot open its socket"),
        (&frr::START_FAILED, "watchfrr gives up"),
        (&frr::CRASHED, "a daemon crashed"),
        (&frr::DAEMON_DOWN, "a daemon went down"),
    ];
    known.into_iter().filter_map(|(literal, note)| Some(log.evidence(log.current(literal).last()?, note))).collect()
}

#[cfg(test)]
mod tests {
    use hh_worlds::{World, json};

    use super::FrrDown;
    use crate::testing::{said, said_of_files};

    const DOWN: &str = "2026/10/06 09:30:00 WATCHFRR: [RPXEB-1YZ8S] watching [mgmtd zebra bgpd staticd bfdd]\n\
        2026/10/06 09:30:20 WATCHFRR: [VTVCM-Y2NW3] all configured daemons failed to start -- exiting watchfrr\n";

    fn frr(state: hh_worlds::Value) -> World {
        let world = World::healthy().small();
        let path = format!("Pod/{}", world.pod("gateway-2", "frr"));
        world
            .set(&path, "/status/containerStatuses/0/ready", false)
            .set(&path, "/status/containerStatuses/0/restartCount", 6)
            .set(&path, "/status/containerStatuses/0/state", state)
    }

    #[test]
    fn a_crash_loop() {
        let world = frr(json!({"waiting": {"reason": "CrashLoopBackOff"}}));
        let pod = world.pod("gateway-2", "frr");
        let said = said(&FrrDown, &world.previous_log(&pod, "frr", DOWN));
        assert_eq!(said.lines(), [format!("critical Pod/{pod} (frr)")]);
        let finding = &said.findings[0];
        assert_eq!(finding.title, "FRR of gateway gateway-2 does not run: CrashLoopBackOff, 6 restarts");
        assert_eq!(finding.evidence[0].field.as_deref(), Some("status.containerStatuses[0].state.waiting.reason"));
        assert!(finding.evidence.iter().any(|e| e.note == "watchfrr gives up" && e.line.is_some()));
    }

    #[test]
    fn an_end_with_an_exit_code() {
        let state = json!({"terminated": {"exitCode": 1, "reason": "Error", "finishedAt": "2026-10-06T09:41:00Z"}});
        assert_eq!(said(&FrrDown, &frr(state)).findings.len(), 1);
    }

    #[test]
    fn healthy_pictures() {
        assert_eq!(said(&FrrDown, &World::healthy().small()).passed, 2);
        let waiting = frr(json!({"waiting": {"reason": "PodInitializing"}}));
        assert_eq!(said(&FrrDown, &waiting).findings.len(), 0);
        let exporter = World::healthy().small();
        let path = format!("Pod/{}", exporter.pod("gateway-2", "frr"));
        let exporter = exporter.set(&path, "/status/containerStatuses/1/ready", false);
        assert_eq!(said(&FrrDown, &exporter).findings.len(), 0);
    }

    fn table(ready: &str, status: &str, age: &str) -> crate::testing::Said {
        let mut files = World::healthy().small().without("Pod").files();
        let text = format!(
            "NAME                       READY   STATUS             RESTARTS   AGE\n\
             gw--gateway-2--frr-kfrkc   {ready}     {status:<18} 0          {age}\n"
        );
        files.insert("pods.txt".into(), text.into_bytes());
        said_of_files(&FrrDown, files)
    }

    #[test]
    fn a_table_cannot_tell_which() {
        let said = table("1/2", "CrashLoopBackOff", "9d");
        assert_eq!(said.lines(), ["critical Pod/gw--gateway-2--frr-kfrkc"]);
        assert_eq!(said.findings[0].confidence, "possible");
        assert_eq!(said.findings[0].evidence[0].value.as_deref(), Some("1/2"));
        assert_eq!(said.findings[0].evidence[0].line, Some(2));
        assert_eq!(table("0/2", "Error", "9d").findings[0].confidence, "certain");
        assert_eq!(table("1/2", "Running", "40s").findings.len(), 0);
        assert_eq!(table("2/2", "Running", "9d").findings.len(), 0);
    }

    #[test]
    fn not_captured() {
        assert_eq!(said(&FrrDown, &World::healthy().small().without("Pod")).not_checked, ["Pods of namespace fab"]);
    }
}
