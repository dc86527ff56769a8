//! `agent.githedgehog.com/v1beta1`: what a switch should be and how it is (fabric reference 1.7 and 2).

use std::collections::BTreeMap;

use serde::Deserialize;

pub use super::switch_state::*;
use super::vpc::{
    ExternalAttachmentSpec, ExternalPeeringSpec, ExternalSpec, Ipv4NamespaceSpec, VpcAttachmentSpec, VpcPeeringSpec,
    VpcSpec,
};
use super::wiring::{ConnectionSpec, SwitchProfileSpec, SwitchSpec, VlanNamespaceSpec};
use super::{Condition, Time};

/// `Agent.spec`: a complete copy of what concerns the switch, written by the fabric controller only.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct AgentSpec {
    /// Role.
    pub role: String,
    /// Free text.
    pub description: String,
    /// Copy of the Switch.
    pub switch: SwitchSpec,
    /// Copy of the SwitchProfile; absent in reduced captures.
    pub switch_profile: Option<SwitchProfileSpec>,
    /// Switches that share a Connection with this one, itself included.
    pub switches: BTreeMap<String, SwitchSpec>,
    /// Other switches of the redundancy group.
    pub redundancy_group_peers: Vec<String>,
    /// Connections of the switch.
    pub connections: BTreeMap<String, ConnectionSpec>,
    /// Related VPCs.
    pub vpcs: BTreeMap<String, VpcSpec>,
    /// Attachments on the switch.
    pub vpc_attachments: BTreeMap<String, VpcAttachmentSpec>,
    /// Related VPC peerings.
    pub vpc_peers: BTreeMap<String, VpcPeeringSpec>,
    /// All IPv4 namespaces.
    pub ipv4_namespaces: BTreeMap<String, Ipv4NamespaceSpec>,
    /// VLAN namespaces.
    pub vlan_namespaces: BTreeMap<String, VlanNamespaceSpec>,
    /// All externals.
    pub externals: BTreeMap<String, ExternalSpec>,
    /// Related external attachments.
    pub external_attachments: BTreeMap<String, ExternalAttachmentSpec>,
    /// Related external peerings.
    pub external_peerings: BTreeMap<String, ExternalPeeringSpec>,
    /// `<vpc>/<subnet>` that the switch serves.
    #[serde(rename = "configuredVPCSubnets")]
    pub configured_vpc_subnets: BTreeMap<String, bool>,
    /// VPCs attached to the switch.
    #[serde(rename = "attachedVPCs")]
    pub attached_vpcs: BTreeMap<String, bool>,
    /// Allocations.
    pub catalog: CatalogSpec,
    /// Wanted agent version.
    pub version: AgentVersion,
    /// Fabric settings.
    pub config: AgentSpecConfig,
    /// Install id that is to be reinstalled.
    pub reinstall: String,
    /// Boot id that is to be rebooted.
    pub reboot: String,
    /// Boot id that is to be power cycled.
    pub power_reset: String,
}

/// Wanted version of the switch agent.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct AgentVersion {
    /// Version of the release.
    pub default: String,
    /// Wins over `default` where set.
    #[serde(rename = "override")]
    pub override_: String,
    /// Repository of the agent.
    pub repo: String,
}

impl AgentVersion {
    /// The version that the switch should run.
    #[must_use]
    pub fn wanted(&self) -> &str {
        if self.override_.is_empty() { &self.default } else { &self.override_ }
    }
}

/// Fabric settings in the agent's spec.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct AgentSpecConfig {
    /// Deployment.
    #[serde(rename = "deploymentID")]
    pub deployment_id: String,
    /// Virtual address of the control node, /32.
    #[serde(rename = "controlVIP")]
    pub control_vip: String,
    /// Present = spine-leaf mode.
    pub spine_leaf: Option<SpineLeaf>,
    /// Bytes.
    #[serde(rename = "fabricMTU")]
    pub fabric_mtu: u32,
    /// Bytes that server facing ports have less.
    #[serde(rename = "serverFacingMTUOffset")]
    pub server_facing_mtu_offset: u32,
    /// AS number of all gateways.
    #[serde(rename = "gatewayASN")]
    pub gateway_asn: u32,
    /// AS number of all spines.
    #[serde(rename = "spineASN")]
    pub spine_asn: u32,
    /// Protocol addresses.
    pub protocol_subnet: String,
    /// VTEP addresses.
    pub vtep_subnet: String,
    /// Link addresses.
    pub fabric_subnet: String,
    /// No BFD on fabric links.
    #[serde(rename = "disableBFD")]
    pub disable_bfd: bool,
    /// BFD towards gateways.
    #[serde(rename = "gatewayBFD")]
    pub gateway_bfd: bool,
    /// VPC loopbacks are in use.
    pub loopback_workaround: bool,
    /// Rank to BGP community.
    pub gateway_communities: BTreeMap<String, String>,
    /// First community of VPCs.
    #[serde(rename = "baseVPCCommunity")]
    pub base_vpc_community: String,
    /// Most equal paths without a setting in the profile.
    #[serde(rename = "defaultMaxPathsEBGP")]
    pub default_max_paths_ebgp: u32,
}

/// Spine-leaf mode has no settings that matter here.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct SpineLeaf {}

/// `Catalog.spec`: allocated numbers by name.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct CatalogSpec {
    /// By connection.
    #[serde(rename = "connectionIDs")]
    pub connection_ids: BTreeMap<String, u32>,
    /// By VPC or `ext@<external>`; multiples of 100.
    #[serde(rename = "vpcVNIs")]
    pub vpc_vnis: BTreeMap<String, u32>,
    /// By VPC and subnet.
    #[serde(rename = "vpcSubnetVNIs")]
    pub vpc_subnet_vnis: BTreeMap<String, BTreeMap<String, u32>>,
    /// By VPCInfo.
    #[serde(rename = "vpcInfoIDs")]
    pub vpc_info_ids: BTreeMap<String, u32>,
    /// By VPC or `ext@<external>`.
    #[serde(rename = "irbVLANs")]
    pub irb_vlans: BTreeMap<String, u32>,
    /// By connection, 1 to 249.
    #[serde(rename = "portChannelIDs")]
    pub port_channel_ids: BTreeMap<String, u32>,
    /// `vpc@<peering>` or `ext@<peering>` to `<port1>--<port2>`.
    pub loopback_workaround_links: BTreeMap<String, String>,
    /// VLANs of those.
    #[serde(rename = "loopbackWorkaroundVLANs")]
    pub loopback_workaround_vlans: BTreeMap<String, u32>,
    /// VLANs of the TH5 workaround.
    #[serde(rename = "th5WorkaroundVLANs")]
    pub th5_workaround_vlans: BTreeMap<String, u32>,
    /// By external.
    #[serde(rename = "externalIDs")]
    pub external_ids: BTreeMap<String, u32>,
    /// By prefix.
    #[serde(rename = "subnetIDs")]
    pub subnet_ids: BTreeMap<String, u32>,
}

/// `Agent.status`: written by the switch only. Empty for a switch that was never provisioned.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct AgentStatus {
    /// Agent version that runs.
    pub version: String,
    /// Changes when the NOS is reinstalled.
    #[serde(rename = "installID")]
    pub install_id: String,
    /// Changes when the agent restarts.
    #[serde(rename = "runID")]
    pub run_id: String,
    /// Changes when the NOS reboots.
    #[serde(rename = "bootID")]
    pub boot_id: String,
    /// Set at every heartbeat, at start and after an apply.
    pub last_heartbeat: Option<Time>,
    /// Start of the last apply attempt.
    pub last_attempt_time: Option<Time>,
    /// Generation of that attempt.
    pub last_attempt_gen: i64,
    /// Last success; also set by every start of the agent.
    pub last_applied_time: Option<Time>,
    /// Generation of that success.
    pub last_applied_gen: i64,
    /// State, replaced at each heartbeat.
    pub state: SwitchState,
    /// Only `Applied`.
    pub conditions: Vec<Condition>,
    /// The switch needs a reboot.
    pub reboot_required: bool,
}
