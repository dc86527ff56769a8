//! Pods of the control plane fail, or are not there.

use super::pod_fault::{STARTING, Siblings, fault};
use crate::facts::{CONTROL_NAMESPACES, Context, DaemonSet, Deployment, Kind, Node, Object, Pod, Workload};
use crate::finding::{Evidence, Finding, Key, KeyKind, Severity, Subject};
use crate::rule::{Domain, Meta, Order, Outcome, Relation, Rule, Source};

/// See the metadata.
#[derive(Debug)]
pub(super) struct ControlPod;

static META: Meta = Meta {
    id: "control-pod-failing",
    reference: &["FAB-013"],
    title: "A pod of the control plane fails",
    severities: &[Severity::Critical, Severity::Error, Severity::Info],
    needs: &[],
    uses: &[
        Source::Pods,
        Source::Deployments,
        Source::DaemonSets,
        Source::Nodes,
        Source::Events,
        Source::CaptureTime,
        Source::Gateways,
        Source::GatewayAgents,
        Source::ControllerLog,
        Source::FabricatorLog,
        Source::DhcpdLog,
        Source::BootLog,
        Source::AlloyLog,
    ],
    explanation: "Looks at the pods of the namespaces `fab`, `kube-system` and `cert-manager`, whatever the Fabricator says: a \
component is `Ready` there although its pod crashes. A pod must run and be ready, or be done. Reported are images that cannot \
be pulled, crash loops, memory that ran out, ends with an error in the last hour, pods that do not start in 5 minutes, and \
workloads without any pod.

## Why it matters
Without its controllers the fabric cannot be changed; without the registry no image, agent or switch software can be \
loaded. Switches and gateways go on forwarding.

## Not a fault
- Finished jobs (`helm-install-*`), a restart count alone, ends with exit code 0, and restarts that are over.
- Restarts that belong to a reboot of the node.
- Pods of a gateway that is being installed: `info`.
- Pods younger than 5 minutes that are being created, old pods that a new one has replaced, Deployments with 0 replicas.

## What to do
Read the events of the pod and the log of the container that ended.",
    explains: &[
        Relation { effects: &["FAB-011", "FAB-012"], join: &[KeyKind::Workload] },
        Relation { effects: &["FAB-021"], join: &[KeyKind::Pod] },
    ],
    order: Order::Pod,
};

impl Rule for ControlPod {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn domain(&self) -> Domain {
        Domain::Fabric
    }

    fn check(&self, cx: &Context<'_>, out: &mut Outcome) {
        if !cx.holds_fabric() {
            return;
        }
        if !cx.captured(Source::Pods) && !cx.captured(Source::Deployments) {
            return out.not_checked_at_all(Source::Pods);
        }
        let siblings = Siblings::new(cx);
        for pod in cx.control_pods() {
            // The registry has a rule of its own: it explains the image pulls.
            if super::registry::is_registry(pod.object) {
                continue;
            }
            match fault(cx, pod, &siblings) {
                Some(fault) => out.report(fault.finding(cx, out, effect(&fault.workload.name))),
                None => out.pass(),
            }
        }
        for set in cx.list::<Deployment>() {
            deployment(cx, set, &siblings, out);
        }
        for set in cx.list::<DaemonSet>() {
            daemon_set(cx, set, &siblings, out);
        }
    }
}

/// What a workload is for.
fn effect(workload: &str) -> &'static str {
    match workload {
        "fabric-ctrl" => {
            "It computes what switches and gateways run, and its webhooks check every change. Running traffic is \
                          not affected."
        }
        "fabricator-ctrl" => {
            "It installs and upgrades the control plane and the nodes. Running traffic is not affected."
        }
        "fabric-dhcpd" => "It gives addresses to the servers of VPCs: new leases and renewals fail.",
        "fabric-boot" => "It installs the software of switches: new and reinstalled switches do not come up.",
        "cert-manager" | "cert-manager-webhook" | "cert-manager-cainjector" => {
            "It renews the certificates of the webhooks; those in use stay valid until they expire."
        }
        "ntp" => "It gives the time to switches and nodes: their clocks drift apart.",
        "coredns" => "Names are not resolved in the cluster: pods do not reach each other by name.",
        "control-proxy" | "alloy-ctrl" | "alloy-gw" => {
            "Metrics and logs are not sent. Running traffic is not affected."
        }
        _ => "The control plane lacks this part. Running traffic is not affected.",
    }
}

/// A Deployment that is short of ready replicas counts only where no pod of it exists to judge.
fn deployment(cx: &Context<'_>, set: &Object<Deployment>, siblings: &Siblings, out: &mut Outcome) {
    let wanted = set.spec.replicas.unwrap_or(1);
    let status = &set.status;
    if status.ready_replicas >= wanted || !is_old(cx, set) || status.observed_generation < set.meta.generation {
        return;
    }
    let workload = Workload { kind: "Deployment", name: set.name().to_owned() };
    if !stands_alone(cx, set, &workload, siblings) {
        return;
    }
    let title = format!("{} has {} of {wanted} ready pods", set.name(), status.ready_replicas);
    let core = matches!(set.name(), "fabric-ctrl" | "zot" | "coredns") && status.ready_replicas == 0;
    let severity = if core { Severity::Critical } else { Severity::Error };
    let mut finding = short(out, severity, set.subject(), title)
        .evidence(set.evidence(&["status", "readyReplicas"], "ready pods"))
        .evidence(set.evidence(&["spec", "replicas"], "wanted pods"));
    for (index, condition) in status.conditions.iter().enumerate() {
        if condition.kind == "ReplicaFailure" && condition.status == "True" {
            let route = ["status".to_owned(), "conditions".into(), index.to_string(), "message".into()];
            finding = finding.evidence(set.evidence(&route, "why no pod is made"));
        }
    }
    out.report(with_absence(cx, finding));
}

/// A DaemonSet may lack the pods of nodes that are not ready.
fn daemon_set(cx: &Context<'_>, set: &Object<DaemonSet>, siblings: &Siblings, out: &mut Outcome) {
    let status = &set.status;
    let missing = status.desired_number_scheduled.saturating_sub(status.number_ready);
    if missing == 0 || set.name().starts_with("gw--") || !is_old(cx, set) {
        return;
    }
    let workload = Workload { kind: "DaemonSet", name: set.name().to_owned() };
    let down = |node: &&Object<Node>| node.status.conditions.iter().any(|c| c.kind == "Ready" && c.status != "True");
    let nodes_down = u64::try_from(cx.list::<Node>().iter().filter(down).count()).unwrap_or(u64::MAX);
    let rolling = status.observed_generation < set.meta.generation;
    if missing <= nodes_down || rolling || !stands_alone(cx, set, &workload, siblings) {
        return;
    }
    let (ready, wanted) = (status.number_ready, status.desired_number_scheduled);
    let title = format!("{} has {ready} of {wanted} ready pods", set.name());
    let finding = short(out, Severity::Error, set.subject(), title)
        .evidence(set.evidence(&["status", "numberReady"], "ready pods"))
        .evidence(set.evidence(&["status", "desiredNumberScheduled"], "nodes that should run one"));
    out.report(with_absence(cx, finding));
}

fn is_old<K: Kind>(cx: &Context<'_>, set: &Object<K>) -> bool {
    cx.object_age(set).is_some_and(|age| age.over(STARTING))
}

/// True if nothing but the workload itself tells: no pod of it is captured, or pods are not captured at all.
fn stands_alone<K: Kind>(cx: &Context<'_>, set: &Object<K>, workload: &Workload, siblings: &Siblings) -> bool {
    let namespace = set.meta.namespace.as_str();
    // Only a whole status counts: in a cut dump a missing number is unknown.
    let judged = CONTROL_NAMESPACES.contains(&namespace) && !cx.truncated();
    let pods_known = !cx.captured(Source::Pods) || listed(cx, namespace);
    judged && pods_known && siblings.of(namespace, workload).all == 0
}

fn listed(cx: &Context<'_>, namespace: &str) -> bool {
    cx.complete::<Pod>() && cx.list::<Pod>().iter().any(|pod| pod.meta.namespace == namespace)
}

fn short(out: &Outcome, severity: Severity, subject: Subject, title: String) -> Finding {
    let (namespace, name) = (subject.namespace.clone(), subject.name.clone());
    let what = effect(&name);
    let kind = subject.kind.to_lowercase();
    out.finding(severity, subject, title)
        .detail(what)
        .key(Key::Workload(namespace.clone(), name.clone()))
        .run("Look at its events.", format!("kubectl describe {kind} -n {namespace} {name}"))
        .run("Look at its pods.", format!("kubectl get pods -n {namespace} -o wide"))
}

fn with_absence(cx: &Context<'_>, finding: Finding) -> Finding {
    if cx.captured(Source::Pods) {
        finding.evidence(Evidence::absence("the list of pods", "no pod of it exists"))
    } else {
        finding
    }
}

#[cfg(test)]
#[path = "control_pod_tests.rs"]
mod tests;
