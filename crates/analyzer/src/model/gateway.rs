//! `gateway.githedgehog.com/v1alpha1` and `gwint.githedgehog.com/v1alpha1`.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::Time;

/// `Gateway.spec`: one gateway node, its addresses, uplinks and groups.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct GatewaySpec {
    /// Loopback and BGP router id, `a.b.c.d/32`.
    #[serde(rename = "protocolIP")]
    pub protocol_ip: String,
    /// VTEP address, `a.b.c.d/32`.
    #[serde(rename = "vtepIP")]
    pub vtep_ip: String,
    /// Router MAC.
    #[serde(rename = "vtepMAC")]
    pub vtep_mac: String,
    /// Not used by the dataplane.
    #[serde(rename = "vtepMTU")]
    pub vtep_mtu: u32,
    /// BGP AS number.
    pub asn: u32,
    /// Uplinks by interface name.
    pub interfaces: BTreeMap<String, GatewayInterface>,
    /// BGP neighbours.
    pub neighbors: Vec<GatewayNeighbor>,
    /// Log levels.
    pub logs: GatewayLogs,
    /// Worker threads.
    pub workers: u32,
    /// Memberships; priority absent = 0.
    pub groups: Vec<GroupMembership>,
    /// Hard cap of flow entries; absent = 10 000 000 in the dataplane.
    pub flow_table_capacity: Option<u64>,
}

/// One uplink of a gateway.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct GatewayInterface {
    /// PCI address: DPDK driver.
    pub pci: String,
    /// Kernel device name: kernel driver.
    pub kernel: String,
    /// Addresses with mask.
    pub ips: Vec<String>,
    /// Bytes; absent = 0.
    pub mtu: u32,
}

/// One BGP neighbour of a gateway.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct GatewayNeighbor {
    /// Interface used as update-source.
    pub source: String,
    /// Address without mask.
    pub ip: String,
    /// AS number of the neighbour.
    pub asn: u32,
}

/// Log settings of a gateway.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct GatewayLogs {
    /// Default level.
    pub default: String,
    /// Level per tag.
    pub tags: BTreeMap<String, String>,
    /// Present = lines may be dropped.
    pub rate_limit: Option<RateLimit>,
}

/// Log rate limit.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct RateLimit {
    /// Lines.
    pub burst: u32,
    /// Lines per second.
    pub replenish_per_second: u32,
}

/// Membership of a gateway in a group.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct GroupMembership {
    /// Group name.
    pub name: String,
    /// Higher = preferred; absent = 0.
    pub priority: u32,
}

/// `GatewayGroup.spec`: empty.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct GatewayGroupSpec {}

/// `GatewayPeering.spec` (up to v0.44 the kind is `Peering`).
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct PeeringSpec {
    /// Group that serves the peering; absent = `default`.
    pub gateway_group: String,
    /// Exactly two sides, by VPC name or `ext.<External>`.
    pub peering: BTreeMap<String, PeeringSide>,
    /// Filter.
    pub acl: Option<Acl>,
}

impl PeeringSpec {
    /// The group that serves the peering; an absent name means `default`.
    #[must_use]
    pub fn group(&self) -> &str {
        if self.gateway_group.is_empty() { "default" } else { &self.gateway_group }
    }
}

/// What one side of a peering makes reachable.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct PeeringSide {
    /// Expose blocks.
    pub expose: Vec<Expose>,
}

/// One expose block.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct Expose {
    /// Private addresses.
    pub ips: Vec<ExposeIp>,
    /// Public (translated) addresses; present iff `nat` is.
    #[serde(rename = "as")]
    pub as_: Vec<ExposeAs>,
    /// Translation; absent = none.
    pub nat: Option<Nat>,
    /// "Everything else" (0.0.0.0/0).
    pub default: bool,
}

/// One entry of `ips`: exactly one field is set.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct ExposeIp {
    /// A prefix.
    pub cidr: String,
    /// An excluded prefix.
    pub not: String,
    /// Name of a subnet of the VPC.
    pub vpc_subnet: String,
}

/// One entry of `as`: exactly one field is set.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct ExposeAs {
    /// A prefix.
    pub cidr: String,
    /// An excluded prefix.
    pub not: String,
}

/// NAT mode of an expose block: exactly one is set.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct Nat {
    /// Source NAT, stateful.
    pub masquerade: Option<Masquerade>,
    /// One to one, stateless.
    #[serde(rename = "static")]
    pub static_: Option<StaticNat>,
    /// What `static` was called in very old objects.
    pub stateless: Option<StaticNat>,
    /// What `masquerade` was called in very old objects.
    pub stateful: Option<Masquerade>,
    /// Destination NAT of ports, stateful.
    pub port_forward: Option<PortForward>,
}

/// Masquerade settings.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct Masquerade {
    /// Go duration; absent = 2m in the dataplane.
    pub idle_timeout: Option<String>,
}

/// Static NAT has no settings.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct StaticNat {}

/// Port forwarding settings.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct PortForward {
    /// Go duration; absent = TCP 30m, UDP 30s in the dataplane.
    pub idle_timeout: Option<String>,
    /// Rules.
    pub ports: Vec<PortForwardRule>,
}

/// One port forwarding rule.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct PortForwardRule {
    /// `tcp`, `udp`; absent = both.
    pub proto: String,
    /// Real port or range `lo-hi`.
    pub port: String,
    /// Public port or range.
    #[serde(rename = "as")]
    pub as_: String,
}

/// Access list of a peering.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct Acl {
    /// `deny`, `deny-unless-exposed` or absent (= deny-unless-exposed).
    pub default: String,
    /// First match wins.
    pub rules: Vec<AclRule>,
}

/// One access list rule.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct AclRule {
    /// Name.
    pub name: String,
    /// Source side.
    pub from: String,
    /// Destination side.
    pub to: String,
    /// `allow` or `deny`.
    pub action: String,
    /// What it matches; absent = everything.
    #[serde(rename = "match")]
    pub match_: AclMatch,
    /// `flow` (default) or `packet`.
    pub scope: String,
    /// Log each hit.
    pub log: bool,
}

/// Match of an access list rule.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct AclMatch {
    /// Sources.
    pub src: Vec<AclEndpoint>,
    /// Destinations.
    pub dst: Vec<AclEndpoint>,
    /// `tcp`, `udp` or a number; absent = any.
    pub proto: String,
}

/// One source or destination of an access list match.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct AclEndpoint {
    /// A prefix.
    pub cidr: String,
    /// Name of a subnet of the VPC.
    pub vpc_subnet: String,
    /// Ports or ranges.
    pub ports: Vec<String>,
}

/// `VPCInfo.spec`: what the gateway knows of a VPC or External.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct VpcInfoSpec {
    /// VNI, non-zero.
    pub vni: u32,
    /// Subnets by name.
    pub subnets: BTreeMap<String, VpcInfoSubnet>,
}

/// A subnet in a VPCInfo.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct VpcInfoSubnet {
    /// Prefix.
    pub cidr: String,
}

/// `VPCInfo.status`.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct VpcInfoStatus {
    /// Five characters; absent = not ready.
    #[serde(rename = "internalID")]
    pub internal_id: String,
}

/// `GatewayAgent.spec`: written by the controller only.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct GatewayAgentSpec {
    /// Copy of `Gateway.spec`.
    pub gateway: GatewaySpec,
    /// VPCs by name.
    pub vpcs: BTreeMap<String, AgentVpc>,
    /// Copies of the peerings.
    pub peerings: BTreeMap<String, PeeringSpec>,
    /// The groups that this gateway belongs to, with all their members.
    pub groups: BTreeMap<String, AgentGroup>,
    /// Rank (a decimal) to BGP community.
    pub communities: BTreeMap<String, String>,
    /// Fabric settings.
    pub config: AgentConfig,
}

/// A VPC in the agent's spec.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct AgentVpc {
    /// Copy of `VPCInfo.status.internalID`.
    #[serde(rename = "internalID")]
    pub internal_id: String,
    /// VNI.
    pub vni: u32,
    /// Subnets.
    pub subnets: BTreeMap<String, VpcInfoSubnet>,
}

/// A group in the agent's spec.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct AgentGroup {
    /// Members, ascending by priority.
    pub members: Vec<AgentGroupMember>,
}

/// A member of a group.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct AgentGroupMember {
    /// Gateway.
    pub name: String,
    /// Higher = preferred.
    pub priority: u32,
    /// VTEP of that gateway.
    #[serde(rename = "vtepIP")]
    pub vtep_ip: String,
}

/// Fabric settings in the agent's spec.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct AgentConfig {
    /// BFD towards the switches; absent = false.
    #[serde(rename = "fabricBFD")]
    pub fabric_bfd: bool,
}

/// `GatewayAgent.status`: written by the dataplane only.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct GatewayAgentStatus {
    /// 25.05 only.
    pub agent_version: String,
    /// Generation that the dataplane runs; 0 after its start.
    pub last_applied_gen: i64,
    /// End of that apply; 1970 after the dataplane's start.
    pub last_applied_time: Option<Time>,
    /// Time of the status write, every 15 s (since v0.44).
    pub last_heartbeat: Option<Time>,
    /// Collected state.
    pub state: GatewayState,
}

/// `GatewayAgent.status.state`.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct GatewayState {
    /// Time of collection.
    pub last_collected_time: Option<Time>,
    /// Dataplane.
    pub dataplane: DataplaneState,
    /// FRR.
    pub frr: FrrState,
    /// Counters by source VPC.
    pub vpcs: BTreeMap<String, VpcCounters>,
    /// Counters by direction `A->B`.
    pub peerings: BTreeMap<String, PairCounters>,
    /// BGP.
    pub bgp: BgpState,
}

/// `state.dataplane`.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct DataplaneState {
    /// `v0.25.2`, `dev`, …
    pub version: String,
}

/// `state.frr`.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct FrrState {
    /// Last generation for which FRR reported success.
    pub last_applied_gen: i64,
}

/// Counters of a VPC since the dataplane's start.
#[derive(Debug, Clone, Copy, Default, Deserialize)]
#[serde(default)]
pub struct VpcCounters {
    /// Packets.
    pub p: u64,
    /// Bytes.
    pub b: u64,
    /// Drops with this source.
    pub d: u64,
}

/// Counters of one direction of a pair since the dataplane's start.
#[derive(Debug, Clone, Copy, Default, Deserialize)]
#[serde(default)]
pub struct PairCounters {
    /// Packets.
    pub p: u64,
    /// Bytes.
    pub b: u64,
    /// Drops; constant 0 before dp v0.25.0.
    pub d: u64,
    /// Bytes per second.
    pub bps: f64,
    /// Packets per second.
    pub pps: f64,
}

/// `state.bgp`.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct BgpState {
    /// Absent before dp v0.8 and until BMP runs.
    pub vrfs: BTreeMap<String, BgpVrf>,
}

/// Sessions of one VRF.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct BgpVrf {
    /// By address; other key forms exist.
    pub neighbors: BTreeMap<String, BgpNeighbor>,
}

/// One BGP session as the dataplane sees it through BMP.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct BgpNeighbor {
    /// Always true when present.
    pub enabled: bool,
    /// 23456 for a 4-byte AS.
    #[serde(rename = "localAS")]
    pub local_as: u32,
    /// AS of the peer.
    #[serde(rename = "peerAS")]
    pub peer_as: u32,
    /// BGP id of the peer.
    #[serde(rename = "remoteRouterID")]
    pub remote_router_id: String,
    /// `established`, `idle`, `unset`, … ; absent = unset.
    pub session_state: String,
    /// Established to down transitions since the dataplane's start.
    pub connections_dropped: u64,
    /// Filled by no release; a non-zero value is meaningful.
    pub established_transitions: u64,
    /// Free text.
    pub last_reset_reason: String,
    /// Message counters.
    pub messages: BgpMessages,
    /// IPv4 unicast.
    pub ipv4_unicast_prefixes: Option<BgpPrefixes>,
    /// EVPN.
    #[serde(rename = "l2VPNEVPNPrefixes")]
    pub l2vpn_evpn_prefixes: Option<BgpPrefixes>,
}

/// BGP messages of a session.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct BgpMessages {
    /// Received.
    pub received: BgpMessageCounts,
    /// Sent.
    pub sent: BgpMessageCounts,
}

/// Message counters.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct BgpMessageCounts {
    /// KEEPALIVE.
    pub keepalive: u64,
    /// NOTIFICATION.
    pub notification: u64,
    /// UPDATE.
    pub update: u64,
}

/// Prefix counters of a session.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct BgpPrefixes {
    /// A growing count of messages in tagged releases, not the RIB size.
    pub received: u64,
    /// The same.
    pub received_pre_policy: u64,
    /// Filled by no tagged release.
    pub sent: u64,
}
