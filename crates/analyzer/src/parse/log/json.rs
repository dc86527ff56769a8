//! `key=value` pairs and flat JSON records.

use super::dialect::Dialect;
use super::line::{Head, Level};
use super::stamp::{self, LogTime};

/// One `key=value` of a structured line. Offsets are those of the line; a quoted value is without quotes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Pair<'t> {
    pub(super) key: &'t str,
    pub(super) value_start: usize,
    pub(super) value_end: usize,
    /// One past the value, its closing quote included.
    pub(super) end: usize,
}

/// The end of a quoted text whose opening quote stands before `at`: offset of the closing quote.
pub(super) fn quote_end(bytes: &[u8], mut at: usize) -> usize {
    while let Some(byte) = bytes.get(at) {
        match byte {
            b'"' => return at,
            b'\\' => at += 2,
            _ => at += 1,
        }
    }
    bytes.len()
}

/// The pairs of `line` from byte `at` on. Words without `=` are passed over.
pub(super) fn pairs(line: &str, at: usize) -> impl Iterator<Item = Pair<'_>> {
    let bytes = line.as_bytes();
    let mut at = at;
    std::iter::from_fn(move || {
        loop {
            while matches!(bytes.get(at), Some(b' ' | b'\t')) {
                at += 1;
            }
            let start = at;
            loop {
                match bytes.get(at)? {
                    b'=' | b' ' | b'\t' => break,
                    b'"' => at = quote_end(bytes, at + 1) + 1,
                    _ => at += 1,
                }
            }
            if bytes.get(at) != Some(&b'=') || at == start {
                at += 1;
                continue;
            }
            let key = line.get(start..at).unwrap_or("");
            at += 1;
            let (value_start, value_end, end) = if bytes.get(at) == Some(&b'"') {
                let close = quote_end(bytes, at + 1);
                (at + 1, close, (close + 1).min(bytes.len()))
            } else {
                let len = bytes
                    .get(at..)
                    .unwrap_or(&[])
                    .iter()
                    .take_while(|byte| !matches!(byte, b' ' | b'\t' | b'\r'))
                    .count();
                (at, at + len, at + len)
            };
            at = end;
            return Some(Pair { key, value_start, value_end, end });
        }
    })
}

/// `{"level":"info","ts":"…","msg":"…"}` on one line: the message is the text of `msg`.
pub(super) fn structured(head: &mut Head<'_>) -> bool {
    let rest = head.rest();
    if !rest.ends_with('}') {
        return false;
    }
    let member = |names: &[&str]| {
        names.iter().find_map(|name| {
            let key = format!("\"{name}\":");
            let at = rest.find(&key)? + key.len();
            let at = at + rest.get(at..)?.len() - rest.get(at..)?.trim_start().len();
            Some(if rest.as_bytes().get(at) == Some(&b'"') {
                (at + 1, quote_end(rest.as_bytes(), at + 1))
            } else {
                (at, at + rest.get(at..)?.find([',', '}'])?)
            })
        })
    };
    let text = |range: (usize, usize)| rest.get(range.0..range.1).unwrap_or("");
    let Some(message) = member(&["msg", "message"]) else {
        return false;
    };
    let Some(level) = member(&["level", "severity", "lvl"]).and_then(|range| Level::parse(text(range))) else {
        return false;
    };
    if let Some(range) = member(&["time", "ts", "timestamp"]) {
        if let Some((time, _)) = stamp::rfc3339(text(range).as_bytes(), 0) {
            head.set_time(LogTime::At(time));
        } else if let Some(time) = epoch(text(range)) {
            head.set_time(LogTime::At(time));
        }
    }
    head.level = Some(level);
    head.dialect = Some(Dialect::Json);
    (head.at, head.end) = (head.at + message.0, head.at + message.1);
    true
}

/// Seconds since 1970 with a fraction, as zap writes them.
fn epoch(text: &str) -> Option<jiff::Timestamp> {
    let (seconds, fraction) = text.split_once('.').unwrap_or((text, ""));
    let seconds: i64 = seconds.parse().ok()?;
    let mut nanos = 0_i32;
    let mut scale = 100_000_000_i32;
    for digit in fraction.bytes() {
        nanos += i32::from(digit.checked_sub(b'0').filter(|digit| *digit < 10)?) * scale;
        scale /= 10;
    }
    jiff::Timestamp::new(seconds, nanos).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pairs_with_quotes_and_words() {
        let line = r#"INF some words key=a err="say \"x=y\" now" empty="" last=z"#;
        let found: Vec<_> = pairs(line, 0).map(|pair| (pair.key, &line[pair.value_start..pair.value_end])).collect();
        assert_eq!(found, [("key", "a"), ("err", r#"say \"x=y\" now"#), ("empty", ""), ("last", "z")]);
    }

    #[test]
    fn cut_quotes_end_the_line() {
        let line = r#"a="no end \"#;
        let found: Vec<_> = pairs(line, 0).map(|pair| (pair.value_start, pair.value_end)).collect();
        assert_eq!(found.len(), 1);
    }
}
