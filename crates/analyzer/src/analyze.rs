//! The pipeline: entries, objects, facts, rules, root causes, report.

use crate::decode::decode;
use crate::facts::{Facts, Gw, Quality};
use crate::ingest::{Input, Opened};
use crate::insight::{coverage, impacts, timeline};
use crate::options::Options;
use crate::report::{Assembly, BundleInfo, Captured, Report, assemble};
use crate::rule::{RuleRun, registry, run};
use crate::source::{Problem, ProblemKind, Sources};

/// A finished analysis.
#[derive(Debug)]
pub struct Analysis {
    /// The report.
    pub report: Report,
    /// Entries, for renderers that quote them.
    pub sources: Sources,
    /// True if anything of a Hedgehog installation was recognised.
    pub recognised: bool,
    /// What each rule did, one list per capture.
    pub runs: Vec<Vec<RuleRun>>,
}

/// A bundle that was read.
#[derive(Debug)]
pub struct Bundle {
    /// Its name as given.
    pub name: String,
    /// Its entries.
    pub opened: Opened,
}

/// Unpacks a bundle, in memory and within the limits.
#[must_use]
pub fn open(input: Input, options: &Options) -> Bundle {
    let name = input.name.trim_end_matches(['/', '\\']).rsplit(['/', '\\']).next().unwrap_or("").to_owned();
    let name = if name.is_empty() || name == "." { "bundle".to_owned() } else { name };
    Bundle { name, opened: crate::ingest::open(input, &options.limits) }
}

/// Analyzes a bundle. The same bundle gives the same report, whatever the order of its entries and the
/// number of threads.
#[must_use]
pub fn analyze(bundle: Bundle, options: &Options) -> Analysis {
    let Opened { mut sources, mut problems, format, bytes } = bundle.opened;
    let decoded = decode(&mut sources, &mut problems, options);
    let rules = registry();
    let mut captures = Vec::new();
    let mut unknowns = Vec::new();
    let several = decoded.captures.len() > 1;
    let mut newest: Option<(Option<jiff::Timestamp>, crate::facts::Clock)> = None;
    for capture in decoded.captures {
        let name = capture.name.clone();
        if newest.as_ref().is_none_or(|(now, _)| capture.clock.now > *now) {
            newest = Some((capture.clock.now, capture.clock.clone()));
        }
        let facts = Facts::new(&sources, options, capture);
        let runs = run(&rules, &facts);
        for run in runs.iter().filter(|run| run.failed) {
            problems.push(
                Problem::warning(ProblemKind::Internal, format!("rule {} failed: its result is missing", run.meta.id))
                    .help("this is a defect of hh-analyze; the other rules are not affected"),
            );
        }
        unknowns.extend(unknown(&facts));
        let (impacts, timeline) = rayon::join(|| impacts(&facts), || timeline(&facts));
        let coverage = coverage(&facts, &runs);
        captures.push(Captured { name: several.then_some(name), runs, impacts, coverage, timeline });
    }
    unknowns.sort();
    unknowns.dedup();
    let clock = newest.map(|(_, clock)| clock).unwrap_or_default();
    let known = clock.quality > Quality::Unknown;
    let format = if decoded.is_dump && format == "file" { "hhs".to_owned() } else { format };
    let info = BundleInfo {
        name: bundle.name,
        format,
        captured_at: clock.now.filter(|_| known).map(|now| now.to_string()),
        captured_at_source: clock.source.clone(),
        captured_at_quality: clock.quality.name().into(),
        entries: sources.len(),
        documents: decoded.documents,
        bytes,
    };
    if !decoded.recognised {
        unknowns = vec!["nothing of a Hedgehog installation was recognised".into()];
    }
    let report = assemble(&Assembly {
        sources: &sources,
        bundle: info,
        captures: &captures,
        unknowns,
        problems,
        entries: decoded.entries,
    });
    Analysis {
        report,
        sources,
        recognised: decoded.recognised,
        runs: captures.into_iter().map(|capture| capture.runs).collect(),
    }
}

/// Why a capture without findings is not known to be healthy: what of generation, heartbeat, pods and BGP
/// could not be checked for which gateway. New gateways are excused, and what their release does not write.
fn unknown(facts: &Facts<'_>) -> Vec<String> {
    let cx = crate::facts::Context::new(facts);
    let mut unknowns = Vec::new();
    if facts.gateways.is_empty() && !cx.gateways_disabled() {
        unknowns.push("no gateway is in the bundle".to_owned());
    }
    for gateway in cx.gateways() {
        // An output of nobody knows which gateway says nothing about those that are known.
        let known = facts.gateways.iter().any(|data| !data.loose);
        if gateway.is_new() || (known && gateway.is_loose()) {
            continue;
        }
        let missing = unchecked_parts(&gateway);
        if !missing.is_empty() {
            unknowns.push(format!("{} of {} could not be checked", missing.join(", "), gateway.name()));
        }
    }
    unknowns
}

fn unchecked_parts(gateway: &Gw<'_, '_>) -> Vec<&'static str> {
    let mut missing = Vec::new();
    let old_form = gateway.is_25_05();
    match gateway.agent() {
        None => missing.push("generation"),
        Some(agent) if agent.at(&["metadata", "generation"]).is_none() => missing.push("generation"),
        Some(_) => {}
    }
    if gateway.live().is_none() {
        missing.push("heartbeat");
    }
    if gateway.all_pods().is_empty() {
        missing.push("pods");
    }
    if !old_form && gateway.sessions().is_none() && gateway.bgp_summary().is_none() {
        missing.push("BGP");
    }
    missing
}
