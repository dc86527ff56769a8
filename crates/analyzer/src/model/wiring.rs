//! `wiring.githedgehog.com/v1beta1` (fabric reference 1.2 to 1.5). All statuses of this group are empty.

use std::collections::BTreeMap;

use serde::Deserialize;

pub use super::connection::*;
pub use super::links::{ConnectionKind, Endpoint, Link};

/// `Switch.spec`.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct SwitchSpec {
    /// `spine`, `server-leaf`, `border-leaf`, `mixed-leaf` or `virtual-edge`.
    pub role: String,
    /// Free text.
    pub description: String,
    /// SwitchProfile name.
    pub profile: String,
    /// Switch groups.
    pub groups: Vec<String>,
    /// Redundancy.
    pub redundancy: SwitchRedundancy,
    /// VLAN namespaces; absent = `default`.
    pub vlan_namespaces: Vec<String>,
    /// AS number.
    pub asn: u32,
    /// Management address with mask.
    pub ip: String,
    /// VTEP address /32; leaves only.
    #[serde(rename = "vtepIP")]
    pub vtep_ip: String,
    /// BGP router id and loopback sessions, /32.
    #[serde(rename = "protocolIP")]
    pub protocol_ip: String,
    /// Speed by port group.
    pub port_group_speeds: BTreeMap<String, String>,
    /// Speed by port.
    pub port_speeds: BTreeMap<String, String>,
    /// Breakout mode by port.
    pub port_breakouts: BTreeMap<String, String>,
    /// Auto-negotiation by port.
    pub port_auto_negs: BTreeMap<String, bool>,
    /// FEC by port: `rs`, `fc`, `auto` or `disabled`.
    #[serde(rename = "portFECs")]
    pub port_fecs: BTreeMap<String, String>,
    /// How the switch is recognised when it boots.
    pub boot: SwitchBoot,
    /// Ports without a connection are enabled too.
    pub enable_all_ports: bool,
    /// RoCE wanted.
    pub roce: bool,
    /// ECMP hashing.
    pub ecmp: SwitchEcmp,
    /// Present = ports that flap are shut (since 26.03).
    pub link_flap_err_disable: Option<LinkFlapErrDisable>,
}

/// Redundancy of a switch.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct SwitchRedundancy {
    /// Group name.
    pub group: String,
    /// Empty, `eslag` or `mclag` (up to 26.02).
    #[serde(rename = "type")]
    pub kind: String,
}

/// Identity of a switch at boot.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct SwitchBoot {
    /// Serial number.
    pub serial: String,
    /// MAC address.
    pub mac: String,
}

/// ECMP settings of a switch.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct SwitchEcmp {
    /// Hash over RoCE queue pairs.
    #[serde(rename = "roceQPN")]
    pub roce_qpn: bool,
}

/// Link flap protection; applies to fabric, mesh and gateway links.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct LinkFlapErrDisable {
    /// Flaps; absent = 3.
    pub flap_threshold: Option<u32>,
    /// Seconds; absent = 30.
    pub sampling_interval: Option<u32>,
    /// Seconds; absent = 300, 0 = never.
    pub recovery_interval: Option<u32>,
}

/// `SwitchGroup.spec`: empty.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct SwitchGroupSpec {}

/// `Server.spec`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct ServerSpec {
    /// Free text.
    pub description: String,
}

/// `VLANNamespace.spec`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct VlanNamespaceSpec {
    /// VLANs of the namespace.
    pub ranges: Vec<VlanRange>,
}

/// VLANs from one id to another, both included.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct VlanRange {
    /// First.
    pub from: u32,
    /// Last.
    pub to: u32,
}

/// `SwitchProfile.spec`.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct SwitchProfileSpec {
    /// Name for people.
    pub display_name: String,
    /// More names.
    pub other_names: Vec<String>,
    /// ASIC; `vs` for virtual switches.
    pub switch_silicon: String,
    /// `sonic-bcm-base`, `cumulus-vx`, …: only `sonic-bcm-*` report their full state.
    pub nos_type: String,
    /// ONIE platform.
    pub platform: String,
    /// What the switch can do.
    pub features: SwitchFeatures,
    /// Settings.
    pub config: SwitchProfileConfig,
    /// Ports by API name.
    pub ports: BTreeMap<String, ProfilePort>,
    /// Port groups.
    pub port_groups: BTreeMap<String, PortGroup>,
    /// Port profiles.
    pub port_profiles: BTreeMap<String, PortProfile>,
    /// Pipelines.
    pub pipelines: BTreeMap<String, Pipeline>,
    /// Most ports that can be used; 0 = no limit.
    pub max_ports: u32,
}

/// Features of a switch model.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct SwitchFeatures {
    /// Subinterfaces.
    pub subinterfaces: bool,
    /// Access lists.
    pub acls: bool,
    /// L2 VNIs.
    pub l2vni: bool,
    /// L3 VNIs.
    pub l3vni: bool,
    /// RoCE.
    pub roce: bool,
    /// MCLAG.
    pub mclag: bool,
    /// ESLAG.
    pub eslag: bool,
    /// ECMP over RoCE queue pairs.
    #[serde(rename = "ecmpRoCEQPN")]
    pub ecmp_roce_qpn: bool,
}

/// Settings of a switch model.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct SwitchProfileConfig {
    /// Most equal paths; 0 = the fabric's default.
    #[serde(rename = "maxPathsEBGP")]
    pub max_paths_ebgp: u32,
}

/// A port of a switch model.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct ProfilePort {
    /// Name in the NOS.
    pub nos: String,
    /// First name in the NOS of a port that can be broken out.
    #[serde(rename = "baseNOSName")]
    pub base_nos_name: String,
    /// Label on the front.
    pub label: String,
    /// Port group.
    pub group: String,
    /// Port profile.
    pub profile: String,
    /// Management port.
    pub management: bool,
    /// Name in ONIE.
    pub onie_port_name: String,
    /// Pipeline.
    pub pipeline: String,
}

/// A group of ports that share their speed.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct PortGroup {
    /// Name in the NOS.
    pub nos: String,
    /// Port profile.
    pub profile: String,
}

/// What ports of a profile can do.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct PortProfile {
    /// Speeds.
    pub speed: Option<PortSpeed>,
    /// Breakouts.
    pub breakout: Option<PortBreakout>,
    /// Auto-negotiation may be set.
    pub auto_neg_allowed: bool,
    /// Auto-negotiation without a setting.
    pub auto_neg_default: bool,
}

/// Speeds of a port profile.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct PortSpeed {
    /// Without a setting.
    pub default: String,
    /// All.
    pub supported: Vec<String>,
}

/// Breakouts of a port profile.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct PortBreakout {
    /// Without a setting.
    pub default: String,
    /// By mode, `4x25G`.
    pub supported: BTreeMap<String, BreakoutMode>,
}

/// A breakout mode.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct BreakoutMode {
    /// Offset of each sub-port to the number in the base NOS name.
    pub offsets: Vec<String>,
}

/// A pipeline of an ASIC.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct Pipeline {
    /// Most ports that can be used.
    pub max_ports: u32,
}
