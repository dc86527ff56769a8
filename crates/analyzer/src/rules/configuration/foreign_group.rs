//! A peering uses a gateway group of which a gateway is no member.

use super::recompute::{self, EXPLAINS, SEVERITIES, USES};
use crate::facts::Context;
use crate::rule::{Meta, Order, Outcome, Rule, Source};
use crate::validate::Violation;

/// See the metadata.
#[derive(Debug)]
pub(super) struct ForeignGroup;

static META: Meta = Meta {
    id: "gateway-peering-foreign-group",
    reference: &["GW-CFG-FOREIGNGROUP", "S10"],
    title: "A peering uses a gateway group of which a gateway is no member",
    severities: SEVERITIES,
    needs: &[Source::GatewayAgents],
    uses: USES,
    explanation: "\
Every gateway gets all peerings in its GatewayAgent, but only the groups that it belongs to. Looks for peerings whose
`gatewayGroup` is not among the groups of the same spec.

## Why it matters

A dataplane that finds a peering with an unknown group refuses the whole configuration (`non-existent group`): no later
change of any peering or VPC reaches the gateway.

## Not a fault

A configuration that the dataplane runs: its version accepts it. That is a note at most.

## What to do

Add the gateway to that group with the lowest priority, or move the peering to a group that all gateways are in.",
    explains: EXPLAINS,
    order: Order::Configuration,
};

impl Rule for ForeignGroup {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn check(&self, cx: &Context<'_>, out: &mut Outcome) {
        recompute::report(cx, out, &owns);
    }
}

pub(super) fn owns(violation: &Violation) -> bool {
    violation.id == "D21"
}

#[cfg(test)]
mod tests {
    use hh_worlds::World;

    use super::ForeignGroup;
    use crate::rules::configuration::recompute::tests::{lagging, with_peering};
    use crate::testing::said;

    fn edge() -> World {
        with_peering(
            World::healthy().small(),
            "vpc-04--vpc-03",
            "
  gatewayGroup: edge
  peering:
    vpc-04: {expose: [{ips: [{cidr: 10.20.4.0/24}]}]}
    vpc-03: {expose: [{ips: [{cidr: 10.20.3.0/24}]}]}",
        )
    }

    #[test]
    fn one_error_on_the_peering_for_both_gateways() {
        let said = said(&ForeignGroup, &lagging(edge()));
        assert_eq!(said.lines(), ["error GatewayPeering/vpc-04--vpc-03 (gatewayGroup)"]);
        let finding = &said.findings[0];
        assert_eq!(finding.reference, ["GW-CFG-FOREIGNGROUP", "S10"]);
        assert_eq!(finding.evidence[0].field.as_deref(), Some("spec.gatewayGroup"));
        assert_eq!(finding.evidence[0].value.as_deref(), Some("edge"));
        assert!(finding.evidence.iter().any(|e| e.note.contains("configuration of gateway-2")));
    }

    #[test]
    fn a_dataplane_that_runs_it_accepts_it() {
        assert_eq!(said(&ForeignGroup, &edge()).lines(), ["info GatewayPeering/vpc-04--vpc-03 (gatewayGroup)"]);
    }

    #[test]
    fn the_own_group_is_healthy() {
        assert_eq!(said(&ForeignGroup, &lagging(World::healthy().small())).passed, 2);
    }
}
