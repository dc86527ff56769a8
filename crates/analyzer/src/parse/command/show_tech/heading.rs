//! Titles between heavy rules, and the text under each.

use super::super::piece::{Piece, Spanned};
use crate::source::Span;

/// A section of a `show tech`.
pub(crate) struct Part<'a> {
    /// Title without its count.
    pub(crate) name: &'a str,
    /// Title with its count.
    pub(crate) title: Piece<'a>,
    /// First number in the parentheses at the end of the title.
    pub(crate) count: Option<Spanned<u64>>,
    /// The heading line.
    pub(crate) heading: Span,
    /// What follows, up to the next heading or prompt.
    pub(crate) body: Piece<'a>,
    /// Another heading or a prompt ends the body.
    pub(crate) closed: bool,
}

/// The title of ` ━━━━ Title ━━━━` (a paste may have lost the blank before it); rules around a single `─`
/// are separators.
fn title_of(line: Piece<'_>) -> Option<Piece<'_>> {
    let trimmed = line.trim();
    if !trimmed.text.starts_with('━') || !trimmed.text.ends_with('━') {
        return None;
    }
    let left = trimmed.text.len() - trimmed.text.trim_start_matches('━').len();
    let right = trimmed.text.trim_end_matches('━').len();
    let inner = trimmed.sub(left, right);
    let title = inner.trim();
    let spaced = inner.text.starts_with(' ') && inner.text.ends_with(' ');
    (spaced && !title.is_empty() && title.text != "─").then_some(title)
}

/// A rule without a title ends a section's rows.
fn is_separator(line: Piece<'_>) -> bool {
    let trimmed = line.text.trim();
    trimmed.starts_with('━') && trimmed.ends_with('━')
}

/// The title without ` (5)`, ` (129030 entries)` or ` (entries: 7 stale: 0)`, and the first number of it.
fn without_count(title: Piece<'_>) -> (&str, Option<Spanned<u64>>) {
    let Some((name, rest)) = title.rsplit_once(" (") else {
        return (title.text, None);
    };
    let Some(digit) = rest.text.find(|c: char| c.is_ascii_digit()) else {
        return (title.text, None);
    };
    if !rest.text.ends_with(')') {
        return (title.text, None);
    }
    (name.text.trim_end(), rest.skip(digit).number())
}

/// All sections in order.
pub(crate) fn split(text: Piece<'_>) -> Vec<Part<'_>> {
    let mut parts: Vec<Part<'_>> = Vec::new();
    let close = |parts: &mut Vec<Part<'_>>, at: usize| {
        if let Some(last) = parts.last_mut().filter(|last| !last.closed) {
            let length = at.saturating_sub(last.body.start);
            last.body = last.body.sub(0, length);
            last.closed = true;
        }
    };
    for line in text.lines() {
        if let Some(title) = title_of(line) {
            close(&mut parts, line.start);
            let (name, count) = without_count(title);
            parts.push(Part {
                name,
                title,
                count,
                heading: line.trim().span(),
                body: text.skip(line.end().saturating_sub(text.start)),
                closed: false,
            });
        } else if is_separator(line) || super::super::prompt::command_of(line.text).is_some() {
            close(&mut parts, line.start);
        }
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn titles_and_bodies() {
        let text = "time: x\n ━━━━ VPCs (2) ━━━━\n a\n  ━━ Community mappings ━━\n b\n ━━━━ ─ ━━━━\n c\n ━━ Flow Table (129030 entries) ━━ \n\
d\n━━━no blanks━━━\n ━━━━\n";
        let parts = split(Piece::new(text, 0));
        let names: Vec<_> = parts.iter().map(|part| (part.name, part.count.map(|c| c.value))).collect();
        assert_eq!(names, [("VPCs", Some(2)), ("Community mappings", None), ("Flow Table", Some(129_030))]);
        assert_eq!(parts[0].body.text.trim(), "a");
        assert_eq!(parts[1].body.text.trim(), "b");
        assert_eq!(parts[2].body.text.trim(), "d");
        assert_eq!(parts[0].title.span().slice(text), "VPCs (2)");
    }

    #[test]
    fn a_name_in_parentheses_is_no_count() {
        let parts =
            split(Piece::new(" ━━ Routing context (flow filter) ━━\n ━━ Router macs (entries: 7 stale: 0) ━━\n", 0));
        assert_eq!(parts[0].name, "Routing context (flow filter)");
        assert_eq!((parts[1].name, parts[1].count.map(|c| c.value)), ("Router macs", Some(7)));
        assert!(parts[0].closed && !parts[1].closed);
    }
}
