//! Finds the values of a JSON stream: NDJSON, concatenated objects, or just one value.

use memchr::{memchr, memchr2};

use super::decode::byte;
use crate::source::Span;

/// Spans of the top-level objects and arrays of a text, in order. Lines that start with neither are
/// passed over. An object that is cut ends where the next one starts at a line's begin.
#[must_use]
pub fn json_values(text: &str) -> Vec<Span> {
    let mut values = Vec::new();
    let mut pos = 0;
    while let Some(b) = byte(text, pos) {
        match b {
            b'{' | b'[' => {
                let end = scan(text, pos, true);
                values.push(Span::new(pos, end));
                pos = end.max(pos.saturating_add(1));
            }
            // The mark that separates records in RFC 7464 sequences, and commas of a list without brackets.
            b' ' | b'\t' | b'\r' | b'\n' | b',' | 0x1e => pos = pos.saturating_add(1),
            _ => {
                let rest = text.as_bytes().get(pos..).unwrap_or(&[]);
                pos = pos.saturating_add(memchr(b'\n', rest).unwrap_or(rest.len()));
            }
        }
    }
    values
}

/// End of the object or array at `start`; none where it is not closed.
pub(super) fn value_end(text: &str, start: usize) -> Option<usize> {
    let end = scan(text, start, false);
    (end > start && matches!(byte(text, end.saturating_sub(1)), Some(b'}' | b']'))).then_some(end)
}

/// Follows brackets from `start` to the one that closes the value, or to where it was cut.
fn scan(text: &str, start: usize, resync: bool) -> usize {
    let bytes = text.as_bytes();
    let mut open: Vec<u8> = Vec::new();
    // The last byte that is no blank: an object can only start after `:`, `,` or `[`.
    let mut before = 0_u8;
    let mut pos = start;
    while let Some(b) = bytes.get(pos) {
        match b {
            b'"' => match string_end(text, pos) {
                Ok(end) => {
                    pos = end;
                    before = b'"';
                    continue;
                }
                // A string cannot hold a line break: the line was cut. What follows may be whole again.
                Err(end) => {
                    pos = end;
                    before = 0;
                    continue;
                }
            },
            b'{' | b'[' => {
                let line_start = pos == 0 || bytes.get(pos.saturating_sub(1)) == Some(&b'\n');
                let fits = match open.last() {
                    None => true,
                    Some(b'{') => before == b':',
                    Some(_) => matches!(before, b'[' | b','),
                };
                if resync && line_start && !fits {
                    return pos;
                }
                open.push(*b);
            }
            b'}' | b']' => {
                open.pop();
                if open.is_empty() {
                    return pos.saturating_add(1);
                }
            }
            _ => {}
        }
        if !b.is_ascii_whitespace() {
            before = *b;
        }
        pos = pos.saturating_add(1);
    }
    text.len()
}

/// The byte after the string at `open`, or the line feed at which it breaks off.
fn string_end(text: &str, open: usize) -> Result<usize, usize> {
    let bytes = text.as_bytes();
    let mut pos = open.saturating_add(1);
    loop {
        let rest = bytes.get(pos..).unwrap_or(&[]);
        let Some(length) = memchr2(b'"', b'\\', rest) else {
            break;
        };
        if let Some(feed) = memchr(b'\n', rest.get(..length).unwrap_or(&[])) {
            return Err(pos.saturating_add(feed));
        }
        pos = pos.saturating_add(length);
        if bytes.get(pos) == Some(&b'"') {
            return Ok(pos.saturating_add(1));
        }
        pos = pos.saturating_add(2);
    }
    let rest = bytes.get(pos..).unwrap_or(&[]);
    Err(memchr(b'\n', rest).map_or(text.len(), |feed| pos.saturating_add(feed)))
}
