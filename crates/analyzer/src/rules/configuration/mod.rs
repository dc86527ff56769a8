//! Generations, the apply path of the dataplane and of FRR (gateway reference 8.2).

mod acl_scope;
mod commands;
mod control_plane;
mod duplicate_pair;
mod foreign_group;
mod frr_desync;
mod frr_failed;
mod frr_lag;
mod frr_timeout;
mod generation_ahead;
mod generation_lag;
mod group_rank;
mod recompute;
mod recomputed;
mod rejected;
mod rolled_back;
mod skew;
mod version;

use crate::facts::Gw;
use crate::finding::{Key, Severity};
use crate::rule::Rule;

/// Rules of this area, one line each.
pub const RULES: &[&dyn Rule] = &[
    &generation_lag::GenerationLag,
    &generation_ahead::GenerationAhead,
    &rejected::Rejected,
    &recomputed::Recomputed,
    &duplicate_pair::DuplicatePair,
    &acl_scope::AclScope,
    &group_rank::GroupRank,
    &foreign_group::ForeignGroup,
    &rolled_back::RolledBack,
    &frr_lag::FrrLag,
    &frr_failed::FrrFailed,
    &frr_timeout::FrrTimeout,
    &frr_desync::FrrDesync,
    &control_plane::ControlPlane,
    &skew::Skew,
    &version::VersionDiffers,
];

/// A new gateway is at most worth a note.
fn for_gateway(gateway: &Gw<'_, '_>, severity: Severity) -> Severity {
    if gateway.is_new() { Severity::Info } else { severity }
}

/// The gateway, and it with each of these generations; relations of this area join on them.
fn generation_keys(gateway: &Gw<'_, '_>, generations: impl IntoIterator<Item = Option<i64>>) -> Vec<Key> {
    let name = gateway.name();
    let generations = generations.into_iter().flatten().map(|number| Key::Generation(name.to_owned(), number));
    generations.chain([gateway.key()]).collect()
}

#[cfg(test)]
mod tests;
