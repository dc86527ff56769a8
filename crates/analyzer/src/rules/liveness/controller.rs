//! The fabric controller does not run.

use super::last_words;
use crate::facts::{ContainerView, Context, Deployment, LogRef, Object, Pod, PodRole, PodView};
use crate::finding::{Finding, Key, KeyKind, Severity};
use crate::parse::log::Stream;
use crate::parse::log::literals::{any, controller};
use crate::rule::{Meta, Order, Outcome, Relation, Rule, Source};

/// See the metadata.
#[derive(Debug)]
pub(super) struct ControllerDown;

/// A pod this young may still be created.
const STARTING: i64 = 300;
/// Seconds that a container may be unready after its start.
const READY_WITHIN: i64 = 60;

static META: Meta = Meta {
    id: "fabric-controller-down",
    reference: &["GW-CTRL-DOWN"],
    title: "The fabric controller does not run",
    severities: &[Severity::Critical, Severity::Info],
    needs: &[],
    uses: &[
        Source::Pods,
        Source::Deployments,
        Source::ControllerLog,
        Source::FabricatorLog,
        Source::Fabricator,
        Source::CaptureTime,
    ],
    explanation: "Looks at the pod of the fabric controller (up to v0.44 also `gateway-ctrl`): it must be ready. Where pods \
are not captured, the Deployment must have a ready replica. Errors of its log while it is not ready are quoted, such as a \
validator of the dataplane that cannot be loaded.

## Why it matters
All Hedgehog objects are frozen and every change is refused by its webhooks. Running traffic is not affected.

## Not a fault
- A pod that was made less than 5 minutes ago and waits to be created.
- An old pod of a rollout beside one that is ready.

## What to do
Read the log of the controller and the events of its pod.",
    explains: &[
        Relation {
            effects: &[
                "GW-AGENT-STALESPEC",
                "GW-PEER-ABSENT",
                "GW-PEER-NOTINAGENT",
                "GW-AGENT-ABSENT",
                "GW-HA-STALEGROUPS",
                "GW-VPCINFO-NOTREADY",
                "FAB-011",
                "FAB-012",
                "FAB-016",
                "DHCP-602",
                "DHCP-603",
                "VPC-502",
            ],
            join: &[],
        },
        Relation { effects: &["FAB-013"], join: &[KeyKind::Pod] },
        Relation { effects: &["FAB-013"], join: &[KeyKind::Workload] },
    ],
    order: Order::Controller,
};

impl Rule for ControllerDown {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn check(&self, cx: &Context<'_>, out: &mut Outcome) {
        if !cx.captured(Source::Pods) && !cx.captured(Source::Deployments) {
            out.not_checked_at_all(Source::Pods);
            return;
        }
        judge(cx, "fabric-ctrl", out);
        // Since v0.45 it is part of the fabric controller.
        if !cx.fabricator_release().since(0, 45, 0) {
            judge(cx, "gateway-ctrl", out);
        }
    }
}

fn judge(cx: &Context<'_>, name: &str, out: &mut Outcome) {
    let pods: Vec<PodView<'_>> = cx
        .list::<Pod>()
        .iter()
        .filter(|pod| pod.meta.namespace == "fab" && is_of(pod.name(), name))
        .map(|object| PodView { object, role: PodRole::Dataplane })
        .filter(|pod| !pod.is_leaving())
        .collect();
    if pods.is_empty() {
        deployment(cx, name, out);
    } else if pods.iter().any(|pod| is_ready(*pod)) {
        out.pass();
    } else if let Some(pod) = pods.first() {
        out.report(report(cx, name, *pod, out));
    }
}

/// `<deployment>-<hash>-<suffix>`, and not that of a longer name.
fn is_of(pod: &str, deployment: &str) -> bool {
    let rest = pod.strip_prefix(deployment).and_then(|rest| rest.strip_prefix('-'));
    rest.is_some_and(|rest| rest.split('-').count() <= 2)
}

fn is_ready(pod: PodView<'_>) -> bool {
    if pod.table_only() {
        return pod.table_ready().is_some_and(|(ready, all)| ready == all && all > 0);
    }
    let containers = pod.containers();
    !containers.is_empty() && containers.iter().all(|view| view.status.ready)
}

/// On its way up: just made and waiting, or started a moment ago for the first time.
fn is_coming(cx: &Context<'_>, pod: PodView<'_>) -> bool {
    let young = pod.age(cx).is_some_and(|age| age.under(STARTING));
    if let Some(row) = pod.table().filter(|_| pod.table_only()) {
        let waits = matches!(row.status.as_str(), "ContainerCreating" | "PodInitializing" | "Pending" | "Running");
        return young && row.restarts == 0 && waits;
    }
    let starting = |view: &ContainerView<'_>| {
        let fresh = view.started_at().and_then(|time| cx.age(time)).is_some_and(|age| !age.over(READY_WITHIN));
        view.status.restart_count == 0 && (fresh || (young && view.is_starting()) || view.status.ready)
    };
    let containers = pod.containers();
    containers.iter().all(starting) && (young || !containers.is_empty())
}

fn report(cx: &Context<'_>, name: &str, pod: PodView<'_>, out: &Outcome) -> Finding {
    let severity = if is_coming(cx, pod) { Severity::Info } else { Severity::Critical };
    let meta = &pod.object.meta;
    let mut finding = out
        .finding(severity, pod.object.subject(), format!("the controller {name} is not ready"))
        .detail(effect(name))
        .key(Key::Fabric)
        .key(Key::Pod(meta.namespace.clone(), meta.name.clone()))
        .key(Key::Workload("fab".into(), name.into()));
    if pod.table_only() {
        finding = finding.evidences(super::pod::row_evidence(pod));
    }
    for view in pod.containers().iter().filter(|view| !view.status.ready) {
        finding = finding.evidence(pod.container_evidence(view, &["ready"], "the container is not ready"));
        for route in [["state", "waiting", "reason"], ["lastState", "terminated", "exitCode"]] {
            if pod.object.at(&view.at(&route)).is_some() {
                finding = finding.evidence(pod.container_evidence(view, &route, "its state"));
            }
        }
    }
    finding
        .evidences(from_log(cx, name, pod))
        .run("Read the log of the controller.", format!("kubectl logs -n fab deploy/{name} --all-containers"))
        .run("Look at the pod's events.", format!("kubectl describe pod -n fab {}", pod.name()))
}

fn effect(name: &str) -> &'static str {
    if name == "gateway-ctrl" {
        "All gateway objects are frozen: no change of a Gateway, a VPC or a peering reaches a gateway. Running traffic is \
         not affected."
    } else {
        "All Hedgehog objects are frozen, and its webhooks refuse every change. Running traffic is not affected."
    }
}

/// The errors that keep it from starting, and its last lines.
fn from_log(cx: &Context<'_>, name: &str, pod: PodView<'_>) -> Vec<crate::finding::Evidence> {
    let stream = if name == "gateway-ctrl" { Stream::GatewayCtrl } else { Stream::FabricCtrl };
    let logs: Vec<LogRef<'_>> =
        cx.logs(stream).filter(|log| log.log.pod.is_empty() || log.log.pod == pod.name()).collect();
    let mut evidence = Vec::new();
    for log in &logs {
        let failed = log.current(&controller::VALIDATOR_FAILED).last();
        evidence.extend(failed.map(|hit| log.evidence(hit, "the validator of the dataplane cannot be loaded")));
    }
    // Who called its webhook and was refused says so in a log of its own.
    let callers = [Stream::FabricatorCtrl, Stream::Cli, Stream::Any].into_iter().filter(|_| name == "fabric-ctrl");
    let refused = callers.flat_map(|stream| cx.logs(stream)).find_map(|log| {
        let hit = log.current(&any::WEBHOOK_DOWN).last()?;
        Some(log.evidence(hit, "its webhook does not answer"))
    });
    evidence.extend(refused);
    let last = logs.iter().find(|log| log.log.previous).or(logs.first());
    evidence.extend(last.and_then(|log| last_words::tail(*log)));
    evidence
}

/// Where its pod is not captured.
fn deployment(cx: &Context<'_>, name: &str, out: &mut Outcome) {
    let Some(set) = cx.find_in::<Deployment>("fab", name) else { return };
    if set.status.ready_replicas > 0 {
        return out.pass();
    }
    let unknown = cx.truncated() && set.at(&["status", "readyReplicas"]).is_none();
    if set.spec.replicas == Some(0) || unknown {
        return;
    }
    out.report(report_deployment(name, set, out));
}

fn report_deployment(name: &str, set: &Object<Deployment>, out: &Outcome) -> Finding {
    out.finding(Severity::Critical, set.subject(), format!("the controller {name} has no ready replica"))
        .detail(effect(name))
        .evidence(set.evidence(&["status", "readyReplicas"], "ready replicas"))
        .evidence(set.name_evidence("the Deployment"))
        .key(Key::Fabric)
        .key(Key::Workload("fab".into(), name.into()))
        .run("Look at its pods.", format!("kubectl get pods -n fab | grep {name}"))
        .run("Read the log of the controller.", format!("kubectl logs -n fab deploy/{name} --all-containers"))
}

#[cfg(test)]
mod tests {
    use hh_worlds::{World, json};

    use super::ControllerDown;
    use crate::testing::{said, said_of_files};

    const POD: &str = "Pod/fabric-ctrl-ca97e5177-4rm82";

    fn down() -> World {
        World::healthy()
            .small()
            .set(POD, "/status/containerStatuses/0/ready", false)
            .set(POD, "/status/containerStatuses/0/restartCount", 9)
            .set(POD, "/status/containerStatuses/0/state", json!({"waiting": {"reason": "CrashLoopBackOff"}}))
    }

    #[test]
    fn not_ready_with_its_reason() {
        let line =
            "Oct  6 09:40:37.160 ERR creating gateway validator: downloading files from 172.30.0.1:31000/x: EOF\n";
        let world = down().log_more("fabric-ctrl-ca97e5177-4rm82", "manager", line);
        let said = said(&ControllerDown, &world);
        assert_eq!(said.lines(), ["critical Pod/fabric-ctrl-ca97e5177-4rm82"]);
        let finding = &said.findings[0];
        assert_eq!(finding.evidence[0].field.as_deref(), Some("status.containerStatuses[0].ready"));
        assert!(finding.evidence[0].line.is_some());
        assert!(finding.evidence.iter().any(|e| e.note.starts_with("the validator")), "{:?}", finding.evidence);
    }

    #[test]
    fn what_its_webhook_refuses_is_quoted() {
        let line = "time=2026-10-06T09:40:37Z level=ERROR msg=\"Internal error occurred: failed calling webhook x: Post y: dial \
                    tcp 172.29.0.9:443: connect: connection refused\"\n";
        let world = down().log_more("fabricator-ctrl-ff7a4928b-j5k6x", "manager", line);
        let said = said(&ControllerDown, &world);
        let quoted = said.findings[0].evidence.iter().find(|e| e.note == "its webhook does not answer");
        assert!(quoted.is_some_and(|e| e.line.is_some()), "{:?}", said.findings[0].evidence);
    }

    #[test]
    fn a_deployment_where_pods_are_not_captured() {
        let world = World::healthy().small().without("Pod");
        assert_eq!(said(&ControllerDown, &world).lines(), Vec::<String>::new());
        let world = world.unset("Deployment/fabric-ctrl", "/status/readyReplicas");
        assert_eq!(said(&ControllerDown, &world).lines(), ["critical Deployment/fabric-ctrl"]);
        let off = world.set("Deployment/fabric-ctrl", "/spec/replicas", 0);
        assert_eq!(said(&ControllerDown, &off).lines(), Vec::<String>::new());
    }

    #[test]
    fn healthy_pictures() {
        assert_eq!(said(&ControllerDown, &World::healthy().small()).passed, 1);
        // A rollout: an old pod that is ready beside a new one.
        let mut world = down();
        let mut ready = world.object(POD).clone();
        ready["metadata"]["name"] = json!("fabric-ctrl-0123456789-abcde");
        ready["status"]["containerStatuses"][0]["ready"] = json!(true);
        world.objects.push(ready);
        assert_eq!(said(&ControllerDown, &world).lines(), Vec::<String>::new());
        // Just made.
        let fresh = World::healthy()
            .small()
            .set(POD, "/metadata/creationTimestamp", "2026-10-06T09:40:17Z")
            .set(POD, "/status/containerStatuses/0/ready", false)
            .set(POD, "/status/containerStatuses/0/state", json!({"waiting": {"reason": "ContainerCreating"}}));
        assert_eq!(said(&ControllerDown, &fresh).lines(), ["info Pod/fabric-ctrl-ca97e5177-4rm82"]);
    }

    #[test]
    fn tables() {
        let table = |row: &str| {
            let mut files = World::healthy().small().without("Pod").files();
            let text = format!("NAME                           READY   STATUS             RESTARTS   AGE\n{row}\n");
            files.insert("pods.txt".into(), text.into_bytes());
            said_of_files(&ControllerDown, files).lines()
        };
        assert_eq!(table("fabric-ctrl-ca97e5177-4rm82    0/1     CrashLoopBackOff   9          9d").len(), 1);
        assert_eq!(table("fabric-ctrl-ca97e5177-4rm82    1/1     Running            0          9d").len(), 0);
    }

    #[test]
    fn not_captured() {
        let said = said(&ControllerDown, &World::healthy().small().without("Pod").without("Deployment"));
        assert_eq!(said.not_checked, ["Pods of namespace fab"]);
    }
}
