//! FRR cannot program the dataplane.

use super::{commands, for_gateway, generation_keys};
use crate::facts::{Age, Context, Gw};
use crate::finding::{Confidence, Evidence, Severity};
use crate::parse::log::literals::dataplane;
use crate::rule::{Meta, Order, Outcome, Rule, Source};

/// See the metadata.
#[derive(Debug)]
pub(super) struct ControlPlane;

/// Seconds within which a restart excuses a lost connection.
const RESTART: i64 = 30;
/// Seconds for which a line that nothing ends counts.
const RECENT: i64 = 900;

static META: Meta = Meta {
    id: "frr-dataplane-disconnected",
    reference: &["GW-CPI-DOWN"],
    title: "FRR cannot program the dataplane",
    severities: &[Severity::Critical, Severity::Error, Severity::Info],
    needs: &[],
    uses: &[
        Source::CaptureTime,
        Source::GatewayAgents,
        Source::Gateways,
        Source::Pods,
        Source::Nodes,
        Source::DataplaneLog,
        Source::ShowTech,
        Source::FrrRpcStats,
    ],
    explanation: "\
Reads STATUS of the control-plane interface in `show tech` of each dataplane, and `Dataplane sock connected` and
`Dataplane contacted` in FRR's `show hedgehog rpc stats`.

## Why it matters

FRR learns routes and hands them to the dataplane over this connection. Without it the dataplane forwards by the routes
that it had, while FRR and all BGP sessions look right. `Incompatible` means that the images of dataplane and FRR do not
fit: it never recovers by itself.

## Not a fault

The dataplane or FRR started less than 30 s ago.

## What to do

Check that both pods run, and that dataplane and FRR are of one release.",
    explains: &[],
    order: Order::Frr,
};

impl Rule for ControlPlane {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn check(&self, cx: &Context<'_>, out: &mut Outcome) {
        for gateway in cx.gateways() {
            let seen = Seen::of(&gateway);
            if seen.broken.is_empty() {
                if seen.well {
                    out.pass();
                } else {
                    out.not_checked(gateway.agent_subject(), Source::ShowTech);
                }
            } else if restarting(&gateway) {
                out.pass();
            } else {
                report(&gateway, seen, out);
            }
        }
    }
}

/// What the outputs say.
#[derive(Default)]
struct Seen {
    /// One of them says that the connection is there.
    well: bool,
    incompatible: bool,
    /// First words and proof of each that says that it is not.
    broken: Vec<(String, Evidence)>,
}

impl Seen {
    fn of(gateway: &Gw<'_, '_>) -> Self {
        let mut seen = Self::default();
        if let Some(output) = gateway.show_tech()
            && let Some(status) = output.value.control_plane.as_ref().and_then(|cpi| cpi.status.as_ref())
        {
            if status.value == "Connected" {
                seen.well = true;
            } else {
                seen.incompatible = status.value == "Incompatible";
                let evidence = output.evidence(status.span, "the dataplane's side").value(status.value.clone());
                seen.broken.push((format!("the dataplane says {}", status.value), evidence));
            }
        }
        if let Some(output) = gateway.rpc_stats() {
            let stats = &output.value;
            for (value, what) in [(stats.connected, "connected"), (stats.contacted, "contacted")] {
                match value {
                    Some(value) if !value.value => {
                        let evidence = output.evidence(value.span, format!("FRR's side: dataplane {what}")).value("no");
                        seen.broken.push((format!("FRR says not {what}"), evidence));
                    }
                    Some(_) if what == "connected" => seen.well |= stats.contacted.is_none_or(|value| value.value),
                    _ => {}
                }
            }
        }
        // Nothing ends this line in the log; a connection that stands does.
        if !seen.well
            && let Some(log) = gateway.dataplane_log()
            && let Some(hit) = log.hits(&dataplane::RPC_MISMATCH).last()
            && hit.time().and_then(|at| gateway.cx().age_at(at)).is_some_and(|age| age.under(RECENT))
        {
            seen.incompatible = true;
            seen.broken.push(("the images do not fit".into(), log.evidence(hit, "FRR's plugin has another version")));
        }
        seen
    }
}

/// True within 30 s of a start of dataplane or FRR, or of the connection itself.
fn restarting(gateway: &Gw<'_, '_>) -> bool {
    let young = |age: Option<Age>| age.is_some_and(|age| age.under(RESTART));
    let cx = gateway.cx();
    if young(cx.age_of(gateway.dataplane_started())) || young(cx.age_of(gateway.frr_started())) {
        return true;
    }
    // Outputs are read after the objects: a restart in between shows in the log, at its end.
    let logged = gateway.dataplane_log().is_some_and(|log| {
        let end = log.scan().last_time;
        [&dataplane::STARTED, &dataplane::FRR_RESTARTED, &dataplane::REFRESH_REQUESTED].into_iter().any(|literal| {
            let at = log.hits(literal).last().and_then(|hit| hit.time());
            matches!((at, end), (Some(at), Some(end)) if end.as_second().saturating_sub(at.as_second()) < RESTART)
        })
    });
    let connected = gateway.show_tech().is_some_and(|output| {
        let last = output.value.control_plane.as_ref().and_then(|cpi| cpi.last_connect);
        matches!((output.value.time, last), (Some(now), Some(last))
            if now.value.duration_since(last.value).as_secs().abs() < RESTART)
    });
    logged || connected
}

fn report(gateway: &Gw<'_, '_>, seen: Seen, out: &mut Outcome) {
    let name = gateway.name();
    let severity = if seen.incompatible { Severity::Critical } else { Severity::Error };
    let words: Vec<&str> = seen.broken.iter().map(|(words, _)| words.as_str()).collect();
    let title = if seen.incompatible {
        format!("Dataplane and FRR of {name} do not fit together ({})", words.join(", "))
    } else {
        format!("FRR of {name} is not connected to the dataplane ({})", words.join(", "))
    };
    let why = if seen.incompatible {
        "Their images are of different releases; the connection cannot come up. The dataplane gets no routes."
    } else {
        "The dataplane gets no routes: it forwards by those that it had, while FRR and its BGP sessions look right."
    };
    let finding = out
        .finding(for_gateway(gateway, severity), gateway.agent_subject(), title)
        .confidence(Confidence::Certain)
        .detail(why)
        .evidences(seen.broken.into_iter().map(|(_, evidence)| evidence))
        .run("Look at FRR's side", commands::vtysh(gateway, "show hedgehog rpc stats"))
        .run("Look at the dataplane's side", commands::dataplane_cli(gateway, "show tech"))
        .run("Compare the images", format!("kubectl get pods -n fab -o wide | grep gw--{name}--"))
        .keys(generation_keys(gateway, []));
    out.report(finding);
}

#[cfg(test)]
mod tests {
    use hh_worlds::World;

    use super::ControlPlane;
    use crate::testing::said;

    const TECH: &str = "dataplane: show tech";
    const RPC: &str = "frr: show hedgehog rpc stats";

    fn status(text: &str) -> World {
        World::healthy().small().insight_replace("gateway-2", TECH, "STATUS: Connected", &format!("STATUS: {text}"))
    }

    #[test]
    fn not_connected_is_an_error() {
        let said = said(&ControlPlane, &status("Not-connected"));
        assert_eq!(said.lines(), ["error GatewayAgent/gateway-2"]);
        assert_eq!(said.findings[0].evidence[0].value.as_deref(), Some("Not-connected"));
        assert!(said.findings[0].evidence[0].line.is_some());
    }

    #[test]
    fn incompatible_is_critical() {
        assert_eq!(said(&ControlPlane, &status("Incompatible")).lines(), ["critical GatewayAgent/gateway-2"]);
    }

    #[test]
    fn the_side_of_frr_alone() {
        let world = World::healthy()
            .small()
            .insight_replace("gateway-2", RPC, "Dataplane contacted: yes", "Dataplane contacted: no")
            .insight_error("gateway-2", TECH, "retrying: executing \"/dataplane-cli\" command in pod: x");
        let said = said(&ControlPlane, &world);
        assert_eq!(said.lines(), ["error GatewayAgent/gateway-2"]);
        assert_eq!(said.findings[0].evidence[0].value.as_deref(), Some("no"));
    }

    #[test]
    fn a_restart_within_30_s_excuses_it() {
        let world = status("Need refresh");
        let pod = world.pod("gateway-2", "dataplane");
        let line = "2026-10-06T09:43:00.000000Z  INFO rio dataplane_routing: 1: We appear to have restarted. Requesting refresh to FRR...\n";
        assert_eq!(said(&ControlPlane, &world.log_more(&pod, "dataplane", line)).lines(), Vec::<String>::new());
    }

    #[test]
    fn healthy_and_not_checked() {
        assert_eq!(said(&ControlPlane, &World::healthy().small()).passed, 2);
        assert_eq!(said(&ControlPlane, &World::older().small()).passed, 2);
        let said = said(&ControlPlane, &World::healthy().small().without_insights());
        assert_eq!(said.not_checked.len(), 2);
    }
}
