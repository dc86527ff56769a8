//! An access list rule keeps state where the peering has none.

use super::recompute::{self, EXPLAINS, SEVERITIES, USES};
use crate::facts::Context;
use crate::rule::{Meta, Order, Outcome, Rule, Source};
use crate::validate::Violation;

/// See the metadata.
#[derive(Debug)]
pub(super) struct AclScope;

static META: Meta = Meta {
    id: "gateway-acl-scope-flow",
    reference: &["GW-ACL-SCOPE", "GW-CFG-RECOMP"],
    title: "An access list rule has scope flow on a peering without flow state",
    severities: SEVERITIES,
    needs: &[Source::GatewayAgents],
    uses: USES,
    explanation: "\
Looks for access list rules with `scope: flow` (also the default of a rule without scope) in peerings of which no side
uses masquerade or port forwarding in every expose block.

## Why it matters

The dataplane refuses the whole configuration: no later change of any peering or VPC reaches the gateway.

## Not a fault

A configuration that the dataplane runs is a note at most.

## What to do

Set `scope: packet` in the rule and allow the replies by a rule of their own.",
    explains: EXPLAINS,
    order: Order::Configuration,
};

impl Rule for AclScope {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn check(&self, cx: &Context<'_>, out: &mut Outcome) {
        recompute::report(cx, out, &owns);
    }
}

pub(super) fn owns(violation: &Violation) -> bool {
    violation.id == "D22" && violation.text.contains("'scope: flow'")
}

#[cfg(test)]
mod tests {
    use hh_worlds::{World, json};

    use super::AclScope;
    use crate::rules::configuration::recompute::tests::{agents, lagging};
    use crate::testing::said;

    fn acl(peering: &str, rule: &serde_json::Value) -> World {
        let acl = json!({"default": "deny", "rules": [rule]});
        let world = World::healthy().small().set(&format!("GatewayPeering/{peering}"), "/spec/acl", acl.clone());
        agents(world, |world, agent| world.set(agent, &format!("/spec/peerings/{peering}/acl"), acl.clone()))
    }

    #[test]
    fn the_default_scope_on_a_plain_peering() {
        let rule = json!({"name": "web", "from": "vpc-01", "to": "vpc-03", "action": "allow"});
        let world = lagging(acl("vpc-01--vpc-03", &rule));
        // The applied configuration holds the peering, maybe with the rule.
        assert_eq!(said(&AclScope, &world).lines(), ["info GatewayPeering/vpc-01--vpc-03 (acl.rules[0].scope)"]);
        let said = said(&AclScope, &world.without_insights());
        assert_eq!(said.lines(), ["error GatewayPeering/vpc-01--vpc-03 (acl.rules[0].scope)"]);
        assert_eq!(said.findings[0].reference, ["GW-ACL-SCOPE", "GW-CFG-RECOMP"]);
    }

    #[test]
    fn packet_scope_and_stateful_peerings_are_healthy() {
        let packet = json!({"name": "web", "from": "vpc-01", "to": "vpc-03", "action": "allow", "scope": "packet"});
        assert_eq!(said(&AclScope, &lagging(acl("vpc-01--vpc-03", &packet))).passed, 2);
        let flow = json!({"name": "web", "from": "vpc-02", "to": "vpc-03", "action": "allow", "scope": "flow"});
        assert_eq!(said(&AclScope, &lagging(acl("vpc-02--vpc-03", &flow))).passed, 2);
    }
}
