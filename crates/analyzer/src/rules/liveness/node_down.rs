//! The node of a gateway is not ready, or is no node of the cluster.

use super::pod::unless_new;
use crate::facts::{Context, Gw, Node, Object};
use crate::finding::{Evidence, Finding, Key, Severity, Subject};
use crate::rule::{Meta, Order, Outcome, Rule, Source};
use crate::rules::relations::DEAD_NODE;

/// See the metadata.
#[derive(Debug)]
pub(super) struct NodeDown;

/// A gateway this young may still have its machine installed.
const INSTALLING: i64 = 900;

static META: Meta = Meta {
    id: "gateway-node-down",
    reference: &["GW-NODE-DOWN", "S2", "S9"],
    title: "The node of a gateway is not ready or missing",
    severities: &[Severity::Critical, Severity::Info],
    needs: &[Source::Nodes],
    uses: &[Source::Gateways, Source::GatewayAgents, Source::Pods, Source::Fabricator, Source::CaptureTime],
    explanation: "Looks at the Kubernetes node of each gateway: it has the gateway's name. Its condition `Ready` must \
be `True`. A node that is missing is reported only from a complete list of nodes.

## Why it matters
Without its node neither the dataplane nor FRR of a gateway runs or can be managed. `Unknown` means that the node no \
longer reports: power, management network, or a hung machine. Traffic may go on for a while if only the management \
network is cut.

## Not a fault
- A cordoned node (`SchedulingDisabled`): its pods run on.
- A gateway that was created less than 15 minutes ago and whose machine is still being installed: `info`.

## What to do
Look at the conditions and events with `kubectl describe node`, then at power and the management network.",
    explains: DEAD_NODE,
    order: Order::Node,
};

impl Rule for NodeDown {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn check(&self, cx: &Context<'_>, out: &mut Outcome) {
        for gw in cx.gateways() {
            match gw.node() {
                Some(node) => judge(&gw, node, out),
                None if gw.node_is_down() => missing(&gw, out),
                None => {}
            }
        }
    }
}

fn judge(gw: &Gw<'_, '_>, node: &Object<Node>, out: &mut Outcome) {
    let ready = node.status.conditions.iter().enumerate().find(|(_, condition)| condition.kind == "Ready");
    let Some((index, ready)) = ready else {
        return out.cannot_tell(node.subject(), "condition Ready of the node");
    };
    if ready.status == "True" {
        return out.pass();
    }
    let index = index.to_string();
    let at = |key: &str| ["status".to_owned(), "conditions".to_owned(), index.clone(), key.to_owned()];
    let since =
        gw.cx().age_of(ready.last_transition_time).map(|age| format!(" for {}", age.words())).unwrap_or_default();
    let title = format!("node {} is not ready{since} (Ready is {})", node.name(), ready.status);
    let why = if ready.status == "Unknown" {
        "The node has stopped reporting to the control plane: it is off, hung, or cut off from the management network."
    } else {
        "The node reports that it cannot run pods."
    };
    let mut finding = start(gw, out, node.subject(), title)
        .reference("FAB-014")
        .detail(format!("{why} The gateway {} cannot be relied on until the node is ready again.", gw.name()))
        .evidence(node.evidence(&at("status"), "condition Ready"));
    for (key, note) in [("reason", "reason"), ("message", "message"), ("lastTransitionTime", "since")] {
        if node.at(&at(key)).is_some() {
            finding = finding.evidence(node.evidence(&at(key), note));
        }
    }
    out.report(steps(gw, finding));
}

fn missing(gw: &Gw<'_, '_>, out: &mut Outcome) {
    let finding = start(
        gw,
        out,
        Subject::new("Node", "", gw.name()),
        format!("gateway {} has no node of its name", gw.name()),
    )
    .detail(
        "The pods of a gateway run only on the node with its name. The node never joined, was removed, or has another \
         name.",
    )
    .evidence(Evidence::absence("the list of nodes", format!("no node is named {}", gw.name())))
    .evidences(gw.gateway().map(|gateway| gateway.name_evidence("the Gateway that needs the node")));
    out.report(steps(gw, finding));
}

fn start(gw: &Gw<'_, '_>, out: &Outcome, subject: Subject, title: String) -> Finding {
    let age = gw.gateway().and_then(|gateway| gw.cx().object_age(gateway));
    let installing = age.is_some_and(|age| age.under(INSTALLING));
    let severity = if installing { Severity::Info } else { unless_new(gw, Severity::Critical) };
    out.finding(severity, subject, title).key(gw.key()).key(Key::Node(gw.name().into()))
}

fn steps(gw: &Gw<'_, '_>, finding: Finding) -> Finding {
    finding
        .run("Look at the node's conditions and events.", format!("kubectl describe node {}", gw.name()))
        .step("Check power and management network of the machine.")
}

#[cfg(test)]
mod tests {
    use hh_worlds::World;

    use super::NodeDown;
    use crate::testing::{said, said_of_files};

    const READY: &str = "/status/conditions/3/status";

    #[test]
    fn a_node_that_stopped_reporting() {
        let world = World::healthy().small().set("Node/gateway-1", READY, "Unknown").set(
            "Node/gateway-1",
            "/status/conditions/3/lastTransitionTime",
            "2026-10-06T09:21:17Z",
        );
        let said = said(&NodeDown, &world);
        assert_eq!(said.lines(), ["critical Node/gateway-1"]);
        let finding = &said.findings[0];
        assert_eq!(finding.title, "node gateway-1 is not ready for 20 min (Ready is Unknown)");
        let proof = &finding.evidence[0];
        assert_eq!(proof.field.as_deref(), Some("status.conditions[3].status"));
        assert_eq!(proof.value.as_deref(), Some("Unknown"));
        assert!(proof.line.is_some());
        assert_eq!(said.passed, 1);
    }

    #[test]
    fn a_missing_node() {
        let said = said(&NodeDown, &World::healthy().small().delete("Node/gateway-2"));
        assert_eq!(said.lines(), ["critical Node/gateway-2"]);
        assert_eq!(said.findings[0].evidence[0].line, None);
    }

    #[test]
    fn healthy_pictures() {
        let healthy = World::healthy().small();
        assert_eq!(said(&NodeDown, &healthy).lines(), Vec::<String>::new());
        let cordoned = healthy.clone().set("Node/gateway-1", "/spec/unschedulable", true);
        assert_eq!(said(&NodeDown, &cordoned).lines(), Vec::<String>::new());
        let installing = healthy
            .clone()
            .set("Gateway/gateway-1", "/metadata/creationTimestamp", "2026-10-06T09:31:17Z")
            .set("Node/gateway-1", READY, "False");
        assert_eq!(said(&NodeDown, &installing).lines(), ["info Node/gateway-1"]);
        let deleted = healthy.delete("Gateway/gateway-2").delete("Node/gateway-2");
        assert_eq!(said(&NodeDown, &deleted).lines(), Vec::<String>::new());
    }

    #[test]
    fn nodes_that_are_not_captured() {
        let said = said(&NodeDown, &World::healthy().small().without("Node"));
        assert_eq!((said.lines(), said.not_checked), (vec![], vec!["Node objects".to_owned()]));
    }

    #[test]
    fn a_table_tells_it_too() {
        let mut files = World::healthy().small().without("Node").files();
        let table = "NAME        STATUS     ROLES                AGE   VERSION\n\
                     control-1   Ready      control-plane,etcd   9d    v1.36.2+k3s1\n\
                     gateway-1   NotReady   <none>               9d    v1.36.2+k3s1\n\
                     gateway-2   Ready,SchedulingDisabled   <none>    9d    v1.36.2+k3s1\n";
        files.insert("nodes.txt".into(), table.as_bytes().to_vec());
        let said = said_of_files(&NodeDown, files);
        assert_eq!(said.lines(), ["critical Node/gateway-1"]);
        assert_eq!(said.findings[0].evidence[0].line, Some(3));
    }
}
