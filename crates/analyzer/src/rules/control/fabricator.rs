//! The Fabricator is not applied or not ready.

use crate::facts::{Context, Fabricator, Object, Pod, Workload};
use crate::finding::{Evidence, Finding, Key, Severity};
use crate::parse::log::Stream;
use crate::parse::log::literals::fabricator as literals;
use crate::rule::{Domain, Meta, Order, Outcome, Rule, Source};

/// See the metadata.
#[derive(Debug)]
pub(super) struct FabricatorNotReady;

/// The components are looked at once a minute.
const CHECKED_WITHIN: i64 = 300;
/// An install or upgrade may take this long.
const APPLYING: i64 = 1800;

static META: Meta = Meta {
    id: "fabricator-not-ready",
    reference: &["FAB-011"],
    title: "The Fabricator is not applied, not ready or not looked after",
    severities: &[Severity::Error, Severity::Warning],
    needs: &[Source::Fabricator],
    uses: &[Source::CaptureTime, Source::Pods, Source::FabricatorLog],
    explanation: "Looks at the Fabricator's conditions `Applied` and `Ready`, at the state of the components of the control \
plane, and at `lastStatusCheck`, which `fabricator-ctrl` renews about once a minute.

## Why it matters
An install or upgrade is not complete, a component is missing, or nothing looks after them. Running traffic is not affected. \
The state is weaker than it sounds: a component whose pod crashes may be `Ready`.

## Not a fault
- A condition that is absent was never judged.
- `Skipped` components: gateways are off. `fabricatorNodeConfig` may have any value.
- While an install or upgrade runs (the last attempt is younger than 30 minutes) it is a warning.

## What to do
Look at the pods of the components that are named, and at the log of `fabricator-ctrl`.",
    explains: &[],
    order: Order::Controller,
};

/// A component that is not ready: field, state, workload.
struct Component {
    field: &'static str,
    state: String,
    workload: Option<&'static str>,
}

impl Rule for FabricatorNotReady {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn domain(&self) -> Domain {
        Domain::Fabric
    }

    fn check(&self, cx: &Context<'_>, out: &mut Outcome) {
        for fabricator in cx.list::<Fabricator>() {
            judge(cx, fabricator, out);
        }
    }
}

/// Workload of a component in namespace `fab` (fabric reference 1.8).
fn workload(field: &str) -> Option<&'static str> {
    Some(match field {
        "fabricatorCtrl" => "fabricator-ctrl",
        "fabricatorNodeConfig" => "fab-node-config",
        "certManagerCtrl" => "cert-manager",
        "certManagerWebhook" => "cert-manager-webhook",
        "reloader" => "reloader-reloader",
        "zot" => "zot",
        "ntp" => "ntp",
        "fabricCtrl" => "fabric-ctrl",
        "fabricBoot" => "fabric-boot",
        "fabricDHCP" => "fabric-dhcpd",
        "controlProxy" => "control-proxy",
        "controlAlloy" => "alloy-ctrl",
        _ => return None,
    })
}

fn judge(cx: &Context<'_>, fabricator: &Object<Fabricator>, out: &mut Outcome) {
    let status = &fabricator.status;
    let unready: Vec<usize> = status
        .conditions
        .iter()
        .enumerate()
        .filter(|(_, c)| matches!(c.kind.as_str(), "Ready" | "Applied") && c.status != "True")
        .map(|(index, _)| index)
        .collect();
    let components: Vec<Component> = status
        .components
        .control()
        .into_iter()
        // The gateways' Alloy is judged with the gateways; an empty value was never looked at.
        .filter(|(field, state)| *field != "gatewayAlloy" && !matches!(*state, "" | "Ready" | "Skipped"))
        .filter(|(field, _)| *field != "fabricatorNodeConfig")
        .map(|(field, state)| Component { field, state: state.to_owned(), workload: workload(field) })
        .collect();
    let unchecked = status
        .last_status_check
        .and_then(|time| cx.heartbeat_age(fabricator, time))
        .filter(|age| age.over(CHECKED_WITHIN) && cx.clock().silence.is_none());
    if unready.is_empty() && components.is_empty() && unchecked.is_none() {
        return out.pass();
    }
    let condition = |index: &usize| status.conditions.get(*index);
    let applied = unready.iter().filter_map(condition).any(|c| c.kind == "Applied");
    let title = if !components.is_empty() {
        let list: Vec<String> = components.iter().map(|c| format!("{} is {}", c.field, c.state)).collect();
        format!("the Fabricator is not ready: {}", list.join(", "))
    } else if let Some(first) = unready.iter().filter_map(condition).next() {
        format!("the Fabricator is not {}: {}", first.kind.to_lowercase(), words(&first.reason, &first.message))
    } else {
        let age = unchecked.map_or_else(String::new, |age| age.words());
        format!("nothing has looked after the Fabricator's components for {age}")
    };
    let running = cx.age_of(status.last_attempt_time).is_some_and(|age| age.under(APPLYING) && age.seconds >= 0);
    let severity = if running { Severity::Warning } else { Severity::Error };
    let mut finding = out.finding(severity, fabricator.subject(), title).detail(if running {
        "An install or upgrade was begun less than 30 minutes ago and may still run. Switches and gateways go on forwarding."
    } else {
        "An install or upgrade is not complete, or a part of the control plane does not work. Switches and gateways go on \
         forwarding."
    });
    for component in &components {
        finding = finding.evidence(
            fabricator
                .evidence(&["status", "components", component.field], "the component is neither Ready nor Skipped"),
        );
    }
    for index in &unready {
        finding = finding.evidences(condition_evidence(fabricator, *index));
    }
    if unchecked.is_some() {
        finding = finding.evidence(fabricator.evidence(&["status", "lastStatusCheck"], "last look at the components"));
    }
    finding = finding.evidences(log_evidence(cx));
    let mut workloads: Vec<&str> = components.iter().filter_map(|component| component.workload).collect();
    if applied || unchecked.is_some() || workloads.is_empty() {
        workloads.push("fabricator-ctrl");
    }
    finding = finding.keys(workloads.iter().map(|name| Key::Workload("fab".into(), (*name).to_owned())));
    finding = finding.keys(nodes_of(cx, &workloads));
    if components.is_empty() && !applied && unchecked.is_none() {
        finding = gateway_part(fabricator, finding);
    }
    let pods = workloads.first().copied().unwrap_or("fabricator-ctrl");
    out.report(
        finding
            .run("Look at the pods.", format!("kubectl get pods -n fab -o wide | grep {pods}"))
            .run("Read the log of the installer.", "kubectl logs -n fab deploy/fabricator-ctrl -c manager"),
    );
}

fn words(reason: &str, message: &str) -> String {
    match (reason.is_empty(), message.is_empty()) {
        (_, false) => message.to_owned(),
        (false, true) => reason.to_owned(),
        (true, true) => "no reason is given".to_owned(),
    }
}

/// Status, reason and message of a condition.
pub(super) fn condition_evidence(fabricator: &Object<Fabricator>, index: usize) -> Vec<Evidence> {
    let kind = fabricator.status.conditions.get(index).map_or("", |condition| condition.kind.as_str());
    let at = |key: &str| ["status".to_owned(), "conditions".into(), index.to_string(), key.to_owned()];
    let mut evidence = vec![fabricator.evidence(&at("status"), format!("condition {kind}"))];
    for (key, note) in [("reason", "its reason"), ("message", "its message"), ("lastTransitionTime", "since")] {
        if fabricator.at(&at(key)).is_some() {
            evidence.push(fabricator.evidence(&at(key), note));
        }
    }
    evidence
}

/// What the installer says.
fn log_evidence(cx: &Context<'_>) -> Vec<Evidence> {
    let mut evidence = Vec::new();
    for log in cx.logs(Stream::FabricatorCtrl) {
        for literal in [&literals::INSTALL_FAILED, &literals::CONTROL_NODES] {
            let last = log.current(literal).last();
            evidence.extend(last.map(|hit| log.evidence(hit, "the installer fails at this")));
        }
    }
    evidence
}

/// The nodes on which the pods of the workloads run.
pub(super) fn nodes_of(cx: &Context<'_>, workloads: &[&str]) -> Vec<Key> {
    cx.list::<Pod>()
        .iter()
        .filter(|pod| pod.meta.namespace == "fab" && !pod.spec.node_name.is_empty())
        .filter(|pod| workloads.contains(&Workload::of(pod).name.as_str()))
        .map(|pod| Key::Node(pod.spec.node_name.clone()))
        .collect()
}

/// Where all of the control plane is ready, the gateways' part keeps `Ready` from being true.
fn gateway_part(fabricator: &Object<Fabricator>, finding: Finding) -> Finding {
    let components = &fabricator.status.components;
    let maps = components.gateway_dataplane.iter().chain(&components.gateway_frr);
    let finding = finding.keys(maps.filter(|(_, state)| *state != "Ready").map(|(name, _)| Key::Gateway(name.clone())));
    if matches!(components.gateway_alloy.as_str(), "" | "Ready" | "Skipped") {
        finding
    } else {
        finding.key(Key::Workload("fab".into(), "alloy-gw".into()))
    }
}

#[cfg(test)]
mod tests {
    use hh_worlds::{World, json};

    use super::FabricatorNotReady;
    use crate::testing::said;

    const FABRICATOR: &str = "Fabricator/default";

    fn healthy() -> World {
        World::healthy().small()
    }

    #[test]
    fn a_component_that_is_pending() {
        let world = healthy().set(FABRICATOR, "/status/components/zot", "Pending");
        let said = said(&FabricatorNotReady, &world);
        assert_eq!(said.lines(), ["error Fabricator/default"]);
        let finding = &said.findings[0];
        assert_eq!(finding.title, "the Fabricator is not ready: zot is Pending");
        let proof = &finding.evidence[0];
        assert_eq!(proof.field.as_deref(), Some("status.components.zot"));
        assert_eq!(proof.value.as_deref(), Some("Pending"));
        assert!(proof.line.is_some());
    }

    #[test]
    fn conditions() {
        let applied = healthy().set(FABRICATOR, "/status/conditions/0/status", "False");
        assert_eq!(said(&FabricatorNotReady, &applied).lines(), ["error Fabricator/default"]);
        let running = applied.clone().set(FABRICATOR, "/status/lastAttemptTime", "2026-10-06T09:30:17Z");
        assert_eq!(said(&FabricatorNotReady, &running).lines(), ["warning Fabricator/default"]);
        let absent = healthy().set(FABRICATOR, "/status/conditions", json!([]));
        assert_eq!(said(&FabricatorNotReady, &absent).lines(), Vec::<String>::new());
    }

    #[test]
    fn nothing_looks_after_it() {
        let world = healthy().set(FABRICATOR, "/status/lastStatusCheck", "2026-10-06T09:31:17Z");
        let said = said(&FabricatorNotReady, &world);
        assert_eq!(said.findings[0].title, "nothing has looked after the Fabricator's components for 10 min");
        let pod = "Pod/fabricator-ctrl-ff7a4928b-j5k6x";
        let crash = world
            .set(pod, "/status/containerStatuses/0/state", json!({"waiting": {"reason": "CrashLoopBackOff"}}))
            .set(pod, "/status/containerStatuses/0/ready", false);
        let explained = crate::testing::said(&FabricatorNotReady, &crash);
        assert_eq!(explained.findings[0].caused_by.len(), 1);
    }

    #[test]
    fn the_pod_it_names_explains_it() {
        let pod = "Pod/fabric-boot-f692d8db9-v7g6t";
        let world = healthy()
            .set(FABRICATOR, "/status/components/fabricBoot", "Pending")
            .set(pod, "/status/containerStatuses/0/state", json!({"waiting": {"reason": "ImagePullBackOff"}}))
            .set(pod, "/status/containerStatuses/0/ready", false);
        assert_eq!(said(&FabricatorNotReady, &world).findings[0].caused_by.len(), 1);
        let other = healthy()
            .set(FABRICATOR, "/status/components/ntp", "Pending")
            .set(pod, "/status/containerStatuses/0/state", json!({"waiting": {"reason": "ImagePullBackOff"}}))
            .set(pod, "/status/containerStatuses/0/ready", false);
        assert_eq!(said(&FabricatorNotReady, &other).findings[0].caused_by.len(), 0);
    }

    #[test]
    fn healthy_pictures() {
        assert_eq!(said(&FabricatorNotReady, &healthy()).passed, 1);
        assert_eq!(said(&FabricatorNotReady, &World::older().small()).passed, 1);
        let skipped = healthy()
            .set(FABRICATOR, "/status/components/gatewayAlloy", "Skipped")
            .set(FABRICATOR, "/status/components/controlAlloy", "Skipped")
            .set(FABRICATOR, "/status/components/fabricatorNodeConfig", "Pending");
        assert_eq!(said(&FabricatorNotReady, &skipped).lines(), Vec::<String>::new());
    }

    #[test]
    fn not_captured() {
        let said = said(&FabricatorNotReady, &healthy().without("Fabricator"));
        assert_eq!(said.not_checked, ["Fabricator object"]);
    }
}
