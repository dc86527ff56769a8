//! The image of a gateway's container cannot be pulled.

use super::pod::{finding, state_evidence};
use crate::facts::{Context, Fabricator, Fault, FaultKind, Gw};
use crate::finding::{Finding, Severity};
use crate::rule::{Meta, Order, Outcome, Rule, Source};
use crate::rules::relations::DEAD_GATEWAY;

/// See the metadata.
#[derive(Debug)]
pub(super) struct ImageNotPulled;

static META: Meta = Meta {
    id: "gateway-image-not-pulled",
    reference: &["GW-POD-IMAGE"],
    title: "An image of a gateway's pod cannot be pulled",
    severities: &[Severity::Error, Severity::Info],
    needs: &[Source::Pods],
    uses: &[
        Source::Fabricator,
        Source::Gateways,
        Source::GatewayAgents,
        Source::Nodes,
        Source::Events,
        Source::CaptureTime,
    ],
    explanation: "Looks at the containers of a gateway's pods that wait with `ImagePullBackOff`, `ErrImagePull` or \
`InvalidImageName`.

## Why it matters
The pod does not start. The images come from the registry of the control node: it cannot be reached from the gateway \
node, does not hold that version, or its certificate is not trusted.

## Not a fault
- An image that is being pulled (`ContainerCreating`).

## What to do
Check the registry from the gateway node, and the version in the Fabricator's `status.versions.gateway`.",
    explains: DEAD_GATEWAY,
    order: Order::Pod,
};

impl Rule for ImageNotPulled {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn check(&self, cx: &Context<'_>, out: &mut Outcome) {
        for gw in cx.gateways() {
            for pod in gw.all_pods().into_iter().filter(|pod| !pod.is_leaving()) {
                let mut faults = gw.pod_faults(pod);
                faults.retain(|fault| fault.kind == FaultKind::Image);
                // One finding for a pod, on the container that matters most.
                match faults.iter().find(|fault| !fault.is_exporter()).or_else(|| faults.first()) {
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
    let image = fault.container.as_ref().map(|view| {
        let spec = &pod.object.spec;
        let specified = spec.init_containers.iter().chain(&spec.containers).find(|container| container.name == name);
        specified.map_or(view.status.image.as_str(), |container| container.image.as_str())
    });
    let image = image.filter(|image| !image.is_empty()).map(|image| format!(" {image}")).unwrap_or_default();
    let title = format!("the {} pod of gateway {} cannot pull its image{image}", pod.role.name(), gw.name());
    let mut finding = finding(out, gw, (pod, name), Severity::Error, title)
        .detail("The images come from the registry of the control node: it cannot be reached, does not hold this version, or its certificate is not trusted.")
        .evidences(state_evidence(fault));
    // Where the registry fails, or its certificate is not trusted, many pulls have that one cause.
    finding = finding.key(crate::rules::control::registry_key());
    let waiting = fault.container.as_ref().and_then(|view| view.status.state.waiting.as_ref());
    if waiting.is_some_and(|waiting| waiting.message.contains("certificate signed by unknown authority")) {
        finding = finding.key(crate::finding::Key::Fabric);
    }
    if fault.is_exporter() {
        // The container is down for this reason: one fact.
        finding = finding.reference("GW-POD-EXPORTER");
    }
    let component = if pod.role.name() == "frr" { "frr" } else { "dataplane" };
    for fabricator in gw.cx().list::<Fabricator>().iter().take(1) {
        let route = ["status", "versions", "gateway", component];
        if fabricator.at(&route).is_some() {
            finding = finding.evidence(fabricator.evidence(&route, "version that the Fabricator deploys"));
        }
    }
    finding
        .run(
            "Read the reason in the pod's events.",
            format!("kubectl describe pod -n {} {}", pod.object.meta.namespace, pod.name()),
        )
        .step("Check from the gateway node that the registry of the control node answers and holds that tag.")
}

#[cfg(test)]
mod tests {
    use hh_worlds::{World, json};

    use super::ImageNotPulled;
    use crate::testing::{said, said_of_files};

    fn waits(reason: &str, container: usize) -> World {
        let world = World::healthy().small();
        let path = format!("Pod/{}", world.pod("gateway-1", "frr"));
        let at = format!("/status/containerStatuses/{container}");
        world.set(&path, &format!("{at}/ready"), false).set(
            &path,
            &format!("{at}/state"),
            json!({"waiting": {"reason": reason, "message": "Back-off pulling image"}}),
        )
    }

    #[test]
    fn a_pull_that_fails() {
        for reason in ["ImagePullBackOff", "ErrImagePull", "InvalidImageName"] {
            let world = waits(reason, 0);
            let said = said(&ImageNotPulled, &world);
            assert_eq!(said.lines(), [format!("error Pod/{} (frr)", world.pod("gateway-1", "frr"))]);
            let proof = &said.findings[0].evidence[0];
            assert_eq!(proof.field.as_deref(), Some("status.containerStatuses[0].state.waiting.reason"));
            assert_eq!((proof.value.as_deref(), proof.line.is_some()), (Some(reason), true));
        }
    }

    #[test]
    fn the_exporter_alone_is_one_finding() {
        let world = waits("ImagePullBackOff", 1);
        let said = said(&ImageNotPulled, &world);
        assert_eq!(said.findings[0].reference, ["GW-POD-IMAGE", "GW-POD-EXPORTER"]);
    }

    #[test]
    fn healthy_pictures() {
        assert_eq!(said(&ImageNotPulled, &World::healthy().small()).passed, 4);
        assert_eq!(said(&ImageNotPulled, &waits("ContainerCreating", 0)).findings.len(), 0);
    }

    #[test]
    fn tables() {
        let mut files = World::healthy().small().without("Pod").files();
        let text = "NAME                             READY   STATUS                  RESTARTS   AGE\n\
                    gw--gateway-1--dataplane-q72rj   0/1     Init:ImagePullBackOff   0          30s\n\
                    gw--gateway-1--frr-mxsx9         2/2     Running                 0          9d\n";
        files.insert("pods.txt".into(), text.as_bytes().to_vec());
        let said = said_of_files(&ImageNotPulled, files);
        assert_eq!(said.lines(), ["error Pod/gw--gateway-1--dataplane-q72rj"]);
    }

    #[test]
    fn not_captured() {
        let said = said(&ImageNotPulled, &World::healthy().small().without("Pod"));
        assert_eq!(said.not_checked, ["Pods of namespace fab"]);
    }
}
