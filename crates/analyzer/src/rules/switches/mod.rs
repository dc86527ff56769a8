//! Agents of the switches and their hardware (fabric reference 8.1, 8.2).

use crate::rule::Rule;

/// Rules of this area.
pub const RULES: &[&dyn Rule] = &[];
