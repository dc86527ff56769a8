//! A BFD session of a gateway is down while its BGP session is up.

use super::judgement::{self, Judgement, Verdict, View};
use crate::facts::Context;
use crate::finding::{Confidence, Evidence, Severity};
use crate::parse::command::BfdPeers;
use crate::rule::{Meta, Order, Outcome, Rule, Source};

/// See the metadata.
#[derive(Debug)]
pub(super) struct BfdDown;

static META: Meta = Meta {
    id: "bfd-session-down",
    reference: &["GW-BFD-DOWN"],
    title: "A BFD session of a gateway is down while BGP is up",
    severities: &[Severity::Warning, Severity::Info],
    needs: &[Source::GatewayAgents],
    uses: &[
        Source::ShowTech,
        Source::CaptureTime,
        Source::Gateways,
        Source::Connections,
        Source::Agents,
        Source::Nodes,
        Source::Pods,
        Source::Fabricator,
        Source::FrrBgpSummary,
        Source::FrrBfdPeers,
    ],
    explanation: "\
Compares FRR's `show bfd peers` with the BGP sessions: a configured neighbour whose BGP session is established in \
FRR's own summary should have BFD up where `config.fabricBFD` is on. The switch's own view of the BFD session is the \
other witness. With BGP down too, BFD is only evidence of that.

## Why it matters

Without BFD a broken link is noticed only by the BGP hold timer: failover takes minutes instead of a second.

## Not a fault

- BFD is off (`fabricBFD` false or absent)
- a high count of `fails` alone: it counts every down and every up since boot
- releases before BFD: dataplane before v0.10, switches before 26.02

## What to do

Compare both ends: `show bfd peers` on the gateway, `kubectl fabric inspect bfd` for the switch.",
    explains: &[],
    order: Order::Wiring,
};

impl Rule for BfdDown {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn check(&self, cx: &Context<'_>, out: &mut Outcome) {
        for judged in judgement::judge_all(cx) {
            let Some(gateway) = judged.gateway else { continue };
            let Some(agent) = gateway.agent() else { continue };
            let on = agent.spec.config.fabric_bfd;
            if !on || judged.live != Some(true) || gateway.dataplane_release().before(0, 10, 0) {
                continue;
            }
            let peers = gateway.bfd_peers();
            if peers.is_none() || gateway.bgp_summary().is_none() {
                let missing = if peers.is_none() { Source::FrrBfdPeers } else { Source::FrrBgpSummary };
                out.not_checked(gateway.agent_subject(), missing);
            }
            for view in judged.views.iter().filter(|view| view.verdict == Verdict::Up) {
                check(cx, out, &judged, view, peers);
            }
        }
    }
}

fn check(
    cx: &Context<'_>,
    out: &mut Outcome,
    judged: &Judgement<'_, '_>,
    view: &View<'_>,
    peers: Option<&crate::facts::Output<BfdPeers>>,
) {
    let frr_up = view.frr.filter(|frr| frr.up);
    let mut evidence: Vec<Evidence> = Vec::new();
    let mut words = String::new();
    let mut judged_at_all = false;
    if let (Some(peers), Some(frr)) = (peers, frr_up) {
        judged_at_all = true;
        let peer = view.address.parse().ok().and_then(|address| peers.value.peer(address));
        match peer {
            None if applied(judged) => {
                words = "not configured in FRR".into();
                evidence
                    .push(Evidence::absence("FRR `show bfd peers`", format!("no BFD session with {}", view.address)));
            }
            None => {}
            Some(peer) => {
                if let Some(status) = peer.status.as_ref().filter(|status| status.value != "up") {
                    words.clone_from(&status.value);
                    evidence.push(peers.evidence(status.span, "state of the BFD session").value(&*status.value));
                    let diagnostics = peer.diagnostics.as_ref().filter(|text| text.value != "ok");
                    evidence.extend(
                        diagnostics.map(|text| peers.evidence(text.span, "FRR's diagnostics").value(&*text.value)),
                    );
                }
            }
        }
        if !evidence.is_empty() {
            evidence.push(frr.evidence("while BGP over the same link is established"));
        }
    }
    let far = view.far.and_then(|far| {
        let (agent, key, peer) = cx.switch_bfd(view.link.as_ref()?)?;
        let expected = agent.spec.config.gateway_bfd && !agent.spec.config.disable_bfd;
        (expected && far.session.state == "established").then_some((agent, key, peer))
    });
    let mut from_switch = false;
    if let Some((agent, key, peer)) = far {
        judged_at_all = true;
        if !matches!(peer.state.as_str(), "" | "up") {
            from_switch = true;
            if words.is_empty() {
                words.clone_from(&peer.state);
            }
            evidence.push(agent.evidence(
                &["status", "state", "bfdPeers", "default", key, "state"],
                format!("the same BFD session as {} sees it", agent.name()),
            ));
        }
    }
    if words.is_empty() {
        if judged_at_all {
            out.pass();
        }
        return;
    }
    let severity = if judged.new { Severity::Info } else { Severity::Warning };
    let mut finding = out
        .finding(
            severity,
            judged.subject(view),
            format!("BFD of {} with {} is {words} while BGP is up", judged.name, view.words()),
        )
        .confidence(if evidence.len() > 1 { Confidence::Certain } else { Confidence::Likely })
        .detail(
            "Traffic flows, but a failure of this link would be noticed by the BGP hold timer only: failover takes \
             minutes instead of a second.",
        )
        .evidences(evidence)
        .keys(view.keys(judged.name))
        .run(
            "see BFD on the gateway",
            format!("kubectl exec -n fab ds/gw--{}--frr -c frr -- vtysh -c \"show bfd peers\"", judged.name),
        );
    if from_switch {
        finding = finding.reference("BFD-420");
    }
    if let Some(link) = view.link {
        finding = finding.run(
            format!("see the other end on {}", link.switch),
            format!("kubectl fabric inspect bfd --switch-name {}", link.switch),
        );
    }
    out.report(finding);
}

/// True if FRR runs the newest configuration: only then is a session that is not there not wanted by FRR.
fn applied(judged: &Judgement<'_, '_>) -> bool {
    judged.no_absence.is_none()
        && judged.gateway.and_then(|gateway| gateway.agent()).is_some_and(|agent| {
            let status = &agent.status;
            status.last_applied_gen == agent.meta.generation
                && status.state.frr.last_applied_gen == status.last_applied_gen
        })
}

#[cfg(test)]
mod tests {
    use hh_worlds::World;

    use super::BfdDown;
    use crate::testing::said;

    const PEERS: &str = "frr: show bfd peers";

    fn down() -> World {
        World::healthy().small().insight(
            "gateway-2",
            PEERS,
            "BFD Peers:\n\tpeer 172.30.128.12 vrf default\n\t\tStatus: up\n\
\tpeer 172.30.128.14 vrf default\n\t\tStatus: down\n\t\tDiagnostics: control detection time expired\n",
        )
    }

    #[test]
    fn bfd_alone_is_down() {
        let found = said(&BfdDown, &down());
        assert_eq!(found.lines(), ["warning GatewayAgent/gateway-2 (172.30.128.14)"]);
        assert_eq!(found.passed, 3);
        assert_eq!(found.findings[0].evidence[0].value.as_deref(), Some("down"));
        let switch =
            World::healthy().small().set("Agent/leaf-02", "/status/state/bfdPeers/default/172.30.128.15/state", "down");
        let found = said(&BfdDown, &switch);
        assert_eq!(found.lines(), ["warning GatewayAgent/gateway-2 (172.30.128.14)"]);
        assert_eq!(found.findings[0].reference, ["GW-BFD-DOWN", "BFD-420"]);
        let none = down().insight("gateway-2", PEERS, "BFD Peers:\n\tpeer 172.30.128.12 vrf default\n\t\tStatus: up\n");
        assert_eq!(said(&BfdDown, &none).lines(), ["warning GatewayAgent/gateway-2 (172.30.128.14)"]);
    }

    #[test]
    fn looks_like_it() {
        for world in [World::healthy().small(), World::older().small()] {
            assert_eq!(said(&BfdDown, &world).passed, 4);
        }
        // BGP is down too.
        let both = down()
            .set(
                "GatewayAgent/gateway-2",
                "/status/state/bgp/vrfs/default/neighbors/172.30.128.14/sessionState",
                "idle",
            )
            .insight_replace(
                "gateway-2",
                "frr: show bgp summary",
                "01w2d01h            6        1 N/A\n\nTotal",
                "00:10:00       Active        0 N/A\n\nTotal",
            )
            .insight_replace(
                "gateway-2",
                "frr: show bgp summary",
                "01w2d01h           18        7 N/A\n\nTotal",
                "00:10:00       Active        0 N/A\n\nTotal",
            );
        assert!(said(&BfdDown, &both).findings.is_empty());
        let off = down().unset("GatewayAgent/gateway-2", "/spec/config/fabricBFD");
        assert!(said(&BfdDown, &off).findings.is_empty());
        let fails =
            World::healthy().small().set("Agent/leaf-02", "/status/state/bfdPeers/default/172.30.128.15/fails", 12_000);
        assert!(said(&BfdDown, &fails).findings.is_empty());
    }

    #[test]
    fn not_checked_without_frr() {
        let world = World::healthy().small().insight_error("gateway-2", PEERS, "executable file not found");
        assert_eq!(said(&BfdDown, &world).not_checked, ["GatewayAgent gateway-2: FRR `show bfd peers`"]);
    }
}
