//! The rules, by area. A new rule is one file in its area and one line in the area's `RULES`.

pub mod configuration;
pub mod control;
pub mod links;
pub mod liveness;
pub mod metrics;
pub mod nat;
pub mod peering;
pub mod redundancy;
mod relations;
pub mod sessions;
pub mod switches;
pub mod traffic;
pub mod vpc;
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
        control::RULES,
        switches::RULES,
        links::RULES,
        sessions::RULES,
        vpc::RULES,
    ]
}
