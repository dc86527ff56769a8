//! A gateway group has more members than there are communities for ranks.

use std::collections::BTreeSet;

use super::recompute::{self, EXPLAINS, SEVERITIES};
use crate::facts::{Context, GatewayAgent, has_whole_spec};
use crate::finding::{Confidence, Severity, Subject};
use crate::model::gateway::GatewayAgentSpec;
use crate::rule::{Meta, Order, Outcome, Rule, Source};
use crate::validate::Violation;

/// See the metadata.
#[derive(Debug)]
pub(super) struct GroupRank;

static META: Meta = Meta {
    id: "gateway-group-rank-without-community",
    reference: &["GW-HA-RANK", "GW-CFG-RECOMP"],
    title: "A member of a gateway group has a rank without BGP community",
    severities: SEVERITIES,
    needs: &[Source::GatewayAgents],
    uses: &[
        Source::CaptureTime,
        Source::Gateways,
        Source::Pods,
        Source::Nodes,
        Source::Fabricator,
        Source::DataplaneLog,
        Source::AgentLog,
        Source::ShowTech,
    ],
    explanation: "\
Ranks the members of every group in the spec of each GatewayAgent (highest priority first, then by name) and looks for
the community of each rank. Says too where the communities are not numbered from 0 without gaps.

## Why it matters

Every gateway marks its routes with the community of its rank; by it the leaves prefer one gateway. A dataplane that has
no community for a rank refuses the whole configuration.

## Not a fault

More communities than members. A configuration that the dataplane runs is a note at most.

## What to do

Add a community for the rank in the Fabricator object, or take members out of the group.",
    explains: EXPLAINS,
    order: Order::Configuration,
};

impl Rule for GroupRank {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn check(&self, cx: &Context<'_>, out: &mut Outcome) {
        recompute::report(cx, out, &owns);
        gaps(cx, out);
    }
}

pub(super) fn owns(violation: &Violation) -> bool {
    violation.id == "D1"
}

/// Communities that are not numbered 0, 1, 2, … while no member has the rank that is left out: the next
/// member that gets it breaks every configuration.
fn gaps(cx: &Context<'_>, out: &mut Outcome) {
    let broken = cx.violations().iter().any(|found| owns(&found.violation));
    let gap = |spec: &GatewayAgentSpec| {
        let ranks: BTreeSet<u32> = spec.communities.keys().filter_map(|key| key.parse().ok()).collect();
        (0..).zip(&ranks).find_map(|(wanted, rank)| (wanted != *rank).then_some(wanted))
    };
    let agents = cx.list::<GatewayAgent>().iter().filter(|agent| has_whole_spec(agent, cx.truncated()));
    // The communities are the same for all gateways: the first agent speaks for them.
    let Some((agent, rank)) = agents.filter_map(|agent| Some((agent, gap(&agent.spec)?))).next() else { return };
    if broken {
        return;
    }
    let finding = out
        .finding(
            Severity::Info,
            Subject::new("Fabricator", "fab", "default"),
            format!("There is no BGP community for rank {rank}, but for later ranks"),
        )
        .confidence(Confidence::Certain)
        .detail(
            "No group has a member of that rank yet; the first one that gets it keeps its gateways from every change.",
        )
        .evidence(agent.key_evidence(&["spec", "communities"], "communities by rank"))
        .step("Number the gateway communities of the Fabricator object from 0 without gaps.");
    out.report(finding);
}

#[cfg(test)]
mod tests {
    use hh_worlds::{World, json};

    use super::GroupRank;
    use crate::rules::configuration::recompute::tests::{agents, lagging};
    use crate::testing::said;

    fn communities(ranks: &[&str]) -> World {
        let map: serde_json::Map<String, serde_json::Value> =
            ranks.iter().map(|rank| ((*rank).to_owned(), json!(format!("50001:{rank}")))).collect();
        agents(World::healthy().small(), |world, agent| world.set(agent, "/spec/communities", map.clone()))
    }

    #[test]
    fn two_members_and_one_community() {
        let said = said(&GroupRank, &lagging(communities(&["0"])));
        assert_eq!(said.lines(), ["error GatewayGroup/default"]);
        let finding = &said.findings[0];
        assert_eq!(finding.reference, ["GW-HA-RANK", "GW-CFG-RECOMP"]);
        assert!(finding.title.ends_with("No BGP community exists for rank 1"), "{}", finding.title);
        assert_eq!(finding.evidence[0].field.as_deref(), Some("spec.groups.default.members[0]"));
    }

    #[test]
    fn a_gap_that_nobody_has_is_a_note() {
        assert_eq!(said(&GroupRank, &communities(&["0", "1", "3"])).lines(), ["info Fabricator/default"]);
    }

    #[test]
    fn enough_communities_are_healthy() {
        let said = said(&GroupRank, &lagging(communities(&["0", "1"])));
        assert_eq!((said.lines(), said.passed), (Vec::new(), 2));
    }
}
