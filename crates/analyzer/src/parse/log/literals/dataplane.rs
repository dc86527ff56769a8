//! Dataplane: start, Kubernetes, configuration and FRR (gateway reference 7.1).

use super::super::literal::{End, Join, Stream, literals};

const STREAMS: &[Stream] = &[Stream::Dataplane];

/// A success of the same or a newer generation; of any, where the line names none.
pub(super) const BY_APPLY: &[End] =
    &[End { by: &APPLY_REPORTED, join: Join::Generation }, End { by: &APPLY_DONE, join: Join::Generation }];

/// The API answers again.
const BY_API: &[End] = &[
    End { by: &KUBE_READY, join: Join::Any },
    End { by: &APPLY_REPORTED, join: Join::Any },
    End { by: &APPLY_DONE, join: Join::Any },
];

/// FRR took the same or a newer generation.
const BY_FRR: &[End] = &[End { by: &FRR_APPLIED, join: Join::Generation }];

/// FRR took any configuration.
const BY_ANY_FRR: &[End] = &[End { by: &FRR_APPLIED, join: Join::Any }];

const BY_PEER_UP: &[End] = &[End { by: &BGP_UP, join: Join::Same(&[("peer", "peer")]) }];

literals! {
    STREAMS;
    /// Start of the process: fields `gateway`, `version`. Their count is the number of restarts.
    STARTED = ("dp-started", Info, "Starting dataplane for gateway '{gateway}' (Version = {version})");
    /// The Kubernetes client works (again).
    KUBE_READY = ("dp-kube-ready", Info, "Kube client successfully initialized", "K8s initialization succeeded");
    /// No kubeconfig or no API: every 10 s.
    KUBE_NOT_READY = ("dp-kube-not-ready", Warning, "Kube client not ready: {error}. Will retry")
        .ended_by(BY_API);
    /// The initial status could not be written: API unreachable, RBAC, or the GatewayAgent is absent.
    INIT_STATUS_FAILED = ("dp-init-status-failed", Error, "Failed to initialize gateway status: {error}")
        .ended_by(BY_API);
    /// Retry of the initialization: field `left`.
    INIT_RETRY = ("dp-init-retry", Error, "Could not initialize k8s state. Will retry {#left} more times")
        .ended_by(BY_API);
    /// The process gives up and exits 1.
    INIT_GAVE_UP = ("dp-init-gave-up", Critical, "Maximum k8s initialization attempts reached. Giving up", "Failed to start mgmt: {error}. Stopping dataplane")
        .ended_by(BY_API);
    /// The API watch broke.
    WATCHER_ERROR = ("dp-watcher-error", Warning, "Watcher error: {error}. Restarting kube client in")
        .none_of(&["deserializ", "unknown variant", "missing field"])
        .ended_by(BY_API);
    /// The GatewayAgent cannot be parsed by this dataplane: custom resource and image do not fit.
    WATCHER_PARSE_ERROR = ("dp-watcher-parse-error", Critical, "Watcher error: {error}. Restarting kube client in")
        .any_of(&["deserializ", "unknown variant", "missing field"])
        .ended_by(&[
            End { by: &APPLY_REPORTED, join: Join::Any },
            End { by: &APPLY_DONE, join: Join::Any },
        ]);
    /// A status write was refused or did not reach the API. Whether it is over the heartbeat tells.
    STATUS_UPDATE_FAILED = ("dp-status-update-failed", Error, "Failed to update gateway status: {error}")
        .ended_by(BY_API);
    /// A heartbeat was left out for an internal reason.
    STATUS_SKIPPED = ("dp-status-skipped", Error, "Failed to fetch dataplane status, skipping status update: {error}", "Failed to get current config, skipping status update: {error}", "Failed to convert status to GatewayAgentStatus: {error}")
        .ended_by(BY_API);
    /// The spec cannot be read (3.2); repeats every 15 s.
    CONVERT_FAILED = ("dp-convert-failed", Error, "Failed to convert K8sGatewayAgent to ExternalConfig: {error}")
        .ended_by(BY_APPLY);
    /// A generation was refused (3.3): fields `generation`, `error`; repeats every 15 s.
    APPLY_FAILED = ("dp-apply-failed", Error, "Failed to apply the config for genid {#generation}: {error}", "Failed to apply the config for generation {#generation}: {error}")
        .ended_by(BY_APPLY);
    /// Debug: a generation is about to be applied; dates the change.
    APPLY_REQUESTED = ("dp-apply-requested", Info, "Handling apply configuration request. Genid {#generation}");
    /// A generation was applied and is reported to the API.
    APPLY_REPORTED = ("dp-apply-reported", Info, "Config for genid {#generation} successfully applied", "Config for generation {#generation} was successfully applied");
    /// A generation was applied.
    APPLY_DONE = ("dp-apply-done", Info, "Successfully applied config for genid {#generation}", "Successfully applied config for generation {#generation}");
    /// The success of a rollback: never searched for, found as [`APPLY_DONE`] behind [`ROLLING_BACK`].
    ROLLED_BACK = ("dp-rolled-back", Info, "Successfully applied config for genid {#generation} (rollback)", "Successfully applied config for generation {#generation} (rollback)");
    /// Heading of a configuration history; the rows follow on the next lines.
    CONFIG_HISTORY = ("dp-config-history", Info, "Configuration history", "Configuration summary");
    /// Return to the configuration before: field `generation` names the old one.
    ROLLING_BACK = ("dp-rolling-back", Warning, "Rolling back to config with genid {#generation}", "Rolling back to config with generation {#generation}")
        .ended_by(BY_APPLY);
    /// The old configuration could not be restored: a mixed one may run.
    ROLLBACK_FAILED = ("dp-rollback-failed", Critical, "Rolling back to config {#generation} failed: {error}", "Rolling back to config with genid {#generation} failed: {error}")
        .ended_by(BY_APPLY);
    /// The router part (not FRR) took a generation.
    ROUTER_APPLIED = ("dp-router-applied", Info, "Router config for gen {#generation} was successfully applied");
    /// FRR took a generation.
    FRR_APPLIED = ("dp-frr-applied", Info, "Frr configuration successfully applied for gen {#generation}");
    /// FRR refused a generation: `error` tells reload, spawn or file.
    FRR_FAILED = ("dp-frr-failed", Error, "Failed to apply FRR configuration for gen {#generation}: {error}")
        .ended_by(BY_FRR);
    /// No further try for that generation.
    FRR_GAVE_UP = ("dp-frr-gave-up", Error, "Ran out of attempts to config FRR for gen {#generation}")
        .ended_by(BY_FRR);
    /// frr-agent did not answer within 5 s.
    FRR_TIMEOUT = ("dp-frr-timeout", Warning, "Request sent to frr-agent timed out! Will reconnect")
        .ended_by(BY_ANY_FRR);
    /// The connection to frr-agent broke.
    FRRMI_ERROR = ("dp-frrmi-error", Warning, "Error sending over frrmi: {error}", "Failed to receive over frrmi: {error}")
        .ended_by(BY_ANY_FRR);
    /// A late answer after a timeout.
    FRRMI_LATE = ("dp-frrmi-late", Warning, "Response genid {#received} does not match the expected {#expected}")
        .ended_by(BY_ANY_FRR);
    /// zebra is another process than before.
    FRR_RESTARTED = ("dp-frr-restarted", Warning, "FRR appears to have restarted!!!")
        .ended_by(BY_ANY_FRR);
    /// The dataplane itself is new and asks FRR for everything.
    REFRESH_REQUESTED = ("dp-refresh-requested", Info, "We appear to have restarted. Requesting refresh to FRR");
    /// Old routes were removed 60 s after an FRR restart.
    STALE_EXPIRED = ("dp-stale-expired", Warning, "Stale timeout expired");
    /// Images of dataplane and FRR do not fit.
    RPC_MISMATCH = ("dp-rpc-mismatch", Critical, "Got connection request with mismatch RPC version!!");
    /// A session was lost: fields `peer`, `id`, `asn`, `state`.
    BGP_DOWN = ("dp-bgp-down", Info, "BGP session with {peer} (id:{id} ASN:{asn}) changed Established -> {state}")
        .ended_by(BY_PEER_UP);
    /// A session came up: field `peer`.
    BGP_UP = ("dp-bgp-up", Info, "BGP session with {peer} (id:{id} ASN:{asn}) changed {}-> Established");
    /// Any other change of a session.
    BGP_CHANGED = ("dp-bgp-changed", Info, "BGP session with {peer} (id:{id} ASN:{asn}) changed {change}")
        .none_of(&["changed Established ->", "-> Established"]);
    /// The peer refuses the session: ASN, address, password or address family.
    BGP_REFUSED = ("dp-bgp-refused", Warning, "Bgp session with peer {peer} (ASN {asn}) failed to establish: {error}")
        .ended_by(BY_PEER_UP);
    /// BGP states in the status are frozen from here on.
    BMP_TERMINATED = ("dp-bmp-terminated", Error, "bmp server terminated: {error}")
        .ended_by(&[End { by: &STARTED, join: Join::Any }]);
    /// A peering names a VPC that is not in the spec (D2).
    UNKNOWN_VPC = ("dp-unknown-vpc", Error, "peering '{peering}': unknown VPC '{vpc}'")
        .ended_by(BY_APPLY);
    /// Two peerings between one pair of VPCs (D3).
    DUPLICATE_PEER = ("dp-duplicate-peer", Error, "VPC {vpc} peers more than once with peer {peer}")
        .ended_by(BY_APPLY);
    /// The kernel refuses interface, VRF or VXLAN operations (D24).
    RECONCILE_FAILED = ("dp-reconcile-failed", Error, "Interface reconciliation not achieved after {#passes} passes", "Couldn't build required information base: {error}")
        .none_of(&["Failed to apply the config"])
        .ended_by(BY_APPLY);
    /// An interface or PCI address of the Gateway is not on the node.
    INTERFACE_MISSING = ("dp-interface-missing", Error, "Failed to get mac for Ethernet interface '{interface}'", "Unable to find kernel interface '{interface}'", "Mac {mac} of interface '{interface}' is invalid", "expected pci device missing: {interface}")
        .ended_by(BY_APPLY);
    /// A useless `not` of an expose.
    USELESS_EXCLUSION = ("dp-useless-exclusion", Info, "Exclusion prefix {prefix} does not overlap with any allowed prefix", "Exclusion prefix {prefix} in expose {}does not overlap with any allowed prefix");
    /// FRR and dataplane disagree for a moment after a restart.
    ROUTE_DESYNC = ("dp-route-desync", Warning, "Unable to find VRF with id {id}!!", "Failed to add route to {route}", "Table id mismatch for {vrf}");
    /// Port 9442 is listened on.
    METRICS_LISTENING = ("dp-metrics-listening", Info, "metrics server listening on {address}");
    /// Port 9442 is taken.
    METRICS_FAILED = ("dp-metrics-failed", Error, "metrics server error: {error}")
        .ended_by(&[End { by: &METRICS_LISTENING, join: Join::Any }]);
    /// The driver of PCI interfaces was chosen.
    DRIVER_DPDK = ("dp-driver-dpdk", Info, "Using driver DPDK");
    /// The build holds no such driver: only right after [`DRIVER_DPDK`].
    DRIVER_MISSING = ("dp-driver-missing", Critical, "not yet implemented")
        .ended_by(&[End { by: &STARTED, join: Join::Any }]);
}
