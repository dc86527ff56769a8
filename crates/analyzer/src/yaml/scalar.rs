//! Where the characters of a decoded scalar stand in the text that holds it.

use super::block;
use super::decode::{self, Sink, byte, spaces};
use crate::source::{ScalarStyle, Span};

/// Records a pair wherever the distance between value and source changes.
#[derive(Default)]
struct Map {
    inner: usize,
    pairs: Vec<(u32, u32)>,
}

impl Map {
    fn pair(&mut self, at: usize) {
        let clamp = |offset: usize| u32::try_from(offset).unwrap_or(u32::MAX);
        let (inner, outer) = (clamp(self.inner), clamp(at));
        let follows =
            self.pairs.last().is_some_and(|(from, to)| outer.checked_sub(*to) == Some(inner.saturating_sub(*from)));
        if !follows {
            self.pairs.push((inner, outer));
        }
    }
}

impl Sink for Map {
    fn run(&mut self, at: usize, text: &str) {
        if !text.is_empty() {
            self.pair(at);
            self.inner = self.inner.saturating_add(text.len());
        }
    }
    fn put(&mut self, at: usize, c: char) {
        self.pair(at);
        self.inner = self.inner.saturating_add(c.len_utf8());
    }
    fn pop(&mut self, count: usize) {
        self.inner = self.inner.saturating_sub(count);
        while self.pairs.last().is_some_and(|(inner, _)| *inner as usize >= self.inner.max(1)) {
            self.pairs.pop();
        }
    }
}

/// Maps offsets of a scalar's decoded value to offsets of the text it stands in: sorted pairs
/// (offset in the value, offset in `text`), each valid up to the next one. The first pair is for
/// offset 0. An escape maps to its backslash, a folded line break to the line feed in the source.
///
/// `span` is the scalar as [`super::parse`] gives it; `indent` is the indentation of a block scalar's
/// content in bytes (see [`block_indent`]) and unused for other styles.
#[must_use]
pub fn scalar_map(text: &str, span: Span, style: ScalarStyle, indent: u32) -> Vec<(u32, u32)> {
    let mut map = Map::default();
    let (start, end) = (span.start as usize, span.end as usize);
    match style {
        ScalarStyle::Plain => decode::plain(text, start, end, &mut map),
        ScalarStyle::SingleQuoted => {
            decode::single_quoted(text, start, 0, &mut map);
        }
        ScalarStyle::DoubleQuoted => {
            decode::double_quoted(text, start, 0, &mut map);
        }
        ScalarStyle::Literal | ScalarStyle::Folded => {
            if let Some(header) = block::header(text, start) {
                // The last line's break is part of the value but not of the span; content without
                // indentation could otherwise run into the next document.
                let limit = if indent == 0 { end.saturating_add(1).min(text.len()) } else { text.len() };
                block::content(text, header, indent as usize, limit, &mut map);
            }
        }
    }
    if map.pairs.first().is_none_or(|(inner, _)| *inner != 0) {
        map.pairs.insert(0, (0, span.start));
    }
    map.pairs
}

/// Indentation, in bytes, of the content of the block scalar whose indicator (`|`, `>`) is at
/// `span.start`; what [`scalar_map`] wants to know.
#[must_use]
pub fn block_indent(text: &str, span: Span) -> u32 {
    let at = span.start as usize;
    let Some(header) = block::header(text, at) else {
        return 0;
    };
    let parent = parent_indent(text, at);
    let indent = match header.explicit {
        Some(count) => parent.map_or(count, |parent| parent.saturating_add(count)),
        None => {
            let least = parent.map_or(0, |parent| parent.saturating_add(1));
            block::detect(text, header.body, least).unwrap_or(least)
        }
    };
    u32::try_from(indent).unwrap_or(u32::MAX)
}

/// Column of the collection that holds the block scalar at `at`: that of the key on its line, or of
/// the dash right before it. None at the root of a document.
fn parent_indent(text: &str, at: usize) -> Option<usize> {
    let line = text
        .get(..at)
        .and_then(|before| memchr::memrchr(b'\n', before.as_bytes()))
        .map_or(0, |feed| feed.saturating_add(1));
    let mut pos = line.saturating_add(spaces(text, line));
    let mut parent = None;
    while pos < at {
        parent = Some(pos.saturating_sub(line));
        let dash = byte(text, pos) == Some(b'-') && byte(text, pos.saturating_add(1)) == Some(b' ');
        if !dash {
            break;
        }
        pos = pos.saturating_add(1);
        pos = pos.saturating_add(spaces(text, pos));
    }
    if text.get(line..at).is_some_and(|before| before.starts_with("---")) { None } else { parent }
}
