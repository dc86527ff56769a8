//! Gateway groups and failover (gateway reference 8.4).

use crate::rule::Rule;

/// Rules of this area.
pub const RULES: &[&dyn Rule] = &[];
