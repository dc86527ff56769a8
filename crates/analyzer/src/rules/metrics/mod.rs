//! The dataplane's Prometheus text (gateway reference 8.6).

mod against_status;
mod endpoint_down;
mod no_series;

use crate::rule::Rule;

/// Rules of this area.
pub const RULES: &[&dyn Rule] = &[&against_status::AgainstStatus, &endpoint_down::EndpointDown, &no_series::NoSeries];
