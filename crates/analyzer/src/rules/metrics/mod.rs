//! The dataplane's Prometheus text (gateway reference 8.6).

mod against_status;
mod drops;
mod endpoint_down;
mod no_series;

use crate::rule::Rule;

/// Rules of this area.
pub const RULES: &[&dyn Rule] =
    &[&against_status::AgainstStatus, &drops::MetricsDrops, &endpoint_down::EndpointDown, &no_series::NoSeries];
