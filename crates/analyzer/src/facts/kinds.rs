//! The kinds that rules read, and the typed store that holds them. A new kind is one line below.

use std::collections::BTreeSet;

use rayon::prelude::*;
use serde::Deserialize;

use super::store::{Kind, Listing, Object};
use crate::decode::MergedObject;
use crate::model::{Event as EventBody, Meta, agent, apps, core, dhcp, fabricator, gateway, vpc, wiring};
use crate::rule::Source;
use crate::source::Problem;
use crate::yaml::from_node;

/// Status of kinds that have none.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct NoStatus {}

/// Where a kind's `Spec` type is read from.
fn part<T: for<'t> Deserialize<'t> + Default>(merged: &MergedObject, key: &str, problems: &mut Vec<Problem>) -> T {
    let root = merged.raw.root();
    let node = if key.is_empty() { Some(root) } else { root.get(key) };
    node.filter(|node| !node.is_null()).and_then(|node| from_node(node, problems)).unwrap_or_default()
}

fn typed<K: Kind>(merged: MergedObject, spec_at: &str, problems: &mut Vec<Problem>) -> Object<K>
where
    K::Spec: for<'t> Deserialize<'t> + Default,
    K::Status: for<'t> Deserialize<'t> + Default,
{
    let mut meta: Meta = part(&merged, "metadata", problems);
    meta.name.clone_from(&merged.raw.name);
    meta.namespace.clone_from(&merged.raw.namespace);
    Object {
        meta,
        spec: part(&merged, spec_at, problems),
        status: part(&merged, "status", problems),
        raw: merged.raw,
        contradictions: merged.contradictions,
    }
}

/// True if an object of this kind and group is of kind `K`. Without a group (tables) the kind decides.
fn is_a<K: Kind>(kind: &str, group: &str) -> bool {
    (kind == K::NAME || K::ALIASES.contains(&kind)) && (group.is_empty() || group == K::GROUP)
}

macro_rules! kinds {
    ($($(#[$doc:meta])* $field:ident: $kind:ident [$($alias:literal),*] in $group:literal, ns $namespace:literal,
        $spec:ty [$at:literal], $status:ty, $source:ident;)*) => {
        $(
            $(#[$doc])*
            #[derive(Debug)]
            pub enum $kind {}

            impl Kind for $kind {
                const NAME: &'static str = stringify!($kind);
                const ALIASES: &'static [&'static str] = &[$($alias),*];
                const GROUP: &'static str = $group;
                const NAMESPACE: &'static str = $namespace;
                const SOURCE: Source = Source::$source;
                type Spec = $spec;
                type Status = $status;
                fn listing(objects: &Objects) -> &Listing<Self> {
                    &objects.$field
                }
            }
        )*

        /// All typed objects of a capture.
        #[derive(Debug, Default)]
        pub struct Objects {
            $(
                $(#[$doc])*
                pub $field: Listing<$kind>,
            )*
        }

        impl Objects {
            /// Types the merged objects. `complete` holds the kinds that the capture lists completely.
            #[must_use]
            pub fn load(merged: Vec<MergedObject>, complete: &BTreeSet<String>) -> (Self, Vec<Problem>) {
                let mut problems = Vec::new();
                let mut objects = Self::default();
                let mut rest = merged;
                $(
                    let (mine, others): (Vec<_>, Vec<_>) = rest
                        .into_iter()
                        .partition(|m| is_a::<$kind>(&m.raw.kind, m.raw.group()));
                    rest = others;
                    let read: Vec<(Object<$kind>, Vec<Problem>)> = mine
                        .into_par_iter()
                        .map(|merged| {
                            let mut found = Vec::new();
                            (typed::<$kind>(merged, $at, &mut found), found)
                        })
                        .collect();
                    let mut listed = Vec::with_capacity(read.len());
                    for (object, found) in read {
                        listed.push(object);
                        problems.extend(found);
                    }
                    listed.sort_by(|a, b| {
                        (&a.meta.namespace, &a.meta.name).cmp(&(&b.meta.namespace, &b.meta.name))
                    });
                    let whole = complete.contains($kind::NAME)
                        || $kind::ALIASES.iter().any(|alias| complete.contains(*alias));
                    objects.$field = Listing::new(listed, whole);
                )*
                let _ = rest;
                (objects, problems)
            }

            /// Number of objects of the kind that a source stands for; none for other sources.
            #[must_use]
            pub fn count(&self, source: Source) -> Option<usize> {
                $(if source == Source::$source && <$kind as Kind>::SOURCE == source {
                    return Some(self.$field.objects.len());
                })*
                None
            }
        }

        /// Kinds that are read, with their namespace in forms that print none.
        #[must_use]
        pub fn default_namespace(kind: &str) -> Option<&'static str> {
            $(if kind == $kind::NAME || $kind::ALIASES.contains(&kind) {
                return Some($kind::NAMESPACE);
            })*
            None
        }
    };
}

kinds! {
    /// `Gateway`.
    gateways: Gateway [] in "gateway.githedgehog.com", ns "default", gateway::GatewaySpec ["spec"], NoStatus, Gateways;
    /// `GatewayGroup`.
    gateway_groups: GatewayGroup [] in "gateway.githedgehog.com", ns "default", gateway::GatewayGroupSpec ["spec"], NoStatus, GatewayGroups;
    /// `GatewayPeering` (`Peering` up to v0.44).
    peerings: GatewayPeering ["Peering"] in "gateway.githedgehog.com", ns "default", gateway::PeeringSpec ["spec"], NoStatus, GatewayPeerings;
    /// `VPCInfo`.
    vpc_infos: VPCInfo [] in "gateway.githedgehog.com", ns "default", gateway::VpcInfoSpec ["spec"], gateway::VpcInfoStatus, VpcInfos;
    /// `GatewayAgent`.
    gateway_agents: GatewayAgent [] in "gwint.githedgehog.com", ns "default", gateway::GatewayAgentSpec ["spec"], gateway::GatewayAgentStatus, GatewayAgents;
    /// `Pod`.
    pods: Pod [] in "", ns "fab", core::PodSpec ["spec"], core::PodStatus, Pods;
    /// `Node`.
    nodes: Node [] in "", ns "", core::NodeSpec ["spec"], core::NodeStatus, Nodes;
    /// `Event`; its fields stand at the root.
    events: Event [] in "", ns "", EventBody [""], NoStatus, Events;
    /// `DaemonSet`.
    daemon_sets: DaemonSet [] in "apps", ns "fab", apps::DaemonSetSpec ["spec"], apps::DaemonSetStatus, DaemonSets;
    /// `Deployment`.
    deployments: Deployment [] in "apps", ns "fab", apps::DeploymentSpec ["spec"], apps::DeploymentStatus, Deployments;
    /// `Agent` of a switch.
    agents: Agent [] in "agent.githedgehog.com", ns "default", agent::AgentSpec ["spec"], agent::AgentStatus, Agents;
    /// `Switch`.
    switches: Switch [] in "wiring.githedgehog.com", ns "default", wiring::SwitchSpec ["spec"], NoStatus, Switches;
    /// `Connection`.
    connections: Connection [] in "wiring.githedgehog.com", ns "default", wiring::ConnectionSpec ["spec"], NoStatus, Connections;
    /// `VPC`.
    vpcs: VPC [] in "vpc.githedgehog.com", ns "default", vpc::VpcSpec ["spec"], NoStatus, Vpcs;
    /// `VPCAttachment`.
    vpc_attachments: VPCAttachment [] in "vpc.githedgehog.com", ns "default", vpc::VpcAttachmentSpec ["spec"], NoStatus, VpcAttachments;
    /// `VPCPeering`.
    vpc_peerings: VPCPeering [] in "vpc.githedgehog.com", ns "default", vpc::VpcPeeringSpec ["spec"], NoStatus, VpcPeerings;
    /// `External`.
    externals: External [] in "vpc.githedgehog.com", ns "default", vpc::ExternalSpec ["spec"], NoStatus, Externals;
    /// `ExternalAttachment`.
    external_attachments: ExternalAttachment [] in "vpc.githedgehog.com", ns "default", vpc::ExternalAttachmentSpec ["spec"], NoStatus, ExternalAttachments;
    /// `ExternalPeering`.
    external_peerings: ExternalPeering [] in "vpc.githedgehog.com", ns "default", vpc::ExternalPeeringSpec ["spec"], NoStatus, ExternalPeerings;
    /// `IPv4Namespace`.
    ipv4_namespaces: IPv4Namespace [] in "vpc.githedgehog.com", ns "default", vpc::Ipv4NamespaceSpec ["spec"], NoStatus, Ipv4Namespaces;
    /// `Fabricator`.
    fabricators: Fabricator [] in "fabricator.githedgehog.com", ns "fab", fabricator::FabricatorSpec ["spec"], fabricator::FabricatorStatus, Fabricator;
    /// `FabNode`.
    fab_nodes: FabNode [] in "fabricator.githedgehog.com", ns "fab", fabricator::FabNodeSpec ["spec"], NoStatus, FabNodes;
    /// `ControlNode`.
    control_nodes: ControlNode [] in "fabricator.githedgehog.com", ns "fab", fabricator::ControlNodeSpec ["spec"], NoStatus, ControlNodes;
    /// `SwitchProfile`.
    switch_profiles: SwitchProfile [] in "wiring.githedgehog.com", ns "default", wiring::SwitchProfileSpec ["spec"], NoStatus, SwitchProfiles;
    /// `Server`.
    servers: Server [] in "wiring.githedgehog.com", ns "default", wiring::ServerSpec ["spec"], NoStatus, Servers;
    /// `VLANNamespace`.
    vlan_namespaces: VLANNamespace [] in "wiring.githedgehog.com", ns "default", wiring::VlanNamespaceSpec ["spec"], NoStatus, VlanNamespaces;
    /// `DHCPSubnet`.
    dhcp_subnets: DHCPSubnet [] in "dhcp.githedgehog.com", ns "default", dhcp::DhcpSubnetSpec ["spec"], dhcp::DhcpSubnetStatus, DhcpSubnets;
    /// `Catalog`.
    catalogs: Catalog [] in "agent.githedgehog.com", ns "default", agent::CatalogSpec ["spec"], NoStatus, Catalogs;
    /// `Secret`: type and key names; values are never kept in the model.
    secrets: Secret [] in "", ns "fab", core::Secret [""], NoStatus, Secrets;
    /// `ConfigMap`: key names.
    config_maps: ConfigMap [] in "", ns "fab", core::ConfigMap [""], NoStatus, ConfigMaps;
}
