//! Exit codes: 0 nothing at or above `--fail-on`, 1 findings, 2 no verdict or wrong usage.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "tests: a panic is how they fail"
)]

mod common;

use common::{Folder, bundle, say, say_with};

#[test]
fn healthy_is_0_in_every_format() {
    for format in ["text", "json"] {
        let said = say(&["--format", format, &bundle("healthy.hhs")]);
        assert_eq!(said.code, 0, "{}", said.out);
        assert_eq!(said.err, "");
    }
    assert!(say(&[&bundle("healthy.hhs")]).out.contains("HEALTHY"));
}

#[test]
fn findings_are_1_in_every_format() {
    for format in ["text", "json"] {
        let said = say(&["--format", format, &bundle("gateway-gen-lag.hhs")]);
        assert_eq!(said.code, 1, "{}", said.out);
        assert_eq!(said.err, "");
    }
}

#[test]
fn fail_on_moves_the_line() {
    // A warning is the worst in this bundle.
    let bundle = bundle("same-priority.zip");
    for (limit, code) in [("critical", 0), ("error", 0), ("warning", 1), ("info", 1), ("never", 0)] {
        assert_eq!(say(&["--fail-on", limit, &bundle]).code, code, "{limit}");
    }
    let faulty = common::bundle("gateway-gen-lag.hhs");
    for (limit, code) in [("critical", 0), ("error", 1), ("never", 0)] {
        assert_eq!(say(&["--fail-on", limit, &faulty]).code, code, "{limit}");
    }
}

#[test]
fn expectations_change_the_verdict() {
    let bundle = bundle("nothing-arrives.zip");
    assert_eq!(say(&["--fail-on", "warning", &bundle]).code, 0);
    let said = say(&["--fail-on", "warning", "--expect", "vpc-01->vpc-03", &bundle]);
    assert_eq!(said.code, 1, "{}", said.out);
}

#[test]
fn standard_input_and_directories_are_read() {
    let dump = std::fs::read(bundle("generation-refused.hhs")).unwrap();
    let said = say_with(&dump, &["-"]);
    assert_eq!(said.code, 1, "{}{}", said.out, said.err);
    let zip = std::fs::read(bundle("plain-healthy.zip")).unwrap();
    assert_eq!(say_with(&zip, &["-"]).code, 0);
    assert_eq!(say(&[&bundle("plain-healthy")]).code, 0);
    assert_eq!(say(&[&(bundle("plain-healthy") + "/")]).code, 0);
}

#[test]
fn wrong_usage_is_2() {
    for arguments in [
        &[][..],
        &["--format", "xml", "x"],
        &["--fail-on", "fatal", "x"],
        &["--expect", "vpc-01", "x"],
        &["--symptom", "slow", "x"],
        &["--captured-at", "yesterday", "x"],
        &["--width", "3", "x"],
        &["--no-such-option"],
        &["explain"],
        &["one", "two"],
    ] {
        let said = say(arguments);
        assert_eq!(said.code, 2, "{arguments:?}: {}", said.err);
        assert!(!said.err.is_empty(), "{arguments:?}");
        assert_eq!(said.out, "", "{arguments:?}");
    }
}

#[test]
fn what_is_not_there_is_2_and_named() {
    let said = say(&["no/such/bundle.zip"]);
    assert_eq!(said.code, 2);
    assert!(said.err.contains("no/such/bundle.zip") && said.err.contains("no such file"), "{}", said.err);
    assert_eq!(said.out, "");
    assert_eq!(say(&["inventory", "no/such/bundle.zip"]).code, 2);
}

#[test]
fn nothing_recognised_is_2_and_says_what_is_looked_for() {
    let folder = Folder::new("nothing");
    for (name, content) in [
        ("notes.txt", &b"we saw it again on tuesday\n"[..]),
        ("photo.png", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR"),
        ("x.json", b"{\"a\": [1, 2]}"),
    ] {
        let said = say(&[&folder.file(name, content)]);
        assert_eq!(said.code, 2, "{name}: {}", said.out);
        assert!(said.err.contains("nothing of a Hedgehog installation") && said.err.contains(".hhs"), "{}", said.err);
    }
    let said = say(&[&folder.path()]);
    assert_eq!(said.code, 2);
    let said = say(&["--format", "json", &folder.path()]);
    assert_eq!(said.code, 2);
    let report: serde_json::Value = serde_json::from_str(&said.out).expect("a JSON report all the same");
    assert_eq!(report["verdict"], "inconclusive");
    assert_eq!(report["entries"].as_array().map(Vec::len), Some(3));
}

#[test]
fn rules_and_explain() {
    let said = say(&["rules"]);
    assert_eq!(said.code, 0);
    assert!(said.out.contains("gateway-config-not-applied") && said.out.contains("GW-GEN-LAG"), "{}", said.out);
    for name in ["gateway-config-not-applied", "GW-GEN-LAG", "gw-gen-lag"] {
        let said = say(&["explain", name]);
        assert_eq!(said.code, 0, "{}", said.err);
        assert!(said.out.starts_with("# gateway-config-not-applied"), "{}", said.out);
    }
    let said = say(&["explain", "no-such-rule"]);
    assert_eq!(said.code, 2);
    assert!(said.err.contains("no-such-rule") && said.err.contains("hh-analyze rules"), "{}", said.err);
    assert_eq!(said.out, "");
}

#[test]
fn inventory_lists_every_entry() {
    let said = say(&["inventory", &bundle("plain-healthy.zip")]);
    assert_eq!(said.code, 0);
    for name in ["gatewayagents.yaml", "metrics-gateway-1.prom", "pods.txt"] {
        assert!(
            said.out
                .lines()
                .any(|line| line.contains(&format!("plain-healthy.zip!/{name}")) || line.contains(&format!("/{name}"))),
            "{name} in {}",
            said.out
        );
    }
    let said = say(&["inventory", "--format", "json", &bundle("healthy.hhs")]);
    assert_eq!(said.code, 0);
    let entries: serde_json::Value = serde_json::from_str(&said.out).expect("JSON");
    assert!(entries.as_array().is_some_and(|entries| entries.len() > 30));
}

#[test]
fn help_and_version() {
    let said = say(&["--help"]);
    assert_eq!(said.code, 0);
    assert!(said.out.contains("Exit codes"), "{}", said.out);
    let said = say(&["--version"]);
    assert_eq!((said.code, said.out.trim().starts_with("hh-analyze ")), (0, true));
}
