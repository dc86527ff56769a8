//! Time stamps of log lines. Stamps without a zone are UTC (containers and SONiC run in UTC).

use jiff::{SignedDuration, Timestamp, civil, tz::TimeZone};

/// The time of a line as far as the line holds it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LogTime {
    /// An instant; the year may have been taken from the reference instant.
    At(Timestamp),
    /// Month, day and time of day without a year, and no reference instant was known.
    Yearless {
        /// Month, 1 to 12.
        month: i8,
        /// Day of the month.
        day: i8,
        /// Time of day.
        time: civil::Time,
    },
    /// Only a time of day (command line tools print no date).
    Clock(civil::Time),
}

impl LogTime {
    /// The instant, where date and time are known.
    #[must_use]
    pub fn at(self) -> Option<Timestamp> {
        match self {
            Self::At(time) => Some(time),
            Self::Yearless { .. } | Self::Clock(_) => None,
        }
    }
}

/// The two digits at `at`.
fn two(bytes: &[u8], at: usize) -> Option<i8> {
    let tens = bytes.get(at)?.checked_sub(b'0').filter(|digit| *digit < 10)?;
    let ones = bytes.get(at + 1)?.checked_sub(b'0').filter(|digit| *digit < 10)?;
    i8::try_from(tens * 10 + ones).ok()
}

/// `HH:MM:SS[.fraction]` at `at`; also gives the offset behind it. A comma may separate the fraction.
pub(super) fn clock(bytes: &[u8], at: usize) -> Option<(civil::Time, usize)> {
    if bytes.get(at + 2) != Some(&b':') || bytes.get(at + 5) != Some(&b':') {
        return None;
    }
    let (hour, minute, second) = (two(bytes, at)?, two(bytes, at + 3)?, two(bytes, at + 6)?);
    let mut end = at + 8;
    let mut nanos = 0_i32;
    if matches!(bytes.get(end), Some(b'.' | b',')) && bytes.get(end + 1).is_some_and(u8::is_ascii_digit) {
        end += 1;
        let mut scale = 100_000_000_i32;
        while let Some(digit) = bytes.get(end).filter(|byte| byte.is_ascii_digit()) {
            nanos += i32::from(digit - b'0') * scale;
            scale /= 10;
            end += 1;
        }
    }
    // A leap second is told as the last second of its minute.
    civil::Time::new(hour, minute, second.min(59), nanos).ok().map(|time| (time, end))
}

/// `YYYY-MM-DD` or `YYYY/MM/DD` at `at`, with the given separator.
pub(super) fn date(bytes: &[u8], at: usize, separator: u8) -> Option<civil::Date> {
    if bytes.get(at + 4) != Some(&separator) || bytes.get(at + 7) != Some(&separator) {
        return None;
    }
    let year = i16::from(two(bytes, at)?) * 100 + i16::from(two(bytes, at + 2)?);
    civil::Date::new(year, two(bytes, at + 5)?, two(bytes, at + 8)?).ok()
}

/// A UTC instant.
pub(super) fn utc(date: civil::Date, time: civil::Time) -> Option<Timestamp> {
    TimeZone::UTC.to_timestamp(date.to_datetime(time)).ok()
}

/// RFC 3339 at `at` (`T`, then `Z`, an offset or nothing = UTC), and the offset behind it.
pub(super) fn rfc3339(bytes: &[u8], at: usize) -> Option<(Timestamp, usize)> {
    let day = date(bytes, at, b'-')?;
    if !matches!(bytes.get(at + 10), Some(b'T' | b't')) {
        return None;
    }
    let (time, end) = clock(bytes, at + 11)?;
    let stamp = utc(day, time)?;
    let (offset, end) = zone(bytes, end);
    Some((stamp.checked_sub(SignedDuration::from_secs(offset)).ok()?, end))
}

/// The zone at `at`: seconds east of UTC and the offset behind it. Without a zone: zero, `at`.
pub(super) fn zone(bytes: &[u8], at: usize) -> (i64, usize) {
    match bytes.get(at) {
        Some(b'Z' | b'z') => (0, at + 1),
        Some(sign @ (b'+' | b'-')) => {
            let minutes_at = if bytes.get(at + 3) == Some(&b':') { at + 4 } else { at + 3 };
            match (two(bytes, at + 1), two(bytes, minutes_at)) {
                (Some(hours), Some(minutes)) => {
                    let east = i64::from(hours) * 3600 + i64::from(minutes) * 60;
                    (if *sign == b'-' { -east } else { east }, minutes_at + 2)
                }
                _ => (0, at),
            }
        }
        _ => (0, at),
    }
}

/// The month that an English three letter name at `at` stands for.
pub(super) fn month(bytes: &[u8], at: usize) -> Option<i8> {
    let name = bytes.get(at..at + 3)?;
    const NAMES: [&[u8; 3]; 12] =
        [b"Jan", b"Feb", b"Mar", b"Apr", b"May", b"Jun", b"Jul", b"Aug", b"Sep", b"Oct", b"Nov", b"Dec"];
    NAMES.iter().position(|known| known.as_slice() == name).and_then(|at| i8::try_from(at + 1).ok())
}

/// `Mar  4 09:20:30.123` or `Mar 04 09:20:30` at `at`: month, day, time and the offset behind.
pub(super) fn month_day_clock(bytes: &[u8], at: usize) -> Option<(i8, i8, civil::Time, usize)> {
    let month = month(bytes, at)?;
    let mut end = at + 3;
    while bytes.get(end) == Some(&b' ') && end < at + 6 {
        end += 1;
    }
    if end == at + 3 {
        return None;
    }
    let first = bytes.get(end)?.checked_sub(b'0').filter(|digit| *digit < 10)?;
    let day = if let Some(day) = two(bytes, end) {
        end += 2;
        day
    } else {
        end += 1;
        i8::try_from(first).ok()?
    };
    if bytes.get(end) != Some(&b' ') {
        return None;
    }
    let (time, end) = clock(bytes, end + 1)?;
    Some((month, day, time, end))
}

/// Month and day digits as klog writes them: `1005` at `at`.
pub(super) fn klog_day(bytes: &[u8], at: usize) -> Option<(i8, i8)> {
    Some((two(bytes, at)?, two(bytes, at + 2)?))
}

/// Gives a yearless stamp the latest year that puts it not later than `reference` + 2 days.
pub(super) fn with_year(month: i8, day: i8, time: civil::Time, reference: Option<Timestamp>) -> LogTime {
    let yearless = LogTime::Yearless { month, day, time };
    let Some(reference) = reference else {
        return yearless;
    };
    let Ok(limit) = reference.checked_add(SignedDuration::from_hours(48)) else {
        return yearless;
    };
    let newest = TimeZone::UTC.to_datetime(limit).year();
    // 29 February exists at worst eight years back.
    (0..=8)
        .filter_map(|back| civil::Date::new(newest.checked_sub(back)?, month, day).ok())
        .filter_map(|date| utc(date, time))
        .find(|stamp| *stamp <= limit)
        .map_or(yearless, LogTime::At)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[test]
    fn rfc3339_forms() {
        for (text, expected, end) in [
            ("2026-03-04T09:20:30.123456Z x", "2026-03-04T09:20:30.123456Z", 27),
            ("2026-03-04T09:20:30.123456789Z", "2026-03-04T09:20:30.123456789Z", 30),
            ("2026-03-04T11:20:30+02:00 x", "2026-03-04T09:20:30Z", 25),
            ("2026-03-04T11:20:30+0200 x", "2026-03-04T09:20:30Z", 24),
            ("2026-03-04T09:20:30 x", "2026-03-04T09:20:30Z", 19),
        ] {
            assert_eq!(rfc3339(text.as_bytes(), 0), Some((at(expected), end)), "{text}");
        }
        for text in ["2026-13-04T09:20:30Z", "2026-03-04 09:20:30", "2026-03-04T", "", "9999-99-99T99:99:99Z"] {
            assert_eq!(rfc3339(text.as_bytes(), 0), None, "{text}");
        }
    }

    #[test]
    fn year_comes_from_the_reference() {
        let time = civil::time(9, 20, 30, 0);
        let reference = Some(at("2026-10-06T09:41:17Z"));
        assert_eq!(with_year(10, 6, time, reference), LogTime::At(at("2026-10-06T09:20:30Z")));
        assert_eq!(with_year(10, 8, time, reference), LogTime::At(at("2026-10-08T09:20:30Z")));
        assert_eq!(with_year(10, 9, time, reference), LogTime::At(at("2025-10-09T09:20:30Z")));
        let january = Some(at("2026-01-01T00:10:00Z"));
        assert_eq!(with_year(12, 31, time, january), LogTime::At(at("2025-12-31T09:20:30Z")));
        let december = Some(at("2026-12-31T23:50:00Z"));
        assert_eq!(with_year(1, 1, civil::time(0, 5, 0, 0), december), LogTime::At(at("2027-01-01T00:05:00Z")));
        assert_eq!(with_year(2, 29, time, reference), LogTime::At(at("2024-02-29T09:20:30Z")));
        assert_eq!(with_year(10, 6, time, None).at(), None);
        assert_eq!(with_year(13, 6, time, reference).at(), None);
    }

    #[test]
    fn month_day_forms() {
        let expected = (3, 4, civil::time(9, 20, 30, 0), 15);
        assert_eq!(month_day_clock(b"Mar  4 09:20:30 x", 0), Some(expected));
        assert_eq!(month_day_clock(b"Mar 04 09:20:30", 0), Some(expected));
        assert_eq!(month_day_clock(b"Mar 4 09:20:30", 0).map(|found| found.3), Some(14));
        assert_eq!(month_day_clock(b"Mer  4 09:20:30", 0), None);
        assert_eq!(month_day_clock(b"Mar4 09:20:30", 0), None);
    }
}
