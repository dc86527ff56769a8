//! An install retry made the certificate authority anew: nodes hold the first one (known issue KI-CA).

use std::collections::{BTreeMap, BTreeSet};

use crate::facts::{Agent, Context, Event, Fabricator, Object, Pod, Switch};
use crate::finding::{Confidence, Evidence, Key, KeyKind, Severity};
use crate::model::Time;
use crate::parse::log::Stream;
use crate::parse::log::literals::switch_failure::certificate::UNKNOWN_AUTHORITY;
use crate::rule::{Domain, Meta, Order, Outcome, Relation, Rule, Source};

/// See the metadata.
#[derive(Debug)]
pub(super) struct AuthorityRemade;

/// Text of a certificate that is not trusted.
const UNKNOWN: &str = "certificate signed by unknown authority";
/// The known issue belongs to the installation.
const AT_INSTALLATION: i64 = 3600;

static META: Meta = Meta {
    id: "certificate-authority-remade",
    reference: &["KI-CA"],
    title: "Nodes hold another certificate authority than the control node",
    severities: &[Severity::Error],
    needs: &[Source::Fabricator],
    uses: &[Source::Pods, Source::Events, Source::SwitchAgentLog, Source::Agents, Source::Switches],
    explanation: "Before fabricator v0.49 a retry of the installation makes the certificate authority anew; nodes and switches \
that were set up before hold the first one. Looks for `x509: certificate signed by unknown authority` on two or more nodes or \
switches in the first hour of the installation.

## Why it matters
They can load no image and no agent from the registry of the control node.

## Not a fault
One node alone, or a release since v0.49.

## What to do
Install again, or roll the certificate authority out again.",
    explains: &[
        Relation { effects: &["GW-POD-IMAGE", "FAB-013", "FAB-020"], join: &[KeyKind::Fabric] },
        Relation { effects: &["GW-POD-IMAGE", "FAB-013"], join: &[KeyKind::Pod] },
        Relation { effects: &["FAB-020"], join: &[KeyKind::Switch] },
    ],
    order: Order::Node,
};

impl Rule for AuthorityRemade {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn domain(&self) -> Domain {
        Domain::Fabric
    }

    fn check(&self, cx: &Context<'_>, out: &mut Outcome) {
        let Some(fabricator) = cx.list::<Fabricator>().first() else { return };
        if !cx.fabricator_release().before(0, 49, 0) {
            return;
        }
        let (refusals, pods) = refusals(cx, fabricator);
        if refusals.len() < 2 {
            return out.pass();
        }
        let names: Vec<&str> = refusals.keys().map(|(_, name)| name.as_str()).collect();
        let title = format!("{} do not trust the registry: the certificate authority was made anew", names.join(", "));
        let keys: Vec<Key> = refusals
            .keys()
            .map(|(switch, name)| if *switch { Key::Switch(name.clone()) } else { Key::Node(name.clone()) })
            .collect();
        let finding = out
            .finding(Severity::Error, fabricator.subject().part("certificate authority"), title)
            .confidence(Confidence::Likely)
            .detail(
                "Known of fabricator before v0.49: a retry of the installation makes the certificate authority anew, and what \
                 was set up before keeps the first one. Images and agents cannot be loaded.",
            )
            .evidences(refusals.into_values())
            .keys(keys)
            .keys(pods)
            .key(Key::Fabric)
            .step("Install again, or roll the certificate authority out again; then upgrade.");
        out.report(finding);
    }
}

/// The first proof of each node (false) or switch (true) that refuses the certificate.
type Refusals = BTreeMap<(bool, String), Evidence>;

/// Who refuses the certificate, and the pods that prove it.
fn refusals(cx: &Context<'_>, fabricator: &Object<Fabricator>) -> (Refusals, BTreeSet<Key>) {
    let installed = fabricator.meta.creation_timestamp;
    let early = |time: Option<Time>| match (installed, time) {
        (Some(Time::At(installed)), Some(Time::At(at))) => {
            at.as_second().saturating_sub(installed.as_second()) <= AT_INSTALLATION
        }
        _ => false,
    };
    let (mut found, mut refused) = (BTreeMap::new(), BTreeSet::new());
    let key = |pod: &Object<Pod>| Key::Pod(pod.meta.namespace.clone(), pod.meta.name.clone());
    let pods = cx.list::<Pod>();
    for pod in pods.iter().filter(|pod| early(pod.meta.creation_timestamp)) {
        for (list, statuses) in [
            ("initContainerStatuses", &pod.status.init_container_statuses),
            ("containerStatuses", &pod.status.container_statuses),
        ] {
            for (index, status) in statuses.iter().enumerate() {
                if status.state.waiting.as_ref().is_some_and(|waiting| waiting.message.contains(UNKNOWN)) {
                    let index = index.to_string();
                    let route = ["status", list, &index, "state", "waiting", "message"];
                    let evidence = pod.evidence(&route, "the registry's certificate is not trusted");
                    found.entry((false, pod.spec.node_name.clone())).or_insert(evidence);
                    refused.insert(key(pod));
                }
            }
        }
    }
    for event in cx.list::<Event>().iter().filter(|event| event.spec.text().contains(UNKNOWN)) {
        let object: &str = &event.spec.object().name;
        let pod = cx.find::<Pod>(object).filter(|_| early(event.spec.first()));
        if let Some(pod) = pod {
            let evidence = event.evidence(&["message"], "the registry's certificate is not trusted");
            found.entry((false, pod.spec.node_name.clone())).or_insert(evidence);
            refused.insert(key(pod));
        }
    }
    for log in cx.logs(Stream::SwitchAgent) {
        let names = log.log.gateway.iter().chain([&log.log.pod]).filter(|name| !name.is_empty());
        let known = |name: &&String| cx.find::<Agent>(name).is_some() || cx.find::<Switch>(name).is_some();
        let Some(name) = names.into_iter().find(known) else { continue };
        let hit = log.current(&UNKNOWN_AUTHORITY).find(|hit| early(hit.time().map(Time::At)));
        if let Some(hit) = hit {
            found.entry((true, name.clone())).or_insert(log.evidence(hit, "the certificate is not trusted"));
        }
    }
    found.retain(|(_, name), _| !name.is_empty());
    (found, refused)
}

#[cfg(test)]
mod tests {
    use hh_worlds::{World, json};

    use super::AuthorityRemade;
    use crate::rules::control::control_pod::ControlPod;
    use crate::testing::said;

    const MESSAGE: &str =
        "failed to pull image: tls: failed to verify certificate: x509: certificate signed by unknown authority";

    /// A pod of each node waits for its image, made shortly after the Fabricator.
    fn refused(world: World, pods: &[&str]) -> World {
        pods.iter().fold(world, |world, pod| {
            let made = world.object("Fabricator/default")["metadata"]["creationTimestamp"].clone();
            world
                .set(pod, "/status/containerStatuses/0/ready", false)
                .set(pod, "/metadata/creationTimestamp", made)
                .set(
                    pod,
                    "/status/containerStatuses/0/state",
                    json!({"waiting": {"reason": "ImagePullBackOff", "message": MESSAGE}}),
                )
        })
    }

    fn pods(world: &World) -> Vec<String> {
        ["gateway-1", "gateway-2"]
            .iter()
            .map(|node| {
                let pod = world.objects.iter().find(|object| {
                    let name = object["metadata"]["name"].as_str().unwrap_or("");
                    object["kind"] == "Pod" && object["spec"]["nodeName"] == *node && name.starts_with("alloy-gw")
                });
                format!("Pod/{}", pod.unwrap()["metadata"]["name"].as_str().unwrap())
            })
            .collect()
    }

    #[test]
    fn two_nodes_at_the_installation() {
        let older = World::older().small();
        let pods = pods(&older);
        let names: Vec<&str> = pods.iter().map(String::as_str).collect();
        let world = refused(older.clone(), &names);
        let said_of = said(&AuthorityRemade, &world);
        assert_eq!(said_of.lines(), ["error Fabricator/default (certificate authority)"]);
        assert!(said_of.findings[0].title.starts_with("gateway-1, gateway-2 do not trust"));
        assert!(said_of.findings[0].evidence[0].line.is_some());
        let pulls = said(&ControlPod, &world);
        assert_eq!(pulls.findings.len(), 2);
        assert!(pulls.findings.iter().all(|finding| finding.caused_by.len() == 1));
        // One node alone; a newer release.
        assert_eq!(said(&AuthorityRemade, &refused(older, &names[..1])).lines(), Vec::<String>::new());
    }

    #[test]
    fn healthy_pictures() {
        let healthy = World::healthy().small();
        let pods = pods(&healthy);
        let names: Vec<&str> = pods.iter().map(String::as_str).collect();
        assert_eq!(said(&AuthorityRemade, &refused(healthy, &names)).lines(), Vec::<String>::new());
        assert_eq!(said(&AuthorityRemade, &World::older().small()).lines(), Vec::<String>::new());
    }
}
