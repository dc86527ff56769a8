//! One world in every form gives the same findings.

use std::collections::BTreeSet;

use hh_analyzer::Options;
use hh_analyzer::ingest::Input;
use hh_analyzer::report::Report;
use hh_suite::load::{input_of_bytes, input_of_files, run};
use hh_suite::worlds::*;
use hh_suite::{Files, pack};
use hh_worlds::World;

/// Rule, subject, severity and causes of every finding.
fn findings(report: &Report) -> BTreeSet<String> {
    report
        .findings
        .iter()
        .map(|finding| format!("{} {} <- {}", finding.severity, finding.id, finding.caused_by.join(", ")))
        .collect()
}

/// Rule and severity only.
fn rules(report: &Report) -> BTreeSet<String> {
    report.findings.iter().map(|finding| format!("{} {}", finding.severity, finding.rule)).collect()
}

fn worlds() -> Vec<(&'static str, World)> {
    vec![
        ("healthy", base()),
        ("older", older_base()),
        ("generation refused", configuration::generation_refused()),
        ("foreign group", configuration::foreign_group()),
        ("reload failed", configuration::frr_reload_failed()),
        ("crash loop", liveness::dataplane_crash_loop()),
        ("heartbeat", liveness::heartbeat_refused()),
        ("prefix forgotten", peering::prefix_forgotten()),
        ("flapping", wiring::flapping()),
        ("asn", wiring::asn_mismatch()),
        ("no route", wiring::vpc_route_missing()),
        ("filtered", traffic::filtered()),
        ("idle timeout", nat::idle_timeout_zero()),
        ("standby behind", redundancy::standby_behind()),
    ]
}

/// Every file in one directory, its path in its name.
fn flattened(files: &Files) -> Files {
    files.iter().map(|(path, bytes)| (path.replace('/', "_"), bytes.clone())).collect()
}

/// Every file under a name that says nothing.
fn renamed(files: &Files) -> Files {
    files
        .iter()
        .enumerate()
        .map(|(index, (path, bytes))| {
            // The file with the date is known by its name alone.
            let name = if path == "timestamp" { path.clone() } else { format!("{index:03}.txt") };
            (name, bytes.clone())
        })
        .collect()
}

fn report(input: Input) -> Report {
    run(input, &Options::default()).report
}

#[test]
fn all_forms_give_the_same_findings() {
    let mut failures = Vec::new();
    for (name, world) in worlds() {
        let files = world.files();
        let expected = findings(&report(input_of_files("bundle", files.clone())));
        let tar = pack::tar(&files);
        let forms: Vec<(&str, Input)> = vec![
            (".hhs", input_of_bytes("world.hhs", world.hhs().into_bytes())),
            (".hhs.gz", input_of_bytes("world.hhs.gz", pack::gzip(world.hhs().as_bytes()))),
            (
                ".hhs in a zip",
                input_of_bytes("w.zip", pack::zip(&Files::from([("x/world.hhs".into(), world.hhs().into_bytes())]))),
            ),
            ("zip", input_of_bytes("world.zip", pack::zip(&files))),
            ("zip below a directory", input_of_bytes("world.zip", pack::zip(&pack::below("case-7", files.clone())))),
            ("tar", input_of_bytes("world.tar", tar.clone())),
            ("tar.gz", input_of_bytes("world.tgz", pack::gzip(&tar))),
            ("tar.zst", input_of_bytes("world.tar.zst", pack::zstd(&tar))),
            ("tar.xz", input_of_bytes("world.tar.xz", pack::xz(&tar))),
            ("tar.bz2", input_of_bytes("world.tar.bz2", pack::bzip2(&tar))),
            (
                "tar.gz in a zip",
                input_of_bytes("w.zip", pack::zip(&Files::from([("world.tar.gz".into(), pack::gzip(&tar))]))),
            ),
            ("wrong ending", input_of_bytes("world.txt", pack::zip(&files))),
            ("JSON", input_of_files("bundle", world.json_files())),
            ("flattened", input_of_files("bundle", flattened(&files))),
        ];
        for (form, input) in forms {
            let given = findings(&report(input));
            if given != expected {
                let lost: Vec<_> = expected.difference(&given).collect();
                let new: Vec<_> = given.difference(&expected).collect();
                failures.push(format!("{name} as {form}: lost {lost:#?}, new {new:#?}"));
            }
        }
        let by_rule = rules(&report(input_of_files("bundle", files.clone())));
        let given = rules(&report(input_of_files("bundle", renamed(&files))));
        if given != by_rule {
            let lost: Vec<_> = by_rule.difference(&given).collect();
            let new: Vec<_> = given.difference(&by_rule).collect();
            failures.push(format!("{name} renamed: lost {lost:#?}, new {new:#?}"));
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}
