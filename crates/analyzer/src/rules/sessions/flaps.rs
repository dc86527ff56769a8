//! What tells that a session flaps.

use super::view;
use crate::facts::{Context, EndView, FabricSession, SessionEnd};

/// True if an end saw the session come up five times or more, and lately or with as many losses
/// (fabric reference, BGP-407). The counters start with the NOS: one that has only just booted says nothing.
pub(super) fn is_flapping(cx: &Context<'_>, session: &FabricSession<'_>) -> bool {
    session.ends().any(|end| end_flaps(cx, end)) && !session.ends().any(|end| view::rebooted(cx, end.switch))
}

/// The same of one end.
pub(super) fn end_flaps(cx: &Context<'_>, end: &SessionEnd<'_>) -> bool {
    let told = matches!(end.view, EndView::Up | EndView::Down | EndView::Unset);
    end.entry.is_some_and(|entry| told && cx.comes_and_goes(entry))
}
