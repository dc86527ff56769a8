//! A node is not ready or short of something, or the node of a gateway is no node of the cluster.

use super::pod::unless_new;
use crate::facts::{Context, ControlNode, Gw, Node, Object};
use crate::finding::{Evidence, Finding, Key, Severity, Subject};
use crate::model::Condition;
use crate::rule::{Domain, Meta, Order, Outcome, Rule, Source};
use crate::rules::relations::DEAD_NODE;

/// See the metadata.
#[derive(Debug)]
pub(super) struct NodeDown;

/// A gateway or node this young may still be installed.
const INSTALLING: i64 = 900;
/// Taints of a node that was away are taken off within seconds of its return.
const RETURNED: i64 = 300;
/// Names of findings about nodes without a gateway, and about what a gateway's node is short of.
const NODE: &[&str] = &["FAB-014"];
/// Names of a gateway's node that is not ready.
const GATEWAY_NODE: &[&str] = &["GW-NODE-DOWN", "S2", "S9", "FAB-014"];

static META: Meta = Meta {
    id: "node-down",
    reference: GATEWAY_NODE,
    title: "A node is not ready, short of something, or missing",
    severities: &[Severity::Critical, Severity::Info],
    needs: &[Source::Nodes],
    uses: &[
        Source::Gateways,
        Source::GatewayAgents,
        Source::Pods,
        Source::Fabricator,
        Source::ControlNodes,
        Source::CaptureTime,
    ],
    explanation: "Looks at all Kubernetes nodes: the condition `Ready` must be `True`, none of `MemoryPressure`, `DiskPressure` \
and `PIDPressure` may be, and none of the taints `node.kubernetes.io/unreachable` and `not-ready` may stand. The node of a \
gateway has the gateway's name; that it is missing is reported only from a complete list of nodes.

## Why it matters
Without its node neither the dataplane nor FRR of a gateway runs or can be managed. `Unknown` means that the node no \
longer reports: power, management network, or a hung machine. Traffic may go on for a while if only the management \
network is cut. Without the control node nothing can be changed; switches and gateways go on forwarding. A node that is short \
of memory, disk or processes evicts its pods.

## Not a fault
- The taint `role.fabricator.githedgehog.com/gateway` of gateway nodes.
- A cordoned node (`SchedulingDisabled`): its pods run on.
- A gateway or node that was created less than 15 minutes ago and is still being installed: `info`.

## What to do
Look at the conditions and events with `kubectl describe node`, then at power and the management network.",
    explains: DEAD_NODE,
    order: Order::Node,
};

impl Rule for NodeDown {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn domain(&self) -> Domain {
        Domain::Fabric
    }

    fn check(&self, cx: &Context<'_>, out: &mut Outcome) {
        for gw in cx.gateways() {
            if gw.node().is_none() && gw.node_is_down() {
                missing(&gw, out);
            }
        }
        if !cx.holds_fabric() {
            return;
        }
        for node in cx.list::<Node>() {
            match cx.gateway(node.name()) {
                Some(gw) => judge(&gw, node, out),
                None => judge_other(cx, node, out),
            }
        }
    }
}

fn judge(gw: &Gw<'_, '_>, node: &Object<Node>, out: &mut Outcome) {
    let Some((index, ready)) = ready_condition(node) else {
        return out.cannot_tell(node.subject(), "condition Ready of the node");
    };
    if ready.status == "True" {
        return short(gw.cx(), node, out);
    }
    let finding = start(gw, out, node.subject(), not_ready_title(gw.cx(), node, ready))
        .detail(format!(
            "{} The gateway {} cannot be relied on until the node is ready again.",
            not_ready_reason(ready),
            gw.name()
        ))
        .evidences(condition_evidence(node, index));
    out.report(steps(gw.name(), finding));
}

/// A node without a gateway.
fn judge_other(cx: &Context<'_>, node: &Object<Node>, out: &mut Outcome) {
    let Some((index, ready)) = ready_condition(node) else {
        return out.cannot_tell(node.subject(), "condition Ready of the node");
    };
    if ready.status == "True" {
        return short(cx, node, out);
    }
    let mut finding = start_other(cx, node, out, not_ready_title(cx, node, ready))
        .detail(format!(
            "{} Its pods do not run or cannot be managed. Switches and gateways go on forwarding.",
            not_ready_reason(ready)
        ))
        .evidences(condition_evidence(node, index));
    let label = |label: &String| label.starts_with("node-role.kubernetes.io/control-plane");
    let control = cx.find::<ControlNode>(node.name()).is_some() || node.meta.labels.keys().any(label);
    if control {
        finding = finding.key(Key::Fabric);
    }
    out.report(steps(node.name(), finding));
}

/// What a node that is ready is short of, or is marked with.
fn short(cx: &Context<'_>, node: &Object<Node>, out: &mut Outcome) {
    const PRESSURES: [&str; 3] = ["MemoryPressure", "DiskPressure", "PIDPressure"];
    let pressures: Vec<(usize, &Condition)> = (node.status.conditions.iter().enumerate())
        .filter(|(_, condition)| PRESSURES.contains(&condition.kind.as_str()) && condition.status == "True")
        .collect();
    let back = ready_condition(node).and_then(|(_, ready)| cx.age_of(ready.last_transition_time));
    let settled = back.is_none_or(|age| age.over(RETURNED));
    let away = |key: &str| matches!(key, "node.kubernetes.io/unreachable" | "node.kubernetes.io/not-ready");
    let taint = node.spec.taints.iter().position(|taint| settled && away(&taint.key));
    let (what, detail) = match (pressures.first(), taint.and_then(|index| node.spec.taints.get(index))) {
        (Some(_), _) => {
            let list: Vec<&str> = pressures.iter().map(|(_, condition)| condition.kind.as_str()).collect();
            (
                list.join(" and "),
                "The node is short of memory, disk or processes: it evicts pods and takes no new ones.",
            )
        }
        (None, Some(taint)) => (
            format!("the taint {}", taint.key),
            "The node is marked as away although it is ready: no pod is placed on it, and those that do not tolerate the \
             taint are removed.",
        ),
        (None, None) => return out.pass(),
    };
    let mut finding = start_other(cx, node, out, format!("node {} has {what}", node.name())).detail(detail);
    for (index, _) in pressures {
        finding = finding.evidences(condition_evidence(node, index));
    }
    if let Some(index) = taint {
        let route = ["spec".to_owned(), "taints".into(), index.to_string(), "key".into()];
        finding = finding.evidence(node.evidence(&route, "taint"));
    }
    out.report(
        finding.run("Look at the node's conditions and events.", format!("kubectl describe node {}", node.name())),
    );
}

fn ready_condition(node: &Object<Node>) -> Option<(usize, &Condition)> {
    node.status.conditions.iter().enumerate().find(|(_, condition)| condition.kind == "Ready")
}

fn not_ready_title(cx: &Context<'_>, node: &Object<Node>, ready: &Condition) -> String {
    let since = cx.age_of(ready.last_transition_time).map(|age| format!(" for {}", age.words())).unwrap_or_default();
    format!("node {} is not ready{since} (Ready is {})", node.name(), ready.status)
}

fn not_ready_reason(ready: &Condition) -> &'static str {
    if ready.status == "Unknown" {
        "The node has stopped reporting to the control plane: it is off, hung, or cut off from the management network."
    } else {
        "The node reports that it cannot run pods."
    }
}

/// Status, reason, message and time of a condition.
fn condition_evidence(node: &Object<Node>, index: usize) -> Vec<Evidence> {
    let kind = node.status.conditions.get(index).map_or("", |condition| condition.kind.as_str());
    let at = |key: &str| ["status".to_owned(), "conditions".to_owned(), index.to_string(), key.to_owned()];
    let mut evidence = vec![node.evidence(&at("status"), format!("condition {kind}"))];
    for (key, note) in [("reason", "reason"), ("message", "message"), ("lastTransitionTime", "since")] {
        if node.at(&at(key)).is_some() {
            evidence.push(node.evidence(&at(key), note));
        }
    }
    evidence
}

/// A finding about the node only: not about a gateway on it.
fn start_other(cx: &Context<'_>, node: &Object<Node>, out: &Outcome, title: String) -> Finding {
    let installing = cx.object_age(node).is_some_and(|age| age.under(INSTALLING));
    let severity = if installing { Severity::Info } else { Severity::Critical };
    let mut finding = out.finding(severity, node.subject(), title).key(Key::Node(node.name().into()));
    finding.reference = NODE.to_vec();
    finding
}

fn missing(gw: &Gw<'_, '_>, out: &mut Outcome) {
    let mut finding = start(
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
    finding.reference.retain(|name| *name != "FAB-014");
    out.report(steps(gw.name(), finding));
}

fn start(gw: &Gw<'_, '_>, out: &Outcome, subject: Subject, title: String) -> Finding {
    let age = gw.gateway().and_then(|gateway| gw.cx().object_age(gateway));
    let installing = age.is_some_and(|age| age.under(INSTALLING));
    let severity = if installing { Severity::Info } else { unless_new(gw, Severity::Critical) };
    out.finding(severity, subject, title).key(gw.key()).key(Key::Node(gw.name().into()))
}

fn steps(node: &str, finding: Finding) -> Finding {
    finding
        .run("Look at the node's conditions and events.", format!("kubectl describe node {node}"))
        .step("Check power and management network of the machine.")
}

#[cfg(test)]
#[path = "node_down_tests.rs"]
mod tests;
