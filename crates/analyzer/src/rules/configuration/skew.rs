//! The dataplane cannot read its GatewayAgent.

use super::{commands, for_gateway, generation_keys};
use crate::facts::{Context, Gw, LogRef};
use crate::finding::{Confidence, KeyKind, Severity};
use crate::parse::log::Hit;
use crate::parse::log::literals::dataplane;
use crate::rule::{Meta, Order, Outcome, Relation, Rule, Source};

/// See the metadata.
#[derive(Debug)]
pub(super) struct Skew;

/// Words of an error about the form of an object.
const PARSE: [&str; 3] = ["deserializ", "unknown variant", "missing field"];
/// A failure that goes on repeats every 2 s; the last line is no more than these seconds before the log's end.
const NEAR_END: i64 = 30;

static META: Meta = Meta {
    id: "gateway-agent-unreadable",
    reference: &["GW-CRD-SKEW"],
    title: "The dataplane cannot read its GatewayAgent",
    severities: &[Severity::Critical, Severity::Info],
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
Looks in the log of each dataplane for `Watcher error` and `Failed to initialize gateway status` with an error about the
form of the object (`deserializ…`, `unknown variant`, `missing field`) that goes on to the end of the log.

## Why it matters

Controller and dataplane are of different releases. The dataplane gets no configuration and writes no status; it forwards
by what it had, after a restart by nothing.

## Not a fault

Other watcher errors: the API server was restarted or unreachable. Errors that a working client or a newer status
follows.

## What to do

Bring the fabric controller and the gateway's images to one release.",
    explains: &[
        Relation { effects: &["GW-HB-*", "GW-GEN-LAG", "GW-CPI-DOWN"], join: &[KeyKind::Gateway] },
    ],
    order: Order::Configuration,
};

impl Rule for Skew {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn check(&self, cx: &Context<'_>, out: &mut Outcome) {
        for gateway in cx.gateways() {
            let log = gateway.dataplane_log();
            let logs = [log, gateway.dataplane_log_previous()];
            let unreadable = logs.into_iter().flatten().find_map(|log| Some((log, unreadable(&gateway, log)?)));
            match unreadable {
                Some((log, hits)) => report(&gateway, log, &hits, out),
                None if log.is_some() => out.pass(),
                None => out.not_checked(gateway.agent_subject(), Source::DataplaneLog),
            }
        }
    }
}

/// Lines about an object that has an unknown form, oldest first.
pub(super) fn parse_errors(log: LogRef<'_>) -> Vec<&Hit> {
    let parse = |hit: &&Hit| {
        let text = log.message(hit).to_ascii_lowercase();
        PARSE.iter().any(|word| text.contains(word))
    };
    let mut hits: Vec<&Hit> = log.hits(&dataplane::WATCHER_PARSE_ERROR).collect();
    hits.extend(log.hits(&dataplane::INIT_STATUS_FAILED).filter(parse));
    hits.sort_by_key(|hit| hit.line.start);
    hits
}

/// The lines of a parse error that goes on.
fn unreadable<'b>(gateway: &Gw<'_, '_>, log: LogRef<'b>) -> Option<Vec<&'b Hit>> {
    let hits = parse_errors(log);
    let last = *hits.last()?;
    let left_behind = matches!((log.scan().last_time, last.time()), (Some(end), Some(at))
        if end.as_second().saturating_sub(at.as_second()) > NEAR_END);
    let goes_on = last.is_current() && !left_behind;
    let status_later = matches!((gateway.status_at(), last.time()), (Some(written), Some(at)) if written > at);
    // The previous container's log counts while the present one has not done better.
    let better = log.log.previous
        && gateway.dataplane_log().is_some_and(|log| {
            log.hits(&dataplane::KUBE_READY).next().is_some() || log.hits(&dataplane::APPLY_DONE).next().is_some()
        });
    (goes_on && !status_later && !better).then_some(hits)
}

fn report(gateway: &Gw<'_, '_>, log: LogRef<'_>, hits: &[&Hit], out: &mut Outcome) {
    let Some(last) = hits.last() else { return };
    let name = gateway.name();
    let since = match (hits.first().and_then(|hit| hit.time()), last.time()) {
        (Some(first), Some(last)) if hits.len() > 1 => {
            format!(", {} times from {first:.0} to {last:.0}", hits.len())
        }
        _ => String::new(),
    };
    let release = gateway.dataplane_release().0.map_or_else(String::new, |version| format!(" {version}"));
    let mut finding = out
        .finding(
            for_gateway(gateway, Severity::Critical),
            gateway.agent_subject(),
            format!("The dataplane{release} of {name} cannot read its GatewayAgent"),
        )
        .confidence(Confidence::Certain)
        .detail(
            "The object has a form that this dataplane does not know: controller and dataplane are of different releases. It \
             gets no configuration and writes no status; it forwards by the configuration that it had.",
        )
        .evidence(log.evidence(last, format!("the object cannot be read{since}")));
    if let Some(agent) = gateway.agent() {
        finding = finding.evidence(
            agent.evidence(&["status", "state", "dataplane", "version"], "version that the dataplane reported"),
        );
    }
    let finding = finding
        .run(
            "Compare the versions of controller and gateway",
            "kubectl get fabricators -n fab -o jsonpath='{.items[0].status.versions}'",
        )
        .run("Follow the log of the dataplane", commands::dataplane_log(gateway))
        .keys(generation_keys(gateway, []));
    out.report(finding);
}

#[cfg(test)]
mod tests {
    use hh_worlds::World;

    use super::Skew;
    use crate::testing::said;

    fn world(error: &str, more: &str) -> World {
        let world = World::healthy().small();
        let pod = world.pod("gateway-2", "dataplane");
        let mut log = String::new();
        for second in [20, 22, 24, 26] {
            log.push_str(&format!(
                "2026-10-06T09:41:{second}.000000Z ERROR mgmt dataplane_k8s_intf::client: 90: Watcher error: {error}. Restarting kube client in 2s...\n"
            ));
        }
        world.log(&pod, "dataplane", &format!("{log}{more}"))
    }

    const UNKNOWN: &str = "Error deserializing response: unknown variant `open-sent`, expected one of `unset`, `idle`";

    #[test]
    fn an_unreadable_object_is_critical() {
        let said = said(&Skew, &world(UNKNOWN, ""));
        assert_eq!(said.lines(), ["critical GatewayAgent/gateway-2"]);
        let finding = &said.findings[0];
        assert!(finding.evidence[0].value.as_deref().is_some_and(|value| value.contains("unknown variant")));
        assert!(finding.evidence[0].note.contains("4 times"), "{}", finding.evidence[0].note);
    }

    #[test]
    fn other_watch_errors_and_what_is_over_are_silent() {
        assert_eq!(said(&Skew, &world("watch closed: connection reset", "")).lines(), Vec::<String>::new());
        let over = "2026-10-06T09:42:00.000000Z  INFO mgmt dataplane_k8s_intf::client: 40: Kube client successfully initialized\n2026-10-06T09:43:00.000000Z  INFO mgmt dataplane_mgmt: 1: more\n";
        assert_eq!(said(&Skew, &world(UNKNOWN, over)).lines(), Vec::<String>::new());
        // The status was written after the last line.
        let world = world(UNKNOWN, "").set("GatewayAgent/gateway-2", "/status/lastHeartbeat", "2026-10-06T09:41:40Z");
        assert_eq!(said(&Skew, &world).lines(), Vec::<String>::new());
    }

    #[test]
    fn healthy_and_not_checked() {
        assert_eq!(said(&Skew, &World::healthy().small()).passed, 2);
        let said = said(&Skew, &World::healthy().small().without_logs());
        assert_eq!(said.not_checked, ["log of the dataplane container"]);
    }
}
