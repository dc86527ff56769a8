//! The status names a generation that the object has not reached.

use super::generation_keys;
use crate::facts::Context;
use crate::finding::{Confidence, Severity};
use crate::rule::{Meta, Order, Outcome, Rule, Source};

/// See the metadata.
#[derive(Debug)]
pub(super) struct GenerationAhead;

static META: Meta = Meta {
    id: "gateway-generation-ahead",
    reference: &["GW-GEN-AHEAD"],
    title: "The dataplane reports a generation that the GatewayAgent does not have",
    severities: &[Severity::Info],
    needs: &[Source::GatewayAgents],
    uses: &[],
    explanation: "\
Compares `status.lastAppliedGen` with `metadata.generation`, both of the same object.

## Why it matters

A generation only grows. A smaller one means that the GatewayAgent was deleted and created again while the dataplane went
on with the configuration of the old object, or that the capture mixes two moments.

## Not a fault

The difference ends with the next configuration that the dataplane applies.

## What to do

Compare `metadata.uid` and `metadata.creationTimestamp` with an older capture.",
    explains: &[],
    order: Order::Configuration,
};

impl Rule for GenerationAhead {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn check(&self, cx: &Context<'_>, out: &mut Outcome) {
        for gateway in cx.gateways() {
            let Some(agent) = gateway.agent() else { continue };
            let (Some(newest), Some(applied)) = (gateway.generation(), gateway.applied()) else { continue };
            if applied <= newest {
                out.pass();
                continue;
            }
            let name = gateway.name();
            let finding = out
                .finding(
                    Severity::Info,
                    agent.subject(),
                    format!("{name} reports generation {applied}, its GatewayAgent has only reached {newest}"),
                )
                .confidence(Confidence::Likely)
                .detail(
                    "The GatewayAgent was probably deleted and created again; the dataplane runs the configuration of the \
                     old object until the next change.",
                )
                .evidence(agent.evidence(&["status", "lastAppliedGen"], "generation that the dataplane reported"))
                .evidence(agent.evidence(&["metadata", "generation"], "newest generation of the object"))
                .evidence(agent.evidence(&["metadata", "creationTimestamp"], "creation of this object"))
                .run(
                    "Compare uid and creation time with an older capture",
                    format!(
                        "kubectl get gatewayagent -n {} {name} -o jsonpath='{{.metadata.uid}} \
                         {{.metadata.creationTimestamp}}'",
                        agent.meta.namespace
                    ),
                )
                .keys(generation_keys(&gateway, [Some(newest), Some(applied)]));
            out.report(finding);
        }
    }
}

#[cfg(test)]
mod tests {
    use hh_worlds::World;

    use super::GenerationAhead;
    use crate::testing::said;

    #[test]
    fn a_recreated_agent_is_a_note() {
        let world = World::healthy().small().set("GatewayAgent/gateway-2", "/metadata/generation", 1);
        let said = said(&GenerationAhead, &world);
        assert_eq!(said.lines(), ["info GatewayAgent/gateway-2"]);
        let evidence = &said.findings[0].evidence;
        assert_eq!(evidence[0].field.as_deref(), Some("status.lastAppliedGen"));
        assert_eq!(evidence[1].value.as_deref(), Some("1"));
        assert_eq!(said.passed, 1);
    }

    #[test]
    fn equal_and_smaller_are_silent() {
        let world = World::healthy().small().set("GatewayAgent/gateway-2", "/metadata/generation", 50);
        assert_eq!(said(&GenerationAhead, &world).lines(), Vec::<String>::new());
        assert_eq!(said(&GenerationAhead, &World::healthy().small()).passed, 2);
    }
}
