//! frr-agent does not answer in time.

use super::{commands, for_gateway, generation_keys};
use crate::facts::{Context, Gw, LogRef};
use crate::finding::{Confidence, KeyKind, Severity};
use crate::parse::log::Hit;
use crate::parse::log::literals::dataplane;
use crate::rule::{Meta, Order, Outcome, Relation, Rule, Source};

/// See the metadata.
#[derive(Debug)]
pub(super) struct FrrTimeout;

/// This many lines within [`WINDOW`] seconds are an error.
const MANY: usize = 5;
/// Seconds.
const WINDOW: i64 = 60;

static META: Meta = Meta {
    id: "frr-agent-timeout",
    reference: &["GW-FRR-TIMEOUT"],
    title: "frr-agent does not answer in time",
    severities: &[Severity::Error, Severity::Warning, Severity::Info],
    needs: &[Source::DataplaneLog],
    uses: &[
        Source::CaptureTime,
        Source::GatewayAgents,
        Source::Gateways,
        Source::Pods,
        Source::Nodes,
        Source::Fabricator,
    ],
    explanation: "\
Counts `Request sent to frr-agent timed out` in the log of each dataplane after the last success of FRR: five within a
minute are an error, fewer that no success followed for a minute a warning.

## Why it matters

The dataplane waits 5 s for frr-agent and then sends the configuration again, for ever. Either the reload of FRR takes
longer than that, which a large configuration can do, or frr-agent hangs. FRR keeps the configuration before.

## Not a fault

A few timeouts followed by success.

## What to do

Look into the log of the frr container for the duration of the reload; restart the frr pod if it hangs.",
    explains: &[Relation { effects: &["GW-FRR-FAIL", "GW-FRR-LAG"], join: &[KeyKind::Gateway] }],
    order: Order::Frr,
};

impl Rule for FrrTimeout {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn check(&self, cx: &Context<'_>, out: &mut Outcome) {
        for gateway in cx.gateways() {
            let Some(log) = gateway.dataplane_log() else {
                out.not_checked(gateway.agent_subject(), Source::DataplaneLog);
                continue;
            };
            let hits: Vec<&Hit> = log.current(&dataplane::FRR_TIMEOUT).collect();
            match hits.last() {
                Some(last) if !is_over(&gateway, last) => judge(&gateway, log, &hits, last, out),
                _ => out.pass(),
            }
        }
    }
}

/// True if the status was written after it and says that FRR has what the dataplane runs.
fn is_over(gateway: &Gw<'_, '_>, last: &Hit) -> bool {
    let wanted = if gateway.is_25_05() { gateway.generation() } else { gateway.applied() };
    let reached = matches!((wanted, gateway.frr_applied()), (Some(wanted), Some(runs)) if runs >= wanted);
    reached && matches!((gateway.status_at(), last.time()), (Some(written), Some(at)) if written >= at)
}

fn judge(gateway: &Gw<'_, '_>, log: LogRef<'_>, hits: &[&Hit], last: &Hit, out: &mut Outcome) {
    let many = most_within_window(hits) >= MANY;
    let waits = |end: jiff::Timestamp, at: jiff::Timestamp| end.as_second().saturating_sub(at.as_second()) > WINDOW;
    let lasting = matches!((log.scan().last_time, last.time()), (Some(end), Some(at)) if waits(end, at))
        || last.time().and_then(|at| gateway.cx().age_at(at)).is_some_and(|age| age.over(WINDOW));
    let severity = match (many, lasting) {
        (true, _) => Severity::Error,
        (false, true) => Severity::Warning,
        // The next attempt is under way.
        (false, false) => {
            out.pass();
            return;
        }
    };
    let count = hits.len();
    let since = match (hits.first().and_then(|hit| hit.time()), last.time()) {
        (Some(first), Some(last)) if count > 1 => format!(", {count} times from {first:.0} to {last:.0}"),
        _ => String::new(),
    };
    let name = gateway.name();
    let finding = out
        .finding(
            for_gateway(gateway, severity),
            gateway.agent_subject(),
            format!("frr-agent of {name} does not answer within 5 s ({count} timeouts without success)"),
        )
        .confidence(if many { Confidence::Certain } else { Confidence::Likely })
        .detail(
            "Either the reload of FRR takes longer than the dataplane waits, or frr-agent hangs. The request is sent again \
             and again; FRR keeps the configuration before.",
        )
        .evidence(log.evidence(last, format!("no answer from frr-agent{since}")))
        .run("Look how long the reload takes", format!("{} --since=5m", commands::frr_log(gateway)))
        .run(
            "Start FRR anew if it hangs; BGP sessions of the gateway reset",
            commands::restart(gateway, crate::facts::PodRole::Frr),
        )
        .keys(generation_keys(gateway, []));
    out.report(finding);
}

/// The largest number of lines within any window.
fn most_within_window(hits: &[&Hit]) -> usize {
    let times: Vec<i64> = hits.iter().filter_map(|hit| hit.time()).map(jiff::Timestamp::as_second).collect();
    let mut start = 0;
    let mut most = 0;
    for (index, time) in times.iter().enumerate() {
        while times.get(start).is_some_and(|first| time.saturating_sub(*first) > WINDOW) {
            start += 1;
        }
        most = most.max(index.saturating_sub(start).saturating_add(1));
    }
    most
}

#[cfg(test)]
mod tests {
    use hh_worlds::World;

    use super::FrrTimeout;
    use crate::testing::said;

    /// Timeouts every 6 s from 09:40:00 on; FRR lacks the generation.
    fn timeouts(count: usize, more: &str) -> World {
        let world = World::healthy().small().without_insights();
        let pod = world.pod("gateway-2", "dataplane");
        let mut log = String::new();
        for index in 0..count {
            let (minute, second) = (40 + index * 6 / 60, index * 6 % 60);
            log.push_str(&format!(
                "2026-10-06T09:{minute}:{second:02}.000000Z  WARN rio dataplane_routing::frr::frrmi: 300: Request sent to frr-agent timed out! Will reconnect...\n"
            ));
        }
        log.push_str(more);
        world.log(&pod, "dataplane", &log).set("GatewayAgent/gateway-2", "/status/state/frr/lastAppliedGen", 1)
    }

    #[test]
    fn five_within_a_minute() {
        let said = said(&FrrTimeout, &timeouts(7, ""));
        assert_eq!(said.lines(), ["error GatewayAgent/gateway-2"]);
        let finding = &said.findings[0];
        assert!(finding.evidence[0].note.contains("7 times from 2026-10-06T09:40:00Z to 2026-10-06T09:40:36Z"));
        assert!(!finding.explains.is_empty(), "{finding:#?}");
    }

    #[test]
    fn few_are_a_warning_while_no_success_follows() {
        let later = "2026-10-06T09:41:12.000000Z  INFO mgmt dataplane_mgmt: 1: something else\n";
        assert_eq!(said(&FrrTimeout, &timeouts(2, later)).lines(), ["warning GatewayAgent/gateway-2"]);
    }

    #[test]
    fn a_success_ends_them() {
        let success = "2026-10-06T09:41:01.000000Z  INFO rio dataplane_routing::frr::frrmi: 372: Frr configuration successfully applied for gen 8\n";
        let said = said(&FrrTimeout, &timeouts(9, success));
        assert_eq!((said.lines(), said.passed), (Vec::new(), 2));
    }

    #[test]
    fn without_log_it_is_not_checked() {
        let said = said(&FrrTimeout, &World::healthy().small().without_logs());
        assert_eq!(said.not_checked, ["log of the dataplane container"]);
    }
}
