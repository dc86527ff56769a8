//! Counters, drops and the packet driver (gateway reference 8.5).

use crate::rule::Rule;

/// Rules of this area.
pub const RULES: &[&dyn Rule] = &[];
