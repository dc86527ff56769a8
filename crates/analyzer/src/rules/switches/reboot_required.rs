//! A switch needs a reboot.

use super::reason::newest_log;
use super::state::key;
use crate::facts::{Agent, Context};
use crate::finding::Severity;
use crate::parse::log::Stream;
use crate::parse::log::literals::known_issue;
use crate::rule::{Domain, Meta, Order, Outcome, Rule, Source};

/// See the metadata.
#[derive(Debug)]
pub(super) struct RebootRequired;

static META: Meta = Meta {
    id: "switch-reboot-required",
    reference: &["FAB-009", "KI-CMIS"],
    title: "A switch needs a reboot",
    severities: &[Severity::Warning, Severity::Info],
    needs: &[Source::Agents],
    uses: &[Source::CaptureTime, Source::SwitchAgentLog],
    explanation: "Reads `status.rebootRequired` of each Agent.

## Why it matters
A change of the platform takes effect only after a reboot. Today it is the repair of the port description of Celestica \
DS5000 switches, without which modules may not come up on ports that were broken out: it takes a power cycle.

## Not a fault
A switch that no longer reports may have been restarted since: information.

## What to do
Plan a maintenance window and reboot the switch; power cycle a DS5000.",
    explains: &[],
    order: Order::Hardware,
};

impl Rule for RebootRequired {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn domain(&self) -> Domain {
        Domain::Fabric
    }

    fn check(&self, cx: &Context<'_>, out: &mut Outcome) {
        for agent in cx.list::<Agent>() {
            if !agent.status.reboot_required {
                out.pass();
                continue;
            }
            let name = agent.name();
            let ds5000 = agent.spec.switch.profile.contains("ds5000");
            let line = newest_log(cx, Stream::SwitchAgent, name).and_then(|log| {
                let hit = log.hits(&known_issue::POWER_CYCLE).last()?;
                Some(log.evidence(hit, "log of the agent"))
            });
            let cycle = ds5000 || line.is_some();
            let what = if cycle { "a power cycle" } else { "a reboot" };
            let severity = if cx.is_fresh(agent) == Some(false) { Severity::Info } else { Severity::Warning };
            let mut finding = out
                .finding(severity, agent.subject(), format!("{name} needs {what}"))
                .detail(format!(
                    "The agent changed something that takes effect only after {what}. Until then modules may not come \
                     up on ports that are broken out."
                ))
                .evidence(agent.evidence(&["status", "rebootRequired"], "set by the agent"))
                .evidences(line)
                .key(key(name));
            finding = super::reason::without_issues(finding);
            if cycle {
                finding = finding
                    .reference("KI-CMIS")
                    .step(format!("Power cycle {name} in a maintenance window; a reboot alone may not be enough."));
            } else {
                finding = finding.run("On the switch, in a maintenance window: reboot it.", "sudo reboot");
            }
            out.report(finding);
        }
    }
}

#[cfg(test)]
mod tests {
    use hh_worlds::World;

    use super::RebootRequired;
    use crate::testing::said;

    #[test]
    fn required() {
        let world = World::healthy().small().set("Agent/leaf-01", "/status/rebootRequired", true);
        let found = said(&RebootRequired, &world);
        assert_eq!(found.lines(), ["warning Agent/leaf-01"]);
        assert_eq!(found.findings[0].evidence[0].value.as_deref(), Some("true"));
        let cycled = world.set("Agent/leaf-01", "/spec/switch/profile", "celestica-ds5000");
        assert_eq!(said(&RebootRequired, &cycled).findings[0].title, "leaf-01 needs a power cycle");
        let old = cycled.set("Agent/leaf-01", "/status/lastHeartbeat", "2026-10-06T08:00:00Z");
        assert_eq!(said(&RebootRequired, &old).lines(), ["info Agent/leaf-01"]);
    }

    #[test]
    fn not_required() {
        assert_eq!(said(&RebootRequired, &World::healthy().small()).passed, 3);
        let world = World::healthy().small().set("Agent/leaf-01", "/status/rebootRequired", false);
        assert_eq!(said(&RebootRequired, &world).lines(), Vec::<String>::new());
        assert_eq!(said(&RebootRequired, &World::healthy().small().without("Agent")).not_checked.len(), 1);
    }
}
