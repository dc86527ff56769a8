//! The AS numbers of the two ends of a session do not agree.

use super::view::{self, Fabric};
use crate::facts::{Context, EndView, FabricSession, FabricSessionKind, Gateway, SessionEnd, same_address};
use crate::finding::{Confidence, Evidence, KeyKind, Severity};
use crate::parse::log::literals::bgp;
use crate::rule::{Domain, Meta, Order, Outcome, Relation, Rule, Source};
use crate::rules::relations::GATEWAY_SESSIONS;

/// See the metadata.
#[derive(Debug)]
pub(super) struct AsNumber;

static META: Meta = Meta {
    id: "switch-asn-mismatch",
    reference: &["BGP-409"],
    title: "The AS numbers of a BGP session do not agree",
    severities: &[Severity::Error],
    needs: &[Source::Agents],
    uses: &[
        Source::CaptureTime,
        Source::Connections,
        Source::Switches,
        Source::SwitchProfiles,
        Source::Externals,
        Source::ExternalAttachments,
        Source::Gateways,
        Source::FrrLog,
    ],
    explanation: "\
The plan gives every neighbour an AS number: that of the peer switch, `config.gatewayASN` for gateways, \
`neighbor.asn` of the attachment for Externals. This rule compares it with `peerAS` of the session, and with `localAS` \
that the other switch reports. A session with a gateway or an External that is down after several BGP notifications \
probably has the same fault, where nothing shows that the numbers agree.

## Why it matters

A session whose AS numbers differ never comes up: `OPEN Message Error/Bad Peer AS`.

## Not a fault

- `peerAS` 0 or absent: not known, or never up
- a switch that has not applied its newest configuration
- a gateway whose own AS number or neighbour is wrong: that finding explains this one

## What to do

Correct the AS number on the side that is wrong; the plan is in the Switch, the Fabricator or the attachment.",
    explains: &[
        Relation { effects: &["BGP-401"], join: &[KeyKind::Port] },
        Relation { effects: &["BGP-402"], join: &[KeyKind::Devices] },
        Relation { effects: &["BGP-404"], join: &[KeyKind::Attachment] },
        GATEWAY_SESSIONS,
    ],
    order: Order::Wiring,
};

/// What is wrong with a session.
struct Mismatch {
    title: String,
    detail: String,
    confidence: Confidence,
    evidence: Vec<Evidence>,
}

impl Rule for AsNumber {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn domain(&self) -> Domain {
        Domain::Fabric
    }

    fn check(&self, cx: &Context<'_>, out: &mut Outcome) {
        let fabric = Fabric::of(cx);
        for session in &fabric.sessions.all {
            let wrong = session.ends().find_map(|end| planned(session, end).map(|wrong| (end, wrong)));
            let wrong = wrong.or_else(|| {
                let refused = refused(cx, session).filter(|_| fabric.port_is_up(cx, session))?;
                Some((&session.near, refused))
            });
            match wrong {
                Some((end, wrong)) => {
                    let finding = out
                        .finding(Severity::Error, end.subject(), wrong.title)
                        .confidence(wrong.confidence)
                        .detail(wrong.detail)
                        .evidences(wrong.evidence)
                        .evidences(view::evidence(session))
                        .evidences(view::attachment_evidence(cx, session))
                        .keys(session.keys())
                        .run("see the session", format!("kubectl fabric inspect bgp --switch-name {}", end.switch));
                    out.report(finding);
                }
                None if session.ends().any(|end| end.entry.is_some_and(|entry| entry.peer_as != 0)) => out.pass(),
                None => {}
            }
        }
    }
}

/// True if the end tells of now, and the switch runs its newest configuration.
fn is_settled(end: &SessionEnd<'_>) -> bool {
    matches!(end.view, EndView::Up | EndView::Down | EndView::Unset)
        && end.agent.is_some_and(|agent| agent.meta.generation == agent.status.last_applied_gen)
}

/// The end talks to an AS number that is not the planned one, or the other switch has another.
fn planned(session: &FabricSession<'_>, end: &SessionEnd<'_>) -> Option<Mismatch> {
    let planned = end.planned?;
    let entry = end.entry.filter(|_| is_settled(end))?;
    let near = end.switch == session.near.switch;
    let (other, far) =
        if near { (session.peer, session.far.as_ref()) } else { (session.near.switch, Some(&session.near)) };
    let own = far.filter(|far| is_settled(far) && end.view != EndView::Up);
    let own = own.and_then(|far| Some((far, far.entry?.local_as))).filter(|(_, asn)| *asn != 0 && *asn != planned);
    let (title, evidence) = if entry.peer_as != 0 && entry.peer_as != planned {
        (
            format!("{} expects AS {} of {other} ({}), planned is {planned}", end.switch, entry.peer_as, end.neighbour),
            end.evidence(&["peerAS"], format!("AS number that {} has for {other}; planned is {planned}", end.switch)),
        )
    } else if let Some((far, asn)) = own {
        (
            format!("{other} runs with AS {asn}, {} expects {planned} ({})", end.switch, end.neighbour),
            far.evidence(&["localAS"], format!("AS number that {other} runs with; planned is {planned}")),
        )
    } else {
        return None;
    };
    Some(Mismatch {
        title,
        detail: "The two sides do not agree on the AS number: the session is refused.".into(),
        confidence: Confidence::Certain,
        evidence: evidence.into_iter().collect(),
    })
}

/// A session with a gateway or External that is refused again and again.
fn refused(cx: &Context<'_>, session: &FabricSession<'_>) -> Option<Mismatch> {
    let end = &session.near;
    let entry = end.entry.filter(|_| end.view == EndView::Down && is_settled(end))?;
    let notifications = entry.msgs.rec.notif.max(entry.msgs.sent.notif);
    if notifications < 3 || !entry.last_reset_reason.to_ascii_lowercase().contains("notification") {
        return None;
    }
    let (peer, ip) = (session.peer, end.neighbour);
    let direction = if entry.msgs.rec.notif >= entry.msgs.sent.notif { "rec" } else { "sent" };
    let note = format!("BGP notifications of the session with {peer}");
    let mut evidence: Vec<Evidence> = end.evidence(&["msgs", direction, "notif"], note).into_iter().collect();
    let confidence = match session.kind {
        FabricSessionKind::External => Confidence::Possible,
        FabricSessionKind::Gateway => {
            let line = bad_peer_as(cx, session);
            let certain = line.is_some();
            if !certain && agrees(cx, session) != Some(false) {
                return None;
            }
            evidence.extend(line);
            if certain { Confidence::Certain } else { Confidence::Possible }
        }
        // The other end tells its AS number: nothing has to be guessed.
        FabricSessionKind::Link | FabricSessionKind::Loopback => return None,
    };
    let may = if confidence == Confidence::Certain { "do not agree" } else { "may not agree" };
    Some(Mismatch {
        title: format!("AS numbers of {} and {peer} ({ip}) {may}", end.switch),
        detail: format!(
            "The session was closed with BGP notifications {notifications} times and is down: the sides reach each \
             other and refuse what the other one says of itself."
        ),
        confidence,
        evidence,
    })
}

/// The newest refusal in the log of the gateway's FRR.
fn bad_peer_as(cx: &Context<'_>, session: &FabricSession<'_>) -> Option<Evidence> {
    let log = cx.gateway(session.peer)?.frr_log()?;
    let switch = session.link?.on(session.near.switch)?;
    let hits = log.current(&bgp::BAD_PEER_AS);
    let hit = hits.filter(|hit| hit.field(log.text(), "peer").as_deref() == Some(switch.address())).last()?;
    Some(log.evidence(hit, "FRR of the gateway names the reason"))
}

/// True if the Gateway has the AS numbers that the switch plans with; none where that is not known.
fn agrees(cx: &Context<'_>, session: &FabricSession<'_>) -> Option<bool> {
    let gateway = cx.find::<Gateway>(session.peer)?;
    let switch = session.link?.on(session.near.switch)?;
    let neighbour = gateway.spec.neighbors.iter().find(|n| same_address(&n.ip, switch.address()))?;
    Some(Some(gateway.spec.asn) == session.near.planned && neighbour.asn == session.near.agent?.spec.switch.asn)
}

#[cfg(test)]
mod tests {
    use hh_worlds::{World, json};

    use super::AsNumber;
    use crate::testing::said;

    const LINK: &str = "/status/state/bgpNeighbors/default/172.30.128.0";
    const EXTERNAL: &str = "/status/state/bgpNeighbors/VrfEexternal-01/100.100.20.6";

    #[test]
    fn another_number_than_planned() {
        let world = World::healthy().small().set("Agent/leaf-01", &format!("{LINK}/peerAS"), 65_199).set(
            "Agent/leaf-01",
            &format!("{LINK}/state"),
            "active",
        );
        let said = said(&AsNumber, &world);
        assert_eq!(said.lines(), ["error Agent/leaf-01 (172.30.128.0)"]);
        assert_eq!(said.findings[0].evidence[0].value.as_deref(), Some("65199"));
        assert!(said.findings[0].title.contains("planned is 65100"));
        assert!(said.findings[0].explains.iter().any(|id| id.contains("underlay-session-down")));
    }

    #[test]
    fn the_other_switch_runs_with_another() {
        let world = World::healthy()
            .small()
            .set("Agent/leaf-01", &format!("{LINK}/state"), "active")
            .set("Agent/spine-01", "/status/state/bgpNeighbors/default/172.30.128.1/state", "active")
            .set("Agent/spine-01", "/status/state/bgpNeighbors/default/172.30.128.1/localAS", 65_999);
        let said = said(&AsNumber, &world);
        assert_eq!(said.lines(), ["error Agent/leaf-01 (172.30.128.0)"]);
        assert_eq!(said.findings[0].evidence[0].value.as_deref(), Some("65999"));
    }

    fn notified(count: u64) -> World {
        World::healthy()
            .small()
            .set("Agent/leaf-02", &format!("{EXTERNAL}/state"), "idle")
            .set("Agent/leaf-02", &format!("{EXTERNAL}/lastResetReason"), "BGP Notification received")
            .set("Agent/leaf-02", &format!("{EXTERNAL}/msgs"), json!({"rec": {"notif": count}, "sent": {}}))
    }

    #[test]
    fn an_external_that_refuses() {
        let said = said(&AsNumber, &notified(7));
        assert_eq!(said.lines(), ["error Agent/leaf-02 (100.100.20.6)"]);
        assert_eq!(said.findings[0].confidence, "possible");
        assert!(said.findings[0].explains.iter().any(|id| id.contains("external-session-down")));
    }

    #[test]
    fn a_gateway_that_frr_names() {
        let at = "/status/state/bgpNeighbors/default/172.30.128.15";
        let world = World::healthy()
            .small()
            .set("Agent/leaf-02", &format!("{at}/state"), "active")
            .set("Agent/leaf-02", &format!("{at}/lastResetReason"), "BGP Notification received")
            .set("Agent/leaf-02", &format!("{at}/msgs"), json!({"rec": {"notif": 9}, "sent": {}}));
        // The plan of both sides agrees and no log says otherwise.
        assert!(said(&AsNumber, &world).findings.is_empty());
        let pod = world.pod("gateway-2", "frr");
        let line = "2026/10/06 09:40:00 BGP: [HZN6M-XRM1G] %NOTIFICATION: sent to neighbor 172.30.128.14 2/2 (OPEN Message \
                    Error/Bad Peer AS) 4 bytes 00 00 fe 4e\n";
        let said = said(&AsNumber, &world.log_more(&pod, "frr", line));
        assert_eq!(said.lines(), ["error Agent/leaf-02 (172.30.128.15)"]);
        assert_eq!(said.findings[0].confidence, "certain");
    }

    #[test]
    fn looks_like_it() {
        assert_eq!(said(&AsNumber, &World::healthy().small()).passed, 11);
        // A few notifications, or another reason.
        assert!(said(&AsNumber, &notified(2)).findings.is_empty());
        let other = notified(7).set("Agent/leaf-02", &format!("{EXTERNAL}/lastResetReason"), "Interface down");
        assert!(said(&AsNumber, &other).findings.is_empty());
        // The link is down.
        let port = "/status/state/interfaces/E1~16/oper";
        assert!(said(&AsNumber, &notified(7).set("Agent/leaf-02", port, "down")).findings.is_empty());
        // Not known.
        let unknown = World::healthy().small().set("Agent/leaf-01", &format!("{LINK}/peerAS"), 0);
        assert!(said(&AsNumber, &unknown).findings.is_empty());
        // A change that is on its way.
        let behind = World::healthy().small().set("Agent/leaf-01", &format!("{LINK}/peerAS"), 65_199).set(
            "Agent/leaf-01",
            "/metadata/generation",
            7,
        );
        assert!(said(&AsNumber, &behind).findings.is_empty());
        // Two switches whose numbers agree.
        let switches = World::healthy()
            .small()
            .set("Agent/leaf-01", &format!("{LINK}/state"), "idle")
            .set("Agent/leaf-01", &format!("{LINK}/lastResetReason"), "BGP Notification sent")
            .set("Agent/leaf-01", &format!("{LINK}/msgs"), json!({"rec": {"notif": 9}, "sent": {"notif": 9}}));
        assert!(said(&AsNumber, &switches).findings.is_empty());
    }
}
