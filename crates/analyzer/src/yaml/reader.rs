//! Reads one YAML document into a tree: the fast reader first, then the complete one, then what can be
//! saved of a broken document.

use super::broken::{self, Broken};
use super::{NodeId, Tree, TreeBuilder, events, fast, json, printable, recover};
use crate::source::{EntryId, Problem, ProblemKind, Span};

/// Problems of one document that are listed; a text can be broken at every line.
const MAX_PROBLEMS: usize = 200;

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
    let mut parsed = match json_document(entry, text, span) {
        // JSON is YAML, but its own reader is much faster.
        Some(json) if json.problems.is_empty() => json,
        json => yaml_document(entry, text, span, json),
    };
    let more = parsed.problems.len().saturating_sub(MAX_PROBLEMS);
    if more > 0 {
        parsed.problems.truncate(MAX_PROBLEMS);
        let message = format!("{more} more problems of this document are not listed");
        parsed.problems.push(Problem::warning(ProblemKind::Limit, message).at(entry, span));
    }
    parsed
}

fn json_document(entry: EntryId, text: &str, span: Span) -> Option<Parsed> {
    let bracket = span.slice(text).trim_start().starts_with(['{', '[']);
    bracket.then(|| json::parse_json(entry, text, span))
}

fn yaml_document(entry: EntryId, text: &str, span: Span, json: Option<Parsed>) -> Parsed {
    let mut problems = Vec::new();
    let mut out = TreeBuilder::new(entry);
    // Decoded text is hardly ever longer than its source.
    out.strings().reserve(span.slice(text).len());
    let base = span.start as usize;
    let document = printable::clean(entry, span.slice(text), base, &mut problems);
    let root = match (read(&mut out, &document, base, &mut problems), json) {
        (Ok(root), _) => root,
        // Of a broken flow collection the JSON reader keeps what stands before the broken place.
        (Err(broken), Some(json)) => {
            if json.tree.root().is_some_and(|root| root.size() > 0) {
                return json;
            }
            problems.push(broken.problem(entry));
            None
        }
        (Err(broken), None) => recover::recover(&mut out, &document, base, broken, &mut problems),
    };
    Parsed { tree: out.finish(root), problems }
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
        broken::describe(text, base, &error)
    })
}
