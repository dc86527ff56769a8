//! Dates and durations as command outputs print them.

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::Offset;

/// A date and time of day without a zone: `2026-03-11T 13:40:10` (a blank after the `T`), `2026-03-11 13:40:10`
/// or `2026/03/11 13:40:10`, at the start of the text.
pub(crate) fn date_time(text: &str) -> Option<DateTime> {
    let (date, rest) = text.trim_start().split_at_checked(10)?;
    let rest = rest.strip_prefix('T').unwrap_or(rest).trim_start();
    civil(date, rest.get(..8)?)
}

fn civil(date: &str, time: &str) -> Option<DateTime> {
    let separator = if date.contains('/') { '/' } else { '-' };
    let mut parts = date.split(separator);
    let year = parts.next()?.parse().ok()?;
    let (month, day) = (two(parts.next()?)?, two(parts.next()?)?);
    let mut clock = time.split(':');
    let (hour, minute, second) = (two(clock.next()?)?, two(clock.next()?)?, two(clock.next()?)?);
    if parts.next().is_some() || clock.next().is_some() {
        return None;
    }
    DateTime::new(year, month, day, hour, minute, second, 0).ok()
}

/// `Wed Mar 11 15:02:40 2026`, as C's `ctime` prints it: local time without a zone.
pub(crate) fn ctime(text: &str) -> Option<DateTime> {
    let mut words = text.split_whitespace();
    words.next()?;
    let month = month(words.next()?)?;
    let day = words.next()?.parse().ok()?;
    let mut clock = words.next()?.split(':');
    let (hour, minute, second) = (two(clock.next()?)?, two(clock.next()?)?, two(clock.next()?)?);
    let year = words.next()?.parse().ok()?;
    DateTime::new(year, month, day, hour, minute, second, 0).ok()
}

/// Number of an English month name.
pub(crate) fn month(text: &str) -> Option<i8> {
    let names = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    let at = names.iter().position(|name| *name == text)?;
    i8::try_from(at.saturating_add(1)).ok()
}

fn two(text: &str) -> Option<i8> {
    if text.len() == 2 { text.parse().ok() } else { None }
}

/// A UTC date of the configuration history: `2026/03/11 14:02:11`, or `14:02:11 on 2026/03/11` of older
/// releases. With the number of bytes read.
pub(crate) fn history_date(text: &str) -> Option<(Timestamp, usize)> {
    let (date, length) = if let Some(old) = text.get(..22).filter(|old| old.get(8..12) == Some(" on ")) {
        (civil(old.get(12..22)?, old.get(..8)?)?, 22)
    } else {
        let new = text.get(..19)?;
        (civil(new.get(..10)?, new.get(11..19)?)?, 19)
    };
    let time = Offset::UTC.to_timestamp(date).ok()?;
    Some((time, length))
}

/// Seconds of a unit word or letter.
fn unit_seconds(unit: &str) -> Option<u64> {
    Some(match unit {
        "s" | "sec" | "secs" | "second" | "seconds" => 1,
        "m" | "min" | "mins" | "minute" | "minutes" => 60,
        "h" | "hour" | "hours" => 3600,
        "d" | "day" | "days" => 86_400,
        "w" | "week" | "weeks" => 604_800,
        "month" | "months" => 2_592_000,
        "y" | "year" | "years" => 31_536_000,
        _ => return None,
    })
}

/// Seconds of a duration as FRR and the dataplane print them: `08:12:10`, `01w2d01h`, `09d01:33:16`,
/// `2 min 45 s`, `1 weeks 2 days 33 min`, `9 day(s), 1 hour(s)`, `118s`.
pub(crate) fn duration(text: &str) -> Option<u64> {
    let mut rest = text.trim();
    if rest.is_empty() {
        return None;
    }
    let mut total = 0_u64;
    while !rest.is_empty() {
        let digits = rest.find(|c: char| !c.is_ascii_digit())?;
        let (number, tail) = rest.split_at_checked(digits)?;
        if tail.starts_with(':') {
            return total.checked_add(clock(rest)?);
        }
        let number: u64 = number.parse().ok()?;
        let tail = tail.trim_start();
        let letters = tail.find(|c: char| !c.is_ascii_alphabetic()).unwrap_or(tail.len());
        let (unit, after) = tail.split_at_checked(letters)?;
        total = total.checked_add(number.checked_mul(unit_seconds(unit)?)?)?;
        let after = after.strip_prefix("(s)").unwrap_or(after);
        rest = after.trim_start_matches([',', ' ']);
    }
    Some(total)
}

/// `HH:MM:SS` in seconds.
fn clock(text: &str) -> Option<u64> {
    let mut seconds = 0_u64;
    let mut count = 0;
    for part in text.split(':') {
        seconds = seconds.checked_mul(60)?.checked_add(part.parse().ok()?)?;
        count += 1;
    }
    (count == 3).then_some(seconds)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates() {
        let expected = DateTime::new(2026, 3, 11, 13, 40, 10, 0).unwrap();
        for text in [
            "2026-03-11T 13:40:10 (1 hours 22 min 30 s ago)",
            "2026-03-11 13:40:10",
            "2026-03-11T13:40:10",
            " 2026/03/11 13:40:10",
        ] {
            assert_eq!(date_time(text), Some(expected), "{text}");
        }
        for text in ["", "2026-13-11 13:40:10", "2026-03-11", "2026-03-11 1:40:10 x", "äöüäöüäöü"] {
            assert_eq!(date_time(text), None, "{text}");
        }
    }

    #[test]
    fn history_dates_are_utc() {
        let expected: Timestamp = "2026-03-11T14:02:11Z".parse().unwrap();
        assert_eq!(history_date("2026/03/11 14:02:11   none"), Some((expected, 19)));
        assert_eq!(history_date("14:02:11 on 2026/03/11 x"), Some((expected, 22)));
        assert_eq!(history_date("--"), None);
        assert_eq!(history_date("14:02:11 at 2026/03/11 x"), None);
    }

    #[test]
    fn c_times() {
        let expected = DateTime::new(2026, 3, 1, 15, 2, 40, 0).unwrap();
        assert_eq!(ctime("Sun Mar  1 15:02:40 2026"), Some(expected));
        assert_eq!(ctime("Sun Mar  1 15:02:40 UTC 2026"), None);
        assert_eq!(ctime("soon"), None);
    }

    #[test]
    fn durations() {
        for (text, seconds) in [
            ("08:12:10", 29_530),
            ("01w2d01h", 781_200),
            ("1d02h03m", 93_780),
            ("09d01:33:16", 783_196),
            ("2 min 45 s", 165),
            ("1 weeks 2 days 1 hours 33 min 11 s", 783_191),
            ("9 day(s), 1 hour(s), 23 minute(s), 36 second(s)", 782_616),
            ("118s", 118),
        ] {
            assert_eq!(duration(text), Some(seconds), "{text}");
        }
        for text in ["", "never", "12", "1:2", "12 parsecs", "99999999999999999999s", "99999999999999999w"] {
            assert_eq!(duration(text), None, "{text}");
        }
    }
}
