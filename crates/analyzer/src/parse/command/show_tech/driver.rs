//! Workers of the packet driver.

use std::collections::{BTreeMap, BTreeSet};

use super::super::columns::Heading;
use super::super::piece::{Piece, Spanned};
use super::{Section, SectionRead, UnknownLayout};
use crate::source::Span;

/// `Packet driver status` (since dataplane v0.24).
#[derive(Debug, Clone, PartialEq)]
pub struct DriverStatus {
    /// Which layout: `ppline-drops` counts locally consumed packets in the older one.
    pub layout: DriverLayout,
    /// Workers.
    pub workers: Vec<Worker>,
    /// One row per worker and interface, the tables joined.
    pub rows: Vec<DriverRow>,
}

/// Layout of the section.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum DriverLayout {
    /// One table, dataplane v0.24: no kernel drops, and `ppline-drops` is not to be judged.
    OneTable,
    /// `rx tasks` and `rx drops`, since dataplane v0.25.0.
    TwoTables,
}

/// A worker.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Worker {
    /// Number.
    pub index: u32,
    /// `running`, `Terminated(Failed: …)` or `Terminated(Panicked: …)`.
    pub state: Spanned<String>,
    /// The line.
    pub span: Span,
}

impl Worker {
    /// True where the worker ended.
    #[must_use]
    pub fn terminated(&self) -> bool {
        self.state.value.starts_with("Terminated")
    }
}

/// Counters of one interface on one worker.
#[derive(Debug, Clone, PartialEq)]
pub struct DriverRow {
    /// Worker.
    pub worker: u32,
    /// Interface.
    pub interface: Spanned<String>,
    /// `Active`, …
    pub status: Option<Spanned<String>>,
    /// Packets per second.
    pub pps: Option<Spanned<f64>>,
    /// Counters by heading: `pkt-rx`, `pkt-tx`, `wd-misses`, `ppline-drops`, `tx-drops`, `kernel-drops`, …
    pub counters: BTreeMap<String, Spanned<u64>>,
    /// The first row of the interface.
    pub span: Span,
}

impl DriverRow {
    /// A counter; none where the layout does not have it.
    #[must_use]
    pub fn counter(&self, name: &str) -> Option<Spanned<u64>> {
        self.counters.get(name).copied()
    }
}

pub(crate) fn read(section: &mut Section<'_, '_>) -> SectionRead<DriverStatus> {
    let mut out = DriverStatus { layout: DriverLayout::OneTable, workers: Vec::new(), rows: Vec::new() };
    let mut seen = BTreeSet::new();
    let mut index: BTreeMap<(u32, String), usize> = BTreeMap::new();
    let mut heading: Option<Heading<'_>> = None;
    let mut worker = None;
    for line in section.body.lines().filter(|line| !line.is_empty()) {
        let trimmed = line.trim();
        if let Some(found) = Heading::of(line, &["iface"]) {
            heading = Some(found);
            worker = None;
        } else if matches!(trimmed.text, "rx tasks" | "rx drops") {
            out.layout = DriverLayout::TwoTables;
        } else if let Some((number, state)) = worker_line(trimmed) {
            worker = Some(number);
            if !state.is_empty() && seen.insert(number) {
                out.workers.push(Worker { index: number, state: state.string(), span: trimmed.span() });
            }
        } else if let Some(row) = worker.zip(heading.as_ref()).and_then(|(worker, heading)| row(line, worker, heading))
        {
            let key = (row.worker, row.interface.value.clone());
            match index.get(&key).and_then(|at| out.rows.get_mut(*at)) {
                Some(known) => {
                    known.counters.extend(row.counters);
                    known.status = known.status.take().or(row.status);
                    known.pps = known.pps.or(row.pps);
                }
                None => {
                    index.insert(key, out.rows.len());
                    out.rows.push(row);
                }
            }
        } else if heading.is_some() {
            section.skipped.push(trimmed.span());
        }
    }
    if heading.is_none() || (out.workers.is_empty() && out.rows.is_empty()) {
        return Err(UnknownLayout);
    }
    Ok(out)
}

/// `worker 0: running`, `worker 0`.
fn worker_line(line: Piece<'_>) -> Option<(u32, Piece<'_>)> {
    let rest = line.after("worker ")?;
    let number = rest.number()?;
    let state = rest.skip(number.span.end.saturating_sub(number.span.start) as usize);
    Some((u32::try_from(number.value).ok()?, state.after(":").unwrap_or(state)))
}

/// A row; words beyond the heading's belong to the status.
fn row(line: Piece<'_>, worker: u32, heading: &Heading<'_>) -> Option<DriverRow> {
    let words: Vec<_> = line.words().collect();
    let extra = words.len().checked_sub(heading.len())?;
    let mut at = 0_usize;
    let mut row = DriverRow {
        worker,
        interface: words.first()?.string(),
        status: None,
        pps: None,
        counters: BTreeMap::new(),
        span: line.trim().span(),
    };
    for name in heading.names() {
        let word = *words.get(at)?;
        match name.text {
            "iface" => {}
            "status" => {
                at = at.saturating_add(extra);
                let end = words.get(at)?.end().saturating_sub(line.start);
                row.status = Some(line.sub(word.start.saturating_sub(line.start), end).string());
            }
            "pps" => row.pps = word.parse(),
            counter => {
                if let Some(value) = word.parse() {
                    row.counters.insert(counter.to_owned(), value);
                }
            }
        }
        at = at.saturating_add(1);
    }
    (at == words.len()).then_some(row)
}
