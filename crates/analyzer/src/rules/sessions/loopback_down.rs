//! EVPN sessions between loopbacks are down.

use super::flaps;
use super::fold::{fold, pair_of};
use super::underlay_down::{naming, reasons, severity, sure};
use super::view::{self, Fabric};
use crate::facts::{Context, FabricSession, FabricSessionKind};
use crate::finding::Severity;
use crate::rule::{Domain, Meta, Order, Outcome, Rule, Source};
use crate::rules::relations::CUT_OFF;

/// See the metadata.
#[derive(Debug)]
pub(super) struct LoopbackDown;

static META: Meta = Meta {
    id: "evpn-session-down",
    reference: &["BGP-402"],
    title: "An EVPN session between the loopbacks of two switches is down",
    severities: &[Severity::Error, Severity::Warning, Severity::Info],
    needs: &[Source::Agents],
    uses: view::USES_WITH_ATTACHMENTS,
    explanation: "\
Two switches that share a link of a Connection of type `fabric` or `mesh` have a second BGP session, between their \
loopbacks (`protocolIP`), which carries EVPN. This rule reads it at both ends. If all of a switch are down, that is \
one finding.

## Why it matters

EVPN tells a leaf where the VPCs' addresses are. A leaf without any such session loses the VPCs of the other leaves.

## Not a fault

- all links between the two switches are down: that explains it
- releases before 25.04, which have no such session
- a switch whose heartbeat is stale, that was never provisioned, or that has only just booted (a warning)

## What to do

If the sessions over the links are up: see whether each switch knows the route to the other's loopback.",
    explains: &[CUT_OFF],
    order: Order::Wiring,
};

impl Rule for LoopbackDown {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn domain(&self) -> Domain {
        Domain::Fabric
    }

    fn check(&self, cx: &Context<'_>, out: &mut Outcome) {
        let fabric = Fabric::of(cx);
        let lost_pairs = fabric.sessions.lost_pairs();
        let (mut judged, mut explained) = (Vec::new(), Vec::new());
        let mut unknown = Vec::new();
        for session in fabric.sessions.of(FabricSessionKind::Loopback) {
            match (session.is_down(), session.is_up()) {
                (true, _) if lost_pairs.contains(&pair_of(session)) => explained.push((session, true)),
                (true, _) => judged.push((session, true)),
                (false, true) => {
                    judged.push((session, false));
                    out.pass();
                }
                (false, false) => unknown.push(session),
            }
        }
        view::unjudged(cx, out, unknown.into_iter());
        // What the links explain is told apart from what they do not.
        for part in [judged, explained] {
            report(cx, out, &fabric, &part);
        }
    }
}

fn report<'b>(cx: &Context<'b>, out: &mut Outcome, fabric: &Fabric<'b>, judged: &[(&FabricSession<'b>, bool)]) {
    for group in fold(fabric, judged) {
        let (subject, title) = naming(cx, &group, "EVPN session");
        let words: Vec<String> = group.sessions.iter().map(|session| session.words()).collect();
        let mut finding = out
            .finding(severity(cx, &group, Severity::Error), subject, title)
            .confidence(sure(&group))
            .detail(format!(
                "Sessions between loopbacks: {}. They carry the routes of the VPCs from leaf to leaf.{}",
                words.join("; "),
                reasons(&group)
            ));
        for session in &group.sessions {
            finding = finding.evidences(view::evidence(session)).keys(session.keys());
            if flaps::is_flapping(cx, session) {
                finding = finding.reference("BGP-407");
            }
        }
        if let Some(leaf) = group.device.filter(|device| !fabric.is_spine(device)) {
            finding = finding.keys(fabric.only_on(cx, leaf));
        }
        let switches = view::switches(&group.sessions);
        out.report(
            view::inspect(finding, &switches).step("see whether each switch has a route to the other's loopback"),
        );
    }
}

#[cfg(test)]
mod tests {
    use hh_worlds::World;

    use super::LoopbackDown;
    use crate::testing::said;

    fn state(world: World, switch: &str, neighbour: &str, state: &str) -> World {
        world.set(&format!("Agent/{switch}"), &format!("/status/state/bgpNeighbors/default/{neighbour}/state"), state)
    }

    fn down() -> World {
        state(state(World::healthy().small(), "leaf-01", "172.30.8.0", "active"), "spine-01", "172.30.8.1", "active")
    }

    #[test]
    fn one_session_is_told_once() {
        let said = said(&LoopbackDown, &down());
        assert_eq!(said.lines(), ["error Agent/leaf-01 (172.30.8.0)"]);
        assert_eq!(said.passed, 1);
        assert_eq!(said.findings[0].evidence[0].value.as_deref(), Some("active"));
        assert!(said.findings[0].caused_by.is_empty());
    }

    #[test]
    fn all_links_of_the_pair_explain_it() {
        let mut world = down();
        for (leaf, spine) in [("172.30.128.0", "172.30.128.1"), ("172.30.128.2", "172.30.128.3")] {
            world = state(state(world, "leaf-01", leaf, "idle"), "spine-01", spine, "idle");
        }
        let said = said(&LoopbackDown, &world);
        assert_eq!(said.lines(), ["error Agent/leaf-01 (172.30.8.0)"]);
        assert!(said.findings[0].caused_by.iter().any(|id| id.contains("underlay-session-down")));
    }

    #[test]
    fn a_spine_that_lost_all() {
        let world = state(state(down(), "leaf-02", "172.30.8.0", "idle"), "spine-01", "172.30.8.2", "idle");
        assert_eq!(said(&LoopbackDown, &world).lines(), ["error Agent/spine-01"]);
    }

    #[test]
    fn looks_like_it() {
        assert_eq!(said(&LoopbackDown, &World::healthy().small()).passed, 2);
        // Before 25.04 there is no such session.
        let at = "/status/state/bgpNeighbors/default/172.30.8.0";
        let mut old = World::healthy().small().unset("Agent/leaf-01", at).unset("Agent/leaf-02", at);
        for neighbour in ["172.30.8.1", "172.30.8.2"] {
            old = old.unset("Agent/spine-01", &format!("/status/state/bgpNeighbors/default/{neighbour}"));
        }
        for switch in ["leaf-01", "leaf-02", "spine-01"] {
            old = old.set(&format!("Agent/{switch}"), "/status/version", "v0.81.0");
        }
        assert!(said(&LoopbackDown, &old).findings.is_empty());
    }
}
