//! A switch runs a newer generation than its Agent has.

use super::state::{applied, key, wanted};
use crate::facts::{Agent, Context};
use crate::finding::Severity;
use crate::rule::{Domain, Meta, Order, Outcome, Rule, Source};

/// See the metadata.
#[derive(Debug)]
pub(super) struct Regression;

static META: Meta = Meta {
    id: "switch-generation-ahead",
    reference: &["FAB-006"],
    title: "A switch runs a newer generation than its Agent has",
    severities: &[Severity::Warning],
    needs: &[Source::Agents],
    uses: &[],
    explanation: "Compares `status.lastAppliedGen` of each Agent with `metadata.generation`: it cannot be higher.

## Why it matters
The Switch or its Agent was deleted and made again, or an old backup was restored: generations began anew. The switch \
holds a configuration of before, and the two match only after it applies or is installed anew.

## Not a fault
Nothing looks like it.

## What to do
See whether the switch applies the next change; else restart its agent or reinstall the switch.",
    explains: &[],
    order: Order::Configuration,
};

impl Rule for Regression {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn domain(&self) -> Domain {
        Domain::Fabric
    }

    fn check(&self, cx: &Context<'_>, out: &mut Outcome) {
        for agent in cx.list::<Agent>() {
            let (Some(wanted), Some(applied)) = (wanted(agent), applied(agent)) else { continue };
            if applied <= wanted {
                out.pass();
                continue;
            }
            let name = agent.name();
            out.report(
                out.finding(
                    Severity::Warning,
                    agent.subject(),
                    format!("{name} runs configuration generation {applied}, but its Agent is only at {wanted}"),
                )
                .detail(
                    "The object was made anew (the Switch was deleted and added again, or a backup was restored), so \
                     that its generations began anew; the switch holds its older file until it applies the new one.",
                )
                .evidence(agent.evidence(&["status", "lastAppliedGen"], "what the switch runs"))
                .evidence(agent.evidence(&["metadata", "generation"], "the newest that exists"))
                .key(key(name))
                .run("See whether it applies.", format!("kubectl get agent {name}"))
                .run(
                    "Else install the switch anew, in a maintenance window.",
                    format!("kubectl fabric switch reinstall --name {name}"),
                ),
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use hh_worlds::World;

    use super::Regression;
    use crate::testing::said;

    #[test]
    fn ahead() {
        let world = World::healthy().small().set("Agent/leaf-01", "/metadata/generation", 1);
        let found = said(&Regression, &world);
        assert_eq!(found.lines(), ["warning Agent/leaf-01"]);
        assert_eq!(found.findings[0].title, "leaf-01 runs configuration generation 6, but its Agent is only at 1");
        assert_eq!(found.findings[0].evidence[0].value.as_deref(), Some("6"));
    }

    #[test]
    fn not_ahead() {
        assert_eq!(said(&Regression, &World::healthy().small()).passed, 3);
        let behind = World::healthy().small().set("Agent/leaf-01", "/metadata/generation", 9);
        assert_eq!(said(&Regression, &behind).lines(), Vec::<String>::new());
        assert_eq!(said(&Regression, &World::healthy().small().without("Agent")).not_checked.len(), 1);
    }
}
