//! What cells hold.

use crate::model::Time;

/// What a cell holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Cast {
    /// Text.
    Text,
    /// A number.
    Int,
    /// `true` or `false`.
    Bool,
    /// An age.
    Date,
    /// A JSON list or object.
    Json,
    /// JSON in one generation, text in another.
    JsonOrText,
    /// One of these words.
    OneOf(&'static [&'static str]),
    /// `1/2`.
    Ratio,
    /// `3` or `3 (5m ago)`.
    Restarts,
}

impl Cast {
    /// True where the cell can hold this.
    pub(super) fn fits(self, text: &str) -> bool {
        let number = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        match self {
            _ if is_absent(text) => true,
            Self::Text | Self::JsonOrText => true,
            Self::Int => number(text),
            Self::Bool => matches!(text, "true" | "false"),
            Self::Date => Time::parse(text.split_once(" (").map_or(text, |(age, _)| age)).is_some(),
            Self::Json => text.starts_with(['[', '{']),
            Self::OneOf(words) => words.contains(&text),
            Self::Ratio => text.split_once('/').is_some_and(|(a, b)| number(a) && number(b)),
            Self::Restarts => number(text.split_once(" (").map_or(text, |(count, _)| count)),
        }
    }
}

/// What `kubectl` prints for a value that is not there.
pub(super) fn is_absent(text: &str) -> bool {
    matches!(text, "" | "<none>" | "<unset>" | "<nil>")
}
