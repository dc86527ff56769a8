//! A link between a switch and a gateway is down.

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use super::judgement::{self, FrrRow};
use crate::facts::{Agent, BgpSessions, Context, GatewayLink, GatewayLinks, PortSign, PortState, SessionState};
use crate::finding::{Evidence, Finding, Key, Severity};
use crate::model::wiring::ConnectionKind;
use crate::rule::{Meta, Order, Outcome, Rule, Source};
use crate::rules::relations::SPOILT_SESSIONS;

/// See the metadata.
#[derive(Debug)]
pub(super) struct LinkDown;

static META: Meta = Meta {
    id: "gateway-link-down",
    reference: &["LINK-202"],
    title: "A link between a switch and a gateway is down",
    severities: &[Severity::Error, Severity::Info],
    needs: &[Source::Connections, Source::Agents],
    uses: &[
        Source::CaptureTime,
        Source::Gateways,
        Source::GatewayAgents,
        Source::Nodes,
        Source::Pods,
        Source::FrrBgpSummary,
    ],
    explanation: "\
Looks at every port of a switch that a Connection of type `gateway` names. The port must be up. If it is not, the \
switch's own data are searched for the reason: shut by hand or after flaps, no module, a module that does not work, \
no light. Both ends are quoted: the port, its transceiver and its LLDP neighbour on the switch, the BGP session of the \
link on the gateway.

## Why it matters

The link carries a BGP and a BFD session and the traffic between the fabric and the gateway. With one of several links \
down the gateway has lost redundancy and capacity, with all of them it serves nobody.

## Not a fault

- a gateway that is being installed: its finding is `info`
- a switch whose heartbeat is older than 180 s: its state is a snapshot, the finding is `info`
- ports in no Connection
- a node that is down: that finding explains this one

## What to do

Look at the module and the cable on both ends, then at `kubectl fabric inspect port --name <switch>/<port>`.",
    explains: SPOILT_SESSIONS,
    order: Order::Wiring,
};

impl Rule for LinkDown {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn check(&self, cx: &Context<'_>, out: &mut Outcome) {
        let links = cx.gateway_links();
        let mut ends: BTreeMap<&str, Ends<'_>> = BTreeMap::new();
        for link in &links.all {
            let Some(agent) = cx.find::<Agent>(link.switch) else {
                out.not_checked(link.subject().part(switch_port(link)), Source::Agents);
                continue;
            };
            let Some(port) = cx.switch_port(link.switch, link.port).filter(|port| !port.interface.oper.is_empty())
            else {
                // A switch that never reported, or whose NOS reports no ports.
                let why = format!("{} reports no state of port {}", agent.name(), link.port);
                out.cannot_tell(link.subject().part(switch_port(link)), why);
                continue;
            };
            if port.is_up() && !port.interface.err_disabled {
                out.pass();
                continue;
            }
            let behind = agent.meta.generation != agent.status.last_applied_gen;
            if port.interface.admin == "down" && behind {
                out.cannot_tell(
                    link.subject().part(switch_port(link)),
                    format!("{} has not applied its newest configuration yet", agent.name()),
                );
                continue;
            }
            let ends = ends.entry(link.gateway).or_insert_with(|| Ends::of(cx, &links, link.gateway));
            report(cx, out, link, &port, ends);
        }
    }
}

fn switch_port(link: &GatewayLink<'_>) -> String {
    format!("{}/{}", link.switch, link.port)
}

/// What is known of a gateway with a broken link.
struct Ends<'b> {
    /// True while it is being installed.
    new: bool,
    /// No link of it is up.
    all_down: bool,
    /// It speaks LLDP on some link.
    lldp: bool,
    sessions: Option<BgpSessions<'b>>,
    rows: BTreeMap<&'b str, FrrRow<'b>>,
}

impl<'b> Ends<'b> {
    fn of(cx: &Context<'b>, links: &GatewayLinks<'b>, name: &str) -> Self {
        let gateway = cx.gateway(name);
        let ports: Vec<_> = links.of(name).filter_map(|link| cx.switch_port(link.switch, link.port)).collect();
        Self {
            new: gateway.is_some_and(|gateway| gateway.is_new()),
            all_down: ports.len() == links.of(name).count() && ports.iter().all(|port| !port.is_up()),
            lldp: ports.iter().any(|port| !port.interface.lldp_neighbors.is_empty()),
            sessions: gateway.and_then(|gateway| gateway.bgp_sessions()),
            rows: judgement::rows(gateway.as_ref()),
        }
    }
}

fn report(cx: &Context<'_>, out: &mut Outcome, link: &GatewayLink<'_>, port: &PortState<'_>, ends: &Ends<'_>) {
    let (new, all_down) = (ends.new, ends.all_down);
    let fresh = cx.is_fresh(port.agent);
    let severity = if new || fresh != Some(true) { Severity::Info } else { Severity::Error };
    let reasons = port.reasons(ConnectionKind::Gateway);
    let title = match reasons.first() {
        Some(reason) => format!("link {} is down: {}", link.words(), reason.words),
        None => format!("link {} is down", link.words()),
    };
    let mut finding = out
        .finding(severity, link.subject().part(switch_port(link)), title)
        .evidence(port.evidence(&["oper"], format!("port {} of {}", link.port, link.switch)));
    for reason in &reasons {
        finding = finding.reference(reason.reference);
    }
    finding = finding.evidences(reasons.iter().flat_map(|reason| reason.evidence.iter().cloned()));
    if let Some(change) = port.interface.change {
        let note = match cx.age(change).filter(|age| age.seconds >= 0) {
            Some(age) => format!("{} before the capture", age.words()),
            None => "last change of the state".into(),
        };
        finding = finding.evidence(port.evidence(&["change"], note));
    }
    if ends.lldp && port.interface.lldp_neighbors.is_empty() {
        let note = format!("{} is not seen on the port any more", link.gateway);
        finding = finding.evidence(
            Evidence::absence(format!("Agent {}", link.switch), note)
                .field(format!("status.state.interfaces[\"{}\"].lldpNeighbors", port.key)),
        );
    }
    finding = finding.evidences(far_end(cx, link, ends));
    finding =
        finding.evidence(link.evidence(&["gateway", "port"], "the Connection names this interface of the gateway"));
    let consequence = if all_down {
        format!("No link of {} is up: the gateway cannot serve.", link.gateway)
    } else {
        format!("{} works on over its other links, with less redundancy and capacity.", link.gateway)
    };
    let snapshot = match fresh {
        Some(true) => String::new(),
        Some(false) => format!(" The state is that of {}'s last heartbeat, which is old.", link.switch),
        None => format!(" How old the state of {} is cannot be told.", link.switch),
    };
    let installing = if new { format!(" {} is being installed.", link.gateway) } else { String::new() };
    finding = finding
        .detail(format!("BGP and BFD of this link cannot work while it is down. {consequence}{snapshot}{installing}"))
        .keys(link.keys());
    // All links down at once is what a node without power looks like from the fabric.
    if all_down {
        finding = finding.key(Key::Node(link.gateway.into()));
    }
    out.report(steps(finding, link, &reasons));
}

/// What both ends say of the session of the link.
fn far_end(cx: &Context<'_>, link: &GatewayLink<'_>, ends: &Ends<'_>) -> Vec<Evidence> {
    let mut evidence = Vec::new();
    if let Some((agent, key, session)) = cx.switch_session(link)
        && session.state != "established"
    {
        let route = ["status", "state", "bgpNeighbors", "default", key, "state"];
        evidence.push(agent.evidence(&route, format!("BGP session with {} as {} sees it", link.gateway, link.switch)));
    }
    let entry = ends.sessions.as_ref().and_then(|sessions| sessions.find(link.neighbour())?.entry);
    if let (Some(sessions), Some(entry)) = (&ends.sessions, entry)
        && entry.state == SessionState::Down
    {
        let note = format!("BGP session with {} as {} sees it", link.switch, link.gateway);
        evidence.push(sessions.evidence(&entry, &["sessionState"], note));
        if !entry.entry.last_reset_reason.is_empty() {
            evidence.push(sessions.evidence(&entry, &["lastResetReason"], "why the gateway lost it"));
        }
    }
    if let Some(row) = ends.rows.get(link.neighbour()).filter(|row| row.down) {
        evidence.push(row.evidence("FRR of the gateway says the same"));
    }
    evidence
}

fn steps(mut finding: Finding, link: &GatewayLink<'_>, reasons: &[PortSign]) -> Finding {
    for reason in reasons {
        finding = finding.step(reason.advice);
    }
    if reasons.is_empty() {
        finding = finding.step("check cable and modules on both ends; see whether the gateway's interface is up");
    }
    finding
        .run(
            "see the port as the switch reports it",
            format!("kubectl fabric inspect port --name {}/{}", link.switch, link.port),
        )
        .run("see the Connection", format!("kubectl get connection {} -o yaml", link.connection()))
}
