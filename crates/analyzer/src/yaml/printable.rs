//! Characters that YAML does not allow anywhere.

use std::borrow::Cow;

use crate::source::{EntryId, Problem, ProblemKind, Span};

/// Replaces characters that YAML forbids (NUL, ESC and other controls) by `?`, byte for byte, so that
/// one of them in a log line does not cost the document. Places stay as they are.
pub(super) fn clean<'t>(entry: EntryId, text: &'t str, base: usize, problems: &mut Vec<Problem>) -> Cow<'t, str> {
    let Some(first) = forbidden(text) else {
        return Cow::Borrowed(text);
    };
    let mut clean = String::with_capacity(text.len());
    let mut count = 0_usize;
    for c in text.chars() {
        if is_printable(c) {
            clean.push(c);
        } else {
            count = count.saturating_add(1);
            clean.extend(std::iter::repeat_n('?', c.len_utf8()));
        }
    }
    let at = base.saturating_add(first);
    let message = match count {
        1 => "a control character, which YAML does not allow, was replaced by `?`".to_owned(),
        _ => format!("{count} control characters, which YAML does not allow, were replaced by `?`"),
    };
    problems.push(Problem::note(ProblemKind::Encoding, message).at(entry, Span::new(at, at.saturating_add(1))));
    Cow::Owned(clean)
}

/// YAML 1.2, production `c-printable`.
fn is_printable(c: char) -> bool {
    matches!(c, '\t' | '\n' | '\r' | ' '..='~' | '\u{85}' | '\u{a0}'..='\u{fffd}' | '\u{10000}'..)
}

/// Offset of the first character that is not printable. Almost all texts have none, so this must cost
/// nothing: whole blocks are checked for suspicious bytes first.
fn forbidden(text: &str) -> Option<usize> {
    const BLOCK: usize = 4096;
    for (index, block) in text.as_bytes().chunks(BLOCK).enumerate() {
        let suspicious = block.iter().fold(false, |found, b| {
            let control = *b < 0x20 && *b != b'\n' && *b != b'\t' && *b != b'\r';
            // C2 leads U+0080 to U+00BF, EF leads U+FFFE and U+FFFF.
            found | control | (*b == 0x7f) | (*b == 0xc2) | (*b == 0xef)
        });
        if !suspicious {
            continue;
        }
        let mut start = index.saturating_mul(BLOCK);
        let mut end = start.saturating_add(block.len());
        while !text.is_char_boundary(start) {
            start = start.saturating_sub(1);
        }
        while !text.is_char_boundary(end) {
            end = end.saturating_add(1);
        }
        let part = text.get(start..end).unwrap_or("");
        if let Some((at, _)) = part.char_indices().find(|(_, c)| !is_printable(*c)) {
            return Some(start.saturating_add(at));
        }
    }
    None
}
