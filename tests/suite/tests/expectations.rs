//! Every bundle gives what its expectation says.

use std::collections::BTreeSet;

use hh_suite::catalogue::EXAMPLES;
use hh_suite::load::{bundles_dir, files_of, input_of_path, run};
use hh_suite::{expect, readme};

#[test]
fn bundles_give_what_is_expected() {
    let root = bundles_dir();
    let (mut cases, mut failed) = (0, Vec::new());
    for (name, expectation) in expect::all(&root) {
        for bundle in &expectation.bundles {
            let path = root.join(bundle);
            let files = files_of(&path);
            for case in &expectation.cases {
                cases += 1;
                let analysis = run(input_of_path(&path), &case.options());
                let differences = case.compare(bundle, &analysis.report, &files);
                if differences.0.is_empty() {
                    continue;
                }
                let mut text = format!("  {bundle} ({name}, {}):\n{differences}", expectation.what);
                text.push_str("    findings:\n");
                for finding in analysis.report.findings.iter().filter(|finding| finding.severity != "info") {
                    text.push_str(&format!("      {}\n", expect::line_of(finding)));
                }
                failed.push(text);
            }
        }
    }
    println!("{cases} cases");
    assert!(failed.is_empty(), "{} of {cases} cases differ:\n{}", failed.len(), failed.join("\n"));
}

#[test]
fn every_bundle_has_an_expectation() {
    let expected: BTreeSet<String> =
        expect::all(&bundles_dir()).into_iter().flat_map(|(_, expectation)| expectation.bundles).collect();
    let there: BTreeSet<String> = std::fs::read_dir(bundles_dir())
        .unwrap()
        .map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned())
        .filter(|name| !name.ends_with(".expect.yaml") && name != "README.md")
        .collect();
    assert_eq!(there, expected);
}

#[test]
fn committed_bundles_are_what_the_generator_makes() {
    let root = bundles_dir();
    for example in EXAMPLES {
        for (path, bytes) in example.made() {
            let file = path.rsplit('/').next().unwrap().to_owned();
            let made = hh_suite::load::unpack(&file, &bytes);
            let committed = std::fs::read(root.join(&path)).unwrap_or_default();
            let there =
                if committed.is_empty() { Default::default() } else { hh_suite::load::unpack(&file, &committed) };
            // Contents, not bytes: another version of a compressor may pack the same files differently.
            assert!(made == there, "{path} is not what `cargo run -p hh-suite --bin make-bundles` makes");
        }
        let directory = root.join(example.file);
        if directory.is_dir() {
            let there = files_of(&directory);
            assert_eq!(there.len(), example.files().len(), "{}: a file that is not made", example.file);
        }
    }
    let readme = std::fs::read_to_string(root.join("README.md")).unwrap();
    assert_eq!(readme, readme::text(), "bundles/README.md is not what make-bundles writes");
}
