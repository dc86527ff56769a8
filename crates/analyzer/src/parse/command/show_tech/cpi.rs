//! The control-plane interface: FRR's plugin talking to the dataplane.

use std::collections::BTreeMap;

use jiff::civil::DateTime;

use super::super::columns::Heading;
use super::super::piece::{Piece, Spanned};
use super::super::when::date_time;
use super::{Section, SectionRead, UnknownLayout};
use crate::source::Span;

/// `Control-plane interface` (gateway reference 6.2).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ControlPlane {
    /// `Connected`, `Not-connected`, `Incompatible`, `Frr-restarted` or `Need refresh`.
    pub status: Option<Spanned<String>>,
    /// Last connect, local time of the node.
    pub last_connect: Option<Spanned<DateTime>>,
    /// Process id of zebra.
    pub pid: Option<Spanned<u64>>,
    /// Last message received, local time of the node.
    pub last_message: Option<Spanned<DateTime>>,
    /// Messages that could not be decoded.
    pub decode_failures: Option<Spanned<u64>>,
    /// Control messages.
    pub keepalives: Option<Spanned<u64>>,
    /// Counters per operation.
    pub operations: Vec<CpiOperation>,
}

/// Results of one operation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CpiOperation {
    /// `connect`, `Add route`, …
    pub name: Spanned<String>,
    /// Count by result: `Ok`, `Ignored`, `Failure`, `Invalid`, `Unsupp`.
    pub counts: BTreeMap<String, Spanned<u64>>,
    /// The row.
    pub span: Span,
}

pub(crate) fn read(section: &mut Section<'_, '_>) -> SectionRead<ControlPlane> {
    let mut out = ControlPlane::default();
    let mut heading: Option<Heading<'_>> = None;
    for line in section.body.lines().filter(|line| !line.is_empty()) {
        if let Some(found) = Heading::of(line, &["op", "Ok"]) {
            heading = Some(found);
        } else if let Some(operation) = heading.as_ref().and_then(|heading| operation(line, heading)) {
            out.operations.push(operation);
        } else if let Some((key, value)) = line.key_value() {
            out.field(key, value);
        } else {
            section.skip(line);
        }
    }
    if out.status.is_none() {
        return Err(UnknownLayout);
    }
    Ok(out)
}

impl ControlPlane {
    /// True for `Connected`; none where no status was printed.
    #[must_use]
    pub fn connected(&self) -> Option<bool> {
        self.status.as_ref().map(|status| status.value == "Connected")
    }

    fn field(&mut self, key: Piece<'_>, value: Piece<'_>) {
        match key.text {
            "STATUS" => self.status = Some(value.string()),
            "last connect" => {
                self.last_connect = date_time(value.text).map(|time| value.with(time));
                self.pid = value.split_once("pid:").and_then(|(_, pid)| pid.trim().number());
            }
            "last msg rx" => self.last_message = date_time(value.text).map(|time| value.with(time)),
            "decode failures" => self.decode_failures = value.parse(),
            "ctl/keepalives" => self.keepalives = value.parse(),
            _ => {}
        }
    }
}

/// A name of one or more words, then one number per result.
fn operation(line: Piece<'_>, heading: &Heading<'_>) -> Option<CpiOperation> {
    let words: Vec<_> = line.words().collect();
    let results = heading.names().get(1..)?;
    let first = words.len().checked_sub(results.len()).filter(|first| *first > 0)?;
    let mut counts = BTreeMap::new();
    for (result, word) in results.iter().zip(words.get(first..)?) {
        counts.insert(result.text.to_owned(), word.parse()?);
    }
    let end = words.get(first.saturating_sub(1))?.end();
    let name = line.sub(0, end.saturating_sub(line.start)).trim();
    Some(CpiOperation { name: name.string(), counts, span: line.trim().span() })
}
