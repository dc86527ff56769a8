//! The dataplane's Prometheus text (gateway reference 8.6).

mod endpoint_down;

use crate::rule::Rule;

/// Rules of this area.
pub const RULES: &[&dyn Rule] = &[&endpoint_down::EndpointDown];
