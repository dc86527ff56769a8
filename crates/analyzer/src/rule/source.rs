//! Data sources: what a rule can need, what it is called, and how to collect it.

use std::fmt;

/// One kind of data in a bundle.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum Source {
    /// The time at which the bundle was captured.
    CaptureTime,
    /// `Gateway` objects.
    Gateways,
    /// `GatewayGroup` objects.
    GatewayGroups,
    /// `GatewayPeering` objects.
    GatewayPeerings,
    /// `VPCInfo` objects.
    VpcInfos,
    /// `GatewayAgent` objects.
    GatewayAgents,
    /// `Pod` objects.
    Pods,
    /// `Node` objects.
    Nodes,
    /// `Event` objects.
    Events,
    /// `DaemonSet` objects.
    DaemonSets,
    /// `Deployment` objects.
    Deployments,
    /// `Agent` objects of the switches.
    Agents,
    /// `Switch` objects.
    Switches,
    /// `Connection` objects.
    Connections,
    /// `VPC` objects.
    Vpcs,
    /// `VPCAttachment` objects.
    VpcAttachments,
    /// `VPCPeering` objects.
    VpcPeerings,
    /// `External` objects.
    Externals,
    /// `ExternalAttachment` objects.
    ExternalAttachments,
    /// `ExternalPeering` objects.
    ExternalPeerings,
    /// `IPv4Namespace` objects.
    Ipv4Namespaces,
    /// `Fabricator` object.
    Fabricator,
    /// `FabNode` objects.
    FabNodes,
    /// `ControlNode` objects.
    ControlNodes,
    /// `SwitchProfile` objects.
    SwitchProfiles,
    /// `Server` objects.
    Servers,
    /// `VLANNamespace` objects.
    VlanNamespaces,
    /// `DHCPSubnet` objects.
    DhcpSubnets,
    /// `Catalog` objects.
    Catalogs,
    /// `Secret` objects.
    Secrets,
    /// `ConfigMap` objects.
    ConfigMaps,
    /// Log of the dataplane container.
    DataplaneLog,
    /// Log of the frr container.
    FrrLog,
    /// Log of the agent container (25.05).
    AgentLog,
    /// Log of the fabric controller.
    ControllerLog,
    /// Journal of `k3s-agent` of a gateway node.
    NodeJournal,
    /// Log of Alloy on a gateway node.
    AlloyLog,
    /// `/var/log/agent.log` of a switch.
    SwitchAgentLog,
    /// Syslog of a switch.
    SwitchSyslog,
    /// Log of `fabric-dhcpd`.
    DhcpdLog,
    /// Log of `fabric-boot`.
    BootLog,
    /// Log of `fabricator-ctrl`.
    FabricatorLog,

    /// `show tech` of the dataplane.
    ShowTech,
    /// FRR `show bgp summary`.
    FrrBgpSummary,
    /// FRR `show bfd peers`.
    FrrBfdPeers,
    /// FRR `show ip route vrf all`.
    FrrRoutes,
    /// FRR `show running-config`.
    FrrRunningConfig,
    /// FRR `show hedgehog rpc stats`.
    FrrRpcStats,
    /// Prometheus text of the dataplane.
    GatewayMetrics,
    /// Route tables of switches.
    SwitchRoutes,
    /// `ip link` of a gateway node.
    NodeLinks,
    /// What the user expects (`--expect a->b`).
    Expectation,
    /// What the user sees (`--symptom`).
    Symptom,
}

impl Source {
    /// All sources, in order.
    pub const ALL: [Self; 53] = [
        Self::CaptureTime,
        Self::Gateways,
        Self::GatewayGroups,
        Self::GatewayPeerings,
        Self::VpcInfos,
        Self::GatewayAgents,
        Self::Pods,
        Self::Nodes,
        Self::Events,
        Self::DaemonSets,
        Self::Deployments,
        Self::Agents,
        Self::Switches,
        Self::Connections,
        Self::Vpcs,
        Self::VpcAttachments,
        Self::VpcPeerings,
        Self::Externals,
        Self::ExternalAttachments,
        Self::ExternalPeerings,
        Self::Ipv4Namespaces,
        Self::Fabricator,
        Self::FabNodes,
        Self::ControlNodes,
        Self::SwitchProfiles,
        Self::Servers,
        Self::VlanNamespaces,
        Self::DhcpSubnets,
        Self::Catalogs,
        Self::Secrets,
        Self::ConfigMaps,
        Self::DataplaneLog,
        Self::FrrLog,
        Self::AgentLog,
        Self::ControllerLog,
        Self::NodeJournal,
        Self::AlloyLog,
        Self::SwitchAgentLog,
        Self::SwitchSyslog,
        Self::DhcpdLog,
        Self::BootLog,
        Self::FabricatorLog,
        Self::ShowTech,
        Self::FrrBgpSummary,
        Self::FrrBfdPeers,
        Self::FrrRoutes,
        Self::FrrRunningConfig,
        Self::FrrRpcStats,
        Self::GatewayMetrics,
        Self::SwitchRoutes,
        Self::NodeLinks,
        Self::Expectation,
        Self::Symptom,
    ];

    /// What reports call it.
    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            Self::CaptureTime => "capture time",
            Self::Gateways => "Gateway objects",
            Self::GatewayGroups => "GatewayGroup objects",
            Self::GatewayPeerings => "GatewayPeering objects",
            Self::VpcInfos => "VPCInfo objects",
            Self::GatewayAgents => "GatewayAgent objects",
            Self::Pods => "Pods of namespace fab",
            Self::Nodes => "Node objects",
            Self::Events => "Event objects",
            Self::DaemonSets => "DaemonSets of namespace fab",
            Self::Deployments => "Deployments of namespace fab",
            Self::Agents => "Agent objects of the switches",
            Self::Switches => "Switch objects",
            Self::Connections => "Connection objects",
            Self::Vpcs => "VPC objects",
            Self::VpcAttachments => "VPCAttachment objects",
            Self::VpcPeerings => "VPCPeering objects",
            Self::Externals => "External objects",
            Self::ExternalAttachments => "ExternalAttachment objects",
            Self::ExternalPeerings => "ExternalPeering objects",
            Self::Ipv4Namespaces => "IPv4Namespace objects",
            Self::Fabricator => "Fabricator object",
            Self::FabNodes => "FabNode objects",
            Self::ControlNodes => "ControlNode objects",
            Self::SwitchProfiles => "SwitchProfile objects",
            Self::Servers => "Server objects",
            Self::VlanNamespaces => "VLANNamespace objects",
            Self::DhcpSubnets => "DHCPSubnet objects",
            Self::Catalogs => "Catalog objects",
            Self::Secrets => "Secret objects",
            Self::ConfigMaps => "ConfigMap objects",
            Self::DataplaneLog => "log of the dataplane container",
            Self::FrrLog => "log of the frr container",
            Self::AgentLog => "log of the gateway agent container",
            Self::ControllerLog => "log of the fabric controller",
            Self::NodeJournal => "journal of k3s-agent on the gateway node",
            Self::AlloyLog => "log of Alloy on the gateway node",
            Self::SwitchAgentLog => "agent.log of the switch",
            Self::SwitchSyslog => "syslog of the switch",
            Self::DhcpdLog => "log of fabric-dhcpd",
            Self::BootLog => "log of fabric-boot",
            Self::FabricatorLog => "log of fabricator-ctrl",
            Self::ShowTech => "dataplane `show tech`",
            Self::FrrBgpSummary => "FRR `show bgp summary`",
            Self::FrrBfdPeers => "FRR `show bfd peers`",
            Self::FrrRoutes => "FRR `show ip route vrf all`",
            Self::FrrRunningConfig => "FRR `show running-config`",
            Self::FrrRpcStats => "FRR `show hedgehog rpc stats`",
            Self::GatewayMetrics => "Prometheus text of the dataplane",
            Self::SwitchRoutes => "route tables of the leaves",
            Self::NodeLinks => "`ip link` of the gateway node",
            Self::Expectation => "expected traffic (--expect)",
            Self::Symptom => "observed symptom (--symptom)",
        }
    }

    /// The command that collects it. `<gateway>` stands for the gateway's name.
    #[must_use]
    pub fn collect(self) -> &'static str {
        match self {
            Self::CaptureTime => "date -u (or give --captured-at <time>)",
            Self::Gateways => "kubectl get gateways -A -o yaml",
            Self::GatewayGroups => "kubectl get gatewaygroups -A -o yaml",
            Self::GatewayPeerings => "kubectl get gatewaypeerings -A -o yaml",
            Self::VpcInfos => "kubectl get vpcinfos -A -o yaml",
            Self::GatewayAgents => "kubectl get gatewayagents -A -o yaml",
            Self::Pods => "kubectl get pods -n fab -o yaml",
            Self::Nodes => "kubectl get nodes -o yaml",
            Self::Events => "kubectl get events -A -o yaml",
            Self::DaemonSets => "kubectl get daemonsets -n fab -o yaml",
            Self::Deployments => "kubectl get deployments -n fab -o yaml",
            Self::Agents => "kubectl get agents -A -o yaml",
            Self::Switches => "kubectl get switches -A -o yaml",
            Self::Connections => "kubectl get connections -A -o yaml",
            Self::Vpcs => "kubectl get vpcs -A -o yaml",
            Self::VpcAttachments => "kubectl get vpcattachments -A -o yaml",
            Self::VpcPeerings => "kubectl get vpcpeerings -A -o yaml",
            Self::Externals => "kubectl get externals -A -o yaml",
            Self::ExternalAttachments => "kubectl get externalattachments -A -o yaml",
            Self::ExternalPeerings => "kubectl get externalpeerings -A -o yaml",
            Self::Ipv4Namespaces => "kubectl get ipv4namespaces -A -o yaml",
            Self::Fabricator => "kubectl get fabricators -n fab -o yaml",
            Self::FabNodes => "kubectl get fabnodes -n fab -o yaml",
            Self::ControlNodes => "kubectl get controlnodes -n fab -o yaml",
            Self::SwitchProfiles => "kubectl get switchprofiles -A -o yaml",
            Self::Servers => "kubectl get servers -A -o yaml",
            Self::VlanNamespaces => "kubectl get vlannamespaces -A -o yaml",
            Self::DhcpSubnets => "kubectl get dhcpsubnets -A -o yaml",
            Self::Catalogs => "kubectl get catalogs -A -o yaml",
            Self::Secrets => "kubectl get secrets -A -o yaml",
            Self::ConfigMaps => "kubectl get configmaps -n fab -o yaml",
            Self::DataplaneLog => "kubectl logs -n fab ds/gw--<gateway>--dataplane -c dataplane",
            Self::FrrLog => "kubectl logs -n fab ds/gw--<gateway>--frr -c frr",
            Self::AgentLog => "kubectl logs -n fab ds/gw--<gateway>--agent -c agent",
            Self::ControllerLog => "kubectl logs -n fab deploy/fabric-ctrl -c manager",
            Self::NodeJournal => "journalctl -u k3s-agent.service (on the gateway node)",
            Self::AlloyLog => "kubectl logs -n fab ds/alloy-gw",
            Self::SwitchAgentLog => "cat /var/log/agent.log (on the switch)",
            Self::SwitchSyslog => "cat /var/log/syslog (on the switch)",
            Self::DhcpdLog => "kubectl logs -n fab deploy/fabric-dhcpd",
            Self::BootLog => "kubectl logs -n fab deploy/fabric-boot",
            Self::FabricatorLog => "kubectl logs -n fab deploy/fabricator-ctrl -c manager",
            Self::ShowTech => {
                "kubectl exec -n fab ds/gw--<gateway>--dataplane -c dataplane -- /dataplane-cli -c \"show tech\""
            }
            Self::FrrBgpSummary => "kubectl exec -n fab ds/gw--<gateway>--frr -c frr -- vtysh -c \"show bgp summary\"",
            Self::FrrBfdPeers => "kubectl exec -n fab ds/gw--<gateway>--frr -c frr -- vtysh -c \"show bfd peers\"",
            Self::FrrRoutes => "kubectl exec -n fab ds/gw--<gateway>--frr -c frr -- vtysh -c \"show ip route vrf all\"",
            Self::FrrRunningConfig => {
                "kubectl exec -n fab ds/gw--<gateway>--frr -c frr -- vtysh -c \"show running-config\""
            }
            Self::FrrRpcStats => {
                "kubectl exec -n fab ds/gw--<gateway>--frr -c frr -- vtysh -c \"show hedgehog rpc stats\""
            }
            Self::GatewayMetrics => "curl -s http://127.0.0.1:9442/metrics (on the gateway node)",
            Self::SwitchRoutes => "show ip route vrf all (sonic-cli on the leaf)",
            Self::NodeLinks => "ip link (on the gateway node)",
            Self::Expectation => "hh-analyze --expect <vpc>-><vpc> <bundle>",
            Self::Symptom => "hh-analyze --symptom stops-after-a-while <bundle>",
        }
    }
}

/// A set of sources.
#[derive(Clone, Copy, PartialEq, Eq, Default)]
pub struct SourceSet(u64);

impl SourceSet {
    /// Adds one.
    pub fn insert(&mut self, source: Source) {
        self.0 |= 1 << (source as u8);
    }

    /// True if it holds `source`.
    #[must_use]
    pub fn contains(self, source: Source) -> bool {
        self.0 & (1 << (source as u8)) != 0
    }

    /// All of both.
    #[must_use]
    pub fn union(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Its members, in order.
    pub fn iter(self) -> impl Iterator<Item = Source> {
        Source::ALL.into_iter().filter(move |source| self.contains(*source))
    }
}

impl FromIterator<Source> for SourceSet {
    fn from_iter<I: IntoIterator<Item = Source>>(sources: I) -> Self {
        let mut set = Self::default();
        for source in sources {
            set.insert(source);
        }
        set
    }
}

impl fmt::Debug for SourceSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.iter()).finish()
    }
}
