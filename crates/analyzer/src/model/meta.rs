//! Object metadata and conditions.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::Time;

/// `metadata` of a Kubernetes object.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct Meta {
    /// Object name.
    pub name: String,
    /// Namespace; empty for cluster-scoped objects.
    pub namespace: String,
    /// Unique id.
    pub uid: String,
    /// Opaque version, compared as a number where it is one.
    pub resource_version: String,
    /// Counts spec changes.
    pub generation: i64,
    /// Creation.
    pub creation_timestamp: Option<Time>,
    /// Set while the object waits for deletion.
    pub deletion_timestamp: Option<Time>,
    /// Labels.
    pub labels: BTreeMap<String, String>,
    /// Annotations.
    pub annotations: BTreeMap<String, String>,
    /// Finalizers.
    pub finalizers: Vec<String>,
    /// Owners.
    pub owner_references: Vec<OwnerReference>,
}

/// One owner of an object.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct OwnerReference {
    /// Kind of the owner.
    pub kind: String,
    /// Name of the owner.
    pub name: String,
}

/// A status condition.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct Condition {
    /// `Ready`, `Applied`, …
    #[serde(rename = "type")]
    pub kind: String,
    /// `True`, `False` or `Unknown`.
    pub status: String,
    /// CamelCase reason.
    pub reason: String,
    /// Text.
    pub message: String,
    /// When `status` last changed.
    pub last_transition_time: Option<Time>,
    /// When the condition was last confirmed (Nodes).
    pub last_heartbeat_time: Option<Time>,
}
