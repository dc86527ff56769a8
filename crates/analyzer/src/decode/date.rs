//! Dates that collectors write into files of their own (bundle reference 6).

use jiff::Timestamp;
use jiff::tz::Offset;

/// Longest text that is looked at.
const LONGEST: usize = 2048;
/// Most lines of a file that is taken for one that tells the date.
const LINES: usize = 20;

/// The first date of a short text: a line that is nothing but the output of `date`, an RFC 3339 time, or the
/// form that must-gather writes. Words around it are those of a questionnaire (`Issue: …`).
#[must_use]
pub(super) fn date_in(text: &str) -> Option<Timestamp> {
    if text.len() > LONGEST || text.lines().count() > LINES {
        return None;
    }
    text.lines().find_map(|line| date_line(line.trim()))
}

/// The first date line in the head of an output.
#[must_use]
pub(super) fn date_in_head(text: &str) -> Option<Timestamp> {
    text.lines().take(LINES).find_map(|line| date_line(line.trim()))
}

fn date_line(line: &str) -> Option<Timestamp> {
    let line =
        ["Timestamp:", "Date:", "Universal time:"].iter().find_map(|label| line.strip_prefix(label)).unwrap_or(line);
    let line = line.trim();
    if let Ok(at) = line.parse::<Timestamp>() {
        return Some(at);
    }
    let words: Vec<&str> = line.split_whitespace().collect();
    match words.as_slice() {
        // `2026-03-04 09:20:30.123456789 +0000 UTC m=+0.1`
        [day, time, "+0000", "UTC", rest @ ..] if rest.iter().all(|word| word.starts_with("m=")) => numbers(day, time),
        // `Wed 2026-03-04 09:20:30 UTC` of timedatectl.
        [_, day, time, "UTC"] | [day, time, "UTC"] => numbers(day, time),
        // `Wed Mar  4 09:20:30 UTC 2026`, `Wed Mar  4 09:20:30 AM UTC 2026`
        [_, month, day, time, zone, year] => spelled(month, day, time, "", zone, year),
        [_, month, day, time, half @ ("AM" | "PM"), zone, year] => spelled(month, day, time, half, zone, year),
        _ => None,
    }
}

fn numbers(day: &str, time: &str) -> Option<Timestamp> {
    format!("{day}T{time}Z").parse().ok()
}

fn spelled(month: &str, day: &str, time: &str, half: &str, zone: &str, year: &str) -> Option<Timestamp> {
    const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    let month = MONTHS.iter().position(|name| *name == month)? + 1;
    let day: u32 = day.parse().ok()?;
    let (hour, rest) = time.split_once(':')?;
    let hour: u32 = hour.parse().ok()?;
    let hour = match (half, hour) {
        ("PM", 12) | ("", _) => hour,
        ("AM", 12) => 0,
        ("PM", _) => hour + 12,
        _ => hour,
    };
    let local: Timestamp = format!("{year}-{month:02}-{day:02}T{hour:02}:{rest}Z").parse().ok()?;
    local.checked_sub(jiff::SignedDuration::from_secs(i64::from(offset(zone)?.seconds()))).ok()
}

/// Zones as `date` prints them; names with more than one meaning (`CST`, `IST`, `BST`) tell nothing.
fn offset(zone: &str) -> Option<Offset> {
    const ZONES: [(&str, i8); 17] = [
        ("UTC", 0),
        ("GMT", 0),
        ("Z", 0),
        ("WET", 0),
        ("WEST", 1),
        ("CET", 1),
        ("CEST", 2),
        ("EET", 2),
        ("EEST", 3),
        ("EST", -5),
        ("EDT", -4),
        ("CDT", -5),
        ("MST", -7),
        ("MDT", -6),
        ("PST", -8),
        ("PDT", -7),
        ("JST", 9),
    ];
    if let Some((_, hours)) = ZONES.iter().find(|(name, _)| *name == zone) {
        return Some(Offset::constant(*hours));
    }
    // `+01`, `+0530`
    let digits = zone.strip_prefix(['+', '-']).filter(|digits| matches!(digits.len(), 2 | 4))?;
    let hours: i32 = digits.get(..2)?.parse().ok()?;
    let minutes: i32 = digits.get(2..).filter(|rest| !rest.is_empty()).map_or(Some(0), |rest| rest.parse().ok())?;
    let seconds = hours * 3600 + minutes * 60;
    Offset::from_seconds(if zone.starts_with('-') { -seconds } else { seconds }).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates() {
        let expected: Timestamp = "2026-03-04T09:20:30Z".parse().unwrap();
        for text in [
            "Issue: x\nWed Mar  4 09:20:30 UTC 2026\n",
            "2026-03-04 09:20:30 +0000 UTC m=+0.1\n2026-03-04 09:29:30 +0000 UTC m=+540.1\n",
            "Timestamp: 2026-03-04T09:20:30+00:00",
            "Wed Mar  4 09:20:30 AM UTC 2026",
            "Wed Mar  4 10:20:30 CET 2026",
            "Wed Mar  4 14:50:30 +0530 2026",
            "Wed Mar  4 01:20:30 -08 2026",
            "Universal time: Wed 2026-03-04 09:20:30 UTC",
        ] {
            assert_eq!(date_in(text), Some(expected), "{text}");
        }
    }

    #[test]
    fn no_dates() {
        for text in [
            "",
            "Wed Mar  4 09:20:30 IST 2026",
            "2026-03-04T09:20:30Z INFO started",
            "it happened on 2026-03-04",
            "lastHeartbeat: 2026-03-04T09:20:30Z",
            "Wed Mar 4 é:x +99 x",
        ] {
            assert_eq!(date_in(text), None, "{text}");
        }
    }
}
