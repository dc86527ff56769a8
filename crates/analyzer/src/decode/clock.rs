//! Capture time of one capture (bundle reference 6).

use jiff::Timestamp;

use crate::facts::{Clock, Kind, Object, Objects, Quality, Sign, Signs};
use crate::model::Time;

/// What may tell the capture time.
#[derive(Debug, Default)]
pub(super) struct Candidates {
    /// `createdAt` of a dump.
    pub(super) dump: Option<(Timestamp, String)>,
    /// Files that hold a date, with their path.
    pub(super) dates: Vec<(Timestamp, String)>,
    /// Time in the name of a directory that is known to be UTC.
    pub(super) directory: Option<(Timestamp, String)>,
    /// (instant, age in seconds, precision): a table's age of a time that YAML holds too.
    pub(super) dated_ages: Vec<(Timestamp, i64, i64)>,
    /// Override by the user.
    pub(super) given: Option<Timestamp>,
}

/// Decides the capture time.
#[must_use]
pub(super) fn clock(candidates: &Candidates, objects: &Objects) -> Clock {
    let signs = signs(objects);
    let clock = decide(candidates, signs.newest());
    Clock { signs, ..clock }
}

fn decide(candidates: &Candidates, newest: Option<&Sign>) -> Clock {
    let dump = candidates.dump.is_some();
    if let Some(now) = candidates.given {
        return exact(now, "--captured-at".into(), dump);
    }
    if let Some((now, path)) = &candidates.dump {
        return exact(*now, format!("createdAt of {path}"), true);
    }
    let not_before = newest.map(|sign| sign.at.as_second().saturating_sub(60));
    let plausible = |at: &Timestamp| not_before.is_none_or(|bound| at.as_second() >= bound);
    if let Some((now, path)) = candidates.dates.iter().filter(|(at, _)| plausible(at)).max() {
        return exact(*now, format!("date in {path}"), false);
    }
    if let Some((now, name)) = candidates.directory.as_ref().filter(|(at, _)| plausible(at)) {
        return exact(*now, format!("time in the name of {name}"), false);
    }
    // The most precise age wins; of equally precise ones the latest instant.
    let aged = candidates.dated_ages.iter().min_by_key(|(at, seconds, precision)| {
        (*precision, std::cmp::Reverse(at.as_second().saturating_add(*seconds)))
    });
    if let Some((at, seconds, precision)) = aged
        && *precision <= 60
        && let Ok(now) = Timestamp::from_second(at.as_second().saturating_add(*seconds))
    {
        let now = newest.map_or(now, |sign| now.max(sign.at));
        return exact(now, "age in a table plus the time in YAML".into(), false);
    }
    match newest {
        Some(sign) => Clock {
            now: Some(sign.at),
            quality: Quality::LowerBound,
            source: format!("newest time in the objects: {} {}", sign.kind, sign.name),
            bound_by: Some((sign.kind.to_owned(), sign.name.clone())),
            ..Clock::default()
        },
        None => Clock::default(),
    }
}

fn exact(now: Timestamp, source: String, dump: bool) -> Clock {
    Clock { now: Some(now), quality: Quality::Exact, source, dump, ..Clock::default() }
}

/// The newest times that the API wrote into objects.
fn signs(objects: &Objects) -> Signs {
    let mut signs = Signs::default();
    let mut offer = |sign: Option<Sign>| sign.into_iter().for_each(|sign| signs.add(sign));
    for agent in &objects.gateway_agents.objects {
        let status = &agent.status;
        offer(newest_of(agent, [status.last_heartbeat, status.state.last_collected_time]));
    }
    for agent in &objects.agents.objects {
        offer(newest_of(agent, [agent.status.last_heartbeat]));
    }
    for fabricator in &objects.fabricators.objects {
        offer(newest_of(fabricator, [fabricator.status.last_status_check]));
    }
    for node in &objects.nodes.objects {
        offer(newest_of(node, node.status.conditions.iter().map(|condition| condition.last_heartbeat_time)));
    }
    for event in &objects.events.objects {
        offer(newest_of(event, [event.spec.last()]));
    }
    for pod in &objects.pods.objects {
        offer(newest_of(pod, pod.status.conditions.iter().map(|condition| condition.last_transition_time)));
    }
    signs
}

/// The newest time of one object.
fn newest_of<K: Kind>(object: &Object<K>, times: impl IntoIterator<Item = Option<Time>>) -> Option<Sign> {
    let at = times.into_iter().flatten().filter_map(Time::at).max()?;
    Some(Sign { at, kind: K::NAME, name: object.meta.name.clone(), entry: object.raw.entry })
}

/// Finds a date in a small file: `date` output, RFC 3339, or the Go format of must-gather.
#[must_use]
pub(super) fn date_in(text: &str) -> Option<Timestamp> {
    text.lines().take(20).filter_map(|line| date_line(line.trim())).max()
}

fn date_line(line: &str) -> Option<Timestamp> {
    let line = line.strip_prefix("Timestamp:").unwrap_or(line).trim();
    if let Ok(at) = line.parse::<Timestamp>() {
        return Some(at);
    }
    // `2026-03-04 09:20:30.123456789 +0000 UTC m=+0.1`
    let words: Vec<&str> = line.split_whitespace().collect();
    if let [day, time, offset, "UTC", ..] = words.as_slice()
        && *offset == "+0000"
    {
        return format!("{day}T{time}Z").parse().ok();
    }
    // `Wed Mar  4 09:20:30 UTC 2026`, `Wed Mar  4 09:20:30 AM UTC 2026`
    const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    let (month, day, time, half, year) = match words.as_slice() {
        [_, month, day, time, "UTC", year] => (*month, *day, *time, "", *year),
        [_, month, day, time, half @ ("AM" | "PM"), "UTC", year] => (*month, *day, *time, *half, *year),
        _ => return None,
    };
    let month = MONTHS.iter().position(|name| *name == month)? + 1;
    let day: u32 = day.parse().ok()?;
    let mut parts = time.splitn(2, ':');
    let hour: u32 = parts.next()?.parse().ok()?;
    let rest = parts.next()?;
    let hour = match (half, hour) {
        ("PM", 12) | ("", _) => hour,
        ("AM", 12) => 0,
        ("PM", _) => hour + 12,
        _ => hour,
    };
    format!("{year}-{month:02}-{day:02}T{hour:02}:{rest}Z").parse().ok()
}

/// Time in the name of a directory that troubleshoot.sh made: `support-bundle-2026-03-04T09_20_30`.
#[must_use]
pub(super) fn directory_time(path: &str) -> Option<(Timestamp, String)> {
    path.split('/').find_map(|component| {
        let stamp = component.strip_prefix("support-bundle-")?;
        let (day, time) = stamp.split_once('T')?;
        let at = format!("{day}T{}Z", time.get(..8)?.replace('_', ":")).parse().ok()?;
        Some((at, component.to_owned()))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates() {
        let expected: Timestamp = "2026-03-04T09:20:30Z".parse().unwrap();
        for text in [
            "Issue: x\nWed Mar  4 09:20:30 UTC 2026\n",
            "2026-03-04 09:20:30 +0000 UTC m=+0.1",
            "Timestamp: 2026-03-04T09:20:30+00:00",
            "Wed Mar  4 09:20:30 AM UTC 2026",
        ] {
            assert_eq!(date_in(text), Some(expected), "{text}");
        }
        assert_eq!(date_in("Wed Mar  4 09:20:30 CET 2026"), None);
        assert_eq!(directory_time("support-bundle-2026-03-04T09_20_30/x").unwrap().0, expected);
    }
}
