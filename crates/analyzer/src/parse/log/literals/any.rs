//! Literals that count in any log (fabric reference 7).

use super::super::literal::{Stream, literals};

const STREAMS: &[Stream] = &[Stream::Any];

literals! {
    STREAMS;
    /// The fabric controller's webhook does not answer: writes are refused.
    WEBHOOK_DOWN = ("any-webhook-down", Error, "failed calling webhook {error}")
        .any_of(&["connection refused", "no endpoints available"]);
}
