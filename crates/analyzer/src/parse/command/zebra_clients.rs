//! `show zebra client summary` of FRR.

use super::capture::{Read, Unread, captured, is_noise, without_escapes};
use super::piece::{Piece, Spanned};
use super::when::duration;
use crate::source::Span;

/// A client of zebra.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ZebraClient {
    /// `bgp`, `static`, `bfd`, `mgmt`, …
    pub name: Spanned<String>,
    /// Seconds since it connected.
    pub connected: Option<Spanned<u64>>,
    /// Seconds since something was read from it.
    pub last_read: Option<Spanned<u64>>,
    /// Seconds since something was written to it.
    pub last_write: Option<Spanned<u64>>,
    /// The row.
    pub span: Span,
}

/// Reads the table.
///
/// # Errors
/// Where nothing was captured or the heading is not known.
pub fn zebra_clients(text: &str) -> Read<Vec<ZebraClient>> {
    captured(text)?;
    let clean = without_escapes(text);
    let mut rows = Vec::new();
    let (mut known, mut first) = (false, None);
    for line in Piece::new(&clean, 0).lines().filter(|line| !is_noise(line.text)) {
        first = first.or(Some(line.trim().span()));
        if line.text.starts_with("Name ") && line.text.contains("Connect Time") {
            known = true;
        } else if line.text.starts_with("---") || line.text.starts_with("Routes column") || !known {
        } else {
            let words: Vec<_> = line.words().collect();
            let seconds = |at: usize| {
                let word = words.get(at)?;
                duration(word.text).map(|seconds| word.with(seconds))
            };
            if let Some(name) = words.first().filter(|_| seconds(1).is_some()) {
                rows.push(ZebraClient {
                    name: name.string(),
                    connected: seconds(1),
                    last_read: seconds(2),
                    last_write: seconds(3),
                    span: line.trim().span(),
                });
            }
        }
    }
    if known { Ok(rows) } else { Err(first.map_or(Unread::Empty, Unread::Layout)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows() {
        let text = "Name      Connect Time    Last Read  Last Write      IPv4 Routes           IPv6 Routes\n-----\n\
mgmt          01w2d01h     00:00:05    00:00:04          0/0                   0/0         \n\
bgp           01w2d01h     00:00:03    00:00:08        65/14                   0/0         \n\
Routes column shows (added+updated)/deleted\n";
        let rows = zebra_clients(text).unwrap();
        assert_eq!(rows.len(), 2);
        assert_eq!(rows[1].name.value, "bgp");
        assert_eq!(rows[1].connected.unwrap().value, 781_200);
        assert_eq!(rows[1].last_write.unwrap().value, 8);
        assert!(matches!(zebra_clients("Client: bgp\n"), Err(Unread::Layout(_))));
    }
}
