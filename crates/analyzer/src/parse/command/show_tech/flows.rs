//! The flow table.

use std::net::IpAddr;

use super::super::piece::{Piece, Spanned};
use super::super::when::duration;
use super::{Section, SectionRead, UnknownLayout};
use crate::source::Span;

/// `Flow Table (n entries)`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FlowTable {
    /// Entries, from the title.
    pub entries: Option<Spanned<u64>>,
    /// The flows that are listed.
    pub flows: Vec<Flow>,
}

/// A flow.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Flow {
    /// VNI of the VPC that it comes from.
    pub source_vni: Option<u32>,
    /// Source address.
    pub source: IpAddr,
    /// Source port; none for ICMP.
    pub source_port: Option<u16>,
    /// Destination address.
    pub destination: IpAddr,
    /// Destination port; none for ICMP.
    pub destination_port: Option<u16>,
    /// Protocol as printed.
    pub protocol: Span,
    /// VNI of the VPC that it goes to.
    pub destination_vni: Option<u32>,
    /// NAT of the flow.
    pub nat: Option<FlowNat>,
    /// Status: `Active`, …
    pub status: Option<Span>,
    /// The status is `Active`.
    pub active: bool,
    /// Seconds until it expires.
    pub expires: Option<u64>,
    /// Generation of the configuration that made it.
    pub genid: Option<i64>,
    /// The first line.
    pub span: Span,
}

/// NAT of a flow.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FlowNat {
    /// Kind.
    pub kind: FlowNatKind,
    /// The text after the name.
    pub text: Span,
}

/// Kind of NAT.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum FlowNatKind {
    /// `masquerading:`.
    Masquerade,
    /// `port-forwarding:`.
    PortForward,
    /// `nat-state:` up to dataplane v0.19, masquerading there.
    NatState,
}

impl FlowTable {
    /// True if the table lists every entry that its title counts.
    #[must_use]
    pub fn whole(&self) -> bool {
        self.entries.is_some_and(|entries| u64::try_from(self.flows.len()) == Ok(entries.value))
    }
}

pub(crate) fn read(section: &mut Section<'_, '_>) -> SectionRead<FlowTable> {
    let mut out = FlowTable { entries: section.count, flows: Vec::new() };
    for line in section.body.lines() {
        let line = line.trim();
        if line.is_empty() || line.text == "(empty)" {
            continue;
        }
        if line.text.starts_with("from") {
            match flow(line) {
                Some(flow) => out.flows.push(flow),
                None => section.skip(line),
            }
        } else if let Some(flow) = out.flows.last_mut() {
            if !flow.line(line) {
                section.skip(line);
            }
        } else {
            section.skip(line);
        }
    }
    if out.entries.is_none() && out.flows.is_empty() {
        return Err(UnknownLayout);
    }
    Ok(out)
}

/// `from VNI(300),10.10.3.10:44172 -> 203.0.113.5:443 TCP`; `from:` before dataplane v0.20.0; ICMP has ` id:N`.
fn flow(line: Piece<'_>) -> Option<Flow> {
    let rest = line.after("from")?;
    let rest = rest.after(":").unwrap_or(rest);
    let (left, right) = rest.split_once("->")?;
    let (vni, source) = match left.split_once(",") {
        Some((vni, source)) => (vni.between("VNI(", ")"), source),
        None => (None, left),
    };
    let (destination, rest) = right.first_word();
    let (protocol, _) = rest.first_word();
    let (source, source_port) = endpoint(source.trim())?;
    let (destination, destination_port) = endpoint(destination)?;
    Some(Flow {
        source_vni: vni.and_then(Piece::parse).map(|vni| vni.value),
        source,
        source_port,
        destination,
        destination_port,
        protocol: protocol.span(),
        destination_vni: None,
        nat: None,
        status: None,
        active: false,
        expires: None,
        genid: None,
        span: line.span(),
    })
}

/// `10.1.1.1`, `10.1.1.1:443`, `[2001:db8::1]:443`, `2001:db8::1`.
fn endpoint(text: Piece<'_>) -> Option<(IpAddr, Option<u16>)> {
    if let Ok(address) = text.text.parse() {
        return Some((address, None));
    }
    let (address, port) = text.text.rsplit_once(':')?;
    let address = address.trim_start_matches('[').trim_end_matches(']');
    Some((address.parse().ok()?, Some(port.parse().ok()?)))
}

impl Flow {
    /// Reads an indented line; false for an unknown one.
    fn line(&mut self, line: Piece<'_>) -> bool {
        if let Some(vni) = line.after("dst-vpcd:") {
            self.destination_vni = vni.between("VNI(", ")").and_then(Piece::parse).map(|vni| vni.value);
            return true;
        }
        if let Some(status) = line.after("status:") {
            self.status(status);
            return true;
        }
        for (name, kind) in [
            ("masquerading:", FlowNatKind::Masquerade),
            ("port-forwarding:", FlowNatKind::PortForward),
            ("nat-state:", FlowNatKind::NatState),
        ] {
            if let Some(text) = line.after(name) {
                self.nat = Some(FlowNat { kind, text: text.span() });
                return true;
            }
        }
        false
    }

    /// `Active, expires in 118s, related: yes, genid: 14`.
    fn status(&mut self, text: Piece<'_>) {
        for part in text.split(',').map(Piece::trim) {
            if let Some(expires) = part.after("expires in") {
                self.expires = duration(expires.text);
            } else if let Some(genid) = part.after("genid:") {
                self.genid = genid.parse().map(|genid| genid.value);
            } else if self.status.is_none() {
                self.status = Some(part.span());
                self.active = part.text == "Active";
            }
        }
    }
}
