//! The dataplane's rules that captured configurations break, recomputed once for all rules.

use super::{Context, Facts, Form, GatewayAgent, Object};
use crate::rule::Source;
use crate::validate::Violation;
use crate::validate::dataplane::{dataplane, foreign_groups};

/// A rule of the dataplane that the spec of a GatewayAgent breaks.
#[derive(Debug)]
pub struct AgentViolation {
    /// The gateway.
    pub gateway: String,
    /// The rule and the place.
    pub violation: Violation,
}

/// True if the whole spec of an agent is there: not a row of a table, nor (in a cut dump) a spec that may
/// end anywhere. Dumps write `status` behind `spec`.
#[must_use]
pub fn has_whole_spec(agent: &Object<GatewayAgent>, truncated: bool) -> bool {
    agent.raw.form == Form::Full
        && agent.at(&["spec"]).is_some()
        && !(truncated && agent.at(&["status", "lastAppliedGen"]).is_none())
}

pub(super) fn recompute(facts: &Facts<'_>) -> Vec<AgentViolation> {
    let agents = facts.objects.gateway_agents.objects.iter();
    agents
        .filter(|agent| has_whole_spec(agent, facts.truncated))
        .flat_map(|agent| {
            let found = dataplane(&agent.spec).into_iter().chain(foreign_groups(&agent.spec));
            found.map(|violation| AgentViolation { gateway: agent.meta.name.clone(), violation })
        })
        .collect()
}

impl<'b> Context<'b> {
    /// What the captured GatewayAgents break of the dataplane's rules (gateway reference 3.2, 3.3), by agent.
    #[must_use]
    pub fn violations(&self) -> &'b [AgentViolation] {
        self.note(Source::GatewayAgents);
        self.facts.violations()
    }
}
