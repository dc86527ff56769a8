//! A switch does not have a BGP neighbour that it should have.

use std::collections::BTreeMap;

use super::fold::pair_of;
use super::view::{self, Fabric};
use crate::facts::{Context, EndView, FabricSession, FabricSessionKind, SessionEnd};
use crate::finding::{Key, KeyKind, Severity};
use crate::rule::{Domain, Meta, Order, Outcome, Relation, Rule, Source};
use crate::rules::relations::GATEWAY_SESSIONS;

/// See the metadata.
#[derive(Debug)]
pub(super) struct Missing;

static META: Meta = Meta {
    id: "switch-neighbor-missing",
    reference: &["BGP-405"],
    title: "A switch does not have a BGP neighbour that it should have",
    severities: &[Severity::Error, Severity::Info],
    needs: &[Source::Agents],
    uses: &[
        Source::CaptureTime,
        Source::Connections,
        Source::Switches,
        Source::SwitchProfiles,
        Source::Externals,
        Source::ExternalAttachments,
        Source::Gateways,
        Source::GatewayAgents,
        Source::Nodes,
        Source::Pods,
        Source::Fabricator,
    ],
    explanation: "\
Connections and ExternalAttachments ask a switch for neighbours: the other side of each `fabric`, `mesh` and `gateway` \
link, the loopback of each switch that it is linked to, and the neighbour of each external attachment. A switch that \
has applied its newest configuration must list all of them in `status.state.bgpNeighbors`, up or not.

## Why it matters

The session cannot come up. At the other end it shows as down.

## Not a fault

- a switch that has not applied its newest configuration yet, or did so less than 2 minutes ago
- a Connection or attachment younger than 5 minutes, or one that the Agent's own spec does not have yet
- the EVPN loopback session on releases before 25.04
- a switch that reports no neighbour at all, or whose heartbeat is stale

## What to do

See agent.log of the switch for an error of the apply, and the BGP configuration on the switch.",
    explains: &[
        Relation { effects: &["BGP-401", "BFD-420"], join: &[KeyKind::Port] },
        Relation { effects: &["BGP-402"], join: &[KeyKind::Devices] },
        Relation { effects: &["GW-EXT-NOROUTE"], join: &[KeyKind::Vpc] },
        GATEWAY_SESSIONS,
    ],
    order: Order::Wiring,
};

impl Rule for Missing {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn domain(&self) -> Domain {
        Domain::Fabric
    }

    fn check(&self, cx: &Context<'_>, out: &mut Outcome) {
        let fabric = Fabric::of(cx);
        let mut missing: BTreeMap<&str, Vec<(&SessionEnd<'_>, &FabricSession<'_>)>> = BTreeMap::new();
        for session in &fabric.sessions.all {
            for end in session.ends() {
                match end.view {
                    EndView::Missing => missing.entry(end.switch).or_default().push((end, session)),
                    EndView::Up | EndView::Down | EndView::Unset | EndView::Disabled => out.pass(),
                    EndView::Unseen | EndView::Stale | EndView::Untimed => {}
                }
            }
        }
        view::unjudged(cx, out, fabric.sessions.all.iter());
        let lost_pairs = fabric.sessions.lost_pairs();
        for (switch, ends) in missing {
            let Some((first, _)) = ends.first() else { continue };
            let other = |session: &FabricSession<'_>| {
                if session.near.switch == switch { session.peer.to_owned() } else { session.near.switch.to_owned() }
            };
            let words: Vec<String> =
                ends.iter().map(|(end, session)| format!("{} ({})", other(session), end.neighbour)).collect();
            let title = match words.as_slice() {
                [one] => format!("{switch} does not have its BGP neighbour {one}"),
                _ => format!("{switch} does not have {} of its BGP neighbours", words.len()),
            };
            let subject = if ends.len() == 1 { first.subject() } else { view::switch_subject(cx, switch) };
            let new = ends.iter().all(|(_, session)| {
                session.kind == FabricSessionKind::Gateway && cx.gateway(session.peer).is_some_and(|gw| gw.is_new())
            });
            let severity = if new { Severity::Info } else { Severity::Error };
            let mut finding = out.finding(severity, subject, title).detail(format!(
                "The switch runs its newest configuration, which asks for {}, and does not list it: the session cannot \
                 come up.",
                words.join(", ")
            ));
            for (_, session) in &ends {
                finding = finding
                    .evidences(view::evidence(session))
                    .evidences(view::link_evidence(session).filter(|_| session.attachment.is_none()))
                    .evidences(view::attachment_evidence(cx, session))
                    .keys(session.keys());
                if session.kind == FabricSessionKind::Link && lost_pairs.contains(&pair_of(session)) {
                    finding = finding.key(Key::devices(session.near.switch, session.peer));
                }
                if session.kind == FabricSessionKind::External {
                    finding = finding.key(Key::Vpc(format!("ext.{}", session.peer)));
                }
            }
            if let Some(agent) = first.agent {
                finding = finding.evidence(agent.evidence(&["status", "lastAppliedGen"], "the newest generation runs"));
            }
            out.report(
                finding
                    .run("see the sessions", format!("kubectl fabric inspect bgp --switch-name {switch}"))
                    .step("look into agent.log of the switch for an error of the apply"),
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use hh_worlds::World;

    use super::Missing;
    use crate::testing::said;

    const BGP: &str = "/status/state/bgpNeighbors";

    fn without(switch: &str, neighbour: &str) -> World {
        World::healthy().small().unset(&format!("Agent/{switch}"), &format!("{BGP}/{neighbour}"))
    }

    #[test]
    fn every_kind_of_neighbour() {
        for (switch, vrf, neighbour) in [
            ("leaf-01", "default", "172.30.128.0"),
            ("spine-01", "default", "172.30.8.2"),
            ("leaf-02", "default", "172.30.128.15"),
            ("leaf-02", "VrfEexternal-01", "100.100.20.6"),
        ] {
            let said = said(&Missing, &without(switch, &format!("{vrf}/{neighbour}")));
            assert_eq!(said.lines(), [format!("error Agent/{switch} ({neighbour})")]);
            assert!(said.findings[0].evidence[0].note.contains("does not list"), "{:?}", said.findings[0].evidence);
        }
    }

    #[test]
    fn several_are_one_finding() {
        let world =
            without("leaf-01", "default/172.30.128.0").unset("Agent/leaf-01", &format!("{BGP}/default/172.30.8.0"));
        assert_eq!(said(&Missing, &world).lines(), ["error Agent/leaf-01"]);
    }

    #[test]
    fn the_gateway_end_of_it_is_explained() {
        let world = without("leaf-02", "default/172.30.128.15").without_insights().set(
            "GatewayAgent/gateway-2",
            "/status/state/bgp/vrfs/default/neighbors/172.30.128.14/sessionState",
            "idle",
        );
        let report = crate::testing::analysis(&world, &crate::Options::default()).report;
        let roots: Vec<&str> = report.root_causes.iter().map(|root| root.rule.as_str()).collect();
        assert_eq!(roots, ["switch-neighbor-missing"]);
        // The other end of a link sees it down.
        let state = "/status/state/bgpNeighbors/default/172.30.128.1/state";
        let world = without("leaf-01", "default/172.30.128.0").set("Agent/spine-01", state, "active");
        let report = crate::testing::analysis(&world, &crate::Options::default()).report;
        let roots: Vec<&str> = report.root_causes.iter().map(|root| root.rule.as_str()).collect();
        assert_eq!(roots, ["switch-neighbor-missing"]);
    }

    #[test]
    fn looks_like_it() {
        let healthy = said(&Missing, &World::healthy().small());
        assert!(healthy.findings.is_empty() && healthy.passed == 17, "{}", healthy.passed);
        let lost = || without("leaf-01", "default/172.30.128.0");
        // The newest configuration does not run yet.
        assert!(said(&Missing, &lost().set("Agent/leaf-01", "/metadata/generation", 7)).findings.is_empty());
        let now = lost().set("Agent/leaf-01", "/status/lastAppliedTime", "2026-10-06T09:40:50Z");
        assert!(said(&Missing, &now).findings.is_empty());
        // The copy does not have the Connection yet.
        let copy = lost().unset("Agent/leaf-01", "/spec/connections/spine-01--fabric--leaf-01");
        assert!(said(&Missing, &copy).findings.is_empty());
        // No neighbour is reported at all.
        let none = World::healthy().small().unset("Agent/leaf-01", "/status/state/bgpNeighbors");
        assert!(said(&Missing, &none).findings.is_empty());
        let stale = lost().set("Agent/leaf-01", "/status/lastHeartbeat", "2026-10-06T09:30:00Z");
        assert!(said(&Missing, &stale).findings.is_empty());
    }
}
