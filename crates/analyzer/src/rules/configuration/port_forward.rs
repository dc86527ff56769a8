//! A port-forwarding rule was not installed.

use super::{commands, for_gateway, generation_keys};
use crate::facts::{Context, Gw, LogRef};
use crate::finding::{Confidence, Severity};
use crate::parse::log::Hit;
use crate::parse::log::literals::datapath;
use crate::rule::{Meta, Order, Outcome, Rule, Source};

/// See the metadata.
#[derive(Debug)]
pub(super) struct PortForward;

static META: Meta = Meta {
    id: "gateway-port-forward-not-installed",
    reference: &["GW-CFG-RECOMP"],
    title: "A port-forwarding rule was not installed",
    severities: &[Severity::Error, Severity::Info],
    needs: &[Source::DataplaneLog],
    uses: &[Source::CaptureTime, Source::GatewayAgents, Source::Gateways, Source::Nodes, Source::Pods],
    explanation: "\
Looks in the log of each dataplane for `Failure adding port-forwarding rule (config validation failed)` that no later apply
ends.

## Why it matters

The configuration counts as applied, but this rule of it is not in force: its port does not answer. The dataplane does
not say which rule it is; its range overlaps that of another one.

## Not a fault

A line that a later apply follows.

## What to do

Compare the port-forward rules of the peerings with the port forwarding table of `show tech`, and make the ranges
disjoint.",
    explains: &[],
    order: Order::Configuration,
};

impl Rule for PortForward {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn check(&self, cx: &Context<'_>, out: &mut Outcome) {
        for gateway in cx.gateways() {
            let Some(log) = gateway.dataplane_log() else {
                out.not_checked(gateway.agent_subject(), Source::DataplaneLog);
                continue;
            };
            let hits: Vec<&Hit> = log.current(&datapath::PORT_FORWARD_FAILED).collect();
            match hits.last() {
                Some(last) => report(&gateway, log, last, hits.len(), out),
                None => out.pass(),
            }
        }
    }
}

fn report(gateway: &Gw<'_, '_>, log: LogRef<'_>, last: &Hit, count: usize, out: &mut Outcome) {
    let name = gateway.name();
    let rules = if count == 1 { "a port-forwarding rule".to_owned() } else { format!("{count} port-forwarding rules") };
    let mut finding = out
        .finding(
            for_gateway(gateway, Severity::Error),
            gateway.agent_subject(),
            format!("{name} did not install {rules}, though it applied the configuration"),
        )
        .confidence(Confidence::Certain)
        .detail("The range overlaps that of another rule; the ports of the rule that is missing do not answer.")
        .evidence(log.evidence(last, "a rule is left out"));
    let mut suspects = Vec::new();
    for (peering, spec) in gateway.agent().into_iter().flat_map(|agent| &agent.spec.peerings) {
        let forwards =
            |expose: &crate::model::gateway::Expose| expose.nat.as_ref().is_some_and(|nat| nat.port_forward.is_some());
        if spec.peering.values().flat_map(|side| &side.expose).any(forwards) {
            suspects.push(peering.as_str());
        }
    }
    if !suspects.is_empty() {
        let names = super::recompute::words(&suspects);
        finding = finding.step(format!("Make the port-forward ranges disjoint in {names}."));
    }
    let finding = finding
        .run("See which rules are installed", commands::dataplane_cli(gateway, "show tech"))
        .keys(generation_keys(gateway, []));
    out.report(finding);
}

#[cfg(test)]
mod tests {
    use hh_worlds::World;

    use super::PortForward;
    use crate::testing::said;

    const LEFT_OUT: &str = "2026-10-06T09:20:00.000000Z ERROR mgmt dataplane_nat::portfw: 88: Failure adding port-forwarding rule (config validation failed)\n";
    const APPLIED: &str = "2026-10-06T09:20:00.100000Z  INFO mgmt dataplane_mgmt::processor::proc: 665: Successfully applied config for genid 12\n";

    fn world(lines: &str) -> World {
        let world = World::healthy().small();
        let pod = world.pod("gateway-2", "dataplane");
        world.log(&pod, "dataplane", lines)
    }

    #[test]
    fn a_rule_that_is_left_out() {
        let said = said(&PortForward, &world(&format!("{LEFT_OUT}{APPLIED}")));
        assert_eq!(said.lines(), ["error GatewayAgent/gateway-2"]);
        assert!(said.findings[0].evidence[0].value.as_deref().is_some_and(|value| value.starts_with("Failure adding")));
        assert!(said.findings[0].evidence[0].line.is_some());
    }

    #[test]
    fn the_next_apply_ends_it() {
        let next = APPLIED.replace("09:20", "09:30").replace("12", "13");
        assert_eq!(said(&PortForward, &world(&format!("{LEFT_OUT}{APPLIED}{next}"))).lines(), Vec::<String>::new());
    }

    #[test]
    fn healthy_and_not_checked() {
        assert_eq!(said(&PortForward, &World::healthy().small()).passed, 2);
        let said = said(&PortForward, &World::healthy().small().without_logs());
        assert_eq!(said.not_checked, ["log of the dataplane container"]);
    }
}
