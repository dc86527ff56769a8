//! Uniform view of a Connection's links.

use super::connection::{ConnectionSpec, LinkPort, ServerLink, SwitchPairLink};

/// Kind of a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum ConnectionKind {
    /// One server port to one switch port.
    Unbundled,
    /// Port channel to one switch.
    Bundled,
    /// Port channel to an ESLAG group.
    Eslag,
    /// Port channel to an MCLAG pair.
    Mclag,
    /// Links between an MCLAG pair.
    MclagDomain,
    /// Spine to leaf.
    Fabric,
    /// Leaf to leaf.
    Mesh,
    /// Switch to gateway.
    Gateway,
    /// Loop on one switch.
    VpcLoopback,
    /// External.
    External,
    /// Static external.
    StaticExternal,
}

impl ConnectionKind {
    /// Value of the label `fabric.githedgehog.com/connection-type`.
    #[must_use]
    pub fn label(self) -> &'static str {
        match self {
            Self::Unbundled => "unbundled",
            Self::Bundled => "bundled",
            Self::Eslag => "eslag",
            Self::Mclag => "mclag",
            Self::MclagDomain => "mclag-domain",
            Self::Fabric => "fabric",
            Self::Mesh => "mesh",
            Self::Gateway => "gateway",
            Self::VpcLoopback => "vpc-loopback",
            Self::External => "external",
            Self::StaticExternal => "static-external",
        }
    }

    /// Key in the spec.
    #[must_use]
    pub fn key(self) -> &'static str {
        match self {
            Self::MclagDomain => "mclagDomain",
            Self::VpcLoopback => "vpcLoopback",
            Self::StaticExternal => "staticExternal",
            other => other.label(),
        }
    }

    /// True for connections of a server.
    #[must_use]
    pub fn has_server(self) -> bool {
        matches!(self, Self::Unbundled | Self::Bundled | Self::Eslag | Self::Mclag)
    }

    /// True for routed links inside the fabric: both sides have an address of a /31.
    #[must_use]
    pub fn is_routed(self) -> bool {
        matches!(self, Self::Fabric | Self::Mesh | Self::Gateway)
    }
}

/// One side of a link.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Endpoint<'a> {
    /// Key of this side in the link: `spine`, `leaf`, `leaf1`, `leaf2`, `switch`, `switch1`, `switch2`,
    /// `server` or `gateway`.
    pub key: &'static str,
    /// Device name; the whole text where it holds no `/`.
    pub device: &'a str,
    /// Port name; empty where the text holds no `/`.
    pub port: &'a str,
    /// Address with mask; empty where there is none.
    pub ip: &'a str,
}

impl<'a> Endpoint<'a> {
    fn new(key: &'static str, port: &'a str, ip: &'a str) -> Self {
        let (device, port) = port.split_once('/').unwrap_or((port, ""));
        Self { key, device, port, ip }
    }

    fn of(key: &'static str, side: &'a LinkPort) -> Self {
        Self::new(key, &side.port, &side.ip)
    }

    /// The address without its mask.
    #[must_use]
    pub fn address(&self) -> &'a str {
        self.ip.split_once('/').map_or(self.ip, |(address, _)| address)
    }

    /// True for a switch's side.
    #[must_use]
    pub fn is_switch(&self) -> bool {
        !matches!(self.key, "server" | "gateway")
    }
}

/// One link of a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Link<'a> {
    /// List that holds the link (`links`, `peerLinks`, `sessionLinks`), or `link` for a single one.
    pub list: &'static str,
    /// Index in the list; none for a single link.
    pub index: Option<usize>,
    /// The first side: server, spine, leaf 1, or the switch where the other side is a gateway or outside.
    pub a: Endpoint<'a>,
    /// The other side; none for externals, whose far end is not in the API.
    pub b: Option<Endpoint<'a>>,
}

impl<'a> Link<'a> {
    /// Both sides.
    pub fn endpoints(&self) -> impl Iterator<Item = Endpoint<'a>> + use<'a> {
        std::iter::once(self.a).chain(self.b)
    }

    /// The side on `device`; of a loopback the first one.
    #[must_use]
    pub fn on(&self, device: &str) -> Option<Endpoint<'a>> {
        self.endpoints().find(|end| end.device == device)
    }

    /// Route of the link below the connection's spec, as the tree walks it.
    #[must_use]
    pub fn route(&self, kind: ConnectionKind) -> Vec<String> {
        let mut route = vec![kind.key().to_owned(), self.list.to_owned()];
        route.extend(self.index.map(|index| index.to_string()));
        route
    }
}

/// Numbers a list of links.
fn list<'a, T>(
    name: &'static str,
    links: &'a [T],
    sides: impl Fn(&'a T) -> (Endpoint<'a>, Endpoint<'a>),
) -> Vec<Link<'a>> {
    links
        .iter()
        .enumerate()
        .map(|(index, link)| {
            let (a, b) = sides(link);
            Link { list: name, index: Some(index), a, b: Some(b) }
        })
        .collect()
}

fn server(link: &ServerLink) -> (Endpoint<'_>, Endpoint<'_>) {
    (Endpoint::of("server", &link.server), Endpoint::of("switch", &link.switch))
}

fn pair(link: &SwitchPairLink) -> (Endpoint<'_>, Endpoint<'_>) {
    (Endpoint::of("switch1", &link.switch1), Endpoint::of("switch2", &link.switch2))
}

impl ConnectionSpec {
    /// Kind; none for an empty spec.
    #[must_use]
    pub fn kind(&self) -> Option<ConnectionKind> {
        [
            (self.unbundled.is_some(), ConnectionKind::Unbundled),
            (self.bundled.is_some(), ConnectionKind::Bundled),
            (self.eslag.is_some(), ConnectionKind::Eslag),
            (self.mclag.is_some(), ConnectionKind::Mclag),
            (self.mclag_domain.is_some(), ConnectionKind::MclagDomain),
            (self.fabric.is_some(), ConnectionKind::Fabric),
            (self.mesh.is_some(), ConnectionKind::Mesh),
            (self.gateway.is_some(), ConnectionKind::Gateway),
            (self.vpc_loopback.is_some(), ConnectionKind::VpcLoopback),
            (self.external.is_some(), ConnectionKind::External),
            (self.static_external.is_some(), ConnectionKind::StaticExternal),
        ]
        .into_iter()
        .find_map(|(set, kind)| set.then_some(kind))
    }

    /// All links of the connection, of every kind in one form.
    #[must_use]
    pub fn links(&self) -> Vec<Link<'_>> {
        let mut links = Vec::new();
        if let Some(one) = &self.unbundled {
            let (a, b) = server(&one.link);
            links.push(Link { list: "link", index: None, a, b: Some(b) });
        }
        for many in [&self.bundled, &self.eslag, &self.mclag].into_iter().flatten() {
            links.extend(list("links", &many.links, server));
        }
        if let Some(domain) = &self.mclag_domain {
            links.extend(list("peerLinks", &domain.peer_links, pair));
            links.extend(list("sessionLinks", &domain.session_links, pair));
        }
        if let Some(fabric) = &self.fabric {
            links.extend(list("links", &fabric.links, |link| {
                (Endpoint::of("spine", &link.spine), Endpoint::of("leaf", &link.leaf))
            }));
        }
        if let Some(mesh) = &self.mesh {
            links.extend(list("links", &mesh.links, |link| {
                (Endpoint::of("leaf1", &link.leaf1), Endpoint::of("leaf2", &link.leaf2))
            }));
        }
        if let Some(gateway) = &self.gateway {
            links.extend(list("links", &gateway.links, |link| {
                (Endpoint::of("switch", &link.switch), Endpoint::of("gateway", &link.gateway))
            }));
        }
        if let Some(loopback) = &self.vpc_loopback {
            links.extend(list("links", &loopback.links, pair));
        }
        if let Some(external) = &self.external {
            let a = Endpoint::of("switch", &external.link.switch);
            links.push(Link { list: "link", index: None, a, b: None });
        }
        if let Some(external) = &self.static_external {
            let switch = &external.link.switch;
            let a = Endpoint::new("switch", &switch.port, &switch.ip);
            links.push(Link { list: "link", index: None, a, b: None });
        }
        links
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spec(yaml: &str) -> ConnectionSpec {
        serde_yaml::from_str(yaml).unwrap()
    }

    #[test]
    fn fabric_link() {
        let spec = spec(
            "fabric: {links: [{spine: {port: spine-01/E1/1, ip: 172.30.128.0/31}, leaf: {port: leaf-01/E1/8, ip: 172.30.128.1/31}}]}",
        );
        assert_eq!(spec.kind(), Some(ConnectionKind::Fabric));
        let links = spec.links();
        assert_eq!(links.len(), 1);
        let link = links[0];
        assert_eq!((link.a.device, link.a.port, link.a.address()), ("spine-01", "E1/1", "172.30.128.0"));
        assert_eq!(link.on("leaf-01").map(|end| end.port), Some("E1/8"));
        assert_eq!(link.route(ConnectionKind::Fabric), ["fabric", "links", "0"]);
    }

    #[test]
    fn one_sided_and_odd_links() {
        let external = spec("external: {link: {switch: {port: leaf-02/E1/6}}}");
        assert_eq!(external.links()[0].b, None);
        assert!(external.links()[0].a.is_switch());
        let unbundled = spec("unbundled: {link: {server: {port: server-01}, switch: {port: leaf-01/E1/2}}}");
        let links = unbundled.links();
        assert_eq!((links[0].a.device, links[0].a.port), ("server-01", ""));
        assert!(spec("{}").links().is_empty());
        assert_eq!(spec("{}").kind(), None);
    }
}
