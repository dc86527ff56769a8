//! BGP and BFD sessions of the switches (fabric reference 8.5).

use crate::rule::Rule;

/// Rules of this area.
pub const RULES: &[&dyn Rule] = &[];
