//! Alloy (gateway reference 8.6).

use super::super::literal::{Stream, literals};

const STREAMS: &[Stream] = &[Stream::Alloy];

literals! {
    STREAMS;
    /// The dataplane's exporter does not answer; counts while it lasts to the end of the log.
    SCRAPE_FAILED = ("alloy-scrape-failed", Warning, "Failed to scrape")
        .keys(&["target", "err"])
        .any_of(&["9442"]);
}
