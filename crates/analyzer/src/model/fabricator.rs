//! `fabricator.githedgehog.com/v1beta1` (fabric reference 1.8). Passwords, keys and tokens are never read.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::wiring::VlanRange;
use super::{Condition, Time};

/// `Fabricator.spec`.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct FabricatorSpec {
    /// Settings.
    pub config: FabricatorConfig,
    /// Versions other than those of the release.
    pub overrides: Overrides,
}

/// Overrides of a Fabricator.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct Overrides {
    /// Versions.
    pub versions: Versions,
}

/// `Fabricator.spec.config`.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct FabricatorConfig {
    /// Control node.
    pub control: ControlConfig,
    /// Registry.
    pub registry: RegistryConfig,
    /// Fabric.
    pub fabric: FabricConfig,
    /// Gateway.
    pub gateway: GatewayConfig,
}

/// `config.control`.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct ControlConfig {
    /// Management network.
    pub management_subnet: String,
    /// Virtual address of the control node, /32.
    #[serde(rename = "controlVIP")]
    pub control_vip: String,
    /// Time servers.
    pub ntp_servers: Vec<String>,
    /// Pod network.
    pub kube_cluster_subnet: String,
    /// Service network.
    pub kube_service_subnet: String,
    /// Cluster DNS address.
    #[serde(rename = "kubeClusterDNS")]
    pub kube_cluster_dns: String,
}

/// `config.registry`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct RegistryConfig {
    /// `airgap` or `upstream`.
    pub mode: String,
}

/// `config.fabric`.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct FabricConfig {
    /// `spine-leaf`; `collapsed-core` in old bundles.
    pub mode: String,
    /// First address for switches that boot.
    #[serde(rename = "managementDHCPStart")]
    pub management_dhcp_start: String,
    /// Last address for switches that boot.
    #[serde(rename = "managementDHCPEnd")]
    pub management_dhcp_end: String,
    /// AS number of all spines.
    #[serde(rename = "spineASN")]
    pub spine_asn: u32,
    /// First AS number of leaves.
    #[serde(rename = "leafASNStart")]
    pub leaf_asn_start: u32,
    /// Last AS number of leaves.
    #[serde(rename = "leafASNEnd")]
    pub leaf_asn_end: u32,
    /// Protocol addresses.
    pub protocol_subnet: String,
    /// VTEP addresses.
    pub vtep_subnet: String,
    /// Link addresses.
    pub fabric_subnet: String,
    /// VLANs of VPC IRB interfaces.
    #[serde(rename = "vpcIRBVLANs")]
    pub vpc_irb_vlans: Vec<VlanRange>,
    /// VLANs of the TH5 workaround.
    #[serde(rename = "th5WorkaroundVLANs")]
    pub th5_workaround_vlans: Vec<VlanRange>,
    /// No BFD on fabric links.
    #[serde(rename = "disableBFD")]
    pub disable_bfd: bool,
    /// First community of VPCs.
    #[serde(rename = "baseVPCCommunity")]
    pub base_vpc_community: String,
    /// Users of the switches by name.
    pub default_switch_users: BTreeMap<String, SwitchUser>,
}

/// A switch user, without its secrets.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct SwitchUser {
    /// `admin` or `operator`.
    pub role: String,
}

/// `config.gateway`.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct GatewayConfig {
    /// Gateways are in use.
    pub enable: bool,
    /// AS number of all gateways.
    pub asn: u32,
    /// Base of the gateways' MAC addresses.
    pub mac: String,
    /// Rank to BGP community.
    pub communities: BTreeMap<String, String>,
}

/// Versions of all components. Objects may be empty: unknown.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct Versions {
    /// Fabric.
    pub fabric: FabricVersions,
    /// Fabricator: `api`, `controller`, `ctl`, `nodeConfig`, …
    pub fabricator: BTreeMap<String, String>,
    /// Gateway: `dataplane`, `frr`; older releases more.
    pub gateway: BTreeMap<String, String>,
    /// Platform: `k3s`, `zot`, …
    pub platform: BTreeMap<String, String>,
}

/// Versions of the fabric's components.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct FabricVersions {
    /// Switch agent.
    pub agent: String,
    /// API.
    pub api: String,
    /// Boot service.
    pub boot: String,
    /// Controller.
    pub controller: String,
    /// Command line tool.
    pub ctl: String,
    /// DHCP server.
    pub dhcpd: String,
    /// NOS by type.
    pub nos: BTreeMap<String, String>,
    /// ONIE by platform.
    pub onie: BTreeMap<String, String>,
}

/// `Fabricator.status`.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct FabricatorStatus {
    /// Versions in use.
    pub versions: Versions,
    /// Start of the last apply.
    pub last_attempt_time: Option<Time>,
    /// Generation of that apply.
    pub last_attempt_gen: i64,
    /// Last success.
    pub last_applied_time: Option<Time>,
    /// Generation of that success.
    pub last_applied_gen: i64,
    /// Controller version of that success.
    pub last_applied_controller: String,
    /// Last check of the components, about once a minute.
    pub last_status_check: Option<Time>,
    /// `Applied`, `Ready`, `GatewayReady`.
    pub conditions: Vec<Condition>,
    /// State of the components.
    pub components: Components,
    /// Release; since fabricator v0.47.
    pub release: String,
    /// Channel; since fabricator v0.47.
    pub release_channel: String,
}

/// States of the components: empty (unknown), `NotFound`, `Pending`, `Ready` or `Skipped`.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct Components {
    /// Fabricator CRDs.
    #[serde(rename = "fabricatorAPI")]
    pub fabricator_api: String,
    /// Deployment `fabricator-ctrl`.
    pub fabricator_ctrl: String,
    /// Node configuration.
    pub fabricator_node_config: String,
    /// Deployment `cert-manager`.
    pub cert_manager_ctrl: String,
    /// Deployment `cert-manager-webhook`.
    pub cert_manager_webhook: String,
    /// Deployment `reloader-reloader`.
    pub reloader: String,
    /// Deployment `zot`, the registry.
    pub zot: String,
    /// Deployment `ntp`.
    pub ntp: String,
    /// Fabric CRDs.
    #[serde(rename = "fabricAPI")]
    pub fabric_api: String,
    /// Deployment `fabric-ctrl`.
    pub fabric_ctrl: String,
    /// Deployment `fabric-boot`.
    pub fabric_boot: String,
    /// Deployment `fabric-dhcpd`.
    #[serde(rename = "fabricDHCP")]
    pub fabric_dhcp: String,
    /// Deployment `control-proxy`.
    pub control_proxy: String,
    /// DaemonSet `alloy-ctrl`.
    pub control_alloy: String,
    /// DaemonSet `alloy-gw`.
    pub gateway_alloy: String,
    /// DaemonSets `gw--<node>--dataplane` by node.
    pub gateway_dataplane: BTreeMap<String, String>,
    /// DaemonSets `gw--<node>--frr` by node.
    #[serde(rename = "gatewayFRR")]
    pub gateway_frr: BTreeMap<String, String>,
}

impl Components {
    /// Field name and state of every component that is not per gateway, in the API's order.
    #[must_use]
    pub fn control(&self) -> [(&'static str, &str); 15] {
        [
            ("fabricatorAPI", &self.fabricator_api),
            ("fabricatorCtrl", &self.fabricator_ctrl),
            ("fabricatorNodeConfig", &self.fabricator_node_config),
            ("certManagerCtrl", &self.cert_manager_ctrl),
            ("certManagerWebhook", &self.cert_manager_webhook),
            ("reloader", &self.reloader),
            ("zot", &self.zot),
            ("ntp", &self.ntp),
            ("fabricAPI", &self.fabric_api),
            ("fabricCtrl", &self.fabric_ctrl),
            ("fabricBoot", &self.fabric_boot),
            ("fabricDHCP", &self.fabric_dhcp),
            ("controlProxy", &self.control_proxy),
            ("controlAlloy", &self.control_alloy),
            ("gatewayAlloy", &self.gateway_alloy),
        ]
    }
}

/// `ControlNode.spec`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct ControlNodeSpec {
    /// Installation.
    pub bootstrap: Bootstrap,
    /// Management network.
    pub management: NodeNetwork,
    /// Outside network.
    pub external: NodeNetwork,
    /// Interface that holds node addresses.
    pub dummy: NodeNetwork,
}

/// `FabNode.spec`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct FabNodeSpec {
    /// `gateway`, …
    pub roles: Vec<String>,
    /// Installation.
    pub bootstrap: Bootstrap,
    /// Management network.
    pub management: NodeNetwork,
    /// Outside network.
    pub external: NodeNetwork,
    /// Interface that holds node addresses.
    pub dummy: NodeNetwork,
}

/// Installation of a node.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct Bootstrap {
    /// Disk.
    pub disk: String,
}

/// A network of a node.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct NodeNetwork {
    /// Address with mask, or `dhcp`.
    pub ip: String,
    /// Gateway address.
    pub gateway: String,
    /// DNS servers.
    pub dns: Vec<String>,
    /// Interface.
    pub interface: String,
}
