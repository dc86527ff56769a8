//! What users paste: `kubectl`, ArgoCD and `hhfab` output (fabric reference 7, bundle reference 4.9).

use super::super::literal::{End, Join, Stream, literals};

const STREAMS: &[Stream] = &[Stream::Cli];

literals! {
    STREAMS;
    /// A write was refused by a webhook: fields `webhook`, `error` (texts: fabric reference 7.1, gateway reference 3.1).
    DENIED = ("cli-denied", Info, "admission webhook \"{webhook}\" denied the request: {error}", "admission webhook \\\"{webhook}\\\" denied the request: {error}");
    /// `hhfab`: switches that are not ready at that time of day. Fields `notReady`, `notUpdated`, `ready`.
    SWITCHES_STATUS = ("cli-switches-status", Info, "Switches status ")
        .keys(&["ready", "notReady", "notUpdated"])
        .ended_by(&[End { by: &ALL_READY, join: Join::Any }]);
    /// `hhfab`: gateways that are not ready at that time of day.
    GATEWAYS_STATUS = ("cli-gateways-status", Info, "Gateways status ")
        .keys(&["ready", "notReady", "notUpdated"])
        .ended_by(&[End { by: &ALL_READY, join: Join::Any }]);
    /// `hhfab`: fields `gen`, `version`.
    FABRICATOR_READY = ("cli-fabricator-ready", Info, "Fabricator ready ")
        .keys(&["gen", "version"]);
    /// `hhfab`: done.
    ALL_READY = ("cli-all-ready", Info, "All switches and gateways are ready");
}
