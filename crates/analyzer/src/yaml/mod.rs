//! YAML and JSON syntax: text in, arena trees with byte spans out. Knows nothing of Kubernetes.

mod assemble;
mod block;
mod broken;
mod builder;
mod de;
mod decode;
mod deserializer;
mod events;
mod fast;
mod fast_scalar;
mod head;
mod json;
mod json_split;
mod lenient;
mod printable;
mod reader;
mod recover;
mod scalar;
mod split;
mod tree;

#[cfg(test)]
mod tests;

pub use builder::TreeBuilder;
pub use de::from_node;
pub use head::{Head, head};
pub use json::parse_json;
pub use json_split::json_values;
pub use reader::{Parsed, parse};
pub use scalar::{block_indent, scalar_map};
pub use split::documents;
pub use tree::{NodeId, NodeKind, NodeRef, Tree};
