//! Parsed command outputs with their place.

use crate::finding::Evidence;
use crate::source::{EntryId, Place, Span};

/// A parsed output; spans in it count from the start of its text in the entry.
#[derive(Debug)]
pub struct Output<T> {
    /// Entry that holds the text.
    pub entry: EntryId,
    /// Where the parsed text starts in the entry.
    pub base: u32,
    /// True where the gateway is known from a file or path name only.
    pub by_name: bool,
    /// The parsed value.
    pub value: T,
}

impl<T> Output<T> {
    /// Place of a span of the parsed text.
    #[must_use]
    pub fn place(&self, span: Span) -> Place {
        Place {
            entry: self.entry,
            span: Span { start: self.base.saturating_add(span.start), end: self.base.saturating_add(span.end) },
        }
    }

    /// Evidence at a span of the parsed text.
    #[must_use]
    pub fn evidence(&self, span: Span, note: impl Into<String>) -> Evidence {
        Evidence::at(self.place(span), note)
    }
}

/// One command of a dump's `gatewayInsights`.
#[derive(Debug, Clone)]
pub struct Insight {
    /// The dump's key: `frr: show bgp summary`.
    pub command: String,
    /// Standard output, where there is any.
    pub stdout: Option<EntryId>,
    /// The collector's error text, where the command failed.
    pub error: Option<EntryId>,
}
