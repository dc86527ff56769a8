//! A configured BGP neighbour never came up.

use std::collections::BTreeSet;

use super::judgement::{self, Judgement, NoAbsence, Verdict, View};
use crate::facts::{BgpSessions, Context, Gw};
use crate::finding::{Confidence, Severity};
use crate::rule::{Meta, Order, Outcome, Rule, Source};
use crate::rules::relations::LOST_SESSIONS;

/// See the metadata.
#[derive(Debug)]
pub(super) struct SessionMissing;

static META: Meta = Meta {
    id: "bgp-session-missing",
    reference: &["GW-BGP-MISSING", "S6"],
    title: "A configured BGP neighbour was never established",
    severities: &[Severity::Error, Severity::Info],
    needs: &[],
    uses: judgement::USES,
    explanation: "\
The status lists a neighbour only once its session has been up. This rule compares `spec.gateway.neighbors` with the \
entries of `status.state.bgp.vrfs.default.neighbors`: a configured neighbour without an entry was never established \
since the dataplane started. So \"all sessions that are listed are established\" does not mean that all are up.

A status without any entry is one finding: either no session ever came up, or the dataplane does not receive FRR's \
BMP stream. FRR's own `show bgp summary` tells which.

Where the status is not captured, or is history, the switch at the other end tells: a session that it has never seen \
established.

## Why it matters

The gateway does not use that link at all.

## Not a fault

- a gateway or FRR that started less than 2 minutes ago, a configuration applied less than 2 minutes ago
- FRR without a configuration yet (`state.frr.lastAppliedGen` 0)
- neighbour keys of an unknown form: not checked

## What to do

`show bgp summary` on the gateway, then cabling, addresses and AS numbers on both ends.",
    explains: &[LOST_SESSIONS],
    order: Order::Wiring,
};

impl Rule for SessionMissing {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn check(&self, cx: &Context<'_>, out: &mut Outcome) {
        let mut without_agent = false;
        for judged in judgement::judge_all(cx) {
            without_agent |= judged.bgp.is_none();
            if judged.all_down() || judged.views.is_empty() {
                continue;
            }
            let (Some(gateway), Some(bgp)) = (judged.gateway, judged.bgp.as_ref()) else {
                told_by_switch(out, &judged);
                continue;
            };
            if judged.no_absence.is_some() {
                told_by_switch(out, &judged);
            }
            match &judged.no_absence {
                None if !bgp.reported => no_entry_at_all(out, &judged, &gateway, bgp),
                None => {
                    for view in &judged.views {
                        if view.verdict == Verdict::Missing { missing(out, &judged, view) } else { out.pass() }
                    }
                }
                Some(NoAbsence::TooEarly) => {}
                Some(NoAbsence::Untold(why)) => out.cannot_tell(gateway.agent_subject(), why.clone()),
                Some(NoAbsence::NoClock) => out.not_checked(gateway.agent_subject(), Source::CaptureTime),
            }
        }
        if without_agent && !cx.captured(Source::GatewayAgents) {
            out.not_checked_at_all(Source::GatewayAgents);
        }
    }
}

/// Sessions of a gateway whose status tells nothing, which the switch has never seen up.
fn told_by_switch(out: &mut Outcome, judged: &Judgement<'_, '_>) {
    for view in judged.views.iter().filter(|view| view.verdict == Verdict::Missing) {
        missing(out, judged, view);
    }
}

fn missing(out: &mut Outcome, judged: &Judgement<'_, '_>, view: &View<'_>) {
    // A gateway that is being installed has no sessions yet.
    let severity = if judged.new { Severity::Info } else { Severity::Error };
    let by_switch = judged.no_absence.is_some();
    let sure = judged.live == Some(true) || by_switch;
    let detail = if by_switch {
        "FRR, or the switch at the other end, has never seen the session established since it started."
    } else {
        "The neighbour is configured, but the status has no entry for it: the session has not come up once since the \
         dataplane started. The other sessions carry the traffic."
    };
    let mut finding = out
        .finding(
            severity,
            judged.subject(view),
            format!("BGP session of {} with {} was never established", judged.name, view.words()),
        )
        .confidence(if sure { Confidence::Certain } else { Confidence::Likely })
        .detail(detail)
        .evidences(view.evidence(judged.bgp.as_ref(), judged.name))
        .keys(view.keys(judged.name));
    if view.far.is_some_and(|far| far.is_down()) {
        finding = finding.reference("BGP-403");
    }
    let switches: BTreeSet<&str> = view.link.iter().map(|link| link.switch).collect();
    out.report(judgement::steps(finding, judged.name, &switches));
}

/// The status has no entry of any neighbour.
fn no_entry_at_all(out: &mut Outcome, judged: &Judgement<'_, '_>, gateway: &Gw<'_, '_>, bgp: &BgpSessions<'_>) {
    let up = judged.views.iter().filter(|view| view.frr.is_some_and(|frr| frr.up)).count();
    let (title, detail) = if up > 0 {
        (
            format!("{} does not report its BGP sessions although {up} of {} are up", judged.name, judged.views.len()),
            "FRR has the sessions, the status has no entry: the dataplane does not receive FRR's BMP stream. Routing \
             works; what the status says of BGP is worth nothing until that is repaired.",
        )
    } else {
        (
            format!("{} reports none of its {} BGP sessions", judged.name, judged.views.len()),
            "The status has no entry for any configured neighbour: either no session ever came up since the dataplane \
             started, or the dataplane does not receive FRR's BMP stream. FRR's own summary would tell; it is not \
             captured.",
        )
    };
    let confidence = if up > 0 { Confidence::Certain } else { Confidence::Likely };
    let mut finding = out
        .finding(Severity::Error, gateway.agent_subject(), title)
        .confidence(confidence)
        .detail(detail)
        .key(gateway.key());
    for view in &judged.views {
        if let Some(index) = view.configured {
            finding = finding.evidence(bgp.neighbour_evidence(index, "configured, but without an entry in the status"));
        }
        if let Some(frr) = view.frr {
            finding = finding.evidence(frr.evidence("FRR's own view"));
        }
        // Where BMP alone is broken no link explains it.
        if up == 0 {
            finding = finding.keys(view.keys(judged.name));
        }
    }
    out.report(judgement::steps(finding, judged.name, &BTreeSet::new()));
}

#[cfg(test)]
mod tests {
    use hh_worlds::{World, json};

    use super::SessionMissing;
    use crate::testing::said;

    const BGP: &str = "/status/state/bgp/vrfs/default/neighbors";
    const SUMMARY: &str = "frr: show bgp summary";

    fn silent() -> World {
        World::healthy().small().insight_error("gateway-2", SUMMARY, "exec failed")
    }

    #[test]
    fn one_of_two_has_no_entry() {
        let world = silent().unset("GatewayAgent/gateway-2", &format!("{BGP}/172.30.128.14"));
        let said = said(&SessionMissing, &world);
        assert_eq!(said.lines(), ["error GatewayAgent/gateway-2 (172.30.128.14)"]);
        assert_eq!(said.passed, 3);
        let evidence = &said.findings[0].evidence[0];
        assert_eq!(evidence.field.as_deref(), Some("spec.gateway.neighbors[1].ip"));
        assert_eq!(evidence.value.as_deref(), Some("172.30.128.14"));
    }

    #[test]
    fn no_entry_at_all() {
        let world = silent().unset("GatewayAgent/gateway-2", "/status/state/bgp");
        let found = said(&SessionMissing, &world);
        assert_eq!(found.lines(), ["error GatewayAgent/gateway-2"]);
        assert_eq!(found.findings[0].confidence, "likely");
        // FRR has them: the stream from FRR is broken.
        let world = World::healthy().small().unset("GatewayAgent/gateway-2", "/status/state/bgp");
        let found = said(&SessionMissing, &world);
        assert!(found.findings[0].title.contains("although 2 of 2 are up"), "{:?}", found.findings[0].title);
    }

    #[test]
    fn looks_like_it() {
        for world in [World::healthy().small(), World::older().small()] {
            assert_eq!(said(&SessionMissing, &world).passed, 4);
        }
        let gone = || silent().unset("GatewayAgent/gateway-2", &format!("{BGP}/172.30.128.14"));
        for (pointer, value) in [
            ("/status/lastAppliedTime", json!("2026-10-06T09:40:00Z")),
            ("/status/state/frr/lastAppliedGen", json!(0)),
            ("/status/lastHeartbeat", json!("2026-10-06T09:20:00Z")),
        ] {
            let world = gone().set("GatewayAgent/gateway-2", pointer, value);
            assert!(said(&SessionMissing, &world).findings.is_empty(), "{pointer}");
        }
        let pod = gone().pod("gateway-2", "frr");
        let started = gone().edit(&format!("Pod/{pod}"), |pod| {
            for status in pod["status"]["containerStatuses"].as_array_mut().unwrap() {
                status["state"]["running"]["startedAt"] = json!("2026-10-06T09:40:30Z");
            }
        });
        assert!(said(&SessionMissing, &started).findings.is_empty());
    }

    #[test]
    fn keys_of_other_forms() {
        let debug = |copy: &str, id: &str, asn: u32, address: &str| {
            format!(
                "GlobalInstancePeer {{ ipv6: false, post_policy: {copy}, asn2: false, adj_rib_out: false }}-{id}-{asn}-{address}-no-rd"
            )
        };
        let entry = json!({"sessionState": "established"});
        let world = silent().set("GatewayAgent/gateway-2", "/status/state/bgp/vrfs", json!({
            "default": {"neighbors": {
                debug("false", "172.30.8.1", 65101, "172.30.128.12"): entry,
                debug("true", "172.30.8.1", 65101, "172.30.128.12"): {"enabled": true},
                debug("false", "172.30.8.2", 65102, "172.30.128.14"): entry,
                debug("true", "172.30.8.2", 65102, "172.30.128.14"): {"enabled": true},
            }},
            "loc-rib": {"neighbors": {"LocRibInstancePeer { filtered: false }-172.30.8.4-65534-none-no-rd": {"enabled": true}}},
        }));
        let said_of = said(&SessionMissing, &world);
        assert_eq!((said_of.lines(), said_of.passed), (vec![], 4));
        let unknown = silent().set("GatewayAgent/gateway-2", BGP, json!({"leaf-01": entry}));
        let said_of = said(&SessionMissing, &unknown);
        assert!(said_of.findings.is_empty());
        assert_eq!(said_of.not_checked, ["GatewayAgent gateway-2: unknown neighbour key"]);
    }

    #[test]
    fn the_switch_alone() {
        let at = "/status/state/bgpNeighbors/default/172.30.128.15";
        let world = World::healthy().small().delete("GatewayAgent/gateway-2").delete("Gateway/gateway-2");
        let never = json!({"state": "active", "enabled": true, "lastEstab": null, "peerAS": 65534});
        let found = said(&SessionMissing, &world.without_insights().set("Agent/leaf-02", at, never));
        assert_eq!(found.lines(), ["error GatewayAgent/gateway-2 (172.30.128.14)"]);
        assert_eq!(found.findings[0].reference, ["GW-BGP-MISSING", "S6", "BGP-403"]);
        assert_eq!(found.findings[0].evidence[0].value.as_deref(), Some("active"));
    }

    #[test]
    fn not_checked_without_the_agents() {
        let said = said(&SessionMissing, &World::healthy().small().without("GatewayAgent"));
        assert_eq!(said.not_checked, ["GatewayAgent objects"]);
    }
}
