//! A report against what must be said.

use hh_analyzer::report::{FindingOut, Report};
use hh_worlds::fault::{Cause, Least};

use super::{Case, Sort};
use crate::expect::line_of;

/// What is right and wrong in one report.
#[derive(Debug, Clone, Default)]
pub struct Judgement {
    /// The analyzer panicked.
    pub panicked: bool,
    /// The first root cause is one that must be named.
    pub first: bool,
    /// Causes that nobody named.
    pub unnamed: Vec<String>,
    /// Root causes above `info` that are none of them.
    pub extra: Vec<String>,
    /// Consequences above `info` that no cause explains.
    pub stray: Vec<String>,
    /// With data missing: root causes that are neither a cause nor one of its consequences.
    pub wrong: Vec<String>,
}

impl Judgement {
    /// Whether there is nothing to complain of.
    #[must_use]
    pub fn clean(&self, sort: Sort) -> bool {
        let complete = match sort {
            Sort::One | Sort::Two => self.first && self.unnamed.is_empty() && self.extra.is_empty(),
            Sort::Harmless => self.extra.is_empty() && self.stray.is_empty(),
            Sort::Missing | Sort::Cut => self.wrong.is_empty(),
        };
        complete && !self.panicked
    }
}

fn least(name: &str) -> Least {
    match name {
        "critical" => Least::Critical,
        "error" => Least::Error,
        "warning" => Least::Warning,
        _ => Least::Info,
    }
}

fn family(pattern: &str, name: &str) -> bool {
    pattern.strip_suffix('*').map_or(pattern == name, |beginning| name.starts_with(beginning))
}

fn named_by(cause: &Cause, finding: &FindingOut) -> bool {
    cause.references.iter().any(|wanted| finding.reference.iter().any(|given| given == wanted))
        && (cause.kind == "*" || cause.kind == finding.subject.kind)
        && (cause.names.contains(&finding.subject.name) || cause.kind == "*" && mentions(cause, finding))
}

/// An object of any kind: its name may stand in the part or in the title.
fn mentions(cause: &Cause, finding: &FindingOut) -> bool {
    cause.names.iter().any(|name| {
        finding.subject.part.as_deref().is_some_and(|part| part.contains(name)) || finding.title.contains(name)
    })
}

fn explained_by(cause: &Cause, finding: &FindingOut) -> bool {
    cause
        .explains
        .iter()
        .chain(cause.references)
        .any(|pattern| finding.reference.iter().any(|name| family(pattern, name)))
}

/// Judges a report.
#[must_use]
pub fn judge(case: &Case, report: &Report) -> Judgement {
    let mut judgement = Judgement::default();
    let roots: Vec<&FindingOut> =
        report.root_causes.iter().filter(|root| least(&root.severity) > Least::Info).collect();
    judgement.first = roots.first().is_some_and(|first| case.causes.iter().any(|cause| named_by(cause, first)));
    for cause in &case.causes {
        let named = roots.iter().any(|root| named_by(cause, root) && least(&root.severity) >= cause.least);
        if !named {
            let said = report
                .findings
                .iter()
                .find(|finding| named_by(cause, finding))
                .map_or("nobody says it".into(), line_of);
            judgement.unnamed.push(format!(
                "{} {}/{} ({said})",
                cause.references.join("|"),
                cause.kind,
                cause.names.join("|")
            ));
        }
    }
    for root in &roots {
        if !case.causes.iter().any(|cause| named_by(cause, root)) {
            judgement.extra.push(line_of(root));
            if !case.causes.iter().any(|cause| explained_by(cause, root)) {
                judgement.wrong.push(line_of(root));
            }
        }
    }
    for finding in &report.findings {
        let above = least(&finding.severity) > Least::Info;
        let root = roots.iter().any(|root| root.id == finding.id);
        let known = case.causes.iter().any(|cause| named_by(cause, finding) || explained_by(cause, finding));
        if above && !root && !known {
            judgement.stray.push(line_of(finding));
        }
    }
    judgement
}
