//! Route tables of the dataplane.

use std::net::IpAddr;

use ipnet::IpNet;

use super::super::piece::{Piece, Spanned};
use super::super::when::duration;
use super::{Section, SectionRead, UnknownLayout};
use crate::source::Span;

/// The routes of one VRF.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VrfRoutes {
    /// VRF.
    pub vrf: Spanned<String>,
    /// Name of the VPC; none for `--`.
    pub description: Option<Spanned<String>>,
    /// Routes.
    pub routes: Vec<DataplaneRoute>,
}

/// A route of the dataplane.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DataplaneRoute {
    /// Destination.
    pub prefix: Spanned<IpNet>,
    /// `bgp`, `connected`, `other`, …
    pub origin: Spanned<String>,
    /// Age in seconds.
    pub age: Option<u64>,
    /// The line says `(UNRESOLVED)`.
    pub unresolved: bool,
    /// Next hops, without those that resolve them.
    pub hops: Vec<DataplaneHop>,
    /// The line of the prefix.
    pub span: Span,
}

/// A next hop.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DataplaneHop {
    /// Address, where it has one.
    pub address: Option<Spanned<IpAddr>>,
    /// Interface.
    pub interface: Option<Spanned<String>>,
    /// VNI of a VXLAN encapsulation.
    pub vni: Option<Spanned<u32>>,
    /// The packet is dropped.
    pub drop: bool,
    /// The line.
    pub span: Span,
}

pub(crate) fn read(section: &mut Section<'_, '_>) -> SectionRead<VrfRoutes> {
    let mut lines = section.body.lines().filter(|line| !line.is_empty());
    let first = lines.next().and_then(|line| line.after("Vrf:")).ok_or(UnknownLayout)?;
    let vrf = first.between("'", "'").ok_or(UnknownLayout)?.string();
    let description = first.split_once("description:").map(|(_, text)| text.trim());
    let description = description.filter(|text| !matches!(text.text, "" | "--")).map(Piece::string);
    let mut out = VrfRoutes { vrf, description, routes: Vec::new() };
    let mut depth = usize::MAX;
    for line in lines {
        if let Some(route) = route(line) {
            depth = usize::MAX;
            out.routes.push(route);
            continue;
        }
        match (hop(line), out.routes.last_mut()) {
            (Some(hop), Some(route)) => {
                // Deeper lines resolve the hop above them.
                depth = depth.min(line.indent());
                if line.indent() == depth {
                    route.hops.push(hop);
                }
            }
            _ => section.skipped.push(line.trim().span()),
        }
    }
    out.routes = section.counted(out.routes)?;
    Ok(out)
}

/// `10.20.1.0/24 bgp [20/0] 09d01:17:32`.
fn route(line: Piece<'_>) -> Option<DataplaneRoute> {
    let mut words = line.words();
    let prefix = words.next()?.parse()?;
    let origin = words.next()?.string();
    let age = words.filter(|word| !word.text.starts_with('[')).find_map(|word| duration(word.text));
    let unresolved = line.text.contains("(UNRESOLVED)");
    Some(DataplaneRoute { prefix, origin, age, unresolved, hops: Vec::new(), span: line.trim().span() })
}

/// `via 172.30.12.0 interface 00001-bri (idx 23) encap Vxlan (vni 100), …`, `interface lo (idx 1)`, `action Drop`.
fn hop(line: Piece<'_>) -> Option<DataplaneHop> {
    let after = |mark: &str| {
        let (before, rest) = line.split_once(mark)?;
        let apart = before.text.trim().is_empty() || before.text.ends_with(' ');
        apart.then(|| rest.first_word().0)
    };
    let address = after("via ").and_then(Piece::parse);
    let interface = after("interface ").map(Piece::string);
    let drop = after("action ").is_some_and(|action| action.text.eq_ignore_ascii_case("drop"));
    let vni = line.between("(vni ", ")").and_then(Piece::parse);
    let known = address.is_some() || interface.is_some() || drop;
    known.then(|| DataplaneHop { address, interface, vni, drop, span: line.trim().span() })
}
