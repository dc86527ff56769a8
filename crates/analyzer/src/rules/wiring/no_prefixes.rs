//! An established BGP session brings no routes.

use super::judgement::{self, Judgement, View};
use crate::facts::{Context, SessionState};
use crate::finding::{Confidence, Severity};
use crate::parse::command::BgpState;
use crate::rule::{Meta, Order, Outcome, Rule, Source};
use crate::rules::relations::LOST_SESSIONS;

/// See the metadata.
#[derive(Debug)]
pub(super) struct NoPrefixes;

static META: Meta = Meta {
    id: "bgp-no-prefixes",
    reference: &["GW-BGP-NOPREFIX"],
    title: "An established BGP session of a gateway brings no prefixes",
    severities: &[Severity::Warning, Severity::Info],
    needs: &[Source::GatewayAgents],
    uses: &[
        Source::CaptureTime,
        Source::Gateways,
        Source::Connections,
        Source::Agents,
        Source::Nodes,
        Source::Pods,
        Source::FrrBgpSummary,
    ],
    explanation: "\
Looks at sessions that are established for more than two minutes and have received no IPv4 prefix. The counter of the \
status alone is a note: no release fills it reliably. If FRR's own `show bgp summary` shows 0 as well, it is a warning.

## Why it matters

The gateway learns nothing over that link: it does not know the VTEPs of the leaves.

## Not a fault

- a session that came up within the last two minutes
- an absent counter with a number of prefixes in FRR
- the IPv6 section: `NoNeg` and 0 are normal there

## What to do

See what the switch announces and whether a filter stands in between.",
    explains: &[LOST_SESSIONS],
    order: Order::Wiring,
};

impl Rule for NoPrefixes {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn check(&self, cx: &Context<'_>, out: &mut Outcome) {
        for judged in judgement::judge_all(cx) {
            if judged.live != Some(true) || judged.bgp.is_none() {
                continue;
            }
            for view in &judged.views {
                check(cx, out, &judged, view);
            }
        }
    }
}

fn check(cx: &Context<'_>, out: &mut Outcome, judged: &Judgement<'_, '_>, view: &View<'_>) {
    let (Some(own), Some(bgp)) = (view.own, judged.bgp.as_ref()) else { return };
    if own.state != SessionState::Established {
        return;
    }
    let received = own.entry.ipv4_unicast_prefixes.as_ref().map(|prefixes| prefixes.received);
    let by_frr = view.frr.and_then(|frr| match frr.row.state.value {
        BgpState::Established(count) => Some((frr, count)),
        _ => None,
    });
    let field = ["ipv4UnicastPrefixes", "received"];
    // FRR's number is the size of the table; the status counts messages since the start.
    let (severity, evidence) = match by_frr {
        Some((frr, 0)) if received.unwrap_or(0) == 0 => {
            if frr.since().is_none_or(|seconds| seconds <= 120) {
                return;
            }
            let row = frr.evidence("FRR has received no prefix either").value("0");
            (Severity::Warning, vec![row, bgp.evidence(&own, &field, "prefixes in the status")])
        }
        Some(_) => {
            out.pass();
            return;
        }
        None => {
            // In a dump an absent counter and 0 look the same.
            let written = bgp.evidence(&own, &field, "prefixes in the status");
            if received != Some(0) || written.place.is_none() || !lasts(cx, judged) {
                return;
            }
            (Severity::Info, vec![written])
        }
    };
    let finding = out
        .finding(
            if judged.new { Severity::Info } else { severity },
            judged.subject(view),
            format!("{} has received no IPv4 prefix from {}", judged.name, view.words()),
        )
        .confidence(if severity == Severity::Warning { Confidence::Likely } else { Confidence::Possible })
        .detail("The session is established, but the gateway learns nothing over it.")
        .evidences(evidence)
        .keys(view.keys(judged.name))
        .run(
            "see what FRR received",
            format!("kubectl exec -n fab ds/gw--{}--frr -c frr -- vtysh -c \"show bgp summary\"", judged.name),
        );
    out.report(finding);
}

/// True if dataplane and FRR have been running for over two minutes.
fn lasts(cx: &Context<'_>, judged: &Judgement<'_, '_>) -> bool {
    judged.gateway.is_some_and(|gateway| {
        [gateway.dataplane_started(), gateway.frr_started()]
            .into_iter()
            .all(|time| cx.age_of(time).is_some_and(|age| age.over(120)))
    })
}

#[cfg(test)]
mod tests {
    use hh_worlds::World;

    use super::NoPrefixes;
    use crate::testing::said;

    const SUMMARY: &str = "frr: show bgp summary";
    const PREFIXES: &str = "/status/state/bgp/vrfs/default/neighbors/172.30.128.14/ipv4UnicastPrefixes";

    fn none() -> World {
        World::healthy().small().set("GatewayAgent/gateway-2", PREFIXES, hh_worlds::json!({"received": 0}))
    }

    fn summary(up_down: &str) -> String {
        format!(
            "IPv4 Unicast Summary:\nBGP router identifier 172.30.8.4, local AS number 65534 VRF default vrf-id 0\n\n\
Neighbor        V         AS   MsgRcvd   MsgSent   TblVer  InQ OutQ  Up/Down State/PfxRcd   PfxSnt Desc\n\
172.30.128.14   4      65102       100       100       24    0    0 {up_down}            0        1 N/A\n"
        )
    }

    #[test]
    fn frr_agrees() {
        let said_of = said(&NoPrefixes, &none().insight("gateway-2", SUMMARY, &summary("00:20:00")));
        assert_eq!(said_of.lines(), ["warning GatewayAgent/gateway-2 (172.30.128.14)"]);
        assert!(said_of.findings[0].evidence[0].line.is_some());
        let alone = none().insight_error("gateway-2", SUMMARY, "exec failed");
        assert_eq!(said(&NoPrefixes, &alone).lines(), ["info GatewayAgent/gateway-2 (172.30.128.14)"]);
    }

    #[test]
    fn looks_like_it() {
        for world in [World::healthy().small(), World::older().small()] {
            assert_eq!(said(&NoPrefixes, &world).passed, 4);
        }
        // Not filled by the release, while FRR has prefixes.
        assert_eq!(said(&NoPrefixes, &none()).passed, 4);
        // Came up a minute ago.
        let young = none().insight("gateway-2", SUMMARY, &summary("00:01:00"));
        assert!(said(&NoPrefixes, &young).findings.is_empty());
        let absent = World::healthy()
            .small()
            .set("GatewayAgent/gateway-2", PREFIXES, hh_worlds::json!({}))
            .insight_error("gateway-2", SUMMARY, "exec failed");
        assert!(said(&NoPrefixes, &absent).findings.is_empty());
    }

    #[test]
    fn not_checked_without_the_agents() {
        let said = said(&NoPrefixes, &World::healthy().small().without("GatewayAgent"));
        assert_eq!(said.not_checked, ["GatewayAgent objects"]);
    }
}
