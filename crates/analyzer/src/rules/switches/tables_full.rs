//! A table of a switch's ASIC is full.

use super::reason::newest_log;
use super::relations::UNAPPLIED;
use super::state::{key, list, tells_state};
use crate::facts::{Agent, Context, Object};
use crate::finding::{Confidence, Evidence, Severity};
use crate::model::agent::AclUsage;
use crate::parse::log::Stream;
use crate::parse::log::literals::switch_syslog;
use crate::rule::{Domain, Meta, Order, Outcome, Rule, Source};

/// See the metadata.
#[derive(Debug)]
pub(super) struct TablesFull;

/// Used parts of a hundred.
const HIGH: u64 = 85;
const FULL: u64 = 95;
/// A table with so few entries in all is judged only when none is left.
const TINY: u64 = 4;
/// So few IPv6 entries are those of the switch itself.
const OWN_IPV6: u64 = 64;
/// A line that nothing ends counts for this long.
const YOUNG: i64 = 900;

static META: Meta = Meta {
    id: "switch-table-full",
    reference: &["SW-106"],
    title: "A table of a switch's ASIC is full",
    severities: &[Severity::Error, Severity::Warning],
    needs: &[Source::Agents],
    uses: &[Source::CaptureTime, Source::SwitchProfiles, Source::SwitchSyslog],
    explanation:
        "Reads `status.state.criticalResources` of each switch that reports: used / (used + available) of every ASIC \
table and access list resource. From 85 % a warning, from 95 % an error. In the syslog of a switch it looks for \
`SAI_STATUS_TABLE_FULL` and the like.

## Why it matters
What does not fit is not programmed: routes or hosts are black-holed, access lists do not take effect, an apply fails.

## Not a fault
- Tables that are not supported (both numbers 0).
- Access list tables with four entries or fewer, while one is free.
- IPv6 tables of a fabric without IPv6.

## What to do
Reduce what fills the table: routes from externals, hosts, access lists.",
    explains: UNAPPLIED,
    order: Order::Hardware,
};

/// A table that is nearly full.
struct Filled {
    severity: Severity,
    name: String,
    used: u64,
    free: u64,
    route: Vec<String>,
}

impl Rule for TablesFull {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn domain(&self) -> Domain {
        Domain::Fabric
    }

    fn check(&self, cx: &Context<'_>, out: &mut Outcome) {
        for agent in cx.list::<Agent>() {
            if agent.is_virtual() {
                continue;
            }
            let logged = in_syslog(cx, agent.name());
            match tells_state(cx, agent) {
                Some(true) => {}
                Some(false) if logged.is_none() => continue,
                Some(false) => {}
                None => {
                    out.not_checked(agent.subject(), Source::CaptureTime);
                    continue;
                }
            }
            let mut filled = if tells_state(cx, agent) == Some(true) { filled(agent) } else { Vec::new() };
            filled.sort_by(|a, b| b.severity.cmp(&a.severity).then_with(|| a.name.cmp(&b.name)));
            if filled.is_empty() && logged.is_none() {
                out.pass();
            } else {
                report(agent, &filled, logged, out);
            }
        }
    }
}

fn in_syslog(cx: &Context<'_>, switch: &str) -> Option<Evidence> {
    let log = newest_log(cx, Stream::SwitchSyslog, switch)?;
    let hit = log.hits(&switch_syslog::TABLE_FULL).last()?;
    let age = cx.age_at(hit.time()?)?;
    (age.seconds < YOUNG).then(|| log.evidence(hit, "syslog of the switch"))
}

/// Percent in use.
fn percent(used: u64, free: u64) -> u64 {
    used.saturating_mul(100).checked_div(used.saturating_add(free)).unwrap_or(0)
}

fn severity(used: u64, free: u64) -> Option<Severity> {
    match percent(used, free) {
        FULL.. => Some(Severity::Error),
        HIGH.. => Some(Severity::Warning),
        _ => None,
    }
}

fn filled(agent: &Object<Agent>) -> Vec<Filled> {
    let resources = &agent.status.state.critical_resources;
    let base = |rest: &[&str]| {
        ["status", "state", "criticalResources"].iter().chain(rest).map(|step| (*step).to_owned()).collect()
    };
    let mut found: Vec<Filled> = resources
        .tables()
        .into_iter()
        .filter(|(name, used, _)| !(name.starts_with("ipv6") && *used <= OWN_IPV6))
        .filter_map(|(name, used, free)| {
            let severity = severity(used, free)?;
            let route = base(&["stats", &format!("{name}Used")]);
            Some(Filled { severity, name: name.to_owned(), used, free, route })
        })
        .collect();
    for (stage, points) in [("ingress", &resources.acl_stats.ingress), ("egress", &resources.acl_stats.egress)] {
        for (point, usage) in points {
            let AclUsage { groups_used, groups_available, tables_used, tables_available } = *usage;
            for (what, used, free) in
                [("groups", groups_used, groups_available), ("tables", tables_used, tables_available)]
            {
                let severity = if used.saturating_add(free) <= TINY {
                    (free == 0 && used > 0).then_some(Severity::Warning)
                } else {
                    severity(used, free)
                };
                if let Some(severity) = severity {
                    let route = base(&["aclStats", stage, point, &format!("{what}Used")]);
                    found.push(Filled { severity, name: format!("{stage} {point} ACL {what}"), used, free, route });
                }
            }
        }
    }
    found
}

fn report(agent: &Object<Agent>, filled: &[Filled], logged: Option<Evidence>, out: &mut Outcome) {
    let name = agent.name();
    let words: Vec<String> = filled
        .iter()
        .map(|table| {
            let total = table.used.saturating_add(table.free);
            format!("{} {} % ({} of {total})", table.name, percent(table.used, table.free), table.used)
        })
        .collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let severity = filled.first().map_or(Severity::Error, |table| table.severity);
    let severity = if logged.is_some() { Severity::Error } else { severity };
    let title = if filled.is_empty() {
        format!("a table of the ASIC of {name} is full")
    } else {
        format!("tables of the ASIC of {name} are nearly full: {}", list(&words))
    };
    let subject = match filled {
        [one] => agent.subject().part(one.name.clone()),
        _ => agent.subject(),
    };
    out.report(
        out.finding(severity, subject, title)
            .confidence(if filled.is_empty() { Confidence::Likely } else { Confidence::Certain })
            .detail(
                "What does not fit is not programmed: routes or hosts are black-holed, access lists do not take effect, \
                 or an apply fails.",
            )
            .evidences(filled.iter().map(|table| agent.evidence(&table.route, format!("{} are free", table.free))))
            .evidences(logged)
            .key(key(name))
            .run(
                "See all tables.",
                format!("kubectl get agent {name} -o jsonpath='{{.status.state.criticalResources}}'"),
            )
            .step("Reduce what fills the table: routes that are accepted from externals, hosts, access lists."),
    );
}

#[cfg(test)]
mod tests {
    use hh_worlds::{World, json};

    use super::TablesFull;
    use crate::testing::{said, said_of_files};

    const STATS: &str = "/status/state/criticalResources/stats";
    const ACL: &str = "/status/state/criticalResources/aclStats";

    fn table(name: &str, used: u64, free: u64) -> World {
        World::healthy().small().set("Agent/leaf-01", &format!("{STATS}/{name}Used"), used).set(
            "Agent/leaf-01",
            &format!("{STATS}/{name}Available"),
            free,
        )
    }

    #[test]
    fn nearly_full() {
        let found = said(&TablesFull, &table("ipv4Routes", 900, 100));
        assert_eq!(found.lines(), ["warning Agent/leaf-01 (ipv4Routes)"]);
        let finding = &found.findings[0];
        assert_eq!(finding.title, "tables of the ASIC of leaf-01 are nearly full: ipv4Routes 90 % (900 of 1000)");
        assert_eq!(finding.evidence[0].value.as_deref(), Some("900"));
        assert_eq!(said(&TablesFull, &table("ipv4Routes", 950, 50)).lines(), ["error Agent/leaf-01 (ipv4Routes)"]);
        let acl = World::healthy().small().set(
            "Agent/leaf-01",
            &format!("{ACL}/ingress/lag"),
            json!({"tablesUsed": 4, "tablesAvailable": 0}),
        );
        assert_eq!(said(&TablesFull, &acl).lines(), ["warning Agent/leaf-01 (ingress lag ACL tables)"]);
    }

    #[test]
    fn the_syslog_tells_it() {
        let line = |time: &str| {
            let line = format!("Oct  6 {time}.1 leaf-01 ERR swss#orchagent: :- addRoute: SAI_STATUS_TABLE_FULL\n");
            line.repeat(3).into_bytes()
        };
        let mut files = World::healthy().small().files();
        files.insert("syslog".into(), line("09:38:00"));
        assert_eq!(said_of_files(&TablesFull, files.clone()).lines(), ["error Agent/leaf-01"]);
        files.insert("syslog".into(), line("07:38:00"));
        assert_eq!(said_of_files(&TablesFull, files).lines(), Vec::<String>::new());
    }

    #[test]
    fn what_looks_like_it() {
        assert_eq!(said(&TablesFull, &World::healthy().small()).passed, 3);
        for world in [
            table("ipv4Routes", 849, 151),
            table("ipv6Routes", 12, 0),
            table("dnatEntries", 0, 0),
            table("ipv4Routes", 950, 50).set("Agent/leaf-01", "/status/lastHeartbeat", "2026-10-06T09:00:00Z"),
            World::healthy().small().set(
                "Agent/leaf-01",
                &format!("{ACL}/ingress/lag"),
                json!({"tablesUsed": 3, "tablesAvailable": 1}),
            ),
        ] {
            assert_eq!(said(&TablesFull, &world).lines(), Vec::<String>::new());
        }
        assert_eq!(said(&TablesFull, &World::healthy().small().without("Agent")).not_checked.len(), 1);
    }
}
