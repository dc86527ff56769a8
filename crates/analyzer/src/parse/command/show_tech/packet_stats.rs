//! Packet counters.

use super::super::piece::{Piece, Spanned};
use super::{Section, SectionRead, UnknownLayout};
use crate::source::Span;

/// `Packet stats`: one counter per result of a packet since the dataplane started, underlay packets
/// included (gateway reference 6.2). Which rows a release lacks: gateway reference 1.8.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PacketStats {
    /// Rows in order.
    pub rows: Vec<PacketStat>,
}

/// A counter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PacketStat {
    /// Result as printed: `NAT: out of resources`.
    pub name: Spanned<String>,
    /// Packets.
    pub count: Spanned<u64>,
    /// The row.
    pub span: Span,
}

impl PacketStats {
    /// The row of a result, whatever blanks stand inside its name. `None` = the release does not write it.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&PacketStat> {
        self.rows.iter().find(|row| row.name.value.split_whitespace().eq(name.split_whitespace()))
    }

    /// Sum of all rows.
    #[must_use]
    pub fn total(&self) -> u64 {
        self.rows.iter().fold(0, |sum, row| sum.saturating_add(row.count.value))
    }
}

pub(crate) fn read(section: &mut Section<'_, '_>) -> SectionRead<PacketStats> {
    let mut out = PacketStats::default();
    let mut known = false;
    for line in section.body.lines().filter(|line| !line.is_empty()) {
        if line.text.split_whitespace().eq(["Packet", "result", "count"]) {
            known = true;
        } else if let Some(row) = row(line) {
            out.rows.push(row);
        } else {
            section.skip(line);
        }
    }
    // A count of zero for everything is printed; nothing at all is another layout.
    if known && !out.rows.is_empty() { Ok(out) } else { Err(UnknownLayout) }
}

fn row(line: Piece<'_>) -> Option<PacketStat> {
    let trimmed = line.trim();
    let (name, count) = trimmed.rsplit_once(" ")?;
    let name = name.trim();
    Some(PacketStat { name: (!name.is_empty()).then(|| name.string())?, count: count.parse()?, span: trimmed.span() })
}
