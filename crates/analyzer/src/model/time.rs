//! Times as bundles hold them: an instant, or the age that a table printed.

use jiff::Timestamp;
use serde::de::{Deserialize, Deserializer, Error, Visitor};

/// A time field. Never read against a clock: see `facts::Clock`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Time {
    /// An instant, from YAML or JSON.
    At(Timestamp),
    /// The age that a `kubectl` table printed: `seconds` old at capture, give or take `precision` seconds.
    Age {
        /// Seconds before the capture.
        seconds: i64,
        /// The printed unit hides up to this many further seconds.
        precision: i64,
    },
    /// Printed as `<invalid>`: in the future by more than a second.
    Future,
    /// `null`, `<unknown>`, `<none>` or empty: not set.
    Never,
}

impl Time {
    /// The instant, where the source held one.
    #[must_use]
    pub fn at(self) -> Option<Timestamp> {
        match self {
            Self::At(time) => Some(time),
            Self::Age { .. } | Self::Future | Self::Never => None,
        }
    }

    /// Parses RFC 3339, a kubectl age (`2d5h`, `119s`, `<invalid>`) or `10 minutes ago`.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        match text {
            "" | "null" | "~" | "<none>" | "<unknown>" | "<nil>" => return Some(Self::Never),
            "<invalid>" => return Some(Self::Future),
            _ => {}
        }
        if let Ok(time) = text.parse::<Timestamp>() {
            return Some(Self::At(time));
        }
        parse_age(text).map(|(seconds, precision)| Self::Age { seconds, precision })
    }
}

/// Seconds of a unit letter as kubectl prints it.
fn unit_seconds(unit: &str) -> Option<i64> {
    Some(match unit {
        "s" | "second" | "seconds" | "sec" => 1,
        "m" | "minute" | "minutes" | "min" => 60,
        "h" | "hour" | "hours" => 3600,
        "d" | "day" | "days" => 86_400,
        "w" | "week" | "weeks" => 604_800,
        "month" | "months" => 2_592_000,
        "y" | "year" | "years" => 31_536_000,
        _ => return None,
    })
}

/// Total and smallest unit, in seconds, of `2d5h`, `5m` or `10 minutes ago`.
fn parse_age(text: &str) -> Option<(i64, i64)> {
    if text == "now" {
        return Some((0, 1));
    }
    if let Some(words) = text.strip_suffix(" ago") {
        let mut parts = words.split_whitespace();
        let count: i64 = match parts.next()? {
            "a" | "an" => 1,
            number => number.parse().ok()?,
        };
        let unit = unit_seconds(parts.next()?)?;
        return Some((count.checked_mul(unit)?, unit));
    }
    let (mut total, mut smallest, mut digits) = (0_i64, None, String::new());
    for c in text.chars() {
        if c.is_ascii_digit() {
            digits.push(c);
        } else {
            let unit = unit_seconds(c.encode_utf8(&mut [0; 4]))?;
            total = total.checked_add(digits.parse::<i64>().ok()?.checked_mul(unit)?)?;
            digits.clear();
            smallest = Some(unit);
        }
    }
    if digits.is_empty() { Some((total, smallest?)) } else { None }
}

/// Parses a Go duration (`1h0m0s`, `1.5m`, `300ms`, `-5s`, `0`) into nanoseconds.
#[must_use]
pub fn parse_duration(text: &str) -> Option<i128> {
    let text = text.trim();
    let (sign, rest) = match text.strip_prefix('-') {
        Some(rest) => (-1, rest),
        None => (1, text.strip_prefix('+').unwrap_or(text)),
    };
    if rest == "0" {
        return Some(0);
    }
    let mut total = 0_i128;
    let mut rest = rest;
    if rest.is_empty() {
        return None;
    }
    while !rest.is_empty() {
        let number_end = rest.find(|c: char| !(c.is_ascii_digit() || c == '.'))?;
        let (number, tail) = rest.split_at_checked(number_end)?;
        let unit_end = tail.find(|c: char| c.is_ascii_digit() || c == '.').unwrap_or(tail.len());
        let (unit, tail) = tail.split_at_checked(unit_end)?;
        let nanos: i128 = match unit {
            "ns" => 1,
            "us" | "µs" | "μs" => 1_000,
            "ms" => 1_000_000,
            "s" => 1_000_000_000,
            "m" => 60_000_000_000,
            "h" => 3_600_000_000_000,
            _ => return None,
        };
        let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
        if whole.is_empty() && fraction.is_empty() {
            return None;
        }
        let whole: i128 = if whole.is_empty() { 0 } else { whole.parse().ok()? };
        total = total.checked_add(whole.checked_mul(nanos)?)?;
        let mut scale = nanos;
        for digit in fraction.chars() {
            scale /= 10;
            total = total.checked_add(i128::from(digit.to_digit(10)?).checked_mul(scale)?)?;
        }
        rest = tail;
    }
    Some(sign * total)
}

impl<'de> Deserialize<'de> for Time {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct TimeVisitor;
        impl Visitor<'_> for TimeVisitor {
            type Value = Time;
            fn expecting(&self, f: &mut std::fmt::Formatter) -> std::fmt::Result {
                f.write_str("an RFC 3339 time")
            }
            fn visit_str<E: Error>(self, text: &str) -> Result<Time, E> {
                Time::parse(text).ok_or_else(|| E::custom("not an RFC 3339 time"))
            }
            fn visit_unit<E: Error>(self) -> Result<Time, E> {
                Ok(Time::Never)
            }
            fn visit_none<E: Error>(self) -> Result<Time, E> {
                Ok(Time::Never)
            }
        }
        deserializer.deserialize_str(TimeVisitor)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kubectl_ages() {
        for (text, seconds, precision) in [
            ("119s", 119, 1),
            ("4m10s", 250, 1),
            ("42m", 2520, 60),
            ("2d5h", 190_800, 3600),
            ("56y", 1_766_016_000, 31_536_000),
            ("10 minutes ago", 600, 60),
            ("now", 0, 1),
        ] {
            assert_eq!(Time::parse(text), Some(Time::Age { seconds, precision }), "{text}");
        }
        assert_eq!(Time::parse("<invalid>"), Some(Time::Future));
        assert_eq!(Time::parse("<unknown>"), Some(Time::Never));
        assert_eq!(Time::parse("soon"), None);
    }

    #[test]
    fn go_durations() {
        for (text, nanos) in [
            ("2m0s", 120_000_000_000),
            ("1.5m", 90_000_000_000),
            ("300ms", 300_000_000),
            ("-5s", -5_000_000_000),
            ("0s", 0),
            ("0", 0),
        ] {
            assert_eq!(parse_duration(text), Some(nanos), "{text}");
        }
        for text in ["", "5", "m", "2x", "."] {
            assert_eq!(parse_duration(text), None, "{text}");
        }
    }
}
