//! Warning events of Kubernetes.

use std::collections::BTreeMap;

use super::presence::{Presence, canonical_kind, presence};
use crate::facts::{CONTROL_NAMESPACES, Context, Event, Node, Object, Pod, PodRole, Workload, duration_words};
use crate::finding::{Confidence, Finding, Key, Severity, Subject};
use crate::model::Time;
use crate::rule::{Domain, Meta, Order, Outcome, Rule, Source};

/// See the metadata.
#[derive(Debug)]
pub(super) struct WarningEvent;

/// An event is of the present for this long.
const PRESENT: i64 = 300;
/// So many occurrences are no passing trouble.
const REPEATED: u64 = 5;
/// Most characters of a message in a title.
const IN_TITLE: usize = 100;

static META: Meta = Meta {
    id: "warning-event",
    reference: &["FAB-021"],
    title: "Kubernetes warns about an object",
    severities: &[Severity::Warning, Severity::Info],
    needs: &[Source::Events],
    uses: super::presence::SOURCES,
    explanation: "Looks at the events of type `Warning` in the namespaces `fab`, `kube-system` and `cert-manager`, and at those \
on Hedgehog objects and nodes; equal ones are counted together.

## Why it matters
An event is a sign of trouble with its object, seldom the trouble itself. A warning is given only for one that goes on (five \
times or more, the last in the 5 minutes before the capture) on an object that no other finding is about; else it is `info`, \
and proof for the finding about its object.

## Not a fault
- Conflicts (`the object has been modified`), reboots, events of objects that are gone, of pods that are ready now.

## What to do
Read the message; look at the object with `kubectl describe`.",
    explains: &[],
    order: Order::Counters,
};

impl Rule for WarningEvent {
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
        let mut groups = BTreeMap::<(String, String, String, &str), Vec<&Object<Event>>>::new();
        for event in cx.list::<Event>() {
            if !is_ours(event) {
                continue;
            }
            let object = event.spec.object();
            let kind = canonical_kind(&object.kind).to_owned();
            let namespace = namespace_of(&kind, &object.namespace, &event.meta.namespace);
            let key = (kind, namespace, object.name.clone(), event.spec.reason.as_str());
            groups.entry(key).or_default().push(event);
        }
        for ((kind, namespace, name, reason), events) in groups {
            let there = presence(cx, &kind, &namespace, &name);
            if there == Presence::Gone {
                continue;
            }
            out.report(report(cx, Subject::new(&kind, &namespace, &name), reason, &events, there, out));
        }
    }
}

/// Events on nodes stand in the namespace `default`; nodes have none.
fn namespace_of(kind: &str, object: &str, event: &str) -> String {
    match (kind, object.is_empty()) {
        ("Node", _) => String::new(),
        (_, true) => event.to_owned(),
        (_, false) => object.to_owned(),
    }
}

fn is_ours(event: &Object<Event>) -> bool {
    let body = &event.spec;
    let object = body.object();
    let place = if object.namespace.is_empty() { &event.meta.namespace } else { &object.namespace };
    let ours = CONTROL_NAMESPACES.contains(&place.as_str())
        || object.api_version.contains("githedgehog.com")
        || object.kind.eq_ignore_ascii_case("Node");
    let harmless = body.text().contains("object has been modified") || body.reason == "Rebooted";
    body.kind == "Warning" && !object.name.is_empty() && ours && !harmless
}

fn report(
    cx: &Context<'_>,
    subject: Subject,
    reason: &str,
    events: &[&Object<Event>],
    there: Presence,
    out: &Outcome,
) -> Finding {
    let count = events.iter().fold(0_u64, |sum, event| sum.saturating_add(event.spec.occurrences()));
    let age = |time: Option<Time>| cx.age_of(time).map(|age| age.seconds.max(0));
    let last = events.iter().filter_map(|event| age(event.spec.last())).min();
    let first = events.iter().filter_map(|event| age(event.spec.first())).max();
    let newest = events.iter().min_by_key(|event| age(event.spec.last()).unwrap_or(i64::MAX)).copied();
    let going_on = last.is_some_and(|seconds| seconds < PRESENT) && count >= REPEATED;
    let stands = going_on && there == Presence::There && !is_ready(cx, &subject);
    let severity = if stands { Severity::Warning } else { Severity::Info };
    let text = newest.map_or("", |event| event.spec.text()).trim();
    let shown: String = text.chars().take(IN_TITLE).collect();
    let cut = if shown.len() < text.len() { "…" } else { "" };
    let times = if count == 1 { "once".to_owned() } else { format!("{count} times") };
    let title = format!("{} {}: {reason} {times}: {shown}{cut}", subject.kind, subject.name);
    let when = match (first, last) {
        (Some(first), Some(last)) if first > last => {
            format!("First {} before the capture, last {} before it.", duration_words(first), duration_words(last))
        }
        (_, Some(last)) => format!("{} before the capture.", duration_words(last)),
        _ => "When it was is not known.".to_owned(),
    };
    let keys = around(cx, &subject);
    let mut finding = out
        .finding(severity, subject.clone().part(reason), title)
        .confidence(Confidence::Possible)
        .detail(format!("{when} An event tells of its object: it is a sign, seldom the cause."))
        .keys(keys.clone());
    for key in keys {
        finding = finding.yield_to(key);
    }
    finding = finding.yield_to(subject.key());
    if let Some(event) = newest {
        finding = finding.evidence(event.evidence(&[text_field(event)], "message of the newest event"));
        for (field, note) in [("count", "how often"), ("lastTimestamp", "last time")] {
            if event.at(&[field]).is_some_and(|node| !node.is_null()) {
                finding = finding.evidence(event.evidence(&[field], note));
            }
        }
    }
    let place = if subject.namespace.is_empty() { String::new() } else { format!(" -n {}", subject.namespace) };
    finding
        .run("Look at the object.", format!("kubectl describe {}{place} {}", subject.kind.to_lowercase(), subject.name))
}

fn text_field(event: &Object<Event>) -> &'static str {
    if event.spec.message.is_empty() { "note" } else { "message" }
}

/// A pod that is ready got over it.
fn is_ready(cx: &Context<'_>, subject: &Subject) -> bool {
    let Some(pod) = pod_of(cx, subject) else { return false };
    let statuses = &pod.status.container_statuses;
    let ready = !statuses.is_empty() && statuses.iter().all(|status| status.ready);
    pod.status.phase == "Succeeded" || ready
}

fn pod_of<'b>(cx: &Context<'b>, subject: &Subject) -> Option<&'b Object<Pod>> {
    if subject.kind == "Pod" { cx.find_in::<Pod>(&subject.namespace, &subject.name) } else { None }
}

/// What the object belongs to: a finding on any of it explains the event.
fn around(cx: &Context<'_>, subject: &Subject) -> Vec<Key> {
    let (namespace, name) = (subject.namespace.clone(), subject.name.clone());
    match subject.kind.as_str() {
        "Pod" => {
            let mut keys = vec![Key::Pod(namespace.clone(), name)];
            if let Some(pod) = pod_of(cx, subject) {
                keys.push(Key::Workload(namespace, Workload::of(pod).name));
                if !pod.spec.node_name.is_empty() {
                    keys.push(Key::Node(pod.spec.node_name.clone()));
                }
                if let Some((gateway, _)) = PodRole::of(pod) {
                    keys.push(Key::Gateway(gateway.to_owned()));
                }
            }
            keys
        }
        "Node" => {
            let mut keys = vec![Key::Node(name.clone())];
            if cx.find::<Node>(&name).is_some() && cx.gateway(&name).is_some() {
                keys.push(Key::Gateway(name));
            }
            keys
        }
        "Deployment" | "DaemonSet" | "StatefulSet" => match PodRole::parse(&name) {
            Some((gateway, _)) => vec![Key::Gateway(gateway.to_owned()), Key::Workload(namespace, name)],
            None => vec![Key::Workload(namespace, name)],
        },
        "ReplicaSet" => {
            let owner = name.rsplit_once('-').map_or(name.clone(), |(owner, _)| owner.to_owned());
            vec![Key::Workload(namespace, owner)]
        }
        "HelmChart" => vec![Key::Workload(namespace, name)],
        "Job" => vec![Key::Workload(namespace, name.trim_start_matches("helm-install-").to_owned())],
        "Agent" | "Switch" => vec![Key::Switch(name)],
        "Gateway" | "GatewayAgent" => vec![Key::Gateway(name)],
        "GatewayPeering" => vec![Key::Peering(name)],
        "GatewayGroup" => vec![Key::Group(name)],
        "VPC" => vec![Key::Vpc(name)],
        "VPCInfo" => vec![Key::VpcInfo(name)],
        "Connection" => vec![Key::Connection(name)],
        "Server" => vec![Key::Server(name)],
        "DHCPSubnet" => vec![Key::DhcpSubnet(name)],
        "VPCAttachment" | "ExternalAttachment" => vec![Key::Attachment(name)],
        "Fabricator" => vec![Key::Fabric],
        _ => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use hh_worlds::{World, json};

    use super::WarningEvent;
    use crate::testing::said;

    fn event(kind: &str, namespace: &str, name: &str, reason: &str, count: u64, last: &str) -> String {
        let core = if matches!(kind, "Pod" | "Node") { "v1" } else { "wiring.githedgehog.com/v1beta1" };
        let place = if kind == "Node" { "default" } else { namespace };
        format!(
            "apiVersion: v1\nkind: Event\nmetadata:\n  name: {name}.17f\n  namespace: {place}\ntype: Warning\nreason: {reason}\n\
             message: it went wrong\ncount: {count}\nfirstTimestamp: 2026-10-06T09:01:17Z\nlastTimestamp: {last}\n\
             involvedObject:\n  apiVersion: {core}\n  kind: {kind}\n  name: {name}\n  namespace: {namespace}\n"
        )
    }

    const NOW: &str = "2026-10-06T09:40:17Z";
    const POD: &str = "fabric-dhcpd-2479a695f-pnb6r";

    fn with(text: &str) -> World {
        World::healthy().small().add(text)
    }

    #[test]
    fn one_that_goes_on_by_itself() {
        let said = said(&WarningEvent, &with(&event("Switch", "default", "leaf-01", "SyncFailed", 9, NOW)));
        assert_eq!(said.lines(), ["warning Switch/leaf-01 (SyncFailed)"]);
        let finding = &said.findings[0];
        assert_eq!(finding.title, "Switch leaf-01: SyncFailed 9 times: it went wrong");
        let proof = &finding.evidence[0];
        assert_eq!(proof.field.as_deref(), Some("message"));
        assert!(proof.line.is_some() && finding.caused_by.is_empty());
    }

    #[test]
    fn on_an_object_with_a_finding() {
        let pod = format!("Pod/{POD}");
        let world = with(&event("Pod", "fab", POD, "BackOff", 30, NOW))
            .set(&pod, "/status/containerStatuses/0/state", json!({"waiting": {"reason": "CrashLoopBackOff"}}))
            .set(&pod, "/status/containerStatuses/0/ready", false);
        let said = said(&WarningEvent, &world);
        assert_eq!(said.lines(), [format!("warning {pod} (BackOff)")]);
        assert_eq!(said.findings[0].caused_by.len(), 1);
    }

    #[test]
    fn what_is_info_or_nothing() {
        for (text, expected) in [
            // Seldom, long ago, a pod that is ready.
            (event("Switch", "default", "leaf-01", "SyncFailed", 4, NOW), 1),
            (event("Switch", "default", "leaf-01", "SyncFailed", 9, "2026-10-06T09:30:17Z"), 1),
            (event("Pod", "fab", POD, "Unhealthy", 9, NOW), 1),
            // Gone, a reboot, a conflict, another namespace.
            (event("Pod", "fab", "fabric-dhcpd-2479a695f-zzzzz", "BackOff", 9, NOW), 0),
            (event("Node", "", "gateway-1", "Rebooted", 9, NOW), 0),
            (
                event("Switch", "default", "leaf-01", "X", 9, NOW)
                    .replace("it went wrong", "the object has been modified"),
                0,
            ),
            (event("Pod", "apps", "web-0", "BackOff", 9, NOW), 0),
            (event("Switch", "default", "leaf-01", "Synced", 9, NOW).replace("Warning", "Normal"), 0),
        ] {
            let said = said(&WarningEvent, &with(&text));
            assert_eq!(said.findings.len(), expected, "{text}");
            assert!(said.is_quiet(), "{text}");
        }
    }

    #[test]
    fn healthy_pictures() {
        assert_eq!(said(&WarningEvent, &World::healthy().small()).lines(), Vec::<String>::new());
        assert!(said(&WarningEvent, &World::older().small()).is_quiet());
        let said = said(&WarningEvent, &World::healthy().small().without("Event"));
        assert_eq!(said.not_checked, ["Event objects"]);
    }
}
