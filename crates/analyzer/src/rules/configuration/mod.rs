//! Generations, the apply path of the dataplane and of FRR (gateway reference 8.2).

mod generation_lag;

use crate::rule::Rule;

/// Rules of this area, one line each.
pub const RULES: &[&dyn Rule] = &[&generation_lag::GenerationLag];
