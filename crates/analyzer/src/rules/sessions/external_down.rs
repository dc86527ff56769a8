//! A BGP session with an External is down.

use std::collections::BTreeMap;

use super::flaps;
use super::view::{self, Fabric};
use crate::facts::{Context, FabricSessionKind, session_time};
use crate::finding::{Key, KeyKind, Severity};
use crate::rule::{Domain, Meta, Order, Outcome, Relation, Rule, Source};

/// See the metadata.
#[derive(Debug)]
pub(super) struct ExternalDown;

static META: Meta = Meta {
    id: "external-session-down",
    reference: &["BGP-404"],
    title: "A BGP session with an External is down",
    severities: &[Severity::Error, Severity::Warning],
    needs: &[Source::Agents],
    uses: view::USES,
    explanation: "\
Each ExternalAttachment with BGP asks its switch for a session with `spec.neighbor.ip` in VRF `VrfE<external>`. This \
rule reads it in the state of the switch.

## Why it matters

Without it the fabric does not know the External's routes, and the External not those of the VPCs.

## Not a fault

- static Externals and static attachments: they have no session
- an attachment younger than 5 minutes
- a link that is down: that finding explains this one
- a switch whose heartbeat is stale: its state is history

## What to do

Compare address, VLAN and AS number with the device on the other side; the reason of the last reset often names it.",
    explains: &[Relation { effects: &["GW-EXT-NOROUTE"], join: &[KeyKind::Vpc] }],
    order: Order::Wiring,
};

impl Rule for ExternalDown {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn domain(&self) -> Domain {
        Domain::Fabric
    }

    fn check(&self, cx: &Context<'_>, out: &mut Outcome) {
        let fabric = Fabric::of(cx);
        // External to whether another of its sessions may be up.
        let mut alive: BTreeMap<&str, bool> = BTreeMap::new();
        for session in fabric.sessions.of(FabricSessionKind::External) {
            *alive.entry(session.peer).or_default() |= !session.is_lost();
        }
        let mut unknown = Vec::new();
        for session in fabric.sessions.of(FabricSessionKind::External) {
            if session.is_up() {
                out.pass();
                continue;
            }
            let Some(entry) = session.near.entry.filter(|_| session.is_down()) else {
                unknown.push(session);
                continue;
            };
            let (switch, external, ip) = (session.near.switch, session.peer, session.near.neighbour);
            let severity = if view::rebooted(cx, switch) { Severity::Warning } else { Severity::Error };
            let asn = session.near.planned.map(|asn| format!(", AS {asn}")).unwrap_or_default();
            let reason = match entry.last_reset_reason.as_str() {
                "" => String::new(),
                reason => format!(" It was last reset with: {reason}."),
            };
            let since = cx.age_of(session_time(entry.last_reset)).filter(|age| age.seconds >= 0);
            let since = since.map(|age| format!(" That was {} before the capture.", age.words())).unwrap_or_default();
            let mut finding = out
                .finding(
                    severity,
                    session.near.subject(),
                    format!("BGP session of {switch} with {external} ({ip}{asn}) is down ({})", entry.state),
                )
                .detail(format!(
                    "The fabric neither learns nor announces routes over this session with External {external}.\
                     {reason}{since}"
                ))
                .evidences(view::evidence(session))
                .evidences(view::attachment_evidence(cx, session))
                .keys(session.keys());
            if alive.get(external) == Some(&false) {
                finding = finding.key(Key::Vpc(format!("ext.{external}")));
            }
            if flaps::is_flapping(cx, session) {
                finding = finding.reference("BGP-407");
            }
            out.report(
                finding
                    .run("see the session", format!("kubectl fabric inspect bgp --switch-name {switch}"))
                    .step("compare address, VLAN and AS number with the device on the other side"),
            );
        }
        view::unjudged(cx, out, unknown.into_iter());
    }
}

#[cfg(test)]
mod tests {
    use hh_worlds::World;

    use super::ExternalDown;
    use crate::testing::said;

    const SESSION: &str = "/status/state/bgpNeighbors/VrfEexternal-01/100.100.20.6";

    fn down() -> World {
        World::healthy()
            .small()
            .set("Agent/leaf-02", &format!("{SESSION}/state"), "active")
            .set("Agent/leaf-02", &format!("{SESSION}/lastResetReason"), "Hold Timer Expired")
            .set("Agent/leaf-02", &format!("{SESSION}/connDropped"), 1)
    }

    #[test]
    fn the_session_is_down() {
        let said = said(&ExternalDown, &down());
        assert_eq!(said.lines(), ["error Agent/leaf-02 (100.100.20.6)"]);
        let finding = &said.findings[0];
        assert!(finding.title.contains("AS 64102") && finding.detail.contains("Hold Timer Expired"));
        assert_eq!(finding.evidence[0].value.as_deref(), Some("active"));
        assert!(finding.evidence[0].line.is_some());
    }

    #[test]
    fn looks_like_it() {
        assert_eq!(said(&ExternalDown, &World::healthy().small()).passed, 1);
        let young = down().set(
            "ExternalAttachment/leaf-02--external-01",
            "/metadata/creationTimestamp",
            "2026-10-06T09:39:00Z",
        );
        assert!(said(&ExternalDown, &young).findings.is_empty());
        // Static: no session at all.
        let fixed = down().set("External/external-01", "/spec/static", hh_worlds::json!({"prefixes": ["0.0.0.0/0"]}));
        assert!(said(&ExternalDown, &fixed).findings.is_empty());
        let stale = down().set("Agent/leaf-02", "/status/lastHeartbeat", "2026-10-06T09:30:00Z");
        let stale = said(&ExternalDown, &stale);
        assert!(stale.findings.is_empty() && stale.not_checked.len() == 1);
    }
}
