//! What `kubectl` and the terminal wrote around YAML and JSON: warnings, errors, prompts.

use std::borrow::Cow;

use super::session::command_behind_prompt;
use crate::parse::table::{Message, MessageKind};
use crate::source::Span;

/// A text with the noise blanked out, so that offsets stay right.
#[derive(Debug)]
pub(super) struct Clean<'t> {
    /// The text.
    pub(super) text: Cow<'t, str>,
    /// Messages of `kubectl` in the noise.
    pub(super) messages: Vec<Message>,
}

/// Blanks out the lines that do not belong to the documents: above the first, below the last and, in column 0,
/// between them.
#[must_use]
pub(super) fn without_noise(text: &str) -> Clean<'_> {
    let below = text.len().saturating_sub(noise_below(text));
    let above = noise_above(text);
    let mut lines: Vec<(usize, &str)> = Vec::new();
    let mut start = 0;
    for raw in text.split_inclusive('\n') {
        let line = raw.trim_end();
        let edge = start < above || start >= below;
        if (edge && !line.is_empty()) || is_noise_between(line) {
            lines.push((start, line));
        }
        start += raw.len();
    }
    if lines.is_empty() {
        return Clean { text: Cow::Borrowed(text), messages: Vec::new() };
    }
    let mut out = String::with_capacity(text.len());
    let mut messages = Vec::new();
    for (start, line) in lines {
        out.push_str(text.get(out.len()..start).unwrap_or(""));
        out.extend(std::iter::repeat_n(' ', line.len()));
        if let Some(kind) = MessageKind::parse(line) {
            let span = Span::new(start, start + line.len());
            messages.push(Message { kind, text: line.to_owned(), span, command: None });
        }
    }
    out.push_str(text.get(out.len()..).unwrap_or(""));
    Clean { text: Cow::Owned(out), messages }
}

/// True for a text that holds nothing but messages of `kubectl` and prompts.
#[must_use]
pub(super) fn is_only_noise(text: &str) -> bool {
    noise_above(text) == text.len()
}

/// Length of the noise above the first document.
#[must_use]
pub(super) fn noise_above(text: &str) -> usize {
    let mut length = 0;
    for line in text.split_inclusive('\n') {
        if !(line.trim().is_empty() || is_noise(line)) {
            break;
        }
        length += line.len();
    }
    length
}

/// Length of the noise below the last document.
fn noise_below(text: &str) -> usize {
    let mut length = 0;
    for line in text.split_inclusive('\n').rev() {
        if !(line.trim().is_empty() || is_noise(line)) {
            break;
        }
        length += line.len();
    }
    length
}

fn is_noise(line: &str) -> bool {
    let line = line.trim_end();
    !line.starts_with([' ', '#']) && (MessageKind::parse(line).is_some() || command_behind_prompt(line).is_some())
}

/// Between documents a line must be unmistakable: keys of YAML stand in column 0 too.
fn is_noise_between(line: &str) -> bool {
    match line.bytes().next() {
        Some(b'E' | b'e' | b'N' | b'T' | b'U') => {
            matches!(
                MessageKind::parse(line),
                Some(kind) if !matches!(kind, MessageKind::Warning | MessageKind::Log)
            )
        }
        Some(b' ' | b'-' | b'#' | b'{' | b'}' | b'"' | b'\t') | None => false,
        Some(_) => !line.ends_with(':') && command_behind_prompt(line).is_some(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn noise_is_blanked_in_place() {
        let text = "Warning: v1 is deprecated\napiVersion: v1\nkind: Pod\nerror: connection lost\n";
        let clean = without_noise(text);
        assert_eq!(clean.text.len(), text.len());
        assert_eq!(clean.text.trim(), "apiVersion: v1\nkind: Pod");
        assert_eq!(clean.messages.len(), 2);
        assert!(matches!(without_noise("apiVersion: v1\nkind: Pod\n").text, Cow::Borrowed(_)));
    }

    #[test]
    fn between_documents() {
        let text = "a: 1\nError from server (NotFound): x\n---\nb: 2\ngrün: |\n  error: no\n$ kubectl get x\nc: 3\n";
        let clean = without_noise(text);
        assert_eq!(clean.text.len(), text.len());
        let lines: Vec<_> = clean.text.lines().map(str::trim_end).collect();
        assert_eq!(lines, ["a: 1", "", "---", "b: 2", "grün: |", "  error: no", "", "c: 3"]);
        assert_eq!(clean.messages.len(), 1);
    }
}
