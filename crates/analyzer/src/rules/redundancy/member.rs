//! Can a member of a group serve? Judged from its node, pods, heartbeat and sessions.

use std::collections::{BTreeMap, BTreeSet};

use super::super::wiring::reach::{Reach, reach};
use crate::facts::{Context, Death, Gw, PodRole};
use crate::finding::Evidence;
use crate::rule::Source;

/// Seconds that a new GatewayAgent has for its first status.
const JUST_CREATED: i64 = 300;

/// One reason why a member does not serve.
#[derive(Debug, Clone)]
pub(super) struct Fault {
    /// In words, after the gateway's name: `has no heartbeat for 12 min`.
    pub(super) text: String,
    /// Proof.
    pub(super) evidence: Evidence,
    /// True if it only tells that the gateway is silent: it may go on forwarding.
    pub(super) silence: bool,
}

/// What is known of a member.
#[derive(Debug, Clone)]
pub(super) enum Standing {
    /// Alive, with a session.
    Healthy,
    /// It does not serve.
    Faulty(Vec<Fault>),
    /// It is being installed.
    New,
    /// Not known for want of a source.
    Unknown(Source),
}

/// Judges every member of every group; those of the 25.05 form are left out.
pub(super) fn standings(cx: &Context<'_>) -> BTreeMap<String, Standing> {
    let reach = reach(cx);
    let names: BTreeSet<&str> = cx.groups().values().flatten().map(|member| member.gateway.as_str()).collect();
    names
        .into_iter()
        .filter_map(|name| cx.gateway(name))
        .filter(|gw| !gw.is_25_05())
        .map(|gw| (gw.name().to_owned(), standing(gw, reach.get(gw.name()).unwrap_or(&Reach::Unknown))))
        .collect()
}

/// Judges a gateway as a member of its groups.
fn standing(gw: Gw<'_, '_>, reach: &Reach) -> Standing {
    if gw.is_new() {
        return Standing::New;
    }
    let mut faults: Vec<Fault> = gw.deaths().into_iter().map(|death| fault_of(gw, death)).collect();
    let live = gw.live();
    // Where everything is silent since one moment, a stale heartbeat tells nothing of one gateway.
    if live == Some(false) && gw.cx().clock().silence.is_none() {
        faults.extend(silence(gw));
    }
    if gw.never_reported()
        && let Some(agent) = gw.agent()
        && gw.cx().object_age(agent).is_some_and(|age| age.over(JUST_CREATED))
    {
        let evidence = agent.evidence(&["status", "lastHeartbeat"], "there is no heartbeat");
        faults.push(Fault { text: "has never reported".to_owned(), evidence, silence: true });
    }
    if let Reach::None(Some(evidence)) = reach {
        let text = "has no established BGP session".to_owned();
        faults.push(Fault { text, evidence: evidence.clone(), silence: false });
    }
    if !faults.is_empty() {
        return Standing::Faulty(faults);
    }
    match live {
        None if gw.agent().is_none() => Standing::Unknown(Source::GatewayAgents),
        None | Some(false) => Standing::Unknown(Source::CaptureTime),
        Some(true) if matches!(reach, Reach::Some) => Standing::Healthy,
        Some(true) => Standing::Unknown(Source::FrrBgpSummary),
    }
}

fn fault_of(gw: Gw<'_, '_>, death: Death) -> Fault {
    let (text, evidence) = match death {
        Death::Node => node_fault(gw),
        Death::PodMissing => {
            let missing = format!("pod of the dataplane or of FRR of {}", gw.name());
            ("lacks a pod".to_owned(), Evidence::absence("Pods of namespace fab", missing))
        }
        Death::Dataplane => pod_fault(gw, PodRole::Dataplane, "dataplane"),
        Death::Frr => pod_fault(gw, PodRole::Frr, "frr"),
    };
    Fault { text, evidence, silence: false }
}

fn node_fault(gw: Gw<'_, '_>) -> (String, Evidence) {
    let Some(node) = gw.node() else {
        return ("has no node".to_owned(), Evidence::absence("Node objects", format!("node {}", gw.name())));
    };
    let index = node.status.conditions.iter().position(|condition| condition.kind == "Ready").unwrap_or(0).to_string();
    let evidence = node.evidence(&["status", "conditions", &index, "status"], "condition Ready of the node");
    ("is on a node that is not ready".to_owned(), evidence)
}

fn pod_fault(gw: Gw<'_, '_>, role: PodRole, container: &str) -> (String, Evidence) {
    let text = format!("has no running {container} container");
    // A dataplane that cannot start may wait for a pod of FRR that cannot.
    let faults: Vec<_> = gw.faults().into_iter().filter(|fault| !fault.is_exporter()).collect();
    let Some(fault) = faults.iter().find(|fault| fault.pod.role == role).or(faults.first()) else {
        return (text, Evidence::absence("Pods of namespace fab", format!("{container} pod of {}", gw.name())));
    };
    let pod = fault.pod;
    let Some(view) = &fault.container else {
        let route: &[&str] = if pod.table_only() { &["x-table", "status"] } else { &["status", "phase"] };
        return (text, pod.object.evidence(route, format!("state of pod {}", pod.name())));
    };
    let route: &[&str] = if !view.waiting().is_empty() {
        &["state", "waiting", "reason"]
    } else if view.status.state.terminated.is_some() {
        &["state", "terminated", "exitCode"]
    } else {
        &["ready"]
    };
    (text, pod.container_evidence(view, route, &format!("container {} of {}", view.status.name, pod.name())))
}

fn silence(gw: Gw<'_, '_>) -> Option<Fault> {
    let age = gw.heartbeat_age()?;
    let evidence = gw.agent()?.evidence(gw.heartbeat_route(), "last sign of life");
    Some(Fault { text: format!("has sent no heartbeat for {}", age.words()), evidence, silence: true })
}
