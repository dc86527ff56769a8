//! A link between two switches is down.

use super::down;
use super::ends::{self, Alive, End};
use super::mismatch;
use crate::facts::{Context, FabricLink};
use crate::finding::{Key, Severity};
use crate::model::wiring::ConnectionKind;
use crate::rule::{Domain, Meta, Order, Outcome, Rule, Source};
use crate::rules::relations::BROKEN_LINK;

/// See the metadata.
#[derive(Debug)]
pub(super) struct FabricLinkDown;

static META: Meta = Meta {
    id: "fabric-link-down",
    reference: &["LINK-201", "LINK-205", "LINK-207", "LINK-210", "LINK-212", "LINK-215"],
    title: "A link between two switches is down",
    severities: &[Severity::Critical, Severity::Error, Severity::Warning, Severity::Info],
    needs: &[Source::Agents],
    uses: &[Source::Connections, Source::CaptureTime],
    explanation: "\
Looks at both ports of every link of the Connections of type `fabric` and `mesh`. If either is down, both ends are \
searched for the reason: shut by hand or after flaps, no module, a module that does not work or does not send, no \
light, too little light, different speed or FEC.

## Why it matters

The link carries an underlay BGP session and a share of the traffic between the switches. The others take it over, with \
less capacity. A leaf that loses its last link to the fabric loses all traffic.

## Not a fault

- ports in no Connection
- a switch whose heartbeat is older than 180 s: its state is a snapshot and is not judged; the other end is
- a switch that was never provisioned (`info`), or that booted less than 15 minutes ago (`warning`)
- a port that is shut while the switch has not applied its newest configuration

## What to do

Look at the modules and the cable on both ends, the blamed port first.",
    explains: BROKEN_LINK,
    order: Order::Wiring,
};

impl Rule for FabricLinkDown {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn domain(&self) -> Domain {
        Domain::Fabric
    }

    fn check(&self, cx: &Context<'_>, out: &mut Outcome) {
        let topology = cx.topology();
        let alive = Alive::new(cx, &topology, |_| false);
        for link in &topology.links {
            if !matches!(link.kind, ConnectionKind::Fabric | ConnectionKind::Mesh) {
                continue;
            }
            let ends = ends::ends(cx, link);
            let part = || link.subject().part(link.link.a.device.to_owned() + "/" + link.link.a.port);
            if let Some(why) = ends::untold(&ends) {
                ends::say_untold(out, part(), why);
            } else if !ends.iter().any(End::is_down) {
                out.pass();
            } else if let Some(end) = ends.iter().find(|end| end.is_pending()) {
                out.cannot_tell(part(), format!("{} has not applied its newest configuration yet", end.end.device));
            } else {
                report(cx, out, &alive, link, &ends);
            }
        }
    }
}

fn report<'b>(cx: &Context<'b>, out: &mut Outcome, alive: &Alive<'b>, link: &FabricLink<'b>, ends: &[End<'b>]) {
    let mut reasons = ends::reasons(ends, link.kind);
    reasons.extend(mismatch::between(ends));
    reasons.sort_by_key(|shown| shown.sign.rank());
    let isolated: Vec<&str> = ends
        .iter()
        .filter(|end| end.agent.is_some_and(|agent| agent.spec.role != "spine"))
        .map(|end| end.end.device)
        .filter(|leaf| !alive.has_uplink(leaf))
        .collect();
    let booting = ends.iter().find(|end| end.agent.is_some_and(|agent| ends::is_booting(cx, agent)));
    let new = ends.iter().find(|end| ends::is_new(cx, end.end.device));
    let severity = if new.is_some() {
        Severity::Info
    } else if booting.is_some() {
        Severity::Warning
    } else if isolated.is_empty() {
        Severity::Error
    } else {
        Severity::Critical
    };
    let title = format!("link {} is down{}", link.words(), down::because(&reasons));
    let part = down::blamed(ends, &reasons);
    let evidence = down::proof(cx, ends, &mut reasons);
    let mut detail = match isolated.first() {
        Some(leaf) => format!("{leaf} has no other link to the fabric that is up: its traffic is lost."),
        None => "The other links of the two switches carry the traffic, with less capacity and redundancy.".to_owned(),
    };
    detail.push_str(" BGP and BFD of this link cannot work while it is down.");
    if let Some(end) = new {
        detail.push_str(&format!(" {} was never provisioned.", end.end.device));
    } else if let Some(end) = booting {
        detail.push_str(&format!(" {} has booted a short while ago.", end.end.device));
    }
    let mut finding = out
        .finding(severity, link.subject().part(part), title)
        .detail(detail)
        .evidences(evidence)
        .evidence(link.evidence(&[link.link.a.key, "port"], "the Connection names these ports"))
        .keys(link.keys());
    if let [a, b] = ends
        && !alive.has_link(a.end.device, b.end.device)
    {
        finding = finding.key(Key::devices(a.end.device, b.end.device));
    }
    finding = down::named(finding, "LINK-201", &reasons);
    out.report(down::steps(finding, link, ends, &reasons));
}

#[cfg(test)]
mod tests {
    use hh_worlds::{World, json};

    use super::FabricLinkDown;
    use crate::testing::{analysis, said};

    const LEAF: &str = "/status/state/interfaces/E1~149~11";
    const SPINE: &str = "/status/state/interfaces/E1~11~11";
    const CONNECTION: &str = "error Connection/spine-01--fabric--leaf-01";

    /// The cable between spine-01/E1/1 and leaf-01/E1/49 is cut.
    fn cut() -> World {
        let dark = json!({"in": -40.0, "out": 0.2, "bias": 6.5});
        let lanes = json!({"1": dark, "2": dark, "3": dark, "4": dark});
        World::healthy()
            .small()
            .set("Agent/leaf-01", &format!("{LEAF}/oper"), "down")
            .unset("Agent/leaf-01", &format!("{LEAF}/lldpNeighbors"))
            .set("Agent/leaf-01", "/status/state/transceivers/E1~149/channels", lanes.clone())
            .set("Agent/spine-01", &format!("{SPINE}/oper"), "down")
            .unset("Agent/spine-01", &format!("{SPINE}/lldpNeighbors"))
            .set("Agent/spine-01", "/status/state/transceivers/E1~11/channels", lanes)
    }

    #[test]
    fn a_cable_is_cut() {
        let said = said(&FabricLinkDown, &cut());
        assert_eq!(said.lines(), [format!("{CONNECTION} (spine-01/E1/1)")]);
        assert_eq!(said.passed, 3);
        let finding = &said.findings[0];
        assert_eq!(finding.reference, ["LINK-201", "LINK-210"]);
        assert_eq!(finding.title, "link spine-01/E1/1 - leaf-01/E1/49 is down: it receives no light (spine-01/E1/1)");
        let fields: Vec<_> = finding.evidence.iter().filter_map(|e| e.field.as_deref()).collect();
        assert_eq!(fields[0], "status.state.interfaces[\"E1/1/1\"].oper");
        assert_eq!(fields[1], "status.state.interfaces[\"E1/49/1\"].oper");
        assert_eq!(fields[2], "status.state.transceivers[\"E1/1\"].channels[1].in");
        assert_eq!(finding.evidence[0].value.as_deref(), Some("down"));
        let report = analysis(&cut(), &crate::Options::default()).report;
        let roots: Vec<&str> = report.root_causes.iter().map(|root| root.rule.as_str()).collect();
        assert_eq!(roots, ["fabric-link-down"]);
    }

    #[test]
    fn one_end_tells_why() {
        // The far module does not send: this end is dark, that end is the reason.
        let lanes = json!({"1": {"in": -0.5, "out": -40.0}, "2": {"in": -0.5, "out": -40.0}});
        let world = cut().set("Agent/leaf-01", "/status/state/transceivers/E1~149/channels", lanes);
        let said_of = said(&FabricLinkDown, &world);
        assert_eq!(said_of.lines(), [format!("{CONNECTION} (leaf-01/E1/49)")]);
        assert_eq!(said_of.findings[0].reference, ["LINK-201", "LINK-212", "LINK-210"]);
        // The blamed end comes first.
        let first = said_of.findings[0].evidence[0].field.as_deref();
        assert_eq!(first, Some("status.state.interfaces[\"E1/49/1\"].oper"));
        // Shut by hand on the spine.
        let world = cut().set("Agent/spine-01", &format!("{SPINE}/admin"), "down");
        let said_of = said(&FabricLinkDown, &world);
        assert_eq!(said_of.lines(), [format!("{CONNECTION} (spine-01/E1/1)")]);
        assert_eq!(said_of.findings[0].reference, ["LINK-201", "LINK-207", "LINK-210"]);
        // Shut after flaps.
        let world = cut().set("Agent/leaf-01", &format!("{LEAF}/errDisabled"), true).set(
            "Agent/leaf-01",
            "/spec/switch/linkFlapErrDisable",
            json!({"recoveryInterval": 0}),
        );
        let said_of = said(&FabricLinkDown, &world);
        assert_eq!(said_of.findings[0].reference[..2], ["LINK-201", "LINK-205"]);
        let fields = || said_of.findings[0].evidence.iter().filter_map(|evidence| evidence.field.as_deref());
        assert!(fields().any(|field| field == "spec.switch.linkFlapErrDisable.recoveryInterval"));
        // Ends with different FEC.
        let world = World::healthy()
            .small()
            .set("Agent/leaf-01", &format!("{LEAF}/oper"), "down")
            .set("Agent/spine-01", &format!("{SPINE}/oper"), "down")
            .set("Agent/spine-01", &format!("{SPINE}/fec"), "FEC_DISABLED");
        assert_eq!(said(&FabricLinkDown, &world).findings[0].reference, ["LINK-201", "LINK-217"]);
    }

    #[test]
    fn the_last_uplink() {
        let world = cut().set("Agent/leaf-01", "/status/state/interfaces/E1~150~11/oper", "down").set(
            "Agent/spine-01",
            "/status/state/interfaces/E1~12~11/oper",
            "down",
        );
        let said = said(&FabricLinkDown, &world);
        let connection = "critical Connection/spine-01--fabric--leaf-01";
        assert_eq!(said.lines().len(), 2);
        assert!(said.lines().iter().all(|line| line.starts_with(connection)), "{:?}", said.lines());
    }

    #[test]
    fn a_switch_that_is_off_booting_or_new() {
        // Only the fresh end counts.
        let off = cut().set("Agent/spine-01", "/status/lastHeartbeat", "2026-10-06T09:20:00Z").set(
            "Agent/spine-01",
            &format!("{SPINE}/oper"),
            "up",
        );
        assert_eq!(said(&FabricLinkDown, &off).lines(), [format!("{CONNECTION} (leaf-01/E1/49)")]);
        let old = off.set("Agent/leaf-01", "/status/lastHeartbeat", "2026-10-06T09:20:00Z");
        let said_of = said(&FabricLinkDown, &old);
        assert!(said_of.findings.is_empty(), "{said_of:?}");
        assert_eq!(said_of.not_checked.len(), 2);
        let booted =
            cut().set("Agent/spine-01", "/status/state/nos/uptime", "09:41:06 up 3 min,  0 users,  load average: 5");
        assert_eq!(said(&FabricLinkDown, &booted).findings[0].severity, "warning");
        let new = cut().set("Agent/spine-01", "/status", json!({}));
        assert_eq!(said(&FabricLinkDown, &new).findings[0].severity, "info");
        // Nor is there an Agent yet.
        assert_eq!(said(&FabricLinkDown, &cut().delete("Agent/spine-01")).findings[0].severity, "info");
    }

    #[test]
    fn looks_like_it() {
        for world in [World::healthy().small(), World::older().small(), World::healthy().small().without("Connection")]
        {
            let said = said(&FabricLinkDown, &world);
            assert_eq!((said.lines(), said.passed), (vec![], 4));
        }
        // A port in no Connection.
        let unused = World::healthy().small().set("Agent/leaf-01", "/status/state/interfaces/E1~153~11/oper", "down");
        assert!(said(&FabricLinkDown, &unused).findings.is_empty());
        // Shut, but the configuration is not applied yet.
        let pending = cut().set("Agent/spine-01", &format!("{SPINE}/admin"), "down").set(
            "Agent/spine-01",
            "/metadata/generation",
            4,
        );
        let said_of = said(&FabricLinkDown, &pending);
        assert!(said_of.findings.is_empty() && said_of.not_checked.len() == 1);
    }

    #[test]
    fn not_checked_without_the_switches() {
        assert_eq!(
            said(&FabricLinkDown, &World::healthy().small().without("Agent")).not_checked,
            ["Agent objects of the switches"]
        );
    }
}
