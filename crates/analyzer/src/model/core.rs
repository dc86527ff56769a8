//! Kubernetes core objects: pods, nodes, namespaces, ConfigMaps, Secrets and CRDs.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde::de::IgnoredAny;

use super::{Condition, Time};

/// `Pod.spec`.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct PodSpec {
    /// Node that runs the pod; empty while it is not scheduled.
    pub node_name: String,
    /// Uses the node's network.
    pub host_network: bool,
    /// Containers.
    pub containers: Vec<ContainerSpec>,
    /// Containers that run to completion first, in order.
    pub init_containers: Vec<ContainerSpec>,
    /// Labels that the node must have.
    pub node_selector: BTreeMap<String, String>,
}

/// A container as specified.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct ContainerSpec {
    /// Name.
    pub name: String,
    /// Image reference with tag.
    pub image: String,
    /// Arguments.
    pub args: Vec<String>,
}

/// `Pod.status`.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct PodStatus {
    /// `Pending`, `Running`, `Succeeded`, `Failed` or `Unknown`.
    pub phase: String,
    /// `Evicted`, `NodeLost`, …
    pub reason: String,
    /// Text to `reason`.
    pub message: String,
    /// Conditions.
    pub conditions: Vec<Condition>,
    /// Containers.
    pub container_statuses: Vec<ContainerStatus>,
    /// Init containers.
    pub init_container_statuses: Vec<ContainerStatus>,
    /// When the kubelet took the pod.
    pub start_time: Option<Time>,
    /// Address of the node.
    #[serde(rename = "hostIP")]
    pub host_ip: String,
    /// Address of the pod.
    #[serde(rename = "podIP")]
    pub pod_ip: String,
}

/// Status of one container.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct ContainerStatus {
    /// Name.
    pub name: String,
    /// Image that runs.
    pub image: String,
    /// Passed its readiness probe, or has none and runs; for init containers: done.
    pub ready: bool,
    /// Restarts of this container.
    pub restart_count: u64,
    /// Present state.
    pub state: ContainerState,
    /// State before the last restart.
    pub last_state: ContainerState,
}

/// State of a container: at most one is set.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct ContainerState {
    /// Not started.
    pub waiting: Option<ContainerWaiting>,
    /// Runs.
    pub running: Option<ContainerRunning>,
    /// Ended.
    pub terminated: Option<ContainerTerminated>,
}

/// A container that waits.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct ContainerWaiting {
    /// `CrashLoopBackOff`, `ImagePullBackOff`, `ContainerCreating`, …
    pub reason: String,
    /// Text.
    pub message: String,
}

/// A container that runs.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct ContainerRunning {
    /// Start.
    pub started_at: Option<Time>,
}

/// A container that ended.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct ContainerTerminated {
    /// `Completed`, `Error`, `OOMKilled`, …
    pub reason: String,
    /// Text, often the end of the log.
    pub message: String,
    /// Exit code; 128 + signal where a signal ended it.
    pub exit_code: i64,
    /// Signal, where known.
    pub signal: i64,
    /// Start.
    pub started_at: Option<Time>,
    /// End.
    pub finished_at: Option<Time>,
}

/// What a pods table prints of a pod (`x-table` of the object): its containers have no names there.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct PodTable {
    /// `1/2`: ready containers of all containers.
    pub ready: String,
    /// Phase or the reason that kubectl chose: `Running`, `CrashLoopBackOff`, `Init:0/2`, …
    pub status: String,
    /// Restarts of all containers; before kubectl 1.22 of the one with most.
    pub restarts: u64,
    /// Age of the last restart.
    pub last_restart: Option<Time>,
    /// Address, wide tables only.
    pub ip: String,
    /// Node, wide tables only.
    pub node: String,
}

/// `Node.spec`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct NodeSpec {
    /// Cordoned.
    pub unschedulable: bool,
    /// Taints.
    pub taints: Vec<Taint>,
}

/// A taint of a node.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct Taint {
    /// Key.
    pub key: String,
    /// Value.
    pub value: String,
    /// `NoSchedule`, `PreferNoSchedule` or `NoExecute`.
    pub effect: String,
}

/// `Node.status`.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct NodeStatus {
    /// `Ready`, `MemoryPressure`, `DiskPressure`, …
    pub conditions: Vec<Condition>,
    /// Addresses.
    pub addresses: Vec<NodeAddress>,
    /// Software of the node.
    pub node_info: NodeInfo,
}

/// An address of a node.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct NodeAddress {
    /// `InternalIP`, `ExternalIP` or `Hostname`.
    #[serde(rename = "type")]
    pub kind: String,
    /// Address.
    pub address: String,
}

/// Software of a node.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct NodeInfo {
    /// Changes with every boot.
    #[serde(rename = "bootID")]
    pub boot_id: String,
    /// Kernel.
    pub kernel_version: String,
    /// Kubelet, with the distribution as a tail (`+k3s1`).
    pub kubelet_version: String,
    /// Operating system.
    pub os_image: String,
    /// Container runtime.
    pub container_runtime_version: String,
}

/// `Namespace.status`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct NamespaceStatus {
    /// `Active` or `Terminating`.
    pub phase: String,
}

/// A ConfigMap, read from the object's root: names of its keys only, values are never kept.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct ConfigMap {
    /// Keys with text.
    pub data: BTreeMap<String, IgnoredAny>,
    /// Keys with bytes.
    pub binary_data: BTreeMap<String, IgnoredAny>,
}

/// A Secret, read from the object's root: type and names of its keys only, values are never kept.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct Secret {
    /// `Opaque`, `kubernetes.io/tls`, …
    #[serde(rename = "type")]
    pub kind: String,
    /// Keys.
    pub data: BTreeMap<String, IgnoredAny>,
    /// Keys of hand-written secrets.
    pub string_data: BTreeMap<String, IgnoredAny>,
}

/// `CustomResourceDefinition.spec`: names only.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct CustomResourceDefinitionSpec {
    /// API group.
    pub group: String,
    /// Names.
    pub names: CrdNames,
    /// `Namespaced` or `Cluster`.
    pub scope: String,
    /// Versions.
    pub versions: Vec<CrdVersion>,
}

/// Names of a custom resource.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct CrdNames {
    /// Kind.
    pub kind: String,
    /// Plural.
    pub plural: String,
    /// Singular.
    pub singular: String,
    /// Short names.
    pub short_names: Vec<String>,
}

/// A version of a custom resource.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct CrdVersion {
    /// `v1beta1`, …
    pub name: String,
    /// Answered by the API.
    pub served: bool,
    /// Written to the store.
    pub storage: bool,
}

/// `CustomResourceDefinition.status`.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct CustomResourceDefinitionStatus {
    /// `Established`, `NamesAccepted`, …
    pub conditions: Vec<Condition>,
}
