//! Colour, width, closed pipes, and what of a bundle may reach a terminal.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "tests: a panic is how they fail"
)]

mod common;

use std::io::Read as _;
use std::process::Stdio;

use common::{Folder, bundle, program, say};

const FAULTY: [&str; 5] =
    ["gateway-gen-lag.hhs", "drops.hhs", "bgp-down.hhs", "dataplane-crash-loop.hhs", "foreign-group.zip"];

#[test]
fn colour_only_where_wanted() {
    let bundle = bundle("gateway-gen-lag.hhs");
    assert!(!say(&[&bundle]).out.contains('\u{1b}'), "not a terminal");
    assert!(!say(&["--color", "never", &bundle]).out.contains('\u{1b}'));
    assert!(say(&["--color", "always", &bundle]).out.contains('\u{1b}'));
    let output = program().env("NO_COLOR", "1").args(["--color", "auto", &bundle]).output().unwrap();
    assert!(!output.stdout.contains(&0x1b));
    // What the user says on the command line wins.
    let output = program().env("NO_COLOR", "1").args(["--color", "always", &bundle]).output().unwrap();
    assert!(output.stdout.contains(&0x1b));
    let plain = say(&["--color", "never", &bundle]).out;
    let coloured = say(&["--color", "always", &bundle]).out;
    assert_eq!(plain, without_colour(&coloured), "colour changes the words");
    assert!(!say(&["--color", "always", "--format", "json", &bundle]).out.contains('\u{1b}'));
}

fn without_colour(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("\u{1b}[") {
        out.push_str(before);
        rest = after.split_once('m').map_or("", |(_, after)| after);
    }
    out + rest
}

/// Columns of a line: the characters used here are one column wide.
fn columns(line: &str) -> usize {
    line.chars().count()
}

#[test]
fn no_line_is_wider_than_wanted() {
    for width in [60, 80, 100, 120] {
        for name in FAULTY {
            for verbose in [false, true] {
                let wanted = width.to_string();
                let path = bundle(name);
                let mut arguments = vec!["--width", wanted.as_str(), path.as_str()];
                if verbose {
                    arguments.push("--verbose");
                }
                let said = say(&arguments);
                for line in said.out.lines() {
                    // A command must stay in one piece, to be copied.
                    if line.trim_start().starts_with("$ ") {
                        continue;
                    }
                    assert!(columns(line) <= width, "{name}: {} columns, not {width}: {line}", columns(line));
                    assert!(!line.ends_with(' '), "{name}: blank at the end of {line:?}");
                }
            }
        }
    }
}

#[test]
fn a_closed_pipe_is_no_error() {
    let mut child = program()
        .args(["--format", "json", &bundle("healthy.hhs")])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut first = [0; 16];
    child.stdout.take().unwrap().read_exact(&mut first).unwrap();
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(0));
    assert_eq!(String::from_utf8_lossy(&output.stderr), "");
}

#[test]
fn json_is_one_document_on_standard_output() {
    for name in FAULTY {
        let said = say(&["--format", "json", &bundle(name)]);
        let report: serde_json::Value = serde_json::from_str(&said.out).expect("JSON");
        assert_eq!(report["schemaVersion"], "1");
        assert_eq!(report["bundle"]["capturedAt"], "2026-10-06T09:41:17Z");
        assert_eq!(said.err, "");
    }
}

#[test]
fn control_characters_are_shown_and_never_sent() {
    let folder = Folder::new("control");
    let yaml = "apiVersion: gwint.githedgehog.com/v1alpha1\nkind: GatewayAgent\nmetadata:\n  name: \"gw\\e]0;owned\\a\\e[31m\"\n  namespace: default\n  generation: 4\nspec: {}\nstatus:\n  lastAppliedGen: 2\n  lastHeartbeat: \"2026-03-11T15:02:18Z\"\n";
    let path = folder.file("bad\u{7}name.yaml", yaml);
    for arguments in [&[path.as_str()][..], &["--verbose", &path], &["inventory", &path]] {
        let said = say(arguments);
        let sent: Vec<char> = said.out.chars().filter(|c| c.is_control() && *c != '\n').collect();
        assert!(sent.is_empty(), "{sent:?} in {}", said.out);
        assert!(!said.err.contains('\u{7}'));
    }
}

#[test]
fn the_same_bytes_twice() {
    let path = bundle("drops.hhs");
    assert_eq!(say(&["--format", "json", &path]).out, say(&["--format", "json", &path]).out);
    assert_eq!(say(&["-v", &path]).out, say(&["-v", &path]).out);
}
