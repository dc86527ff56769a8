//! A switch is too hot.

use super::state::{key, list, tells_state};
use crate::facts::{Agent, Context, Object};
use crate::finding::{Evidence, Severity};
use crate::rule::{Domain, Meta, Order, Outcome, Rule, Source};

/// See the metadata.
#[derive(Debug)]
pub(super) struct TooHot;

/// Words of the NOS for "no alarm" (fabric reference 2.9).
const NO_ALARM: [&str; 8] = ["", "none", "false", "n/a", "no", "normal", "ok", "0"];

static META: Meta = Meta {
    id: "switch-too-hot",
    reference: &["SW-105"],
    title: "A switch is too hot",
    severities: &[Severity::Critical, Severity::Warning],
    needs: &[Source::Agents],
    uses: &[Source::CaptureTime, Source::SwitchProfiles],
    explanation:
        "Compares each sensor in `status.state.platform.temps` of a switch that reports with its own thresholds: at \
`highThreshold` a warning, at `critHighThreshold` critical; and reads its alarm text.

## Why it matters
A switch that gets too hot shuts down.

## Not a fault
- Sensors without thresholds, and those that read 0.
- The alarm texts `None`, `False`, `N/A`, `No`, `Normal`, `OK`, `0`.

## What to do
Check fans, air flow and the temperature of the room.",
    explains: &[],
    order: Order::Hardware,
};

impl Rule for TooHot {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn domain(&self) -> Domain {
        Domain::Fabric
    }

    fn check(&self, cx: &Context<'_>, out: &mut Outcome) {
        for agent in cx.list::<Agent>() {
            if agent.is_virtual() || agent.status.state.platform.temps.is_empty() {
                continue;
            }
            match tells_state(cx, agent) {
                Some(true) => judge(agent, out),
                Some(false) => {}
                None => out.not_checked(agent.subject(), Source::CaptureTime),
            }
        }
    }
}

fn judge(agent: &Object<Agent>, out: &mut Outcome) {
    let name = agent.name();
    let mut hot: Vec<(Severity, &str, String, Evidence)> = Vec::new();
    for (sensor, state) in &agent.status.state.platform.temps {
        let at =
            |field: &str, note: String| agent.evidence(&["status", "state", "platform", "temps", sensor, field], note);
        let over = |threshold: f64| threshold > 0.0 && state.temp > 0.0 && state.temp >= threshold;
        let words = format!("{sensor} at {} °C", state.temp);
        if over(state.crit_high_threshold) {
            let note = format!("its critical threshold is {} °C", state.crit_high_threshold);
            hot.push((Severity::Critical, sensor, words, at("temp", note)));
        } else if over(state.high_threshold) {
            let note = format!("its high threshold is {} °C", state.high_threshold);
            hot.push((Severity::Warning, sensor, words, at("temp", note)));
        } else if !NO_ALARM.contains(&state.alarms.trim().to_ascii_lowercase().as_str()) {
            let words = format!("{sensor} reports the alarm {}", state.alarms.trim());
            hot.push((Severity::Warning, sensor, words, at("alarms", "alarm of the sensor".into())));
        }
    }
    hot.sort_by(|a, b| b.0.cmp(&a.0).then_with(|| a.1.cmp(b.1)));
    let Some((severity, sensor, ..)) = hot.first() else { return out.pass() };
    let (severity, sensor) = (*severity, *sensor);
    let words: Vec<&str> = hot.iter().map(|(_, _, words, _)| words.as_str()).collect();
    let subject = if hot.len() == 1 { agent.subject().part(sensor) } else { agent.subject() };
    out.report(
        out.finding(severity, subject, format!("{name} is too hot: {}", list(&words)))
            .detail("A switch that gets too hot shuts down. Traffic is not affected yet.")
            .key(key(name))
            .step(format!("Check the fans and the air flow of {name}, and the temperature of the room."))
            .evidences(hot.into_iter().map(|(.., evidence)| evidence)),
    );
}

#[cfg(test)]
mod tests {
    use hh_worlds::World;

    use super::TooHot;
    use crate::testing::said;

    const ASIC: &str = "/status/state/platform/temps/ASIC On-board";

    fn set(field: &str, value: impl Into<hh_worlds::Value>) -> World {
        World::healthy().small().set("Agent/leaf-01", &format!("{ASIC}/{field}"), value)
    }

    #[test]
    fn hot() {
        let found = said(&TooHot, &set("temp", 86));
        assert_eq!(found.lines(), ["warning Agent/leaf-01 (ASIC On-board)"]);
        assert_eq!(found.findings[0].title, "leaf-01 is too hot: ASIC On-board at 86 °C");
        assert_eq!(found.findings[0].evidence[0].value.as_deref(), Some("86"));
        assert_eq!(said(&TooHot, &set("temp", 100)).lines(), ["critical Agent/leaf-01 (ASIC On-board)"]);
        assert_eq!(said(&TooHot, &set("alarms", "True")).lines(), ["warning Agent/leaf-01 (ASIC On-board)"]);
    }

    #[test]
    fn what_looks_like_it() {
        assert_eq!(said(&TooHot, &World::healthy().small()).passed, 3);
        for world in [
            set("temp", 84.9),
            set("temp", 0),
            set("alarms", "N/A"),
            set("temp", 99).set("Agent/leaf-01", &format!("{ASIC}/highThreshold"), 0),
            set("temp", 120).set("Agent/leaf-01", "/status/state/nos/asicVersion", "vs"),
        ] {
            assert_eq!(said(&TooHot, &world).lines(), Vec::<String>::new());
        }
        assert_eq!(said(&TooHot, &World::healthy().small().without("Agent")).not_checked.len(), 1);
    }
}
