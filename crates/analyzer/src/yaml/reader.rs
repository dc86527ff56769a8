//! Reads one YAML document into a tree: the fast reader first, then the complete one, then what can be
//! saved of a broken document.

use std::borrow::Cow;

use super::recover;
use super::{NodeId, Tree, TreeBuilder, events, fast, json, printable};
use crate::source::{EntryId, Problem, ProblemKind, Span};

/// A document as it was read. Parsing never fails: what could not be read is named in `problems`.
#[derive(Debug, Default)]
pub struct Parsed {
    /// The document; without a root where nothing could be read or nothing was written.
    pub tree: Tree,
    /// What was wrong, with places in the entry's text.
    pub problems: Vec<Problem>,
}

/// Reads the one YAML document that stands at `span` of `text`, the text of `entry`. All spans are
/// offsets in `text`. Of a broken document everything beside the broken places is kept.
#[must_use]
pub fn parse(entry: EntryId, text: &str, span: Span) -> Parsed {
    let mut problems = Vec::new();
    let mut out = TreeBuilder::new(entry);
    let base = span.start as usize;
    let document = printable::clean(entry, span.slice(text), base, &mut problems);
    let root = match read(&mut out, &document, base, &mut problems) {
        Ok(root) => root,
        Err(broken) if document.trim_start().starts_with(['{', '[']) => {
            // JSON, or close to it: its reader keeps more of a broken text.
            let read = json::parse_json(entry, text, span);
            if read.tree.root().is_some_and(|root| root.size() > 0) {
                problems.extend(read.problems);
                return Parsed { tree: read.tree, problems };
            }
            problems.push(broken.problem(entry));
            None
        }
        Err(broken) => recover::recover(&mut out, &document, base, broken, &mut problems),
    };
    Parsed { tree: out.finish(root), problems }
}

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

/// Reads a piece of text that is a document of its own. On failure `out` and `problems` are as before.
pub(super) fn read(
    out: &mut TreeBuilder,
    text: &str,
    base: usize,
    problems: &mut Vec<Problem>,
) -> Result<Option<NodeId>, Broken> {
    let (mark, known) = (out.mark(), problems.len());
    // The fast reader knows no line ends but LF.
    if memchr::memchr(b'\r', text.as_bytes()).is_none() {
        if let Ok(root) = fast::read(out, text, base, problems) {
            return Ok(root);
        }
        out.rollback(mark);
        problems.truncate(known);
    }
    events::read(out, text, base, problems).map_err(|error| {
        out.rollback(mark);
        problems.truncate(known);
        recover::describe(text, base, &error)
    })
}
