//! A switch refuses every route that it gets over a link.

use super::fold::pair_of;
use super::view::{self, Fabric};
use crate::facts::{Context, EndView, FabricSession, FabricSessionKind, SessionEnd, session_time};
use crate::finding::{Finding, Key, KeyKind, Severity};
use crate::rule::{Domain, Meta, Order, Outcome, Relation, Rule, Source};
use crate::rules::relations::CUT_OFF;

/// See the metadata.
#[derive(Debug)]
pub(super) struct RoutesRefused;

static META: Meta = Meta {
    id: "underlay-routes-refused",
    reference: &["BGP-410"],
    title: "A switch refuses the routes of its links",
    severities: &[Severity::Error, Severity::Warning],
    needs: &[Source::Agents],
    uses: view::USES_WITH_ATTACHMENTS,
    explanation: "\
Looks at the sessions over `fabric` and `mesh` links that are established for more than two minutes: \
`prefixes.IPV4_UNICAST.recPre` counts what came in, `rec` what was accepted. If something came in and nothing was \
accepted, the switch refuses it. If that is so on all of its sessions it is one finding, an error: the switch knows \
no way to any loopback or VTEP.

## Why it matters

The sessions look healthy and the switch is cut off: no EVPN session, no traffic between leaves.

## Not a fault

- some routes accepted: a path that another one is better than is not refused
- no counters
- a session that has only just come up, a switch whose heartbeat is stale

## What to do

Compare the switch's route maps and prefix lists with the fabric's subnets (`protocolSubnet`, `vtepSubnet`).",
    explains: &[Relation { effects: &["BGP-402", "BGP-404"], join: &[KeyKind::Switch] }, CUT_OFF],
    order: Order::Wiring,
};

impl Rule for RoutesRefused {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn domain(&self) -> Domain {
        Domain::Fabric
    }

    fn check(&self, cx: &Context<'_>, out: &mut Outcome) {
        let fabric = Fabric::of(cx);
        let mut switches: std::collections::BTreeMap<&str, Vec<(&SessionEnd<'_>, &FabricSession<'_>)>> =
            std::collections::BTreeMap::new();
        for session in fabric.sessions.of(FabricSessionKind::Link) {
            for end in session.ends().filter(|end| end.view == EndView::Up) {
                switches.entry(end.switch).or_default().push((end, session));
            }
        }
        for (switch, ends) in switches {
            let refused: Vec<_> = ends.iter().copied().filter(|(end, _)| refuses(cx, end)).collect();
            if refused.is_empty() {
                out.pass();
                continue;
            }
            if refused.len() == ends.len() {
                out.report(everywhere(cx, out, &fabric, switch, &refused));
                continue;
            }
            for (end, session) in &refused {
                let other = other(switch, session);
                let title = format!("{switch} refuses every route from {other} ({})", end.neighbour);
                let finding = out
                    .finding(Severity::Warning, end.subject(), title)
                    .detail("Routes come in over this link and none is accepted. The other links bring them.");
                // Without the key of the switch: only all of its links together cut it off.
                let keys = session.link.iter().flat_map(|link| link.keys());
                let finding = prove(finding, end, other).keys(keys.filter(|key| key.kind() != KeyKind::Switch));
                out.report(finding.run("see the sessions", inspect(switch)));
            }
        }
    }
}

fn other<'b>(switch: &str, session: &FabricSession<'b>) -> &'b str {
    let (near, peer) = pair_of(session);
    if near == switch { peer } else { near }
}

fn inspect(switch: &str) -> String {
    format!("kubectl fabric inspect bgp --switch-name {switch}")
}

fn refuses(cx: &Context<'_>, end: &SessionEnd<'_>) -> bool {
    let Some(entry) = end.entry else { return false };
    let young = cx.age_of(session_time(entry.last_estab)).is_some_and(|age| !age.over(120));
    !young && entry.prefixes.get("IPV4_UNICAST").is_some_and(|count| count.rec == 0 && count.rec_pre > 0)
}

fn prove(finding: Finding, end: &SessionEnd<'_>, other: &str) -> Finding {
    let came = format!("routes that came in from {other}");
    finding
        .evidences(end.evidence(&["prefixes", "IPV4_UNICAST", "recPre"], came))
        .evidences(end.evidence(&["prefixes", "IPV4_UNICAST", "rec"], "routes that were accepted: none"))
}

fn everywhere<'b>(
    cx: &Context<'b>,
    out: &Outcome,
    fabric: &Fabric<'b>,
    switch: &str,
    refused: &[(&SessionEnd<'b>, &FabricSession<'b>)],
) -> Finding {
    let title = match refused.len() {
        1 => format!("{switch} refuses every route on its only underlay session"),
        count => format!("{switch} refuses every route on all {count} underlay sessions"),
    };
    let words: Vec<&str> = refused.iter().map(|(end, _)| end.neighbour).collect();
    let mut finding = out.finding(Severity::Error, view::switch_subject(cx, switch), title).detail(format!(
        "Routes come in from {} and none is accepted: the switch knows no way to any loopback or VTEP, though its \
         sessions are established. It is cut off from the other switches.",
        words.join(", ")
    ));
    for (end, session) in refused {
        finding = prove(finding, end, other(switch, session)).keys(session.link.iter().map(|link| {
            let port = link.on(switch).map_or("", |end| end.port);
            Key::Port(switch.into(), port.into())
        }));
    }
    finding
        .key(Key::Switch(switch.into()))
        .keys(fabric.only_on(cx, switch))
        .run("see the sessions", inspect(switch))
        .step("compare the route maps and prefix lists of the switch with protocolSubnet and vtepSubnet")
}

#[cfg(test)]
mod tests {
    use hh_worlds::{World, json};

    use super::RoutesRefused;
    use crate::testing::said;

    fn refuse(world: World, neighbour: &str) -> World {
        let at = format!("/status/state/bgpNeighbors/default/{neighbour}/prefixes/IPV4_UNICAST");
        world.set("Agent/leaf-01", &at, json!({"recPre": 5, "sent": 7}))
    }

    fn one() -> World {
        refuse(World::healthy().small(), "172.30.128.0")
    }

    #[test]
    fn one_link_is_a_warning() {
        let said = said(&RoutesRefused, &one());
        assert_eq!(said.lines(), ["warning Agent/leaf-01 (172.30.128.0)"]);
        assert_eq!(said.passed, 2);
        assert_eq!(said.findings[0].evidence[0].value.as_deref(), Some("5"));
    }

    #[test]
    fn all_links_are_one_error_that_explains() {
        let world = refuse(one(), "172.30.128.2")
            .set("Agent/leaf-01", "/status/state/bgpNeighbors/default/172.30.8.0/state", "active")
            .set("Agent/spine-01", "/status/state/bgpNeighbors/default/172.30.8.1/state", "active");
        let said = said(&RoutesRefused, &world);
        assert_eq!(said.lines(), ["error Agent/leaf-01"]);
        assert!(said.findings[0].explains.iter().any(|id| id.contains("evpn-session-down")));
    }

    #[test]
    fn looks_like_it() {
        assert_eq!(said(&RoutesRefused, &World::healthy().small()).passed, 3);
        let at = "/status/state/bgpNeighbors/default/172.30.128.0";
        // No counters, or nothing came in.
        for counts in [json!({}), json!({"IPV4_UNICAST": {}}), json!({"IPV4_UNICAST": {"sent": 7}})] {
            let world = World::healthy().small().set("Agent/leaf-01", &format!("{at}/prefixes"), counts);
            assert!(said(&RoutesRefused, &world).findings.is_empty());
        }
        // Only just up, or no state of now.
        let young = one().set("Agent/leaf-01", &format!("{at}/lastEstab"), "2026-10-06T09:40:30Z");
        assert!(said(&RoutesRefused, &young).findings.is_empty());
        let stale = one().set("Agent/leaf-01", "/status/lastHeartbeat", "2026-10-06T09:30:00Z");
        assert!(said(&RoutesRefused, &stale).findings.is_empty());
    }
}
