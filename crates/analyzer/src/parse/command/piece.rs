//! A slice of an output that remembers where it stands, and values that keep their place.

use std::str::FromStr;

use crate::source::Span;

/// A value with the bytes it was read from, relative to the text that was given to the reader.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Spanned<T> {
    /// The value.
    pub value: T,
    /// Where it stands.
    pub span: Span,
}

impl<T> Spanned<T> {
    /// Converts the value and keeps the place.
    pub fn map<U>(self, convert: impl FnOnce(T) -> U) -> Spanned<U> {
        Spanned { value: convert(self.value), span: self.span }
    }
}

/// A part of a text with its offset in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Piece<'a> {
    pub(crate) text: &'a str,
    pub(crate) start: usize,
}

impl<'a> Piece<'a> {
    pub(crate) fn new(text: &'a str, start: usize) -> Self {
        Self { text, start }
    }

    /// The first byte after the piece.
    pub(crate) fn end(self) -> usize {
        self.start.saturating_add(self.text.len())
    }

    pub(crate) fn span(self) -> Span {
        Span::new(self.start, self.end())
    }

    pub(crate) fn is_empty(self) -> bool {
        self.text.is_empty()
    }

    /// Bytes `from..to` of the piece; empty where they do not fit.
    pub(crate) fn sub(self, from: usize, to: usize) -> Self {
        match self.text.get(from..to) {
            Some(text) => Self::new(text, self.start.saturating_add(from)),
            None => Self::new("", self.end()),
        }
    }

    pub(crate) fn skip(self, from: usize) -> Self {
        self.sub(from, self.text.len())
    }

    pub(crate) fn trim_start(self) -> Self {
        self.skip(self.text.len() - self.text.trim_start().len())
    }

    pub(crate) fn trim_end(self) -> Self {
        self.sub(0, self.text.trim_end().len())
    }

    pub(crate) fn trim(self) -> Self {
        self.trim_start().trim_end()
    }

    /// Number of bytes of blanks (and tabs) before the text.
    pub(crate) fn indent(self) -> usize {
        self.text.len() - self.text.trim_start().len()
    }

    /// The lines without their ends and without blanks (`\r` too) at the end.
    pub(crate) fn lines(self) -> impl Iterator<Item = Piece<'a>> {
        let mut offset = self.start;
        self.text.split_inclusive('\n').map(move |line| {
            let piece = Piece::new(line, offset);
            offset = offset.saturating_add(line.len());
            piece.trim_end()
        })
    }

    /// What follows `prefix`, without blanks around it.
    pub(crate) fn after(self, prefix: &str) -> Option<Self> {
        let trimmed = self.trim();
        trimmed.text.starts_with(prefix).then(|| trimmed.skip(prefix.len()).trim())
    }

    /// The parts around the first `mark`, not trimmed.
    pub(crate) fn split_once(self, mark: &str) -> Option<(Self, Self)> {
        let at = self.text.find(mark)?;
        Some((self.sub(0, at), self.skip(at.saturating_add(mark.len()))))
    }

    /// The parts around the last `mark`, not trimmed.
    pub(crate) fn rsplit_once(self, mark: &str) -> Option<(Self, Self)> {
        let at = self.text.rfind(mark)?;
        Some((self.sub(0, at), self.skip(at.saturating_add(mark.len()))))
    }

    /// `key: value` with both sides trimmed.
    pub(crate) fn key_value(self) -> Option<(Self, Self)> {
        self.split_once(":").map(|(key, value)| (key.trim(), value.trim()))
    }

    /// The text between `open` and the next `close`.
    pub(crate) fn between(self, open: &str, close: &str) -> Option<Self> {
        let (_, rest) = self.split_once(open)?;
        rest.split_once(close).map(|(inner, _)| inner)
    }

    /// The parts between `mark`s, not trimmed.
    pub(crate) fn split(self, mark: char) -> impl Iterator<Item = Piece<'a>> {
        let mut offset = self.start;
        self.text.split(mark).map(move |text| {
            let piece = Piece::new(text, offset);
            offset = offset.saturating_add(text.len()).saturating_add(mark.len_utf8());
            piece
        })
    }

    /// The words between blanks.
    pub(crate) fn words(self) -> impl Iterator<Item = Piece<'a>> {
        let mut rest = self;
        std::iter::from_fn(move || {
            rest = rest.trim_start();
            if rest.is_empty() {
                return None;
            }
            let end = rest.text.find(char::is_whitespace).unwrap_or(rest.text.len());
            let word = rest.sub(0, end);
            rest = rest.skip(end);
            Some(word)
        })
    }

    /// The first word and what follows it, trimmed.
    pub(crate) fn first_word(self) -> (Self, Self) {
        let trimmed = self.trim();
        let end = trimmed.text.find(char::is_whitespace).unwrap_or(trimmed.text.len());
        (trimmed.sub(0, end), trimmed.skip(end).trim())
    }

    pub(crate) fn string(self) -> Spanned<String> {
        Spanned { value: self.text.to_owned(), span: self.span() }
    }

    /// The whole piece as a value, if it is one.
    pub(crate) fn parse<T: FromStr>(self) -> Option<Spanned<T>> {
        let value = self.text.parse().ok()?;
        Some(Spanned { value, span: self.span() })
    }

    /// The leading digits as a number.
    pub(crate) fn number(self) -> Option<Spanned<u64>> {
        let end = self.text.find(|c: char| !c.is_ascii_digit()).unwrap_or(self.text.len());
        self.sub(0, end).parse()
    }

    pub(crate) fn with<T>(self, value: T) -> Spanned<T> {
        Spanned { value, span: self.span() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_keep_their_offset() {
        let text = "ab: cd\r\n  ef  gh\n";
        let lines: Vec<_> = Piece::new(text, 10).lines().collect();
        assert_eq!(lines.len(), 2);
        let (key, value) = lines[0].key_value().unwrap();
        assert_eq!((key.text, key.start), ("ab", 10));
        assert_eq!((value.text, value.start), ("cd", 14));
        let words: Vec<_> = lines[1].words().map(|word| (word.text, word.start - 10)).collect();
        assert_eq!(words, [("ef", 10), ("gh", 14)]);
        assert_eq!(lines[1].words().next().unwrap().span(), Span::new(20, 22));
        assert_eq!(lines[1].after("ef").unwrap().start, 24);
        assert_eq!(lines[1].indent(), 2);
    }

    #[test]
    fn parts_and_numbers() {
        let piece = Piece::new("VNI(300),10.1.1.1", 0);
        assert_eq!(piece.between("VNI(", ")").unwrap().parse::<u32>().unwrap().value, 300);
        assert_eq!(Piece::new("118s", 4).number().unwrap().span, Span::new(4, 7));
        assert!(Piece::new("s", 0).number().is_none());
        let parts: Vec<_> = Piece::new("a,bc,", 2).split(',').map(Piece::span).collect();
        assert_eq!(parts, [Span::new(2, 3), Span::new(4, 6), Span::new(7, 7)]);
    }
}
