//! Removing any one entry never adds a finding above `info`.

use std::collections::BTreeMap;

use hh_analyzer::Options;
use hh_analyzer::report::Report;
use hh_suite::Files;
use hh_suite::load::{input_of_files, run};
use hh_suite::worlds::*;
use hh_worlds::World;
use rayon::prelude::*;

/// Severity of what was found above `info`, by rule and subject. Places and titles may differ.
fn loud(report: &Report) -> BTreeMap<String, u8> {
    report
        .findings
        .iter()
        .filter_map(|finding| {
            let weight = ["info", "warning", "error", "critical"].iter().position(|name| *name == finding.severity)?;
            (weight > 0).then(|| (finding.id.clone(), u8::try_from(weight).unwrap_or(3)))
        })
        .collect()
}

fn report(files: Files) -> Report {
    run(input_of_files("bundle", files), &Options::default()).report
}

/// Runs where an entry's absence added a finding or made one worse.
fn added(name: &str, files: &Files) -> Vec<String> {
    let before = loud(&report(files.clone()));
    let paths: Vec<&String> = files.keys().collect();
    paths
        .into_par_iter()
        .flat_map_iter(|path| {
            let mut fewer = files.clone();
            fewer.remove(path);
            let after = report(fewer);
            let worse: Vec<String> = loud(&after)
                .into_iter()
                .filter(|(id, severity)| before.get(id).is_none_or(|known| known < severity))
                .map(|(id, _)| {
                    let title = after.findings.iter().find(|finding| finding.id == id).map_or("", |f| f.title.as_str());
                    format!("{name} without {path}: {id}: {title}")
                })
                .collect();
            worse
        })
        .collect()
}

fn check(worlds: Vec<(&str, World)>) {
    let mut failures = Vec::new();
    for (name, world) in worlds {
        failures.extend(added(&format!("{name} (lists)"), &world.files()));
        failures.extend(added(&format!("{name} (objects)"), &world.object_files()));
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

#[test]
fn healthy_worlds() {
    check(vec![
        ("healthy", base()),
        ("older", older_base()),
        ("25.05", healthy::release_25_05()),
        ("new gateway", healthy::new_gateway()),
    ]);
}

#[test]
fn faulty_configuration_and_peerings() {
    check(vec![
        ("generation refused", configuration::generation_refused()),
        ("foreign group", configuration::foreign_group()),
        ("reload failed", configuration::frr_reload_failed()),
        ("prefix forgotten", peering::prefix_forgotten()),
        ("vpcinfo", peering::vpc_info_not_ready()),
        ("group without members", peering::group_without_members()),
    ]);
}

#[test]
fn faulty_liveness_and_redundancy() {
    check(vec![
        ("crash loop", liveness::dataplane_crash_loop()),
        ("node down", liveness::node_down()),
        ("frr crashes", liveness::frr_crashes()),
        ("init fails", liveness::init_fails()),
        ("standby behind", redundancy::standby_behind()),
        ("stale groups", redundancy::stale_groups()),
    ]);
}

#[test]
fn faulty_wiring_and_traffic() {
    check(vec![
        ("asn", wiring::asn_mismatch()),
        ("never seen", wiring::neighbour_never_seen()),
        ("flapping", wiring::flapping()),
        ("filtered", traffic::filtered()),
        ("flow table", traffic::flow_table_full()),
        ("acl", nat::acl_denies_replies()),
    ]);
}
