//! Builds trees; used by every reader.

use super::tree::{Node, Payload};
use super::{NodeId, NodeRef, Tree};
use crate::source::{EntryId, ScalarStyle, Span};

/// Fills a [`Tree`] bottom-up: children are made first, then the mapping or sequence that holds them.
#[derive(Debug)]
pub struct TreeBuilder {
    tree: Tree,
    entry: EntryId,
}

/// Sizes of a builder's stores at one moment.
#[derive(Debug, Clone, Copy)]
pub(super) struct Mark {
    nodes: usize,
    links: usize,
    strings: usize,
}

impl TreeBuilder {
    /// A builder whose nodes belong to `entry`.
    #[must_use]
    pub fn new(entry: EntryId) -> Self {
        Self { tree: Tree::default(), entry }
    }

    fn push(&mut self, span: Span, payload: Payload) -> NodeId {
        self.push_node(Node { entry: self.entry, span, payload })
    }

    fn push_node(&mut self, node: Node) -> NodeId {
        let id = NodeId(u32::try_from(self.tree.nodes.len()).unwrap_or(u32::MAX));
        self.tree.nodes.push(node);
        id
    }

    /// Adds a scalar.
    pub fn scalar(&mut self, text: &str, style: ScalarStyle, span: Span) -> NodeId {
        let start = u32::try_from(self.tree.strings.len()).unwrap_or(u32::MAX);
        self.tree.strings.push_str(text);
        let len = u32::try_from(text.len()).unwrap_or(u32::MAX);
        self.push(span, Payload::Scalar { start, len, style })
    }

    /// Adds a mapping of finished nodes.
    pub fn mapping(&mut self, pairs: &[(NodeId, NodeId)], span: Span) -> NodeId {
        let start = u32::try_from(self.tree.links.len()).unwrap_or(u32::MAX);
        self.tree.links.extend(pairs.iter().flat_map(|(key, value)| [*key, *value]));
        let len = u32::try_from(pairs.len()).unwrap_or(u32::MAX);
        self.push(span, Payload::Mapping { start, len })
    }

    /// Adds a sequence of finished nodes.
    pub fn sequence(&mut self, items: &[NodeId], span: Span) -> NodeId {
        let start = u32::try_from(self.tree.links.len()).unwrap_or(u32::MAX);
        self.tree.links.extend_from_slice(items);
        let len = u32::try_from(items.len()).unwrap_or(u32::MAX);
        self.push(span, Payload::Sequence { start, len })
    }

    /// Adds a mapping of finished nodes: key, value, key, value, …
    pub(super) fn mapping_links(&mut self, links: &[NodeId], span: Span) -> NodeId {
        let start = u32::try_from(self.tree.links.len()).unwrap_or(u32::MAX);
        self.tree.links.extend_from_slice(links);
        let len = u32::try_from(links.len() / 2).unwrap_or(u32::MAX);
        self.push(span, Payload::Mapping { start, len })
    }

    /// The store of scalar texts: a reader decodes straight into it, then calls [`Self::scalar_from`].
    pub(super) fn strings(&mut self) -> &mut String {
        &mut self.tree.strings
    }

    /// Adds the scalar whose text was appended to [`Self::strings`] from byte `start` on.
    pub(super) fn scalar_from(&mut self, start: usize, style: ScalarStyle, span: Span) -> NodeId {
        let len = self.tree.strings.len().saturating_sub(start);
        let len = u32::try_from(len).unwrap_or(u32::MAX);
        let start = u32::try_from(start).unwrap_or(u32::MAX);
        self.push(span, Payload::Scalar { start, len, style })
    }

    /// The state to which [`Self::rollback`] can return.
    pub(super) fn mark(&self) -> Mark {
        Mark { nodes: self.tree.nodes.len(), links: self.tree.links.len(), strings: self.tree.strings.len() }
    }

    /// Forgets everything added since `mark`.
    pub(super) fn rollback(&mut self, mark: Mark) {
        self.tree.nodes.truncate(mark.nodes);
        self.tree.links.truncate(mark.links);
        self.tree.strings.truncate(mark.strings);
    }

    /// The entry that new nodes belong to.
    pub(super) fn entry(&self) -> EntryId {
        self.entry
    }

    /// Copies a node of another tree with all below it, keeping its places (entry and span).
    /// Used to merge several sources of one object into one tree.
    pub fn copy(&mut self, node: NodeRef<'_>) -> NodeId {
        let place = node.place();
        let own = std::mem::replace(&mut self.entry, place.entry);
        let id = match node.kind() {
            super::NodeKind::Scalar => {
                self.scalar(node.text().unwrap_or(""), node.style().unwrap_or(ScalarStyle::Plain), place.span)
            }
            super::NodeKind::Mapping => {
                let pairs: Vec<_> = node.entries().map(|(key, value)| (self.copy(key), self.copy(value))).collect();
                self.mapping(&pairs, place.span)
            }
            super::NodeKind::Sequence => {
                let items: Vec<_> = node.items().map(|item| self.copy(item)).collect();
                self.sequence(&items, place.span)
            }
        };
        self.entry = own;
        id
    }

    /// A node made so far.
    #[must_use]
    pub fn node(&self, id: NodeId) -> NodeRef<'_> {
        self.tree.node(id)
    }

    /// The finished tree.
    #[must_use]
    pub fn finish(mut self, root: Option<NodeId>) -> Tree {
        self.tree.root = root;
        self.tree
    }
}
