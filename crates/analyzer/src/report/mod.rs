//! The report: everything a renderer needs, serialisable, with its format version inside.

mod assemble;
mod model;
mod secret;

pub(crate) use secret::{ends_before_value, mask_line};

pub use assemble::{Assembly, Captured, assemble};
pub use model::{
    BundleInfo, Counts, CoverageOut, DatedOut, EntryInfo, EvidenceOut, FindingOut, ImpactOut, InputProblem, NotChecked,
    Passed, Report, StepOut, SubjectOut, Tool, Verdict,
};

/// JSON Schema of the report.
#[must_use]
pub fn schema() -> serde_json::Value {
    schemars::schema_for!(Report).to_value()
}
