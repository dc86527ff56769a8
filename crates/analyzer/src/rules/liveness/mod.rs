//! Nodes, pods, heartbeats, clocks and the controller (gateway reference 8.1).

mod agent_absent;
mod agent_orphan;
mod clock;
mod controller;
mod crash_cause;
mod dataplane_down;
mod exporter;
mod flannel;
mod frr_down;
mod heartbeat_never;
mod heartbeat_stale;
mod image;
mod init;
pub(super) mod last_words;
mod node_down;
mod out_of_memory;
pub(super) mod pod;
mod pod_missing;
mod restarts;
mod stale_reason;
mod unscheduled;

use crate::rule::Rule;

/// Rules of this area.
pub const RULES: &[&dyn Rule] = &[
    &node_down::NodeDown,
    &flannel::PodNetworkRemoved,
    &unscheduled::Unscheduled,
    &pod_missing::PodMissing,
    &dataplane_down::DataplaneDown,
    &init::InitFailed,
    &frr_down::FrrDown,
    &exporter::ExporterDown,
    &out_of_memory::OutOfMemory,
    &image::ImageNotPulled,
    &restarts::Restarted,
    &heartbeat_never::NeverReported,
    &heartbeat_stale::HeartbeatStale,
    &clock::ClockWrong,
    &agent_absent::AgentAbsent,
    &agent_orphan::AgentOrphaned,
    &controller::ControllerDown,
];

#[cfg(test)]
#[path = "area_tests.rs"]
mod tests;

#[cfg(test)]
mod source_tests;
