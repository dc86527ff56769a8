//! `apps/v1`: workloads.

use serde::Deserialize;

use super::Condition;
use super::core::PodSpec;

/// Pod template of a workload.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct PodTemplate {
    /// Pods are made like this.
    pub spec: PodSpec,
}

/// `Deployment.spec`.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct DeploymentSpec {
    /// Wanted pods; absent = 1.
    pub replicas: Option<u64>,
    /// Template.
    pub template: PodTemplate,
}

/// `Deployment.status`.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct DeploymentStatus {
    /// Generation that the controller saw.
    pub observed_generation: i64,
    /// Pods.
    pub replicas: u64,
    /// Pods of the newest template.
    pub updated_replicas: u64,
    /// Ready pods.
    pub ready_replicas: u64,
    /// Pods ready for long enough.
    pub available_replicas: u64,
    /// Missing to the wanted number.
    pub unavailable_replicas: u64,
    /// `Available`, `Progressing`, …
    pub conditions: Vec<Condition>,
}

/// `DaemonSet.spec`.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct DaemonSetSpec {
    /// Template.
    pub template: PodTemplate,
}

/// `DaemonSet.status`.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct DaemonSetStatus {
    /// Generation that the controller saw.
    pub observed_generation: i64,
    /// Nodes that should run the pod.
    pub desired_number_scheduled: u64,
    /// Nodes that have the pod and should.
    pub current_number_scheduled: u64,
    /// Nodes that have the pod and should not.
    pub number_misscheduled: u64,
    /// Ready pods.
    pub number_ready: u64,
    /// Pods ready for long enough.
    pub number_available: u64,
    /// Missing to the desired number.
    pub number_unavailable: u64,
    /// Pods of the newest template.
    pub updated_number_scheduled: u64,
    /// Conditions.
    pub conditions: Vec<Condition>,
}

/// `StatefulSet.spec`.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct StatefulSetSpec {
    /// Wanted pods; absent = 1.
    pub replicas: Option<u64>,
    /// Template.
    pub template: PodTemplate,
}

/// `StatefulSet.status`.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct StatefulSetStatus {
    /// Generation that the controller saw.
    pub observed_generation: i64,
    /// Pods.
    pub replicas: u64,
    /// Ready pods.
    pub ready_replicas: u64,
    /// Pods ready for long enough.
    pub available_replicas: u64,
    /// Pods of the present revision.
    pub current_replicas: u64,
    /// Pods of the newest revision.
    pub updated_replicas: u64,
    /// Conditions.
    pub conditions: Vec<Condition>,
}

/// `ReplicaSet.spec`.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct ReplicaSetSpec {
    /// Wanted pods; absent = 1.
    pub replicas: Option<u64>,
    /// Template.
    pub template: PodTemplate,
}

/// `ReplicaSet.status`.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct ReplicaSetStatus {
    /// Generation that the controller saw.
    pub observed_generation: i64,
    /// Pods.
    pub replicas: u64,
    /// Ready pods.
    pub ready_replicas: u64,
    /// Pods ready for long enough.
    pub available_replicas: u64,
    /// `ReplicaFailure`.
    pub conditions: Vec<Condition>,
}
