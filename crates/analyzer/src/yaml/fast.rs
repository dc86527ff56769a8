//! Fast reader for the block-style subset of YAML that `kubectl` and the dump write.
//!
//! It knows block mappings and sequences, plain, quoted and block scalars and `{}`/`[]`. At anything
//! else (anchors, tags, other flow collections, complex keys, tabs, odd indentation) it gives up, and
//! the complete reader decides. Where it answers, it answers exactly as that one does.

use memchr::memchr;

use super::assemble::{Assembler, Child, MAX_DEPTH};
use super::decode::{self, byte, spaces};
use super::{NodeId, TreeBuilder, block};
use crate::source::{Problem, ScalarStyle, Span};

/// Longest key, in bytes, that is read here; YAML allows 1024 characters.
const MAX_KEY: usize = 1000;

/// The reader gave up.
pub(super) struct GaveUp;

type Step<T> = Result<T, GaveUp>;

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
struct Frame {
    sequence: bool,
    /// Column of its keys or dashes.
    indent: usize,
    /// After a key's colon or a dash, until its value was read: where a null would stand.
    pending: Option<usize>,
}

struct Reader<'a, 'b> {
    text: &'a str,
    base: usize,
    /// Start of the next line.
    pos: usize,
    frames: Vec<Frame>,
    tree: Assembler<'b>,
}

impl Reader<'_, '_> {
    fn byte(&self, at: usize) -> Option<u8> {
        byte(self.text, at)
    }

    fn span(&self, start: usize, end: usize) -> Span {
        Span::new(self.base.saturating_add(start), self.base.saturating_add(end))
    }

    /// End of the line that holds `at`, without the line feed.
    fn line_end(&self, at: usize) -> usize {
        let rest = self.text.as_bytes().get(at..).unwrap_or(&[]);
        at.saturating_add(memchr(b'\n', rest).unwrap_or(rest.len()))
    }

    /// True where a line or the text ends at `at`.
    fn ends(&self, at: usize) -> bool {
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
                Some(b'#') => {
                    self.pos = self.line_end(next).saturating_add(1);
                    return Ok(());
                }
                Some(b'\t') => return Err(GaveUp),
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

    fn set_pending(&mut self, at: Option<usize>) -> Step<()> {
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
    fn scalar(&mut self, from: usize, style: ScalarStyle, start: usize, end: usize) -> Step<()> {
        let span = self.span(start, end);
        let id = self.tree.out.scalar_from(from, style, span);
        self.tree.child(Child::leaf(id, span));
        self.set_pending(None)
    }

    fn end_of_value(&mut self, at: usize) -> Step<()> {
        let next = at.saturating_add(spaces(self.text, at));
        let comment = self.byte(next) == Some(b'#') && next > at;
        if !comment && !self.ends(next) {
            return Err(GaveUp);
        }
        self.pos = if comment { self.line_end(next) } else { next }.saturating_add(1);
        Ok(())
    }

    /// The key at `at` and the offset of its colon; none where the line has no key here.
    fn key(&mut self, at: usize) -> Step<Option<(Child, usize)>> {
        let from = self.tree.out.strings().len();
        let (style, end, colon) = match self.byte(at) {
            Some(quote @ (b'"' | b'\'')) => {
                let double = quote == b'"';
                let line = self.text.get(..self.line_end(at)).unwrap_or("");
                let strings = self.tree.out.strings();
                let end = if double {
                    decode::double_quoted(line, at, 1, strings)
                } else {
                    decode::single_quoted(line, at, 1, strings)
                };
                let colon = end.map(|end| end.saturating_add(spaces(self.text, end)));
                match (end, colon) {
                    (Some(end), Some(colon)) if self.is_colon(colon) => {
                        let style = if double { ScalarStyle::DoubleQuoted } else { ScalarStyle::SingleQuoted };
                        (style, end, colon)
                    }
                    _ => {
                        self.tree.out.strings().truncate(from);
                        return Ok(None);
                    }
                }
            }
            Some(b'|' | b'>' | b'{' | b'[') => return Ok(None),
            first => {
                if !self.starts_plain(at, first) {
                    return Err(GaveUp);
                }
                let Some(colon) = self.plain_colon(at)? else {
                    return Ok(None);
                };
                let key = self.text.get(at..colon).unwrap_or("").trim_end_matches(' ');
                self.tree.out.strings().push_str(key);
                (ScalarStyle::Plain, at.saturating_add(key.len()), colon)
            }
        };
        if colon.saturating_sub(at) > MAX_KEY {
            return Err(GaveUp);
        }
        let span = self.span(at, end);
        let id = self.tree.out.scalar_from(from, style, span);
        Ok(Some((Child::leaf(id, span), colon)))
    }

    fn is_colon(&self, at: usize) -> bool {
        self.byte(at) == Some(b':') && matches!(self.byte(at.saturating_add(1)), None | Some(b'\n' | b' '))
    }

    /// True where a plain scalar may start.
    fn starts_plain(&self, at: usize, first: Option<u8>) -> bool {
        match first {
            // A byte order mark has a meaning of its own.
            None
            | Some(
                b'&' | b'*' | b'!' | b'|' | b'>' | b'%' | b'@' | b'`' | b'{' | b'}' | b'[' | b']' | b',' | b'#' | b'"'
                | b'\'' | b'\t' | b'\n' | b' ' | 0xef,
            ) => false,
            Some(b'?' | b':' | b'-') => !matches!(self.byte(at.saturating_add(1)), None | Some(b'\n' | b' ' | b'\t')),
            Some(_) => true,
        }
    }

    /// The colon that ends the plain key at `at`, if its line has one.
    fn plain_colon(&self, at: usize) -> Step<Option<usize>> {
        let rest = self.text.as_bytes().get(at..).unwrap_or(&[]);
        let mut before = 0_u8;
        for (index, b) in rest.iter().enumerate() {
            match b {
                b'\n' => break,
                b'\t' => return Err(GaveUp),
                b'#' if before == b' ' => break,
                b':' if self.is_colon(at.saturating_add(index)) => {
                    return Ok(Some(at.saturating_add(index)));
                }
                _ => {}
            }
            before = *b;
        }
        Ok(None)
    }

    /// Reads the value of the pending entry, which starts at `at` on the entry's line.
    fn value(&mut self, at: usize) -> Step<()> {
        let indent = self.frames.last().ok_or(GaveUp)?.indent;
        let inner = indent.saturating_add(1);
        let from = self.tree.out.strings().len();
        match self.byte(at) {
            None | Some(b'\n') => {
                self.pos = at.saturating_add(1);
                Ok(())
            }
            Some(b'#') => {
                self.pos = self.line_end(at).saturating_add(1);
                Ok(())
            }
            Some(b'"') => {
                let strings = self.tree.out.strings();
                let end = decode::double_quoted(self.text, at, inner, strings).ok_or(GaveUp)?;
                self.scalar(from, ScalarStyle::DoubleQuoted, at, end)?;
                self.end_of_value(end)
            }
            Some(b'\'') => {
                let strings = self.tree.out.strings();
                let end = decode::single_quoted(self.text, at, inner, strings).ok_or(GaveUp)?;
                self.scalar(from, ScalarStyle::SingleQuoted, at, end)?;
                self.end_of_value(end)
            }
            Some(b'|' | b'>') => {
                let header = block::header(self.text, at).ok_or(GaveUp)?;
                let width = match header.explicit {
                    Some(count) => indent.saturating_add(count),
                    None => block::detect(self.text, header.body, inner).ok_or(GaveUp)?,
                };
                let strings = self.tree.out.strings();
                let next = block::content(self.text, header, width, self.text.len(), strings);
                let end = block::span_end(self.text, at, next);
                let style = if header.folded { ScalarStyle::Folded } else { ScalarStyle::Literal };
                self.scalar(from, style, at, end)?;
                self.pos = next;
                Ok(())
            }
            Some(open @ (b'{' | b'[')) => {
                let sequence = open == b'[';
                let empty = if sequence { "[]" } else { "{}" };
                let end = at.saturating_add(2);
                if self.text.get(at..end) != Some(empty) {
                    return Err(GaveUp);
                }
                let span = self.span(at, end);
                self.tree.open(sequence, Some(span.start));
                self.tree.close(Some(span.end));
                self.set_pending(None)?;
                self.end_of_value(end)
            }
            first => {
                if !self.starts_plain(at, first) {
                    return Err(GaveUp);
                }
                self.plain(at, inner)
            }
        }
    }

    /// Reads a plain scalar, which goes on in lines indented by at least `inner`.
    fn plain(&mut self, at: usize, inner: usize) -> Step<()> {
        let (mut end, mut comment) = self.plain_line(at)?;
        let mut lines = 1_usize;
        self.pos = self.line_end(at).saturating_add(1);
        loop {
            // The next line that is not blank decides whether the scalar goes on.
            let mut line = self.pos;
            let (column, first) = loop {
                let column = spaces(self.text, line);
                let first = line.saturating_add(column);
                match self.byte(first) {
                    Some(b'\n') => line = first.saturating_add(1),
                    other => break (column, other),
                }
            };
            let first_at = line.saturating_add(column);
            match first {
                None => break,
                Some(b'#') => break,
                Some(b'\t') => return Err(GaveUp),
                Some(_) if column < inner => break,
                Some(_) if comment => return Err(GaveUp),
                Some(_) => {
                    (end, comment) = self.plain_line(first_at)?;
                    lines = lines.saturating_add(1);
                    self.pos = self.line_end(first_at).saturating_add(1);
                }
            }
        }
        let from = self.tree.out.strings().len();
        if lines == 1 {
            let text = self.text.get(at..end).unwrap_or("");
            self.tree.out.strings().push_str(text);
        } else {
            decode::plain(self.text, at, end, self.tree.out.strings());
        }
        self.scalar(from, ScalarStyle::Plain, at, end)
    }

    /// End of the plain text in the line from `at` on, and whether a comment follows it.
    fn plain_line(&self, at: usize) -> Step<(usize, bool)> {
        let rest = self.text.as_bytes().get(at..).unwrap_or(&[]);
        let (mut end, mut before) = (at, 0_u8);
        for (index, b) in rest.iter().enumerate() {
            let here = at.saturating_add(index);
            match b {
                b'\n' => return Ok((end, false)),
                b'\t' => return Err(GaveUp),
                b'#' if before == b' ' => return Ok((end, true)),
                b':' if self.is_colon(here) => return Err(GaveUp),
                b' ' => {}
                _ => end = here.saturating_add(1),
            }
            before = *b;
        }
        Ok((end, false))
    }
}
