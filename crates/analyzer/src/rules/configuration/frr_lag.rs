//! FRR does not run the configuration that the dataplane runs.

use super::{commands, for_gateway, generation_keys};
use crate::facts::{Age, Context, GatewayAgent, Gw, Object};
use crate::finding::{Confidence, Key, KeyKind, Severity};
use crate::parse::log::literals::dataplane;
use crate::rule::{Meta, Order, Outcome, Relation, Rule, Source};

/// See the metadata.
#[derive(Debug)]
pub(super) struct FrrLag;

/// Seconds that FRR may take after the dataplane.
const NORMAL: i64 = 30;
/// Seconds after which it is an error; also how long a restart excuses it.
const SLOW: i64 = 60;

static META: Meta = Meta {
    id: "frr-config-not-applied",
    reference: &["GW-FRR-LAG", "S13"],
    title: "FRR does not run the configuration that the dataplane runs",
    severities: &[Severity::Error, Severity::Warning, Severity::Info],
    needs: &[Source::GatewayAgents],
    uses: &[
        Source::CaptureTime,
        Source::Gateways,
        Source::Pods,
        Source::Nodes,
        Source::Fabricator,
        Source::DataplaneLog,
        Source::ShowTech,
        Source::FrrRunningConfig,
    ],
    explanation: "\
Compares `status.state.frr.lastAppliedGen` of each GatewayAgent with `status.lastAppliedGen`, and the age of the last apply
(`lastAppliedTime`) with what a reload of FRR takes: usually under 5 s. From 30 s on it is a warning, from 60 s on an
error. In release 25.05 the status follows every generation; there FRR is compared with `metadata.generation`.

## Why it matters

The dataplane counts a configuration as applied before FRR has it. Without it FRR announces and learns by the old one:
routes and BGP neighbours of changed peerings and VPCs are missing. A failed reload is not repeated; it stays until the
next generation or a restart.

## Not a fault

- The configuration was applied less than 30 s ago.
- The dataplane or FRR started less than a minute ago.
- FRR is ahead of the status by one write, or took the generation after the status was written.

## What to do

Look for `FRR Reload failed` in the log of the frr container; the lines below it name the command that FRR refused.",
    explains: &[
        Relation { effects: &["GW-BGP-MISSING"], join: &[KeyKind::Gateway] },
        Relation { effects: &["GW-LEAF-NOROUTE", "GW-EVPN-NOROUTE"], join: &[KeyKind::Gateway, KeyKind::Vpc] },
    ],
    order: Order::Frr,
};

impl Rule for FrrLag {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn check(&self, cx: &Context<'_>, out: &mut Outcome) {
        for gateway in cx.gateways() {
            let Some(agent) = gateway.agent() else { continue };
            let wanted = if gateway.is_25_05() { gateway.generation() } else { gateway.applied() };
            let (Some(wanted), Some(frr)) = (wanted, gateway.frr_applied()) else {
                out.not_checked(agent.subject(), Source::GatewayAgents);
                continue;
            };
            if gateway.applied() == Some(0) {
                // Nothing is applied at all: that is the finding about the generation.
                continue;
            }
            if frr >= wanted {
                out.pass();
                continue;
            }
            report(&gateway, agent, wanted, frr, out);
        }
    }
}

/// Severity, confidence and the words that give the reason.
fn judge(gateway: &Gw<'_, '_>, wanted: i64, frr: i64) -> (Severity, Confidence, String) {
    let cx = gateway.cx();
    if taken_since(gateway, wanted, frr) {
        return (Severity::Info, Confidence::Certain, "FRR took it after the status was written.".into());
    }
    let young = |age: Option<Age>| age.is_some_and(|age| age.under(SLOW));
    if young(cx.age_of(gateway.frr_started())) || young(cx.age_of(gateway.dataplane_started())) {
        return (Severity::Info, Confidence::Likely, "The gateway's containers started less than a minute ago.".into());
    }
    let restarted = gateway.dataplane_log().and_then(|log| log.hits(&dataplane::FRR_RESTARTED).last()?.time());
    if young(restarted.and_then(|at| cx.age_at(at))) {
        return (Severity::Info, Confidence::Likely, "FRR restarted less than a minute ago.".into());
    }
    match cx.age_of(gateway.applied_at()) {
        None => (
            Severity::Warning,
            Confidence::Possible,
            "The capture does not tell how long ago the dataplane applied it.".into(),
        ),
        Some(age) if age.under(NORMAL) => {
            (Severity::Info, Confidence::Certain, format!("The dataplane applied it {} ago.", age.words()))
        }
        Some(age) => {
            let severity = if age.seconds >= SLOW { Severity::Error } else { Severity::Warning };
            let words = age.words();
            (severity, Confidence::Certain, format!("The dataplane applied it {words} ago; FRR usually takes 5 s."))
        }
    }
}

/// Logs and `show tech` are often read minutes after the status.
fn taken_since(gateway: &Gw<'_, '_>, wanted: i64, frr: i64) -> bool {
    let written = gateway.status_at();
    let logged = gateway.dataplane_log().is_some_and(|log| {
        let at_least = |number: Option<u64>| number.is_some_and(|n| i64::try_from(n).is_ok_and(|n| n >= wanted));
        log.hits(&dataplane::FRR_APPLIED).last().is_some_and(|hit| {
            at_least(hit.number(log.text(), "generation"))
                && matches!((written, hit.time()), (Some(written), Some(at)) if at > written)
        })
    });
    // After a restart of FRR (0) the old success is no proof.
    let shown = gateway.show_tech().and_then(|output| output.value.frr.as_ref()?.last_applied.as_ref());
    logged || (frr > 0 && shown.is_some_and(|last| last.generation.value >= wanted))
}

fn report(gateway: &Gw<'_, '_>, agent: &Object<GatewayAgent>, wanted: i64, frr: i64, out: &mut Outcome) {
    let name = gateway.name();
    let (severity, confidence, when) = judge(gateway, wanted, frr);
    let (title, why) = if frr == 0 {
        (
            format!("FRR of {name} has no configuration; the dataplane runs generation {wanted}"),
            "FRR has taken none since it or the dataplane started: it announces nothing that the gateway serves.",
        )
    } else {
        (
            format!("FRR of {name} runs configuration generation {frr}, the dataplane {wanted}"),
            "The reload of FRR failed or hangs, and a failed one is not repeated. What changed since then is neither \
             announced nor learnt.",
        )
    };
    let stale = if gateway.live() == Some(false) { " The status is stale: this is the last known state." } else { "" };
    let reference: &[&str] =
        if gateway.is_25_05() { &["metadata", "generation"] } else { &["status", "lastAppliedGen"] };
    let finding = out
        .finding(for_gateway(gateway, severity), agent.subject(), title)
        .confidence(confidence)
        .detail(format!("{when} {why}{stale}"))
        .evidence(agent.evidence(&["status", "state", "frr", "lastAppliedGen"], "generation that FRR runs"))
        .evidence(agent.evidence(reference, "generation that it should run"))
        .evidence(agent.evidence(&["status", "lastAppliedTime"], "the dataplane applied it then"))
        .run("Read why the reload failed", format!("{} | grep -A20 'FRR Reload failed'", commands::frr_log(gateway)))
        .run("See what FRR runs", commands::vtysh(gateway, "show running-config"))
        .keys(generation_keys(gateway, [Some(wanted)]))
        .keys(vpcs_without_vrf(gateway, agent, frr).into_iter().map(Key::Vpc));
    out.report(finding);
}

/// VPCs that FRR does not know: all while it has no configuration, else those without a BGP VRF.
fn vpcs_without_vrf(gateway: &Gw<'_, '_>, agent: &Object<GatewayAgent>, frr: i64) -> Vec<String> {
    let config = gateway.running_config().map(|output| &output.value).filter(|config| config.complete);
    let unknown = |id: &str| {
        frr == 0 || config.is_some_and(|config| !id.is_empty() && config.bgp_vrf(&format!("{id}-vrf")).is_none())
    };
    agent.spec.vpcs.iter().filter(|(_, vpc)| unknown(&vpc.internal_id)).map(|(name, _)| name.clone()).collect()
}

#[cfg(test)]
mod tests {
    use hh_worlds::World;

    use super::FrrLag;
    use crate::testing::{said, said_of_files};

    /// gateway-2 runs 12, FRR 11; the dataplane applied it at this time. The capture is of 09:41:17.
    fn lag(applied_at: &str) -> World {
        World::healthy()
            .small()
            .without_insights()
            .without_logs()
            .set("GatewayAgent/gateway-2", "/metadata/generation", 12)
            .set("GatewayAgent/gateway-2", "/status/lastAppliedGen", 12)
            .set("GatewayAgent/gateway-2", "/status/lastAppliedTime", applied_at)
            .set("GatewayAgent/gateway-2", "/status/state/frr/lastAppliedGen", 11)
    }

    #[test]
    fn severities_by_age() {
        for (at, line) in [
            ("2026-10-06T09:35:17Z", "error GatewayAgent/gateway-2"),
            ("2026-10-06T09:40:17Z", "error GatewayAgent/gateway-2"),
            ("2026-10-06T09:40:37Z", "warning GatewayAgent/gateway-2"),
            ("2026-10-06T09:41:14Z", "info GatewayAgent/gateway-2"),
        ] {
            assert_eq!(said(&FrrLag, &lag(at)).lines(), [line], "{at}");
        }
        let said = said(&FrrLag, &lag("2026-10-06T09:35:17Z"));
        let evidence = &said.findings[0].evidence;
        assert_eq!(evidence[0].field.as_deref(), Some("status.state.frr.lastAppliedGen"));
        assert_eq!((evidence[0].value.as_deref(), evidence[1].value.as_deref()), (Some("11"), Some("12")));
        assert!(evidence[0].line.is_some());
        assert_eq!(said.findings[0].title, "FRR of gateway-2 runs configuration generation 11, the dataplane 12");
    }

    #[test]
    fn restarted_containers_excuse_it() {
        let world = lag("2026-10-06T09:35:17Z");
        let pod = format!("Pod/{}", world.pod("gateway-2", "frr"));
        let frr = world.object(&pod)["status"]["containerStatuses"]
            .as_array()
            .and_then(|list| list.iter().position(|status| status["name"] == "frr"))
            .expect("container frr");
        let world = world.set(
            &pod,
            &format!("/status/containerStatuses/{frr}/state/running/startedAt"),
            "2026-10-06T09:40:50Z",
        );
        assert!(said(&FrrLag, &world).is_quiet());
    }

    #[test]
    fn ahead_equal_and_nothing_applied_are_silent() {
        let base = World::healthy().small();
        assert_eq!(said(&FrrLag, &base).passed, 2);
        let ahead = base.set("GatewayAgent/gateway-2", "/status/state/frr/lastAppliedGen", 99);
        assert_eq!(said(&FrrLag, &ahead).lines(), Vec::<String>::new());
        let nothing = lag("2026-10-06T09:35:17Z").unset("GatewayAgent/gateway-2", "/status/lastAppliedGen");
        assert_eq!(said(&FrrLag, &nothing).lines(), Vec::<String>::new());
    }

    #[test]
    fn a_success_after_the_status_ends_it() {
        let world = lag("2026-10-06T09:35:17Z");
        let pod = world.pod("gateway-2", "dataplane");
        let line = "2026-10-06T09:41:40.100000Z  INFO rio dataplane_routing::frr::frrmi: 372: Frr configuration successfully applied for gen 12\n";
        assert!(said(&FrrLag, &world.log(&pod, "dataplane", line)).is_quiet());
    }

    #[test]
    fn the_status_of_25_05_follows_every_generation() {
        let world = |frr: i64| {
            World::empty("2026-10-06T09:41:17Z").add(&format!(
                "apiVersion: gwint.githedgehog.com/v1alpha1
kind: GatewayAgent
metadata: {{name: gw-a, namespace: fab, generation: 6, creationTimestamp: \"2026-10-01T00:00:00Z\"}}
spec: {{gateway: {{asn: 65534}}}}
status:
  agentVersion: v0.28.0
  lastAppliedGen: 6
  lastAppliedTime: \"2026-10-06T09:30:00Z\"
  state: {{lastCollectedTime: \"2026-10-06T09:41:10Z\", frr: {{lastAppliedGen: {frr}}}}}
"
            ))
        };
        let found = said(&FrrLag, &world(5));
        assert_eq!(found.lines(), ["error GatewayAgent/gw-a"]);
        assert_eq!(found.findings[0].evidence[1].field.as_deref(), Some("metadata.generation"));
        assert_eq!(said(&FrrLag, &world(6)).passed, 1);
    }

    #[test]
    fn tables_do_not_print_it() {
        let table = "NAME        HEARTBEAT   APPLIED   APPLIEDG   CURRENTG   VERSION   AGE
gateway-1   12s         43m       11         11         v0.25.2   9d
";
        let files = [("gatewayagents.txt".to_owned(), table.as_bytes().to_vec())].into();
        let said = said_of_files(&FrrLag, files);
        assert_eq!((said.lines(), said.passed), (Vec::new(), 0));
        assert_eq!(said.not_checked, ["GatewayAgent gateway-1: GatewayAgent objects"]);
    }

    #[test]
    fn no_status_no_verdict() {
        let world = World::healthy().small().unset("GatewayAgent/gateway-2", "/status");
        let said = said(&FrrLag, &world);
        assert_eq!(said.lines(), Vec::<String>::new());
    }
}
