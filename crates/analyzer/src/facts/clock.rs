//! Capture time: the only "now" (bundle reference 6).

use jiff::Timestamp;

use crate::model::Time;

/// How well the capture time is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Quality {
    /// Nothing tells it, or only file times.
    Unknown,
    /// The newest time in the objects: the capture was then or later.
    LowerBound,
    /// Stated by the capture.
    Exact,
}

impl Quality {
    /// The word used in reports.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Unknown => "unknown",
            Self::LowerBound => "lower-bound",
            Self::Exact => "exact",
        }
    }
}

/// The capture time of one capture.
#[derive(Debug, Clone)]
pub struct Clock {
    /// The time; none if nothing tells it.
    pub now: Option<Timestamp>,
    /// How well it is known.
    pub quality: Quality,
    /// Where it comes from, in words.
    pub source: String,
    /// For a lower bound: kind and name of the object whose time it is.
    pub bound_by: Option<(String, String)>,
    /// True for a `.hhs` dump, whose logs and command outputs are up to 5 minutes younger.
    pub dump: bool,
}

impl Default for Clock {
    fn default() -> Self {
        Self { now: None, quality: Quality::Unknown, source: "nothing tells it".into(), bound_by: None, dump: false }
    }
}

/// How old something was at the capture.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Age {
    /// Seconds; negative for a time after the capture.
    pub seconds: i64,
    /// The true age may be up to this much more (ages printed in tables).
    pub slack: i64,
}

impl Age {
    /// True if it is certainly older than `seconds`.
    #[must_use]
    pub fn over(self, seconds: i64) -> bool {
        self.seconds > seconds
    }

    /// True if it is certainly younger than `seconds`.
    #[must_use]
    pub fn under(self, seconds: i64) -> bool {
        self.seconds.saturating_add(self.slack).saturating_sub(1) < seconds
    }

    /// `45 s`, `12 min`, `3 h 5 min`, `9 d 2 h`.
    #[must_use]
    pub fn words(self) -> String {
        duration_words(self.seconds)
    }
}

/// `45 s`, `12 min`, `3 h 5 min`, `9 d 2 h`.
#[must_use]
pub fn duration_words(seconds: i64) -> String {
    if seconds < 0 {
        return format!("{} ahead", duration_words(seconds.saturating_neg()));
    }
    let (minutes, hours, days) = (seconds / 60, seconds / 3600, seconds / 86_400);
    if seconds < 120 {
        format!("{seconds} s")
    } else if minutes < 120 {
        format!("{minutes} min")
    } else if hours < 48 {
        match minutes % 60 {
            0 => format!("{hours} h"),
            rest => format!("{hours} h {rest} min"),
        }
    } else {
        match hours % 24 {
            0 => format!("{days} d"),
            rest => format!("{days} d {rest} h"),
        }
    }
}

impl Clock {
    /// Age of a time at the capture: from the clock, or as the table printed it.
    #[must_use]
    pub fn age(&self, time: Time) -> Option<Age> {
        match time {
            Time::At(at) => {
                let now = self.now?;
                if self.quality == Quality::Unknown {
                    return None;
                }
                Some(Age { seconds: now.as_second().saturating_sub(at.as_second()), slack: 0 })
            }
            Time::Age { seconds, precision } => Some(Age { seconds, slack: precision }),
            Time::Future => Some(Age { seconds: -1, slack: 0 }),
            Time::Never => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ages_of_tables_need_no_clock() {
        let clock = Clock::default();
        let age = clock.age(Time::Age { seconds: 2520, precision: 60 }).unwrap();
        assert!(age.over(2400) && age.under(2600) && !age.under(2560));
        assert_eq!(clock.age(Time::At(Timestamp::UNIX_EPOCH)), None);
    }

    #[test]
    fn words() {
        for (seconds, words) in
            [(45, "45 s"), (720, "12 min"), (11_100, "3 h 5 min"), (784_800, "9 d 2 h"), (-30, "30 s ahead")]
        {
            assert_eq!(duration_words(seconds), words);
        }
    }
}
