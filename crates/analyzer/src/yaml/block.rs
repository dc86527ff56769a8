//! Decoding of literal (`|`) and folded (`>`) block scalars.

use memchr::memchr;

use super::decode::{Sink, byte, spaces};

/// What happens to the line breaks at the end of a block scalar.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Chomp {
    /// `-`: no line feed.
    Strip,
    /// One line feed.
    Clip,
    /// `+`: all of them.
    Keep,
}

/// The first line of a block scalar.
#[derive(Debug, Clone, Copy)]
pub(super) struct Header {
    /// True for `>`.
    pub(super) folded: bool,
    /// The written indentation, relative to the parent's.
    pub(super) explicit: Option<usize>,
    /// Chomping.
    pub(super) chomp: Chomp,
    /// Offset of the first line after the header.
    pub(super) body: usize,
}

/// Reads the header whose indicator is at `at`.
pub(super) fn header(text: &str, at: usize) -> Option<Header> {
    let folded = match byte(text, at)? {
        b'|' => false,
        b'>' => true,
        _ => return None,
    };
    let (mut explicit, mut chomp, mut pos) = (None, None, at.saturating_add(1));
    loop {
        match byte(text, pos) {
            Some(digit @ b'1'..=b'9') if explicit.is_none() => {
                explicit = Some(usize::from(digit.saturating_sub(b'0')));
            }
            Some(b'-') if chomp.is_none() => chomp = Some(Chomp::Strip),
            Some(b'+') if chomp.is_none() => chomp = Some(Chomp::Keep),
            _ => break,
        }
        pos = pos.saturating_add(1);
    }
    let rest = text.get(pos..)?;
    let line = memchr(b'\n', rest.as_bytes()).map_or(rest, |end| rest.get(..end).unwrap_or(""));
    let trimmed = line.trim_matches([' ', '\t', '\r']);
    let comment = trimmed.starts_with('#') && line.starts_with([' ', '\t']);
    if !trimmed.is_empty() && !comment {
        return None;
    }
    let body = pos.saturating_add(line.len()).saturating_add(1).min(text.len());
    Some(Header { folded, explicit, chomp: chomp.unwrap_or(Chomp::Clip), body })
}

/// Indentation of the content, from its first line that is not blank. `parent` is the indentation of
/// the collection that holds the scalar plus one: content is indented by at least as much. Nothing
/// where the content is not well-formed (a blank line longer than that, a tab).
pub(super) fn detect(text: &str, body: usize, parent: usize) -> Option<usize> {
    let (mut line, mut longest) = (body, 0_usize);
    loop {
        let count = spaces(text, line);
        let first = line.saturating_add(count);
        match byte(text, first) {
            Some(b'\n') => {
                longest = longest.max(count);
                line = first.saturating_add(1);
            }
            Some(b'\r') if byte(text, first.saturating_add(1)) == Some(b'\n') => {
                longest = longest.max(count);
                line = first.saturating_add(2);
            }
            None => return Some(longest.max(count).max(parent)),
            Some(b'\t') if count < parent => return None,
            Some(_) if count < parent => return Some(longest.max(parent)),
            Some(_) => return (longest <= count).then_some(count),
        }
    }
}

/// Decodes the content from `header.body` on, each line without its first `indent` spaces. Returns the
/// start of the first line that does not belong to it.
pub(super) fn content(text: &str, header: Header, indent: usize, limit: usize, sink: &mut impl Sink) -> usize {
    let text = text.get(..limit).unwrap_or(text);
    if header.folded { folded(text, header, indent, sink) } else { literal(text, header, indent, sink) }
}

/// End of the text of the line at `line`, and where the next line starts.
fn line_end(text: &str, line: usize) -> (usize, Option<usize>) {
    let rest = text.as_bytes().get(line..).unwrap_or(&[]);
    match memchr(b'\n', rest) {
        Some(length) => {
            let cr = length > 0 && rest.get(length.saturating_sub(1)) == Some(&b'\r');
            let end = line.saturating_add(length);
            (end.saturating_sub(usize::from(cr)), Some(end.saturating_add(1)))
        }
        None => (text.len(), None),
    }
}

const SPACES: &[u8] = &[b' '; 64];

/// True where the line has at least `indent` spaces.
fn indented(text: &str, line: usize, indent: usize) -> bool {
    let rest = text.as_bytes().get(line..).unwrap_or(&[]);
    match SPACES.get(..indent) {
        Some(blanks) => rest.starts_with(blanks),
        None => rest.iter().take(indent).filter(|b| **b == b' ').count() == indent,
    }
}

fn literal(text: &str, header: Header, indent: usize, sink: &mut impl Sink) -> usize {
    let mut line = header.body;
    // Line feeds at the end of what was written so far, and whether anything else was.
    let (mut breaks, mut any) = (0_usize, false);
    while line < text.len() {
        let start = if indented(text, line, indent) {
            line.saturating_add(indent)
        } else {
            let first = line.saturating_add(spaces(text, line));
            match byte(text, first) {
                None | Some(b'\n') => first,
                Some(b'\r') if byte(text, first.saturating_add(1)) == Some(b'\n') => first,
                Some(_) => break,
            }
        };
        let (end, next) = line_end(text, start);
        if end > start {
            breaks = 0;
            any = true;
        }
        match next {
            Some(next) if next == end.saturating_add(1) => {
                sink.run(start, text.get(start..next).unwrap_or(""));
                breaks = breaks.saturating_add(1);
                line = next;
            }
            Some(next) => {
                sink.run(start, text.get(start..end).unwrap_or(""));
                sink.put(end, '\n');
                breaks = breaks.saturating_add(1);
                line = next;
            }
            None => {
                sink.run(start, text.get(start..end).unwrap_or(""));
                line = text.len();
            }
        }
    }
    match header.chomp {
        Chomp::Keep => {}
        Chomp::Clip if any => sink.pop(breaks.saturating_sub(1)),
        Chomp::Clip | Chomp::Strip => sink.pop(breaks),
    }
    line
}

fn folded(text: &str, header: Header, indent: usize, sink: &mut impl Sink) -> usize {
    let mut line = header.body;
    // Line breaks since the last line with content; that line's kind (true: starts with a blank).
    let mut breaks: Vec<usize> = Vec::new();
    let mut before: Option<bool> = None;
    while line < text.len() {
        let start = if indented(text, line, indent) {
            line.saturating_add(indent)
        } else {
            let first = line.saturating_add(spaces(text, line));
            match byte(text, first) {
                None | Some(b'\n') => first,
                Some(b'\r') if byte(text, first.saturating_add(1)) == Some(b'\n') => first,
                Some(_) => break,
            }
        };
        let (end, next) = line_end(text, start);
        if end > start {
            let spaced = matches!(byte(text, start), Some(b' ' | b'\t'));
            match (before, breaks.as_slice()) {
                (Some(false), [only]) if !spaced => sink.put(*only, ' '),
                (Some(false), [_, more @ ..]) if !spaced => {
                    more.iter().for_each(|at| sink.put(*at, '\n'));
                }
                (_, all) => all.iter().for_each(|at| sink.put(*at, '\n')),
            }
            breaks.clear();
            sink.run(start, text.get(start..end).unwrap_or(""));
            before = Some(spaced);
        }
        match next {
            Some(next) => {
                breaks.push(end);
                line = next;
            }
            None => line = text.len(),
        }
    }
    let kept = match header.chomp {
        Chomp::Strip => 0,
        Chomp::Clip => usize::from(before.is_some()),
        Chomp::Keep => breaks.len(),
    };
    breaks.iter().take(kept).for_each(|at| sink.put(*at, '\n'));
    line
}

/// Where the span of a block scalar ends: after its last line that is not blank, without the line
/// break. `next` is a position in or before the line that follows the scalar.
pub(super) fn span_end(text: &str, at: usize, next: usize) -> usize {
    let whole = text.get(at..next).unwrap_or("");
    let end = at.saturating_add(whole.trim_end_matches([' ', '\t', '\r', '\n']).len());
    let rest = text.as_bytes().get(end..).unwrap_or(&[]);
    let blanks = rest.iter().take_while(|b| matches!(**b, b' ' | b'\t')).count();
    match rest.get(blanks) {
        None | Some(b'\n' | b'\r') => end.saturating_add(blanks),
        Some(b'#') if whole.trim_end_matches([' ', '\t', '\r', '\n']).len() <= 3 => {
            end.saturating_add(memchr(b'\n', rest).unwrap_or(rest.len()))
        }
        Some(_) => end,
    }
}
