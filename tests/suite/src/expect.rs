//! What a bundle must give, written before the rules that give it.

use std::fmt;
use std::path::{Path, PathBuf};

use hh_analyzer::report::{FindingOut, Report};
use hh_analyzer::{Options, Symptom};
use serde::Deserialize;

use crate::Files;

/// The expectation of one world: `bundles/<name>.expect.yaml`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Expectation {
    /// What is wrong, in words.
    pub what: String,
    /// The bundles that must meet it.
    pub bundles: Vec<String>,
    /// What each way to ask gives.
    pub cases: Vec<Case>,
}

/// One way to ask.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Case {
    /// `--expect` options.
    #[serde(default)]
    pub expect: Vec<String>,
    /// `--symptom`.
    #[serde(default)]
    pub symptom: Option<String>,
    /// Verdict.
    pub verdict: String,
    /// All root causes, most important first: `REFERENCE[|REFERENCE] severity Kind/name[ (part)]`. A name or
    /// part may be `*`; a part that is not given may be any.
    #[serde(default)]
    pub roots: Vec<String>,
    /// Lines that prove the first root cause.
    #[serde(default)]
    pub evidence: Vec<Line>,
    /// Findings that something explains: `REFERENCE Kind/name[ (part)]`.
    #[serde(default)]
    pub consequences: Vec<String>,
    /// Findings of `info`: `REFERENCE Kind/name[ (part)]`.
    #[serde(default)]
    pub notes: Vec<String>,
    /// References that must not appear above `info`; `GW-BGP-*` is a family.
    #[serde(default)]
    pub silent: Vec<String>,
    /// Texts in the next steps of the first root cause or, without one, of any finding.
    #[serde(default)]
    pub next: Vec<String>,
}

/// A line of a file in the bundle.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Line {
    /// Path as evidence gives it; `*` for the bundle's own name.
    pub path: String,
    /// Line, from 1.
    #[serde(default)]
    pub line: Option<usize>,
    /// Text that the line holds.
    pub text: String,
}

/// `REFERENCE severity Kind/name (part)` in parts.
struct Pattern<'p> {
    references: Vec<&'p str>,
    severity: Option<&'p str>,
    kind: &'p str,
    name: &'p str,
    part: Option<&'p str>,
}

impl<'p> Pattern<'p> {
    fn parse(text: &'p str, with_severity: bool) -> Self {
        let (rest, part) = match text.split_once(" (") {
            Some((rest, part)) => (rest, Some(part.trim_end_matches(')'))),
            None => (text, None),
        };
        let mut words = rest.split_whitespace();
        let references = words.next().unwrap_or("").split('|').collect();
        let severity = if with_severity { words.next() } else { None };
        let (kind, name) = words.next().and_then(|subject| subject.split_once('/')).unwrap_or(("*", "*"));
        Self { references, severity, kind, name, part }
    }

    fn matches(&self, finding: &FindingOut) -> bool {
        let same = |wanted: &str, given: &str| wanted == "*" || wanted == given;
        self.references.iter().any(|name| finding.reference.iter().any(|given| given == name))
            && self.severity.is_none_or(|severity| same(severity, &finding.severity))
            && same(self.kind, &finding.subject.kind)
            && same(self.name, &finding.subject.name)
            && self.part.is_none_or(|part| same(part, finding.subject.part.as_deref().unwrap_or("")))
    }
}

/// A finding in one line.
#[must_use]
pub fn line_of(finding: &FindingOut) -> String {
    let part = finding.subject.part.as_ref().map(|part| format!(" ({part})")).unwrap_or_default();
    let cause =
        if finding.caused_by.is_empty() { String::new() } else { format!("  <- {}", finding.caused_by.join(", ")) };
    format!(
        "{} {} {}/{}{part}: {}{cause}",
        finding.reference.join("+"),
        finding.severity,
        finding.subject.kind,
        finding.subject.name,
        finding.title
    )
}

/// What does not agree.
#[derive(Debug, Default)]
pub struct Differences(pub Vec<String>);

impl fmt::Display for Differences {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for difference in &self.0 {
            writeln!(f, "    - {difference}")?;
        }
        Ok(())
    }
}

impl Case {
    /// The options of this case.
    ///
    /// # Panics
    /// If one is malformed.
    #[must_use]
    pub fn options(&self) -> Options {
        Options {
            expect: self
                .expect
                .iter()
                .map(|pair| pair.split_once("->").expect("a->b"))
                .map(|(from, to)| (from.to_owned(), to.to_owned()))
                .collect(),
            symptom: self.symptom.as_ref().map(|name| {
                assert_eq!(name, "stops-after-a-while");
                Symptom::StopsAfterAWhile
            }),
            ..Options::default()
        }
    }

    /// Compares a report with the expectation. `bundle` is the file's name, `files` what it holds.
    #[must_use]
    pub fn compare(&self, bundle: &str, report: &Report, files: &Files) -> Differences {
        let mut out = Vec::new();
        if report.verdict.name() != self.verdict {
            out.push(format!(
                "verdict {} (because: {}), not {}",
                report.verdict.name(),
                report.verdict_reason,
                self.verdict
            ));
        }
        self.compare_roots(report, &mut out);
        for wanted in &self.consequences {
            let pattern = Pattern::parse(wanted, false);
            let found: Vec<_> = report.findings.iter().filter(|finding| pattern.matches(finding)).collect();
            if found.is_empty() {
                out.push(format!("no finding {wanted}"));
            } else if found.iter().any(|finding| finding.caused_by.is_empty()) {
                out.push(format!("nothing explains {wanted}"));
            }
        }
        for wanted in &self.notes {
            let pattern = Pattern::parse(wanted, false);
            if !report.findings.iter().any(|finding| pattern.matches(finding) && finding.severity == "info") {
                out.push(format!("no note {wanted}"));
            }
        }
        for silent in &self.silent {
            for finding in report.findings.iter().filter(|finding| finding.severity != "info") {
                let named = match silent.strip_suffix('*') {
                    Some(family) => finding.reference.iter().any(|name| name.starts_with(family)),
                    None => finding.reference.contains(silent),
                };
                if named {
                    out.push(format!("{silent} must be silent, but: {}", line_of(finding)));
                }
            }
        }
        self.compare_evidence(bundle, report, files, &mut out);
        for text in &self.next {
            let steps = report.root_causes.first().map_or_else(
                || report.findings.iter().flat_map(|finding| &finding.next_steps).collect::<Vec<_>>(),
                |root| root.next_steps.iter().collect(),
            );
            let holds = |step: &&hh_analyzer::report::StepOut| {
                step.text.contains(text) || step.command.as_ref().is_some_and(|command| command.contains(text))
            };
            if !steps.iter().any(holds) {
                out.push(format!("no next step holds {text:?}"));
            }
        }
        Differences(out)
    }

    fn compare_roots(&self, report: &Report, out: &mut Vec<String>) {
        let patterns: Vec<Pattern<'_>> = self.roots.iter().map(|root| Pattern::parse(root, true)).collect();
        for (index, pattern) in patterns.iter().enumerate() {
            let at = report.root_causes.iter().position(|finding| pattern.matches(finding));
            match at {
                None => out.push(format!("no root cause {}", self.roots[index])),
                Some(at) if index == 0 && at != 0 => {
                    out.push(format!("root cause {} is number {}, not the first", self.roots[0], at + 1));
                }
                Some(_) => {}
            }
        }
        for finding in &report.root_causes {
            if !patterns.iter().any(|pattern| pattern.matches(finding)) {
                out.push(format!("unexpected root cause {}", line_of(finding)));
            }
        }
    }

    fn compare_evidence(&self, bundle: &str, report: &Report, files: &Files, out: &mut Vec<String>) {
        let Some(pattern) = self.roots.first().map(|root| Pattern::parse(root, true)) else { return };
        let Some(root) = report.root_causes.iter().find(|finding| pattern.matches(finding)) else { return };
        for wanted in &self.evidence {
            // A packed single file is an entry of its own inside the bundle.
            let path = match files.keys().next() {
                Some(only) if wanted.path == "*" && files.len() == 1 => only.clone(),
                _ => wanted.path.replace('*', bundle),
            };
            let given: Vec<(&str, usize)> =
                root.evidence.iter().filter_map(|evidence| Some((evidence.path.as_deref()?, evidence.line?))).collect();
            let holds = |line: usize| {
                let text = files.get(&path).map(|bytes| String::from_utf8_lossy(bytes));
                text.is_some_and(|text| text.lines().nth(line - 1).is_some_and(|line| line.contains(&wanted.text)))
            };
            let met = given
                .iter()
                .any(|(at, line)| *at == path && wanted.line.is_none_or(|wanted| wanted == *line) && holds(*line));
            if !met {
                let shown: Vec<String> = given.iter().map(|(path, line)| format!("{path}:{line}")).collect();
                let line = wanted.line.map(|line| format!(":{line}")).unwrap_or_default();
                out.push(format!("no evidence at {path}{line} with {:?}; there is {}", wanted.text, shown.join(", ")));
            }
        }
    }
}

/// All expectations, by file name.
///
/// # Panics
/// If one cannot be read.
#[must_use]
pub fn all(root: &Path) -> Vec<(String, Expectation)> {
    let mut paths: Vec<PathBuf> = std::fs::read_dir(root)
        .expect("the bundles")
        .map(|entry| entry.expect("an entry").path())
        .filter(|path| path.to_string_lossy().ends_with(".expect.yaml"))
        .collect();
    paths.sort();
    paths
        .into_iter()
        .map(|path| {
            let text = std::fs::read_to_string(&path).expect("an expectation");
            let name = path.file_name().expect("a name").to_string_lossy().into_owned();
            let expectation = serde_yaml::from_str(&text).unwrap_or_else(|error| panic!("{name}: {error}"));
            (name, expectation)
        })
        .collect()
}
