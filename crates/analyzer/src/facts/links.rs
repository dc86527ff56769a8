//! Links between switches and gateways: who is cabled to whom, and what the switch says of its end
//! (fabric reference 1.3, 1.4, 2.4 to 2.8).

use std::collections::BTreeMap;

use super::{Agent, Connection, Context, Form, Object, Quality, bare};
use crate::finding::{Evidence, Key, Subject};
use crate::model::agent::{BfdPeer, InterfaceState, SwitchBgpNeighbor, TransceiverState};
use crate::model::wiring::ConnectionSpec;

/// Where a link is written down.
#[derive(Debug, Clone, Copy)]
enum Origin<'b> {
    /// The Connection.
    Connection(&'b Object<Connection>),
    /// The copy in a switch's Agent, under this name.
    Agent(&'b Object<Agent>, &'b str),
}

/// One link of a Connection of type `gateway`.
#[derive(Debug, Clone, Copy)]
pub struct GatewayLink<'b> {
    origin: Origin<'b>,
    index: usize,
    /// Switch.
    pub switch: &'b str,
    /// Switch port as written.
    pub port: &'b str,
    /// Gateway.
    pub gateway: &'b str,
    /// Interface of the gateway.
    pub interface: &'b str,
    /// Address of the switch, with mask.
    pub switch_ip: &'b str,
    /// Address of the gateway, with mask.
    pub gateway_ip: &'b str,
}

impl<'b> GatewayLink<'b> {
    /// Name of the Connection.
    #[must_use]
    pub fn connection(&self) -> &'b str {
        match self.origin {
            Origin::Connection(connection) => connection.name(),
            Origin::Agent(_, name) => name,
        }
    }

    /// The Connection as a subject.
    #[must_use]
    pub fn subject(&self) -> Subject {
        match self.origin {
            Origin::Connection(connection) => connection.subject(),
            Origin::Agent(agent, name) => Subject::new("Connection", &agent.meta.namespace, name),
        }
    }

    /// The neighbour's address as the gateway has it.
    #[must_use]
    pub fn neighbour(&self) -> &'b str {
        bare(self.switch_ip)
    }

    /// `leaf-02/E1/52 - gateway-2/enp2s2`.
    #[must_use]
    pub fn words(&self) -> String {
        format!("{}/{} - {}/{}", self.switch, self.port, self.gateway, self.interface)
    }

    /// Evidence of a field of the link: `["switch", "ip"]`.
    #[must_use]
    pub fn evidence(&self, field: &[&str], note: impl Into<String>) -> Evidence {
        let index = self.index.to_string();
        let mut route = match self.origin {
            Origin::Connection(_) => vec!["spec"],
            Origin::Agent(_, name) => vec!["spec", "connections", name],
        };
        route.extend(["gateway", "links", index.as_str()]);
        route.extend(field);
        match self.origin {
            Origin::Connection(connection) => connection.evidence(&route, note),
            Origin::Agent(agent, _) => agent.evidence(&route, note),
        }
    }

    /// Join keys of the link: gateway, session, Connection, switch and port.
    #[must_use]
    pub fn keys(&self) -> Vec<Key> {
        let mut keys = vec![
            Key::Gateway(self.gateway.into()),
            Key::Connection(self.connection().into()),
            Key::Switch(self.switch.into()),
            Key::Port(self.switch.into(), self.port.into()),
        ];
        if !self.switch_ip.is_empty() {
            keys.push(Key::Neighbour(self.gateway.into(), self.neighbour().into()));
        }
        keys
    }
}

/// All gateway links of a capture.
#[derive(Debug, Clone, Default)]
pub struct GatewayLinks<'b> {
    /// In order of Connection and link.
    pub all: Vec<GatewayLink<'b>>,
    /// True if there are no others: every Connection is captured with its spec.
    pub complete: bool,
    by_gateway: BTreeMap<&'b str, Vec<usize>>,
}

impl<'b> GatewayLinks<'b> {
    fn new(all: Vec<GatewayLink<'b>>, complete: bool) -> Self {
        let mut by_gateway: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
        for (index, link) in all.iter().enumerate() {
            by_gateway.entry(link.gateway).or_default().push(index);
        }
        Self { all, complete, by_gateway }
    }

    /// Links of a gateway.
    pub fn of<'l>(&'l self, gateway: &str) -> impl Iterator<Item = &'l GatewayLink<'b>> + use<'l, 'b> {
        self.by_gateway.get(gateway).into_iter().flatten().filter_map(|index| self.all.get(*index))
    }
}

/// What a switch says of one of its ports.
#[derive(Debug, Clone, Copy)]
pub struct PortState<'b> {
    /// Agent of the switch.
    pub agent: &'b Object<Agent>,
    /// Key in `state.interfaces`.
    pub key: &'b str,
    /// State of the port.
    pub interface: &'b InterfaceState,
    /// Key in `state.transceivers` and what is there.
    pub transceiver: Option<(&'b str, &'b TransceiverState)>,
}

impl PortState<'_> {
    /// Evidence of a field of the interface.
    #[must_use]
    pub fn evidence(&self, field: &[&str], note: impl Into<String>) -> Evidence {
        let mut route = vec!["status", "state", "interfaces", self.key];
        route.extend(field);
        self.agent.evidence(&route, note)
    }

    /// Evidence of a field of the transceiver; of its absence where there is none.
    #[must_use]
    pub fn transceiver_evidence(&self, field: &[&str], note: impl Into<String>) -> Evidence {
        let mut route = vec!["status", "state", "transceivers"];
        route.push(self.transceiver.map_or_else(|| base_port(self.key), |(key, _)| key));
        route.extend(field);
        self.agent.evidence(&route, note)
    }

    /// True if the agent reports the port up.
    #[must_use]
    pub fn is_up(&self) -> bool {
        self.interface.oper == "up"
    }
}

/// `E1/5` of `E1/5/2`: the name in `state.breakouts` and `state.transceivers`.
#[must_use]
pub fn base_port(port: &str) -> &str {
    match port.match_indices('/').nth(1) {
        Some((at, _)) => port.get(..at).unwrap_or(port),
        None => port,
    }
}

/// Name of a port in `state.interfaces`: three-part names stay, a two-part name of a port that can be broken
/// out is its first sub-port. Without a profile the state itself tells.
#[must_use]
pub fn interface_key<'b>(agent: &'b Object<Agent>, port: &str) -> Option<&'b str> {
    let interfaces = &agent.status.state.interfaces;
    let find = |name: &str| interfaces.get_key_value(name).map(|(key, _)| key.as_str());
    let first = format!("{port}/1");
    let two_parts = port.matches('/').count() == 1;
    let breakable = agent.spec.switch_profile.as_ref().and_then(|profile| {
        let kind = &profile.ports.get(port)?.profile;
        Some(profile.port_profiles.get(kind)?.breakout.is_some())
    });
    if two_parts && breakable == Some(true) {
        return find(&first).or_else(|| find(port));
    }
    find(port).or_else(|| if two_parts { find(&first) } else { None })
}

/// Splits `<device>/<port>` at the first slash.
fn device_port(text: &str) -> Option<(&str, &str)> {
    text.split_once('/').filter(|(device, port)| !device.is_empty() && !port.is_empty())
}

fn links_of<'b>(origin: Origin<'b>, spec: &'b ConnectionSpec) -> impl Iterator<Item = GatewayLink<'b>> {
    spec.gateway.iter().flat_map(|gateway| gateway.links.iter().enumerate()).filter_map(move |(index, link)| {
        let (switch, port) = device_port(&link.switch.port)?;
        let (gateway, interface) = device_port(&link.gateway.port)?;
        let (switch_ip, gateway_ip) = (link.switch.ip.as_str(), link.gateway.ip.as_str());
        Some(GatewayLink { origin, index, switch, port, gateway, interface, switch_ip, gateway_ip })
    })
}

impl<'b> Context<'b> {
    /// Links of Connections of type `gateway`; where no Connections are captured, of the switches' copies.
    #[must_use]
    pub fn gateway_links(&self) -> GatewayLinks<'b> {
        let connections = self.list::<Connection>();
        let links: Vec<_> =
            connections.iter().flat_map(|object| links_of(Origin::Connection(object), &object.spec)).collect();
        let whole = connections.iter().all(|object| object.raw.form != Form::Table);
        if !links.is_empty() || (whole && !connections.is_empty()) {
            return GatewayLinks::new(links, whole && self.complete::<Connection>());
        }
        let links = self.list::<Agent>().iter().flat_map(|agent| {
            agent.spec.connections.iter().flat_map(move |(name, spec)| links_of(Origin::Agent(agent, name), spec))
        });
        GatewayLinks::new(links.collect(), false)
    }

    /// What a switch says of one of its ports; none where its Agent or the port is not captured.
    #[must_use]
    pub fn switch_port(&self, switch: &str, port: &str) -> Option<PortState<'b>> {
        let agent = self.find::<Agent>(switch)?;
        let key = interface_key(agent, port)?;
        let interface = agent.status.state.interfaces.get(key)?;
        let transceiver = agent.status.state.transceivers.get_key_value(base_port(key));
        Some(PortState { agent, key, interface, transceiver: transceiver.map(|(key, state)| (key.as_str(), state)) })
    }

    /// True if the heartbeat of a switch is at most 180 s old: only then is its state that of now
    /// (fabric reference 8). The newest heartbeat of a capture without a clock counts. None: cannot be told.
    #[must_use]
    pub fn is_fresh(&self, agent: &Object<Agent>) -> Option<bool> {
        let age = self.age_of(agent.status.last_heartbeat)?;
        if age.over(180) {
            return Some(false);
        }
        // A lower bound proves age, not youth, except against the object that sets it.
        let clock = self.clock();
        (clock.quality != Quality::Unknown || age.slack > 0).then_some(true)
    }

    /// Session of a gateway's address as a switch sees it.
    #[must_use]
    pub fn switch_session(
        &self,
        link: &GatewayLink<'_>,
    ) -> Option<(&'b Object<Agent>, &'b str, &'b SwitchBgpNeighbor)> {
        let agent = self.find::<Agent>(link.switch)?;
        let sessions = agent.status.state.bgp_neighbors.get("default")?;
        let (key, session) = sessions.get_key_value(bare(link.gateway_ip))?;
        Some((agent, key, session))
    }

    /// BFD session of a gateway's address as a switch sees it.
    #[must_use]
    pub fn switch_bfd(&self, link: &GatewayLink<'_>) -> Option<(&'b Object<Agent>, &'b str, &'b BfdPeer)> {
        let agent = self.find::<Agent>(link.switch)?;
        let peers = agent.status.state.bfd_peers.get("default")?;
        let (key, peer) = peers.get_key_value(bare(link.gateway_ip))?;
        Some((agent, key, peer))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_ports() {
        assert_eq!(base_port("E1/5/2"), "E1/5");
        assert_eq!(base_port("E1/5"), "E1/5");
        assert_eq!(base_port("M1"), "M1");
        assert_eq!(device_port("leaf-01/E1/52"), Some(("leaf-01", "E1/52")));
        assert_eq!(device_port("leaf-01"), None);
        assert_eq!(device_port("/E1/52"), None);
    }
}
