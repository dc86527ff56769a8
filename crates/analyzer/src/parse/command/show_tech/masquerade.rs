//! The allocator of public addresses and ports for masquerading.

use std::net::IpAddr;

use super::super::piece::{Piece, Spanned};
use super::super::when::duration;
use super::{Section, SectionRead, UnknownLayout};
use crate::source::Span;

/// `Masquerade NAT allocator table`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct MasqueradeTable {
    /// Pools in order, one per protocol, pair of VPCs and private range.
    pub pools: Vec<MasqueradePool>,
}

/// A pool, named by its private range (gateway reference 6.2).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MasqueradePool {
    /// `TCP`, `UDP` or `ICMP`.
    pub protocol: Spanned<String>,
    /// VNI of the VPC that is masqueraded (since dataplane v0.25.0).
    pub source_vni: Option<Spanned<u32>>,
    /// VNI of the VPC on the other side.
    pub dest_vni: Spanned<u32>,
    /// First and last private address.
    pub private: Option<Spanned<(IpAddr, IpAddr)>>,
    /// Idle timeout in seconds.
    pub idle_timeout: Option<Spanned<u64>>,
    /// Parts of the pool; one without bounds up to dataplane v0.24.
    pub regions: Vec<Region>,
    /// `available IPs: n`, a form of no release; never required.
    pub available: Option<Spanned<u64>>,
    /// False where the text ends inside the pool: more could follow.
    pub complete: bool,
    /// The heading.
    pub span: Span,
}

/// A part of a pool.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Region {
    /// First and last public address (since dataplane v0.25.0).
    pub bounds: Option<Spanned<(IpAddr, IpAddr)>>,
    /// `IP ranges in pool:` stands there.
    pub ranges_printed: bool,
    /// Public addresses not used yet.
    pub unused: Vec<Spanned<(IpAddr, IpAddr)>>,
    /// Public addresses in use.
    pub allocated: Vec<AllocatedIp>,
}

/// A public address in use.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AllocatedIp {
    /// Address.
    pub address: Spanned<IpAddr>,
    /// Its ports.
    pub ports: AllocatedPorts,
}

/// Ports of a public address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AllocatedPorts {
    /// Not printed.
    Unknown,
    /// `(empty)`.
    Empty,
    /// `[all ports allocated]`.
    All(Span),
    /// The ports or ranges in use, as printed.
    Some(Span),
}

impl MasqueradePool {
    /// True if no public address is unused and every one in use has all its ports allocated
    /// (gateway reference 6.2). False where that is not certain.
    #[must_use]
    pub fn exhausted(&self) -> bool {
        self.complete
            && !self.regions.is_empty()
            && self.regions.iter().all(|region| {
                region.ranges_printed
                    && region.unused.is_empty()
                    && !region.allocated.is_empty()
                    && region.allocated.iter().all(|ip| matches!(ip.ports, AllocatedPorts::All(_)))
            })
    }
}

/// Which list the lines belong to.
#[derive(Clone, Copy, PartialEq)]
enum List {
    None,
    Unused,
    Allocated,
}

pub(crate) fn read(section: &mut Section<'_, '_>) -> SectionRead<MasqueradeTable> {
    let mut out = MasqueradeTable::default();
    let (mut known, mut list) = (false, List::None);
    for line in section.body.lines().filter(|line| !line.is_empty()) {
        let trimmed = line.trim();
        if trimmed.text.starts_with("randomize:") || trimmed.text.starts_with("source pools") {
            known = true;
            list = List::None;
            close(&mut out);
        } else if let Some(pool) = heading(trimmed) {
            close(&mut out);
            list = List::None;
            out.pools.push(pool);
        } else if let Some(pool) = out.pools.last_mut().filter(|pool| !pool.complete) {
            match pool.line(trimmed, list) {
                Some(next) => list = next,
                None => {
                    pool.doubt();
                    section.skipped.push(trimmed.span());
                }
            }
        } else if trimmed.text != "(empty)" {
            section.skipped.push(trimmed.span());
        }
    }
    if section.closed {
        close(&mut out);
    }
    if known || !out.pools.is_empty() { Ok(out) } else { Err(UnknownLayout) }
}

fn close(table: &mut MasqueradeTable) {
    if let Some(pool) = table.pools.last_mut() {
        pool.complete = true;
    }
}

/// `TCP | source VPC: VNI(a), dest VPC: VNI(b), for IPs: [ x .. y ]`.
fn heading(line: Piece<'_>) -> Option<MasqueradePool> {
    let (protocol, rest) = line.split_once("|")?;
    let vni = |mark: &str| {
        let (_, value) = rest.split_once(mark)?;
        value.between("VNI(", ")").and_then(Piece::parse)
    };
    Some(MasqueradePool {
        protocol: protocol.trim().string(),
        source_vni: vni("source VPC:"),
        dest_vni: vni("dest VPC:")?,
        private: rest.split_once("for IPs:").and_then(|(_, ips)| range(ips)),
        idle_timeout: None,
        regions: Vec::new(),
        available: None,
        complete: false,
        span: line.span(),
    })
}

impl MasqueradePool {
    /// A line that was not understood may have been an unused range.
    fn doubt(&mut self) {
        if let Some(region) = self.regions.last_mut() {
            region.ranges_printed = false;
        }
    }

    /// Reads a line under the heading; gives the list that goes on after it, or none for an unknown line.
    fn line(&mut self, line: Piece<'_>, list: List) -> Option<List> {
        if let Some(timeout) = line.after("idle timeout:") {
            self.idle_timeout = timeout.parse().or_else(|| duration(timeout.text).map(|seconds| timeout.with(seconds)));
            return Some(List::None);
        }
        if let Some(available) = line.after("available IPs:") {
            self.available = available.parse();
            return Some(List::None);
        }
        if let Some(bounds) = line.after("region ") {
            self.regions.push(Region { bounds: range(bounds), ..Region::default() });
            return Some(List::None);
        }
        if self.regions.is_empty() {
            self.regions.push(Region::default());
        }
        let region = self.regions.last_mut()?;
        match line.text {
            "IP ranges in pool:" => {
                region.ranges_printed = true;
                return Some(List::Unused);
            }
            "allocated IPs:" => return Some(List::Allocated),
            "allocated ports:" => return Some(list),
            _ => {}
        }
        match list {
            List::None => return None,
            List::Unused if line.text == "(empty)" => {}
            List::Unused => region.unused.push(range(line)?),
            List::Allocated => region.allocated(line)?,
        }
        Some(list)
    }
}

impl Region {
    /// `<ip>:`, its ports, or `(empty)` for no address or no port.
    fn allocated(&mut self, line: Piece<'_>) -> Option<()> {
        let address = line.text.strip_suffix(':').map_or(line, |text| line.sub(0, text.len()));
        if let Some(address) = address.parse() {
            self.allocated.push(AllocatedIp { address, ports: AllocatedPorts::Unknown });
            return Some(());
        }
        let Some(ip) = self.allocated.last_mut() else {
            return (line.text == "(empty)").then_some(());
        };
        ip.ports = match (&ip.ports, line.text) {
            (_, "[all ports allocated]") => AllocatedPorts::All(line.span()),
            (AllocatedPorts::Unknown, "(empty)") => AllocatedPorts::Empty,
            (AllocatedPorts::Some(first), _) => AllocatedPorts::Some(Span { start: first.start, end: line.span().end }),
            _ => AllocatedPorts::Some(line.span()),
        };
        Some(())
    }
}

/// `[ x .. y ]`.
fn range(text: Piece<'_>) -> Option<Spanned<(IpAddr, IpAddr)>> {
    let inner = text.between("[", "]")?;
    let (first, last) = inner.split_once("..")?;
    let (first, last) = (first.trim().parse()?, last.trim().parse()?);
    Some(Spanned { value: (first.value, last.value), span: inner.trim().span() })
}
