//! The gateway controller, in the fabric controller's pod or (up to v0.44) in its own (gateway reference 7.3, 7.4).

use super::super::literal::{End, Join, Stream, literals};

pub(super) const STREAMS: &[Stream] = &[Stream::FabricCtrl, Stream::GatewayCtrl];

/// The object was reconciled after all.
const BY_GATEWAY: &[End] = &[End { by: &RECONCILED, join: Join::Same(&[("gateway", "name")]) }];

const BY_NAME: &[End] = &[End { by: &RECONCILED, join: Join::Same(&[("name", "name")]) }];

literals! {
    STREAMS;
    /// An object was reconciled: fields `controller`, `name`, `namespace`.
    RECONCILED = ("ctrl-reconciled", Info, "{kind} reconciled ")
        .keys(&["controller", "name", "namespace"]);
    /// The controller begins with a Gateway: field `name`.
    RECONCILING_GATEWAY = ("ctrl-reconciling-gateway", Info, "Reconciling Gateway")
        .keys(&["name", "namespace"]);
    /// A VPCInfo without an id holds up every gateway: fields `gateway`, `vpc`.
    VPC_NOT_READY = ("ctrl-vpc-not-ready", Error, "VPC not ready while building gateway agent, retrying", "VPCInfo not ready, retrying")
        .keys(&["gateway", "vpc", "name"])
        .ended_by(BY_GATEWAY);
    /// A VPC or External of a peering is missing: the peering is silently left out.
    PEERED_VPC_MISSING = ("ctrl-peered-vpc-missing", Error, "Peered VPC not found while building gateway agent, skipping")
        .keys(&["gateway", "peering", "vpc"])
        .ended_by(BY_GATEWAY);
    /// A VPC was copied for the gateways.
    VPCINFO_SYNCED = ("ctrl-vpcinfo-synced", Info, "Gateway VPCInfo synced")
        .keys(&["name", "vpc"]);
    /// No VNI could be allocated: fields `kind`, `vpc`.
    VNI_MISSING = ("ctrl-vni-missing", Error, "getting VPC {vpc} VNI: {error}", "getting External {vpc} VNI: {error}")
        .keys(&["name"])
        .ended_by(BY_NAME);
    /// An id could not be stored; conflicts are transient.
    VPCINFO_UPDATE_FAILED = ("ctrl-vpcinfo-update-failed", Warning, "updating vpcinfo id: {error}", "encoding vpcinfo id: {error}", "updating vpcinfo status: {error}")
        .keys(&["name"])
        .ended_by(BY_NAME);
    /// The pods of a gateway were not updated.
    DEPLOY_FAILED = ("ctrl-deploy-failed", Error, "deploying gateway: {error}", "creating or updating gateway dataplane daemonset: {error}", "cannot use mixed PCI address and kernel name interfaces")
        .keys(&["name"])
        .ended_by(BY_NAME);
    /// The GatewayAgent was not updated.
    AGENT_BUILD_FAILED = ("ctrl-agent-build-failed", Error, "building gateway agent: {error}", "creating or updating gateway agent: {error}")
        .keys(&["name"])
        .ended_by(BY_NAME);
    /// A Gateway in a namespace that nobody looks at.
    WRONG_NAMESPACE = ("ctrl-wrong-namespace", Error, "Skipping Gateway in non-default namespace", "Skipping Gateway in unexpected namespace")
        .keys(&["name", "namespace"]);
    /// The admission check by the dataplane's own validator cannot run.
    VALIDATOR_FAILED = ("ctrl-validator-failed", Error, "Dp-validator stderr non-empty", "running dp-validator: {error}", "downloading files from {source}", "dataplane validator ref is empty", "creating gateway validator: {error}")
        .ended_by(&[End { by: &VALIDATOR_LOADED, join: Join::Any }]);
    /// The validator is there.
    VALIDATOR_LOADED = ("ctrl-validator-loaded", Info, "Dataplane validator loaded")
        .keys(&["version"]);
    /// Defaults were written, normal once.
    DEFAULTS_APPLIED = ("ctrl-defaults-applied", Info, "Applying defaults to Gateway", "Applying defaults to Peering")
        .keys(&["name"]);
}
