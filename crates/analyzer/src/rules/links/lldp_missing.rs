//! A link is up, but nothing is heard on it.

use std::collections::BTreeSet;

use super::ends::{self, End};
use crate::facts::{Context, FabricLink, Topology};
use crate::finding::{Evidence, Severity};
use crate::model::wiring::ConnectionKind;
use crate::rule::{Domain, Meta, Order, Outcome, Rule, Source};

/// See the metadata.
#[derive(Debug)]
pub(super) struct LldpMissing;

/// Seconds after which a neighbour that says hello every 5 s must have been heard.
const HEARD: i64 = 120;

static META: Meta = Meta {
    id: "lldp-neighbor-missing",
    reference: &["LLDP-303"],
    title: "A link is up, but no LLDP neighbour is heard on it",
    severities: &[Severity::Warning, Severity::Info],
    needs: &[Source::Agents],
    uses: &[
        Source::Connections,
        Source::CaptureTime,
        Source::Gateways,
        Source::GatewayAgents,
        Source::Nodes,
        Source::Pods,
    ],
    explanation: "\
Looks at the ports of Connections between switches and to gateways that are up for more than 2 minutes: the far end \
must be heard by LLDP.

## Why it matters

Packets do not arrive although the port is up: a one-way fibre, a far end that hangs, or something in between.

## Not a fault

- a port that came up less than 2 minutes ago
- a far end whose heartbeat is older than 180 s: that finding tells it
- gateways that are heard on none of their links: releases before 26.02 do not speak LLDP
- servers and externals

## What to do

Compare both ends; try another cable and other modules.",
    explains: &[],
    order: Order::Wiring,
};

impl Rule for LldpMissing {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn domain(&self) -> Domain {
        Domain::Fabric
    }

    fn check(&self, cx: &Context<'_>, out: &mut Outcome) {
        let topology = cx.topology();
        let speakers = speakers(cx, &topology);
        for link in topology.links.iter().filter(|link| link.kind.is_routed()) {
            let ends = ends::ends(cx, link);
            let part = || link.subject().part(ends.first().map(End::words).unwrap_or_default());
            if let Some(why) = ends::untold(&ends) {
                ends::say_untold(out, part(), why);
            } else if ends.iter().any(End::is_down) {
                // The finding about the link says it.
            } else if ends.iter().any(|end| end.agent.is_some() && end.fresh == Some(false)) {
                out.cannot_tell(part(), "the far end is not heard of for more than 180 s");
            } else if link.kind == ConnectionKind::Gateway && !link.link.b.is_some_and(|b| speakers.contains(b.device))
            {
                out.cannot_tell(part(), "the gateway is heard on none of its links");
            } else {
                check(cx, out, link, &ends);
            }
        }
    }
}

/// Gateways that are heard on any of their links.
fn speakers<'b>(cx: &Context<'b>, topology: &Topology<'b>) -> BTreeSet<&'b str> {
    let heard = |link: &&FabricLink<'b>| {
        let mut ends = link.switch_ends().map(|end| End::new(cx, end));
        ends.any(|end| end.live().is_some_and(|port| !port.interface.lldp_neighbors.is_empty()))
    };
    let links = topology.links.iter().filter(|link| link.kind == ConnectionKind::Gateway);
    links.filter(heard).filter_map(|link| Some(link.link.b?.device)).collect()
}

/// True if nothing is heard although there was time.
fn is_silent(cx: &Context<'_>, end: &End<'_>) -> bool {
    end.live().is_some_and(|port| {
        port.interface.lldp_neighbors.is_empty() && cx.age_of(port.interface.change).is_some_and(|age| age.over(HEARD))
    })
}

fn check(cx: &Context<'_>, out: &mut Outcome, link: &FabricLink<'_>, ends: &[End<'_>]) {
    let silent: Vec<&End<'_>> = ends.iter().filter(|end| is_silent(cx, end)).collect();
    let Some(first) = silent.first() else {
        out.pass();
        return;
    };
    let gateway = link.ends().find(|end| end.key == "gateway").and_then(|end| cx.gateway(end.device));
    let new = gateway.is_some_and(|gateway| gateway.is_new());
    let severity = if new { Severity::Info } else { Severity::Warning };
    let names: Vec<String> = silent.iter().map(|end| end.words()).collect();
    let title = format!("link {} is up, but {} hears no LLDP neighbour", link.words(), names.join(" and "));
    let mut finding = out.finding(severity, link.subject().part(first.words()), title).detail(
        "The port is up, yet no packet of the far end arrives: a one-way fibre, a far end that hangs, or a device in \
         between.",
    );
    for end in &silent {
        let Some(port) = end.live() else { continue };
        let field = format!("status.state.interfaces[\"{}\"].lldpNeighbors", port.key);
        finding = finding
            .evidence(Evidence::absence(format!("Agent {}", end.end.device), "no neighbour").field(field))
            .evidence(port.evidence(&["oper"], "the port is up"));
        if let Some(age) = cx.age_of(port.interface.change) {
            finding = finding.evidence(port.evidence(&["change"], format!("since {}", age.words())));
        }
    }
    finding = finding.keys(link.keys()).step("compare both ends; try another cable and other modules");
    for end in ends {
        finding = finding.run(
            format!("see what {} hears", end.end.device),
            format!("kubectl fabric inspect lldp --name {}", end.end.device),
        );
    }
    out.report(finding);
}

#[cfg(test)]
mod tests {
    use hh_worlds::World;

    use super::LldpMissing;
    use crate::testing::said;

    fn silent(world: World, switch: &str, port: &str) -> World {
        let at = format!("/status/state/interfaces/{}/lldpNeighbors", port.replace('/', "~1"));
        world.unset(&format!("Agent/{switch}"), &at)
    }

    #[test]
    fn a_silent_link() {
        let world = silent(World::healthy().small(), "leaf-01", "E1/49/1");
        let said_of = said(&LldpMissing, &world);
        assert_eq!(said_of.lines(), ["warning Connection/spine-01--fabric--leaf-01 (leaf-01/E1/49)"]);
        let field = said_of.findings[0].evidence[0].field.as_deref();
        assert_eq!(field, Some("status.state.interfaces[\"E1/49/1\"].lldpNeighbors"));
        // Both ends: one finding.
        let both = silent(world, "spine-01", "E1/1/1");
        assert_eq!(said(&LldpMissing, &both).lines(), ["warning Connection/spine-01--fabric--leaf-01 (spine-01/E1/1)"]);
        let gateway = silent(World::healthy().small(), "leaf-01", "E1/51/1");
        assert_eq!(
            said(&LldpMissing, &gateway).lines(),
            ["warning Connection/leaf-01--gateway--gateway-1 (leaf-01/E1/51)"]
        );
    }

    #[test]
    fn looks_like_it() {
        for world in [World::healthy().small(), World::older().small()] {
            assert_eq!(said(&LldpMissing, &world).lines(), Vec::<String>::new());
        }
        let world = silent(World::healthy().small(), "leaf-01", "E1/49/1");
        let young =
            world.clone().set("Agent/leaf-01", "/status/state/interfaces/E1~149~11/change", "2026-10-06T09:40:10Z");
        let down = world.clone().set("Agent/leaf-01", "/status/state/interfaces/E1~149~11/oper", "down");
        let far = world.set("Agent/spine-01", "/status/lastHeartbeat", "2026-10-06T09:20:00Z");
        // A gateway that does not speak LLDP at all; a server.
        let mute = silent(silent(World::healthy().small(), "leaf-01", "E1/51/1"), "leaf-02", "E1/51/1");
        let server = silent(World::healthy().small(), "leaf-01", "E1/3");
        for (name, world) in [("young", young), ("down", down), ("far", far), ("mute", mute), ("server", server)] {
            assert!(said(&LldpMissing, &world).findings.is_empty(), "{name}");
        }
    }

    #[test]
    fn not_checked_without_the_switches() {
        let bare = World::healthy().small().without("Agent");
        assert_eq!(said(&LldpMissing, &bare).not_checked, ["Agent objects of the switches"]);
    }
}
