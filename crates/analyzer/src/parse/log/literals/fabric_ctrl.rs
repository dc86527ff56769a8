//! The fabric controller (fabric reference 7).

use super::super::literal::{End, Join, Stream, literals};
use super::controller::RECONCILED;

const STREAMS: &[Stream] = super::controller::STREAMS;

const BY_OBJECT: &[End] =
    &[End { by: &RECONCILED, join: Join::Same(&[("name", "name"), ("controller", "controller")]) }];

literals! {
    STREAMS;
    /// A reconcile failed: fields `controller`, `name`, `err`, `namespace`.
    RECONCILER_ERROR = ("fabric-reconciler-error", Error, "Reconciler error")
        .keys(&["controller", "name", "err", "namespace"])
        .none_of(&["object has been modified"])
        .ended_by(BY_OBJECT);
    /// Optimistic lock: harmless.
    CONFLICT = ("fabric-conflict", Info, "Operation cannot be fulfilled", "the object has been modified")
        .keys(&["controller", "name"]);
    /// A switch lacks the VLAN namespace of a VPC: its Agent is frozen.
    VLAN_NAMESPACE_MISSING = ("fabric-vlan-namespace-missing", Error, "switch {switch} doesn't have vlan namespace {vlan_namespace} while gets vpc {vpc}")
        .keys(&["name"])
        .ended_by(&[End { by: &RECONCILED, join: Join::Same(&[("switch", "name")]) }]);
    /// VLANs, VNIs or PortChannel numbers are used up.
    POOL_EXHAUSTED = ("fabric-pool-exhausted", Error, "no free value found", "failed to allocate value for {error}")
        .keys(&["controller", "name"])
        .ended_by(BY_OBJECT);
    /// Redundancy types of a pair differ, a profile or a VNI is missing (3.7).
    AGENT_SPEC_ERROR = ("fabric-agent-spec-error", Error, "have different redundancy types but in the redundancy same group", "error getting switch profile", "failed to find VPC VNI for vpc {vpc}")
        .keys(&["controller", "name"])
        .ended_by(BY_OBJECT);
    /// Transient at the creation of a switch.
    TOKEN_PENDING = ("fabric-token-pending", Info, "requeue to wait for service account token")
        .keys(&["name"]);
}
