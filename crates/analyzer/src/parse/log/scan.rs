//! One pass over a log with one automaton.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use aho_corasick::{AhoCorasick, AhoCorasickKind, MatchKind};
use jiff::Timestamp;

use super::ansi::Plain;
use super::dialect::Dialect;
use super::hit::{Fold, Hit};
use super::line::{LineInfo, parse_line};
use super::literal::{Literal, Stream};
use super::template::{self, FIELDS};
use super::{context, literals, over};
use crate::source::Span;

/// How many lines are read back from a line without a stamp to the message that it belongs to.
const LOOK_BACK: usize = 64;
/// How many lines are tried for the first and the last time of a log.
const EDGE_LINES: usize = 200;
/// Lines of the tail.
const TAIL_LINES: usize = 5;

/// What a log holds.
#[derive(Debug, Clone)]
pub struct LogScan {
    /// The stream that the log was read as.
    pub stream: Stream,
    /// Number of lines.
    pub lines: usize,
    /// Form of the first line that has one.
    pub dialect: Option<Dialect>,
    /// Time of the first dated line.
    pub first_time: Option<Timestamp>,
    /// Time of the last dated line.
    pub last_time: Option<Timestamp>,
    /// Every literal found, in order.
    pub hits: Vec<Hit>,
    /// The last few non-empty lines.
    pub tail: Span,
}

/// The automaton of one stream.
struct Table {
    automaton: Option<AhoCorasick>,
    /// Literals that a pattern stands for.
    owners: Vec<Vec<u16>>,
    literals: Vec<&'static Literal>,
}

/// Built on first use, one per stream.
static TABLES: [OnceLock<Table>; Stream::ALL.len()] = [const { OnceLock::new() }; Stream::ALL.len()];

fn table(stream: Stream) -> Option<&'static Table> {
    let slot = Stream::ALL.iter().position(|known| *known == stream)?;
    TABLES.get(slot).map(|table| table.get_or_init(|| build(stream)))
}

fn build(stream: Stream) -> Table {
    let literals: Vec<&'static Literal> = literals::all().filter(|literal| literal.counts_in(stream)).collect();
    let mut patterns: BTreeMap<String, Vec<u16>> = BTreeMap::new();
    for (index, literal) in literals.iter().enumerate() {
        let Ok(index) = u16::try_from(index) else {
            break;
        };
        for text in &literal.compiled().texts {
            let needle = text.needle().to_ascii_lowercase();
            if !needle.is_empty() {
                patterns.entry(needle).or_default().push(index);
            }
        }
    }
    // Case is checked by the templates; overlapping matches are needed because texts share words.
    let automaton = AhoCorasick::builder()
        .match_kind(MatchKind::Standard)
        .ascii_case_insensitive(true)
        .kind(Some(AhoCorasickKind::DFA))
        .build(patterns.keys())
        .ok();
    Table { automaton, owners: patterns.into_values().collect(), literals }
}

/// Scans a log. `reference` is the capture time: it gives yearless stamps their year.
#[must_use]
pub fn scan(text: &str, stream: Stream, reference: Option<Timestamp>) -> LogScan {
    let mut hits = Vec::new();
    if let Some(table) = table(stream) {
        if let Some(automaton) = &table.automaton {
            collect(text, table, automaton, reference, &mut hits);
        }
        context::refine(text, &mut hits);
        over::mark(text, &mut hits, &table.literals);
    }
    let (first_time, dialect) = first(text, reference);
    let newlines = memchr::memchr_iter(b'\n', text.as_bytes()).count();
    LogScan {
        stream,
        lines: newlines + usize::from(!text.is_empty() && !text.ends_with('\n')),
        dialect,
        first_time,
        last_time: last(text, reference),
        hits,
        tail: tail(text),
    }
}

/// Runs the automaton and turns lines with a match into hits.
fn collect(text: &str, table: &Table, automaton: &AhoCorasick, reference: Option<Timestamp>, hits: &mut Vec<Hit>) {
    let bytes = text.as_bytes();
    let mut reader = Reader { text, table, reference, hits, dated: (0, None) };
    let (mut start, mut end) = (0, 0);
    let mut found: Vec<u16> = Vec::new();
    for matched in automaton.find_overlapping_iter(text) {
        if matched.start() >= end {
            reader.line(start, end, &mut found);
            let before = bytes.get(end..matched.start()).unwrap_or(&[]);
            start = memchr::memrchr(b'\n', before).map_or(end, |at| end + at + 1);
            let after = bytes.get(matched.end()..).unwrap_or(&[]);
            end = memchr::memchr(b'\n', after).map_or(bytes.len(), |at| matched.end() + at);
        }
        if let Some(owners) = table.owners.get(matched.pattern().as_usize()) {
            for owner in owners {
                if !found.contains(owner) {
                    found.push(*owner);
                }
            }
        }
    }
    reader.line(start, end, &mut found);
}

struct Reader<'t, 'h> {
    text: &'t str,
    table: &'t Table,
    reference: Option<Timestamp>,
    hits: &'h mut Vec<Hit>,
    /// End of the last line whose message is dated, and that time.
    dated: (usize, Option<Timestamp>),
}

impl Reader<'_, '_> {
    /// Checks the literals that may stand on one line.
    fn line(&mut self, start: usize, end: usize, found: &mut Vec<u16>) {
        if found.is_empty() {
            return;
        }
        found.sort_unstable();
        let raw = self.text.get(start..end).unwrap_or("");
        let info = parse_line(raw, self.reference);
        let plain = Plain::new(raw.get(..info.message_end).unwrap_or(raw));
        let mut time = None;
        for literal in found.drain(..).filter_map(|index| self.table.literals.get(usize::from(index))) {
            let Some(ranges) = check(literal, &plain.text) else {
                continue;
            };
            if literal.at_start && !starts(literal, raw.get(info.message_start..).unwrap_or("")) {
                continue;
            }
            let time = *time.get_or_insert_with(|| self.time(&info, start));
            let line = Span::new(start, start + info.message_end.max(raw.trim_end_matches('\r').len()));
            let message = Span::new(start + info.message_start, 0).start;
            let mut hit = Hit::new(literal, line, message, info.level);
            hit.set_time(time);
            for (index, range) in ranges.into_iter().enumerate() {
                if let Some((from, to)) = range {
                    let (from, to) = plain.raw_range(from, to);
                    hit.set_field(index, Span::new(start + from, start + to));
                }
            }
            self.hits.push(hit);
        }
        if let Some(time) = time {
            self.dated = (end, time);
        }
    }

    /// The time of a line, or of the message above that it belongs to.
    fn time(&self, info: &LineInfo<'_>, start: usize) -> Option<Timestamp> {
        if info.starts_message() {
            return info.time.and_then(super::stamp::LogTime::at);
        }
        let mut end = start;
        for _ in 0..LOOK_BACK {
            end = end.checked_sub(1)?;
            if end <= self.dated.0 {
                return self.dated.1;
            }
            let before = self.text.as_bytes().get(..end).unwrap_or(&[]);
            let line = memchr::memrchr(b'\n', before).map_or(0, |at| at + 1);
            let above = parse_line(self.text.get(line..end).unwrap_or(""), self.reference);
            if above.starts_message() {
                return above.time.and_then(super::stamp::LogTime::at);
            }
            end = line;
        }
        None
    }
}

/// True if the message begins with the fixed start of one of the literal's texts.
fn starts(literal: &Literal, message: &str) -> bool {
    let message = message.trim_start();
    literal.texts.iter().any(|text| message.starts_with(text.split('{').next().unwrap_or("")))
}

/// Tells whether a literal really stands on the line, and what it captures.
fn check(literal: &'static Literal, line: &str) -> Option<template::Ranges> {
    let compiled = literal.compiled();
    let mut ranges = [None; FIELDS];
    let has = |text: &&str| template::find(line, text, literal.ignore_case).is_some();
    if !compiled.texts.iter().any(|text| text.matches(line, literal.ignore_case, &mut ranges))
        || (!literal.any_of.is_empty() && !literal.any_of.iter().any(&has))
        || literal.none_of.iter().any(has)
    {
        return None;
    }
    if !literal.keys.is_empty() {
        for pair in super::json::pairs(line, 0) {
            if !literal.keys.contains(&pair.key) {
                continue;
            }
            let slot = compiled.names.iter().position(|name| *name == pair.key).and_then(|at| ranges.get_mut(at));
            if let Some(slot @ None) = slot {
                *slot = Some((pair.value_start, pair.value_end));
            }
        }
    }
    let filled = |name: &str| {
        compiled
            .names
            .iter()
            .position(|known| *known == name)
            .and_then(|at| ranges.get(at).copied().flatten())
            .and_then(|(start, end)| line.get(start..end))
            .is_some_and(|value| !value.is_empty() && value != "<nil>")
    };
    let fits = literal.filled.is_none_or(filled) && !literal.empty.is_some_and(filled);
    fits.then_some(ranges)
}

/// The first dated line's time and the first known form.
fn first(text: &str, reference: Option<Timestamp>) -> (Option<Timestamp>, Option<Dialect>) {
    let mut dialect = None;
    for line in text.lines().take(EDGE_LINES) {
        let info = parse_line(line, reference);
        dialect = dialect.or(info.dialect);
        if let Some(time) = info.time.and_then(super::stamp::LogTime::at) {
            return (Some(time), dialect);
        }
    }
    (None, dialect)
}

/// The last dated line's time.
fn last(text: &str, reference: Option<Timestamp>) -> Option<Timestamp> {
    let lines = memchr::memrchr_iter(b'\n', text.as_bytes()).chain(std::iter::once(usize::MAX));
    let mut end = text.len();
    for newline in lines.take(EDGE_LINES) {
        let start = newline.wrapping_add(1);
        let info = parse_line(text.get(start..end).unwrap_or(""), reference);
        if let Some(time) = info.time.and_then(super::stamp::LogTime::at) {
            return Some(time);
        }
        end = newline;
    }
    None
}

/// The last non-empty lines.
fn tail(text: &str) -> Span {
    let end = text.trim_end().len();
    let (mut start, mut until, mut left) = (end, end, TAIL_LINES);
    // Blank lines do not count, but a run of them is not followed for ever.
    for _ in 0..TAIL_LINES * 4 {
        let before = text.as_bytes().get(..until).unwrap_or(&[]);
        let newline = memchr::memrchr(b'\n', before);
        let from = newline.map_or(0, |at| at + 1);
        if text.get(from..until).is_some_and(|line| !line.trim().is_empty()) {
            start = from;
            left -= 1;
        }
        match newline {
            Some(at) if left > 0 => until = at,
            _ => break,
        }
    }
    Span::new(start, end)
}

impl LogScan {
    /// The hits of one literal, in order.
    pub fn of(&self, literal: &'static Literal) -> impl DoubleEndedIterator<Item = &Hit> {
        self.hits.iter().filter(move |hit| std::ptr::eq(hit.literal, literal))
    }

    /// The last hit of a literal.
    #[must_use]
    pub fn last(&self, literal: &'static Literal) -> Option<&Hit> {
        self.of(literal).next_back()
    }

    /// The hits of a literal that nothing later in this log ends.
    pub fn current(&self, literal: &'static Literal) -> impl DoubleEndedIterator<Item = &Hit> {
        self.of(literal).filter(|hit| hit.is_current())
    }

    /// Groups of hits of a literal with one message text, in order of their first hit. Times, colours and
    /// the controllers' `reconcileID` do not tell messages apart.
    #[must_use]
    pub fn folded(&self, text: &str, literal: &'static Literal) -> Vec<Fold> {
        let mut groups: BTreeMap<String, Fold> = BTreeMap::new();
        for (index, hit) in self.hits.iter().enumerate() {
            if !std::ptr::eq(hit.literal, literal) {
                continue;
            }
            let message = hit.message_text(text);
            let known = message.find(" reconcileID=").and_then(|at| {
                let tail = message.get(at + 1..)?;
                Some(format!("{}{}", message.get(..at)?, tail.find(' ').and_then(|end| tail.get(end..)).unwrap_or("")))
            });
            groups
                .entry(known.unwrap_or_else(|| message.into_owned()))
                .and_modify(|fold| {
                    fold.count += 1;
                    fold.last = index;
                })
                .or_insert(Fold { count: 1, first: index, last: index });
        }
        let mut folds: Vec<Fold> = groups.into_values().collect();
        folds.sort_by_key(|fold| fold.first);
        folds
    }

    /// The hit with this index.
    #[must_use]
    pub fn hit(&self, index: usize) -> Option<&Hit> {
        self.hits.get(index)
    }
}
