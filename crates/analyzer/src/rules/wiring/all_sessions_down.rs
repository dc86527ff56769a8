//! No BGP session of a gateway is up.

use std::collections::BTreeSet;

use super::judgement::{self, Judgement, Verdict};
use crate::facts::Context;
use crate::finding::{Confidence, Key, KeyKind, Severity};
use crate::rule::{Meta, Order, Outcome, Relation, Rule};
use crate::rules::relations::LOST_SESSIONS;

/// See the metadata.
#[derive(Debug)]
pub(super) struct AllSessionsDown;

static META: Meta = Meta {
    id: "bgp-all-sessions-down",
    reference: &["GW-BGP-ALLDOWN", "S6", "S15"],
    title: "No BGP session of a gateway is up",
    severities: &[Severity::Critical, Severity::Info],
    needs: &[],
    uses: judgement::USES,
    explanation: "\
Looks at all configured BGP neighbours of a gateway together. If none is established, in the status, in FRR or at the \
switches, the gateway is cut off from the fabric: one finding instead of one per neighbour.

## Why it matters

The leaves withdraw the gateway's routes; another member of its groups should take over.

## Not a fault

- a gateway that is being installed (`info`)
- a silent gateway of which only one of several switches is captured: the confidence is lower
- a status without entries that nothing confirms: that is `bgp-session-missing`

## What to do

Look at what all its links have in common: the node, FRR, the AS number of the gateway. Then at each link.",
    explains: &[LOST_SESSIONS, Relation { effects: &["GW-BFD-DOWN", "BFD-420"], join: &[KeyKind::Neighbour] }],
    order: Order::Wiring,
};

impl Rule for AllSessionsDown {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn check(&self, cx: &Context<'_>, out: &mut Outcome) {
        for judged in judgement::judge_all(cx) {
            if judged.all_down() {
                report(cx, out, &judged);
            } else if judged.up() > 0 {
                out.pass();
            }
        }
    }
}

fn report(cx: &Context<'_>, out: &mut Outcome, judged: &Judgement<'_, '_>) {
    let severity = if judged.new { Severity::Info } else { Severity::Critical };
    let unseen = judged.views.iter().filter(|view| !view.is_lost()).count();
    let title = match unseen {
        0 => format!("none of the {} BGP sessions of {} is up", judged.views.len(), judged.name),
        _ => format!("no BGP session of {} that can be seen is up, {unseen} cannot be seen", judged.name),
    };
    let names: Vec<String> = judged.views.iter().map(judgement::View::words).collect();
    let missing = judged.views.iter().filter(|view| view.verdict == Verdict::Missing).count();
    let never = if missing == 0 { String::new() } else { format!(" {missing} of them never came up.") };
    let new = if judged.new { " The gateway is being installed." } else { "" };
    let mut finding = out
        .finding(severity, judged.agent_subject(), title)
        .confidence(if judged.live == Some(false) { Confidence::Likely } else { Confidence::Certain })
        .detail(format!(
            "Configured neighbours: {}.{never} The fabric does not reach the gateway; the groups that it serves depend \
             on their other members.{new}",
            names.join(", ")
        ))
        .key(Key::Gateway(judged.name.into()));
    for view in &judged.views {
        finding = finding.evidences(view.evidence(judged.bgp.as_ref(), judged.name));
        if view.far.is_some_and(|far| far.is_down()) {
            finding = finding.reference("BGP-403");
        }
    }
    // One broken link explains all sessions only if the others have none that works.
    let link_works = |view: &judgement::View<'_>| {
        view.link.and_then(|link| cx.switch_port(link.switch, link.port)).is_some_and(|port| port.is_up())
    };
    let unexplained = judged.views.iter().any(link_works);
    for view in judged.views.iter().filter(|view| !unexplained || link_works(view)) {
        finding = finding.keys(view.keys(judged.name));
    }
    let switches: BTreeSet<&str> = judged.views.iter().filter_map(|view| Some(view.link?.switch)).collect();
    out.report(judgement::steps(finding, judged.name, &switches));
}

#[cfg(test)]
mod tests {
    use hh_worlds::{World, json};

    use super::AllSessionsDown;
    use crate::testing::said;

    const BGP: &str = "/status/state/bgp/vrfs/default/neighbors";
    const SUMMARY: &str = "frr: show bgp summary";

    fn idle() -> World {
        World::healthy()
            .small()
            .set("GatewayAgent/gateway-2", &format!("{BGP}/172.30.128.12/sessionState"), "idle")
            .set("GatewayAgent/gateway-2", &format!("{BGP}/172.30.128.14/sessionState"), "idle")
            .insight_error("gateway-2", SUMMARY, "exec failed")
    }

    #[test]
    fn every_session_is_lost() {
        let said = said(&AllSessionsDown, &idle());
        assert_eq!(said.lines(), ["critical GatewayAgent/gateway-2"]);
        assert_eq!(said.passed, 1);
        let evidence = &said.findings[0].evidence[0];
        assert_eq!(evidence.value.as_deref(), Some("idle"));
        assert!(evidence.line.is_some());
    }

    #[test]
    fn a_status_without_bgp_and_frr_that_confirms_it() {
        let summary = "IPv4 Unicast Summary:\nBGP router identifier 172.30.8.4, local AS number 65534 VRF default vrf-id 0\n\n\
Neighbor        V         AS   MsgRcvd   MsgSent   TblVer  InQ OutQ  Up/Down State/PfxRcd   PfxSnt Desc\n\
172.30.128.12   4      65101         0        12        0    0    0    never       Active        0 N/A\n\
172.30.128.14   4      65102         0        12        0    0    0    never      Connect        0 N/A\n\nTotal number of neighbors 2\n";
        let world = World::healthy().small().unset("GatewayAgent/gateway-2", "/status/state/bgp").insight(
            "gateway-2",
            SUMMARY,
            summary,
        );
        assert_eq!(said(&AllSessionsDown, &world).lines(), ["critical GatewayAgent/gateway-2"]);
    }

    #[test]
    fn switches_stand_for_a_silent_gateway() {
        let far = |switch: &str, address: &str| {
            (format!("Agent/{switch}"), format!("/status/state/bgpNeighbors/default/{address}/state"))
        };
        let mut world = World::healthy().small().without_insights().set(
            "GatewayAgent/gateway-2",
            "/status/lastHeartbeat",
            "2026-10-06T08:40:00Z",
        );
        for (switch, address) in [("leaf-01", "172.30.128.13"), ("leaf-02", "172.30.128.15")] {
            let (agent, pointer) = far(switch, address);
            world = world.set(&agent, &pointer, "active");
        }
        let all = said(&AllSessionsDown, &world);
        assert_eq!(all.lines(), ["critical GatewayAgent/gateway-2"]);
        assert!(all.findings[0].reference.contains(&"BGP-403".to_owned()));
        // Without the gateway's status it is the same finding, with one of the switches alone, too.
        assert_eq!(said(&AllSessionsDown, &world.clone().without("GatewayAgent")).lines(), all.lines());
        let one = said(&AllSessionsDown, &world.clone().delete("Agent/leaf-01"));
        assert_eq!(one.lines(), all.lines());
        assert!(one.findings[0].title.contains("1 cannot be seen"));
        // One switch and no status: nothing is known of the other session.
        assert!(said(&AllSessionsDown, &world.without("GatewayAgent").delete("Agent/leaf-01")).findings.is_empty());
    }

    #[test]
    fn looks_like_it() {
        assert_eq!(said(&AllSessionsDown, &World::healthy().small()).passed, 2);
        // One of two.
        let one = World::healthy().small().set(
            "GatewayAgent/gateway-2",
            &format!("{BGP}/172.30.128.12/sessionState"),
            "idle",
        );
        assert!(said(&AllSessionsDown, &one).findings.is_empty());
        // FRR has both sessions up for days: the status is frozen.
        let frozen = World::healthy()
            .small()
            .set("GatewayAgent/gateway-2", &format!("{BGP}/172.30.128.12/sessionState"), "idle")
            .set("GatewayAgent/gateway-2", &format!("{BGP}/172.30.128.14/sessionState"), "idle");
        assert!(said(&AllSessionsDown, &frozen).findings.is_empty());
        // A gateway that is being installed.
        let pods = [idle().pod("gateway-2", "dataplane"), idle().pod("gateway-2", "frr")];
        let new = idle()
            .set("Gateway/gateway-2", "/metadata/creationTimestamp", "2026-10-06T09:39:00Z")
            .delete(&format!("Pod/{}", pods[0]))
            .delete(&format!("Pod/{}", pods[1]));
        assert_eq!(said(&AllSessionsDown, &new).lines(), ["info GatewayAgent/gateway-2"]);
        // Keys of an unknown form.
        let unknown = World::healthy()
            .small()
            .set("GatewayAgent/gateway-2", BGP, json!({"leaf-01": {"sessionState": "idle"}}))
            .insight_error("gateway-2", SUMMARY, "exec failed");
        assert!(said(&AllSessionsDown, &unknown).findings.is_empty());
    }
}
