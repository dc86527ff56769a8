//! Dataplane: drivers, workers, NAT, flows and crashes (gateway reference 7.1).

use super::super::literal::{End, Join, Stream, literals};
use super::dataplane::{APPLY_DONE, APPLY_REPORTED, BY_APPLY, STARTED};

const STREAMS: &[Stream] = &[Stream::Dataplane];

const BY_START: &[End] = &[End { by: &STARTED, join: Join::Any }];

/// The line stands inside an apply that succeeds without the rule: only another apply can repair it.
const BY_NEXT_APPLY: &[End] = &[
    End { by: &APPLY_REPORTED, join: Join::NextApply },
    End { by: &APPLY_DONE, join: Join::NextApply },
    End { by: &STARTED, join: Join::Any },
];

literals! {
    STREAMS;
    /// An interface is missing or down at start: fields `interface`, `error`.
    DRIVER_FAILED = ("dp-driver-failed", Critical, "Failed to start driver: {error}", "Interface {interface} is not up, flags: {error}", "Failed to open raw sock for interface {interface}", "Unable to set packet fanout for interface {interface}")
        .ended_by(BY_START);
    /// A worker ended.
    WORKER_DIED = ("dp-worker-died", Critical, "Worker {#worker} exited with error: {error}", "Worker {#worker} panicked: {error}")
        .ended_by(BY_START);
    /// No worker is left: the process stops.
    NO_WORKERS = ("dp-no-workers", Critical, "No more workers are running!!. Stopping")
        .ended_by(BY_START);
    /// A receive task is stuck or overloaded.
    WATCHDOG = ("dp-watchdog", Warning, "RX task for interface {interface} in worker {worker} did not pat the watchdog")
        .ended_by(BY_START);
    /// An internal task died and takes the process with it.
    TASK_DIED = ("dp-task-died", Critical, "fatal; tripping shutdown subsystem={subsystem} reason={reason}", "fatal; tripping shutdown")
        .ended_by(BY_START);
    /// Counters are too low.
    METRICS_LOST = ("dp-metrics-lost", Warning, "metrics channel full! Some metrics lost");
    /// A defect, harmless alone.
    NO_SOURCE = ("dp-no-source", Info, "missing source discriminant for packet with dest discriminant: {vpc}");
    /// The flow table is full.
    FLOW_TABLE_FULL = ("dp-flow-table-full", Error, "Failed to insert flow ({}) in the flow table: Flow table capacity exceeded");
    /// Masquerade is not configured for a source for a moment, or a defect.
    NO_POOL = ("dp-no-pool", Warning, "No address pool found for src ip {ip}", "No pool found for proto:{protocol}")
        .ended_by(BY_APPLY);
    /// A packet came from the side that may not begin a session.
    WRONG_DIRECTION = ("dp-wrong-direction", Info, "allocation failed: new NAT session creation denied", "No address pool found for source address {ip}. Did we hit a bug when building the stateful NAT allocator?");
    /// A masquerade pool has nothing left: fields `flow`, `vpc`, `reason`.
    POOL_EXHAUSTED = ("dp-pool-exhausted", Error, "Ip/port allocation failed for flow {flow} towards VPC {vpc}: {reason}", "Error processing packet: allocation failed: {reason}")
        .any_of(&["no free IP available", "failed to allocate port block", "no free port"])
        .ended_by(BY_APPLY);
    /// Debug: a packet of a session that the gateway no longer knows (idle timeout, failover).
    TCP_WITHOUT_SYN = ("dp-tcp-without-syn", Info, "TCP without SYN");
    /// An ICMP error without a session.
    STRAY_ICMP = ("dp-stray-icmp", Info, "Found no NAT state to process ICMP error message. Dropping");
    /// A deny rule with logging was hit: policy, no fault.
    ACL_DENY = ("dp-acl-deny", Info, "ACL filtering: {flow} -> Deny");
    /// Two exposes masquerade one private prefix towards one peer.
    POOL_OVERWRITTEN = ("dp-pool-overwritten", Warning, "Overwriting NAT pool entry {pool}")
        .ended_by(BY_NEXT_APPLY);
    /// Overlapping port-forward ranges: that rule is not installed though the configuration is applied (D25).
    PORT_FORWARD_FAILED = ("dp-port-forward-failed", Error, "Failure adding port-forwarding rule (config validation failed)")
        .ended_by(BY_NEXT_APPLY);
    /// The process crashed; see `panic_details` for message and location.
    PANIC = ("dp-panic", Critical, "thread '{thread}' {}panicked at {location}", "panicked: task {#task} panicked with message {message}", "The application panicked (crashed).")
        .ended_by(BY_START);
}
