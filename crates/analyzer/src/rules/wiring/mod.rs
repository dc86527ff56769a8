//! Wiring, interfaces, BGP, BFD and routes (gateway reference 8.3).

use crate::rule::Rule;

/// Rules of this area.
pub const RULES: &[&dyn Rule] = &[];
