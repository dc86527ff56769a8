//! What each port of a Connection hears by LLDP, held against its Connection (fabric reference 4, 8.4).

use std::collections::{BTreeMap, BTreeSet};

use super::ends::End;
use crate::facts::{Agent, Context, FabricLink, Gateway, Object, PortNames, Server, Switch, Topology};
use crate::model::agent::LldpNeighbor;
use crate::model::wiring::{ConnectionKind, Endpoint};

/// A port that hears another device or port than its Connection names.
#[derive(Debug, Clone)]
pub(super) struct Wrong<'b> {
    /// Index of the link in the topology.
    pub(super) link: usize,
    /// The port.
    pub(super) end: End<'b>,
    /// What should be there.
    pub(super) expected: Endpoint<'b>,
    /// Index in `lldpNeighbors`.
    pub(super) index: usize,
    /// Device that is heard.
    pub(super) device: &'b str,
    /// Its port: the API's name where it is known.
    pub(super) port: String,
    /// Row of the fabric reference.
    pub(super) row: &'static str,
}

/// The devices of a fabric, for telling names.
#[derive(Debug)]
pub(super) struct Cabling<'b> {
    switches: BTreeMap<&'b str, Option<PortNames>>,
    gateways: BTreeSet<&'b str>,
    servers: BTreeSet<&'b str>,
    macs: BTreeMap<&'b str, &'b str>,
}

/// Name that a neighbour gives itself.
pub(super) fn name_of(neighbour: &LldpNeighbor) -> &str {
    if neighbour.sys_name.is_empty() { &neighbour.name } else { &neighbour.sys_name }
}

/// True if a neighbour gives itself this name, with or without a domain.
fn is_named(neighbour: &LldpNeighbor, name: &str) -> bool {
    let own = name_of(neighbour);
    own == name || own.split('.').next() == Some(name)
}

impl<'b> Cabling<'b> {
    /// The devices of a capture.
    pub(super) fn new(cx: &Context<'b>) -> Self {
        let mut switches = BTreeMap::new();
        let mut macs = BTreeMap::new();
        for agent in cx.list::<Agent>() {
            switches.insert(agent.name(), cx.port_names(agent.name()));
            macs.insert(agent.name(), agent.spec.switch.boot.mac.as_str());
        }
        for switch in cx.list::<Switch>() {
            switches.entry(switch.name()).or_insert_with(|| cx.port_names(switch.name()));
            macs.insert(switch.name(), switch.spec.boot.mac.as_str());
        }
        let gateways = cx.list::<Gateway>().iter().map(Object::name).collect();
        let servers = cx.list::<Server>().iter().map(Object::name).collect();
        Self { switches, gateways, servers, macs }
    }

    /// API name of a switch's port.
    pub(super) fn api(&self, switch: &str, nos: &str) -> Option<&str> {
        self.switches.get(switch)?.as_ref()?.api(nos)
    }

    /// True for the name of a Server.
    pub(super) fn is_server(&self, name: &str) -> bool {
        self.servers.contains(name)
    }

    fn is_known(&self, name: &str) -> bool {
        self.switches.contains_key(name) || self.gateways.contains(name) || self.servers.contains(name)
    }

    /// What a port of a link hears that does not fit; none also where it hears nothing, or cannot tell.
    pub(super) fn heard(
        &self,
        topology: &Topology<'b>,
        link: &FabricLink<'b>,
        index: usize,
        end: End<'b>,
    ) -> Option<Wrong<'b>> {
        let (Some(port), Some(expected)) = (end.live(), link.far(end.end.device)) else { return None };
        if !end.is_up() {
            return None;
        }
        let neighbours = port.interface.lldp_neighbors.as_slice();
        if neighbours.is_empty() {
            return None;
        }
        let wrong = |row, at: usize, device: &'b str, port: String| {
            Some(Wrong { link: index, end, expected, index: at, device, port, row })
        };
        match link.kind {
            ConnectionKind::Fabric | ConnectionKind::Mesh => self.switch_end(neighbours, expected, wrong),
            ConnectionKind::Gateway => self.gateway_end(topology, neighbours, expected, wrong),
            kind if kind.has_server() => self.server_end(topology, link, neighbours, expected, wrong),
            _ => None,
        }
    }

    fn switch_end(
        &self,
        neighbours: &'b [LldpNeighbor],
        expected: Endpoint<'b>,
        wrong: impl Fn(&'static str, usize, &'b str, String) -> Option<Wrong<'b>>,
    ) -> Option<Wrong<'b>> {
        let names = self.switches.get(expected.device).and_then(Option::as_ref);
        let wanted = names.map(|names| names.normal(expected.port));
        let api = |neighbour: &LldpNeighbor| names.and_then(|names| names.api(&neighbour.port_id)).map(str::to_owned);
        let right = |neighbour: &LldpNeighbor| {
            let mac = self.macs.get(expected.device).filter(|mac| !mac.is_empty());
            is_named(neighbour, expected.device) || mac.is_some_and(|mac| mac.eq_ignore_ascii_case(&neighbour.chassis))
        };
        let mut other = None;
        for (index, neighbour) in neighbours.iter().enumerate().filter(|(_, neighbour)| right(neighbour)) {
            match api(neighbour) {
                Some(port) if wanted.as_ref() != Some(&port) => other = other.or(Some((index, port))),
                // The right port, or one whose name cannot be told.
                _ => return None,
            }
        }
        if let Some((index, port)) = other {
            return wrong("LLDP-302", index, expected.device, port);
        }
        let renamed = |neighbour: &LldpNeighbor| {
            !self.is_known(name_of(neighbour)) && wanted.is_some() && api(neighbour) == wanted
        };
        self.other_device(neighbours, renamed, wrong)
    }

    fn gateway_end(
        &self,
        topology: &Topology<'b>,
        neighbours: &'b [LldpNeighbor],
        expected: Endpoint<'b>,
        wrong: impl Fn(&'static str, usize, &'b str, String) -> Option<Wrong<'b>>,
    ) -> Option<Wrong<'b>> {
        let has = |neighbour: &LldpNeighbor, port: &str| neighbour.port_id == port || neighbour.port_descr == port;
        let mut right = neighbours.iter().enumerate().filter(|(_, n)| is_named(n, expected.device)).peekable();
        if right.peek().is_some() {
            let mut other = None;
            for (index, neighbour) in right {
                if has(neighbour, expected.port) {
                    return None;
                }
                // Only a name of another interface that the Connections know: a gateway may give MAC addresses.
                let known = topology
                    .of(expected.device)
                    .filter_map(|link| link.on(expected.device))
                    .find(|end| has(neighbour, end.port));
                other = other.or(known.map(|end| (index, end.port.to_owned())));
            }
            return match other {
                Some((index, port)) => wrong("LLDP-302", index, expected.device, port),
                None => None,
            };
        }
        let renamed = |neighbour: &LldpNeighbor| !self.is_known(name_of(neighbour)) && has(neighbour, expected.port);
        self.other_device(neighbours, renamed, wrong)
    }

    /// No neighbour has the expected name.
    fn other_device(
        &self,
        neighbours: &'b [LldpNeighbor],
        renamed: impl Fn(&LldpNeighbor) -> bool,
        wrong: impl Fn(&'static str, usize, &'b str, String) -> Option<Wrong<'b>>,
    ) -> Option<Wrong<'b>> {
        if neighbours.iter().any(renamed) {
            return None;
        }
        let named = || neighbours.iter().enumerate().filter(|(_, neighbour)| !name_of(neighbour).is_empty());
        let found = named().find(|(_, neighbour)| self.is_known(name_of(neighbour))).or_else(|| named().next());
        match found {
            Some((index, neighbour)) => {
                let device = name_of(neighbour);
                wrong("LLDP-301", index, device, self.port_of(device, neighbour))
            }
            None => None,
        }
    }

    fn server_end(
        &self,
        topology: &Topology<'b>,
        link: &FabricLink<'b>,
        neighbours: &'b [LldpNeighbor],
        expected: Endpoint<'b>,
        wrong: impl Fn(&'static str, usize, &'b str, String) -> Option<Wrong<'b>>,
    ) -> Option<Wrong<'b>> {
        if neighbours.iter().any(|neighbour| is_named(neighbour, expected.device)) {
            return None;
        }
        let own = |name: &str| topology.of(name).any(|other| other.connection == link.connection);
        let find = |test: &dyn Fn(&str) -> bool| neighbours.iter().enumerate().find(|(_, n)| test(name_of(n)));
        if let Some((index, neighbour)) = find(&|name| self.servers.contains(name) && !own(name)) {
            let device = name_of(neighbour);
            return wrong("LLDP-308", index, device, self.port_of(device, neighbour));
        }
        // Other names may be the server's own: hostnames are free.
        match find(&|name| self.switches.contains_key(name) || self.gateways.contains(name)) {
            Some((index, neighbour)) => {
                let device = name_of(neighbour);
                wrong("LLDP-307", index, device, self.port_of(device, neighbour))
            }
            None => None,
        }
    }

    /// Port of a neighbour: of a switch the API's name, else what it gives.
    fn port_of(&self, device: &str, neighbour: &LldpNeighbor) -> String {
        let given = if neighbour.port_id.is_empty() { &neighbour.port_descr } else { &neighbour.port_id };
        self.api(device, &neighbour.port_id).unwrap_or(given).to_owned()
    }
}
