//! `Connection.spec` (fabric reference 1.4): how devices are cabled.

use serde::Deserialize;

/// `Connection.spec`: exactly one field is set.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct ConnectionSpec {
    /// One server port to one switch port.
    pub unbundled: Option<UnbundledConnection>,
    /// A port channel of one server to one switch.
    pub bundled: Option<ServerConnection>,
    /// A port channel of one server to switches of one ESLAG group.
    pub eslag: Option<ServerConnection>,
    /// A port channel of one server to an MCLAG pair; removed in 26.03.
    pub mclag: Option<ServerConnection>,
    /// Links between an MCLAG pair; removed in 26.03.
    pub mclag_domain: Option<MclagDomainConnection>,
    /// Spine to leaf.
    pub fabric: Option<FabricConnection>,
    /// Leaf to leaf.
    pub mesh: Option<MeshConnection>,
    /// Switch to gateway.
    pub gateway: Option<GatewayConnection>,
    /// Loop on one switch; deprecated workaround.
    pub vpc_loopback: Option<LoopbackConnection>,
    /// Port that carries external attachments.
    pub external: Option<ExternalConnection>,
    /// Port with static addressing.
    pub static_external: Option<StaticExternalConnection>,
}

/// `unbundled`.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct UnbundledConnection {
    /// The link.
    pub link: ServerLink,
    /// Bytes; 0 = the fabric's MTU less the server offset.
    pub mtu: u32,
}

/// `bundled`, `eslag` and `mclag`.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct ServerConnection {
    /// Member links.
    pub links: Vec<ServerLink>,
    /// Bytes; 0 = the fabric's MTU less the server offset.
    pub mtu: u32,
    /// LACP fallback.
    pub fallback: bool,
}

/// A link of a server.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct ServerLink {
    /// Server side.
    pub server: LinkPort,
    /// Switch side.
    pub switch: LinkPort,
}

/// One side of a link.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct LinkPort {
    /// `<device>/<port>`.
    pub port: String,
    /// Address with mask, on routed links.
    pub ip: String,
}

/// `mclagDomain`.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct MclagDomainConnection {
    /// Peer links.
    pub peer_links: Vec<SwitchPairLink>,
    /// Session links.
    pub session_links: Vec<SwitchPairLink>,
}

/// A link between two switch ports.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct SwitchPairLink {
    /// One side.
    pub switch1: LinkPort,
    /// Other side.
    pub switch2: LinkPort,
}

/// `fabric`.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct FabricConnection {
    /// Links.
    pub links: Vec<FabricLink>,
}

/// A link between spine and leaf, a /31.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct FabricLink {
    /// Spine side.
    pub spine: LinkPort,
    /// Leaf side.
    pub leaf: LinkPort,
}

/// `mesh`.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct MeshConnection {
    /// Links.
    pub links: Vec<MeshLink>,
}

/// A link between two leaves.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct MeshLink {
    /// One side.
    pub leaf1: LinkPort,
    /// Other side.
    pub leaf2: LinkPort,
}

/// `gateway`.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct GatewayConnection {
    /// Links.
    pub links: Vec<GatewayLink>,
}

/// A link between switch and gateway.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct GatewayLink {
    /// Switch side.
    pub switch: LinkPort,
    /// Gateway side.
    pub gateway: LinkPort,
}

/// `vpcLoopback`.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct LoopbackConnection {
    /// Links; both sides on one switch.
    pub links: Vec<SwitchPairLink>,
}

/// `external`.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct ExternalConnection {
    /// The link; its other side is not known.
    pub link: ExternalLink,
}

/// A link to something outside.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct ExternalLink {
    /// Switch side.
    pub switch: LinkPort,
}

/// `staticExternal`.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct StaticExternalConnection {
    /// The link; its other side is not known.
    pub link: StaticExternalLink,
    /// VPC that it belongs to; empty = the default VRF.
    #[serde(rename = "withinVPC")]
    pub within_vpc: String,
}

/// A static link to something outside.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct StaticExternalLink {
    /// Switch side.
    pub switch: StaticExternalSwitch,
}

/// Switch side of a static external link.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct StaticExternalSwitch {
    /// `<device>/<port>`.
    pub port: String,
    /// Address with mask.
    pub ip: String,
    /// Next hop.
    pub next_hop: String,
    /// Prefixes behind it.
    pub subnets: Vec<String>,
    /// VLAN; 0 = untagged.
    pub vlan: u32,
}
