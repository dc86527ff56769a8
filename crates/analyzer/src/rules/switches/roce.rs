//! A switch is not in the RoCE mode that is wanted.

use super::state::{LONG_WORK, attempt_age, key, tells_state};
use crate::facts::{Agent, Context};
use crate::finding::Severity;
use crate::rule::{Domain, Meta, Order, Outcome, Rule, Source};

/// See the metadata.
#[derive(Debug)]
pub(super) struct RoceMismatch;

static META: Meta = Meta {
    id: "switch-roce-mismatch",
    reference: &["FAB-010"],
    title: "A switch is not in the RoCE mode that is wanted",
    severities: &[Severity::Warning],
    needs: &[Source::Agents],
    uses: &[Source::CaptureTime, Source::SwitchProfiles],
    explanation:
        "Compares `spec.switch.roce` of each Agent with `status.state.roce`, more than 15 minutes after the last \
apply attempt.

## Why it matters
The switch changes its mode by a reboot; the reboot did not happen, and queues and buffers are those of the old mode.

## Not a fault
- The first 15 minutes after the change.
- A switch that does not report.

## What to do
Reboot the switch in a maintenance window; set breakouts before RoCE.",
    explains: &[],
    order: Order::Hardware,
};

impl Rule for RoceMismatch {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn domain(&self) -> Domain {
        Domain::Fabric
    }

    fn check(&self, cx: &Context<'_>, out: &mut Outcome) {
        for agent in cx.list::<Agent>() {
            let (wanted, current) = (agent.spec.switch.roce, agent.status.state.roce);
            match tells_state(cx, agent) {
                Some(true) => {}
                Some(false) => continue,
                None => {
                    out.not_checked(agent.subject(), Source::CaptureTime);
                    continue;
                }
            }
            if wanted == current {
                out.pass();
                continue;
            }
            let Some(age) = attempt_age(cx, agent) else {
                out.not_checked(agent.subject(), Source::CaptureTime);
                continue;
            };
            if !age.over(LONG_WORK) {
                out.pass();
                continue;
            }
            let name = agent.name();
            let on = |on: bool| if on { "on" } else { "off" };
            out.report(
                out.finding(
                    Severity::Warning,
                    agent.subject(),
                    format!("RoCE is {} on {name} and should be {}", on(current), on(wanted)),
                )
                .detail(format!(
                    "The switch changes the mode by a reboot, within 10 minutes. Its last attempt was {} before the \
                     capture: the reboot did not happen.",
                    age.words()
                ))
                .evidence(agent.evidence(&["spec", "switch", "roce"], "what it should be"))
                .evidence(agent.evidence(&["status", "state", "roce"], "what it is (absent = off)"))
                .evidence(agent.evidence(&["status", "lastAttemptTime"], "the last apply attempt"))
                .key(key(name))
                .run("On the switch, in a maintenance window: reboot it.", "sudo reboot"),
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use hh_worlds::World;

    use super::RoceMismatch;
    use crate::testing::said;

    #[test]
    fn the_reboot_did_not_come() {
        let world = World::healthy().small().set("Agent/leaf-01", "/spec/switch/roce", true);
        let found = said(&RoceMismatch, &world);
        assert_eq!(found.lines(), ["warning Agent/leaf-01"]);
        assert_eq!(found.findings[0].title, "RoCE is off on leaf-01 and should be on");
        // Just begun; not seen.
        let now = world.clone().set("Agent/leaf-01", "/status/lastAttemptTime", "2026-10-06T09:38:00Z");
        assert_eq!(said(&RoceMismatch, &now).lines(), Vec::<String>::new());
        let silent = world.set("Agent/leaf-01", "/status/lastHeartbeat", "2026-10-06T09:00:00Z");
        assert_eq!(said(&RoceMismatch, &silent).lines(), Vec::<String>::new());
    }

    #[test]
    fn healthy() {
        assert_eq!(said(&RoceMismatch, &World::healthy().small()).passed, 3);
        let both = World::healthy().small().set("Agent/leaf-01", "/spec/switch/roce", true).set(
            "Agent/leaf-01",
            "/status/state/roce",
            true,
        );
        assert_eq!(said(&RoceMismatch, &both).passed, 3);
        assert_eq!(said(&RoceMismatch, &World::healthy().small().without("Agent")).not_checked.len(), 1);
    }
}
