//! Fans and power supplies of a switch.

use super::relations::HOT;
use super::state::{key, list, tells_state};
use crate::facts::{Agent, Context, Object};
use crate::finding::{Evidence, Severity};
use crate::rule::{Domain, Meta, Order, Outcome, Rule, Source};

/// See the metadata.
#[derive(Debug)]
pub(super) struct PowerAndFans;

static META: Meta = Meta {
    id: "switch-fan-or-power-failed",
    reference: &["SW-101", "SW-102", "SW-103", "SW-104"],
    title: "A fan or power supply of a switch failed",
    severities: &[Severity::Error, Severity::Warning],
    needs: &[Source::Agents],
    uses: &[Source::CaptureTime, Source::SwitchProfiles],
    explanation: "Reads `status.state.platform` of each switch that reports: a fan that is present and does not work (error), \
a fan that is missing while others are there (warning), a power supply that is present and does not work or has no input \
(error), and a power supply that is missing beside one that works (warning). One finding for each switch.

## Why it matters
With one power supply the next failure takes the switch down; with a fan less it may get too hot and shut down.

## Not a fault
- Virtual switches, and switches that do not report their platform.
- Switches with a single slot for a power supply.
- Fans of a power supply that is not there.

## What to do
Check the power feed and the module, and replace it.",
    explains: HOT,
    order: Order::Hardware,
};

/// What is wrong with a part.
struct Trouble<'a> {
    row: &'static str,
    severity: Severity,
    name: &'a str,
    words: &'static str,
    evidence: Evidence,
}

impl Rule for PowerAndFans {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn domain(&self) -> Domain {
        Domain::Fabric
    }

    fn check(&self, cx: &Context<'_>, out: &mut Outcome) {
        for agent in cx.list::<Agent>() {
            let platform = &agent.status.state.platform;
            if agent.is_virtual() || (platform.fans.is_empty() && platform.psus.is_empty()) {
                continue;
            }
            match tells_state(cx, agent) {
                Some(true) => {}
                Some(false) => continue,
                None => {
                    out.not_checked(agent.subject(), Source::CaptureTime);
                    continue;
                }
            }
            let mut troubles = fans(agent);
            troubles.extend(psus(agent));
            if troubles.is_empty() {
                out.pass();
            } else {
                report(agent, troubles, out);
            }
        }
    }
}

fn at(agent: &Object<Agent>, part: &str, name: &str, field: &str, note: &str) -> Evidence {
    let route = ["status", "state", "platform", part, name, field];
    if agent.at(&route).is_some() {
        agent.evidence(&route, note)
    } else {
        // A false value is left out: point at the part.
        agent.key_evidence(&["status", "state", "platform", part, name], format!("{note} (no {field})"))
    }
}

fn fans(agent: &Object<Agent>) -> Vec<Trouble<'_>> {
    let platform = &agent.status.state.platform;
    let psus_there = !platform.psus.is_empty() && platform.psus.values().all(|psu| psu.presence);
    let some_there = platform.fans.values().any(|fan| fan.presence);
    let trouble = |(name, fan): (&'_ String, &'_ crate::model::agent::FanState)| {
        let of_psu = name.to_ascii_lowercase().contains("psu");
        if fan.presence && !fan.status {
            Some(("SW-101", Severity::Error, "does not work", "status", "a fan that is there and does not work"))
        } else if !fan.presence && some_there && (psus_there || !of_psu) {
            Some(("SW-102", Severity::Warning, "is missing", "presence", "a fan that is not there"))
        } else {
            None
        }
    };
    platform
        .fans
        .iter()
        .filter_map(|(name, fan)| {
            let (row, severity, words, field, note) = trouble((name, fan))?;
            Some(Trouble { row, severity, name, words, evidence: at(agent, "fans", name, field, note) })
        })
        .collect()
}

fn psus(agent: &Object<Agent>) -> Vec<Trouble<'_>> {
    let psus = &agent.status.state.platform.psus;
    let failed: Vec<_> = psus.iter().filter(|(_, psu)| psu.presence && !psu.status).collect();
    if !failed.is_empty() {
        return failed
            .into_iter()
            .map(|(name, psu)| {
                let words = if psu.in_voltage == 0.0 { "has no input" } else { "does not work" };
                let note = "a power supply that is there and does not work";
                let evidence = at(agent, "psus", name, "status", note);
                Trouble { row: "SW-103", severity: Severity::Error, name, words, evidence }
            })
            .collect();
    }
    let working = psus.values().filter(|psu| psu.presence && psu.status).count();
    if psus.len() < 2 || working != 1 {
        return Vec::new();
    }
    psus.iter()
        .filter(|(_, psu)| !psu.presence)
        .map(|(name, _)| {
            let evidence = at(agent, "psus", name, "presence", "a power supply that is not there");
            Trouble { row: "SW-104", severity: Severity::Warning, name, words: "is missing", evidence }
        })
        .collect()
}

fn report(agent: &Object<Agent>, mut troubles: Vec<Trouble<'_>>, out: &mut Outcome) {
    let name = agent.name();
    troubles.sort_by_key(|trouble| (std::cmp::Reverse(trouble.severity), trouble.row));
    let severity = troubles.iter().map(|trouble| trouble.severity).max().unwrap_or(Severity::Warning);
    let words: Vec<String> = troubles.iter().map(|trouble| format!("{} {}", trouble.name, trouble.words)).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let mut subject = agent.subject();
    if let [one] = troubles.as_slice() {
        subject = subject.part(one.name);
    }
    let power = troubles.iter().any(|trouble| matches!(trouble.row, "SW-103" | "SW-104"));
    let fan = troubles.iter().any(|trouble| matches!(trouble.row, "SW-101" | "SW-102"));
    let mut meaning = String::new();
    if power {
        meaning.push_str("The switch has no spare power supply: the next failure of power takes it down. ");
    }
    if fan {
        meaning.push_str("With less air it may get too hot and shut down. ");
    }
    let mut finding = out
        .finding(severity, subject, format!("{name}: {}", list(&words)))
        .detail(format!("{meaning}Traffic is not affected yet."))
        .key(key(name))
        .run("See all parts.", format!("kubectl get agent {name} -o jsonpath='{{.status.state.platform}}'"));
    finding.reference.retain(|row| troubles.iter().any(|trouble| trouble.row == *row));
    if power {
        finding = finding.step(format!("Check the power feed of {name}, then replace the power supply."));
    }
    if fan {
        finding = finding.step(format!("Replace the fan tray of {name}."));
    }
    out.report(finding.evidences(troubles.into_iter().map(|trouble| trouble.evidence)));
}

#[cfg(test)]
mod tests {
    use hh_worlds::{World, json};

    use super::PowerAndFans;
    use crate::testing::said;

    const FANS: &str = "/status/state/platform/fans";
    const PSUS: &str = "/status/state/platform/psus";

    fn healthy() -> World {
        World::healthy().small()
    }

    fn of(world: &World) -> (Vec<String>, Vec<String>) {
        let found = said(&PowerAndFans, world);
        let references = found.findings.iter().flat_map(|f| f.reference.clone()).collect();
        (found.lines(), references)
    }

    fn expect(world: &World, line: &str, references: &[&str]) {
        assert_eq!(of(world), (vec![line.to_owned()], references.iter().map(|r| (*r).to_owned()).collect()));
    }

    #[test]
    fn a_failed_fan() {
        let world = healthy().unset("Agent/leaf-01", &format!("{FANS}/FanTray 2 Fan 1/status"));
        expect(&world, "error Agent/leaf-01 (FanTray 2 Fan 1)", &["SW-101"]);
        let found = said(&PowerAndFans, &world);
        assert_eq!(found.findings[0].title, "leaf-01: FanTray 2 Fan 1 does not work");
        assert!(found.findings[0].evidence[0].line.is_some());
        let explicit = healthy().set("Agent/leaf-01", &format!("{FANS}/FanTray 2 Fan 1/status"), false);
        assert_eq!(said(&PowerAndFans, &explicit).findings[0].evidence[0].value.as_deref(), Some("false"));
    }

    #[test]
    fn a_missing_tray() {
        let world = healthy().set("Agent/leaf-01", &format!("{FANS}/FanTray 2 Fan 1"), json!({})).set(
            "Agent/leaf-01",
            &format!("{FANS}/FanTray 2 Fan 2"),
            json!({}),
        );
        expect(&world, "warning Agent/leaf-01", &["SW-102"]);
    }

    #[test]
    fn power_supplies() {
        let no_input = healthy().set("Agent/leaf-01", &format!("{PSUS}/PSU 2"), json!({"presence": true}));
        expect(&no_input, "error Agent/leaf-01 (PSU 2)", &["SW-103"]);
        assert_eq!(said(&PowerAndFans, &no_input).findings[0].title, "leaf-01: PSU 2 has no input");
        let gone = healthy().set("Agent/leaf-01", &format!("{PSUS}/PSU 2"), json!({}));
        expect(&gone, "warning Agent/leaf-01 (PSU 2)", &["SW-104"]);
        let both = gone.unset("Agent/leaf-01", &format!("{FANS}/FanTray 2 Fan 1/status"));
        expect(&both, "error Agent/leaf-01", &["SW-101", "SW-104"]);
    }

    #[test]
    fn what_looks_like_it() {
        assert_eq!(said(&PowerAndFans, &healthy()).passed, 3);
        for world in [
            // One slot; the fan of a power supply that is not there; a virtual switch; an old state.
            healthy().unset("Agent/leaf-01", &format!("{PSUS}/PSU 2")),
            healthy()
                .unset("Agent/leaf-01", &format!("{PSUS}/PSU 1"))
                .set("Agent/leaf-01", &format!("{PSUS}/PSU 2"), json!({}))
                .set("Agent/leaf-01", &format!("{FANS}/PSU 2 Fan 1"), json!({})),
            healthy().unset("Agent/leaf-01", &format!("{FANS}/FanTray 2 Fan 1/status")).set(
                "Agent/leaf-01",
                "/spec/switch/profile",
                "vs",
            ),
            healthy().unset("Agent/leaf-01", &format!("{FANS}/FanTray 2 Fan 1/status")).set(
                "Agent/leaf-01",
                "/status/lastHeartbeat",
                "2026-10-06T09:00:00Z",
            ),
            healthy().set("Agent/leaf-01", FANS, json!({})).set("Agent/leaf-01", PSUS, json!({})),
        ] {
            assert_eq!(of(&world).0, Vec::<String>::new());
        }
        assert_eq!(said(&PowerAndFans, &healthy().without("Agent")).not_checked.len(), 1);
    }
}
