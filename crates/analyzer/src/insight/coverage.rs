//! What the bundle holds of each data source.

use std::collections::BTreeSet;

use crate::facts::{Facts, Log};
use crate::rule::{RuleRun, Source};

/// State of a data source in a capture.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum State {
    /// It is there.
    Captured,
    /// It was collected and there is nothing of it: a whole dump without an object of the kind.
    Empty,
    /// It is there, and its values were taken out by the collector.
    Redacted,
    /// It is in a dump that is cut: what is missing in it may exist.
    Truncated,
    /// It was collected and cannot be read: the command failed, or its output has an unknown layout.
    Unreadable,
    /// It was not collected.
    NotCaptured,
}

impl State {
    /// The word used in reports.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Captured => "captured",
            Self::Empty => "empty",
            Self::Redacted => "redacted",
            Self::Truncated => "truncated",
            Self::Unreadable => "unreadable",
            Self::NotCaptured => "not-captured",
        }
    }
}

/// One data source of a capture.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Covered {
    /// The source.
    pub source: Source,
    /// Its state.
    pub state: State,
    /// Objects, logs or outputs.
    pub count: usize,
    /// Whose: gateways, switches or pods; empty for objects.
    pub of: Vec<String>,
    /// Gateways of which it is missing although it is there of others.
    pub missing_of: Vec<String>,
    /// Rules that could not run, or not for every subject, for want of it.
    pub rules: Vec<&'static str>,
}

/// The data sources of a capture, in the order of [`Source::ALL`]; options of the user are no data.
#[must_use]
pub fn coverage(facts: &Facts<'_>, runs: &[RuleRun]) -> Vec<Covered> {
    Source::ALL
        .into_iter()
        .filter(|source| !matches!(source, Source::Expectation | Source::Symptom))
        .map(|source| covered(facts, runs, source))
        .collect()
}

fn covered(facts: &Facts<'_>, runs: &[RuleRun], source: Source) -> Covered {
    let (count, of) = found(facts, source);
    let captured = facts.captured(source);
    let state = match (captured, facts.objects.count(source)) {
        (true, Some(_)) if facts.truncated => State::Truncated,
        (true, Some(_)) if facts.clock.dump && matches!(source, Source::Secrets | Source::ConfigMaps) => {
            State::Redacted
        }
        (true, _) => State::Captured,
        (false, Some(_)) if facts.truncated => State::Truncated,
        (false, Some(_)) if facts.clock.dump => State::Empty,
        (false, None) if failed(facts, source) => State::Unreadable,
        (false, _) => State::NotCaptured,
    };
    let per_gateway = insight_command(source).is_some() || matches!(source, Source::DataplaneLog | Source::FrrLog);
    let missing_of = if captured && per_gateway {
        let there: BTreeSet<&String> = of.iter().collect();
        facts.gateways.iter().filter(|g| !g.loose && !there.contains(&g.name)).map(|g| g.name.clone()).collect()
    } else {
        Vec::new()
    };
    let rules: BTreeSet<&'static str> = runs
        .iter()
        .filter(|run| run.outcome.unchecked.iter().any(|unchecked| unchecked.source == Some(source)))
        .map(|run| run.meta.id)
        .collect();
    Covered { source, state, count, of, missing_of, rules: rules.into_iter().collect() }
}

/// Number of things of a source, and whose they are.
fn found(facts: &Facts<'_>, source: Source) -> (usize, Vec<String>) {
    if let Some(count) = facts.objects.count(source) {
        return (count, Vec::new());
    }
    let mut of = BTreeSet::new();
    let mut count = 0_usize;
    for log in facts.logs.iter().filter(|log| Log::source(log.stream) == Some(source)) {
        count += 1;
        let whose = log.gateway.clone().or_else(|| Some(log.pod.clone()).filter(|pod| !pod.is_empty()));
        of.extend(whose);
    }
    for gateway in &facts.gateways {
        let there = match source {
            Source::ShowTech => gateway.show_tech.is_some(),
            Source::FrrBgpSummary => gateway.bgp_summary.is_some(),
            Source::FrrBfdPeers => gateway.bfd_peers.is_some(),
            Source::FrrRoutes => gateway.routes.is_some(),
            Source::FrrRunningConfig => gateway.running_config.is_some(),
            Source::FrrRpcStats => gateway.rpc_stats.is_some(),
            Source::GatewayMetrics => gateway.metrics.is_some(),
            Source::NodeLinks => gateway.links.is_some(),
            _ => false,
        };
        if there {
            count += 1;
            of.insert(gateway.name.clone());
        }
    }
    if source == Source::SwitchRoutes {
        count = facts.switch_routes.len();
        of.extend(facts.switch_routes.iter().map(|(device, _)| device.clone()));
    }
    if source == Source::CaptureTime && facts.captured(source) {
        count = 1;
    }
    (count, of.into_iter().collect())
}

/// The key of a dump's insights that a source is read from.
fn insight_command(source: Source) -> Option<&'static str> {
    Some(match source {
        Source::ShowTech => "dataplane: show tech",
        Source::FrrBgpSummary => "frr: show bgp summary",
        Source::FrrBfdPeers => "frr: show bfd peers",
        Source::FrrRoutes => "frr: show ip route vrf all",
        Source::FrrRunningConfig => "frr: show running-config",
        Source::FrrRpcStats => "frr: show hedgehog rpc stats",
        _ => return None,
    })
}

/// True if the collector ran the command and it failed, or its output could not be read.
fn failed(facts: &Facts<'_>, source: Source) -> bool {
    if source == Source::GatewayMetrics {
        return facts.gateways.iter().any(|gateway| gateway.metrics_failure.is_some());
    }
    let Some(command) = insight_command(source) else { return false };
    facts.gateways.iter().flat_map(|gateway| &gateway.insights).any(|insight| insight.command.starts_with(command))
}

#[cfg(test)]
mod tests {
    use hh_worlds::World;

    use crate::Options;
    use crate::report::Report;
    use crate::testing::{analysis, analysis_of_files};

    fn state<'r>(report: &'r Report, source: &str) -> (&'r str, usize) {
        let covered = report.coverage.iter().find(|covered| covered.source == source).expect("the source");
        (covered.state.as_str(), covered.count)
    }

    #[test]
    fn five_states() {
        let whole = World::healthy().without("VPCPeering");
        let report = analysis(&whole, &Options::default()).report;
        assert_eq!(state(&report, "GatewayAgent objects"), ("captured", 2));
        assert_eq!(state(&report, "VPCPeering objects").0, "empty");
        assert_eq!(state(&report, "Secret objects").0, "redacted");
        assert_eq!(state(&report, "route tables of the leaves"), ("not-captured", 0));
        let failed = whole.small().without_insights().insight_error("gateway-1", "frr: show bgp summary", "exit 1");
        let report = analysis(&failed, &Options::default()).report;
        assert_eq!(state(&report, "FRR `show bgp summary`").0, "unreadable");
    }

    #[test]
    fn a_cut_dump_and_files() {
        let text = World::healthy().small().hhs();
        let cut = text.get(..text.len() / 2).unwrap().as_bytes().to_vec();
        let report =
            analysis_of_files(std::collections::BTreeMap::from([("cut.hhs".into(), cut)]), &Options::default()).report;
        assert_eq!(state(&report, "VPC objects").0, "truncated");
        let files = World::healthy().small().without("VPCAttachment").files();
        let report = analysis_of_files(files, &Options::default()).report;
        assert_eq!(state(&report, "VPCAttachment objects").0, "not-captured");
        let covered = report.coverage.iter().find(|covered| covered.source == "VPCAttachment objects").unwrap();
        assert_eq!(covered.command.as_deref(), Some("kubectl get vpcattachments -A -o yaml"));
    }
}
