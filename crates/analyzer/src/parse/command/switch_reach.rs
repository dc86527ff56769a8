//! `Switch connectivity from control node` of a control node's show-tech (bundles reference 2.3).

use std::net::IpAddr;

use super::capture::{Read, Unread, captured, is_noise, without_escapes};
use super::piece::{Piece, Spanned};
use crate::source::Span;

/// How the control node reaches a switch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SwitchReach {
    /// Management address of the switch.
    pub address: Spanned<IpAddr>,
    /// `ping=ok`.
    pub ping: Option<Spanned<bool>>,
    /// State of the neighbour entry; none without one.
    pub arp: Option<Spanned<String>>,
    /// `ssh:22=open`.
    pub ssh: Option<Spanned<bool>>,
    /// The first line.
    pub span: Span,
}

/// Reads `Switch 172.30.0.8: ping=ok arp=REACHABLE` with ` ssh:22=open` behind it or on the next line.
///
/// # Errors
/// Where nothing was captured or no line has that form.
pub fn switch_reach(text: &str) -> Read<Vec<SwitchReach>> {
    captured(text)?;
    let clean = without_escapes(text);
    let mut rows: Vec<SwitchReach> = Vec::new();
    let mut first = None;
    for line in Piece::new(&clean, 0).lines().filter(|line| !is_noise(line.text)) {
        first = first.or(Some(line.trim().span()));
        if let Some((address, rest)) = line.after("Switch ").and_then(|rest| rest.split_once(": ")) {
            if let Some(address) = address.parse() {
                let span = line.trim().span();
                let mut row = SwitchReach { address, ping: None, arp: None, ssh: None, span };
                rest.words().for_each(|word| row.word(word));
                rows.push(row);
            }
        } else if let Some(row) = rows.last_mut() {
            line.words().for_each(|word| row.word(word));
        }
    }
    if rows.is_empty() { Err(first.map_or(Unread::Empty, Unread::Layout)) } else { Ok(rows) }
}

impl SwitchReach {
    fn word(&mut self, word: Piece<'_>) {
        let Some((key, value)) = word.split_once("=") else {
            return;
        };
        match (key.text, value.text) {
            ("ping", "ok" | "fail") => self.ping = Some(value.with(value.text == "ok")),
            ("arp", state) if !state.is_empty() => self.arp = Some(value.string()),
            ("ssh:22", "open" | "closed") => self.ssh = Some(value.with(value.text == "open")),
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn joined_lines() {
        let text =
            "Switch 172.30.0.8: ping=ok arp=REACHABLE\n ssh:22=open\nSwitch 172.30.0.9: ping=fail arp= ssh:22=closed\n";
        let rows = switch_reach(text).unwrap();
        assert_eq!(rows.len(), 2);
        assert!(rows[0].ping.unwrap().value && rows[0].ssh.unwrap().value);
        assert_eq!(rows[0].arp.as_ref().unwrap().value, "REACHABLE");
        assert!(!rows[1].ping.unwrap().value && rows[1].arp.is_none());
        assert_eq!(rows[1].ssh.unwrap().span.slice(text), "closed");
        assert!(matches!(switch_reach("Switch leaf-01: fine\n"), Err(Unread::Layout(_))));
    }
}
