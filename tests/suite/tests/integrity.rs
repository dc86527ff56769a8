//! Every report holds together: ids, causes, places, schema, and the same bytes whatever the order of
//! the entries and the number of threads.

use std::collections::BTreeSet;

use hh_analyzer::ingest::{Input, InputKind};
use hh_analyzer::{Analysis, Options, render, report};
use hh_suite::expect;
use hh_suite::load::{bundles_dir, files_of, input_of_path, run};

fn bundles() -> Vec<String> {
    expect::all(&bundles_dir()).into_iter().flat_map(|(_, expectation)| expectation.bundles).collect()
}

fn analysis(bundle: &str) -> Analysis {
    run(input_of_path(&bundles_dir().join(bundle)), &Options::default())
}

#[test]
fn reports_meet_the_schema() {
    let validator = jsonschema::validator_for(&report::schema()).expect("a schema");
    for bundle in bundles() {
        let json: serde_json::Value = serde_json::from_str(&render::json(&analysis(&bundle).report)).expect("JSON");
        let errors: Vec<String> =
            validator.iter_errors(&json).map(|error| format!("{} at {}", error, error.instance_path())).collect();
        assert!(errors.is_empty(), "{bundle}: {errors:#?}");
        assert_eq!(json["schemaVersion"], "1");
    }
}

#[test]
fn ids_causes_and_places_hold() {
    for bundle in bundles() {
        let report = analysis(&bundle).report;
        let ids: BTreeSet<&str> = report.findings.iter().map(|finding| finding.id.as_str()).collect();
        assert_eq!(ids.len(), report.findings.len(), "{bundle}: an id twice");
        for finding in &report.findings {
            for id in finding.caused_by.iter().chain(&finding.explains) {
                assert!(ids.contains(id.as_str()), "{bundle}: {} names {id}", finding.id);
            }
            assert!(!finding.title.is_empty() && !finding.title.contains('\n'), "{bundle}: {}", finding.id);
            if finding.severity != "info" {
                assert!(!finding.evidence.is_empty(), "{bundle}: {} has no evidence", finding.id);
                assert!(!finding.next_steps.is_empty(), "{bundle}: {} has no next step", finding.id);
            }
        }
        let roots: BTreeSet<&str> = report
            .findings
            .iter()
            .filter(|finding| finding.severity != "info" && finding.caused_by.is_empty())
            .map(|finding| finding.id.as_str())
            .collect();
        let given: BTreeSet<&str> = report.root_causes.iter().map(|finding| finding.id.as_str()).collect();
        assert_eq!(roots, given, "{bundle}");
        let counts = report.counts;
        assert_eq!(counts.critical + counts.error + counts.warning + counts.info, report.findings.len(), "{bundle}");
        places(&bundle, &report);
    }
}

/// Every place is in a file of the bundle, and what stands there holds the value where it is one word.
fn places(bundle: &str, report: &report::Report) {
    let files = files_of(&bundles_dir().join(bundle));
    // Evidence in a compressed single file names the file itself.
    for finding in &report.findings {
        for evidence in &finding.evidence {
            let Some(path) = &evidence.path else {
                assert!(
                    evidence.looked_in.is_some(),
                    "{bundle}: {}: neither place nor where it was looked for",
                    finding.id
                );
                continue;
            };
            let inside = files.get(path).or_else(|| files.get(path.split("!/").next().unwrap_or(path)));
            let text = inside.unwrap_or_else(|| panic!("{bundle}: {}: no file {path}", finding.id));
            let text = String::from_utf8_lossy(text);
            let line = evidence.line.expect("a line");
            let column = evidence.column.expect("a column");
            let found = text.lines().nth(line - 1).unwrap_or_else(|| panic!("{bundle}: {path} has no line {line}"));
            let rest: String = found.chars().skip(column - 1).collect();
            assert!(
                !rest.is_empty() || column == 1,
                "{bundle}: {}: {path}:{line}:{column} is past the line",
                finding.id
            );
        }
    }
}

/// The same input with its entries in another order.
fn shuffled(input: Input, seed: u64) -> Input {
    match input.kind {
        InputKind::Directory(mut entries) => {
            hh_suite::mutate::Random::new(seed).shuffle(&mut entries);
            Input { name: input.name, kind: InputKind::Directory(entries) }
        }
        other => Input { name: input.name, kind: other },
    }
}

#[test]
fn entry_order_and_threads_change_nothing() {
    let pools: Vec<rayon::ThreadPool> = [1, 3, 16]
        .iter()
        .map(|threads| rayon::ThreadPoolBuilder::new().num_threads(*threads).build().unwrap())
        .collect();
    for bundle in bundles() {
        let path = bundles_dir().join(&bundle);
        let expected = render::json(&analysis(&bundle).report);
        for (index, pool) in pools.iter().enumerate() {
            let input = shuffled(input_of_path(&path), 7 + index as u64);
            let given = pool.install(|| render::json(&run(input, &Options::default()).report));
            assert!(given == expected, "{bundle} differs with {} threads", pool.current_num_threads());
        }
    }
}

#[test]
fn order_inside_archives_changes_only_nothing_that_is_found() {
    let files = hh_suite::worlds::configuration::foreign_group().files();
    let mut order: Vec<(&String, &Vec<u8>)> = files.iter().collect();
    let mut reports = Vec::new();
    for seed in 0..4 {
        hh_suite::mutate::Random::new(seed).shuffle(&mut order);
        let tar = hh_suite::pack::tar_in_order(order.iter().map(|(path, bytes)| (path.as_str(), bytes.as_slice())));
        let input = hh_suite::load::input_of_bytes("x.tar", tar);
        let report = run(input, &Options::default()).report;
        reports.push(serde_json::to_string(&(&report.findings, &report.entries, &report.verdict)).unwrap());
    }
    reports.dedup();
    assert_eq!(reports.len(), 1);
}
