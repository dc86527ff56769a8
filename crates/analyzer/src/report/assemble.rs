//! Findings, graph and inventory to a report.

use std::collections::BTreeSet;

use super::secret::mask;
use super::{
    BundleInfo, Counts, CoverageOut, DatedOut, EntryInfo, EvidenceOut, FindingOut, ImpactOut, InputProblem, NotChecked,
    Passed, Report, StepOut, SubjectOut, Tool, Verdict,
};
use crate::correlate::correlate;
use crate::finding::{Evidence, Finding, Subject};
use crate::insight::{Covered, Dated, Impact, Impacts, State};
use crate::rule::{Meta, RuleRun};
use crate::source::{Problem, ProblemLevel, Sources};

/// What the pipeline hands over.
#[derive(Debug)]
pub struct Assembly<'a> {
    /// Entries, for places.
    pub sources: &'a Sources,
    /// What was read.
    pub bundle: BundleInfo,
    /// The captures.
    pub captures: &'a [Captured],
    /// Why a bundle without findings is not known to be healthy; empty if it is.
    pub unknowns: Vec<String>,
    /// What could not be read.
    pub problems: Vec<Problem>,
    /// The inventory.
    pub entries: Vec<EntryInfo>,
}

/// What the pipeline knows of one capture.
#[derive(Debug, Default)]
pub struct Captured {
    /// Its name, where there are several.
    pub name: Option<String>,
    /// One run of every rule.
    pub runs: Vec<RuleRun>,
    /// What stands on what.
    pub impacts: Impacts,
    /// What the bundle holds of each source.
    pub coverage: Vec<Covered>,
    /// Its dated facts.
    pub timeline: Vec<Dated>,
}

/// Builds the report: correlates, sorts, resolves places.
#[must_use]
pub fn assemble(assembly: &Assembly<'_>) -> Report {
    let sources = assembly.sources;
    let mut findings = Vec::new();
    let mut root_causes = Vec::new();
    let mut not_checked = BTreeSet::new();
    let mut passed = std::collections::BTreeMap::<&str, usize>::new();
    let mut silent = BTreeSet::new();
    let (mut coverage, mut timeline) = (Vec::new(), Vec::new());
    for capture in assembly.captures {
        collect_runs(&capture.runs, &mut not_checked, &mut passed, &mut silent);
        let (all, roots) = findings_of(sources, capture);
        coverage.extend(capture.coverage.iter().map(|covered| coverage_out(capture, covered)));
        timeline.extend(capture.timeline.iter().map(|dated| dated_out(sources, dated, &roots)));
        findings.extend(all);
        root_causes.extend(roots);
    }
    // Several captures share one line of time.
    timeline.sort_by(|a, b| a.time.cmp(&b.time));
    silent.retain(|rule| !passed.contains_key(rule));
    let mut counts = Counts::default();
    for finding in &findings {
        match finding.severity.as_str() {
            "critical" => counts.critical += 1,
            "error" => counts.error += 1,
            "warning" => counts.warning += 1,
            _ => counts.info += 1,
        }
    }
    let (verdict, verdict_reason) = verdict(counts, root_causes.len(), &assembly.unknowns);
    let mut problems: Vec<InputProblem> =
        assembly.problems.iter().map(|problem| problem_out(sources, problem)).collect();
    problems.sort();
    problems.dedup();
    let mut entries = assembly.entries.clone();
    entries.sort();
    Report {
        schema_version: "1".into(),
        tool: Tool { name: "hh-analyze".into(), version: env!("CARGO_PKG_VERSION").into() },
        bundle: assembly.bundle.clone(),
        verdict,
        verdict_reason,
        counts,
        root_causes,
        findings,
        not_checked: not_checked.into_iter().collect(),
        coverage,
        timeline,
        not_applicable: silent.into_iter().map(str::to_owned).collect(),
        passed: passed.into_iter().map(|(rule, subjects)| Passed { rule: rule.into(), subjects }).collect(),
        input_problems: problems,
        entries,
    }
}

fn collect_runs<'r>(
    runs: &'r [RuleRun],
    not_checked: &mut BTreeSet<NotChecked>,
    passed: &mut std::collections::BTreeMap<&'r str, usize>,
    silent: &mut BTreeSet<&'r str>,
) {
    for run in runs {
        for unchecked in &run.outcome.unchecked {
            not_checked.insert(NotChecked {
                rule: run.meta.id.into(),
                reference: run.meta.reference.iter().map(|name| (*name).to_owned()).collect(),
                subject: unchecked.subject.as_ref().map(Subject::to_string),
                missing: unchecked.missing.clone(),
                command: unchecked.source.map(|source| {
                    let gateway = unchecked.subject.as_ref().map_or("<gateway>", |s| s.name.as_str());
                    source.collect().replace("<gateway>", gateway)
                }),
            });
        }
        if run.outcome.passed > 0 {
            *passed.entry(run.meta.id).or_default() += run.outcome.passed;
        }
        if run.outcome.passed == 0 && run.outcome.findings.is_empty() && run.outcome.unchecked.is_empty() && !run.failed
        {
            silent.insert(run.meta.id);
        }
    }
}

/// The findings of one capture, worst first, and its root causes.
fn findings_of(sources: &Sources, capture: &Captured) -> (Vec<FindingOut>, Vec<FindingOut>) {
    let mut all: Vec<(&'static Meta, &Finding)> = capture
        .runs
        .iter()
        .flat_map(|run| run.outcome.findings.iter().map(move |finding| (run.meta, finding)))
        .collect();
    all.sort_by(|(meta_a, a), (meta_b, b)| {
        b.severity
            .cmp(&a.severity)
            .then_with(|| meta_a.order.cmp(&meta_b.order))
            .then_with(|| a.rule.cmp(b.rule))
            .then_with(|| a.subject.cmp(&b.subject))
            .then_with(|| a.title.cmp(&b.title))
    });
    let metas: Vec<&'static Meta> = all.iter().map(|(meta, _)| *meta).collect();
    let plain: Vec<Finding> = all.iter().map(|(_, finding)| (*finding).clone()).collect();
    let graph = correlate(&plain, &metas);
    let ids = unique_ids(capture.name.as_deref(), &plain);
    let names = |list: Option<&Vec<usize>>| -> Vec<String> {
        list.into_iter().flatten().filter_map(|index| ids.get(*index).cloned()).collect()
    };
    let out: Vec<FindingOut> = plain
        .iter()
        .enumerate()
        .map(|(index, finding)| FindingOut {
            id: ids.get(index).cloned().unwrap_or_default(),
            rule: finding.rule.into(),
            reference: finding.reference.iter().map(|name| (*name).to_owned()).collect(),
            severity: finding.severity.name().into(),
            confidence: finding.confidence.name().into(),
            subject: SubjectOut {
                kind: finding.subject.kind.clone(),
                namespace: finding.subject.namespace.clone(),
                name: finding.subject.name.clone(),
                part: finding.subject.part.clone(),
            },
            title: mask(&finding.title, false),
            detail: mask(&finding.detail, false),
            evidence: finding.evidence.iter().map(|evidence| evidence_out(sources, evidence)).collect(),
            next_steps: finding
                .next_steps
                .iter()
                .map(|step| StepOut { text: step.text.clone(), command: step.command.clone() })
                .collect(),
            caused_by: names(graph.caused_by.get(index)),
            explains: names(graph.explains.get(index)),
            impact: graph.roots.contains(&index).then(|| {
                let explained = graph.explains.get(index).into_iter().flatten().filter_map(|other| plain.get(*other));
                impact_out(&capture.impacts.of(finding, explained))
            }),
        })
        .collect();
    let roots = graph.roots.iter().filter_map(|index| out.get(*index).cloned()).collect();
    (out, roots)
}

/// `rule/Kind/namespace/name[/part]`, made unique by a number where a rule says two things of one part.
fn unique_ids(capture: Option<&str>, findings: &[Finding]) -> Vec<String> {
    let mut seen = std::collections::BTreeMap::<String, usize>::new();
    findings
        .iter()
        .map(|finding| {
            let subject = &finding.subject;
            let mut id = String::new();
            for part in capture.into_iter().chain([
                finding.rule,
                subject.kind.as_str(),
                subject.namespace.as_str(),
                subject.name.as_str(),
            ]) {
                if !id.is_empty() {
                    id.push('/');
                }
                id.push_str(part);
            }
            if let Some(part) = &subject.part {
                id.push('/');
                id.push_str(part);
            }
            let count = seen.entry(id.clone()).or_default();
            *count += 1;
            if *count > 1 {
                id.push_str(&format!("#{count}"));
            }
            id
        })
        .collect()
}

fn evidence_out(sources: &Sources, evidence: &Evidence) -> EvidenceOut {
    let location = evidence.place.and_then(|place| sources.locate(place));
    let width = evidence.place.map_or(0, |place| {
        let text = place.span.slice(sources.text(place.entry));
        text.lines().next().unwrap_or("").chars().count()
    });
    EvidenceOut {
        path: location.as_ref().map(|l| l.path.clone()),
        line: location.as_ref().map(|l| l.line),
        column: location.as_ref().map(|l| l.column),
        entry: location.as_ref().and_then(|l| l.entry.clone()),
        field: evidence.field.clone(),
        value: evidence.value.as_deref().map(|value| mask(value, false)),
        note: mask(&evidence.note, false),
        looked_in: evidence.looked_in.clone(),
        width,
        outer: location.map(|l| l.outer),
    }
}

fn impact_out(impact: &Impact) -> ImpactOut {
    ImpactOut {
        loss: impact.loss.name().into(),
        summary: impact.words(),
        vpcs: impact.vpcs.iter().cloned().collect(),
        peerings: impact.peerings.iter().cloned().collect(),
        servers: impact.servers.iter().cloned().collect(),
    }
}

fn coverage_out(capture: &Captured, covered: &Covered) -> CoverageOut {
    let whole = covered.state == State::Captured && covered.missing_of.is_empty();
    CoverageOut {
        capture: capture.name.clone(),
        source: covered.source.title().into(),
        state: covered.state.name().into(),
        count: covered.count,
        of: covered.of.clone(),
        missing_of: covered.missing_of.clone(),
        rules_not_run: covered.rules.iter().map(|rule| (*rule).to_owned()).collect(),
        command: (!whole).then(|| match covered.missing_of.first() {
            Some(gateway) => covered.source.collect().replace("<gateway>", gateway),
            None => covered.source.collect().to_owned(),
        }),
    }
}

fn dated_out(sources: &Sources, dated: &Dated, roots: &[FindingOut]) -> DatedOut {
    let location = dated.evidence.place.and_then(|place| sources.locate(place));
    let (path, line) = (location.as_ref().map(|l| l.path.clone()), location.as_ref().map(|l| l.line));
    let proves = |root: &&FindingOut| {
        path.is_some() && root.evidence.iter().any(|evidence| evidence.path == path && evidence.line == line)
    };
    DatedOut {
        time: dated.at.to_string(),
        last: dated.last.map(|last| last.to_string()),
        count: dated.count,
        source: dated.source.into(),
        object: dated.object.clone(),
        text: mask(&dated.text, false),
        clock_ahead_seconds: (dated.corrected != 0).then_some(dated.corrected),
        root_causes: roots.iter().filter(proves).map(|root| root.id.clone()).collect(),
        path,
        line,
    }
}

fn problem_out(sources: &Sources, problem: &Problem) -> InputProblem {
    let place = problem.entry.map(|entry| crate::source::Place { entry, span: problem.span.unwrap_or_default() });
    let location = place.and_then(|place| sources.locate(place));
    let positioned = problem.span.is_some();
    InputProblem {
        path: location.as_ref().map(|l| l.path.clone()).or_else(|| problem.path.clone()),
        line: location.as_ref().filter(|_| positioned).map(|l| l.line),
        column: location.as_ref().filter(|_| positioned).map(|l| l.column),
        entry: location.and_then(|l| l.entry),
        level: match problem.level {
            ProblemLevel::Note => "note".into(),
            ProblemLevel::Warning => "warning".into(),
        },
        kind: problem.kind.name().into(),
        message: mask(&problem.message, false),
        help: problem.help.clone(),
    }
}

fn verdict(counts: Counts, roots: usize, unknowns: &[String]) -> (Verdict, String) {
    let causes = if roots == 1 { "1 root cause".to_owned() } else { format!("{roots} root causes") };
    if counts.critical + counts.error > 0 {
        (Verdict::Faulty, causes)
    } else if counts.warning > 0 {
        (Verdict::Attention, causes)
    } else if unknowns.is_empty() {
        (Verdict::Healthy, "generation, heartbeat, pods and BGP of every gateway were checked".into())
    } else {
        (Verdict::Inconclusive, format!("nothing wrong was found, but {}", unknowns.join("; ")))
    }
}
