//! BFD of a link between switches is down, or flaps, while BGP is up.

use super::fold::{Group, fold};
use super::view::{self, Fabric};
use crate::facts::{Context, EndView, FabricSession, FabricSessionKind, SessionEnd, session_time};
use crate::finding::{Confidence, Evidence, Severity};
use crate::rule::{Domain, Meta, Order, Outcome, Rule, Source};

/// See the metadata.
#[derive(Debug)]
pub(super) struct BfdDown;

static META: Meta = Meta {
    id: "switch-bfd-down",
    reference: &["BFD-420"],
    title: "BFD of a link between switches does not protect it",
    severities: &[Severity::Warning],
    needs: &[Source::Agents],
    uses: view::USES,
    explanation: "\
BFD runs over every link of a `fabric` or `mesh` Connection unless `config.disableBFD` is set. This rule looks at \
sessions whose BGP is established: the BFD peer must be up. A peer that is up but was lost within the hour, with three \
or more changes and a second sign (a BGP reset or a link that flapped in the same hour), flaps. Links of gateways are \
judged by `bfd-session-down`.

## Why it matters

Without BFD a broken link is noticed by the BGP hold timer only.

## Not a fault

- `fails` alone, however high: it counts every down and every up since boot
- `disableBFD`
- releases before 26.02, which report no BFD at all
- a switch that booted within the hour

## What to do

Compare both ends: `kubectl fabric inspect bfd`.",
    explains: &[],
    order: Order::Wiring,
};

impl Rule for BfdDown {
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
            .filter(|session| session.is_up() && session.ends().any(runs_bfd))
            .map(|session| (session, session.ends().any(|end| trouble(cx, session, end).is_some())))
            .collect();
        for _ in judged.iter().filter(|(_, down)| !down) {
            out.pass();
        }
        for group in fold(&fabric, &judged) {
            report(cx, out, &group);
        }
    }
}

/// True if the switch reports BFD and should run it.
fn runs_bfd(end: &SessionEnd<'_>) -> bool {
    end.view == EndView::Up
        && end.agent.is_some_and(|agent| {
            !agent.spec.config.disable_bfd && agent.status.state.bfd_peers.values().any(|peers| !peers.is_empty())
        })
}

/// What an end says of its BFD peer that is not right: the state, and the proof.
fn trouble(cx: &Context<'_>, session: &FabricSession<'_>, end: &SessionEnd<'_>) -> Option<(String, Vec<Evidence>)> {
    if !runs_bfd(end) {
        return None;
    }
    let agent = end.agent?;
    let Some(peer) = end.bfd else {
        // Listed nowhere although the newest configuration runs.
        let applied = agent.meta.generation == agent.status.last_applied_gen
            && cx.age_of(agent.status.last_applied_time).is_some_and(|age| age.over(120));
        let note = format!("{} lists no BFD peer for it", end.switch);
        return (applied && !cx.truncated())
            .then(|| ("missing".into(), end.bfd_evidence("state", note).into_iter().collect()));
    };
    if !matches!(peer.state.as_str(), "up" | "") {
        let note = format!("BFD as {} reports it", end.switch);
        return Some((peer.state.clone(), end.bfd_evidence("state", note).into_iter().collect()));
    }
    let recent = |time| cx.age_of(session_time(time)).filter(|age| age.under(3600) && age.seconds >= 0);
    let up = recent(peer.last_up_time).filter(|_| peer.fails >= 3)?;
    let booted = |switch| {
        let agent = cx.find::<crate::facts::Agent>(switch);
        agent.and_then(|agent| cx.running_for(agent)).is_some_and(|seconds| seconds < 3600)
    };
    if session.ends().any(|end| booted(end.switch)) {
        return None;
    }
    let mut evidence: Vec<Evidence> = Vec::new();
    let note = format!("BFD of {} came up again {} before the capture", end.switch, up.words());
    evidence.extend(end.bfd_evidence("lastUpTime", note));
    evidence.extend(end.bfd_evidence("fails", "changes since boot"));
    let second = second_sign(cx, session, end, recent)?;
    evidence.push(second);
    Some(("unstable".into(), evidence))
}

/// A BGP reset, or a port that flapped, in the same hour.
fn second_sign(
    cx: &Context<'_>,
    session: &FabricSession<'_>,
    end: &SessionEnd<'_>,
    recent: impl Fn(Option<crate::model::Time>) -> Option<crate::facts::Age>,
) -> Option<Evidence> {
    if let Some(age) = end.entry.and_then(|entry| recent(entry.last_reset)) {
        return end.evidence(&["lastReset"], format!("BGP was reset {} before the capture", age.words()));
    }
    let side = session.link?.on(end.switch)?;
    let port = cx.switch_port(side.device, side.port)?;
    let flapped = port.interface.link_flap_count.is_some_and(|count| count >= 5);
    recent(port.interface.change).filter(|_| flapped)?;
    Some(port.evidence(&["linkFlapCount"], "the port flapped, the last time within the hour"))
}

fn report(cx: &Context<'_>, out: &mut Outcome, group: &Group<'_, '_>) {
    let Some(first) = group.sessions.first() else { return };
    let count = group.sessions.len();
    let state = first.ends().find_map(|end| trouble(cx, first, end)).map(|(state, _)| state).unwrap_or_default();
    let (subject, title) = match group.device {
        Some(device) => (
            view::switch_subject(cx, device),
            format!("BFD of all {count} links of {device} is {state} while BGP is up"),
        ),
        None if group.pair => {
            let (near, peer) = (first.near.switch, first.peer);
            let title = format!("BFD of all {count} links between {near} and {peer} is {state} while BGP is up");
            (view::switch_subject(cx, near).part(peer), title)
        }
        None => {
            let end = view::blamed(cx, first, |end| trouble(cx, first, end).is_some());
            let other = if end.switch == first.near.switch { first.peer } else { first.near.switch };
            let title = format!("BFD of {} with {other} ({}) is {state} while BGP is up", end.switch, end.neighbour);
            (end.subject(), title)
        }
    };
    let words: Vec<String> = group.sessions.iter().map(|session| session.words()).collect();
    let mut finding = out.finding(Severity::Warning, subject, title).confidence(Confidence::Certain).detail(format!(
        "Links: {}. Traffic flows, but a failure of the link would be noticed by the BGP hold timer only.",
        words.join("; ")
    ));
    for session in &group.sessions {
        for end in session.ends() {
            let Some((_, evidence)) = trouble(cx, session, end) else { continue };
            finding = finding.evidences(evidence).evidences(end.evidence(&["state"], "while BGP is established"));
        }
        finding = finding.keys(session.keys());
    }
    for switch in view::switches(&group.sessions).iter().take(4) {
        finding =
            finding.run(format!("see BFD of {switch}"), format!("kubectl fabric inspect bfd --switch-name {switch}"));
    }
    out.report(finding);
}

#[cfg(test)]
mod tests {
    use hh_worlds::World;

    use super::BfdDown;
    use crate::testing::said;

    const BFD: &str = "/status/state/bfdPeers/default/172.30.128.0";
    const BGP: &str = "/status/state/bgpNeighbors/default/172.30.128.0";

    fn down() -> World {
        World::healthy().small().set("Agent/leaf-01", &format!("{BFD}/state"), "down")
    }

    #[test]
    fn down_or_missing() {
        let found = said(&BfdDown, &down());
        assert_eq!(found.lines(), ["warning Agent/leaf-01 (172.30.128.0)"]);
        assert_eq!(found.findings[0].evidence[0].value.as_deref(), Some("down"));
        assert_eq!(found.passed, 3);
        let missing = World::healthy().small().unset("Agent/leaf-01", BFD);
        assert_eq!(said(&BfdDown, &missing).lines(), ["warning Agent/leaf-01 (172.30.128.0)"]);
    }

    fn unstable(fails: u64, up: &str) -> World {
        World::healthy().small().set("Agent/leaf-01", &format!("{BFD}/fails"), fails).set(
            "Agent/leaf-01",
            &format!("{BFD}/lastUpTime"),
            up,
        )
    }

    #[test]
    fn unstable_needs_a_second_sign() {
        let alone = || unstable(40_312, "2026-10-06T09:30:00Z");
        assert!(said(&BfdDown, &alone()).is_quiet());
        let reset = alone().set("Agent/leaf-01", &format!("{BGP}/lastReset"), "2026-10-06T09:29:00Z");
        assert_eq!(said(&BfdDown, &reset).lines(), ["warning Agent/leaf-01 (172.30.128.0)"]);
        let port = "/status/state/interfaces/E1~149~11";
        let flapped = alone().set("Agent/leaf-01", &format!("{port}/linkFlapCount"), 7).set(
            "Agent/leaf-01",
            &format!("{port}/change"),
            "2026-10-06T09:29:00Z",
        );
        assert_eq!(said(&BfdDown, &flapped).findings.len(), 1);
        // Long ago.
        let old = unstable(40_312, "2026-10-06T07:30:00Z");
        let old = old.set("Agent/leaf-01", &format!("{BGP}/lastReset"), "2026-10-06T07:29:00Z");
        assert!(said(&BfdDown, &old).is_quiet());
    }

    #[test]
    fn looks_like_it() {
        assert_eq!(said(&BfdDown, &World::healthy().small()).passed, 4);
        // Switched off, or a release that reports none.
        let off = down().set("Agent/leaf-01", "/spec/config/disableBFD", true);
        assert!(said(&BfdDown, &off).is_quiet());
        let none = World::healthy().small().unset("Agent/leaf-01", "/status/state/bfdPeers");
        assert!(said(&BfdDown, &none).is_quiet());
        // BGP is down, too: that is the other rule's.
        let both = down().set("Agent/leaf-01", &format!("{BGP}/state"), "active");
        assert!(said(&BfdDown, &both).is_quiet());
    }
}
