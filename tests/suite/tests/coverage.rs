//! Nothing is skipped unseen: rows, relations, sources, and what the bundles exercise.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use hh_analyzer::report::{Assembly, Captured, Report, assemble};
use hh_analyzer::rule::{Outcome, RuleRun, Source, registry};
use hh_analyzer::{Analysis, Options};
use hh_suite::expect::{self, Case};
use hh_suite::figures::{self, Sort};
use hh_suite::load::{bundles_dir, files_of, input_of_path, run};
use hh_suite::{Files, catalogue::EXAMPLES};
use hh_worlds::build::Release;
use hh_worlds::fault;
use rayon::prelude::*;

/// Lines of a list file that are no comments.
fn list(name: &str) -> Vec<String> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(name);
    let text = std::fs::read_to_string(&path).unwrap_or_default();
    text.lines().filter(|line| !line.starts_with('#') && !line.trim().is_empty()).map(str::to_owned).collect()
}

/// A list file of `name: reason` lines.
fn reasons(name: &str) -> BTreeMap<String, String> {
    list(name)
        .into_iter()
        .map(|line| {
            let (key, reason) = line.split_once(": ").unwrap_or_else(|| panic!("{name}: no reason in {line:?}"));
            (key.to_owned(), reason.to_owned())
        })
        .collect()
}

/// Asserts that a list file names exactly what was found.
fn assert_list(name: &str, found: &BTreeSet<String>) {
    let given: BTreeSet<String> = reasons(name).into_keys().collect();
    let missing: Vec<_> = found.difference(&given).collect();
    let stale: Vec<_> = given.difference(found).collect();
    assert!(missing.is_empty() && stale.is_empty(), "{name}: to add {missing:#?}, to remove {stale:#?}");
}

#[test]
fn every_row_of_the_reference_belongs_to_a_rule() {
    let rules = registry();
    let names: BTreeSet<&str> = rules.iter().flat_map(|rule| rule.meta().reference.iter().copied()).collect();
    let rows = list("rows.txt");
    assert!(rows.len() > 80);
    let without: BTreeSet<String> = rows.iter().filter(|row| !names.contains(row.as_str())).cloned().collect();
    assert_list("rows-without-rule.txt", &without);
    let known: BTreeSet<&str> = rows.iter().map(String::as_str).collect();
    let invented: Vec<&&str> = names.iter().filter(|name| name.starts_with("GW-") && !known.contains(*name)).collect();
    assert!(invented.is_empty(), "no such rows: {invented:?}");
}

#[test]
fn every_statement_of_the_page_belongs_to_a_rule() {
    let rules = registry();
    let names: BTreeSet<&str> = rules.iter().flat_map(|rule| rule.meta().reference.iter().copied()).collect();
    let missing: Vec<String> =
        (1..=22).map(|number| format!("S{number}")).filter(|name| !names.contains(name.as_str())).collect();
    assert!(missing.is_empty(), "{missing:?}");
}

#[test]
fn every_relation_of_the_reference_is_declared() {
    let rules = registry();
    let rows = list("rows.txt");
    let declared = |cause: &str, effect: &str| {
        rules.iter().filter(|rule| rule.meta().reference.contains(&cause)).any(|rule| {
            rule.meta().explains.iter().flat_map(|relation| relation.effects).any(|pattern| {
                match pattern.strip_suffix('*') {
                    Some(family) => effect.starts_with(family),
                    None => *pattern == effect,
                }
            })
        })
    };
    let missing: BTreeSet<String> = list("relations.txt")
        .into_iter()
        .filter(|line| {
            let (cause, effect) = line.split_once(" -> ").expect("cause -> effect");
            let whole = declared(cause, effect);
            let family = effect.strip_suffix('*').is_some_and(|family| {
                rows.iter().filter(|row| row.starts_with(family) && *row != cause).all(|row| declared(cause, row))
            });
            !whole && !family
        })
        .collect();
    assert_list("relations-not-declared.txt", &missing);
}

#[test]
fn declared_effects_exist() {
    let rules = registry();
    let names: BTreeSet<&str> = rules.iter().flat_map(|rule| rule.meta().reference.iter().copied()).collect();
    let rows = list("rows.txt");
    for rule in &rules {
        for effect in rule.meta().explains.iter().flat_map(|relation| relation.effects) {
            let known = match effect.strip_suffix('*') {
                Some(family) => {
                    names.iter().any(|name| name.starts_with(family)) || rows.iter().any(|row| row.starts_with(family))
                }
                None => names.contains(effect) || rows.iter().any(|row| row == effect),
            };
            // Names of the fabric reference may be declared before a rule gives them.
            let fabric = ["FAB-", "LINK-", "LLDP-", "BGP-", "BFD-", "VPC-", "DHCP-", "KI-"];
            assert!(known || fabric.iter().any(|prefix| effect.starts_with(prefix)), "{}: {effect}", rule.meta().id);
        }
    }
}

struct Run {
    bundle: String,
    case: Case,
    files: Files,
    analysis: Analysis,
}

fn runs() -> Vec<Run> {
    let root = bundles_dir();
    let mut runs = Vec::new();
    for (_, expectation) in expect::all(&root) {
        for bundle in &expectation.bundles {
            let path = root.join(bundle);
            for case in &expectation.cases {
                let analysis = run(input_of_path(&path), &case.options());
                runs.push(Run { bundle: bundle.clone(), case: case.clone(), files: files_of(&path), analysis });
            }
        }
    }
    runs
}

/// One world per fault, analyzed.
fn faults() -> Vec<(figures::Case, Analysis)> {
    let mut all = fault::all();
    // The newest release shows them all.
    all.retain(|fault| fault.since <= Release::R26_03);
    let made: Vec<_> = all
        .par_iter()
        .filter_map(figures::Case::of)
        .map(|case| {
            let analysis = run(case.input(), &Options::default());
            (case, analysis)
        })
        .collect();
    assert_eq!(made.len(), all.len(), "every fault has a place");
    made
}

/// The report as it would be without a rule.
fn without(analysis: &Analysis, rule: &str) -> Report {
    let report = &analysis.report;
    let captures: Vec<Captured> = analysis
        .runs
        .iter()
        .enumerate()
        .map(|(index, runs)| {
            let name = (analysis.runs.len() > 1).then(|| index.to_string());
            let kept = runs.iter().filter(|run| run.meta.id != rule).map(|run| {
                let mut outcome = Outcome::new(run.meta);
                outcome.findings.clone_from(&run.outcome.findings);
                outcome.passed = run.outcome.passed;
                outcome.unchecked.clone_from(&run.outcome.unchecked);
                RuleRun { meta: run.meta, outcome, read: run.read, failed: run.failed }
            });
            Captured { name, runs: kept.collect(), ..Captured::default() }
        })
        .collect();
    let unknowns =
        if report.verdict.name() == "inconclusive" { vec![report.verdict_reason.clone()] } else { Vec::new() };
    assemble(&Assembly {
        sources: &analysis.sources,
        bundle: report.bundle.clone(),
        captures: &captures,
        unknowns,
        problems: Vec::new(),
        entries: report.entries.clone(),
    })
}

#[test]
fn switching_a_rule_off_is_noticed() {
    let runs = runs();
    let faults = faults();
    let mut unnoticed = BTreeSet::new();
    for rule in registry() {
        let id = rule.meta().id;
        let shown = |report: &Report| report.findings.iter().any(|finding| finding.rule == id);
        let in_world = faults.iter().filter(|(_, analysis)| shown(&analysis.report)).any(|(case, analysis)| {
            figures::judge(case, &analysis.report).clean(Sort::One)
                && !figures::judge(case, &without(analysis, id)).clean(Sort::One)
        });
        let noticed = in_world
            || runs.iter().filter(|run| shown(&run.analysis.report)).any(|run| {
                let before = run.case.compare(&run.bundle, &run.analysis.report, &run.files).0;
                let after = run.case.compare(&run.bundle, &without(&run.analysis, id), &run.files).0;
                after.iter().any(|difference| !before.contains(difference))
            });
        if !noticed {
            unnoticed.insert(id.to_owned());
        }
    }
    let given: BTreeSet<String> = list("rules-without-bundle.txt").into_iter().collect();
    assert_eq!(given, unnoticed, "rules-without-bundle.txt");
}

#[test]
fn rules_read_what_they_declare() {
    let mut read: BTreeMap<&str, BTreeSet<Source>> = BTreeMap::new();
    let mut add = |analysis: &Analysis| {
        for run in analysis.runs.iter().flatten() {
            assert!(!run.failed, "{} failed", run.meta.id);
            read.entry(run.meta.id).or_default().extend(run.read.iter());
        }
    };
    for run in runs() {
        add(&run.analysis);
    }
    for (_, analysis) in faults() {
        add(&analysis);
    }
    let mut undeclared = Vec::new();
    let mut unread = BTreeSet::new();
    for rule in registry() {
        let meta = rule.meta();
        let declared: BTreeSet<Source> = meta.needs.iter().chain(meta.uses).copied().collect();
        let seen = read.remove(meta.id).unwrap_or_default();
        undeclared.extend(seen.difference(&declared).map(|source| format!("{}: {source:?}", meta.id)));
        unread.extend(declared.difference(&seen).map(|source| format!("{} {source:?}", meta.id)));
        let twice: Vec<_> = meta.needs.iter().filter(|source| meta.uses.contains(source)).collect();
        assert!(twice.is_empty(), "{}: {twice:?} both needed and used", meta.id);
    }
    assert!(undeclared.is_empty(), "read and not declared: {undeclared:#?}");
    let given: BTreeSet<String> = list("sources-not-read.txt").into_iter().collect();
    assert_eq!(given, unread, "sources-not-read.txt");
}

#[test]
fn every_fault_is_diagnosed() {
    let wrong: Vec<String> = faults()
        .iter()
        .map(|(case, analysis)| (case, figures::judge(case, &analysis.report)))
        .filter(|(_, judgement)| !judgement.clean(Sort::One))
        .map(|(case, judgement)| format!("{case}: {judgement:?}"))
        .collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn every_point_of_the_page_has_a_faulty_bundle() {
    let points: BTreeSet<u8> = EXAMPLES.iter().map(|example| example.point).collect();
    for point in 1..=13 {
        assert!(points.contains(&point), "point {point}");
    }
    let endings: BTreeSet<&str> =
        EXAMPLES.iter().map(|example| example.file.split_once('.').map_or("directory", |(_, ending)| ending)).collect();
    assert!(endings.len() >= 4, "{endings:?}");
}
