//! Control plane: fabricator, controllers, pods, nodes, events, secrets (fabric reference 8.1).

use crate::rule::Rule;

/// Rules of this area.
pub const RULES: &[&dyn Rule] = &[];
