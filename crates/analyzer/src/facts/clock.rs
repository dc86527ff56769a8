//! Capture time: the only "now" (bundle reference 6).

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::Silence;
use crate::model::Time;
use crate::source::EntryId;

/// Two clocks of different files are that far apart before they prove an age: files of a capture that is
/// made by hand are minutes apart.
const BY_HAND: i64 = 600;
/// A heartbeat up to this age is fresh (gateway reference 8, "live").
pub(super) const FRESH: i64 = 60;

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

/// A time that the API wrote into an object: the capture was then or later.
#[derive(Debug, Clone)]
pub struct Sign {
    /// The time.
    pub at: Timestamp,
    /// Kind of the object.
    pub kind: &'static str,
    /// Name of the object.
    pub name: String,
    /// Entry that holds it.
    pub entry: EntryId,
}

/// Signs by entry.
#[derive(Debug, Clone, Default)]
pub struct Signs {
    /// The two newest of each entry, of different objects.
    by_entry: BTreeMap<EntryId, Vec<Sign>>,
    /// The three entries with the newest signs, newest first.
    newest: Vec<(Timestamp, EntryId)>,
}

impl Signs {
    /// Adds the sign of one more object.
    pub fn add(&mut self, sign: Sign) {
        let kept = self.by_entry.entry(sign.entry).or_default();
        match self.newest.iter_mut().find(|(_, entry)| *entry == sign.entry) {
            Some((at, _)) => *at = (*at).max(sign.at),
            None => self.newest.push((sign.at, sign.entry)),
        }
        self.newest.sort_by_key(|newest| std::cmp::Reverse(*newest));
        self.newest.truncate(3);
        kept.push(sign);
        kept.sort_by_key(|sign| std::cmp::Reverse(sign.at));
        kept.truncate(2);
    }

    /// The newest of all.
    #[must_use]
    pub fn newest(&self) -> Option<&Sign> {
        self.by_entry.get(&self.newest.first()?.1)?.first()
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
    /// What the objects tell of the time.
    pub signs: Signs,
    /// The one device whose times are far ahead of all others'; they are not among `signs`.
    pub alone_ahead: Option<String>,
    /// Set where everything that reports regularly went silent at one time.
    pub silence: Option<Silence>,
}

impl Default for Clock {
    fn default() -> Self {
        Self {
            now: None,
            quality: Quality::Unknown,
            source: "nothing tells it".into(),
            bound_by: None,
            dump: false,
            signs: Signs::default(),
            alone_ahead: None,
            silence: None,
        }
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

    /// Age of the heartbeat of an object, where the capture can prove or disprove it.
    ///
    /// With a capture time that is only a lower bound the heartbeat is compared with other times of the same
    /// entry, or with two other entries that agree (gateway reference 8.1, GW-HB-STALE; 9.1). One clock alone
    /// can show that a heartbeat is fresh, not that it is stale.
    #[must_use]
    pub fn heartbeat_age(&self, beat: Time, (entry, kind, name): (EntryId, &str, &str)) -> Option<Age> {
        let Time::At(at) = beat else { return self.age(beat) };
        if self.quality != Quality::LowerBound {
            return self.age(beat);
        }
        let since = |sign: &Sign| sign.at.as_second().saturating_sub(at.as_second()).max(0);
        let others = |entry: EntryId| {
            let signs = self.signs.by_entry.get(&entry).into_iter().flatten();
            signs.filter(|sign| (sign.kind, sign.name.as_str()) != (kind, name)).map(since).max()
        };
        let same_entry = others(entry);
        let mut clocks = self.signs.newest.iter().filter(|(_, of)| *of != entry).filter_map(|(_, of)| others(*of));
        let (first, second) = (clocks.next(), clocks.next());
        let agreed = second.filter(|gap| *gap > BY_HAND);
        let fresh = first.filter(|gap| *gap <= FRESH);
        let seconds = same_entry.max(agreed).or(fresh)?;
        Some(Age { seconds, slack: 0 })
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

    fn sign(entry: u32, second: i64, name: &str) -> Sign {
        let at = Timestamp::from_second(second).unwrap();
        Sign { at, kind: "GatewayAgent", name: name.into(), entry: EntryId(entry) }
    }

    fn bound(list: Vec<Sign>) -> Clock {
        let mut signs = Signs::default();
        list.into_iter().for_each(|sign| signs.add(sign));
        let now = signs.newest().map(|sign| sign.at);
        Clock { now, quality: Quality::LowerBound, signs, ..Clock::default() }
    }

    fn age_of_a(clock: &Clock, second: i64) -> Option<i64> {
        let beat = Time::At(Timestamp::from_second(second).unwrap());
        clock.heartbeat_age(beat, (EntryId(1), "GatewayAgent", "a")).map(|age| age.seconds)
    }

    #[test]
    fn a_lower_bound_needs_the_same_entry_or_two_clocks() {
        // Alone.
        assert_eq!(age_of_a(&bound(vec![sign(1, 1000, "a")]), 1000), None);
        // Its neighbour in the file.
        assert_eq!(age_of_a(&bound(vec![sign(1, 1900, "b"), sign(1, 1000, "a")]), 1000), Some(900));
        // One other file proves freshness, not age.
        assert_eq!(age_of_a(&bound(vec![sign(1, 1000, "a"), sign(2, 1030, "x")]), 1000), Some(30));
        assert_eq!(age_of_a(&bound(vec![sign(1, 1000, "a"), sign(2, 9000, "x")]), 1000), None);
        // Two files that agree; minutes between files are normal.
        let two = |second| bound(vec![sign(1, 1000, "a"), sign(2, second, "x"), sign(3, second, "y")]);
        assert_eq!(age_of_a(&two(9000), 1000), Some(8000));
        assert_eq!(age_of_a(&two(1300), 1000), None);
        // Both agents of a file are old, two other files are not.
        let signs = vec![sign(1, 1010, "b"), sign(1, 1000, "a"), sign(2, 9000, "x"), sign(3, 9000, "y")];
        assert_eq!(age_of_a(&bound(signs), 1000), Some(8000));
    }

    #[test]
    fn an_exact_clock_is_taken_as_it_is() {
        let clock = Clock { now: Timestamp::from_second(1900).ok(), quality: Quality::Exact, ..Clock::default() };
        assert_eq!(age_of_a(&clock, 1000), Some(900));
        let age = Clock::default().heartbeat_age(Time::Age { seconds: 8, precision: 1 }, (EntryId(1), "X", "a"));
        assert_eq!(age.map(|age| age.seconds), Some(8));
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
