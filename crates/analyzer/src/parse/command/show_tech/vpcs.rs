//! VPCs of the applied configuration and their destinations.

use super::super::columns::{Heading, Row, wide_cells};
use super::super::piece::{Piece, Spanned};
use super::{Section, SectionRead, UnknownLayout};
use crate::source::Span;

/// A VPC of the applied configuration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AppliedVpc {
    /// Name; externals are `ext.<name>`.
    pub name: Spanned<String>,
    /// Internal id.
    pub id: Spanned<String>,
    /// VNI.
    pub vni: Spanned<u32>,
    /// Its peerings.
    pub peerings: Vec<VpcPeeringRef>,
    /// The row.
    pub span: Span,
}

/// A peering of a VPC in the summary.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VpcPeeringRef {
    /// The VPC on the other side.
    pub remote: Spanned<String>,
    /// GatewayPeering.
    pub name: Spanned<String>,
}

/// Destinations that a VPC reaches (since dataplane v0.23).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VpcRouting {
    /// The VPC.
    pub vpc: Spanned<String>,
    /// Its destinations.
    pub destinations: Vec<VpcDestination>,
}

/// A destination of a VPC.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VpcDestination {
    /// Prefix as printed.
    pub destination: Spanned<String>,
    /// VPC it belongs to.
    pub vpc: Spanned<String>,
    /// VNI of that VPC.
    pub vni: Option<Spanned<u32>>,
    /// `default`, `forward`, `static-nat`, `port-forward` or `masqueraded`.
    pub action: Spanned<String>,
    /// Gateway group.
    pub group: Option<Spanned<String>>,
    /// The row.
    pub span: Span,
}

pub(crate) fn summary(section: &mut Section<'_, '_>) -> SectionRead<Vec<AppliedVpc>> {
    let mut vpcs: Vec<AppliedVpc> = Vec::new();
    let mut lines = section.body.lines().filter(|line| !line.is_empty());
    if lines.next().and_then(|line| Heading::of(line, &["VPC", "Id", "VNI"])).is_none() {
        return Err(UnknownLayout);
    }
    for line in lines {
        let words: Vec<_> = line.words().collect();
        // Rows: name id vni count [remote peering]; further peerings stand alone.
        let (vpc, reference) = match words.as_slice() {
            [remote, name] => (None, Some((remote, name))),
            [name, id, vni, _count] => (Some((name, id, vni)), None),
            [name, id, vni, _count, remote, peering] => (Some((name, id, vni)), Some((remote, peering))),
            _ => (None, None),
        };
        if let Some((name, id, vni)) = vpc
            && let Some(vni) = vni.parse()
        {
            let (name, id) = (name.string(), id.string());
            vpcs.push(AppliedVpc { name, id, vni, peerings: Vec::new(), span: line.trim().span() });
        } else if reference.is_none() || vpc.is_some() {
            section.skipped.push(line.trim().span());
            continue;
        }
        if let (Some((remote, name)), Some(vpc)) = (reference, vpcs.last_mut()) {
            vpc.peerings.push(VpcPeeringRef { remote: remote.string(), name: name.string() });
        }
    }
    section.counted(vpcs)
}

/// The destinations table of a section whose title is a VPC's name; known by its heading.
pub(crate) fn routing(name: &str, title: Piece<'_>, section: &mut Section<'_, '_>) -> Option<VpcRouting> {
    let mut lines = section.body.lines().filter(|line| !line.is_empty());
    let heading = Heading::of(lines.next()?, &["destinations", "remote-VPC"])?;
    let mut destinations = Vec::new();
    for line in lines {
        let row = Row::new(line, &heading);
        let read = || {
            Some(VpcDestination {
                destination: row.get("destinations")?.string(),
                vpc: row.get("remote-VPC")?.string(),
                vni: row.get("remote-vni").and_then(|cell| cell.parse()),
                action: row.get("remote-action")?.string(),
                group: row.get("gw-group").map(Piece::string),
                span: line.trim().span(),
            })
        };
        match read() {
            Some(destination) => destinations.push(destination),
            None if wide_cells(line).count() <= 1 => {}
            None => section.skipped.push(line.trim().span()),
        }
    }
    let vpc = Spanned { value: name.to_owned(), span: title.span() };
    Some(VpcRouting { vpc, destinations })
}
