//! Capture time of one capture (bundle reference 6).

use jiff::Timestamp;

use crate::facts::{Clock, Kind, Object, Objects, Quality, Sign, Signs, duration_words};
use crate::model::Time;
use crate::source::{Problem, ProblemKind};

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
pub(super) fn clock(candidates: &Candidates, objects: &Objects, problems: &mut Vec<Problem>) -> Clock {
    let all = signs(objects);
    let alone = writer_alone_ahead(&all);
    let mut signs = Signs::default();
    all.into_iter().filter(|sign| alone.as_deref() != Some(writer(sign))).for_each(|sign| signs.add(sign));
    let clock = decide(candidates, signs.newest());
    if !clock.dump && candidates.given.is_none() {
        problems.extend(signs.newest().and_then(|newest| too_early(candidates, newest)));
    }
    Clock { signs, alone_ahead: alone, ..clock }
}

/// Seconds by which one clock must be ahead of all others to be taken for wrong.
const ALONE: i64 = 600;
/// Seconds within which what reports regularly agrees.
const AGREE: i64 = 360;

/// Whose clock wrote a sign: a gateway is named as its node; the control plane writes the rest.
fn writer(sign: &Sign) -> &str {
    match sign.kind {
        "Agent" | "GatewayAgent" | "Node" => &sign.name,
        _ => "",
    }
}

/// The one device whose times are far ahead of what all others wrote, while these, control plane or nodes among
/// them, agree: its clock is wrong, and it must not make everybody else look silent.
fn writer_alone_ahead(signs: &[Sign]) -> Option<String> {
    let seconds = |sign: &Sign| sign.at.as_second();
    let newest = signs.iter().max_by_key(|sign| (seconds(sign), writer(sign)))?;
    let name = writer(newest);
    let rest: Vec<&Sign> = signs.iter().filter(|sign| writer(sign) != name).collect();
    let second = rest.iter().map(|sign| seconds(sign)).max()?;
    let agree = |sign: &&&Sign| second.saturating_sub(seconds(sign)) <= AGREE;
    let agreeing: std::collections::BTreeSet<&str> = rest.iter().filter(agree).map(|sign| writer(sign)).collect();
    let control = rest.iter().filter(agree).any(|sign| matches!(sign.kind, "Node" | "Fabricator"));
    let alone = !name.is_empty() && seconds(newest).saturating_sub(second) > ALONE;
    (alone && control && agreeing.len() >= 2).then(|| name.to_owned())
}

/// How much later than a stated date the times in the objects may be, in seconds (bundle reference 6).
const TOLERANCE: i64 = 60;

/// Says that the stated dates are earlier than what the objects hold, where all of them are.
fn too_early(candidates: &Candidates, newest: &Sign) -> Option<Problem> {
    let stated = candidates.dates.iter().chain(&candidates.directory);
    let (at, place) = stated.max()?;
    let behind = newest.at.as_second().saturating_sub(at.as_second());
    if behind <= TOLERANCE {
        return None;
    }
    Some(
        Problem::note(
            ProblemKind::Contradiction,
            format!(
                "the date of {place} ({at}) is {} earlier than a time of {} {} ({}): the objects' times are used",
                duration_words(behind),
                newest.kind,
                newest.name,
                newest.at
            ),
        )
        .help("the clock of the collecting host is behind, or the objects were captured later than the date")
        .in_entry(newest.entry),
    )
}

fn decide(candidates: &Candidates, newest: Option<&Sign>) -> Clock {
    let dump = candidates.dump.is_some();
    if let Some(now) = candidates.given {
        return exact(now, "--captured-at".into(), dump);
    }
    if let Some((now, path)) = &candidates.dump {
        return exact(*now, format!("createdAt of {path}"), true);
    }
    let not_before = newest.map(|sign| sign.at.as_second().saturating_sub(TOLERANCE));
    let plausible = |at: &Timestamp| not_before.is_none_or(|bound| at.as_second() >= bound);
    // The earliest: the objects were read at the start of a collection that goes on for minutes.
    if let Some((now, path)) = candidates.dates.iter().filter(|(at, _)| plausible(at)).min() {
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
fn signs(objects: &Objects) -> Vec<Sign> {
    let mut signs = Vec::new();
    let mut offer = |sign: Option<Sign>| signs.extend(sign);
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

    fn sign(kind: &'static str, name: &str, second: i64) -> Sign {
        let at = Timestamp::from_second(second).unwrap();
        Sign { at, kind, name: name.into(), entry: crate::source::EntryId(1) }
    }

    #[test]
    fn one_clock_that_is_ahead_of_all_others() {
        let rest = [
            sign("GatewayAgent", "gw-2", 10_000),
            sign("Agent", "leaf-1", 10_010),
            sign("Node", "gw-2", 9_900),
            sign("Fabricator", "default", 9_980),
        ];
        let with = |more: &[Sign]| rest.iter().chain(more).cloned().collect::<Vec<_>>();
        let ahead = [sign("GatewayAgent", "gw-1", 17_200), sign("Node", "gw-1", 17_000)];
        assert_eq!(writer_alone_ahead(&with(&ahead)).as_deref(), Some("gw-1"));
        // A few minutes are no proof.
        assert_eq!(writer_alone_ahead(&with(&[sign("Agent", "leaf-2", 10_500)])), None);
        // The control plane is as new: the others fell silent.
        assert_eq!(writer_alone_ahead(&with(&[ahead[0].clone(), sign("Fabricator", "default", 17_190)])), None);
        // Without a sign of the control plane nothing tells who is right.
        let agents = [sign("Agent", "leaf-1", 10_000), sign("Agent", "leaf-2", 10_000), ahead[0].clone()];
        assert_eq!(writer_alone_ahead(&agents), None);
    }

    #[test]
    fn directories() {
        let expected: Timestamp = "2026-03-04T09:20:30Z".parse().unwrap();
        assert_eq!(directory_time("support-bundle-2026-03-04T09_20_30/x").unwrap().0, expected);
        assert_eq!(directory_time("a/support-bundle-2026-03-04T09_20_30.tar.gz!/x").unwrap().0, expected);
        assert_eq!(directory_time("support-bundle-new/x"), None);
    }
}
