//! What the user tells the analysis.

use jiff::Timestamp;

use crate::ingest::Limits;

/// A symptom that the user sees.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Symptom {
    /// Traffic works for a while and then stops.
    StopsAfterAWhile,
}

/// Options of an analysis.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// Overrides the capture time.
    pub captured_at: Option<Timestamp>,
    /// Traffic that should flow: (from, to), VPC names or `ext.<External>`.
    pub expect: Vec<(String, String)>,
    /// What the user sees.
    pub symptom: Option<Symptom>,
    /// Limits on what is read.
    pub limits: Limits,
}
