//! FRR lacks VPCs of a configuration that it reported as applied.

use super::{commands, for_gateway, generation_keys};
use crate::facts::{Context, GatewayAgent, Gw, Object, PodRole};
use crate::finding::{Confidence, Evidence, Key, KeyKind, Severity};
use crate::rule::{Meta, Order, Outcome, Relation, Rule, Source};

/// See the metadata.
#[derive(Debug)]
pub(super) struct FrrDesync;

/// Seconds after the start of the dataplane within which FRR may lack VPCs.
const START: i64 = 60;

static META: Meta = Meta {
    id: "frr-config-incomplete",
    reference: &["GW-FRR-DESYNC"],
    title: "FRR lacks VPCs of a configuration that it reported as applied",
    severities: &[Severity::Warning, Severity::Info],
    needs: &[Source::GatewayAgents],
    uses: &[
        Source::CaptureTime,
        Source::Gateways,
        Source::Pods,
        Source::Nodes,
        Source::Fabricator,
        Source::FrrRunningConfig,
    ],
    explanation: "\
A defect of dataplanes before v0.17. Where generation, applied generation and FRR's generation are the same, looks in
FRR's `show running-config` for the block `router bgp … vrf <id>-vrf` of every VPC.

## Why it matters

Without the block the gateway neither announces nor learns routes of that VPC, while every status looks right.

## Not a fault

- The dataplane started less than a minute ago.
- The output was not captured, or is an error of the collection.

## What to do

Restart the frr pod, then the dataplane pod. Upgrade the gateway.",
    explains: &[Relation { effects: &["GW-EVPN-NOROUTE", "GW-LEAF-NOROUTE"], join: &[KeyKind::Gateway, KeyKind::Vpc] }],
    order: Order::Frr,
};

impl Rule for FrrDesync {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn check(&self, cx: &Context<'_>, out: &mut Outcome) {
        for gateway in cx.gateways() {
            // Only what is known to be that old.
            if !gateway.dataplane_release().before(0, 17, 0) {
                continue;
            }
            let Some(agent) = gateway.agent() else { continue };
            let settled = gateway.runs_newest() == Some(true) && gateway.frr_applied() == gateway.applied();
            let started = cx.age_of(gateway.dataplane_started());
            if !settled || started.is_some_and(|age| age.under(START)) {
                continue;
            }
            if started.is_none() {
                out.cannot_tell(agent.subject(), "when the dataplane started");
                continue;
            }
            judge(&gateway, agent, out);
        }
    }
}

fn judge(gateway: &Gw<'_, '_>, agent: &Object<GatewayAgent>, out: &mut Outcome) {
    let Some(output) = gateway.running_config().filter(|output| output.value.complete) else {
        out.not_checked(agent.subject(), Source::FrrRunningConfig);
        return;
    };
    let missing: Vec<(&String, String)> = agent
        .spec
        .vpcs
        .iter()
        .filter(|(_, vpc)| !vpc.internal_id.is_empty())
        .map(|(name, vpc)| (name, format!("{}-vrf", vpc.internal_id)))
        .filter(|(_, vrf)| output.value.bgp_vrf(vrf).is_none())
        .collect();
    let Some((first, vrf)) = missing.first() else {
        out.pass();
        return;
    };
    let name = gateway.name();
    let names: Vec<&str> = missing.iter().map(|(vpc, _)| vpc.as_str()).collect();
    let list = super::recompute::words(&names);
    let finding = out
        .finding(
            for_gateway(gateway, Severity::Warning),
            agent.subject(),
            format!("FRR of {name} has no BGP VRF for {list}, though it reports the configuration as applied"),
        )
        .confidence(Confidence::Possible)
        .detail(
            "Dataplane and FRR are probably out of step, a known defect of dataplanes before v0.17: routes of these VPCs are \
             neither announced nor learnt.",
        )
        .evidence(Evidence::absence(
            format!("FRR `show running-config` of {name}"),
            format!("no block `router bgp … vrf {vrf}` for {first}"),
        ))
        .evidence(agent.key_evidence(&["spec", "vpcs", first.as_str()], "the configuration has the VPC"))
        .evidence(agent.evidence(&["status", "state", "frr", "lastAppliedGen"], "FRR reported it as applied"))
        .run("Restart FRR first", commands::restart(gateway, PodRole::Frr))
        .run("Then restart the dataplane; NAT sessions are lost", commands::restart(gateway, PodRole::Dataplane))
        .keys(generation_keys(gateway, []))
        .keys(names.iter().map(|vpc| Key::Vpc((*vpc).to_owned())));
    out.report(finding);
}

#[cfg(test)]
mod tests {
    use hh_worlds::World;

    use super::FrrDesync;
    use crate::testing::said;

    const CONFIG: &str = "frr: show running-config";

    fn old() -> World {
        let agent = "GatewayAgent/gateway-2";
        World::healthy().small().set(agent, "/status/state/dataplane/version", "v0.14.0")
    }

    #[test]
    fn a_vpc_without_vrf() {
        let world = old().insight_replace("gateway-2", CONFIG, "router bgp 65534 vrf 00003-vrf", "! nothing");
        let said = said(&FrrDesync, &world);
        assert_eq!(said.lines(), ["warning GatewayAgent/gateway-2"]);
        let finding = &said.findings[0];
        assert_eq!((finding.confidence.as_str(), finding.evidence[0].line), ("possible", None));
        assert!(finding.title.contains("no BGP VRF for vpc-03,"), "{}", finding.title);
    }

    #[test]
    fn whole_configurations_and_newer_releases_are_healthy() {
        assert_eq!(said(&FrrDesync, &old()).passed, 1);
        let newer = World::healthy().small().insight_replace(
            "gateway-2",
            CONFIG,
            "router bgp 65534 vrf 00003-vrf",
            "! nothing",
        );
        assert_eq!(said(&FrrDesync, &newer).lines(), Vec::<String>::new());
    }

    #[test]
    fn an_error_of_the_collection_is_not_checked() {
        let world = old().insight_error("gateway-2", CONFIG, "retrying: executing \"vtysh\" command in pod: x");
        assert_eq!(said(&FrrDesync, &world).not_checked, ["GatewayAgent gateway-2: FRR `show running-config`"]);
    }
}
