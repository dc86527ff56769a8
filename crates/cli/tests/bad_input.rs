//! Damaged and odd input: a clear, located message each, and nothing lost beside it.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "tests: a panic is how they fail"
)]

mod common;

use std::io::Write as _;

use common::{Folder, Said, bundle, say};
use hh_suite::{Files, pack};
use serde_json::Value;

/// A GatewayAgent that runs an old generation.
const AGENT: &str = "apiVersion: gwint.githedgehog.com/v1alpha1\nkind: GatewayAgent\nmetadata:\n  name: gw-west\n  namespace: default\n  generation: 15\n  creationTimestamp: \"2026-03-02T08:11:41Z\"\nspec:\n  gateway:\n    asn: 65534\nstatus:\n  lastAppliedGen: 14\n  lastAppliedTime: \"2026-03-11T14:20:03Z\"\n  lastHeartbeat: \"2026-03-11T15:02:18Z\"\n";

/// The JSON report of a bundle.
fn report(path: &str) -> (Value, Said) {
    let said = say(&["--format", "json", "--captured-at", "2026-03-11T15:02:20Z", path]);
    let report = serde_json::from_str(&said.out).unwrap_or_else(|error| panic!("{error}: {}{}", said.out, said.err));
    (report, said)
}

/// `level kind path:line: message` of every problem.
fn problems(report: &Value) -> Vec<String> {
    report["inputProblems"]
        .as_array()
        .expect("problems")
        .iter()
        .map(|problem| {
            let line = problem["line"].as_u64().map(|line| format!(":{line}")).unwrap_or_default();
            format!(
                "{} {} {}{line}: {}",
                problem["level"].as_str().unwrap_or(""),
                problem["kind"].as_str().unwrap_or(""),
                problem["path"].as_str().unwrap_or(""),
                problem["message"].as_str().unwrap_or(""),
            )
        })
        .collect()
}

/// True if the lag of `gw-west` was found: nothing was lost.
fn sees_the_lag(report: &Value) -> bool {
    report["findings"]
        .as_array()
        .expect("findings")
        .iter()
        .any(|finding| finding["rule"] == "gateway-config-not-applied" && finding["subject"]["name"] == "gw-west")
}

/// Asserts that a problem holds all these words, and gives it.
#[track_caller]
fn assert_problem(report: &Value, words: &[&str]) {
    let problems = problems(report);
    let lower: Vec<String> = problems.iter().map(|problem| problem.to_lowercase()).collect();
    assert!(
        lower.iter().any(|problem| words.iter().all(|word| problem.contains(&word.to_lowercase()))),
        "no problem with {words:?} in {problems:#?}"
    );
}

#[test]
fn empty_file_and_directory() {
    let folder = Folder::new("empty");
    let (report, said) = report(&folder.file("bundle.zip", ""));
    assert_eq!(said.code, 2);
    assert_problem(&report, &["bundle.zip", "empty"]);
    let empty = Folder::new("empty-directory");
    let (report, said) = self::report(&empty.path());
    assert_eq!(said.code, 2);
    assert_problem(&report, &["no files"]);
}

#[test]
fn an_empty_file_beside_others() {
    let folder = Folder::new("empty-beside");
    folder.file("agents.yaml", AGENT);
    folder.file("pods.txt", "");
    let (report, _) = report(&folder.path());
    assert!(sees_the_lag(&report));
}

#[test]
fn not_the_archive_that_its_name_says() {
    let folder = Folder::new("ending");
    let (report, said) = report(&folder.file("bundle.zip", AGENT));
    assert!(sees_the_lag(&report), "{}", said.out);
    let zip = pack::zip(&Files::from([("agents.yaml".into(), AGENT.into())]));
    let (report, _) = self::report(&folder.file("bundle.txt", zip));
    assert_eq!(report["bundle"]["format"], "zip");
    assert!(sees_the_lag(&report));
    let (report, said) = self::report(&folder.file("noise.zip", b"PK this is no archive at all\0\0\0"));
    assert_eq!(said.code, 2, "{report}");
}

#[test]
fn truncated_archives_give_what_is_left() {
    let folder = Folder::new("truncated");
    let filler: Vec<u8> = (0..40_000_u32).flat_map(|n| n.wrapping_mul(2_654_435_761).to_le_bytes()).collect();
    let files = Files::from([("a/agents.yaml".into(), AGENT.into()), ("z/filler.bin".into(), filler)]);
    let tar = pack::tar(&files);
    for (name, bytes) in [
        ("t.zip", pack::zip(&files)),
        ("t.tar", tar.clone()),
        ("t.tar.gz", pack::gzip(&tar)),
        ("t.tar.bz2", pack::bzip2(&tar)),
    ] {
        let cut = bytes.len() * 9 / 10;
        let (report, said) = report(&folder.file(name, &bytes[..cut]));
        assert_problem(&report, &[name]);
        let problems = problems(&report).join("\n").to_lowercase();
        assert!(
            ["cut", "truncated", "ends", "incomplete"].iter().any(|word| problems.contains(word)),
            "{name}: {problems}"
        );
        if name != "t.tar.bz2" {
            assert!(sees_the_lag(&report), "{name}: {}", said.out);
            assert_ne!(said.code, 2, "{name}");
        }
    }
}

#[test]
fn truncated_dump() {
    let folder = Folder::new("dump");
    let whole = std::fs::read_to_string(bundle("gateway-gen-lag.hhs")).unwrap();
    let at = whole.find("kind: GatewayAgent").unwrap();
    let cut = &whole[..at + 14_000];
    let (report, said) = report(&folder.file("cut.hhs", cut));
    assert_problem(&report, &["cut.hhs", "truncated"]);
    assert_eq!(report["bundle"]["format"], "hhs");
    assert_ne!(said.code, 2);
}

#[test]
fn encrypted_zip_says_so() {
    let folder = Folder::new("encrypted");
    let mut zip = pack::zip(&Files::from([("agents.yaml".into(), AGENT.into()), ("notes.txt".into(), b"x".to_vec())]));
    // The flag of the first entry, in its local header and in the directory.
    zip[6] |= 1;
    let central = zip.windows(4).position(|window| window == b"PK\x01\x02").unwrap();
    zip[central + 8] |= 1;
    let (report, _) = report(&folder.file("secret.zip", zip));
    assert_problem(&report, &["secret.zip", "agents.yaml", "encrypted"]);
}

#[test]
fn unsafe_names_links_and_duplicates() {
    let folder = Folder::new("names");
    let mut builder = Vec::new();
    {
        let mut writer = zip_writer(&mut builder);
        writer.entry("../../etc/agents.yaml", AGENT.as_bytes());
        writer.entry("a.txt", b"one");
        writer.entry("a.txt", b"two");
        writer.finish();
    }
    let (report, _) = report(&folder.file("names.tar", builder));
    assert!(sees_the_lag(&report));
    assert_problem(&report, &["etc/agents.yaml", ".."]);
    assert_problem(&report, &["a.txt", "more than one"]);
    assert!(!std::path::Path::new("/etc/agents.yaml").exists());
    #[cfg(unix)]
    {
        let linked = Folder::new("links");
        linked.file("agents.yaml", AGENT);
        std::os::unix::fs::symlink("/etc/passwd", linked.0.join("passwd.yaml")).unwrap();
        std::os::unix::fs::symlink(".", linked.0.join("loop")).unwrap();
        let (report, said) = self::report(&linked.path());
        assert!(sees_the_lag(&report));
        assert_problem(&report, &["passwd.yaml", "link"]);
        assert!(!said.out.contains("root:"));
    }
}

/// The smallest tar writer: names as they are given.
struct TarWriter<'a>(&'a mut Vec<u8>);

fn zip_writer(out: &mut Vec<u8>) -> TarWriter<'_> {
    TarWriter(out)
}

impl TarWriter<'_> {
    fn entry(&mut self, name: &str, content: &[u8]) {
        let mut header = [0_u8; 512];
        header[..name.len()].copy_from_slice(name.as_bytes());
        header[100..108].copy_from_slice(b"0000644\0");
        header[108..116].copy_from_slice(b"0000000\0");
        header[116..124].copy_from_slice(b"0000000\0");
        header[124..136].copy_from_slice(format!("{:011o}\0", content.len()).as_bytes());
        header[136..148].copy_from_slice(b"00000000000\0");
        header[148..156].copy_from_slice(b"        ");
        header[156] = b'0';
        header[257..265].copy_from_slice(b"ustar\x0000");
        let sum: u32 = header.iter().map(|byte| u32::from(*byte)).sum();
        header[148..156].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
        self.0.write_all(&header).unwrap();
        self.0.write_all(content).unwrap();
        self.0.resize(self.0.len().next_multiple_of(512), 0);
    }

    fn finish(self) {
        self.0.resize(self.0.len() + 1024, 0);
    }
}

#[test]
fn encodings() {
    let folder = Folder::new("encodings");
    let utf16: Vec<u8> = [0xff, 0xfe].into_iter().chain(AGENT.encode_utf16().flat_map(u16::to_le_bytes)).collect();
    let big: Vec<u8> = [0xfe, 0xff].into_iter().chain(AGENT.encode_utf16().flat_map(u16::to_be_bytes)).collect();
    for (name, content) in [
        ("utf16le.yaml", utf16),
        ("utf16be.yaml", big),
        ("bom.yaml", [b"\xef\xbb\xbf", AGENT.as_bytes()].concat()),
        ("crlf.yaml", AGENT.replace('\n', "\r\n").into_bytes()),
        ("ansi.yaml", format!("\u{1b}[0m$ kubectl get gatewayagents -o yaml\n{AGENT}").into_bytes()),
    ] {
        let (report, said) = report(&folder.file(name, content));
        assert!(sees_the_lag(&report), "{name}: {}{}", said.out, said.err);
        let evidence = &report["findings"][0]["evidence"][0];
        assert!(evidence["line"].as_u64().is_some_and(|line| line > 5), "{name}: {evidence}");
    }
    let mut broken = AGENT.as_bytes().to_vec();
    let at = AGENT.find("asn").unwrap();
    broken.splice(at..at, *b"note: \xff\xfe\x80\n    ");
    let (report, _) = report(&folder.file("invalid.yaml", broken));
    assert!(sees_the_lag(&report));
    assert_problem(&report, &["invalid.yaml", "utf-8"]);
}

#[test]
fn evidence_lines_are_those_of_the_file() {
    let folder = Folder::new("lines");
    for (name, content) in [
        ("plain.yaml", AGENT.to_owned()),
        ("crlf.yaml", AGENT.replace('\n', "\r\n")),
        ("bom.yaml", format!("\u{feff}{AGENT}")),
    ] {
        let (report, _) = report(&folder.file(name, content));
        let finding = report["findings"]
            .as_array()
            .unwrap()
            .iter()
            .find(|finding| finding["rule"] == "gateway-config-not-applied")
            .unwrap()
            .clone();
        let lines: Vec<u64> =
            finding["evidence"].as_array().unwrap().iter().filter_map(|e| e["line"].as_u64()).collect();
        assert!(lines.contains(&12), "{name}: {lines:?}");
    }
}

#[test]
fn odd_yaml_loses_only_what_is_broken() {
    let folder = Folder::new("yaml");
    let broken_middle = format!(
        "apiVersion: v1\nkind: Pod\nmetadata:\n  name: one\n---\napiVersion: v1\nkind: Pod\nmetadata: {{name: [unclosed\n---\n{AGENT}"
    );
    let (report, _) = report(&folder.file("broken.yaml", broken_middle));
    assert!(sees_the_lag(&report));
    assert_problem(&report, &["broken.yaml:"]);

    let tab = AGENT.replace("spec:\n", "spec:\n\tnote: x\n");
    let (report, _) =
        self::report(&folder.file("tab.yaml", format!("{}---\n{tab}", AGENT.replace("gw-west", "gw-east"))));
    assert_problem(&report, &["tab.yaml:", "tab"]);

    let twice = AGENT.replace("  generation: 15\n", "  generation: 14\n  generation: 15\n");
    let (report, _) = self::report(&folder.file("twice.yaml", twice));
    assert_problem(&report, &["twice.yaml:", "generation"]);

    let anchors = AGENT.replace("status:\n", "x: &a {b: 1}\ny: *a\nstatus:\n");
    let (report, _) = self::report(&folder.file("anchors.yaml", anchors));
    assert!(sees_the_lag(&report));

    let strings =
        AGENT.replace("generation: 15", "generation: \"15\"").replace("lastAppliedGen: 14", "lastAppliedGen: '14'");
    let (report, _) = self::report(&folder.file("strings.yaml", strings));
    assert!(sees_the_lag(&report));
}

#[test]
fn a_wrong_type_loses_the_field_not_the_object() {
    let folder = Folder::new("types");
    let wrong = AGENT.replace("    asn: 65534\n", "    asn: [1, 2]\n    protocolIP: {a: b}\n");
    let (report, _) = report(&folder.file("types.yaml", wrong));
    assert!(sees_the_lag(&report));
    assert_problem(&report, &["types.yaml:", "asn"]);
    let time = AGENT.replace("2026-03-11T15:02:18Z", "half past three");
    let (report, _) = self::report(&folder.file("time.yaml", time));
    assert_problem(&report, &["time.yaml:14", "lastHeartbeat", "time"]);
}

#[test]
fn numbers_above_53_bits_are_exact() {
    let folder = Folder::new("numbers");
    let large = AGENT
        .replace("generation: 15", "generation: 9007199254740995")
        .replace("lastAppliedGen: 14", "lastAppliedGen: 9007199254740993");
    let (report, said) = report(&folder.file("large.yaml", large));
    assert!(sees_the_lag(&report));
    assert!(said.out.contains("9007199254740993") && said.out.contains("9007199254740995"), "{}", said.out);
}

#[test]
fn an_empty_list_is_not_collected() {
    let folder = Folder::new("list");
    folder.file("agents.yaml", AGENT);
    folder.file("gateways.yaml", "apiVersion: v1\nitems: []\nkind: List\nmetadata:\n  resourceVersion: \"\"\n");
    folder.file("pods.yaml", "apiVersion: v1\nitems: []\nkind: PodList\nmetadata: {}\n");
    let (report, _) = report(&folder.path());
    assert!(sees_the_lag(&report));
    let loud: Vec<&Value> = report["findings"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|finding| finding["severity"] != "info" && finding["rule"] != "gateway-config-not-applied")
        .collect();
    assert!(loud.is_empty(), "{loud:#?}");
}

#[test]
fn errors_in_place_of_output() {
    let folder = Folder::new("errors");
    folder.file("agents.yaml", AGENT);
    folder.file("gateways.yaml", "Error from server (Forbidden): gateways.gateway.githedgehog.com is forbidden\n");
    folder.file("pods.txt", "No resources found in fab namespace.\n");
    let (report, _) = report(&folder.path());
    assert!(sees_the_lag(&report));
    assert_problem(&report, &["gateways.yaml", "Forbidden"]);
}

#[cfg(unix)]
#[test]
fn an_unreadable_file_is_named() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = Folder::new("unreadable");
    folder.file("agents.yaml", AGENT);
    let secret = folder.file("pods.yaml", "x");
    std::fs::set_permissions(&secret, std::fs::Permissions::from_mode(0o000)).unwrap();
    if std::fs::read(&secret).is_ok() {
        // The superuser reads everything.
        return;
    }
    let (report, _) = report(&folder.path());
    assert!(sees_the_lag(&report));
    assert_problem(&report, &["pods.yaml", "permission denied"]);
}

#[test]
fn limits_are_kept_and_told() {
    let folder = Folder::new("limits");
    let files: Files = (0..50).map(|index| (format!("{index:02}.txt"), b"x".to_vec())).collect();
    let path = folder.file("many.zip", pack::zip(&files));
    let said = say(&["--format", "json", "--max-entries", "10", &path]);
    let report: Value = serde_json::from_str(&said.out).unwrap();
    assert_problem(&report, &["many.zip", "more than 10"]);
    let nested = (0..6).fold(pack::zip(&Files::from([("agents.yaml".into(), AGENT.into())])), |inner, _| {
        pack::zip(&Files::from([("inner.zip".into(), inner)]))
    });
    let said = say(&["--format", "json", "--max-depth", "3", &folder.file("deep.zip", nested)]);
    let report: Value = serde_json::from_str(&said.out).unwrap();
    assert_problem(&report, &["deep.zip", "deep"]);
    let zeros = pack::gzip(&vec![b'0'; 100 << 20]);
    let said = say(&["--format", "json", "--max-ratio", "10", &folder.file("bomb.gz", zeros)]);
    let report: Value = serde_json::from_str(&said.out).unwrap();
    assert_problem(&report, &["bomb.gz", "10 times"]);
}
