//! BGP sessions of switches come and go.

use super::flaps;
use super::fold::{Group, fold};
use super::view::{self, Fabric};
use crate::facts::{Context, FabricSession, FabricSessionKind, session_time};
use crate::finding::{Confidence, KeyKind, Severity};
use crate::rule::{Domain, Meta, Order, Outcome, Relation, Rule, Source};

/// See the metadata.
#[derive(Debug)]
pub(super) struct Flapping;

static META: Meta = Meta {
    id: "switch-session-flapping",
    reference: &["BGP-407"],
    title: "A BGP session of a switch comes and goes",
    severities: &[Severity::Warning],
    needs: &[Source::Agents],
    uses: view::USES,
    explanation: "\
Reads `estabTrans`, how often a session came up since the switch booted, `connDropped` and `lastEstab` of the sessions \
between switches and with Externals. Five times up, the last time within the hour before the capture, or with five \
losses, is a session that flaps. If all sessions of a switch or of a pair flap, that is one finding. Sessions of \
gateways are judged by `bgp-session-flapping`; of a session that is down the flaps are in that finding.

## Why it matters

Each loss takes the routes of that way out and breaks flows.

## Not a fault

- small counts since boot
- a switch that booted less than 15 minutes ago, or its peer
- times around 1970: older agents write an age as a time; they are ignored

## What to do

See whether the link itself flaps: `linkFlapCount`, errors and light of both ports; then BFD.",
    explains: &[Relation { effects: &["BFD-420"], join: &[KeyKind::Port] }],
    order: Order::Wiring,
};

impl Rule for Flapping {
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
            .all
            .iter()
            .filter(|session| session.kind != FabricSessionKind::Gateway && session.is_up())
            .map(|session| (session, flaps::is_flapping(cx, session)))
            .collect();
        for _ in judged.iter().filter(|(_, flaps)| !flaps) {
            out.pass();
        }
        for group in fold(&fabric, &judged) {
            report(cx, out, &group);
        }
    }
}

fn report(cx: &Context<'_>, out: &mut Outcome, group: &Group<'_, '_>) {
    let Some(first) = group.sessions.first() else { return };
    let times = |session: &FabricSession<'_>| {
        session.ends().filter_map(|end| end.entry).map(|entry| entry.estab_trans).max().unwrap_or(0)
    };
    let most = group.sessions.iter().map(|session| times(session)).max().unwrap_or(0);
    let count = group.sessions.len();
    let (subject, title) = match group.device {
        Some(device) => {
            let title = format!("all {count} BGP sessions of {device} come and go, up to {most} times");
            (view::switch_subject(cx, device), title)
        }
        None if group.pair => {
            let (near, peer) = (first.near.switch, first.peer);
            let title = format!("all BGP sessions between {near} and {peer} come and go, up to {most} times");
            (view::switch_subject(cx, near).part(peer), title)
        }
        None => {
            let end = view::blamed(cx, first, |end| flaps::end_flaps(cx, end));
            let other = if end.switch == first.near.switch { first.peer } else { first.near.switch };
            let title = format!("BGP session of {} with {other} ({}) came up {most} times", end.switch, end.neighbour);
            (end.subject(), title)
        }
    };
    let words: Vec<String> = group.sessions.iter().map(|session| session.words()).collect();
    let mut finding = out.finding(Severity::Warning, subject, title).confidence(Confidence::Certain).detail(format!(
        "Sessions: {}. They are up at the moment; each loss takes the routes of that way out for a while.",
        words.join("; ")
    ));
    for session in &group.sessions {
        for end in session.ends().filter(|end| flaps::end_flaps(cx, end)) {
            finding = finding
                .evidences(end.evidence(&["estabTrans"], format!("how often it came up, as {} counts", end.switch)))
                .evidences(end.evidence(&["connDropped"], "losses"));
            if let Some(entry) = end.entry {
                if let Some(age) = cx.age_of(session_time(entry.last_estab)).filter(|age| age.seconds >= 0) {
                    let note = format!("the last time, {} before the capture", age.words());
                    finding = finding.evidences(end.evidence(&["lastEstab"], note));
                }
                if !entry.last_reset_reason.is_empty() {
                    finding = finding.evidences(end.evidence(&["lastResetReason"], "reason of the last loss"));
                }
            }
        }
        finding = finding.keys(session.keys());
    }
    let switches = view::switches(&group.sessions);
    out.report(view::inspect(finding, &switches).step("see whether the ports of the link flap, too"));
}

#[cfg(test)]
mod tests {
    use hh_worlds::World;

    use super::Flapping;
    use crate::testing::said;

    fn flap(world: World, switch: &str, neighbour: &str, ups: u64, last: &str, drops: u64) -> World {
        let at = format!("/status/state/bgpNeighbors/default/{neighbour}");
        world
            .set(&format!("Agent/{switch}"), &format!("{at}/estabTrans"), ups)
            .set(&format!("Agent/{switch}"), &format!("{at}/connDropped"), drops)
            .set(&format!("Agent/{switch}"), &format!("{at}/lastEstab"), last)
    }

    fn leaf(ups: u64, last: &str, drops: u64) -> World {
        flap(World::healthy().small(), "leaf-01", "172.30.128.0", ups, last, drops)
    }

    #[test]
    fn both_ends_are_one_finding() {
        let world = flap(leaf(9, "2026-10-06T09:30:00Z", 8), "spine-01", "172.30.128.1", 9, "2026-10-06T09:30:00Z", 8);
        let said = said(&Flapping, &world);
        assert_eq!(said.lines(), ["warning Agent/leaf-01 (172.30.128.0)"]);
        assert_eq!(said.findings[0].evidence[0].value.as_deref(), Some("9"));
        assert!(said.findings[0].title.contains("came up 9 times"));
    }

    #[test]
    fn by_age_or_by_losses() {
        for (ups, last, drops, fires) in [
            (5, "2026-10-06T09:30:00Z", 0, true),
            (5, "2026-09-30T09:30:00Z", 5, true),
            (5, "2026-09-30T09:30:00Z", 4, false),
            (4, "2026-10-06T09:30:00Z", 9, false),
            // Not a time at all.
            (5, "1970-01-01T00:20:00Z", 4, false),
        ] {
            assert_eq!(!said(&Flapping, &leaf(ups, last, drops)).is_quiet(), fires, "{ups} {last} {drops}");
        }
    }

    #[test]
    fn all_of_a_pair() {
        let mut world = leaf(9, "2026-10-06T09:30:00Z", 8);
        for neighbour in ["172.30.128.2", "172.30.8.0"] {
            world = flap(world, "leaf-01", neighbour, 9, "2026-10-06T09:30:00Z", 8);
        }
        assert_eq!(said(&Flapping, &world).lines(), ["warning Agent/leaf-01"]);
    }

    #[test]
    fn looks_like_it() {
        assert_eq!(said(&Flapping, &World::healthy().small()).passed, 7);
        let booted = leaf(9, "2026-10-06T09:30:00Z", 8).set(
            "Agent/spine-01",
            "/status/state/nos/uptime",
            " 09:41:05 up 6 min,  1 user,  load average: 5.39",
        );
        assert!(said(&Flapping, &booted).is_quiet());
    }
}
