//! The switch agent's normal course and upgrades (fabric reference 3.3, 3.5, 3.6, 7).

use super::super::literal::{End, Join, Stream, literals};

pub(super) const STREAMS: &[Stream] = &[Stream::SwitchAgent];

/// The same or a newer generation was applied.
pub(super) const BY_APPLIED: &[End] = &[End { by: &APPLIED, join: Join::Generation }];

/// The API answers again. A heartbeat that fails is followed by its own, newer line.
pub(super) const BY_API: &[End] = &[
    End { by: &HEARTBEAT, join: Join::Any },
    End { by: &WATCH_STARTED, join: Join::Any },
    End { by: &CONFIG_CHANGED, join: Join::Any },
];

const BY_UPGRADE: &[End] = &[End { by: &UPGRADED, join: Join::Any }];

literals! {
    STREAMS;
    /// Start of the process; their number per hour is the restart count. Field `version`.
    STARTING = ("agent-starting", Info, "Starting version=")
        .keys(&["version"]);
    /// The saved configuration was read: field `generation`.
    CONFIG_LOADED = ("agent-config-loaded", Info, "Config loaded from file{} gen={#generation}", "Config loaded from file");
    /// A new generation arrived: fields `current`, `generation`.
    CONFIG_CHANGED = ("agent-config-changed", Info, "Agent config changed{} current={#current} new={#generation}");
    /// The agent begins to work on a configuration: gNMI answers.
    PROCESSING = ("agent-processing", Info, "Processing agent config");
    /// SONiC services are up.
    READY = ("agent-system-ready", Info, "System is ready");
    /// Differences that will be applied: field `diff`.
    DIFF = ("agent-diff", Info, "Actual <> Desired{} diff={diff}");
    /// Number of differences: field `count`.
    APPLYING = ("agent-applying", Info, "Applying actions{} count={#count}");
    /// One difference; names the object that a later error is about. Fields `idx`, `summary`, `command`, `path`.
    ACTION = ("agent-action", Info, "Action{} idx=")
        .keys(&["idx", "summary", "command", "path"])
        .none_of(&["Action applied", "Action warning"]);
    /// One difference is done.
    ACTION_APPLIED = ("agent-action-applied", Info, "Action applied{} idx=")
        .keys(&["idx", "summary"]);
    /// A part did not work.
    ACTION_WARNING = ("agent-action-warning", Warning, "Action warning: {error}")
        .ended_by(BY_APPLIED)
        .inherited("generation");
    /// A generation is applied: field `generation`.
    APPLIED = ("agent-applied", Info, "Config applied{} gen={#generation}");
    /// The watch on the API runs.
    WATCH_STARTED = ("agent-watch-started", Info, "Starting watch for config changes in K8s");
    /// Debug: a heartbeat is about to be written.
    HEARTBEAT = ("agent-heartbeat", Info, "Sending heartbeat");
    /// Debug: the state was read.
    STATE_UPDATED = ("agent-state-updated", Info, "Switch state updated");
    /// The API ended the watch: up to two per hour are normal.
    WATCH_CLOSED = ("agent-watch-closed", Info, "K8s watch channel closed", "Received nil object from K8s")
        .any_case();
    /// Another agent version is wanted: fields `desired`, `current`.
    UPGRADE_NEEDED = ("agent-upgrade-needed", Info, "Desired version is different from current", "Attempting to upgrade Agent")
        .keys(&["desired", "current"]);
    /// The new version is in place.
    UPGRADED = ("agent-upgraded", Info, "Agent upgraded, restarting");
    /// Registry, CA or time.
    DOWNLOAD_FAILED = ("agent-download-failed", Error, "Failed to download new agent version")
        .keys(&["err"])
        .ended_by(BY_UPGRADE);
    /// The dry run of the new version failed; the old one goes on.
    CHECK_FAILED = ("agent-check-failed", Error, "Failed to check new agent version, skipping upgrade", "Failed to upgrade agent")
        .keys(&["err"])
        .ended_by(BY_UPGRADE);
    /// Output of the new version's dry run.
    NEW_AGENT = ("agent-new-agent", Info, "newagent: {output}");
    /// The reboot was done.
    REBOOT_DONE = ("agent-reboot-done", Info, "Removed stale reboot-required");
    /// Planned reboot of a RoCE change.
    ROCE_REBOOT = ("agent-roce-reboot", Info, "Requesting RoCE mode change, switch will reboot automatically", "Waiting for switch to reboot after RoCE change");
    /// The reboot of a RoCE change did not come.
    ROCE_FAILED = ("agent-roce-failed", Error, "switch didn't reboot after switching roce to {mode}")
        .ended_by(BY_APPLIED)
        .inherited("generation");
    /// Somebody asked for it.
    OPERATOR_ACTION = ("agent-operator-action", Info, "Reboot requested", "Reinstall requested", "Power reset requested");
    /// Wrong flags of the unit.
    DRY_RUN = ("agent-dry-run", Warning, "Dry run, exiting")
        .none_of(&["newagent:"]);
    /// SwitchProfile or breakout does not fit the NOS ports; harmless on virtual switches.
    PORT_MAPPING = ("agent-port-mapping", Warning, "Port mapping not found, ignoring for metrics")
        .keys(&["port", "name", "iface"]);
    /// A sensor prints junk.
    SENSOR_JUNK = ("agent-sensor-junk", Info, "failed to parse {sensor}")
        .any_of(&["fan speed", "psu", "temperature"])
        .any_case();
}
