//! Proof of a finding.

use crate::source::Place;

/// One piece of proof: a place in the bundle, or an absence with where it was looked for.
#[derive(Debug, Clone)]
pub struct Evidence {
    /// Where it stands; none for absences.
    pub place: Option<Place>,
    /// Field path in the object (`status.lastAppliedGen`), or nothing.
    pub field: Option<String>,
    /// The value, as text.
    pub value: Option<String>,
    /// What it shows.
    pub note: String,
    /// For absences: where it was looked for.
    pub looked_in: Option<String>,
}

impl Evidence {
    /// A place with a note.
    #[must_use]
    pub fn at(place: Place, note: impl Into<String>) -> Self {
        Self { place: Some(place), field: None, value: None, note: note.into(), looked_in: None }
    }

    /// An absence.
    #[must_use]
    pub fn absence(looked_in: impl Into<String>, note: impl Into<String>) -> Self {
        Self { place: None, field: None, value: None, note: note.into(), looked_in: Some(looked_in.into()) }
    }

    /// Names the value.
    #[must_use]
    pub fn value(mut self, value: impl Into<String>) -> Self {
        self.value = Some(value.into());
        self
    }

    /// Names the field.
    #[must_use]
    pub fn field(mut self, field: impl Into<String>) -> Self {
        self.field = Some(field.into());
        self
    }
}

/// What to do next.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Step {
    /// In words.
    pub text: String,
    /// The command to run, where there is one.
    pub command: Option<String>,
}
