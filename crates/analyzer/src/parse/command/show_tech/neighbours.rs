//! The own VTEP, router MACs of other VTEPs, resolved neighbours.

use std::net::IpAddr;

use super::super::columns::{Heading, Row};
use super::super::piece::{Piece, Spanned};
use super::{Section, SectionRead, UnknownLayout};
use crate::source::Span;

/// `Local VTEP configuration`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct VtepConfig {
    /// Address; none for `--`.
    pub address: Option<Spanned<IpAddr>>,
    /// MAC address; none for `--`.
    pub mac: Option<Spanned<String>>,
}

/// A row of `Router macs`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RouterMac {
    /// VNI.
    pub vni: Spanned<u32>,
    /// VTEP.
    pub address: Spanned<IpAddr>,
    /// MAC address.
    pub mac: Spanned<String>,
    /// `ok` or `stale` (since dataplane v0.23).
    pub status: Option<Spanned<String>>,
    /// The row.
    pub span: Span,
}

/// A row of `Adjacency table`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Adjacency {
    /// Index of the interface.
    pub ifindex: Spanned<u32>,
    /// Address.
    pub address: Spanned<IpAddr>,
    /// MAC address.
    pub mac: Spanned<String>,
    /// The row.
    pub span: Span,
}

pub(crate) fn vtep(section: &mut Section<'_, '_>) -> SectionRead<VtepConfig> {
    let mut out = VtepConfig::default();
    let mut known = false;
    for line in section.body.lines() {
        if let Some(address) = line.after("ip address:") {
            known = true;
            out.address = address.parse();
        } else if let Some(mac) = line.after("Mac address:") {
            known = true;
            out.mac = (!matches!(mac.text, "" | "--")).then(|| mac.string());
        }
    }
    if known { Ok(out) } else { Err(UnknownLayout) }
}

pub(crate) fn router_macs(section: &mut Section<'_, '_>) -> SectionRead<Vec<RouterMac>> {
    table(section, &["vni", "address", "mac"], |row| {
        Some(RouterMac {
            vni: row.get("vni")?.parse()?,
            address: row.get("address")?.parse()?,
            mac: row.get("mac")?.string(),
            status: row.get("status").map(Piece::string),
            span: row.line.trim().span(),
        })
    })
}

pub(crate) fn adjacency(section: &mut Section<'_, '_>) -> SectionRead<Vec<Adjacency>> {
    table(section, &["ifindex", "address", "mac"], |row| {
        Some(Adjacency {
            ifindex: row.get("ifindex")?.parse()?,
            address: row.get("address")?.parse()?,
            mac: row.get("mac")?.string(),
            span: row.line.trim().span(),
        })
    })
}

/// The rows under a heading that begins with `words`.
fn table<T>(
    section: &mut Section<'_, '_>,
    words: &[&str],
    read: impl Fn(&Row<'_, '_>) -> Option<T>,
) -> SectionRead<Vec<T>> {
    let mut lines = section.body.lines().filter(|line| !line.is_empty());
    let heading = lines.next().and_then(|line| Heading::of(line, words)).ok_or(UnknownLayout)?;
    let mut rows = Vec::new();
    for line in lines {
        match read(&Row::new(line, &heading)) {
            Some(row) => rows.push(row),
            None => section.skipped.push(line.trim().span()),
        }
    }
    section.counted(rows)
}
