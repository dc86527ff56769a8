//! `fabricator-ctrl` (fabric reference 7).

use super::super::literal::{End, Join, Stream, literals};

const STREAMS: &[Stream] = &[Stream::FabricatorCtrl];

literals! {
    STREAMS;
    /// Components or gateways became ready.
    READY = ("fabricator-ready", Info, "All components are ready now", "All gateways are ready now");
    /// Components or gateways stopped being ready; the Fabricator's status judges it.
    NOT_READY = ("fabricator-not-ready", Info, "Some components are not ready now", "Some gateways are not ready now");
    /// There must be exactly one control node.
    CONTROL_NODES = ("fabricator-control-nodes", Error, "no control nodes found", "multiple control nodes found")
        .ended_by(&[End { by: &READY, join: Join::Any }]);
    /// An install step fails: fields `component`, `error`.
    INSTALL_FAILED = ("fabricator-install-failed", Error, "enforcing {component} install: {error}")
        .ended_by(&[End { by: &READY, join: Join::Any }]);
}
