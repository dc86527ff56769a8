//! One place in a log where a literal stands.

use std::borrow::Cow;

use jiff::Timestamp;

use super::ansi;
use super::line::Level;
use super::literal::Literal;
use super::template::FIELDS;
use crate::source::Span;

/// Stands for "no time" and "no index".
const NO_TIME: i64 = i64::MIN;
const NO_INDEX: u32 = u32::MAX;
const NO_SPAN: Span = Span { start: u32::MAX, end: 0 };

/// An occurrence of a literal. Small: a refused generation repeats every 15 s for days.
#[derive(Debug, Clone, Copy)]
pub struct Hit {
    /// What was found.
    pub literal: &'static Literal,
    /// The whole line without its newline.
    pub line: Span,
    /// Level that the line states.
    pub level: Option<Level>,
    message: u32,
    micros: i64,
    fields: [Span; FIELDS],
    ended_by: u32,
}

impl Hit {
    pub(super) fn new(literal: &'static Literal, line: Span, message: u32, level: Option<Level>) -> Self {
        Self { literal, line, level, message, micros: NO_TIME, fields: [NO_SPAN; FIELDS], ended_by: NO_INDEX }
    }

    /// Time of the line, or of the message that it belongs to. Microseconds.
    #[must_use]
    pub fn time(&self) -> Option<Timestamp> {
        if self.micros == NO_TIME { None } else { Timestamp::from_microsecond(self.micros).ok() }
    }

    pub(super) fn set_time(&mut self, time: Option<Timestamp>) {
        self.micros = time.map_or(NO_TIME, Timestamp::as_microsecond);
    }

    /// The message: the line without stamp, level and module.
    #[must_use]
    pub fn message(&self) -> Span {
        Span { start: self.message, end: self.line.end.max(self.message) }
    }

    /// The message without colours.
    #[must_use]
    pub fn message_text<'t>(&self, text: &'t str) -> Cow<'t, str> {
        ansi::strip(self.message().slice(text))
    }

    /// Place of a captured field.
    #[must_use]
    pub fn field_span(&self, name: &str) -> Option<Span> {
        let index = self.literal.field_names().iter().position(|known| *known == name)?;
        self.fields.get(index).copied().filter(|span| *span != NO_SPAN)
    }

    pub(super) fn set_field(&mut self, index: usize, span: Span) {
        if let Some(slot) = self.fields.get_mut(index) {
            *slot = span;
        }
    }

    /// Text of a captured field: without colours, and without the escapes of a quoted value.
    #[must_use]
    pub fn field<'t>(&self, text: &'t str, name: &str) -> Option<Cow<'t, str>> {
        let span = self.field_span(name)?;
        let value = ansi::strip(span.slice(text));
        let quoted = (span.start as usize).checked_sub(1).and_then(|at| text.as_bytes().get(at)) == Some(&b'"');
        if quoted && value.contains('\\') { Some(Cow::Owned(unescape(&value))) } else { Some(value) }
    }

    /// A captured field as a number (generation, worker, count).
    #[must_use]
    pub fn number(&self, text: &str, name: &str) -> Option<u64> {
        let value = self.field(text, name)?;
        let digits = value.trim_start_matches(['\'', '"', ' ']);
        let len = digits.bytes().take_while(u8::is_ascii_digit).count();
        digits.get(..len)?.parse().ok()
    }

    /// Index, in [`super::LogScan::hits`], of the later line that makes this one history.
    #[must_use]
    pub fn ended_by(&self) -> Option<usize> {
        (self.ended_by != NO_INDEX).then_some(self.ended_by as usize)
    }

    pub(super) fn set_ended_by(&mut self, index: usize) {
        self.ended_by = u32::try_from(index).unwrap_or(NO_INDEX - 1);
    }

    /// True while nothing later in the log ends it.
    #[must_use]
    pub fn is_current(&self) -> bool {
        self.ended_by == NO_INDEX
    }
}

/// Removes the backslashes of a quoted value.
fn unescape(value: &str) -> String {
    let mut out = String::with_capacity(value.len());
    let mut chars = value.chars();
    while let Some(c) = chars.next() {
        if c != '\\' {
            out.push(c);
            continue;
        }
        match chars.next() {
            Some('n') => out.push('\n'),
            Some('t') => out.push('\t'),
            Some(other) => out.push(other),
            None => out.push('\\'),
        }
    }
    out
}

/// Occurrences with one and the same message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fold {
    /// How many.
    pub count: usize,
    /// Index of the first hit.
    pub first: usize,
    /// Index of the last hit; its place is the one to quote.
    pub last: usize,
}
