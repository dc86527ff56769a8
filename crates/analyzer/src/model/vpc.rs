//! `vpc.githedgehog.com/v1beta1` (fabric reference 1.5). All statuses of this group are empty.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::dhcp::StaticLease;

/// `IPv4Namespace.spec`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct Ipv4NamespaceSpec {
    /// Prefixes that VPC subnets come from.
    pub subnets: Vec<String>,
}

/// `VPC.spec`.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct VpcSpec {
    /// Empty (L2VNI), `l3vni` or `l3flat`.
    pub mode: String,
    /// Absent = `default`.
    pub ipv4_namespace: String,
    /// Absent = `default`.
    pub vlan_namespace: String,
    /// Subnets are isolated unless they say otherwise.
    pub default_isolated: bool,
    /// Subnets are restricted unless they say otherwise.
    pub default_restricted: bool,
    /// Groups of subnet names that may talk to each other.
    pub permit: Vec<Vec<String>>,
    /// Static routes.
    pub static_routes: Vec<StaticRoute>,
    /// Subnets by name.
    pub subnets: BTreeMap<String, VpcSubnet>,
}

/// A static route of a VPC.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct StaticRoute {
    /// Prefix.
    pub prefix: String,
    /// Next hops.
    pub next_hops: Vec<String>,
}

/// A subnet of a VPC.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct VpcSubnet {
    /// Prefix.
    pub subnet: String,
    /// Gateway address.
    pub gateway: String,
    /// VLAN; 0 = untagged (HostBGP subnets only).
    pub vlan: u32,
    /// Overrides `default_isolated`.
    pub isolated: Option<bool>,
    /// Overrides `default_restricted`.
    pub restricted: Option<bool>,
    /// Servers announce their addresses with BGP.
    #[serde(rename = "hostBGP")]
    pub host_bgp: bool,
    /// DHCP.
    pub dhcp: VpcDhcp,
}

/// DHCP settings of a VPC subnet.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct VpcDhcp {
    /// Served by the fabric.
    pub enable: bool,
    /// Server to relay to.
    pub relay: String,
    /// VPC of that server.
    #[serde(rename = "relayVPC")]
    pub relay_vpc: String,
    /// Address range.
    pub range: Option<DhcpRange>,
    /// Options.
    pub options: Option<DhcpOptions>,
    /// Fixed addresses by MAC.
    #[serde(rename = "static")]
    pub static_: BTreeMap<String, StaticLease>,
}

/// DHCP range.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct DhcpRange {
    /// First address.
    pub start: String,
    /// Last address.
    pub end: String,
}

/// DHCP options.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct DhcpOptions {
    /// Boot file.
    #[serde(rename = "pxeURL")]
    pub pxe_url: String,
    /// DNS servers.
    pub dns_servers: Vec<String>,
    /// Time servers.
    pub time_servers: Vec<String>,
    /// Bytes.
    #[serde(rename = "interfaceMTU")]
    pub interface_mtu: u32,
    /// Seconds.
    pub lease_time_seconds: u64,
    /// Sends no default route.
    pub disable_default_route: bool,
}

/// `VPCAttachment.spec`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct VpcAttachmentSpec {
    /// `<vpc>/<subnet>`.
    pub subnet: String,
    /// Connection name.
    pub connection: String,
    /// Untagged on the port.
    #[serde(rename = "nativeVLAN")]
    pub native_vlan: bool,
}

impl VpcAttachmentSpec {
    /// VPC and subnet names.
    #[must_use]
    pub fn vpc_subnet(&self) -> Option<(&str, &str)> {
        self.subnet.split_once('/')
    }
}

/// `VPCPeering.spec`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct VpcPeeringSpec {
    /// Each entry names exactly two VPCs.
    pub permit: Vec<BTreeMap<String, PermitSubnets>>,
    /// Switch group that peers remotely; removed in 26.03.
    pub remote: String,
}

/// Permitted subnets of one side of a VPC peering.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct PermitSubnets {
    /// Empty = all subnets.
    pub subnets: Vec<String>,
}

/// `External.spec`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct ExternalSpec {
    /// IPv4 namespace.
    pub ipv4_namespace: String,
    /// Community of received routes.
    pub inbound_community: String,
    /// Community of sent routes.
    pub outbound_community: String,
    /// Present = no BGP (since 26.01).
    #[serde(rename = "static")]
    pub static_: Option<StaticExternalSpec>,
}

/// An external without BGP.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct StaticExternalSpec {
    /// Prefixes behind it.
    pub prefixes: Vec<String>,
}

/// `ExternalAttachment.spec`: BGP form (`switch` and `neighbor`) or static form.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct ExternalAttachmentSpec {
    /// External name.
    pub external: String,
    /// Connection name.
    pub connection: String,
    /// Our side.
    pub switch: AttachmentSwitch,
    /// BGP neighbour.
    pub neighbor: AttachmentNeighbor,
    /// Static form.
    #[serde(rename = "static")]
    pub static_: Option<StaticAttachment>,
}

/// Switch side of an external attachment.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct AttachmentSwitch {
    /// VLAN; 0 = untagged.
    pub vlan: u32,
    /// Address with mask.
    pub ip: String,
}

/// Neighbour of an external attachment.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct AttachmentNeighbor {
    /// AS number.
    pub asn: u32,
    /// Address without mask.
    pub ip: String,
}

/// Static external attachment.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct StaticAttachment {
    /// Next hop.
    #[serde(rename = "remoteIP")]
    pub remote_ip: String,
    /// VLAN.
    pub vlan: u32,
    /// Address with mask.
    pub ip: String,
    /// Answers ARP for the external's prefixes.
    pub proxy: bool,
}

/// `ExternalPeering.spec`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct ExternalPeeringSpec {
    /// What may talk.
    pub permit: ExternalPermit,
}

/// Both sides of an external peering.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct ExternalPermit {
    /// VPC side.
    pub vpc: PermitVpc,
    /// External side.
    pub external: PermitExternal,
}

/// VPC side of an external peering.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct PermitVpc {
    /// VPC name.
    pub name: String,
    /// Subnet names; empty = nothing permitted.
    pub subnets: Vec<String>,
}

/// External side of an external peering.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct PermitExternal {
    /// External name.
    pub name: String,
    /// Each matches itself and everything more specific.
    pub prefixes: Vec<PermitPrefix>,
}

/// A permitted prefix.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct PermitPrefix {
    /// Prefix.
    pub prefix: String,
}
