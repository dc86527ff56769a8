//! `show bfd peers` (gateway reference 6.3).

use std::net::IpAddr;

use super::capture::{Read, Unread, captured, is_noise, without_escapes};
use super::piece::{Piece, Spanned};
use super::when::duration;
use crate::source::Span;

/// BFD sessions.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct BfdPeers {
    /// Sessions in order.
    pub peers: Vec<BfdPeer>,
}

/// A BFD session.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BfdPeer {
    /// Peer.
    pub address: Spanned<IpAddr>,
    /// Own address.
    pub local: Option<Spanned<IpAddr>>,
    /// VRF.
    pub vrf: Option<Spanned<String>>,
    /// Interface.
    pub interface: Option<Spanned<String>>,
    /// `up`, `down`, `init` or `shutdown`.
    pub status: Option<Spanned<String>>,
    /// Seconds up.
    pub uptime: Option<Spanned<u64>>,
    /// Seconds down.
    pub downtime: Option<Spanned<u64>>,
    /// Own diagnostics: `ok`, `control detection time expired`, …
    pub diagnostics: Option<Spanned<String>>,
    /// The peer's diagnostics.
    pub remote_diagnostics: Option<Spanned<String>>,
    /// The line of the peer.
    pub span: Span,
}

impl BfdPeers {
    /// Reads the output. A heading without peers is an empty list: no session is configured.
    ///
    /// # Errors
    /// Where nothing was captured or neither heading nor peer stands in the text.
    pub fn parse(text: &str) -> Read<Self> {
        captured(text)?;
        let clean = without_escapes(text);
        let mut out = Self::default();
        let (mut known, mut first) = (false, None);
        // Timers at the end of a peer hold keys of their own, but none of those below.
        for line in Piece::new(&clean, 0).lines().filter(|line| !is_noise(line.text)) {
            first = first.or(Some(line.trim().span()));
            if line.text.trim() == "BFD Peers:" {
                known = true;
            } else if let Some(peer) = peer(line) {
                out.peers.push(peer);
            } else if let (Some(peer), Some((key, value))) = (out.peers.last_mut(), line.key_value()) {
                peer.field(key, value);
            }
        }
        if known || out.peers.iter().any(|peer| peer.status.is_some()) {
            Ok(out)
        } else {
            Err(first.map_or(Unread::Empty, Unread::Layout))
        }
    }

    /// The session with an address.
    #[must_use]
    pub fn peer(&self, address: IpAddr) -> Option<&BfdPeer> {
        self.peers.iter().find(|peer| peer.address.value == address)
    }
}

/// `peer <ip> [multihop] [local-address <ip>] [vrf <v>] [interface <if>]`.
fn peer(line: Piece<'_>) -> Option<BfdPeer> {
    let words: Vec<_> = line.after("peer ")?.words().collect();
    let address = words.first()?.parse()?;
    let after = |key: &str| {
        let at = words.iter().position(|word| word.text == key)?;
        words.get(at.saturating_add(1)).copied()
    };
    Some(BfdPeer {
        address,
        local: after("local-address").and_then(Piece::parse),
        vrf: after("vrf").map(Piece::string),
        interface: after("interface").map(Piece::string),
        status: None,
        uptime: None,
        downtime: None,
        diagnostics: None,
        remote_diagnostics: None,
        span: line.trim().span(),
    })
}

impl BfdPeer {
    fn field(&mut self, key: Piece<'_>, value: Piece<'_>) {
        let seconds = || duration(value.text).map(|seconds| value.with(seconds));
        match key.text {
            "Status" => self.status = Some(value.string()),
            "Uptime" => self.uptime = seconds(),
            "Downtime" => self.downtime = seconds(),
            "Diagnostics" => self.diagnostics = Some(value.string()),
            "Remote diagnostics" => self.remote_diagnostics = Some(value.string()),
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sessions() {
        let text = "BFD Peers:\n\tpeer 172.30.128.8 local-address 172.30.128.9 vrf default interface enp2s1\n\
\t\tID: 846888411\n\t\tStatus: up\n\t\tUptime: 9 day(s), 1 hour(s), 23 minute(s), 36 second(s)\n\
\t\tDiagnostics: ok\n\t\tLocal timers:\n\t\t\tDetect-multiplier: 3\n\n\
\tpeer 172.30.128.10 vrf default\n\t\tStatus: down\n\t\tDowntime: 45 second(s)\n\
\t\tDiagnostics: control detection time expired\n\t\tRemote diagnostics: neighbor signaled session down\n";
        let peers = BfdPeers::parse(text).unwrap();
        assert_eq!(peers.peers.len(), 2);
        let up = &peers.peers[0];
        assert_eq!(up.interface.as_ref().unwrap().value, "enp2s1");
        assert_eq!(up.uptime.unwrap().value, 782_616);
        assert_eq!(up.downtime, None);
        let down = peers.peer("172.30.128.10".parse().unwrap()).unwrap();
        assert_eq!(down.status.as_ref().unwrap().span.slice(text), "down");
        assert_eq!(down.downtime.unwrap().value, 45);
        assert_eq!(down.diagnostics.as_ref().unwrap().value, "control detection time expired");
        assert_eq!(down.local, None);
    }

    #[test]
    fn no_session_is_not_another_layout() {
        assert_eq!(BfdPeers::parse("BFD Peers:\n").unwrap().peers.len(), 0);
        assert!(matches!(BfdPeers::parse("bfd\n peer 172.30.128.8\n exit\n"), Err(Unread::Layout(_))));
        assert!(matches!(BfdPeers::parse("Session count: 2\n"), Err(Unread::Layout(_))));
    }
}
