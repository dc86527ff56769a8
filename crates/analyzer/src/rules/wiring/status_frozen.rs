//! The status and FRR disagree on a BGP session.

use super::judgement::{self, Judgement, View};
use crate::facts::{Context, SessionState};
use crate::finding::{Confidence, Severity};
use crate::parse::log::literals::dataplane;
use crate::rule::{Meta, Order, Outcome, Rule, Source};

/// See the metadata.
#[derive(Debug)]
pub(super) struct StatusFrozen;

static META: Meta = Meta {
    id: "bgp-status-frozen",
    reference: &["GW-BMP-FROZEN"],
    title: "The status of a gateway and FRR disagree on a BGP session",
    severities: &[Severity::Warning, Severity::Info],
    needs: &[Source::GatewayAgents, Source::FrrBgpSummary],
    uses: &[
        Source::ShowTech,
        Source::Fabricator,
        Source::CaptureTime,
        Source::Gateways,
        Source::Connections,
        Source::Agents,
        Source::Nodes,
        Source::Pods,
        Source::DataplaneLog,
    ],
    explanation: "\
Compares the state of each configured session in the GatewayAgent's status with FRR's own `show bgp summary`. The \
dataplane learns states through BMP; if that stream ends, the status keeps its last values while heartbeats go on.

## Why it matters

Whoever looks at the status is misled. FRR is right.

## Not a fault

- a session that changed within the last minutes: the outputs of a dump are read up to 5 minutes after the objects
- a gateway whose heartbeat is stale

## What to do

Trust FRR; restart the dataplane container if the status stays wrong.",
    explains: &[],
    order: Order::Wiring,
};

impl Rule for StatusFrozen {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn check(&self, cx: &Context<'_>, out: &mut Outcome) {
        for judged in judgement::judge_all(cx) {
            let Some(gateway) = judged.gateway else { continue };
            let reported = judged.bgp.as_ref().is_some_and(|bgp| bgp.reported && bgp.unknown_key.is_none());
            if judged.live != Some(true) || !reported {
                continue;
            }
            if gateway.bgp_summary().is_none() {
                out.not_checked(gateway.agent_subject(), Source::FrrBgpSummary);
                continue;
            }
            for view in &judged.views {
                check(out, &judged, view);
            }
        }
    }
}

fn check(out: &mut Outcome, judged: &Judgement<'_, '_>, view: &View<'_>) {
    let (Some(frr), Some(bgp)) = (view.frr, judged.bgp.as_ref()) else { return };
    let said = view.own.map(|own| own.state);
    let wrong = match said {
        Some(SessionState::Established) => frr.down,
        Some(SessionState::Down) => frr.up,
        Some(SessionState::Unset) => false,
        None => frr.up && judged.no_absence.is_none(),
    };
    if !wrong || !frr.is_lasting() {
        out.pass();
        return;
    }
    let severity = if judged.new { Severity::Info } else { Severity::Warning };
    let (status, truth) = if frr.up { ("down", "up") } else { ("up", "down") };
    let status = if said.is_none() { "nothing" } else { status };
    let mut finding = out
        .finding(
            severity,
            judged.subject(view),
            format!("{} reports {status} for its session with {}, FRR says {truth}", judged.name, view.words()),
        )
        .confidence(Confidence::Likely)
        .detail(
            "The status of BGP sessions comes through FRR's BMP stream and keeps its last values when the stream ends. \
             FRR has the session in this state for longer than the time between the two readings, so the status is \
             not current. Trust FRR.",
        )
        .evidence(match view.own {
            Some(own) => bgp.evidence(&own, &["sessionState"], "what the status says"),
            None => bgp.neighbour_evidence(view.configured.unwrap_or_default(), "no entry in the status"),
        })
        .evidence(frr.evidence("what FRR says"));
    if let Some(log) = judged.gateway.and_then(|gateway| gateway.dataplane_log())
        && let Some(hit) = log.current(&dataplane::BMP_TERMINATED).last()
    {
        finding = finding.evidence(log.evidence(hit, "the stream ended here"));
    }
    let finding = finding.keys(view.keys(judged.name)).run(
        "see the sessions as FRR has them",
        format!("kubectl exec -n fab ds/gw--{}--frr -c frr -- vtysh -c \"show bgp summary\"", judged.name),
    );
    out.report(finding);
}

#[cfg(test)]
mod tests {
    use hh_worlds::World;

    use super::StatusFrozen;
    use crate::testing::said;

    const SUMMARY: &str = "frr: show bgp summary";

    fn idle() -> World {
        let pointer = "/status/state/bgp/vrfs/default/neighbors/172.30.128.14/sessionState";
        World::healthy().small().set("GatewayAgent/gateway-2", pointer, "idle")
    }

    #[test]
    fn frr_has_the_session_for_days() {
        let said = said(&StatusFrozen, &idle());
        assert_eq!(said.lines(), ["warning GatewayAgent/gateway-2 (172.30.128.14)"]);
        assert_eq!(said.passed, 3);
        assert_eq!(said.findings[0].evidence[0].value.as_deref(), Some("idle"));
    }

    #[test]
    fn looks_like_it() {
        assert_eq!(said(&StatusFrozen, &World::healthy().small()).passed, 4);
        // Changed between the two readings.
        let young = idle().insight_replace("gateway-2", SUMMARY, "01w2d01h", "00:01:10");
        assert!(said(&StatusFrozen, &young).findings.is_empty());
        let stale = idle().set("GatewayAgent/gateway-2", "/status/lastHeartbeat", "2026-10-06T09:20:00Z");
        assert!(said(&StatusFrozen, &stale).findings.is_empty());
    }

    #[test]
    fn not_checked_without_frr() {
        let said = said(&StatusFrozen, &idle().insight_error("gateway-2", SUMMARY, "executable file not found"));
        assert_eq!(
            (said.lines(), said.not_checked),
            (vec![], vec!["GatewayAgent gateway-2: FRR `show bgp summary`".into()])
        );
    }
}
