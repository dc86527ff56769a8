//! How the devices of the fabric are cabled: the links of all Connections, by device and by port
//! (fabric reference 1.3, 1.4, 2.1).

use std::collections::{BTreeMap, BTreeSet};

use super::{Agent, Connection, Context, Form, Object, interface_key};
use crate::finding::{Evidence, Key, Subject};
use crate::model::wiring::{ConnectionKind, ConnectionSpec, Endpoint, Link};

/// Where a Connection is written down.
#[derive(Debug, Clone, Copy)]
enum Origin<'b> {
    /// The object itself.
    Connection(&'b Object<Connection>),
    /// The copy in a switch's Agent.
    Agent(&'b Object<Agent>),
}

/// One link of a Connection.
#[derive(Debug, Clone, Copy)]
pub struct FabricLink<'b> {
    origin: Origin<'b>,
    /// Name of the Connection.
    pub connection: &'b str,
    /// Its kind.
    pub kind: ConnectionKind,
    /// Its spec.
    pub spec: &'b ConnectionSpec,
    /// The two sides.
    pub link: Link<'b>,
}

impl<'b> FabricLink<'b> {
    /// Both sides; one for externals.
    pub fn ends(&self) -> impl Iterator<Item = Endpoint<'b>> + use<'b> {
        self.link.endpoints()
    }

    /// The sides that are ports of switches.
    pub fn switch_ends(&self) -> impl Iterator<Item = Endpoint<'b>> + use<'b> {
        self.link.endpoints().filter(Endpoint::is_switch)
    }

    /// The side on a device.
    #[must_use]
    pub fn on(&self, device: &str) -> Option<Endpoint<'b>> {
        self.link.on(device)
    }

    /// The side that is not on this device.
    #[must_use]
    pub fn far(&self, device: &str) -> Option<Endpoint<'b>> {
        self.link.endpoints().find(|end| end.device != device)
    }

    /// The Connection as a subject.
    #[must_use]
    pub fn subject(&self) -> Subject {
        match self.origin {
            Origin::Connection(connection) => connection.subject(),
            Origin::Agent(agent) => Subject::new("Connection", &agent.meta.namespace, self.connection),
        }
    }

    /// Age source: the Connection object where it is captured.
    #[must_use]
    pub fn object(&self) -> Option<&'b Object<Connection>> {
        match self.origin {
            Origin::Connection(connection) => Some(connection),
            Origin::Agent(_) => None,
        }
    }

    /// Evidence of a field of the link: `["leaf", "port"]`.
    #[must_use]
    pub fn evidence(&self, field: &[&str], note: impl Into<String>) -> Evidence {
        let below = self.link.route(self.kind);
        let mut route = vec!["spec"];
        if let Origin::Agent(_) = self.origin {
            route.extend(["connections", self.connection]);
        }
        route.extend(below.iter().map(String::as_str));
        route.extend(field);
        match self.origin {
            Origin::Connection(connection) => connection.evidence(&route, note),
            Origin::Agent(agent) => agent.evidence(&route, note),
        }
    }

    /// `spine-01/E1/1 - leaf-01/E1/8`; of an external its only side.
    #[must_use]
    pub fn words(&self) -> String {
        let name = |end: Endpoint<'_>| {
            if end.port.is_empty() { end.device.to_owned() } else { format!("{}/{}", end.device, end.port) }
        };
        let ends: Vec<_> = self.ends().map(name).collect();
        ends.join(" - ")
    }

    /// Join keys of the link: Connection, and of every side its device, of a switch its port too. The key of the
    /// pair of devices is not among them: only a finding about all links of a pair has it.
    #[must_use]
    pub fn keys(&self) -> Vec<Key> {
        let mut keys = vec![Key::Connection(self.connection.into())];
        for end in self.ends() {
            match end.key {
                "server" => keys.push(Key::Server(end.device.into())),
                "gateway" => keys.push(Key::Gateway(end.device.into())),
                _ => {
                    keys.push(Key::Switch(end.device.into()));
                    keys.push(Key::Port(end.device.into(), end.port.into()));
                }
            }
        }
        if self.kind == ConnectionKind::Gateway
            && let (Some(gateway), Some(switch)) = (self.link.b, Some(self.link.a))
            && !switch.address().is_empty()
        {
            keys.push(Key::Neighbour(gateway.device.into(), switch.address().into()));
        }
        keys
    }
}

/// All links of a capture.
#[derive(Debug, Clone, Default)]
pub struct Topology<'b> {
    /// By Connection and position in it.
    pub links: Vec<FabricLink<'b>>,
    /// True if there are no others: every Connection is captured with its spec.
    pub complete: bool,
    by_device: BTreeMap<&'b str, Vec<usize>>,
    by_port: BTreeMap<(&'b str, String), usize>,
}

impl<'b> Topology<'b> {
    fn new(cx: &Context<'b>, links: Vec<FabricLink<'b>>, complete: bool) -> Self {
        let mut topology = Self { links, complete, ..Self::default() };
        let agents: BTreeMap<&str, &Object<Agent>> = cx.list::<Agent>().iter().map(|a| (a.name(), a)).collect();
        for (index, link) in topology.links.iter().enumerate() {
            let mut seen = BTreeSet::new();
            for end in link.ends() {
                if seen.insert(end.device) {
                    topology.by_device.entry(end.device).or_default().push(index);
                }
                let key = agents.get(end.device).and_then(|agent| interface_key(agent, end.port));
                topology.by_port.entry((end.device, key.unwrap_or(end.port).to_owned())).or_insert(index);
            }
        }
        topology
    }

    /// Links of a device.
    pub fn of<'t>(&'t self, device: &str) -> impl Iterator<Item = &'t FabricLink<'b>> + use<'t, 'b> {
        self.by_device.get(device).into_iter().flatten().filter_map(|index| self.links.get(*index))
    }

    /// Links of fabric and mesh Connections of a switch: its ways to the other switches.
    pub fn uplinks<'t>(&'t self, switch: &str) -> impl Iterator<Item = &'t FabricLink<'b>> + use<'t, 'b> {
        self.of(switch).filter(|link| matches!(link.kind, ConnectionKind::Fabric | ConnectionKind::Mesh))
    }

    /// Links between two devices.
    pub fn between<'t>(&'t self, a: &str, b: &'t str) -> impl Iterator<Item = &'t FabricLink<'b>> + use<'t, 'b> {
        self.of(a).filter(move |link| link.on(b).is_some())
    }

    /// The link of a switch port, by its name in `state.interfaces` ([`interface_key`]).
    #[must_use]
    pub fn at(&self, switch: &'b str, interface: &str) -> Option<&FabricLink<'b>> {
        self.by_port.get(&(switch, interface.to_owned())).and_then(|index| self.links.get(*index))
    }

    /// Devices that have links.
    pub fn devices(&self) -> impl Iterator<Item = &'b str> {
        self.by_device.keys().copied()
    }
}

fn links_of<'b>(
    origin: Origin<'b>,
    connection: &'b str,
    spec: &'b ConnectionSpec,
) -> impl Iterator<Item = FabricLink<'b>> {
    let kind = spec.kind();
    let links = if kind.is_some() { spec.links() } else { Vec::new() };
    links.into_iter().filter_map(move |link| Some(FabricLink { origin, connection, kind: kind?, spec, link }))
}

impl<'b> Context<'b> {
    /// The links of all Connections; of those that are not captured, the copies of the switches. Linear in the
    /// bundle: a rule asks once.
    #[must_use]
    pub fn topology(&self) -> Topology<'b> {
        let connections = self.list::<Connection>();
        let complete = self.complete::<Connection>();
        let read = |object: &&Object<Connection>| object.raw.form != Form::Table;
        let known: BTreeSet<&str> = connections.iter().filter(read).map(Object::name).collect();
        let mut links: Vec<FabricLink<'b>> = connections
            .iter()
            .filter(read)
            .flat_map(|object| links_of(Origin::Connection(object), object.name(), &object.spec))
            .collect();
        let mut copied = BTreeSet::new();
        // A complete listing without the Connection: it is gone, the copy is old.
        for agent in self.list::<Agent>().iter().filter(|_| !complete || known.len() < connections.len()) {
            for (name, spec) in &agent.spec.connections {
                if !known.contains(name.as_str()) && copied.insert(name.as_str()) {
                    links.extend(links_of(Origin::Agent(agent), name, spec));
                }
            }
        }
        Topology::new(self, links, complete && known.len() == connections.len())
    }
}

#[cfg(test)]
mod tests {
    use crate::facts::Agent;
    use crate::testing::with_facts;
    use hh_worlds::World;

    #[test]
    fn links_by_device_and_port() {
        with_facts(&World::healthy().small(), |cx| {
            let topology = cx.topology();
            assert!(topology.complete);
            let leaf = cx.list::<Agent>().iter().find(|agent| agent.spec.role.ends_with("leaf")).unwrap();
            let uplinks: Vec<_> = topology.uplinks(leaf.name()).collect();
            assert!(!uplinks.is_empty());
            for link in uplinks {
                let end = link.on(leaf.name()).unwrap();
                let port = cx.switch_port(end.device, end.port).unwrap();
                assert_eq!(topology.at(leaf.name(), port.key).map(|l| l.connection), Some(link.connection));
                let far = link.far(leaf.name()).unwrap();
                assert!(topology.between(leaf.name(), far.device).any(|l| l.connection == link.connection));
            }
        });
    }

    #[test]
    fn copies_stand_in_for_the_objects() {
        let whole = World::healthy().small();
        let bare = whole.clone().without("Connection");
        let count = |world: &World| with_facts(world, |cx| (cx.topology().links.len(), cx.topology().complete));
        let (links, complete) = count(&whole);
        assert!(complete && links > 0);
        assert_eq!(count(&bare), (links, false));
    }
}
