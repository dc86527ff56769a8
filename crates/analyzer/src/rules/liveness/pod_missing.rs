//! A gateway without its pods.

use super::pod::unless_new;
use crate::facts::{Context, Gateway, Gw, Pod, PodRole};
use crate::finding::{Evidence, Key, Severity};
use crate::rule::{Meta, Order, Outcome, Rule, Source};
use crate::rules::relations::GONE_GATEWAY;

/// See the metadata.
#[derive(Debug)]
pub(super) struct PodMissing;

static META: Meta = Meta {
    id: "gateway-pod-missing",
    reference: &["GW-POD-MISSING", "S2", "S3"],
    title: "A gateway has no dataplane or FRR pod",
    severities: &[Severity::Error, Severity::Info],
    needs: &[Source::Pods, Source::Gateways],
    uses: &[Source::DaemonSets, Source::GatewayAgents, Source::Nodes, Source::Fabricator, Source::CaptureTime],
    explanation: "For each Gateway that is older than 2 minutes a pod `gw--<gateway>--dataplane-…` and a pod \
`gw--<gateway>--frr-…` must exist in namespace `fab` (25.05: also `--agent`).

## Why it matters
Without them the gateway serves nobody.

## Not a fault
- `No resources found` from `kubectl get pods -l app.kubernetes.io/component=gateway`: no release sets that label.
- A list of pods that is cut, filtered or of another namespace: absence is concluded from a complete list only.
- Gateways in a namespace where no controller looks at them, or a Fabricator with gateways switched off.

## What to do
Look at the DaemonSets `gw--<gateway>--*`, the node, and the log of the fabric controller.",
    explains: GONE_GATEWAY,
    order: Order::Pod,
};

impl Rule for PodMissing {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn check(&self, cx: &Context<'_>, out: &mut Outcome) {
        for gateway in cx.list::<Gateway>() {
            let Some(gw) = cx.gateway(gateway.name()) else { continue };
            let missing = gw.missing_roles();
            let there: Vec<PodRole> = gw.all_pods().iter().map(|pod| pod.role).collect();
            if !missing.is_empty() {
                report(&gw, &missing, out);
            } else if there.contains(&PodRole::Dataplane) && there.contains(&PodRole::Frr) {
                out.pass();
            } else if !cx.complete::<Pod>() {
                out.cannot_tell(gateway.subject(), "a complete list of the pods of namespace fab");
            }
        }
    }
}

fn report(gw: &Gw<'_, '_>, missing: &[PodRole], out: &mut Outcome) {
    let roles: Vec<&str> = missing.iter().map(|role| role.name()).collect();
    let title = format!("gateway {} has no {} pod", gw.name(), roles.join(" and no "));
    let mut finding = out
        .finding(unless_new(gw, Severity::Error), gw.gateway_subject(), title)
        .detail(
            "The fabric controller makes a DaemonSet for each of them, which runs on the node with the gateway's name. \
             Without the dataplane no packet is forwarded, without FRR no route is announced.",
        )
        .key(gw.key())
        .key(Key::Node(gw.name().into()));
    for role in missing {
        let pattern = format!("gw--{}--{}-*", gw.name(), role.name());
        finding =
            finding.evidence(Evidence::absence("the pods of namespace fab", format!("no pod is named {pattern}")));
    }
    for role in missing {
        if let Some(set) = gw.daemon_set(*role) {
            finding = finding
                .evidence(set.evidence(&["status", "desiredNumberScheduled"], "its DaemonSet wants so many pods"));
        }
    }
    out.report(
        finding
            .evidences(gw.gateway().map(|gateway| gateway.name_evidence("the Gateway")))
            .run("Look at the gateway's DaemonSets.", format!("kubectl get ds -n fab | grep gw--{}--", gw.name())),
    );
}

#[cfg(test)]
mod tests {
    use hh_worlds::World;

    use super::PodMissing;
    use crate::testing::{said, said_of_files};

    fn without_frr() -> World {
        let world = World::healthy().small();
        let pod = world.pod("gateway-2", "frr");
        world.delete(&format!("Pod/{pod}"))
    }

    #[test]
    fn a_missing_pod() {
        let said = said(&PodMissing, &without_frr());
        assert_eq!(said.lines(), ["error Gateway/gateway-2"]);
        assert_eq!(said.findings[0].title, "gateway gateway-2 has no frr pod");
        assert_eq!(said.findings[0].evidence[0].note, "no pod is named gw--gateway-2--frr-*");
        assert_eq!(said.passed, 1);
    }

    #[test]
    fn healthy_pictures() {
        assert_eq!(said(&PodMissing, &World::healthy().small()).passed, 2);
        let fresh = without_frr().set("Gateway/gateway-2", "/metadata/creationTimestamp", "2026-10-06T09:39:30Z");
        assert_eq!(said(&PodMissing, &fresh).lines(), Vec::<String>::new());
        let off = without_frr().unset("Fabricator/default", "/spec/config/gateway/enable");
        assert_eq!(said(&PodMissing, &off).lines(), Vec::<String>::new());
    }

    #[test]
    fn a_gateway_that_is_being_installed() {
        let world = without_frr();
        let pod = world.pod("gateway-2", "dataplane");
        let world = world.delete(&format!("Pod/{pod}")).set(
            "Gateway/gateway-2",
            "/metadata/creationTimestamp",
            "2026-10-06T09:37:30Z",
        );
        assert_eq!(said(&PodMissing, &world).lines(), ["info Gateway/gateway-2"]);
    }

    #[test]
    fn incomplete_lists_prove_nothing() {
        // One file for each object: nobody says that these are all.
        let single = said_of_files(&PodMissing, without_frr().object_files());
        assert_eq!(single.lines(), Vec::<String>::new());
        assert_eq!(single.not_checked.len(), 1);
        // The label of the documentation finds nothing on a healthy system.
        let mut files = World::healthy().small().without("Pod").files();
        let table = "$ kubectl get pods -n fab -l app.kubernetes.io/component=gateway\n\
                     No resources found in fab namespace.\n";
        files.insert("pods.txt".into(), table.as_bytes().to_vec());
        let label = said_of_files(&PodMissing, files);
        assert_eq!(label.lines(), Vec::<String>::new());
        // A list of another namespace.
        let mut files = World::healthy().small().without("Pod").files();
        let table = "NAMESPACE     NAME            READY   STATUS    RESTARTS   AGE\n\
                     kube-system   coredns-x-abc   1/1     Running   0          9d\n";
        files.insert("pods.txt".into(), table.as_bytes().to_vec());
        assert_eq!(said_of_files(&PodMissing, files).lines(), Vec::<String>::new());
    }

    #[test]
    fn not_captured() {
        assert_eq!(said(&PodMissing, &World::healthy().small().without("Pod")).not_checked, ["Pods of namespace fab"]);
    }
}
