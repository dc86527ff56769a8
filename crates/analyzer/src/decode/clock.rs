//! Capture time of one capture (bundle reference 6).

use jiff::Timestamp;

use crate::facts::{Clock, Objects, Quality};
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
    let newest = newest_stamp(objects);
    let dump = candidates.dump.is_some();
    if let Some(now) = candidates.given {
        return exact(now, "--captured-at".into(), dump);
    }
    if let Some((now, path)) = &candidates.dump {
        return exact(*now, format!("createdAt of {path}"), true);
    }
    let not_before = newest.as_ref().map(|(at, _)| at.as_second().saturating_sub(60));
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
        let now = newest.as_ref().map_or(now, |(bound, _)| now.max(*bound));
        return exact(now, "age in a table plus the time in YAML".into(), false);
    }
    match newest {
        Some((now, (kind, name))) => Clock {
            now: Some(now),
            quality: Quality::LowerBound,
            source: format!("newest time in the objects: {kind} {name}"),
            bound_by: Some((kind.to_owned(), name)),
            dump: false,
        },
        None => Clock::default(),
    }
}

fn exact(now: Timestamp, source: String, dump: bool) -> Clock {
    Clock { now: Some(now), quality: Quality::Exact, source, bound_by: None, dump }
}

/// The newest time that the API wrote into any object, and whose it is.
fn newest_stamp(objects: &Objects) -> Option<(Timestamp, (&'static str, String))> {
    let mut newest: Option<(Timestamp, (&'static str, String))> = None;
    let mut offer = |time: Option<Time>, kind: &'static str, name: &str| {
        if let Some(at) = time.and_then(Time::at)
            && newest.as_ref().is_none_or(|(known, _)| at > *known)
        {
            newest = Some((at, (kind, name.to_owned())));
        }
    };
    for agent in &objects.gateway_agents.objects {
        offer(agent.status.last_heartbeat, "GatewayAgent", agent.name());
        offer(agent.status.state.last_collected_time, "GatewayAgent", agent.name());
    }
    for agent in &objects.agents.objects {
        offer(agent.status.last_heartbeat, "Agent", agent.name());
    }
    for fabricator in &objects.fabricators.objects {
        offer(fabricator.status.last_status_check, "Fabricator", fabricator.name());
    }
    for node in &objects.nodes.objects {
        for condition in &node.status.conditions {
            offer(condition.last_heartbeat_time, "Node", node.name());
        }
    }
    for event in &objects.events.objects {
        offer(event.spec.last(), "Event", event.name());
    }
    for pod in &objects.pods.objects {
        for condition in &pod.status.conditions {
            offer(condition.last_transition_time, "Pod", pod.name());
        }
    }
    newest
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
