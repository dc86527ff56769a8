//! Terminal colour sequences: captured logs of the dataplane are full of them.

use std::borrow::Cow;

/// Byte length of the escape sequence (`ESC [ … letter`) at the start of `bytes`; zero without one.
pub(super) fn sequence_len(bytes: &[u8]) -> usize {
    if bytes.first() != Some(&0x1b) || bytes.get(1) != Some(&b'[') {
        return 0;
    }
    // A sequence is short; without its end only the escape itself is skipped.
    for (index, byte) in bytes.iter().enumerate().skip(2).take(32) {
        if byte.is_ascii_alphabetic() {
            return index + 1;
        }
        if !(byte.is_ascii_digit() || *byte == b';' || *byte == b'?') {
            break;
        }
    }
    1
}

/// The text without colour sequences.
#[must_use]
pub fn strip(text: &str) -> Cow<'_, str> {
    if memchr::memchr(0x1b, text.as_bytes()).is_none() {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = memchr::memchr(0x1b, rest.as_bytes()) {
        let (before, tail) = rest.split_at_checked(at).unwrap_or((rest, ""));
        out.push_str(before);
        rest = tail.get(sequence_len(tail.as_bytes()).max(1)..).unwrap_or("");
    }
    out.push_str(rest);
    Cow::Owned(out)
}

/// A line without colour sequences that remembers where its bytes stood.
pub(super) struct Plain<'t> {
    /// The text without sequences.
    pub(super) text: Cow<'t, str>,
    /// For each kept run: offset in the plain text, offset in the raw line.
    runs: Vec<(usize, usize)>,
}

impl<'t> Plain<'t> {
    /// Strips `line`.
    pub(super) fn new(line: &'t str) -> Self {
        if memchr::memchr(0x1b, line.as_bytes()).is_none() {
            return Self { text: Cow::Borrowed(line), runs: Vec::new() };
        }
        let mut out = String::with_capacity(line.len());
        let mut runs = Vec::new();
        let mut at = 0;
        while let Some(rest) = line.get(at..).filter(|rest| !rest.is_empty()) {
            let keep = memchr::memchr(0x1b, rest.as_bytes()).unwrap_or(rest.len());
            if keep > 0 {
                runs.push((out.len(), at));
                out.push_str(rest.get(..keep).unwrap_or(""));
            }
            // A lone escape character is no sequence: it alone is skipped.
            let skip = sequence_len(rest.as_bytes().get(keep..).unwrap_or(&[])).max(1);
            at += keep + skip;
        }
        Self { text: Cow::Owned(out), runs }
    }

    /// The raw offset of plain offset `at`.
    fn raw(&self, at: usize) -> usize {
        let index = self.runs.partition_point(|(plain, _)| *plain <= at).saturating_sub(1);
        self.runs.get(index).map_or(at, |(plain, raw)| raw + at.saturating_sub(*plain))
    }

    /// The raw range of a plain range: it begins at the raw place of the first byte and ends behind the last.
    pub(super) fn raw_range(&self, start: usize, end: usize) -> (usize, usize) {
        let from = self.raw(start);
        if end <= start { (from, from) } else { (from, self.raw(end - 1) + 1) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strips_and_maps_back() {
        let line = "\u{1b}[2m12\u{1b}[0m ab\u{1b}[3mc\u{1b}[0md";
        assert_eq!(strip(line), "12 abcd");
        let plain = Plain::new(line);
        assert_eq!(plain.text, "12 abcd");
        let (start, end) = plain.raw_range(3, 7);
        assert_eq!(&line[start..end], "ab\u{1b}[3mc\u{1b}[0md");
        let (start, end) = plain.raw_range(0, 2);
        assert_eq!(&line[start..end], "12");
    }

    #[test]
    fn lone_escape_is_dropped() {
        for (line, plain) in
            [("a\u{1b}b\u{1b}[9", "ab[9"), ("\u{1b}", ""), ("a\u{1b}", "a"), ("\u{1b}]0;x\u{7}", "]0;x\u{7}")]
        {
            assert_eq!(strip(line), plain);
            assert_eq!(Plain::new(line).text, plain);
        }
    }
}
