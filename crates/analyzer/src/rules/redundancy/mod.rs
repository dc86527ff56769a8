//! Gateway groups and failover (gateway reference 8.4).

mod degraded;
mod failback;
mod member;
mod no_failover;
mod priority_tie;
mod served;
mod single_member;
mod stale_groups;
mod stale_route;

use crate::rule::Rule;

/// Rules of this area.
pub const RULES: &[&dyn Rule] = &[
    &degraded::Degraded,
    &failback::Failback,
    &no_failover::NoFailover,
    &priority_tie::PriorityTie,
    &single_member::SingleMember,
    &stale_groups::StaleGroups,
    &stale_route::StaleRoute,
];
