//! What a switch's Agent says of itself, in the words of the reference (fabric reference 2.2, 3.2, 3.5).

use crate::facts::{Age, Agent, Context, Form, Object};
use crate::finding::{Key, Subject};
use crate::model::{Condition, Time};

/// A heartbeat up to this age is fresh (fabric reference 8).
pub(super) const FRESH: i64 = 180;
/// From this age on a heartbeat is late (fabric reference 3.1).
pub(super) const LATE: i64 = 60;
/// A change may take this long.
pub(super) const PATIENCE: i64 = 300;
/// An apply with a change of the mode, a reboot or an upgrade may take this long.
pub(super) const LONG_WORK: i64 = 900;

/// The last heartbeat; none where there was none.
pub(super) fn beat(agent: &Object<Agent>) -> Option<Time> {
    agent.status.last_heartbeat.filter(|time| *time != Time::Never)
}

/// Wanted generation; none where the capture does not tell it.
pub(super) fn wanted(agent: &Object<Agent>) -> Option<i64> {
    agent.at(&["metadata", "generation"])?;
    Some(agent.meta.generation).filter(|generation| *generation > 0)
}

/// Applied generation; none where nothing was ever applied or the capture does not tell it.
pub(super) fn applied(agent: &Object<Agent>) -> Option<i64> {
    Some(agent.status.last_applied_gen).filter(|generation| *generation > 0)
}

/// True if the switch runs the wanted generation; none where that cannot be told.
pub(super) fn converged(agent: &Object<Agent>) -> Option<bool> {
    Some(wanted(agent)? == applied(agent)?)
}

/// Index and body of the condition `Applied` that says a change is pending.
pub(super) fn pending(agent: &Object<Agent>) -> Option<(String, &Condition)> {
    let mut conditions = agent.status.conditions.iter().enumerate();
    let (index, condition) = conditions.find(|(_, condition)| condition.kind == "Applied")?;
    (condition.status == "False" || condition.reason == "ApplyPending").then(|| (index.to_string(), condition))
}

/// A reboot that was asked for or that a change of the RoCE mode brings, in words.
pub(super) fn planned_reboot(agent: &Object<Agent>) -> Option<&'static str> {
    let (spec, status) = (&agent.spec, &agent.status);
    let is = |asked: &str, current: &str| !asked.is_empty() && asked == current;
    if is(&spec.reinstall, &status.install_id) {
        Some("a reinstallation was asked for")
    } else if is(&spec.reboot, &status.boot_id) || is(&spec.power_reset, &status.boot_id) {
        Some("a reboot was asked for")
    } else if agent.raw.form != Form::Table && spec.switch.roce != status.state.roce {
        Some("its RoCE mode is being changed, which reboots it")
    } else {
        None
    }
}

/// Age of the last apply attempt.
pub(super) fn attempt_age(cx: &Context<'_>, agent: &Object<Agent>) -> Option<Age> {
    cx.age_of(agent.status.last_attempt_time.filter(|time| *time != Time::Never))
}

/// True if the state in the Agent is that of now, and of a NOS that reports it.
pub(super) fn tells_state<'b>(cx: &Context<'b>, agent: &'b Object<Agent>) -> Option<bool> {
    if !cx.reports_state(agent) || agent.raw.form == Form::Table {
        return Some(false);
    }
    cx.is_fresh(agent)
}

/// The key of a switch.
pub(super) fn key(name: &str) -> Key {
    Key::Switch(name.into())
}

/// The Agent of a switch as a subject, captured or not.
pub(super) fn subject(cx: &Context<'_>, name: &str) -> Subject {
    cx.find::<Agent>(name).map_or_else(|| Subject::new("Agent", "default", name), Object::subject)
}

/// `a`, `a and b`, `a, b and 3 more`.
pub(super) fn list(names: &[&str]) -> String {
    match names {
        [] => String::new(),
        [one] => (*one).to_owned(),
        [one, two] => format!("{one} and {two}"),
        [one, two, three] => format!("{one}, {two} and {three}"),
        [one, two, rest @ ..] => format!("{one}, {two} and {} more", rest.len()),
    }
}
