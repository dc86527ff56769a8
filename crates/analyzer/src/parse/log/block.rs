//! Messages of more than one line.

use super::hit::Hit;
use super::line::parse_line;
use crate::source::Span;

/// Most lines that one message is followed over.
const LINES: usize = 500;

/// The line and the lines below it that belong to its message (no time, no level of their own).
#[must_use]
pub fn block(text: &str, line: Span) -> Span {
    let mut end = line.end as usize;
    for _ in 0..LINES {
        let Some(rest) = text.get(end..).filter(|rest| rest.len() > 1) else {
            break;
        };
        // `end` stands at the newline, or at a carriage return before it.
        let Some(skip) = memchr::memchr(b'\n', rest.as_bytes()) else {
            break;
        };
        let start = end + skip + 1;
        let Some(next) = text.get(start..).filter(|next| !next.is_empty()) else {
            break;
        };
        let len = memchr::memchr(b'\n', next.as_bytes()).unwrap_or(next.len());
        let next = next.get(..len).unwrap_or("");
        if parse_line(next, None).starts_message() {
            break;
        }
        end = start + next.trim_end_matches('\r').len();
    }
    Span { start: line.start, end: Span::new(0, end).end }
}

/// What a panic report says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Panic {
    /// The message of the panic.
    pub message: Option<Span>,
    /// Source file and line.
    pub location: Option<Span>,
}

/// Reads message and location of the panic that `hit` begins: `thread '…' panicked at F:L:` with the message
/// on the next line, the older `panicked at 'message', F:L`, or the colour report with `Message:` and
/// `Location:` lines. Spans may hold colours.
#[must_use]
pub fn panic_details(text: &str, hit: &Hit) -> Panic {
    let whole = block(text, hit.line);
    let mut panic = Panic::default();
    let part = |line: &str, at: usize, from: usize| {
        let value = line.get(from..).unwrap_or("");
        let lead = value.len() - value.trim_start().len();
        Span::new(at + from + lead, at + from + value.trim_end().len().max(lead))
    };
    let mut at = whole.start as usize;
    let mut after_thread = false;
    for raw in whole.slice(text).split_inclusive('\n') {
        let line = raw.trim_end_matches(['\n', '\r']);
        if after_thread {
            after_thread = false;
            panic.message = panic.message.or(Some(part(line, at, 0)));
        }
        if let Some(from) = line.find("panicked at ").map(|from| from + 12) {
            let rest = line.get(from..).unwrap_or("");
            if let Some(close) = rest.strip_prefix('\'').and_then(|rest| rest.rfind("', ")) {
                panic.message = Some(Span::new(at + from + 1, at + from + 1 + close));
                panic.location = Some(part(line, at, from + close + 4));
            } else {
                let len = rest.trim_end().trim_end_matches(':').len();
                panic.location = Some(Span::new(at + from, at + from + len));
                after_thread = true;
            }
        } else if let Some(from) = line.find("Message:") {
            panic.message = panic.message.or(Some(part(line, at, from + 8)));
        } else if let Some(from) = line.find("Location:") {
            panic.location = panic.location.or(Some(part(line, at, from + 9)));
        }
        at += raw.len();
    }
    panic
}
