//! Peerings, VPCInfos and their way into the agents (gateway reference 8.2).

use crate::rule::Rule;

/// Rules of this area.
pub const RULES: &[&dyn Rule] = &[];
