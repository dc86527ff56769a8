//! The dataplane does not run the newest configuration.

use crate::facts::{Context, GatewayAgent};
use crate::finding::{Confidence, Key, Severity};
use crate::rule::{Meta, Order, Outcome, Rule, Source};

/// See the metadata.
#[derive(Debug)]
pub(super) struct GenerationLag;

static META: Meta = Meta {
    id: "gateway-config-not-applied",
    reference: &["GW-GEN-LAG", "S1", "S12"],
    title: "The dataplane does not run the newest configuration",
    severities: &[Severity::Error, Severity::Warning, Severity::Info],
    needs: &[Source::GatewayAgents],
    uses: &[],
    explanation: "",
    explains: &[],
    order: Order::Configuration,
};

impl Rule for GenerationLag {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn check(&self, cx: &Context<'_>, out: &mut Outcome) {
        for agent in cx.list::<GatewayAgent>() {
            let wanted = agent.meta.generation;
            let applied = agent.status.last_applied_gen;
            if wanted == applied {
                out.pass();
                continue;
            }
            let finding = out
                .finding(
                    Severity::Warning,
                    agent.subject(),
                    format!("{} runs configuration {applied}, not {wanted}", agent.name()),
                )
                .confidence(Confidence::Possible)
                .evidence(agent.evidence(&["status", "lastAppliedGen"], "generation that the dataplane runs"))
                .evidence(agent.evidence(&["metadata", "generation"], "newest generation"))
                .key(Key::Gateway(agent.name().into()));
            out.report(finding);
        }
    }
}

#[cfg(test)]
mod tests {
    use hh_worlds::World;

    use super::GenerationLag;
    use crate::testing::said;

    #[test]
    fn an_undated_lag_is_possible() {
        let world = World::healthy().small().set("GatewayAgent/gateway-2", "/metadata/generation", 12);
        assert_eq!(said(&GenerationLag, &world).lines(), ["warning GatewayAgent/gateway-2"]);
    }

    #[test]
    fn equal_generations_are_healthy() {
        let said = said(&GenerationLag, &World::healthy().small());
        assert_eq!((said.lines(), said.passed), (vec![], 2));
    }
}
