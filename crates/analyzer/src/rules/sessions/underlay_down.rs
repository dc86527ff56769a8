//! BGP sessions over the links between switches are down.

use super::flaps;
use super::fold::{Group, fold, pair_of};
use super::view::{self, Fabric};
use crate::facts::{Context, EndView, FabricSession, FabricSessionKind};
use crate::finding::{Confidence, Finding, Key, KeyKind, Severity, Subject};
use crate::rule::{Domain, Meta, Order, Outcome, Relation, Rule, Source};
use crate::rules::relations::CUT_OFF;

/// See the metadata.
#[derive(Debug)]
pub(super) struct UnderlayDown;

static META: Meta = Meta {
    id: "underlay-session-down",
    reference: &["BGP-401"],
    title: "A BGP session over a link between switches is down",
    severities: &[Severity::Critical, Severity::Error, Severity::Warning, Severity::Info],
    needs: &[Source::Agents],
    uses: view::USES_WITH_ATTACHMENTS,
    explanation: "\
Every link of a Connection of type `fabric` or `mesh` carries a BGP session between the two switches. This rule reads \
it at both ends, `status.state.bgpNeighbors.default` of the Agents, as `kubectl fabric inspect bgp` does. A session is \
reported once, whichever end tells of it. If all sessions of a switch or of a pair of switches are down, that is one \
finding which lists them.

## Why it matters

Over these sessions the switches learn each other's loopbacks and VTEPs. With one of several down traffic takes the \
others; a leaf without any is cut off.

## Not a fault

- a link that is down: that finding explains this one
- a neighbour that is shut down by configuration
- a switch whose heartbeat is older than 180 s: its state is history
- a switch that booted less than 15 minutes ago: a warning
- a switch that was never provisioned (`info`)

## What to do

Look at the link first, then at the reason of the last reset and at the AS numbers on both ends.",
    explains: &[
        Relation { effects: &["BGP-402"], join: &[KeyKind::Devices] },
        Relation { effects: &["BFD-420"], join: &[KeyKind::Port] },
        CUT_OFF,
    ],
    order: Order::Wiring,
};

impl Rule for UnderlayDown {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn domain(&self) -> Domain {
        Domain::Fabric
    }

    fn check(&self, cx: &Context<'_>, out: &mut Outcome) {
        let fabric = Fabric::of(cx);
        let judged: Vec<(&FabricSession<'_>, bool)> = fabric
            .sessions
            .of(FabricSessionKind::Link)
            .filter(|session| session.is_down() || session.is_up())
            .map(|session| (session, session.is_down()))
            .collect();
        for _ in judged.iter().filter(|(_, down)| !down) {
            out.pass();
        }
        view::unjudged(cx, out, fabric.sessions.of(FabricSessionKind::Link).filter(|s| !s.is_down() && !s.is_up()));
        let lost_pairs = fabric.sessions.lost_pairs();
        for group in fold(&fabric, &judged) {
            let cut = cut_off(&fabric, &judged, &group);
            let mut finding = report(cx, out, &fabric, &group, &cut);
            for session in &group.sessions {
                if lost_pairs.contains(&pair_of(session)) {
                    finding = finding.key(Key::devices(session.near.switch, session.peer));
                }
            }
            for leaf in &cut {
                finding = finding.keys(fabric.only_on(cx, leaf));
            }
            out.report(finding);
        }
    }
}

/// Leaves of the group none of whose link sessions is up.
fn cut_off<'b>(
    fabric: &Fabric<'b>,
    judged: &[(&FabricSession<'b>, bool)],
    group: &Group<'_, 'b>,
) -> std::collections::BTreeSet<&'b str> {
    let mut devices = view::switches(&group.sessions);
    devices.retain(|device| !fabric.is_spine(device));
    for (session, down) in judged {
        // One whose other sessions are in another finding is cut off by both.
        if !down {
            devices.remove(session.near.switch);
            devices.remove(session.peer);
        }
    }
    devices
}

fn report(
    cx: &Context<'_>,
    out: &Outcome,
    fabric: &Fabric<'_>,
    group: &Group<'_, '_>,
    cut: &std::collections::BTreeSet<&str>,
) -> Finding {
    let severity = severity(cx, group, if cut.is_empty() { Severity::Error } else { Severity::Critical });
    let (subject, title) = naming(cx, group, "underlay BGP session");
    let words: Vec<String> = group.sessions.iter().map(|session| session.words()).collect();
    let effect = match cut.len() {
        0 => "The switches reach each other over their other sessions only.".to_owned(),
        _ => {
            let leaves: Vec<&str> = cut.iter().copied().collect();
            format!("{} has no session with another switch left: it is cut off from the fabric.", leaves.join(", "))
        }
    };
    let mut finding = out.finding(severity, subject, title).confidence(sure(group)).detail(format!(
        "Sessions: {}. {effect}{}",
        words.join("; "),
        reasons(group)
    ));
    // A link that is down explains all sessions only if no other has a port that is up.
    let works = |session: &FabricSession<'_>| fabric.port_is_up(cx, session);
    let some_work = group.sessions.iter().any(|session| works(session));
    for session in &group.sessions {
        finding = finding.evidences(view::evidence(session)).evidences(view::link_evidence(session));
        if !some_work || works(session) {
            finding = finding.keys(session.keys());
        } else {
            finding = finding.keys(session.ends().map(|end| Key::Switch(end.switch.into())));
        }
        if flaps::is_flapping(cx, session) {
            finding = finding.reference("BGP-407");
        }
    }
    let switches = view::switches(&group.sessions);
    view::inspect(finding, &switches).step("check the ports, the addresses and the AS numbers on both ends")
}

/// Severity of a group of lost sessions: less where a switch has only just booted or was never provisioned.
pub(super) fn severity(cx: &Context<'_>, group: &Group<'_, '_>, severity: Severity) -> Severity {
    let all = |test: fn(&Context<'_>, &str) -> bool| {
        group.sessions.iter().all(|session| session.ends().any(|end| test(cx, end.switch)))
    };
    if all(view::is_new) {
        Severity::Info
    } else if all(view::rebooted) {
        Severity::Warning
    } else {
        severity
    }
}

/// Subject and title of a group of lost sessions.
pub(super) fn naming(cx: &Context<'_>, group: &Group<'_, '_>, what: &str) -> (Subject, String) {
    let count = group.sessions.len();
    let Some(first) = group.sessions.first() else {
        return (Subject::new("Agent", "default", ""), String::new());
    };
    let (near, peer) = pair_of(first);
    match group.device {
        Some(device) => {
            let subject = view::switch_subject(cx, device);
            (subject, format!("none of the {count} {what}s of {device} is up"))
        }
        None if group.pair => {
            let subject = view::switch_subject(cx, near).part(peer);
            (subject, format!("none of the {count} {what}s between {near} and {peer} is up"))
        }
        None => {
            let end = view::blamed(cx, first, |end| end.view == EndView::Down);
            let other = if end.switch == near { peer } else { near };
            let state = end.entry.map(|entry| entry.state.as_str()).filter(|_| end.view == EndView::Down);
            let state = state.map(|state| format!(" ({state})")).unwrap_or_default();
            (end.subject(), format!("{what} of {} with {other} ({}) is down{state}", end.switch, end.neighbour))
        }
    }
}

/// Where the ends disagree, one of them has not noticed yet.
pub(super) fn sure(group: &Group<'_, '_>) -> Confidence {
    let disputed = group.sessions.iter().any(|session| session.says(EndView::Up));
    if disputed { Confidence::Likely } else { Confidence::Certain }
}

/// ` Reasons of the last resets: …`
pub(super) fn reasons(group: &Group<'_, '_>) -> String {
    let entries = group.sessions.iter().flat_map(|session| session.ends()).filter(|end| end.view == EndView::Down);
    let reasons: std::collections::BTreeSet<&str> = entries
        .filter_map(|end| end.entry)
        .map(|entry| entry.last_reset_reason.as_str())
        .filter(|reason| !reason.is_empty())
        .collect();
    let reasons: Vec<&str> = reasons.into_iter().collect();
    if reasons.is_empty() { String::new() } else { format!(" Reason of the last reset: {}.", reasons.join(", ")) }
}

#[cfg(test)]
mod tests {
    use hh_worlds::World;

    use super::UnderlayDown;
    use crate::testing::said;

    fn state(world: World, switch: &str, neighbour: &str, state: &str) -> World {
        world.set(&format!("Agent/{switch}"), &format!("/status/state/bgpNeighbors/default/{neighbour}/state"), state)
    }

    fn one() -> World {
        let world = state(World::healthy().small(), "leaf-01", "172.30.128.0", "active");
        state(world, "spine-01", "172.30.128.1", "connect")
    }

    fn both() -> World {
        state(state(one(), "leaf-01", "172.30.128.2", "idle"), "spine-01", "172.30.128.3", "idle")
    }

    #[test]
    fn one_session_is_told_once() {
        let said = said(&UnderlayDown, &one());
        assert_eq!(said.lines(), ["error Agent/leaf-01 (172.30.128.0)"]);
        assert_eq!(said.passed, 3);
        let finding = &said.findings[0];
        assert_eq!(finding.reference, ["BGP-401"]);
        assert_eq!(finding.evidence[0].value.as_deref(), Some("active"));
        assert!(finding.evidence[0].line.is_some());
        assert!(finding.evidence.iter().any(|evidence| evidence.value.as_deref() == Some("connect")));
    }

    #[test]
    fn one_end_is_enough() {
        assert_eq!(said(&UnderlayDown, &one().delete("Agent/leaf-01")).lines(), ["error Agent/leaf-01 (172.30.128.0)"]);
        let far = state(World::healthy().small(), "spine-01", "172.30.128.1", "connect");
        assert_eq!(said(&UnderlayDown, &far).lines(), ["error Agent/spine-01 (172.30.128.1)"]);
    }

    #[test]
    fn a_leaf_that_is_cut_off() {
        let found = said(&UnderlayDown, &both());
        assert_eq!(found.lines(), ["critical Agent/leaf-01"]);
        assert!(found.findings[0].title.contains("none of the 2"));
    }

    #[test]
    fn looks_like_it() {
        assert_eq!(said(&UnderlayDown, &World::healthy().small()).passed, 4);
        assert_eq!(said(&UnderlayDown, &World::older().small()).passed, 4);
        // Shut down by configuration.
        let at = "/status/state/bgpNeighbors/default/172.30.128.0/enabled";
        assert!(said(&UnderlayDown, &one().set("Agent/leaf-01", at, false)).findings.is_empty());
        // No state of now.
        let stale = one().set("Agent/leaf-01", "/status/lastHeartbeat", "2026-10-06T09:30:00Z").set(
            "Agent/spine-01",
            "/status/lastHeartbeat",
            "2026-10-06T09:30:00Z",
        );
        let stale = said(&UnderlayDown, &stale);
        assert!(stale.findings.is_empty() && stale.not_checked.iter().any(|line| line.contains("heartbeat")));
        // A switch that has only just booted.
        let uptime = " 09:41:05 up 6 min,  1 user,  load average: 5.39, 5.50, 5.36";
        let booted = one().set("Agent/spine-01", "/status/state/nos/uptime", uptime);
        assert_eq!(said(&UnderlayDown, &booted).lines(), ["warning Agent/leaf-01 (172.30.128.0)"]);
        // Nothing captured of the switches.
        let none = said(&UnderlayDown, &World::healthy().small().without("Agent"));
        assert!(none.findings.is_empty() && !none.not_checked.is_empty());
    }
}
