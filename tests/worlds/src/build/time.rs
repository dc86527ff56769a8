//! Times of the built worlds.

use serde_json::Value;

/// Capture time.
pub const NOW: &str = "2026-10-06T09:41:17Z";

const NOW_SECONDS: i64 = 9 * 3600 + 41 * 60 + 17;

/// Day of October 2026 (0 and less: days of September) and seconds of it.
fn split(seconds: i64) -> (i64, i64) {
    let at = NOW_SECONDS - seconds;
    (6 + at.div_euclid(86_400), at.rem_euclid(86_400))
}

fn date(seconds: i64) -> (&'static str, u8, i64, i64) {
    let (day, rest) = split(seconds);
    if day >= 1 { ("Oct", 10, day, rest) } else { ("Sep", 9, day + 30, rest) }
}

/// Seconds before the capture as RFC 3339.
///
/// # Panics
/// For times before September 2026.
#[must_use]
pub fn at(seconds: i64) -> String {
    let (_, month, day, rest) = date(seconds);
    assert!(day >= 1, "before September");
    format!("2026-{month:02}-{day:02}T{:02}:{:02}:{:02}Z", rest / 3600, rest / 60 % 60, rest % 60)
}

/// Seconds before the capture as a value of an object.
#[must_use]
pub fn ago(seconds: i64) -> Value {
    at(seconds).into()
}

/// A line of a controller's log: `Oct  6 09:02:57.362 INF text`.
#[must_use]
pub fn klog(seconds: i64, level: &str, text: &str) -> String {
    let (month, _, day, rest) = date(seconds);
    format!("{month} {day:>2} {:02}:{:02}:{:02}.362 {level} {text}\n", rest / 3600, rest / 60 % 60, rest % 60)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_before_the_capture() {
        assert_eq!(at(0), NOW);
        assert_eq!(at(86_400 * 6 + 17), "2026-09-30T09:41:00Z");
        assert_eq!(klog(77, "INF", "x"), "Oct  6 09:40:00.362 INF x\n");
    }
}
