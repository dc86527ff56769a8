//! NAT pools, timers, directions and access lists (gateway reference 8.5).

mod acl_denies_all;
mod acl_drops_replies;
mod acl_shadowed_rule;
mod direction;
mod idle_timeout;
mod shared_pool;
mod small_pool;

use crate::finding::KeyKind;
use crate::rule::{Relation, Rule};

/// What an access list and a shared pool can explain: drops of the pair (of the source VPC where pairs are not
/// counted), and a direction without packets (gateway reference 8.7).
const LOST_PACKETS: &[Relation] = &[
    Relation { effects: &["GW-DROPS", "GW-CTR-ONEWAY"], join: &[KeyKind::Pair] },
    Relation { effects: &["GW-DROPS", "GW-METRICS-DROPS"], join: &[KeyKind::SourceVpc] },
];

/// Rules of this area.
pub const RULES: &[&dyn Rule] = &[
    &acl_denies_all::AclDeniesAll,
    &acl_drops_replies::AclDropsReplies,
    &acl_shadowed_rule::AclShadowedRule,
    &shared_pool::SharedPool,
    &small_pool::SmallPool,
    &idle_timeout::IdleTimeout,
    &direction::Direction,
];
