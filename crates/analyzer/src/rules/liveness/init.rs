//! A pod of a gateway does not get past its init containers.

use super::pod::{finding, logs_command, state_evidence, with_reason};
use super::{dataplane_down::state_words, last_words};
use crate::facts::{Context, Fault, FaultKind, Gw, PodRole};
use crate::finding::{Evidence, Finding, Severity};
use crate::rule::{Meta, Order, Outcome, Rule, Source};
use crate::rules::relations::DEAD_GATEWAY;

/// See the metadata.
#[derive(Debug)]
pub(super) struct InitFailed;

static META: Meta = Meta {
    id: "gateway-pod-init-failed",
    reference: &["GW-POD-INIT", "S2"],
    title: "A pod of a gateway does not start",
    severities: &[Severity::Critical, Severity::Error, Severity::Info],
    needs: &[Source::Pods],
    uses: &[Source::Gateways, Source::GatewayAgents, Source::Nodes, Source::Events, Source::CaptureTime],
    explanation:
        "Looks at the init containers of a gateway's pods: waiting in `CrashLoopBackOff` or ended with an exit \
code other than 0; and at pods none of whose containers has started 2 minutes after they were made. Of a table, STATUS \
`Init:…` after 2 minutes.

## Why it matters
The init containers of the dataplane set up the gateway's interfaces. While one fails the gateway does not run. The \
usual reasons are an interface of the Gateway that the node does not have (`Cannot find device`), and an MTU that the \
device refuses.

## Not a fault
- `Init:0/1`, `PodInitializing` and `ContainerCreating` in the first 2 minutes of a pod.
- Init containers that a reboot of their node ended.

## What to do
Read the log of the init container; correct the interfaces of the Gateway.",
    explains: DEAD_GATEWAY,
    order: Order::Pod,
};

impl Rule for InitFailed {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn check(&self, cx: &Context<'_>, out: &mut Outcome) {
        for gw in cx.gateways() {
            for pod in gw.all_pods().into_iter().filter(|pod| !pod.is_leaving()) {
                let faults = gw.pod_faults(pod);
                let fault = faults.iter().find(|fault| matches!(fault.kind, FaultKind::Init | FaultKind::NotStarted));
                match fault {
                    Some(fault) => out.report(report(&gw, fault, out)),
                    None => out.pass(),
                }
            }
        }
    }
}

fn report(gw: &Gw<'_, '_>, fault: &Fault<'_>, out: &Outcome) -> Finding {
    let pod = fault.pod;
    let name = fault.container_name();
    let severity = if pod.role == PodRole::Agent { Severity::Error } else { Severity::Critical };
    let what = match (fault.kind, name) {
        (FaultKind::Init, "") => format!("is stuck in its init containers: {}", state_words(fault)),
        (FaultKind::Init, name) => format!("fails in init container {name}: {}", state_words(fault)),
        _ => {
            let age = pod.age(gw.cx()).map(|age| format!(" after {}", age.words())).unwrap_or_default();
            format!("has not started{age}")
        }
    };
    let title = format!("{} pod of gateway {} {what}", pod.role.name(), gw.name());
    let mut reasons = Vec::new();
    if fault.kind == FaultKind::NotStarted && !pod.table_only() {
        reasons.extend(not_started(fault));
    }
    let log = fault.container.as_ref().and_then(|view| last_words::of_ended(gw, pod, view));
    let mut detail = "The main containers of a pod start only after all its init containers ended well.".to_owned();
    if let Some(log) = log {
        let known = [
            ("Cannot find device", "The Gateway names an interface that the node does not have."),
            ("mtu less than device minimum", "The MTU of an interface of the Gateway is less than the device takes."),
            (
                "mtu greater than device maximum",
                "The MTU of an interface of the Gateway is more than the device takes.",
            ),
        ];
        for (text, words) in known {
            if let Some(evidence) = last_words::last_line_with(log, &[text], "what the init container says") {
                detail = format!("{words} {detail}");
                reasons.push(evidence);
            }
        }
        reasons.extend(last_words::tail(log));
    }
    let init = if name.is_empty() { "init-ifaces" } else { name };
    let finding = finding(out, gw, (pod, name), severity, title);
    with_reason(finding, state_evidence(fault), reasons)
        .detail(detail)
        .run("Read the log of the init container.", logs_command(pod, init, false))
        .run(
            "Look at the pod's events.",
            format!("kubectl describe pod -n {} {}", pod.object.meta.namespace, pod.name()),
        )
}

/// What keeps the pod from starting: its conditions and the main container's wait.
fn not_started(fault: &Fault<'_>) -> Vec<Evidence> {
    let object = fault.pod.object;
    let mut evidence = Vec::new();
    for view in fault.pod.containers().iter().filter(|view| view.is_starting()).take(1) {
        evidence.push(object.evidence(&view.at(&["state", "waiting", "reason"]), "the main container waits"));
    }
    for (index, condition) in object.status.conditions.iter().enumerate() {
        if condition.status == "False" && !condition.message.is_empty() {
            let index = index.to_string();
            evidence.push(object.evidence(&["status", "conditions", &index, "message"], "condition of the pod"));
        }
    }
    evidence
}

#[cfg(test)]
mod tests {
    use hh_worlds::{World, json};

    use super::InitFailed;
    use crate::testing::{said, said_of_files};

    fn initializing(state: hh_worlds::Value, created: &str) -> World {
        let world = World::healthy().small();
        let path = format!("Pod/{}", world.pod("gateway-1", "dataplane"));
        world
            .set(&path, "/metadata/creationTimestamp", created)
            .set(&path, "/status/containerStatuses/0/ready", false)
            .set(&path, "/status/containerStatuses/0/state", json!({"waiting": {"reason": "PodInitializing"}}))
            .set(&path, "/status/initContainerStatuses/0/ready", false)
            .set(&path, "/status/initContainerStatuses/0/state", state)
    }

    #[test]
    fn a_failing_init_container_with_its_words() {
        let state = json!({"waiting": {"reason": "CrashLoopBackOff"}});
        let world = initializing(state, "2026-10-06T09:01:17Z");
        let pod = world.pod("gateway-1", "dataplane");
        let log = "+ ip l set mtu 9100 dev enp2s9\nCannot find device \"enp2s9\"\n";
        let said = said(&InitFailed, &world.previous_log(&pod, "init-ifaces", log));
        assert_eq!(said.lines(), [format!("critical Pod/{pod} (init-ifaces)")]);
        let finding = &said.findings[0];
        assert_eq!(finding.evidence[0].field.as_deref(), Some("status.initContainerStatuses[0].state.waiting.reason"));
        assert!(finding.detail.starts_with("The Gateway names an interface that the node does not have."));
        let line = finding.evidence.iter().find(|e| e.note == "what the init container says").unwrap();
        assert_eq!(line.value.as_deref(), Some("Cannot find device \"enp2s9\""));
    }

    #[test]
    fn a_pod_that_hangs_before_its_start() {
        let running = json!({"running": {"startedAt": "2026-10-06T09:01:19Z"}});
        let said = said(&InitFailed, &initializing(running, "2026-10-06T09:01:17Z"));
        assert_eq!(said.findings.len(), 1);
        assert_eq!(said.findings[0].title, "dataplane pod of gateway gateway-1 has not started after 40 min");
    }

    #[test]
    fn healthy_pictures() {
        assert_eq!(said(&InitFailed, &World::healthy().small()).findings.len(), 0);
        let running = json!({"running": {"startedAt": "2026-10-06T09:40:19Z"}});
        assert_eq!(said(&InitFailed, &initializing(running, "2026-10-06T09:40:17Z")).findings.len(), 0);
        // The image is another rule's matter.
        let image = json!({"waiting": {"reason": "ImagePullBackOff"}});
        assert_eq!(said(&InitFailed, &initializing(image, "2026-10-06T09:01:17Z")).findings.len(), 0);
    }

    fn table(status: &str, age: &str) -> Vec<String> {
        let mut files = World::healthy().small().without("Pod").files();
        let text = format!(
            "NAME                             READY   STATUS                  RESTARTS   AGE\n\
             gw--gateway-1--dataplane-q72rj   0/1     {status:<23} 0          {age}\n"
        );
        files.insert("pods.txt".into(), text.into_bytes());
        said_of_files(&InitFailed, files).lines()
    }

    #[test]
    fn tables() {
        assert_eq!(table("Init:CrashLoopBackOff", "20m"), ["critical Pod/gw--gateway-1--dataplane-q72rj"]);
        assert_eq!(table("Init:0/1", "20m").len(), 1);
        assert_eq!(table("Init:0/1", "40s").len(), 0);
        assert_eq!(table("PodInitializing", "40s").len(), 0);
        assert_eq!(table("Running", "40m").len(), 0);
    }

    #[test]
    fn not_captured() {
        let said = said(&InitFailed, &World::healthy().small().without("Pod"));
        assert_eq!(said.not_checked, ["Pods of namespace fab"]);
    }
}
