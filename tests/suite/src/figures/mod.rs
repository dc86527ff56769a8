//! How often the diagnosis is right: worlds drawn by seed, each with what must be said of it.

mod draw;
mod judge;
mod tally;

pub use draw::{Case, Form, Sort};
pub use judge::{Judgement, judge};
pub use tally::{Figures, Miss};

use rayon::prelude::*;

use crate::load::run;

/// Draws the worlds of a seed, diagnoses each and counts.
#[must_use]
pub fn measure(seed: u64, indexes: &[u64]) -> Figures {
    let judged: Vec<(Case, Judgement)> = indexes
        .par_iter()
        .map(|index| {
            let case = Case::draw(seed, *index);
            let judgement = diagnose(&case);
            (case, judgement)
        })
        .collect();
    Figures::of(&judged)
}

/// Diagnoses one world.
#[must_use]
pub fn diagnose(case: &Case) -> Judgement {
    let input = case.input();
    let result =
        std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| run(input, &hh_analyzer::Options::default())));
    match result {
        Ok(analysis) => judge::judge(case, &analysis.report),
        Err(_) => Judgement { panicked: true, ..Judgement::default() },
    }
}
