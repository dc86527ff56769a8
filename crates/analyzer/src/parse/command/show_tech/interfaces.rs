//! Interfaces, their addresses, and VRFs.

use ipnet::IpNet;

use super::super::columns::{Heading, Row, wide_cells};
use super::super::piece::{Piece, Spanned};
use super::{Section, SectionRead, UnknownLayout};
use crate::source::Span;

/// A row of `interfaces (n)`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DataplaneInterface {
    /// Name.
    pub name: Spanned<String>,
    /// Kernel index.
    pub id: Spanned<u32>,
    /// MTU; `--` = none.
    pub mtu: Option<Spanned<u32>>,
    /// Administrative state.
    pub admin: Spanned<String>,
    /// Operational state.
    pub oper: Spanned<String>,
    /// `VRF: vrfid: 0`, `BD`; none where it is attached to nothing.
    pub attachment: Option<Spanned<String>>,
    /// `Loopback`, `Ethernet`, `VxLAN`.
    pub kind: Option<Spanned<String>>,
    /// The row.
    pub span: Span,
}

/// A row of `interface addresses`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InterfaceAddresses {
    /// Interface.
    pub name: Spanned<String>,
    /// Operational state.
    pub oper: Spanned<String>,
    /// Addresses with their prefix lengths.
    pub addresses: Vec<Spanned<IpNet>>,
}

/// A row of `VRFs (n)`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DataplaneVrf {
    /// Name.
    pub name: Spanned<String>,
    /// VNI; 0 or none for the default VRF.
    pub vni: Option<Spanned<u32>>,
    /// IPv4 routes.
    pub ipv4_routes: Option<Spanned<u64>>,
    /// `active`, `deleting` or `deleted`.
    pub status: Spanned<String>,
    /// Kernel table.
    pub table: Option<Spanned<u32>>,
    /// Name of the VPC.
    pub description: Option<Spanned<String>>,
    /// The row.
    pub span: Span,
}

pub(crate) fn interfaces(section: &mut Section<'_, '_>) -> SectionRead<Vec<DataplaneInterface>> {
    let mut lines = section.body.lines().filter(|line| !line.is_empty());
    let heading = lines
        .next()
        .and_then(|line| Heading::of(line, &["name", "id", "mtu", "AdmStatus", "OpStatus"]))
        .ok_or(UnknownLayout)?;
    // A single cell belongs to the nearer column: pasted lines may have lost a blank.
    let middle = heading.offset("attachment").zip(heading.offset("type"));
    let middle = middle.map(|(attachment, kind)| attachment.midpoint(kind));
    let mut rows = Vec::new();
    for line in lines {
        let row = Row::new(line, &heading);
        let read = || {
            let oper = row.get("OpStatus")?;
            let after = line.skip(oper.end().saturating_sub(line.start));
            let mut cells = wide_cells(after);
            let first = cells.next();
            let unattached =
                first.zip(middle).is_some_and(|(cell, middle)| cell.start.saturating_sub(line.start) > middle);
            let (attachment, kind) = if unattached { (None, first) } else { (first, cells.next()) };
            Some(DataplaneInterface {
                name: row.get("name")?.string(),
                id: row.get("id")?.parse()?,
                mtu: row.get("mtu").and_then(Piece::parse),
                admin: row.get("AdmStatus")?.string(),
                oper: oper.string(),
                attachment: attachment.map(Piece::string),
                kind: kind.map(Piece::string),
                span: line.trim().span(),
            })
        };
        match read() {
            Some(interface) => rows.push(interface),
            None => section.skipped.push(line.trim().span()),
        }
    }
    section.counted(rows)
}

pub(crate) fn addresses(section: &mut Section<'_, '_>) -> SectionRead<Vec<InterfaceAddresses>> {
    let mut lines = section.body.lines().filter(|line| !line.is_empty());
    let heading = lines.next().and_then(|line| Heading::of(line, &["name", "opState"])).ok_or(UnknownLayout)?;
    let mut rows = Vec::new();
    for line in lines {
        let row = Row::new(line, &heading);
        match (row.get("name"), row.get("opState")) {
            (Some(name), Some(oper)) => rows.push(InterfaceAddresses {
                name: name.string(),
                oper: oper.string(),
                addresses: row.words.iter().skip(2).filter_map(|word| word.parse()).collect(),
            }),
            _ => section.skipped.push(line.trim().span()),
        }
    }
    section.counted(rows)
}

pub(crate) fn vrfs(section: &mut Section<'_, '_>) -> SectionRead<Vec<DataplaneVrf>> {
    let mut lines = section.body.lines().filter(|line| !line.is_empty());
    let heading = lines.next().and_then(|line| Heading::of(line, &["name", "id", "vni"])).ok_or(UnknownLayout)?;
    let mut rows = Vec::new();
    for line in lines {
        let row = Row::new(line, &heading);
        let read = || {
            Some(DataplaneVrf {
                name: row.get("name")?.string(),
                vni: row.get("vni")?.parse(),
                ipv4_routes: row.get("Ipv4-routes").and_then(Piece::parse),
                status: row.get("status")?.string(),
                table: row.get("table-id").and_then(Piece::parse),
                description: row.rest("description").map(Piece::string),
                span: line.trim().span(),
            })
        };
        match read() {
            Some(vrf) => rows.push(vrf),
            None => section.skipped.push(line.trim().span()),
        }
    }
    section.counted(rows)
}
