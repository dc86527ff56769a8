//! Syslog of a switch (fabric reference 5 and 7).

use super::super::literal::{Stream, literals};

const STREAMS: &[Stream] = &[Stream::SwitchSyslog];

literals! {
    STREAMS;
    /// A port was disabled by flap protection or link state tracking.
    ERR_DISABLED = ("syslog-err-disabled", Warning, "ERR_DISABLED", "err-disable", "err_disable", "lag-status-down")
        .any_case();
    /// The agent's unit ended; the count per hour tells a crash loop.
    AGENT_EXITED = ("syslog-agent-exited", Error, "hedgehog-agent.service: Main process exited, code={code}, status={status}");
    /// An ASIC table is full.
    TABLE_FULL = ("syslog-table-full", Error, "SAI_STATUS_TABLE_FULL", "SAI_STATUS_INSUFFICIENT_RESOURCES", "THRESHOLD_EXCEEDED");
    /// orchagent reports an error.
    ORCHAGENT_ERROR = ("syslog-orchagent-error", Error, " ERR {}orchagent{}: {error}", "orchagent{} ERR {error}");
    /// KI-L3NEIGH: a host changed its address; heals by itself. Fields `ip`, `vrf`.
    NEIGHBOR_CONFLICT = ("ki-l3neigh", Info, "handleConflictingNeighbor: Route: Add IP:{ip} vrf_id:{vrf}, has no matching interface")
        .any_case();
}
