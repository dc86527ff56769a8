//! The dataplane's metrics of one gateway (gateway reference 5.1).

use std::collections::BTreeMap;

use crate::source::Span;

/// What a `vpc_*` series counts.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Series {
    /// `total="<vpc>"`.
    Total(String),
    /// `drops="<vpc>"`.
    Drops(String),
    /// `from`, `to`.
    Pair(String, String),
}

/// One sample.
#[derive(Debug, Clone, PartialEq)]
pub struct VpcSample {
    /// Value as printed.
    pub text: String,
    /// Value; counts are exact up to 2^53, use [`VpcSample::count`] for them.
    pub value: f64,
    /// The line in the text.
    pub span: Span,
}

impl VpcSample {
    /// The value as a count; fractions are cut.
    #[must_use]
    pub fn count(&self) -> u64 {
        self.text.parse().unwrap_or({
            if self.value.is_finite() && self.value > 0.0 {
                // Saturates: `as` between float and integer never wraps.
                self.value as u64
            } else {
                0
            }
        })
    }
}

/// All `vpc_*` samples of one gateway: family name to series to sample.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct VpcMetrics {
    /// `vpc_packet_count`, `vpc_packet_rate`, … to their series.
    pub families: BTreeMap<String, BTreeMap<Series, VpcSample>>,
}

impl VpcMetrics {
    /// One sample.
    #[must_use]
    pub fn get(&self, family: &str, series: &Series) -> Option<&VpcSample> {
        self.families.get(family)?.get(series)
    }

    /// Series of a family; empty if it is absent.
    pub fn series(&self, family: &str) -> impl Iterator<Item = (&Series, &VpcSample)> {
        self.families.get(family).into_iter().flatten()
    }

    /// True if any `vpc_pair_drops_*` is there (since dataplane v0.25.0).
    #[must_use]
    pub fn has_pair_drops(&self) -> bool {
        self.families.keys().any(|name| name.starts_with("vpc_pair_drops_"))
    }

    /// True if no `vpc_*` series is there.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.families.values().all(BTreeMap::is_empty)
    }
}
