//! A link between a switch and a gateway is down.

mod reason;
#[cfg(test)]
mod tests;

use crate::facts::{Agent, BgpSessions, Context, GatewayLink, PortState, SessionState};
use crate::finding::{Evidence, Finding, Key, Severity};
use crate::rule::{Meta, Order, Outcome, Rule, Source};
use crate::rules::relations::LINK_SESSIONS;

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
    explains: LINK_SESSIONS,
    order: Order::Wiring,
};

impl Rule for LinkDown {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn check(&self, cx: &Context<'_>, out: &mut Outcome) {
        let links = cx.gateway_links();
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
            let all_down = links
                .of(link.gateway)
                .all(|other| cx.switch_port(other.switch, other.port).is_some_and(|port| !port.is_up()));
            let lldp = links.of(link.gateway).any(|other| {
                cx.switch_port(other.switch, other.port).is_some_and(|port| !port.interface.lldp_neighbors.is_empty())
            });
            report(cx, out, link, &port, all_down, lldp);
        }
    }
}

fn switch_port(link: &GatewayLink<'_>) -> String {
    format!("{}/{}", link.switch, link.port)
}

fn report(
    cx: &Context<'_>,
    out: &mut Outcome,
    link: &GatewayLink<'_>,
    port: &PortState<'_>,
    all_down: bool,
    lldp: bool,
) {
    let gateway = cx.gateway(link.gateway);
    let new = gateway.is_some_and(|gateway| gateway.is_new());
    let fresh = cx.is_fresh(port.agent);
    let severity = if new || fresh != Some(true) { Severity::Info } else { Severity::Error };
    let reasons = reason::reasons(port);
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
    if lldp && port.interface.lldp_neighbors.is_empty() {
        let note = format!("{} is not seen on the port any more", link.gateway);
        finding = finding.evidence(
            Evidence::absence(format!("Agent {}", link.switch), note)
                .field(format!("status.state.interfaces[\"{}\"].lldpNeighbors", port.key)),
        );
    }
    finding = finding.evidences(far_end(cx, link));
    finding =
        finding.evidence(link.evidence(&["gateway", "port"], "the Connection names this interface of the gateway"));
    let consequence = if all_down {
        format!("No link of {} is up: the gateway cannot serve.", link.gateway)
    } else {
        format!("{} still has another link; this one adds no traffic and no redundancy.", link.gateway)
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

/// What the gateway says of the session of the link.
fn far_end(cx: &Context<'_>, link: &GatewayLink<'_>) -> Vec<Evidence> {
    let mut evidence = Vec::new();
    if let Some((agent, key, session)) = cx.switch_session(link)
        && session.state != "established"
    {
        let route = ["status", "state", "bgpNeighbors", "default", key, "state"];
        evidence.push(agent.evidence(&route, format!("BGP session with {} as {} sees it", link.gateway, link.switch)));
    }
    let Some(gateway) = cx.gateway(link.gateway) else { return evidence };
    if let Some(sessions) = gateway.bgp_sessions()
        && let Some(entry) = entry(&sessions, link)
        && entry.state == SessionState::Down
    {
        let note = format!("BGP session with {} as {} sees it", link.switch, link.gateway);
        evidence.push(sessions.evidence(&entry, &["sessionState"], note));
        if !entry.entry.last_reset_reason.is_empty() {
            evidence.push(sessions.evidence(&entry, &["lastResetReason"], "why the gateway lost it"));
        }
    }
    if let Some(output) = gateway.bgp_summary() {
        let row = output.value.family("IPv4 Unicast").find(|row| row.name.value == link.neighbour());
        if let Some(row) = row.filter(|row| row.state.value.is_down()) {
            evidence.push(output.evidence(row.span, "FRR of the gateway says the same"));
        }
    }
    evidence
}

fn entry<'b>(sessions: &BgpSessions<'b>, link: &GatewayLink<'_>) -> Option<crate::facts::SessionEntry<'b>> {
    sessions.sessions.iter().find(|session| crate::facts::same_address(session.address, link.neighbour()))?.entry
}

fn steps(mut finding: Finding, link: &GatewayLink<'_>, reasons: &[reason::Reason]) -> Finding {
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
