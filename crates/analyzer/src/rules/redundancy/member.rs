//! Can a member of a group serve? Judged from its node, pods, heartbeat and sessions.

use std::collections::{BTreeMap, BTreeSet};

use crate::facts::{Agent, ContainerView, Context, Death, Gw, PodRole};
use crate::finding::Evidence;
use crate::rule::Source;

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

impl Standing {
    /// The faults, if it has any.
    pub(super) fn faults(&self) -> &[Fault] {
        match self {
            Self::Faulty(faults) => faults,
            _ => &[],
        }
    }
}

/// Judges every member of every group; those of the 25.05 form are left out.
pub(super) fn standings(cx: &Context<'_>) -> BTreeMap<String, Standing> {
    let all_silent = all_silent(cx);
    let names: BTreeSet<&str> = cx.groups().values().flatten().map(|member| member.gateway.as_str()).collect();
    names
        .into_iter()
        .filter_map(|name| cx.gateway(name))
        .filter(|gw| !gw.is_25_05())
        .map(|gw| (gw.name().to_owned(), standing(gw, all_silent)))
        .collect()
}

/// Judges a gateway as a member of its groups.
fn standing(gw: Gw<'_, '_>, all_silent: bool) -> Standing {
    if gw.is_new() {
        return Standing::New;
    }
    let mut faults: Vec<Fault> = gw.deaths().into_iter().map(|death| fault_of(gw, death)).collect();
    let live = gw.live();
    if live == Some(false) && !all_silent {
        faults.extend(silence(gw));
    }
    let sessions = if live == Some(false) { Sessions::Unknown } else { sessions(gw) };
    if let Sessions::AllDown(evidence) = &sessions {
        let text = "has no established BGP session".to_owned();
        faults.push(Fault { text, evidence: evidence.clone(), silence: false });
    }
    if !faults.is_empty() {
        return Standing::Faulty(faults);
    }
    match live {
        None if gw.agent().is_none() => Standing::Unknown(Source::GatewayAgents),
        None | Some(false) => Standing::Unknown(Source::CaptureTime),
        Some(true) if matches!(sessions, Sessions::Some) => Standing::Healthy,
        Some(true) => Standing::Unknown(Source::FrrBgpSummary),
    }
}

/// True if the whole control plane is silent, gateways and switches: then the clock, the API server or the
/// management network is to blame, and a stale heartbeat tells nothing of one gateway.
fn all_silent(cx: &Context<'_>) -> bool {
    let agents = cx.list::<Agent>();
    !agents.is_empty()
        && agents.iter().all(|agent| cx.age_of(agent.status.last_heartbeat).is_some_and(|age| age.over(180)))
        && cx.gateways().filter(|gw| gw.agent().is_some()).all(|gw| gw.live() == Some(false))
}

fn fault_of(gw: Gw<'_, '_>, death: Death) -> Fault {
    let (text, evidence) = match death {
        Death::Node => node_fault(gw),
        Death::PodMissing => {
            ("lacks a pod".to_owned(), Evidence::absence("Pods of namespace fab", "pod of the dataplane or of FRR"))
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
    for pod in gw.pods(role) {
        let views = pod.all_containers();
        let down = |view: &&ContainerView<'_>| {
            (view.init || view.status.name == container) && !view.status.ready && (!view.init || !view.is_starting())
        };
        let Some(view) = views.iter().filter(down).max_by_key(|view| !view.waiting().is_empty()) else { continue };
        let route: &[&str] = if !view.waiting().is_empty() {
            &["state", "waiting", "reason"]
        } else if view.status.state.terminated.is_some() {
            &["state", "terminated", "exitCode"]
        } else {
            &["ready"]
        };
        return (text, pod.container_evidence(view, route, &format!("container {}", view.status.name)));
    }
    match gw.pods(role).first() {
        Some(pod) => (text, pod.object.evidence(&["x-table", "status"], "state of the pod")),
        None => (text, Evidence::absence("Pods of namespace fab", format!("{container} pod of {}", gw.name()))),
    }
}

fn silence(gw: Gw<'_, '_>) -> Option<Fault> {
    let age = gw.heartbeat_age()?;
    let evidence = gw.agent()?.evidence(gw.heartbeat_route(), "last sign of life");
    Some(Fault { text: format!("has sent no heartbeat for {}", age.words()), evidence, silence: true })
}

/// The sessions of the configured neighbours, as far as they prove something.
#[derive(Debug, Clone)]
enum Sessions {
    /// At least one is established.
    Some,
    /// None is, and each is known.
    AllDown(Evidence),
    /// Nothing tells it.
    Unknown,
}

/// From the status, with FRR's own table as a second witness: where it shows a session, the status is frozen.
fn sessions(gw: Gw<'_, '_>) -> Sessions {
    if let Some((established, down)) = frr_sessions(gw) {
        return match (established, down) {
            (true, _) => Sessions::Some,
            (false, Some(evidence)) => Sessions::AllDown(evidence),
            (false, None) => Sessions::Unknown,
        };
    }
    let Some(agent) = gw.agent() else { return Sessions::Unknown };
    let Some(vrf) = agent.status.state.bgp.vrfs.get("default") else { return Sessions::Unknown };
    let mut first_down = None;
    for neighbour in &agent.spec.gateway.neighbors {
        let inside = format!("-{}-", neighbour.ip);
        let entries = vrf.neighbors.iter().filter(|(key, _)| **key == neighbour.ip || key.contains(&inside));
        for (key, session) in entries {
            match session.session_state.as_str() {
                "established" => return Sessions::Some,
                // No information yet: nothing can be said of all of them.
                "" | "unset" => return Sessions::Unknown,
                _ => {
                    let route = ["status", "state", "bgp", "vrfs", "default", "neighbors", key, "sessionState"];
                    first_down = first_down.or_else(|| {
                        Some(agent.evidence(&route, "no session of a configured neighbour is established"))
                    });
                }
            }
        }
    }
    // Neighbours without an entry never came up since the dataplane started; at least one entry must say down.
    first_down.map_or(Sessions::Unknown, Sessions::AllDown)
}

/// FRR's table of the default VRF: a session is up; else the first row that is down.
fn frr_sessions(gw: Gw<'_, '_>) -> Option<(bool, Option<Evidence>)> {
    let output = gw.bgp_summary()?;
    let families = output.value.families.iter();
    let rows: Vec<_> = families
        .filter(|family| family.vrf.as_ref().is_none_or(|vrf| vrf.value == "default"))
        .flat_map(|family| &family.neighbors)
        .collect();
    if rows.is_empty() {
        return None;
    }
    let up = rows.iter().any(|row| row.state.value.is_established());
    let down = rows
        .iter()
        .find(|row| row.state.value.is_down())
        .map(|row| output.evidence(row.state.span, format!("FRR's state of neighbour {}", row.name.value)));
    Some((up, down))
}
