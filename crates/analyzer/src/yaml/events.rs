//! The complete YAML reader: events of the parser crate into a tree.

use granit_parser::{Event, Parser, ScalarStyle as Style, ScanError};

use super::assemble::{Assembler, Child, MAX_DEPTH};
use super::decode::byte;
use super::{NodeId, TreeBuilder, block};
use crate::source::{Problem, ProblemKind, ScalarStyle, Span};

/// Nodes that aliases may stand for in one document before they are cut: far more than any real use,
/// far less than what makes a small file ("billion laughs") expand without end.
const MAX_EXPANDED: u64 = 1_000_000;

/// Reads the first document of `text`, whose byte 0 is byte `base` of the entry.
pub(super) fn read(
    out: &mut TreeBuilder,
    text: &str,
    base: usize,
    problems: &mut Vec<Problem>,
) -> Result<Option<NodeId>, ScanError> {
    let mut options = granit_parser::Options::default();
    options.emit_comments = false;
    options.emit_unresolved_aliases = true;
    options.block_scalar_eof_without_line_feed = true;
    options.bom_inside_document_as_content = true;
    options.flow_nesting_limit = MAX_DEPTH;
    options.block_nesting_limit = MAX_DEPTH;
    let mut reader = Reader {
        text,
        base,
        cursor: 0,
        anchors: Vec::new(),
        expanded: 0,
        open: Vec::new(),
        tree: Assembler::new(out, problems),
    };
    let mut parser = Parser::new_from_str_with_options(text, options);
    let mut documents = 0_usize;
    while let Some(next) = parser.next_event() {
        let (event, span) = next?;
        if matches!(event, Event::DocumentStart(..)) {
            documents = documents.saturating_add(1);
            if documents > 1 {
                let message = "a second document follows where one is expected; it is not read";
                let problem = Problem::warning(ProblemKind::Syntax, message);
                let place = reader.span(span.byte_range().unwrap_or_default());
                reader.tree.problems.push(problem.at(reader.tree.out.entry(), place));
                break;
            }
        }
        reader.event(&event, span.byte_range().unwrap_or_default());
    }
    Ok(reader.tree.root.map(|child| child.id))
}

struct Reader<'a, 'b> {
    text: &'a str,
    base: usize,
    /// End of the last token seen: block scalars are looked for from here, as the parser reports
    /// their content only.
    cursor: usize,
    /// Nodes by anchor id; none while the node is still open.
    anchors: Vec<Option<Child>>,
    expanded: u64,
    /// Anchor ids and kinds (true: flow) of the open collections.
    open: Vec<(usize, bool)>,
    tree: Assembler<'b>,
}

impl Reader<'_, '_> {
    fn span(&self, range: std::ops::Range<usize>) -> Span {
        Span::new(self.base.saturating_add(range.start), self.base.saturating_add(range.end))
    }

    fn event(&mut self, event: &Event<'_>, range: std::ops::Range<usize>) {
        let end = range.end;
        match event {
            Event::Scalar(value, style, anchor, _) => {
                let child = self.scalar(value, *style, range);
                self.tree.child(child);
                self.anchor(*anchor, child);
            }
            Event::SequenceStart(_, anchor, _) | Event::MappingStart(_, anchor, _) => {
                let sequence = matches!(event, Event::SequenceStart(..));
                // A flow collection has its bracket as span; a pair in a flow sequence (`[a: b]`) and
                // a block collection have an empty one.
                let flow = !range.is_empty();
                let start = flow.then(|| self.span(range).start);
                self.tree.open(sequence, start);
                self.open.push((*anchor, flow));
            }
            Event::SequenceEnd | Event::MappingEnd => {
                let (anchor, flow) = self.open.pop().unwrap_or_default();
                let end = flow.then(|| self.span(range).end);
                if let Some(child) = self.tree.close(end) {
                    self.anchor(anchor, child);
                }
            }
            Event::Alias(anchor) => {
                let target = self.anchors.get(*anchor).copied().flatten();
                let child = self.alias(target, range);
                self.tree.child(child);
            }
            Event::UnresolvedAlias(_) => {
                let child = self.no_alias(range);
                self.tree.child(child);
            }
            _ => {}
        }
        // The start of a document without `---` covers its first token.
        if !matches!(event, Event::DocumentStart(false, _)) {
            self.cursor = self.cursor.max(end);
        }
    }

    fn anchor(&mut self, anchor: usize, child: Child) {
        if anchor == 0 {
            return;
        }
        if self.anchors.len() <= anchor {
            self.anchors.resize(anchor.saturating_add(1), None);
        }
        if let Some(slot) = self.anchors.get_mut(anchor) {
            *slot = Some(child);
        }
    }

    fn alias(&mut self, target: Option<Child>, range: std::ops::Range<usize>) -> Child {
        let Some(target) = target else {
            let message = "the alias stands inside the node that it names; read as null";
            return self.broken_alias(Problem::warning(ProblemKind::Syntax, message), range);
        };
        let expanded = self.expanded.saturating_add(target.weight);
        let deep = self.tree.depth().saturating_add(target.height) > MAX_DEPTH.saturating_mul(2);
        if expanded > MAX_EXPANDED || deep {
            let message = "the aliases of this document stand for too many nodes; read as null";
            return self.broken_alias(Problem::warning(ProblemKind::Limit, message), range);
        }
        self.expanded = expanded;
        Child { span: self.span(range), ..target }
    }

    /// An alias without anchor is text that should have been quoted: collectors write `***HIDDEN***`
    /// over secrets.
    fn no_alias(&mut self, range: std::ops::Range<usize>) -> Child {
        let text = self.text.get(range.clone()).unwrap_or("");
        let problem = if text.starts_with("**") {
            Problem::note(ProblemKind::Collection, "the value was replaced by the collector")
        } else {
            Problem::warning(ProblemKind::Syntax, "the alias names no anchor; read as text")
        };
        let span = self.span(range);
        self.tree.problems.push(problem.at(self.tree.out.entry(), span));
        Child::leaf(self.tree.out.scalar(text, ScalarStyle::Plain, span), span)
    }

    fn broken_alias(&mut self, problem: Problem, range: std::ops::Range<usize>) -> Child {
        let span = self.span(range);
        self.tree.problems.push(problem.at(self.tree.out.entry(), span));
        Child::leaf(self.tree.out.scalar("", ScalarStyle::Plain, span), span)
    }

    fn scalar(&mut self, value: &str, style: Style, range: std::ops::Range<usize>) -> Child {
        let (style, range) = match style {
            Style::Plain if range.is_empty() => {
                // Nothing written: the parser stands on the colon of the key, or after the dash and blanks.
                let colon = byte(self.text, range.start) == Some(b':');
                let before = self.text.get(..range.start).unwrap_or("");
                let at = if colon { range.start.saturating_add(1) } else { before.trim_end_matches([' ', '\t']).len() };
                let span = self.span(at..at);
                return Child::leaf(self.tree.out.scalar("", ScalarStyle::Plain, span), span);
            }
            Style::Plain => (ScalarStyle::Plain, range),
            Style::SingleQuoted => (ScalarStyle::SingleQuoted, range),
            Style::DoubleQuoted => (ScalarStyle::DoubleQuoted, range),
            Style::Literal | Style::Folded => {
                let start = indicator(self.text, self.cursor);
                let end = block::span_end(self.text, start, range.end.max(start));
                let style = if style == Style::Literal { ScalarStyle::Literal } else { ScalarStyle::Folded };
                (style, start..end)
            }
        };
        let span = self.span(range);
        Child::leaf(self.tree.out.scalar(value, style, span), span)
    }
}

/// The next `|` or `>` that is a token, from the end of another token on.
fn indicator(text: &str, from: usize) -> usize {
    let bytes = text.as_bytes();
    let mut at = from;
    while let Some(b) = bytes.get(at) {
        let rest = bytes.get(at..).unwrap_or(&[]);
        let skipped = match b {
            b'|' | b'>' => return at,
            b'#' => memchr::memchr(b'\n', rest).unwrap_or(rest.len()),
            b'&' | b'!' => rest.iter().take_while(|b| !b.is_ascii_whitespace()).count(),
            _ => 1,
        };
        at = at.saturating_add(skipped.max(1));
    }
    from
}
