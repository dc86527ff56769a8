//! Objects that wait for their deletion.

use crate::facts::{
    Agent, Connection, Context, DHCPSubnet, DaemonSet, Deployment, External, ExternalAttachment, ExternalPeering,
    FabNode, Fabricator, Gateway, GatewayAgent, GatewayGroup, GatewayPeering, IPv4Namespace, Kind, Node, Object, Pod,
    Server, Switch, VLANNamespace, VPC, VPCAttachment, VPCInfo, VPCPeering,
};
use crate::finding::{Finding, Key, Severity};
use crate::rule::{Domain, Meta, Order, Outcome, Rule, Source};

/// See the metadata.
#[derive(Debug)]
pub(super) struct StuckDeletion;

/// A deletion takes no longer.
const DELETED_WITHIN: i64 = 600;

static META: Meta = Meta {
    id: "deletion-stuck",
    reference: &["FAB-019"],
    title: "An object waits for its deletion",
    severities: &[Severity::Warning],
    needs: &[],
    uses: &[
        Source::Agents,
        Source::CaptureTime,
        Source::Connections,
        Source::DaemonSets,
        Source::Deployments,
        Source::DhcpSubnets,
        Source::ExternalAttachments,
        Source::ExternalPeerings,
        Source::Externals,
        Source::FabNodes,
        Source::Fabricator,
        Source::GatewayAgents,
        Source::GatewayGroups,
        Source::GatewayPeerings,
        Source::Gateways,
        Source::Ipv4Namespaces,
        Source::Nodes,
        Source::Pods,
        Source::Servers,
        Source::Switches,
        Source::VlanNamespaces,
        Source::VpcAttachments,
        Source::VpcInfos,
        Source::VpcPeerings,
        Source::Vpcs,
    ],
    explanation: "Looks for objects whose `deletionTimestamp` is older than 10 minutes.

## Why it matters
The object is in the way of a new one with its name, and what it stands for may still be in force. A finalizer is removed by \
the controller that set it: it does not run, or it waits for something; a pod waits for the kubelet of its node.

## Not a fault
An object that was deleted less than 10 minutes ago, or one whose age the capture does not tell.

## What to do
Look at the controller of the finalizers that are named; of a pod, at its node.",
    explains: &[],
    order: Order::Controller,
};

impl Rule for StuckDeletion {
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
        each::<Agent>(cx, out);
        each::<Connection>(cx, out);
        each::<DHCPSubnet>(cx, out);
        each::<External>(cx, out);
        each::<ExternalAttachment>(cx, out);
        each::<ExternalPeering>(cx, out);
        each::<FabNode>(cx, out);
        each::<Fabricator>(cx, out);
        each::<Gateway>(cx, out);
        each::<GatewayAgent>(cx, out);
        each::<GatewayGroup>(cx, out);
        each::<GatewayPeering>(cx, out);
        each::<IPv4Namespace>(cx, out);
        each::<Node>(cx, out);
        each::<Server>(cx, out);
        each::<Switch>(cx, out);
        each::<VLANNamespace>(cx, out);
        each::<VPC>(cx, out);
        each::<VPCAttachment>(cx, out);
        each::<VPCInfo>(cx, out);
        each::<VPCPeering>(cx, out);
        each::<DaemonSet>(cx, out);
        each::<Deployment>(cx, out);
        for pod in cx.list::<Pod>() {
            if let Some(finding) = stuck(cx, pod, out) {
                let node = pod.spec.node_name.clone();
                let finding = finding.key(Key::Pod(pod.meta.namespace.clone(), pod.meta.name.clone()));
                out.report(if node.is_empty() { finding } else { finding.key(Key::Node(node)) });
            }
        }
    }
}

fn each<K: Kind>(cx: &Context<'_>, out: &mut Outcome) {
    for object in cx.list::<K>() {
        if let Some(finding) = stuck(cx, object, out) {
            out.report(finding);
        }
    }
}

fn stuck<K: Kind>(cx: &Context<'_>, object: &Object<K>, out: &Outcome) -> Option<Finding> {
    let meta = &object.meta;
    let hedgehog = K::GROUP.contains("githedgehog.com") || meta.namespace.is_empty();
    if !hedgehog && !crate::facts::CONTROL_NAMESPACES.contains(&meta.namespace.as_str()) {
        return None;
    }
    let age = cx.age_of(meta.deletion_timestamp).filter(|age| age.over(DELETED_WITHIN))?;
    let finalizers = meta.finalizers.join(", ");
    let waits = if finalizers.is_empty() { String::new() } else { format!(" (finalizers: {finalizers})") };
    let mut finding = out
        .finding(
            Severity::Warning,
            object.subject(),
            format!("{} {} waits for its deletion since {}{waits}", K::NAME, object.name(), age.words()),
        )
        .detail(if finalizers.is_empty() {
            "Nothing but the part of the system that has to end it is in the way: of a pod the kubelet of its node."
        } else {
            "A finalizer is removed by the controller that set it: it does not run, or waits for something else."
        })
        .evidence(object.evidence(&["metadata", "deletionTimestamp"], "deleted at"));
    if !meta.finalizers.is_empty() {
        finding = finding.evidence(object.key_evidence(&["metadata", "finalizers"], format!("waits for {finalizers}")));
    }
    let place = if meta.namespace.is_empty() { String::new() } else { format!(" -n {}", meta.namespace) };
    Some(
        finding.run(
            "Look at the object.",
            format!("kubectl describe {}{place} {}", K::NAME.to_lowercase(), object.name()),
        ),
    )
}

#[cfg(test)]
mod tests {
    use hh_worlds::{World, json};

    use super::StuckDeletion;
    use crate::testing::said;

    fn deleted(at: &str) -> World {
        World::healthy().small().set("VPC/vpc-04", "/metadata/deletionTimestamp", at).set(
            "VPC/vpc-04",
            "/metadata/finalizers",
            json!(["example.com/hold"]),
        )
    }

    #[test]
    fn a_deletion_that_does_not_end() {
        let said = said(&StuckDeletion, &deleted("2026-10-06T09:11:17Z"));
        assert_eq!(said.lines(), ["warning VPC/vpc-04"]);
        let finding = &said.findings[0];
        assert_eq!(finding.title, "VPC vpc-04 waits for its deletion since 30 min (finalizers: example.com/hold)");
        assert_eq!(finding.evidence[0].field.as_deref(), Some("metadata.deletionTimestamp"));
        assert!(finding.evidence[0].line.is_some());
    }

    #[test]
    fn its_node_explains_a_pod() {
        let world = World::healthy()
            .small()
            .set("Pod/alloy-gw-fzbx5", "/metadata/deletionTimestamp", "2026-10-06T09:11:17Z")
            .set("Node/gateway-1", "/status/conditions/3/status", "Unknown");
        let said = said(&StuckDeletion, &world);
        assert_eq!(said.lines(), ["warning Pod/alloy-gw-fzbx5"]);
        assert_eq!(said.findings[0].caused_by.len(), 1);
    }

    #[test]
    fn healthy_pictures() {
        assert_eq!(said(&StuckDeletion, &World::healthy().small()).lines(), Vec::<String>::new());
        assert_eq!(said(&StuckDeletion, &deleted("2026-10-06T09:36:17Z")).lines(), Vec::<String>::new());
    }
}
