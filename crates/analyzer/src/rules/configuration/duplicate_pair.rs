//! Two peerings between the same two VPCs.

use super::recompute::{self, EXPLAINS, SEVERITIES, USES};
use crate::facts::Context;
use crate::rule::{Meta, Order, Outcome, Rule, Source};
use crate::validate::Violation;

/// See the metadata.
#[derive(Debug)]
pub(super) struct DuplicatePair;

static META: Meta = Meta {
    id: "gateway-peering-duplicate",
    reference: &["GW-PEER-DUPPAIR", "GW-CFG-RECOMP"],
    title: "Two GatewayPeerings are between the same two VPCs",
    severities: SEVERITIES,
    needs: &[Source::GatewayAgents],
    uses: USES,
    explanation: "\
Looks in the spec of every GatewayAgent for two peerings of one VPC that lead to the same VPC. Like the dataplane it
compares internal ids, so two VPCs with one id are found too.

## Why it matters

The dataplane refuses the whole configuration: no later change of any peering or VPC reaches the gateway.

## Not a fault

A configuration that the dataplane runs is a note at most.

## What to do

Delete one of the two peerings, or merge their expose blocks into one.",
    explains: EXPLAINS,
    order: Order::Configuration,
};

impl Rule for DuplicatePair {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn check(&self, cx: &Context<'_>, out: &mut Outcome) {
        recompute::report(cx, out, &owns);
    }
}

pub(super) fn owns(violation: &Violation) -> bool {
    violation.id == "D3"
}

#[cfg(test)]
mod tests {
    use hh_worlds::World;

    use super::DuplicatePair;
    use crate::rules::configuration::recompute::tests::{lagging, with_peering};
    use crate::testing::said;

    const COPY: &str = "
        gatewayGroup: default
        peering:
          vpc-01: {expose: [{ips: [{cidr: 10.20.1.0/25}]}]}
          vpc-03: {expose: [{ips: [{cidr: 10.20.3.0/25}]}]}
    ";

    #[test]
    fn a_second_peering_of_a_pair_is_an_error() {
        let world = lagging(with_peering(World::healthy().small(), "again", COPY));
        let said = said(&DuplicatePair, &world);
        assert_eq!(said.lines(), ["error GatewayPeering/again (with vpc-01--vpc-03)"]);
        assert_eq!(said.findings[0].reference, ["GW-PEER-DUPPAIR", "GW-CFG-RECOMP"]);
        assert!(said.findings[0].title.contains("Peering 'vpc-01--vpc-03' refers to a VPC"), "{:?}", said.findings[0]);
        assert_eq!(said.findings[0].evidence[0].field.as_deref(), Some("spec.peering.vpc-03"));
    }

    #[test]
    fn one_vpc_in_several_peerings_is_healthy() {
        let other = COPY.replace("vpc-03", "vpc-02").replace("10.20.3", "10.20.2");
        let world = lagging(with_peering(World::healthy().small(), "other", &other));
        assert_eq!(said(&DuplicatePair, &world).passed, 2);
    }

    #[test]
    fn what_the_dataplane_runs_is_a_note() {
        let world = with_peering(World::healthy().small(), "again", COPY);
        assert_eq!(said(&DuplicatePair, &world).lines(), ["info GatewayPeering/again (with vpc-01--vpc-03)"]);
    }
}
