//! A configuration that the dataplane has to refuse.

use super::recompute::{self, EXPLAINS, SEVERITIES, USES};
use super::{acl_scope, duplicate_pair, foreign_group, group_rank};
use crate::facts::Context;
use crate::rule::{Meta, Order, Outcome, Rule, Source};
use crate::validate::{Subject, Violation};

/// See the metadata.
#[derive(Debug)]
pub(super) struct Recomputed;

static META: Meta = Meta {
    id: "gateway-config-invalid",
    reference: &["GW-CFG-RECOMP"],
    title: "A configuration breaks a rule of the dataplane",
    severities: SEVERITIES,
    needs: &[Source::GatewayAgents],
    uses: USES,
    explanation: "\
Applies the dataplane's own checks to the spec of every GatewayAgent: existing VPCs and groups, expose blocks, NAT, access
lists, port forwarding, and what several peerings together offer to one VPC. All violations are reported, not only the
first, at which the dataplane stops. The same violation on several gateways is one finding.

The object to change is the peering that the applied configuration lacks; without `show tech` the younger one.

## Why it matters

The dataplane checks a configuration as a whole. One bad peering keeps every later change of all peerings and VPCs from
the gateway. The admission webhook does not find everything, and finds nothing in objects that were stored before an
upgrade.

## Not a fault

A configuration that the dataplane runs: its version accepts it. That is a note at most.

## What to do

Correct the named field; the fix of each kind of violation is in the finding.",
    explains: EXPLAINS,
    order: Order::Configuration,
};

impl Rule for Recomputed {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn check(&self, cx: &Context<'_>, out: &mut Outcome) {
        recompute::report(cx, out, &owns);
    }
}

/// All but what rules of their own state, and but the checks that a part of a spec fails already.
fn owns(violation: &Violation) -> bool {
    let stated = duplicate_pair::owns(violation)
        || acl_scope::owns(violation)
        || group_rank::owns(violation)
        || foreign_group::owns(violation);
    // Of the conversion errors those count that speak of peerings: an incomplete Gateway is refused by the
    // webhook, and the API server writes the metadata.
    let counts = violation.id.starts_with('D')
        || matches!(violation.subject, Subject::Peering(_) | Subject::Peerings(..))
        || matches!(violation.id, "C:vpc-exists" | "C:vni-in-use");
    counts && !stated
}

#[cfg(test)]
mod tests {
    use hh_worlds::World;

    use super::Recomputed;
    use crate::rules::configuration::recompute::tests::{agents, overlapping};
    use crate::testing::said;

    #[test]
    fn a_refused_overlap_is_one_error_on_the_younger_peering() {
        let said = said(&Recomputed, &overlapping());
        assert_eq!(said.lines(), ["error GatewayPeering/vpc-04--vpc-03 (with vpc-01--vpc-03)"]);
        let finding = &said.findings[0];
        assert_eq!(finding.reference, ["GW-CFG-RECOMP"]);
        assert!(finding.title.contains("gateway-1 and gateway-2 refuse"), "{}", finding.title);
        assert!(finding.title.contains("VPC prefixes overlap: 10.20.1.0/24 and 10.20.1.128/25"), "{}", finding.title);
        assert_eq!(finding.evidence[0].field.as_deref(), Some("spec.peering.vpc-04.expose[0].ips[0].cidr"));
        assert_eq!(finding.evidence[0].value.as_deref(), Some("10.20.1.128/25"));
        assert!(finding.evidence[0].line.is_some());
    }

    #[test]
    fn a_configuration_that_runs_is_a_note() {
        let world = agents(overlapping(), |world, agent| {
            let generation = world.object(agent)["metadata"]["generation"].clone();
            world.set(agent, "/status/lastAppliedGen", generation)
        });
        let said = said(&Recomputed, &world);
        assert_eq!(said.lines(), ["info GatewayPeering/vpc-04--vpc-03 (with vpc-01--vpc-03)"]);
    }

    #[test]
    fn a_lag_for_another_reason_does_not_make_it_an_error() {
        // gateway-1 runs the violation, gateway-2 of the same version only lags.
        let world = overlapping().set("GatewayAgent/gateway-1", "/status/lastAppliedGen", 90);
        let world = world.set("GatewayAgent/gateway-1", "/metadata/generation", 90);
        assert!(said(&Recomputed, &world).is_quiet());
    }

    #[test]
    fn a_standby_pair_that_masquerades_to_one_range_is_healthy() {
        assert_eq!(said(&Recomputed, &World::healthy().small()).passed, 2);
        assert_eq!(said(&Recomputed, &World::older().small()).passed, 2);
    }

    #[test]
    fn an_agent_without_spec_is_not_checked() {
        let world = World::healthy().small().unset("GatewayAgent/gateway-2", "/spec");
        let said = said(&Recomputed, &world);
        assert_eq!(said.not_checked, ["GatewayAgent gateway-2: GatewayAgent objects"]);
        assert_eq!(said.passed, 1);
    }
}
