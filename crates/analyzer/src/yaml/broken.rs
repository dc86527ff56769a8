//! Syntax errors in the words of somebody who has a file to repair.

use std::borrow::Cow;

use granit_parser::{ErrorKind, ScanError};

use super::assemble::brief;
use crate::source::{EntryId, Problem, ProblemKind, Span};

/// What stopped a reader.
#[derive(Debug, Clone)]
pub(super) struct Broken {
    /// Offset in the entry's text.
    pub(super) at: usize,
    pub(super) kind: ProblemKind,
    pub(super) message: Cow<'static, str>,
    pub(super) help: Option<&'static str>,
}

impl Broken {
    /// The report of it.
    pub(super) fn problem(&self, entry: EntryId) -> Problem {
        let place = Span::new(self.at, self.at.saturating_add(1));
        let problem = Problem::warning(self.kind, self.message.clone()).at(entry, place);
        match self.help {
            Some(help) => problem.help(help),
            None => problem,
        }
    }
}

/// Puts a parser's error into the words of somebody who has a file to repair.
pub(super) fn describe(text: &str, base: usize, error: &ScanError) -> Broken {
    let at = error.marker().byte_offset().unwrap_or(0).min(text.len());
    let (mut kind, mut help) = (ProblemKind::Syntax, None);
    let cut = Some("the text may have been cut here");
    let message = match error.kind() {
        ErrorKind::TabInBlockIndentation | ErrorKind::TabInIndentation | ErrorKind::TabNotAllowed => {
            help = Some("YAML is indented with spaces only");
            "a tab is used for indentation".into()
        }
        ErrorKind::UnclosedQuotedScalar => {
            help = cut;
            "the quote that is opened here is never closed".into()
        }
        ErrorKind::UnclosedFlowCollection { open } => {
            help = cut;
            format!("the `{open}` that is opened here is never closed").into()
        }
        ErrorKind::RecursionLimitExceeded => {
            kind = ProblemKind::Limit;
            "collections are nested too deeply here".into()
        }
        ErrorKind::MappingValueNotAllowed => {
            help = Some("quote a value that contains `: `; check the indentation of the line");
            "a `key: value` is not allowed here".into()
        }
        ErrorKind::ExpectedBlockMappingKey | ErrorKind::InvalidIndentation => {
            help = Some("entries of one mapping are indented by the same number of spaces");
            "expected a key of the mapping around this line".into()
        }
        ErrorKind::SimpleKeyExpected => {
            help = cut;
            "expected `key: value`".into()
        }
        ErrorKind::UnexpectedCharacter { character } => {
            help = Some("quote the value that starts with this character");
            format!("`{}` cannot stand here", brief(&character.to_string())).into()
        }
        _ => format!("cannot be read as YAML: {}", error.info()).into(),
    };
    Broken { at: base.saturating_add(at), kind, message, help }
}
