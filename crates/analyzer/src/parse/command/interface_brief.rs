//! `show interface brief` of FRR.

use super::capture::{Read, Unread, captured, is_noise, without_escapes};
use super::columns::{Heading, Row};
use super::piece::{Piece, Spanned};
use crate::source::Span;

/// A row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BriefInterface {
    /// Interface.
    pub name: Spanned<String>,
    /// `up` or `down`.
    pub status: Spanned<String>,
    /// VRF.
    pub vrf: Option<Spanned<String>>,
    /// Addresses as printed.
    pub addresses: Vec<Spanned<String>>,
    /// The row.
    pub span: Span,
}

/// Reads the table; further addresses of an interface stand on lines of their own.
///
/// # Errors
/// Where nothing was captured or the heading is not `Interface Status VRF Addresses`.
pub fn interface_brief(text: &str) -> Read<Vec<BriefInterface>> {
    captured(text)?;
    let clean = without_escapes(text);
    let mut rows: Vec<BriefInterface> = Vec::new();
    let (mut heading, mut first) = (None, None);
    for line in Piece::new(&clean, 0).lines().filter(|line| !is_noise(line.text)) {
        first = first.or(Some(line.trim().span()));
        if let Some(found) = Heading::of(line, &["Interface", "Status", "VRF", "Addresses"]) {
            heading = Some(found);
            continue;
        }
        let Some(heading) = &heading else { continue };
        if line.text.starts_with("---") {
            continue;
        }
        if line.indent() > 0 {
            if let Some(row) = rows.last_mut() {
                row.addresses.extend(line.words().map(Piece::string));
            }
            continue;
        }
        let row = Row::new(line, heading);
        if let (Some(name), Some(status)) = (row.get("Interface"), row.get("Status")) {
            rows.push(BriefInterface {
                name: name.string(),
                status: status.string(),
                vrf: row.get("VRF").map(Piece::string),
                addresses: row.words.iter().skip(3).filter(|word| word.text != "+").map(|word| word.string()).collect(),
                span: line.trim().span(),
            });
        }
    }
    if heading.is_some() { Ok(rows) } else { Err(first.map_or(Unread::Empty, Unread::Layout)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows() {
        let text = "Interface       Status  VRF             Addresses
---------       ------  ---             ---------
enp2s1          up      default         172.30.128.9/31
lo              up      default         172.30.8.3/32
                                        172.30.12.2/32
00005-bri       down    00005-vrf      

";
        let rows = interface_brief(text).unwrap();
        assert_eq!(rows.len(), 3);
        assert_eq!(rows[1].addresses.len(), 2);
        assert_eq!(rows[1].addresses[1].span.slice(text), "172.30.12.2/32");
        assert_eq!(rows[2].status.value, "down");
        assert_eq!(rows[2].vrf.as_ref().unwrap().value, "00005-vrf");
        assert!(matches!(interface_brief("lo UNKNOWN 127.0.0.1/8\n"), Err(Unread::Layout(_))));
    }
}
