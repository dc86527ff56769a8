//! `show running-config` of FRR (gateway reference 2.6, 6.3).

use std::net::IpAddr;

use ipnet::IpNet;

use super::capture::{Read, Unread, captured, is_noise, without_escapes};
use super::piece::{Piece, Spanned};
use crate::source::Span;

/// What rules need of the configuration.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RunningConfig {
    /// `router bgp` blocks.
    pub bgp: Vec<RouterBgp>,
    /// Peers of the `bfd` block.
    pub bfd_peers: Vec<Spanned<IpAddr>>,
    /// `vrf` blocks with their VNI.
    pub vrfs: Vec<(Spanned<String>, Option<Spanned<u32>>)>,
    /// The closing `end` stands there; without it nothing can be concluded from what is absent.
    pub complete: bool,
}

/// A `router bgp <asn> [vrf <name>]` block.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RouterBgp {
    /// ASN.
    pub asn: Spanned<u32>,
    /// VRF; none for the default one.
    pub vrf: Option<Spanned<String>>,
    /// Router id.
    pub router_id: Option<Spanned<IpAddr>>,
    /// Neighbours.
    pub neighbors: Vec<ConfigNeighbor>,
    /// Networks that are announced, of all address families.
    pub networks: Vec<Spanned<IpNet>>,
    /// The line that opens the block.
    pub span: Span,
}

/// A neighbour of a block.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConfigNeighbor {
    /// Address or interface.
    pub name: Spanned<String>,
    /// ASN; none for `external` and `internal`.
    pub remote_as: Option<Spanned<u32>>,
    /// `neighbor … bfd`.
    pub bfd: Option<Span>,
    /// The line with its ASN.
    pub span: Span,
}

/// The block that lines belong to.
#[derive(Clone, Copy, PartialEq)]
enum Block {
    None,
    Bgp,
    Bfd,
    Vrf,
}

impl RunningConfig {
    /// Reads the configuration.
    ///
    /// # Errors
    /// Where nothing was captured or the text is no FRR configuration.
    pub fn parse(text: &str) -> Read<Self> {
        captured(text)?;
        let clean = without_escapes(text);
        let mut out = Self::default();
        let mut block = Block::None;
        let (mut known, mut first) = (false, None);
        for line in Piece::new(&clean, 0).lines().filter(|line| !is_noise(line.text)) {
            first = first.or(Some(line.trim().span()));
            known |= line.text == "Current configuration:" || line.text.starts_with("frr version ");
            if line.indent() == 0 {
                block = out.open(line);
                known |= block == Block::Bgp;
            } else {
                out.line(line.trim(), block);
            }
        }
        if known { Ok(out) } else { Err(first.map_or(Unread::Empty, Unread::Layout)) }
    }

    /// The `router bgp` block of a VRF.
    #[must_use]
    pub fn bgp_vrf(&self, name: &str) -> Option<&RouterBgp> {
        self.bgp.iter().find(|block| block.vrf.as_ref().is_some_and(|vrf| vrf.value == name))
    }

    /// A line without indentation.
    fn open(&mut self, line: Piece<'_>) -> Block {
        if let Some(rest) = line.after("router bgp ") {
            let mut words = rest.words();
            let Some(asn) = words.next().and_then(Piece::parse) else {
                return Block::None;
            };
            let vrf = words.by_ref().find(|word| word.text == "vrf").and_then(|_| words.next());
            self.bgp.push(RouterBgp {
                asn,
                vrf: vrf.map(Piece::string).filter(|vrf| vrf.value != "default"),
                router_id: None,
                neighbors: Vec::new(),
                networks: Vec::new(),
                span: line.span(),
            });
            return Block::Bgp;
        }
        if let Some(name) = line.after("vrf ") {
            self.vrfs.push((name.string(), None));
            return Block::Vrf;
        }
        match line.text {
            "bfd" => Block::Bfd,
            "end" => {
                self.complete = true;
                Block::None
            }
            _ => Block::None,
        }
    }

    /// A line inside a block.
    fn line(&mut self, line: Piece<'_>, block: Block) {
        match block {
            Block::None => {}
            Block::Bfd => {
                if let Some(peer) = line.after("peer ") {
                    self.bfd_peers.extend(peer.first_word().0.parse());
                }
            }
            Block::Vrf => {
                if let (Some(vni), Some((_, slot))) = (line.after("vni "), self.vrfs.last_mut()) {
                    *slot = vni.first_word().0.parse();
                }
            }
            Block::Bgp => {
                if let Some(bgp) = self.bgp.last_mut() {
                    bgp.line(line);
                }
            }
        }
    }
}

impl RouterBgp {
    fn line(&mut self, line: Piece<'_>) {
        if let Some(id) = line.after("bgp router-id ") {
            self.router_id = id.parse();
        } else if let Some(network) = line.after("network ") {
            self.networks.extend(network.first_word().0.parse());
        } else if let Some(rest) = line.after("neighbor ") {
            let (name, rest) = rest.first_word();
            if let Some(asn) = rest.after("remote-as ") {
                self.neighbors.push(ConfigNeighbor {
                    name: name.string(),
                    remote_as: asn.first_word().0.parse(),
                    bfd: None,
                    span: line.span(),
                });
            } else if rest.first_word().0.text == "bfd" {
                // FRR writes the lines of a neighbour together, its ASN first.
                let known = self.neighbors.iter_mut().rev().take(8).find(|known| known.name.value == name.text);
                if let Some(neighbor) = known {
                    neighbor.bfd = Some(line.span());
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "Building configuration...

Current configuration:
!
frr version 10.6.0
vrf 0003a-vrf
 vni 300
exit-vrf
!
router bgp 65534
 bgp router-id 172.30.8.3
 neighbor 172.30.128.8 remote-as 65101
 neighbor 172.30.128.8 bfd
 neighbor 172.30.128.10 remote-as 65102
 !
 address-family ipv4 unicast
  network 172.30.12.2/32
  neighbor 172.30.128.8 activate
 exit-address-family
exit
!
router bgp 65534 vrf 0003a-vrf
 bgp router-id 172.30.8.3
 address-family ipv4 unicast
  network 0.0.0.0/0
 exit-address-family
exit
!
bfd
 peer 172.30.128.8
 exit
 !
exit
!
end
";

    #[test]
    fn blocks() {
        let config = RunningConfig::parse(TEXT).unwrap();
        assert!(config.complete);
        assert_eq!(config.bgp.len(), 2);
        let default = &config.bgp[0];
        assert_eq!((default.asn.value, default.vrf.is_none()), (65534, true));
        assert_eq!(default.neighbors.len(), 2);
        assert_eq!(default.neighbors[0].remote_as.unwrap().value, 65101);
        assert!(default.neighbors[0].bfd.is_some() && default.neighbors[1].bfd.is_none());
        assert_eq!(default.networks[0].value.to_string(), "172.30.12.2/32");
        let vpc = config.bgp_vrf("0003a-vrf").unwrap();
        assert_eq!(vpc.networks.len(), 1);
        assert_eq!(vpc.span.slice(TEXT), "router bgp 65534 vrf 0003a-vrf");
        assert_eq!(config.bfd_peers.len(), 1);
        assert_eq!(config.vrfs[0].1.unwrap().value, 300);
        assert!(config.bgp_vrf("0003b-vrf").is_none());
    }

    #[test]
    fn a_cut_config_is_not_complete() {
        let config = RunningConfig::parse(&TEXT[..TEXT.len() - 20]).unwrap();
        assert!(!config.complete);
        assert!(matches!(RunningConfig::parse("interface lo\n ip address 1.1.1.1/32\n"), Err(Unread::Layout(_))));
    }
}
