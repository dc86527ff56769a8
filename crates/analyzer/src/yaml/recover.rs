//! What can be saved of a broken document: its parts are read one by one, by the lines at which they
//! start, and only those are lost in which something is wrong.

use super::assemble::duplicates;
use super::broken::Broken;
use super::decode::{self, byte, spaces};
use super::reader::read;
use super::{NodeId, NodeKind, TreeBuilder};
use crate::source::{Problem, ProblemKind, Span};

/// Levels that are taken apart; bounds the work, as each level is read once more.
const MAX_LEVELS: usize = 24;

/// Broken places that are reported one by one.
const MAX_REPORTS: usize = 50;

/// Reads the parts of a broken document; `broken` is what stopped the reader of the whole.
pub(super) fn recover(
    out: &mut TreeBuilder,
    document: &str,
    base: usize,
    broken: Broken,
    problems: &mut Vec<Problem>,
) -> Option<NodeId> {
    let mut recovery = Recovery { out, text: document, base, problems, reports: 0 };
    let whole = Part { start: 0, end: document.len(), line: 0 };
    let root = recovery.block(whole, Some(broken.clone()), 0);
    let more = recovery.reports.saturating_sub(MAX_REPORTS);
    if more > 0 {
        let message = format!("{more} more places of this document cannot be read");
        let place = Span::new(broken.at, broken.at);
        problems.push(Problem::warning(ProblemKind::Syntax, message).at(out.entry(), place));
    }
    root
}

/// A part of the document. Its first line may start before it (at `line`), with dashes.
#[derive(Debug, Clone, Copy)]
struct Part {
    start: usize,
    end: usize,
    line: usize,
}

/// An entry of a mapping or sequence: lines from `part.start` on.
#[derive(Debug, Clone, Copy)]
struct Chunk {
    part: Part,
    /// Indented by less than its neighbours, or with a tab.
    stray: bool,
}

struct Recovery<'a, 'b> {
    out: &'b mut TreeBuilder,
    text: &'a str,
    base: usize,
    problems: &'b mut Vec<Problem>,
    reports: usize,
}

impl Recovery<'_, '_> {
    /// Reads a part as a document of its own. What stands before it in its line counts as blanks.
    fn attempt(&mut self, part: Part) -> Result<Option<NodeId>, Broken> {
        let text = self.text.get(part.start..part.end).unwrap_or("");
        let before = part.start.saturating_sub(part.line);
        if before == 0 {
            return read(self.out, text, self.base.saturating_add(part.start), self.problems);
        }
        let padded = format!("{}{text}", " ".repeat(before));
        read(self.out, &padded, self.base.saturating_add(part.line), self.problems)
    }

    fn report(&mut self, broken: &Broken) {
        self.reports = self.reports.saturating_add(1);
        if self.reports > MAX_REPORTS {
            return;
        }
        self.problems.push(broken.problem(self.out.entry()));
    }

    fn report_at(&mut self, at: usize, message: &'static str, help: Option<&'static str>) {
        let at = self.base.saturating_add(at);
        self.report(&Broken { at, kind: ProblemKind::Syntax, message: message.into(), help });
    }

    fn line_end(&self, at: usize) -> usize {
        let rest = self.text.as_bytes().get(at..).unwrap_or(&[]);
        at.saturating_add(memchr::memchr(b'\n', rest).unwrap_or(rest.len()))
    }

    fn is_dash(&self, at: usize) -> bool {
        byte(self.text, at) == Some(b'-')
            && matches!(byte(self.text, at.saturating_add(1)), None | Some(b' ' | b'\n' | b'\r'))
    }

    /// True where nothing but a comment follows in the line.
    fn is_blank(&self, at: usize) -> bool {
        let rest = self.text.get(at..self.line_end(at)).unwrap_or("").trim();
        rest.is_empty() || rest.starts_with('#')
    }

    /// Reads a part that is a block mapping or sequence. `broken` is given where the whole is known
    /// not to be readable.
    fn block(&mut self, part: Part, broken: Option<Broken>, level: usize) -> Option<NodeId> {
        let broken = match broken {
            Some(broken) => broken,
            None => match self.attempt(part) {
                Ok(root) => return root,
                Err(broken) => broken,
            },
        };
        let Some((column, first)) = self.first_line(part) else {
            self.report(&broken);
            return None;
        };
        if level >= MAX_LEVELS {
            self.report(&broken);
            return None;
        }
        let sequence = self.is_dash(first);
        let chunks = self.chunks(part, column, sequence);
        let single = chunks.len() == 1;
        let mut links = Vec::new();
        for chunk in chunks {
            if chunk.stray {
                self.report_at(
                    chunk.part.start,
                    "this line is not indented like the lines around it; it is left out",
                    Some("indent with spaces, entries of one mapping or list by the same number"),
                );
                continue;
            }
            let known = single.then(|| broken.clone());
            let read = match known {
                Some(broken) => Err(broken),
                None => self.attempt(chunk.part),
            };
            match read {
                Ok(root) => self.take(root, sequence, chunk, &mut links),
                Err(broken) if sequence => self.item(chunk, broken, level, &mut links),
                Err(broken) => self.pair(chunk, column, broken, level, &mut links),
            }
        }
        self.collection(sequence, &links)
    }

    /// Column and offset of the first line with content.
    fn first_line(&self, part: Part) -> Option<(usize, usize)> {
        let (mut line, mut at) = (part.line, part.start);
        while at < part.end {
            let first = at.saturating_add(spaces(self.text, at));
            if !self.is_blank(first) {
                return Some((first.saturating_sub(line), first));
            }
            line = self.line_end(first).saturating_add(1);
            at = line;
        }
        None
    }

    /// Splits a part at the lines that start in `column`.
    fn chunks(&self, part: Part, column: usize, sequence: bool) -> Vec<Chunk> {
        let mut chunks: Vec<Chunk> = Vec::new();
        let (mut line, mut at) = (part.line, part.start);
        while at < part.end {
            let first = at.saturating_add(spaces(self.text, at));
            let next = self.line_end(first).saturating_add(1).min(part.end);
            let here = first.saturating_sub(line);
            // A tab in column 0 is left to the entry that it stands in.
            let tab = byte(self.text, first) == Some(b'\t') && here <= column;
            let starts = if tab {
                (column > 0).then_some(true)
            } else if here > column {
                chunks.is_empty().then_some(true)
            } else if here < column {
                Some(true)
            } else if sequence {
                Some(!self.is_dash(first))
            } else {
                (!self.is_dash(first) || chunks.is_empty()).then_some(false)
            };
            match starts {
                Some(stray) if !self.is_blank(first) => {
                    chunks.push(Chunk { part: Part { start: first, end: next, line }, stray });
                }
                _ => {
                    if let Some(chunk) = chunks.last_mut() {
                        chunk.part.end = next;
                    }
                }
            }
            line = next;
            at = next;
        }
        chunks
    }

    /// Takes over the entries of a chunk that could be read.
    fn take(&mut self, root: Option<NodeId>, sequence: bool, chunk: Chunk, links: &mut Vec<NodeId>) {
        let Some(root) = root else { return };
        let node = self.out.node(root);
        match node.kind() {
            NodeKind::Sequence if sequence => links.extend(node.items().map(|item| item.id())),
            NodeKind::Mapping if !sequence => {
                links.extend(node.entries().flat_map(|(key, value)| [key.id(), value.id()]));
            }
            _ => self.report_at(
                chunk.part.start,
                "expected `key: value`; the line is left out",
                Some("the text may have been cut here, or the line does not belong to the file"),
            ),
        }
    }

    /// Reads what can be saved of an item that is a mapping or sequence itself.
    fn item(&mut self, chunk: Chunk, broken: Broken, level: usize, links: &mut Vec<NodeId>) {
        let after = chunk.part.start.saturating_add(1);
        let content = after.saturating_add(spaces(self.text, after));
        let part = if self.is_blank(content) {
            let next = self.line_end(content).saturating_add(1).min(chunk.part.end);
            Part { start: next, end: chunk.part.end, line: next }
        } else {
            Part { start: content, ..chunk.part }
        };
        if !self.divisible(part) {
            self.report(&broken);
            return;
        }
        links.extend(self.block(part, None, level.saturating_add(1)));
    }

    /// Reads what can be saved of the value under a key.
    fn pair(&mut self, chunk: Chunk, column: usize, broken: Broken, level: usize, links: &mut Vec<NodeId>) {
        let start = chunk.part.start;
        let Some(colon) = self.colon(start) else {
            self.report(&broken);
            return;
        };
        let after = colon.saturating_add(1);
        let next = self.line_end(after).saturating_add(1).min(chunk.part.end);
        let value = Part { start: next, end: chunk.part.end, line: next };
        let nested = self
            .first_line(value)
            .is_some_and(|(here, first)| here > column || (here == column && self.is_dash(first)));
        if !self.is_blank(after) || !nested || !self.divisible(value) {
            self.report(&broken);
            if let Some(root) = self.cut_string(chunk, after) {
                self.take(Some(root), false, chunk, links);
            }
            return;
        }
        let key = self.attempt(Part { end: after, ..chunk.part }).ok().flatten();
        let key = key.and_then(|map| self.out.node(map).entries().next().map(|(key, _)| key.id()));
        let Some(key) = key else {
            self.report(&broken);
            return;
        };
        if let Some(value) = self.block(value, None, level.saturating_add(1)) {
            links.extend([key, value]);
        }
    }

    /// Reads a pair whose value is a quoted string that goes on to the end of the text: a text that was cut.
    /// What stands before the cut is the value. Only strings of several lines: half a name is no name.
    fn cut_string(&mut self, chunk: Chunk, after: usize) -> Option<NodeId> {
        if !self.text.get(chunk.part.end..)?.trim().is_empty() {
            return None;
        }
        let quote = byte(self.text, after.saturating_add(spaces(self.text, after)))?;
        let text = self.text.get(chunk.part.start..chunk.part.end)?;
        let (text, close) = match quote {
            b'"' => (decode::whole_escapes(text), '"'),
            b'\'' => (text, '\''),
            _ => return None,
        };
        if !text.trim_end().contains('\n') {
            return None;
        }
        let before = chunk.part.start.saturating_sub(chunk.part.line);
        let closed = format!("{}{text}{close}", " ".repeat(before));
        read(self.out, &closed, self.base.saturating_add(chunk.part.line), self.problems).ok().flatten()
    }

    /// True where a part starts with a key or a dash, so that it can be taken apart further.
    fn divisible(&self, part: Part) -> bool {
        self.first_line(part).is_some_and(|(_, first)| self.is_dash(first) || self.colon(first).is_some())
    }

    /// The colon after the key at `at`.
    fn colon(&self, at: usize) -> Option<usize> {
        let line = self.text.get(..self.line_end(at))?;
        let mut skip = String::new();
        let mut from = match byte(line, at)? {
            b'"' => decode::double_quoted(line, at, 0, &mut skip)?,
            b'\'' => decode::single_quoted(line, at, 0, &mut skip)?,
            _ => at,
        };
        loop {
            let rest = line.as_bytes().get(from..)?;
            let colon = from.saturating_add(memchr::memchr(b':', rest)?);
            from = colon.saturating_add(1);
            if matches!(byte(line, from), None | Some(b' ' | b'\t' | b'\r')) {
                return Some(colon);
            }
        }
    }

    fn collection(&mut self, sequence: bool, links: &[NodeId]) -> Option<NodeId> {
        let span = |id: &NodeId| self.out.node(*id).place().span;
        let start = links.first().map(span)?.start;
        let end = links.iter().map(|id| span(id).end).max()?;
        let span = Span { start, end };
        if sequence {
            return Some(self.out.sequence(links, span));
        }
        duplicates(self.out, links, self.problems);
        Some(self.out.mapping_links(links, span))
    }
}
