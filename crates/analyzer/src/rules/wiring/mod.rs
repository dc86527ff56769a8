//! Wiring, interfaces, BGP, BFD and routes (gateway reference 8.3).

mod all_sessions_down;
mod judgement;
mod link_down;
pub(super) mod reach;
mod session_down;
mod session_flapping;
mod session_missing;
mod status_frozen;

use crate::rule::Rule;

/// Rules of this area.
pub const RULES: &[&dyn Rule] = &[
    &link_down::LinkDown,
    &session_missing::SessionMissing,
    &session_down::SessionDown,
    &all_sessions_down::AllSessionsDown,
    &session_flapping::SessionFlapping,
    &status_frozen::StatusFrozen,
];
