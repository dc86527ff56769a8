//! JSON, format version 1.

use crate::report::Report;

/// The report as indented JSON with a final newline.
#[must_use]
pub fn json(report: &Report) -> String {
    let mut text = serde_json::to_string_pretty(report).unwrap_or_default();
    text.push('\n');
    text
}
