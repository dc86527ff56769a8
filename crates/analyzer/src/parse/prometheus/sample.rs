//! One sample line: `name{label="value"} 12 [timestamp]`.

use std::borrow::Cow;

use jiff::Timestamp;

use crate::source::Span;

/// One value of one series.
#[derive(Debug, Clone, PartialEq)]
pub struct Sample<'t> {
    /// Metric name.
    pub name: &'t str,
    /// Labels in the order of the text.
    pub labels: Vec<(&'t str, Cow<'t, str>)>,
    /// The value; large integers lose digits here, see [`Sample::as_u64`].
    pub value: f64,
    /// The value as written.
    pub raw: &'t str,
    /// The time stamp as written, see [`Sample::time`].
    pub timestamp: Option<&'t str>,
    /// The line.
    pub span: Span,
}

/// The metric name at the start of `line`; empty without one.
pub(super) fn name(line: &str) -> &str {
    let len = line
        .bytes()
        .enumerate()
        .take_while(|(at, byte)| {
            byte.is_ascii_alphabetic() || matches!(byte, b'_' | b':') || (*at > 0 && byte.is_ascii_digit())
        })
        .count();
    // `Content-Type: text/plain` has a colon too, but no name ends in one.
    line.get(..len).filter(|name| !name.ends_with(':')).unwrap_or("")
}

/// True if blanks and a number follow.
pub(super) fn value_follows(rest: &str) -> bool {
    rest.starts_with([' ', '\t'])
        && rest.split_whitespace().next().is_some_and(|word| number(word).is_some())
        && rest.split_whitespace().nth(1).is_none_or(|word| word == "#" || number(word).is_some())
}

/// A value: `12`, `1.5e+09`, `NaN`, `+Inf`.
fn number(word: &str) -> Option<f64> {
    let bare = word.trim_start_matches(['+', '-']);
    match bare {
        "Inf" | "inf" | "INF" => Some(if word.starts_with('-') { f64::NEG_INFINITY } else { f64::INFINITY }),
        "NaN" | "nan" | "NAN" => Some(f64::NAN),
        _ if bare.starts_with(|c: char| c.is_ascii_digit() || c == '.') => word.parse().ok(),
        _ => None,
    }
}

impl<'t> Sample<'t> {
    /// Parses a line that starts at byte `at` of its text. The error is one sentence.
    pub(super) fn parse(line: &'t str, at: usize) -> Result<Self, &'static str> {
        let name = name(line);
        if name.is_empty() {
            return Err("a metric line has no name");
        }
        let rest = line.get(name.len()..).unwrap_or("").trim_start_matches([' ', '\t']);
        let (labels, rest) = match rest.strip_prefix('{') {
            Some(inner) => labels(inner)?,
            None => (Vec::new(), rest),
        };
        // An exemplar (OpenMetrics) follows a `#`.
        let mut words = rest.split_ascii_whitespace().take_while(|word| *word != "#");
        let Some(raw) = words.next() else {
            return Err("a metric line has no value");
        };
        let Some(value) = number(raw) else {
            return Err("the value of a metric line is no number");
        };
        let timestamp = words.next();
        if timestamp.is_some_and(|word| number(word).is_none()) || words.next().is_some() {
            return Err("unknown text follows the value of a metric line");
        }
        Ok(Self { name, labels, value, raw, timestamp, span: Span::new(at, at + line.len()) })
    }

    /// The value of a label.
    #[must_use]
    pub fn label(&self, name: &str) -> Option<&str> {
        self.labels.iter().find(|(known, _)| *known == name).map(|(_, value)| value.as_ref())
    }

    /// The value as an exact integer: counters go beyond 2^53. `None` for negative, fractional and
    /// non-finite values.
    #[must_use]
    pub fn as_u64(&self) -> Option<u64> {
        let raw = self.raw.strip_prefix('+').unwrap_or(self.raw);
        let whole = match raw.split_once('.') {
            Some((whole, fraction)) if fraction.bytes().all(|byte| byte == b'0') => whole,
            _ => raw,
        };
        if let Ok(exact) = whole.parse() {
            return Some(exact);
        }
        // Exponent form: exact up to 2^53 only.
        const EXACT: f64 = 9_007_199_254_740_992.0;
        let fits = self.value.is_finite() && self.value >= 0.0 && self.value <= EXACT && self.value.fract() == 0.0;
        fits.then(|| format!("{:.0}", self.value)).and_then(|text| text.parse().ok())
    }

    /// The time stamp: whole milliseconds (0.0.4, federation) or seconds (OpenMetrics).
    #[must_use]
    pub fn time(&self) -> Option<Timestamp> {
        let word = self.timestamp?;
        if let Ok(whole) = word.parse::<i64>() {
            // Seconds of the year 5138 and milliseconds of 1973 meet here.
            return if whole.unsigned_abs() >= 100_000_000_000 {
                Timestamp::from_millisecond(whole).ok()
            } else {
                Timestamp::from_second(whole).ok()
            };
        }
        let (whole, fraction) = word.split_once('.')?;
        let millis: String = fraction.chars().chain("000".chars()).take(3).collect();
        let seconds: i64 = whole.parse().ok()?;
        Timestamp::from_millisecond(seconds.checked_mul(1000)?.checked_add(millis.parse().ok()?)?).ok()
    }
}

type Labels<'t> = Vec<(&'t str, Cow<'t, str>)>;

/// The labels behind an opening brace, and the text behind the closing one.
fn labels(inner: &str) -> Result<(Labels<'_>, &str), &'static str> {
    const OPEN: &str = "the labels of a metric line have no end";
    let mut out = Vec::new();
    let mut rest = inner;
    loop {
        rest = rest.trim_start_matches([' ', '\t', ',']);
        if let Some(tail) = rest.strip_prefix('}') {
            return Ok((out, tail));
        }
        let equals = rest.find('=').ok_or(OPEN)?;
        let name = rest.get(..equals).unwrap_or("").trim();
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.' | b'-' | b'/');
        if name.is_empty() || !name.bytes().all(plain) {
            return Err("a metric line has a broken label name");
        }
        let value = rest.get(equals + 1..).unwrap_or("").trim_start_matches([' ', '\t']);
        let value = value.strip_prefix('"').ok_or("a label value of a metric line has no quotes")?;
        let end = closing_quote(value).ok_or(OPEN)?;
        let text = value.get(..end).unwrap_or("");
        out.push((name, if text.contains('\\') { Cow::Owned(unescape(text)) } else { Cow::Borrowed(text) }));
        rest = value.get(end + 1..).unwrap_or("");
        if !rest.trim_start_matches([' ', '\t']).starts_with([',', '}']) {
            return Err(OPEN);
        }
    }
}

/// Offset of the quote that ends a value.
fn closing_quote(text: &str) -> Option<usize> {
    let mut at = 0;
    loop {
        let rest = text.as_bytes().get(at..)?;
        let found = memchr::memchr2(b'"', b'\\', rest)?;
        if rest.get(found) == Some(&b'"') {
            return Some(at + found);
        }
        at += found + 2;
    }
}

/// Resolves `\\`, `\"` and `\n`; other escapes stay as they are.
fn unescape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        if c != '\\' {
            out.push(c);
            continue;
        }
        match chars.next() {
            Some('n') => out.push('\n'),
            Some(c @ ('"' | '\\')) => out.push(c),
            Some(other) => {
                out.push('\\');
                out.push(other);
            }
            None => out.push('\\'),
        }
    }
    out
}
