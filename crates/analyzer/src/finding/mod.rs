//! The vocabulary of a diagnosis: findings, their evidence, and the keys through which they are joined.

mod evidence;
mod key;
mod subject;

pub use evidence::{Evidence, Step};
pub use key::{Key, KeyKind};
pub use subject::Subject;

use std::collections::BTreeSet;

/// How bad a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// Worth knowing; nothing to do.
    Info,
    /// May hurt, or hurts redundancy.
    Warning,
    /// Something does not work.
    Error,
    /// A gateway or more is out of service.
    Critical,
}

impl Severity {
    /// All, worst first.
    pub const ALL: [Self; 4] = [Self::Critical, Self::Error, Self::Warning, Self::Info];

    /// The word used in reports.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Info => "info",
            Self::Warning => "warning",
            Self::Error => "error",
            Self::Critical => "critical",
        }
    }
}

/// How sure a finding is; independent of its severity.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Confidence {
    /// The evidence allows it, and another reading too.
    Possible,
    /// The evidence makes it the best reading.
    Likely,
    /// The evidence proves it.
    Certain,
}

impl Confidence {
    /// The word used in reports.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Possible => "possible",
            Self::Likely => "likely",
            Self::Certain => "certain",
        }
    }
}

/// One statement of a rule about one subject.
#[derive(Debug, Clone)]
pub struct Finding {
    /// Id of the rule.
    pub rule: &'static str,
    /// Names that the statement has in the references (`GW-GEN-LAG`, `S1`).
    pub reference: Vec<&'static str>,
    /// How bad.
    pub severity: Severity,
    /// How sure.
    pub confidence: Confidence,
    /// The object to change or look at.
    pub subject: Subject,
    /// One line: what is wrong.
    pub title: String,
    /// Why it is so, and what it means.
    pub detail: String,
    /// Proof, most direct first.
    pub evidence: Vec<Evidence>,
    /// What to do next.
    pub next_steps: Vec<Step>,
    /// What the finding is about; relations join on these.
    pub keys: BTreeSet<Key>,
    /// Any standing finding of another rule that has one of these keys explains this one: for generic signs (an
    /// event, a line of a controller's log) that are only evidence of what is wrong with their object.
    pub yields_to: BTreeSet<Key>,
}

impl Finding {
    /// Sets how sure the finding is.
    #[must_use]
    pub fn confidence(mut self, confidence: Confidence) -> Self {
        self.confidence = confidence;
        self
    }

    /// Sets the explanation.
    #[must_use]
    pub fn detail(mut self, detail: impl Into<String>) -> Self {
        self.detail = detail.into();
        self
    }

    /// Adds proof.
    #[must_use]
    pub fn evidence(mut self, evidence: Evidence) -> Self {
        self.evidence.push(evidence);
        self
    }

    /// Adds proof, several pieces.
    #[must_use]
    pub fn evidences(mut self, evidence: impl IntoIterator<Item = Evidence>) -> Self {
        self.evidence.extend(evidence);
        self
    }

    /// Adds a next step with a command.
    #[must_use]
    pub fn run(mut self, text: impl Into<String>, command: impl Into<String>) -> Self {
        self.next_steps.push(Step { text: text.into(), command: Some(command.into()) });
        self
    }

    /// Adds a next step in words.
    #[must_use]
    pub fn step(mut self, text: impl Into<String>) -> Self {
        self.next_steps.push(Step { text: text.into(), command: None });
        self
    }

    /// Adds a join key.
    #[must_use]
    pub fn key(mut self, key: Key) -> Self {
        self.keys.insert(key);
        self
    }

    /// Gives way to any other standing finding that has this key.
    #[must_use]
    pub fn yield_to(mut self, key: Key) -> Self {
        self.yields_to.insert(key);
        self
    }

    /// Gives way to any other standing finding that has one of these keys.
    #[must_use]
    pub fn yield_tos(mut self, keys: impl IntoIterator<Item = Key>) -> Self {
        self.yields_to.extend(keys);
        self
    }

    /// Adds join keys.
    #[must_use]
    pub fn keys(mut self, keys: impl IntoIterator<Item = Key>) -> Self {
        self.keys.extend(keys);
        self
    }

    /// Adds a reference name, where two rows of the references state one fact.
    #[must_use]
    pub fn reference(mut self, name: &'static str) -> Self {
        if !self.reference.contains(&name) {
            self.reference.push(name);
        }
        self
    }
}
