//! Is a generation refused right now? Read from the logs and the configuration history (gateway reference
//! 2.3, 7.1, 7.4, 8.2).

use std::borrow::Cow;

use jiff::Timestamp;

use super::{Gw, LogRef};
use crate::finding::Evidence;
use crate::parse::command::{HistoryRow, config_history};
use crate::parse::log::literals::{agent25, dataplane};
use crate::parse::log::{Hit, block};
use crate::source::Place;
use crate::validate::explain::inner_error;

/// A generation that the gateway refuses; nothing later in the capture says otherwise.
#[derive(Debug, Clone)]
pub struct Refusal {
    /// The generation; none where neither line nor object tells it.
    pub generation: Option<i64>,
    /// False if the object has a newer generation, of which nothing is known yet.
    pub newest: bool,
    /// The error without the words that wrap it.
    pub error: String,
    /// Proof: the first and the last log line, then the row of the history.
    pub evidence: Vec<Evidence>,
    /// Times of the first and the last log line.
    pub times: Option<(Timestamp, Timestamp)>,
}

/// What a log says.
struct Logged<'b> {
    generation: Option<i64>,
    error: Cow<'b, str>,
    hit: &'b Hit,
    first: &'b Hit,
    count: usize,
}

impl<'b> Gw<'_, 'b> {
    /// The generation that this gateway refuses now, if any.
    #[must_use]
    pub fn refusal(&self) -> Option<Refusal> {
        let log = if self.is_25_05() { self.agent_log() } else { self.dataplane_log() };
        let logged = log.and_then(|log| Some((log, logged(log)?)));
        let logged = logged.filter(|(_, found)| !self.is_over(found.generation, found.hit.time()));
        let row = self.refused_row().filter(|(row, _)| !self.is_over(Some(row.genid), row.applied.or(row.created)));
        let Some((log, found)) = logged else {
            let (row, place) = row?;
            return Some(Refusal {
                generation: Some(row.genid),
                newest: self.generation().is_none_or(|newest| row.genid >= newest),
                error: inner_error(row.error.as_deref().unwrap_or_default()).to_owned(),
                evidence: vec![row_evidence(&row, place)],
                times: None,
            });
        };
        let (first, last) = (found.first.time(), found.hit.time());
        let mut evidence = vec![log.evidence(found.first, line_note(found.count, first, last))];
        if found.count > 1 {
            evidence.push(log.evidence(found.hit, "the last of these lines"));
        }
        let generation = found.generation.or_else(|| self.generation());
        evidence
            .extend(row.filter(|(row, _)| Some(row.genid) == generation).map(|(row, place)| row_evidence(&row, place)));
        Some(Refusal {
            generation,
            newest: match (generation, self.generation()) {
                (Some(refused), Some(newest)) => refused >= newest,
                _ => true,
            },
            error: inner_error(&found.error).to_owned(),
            evidence,
            times: first.zip(last),
        })
    }

    /// The configuration history with the places of its rows: of `show tech`, else the last one in the log.
    #[must_use]
    pub fn history(&self) -> Vec<(HistoryRow, Place)> {
        if let Some(output) = self.show_tech()
            && let Some(rows) = &output.value.history
        {
            return rows.iter().map(|row| (row.clone(), output.place(row.span))).collect();
        }
        let Some(log) = self.dataplane_log() else { return Vec::new() };
        let Some(heading) = log.hits(&dataplane::CONFIG_HISTORY).last() else { return Vec::new() };
        let message = block(log.text(), heading.line);
        config_history(log.slice(message), message.start as usize)
            .into_iter()
            .map(|row| {
                let place = log.place(row.span);
                (row, place)
            })
            .collect()
    }

    /// The newest row that is no rollback, if it holds an error.
    fn refused_row(&self) -> Option<(HistoryRow, Place)> {
        let newest = self.history().into_iter().rev().find(|(row, _)| !row.rollback)?;
        newest.0.error.is_some().then_some(newest)
    }

    /// True if the status, written at or after that moment, says that the generation (or a newer one) runs.
    /// The status of 25.05 follows the generation in any case; there FRR has to have taken it.
    fn is_over(&self, generation: Option<i64>, last: Option<Timestamp>) -> bool {
        let (Some(newest), Some(applied)) = (self.generation(), self.applied()) else { return false };
        let applied = if self.is_25_05() { self.frr_applied().unwrap_or(0) } else { applied };
        let runs = match generation {
            Some(refused) => applied >= refused,
            None => applied == newest,
        };
        runs && match (last, self.status_at()) {
            (Some(last), Some(written)) => written >= last,
            _ => true,
        }
    }
}

/// The refusal that stands last in a log and that no later line of it ends.
fn logged<'b>(log: LogRef<'b>) -> Option<Logged<'b>> {
    let text = log.text();
    let refused = [&dataplane::APPLY_FAILED, &agent25::REFUSED];
    let hits: Vec<&'b Hit> = refused.into_iter().flat_map(|literal| log.current(literal)).collect();
    let unreadable: Vec<&'b Hit> = log.current(&dataplane::CONVERT_FAILED).collect();
    let start = |hit: &&&Hit| hit.line.start;
    let last = *hits.iter().chain(&unreadable).max_by_key(start)?;
    let number = |hit: &Hit| hit.number(text, "generation").and_then(|number| i64::try_from(number).ok());
    let converts = std::ptr::eq(last.literal, &raw const dataplane::CONVERT_FAILED);
    let generation = if converts { None } else { number(last) };
    let same: Vec<&Hit> =
        if converts { unreadable } else { hits.into_iter().filter(|hit| number(hit) == generation).collect() };
    Some(Logged {
        generation,
        error: last.field(text, "error").unwrap_or_default(),
        hit: last,
        first: same.first().copied().unwrap_or(last),
        count: same.len(),
    })
}

fn line_note(count: usize, first: Option<Timestamp>, last: Option<Timestamp>) -> String {
    let seconds = |time: Timestamp| Timestamp::from_second(time.as_second()).unwrap_or(time);
    match (count, first, last) {
        (0 | 1, _, _) => "the dataplane refuses it".to_owned(),
        (_, Some(first), Some(last)) => {
            format!("the dataplane refuses it: {count} times from {} to {}", seconds(first), seconds(last))
        }
        _ => format!("the dataplane refuses it: {count} times"),
    }
}

fn row_evidence(row: &HistoryRow, place: Place) -> Evidence {
    let evidence = Evidence::at(place, format!("generation {} failed, says the configuration history", row.genid));
    match &row.error {
        Some(error) => evidence.value(error.clone()),
        None => evidence,
    }
}
