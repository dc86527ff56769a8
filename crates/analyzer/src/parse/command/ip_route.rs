//! `show ip route vrf all` and `show ip fib vrf all` (gateway reference 6.3).

use std::net::IpAddr;

use ipnet::IpNet;

use super::capture::{Read, Unread, captured, is_noise, without_escapes};
use super::piece::{Piece, Spanned};
use super::when::duration;
use crate::source::Span;

/// Route tables.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RouteTables {
    /// One table per heading.
    pub vrfs: Vec<VrfTable>,
}

/// The routes of a VRF.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VrfTable {
    /// VRF; `default` where no heading stands before the routes.
    pub vrf: Spanned<String>,
    /// Routes.
    pub routes: Vec<RouteEntry>,
}

/// A route.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RouteEntry {
    /// Code: `B` BGP, `C` connected, `S` static, …
    pub protocol: char,
    /// Destination.
    pub prefix: Spanned<IpNet>,
    /// `>`: selected.
    pub selected: bool,
    /// `*`: in the FIB.
    pub fib: bool,
    /// `q`: queued for the FIB.
    pub queued: bool,
    /// `r`: refused by the FIB.
    pub rejected: bool,
    /// `o`: could not be offloaded.
    pub offload_failure: bool,
    /// `t`: trapped.
    pub trapped: bool,
    /// Next hops.
    pub hops: Vec<RouteHop>,
    /// The first line.
    pub span: Span,
}

/// A next hop.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RouteHop {
    /// Address; none for a connected route.
    pub via: Option<Spanned<IpAddr>>,
    /// Interface.
    pub interface: Option<Spanned<String>>,
    /// `unreachable`, `blackhole`, …
    pub unreachable: bool,
    /// `inactive`.
    pub inactive: bool,
    /// Seconds since the route was learnt.
    pub age: Option<u64>,
    /// The line.
    pub span: Span,
}

impl RouteTables {
    /// Reads the output, with headings `VRF <name>:` or `IPv4 unicast VRF <name>:`, or without.
    ///
    /// # Errors
    /// Where nothing was captured or neither legend, heading nor route stands in the text.
    pub fn parse(text: &str) -> Read<Self> {
        captured(text)?;
        let clean = without_escapes(text);
        let mut out = Self::default();
        let (mut legend, mut in_legend, mut first) = (false, false, None);
        for line in Piece::new(&clean, 0).lines() {
            if is_noise(line.text) {
                in_legend = false;
                continue;
            }
            first = first.or(Some(line.trim().span()));
            if line.text.starts_with("Codes:") {
                (legend, in_legend) = (true, true);
            } else if let Some(vrf) = heading(line.trim()) {
                in_legend = false;
                out.vrfs.push(VrfTable { vrf, routes: Vec::new() });
            } else if in_legend && line.indent() > 0 {
            } else if let Some(route) = route(line) {
                if out.vrfs.is_empty() {
                    let vrf = Spanned { value: "default".to_owned(), span: route.span };
                    out.vrfs.push(VrfTable { vrf, routes: Vec::new() });
                }
                if let Some(table) = out.vrfs.last_mut() {
                    table.routes.push(route);
                }
            } else if let Some(hop) = hop(line)
                && let Some(route) = out.vrfs.last_mut().and_then(|table| table.routes.last_mut())
            {
                route.hops.push(hop);
            }
        }
        if legend || !out.vrfs.is_empty() { Ok(out) } else { Err(first.map_or(Unread::Empty, Unread::Layout)) }
    }

    /// The table of a VRF; none where the output has none for it.
    #[must_use]
    pub fn vrf(&self, name: &str) -> Option<&VrfTable> {
        self.vrfs.iter().find(|table| table.vrf.value == name)
    }
}

/// `VRF default:`, `IPv4 unicast VRF 00001-vrf:`, `… VRF default table 254:`.
fn heading(line: Piece<'_>) -> Option<Spanned<String>> {
    let body = line.text.strip_suffix(':')?;
    let body = line.sub(0, body.len());
    let rest = match body.text.strip_prefix("VRF ") {
        Some(_) => body.skip("VRF ".len()),
        None => {
            let (family, rest) = body.split_once(" VRF ")?;
            matches!(family.text, "IPv4 unicast" | "IPv6 unicast").then_some(rest)?
        }
    };
    Some(rest.first_word().0.string()).filter(|name| !name.value.is_empty())
}

/// `B>* 10.30.1.0/24 [20/0] via 172.30.12.11, 0003a-bri onlink, weight 1, 08:12:10`.
fn route(line: Piece<'_>) -> Option<RouteEntry> {
    let protocol = line.text.chars().next().filter(char::is_ascii_alphabetic)?;
    let words: Vec<_> = line.words().take(4).collect();
    let prefix = words.iter().find_map(|word| word.parse::<IpNet>())?;
    let flags = line.sub(1, (prefix.span.start as usize).saturating_sub(line.start)).text;
    if !flags.chars().all(|c| {
        matches!(c, ' ' | '>' | '*' | 'q' | 'r' | 'b' | 'o' | 't' | '=' | 'S' | '[' | ']') || c.is_ascii_digit()
    }) {
        return None;
    }
    let rest = line.skip((prefix.span.end as usize).saturating_sub(line.start));
    Some(RouteEntry {
        protocol,
        prefix,
        selected: flags.contains('>'),
        fib: flags.contains('*'),
        queued: flags.contains('q'),
        rejected: flags.contains('r'),
        offload_failure: flags.contains('o'),
        trapped: flags.contains('t'),
        hops: hop(rest).into_iter().map(|hop| RouteHop { span: line.trim().span(), ..hop }).collect(),
        span: line.trim().span(),
    })
}

/// A next hop behind a prefix, or on a line of its own.
fn hop(text: Piece<'_>) -> Option<RouteHop> {
    let mut out = RouteHop {
        via: None,
        interface: None,
        unreachable: false,
        inactive: text.text.contains("inactive"),
        age: None,
        span: text.trim().span(),
    };
    let rest = if let Some((_, rest)) = text.split_once("via ") {
        out.via = Some(rest.sub(0, rest.text.find([',', ' ']).unwrap_or(rest.text.len())).parse()?);
        rest.split_once(",").map(|(_, rest)| rest)
    } else if let Some((_, rest)) = text.split_once("is directly connected,") {
        Some(rest)
    } else if let Some((_, rest)) = text.split_once("unreachable") {
        out.unreachable = true;
        rest.split_once(",").map(|(_, rest)| rest)
    } else {
        return None;
    };
    let mut parts = rest.into_iter().flat_map(|rest| rest.split(',')).map(Piece::trim);
    let mut named = !out.unreachable;
    for part in parts.by_ref() {
        if let Some(age) = duration(part.text) {
            out.age = Some(age);
        } else if named && !part.text.starts_with("weight") {
            named = false;
            out.interface = Some(part.first_word().0.string()).filter(|name| !name.value.is_empty());
        }
    }
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "Codes: K - kernel route, C - connected, L - local, S - static,
       > - selected route, * - FIB route, q - queued, r - rejected, b - backup
       t - trapped, o - offload failure

IPv4 unicast VRF default:
B>* 172.30.8.0/32 [20/0] via 172.30.128.8, enp2s1, weight 1, 01w2d01h
  *                      via 172.30.128.10, enp2s2, weight 1, 01w2d01h
C>* 172.30.8.3/32 is directly connected, lo, weight 1, 01w2d01h
S>r 10.9.0.0/16 [1/0] unreachable (blackhole), weight 1, 00:00:10
B   10.8.0.0/16 [20/0] via 172.30.128.99 inactive, weight 1, 00:00:10
K * 0.0.0.0/0 [0/100] via 10.0.0.1, eth0, 00:01:00

VRF 0003a-vrf:
B>* 10.30.1.0/24 [20/0] via 172.30.12.11, 0003a-bri onlink, weight 1, 08:12:10
B>q 10.30.2.0/24 [20/0] via 172.30.12.11, 0003a-bri onlink, weight 1, 08:12:10
";

    #[test]
    fn tables_and_hops() {
        let tables = RouteTables::parse(TEXT).unwrap();
        assert_eq!(tables.vrfs.len(), 2);
        let default = tables.vrf("default").unwrap();
        assert_eq!(default.routes.len(), 5);
        let first = &default.routes[0];
        assert_eq!((first.protocol, first.selected, first.fib), ('B', true, true));
        assert_eq!(first.hops.len(), 2);
        assert_eq!(first.hops[1].via.unwrap().value.to_string(), "172.30.128.10");
        assert_eq!(first.hops[1].interface.as_ref().unwrap().value, "enp2s2");
        assert_eq!(first.hops[1].age, Some(781_200));
        assert_eq!(default.routes[1].hops[0].interface.as_ref().unwrap().value, "lo");
        assert!(default.routes[2].rejected && default.routes[2].hops[0].unreachable);
        assert_eq!(default.routes[2].hops[0].interface, None);
        assert!(default.routes[3].hops[0].inactive && !default.routes[3].selected);
        assert!(default.routes[4].fib && !default.routes[4].selected);
        let vpc = tables.vrf("0003a-vrf").unwrap();
        assert_eq!(vpc.routes[0].hops[0].interface.as_ref().unwrap().value, "0003a-bri");
        assert_eq!(vpc.routes[0].prefix.span.slice(TEXT), "10.30.1.0/24");
        assert!(vpc.routes[1].queued && !vpc.routes[1].fib);
        assert!(tables.vrf("00004-vrf").is_none());
    }

    #[test]
    fn without_heading_it_is_the_default_vrf() {
        let tables = RouteTables::parse("B>* 10.30.1.0/24 [20/0] via 172.30.12.11, x, weight 1, 08:12:10\n").unwrap();
        assert_eq!(tables.vrf("default").unwrap().routes.len(), 1);
        assert!(RouteTables::parse("Codes: K - kernel\n       > - selected\n").unwrap().vrfs.is_empty());
    }

    #[test]
    fn other_texts_are_not_read() {
        for text in ["10.30.1.0/24 dev eth0 proto kernel\n", "default via 10.0.0.1 dev eth0\n", "Bad 10.0.0.0/8 x\n"] {
            assert!(matches!(RouteTables::parse(text), Err(Unread::Layout(_))), "{text}");
        }
    }
}
