//! The rules, by area. A new rule is one file in its area and one line in the area's `RULES`.

pub mod configuration;
pub mod liveness;
pub mod metrics;
pub mod nat;
pub mod peering;
pub mod redundancy;
mod relations;
pub mod traffic;
pub mod wiring;

use crate::rule::Rule;

/// All areas.
#[must_use]
pub fn all() -> Vec<&'static [&'static dyn Rule]> {
    vec![
        liveness::RULES,
        configuration::RULES,
        peering::RULES,
        wiring::RULES,
        redundancy::RULES,
        traffic::RULES,
        nat::RULES,
        metrics::RULES,
    ]
}
