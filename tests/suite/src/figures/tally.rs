//! The figures of many judgements.

use std::collections::BTreeMap;
use std::fmt;

use super::{Case, Judgement, Sort};

/// A world that was not diagnosed as it must be.
#[derive(Debug, Clone)]
pub struct Miss {
    /// The world.
    pub case: String,
    /// What is not right.
    pub complaints: Vec<String>,
}

/// How often the diagnosis was right.
#[derive(Debug, Clone, Default)]
pub struct Figures {
    /// Worlds with one or two faults.
    pub faulty: usize,
    /// Of them: with one fault.
    pub single: usize,
    /// Of those with one fault: the first root cause is right.
    pub first: usize,
    /// Of the faulty: all causes named.
    pub named: usize,
    /// Of the faulty: worlds with a root cause too many.
    pub extra: usize,
    /// Of the faulty: worlds with a consequence that the fault does not explain.
    pub stray: usize,
    /// Healthy worlds.
    pub healthy: usize,
    /// Of them: with anything above `info`.
    pub alarms: usize,
    /// Worlds with a data source missing.
    pub missing: usize,
    /// Of them: with a wrong root cause.
    pub missing_wrong: usize,
    /// Worlds cut at a byte.
    pub cut: usize,
    /// Of them: with a wrong root cause.
    pub cut_wrong: usize,
    /// Panics.
    pub panics: usize,
    /// Fault to worlds in which it was named and worlds in which it stood alone.
    pub faults: BTreeMap<&'static str, (usize, usize)>,
    /// Every miss.
    pub misses: Vec<Miss>,
}

impl Figures {
    /// Counts.
    #[must_use]
    pub fn of(judged: &[(Case, Judgement)]) -> Self {
        let mut figures = Self::default();
        for (case, judgement) in judged {
            figures.add(case, judgement);
        }
        figures
    }

    fn add(&mut self, case: &Case, judgement: &Judgement) {
        let one = |wrong: bool| usize::from(wrong);
        self.panics += one(judgement.panicked);
        match case.sort {
            Sort::One | Sort::Two => {
                self.faulty += 1;
                if case.sort == Sort::One {
                    self.single += 1;
                    self.first += one(judgement.first);
                    let entry = self.faults.entry(case.story.first().copied().unwrap_or("")).or_default();
                    entry.0 += one(judgement.clean(case.sort));
                    entry.1 += 1;
                }
                self.named += one(judgement.unnamed.is_empty() && !judgement.panicked);
                self.extra += one(!judgement.extra.is_empty());
                self.stray += one(!judgement.stray.is_empty());
            }
            Sort::Harmless => {
                self.healthy += 1;
                self.alarms += one(!judgement.clean(case.sort));
            }
            Sort::Missing => {
                self.missing += 1;
                self.missing_wrong += one(!judgement.clean(case.sort));
            }
            Sort::Cut => {
                self.cut += 1;
                self.cut_wrong += one(!judgement.clean(case.sort));
            }
        }
        if !judgement.clean(case.sort) {
            let mut complaints = Vec::new();
            if judgement.panicked {
                complaints.push("panic".to_owned());
            }
            let partial = matches!(case.sort, Sort::Missing | Sort::Cut);
            if partial {
                complaints.extend(judgement.wrong.iter().map(|line| format!("wrong: {line}")));
            } else {
                complaints.extend(judgement.unnamed.iter().map(|line| format!("not named: {line}")));
                complaints.extend(judgement.extra.iter().map(|line| format!("extra: {line}")));
                if case.sort == Sort::Harmless {
                    complaints.extend(judgement.stray.iter().map(|line| format!("alarm: {line}")));
                }
            }
            self.misses.push(Miss { case: case.to_string(), complaints });
        }
    }
}

impl fmt::Display for Figures {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let share = |part: usize, whole: usize| {
            let permille = (part * 1000).checked_div(whole).unwrap_or(0);
            format!("{part:>5} of {whole:<5} {:>3}.{} %", permille / 10, permille % 10)
        };
        writeln!(f, "first root cause right (one fault)      {}", share(self.first, self.single))?;
        writeln!(f, "all causes named                        {}", share(self.named, self.faulty))?;
        writeln!(f, "worlds with an extra cause              {}", share(self.extra, self.faulty))?;
        writeln!(f, "worlds with a consequence not expected  {}", share(self.stray, self.faulty))?;
        writeln!(f, "healthy worlds with a false alarm       {}", share(self.alarms, self.healthy))?;
        writeln!(f, "a data source missing: wrong            {}", share(self.missing_wrong, self.missing))?;
        writeln!(f, "cut at a byte: wrong                    {}", share(self.cut_wrong, self.cut))?;
        writeln!(f, "panics                                  {:>5}", self.panics)
    }
}
