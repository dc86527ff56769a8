//! Where the parts of an installation are: its links and servers, read from its Connections.

use serde_json::Value;

use crate::{World, kind, name};

/// A link between a spine and a leaf.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Uplink {
    /// Connection.
    pub connection: String,
    /// Spine.
    pub spine: String,
    /// Its port as its Agent names it (`E1/1/1`).
    pub spine_port: String,
    /// Its address.
    pub spine_ip: String,
    /// Leaf.
    pub leaf: String,
    /// Its port.
    pub leaf_port: String,
    /// Its address.
    pub leaf_ip: String,
}

/// A link between a switch and a gateway.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GatewayLink {
    /// Connection.
    pub connection: String,
    /// Switch.
    pub switch: String,
    /// Its port as its Agent names it.
    pub port: String,
    /// Its address: the gateway's neighbour.
    pub switch_ip: String,
    /// Gateway.
    pub gateway: String,
    /// Its interface.
    pub interface: String,
    /// Its address.
    pub gateway_ip: String,
}

/// A server with its Connection.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServerLink {
    /// Connection.
    pub connection: String,
    /// `unbundled`, `bundled` or `eslag`.
    pub form: String,
    /// Server.
    pub server: String,
    /// Switch and port of each link.
    pub ports: Vec<(String, String)>,
    /// VPCAttachment.
    pub attachment: String,
    /// VPC and subnet that it attaches.
    pub subnet: String,
}

/// The parts of an installation.
#[derive(Debug, Clone, Default)]
pub struct Places {
    /// Spines.
    pub spines: Vec<String>,
    /// Leaves.
    pub leaves: Vec<String>,
    /// Links between them.
    pub uplinks: Vec<Uplink>,
    /// Links to gateways.
    pub gateways: Vec<GatewayLink>,
    /// Servers.
    pub servers: Vec<ServerLink>,
}

/// Switch and port of an end, the port as an Agent names it.
fn end(end: &Value) -> (String, String) {
    let (device, port) = end["port"].as_str().and_then(|port| port.split_once('/')).unwrap_or_default();
    let number: usize = port.rsplit('/').next().and_then(|n| n.parse().ok()).unwrap_or(0);
    let broken_out = device.starts_with("spine") || number > 48;
    (device.to_owned(), if broken_out && !port.starts_with('e') { format!("{port}/1") } else { port.to_owned() })
}

fn address(end: &Value) -> String {
    end["ip"].as_str().and_then(|ip| ip.split('/').next()).unwrap_or_default().to_owned()
}

impl Places {
    /// Reads them from the Connections.
    #[must_use]
    pub fn of(world: &World) -> Self {
        let mut places = Self::default();
        for object in &world.objects {
            match kind(object) {
                "Switch" if object["spec"]["role"] == "spine" => places.spines.push(name(object).into()),
                "Switch" => places.leaves.push(name(object).into()),
                "Connection" => places.connection(world, object),
                _ => {}
            }
        }
        places.spines.sort();
        places.leaves.sort();
        places
    }

    fn connection(&mut self, world: &World, object: &Value) {
        let connection = name(object).to_owned();
        let spec = &object["spec"];
        let links = |form: &str| spec[form]["links"].as_array().cloned().unwrap_or_default();
        for link in links("fabric") {
            let ((spine, spine_port), (leaf, leaf_port)) = (end(&link["spine"]), end(&link["leaf"]));
            let (spine_ip, leaf_ip) = (address(&link["spine"]), address(&link["leaf"]));
            self.uplinks.push(Uplink {
                connection: connection.clone(),
                spine,
                spine_port,
                spine_ip,
                leaf,
                leaf_port,
                leaf_ip,
            });
        }
        for link in links("gateway") {
            let ((switch, port), (gateway, interface)) = (end(&link["switch"]), end(&link["gateway"]));
            self.gateways.push(GatewayLink {
                connection: connection.clone(),
                switch,
                port,
                switch_ip: address(&link["switch"]),
                gateway,
                interface,
                gateway_ip: address(&link["gateway"]),
            });
        }
        for form in ["unbundled", "bundled", "eslag"] {
            let mut all = links(form);
            if spec[form]["link"].is_object() {
                all.push(spec[form]["link"].clone());
            }
            let Some(first) = all.first() else { continue };
            let server = end(&first["server"]).0;
            let attached = world
                .objects
                .iter()
                .find(|other| kind(other) == "VPCAttachment" && other["spec"]["connection"] == connection.as_str());
            self.servers.push(ServerLink {
                connection: connection.clone(),
                form: form.into(),
                server,
                ports: all.iter().map(|link| end(&link["switch"])).collect(),
                attachment: attached.map(|o| name(o).to_owned()).unwrap_or_default(),
                subnet: attached.and_then(|o| o["spec"]["subnet"].as_str()).unwrap_or_default().into(),
            });
        }
    }

    /// The links of a switch to the other kind of switch.
    #[must_use]
    pub fn uplinks_of(&self, switch: &str) -> Vec<Uplink> {
        self.uplinks.iter().filter(|link| link.leaf == switch || link.spine == switch).cloned().collect()
    }

    /// The links of a gateway.
    #[must_use]
    pub fn links_of(&self, gateway: &str) -> Vec<GatewayLink> {
        self.gateways.iter().filter(|link| link.gateway == gateway).cloned().collect()
    }

    /// Names of the gateways.
    #[must_use]
    pub fn gateway_names(&self) -> Vec<String> {
        let mut names: Vec<String> = self.gateways.iter().map(|link| link.gateway.clone()).collect();
        names.sort();
        names.dedup();
        names
    }
}
