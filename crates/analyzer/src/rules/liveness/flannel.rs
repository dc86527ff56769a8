//! The dataplane removed the pod network of its node.

use crate::facts::{Context, Event, Form, Gw, LogRef, Node, Pod};
use crate::finding::{Confidence, Evidence, Finding, Key, KeyKind, Severity, Subject};
use crate::model::Time;
use crate::parse::log::Hit;
use crate::parse::log::literals::journal;
use crate::rule::{Meta, Order, Outcome, Relation, Rule, Source};

/// See the metadata.
#[derive(Debug)]
pub(super) struct PodNetworkRemoved;

/// Interfaces come and go while a node boots.
const BOOTING: i64 = 300;
/// Older lines are history, unless the node is still down.
const HISTORY: i64 = 86_400;

static META: Meta = Meta {
    id: "gateway-pod-network-removed",
    reference: &["GW-NODE-FLANNEL"],
    title: "The dataplane removed the pod network of its node",
    severities: &[Severity::Error, Severity::Info],
    needs: &[],
    uses: &[
        Source::NodeJournal,
        Source::NodeLinks,
        Source::Pods,
        Source::Nodes,
        Source::Events,
        Source::GatewayAgents,
        Source::Fabricator,
        Source::CaptureTime,
    ],
    explanation: "Looks in the journal of `k3s-agent` on a gateway node for the removal of `flannel.1` or `cni0` and for \
the crash of k3s that follows, and in a captured `ip link` for `flannel.1`.

## Why it matters
A dataplane before v0.24.0 may delete interfaces that it did not make. Without `flannel.1` pods without host network on \
that node are cut off and `k3s-agent` restarts; the node is then not ready for a while. The gateway's own pods use the \
host network.

## Not a fault
- Lines from the first 5 minutes after the node's boot.
- A missing `flannel.1` alone, where the dataplane's release is not known.
- A dataplane v0.24.0 or later, which leaves these interfaces alone.

## What to do
Upgrade the dataplane; restart `k3s-agent`. Use no VPC with VNI 1: it collides with `flannel.1`.",
    explains: &[
        Relation { effects: &["GW-NODE-DOWN", "FAB-014"], join: &[KeyKind::Node] },
        Relation { effects: &["FAB-013", "FAB-021"], join: &[KeyKind::Node] },
    ],
    order: Order::Node,
};

impl Rule for PodNetworkRemoved {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn check(&self, cx: &Context<'_>, out: &mut Outcome) {
        for gw in cx.gateways() {
            let (journal, links) = (gw.node_journal(), gw.node_links());
            let release = gw.dataplane_release();
            if journal.is_none() && links.is_none() {
                // Only where the defect can be: a release without it needs no journal.
                if release.before(0, 24, 0) {
                    out.not_checked(Subject::new("Node", "", gw.name()), Source::NodeJournal);
                }
                continue;
            }
            if release.since(0, 24, 0) {
                out.pass();
                continue;
            }
            let told = journal.and_then(|log| from_journal(&gw, log, out));
            let seen = || if release.before(0, 24, 0) { from_links(&gw, out) } else { None };
            match told.or_else(seen) {
                Some(finding) => out.report(finding.evidences(release_evidence(&gw))),
                None => out.pass(),
            }
        }
    }
}

fn from_journal(gw: &Gw<'_, '_>, log: LogRef<'_>, out: &Outcome) -> Option<Finding> {
    let hits: Vec<&Hit> = log
        .hits(&journal::POD_NETWORK_DELETED)
        .chain(log.hits(&journal::K3S_PANIC))
        .filter(|hit| !hit.time().is_some_and(|at| booting(gw, Time::At(at))))
        .collect();
    let (first, last) = (hits.iter().min_by_key(|hit| hit.line.start)?, hits.iter().max_by_key(|hit| hit.line.start)?);
    let age = last.time().and_then(|at| gw.cx().age_at(at));
    let old = age.is_some_and(|age| age.over(HISTORY));
    let severity = if old && !gw.node_is_down() { Severity::Info } else { Severity::Error };
    let when = age.map(|age| format!(" {} before the capture", age.words())).unwrap_or_default();
    let mut finding = start(gw, out, severity, format!("the pod network of node {} was removed{when}", gw.name()))
        .evidence(log.evidence(last, format!("last of {} such lines", hits.len())));
    if hits.len() > 1 {
        finding = finding.evidence(log.evidence(first, "first of them"));
    }
    Some(finding)
}

/// Within 5 minutes of a boot. The node's Ready condition does not tell: it flaps with the pod network.
fn booting(gw: &Gw<'_, '_>, at: Time) -> bool {
    let Time::At(at) = at else { return false };
    gw.cx().list::<Event>().iter().any(|event| {
        let body = &event.spec;
        let object = body.object();
        body.reason == "Rebooted"
            && object.kind == "Node"
            && object.name == gw.name()
            && body
                .last()
                .and_then(Time::at)
                .is_some_and(|boot| boot.as_second().saturating_sub(at.as_second()).saturating_abs() <= BOOTING)
    })
}

fn from_links(gw: &Gw<'_, '_>, out: &Outcome) -> Option<Finding> {
    let links = gw.node_links()?;
    if links.value.iter().any(|name| name.value == "flannel.1") {
        return None;
    }
    let first = links.value.first()?;
    let pod = gw.cx().list::<Pod>().iter().find(|pod| {
        pod.spec.node_name == gw.name()
            && pod.raw.form == Form::Full
            && !pod.spec.host_network
            && !matches!(pod.status.phase.as_str(), "Succeeded" | "Failed")
    })?;
    let finding = start(gw, out, Severity::Error, format!("node {} has no interface flannel.1", gw.name()))
        .confidence(Confidence::Likely)
        .evidence(links.evidence(first.span, "the interfaces of the node begin here; flannel.1 is not among them"))
        .evidence(pod.evidence(&["spec", "nodeName"], "a pod without host network on this node"));
    Some(finding)
}

fn start(gw: &Gw<'_, '_>, out: &Outcome, severity: Severity, title: String) -> Finding {
    let node = gw.cx().find::<Node>(gw.name());
    let subject = node.map_or_else(|| Subject::new("Node", "", gw.name()), crate::facts::Object::subject);
    let release = gw.dataplane_release().0.map(|version| format!(" ({version})")).unwrap_or_default();
    out.finding(severity, subject, title)
        .detail(format!(
            "The dataplane{release} removes interfaces that it did not make; k3s-agent restarts and the node is not \
             ready for a while. Pods without host network on this node are cut off. The gateways of a fabric usually \
             show this within seconds of each other."
        ))
        .run("Restart the agent of k3s on the node.", "systemctl restart k3s-agent")
        .step("Upgrade the dataplane to v0.24.0 or later, and use no VPC with VNI 1.")
        .key(gw.key())
        .key(Key::Node(gw.name().into()))
}

/// Evidence of the dataplane's release.
fn release_evidence(gw: &Gw<'_, '_>) -> Option<Evidence> {
    gw.agent().map(|agent| agent.evidence(&["status", "state", "dataplane", "version"], "release of the dataplane"))
}

#[cfg(test)]
mod tests {
    use hh_worlds::World;

    use super::PodNetworkRemoved;
    use crate::testing::{Said, said, said_of_files};

    const DELETED: &str = "\
Oct 06 09:29:02 gateway-1 k3s[812]: time=\"2026-10-06T09:29:02Z\" level=info msg=\"Tunnel endpoint watch event\"
Oct 06 09:29:58 gateway-1 k3s[812]: time=\"2026-10-06T09:29:58Z\" level=info msg=\"Connecting to proxy\"
Oct 06 09:30:02 gateway-1 k3s[812]: time=\"2026-10-06T09:30:02Z\" level=error msg=\"Interface flannel.1 deleted\"
Oct 06 09:30:04 gateway-1 systemd[1]: k3s-agent.service: Main process exited, code=exited, status=2/INVALIDARGUMENT
";

    /// `older` runs dataplane v0.20.2.
    fn with_journal(world: &World, text: &str) -> Said {
        let mut files = world.files();
        files.insert("nodes/gateway-1/journal-k3s-agent.log".into(), text.as_bytes().to_vec());
        said_of_files(&PodNetworkRemoved, files)
    }

    fn older() -> World {
        let world = World::older().small();
        let day = world.created_at.get(..10).unwrap().to_owned();
        assert_eq!(day, "2026-10-06");
        world
    }

    #[test]
    fn a_removed_interface() {
        let said = with_journal(&older(), DELETED);
        assert_eq!(said.lines(), ["error Node/gateway-1"]);
        let proof = &said.findings[0].evidence[0];
        assert_eq!((proof.path.as_deref(), proof.line), (Some("nodes/gateway-1/journal-k3s-agent.log"), Some(3)));
        assert!(proof.value.as_deref().unwrap().contains("Interface flannel.1 deleted"));
    }

    #[test]
    fn it_explains_the_node() {
        let index = 3;
        let world = older().set("Node/gateway-1", &format!("/status/conditions/{index}/status"), "False");
        let mut files = world.files();
        files.insert("nodes/gateway-1/journal-k3s-agent.log".into(), DELETED.as_bytes().to_vec());
        let node = said_of_files(&super::super::node_down::NodeDown, files);
        assert_eq!(node.findings[0].caused_by.len(), 1);
    }

    #[test]
    fn healthy_pictures() {
        // A newer dataplane leaves these interfaces alone.
        assert_eq!(with_journal(&World::healthy().small(), DELETED).lines(), Vec::<String>::new());
        // Other interfaces.
        let other = DELETED.replace("flannel.1", "veth12ab");
        assert_eq!(with_journal(&older(), &other).lines(), Vec::<String>::new());
        // Just booted.
        let booted = older().add(
            "apiVersion: v1\nkind: Event\nmetadata: {name: gateway-1.1, namespace: default}\nreason: Rebooted\n\
             message: Node gateway-1 has been rebooted\ntype: Warning\nlastTimestamp: \"2026-10-06T09:28:40Z\"\n\
             involvedObject: {kind: Node, name: gateway-1}\n",
        );
        assert_eq!(with_journal(&booted, DELETED).lines(), Vec::<String>::new());
    }

    #[test]
    fn without_journal() {
        assert_eq!(said(&PodNetworkRemoved, &World::healthy().small()).not_checked, Vec::<String>::new());
        assert_eq!(said(&PodNetworkRemoved, &older()).not_checked.len(), 2);
    }
}
