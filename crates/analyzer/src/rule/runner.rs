//! Runs rules: in parallel, each isolated from the others.

use std::panic::{AssertUnwindSafe, catch_unwind};

use rayon::prelude::*;

use super::{Domain, Meta, Outcome, Rule, Source, SourceSet, Unchecked};
use crate::facts::{Context, Facts};

/// What one rule did.
#[derive(Debug)]
pub struct RuleRun {
    /// The rule.
    pub meta: &'static Meta,
    /// What it said.
    pub outcome: Outcome,
    /// What it read.
    pub read: SourceSet,
    /// True if it failed: a defect of the analyzer, reported as a problem.
    pub failed: bool,
}

/// Runs the rules over the facts; the result has the order of `rules`.
#[must_use]
pub fn run(rules: &[&'static dyn Rule], facts: &Facts<'_>) -> Vec<RuleRun> {
    rules.par_iter().map(|rule| run_one(*rule, facts)).collect()
}

fn run_one(rule: &'static dyn Rule, facts: &Facts<'_>) -> RuleRun {
    let meta = rule.meta();
    let cx = Context::new(facts);
    let mut outcome = Outcome::new(meta);
    let shown = match rule.domain() {
        Domain::Gateway => facts.holds_gateways(),
        Domain::Fabric => facts.holds_fabric(),
    };
    let missing: Vec<Source> = meta.needs.iter().copied().filter(|source| !facts.captured(*source)).collect();
    if !missing.is_empty() {
        // A rule whose needs are missing is only worth a line where the bundle has its domain at all.
        if shown {
            outcome.unchecked.extend(missing.into_iter().map(|source| Unchecked {
                subject: None,
                missing: source.title().to_owned(),
                source: Some(source),
            }));
        }
        return RuleRun { meta, outcome, read: SourceSet::default(), failed: false };
    }
    let failed = catch_unwind(AssertUnwindSafe(|| rule.check(&cx, &mut outcome))).is_err();
    if !shown {
        outcome.unchecked.retain(|unchecked| unchecked.subject.is_some());
    }
    RuleRun { meta, outcome, read: cx.read(), failed }
}
