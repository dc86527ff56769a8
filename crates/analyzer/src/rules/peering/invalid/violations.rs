//! The checks of the webhook on the stored peerings, as far as one rule judges them.

use std::collections::BTreeSet;

use crate::facts::{Context, GatewayPeering, Object, is_younger};
use crate::model::gateway::{Expose, PeeringSpec};
use crate::validate::nat::shared_pools;
use crate::validate::webhook::{PeeringLookup, peering as webhook};
use crate::validate::{Subject, Violation};

/// What the stored peerings are checked against.
pub(super) struct Checks<'c, 'b> {
    cx: &'c Context<'b>,
    lookup: PeeringLookup<'b>,
    pools: BTreeSet<(String, String)>,
}

impl<'c, 'b> Checks<'c, 'b> {
    pub(super) fn new(cx: &'c Context<'b>) -> Self {
        let all = cx.list::<GatewayPeering>();
        let whole = || all.iter().filter(|p| p.has_whole_spec(cx.truncated())).map(|p| (p.name(), &p.spec));
        let mut lookup = PeeringLookup::default();
        for (name, info) in cx.vpc_subnets().iter() {
            lookup = lookup.with_vpc(name, info);
        }
        Self {
            cx,
            lookup: lookup.with_peerings(whole()),
            pools: shared_pools(whole()).into_iter().map(|pool| pool.peerings).collect(),
        }
    }

    /// True if the rule on shared masquerade pools reports the two.
    pub(super) fn share_a_pool(&self, a: &str, b: &str) -> bool {
        let pair = |a: &str, b: &str| self.pools.contains(&(a.to_owned(), b.to_owned()));
        pair(a, b) || pair(b, a)
    }

    /// What the webhook would say of a peering.
    pub(super) fn of(&self, peering: &Object<GatewayPeering>) -> Vec<Violation> {
        webhook(peering.name(), &peering.spec, &self.lookup)
            .into_iter()
            .filter(|violation| self.is_judged(peering, violation))
            .collect()
    }

    fn is_judged(&self, peering: &Object<GatewayPeering>, violation: &Violation) -> bool {
        match violation.id {
            "P3" | "P4" | "P7" => !is_old(&peering.spec, &violation.route),
            "P5" | "P6" => !peering.spec.peering.values().flat_map(|side| &side.expose).any(has_old_nat),
            // A missing group, VPC or External is another rule's: their routes end above the expose blocks.
            "P9" => violation.route.len() > 4 && !is_old(&peering.spec, &violation.route),
            "P10" => match &violation.subject {
                // Both halves are found; one finding, on the younger.
                Subject::Peerings(_, other) => {
                    self.cx.find::<GatewayPeering>(other).is_none_or(|other| is_younger(peering, other))
                }
                _ => true,
            },
            _ => false,
        }
    }
}

/// Checks that the webhook makes since fabric v0.120 only.
pub(super) fn is_since_0_120(violation: &Violation) -> bool {
    violation.id == "P10" || (violation.id == "P9" && violation.route.last().is_some_and(|last| last == "cidr"))
}

/// The block at a route has NAT names of very old objects.
fn is_old(spec: &PeeringSpec, route: &[String]) -> bool {
    let [_, vpc, _, index, ..] = route else { return false };
    let block = spec.peering.get(vpc).and_then(|side| side.expose.get(index.parse::<usize>().ok()?));
    block.is_some_and(has_old_nat)
}

fn has_old_nat(expose: &Expose) -> bool {
    expose.nat.as_ref().is_some_and(|nat| nat.stateless.is_some() || nat.stateful.is_some())
}
