//! `show bgp summary` (gateway reference 6.3).

use std::net::IpAddr;

use super::capture::{Read, Unread, captured, is_noise, without_escapes};
use super::columns::{Heading, Row};
use super::piece::{Piece, Spanned};
use super::when::duration;
use crate::source::Span;

/// Neighbours per address family.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct BgpSummary {
    /// Families in order.
    pub families: Vec<BgpFamily>,
    /// FRR's own words where it has nothing to show: `% No BGP neighbors found`.
    pub message: Option<Spanned<String>>,
}

/// One `<family> Summary:` part.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BgpFamily {
    /// `IPv4 Unicast`, `L2VPN EVPN`, …
    pub family: Spanned<String>,
    /// VRF.
    pub vrf: Option<Spanned<String>>,
    /// Router id.
    pub router_id: Option<Spanned<IpAddr>>,
    /// Own ASN.
    pub local_as: Option<Spanned<u32>>,
    /// Neighbours.
    pub neighbors: Vec<BgpNeighbor>,
}

/// A row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BgpNeighbor {
    /// Neighbour as printed.
    pub name: Spanned<String>,
    /// Its address.
    pub address: Option<IpAddr>,
    /// Its ASN.
    pub asn: Option<Spanned<u32>>,
    /// Messages received and sent.
    pub messages: Option<(u64, u64)>,
    /// Since when it is up or down.
    pub up_down: Option<Spanned<UpDown>>,
    /// State.
    pub state: Spanned<BgpState>,
    /// Prefixes sent.
    pub sent: Option<Spanned<u64>>,
    /// Description; none for `N/A`.
    pub description: Option<Spanned<String>>,
    /// The row.
    pub span: Span,
}

/// Column `Up/Down`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UpDown {
    /// Never up.
    Never,
    /// Seconds in the present state, as precise as FRR prints it.
    Seconds(u64),
}

/// Column `State/PfxRcd`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BgpState {
    /// A number: established, with that many prefixes received.
    Established(u64),
    /// `Idle`, `Idle (Admin)`, `Idle (PfxCt)`, `Connect`, `Active`, `OpenSent`, `OpenConfirm`, `Clearing`,
    /// `Deleted`: no session.
    Down(String),
    /// `(Policy)`: no policy lets prefixes pass.
    Policy,
    /// `NoNeg`: the peer does not speak this family.
    NotNegotiated,
    /// Another text.
    Other(String),
}

impl BgpState {
    /// A numeric state.
    #[must_use]
    pub fn is_established(&self) -> bool {
        matches!(self, Self::Established(_))
    }

    /// A state of a session that is not up. Neither this nor established: nothing can be said.
    #[must_use]
    pub fn is_down(&self) -> bool {
        matches!(self, Self::Down(_))
    }

    fn parse(text: &str) -> Self {
        if let Ok(prefixes) = text.parse() {
            return Self::Established(prefixes);
        }
        match text {
            "(Policy)" => Self::Policy,
            "NoNeg" => Self::NotNegotiated,
            _ => {
                let state = text.split_whitespace().next().unwrap_or("");
                if matches!(state, "Idle" | "Connect" | "Active" | "OpenSent" | "OpenConfirm" | "Clearing" | "Deleted")
                {
                    Self::Down(text.to_owned())
                } else {
                    Self::Other(text.to_owned())
                }
            }
        }
    }
}

impl BgpSummary {
    /// Reads the output.
    ///
    /// # Errors
    /// Where nothing was captured or no summary stands in the text.
    pub fn parse(text: &str) -> Read<Self> {
        captured(text)?;
        let clean = without_escapes(text);
        let mut out = Self::default();
        let mut heading: Option<Heading<'_>> = None;
        let mut wrapped: Option<Piece<'_>> = None;
        let mut first = None;
        for line in Piece::new(&clean, 0).lines().filter(|line| !is_noise(line.text)) {
            let trimmed = line.trim();
            first = first.or(Some(trimmed.span()));
            if let Some(family) = family(trimmed) {
                out.families.push(family);
                (heading, wrapped) = (None, None);
            } else if let Some(message) = trimmed.after("% ").filter(|text| says_none(text.text)) {
                out.message = Some(message.string());
            } else if let Some(family) = out.families.last_mut() {
                if let Some(found) = Heading::of(line, &["Neighbor", "V", "AS"]) {
                    heading = Some(found);
                } else if trimmed.text.starts_with("Total number of") {
                    (heading, wrapped) = (None, None);
                } else if let Some(heading) = &heading {
                    match neighbor(line, wrapped.take(), heading) {
                        Some(neighbor) => family.neighbors.push(neighbor),
                        // A long name stands alone; its values follow on the next line.
                        None => wrapped = (trimmed.words().count() == 1).then_some(trimmed),
                    }
                } else {
                    family.identity(trimmed);
                }
            }
        }
        if out.families.is_empty() && out.message.is_none() {
            return Err(first.map_or(Unread::Empty, Unread::Layout));
        }
        Ok(out)
    }

    /// The rows of a family in the default VRF.
    pub fn family<'s>(&'s self, name: &'s str) -> impl Iterator<Item = &'s BgpNeighbor> {
        self.families
            .iter()
            .filter(move |family| {
                family.family.value == name && family.vrf.as_ref().is_none_or(|vrf| vrf.value == "default")
            })
            .flat_map(|family| &family.neighbors)
    }
}

impl BgpFamily {
    /// `BGP router identifier 172.30.8.21, local AS number 65534 VRF default vrf-id 0`.
    fn identity(&mut self, line: Piece<'_>) {
        let Some(rest) = line.after("BGP router identifier") else {
            return;
        };
        self.router_id = rest.split_once(",").and_then(|(id, _)| id.trim().parse());
        self.local_as = rest.split_once("local AS number").and_then(|(_, asn)| asn.first_word().0.parse());
        let vrf = rest.split_once(" VRF ").map(|(_, vrf)| vrf.first_word().0.string());
        self.vrf = vrf.or(self.vrf.take());
    }
}

/// FRR's words for an instance without neighbours, or for no instance at all.
fn says_none(text: &str) -> bool {
    text.starts_with("No ") && text.contains("neighbor") || text.ends_with("instance not found")
}

/// `IPv4 Unicast Summary:`, `IPv4 Unicast Summary (VRF default):`.
fn family(line: Piece<'_>) -> Option<BgpFamily> {
    let (name, rest) = line.split_once(" Summary")?;
    if !line.text.ends_with(':') || !(rest.text == ":" || rest.text.starts_with(" (VRF ")) {
        return None;
    }
    let vrf = rest.between("(VRF ", ")").map(Piece::string);
    let family = name.string();
    Some(BgpFamily { family, vrf, router_id: None, local_as: None, neighbors: Vec::new() })
}

fn neighbor(line: Piece<'_>, wrapped: Option<Piece<'_>>, heading: &Heading<'_>) -> Option<BgpNeighbor> {
    let mut row = Row::new(line, heading);
    if let Some(name) = wrapped {
        row.words.insert(0, name);
    }
    // `Idle (Admin)` is one cell of two words.
    let at = heading.index("State/PfxRcd")?;
    let mut state = *row.words.get(at)?;
    if row.words.get(at.saturating_add(1)).is_some_and(|next| next.text.starts_with('(')) {
        let next = row.words.remove(at.saturating_add(1));
        state = line.sub(state.start.saturating_sub(line.start), next.end().saturating_sub(line.start));
    }
    let up_down = row.get("Up/Down").and_then(|cell| {
        let value = if cell.text == "never" { UpDown::Never } else { UpDown::Seconds(duration(cell.text)?) };
        Some(cell.with(value))
    });
    let count = |name: &str| Some(row.get(name)?.parse::<u64>()?.value);
    let name = row.get("Neighbor")?;
    let name = name.skip(name.text.len() - name.text.trim_start_matches('*').len());
    row.get("V")?.parse::<u32>()?;
    let description = row.rest("Desc").filter(|text| text.text != "N/A");
    Some(BgpNeighbor {
        name: name.string(),
        address: address(name.text),
        asn: row.get("AS").and_then(Piece::parse),
        messages: count("MsgRcvd").zip(count("MsgSent")),
        up_down,
        state: state.with(BgpState::parse(state.text)),
        sent: row.get("PfxSnt").and_then(Piece::parse),
        description: description.map(Piece::string),
        span: line.trim().span(),
    })
}

/// `172.30.128.41` or `leaf-01(172.30.128.41)`.
fn address(name: &str) -> Option<IpAddr> {
    let inner = name.rsplit_once('(').map_or(name, |(_, inner)| inner.trim_end_matches(')'));
    inner.parse().ok()
}

#[cfg(test)]
#[path = "bgp_summary_tests.rs"]
mod tests;
