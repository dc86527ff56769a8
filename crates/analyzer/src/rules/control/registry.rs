//! The registry of the control node fails: no image can be loaded.

use super::pod_fault::{Siblings, fault, registry_key};
use crate::facts::{Context, Object, Pod, Workload};
use crate::finding::{KeyKind, Severity};
use crate::rule::{Domain, Meta, Order, Outcome, Relation, Rule, Source};

/// See the metadata.
#[derive(Debug)]
pub(super) struct RegistryDown;

static META: Meta = Meta {
    id: "registry-failing",
    reference: &["FAB-013"],
    title: "The registry of the control node fails",
    severities: &[Severity::Critical, Severity::Error, Severity::Info],
    needs: &[Source::Pods],
    uses: &[Source::Nodes, Source::Events, Source::CaptureTime, Source::Gateways, Source::GatewayAgents],
    explanation: "Looks at the pod of the registry `zot`, as `control-pod-failing` does at all others.

## Why it matters
All images of control plane and gateways, the agents of the switches and the software of the switches come from it: upgrades, \
new pods and new switches fail. What runs goes on.

## Not a fault
The same pictures as for all pods: a restart that belongs to a reboot of the node, or one that is over.

## What to do
Read the events of the pod and its log; a full disk is the usual reason.",
    explains: &[
        Relation { effects: &["GW-POD-IMAGE", "FAB-013"], join: &[KeyKind::Object] },
        Relation { effects: &["FAB-011"], join: &[KeyKind::Workload] },
        Relation { effects: &["FAB-021"], join: &[KeyKind::Pod] },
        // An agent that cannot load its new version keeps the old one.
        Relation { effects: &["FAB-007"], join: &[] },
    ],
    order: Order::Pod,
};

/// True for a pod of the registry.
pub(super) fn is_registry(pod: &Object<Pod>) -> bool {
    pod.meta.namespace == "fab" && Workload::of(pod).name == "zot"
}

impl Rule for RegistryDown {
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
        let siblings = Siblings::new(cx);
        for pod in cx.control_pods().filter(|pod| is_registry(pod.object)) {
            let detail = "All images, agents and switch software are loaded from it: what is not yet loaded cannot start. What \
                          runs goes on.";
            match fault(cx, pod, &siblings) {
                Some(fault) => out.report(fault.finding(cx, out, detail).key(registry_key())),
                None => out.pass(),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use hh_worlds::{World, json};

    use super::RegistryDown;
    use crate::rules::control::control_pod::ControlPod;
    use crate::testing::said;

    const ZOT: &str = "Pod/zot-f0f68739b-whb7h";

    fn waits(world: World, pod: &str, reason: &str) -> World {
        world.set(pod, "/status/containerStatuses/0/state", json!({"waiting": {"reason": reason}})).set(
            pod,
            "/status/containerStatuses/0/ready",
            false,
        )
    }

    #[test]
    fn it_explains_the_pulls_of_others() {
        let world = waits(World::healthy().small(), ZOT, "CrashLoopBackOff");
        let world = waits(world, "Pod/ntp-4d37928cf-65zwr", "ImagePullBackOff");
        let world = waits(world, "Pod/fabric-boot-f692d8db9-v7g6t", "ErrImagePull");
        let crash = waits(world, "Pod/fabric-dhcpd-2479a695f-pnb6r", "CrashLoopBackOff");
        let zot = said(&RegistryDown, &crash);
        assert_eq!(zot.lines(), ["critical Pod/zot-f0f68739b-whb7h (zot)"]);
        let proof = &zot.findings[0].evidence[0];
        assert_eq!(proof.value.as_deref(), Some("CrashLoopBackOff"));
        assert!(proof.line.is_some());
        let others = said(&ControlPod, &crash);
        let explained = |title: &str| {
            let finding = others.findings.iter().find(|finding| finding.title.starts_with(title)).unwrap();
            finding.caused_by.len()
        };
        assert_eq!((explained("ntp"), explained("fabric-boot"), explained("fabric-dhcpd")), (1, 1, 0));
    }

    #[test]
    fn healthy_pictures() {
        let healthy = World::healthy().small();
        assert_eq!(said(&RegistryDown, &healthy).passed, 1);
        let pulls = waits(healthy, "Pod/ntp-4d37928cf-65zwr", "ImagePullBackOff");
        assert_eq!(said(&RegistryDown, &pulls).lines(), Vec::<String>::new());
    }

    #[test]
    fn not_captured() {
        let said = said(&RegistryDown, &World::healthy().small().without("Pod"));
        assert_eq!(said.not_checked, ["Pods of namespace fab"]);
    }
}
