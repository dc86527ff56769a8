//! A DaemonSet of a gateway runs on no node.

use super::pod::unless_new;
use crate::facts::{Context, DaemonSet, Gateway, Gw, Node, Object, PodRole};
use crate::finding::{Evidence, Key, Severity};
use crate::rule::{Meta, Order, Outcome, Rule, Source};
use crate::rules::relations::UNSCHEDULED;

/// See the metadata.
#[derive(Debug)]
pub(super) struct Unscheduled;

static META: Meta = Meta {
    id: "gateway-daemonset-unscheduled",
    reference: &["GW-DS-UNSCHED", "S2"],
    title: "A DaemonSet of a gateway runs on no node",
    severities: &[Severity::Error, Severity::Info],
    needs: &[Source::DaemonSets],
    uses: &[
        Source::Pods,
        Source::Nodes,
        Source::Gateways,
        Source::GatewayAgents,
        Source::Fabricator,
        Source::CaptureTime,
    ],
    explanation:
        "Looks at the DaemonSets `gw--<gateway>--dataplane` and `gw--<gateway>--frr` (25.05: also `--agent`): \
each must want a pod on one node, and have it.

## Why it matters
A gateway's pods run only on the node whose label `kubernetes.io/hostname` equals the gateway's name. Where there is \
none, no pod is made and none is pending: the gateway is simply absent.

## Not a fault
- A DaemonSet whose newest generation Kubernetes has not looked at yet.
- Gateways that are being installed: `info`.

## What to do
Compare the name of the Gateway with the node's label; check that the node has joined.",
    explains: UNSCHEDULED,
    order: Order::Node,
};

impl Rule for Unscheduled {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn check(&self, cx: &Context<'_>, out: &mut Outcome) {
        if cx.gateways_disabled() {
            return;
        }
        for gw in cx.gateways() {
            // What is left of a deleted Gateway has a row of its own.
            if gw.gateway().is_none() && cx.complete::<Gateway>() {
                continue;
            }
            let unscheduled: Vec<(PodRole, &Object<DaemonSet>)> = gw.unscheduled().collect();
            match unscheduled.first() {
                Some((_, set)) => report(&gw, set, &unscheduled, out),
                None if gw.daemon_set(PodRole::Dataplane).is_some() => out.pass(),
                None => {}
            }
        }
    }
}

fn report(gw: &Gw<'_, '_>, first: &Object<DaemonSet>, all: &[(PodRole, &Object<DaemonSet>)], out: &mut Outcome) {
    let roles: Vec<&str> = all.iter().map(|(role, _)| role.name()).collect();
    let title = format!("no node runs the {} of gateway {}", roles.join(" and "), gw.name());
    let node = gw.node();
    let label = node.and_then(|node| node.meta.labels.get("kubernetes.io/hostname"));
    let why = match (node, label) {
        (None, _) => "There is no node with the gateway's name: it has not joined, or has another name.",
        (Some(_), Some(label)) if label != gw.name() => "The node's label names another host.",
        _ => "The node exists: look at its label, its taints and the events of the DaemonSet.",
    };
    let mut finding = out
        .finding(unless_new(gw, Severity::Error), first.subject(), title)
        .detail(format!("The DaemonSet wants the node `kubernetes.io/hostname={}`. {why}", gw.name()))
        .key(gw.key())
        .key(Key::Node(gw.name().into()));
    for (_, set) in all {
        finding = finding
            .key(Key::Workload(set.meta.namespace.clone(), set.meta.name.clone()))
            .evidence(set.evidence(&["status", "desiredNumberScheduled"], "nodes that should run the pod"));
        if set.status.desired_number_scheduled > 0 {
            finding = finding.evidence(set.evidence(&["status", "numberReady"], "ready pods; no pod exists"));
        }
    }
    finding = match node {
        Some(node) => finding
            .evidence(node.evidence(&["metadata", "labels", "kubernetes.io/hostname"], "the label that must match")),
        None if gw.cx().complete::<Node>() => {
            finding.evidence(Evidence::absence("the list of nodes", format!("no node is named {}", gw.name())))
        }
        None => finding,
    };
    out.report(
        finding
            .run("Compare the nodes' labels with the gateway's name.", "kubectl get nodes -L kubernetes.io/hostname")
            .run(
                "Look at the DaemonSet's events.",
                format!("kubectl describe ds -n {} {}", first.meta.namespace, first.meta.name),
            ),
    );
}

#[cfg(test)]
mod tests {
    use hh_worlds::World;

    use super::Unscheduled;
    use crate::testing::said;

    const SET: &str = "DaemonSet/gw--gateway-1--dataplane";

    fn unscheduled() -> World {
        World::healthy().small().set(SET, "/status/desiredNumberScheduled", 0).set(SET, "/status/numberReady", 0).set(
            "DaemonSet/gw--gateway-1--frr",
            "/status/desiredNumberScheduled",
            0,
        )
    }

    #[test]
    fn no_node_is_wanted() {
        let said = said(&Unscheduled, &unscheduled());
        assert_eq!(said.lines(), ["error DaemonSet/gw--gateway-1--dataplane"]);
        let proof = &said.findings[0].evidence[0];
        assert_eq!(proof.field.as_deref(), Some("status.desiredNumberScheduled"));
        assert_eq!(proof.value.as_deref(), Some("0"));
        assert!(proof.line.is_some());
        assert_eq!(said.passed, 1);
    }

    #[test]
    fn a_pod_that_is_wanted_and_missing() {
        let world = World::healthy().small();
        let pod = world.pod("gateway-1", "dataplane");
        let world = world.delete(&format!("Pod/{pod}")).set(SET, "/status/numberReady", 0);
        assert_eq!(said(&Unscheduled, &world).lines(), ["error DaemonSet/gw--gateway-1--dataplane"]);
    }

    #[test]
    fn healthy_pictures() {
        assert_eq!(said(&Unscheduled, &World::healthy().small()).lines(), Vec::<String>::new());
        // Just made: not looked at yet.
        let fresh = World::healthy().small().set(SET, "/status/desiredNumberScheduled", 0).set(
            SET,
            "/status/observedGeneration",
            2,
        );
        assert_eq!(said(&Unscheduled, &fresh).lines(), Vec::<String>::new());
        // A pod that is there and not ready is judged by the rules on pods.
        let unready = World::healthy().small().set(SET, "/status/numberReady", 0);
        assert_eq!(said(&Unscheduled, &unready).lines(), Vec::<String>::new());
        // What a deleted gateway left.
        let orphan = unscheduled().delete("Gateway/gateway-1");
        assert_eq!(said(&Unscheduled, &orphan).lines(), Vec::<String>::new());
    }

    #[test]
    fn not_captured() {
        let said = said(&Unscheduled, &World::healthy().small().without("DaemonSet"));
        assert_eq!(said.not_checked, ["DaemonSets of namespace fab"]);
    }
}
