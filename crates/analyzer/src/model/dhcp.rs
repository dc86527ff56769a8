//! `dhcp.githedgehog.com/v1beta1`.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::Time;

/// `DHCPSubnet.spec` (fabric reference 1.6).
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct DhcpSubnetSpec {
    /// `<vpc>/<subnet>`, or `management`.
    pub subnet: String,
    /// Prefix.
    pub cidr_block: String,
    /// Gateway address.
    pub gateway: String,
    /// First address of the range.
    #[serde(rename = "startIP")]
    pub start_ip: String,
    /// Last address of the range.
    #[serde(rename = "endIP")]
    pub end_ip: String,
    /// Seconds; 0 is served as 600.
    pub lease_time_seconds: u64,
    /// VPC name in lower case (before 26.01 `VrfV<vpc>`); compare case-insensitively.
    pub vrf: String,
    /// `vlan<id>`; compare case-insensitively.
    #[serde(rename = "circuitID")]
    pub circuit_id: String,
    /// Clients get /32 masks and a first lease of 10 s.
    pub l3_mode: bool,
    /// Sends no default route.
    pub disable_default_route: bool,
    /// DNS servers.
    pub dns_servers: Vec<String>,
    /// Time servers.
    pub time_servers: Vec<String>,
    /// Bytes; 0 = not sent.
    #[serde(rename = "interfaceMTU")]
    pub interface_mtu: u32,
    /// Where switches fetch their provisioning from; management subnet only.
    #[serde(rename = "ztpBaseURL")]
    pub ztp_base_url: String,
    /// Serves ONIE only; older management subnets.
    pub onie_only: bool,
    /// Fixed addresses by MAC.
    #[serde(rename = "static")]
    pub static_: BTreeMap<String, StaticLease>,
}

/// A fixed address.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct StaticLease {
    /// Address.
    pub ip: String,
}

/// `DHCPSubnet.status`.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct DhcpSubnetStatus {
    /// Leases by MAC.
    pub allocated: BTreeMap<String, Lease>,
}

/// A lease.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct Lease {
    /// Address.
    pub ip: String,
    /// End; `null` = static, never expires.
    pub expiry: Option<Time>,
    /// Name that the client sent.
    pub hostname: String,
    /// Offered but not acknowledged.
    pub discover: bool,
}
