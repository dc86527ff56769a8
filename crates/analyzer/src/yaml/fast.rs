//! Fast reader for the block-style subset of YAML that `kubectl` and the dump write.
//!
//! It knows block mappings and sequences, plain, quoted and block scalars and `{}`/`[]`. At anything
//! else (anchors, tags, other flow collections, complex keys, tabs, odd indentation) it gives up, and
//! the complete reader decides. Where it answers, it answers exactly as that one does.

use memchr::memchr;

use super::assemble::{Assembler, Child, MAX_DEPTH};
use super::decode::{byte, spaces};
use super::{NodeId, TreeBuilder};
use crate::source::{Problem, ScalarStyle, Span};

/// The reader gave up.
pub(super) struct GaveUp;

pub(super) type Step<T> = Result<T, GaveUp>;

/// Reads one document. `text` must hold printable characters and no CR; byte 0 is byte `base` of the
/// entry.
pub(super) fn read(
    out: &mut TreeBuilder,
    text: &str,
    base: usize,
    problems: &mut Vec<Problem>,
) -> Step<Option<NodeId>> {
    let tree = Assembler::new(out, problems);
    let mut reader = Reader { text, base, pos: 0, frames: Vec::new(), tree };
    while reader.pos < text.len() {
        reader.line()?;
    }
    while !reader.frames.is_empty() {
        reader.close()?;
    }
    Ok(reader.tree.root.map(|child| child.id))
}

/// An open block collection.
#[derive(Clone, Copy)]
pub(super) struct Frame {
    sequence: bool,
    /// Column of its keys or dashes.
    pub(super) indent: usize,
    /// After a key's colon or a dash, until its value was read: where a null would stand.
    pending: Option<usize>,
}

pub(super) struct Reader<'a, 'b> {
    pub(super) text: &'a str,
    pub(super) base: usize,
    /// Start of the next line.
    pub(super) pos: usize,
    pub(super) frames: Vec<Frame>,
    pub(super) tree: Assembler<'b>,
}

impl Reader<'_, '_> {
    pub(super) fn byte(&self, at: usize) -> Option<u8> {
        byte(self.text, at)
    }

    pub(super) fn span(&self, start: usize, end: usize) -> Span {
        Span::new(self.base.saturating_add(start), self.base.saturating_add(end))
    }

    /// End of the line that holds `at`, without the line feed.
    pub(super) fn line_end(&self, at: usize) -> usize {
        let rest = self.text.as_bytes().get(at..).unwrap_or(&[]);
        at.saturating_add(memchr(b'\n', rest).unwrap_or(rest.len()))
    }

    /// True where a line or the text ends at `at`.
    pub(super) fn ends(&self, at: usize) -> bool {
        matches!(self.byte(at), None | Some(b'\n'))
    }

    fn is_dash(&self, at: usize) -> bool {
        self.byte(at) == Some(b'-') && matches!(self.byte(at.saturating_add(1)), None | Some(b'\n' | b' '))
    }

    fn line(&mut self) -> Step<()> {
        let column = spaces(self.text, self.pos);
        let at = self.pos.saturating_add(column);
        match self.byte(at) {
            None => {
                self.pos = self.text.len();
                return Ok(());
            }
            Some(b'\n') => {
                self.pos = at.saturating_add(1);
                return Ok(());
            }
            Some(b'#') => {
                self.pos = self.line_end(at).saturating_add(1);
                return Ok(());
            }
            Some(b'\t') => return Err(GaveUp),
            Some(b'-' | b'.') if column == 0 => {
                let word = self.text.get(at..at.saturating_add(3)).unwrap_or("");
                if word == "---" || word == "..." {
                    return Err(GaveUp);
                }
            }
            Some(_) => {}
        }
        let dash = self.is_dash(at);
        while let Some(top) = self.frames.last() {
            // A sequence may stand in the column of the key that holds it.
            if top.indent > column || (top.indent == column && top.sequence && !dash) {
                self.close()?;
            } else {
                break;
            }
        }
        self.entry(at, column)
    }

    /// Reads the entry at `at`: dashes, then a key with what is on its line, or an item.
    fn entry(&mut self, at: usize, column: usize) -> Step<()> {
        let (mut at, mut column, mut inline) = (at, column, false);
        while self.is_dash(at) {
            self.collection(true, column)?;
            let after = at.saturating_add(1);
            self.set_pending(Some(after))?;
            let next = after.saturating_add(spaces(self.text, after));
            match self.byte(next) {
                None | Some(b'\n') => {
                    self.pos = next.saturating_add(1);
                    return Ok(());
                }
                Some(b'\t' | b'#') => return Err(GaveUp),
                Some(_) => {}
            }
            column = column.saturating_add(next.saturating_sub(at));
            (at, inline) = (next, true);
        }
        match self.key(at)? {
            Some((key, colon)) => {
                self.collection(false, column)?;
                self.tree.child(key);
                let after = colon.saturating_add(1);
                self.set_pending(Some(after))?;
                self.value(after.saturating_add(spaces(self.text, after)))
            }
            // An item on the line of its dash. A value on a line of its own is left to the other reader.
            None if inline => self.value(at),
            None => Err(GaveUp),
        }
    }

    pub(super) fn set_pending(&mut self, at: Option<usize>) -> Step<()> {
        self.frames.last_mut().ok_or(GaveUp)?.pending = at;
        Ok(())
    }

    /// Makes sure that the innermost collection is one of this kind with entries in this column.
    fn collection(&mut self, sequence: bool, column: usize) -> Step<()> {
        match self.frames.last().copied() {
            None if self.tree.root.is_some() => return Err(GaveUp),
            None => {}
            Some(top) if top.indent == column && top.sequence == sequence => {
                return self.finish_pending();
            }
            Some(top) => {
                // A new collection must be the value of an entry and deeper than it; only a sequence
                // under a key may stand in the key's column.
                let deeper = top.indent < column || (top.indent == column && sequence && !top.sequence);
                if top.pending.is_none() || !deeper {
                    return Err(GaveUp);
                }
            }
        }
        if self.frames.len() >= MAX_DEPTH {
            return Err(GaveUp);
        }
        self.frames.push(Frame { sequence, indent: column, pending: None });
        self.tree.open(sequence, None);
        Ok(())
    }

    /// Writes the null of an entry without value.
    fn finish_pending(&mut self) -> Step<()> {
        let top = self.frames.last_mut().ok_or(GaveUp)?;
        if let Some(at) = top.pending.take() {
            let span = self.span(at, at);
            let id = self.tree.out.scalar("", ScalarStyle::Plain, span);
            self.tree.child(Child::leaf(id, span));
        }
        Ok(())
    }

    fn close(&mut self) -> Step<()> {
        self.finish_pending()?;
        self.frames.pop();
        self.tree.close(None);
        if let Some(top) = self.frames.last_mut() {
            top.pending = None;
        }
        Ok(())
    }

    /// Adds the value of the pending entry and moves to the line after `end`, where nothing but a
    /// comment may follow.
    pub(super) fn scalar(&mut self, from: usize, style: ScalarStyle, start: usize, end: usize) -> Step<()> {
        let span = self.span(start, end);
        let id = self.tree.out.scalar_from(from, style, span);
        self.tree.child(Child::leaf(id, span));
        self.set_pending(None)
    }

    pub(super) fn end_of_value(&mut self, at: usize) -> Step<()> {
        let next = at.saturating_add(spaces(self.text, at));
        let comment = self.byte(next) == Some(b'#') && next > at;
        if !comment && !self.ends(next) {
            return Err(GaveUp);
        }
        self.pos = if comment { self.line_end(next) } else { next }.saturating_add(1);
        Ok(())
    }
}
