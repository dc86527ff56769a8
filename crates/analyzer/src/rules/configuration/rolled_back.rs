//! A configuration failed while it was being applied, and the one before was restored.

use super::{commands, for_gateway, generation_keys};
use crate::facts::{Context, Gw, LogRef};
use crate::finding::{Confidence, Evidence, KeyKind, Severity};
use crate::parse::log::Hit;
use crate::parse::log::literals::dataplane;
use crate::rule::{Meta, Order, Outcome, Relation, Rule, Source};

/// See the metadata.
#[derive(Debug)]
pub(super) struct RolledBack;

static META: Meta = Meta {
    id: "gateway-config-rolled-back",
    reference: &["GW-CFG-ROLLBACK"],
    title: "A configuration was rolled back",
    severities: &[Severity::Critical, Severity::Warning, Severity::Info],
    needs: &[],
    uses: &[
        Source::CaptureTime,
        Source::GatewayAgents,
        Source::Gateways,
        Source::Pods,
        Source::Nodes,
        Source::Fabricator,
        Source::DataplaneLog,
        Source::AgentLog,
        Source::ShowTech,
    ],
    explanation: "\
Looks for `Rolling back to config` in the log of each dataplane and for `(rollback)` at the end of its configuration
history. A rollback counts while no newer configuration was applied after it.

## Why it matters

The configuration passed all checks and then failed on the way into the kernel, the NAT tables or the router. The one
before it was applied again; flows whose translation changed can break once at every attempt (about every 15 s). Where the
rollback itself failed, parts of both configurations may be in force.

## Not a fault

A rollback that a later success of a newer generation follows.

## What to do

The refusal of the same generation names the reason. After a failed rollback restart the dataplane pod.",
    explains: &[
        Relation { effects: &["GW-GEN-LAG"], join: &[KeyKind::Generation] },
    ],
    order: Order::Configuration,
};

impl Rule for RolledBack {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn check(&self, cx: &Context<'_>, out: &mut Outcome) {
        for gateway in cx.gateways() {
            let log = gateway.dataplane_log();
            let history = gateway.history();
            let rollback = Rollback::of(&gateway, log, &history);
            match rollback {
                Some(rollback) => rollback.report(&gateway, out),
                None if log.is_some() || !history.is_empty() => out.pass(),
                // The 25.05 agent logs no rollbacks.
                None if gateway.is_25_05() => {}
                None => out.not_checked(gateway.agent_subject(), Source::DataplaneLog),
            }
        }
    }
}

/// The present rollback of a gateway.
struct Rollback {
    /// Generation that was restored.
    restored: Option<i64>,
    /// Generation that failed.
    refused: Option<i64>,
    /// The restoring failed.
    failed: bool,
    evidence: Vec<Evidence>,
}

type Rows = [(crate::parse::command::HistoryRow, crate::source::Place)];

impl Rollback {
    fn of(gateway: &Gw<'_, '_>, log: Option<LogRef<'_>>, history: &Rows) -> Option<Self> {
        let failed = log.and_then(|log| current(gateway, log, &dataplane::ROLLBACK_FAILED));
        let rolled = log.and_then(|log| current(gateway, log, &dataplane::ROLLING_BACK));
        let row = history.last().filter(|(row, _)| row.rollback && gateway.applied().is_none_or(|n| n <= row.genid));
        let before = row.and_then(|(rolled, _)| {
            history.iter().rev().map(|(row, _)| row).find(|row| !row.rollback && row.genid != rolled.genid)
        });
        let mut evidence = Vec::new();
        evidence.extend(failed.as_ref().map(|found| found.evidence.clone()));
        evidence.extend(rolled.as_ref().map(|found| found.evidence.clone()));
        evidence.extend(row.map(|(row, place)| {
            Evidence::at(*place, format!("return to generation {} in the configuration history", row.genid))
        }));
        let restored = failed
            .as_ref()
            .or(rolled.as_ref())
            .and_then(|found| found.generation)
            .or_else(|| row.map(|(row, _)| row.genid));
        if evidence.is_empty() {
            return None;
        }
        let refused = gateway.refusal().and_then(|refusal| refusal.generation);
        // Without the line that refuses it, it is the generation that is missing.
        let missing = || gateway.generation().filter(|newest| restored.is_none_or(|restored| *newest > restored));
        let refused = refused.or_else(|| before.map(|row| row.genid)).or_else(missing);
        Some(Self { restored, refused, failed: failed.is_some(), evidence })
    }

    fn report(self, gateway: &Gw<'_, '_>, out: &mut Outcome) {
        let name = gateway.name();
        let to = self.restored.map_or_else(|| "the one before".to_owned(), |number| format!("generation {number}"));
        let from = self.refused.map_or_else(String::new, |number| format!(" from generation {number}"));
        let (severity, title, effect) = if self.failed {
            (
                Severity::Critical,
                format!("{name} failed to roll back{from} to {to}"),
                "Parts of both configurations may be in force: forwarding on this gateway is not to be relied on.",
            )
        } else {
            (
                Severity::Warning,
                format!("{name} rolled its configuration back{from} to {to}"),
                "The configuration before goes on forwarding. Every attempt applies both once; flows whose translation \
                 changes can break each time.",
            )
        };
        let mut finding = out
            .finding(for_gateway(gateway, severity), gateway.agent_subject(), title)
            .confidence(if self.failed { Confidence::Likely } else { Confidence::Certain })
            .detail(effect)
            .evidences(self.evidence)
            .run(
                "Read the attempt and the rollback",
                format!("{} | grep -B5 'Rolling back'", commands::dataplane_log(gateway)),
            );
        if self.failed {
            finding = finding.run(
                "Start the dataplane anew; its NAT sessions are lost",
                commands::restart(gateway, crate::facts::PodRole::Dataplane),
            );
        }
        out.report(finding.keys(generation_keys(gateway, [self.refused, gateway.generation()])));
    }
}

/// The current lines of a literal as one event.
struct Found {
    generation: Option<i64>,
    evidence: Evidence,
}

fn current(gateway: &Gw<'_, '_>, log: LogRef<'_>, literal: &'static crate::parse::log::Literal) -> Option<Found> {
    let hits: Vec<&Hit> = log.current(literal).collect();
    let last = *hits.last()?;
    let generation = last.number(log.text(), "generation").and_then(|number| i64::try_from(number).ok());
    // A status that was written later and says that something newer runs ends it.
    let newer = matches!((gateway.applied(), generation), (Some(applied), Some(old)) if applied > old);
    let later = match (gateway.status_at(), last.time()) {
        (Some(written), Some(time)) => written >= time,
        _ => true,
    };
    if newer && later {
        return None;
    }
    let times = match (hits.first().and_then(|hit| hit.time()), last.time()) {
        (Some(first), Some(last)) if hits.len() > 1 => format!(": {} times from {first:.0} to {last:.0}", hits.len()),
        _ => String::new(),
    };
    Some(Found { generation, evidence: log.evidence(last, format!("rollback{times}")) })
}

#[cfg(test)]
mod tests {
    use hh_worlds::World;

    use super::RolledBack;
    use crate::testing::said;

    const REFUSED: &str = "\
2026-10-06T09:30:00.100000Z  INFO mgmt dataplane_mgmt::processor::proc: 195: Rolling back to config with genid 9...
2026-10-06T09:30:00.200000Z  INFO mgmt dataplane_mgmt::processor::proc: 665: Successfully applied config for genid 9
2026-10-06T09:30:00.220000Z ERROR mgmt dataplane_mgmt::processor::k8s_client: 165: Failed to apply the config for genid 10: Failure applying config: Interface reconciliation not achieved after 300 passes
";

    fn world(lines: &str) -> World {
        let world = World::healthy().small().without_insights();
        let pod = world.pod("gateway-2", "dataplane");
        world.log(&pod, "dataplane", lines).set("GatewayAgent/gateway-2", "/metadata/generation", 10).set(
            "GatewayAgent/gateway-2",
            "/status/lastAppliedGen",
            9,
        )
    }

    #[test]
    fn a_rollback_explained_by_the_refusal() {
        let said = said(&RolledBack, &world(REFUSED));
        assert_eq!(said.lines(), ["warning GatewayAgent/gateway-2"]);
        let finding = &said.findings[0];
        assert_eq!(finding.title, "gateway-2 rolled its configuration back from generation 10 to generation 9");
        assert_eq!(finding.evidence[0].value.as_deref(), Some("Rolling back to config with genid 9..."));
        assert_eq!(finding.caused_by, ["gateway-config-rejected/GatewayAgent/default/gateway-2"]);
    }

    #[test]
    fn a_failed_rollback_is_critical() {
        let line = "2026-10-06T09:30:00.300000Z ERROR mgmt dataplane_mgmt::processor::proc: 199: Rolling back to config 9 failed: Internal error: Could not lock the CPI\n";
        assert_eq!(said(&RolledBack, &world(&format!("{REFUSED}{line}"))).lines(), ["critical GatewayAgent/gateway-2"]);
    }

    #[test]
    fn a_later_success_ends_it() {
        let line = "2026-10-06T09:31:00.200000Z  INFO mgmt dataplane_mgmt::processor::proc: 665: Successfully applied config for genid 10\n";
        let world = world(&format!("{REFUSED}{line}"));
        assert_eq!(said(&RolledBack, &world).lines(), Vec::<String>::new());
        // The log is cut, the status tells.
        let applied = self::world(REFUSED).set("GatewayAgent/gateway-2", "/status/lastAppliedGen", 10);
        assert_eq!(said(&RolledBack, &applied).lines(), Vec::<String>::new());
    }

    #[test]
    fn a_rollback_at_the_end_of_the_history() {
        let history = "time: 2026-10-06 09:41:30
 ━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━ Configuration summary ━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━
  GenId created                   applied                   error
      9 2026/10/05 14:02:11       2026/10/05 14:02:12       none
     10 2026/10/06 09:20:02       2026/10/06 09:20:03       Failure applying config: Interface reconciliation not achieved after 300 passes
      9 2026/10/05 14:02:11       2026/10/06 09:20:04       none (rollback)
";
        let with = |text: &str| world("").insight("gateway-2", "dataplane: show tech", text);
        assert_eq!(said(&RolledBack, &with(history)).lines(), ["warning GatewayAgent/gateway-2"]);
        let over = format!("{history}     11 2026/10/06 09:30:02       2026/10/06 09:30:03       none\n");
        assert_eq!(said(&RolledBack, &with(&over)).lines(), Vec::<String>::new());
    }

    #[test]
    fn without_log_and_history_it_is_not_checked() {
        let said = said(&RolledBack, &World::healthy().small().without_logs().without_insights());
        assert_eq!(said.not_checked.len(), 2, "{:?}", said.not_checked);
    }
}
