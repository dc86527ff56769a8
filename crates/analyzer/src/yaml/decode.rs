//! Decoding of quoted, folded and block scalars, written once for the reader that wants the text and
//! for the map that wants to know where each character of it stands.

use memchr::{memchr, memchr2, memchr3};

/// Takes the decoded text piece by piece, each with the offset it has in the source.
pub(super) trait Sink {
    /// Text that stands in the source as it is.
    fn run(&mut self, at: usize, text: &str);
    /// One character that is written as an escape or comes from a line break.
    fn put(&mut self, at: usize, c: char);
    /// Takes back the last `count` one-byte characters.
    fn pop(&mut self, count: usize);
}

impl Sink for String {
    fn run(&mut self, _: usize, text: &str) {
        self.push_str(text);
    }
    fn put(&mut self, _: usize, c: char) {
        self.push(c);
    }
    fn pop(&mut self, count: usize) {
        self.truncate(self.len().saturating_sub(count));
    }
}

pub(super) fn byte(text: &str, at: usize) -> Option<u8> {
    text.as_bytes().get(at).copied()
}

fn slice(text: &str, start: usize, end: usize) -> &str {
    text.get(start..end).unwrap_or("")
}

fn tail(text: &str, from: usize) -> &[u8] {
    text.as_bytes().get(from..).unwrap_or(&[])
}

/// Number of spaces from `at` on.
pub(super) fn spaces(text: &str, at: usize) -> usize {
    tail(text, at).iter().take_while(|b| **b == b' ').count()
}

/// First byte at or after `at` that is no blank (nor the CR of a CRLF).
fn skip_blanks(text: &str, at: usize) -> usize {
    let blank = |b: &&u8| matches!(**b, b' ' | b'\t' | b'\r');
    at.saturating_add(tail(text, at).iter().take_while(blank).count())
}

/// End of the part of `start..end` that is left without trailing blanks.
fn trim_blanks(text: &str, start: usize, end: usize) -> usize {
    start.saturating_add(slice(text, start, end).trim_end_matches([' ', '\t', '\r']).len())
}

/// Reads the line break at `at` and the blank lines after it: one break is a space (or nothing, where
/// it was escaped), n blank lines are n line feeds. Returns the first non-blank byte after it, or
/// nothing where that one is indented by less than `min_indent` spaces.
fn fold(text: &str, at: usize, escaped: bool, min_indent: usize, sink: &mut impl Sink) -> Option<usize> {
    let mut line = at.saturating_add(1);
    let mut empty = 0_usize;
    loop {
        let first = skip_blanks(text, line);
        if byte(text, first) == Some(b'\n') {
            sink.put(first, '\n');
            empty = empty.saturating_add(1);
            line = first.saturating_add(1);
            continue;
        }
        if spaces(text, line) < min_indent {
            return None;
        }
        if empty == 0 && !escaped {
            sink.put(at, ' ');
        }
        return Some(first);
    }
}

/// The character of an escape that is one letter long.
fn short_escape(letter: u8) -> Option<char> {
    Some(match letter {
        b'0' => '\0',
        b'a' => '\x07',
        b'b' => '\x08',
        b't' | b'\t' => '\t',
        b'n' => '\n',
        b'v' => '\x0b',
        b'f' => '\x0c',
        b'r' => '\r',
        b'e' => '\x1b',
        b' ' => ' ',
        b'"' => '"',
        b'/' => '/',
        b'\\' => '\\',
        b'N' => '\u{85}',
        b'_' => '\u{a0}',
        b'L' => '\u{2028}',
        b'P' => '\u{2029}',
        _ => return None,
    })
}

fn hex(text: &str, at: usize, digits: usize) -> Option<u32> {
    let digits = text.get(at..at.saturating_add(digits))?;
    if !digits.bytes().all(|b| b.is_ascii_hexdigit()) {
        return None;
    }
    u32::from_str_radix(digits, 16).ok()
}

/// The character of the escape whose backslash is at `at`, and the byte after the escape. Two `\u`
/// that are a surrogate pair are one character.
pub(super) fn escape(text: &str, at: usize) -> Option<(char, usize)> {
    let letter = byte(text, at.saturating_add(1))?;
    let digits = match letter {
        b'x' => 2,
        b'u' => 4,
        b'U' => 8,
        _ => return Some((short_escape(letter)?, at.saturating_add(2))),
    };
    let first = at.saturating_add(2);
    let code = hex(text, first, digits)?;
    let next = first.saturating_add(digits);
    if digits == 4 && (0xd800..0xdc00).contains(&code) {
        if slice(text, next, next.saturating_add(2)) != "\\u" {
            return None;
        }
        let low = hex(text, next.saturating_add(2), 4)?;
        if !(0xdc00..0xe000).contains(&low) {
            return None;
        }
        let high = code.saturating_sub(0xd800).saturating_mul(0x400);
        let code = high.saturating_add(low.saturating_sub(0xdc00)).saturating_add(0x1_0000);
        return Some((char::from_u32(code)?, next.saturating_add(6)));
    }
    Some((char::from_u32(code)?, next))
}

/// The text without an escape that its end cuts.
pub(super) fn whole_escapes(text: &str) -> &str {
    // The longest escape is `\\UXXXXXXXX`; pairs of backslashes before it are whole.
    let from = text.floor_char_boundary(text.len().saturating_sub(10));
    let Some(last) = text.get(from..).and_then(|tail| tail.rfind('\\')).map(|at| from.saturating_add(at)) else {
        return text;
    };
    let run = text.as_bytes().get(..=last).unwrap_or(&[]).iter().rev().take_while(|byte| **byte == b'\\').count();
    // A backslash at the end of a line joins lines.
    let whole = run % 2 == 0
        || escape(text, last).is_some()
        || matches!(byte(text, last.saturating_add(1)), Some(b'\n' | b'\r'));
    if whole { text } else { text.get(..last).unwrap_or(text) }
}

/// Distance to the next byte that a double-quoted scalar cannot hold as it is. Texts with many escapes
/// have short runs, for which a loop is faster than a vectorised search.
fn special(bytes: &[u8]) -> Option<usize> {
    let near = bytes.iter().take(NEAR).position(|b| matches!(b, b'"' | b'\\' | b'\n'));
    near.or_else(|| {
        let far = memchr3(b'"', b'\\', b'\n', bytes.get(NEAR..)?)?;
        Some(far.saturating_add(NEAR))
    })
}

/// Bytes that [`special`] looks at one by one.
const NEAR: usize = 16;

/// Decodes the double-quoted scalar whose quote is at `open`; returns the byte after the closing one.
pub(super) fn double_quoted(text: &str, open: usize, min_indent: usize, sink: &mut impl Sink) -> Option<usize> {
    let mut start = open.saturating_add(1);
    loop {
        let at = start.saturating_add(special(tail(text, start))?);
        match byte(text, at)? {
            b'"' => {
                sink.run(start, slice(text, start, at));
                return Some(at.saturating_add(1));
            }
            b'\\' => {
                sink.run(start, slice(text, start, at));
                let mut line_end = at.saturating_add(1);
                if slice(text, line_end, line_end.saturating_add(2)) == "\r\n" {
                    line_end = line_end.saturating_add(1);
                }
                start = if byte(text, line_end) == Some(b'\n') {
                    fold(text, line_end, true, min_indent, sink)?
                } else {
                    let (c, next) = escape(text, at)?;
                    sink.put(at, c);
                    next
                };
            }
            _ => {
                sink.run(start, slice(text, start, trim_blanks(text, start, at)));
                start = fold(text, at, false, min_indent, sink)?;
            }
        }
    }
}

/// Decodes the single-quoted scalar whose quote is at `open`; returns the byte after the closing one.
pub(super) fn single_quoted(text: &str, open: usize, min_indent: usize, sink: &mut impl Sink) -> Option<usize> {
    let mut start = open.saturating_add(1);
    loop {
        let at = start.saturating_add(memchr2(b'\'', b'\n', tail(text, start))?);
        if byte(text, at) == Some(b'\n') {
            sink.run(start, slice(text, start, trim_blanks(text, start, at)));
            start = fold(text, at, false, min_indent, sink)?;
            continue;
        }
        sink.run(start, slice(text, start, at));
        if byte(text, at.saturating_add(1)) != Some(b'\'') {
            return Some(at.saturating_add(1));
        }
        sink.put(at, '\'');
        start = at.saturating_add(2);
    }
}

/// Decodes the plain scalar `start..end`, which may have several lines.
pub(super) fn plain(text: &str, start: usize, end: usize, sink: &mut impl Sink) {
    let mut start = start;
    while let Some(length) = memchr(b'\n', slice(text, start, end).as_bytes()) {
        let at = start.saturating_add(length);
        sink.run(start, slice(text, start, trim_blanks(text, start, at)));
        match fold(text, at, false, 0, sink) {
            Some(next) if next <= end => start = next,
            _ => return,
        }
    }
    sink.run(start, slice(text, start, end));
}
