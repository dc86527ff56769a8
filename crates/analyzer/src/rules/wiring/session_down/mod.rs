//! A BGP session of a gateway is not established.

#[cfg(test)]
mod tests;

use std::collections::BTreeSet;

use super::judgement::{self, Judgement, Seen, Verdict, View};
use crate::facts::{Age, Context, SessionState};
use crate::finding::{Confidence, KeyKind, Severity};
use crate::parse::log::literals::{bgp, dataplane};
use crate::rule::{Meta, Order, Outcome, Relation, Rule, Source};

/// See the metadata.
#[derive(Debug)]
pub(super) struct SessionDown;

static META: Meta = Meta {
    id: "bgp-session-down",
    reference: &["GW-BGP-DOWN", "S6", "S15"],
    title: "A BGP session of a gateway is down",
    severities: &[Severity::Error, Severity::Warning, Severity::Info],
    needs: &[],
    uses: &[
        Source::Fabricator,
        Source::ShowTech,
        Source::CaptureTime,
        Source::Gateways,
        Source::GatewayAgents,
        Source::Connections,
        Source::Agents,
        Source::Nodes,
        Source::Pods,
        Source::FrrBgpSummary,
        Source::DataplaneLog,
        Source::FrrLog,
    ],
    explanation: "\
Looks at every configured BGP neighbour of every gateway: its state in the GatewayAgent's status, FRR's own \
`show bgp summary`, and the session as the switch at the other end reports it. Every state but `established` and \
`unset` is down. If no session of a gateway is up, `bgp-all-sessions-down` reports that instead.

- `idle`: the peer was up and is gone
- `connect`, `active`: no TCP connection: cable, address, ARP
- `opensent`, `openconfirm`: the peers talk but do not agree: AS number, capabilities

## Why it matters

Over this session the gateway learns and announces routes. Without it the gateway uses its other links only.

## Not a fault

- a neighbour that is no longer configured: its entry stays until the dataplane restarts (`info`)
- `unset`: the status says nothing yet (`info`)
- a session that was reset less than a minute ago while another one is up: a warning
- a gateway whose heartbeat is stale: its status is history

## What to do

Look at the link first, then at addresses and AS numbers on both ends.",
    explains: &[
        Relation { effects: &["GW-LEAF-NOROUTE"], join: &[KeyKind::Gateway] },
        Relation { effects: &["GW-BFD-DOWN", "BFD-420"], join: &[KeyKind::Neighbour] },
    ],
    order: Order::Wiring,
};

impl Rule for SessionDown {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn check(&self, cx: &Context<'_>, out: &mut Outcome) {
        for judged in judgement::judge_all(cx) {
            let all_down = judged.all_down();
            for view in &judged.views {
                match view.verdict {
                    Verdict::Up => out.pass(),
                    Verdict::Down(seen) if !all_down => down(out, &judged, view, seen),
                    Verdict::Disputed => disputed(out, &judged, view),
                    Verdict::Unset => unset(out, &judged, view),
                    Verdict::Unknown => unknown(out, &judged, view),
                    Verdict::Down(_) | Verdict::Missing => {}
                }
            }
            removed(out, &judged);
        }
    }
}

fn down(out: &mut Outcome, judged: &Judgement<'_, '_>, view: &View<'_>, seen: Seen) {
    let reset = reset_age(judged, view);
    let young = reset.is_some_and(|age| age.under(60)) && judged.up() > 0;
    let severity = if judged.new {
        Severity::Info
    } else if young {
        Severity::Warning
    } else {
        Severity::Error
    };
    let state = state(view, seen);
    let sure = judged.live == Some(true) || seen != Seen::Status;
    let others = match judged.up() {
        0 => "No other session of the gateway is known to be up.".to_owned(),
        n => format!("{n} other session(s) of the gateway are up and carry the traffic."),
    };
    let since = reset.map(|age| format!(" It was lost {} before the capture.", age.words())).unwrap_or_default();
    let new = if judged.new { " The gateway is being installed." } else { "" };
    let mut finding = out
        .finding(
            severity,
            judged.subject(view),
            format!("BGP session of {} with {} is down ({state})", judged.name, view.words()),
        )
        .confidence(if sure { Confidence::Certain } else { Confidence::Likely })
        .detail(format!("{}{since} {others}{new}", meaning(&state)))
        .evidences(view.evidence(judged.bgp.as_ref(), judged.name))
        .evidences(log_lines(judged, view))
        .keys(view.keys(judged.name));
    if view.far.is_some_and(|far| far.is_down()) {
        finding = finding.reference("BGP-403");
    }
    let switches: BTreeSet<&str> = view.link.iter().map(|link| link.switch).collect();
    out.report(judgement::steps(finding, judged.name, &switches));
}

/// The state as whatever decided it prints it.
fn state(view: &View<'_>, seen: Seen) -> String {
    let text = match seen {
        Seen::Status => view.own.map(|own| own.entry.session_state.clone()),
        Seen::Frr => view.frr.map(|frr| match &frr.row.state.value {
            crate::parse::command::BgpState::Down(state) => state.to_lowercase(),
            other => format!("{other:?}").to_lowercase(),
        }),
        Seen::Switch => view.far.map(|far| far.session.state.clone()),
    };
    text.unwrap_or_default()
}

fn meaning(state: &str) -> &'static str {
    match state.to_ascii_lowercase().split(' ').next().unwrap_or("") {
        "idle" => "Idle: the session was up and the peer is gone, or the own side holds it back.",
        "connect" | "active" => {
            "No TCP connection comes about: the link is down, an address is wrong, or the peer does not answer."
        }
        "opensent" | "openconfirm" | "open" => {
            "The peers reach each other but do not agree: AS numbers or capabilities differ."
        }
        _ => "The session is not established.",
    }
}

/// Age of the last reset, where anything dates it.
fn reset_age(judged: &Judgement<'_, '_>, view: &View<'_>) -> Option<Age> {
    let gateway = judged.gateway?;
    if let Some(frr) = view.frr.filter(|frr| frr.down) {
        let seconds = i64::try_from(frr.since()?).ok()?;
        return Some(Age { seconds, slack: 0 });
    }
    let cx = gateway.cx();
    let logged = gateway.dataplane_log().and_then(|log| {
        let hits = log.current(&dataplane::BGP_DOWN);
        hits.filter(|hit| hit.field(log.text(), "peer").as_deref() == Some(view.address)).last()?.time()
    });
    if let Some(age) = logged.and_then(|at| cx.age_at(at)) {
        return Some(age);
    }
    let age = cx.age_of(view.far?.session.last_reset)?;
    // Agents before July 2026 stored an age as if it were a time.
    age.under(10 * 365 * 86_400).then_some(age)
}

/// The newest lines of the gateway's logs about the loss that is not over.
fn log_lines(judged: &Judgement<'_, '_>, view: &View<'_>) -> Vec<crate::finding::Evidence> {
    let Some(gateway) = judged.gateway else { return Vec::new() };
    let mut lines = Vec::new();
    for (log, literal) in [
        (gateway.dataplane_log(), &dataplane::BGP_DOWN),
        (gateway.dataplane_log(), &dataplane::BGP_REFUSED),
        (gateway.frr_log(), &bgp::DOWN),
        (gateway.frr_log(), &bgp::BAD_PEER_AS),
    ] {
        let Some(log) = log else { continue };
        let of_peer = log.current(literal).filter(|hit| hit.field(log.text(), "peer").as_deref() == Some(view.address));
        if let Some(hit) = of_peer.last() {
            lines.push(log.evidence(hit, "the newest line about it, with nothing later that ends it"));
        }
    }
    lines
}

/// The two ends disagree and nothing decides it.
fn disputed(out: &mut Outcome, judged: &Judgement<'_, '_>, view: &View<'_>) {
    let severity = if judged.new { Severity::Info } else { Severity::Warning };
    let finding = out
        .finding(
            severity,
            judged.subject(view),
            format!("{} and its peer disagree on the session with {}", judged.name, view.words()),
        )
        .confidence(Confidence::Possible)
        .detail(
            "The switch says that the session is down, the gateway's status says that it is up. It may have changed \
             between the two, or the status may be frozen; FRR's own view is not captured.",
        )
        .evidences(view.evidence(judged.bgp.as_ref(), judged.name))
        .keys(view.keys(judged.name))
        .reference("BGP-403");
    let switches: BTreeSet<&str> = view.link.iter().map(|link| link.switch).collect();
    out.report(judgement::steps(finding, judged.name, &switches));
}

fn unset(out: &mut Outcome, judged: &Judgement<'_, '_>, view: &View<'_>) {
    let finding = out
        .finding(
            Severity::Info,
            judged.subject(view),
            format!("{} does not report the state of its session with {} yet", judged.name, view.words()),
        )
        .detail("The entry was made from statistics alone. `unset` says neither up nor down.")
        .evidences(view.evidence(judged.bgp.as_ref(), judged.name))
        .keys(view.keys(judged.name));
    out.report(finding);
}

fn unknown(out: &mut Outcome, judged: &Judgement<'_, '_>, view: &View<'_>) {
    let subject = judged.subject(view);
    match &judged.bgp {
        None => out.not_checked(subject, Source::GatewayAgents),
        Some(bgp) if bgp.unknown_key.is_some() => out.cannot_tell(subject, "unknown neighbour key"),
        Some(_) if judged.live == Some(false) => {
            out.cannot_tell(subject, "the heartbeat is stale: the status is that of earlier");
        }
        // Missing entries are another rule's matter.
        Some(_) => {}
    }
}

/// Entries of addresses that are not configured any more stay until the dataplane restarts.
fn removed(out: &mut Outcome, judged: &Judgement<'_, '_>) {
    let Some(bgp) = judged.bgp.as_ref() else { return };
    for session in bgp.sessions.iter().filter(|session| session.configured.is_none()) {
        let Some(entry) = session.entry.filter(|entry| entry.state == SessionState::Down) else { continue };
        let Some(gateway) = judged.gateway else { continue };
        let finding = out
            .finding(
                Severity::Info,
                gateway.agent_subject().part(session.address),
                format!("{} still lists the removed BGP neighbour {}", judged.name, session.address),
            )
            .detail("The neighbour is not configured any more; its entry stays until the dataplane restarts.")
            .evidence(bgp.evidence(&entry, &["sessionState"], "state of a neighbour that is not in the spec"))
            .key(gateway.key());
        out.report(finding);
    }
}
