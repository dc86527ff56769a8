//! The gateway agent of 25.05 (gateway reference 7.4).

use super::super::literal::{End, Join, Stream, literals};

const STREAMS: &[Stream] = &[Stream::GatewayAgent25];

const BY_UPDATE: &[End] = &[End { by: &UPDATED, join: Join::Any }];

literals! {
    STREAMS;
    /// The object changed.
    HANDLING = ("agent25-handling", Info, "Handling update");
    /// A new generation has to go to the dataplane: fields `current`, `new`.
    NEEDED = ("agent25-update-needed", Info, "Dataplane config needs to be updated")
        .keys(&["current", "new"]);
    /// A generation was applied: field `generation`.
    UPDATED = ("agent25-updated", Info, "Dataplane config updated{} gen={#generation}", "Dataplane config updated")
        .keys(&["message", "error"])
        .empty("error");
    /// A generation was refused: fields `generation`, `error`, `message`.
    REFUSED = ("agent25-refused", Error, "Dataplane config updated{} gen={#generation}", "Dataplane config updated")
        .keys(&["message", "error"])
        .filled("error")
        .ended_by(&[End { by: &UPDATED, join: Join::Generation }]);
    /// The dataplane does not answer.
    UNAVAILABLE = ("agent25-unavailable", Error, "Dataplane unavailable, will retry", "Dataplane error, will retry")
        .keys(&["err", "error"])
        .ended_by(BY_UPDATE);
    /// The status of one period is missing.
    STATUS_FAILED = ("agent25-status-failed", Warning, "Failed to get dataplane status")
        .keys(&["err", "error"])
        .ended_by(BY_UPDATE);
    /// The API watch ended or the object is gone.
    WATCH_ENDED = ("agent25-watch-ended", Info, "Watcher channel closed", "Agent object deleted, shutting down");
}
