//! BGP sessions of a gateway as its status tells them (gateway reference 2.5).

use std::collections::BTreeMap;
use std::net::IpAddr;

use super::{Form, GatewayAgent, Gw, Object};
use crate::finding::Evidence;
use crate::model::gateway::{BgpNeighbor, GatewayNeighbor};

/// State of a session in the status.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum SessionState {
    /// Not yet told.
    Unset,
    /// Any state but `established` and `unset`: no tagged release writes another than `idle`.
    Down,
    /// Up.
    Established,
}

impl SessionState {
    fn of(entry: &BgpNeighbor) -> Self {
        match entry.session_state.as_str() {
            "" | "unset" => Self::Unset,
            "established" => Self::Established,
            _ => Self::Down,
        }
    }
}

/// An entry of `status.state.bgp.vrfs.default.neighbors`; of several of one address the one with the best state.
#[derive(Debug, Clone, Copy)]
pub struct SessionEntry<'b> {
    /// The key as written.
    pub key: &'b str,
    /// The entry.
    pub entry: &'b BgpNeighbor,
    /// Its state.
    pub state: SessionState,
}

/// A configured neighbour, an entry of the status, or both.
#[derive(Debug, Clone, Copy)]
pub struct BgpSession<'b> {
    /// Address of the neighbour, as configured or as in the key.
    pub address: &'b str,
    /// Index in `spec.gateway.neighbors` and the neighbour.
    pub configured: Option<(usize, &'b GatewayNeighbor)>,
    /// What the status says.
    pub entry: Option<SessionEntry<'b>>,
}

/// All sessions of a gateway.
#[derive(Debug, Clone)]
pub struct BgpSessions<'b> {
    agent: &'b Object<GatewayAgent>,
    by_address: BTreeMap<IpAddr, usize>,
    /// Configured neighbours in their order, then entries of other addresses.
    pub sessions: Vec<BgpSession<'b>>,
    /// False where the status is there and has no entry of the default VRF at all.
    pub reported: bool,
    /// A key of a form that is not known: nothing is said about missing neighbours then.
    pub unknown_key: Option<&'b str>,
}

impl<'b> BgpSessions<'b> {
    /// The session with an address.
    #[must_use]
    pub fn find(&self, address: &str) -> Option<&BgpSession<'b>> {
        self.sessions.get(*self.by_address.get(&bare(address).parse().ok()?)?)
    }

    /// Sessions of configured neighbours.
    pub fn configured(&self) -> impl Iterator<Item = &BgpSession<'b>> {
        self.sessions.iter().filter(|session| session.configured.is_some())
    }

    /// Number of configured neighbours whose session is established.
    #[must_use]
    pub fn up(&self) -> usize {
        self.configured().filter(|session| session.state() == Some(SessionState::Established)).count()
    }

    /// Evidence of a field of an entry.
    #[must_use]
    pub fn evidence(&self, entry: &SessionEntry<'_>, field: &[&str], note: impl Into<String>) -> Evidence {
        let mut route = vec!["status", "state", "bgp", "vrfs", "default", "neighbors", entry.key];
        route.extend(field);
        self.agent.evidence(&route, note)
    }

    /// Evidence of a configured neighbour.
    #[must_use]
    pub fn neighbour_evidence(&self, index: usize, note: impl Into<String>) -> Evidence {
        self.agent.evidence(&["spec", "gateway", "neighbors", &index.to_string(), "ip"], note)
    }
}

impl BgpSession<'_> {
    /// State in the status; none where it has no entry.
    #[must_use]
    pub fn state(&self) -> Option<SessionState> {
        self.entry.map(|entry| entry.state)
    }
}

/// What a key of the neighbours map names.
#[derive(Debug, PartialEq, Eq)]
enum NeighbourKey<'k> {
    /// A peer with this address.
    Address(&'k str),
    /// Nothing of interest: a local RIB, or a peer without address.
    Other,
    /// A form that is not known.
    Unknown,
}

impl<'k> NeighbourKey<'k> {
    /// An address, or the debug text of dp v0.11 and v0.12:
    /// `GlobalInstancePeer { … }-<BGP id>-<AS>-<address|none>-<rd>`.
    fn parse(key: &'k str) -> Self {
        if key.parse::<IpAddr>().is_ok() {
            return Self::Address(key);
        }
        if key.starts_with("LocRibInstancePeer ") {
            return Self::Other;
        }
        let known = ["GlobalInstancePeer {", "LocalInstancePeer {", "RdInstancePeer {"];
        if !known.iter().any(|start| key.starts_with(start)) {
            return Self::Unknown;
        }
        let Some((_, tail)) = key.rsplit_once("}-") else { return Self::Unknown };
        let mut parts = tail.splitn(4, '-');
        let (Some(id), Some(asn), Some(address), Some(rd)) = (parts.next(), parts.next(), parts.next(), parts.next())
        else {
            return Self::Unknown;
        };
        if id.is_empty() || rd.is_empty() || asn.parse::<u32>().is_err() {
            return Self::Unknown;
        }
        match address {
            "none" => Self::Other,
            _ if address.parse::<IpAddr>().is_ok() => Self::Address(address),
            _ => Self::Unknown,
        }
    }
}

/// True if two texts are the same address.
#[must_use]
pub fn same_address(a: &str, b: &str) -> bool {
    match (bare(a).parse::<IpAddr>(), bare(b).parse::<IpAddr>()) {
        (Ok(a), Ok(b)) => a == b,
        _ => bare(a) == bare(b),
    }
}

/// An address without its mask.
#[must_use]
pub fn bare(address: &str) -> &str {
    address.split('/').next().unwrap_or(address)
}

impl<'b> Gw<'_, 'b> {
    /// BGP sessions; none where no status is captured that could hold them.
    #[must_use]
    pub fn bgp_sessions(&self) -> Option<BgpSessions<'b>> {
        let agent = self.agent()?;
        // A table row has a version in its state, but never sessions.
        let table = agent.raw.form == Form::Table;
        agent.at(&["status", "state"]).filter(|_| !table || !agent.status.state.bgp.vrfs.is_empty())?;
        let mut sessions: Vec<BgpSession<'b>> = agent
            .spec
            .gateway
            .neighbors
            .iter()
            .enumerate()
            .map(|at| BgpSession { address: &at.1.ip, configured: Some(at), entry: None })
            .collect();
        let mut by_address: BTreeMap<IpAddr, usize> = sessions
            .iter()
            .enumerate()
            .filter_map(|(index, session)| Some((session.address.parse().ok()?, index)))
            .collect();
        let vrf = agent.status.state.bgp.vrfs.get("default");
        let mut unknown_key = None;
        let mut reported = false;
        for (key, entry) in vrf.into_iter().flat_map(|vrf| &vrf.neighbors) {
            let address = match NeighbourKey::parse(key) {
                NeighbourKey::Address(address) => address,
                NeighbourKey::Other => continue,
                NeighbourKey::Unknown => {
                    unknown_key = unknown_key.or(Some(key.as_str()));
                    continue;
                }
            };
            reported = true;
            let found = SessionEntry { key, entry, state: SessionState::of(entry) };
            let Ok(parsed) = address.parse() else { continue };
            // A peer without address is known by its BGP id alone: it is none of the configured ones.
            if key == &entry.remote_router_id && !by_address.contains_key(&parsed) {
                continue;
            }
            let slot = *by_address.entry(parsed).or_insert_with(|| {
                sessions.push(BgpSession { address, configured: None, entry: None });
                sessions.len().saturating_sub(1)
            });
            if let Some(session) = sessions.get_mut(slot)
                && session.entry.is_none_or(|known| known.state < found.state)
            {
                session.entry = Some(found);
            }
        }
        Some(BgpSessions { agent, by_address, sessions, reported, unknown_key })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms_of_keys() {
        let debug = "GlobalInstancePeer { ipv6: false, post_policy: true, asn2: false, adj_rib_out: false }";
        assert_eq!(NeighbourKey::parse("172.30.128.33"), NeighbourKey::Address("172.30.128.33"));
        let key = format!("{debug}-172.30.8.4-65102-172.30.128.33-no-rd");
        assert_eq!(NeighbourKey::parse(&key), NeighbourKey::Address("172.30.128.33"));
        let key = format!("{debug}-172.30.8.4-65102-2001:db8::1-0:1:2");
        assert_eq!(NeighbourKey::parse(&key), NeighbourKey::Address("2001:db8::1"));
        let key = format!("{debug}-172.30.8.4-65102-none-no-rd");
        assert_eq!(NeighbourKey::parse(&key), NeighbourKey::Other);
        let local = "LocRibInstancePeer { filtered: false }-172.30.8.9-65534-none-no-rd";
        assert_eq!(NeighbourKey::parse(local), NeighbourKey::Other);
        for unknown in ["leaf-01", "GlobalInstancePeer { }-x", "Peer { }-172.30.8.4-1-172.30.8.5-no-rd", ""] {
            assert_eq!(NeighbourKey::parse(unknown), NeighbourKey::Unknown, "{unknown}");
        }
    }

    #[test]
    fn addresses_with_and_without_mask() {
        assert!(same_address("172.30.8.1/31", "172.30.8.1"));
        assert!(!same_address("172.30.8.1", "172.30.8.10"));
    }
}
