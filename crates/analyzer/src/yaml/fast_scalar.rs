//! Keys and values of the fast reader.

use super::assemble::Child;
use super::block;
use super::decode::{self, spaces};
use super::fast::{GaveUp, Reader, Step};
use crate::source::ScalarStyle;

/// Longest key, in bytes, that is read here; YAML allows 1024 characters.
const MAX_KEY: usize = 1000;

impl Reader<'_, '_> {
    /// The key at `at` and the offset of its colon; none where the line has no key here.
    pub(super) fn key(&mut self, at: usize) -> Step<Option<(Child, usize)>> {
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
    pub(super) fn value(&mut self, at: usize) -> Step<()> {
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
                // What follows at this depth can only be a comment: whether it may is not decided here.
                if spaces(self.text, next) >= inner {
                    return Err(GaveUp);
                }
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
