//! What a rule says of its subjects.

use super::{Meta, Source};
use crate::finding::{Confidence, Finding, Severity, Subject};

/// A subject that could not be judged.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Unchecked {
    /// The subject; none when the rule as a whole could not run.
    pub subject: Option<Subject>,
    /// What is missing, in words.
    pub missing: String,
    /// The source that would supply it, where one would.
    pub source: Option<Source>,
}

/// Collects what a rule says; one per rule run.
#[derive(Debug)]
pub struct Outcome {
    meta: &'static Meta,
    /// Findings.
    pub findings: Vec<Finding>,
    /// Subjects that were judged and are all right.
    pub passed: usize,
    /// Subjects that could not be judged.
    pub unchecked: Vec<Unchecked>,
}

impl Outcome {
    /// An empty outcome of a rule.
    #[must_use]
    pub fn new(meta: &'static Meta) -> Self {
        Self { meta, findings: Vec::new(), passed: 0, unchecked: Vec::new() }
    }

    /// Starts a finding with the rule's names; hand it to [`Outcome::report`] when it is complete.
    #[must_use]
    pub fn finding(&self, severity: Severity, subject: Subject, title: impl Into<String>) -> Finding {
        debug_assert!(self.meta.severities.contains(&severity), "{}: severity not declared", self.meta.id);
        Finding {
            rule: self.meta.id,
            reference: self.meta.reference.to_vec(),
            severity,
            confidence: Confidence::Certain,
            subject,
            title: title.into(),
            detail: String::new(),
            evidence: Vec::new(),
            next_steps: Vec::new(),
            keys: std::collections::BTreeSet::new(),
            yields_to: std::collections::BTreeSet::new(),
        }
    }

    /// Takes a finding. It gets the key of its subject.
    pub fn report(&mut self, mut finding: Finding) {
        finding.keys.insert(finding.subject.key());
        self.findings.push(finding);
    }

    /// One more subject is all right.
    pub fn pass(&mut self) {
        self.passed += 1;
    }

    /// A subject cannot be judged because a source is missing.
    pub fn not_checked(&mut self, subject: Subject, source: Source) {
        self.unchecked.push(Unchecked {
            subject: Some(subject),
            missing: source.title().to_owned(),
            source: Some(source),
        });
    }

    /// A subject cannot be judged for a reason other than a missing source (an old release, an unknown layout).
    pub fn cannot_tell(&mut self, subject: Subject, why: impl Into<String>) {
        self.unchecked.push(Unchecked { subject: Some(subject), missing: why.into(), source: None });
    }

    /// The rule as a whole cannot judge.
    pub fn not_checked_at_all(&mut self, source: Source) {
        self.unchecked.push(Unchecked { subject: None, missing: source.title().to_owned(), source: Some(source) });
    }
}
