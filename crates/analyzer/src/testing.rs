//! Support for the rules' own tests: a world in, the findings of one rule out.

use std::collections::BTreeMap;

use hh_worlds::World;

use crate::decode::decode;
use crate::facts::{Context, Facts};
use crate::ingest::{Content, DirEntry, Input, InputKind, Opened};
use crate::report::{FindingOut, Report};
use crate::rule::{Rule, RuleRun, Source, SourceSet};
use crate::{Analysis, Options, analyze, open};

/// What one rule said of a world.
#[derive(Debug)]
pub(crate) struct Said {
    /// Its findings, worst first, with causes as in the whole report.
    pub(crate) findings: Vec<FindingOut>,
    /// Subjects that passed.
    pub(crate) passed: usize,
    /// `subject: missing` of what was not checked.
    pub(crate) not_checked: Vec<String>,
}

impl Said {
    /// `severity Kind/name[ (part)]` of each finding.
    pub(crate) fn lines(&self) -> Vec<String> {
        self.findings
            .iter()
            .map(|finding| {
                let subject = &finding.subject;
                let part = subject.part.as_ref().map(|part| format!(" ({part})")).unwrap_or_default();
                format!("{} {}/{}{part}", finding.severity, subject.kind, subject.name)
            })
            .collect()
    }

    /// True if it found nothing above `info`.
    pub(crate) fn is_quiet(&self) -> bool {
        self.findings.iter().all(|finding| finding.severity == "info")
    }
}

/// Analyzes a world as a dump, with all rules.
pub(crate) fn analysis(world: &World, options: &Options) -> Analysis {
    let input = Input { name: "world.hhs".into(), kind: InputKind::File(world.hhs().into_bytes(), None) };
    analyze(open(input, options), options)
}

/// Analyzes files, with all rules.
pub(crate) fn analysis_of_files(files: BTreeMap<String, Vec<u8>>, options: &Options) -> Analysis {
    let entries = files
        .into_iter()
        .map(|(path, bytes)| DirEntry { path, content: Content::File(bytes), modified: None })
        .collect();
    let input = Input { name: "world".into(), kind: InputKind::Directory(entries) };
    analyze(open(input, options), options)
}

/// What a rule says of a world that is captured as a dump.
pub(crate) fn said(rule: &'static dyn Rule, world: &World) -> Said {
    said_with(rule, world, &Options::default())
}

/// The same with options.
pub(crate) fn said_with(rule: &'static dyn Rule, world: &World, options: &Options) -> Said {
    pick(rule, analysis(world, options))
}

/// What a rule says of a world that is captured as files.
pub(crate) fn said_of_files(rule: &'static dyn Rule, files: BTreeMap<String, Vec<u8>>) -> Said {
    pick(rule, analysis_of_files(files, &Options::default()))
}

/// Reads files and shows the facts of their one capture: for tests of derived facts.
pub(crate) fn with_facts_of_files<T>(
    files: BTreeMap<String, Vec<u8>>,
    look: impl FnOnce(&crate::facts::Facts<'_>) -> T,
) -> T {
    let options = Options::default();
    let entries = files
        .into_iter()
        .map(|(path, bytes)| DirEntry { path, content: Content::File(bytes), modified: None })
        .collect();
    let input = Input { name: "facts".into(), kind: InputKind::Directory(entries) };
    let crate::ingest::Opened { mut sources, mut problems, .. } = open(input, &options).opened;
    let mut decoded = crate::decode::decode(&mut sources, &mut problems, &options);
    assert_eq!(decoded.captures.len(), 1, "one capture");
    look(&crate::facts::Facts::new(&sources, &options, decoded.captures.remove(0)))
}

/// Looks at the facts of a world that is captured as a dump.
pub(crate) fn with_facts<T>(world: &World, look: impl FnOnce(&Context<'_>) -> T) -> T {
    let options = Options::default();
    let input = Input { name: "world.hhs".into(), kind: InputKind::File(world.hhs().into_bytes(), None) };
    let Opened { mut sources, mut problems, .. } = open(input, &options).opened;
    let decoded = decode(&mut sources, &mut problems, &options);
    let capture = decoded.captures.into_iter().next().expect("a capture");
    let facts = Facts::new(&sources, &options, capture);
    look(&Context::new(&facts))
}

fn pick(rule: &'static dyn Rule, analysis: Analysis) -> Said {
    let id = rule.meta().id;
    let Analysis { report, runs, .. } = analysis;
    let failed: Vec<&RuleRun> = runs.iter().flatten().filter(|run| run.failed).collect();
    assert!(failed.is_empty(), "rules panicked: {failed:?}");
    // Every example of any rule runs all rules: none may read a source that it does not declare.
    for run in runs.iter().flatten() {
        let declared: SourceSet = run.meta.needs.iter().chain(run.meta.uses).copied().collect();
        let more: Vec<Source> = run.read.iter().filter(|source| !declared.contains(*source)).collect();
        assert!(more.is_empty(), "{} reads {more:?} undeclared", run.meta.id);
    }
    let Report { findings, passed, not_checked, .. } = report;
    Said {
        findings: findings.into_iter().filter(|finding| finding.rule == id).collect(),
        passed: passed.iter().find(|passed| passed.rule == id).map_or(0, |passed| passed.subjects),
        not_checked: not_checked
            .into_iter()
            .filter(|not| not.rule == id)
            .map(|not| match not.subject {
                Some(subject) => format!("{subject}: {}", not.missing),
                None => not.missing,
            })
            .collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn healthy_worlds_are_quiet() {
        for (name, world) in [("healthy", World::healthy()), ("older", World::older())] {
            let report = analysis(&world.small(), &Options::default()).report;
            let loud: Vec<String> = report
                .findings
                .iter()
                .filter(|f| f.severity != "info")
                .map(|f| format!("{}: {}", f.id, f.title))
                .collect();
            assert!(loud.is_empty(), "{name}: {loud:#?}");
        }
    }
}
