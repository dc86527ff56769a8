//! The arena tree that every reader (YAML, JSON, tables, describe) fills.

use crate::source::{EntryId, Place, ScalarStyle, Span};

/// Index of a node in its [`Tree`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NodeId(pub(super) u32);

/// What a node is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NodeKind {
    /// A scalar. Its text is kept as written (decoded); types are decided by who reads it.
    Scalar,
    /// A mapping; keys are nodes too, so that evidence can point at a key.
    Mapping,
    /// A sequence.
    Sequence,
}

#[derive(Debug, Clone, Copy)]
pub(super) enum Payload {
    /// Text in `Tree::strings`.
    Scalar { start: u32, len: u32, style: ScalarStyle },
    /// `len` pairs (key, value) in `Tree::links` from `start`: 2 × len ids.
    Mapping { start: u32, len: u32 },
    /// `len` ids in `Tree::links` from `start`.
    Sequence { start: u32, len: u32 },
}

#[derive(Debug, Clone, Copy)]
pub(super) struct Node {
    pub(super) entry: EntryId,
    pub(super) span: Span,
    pub(super) payload: Payload,
}

/// One document: an arena of nodes, each with its entry and byte span. Owns its strings.
#[derive(Debug, Default)]
pub struct Tree {
    pub(super) nodes: Vec<Node>,
    pub(super) links: Vec<NodeId>,
    pub(super) strings: String,
    pub(super) root: Option<NodeId>,
}

impl Tree {
    /// The root node; none for an empty document.
    #[must_use]
    pub fn root(&self) -> Option<NodeRef<'_>> {
        self.root.map(|id| NodeRef { tree: self, id })
    }

    /// The node with this id.
    #[must_use]
    pub fn node(&self, id: NodeId) -> NodeRef<'_> {
        NodeRef { tree: self, id }
    }

    /// The texts of all scalars, one after the other; see [`NodeRef::text_range`].
    #[must_use]
    pub fn into_strings(self) -> String {
        self.strings
    }

    /// Number of nodes.
    #[must_use]
    pub fn len(&self) -> usize {
        self.nodes.len()
    }

    /// True for a document without nodes.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.nodes.is_empty()
    }
}

/// A node together with its tree; cheap to copy.
#[derive(Debug, Clone, Copy)]
pub struct NodeRef<'t> {
    tree: &'t Tree,
    id: NodeId,
}

impl<'t> NodeRef<'t> {
    fn raw(self) -> Option<Node> {
        self.tree.nodes.get(self.id.0 as usize).copied()
    }

    fn links(self, start: u32, count: usize) -> &'t [NodeId] {
        let start = start as usize;
        self.tree.links.get(start..start.saturating_add(count)).unwrap_or(&[])
    }

    /// The tree that the node belongs to.
    #[must_use]
    pub fn tree(self) -> &'t Tree {
        self.tree
    }

    /// The node's id in its tree.
    #[must_use]
    pub fn id(self) -> NodeId {
        self.id
    }

    /// What the node is. A dangling id reads as an empty scalar.
    #[must_use]
    pub fn kind(self) -> NodeKind {
        match self.raw().map(|node| node.payload) {
            Some(Payload::Mapping { .. }) => NodeKind::Mapping,
            Some(Payload::Sequence { .. }) => NodeKind::Sequence,
            Some(Payload::Scalar { .. }) | None => NodeKind::Scalar,
        }
    }

    /// Entry and bytes of the node.
    #[must_use]
    pub fn place(self) -> Place {
        self.raw().map_or(Place { entry: EntryId(0), span: Span::default() }, |node| Place {
            entry: node.entry,
            span: node.span,
        })
    }

    /// Text of a scalar, decoded, whatever its type.
    #[must_use]
    pub fn text(self) -> Option<&'t str> {
        match self.raw()?.payload {
            Payload::Scalar { start, len, .. } => {
                let start = start as usize;
                self.tree.strings.get(start..start.saturating_add(len as usize))
            }
            Payload::Mapping { .. } | Payload::Sequence { .. } => None,
        }
    }

    /// Where the text of a scalar stands in the texts of the whole tree.
    #[must_use]
    pub fn text_range(self) -> Option<std::ops::Range<usize>> {
        match self.raw()?.payload {
            Payload::Scalar { start, len, .. } => Some(start as usize..(start as usize).saturating_add(len as usize)),
            Payload::Mapping { .. } | Payload::Sequence { .. } => None,
        }
    }

    /// How a scalar was written.
    #[must_use]
    pub fn style(self) -> Option<ScalarStyle> {
        match self.raw()?.payload {
            Payload::Scalar { style, .. } => Some(style),
            Payload::Mapping { .. } | Payload::Sequence { .. } => None,
        }
    }

    /// True for a plain `null`, `~` or nothing.
    #[must_use]
    pub fn is_null(self) -> bool {
        self.style() == Some(ScalarStyle::Plain) && matches!(self.text(), Some("" | "~" | "null" | "Null" | "NULL"))
    }

    /// Key and value nodes of a mapping, in order of writing; empty for other nodes.
    pub fn entries(self) -> impl Iterator<Item = (NodeRef<'t>, NodeRef<'t>)> {
        let links = match self.raw().map(|node| node.payload) {
            Some(Payload::Mapping { start, len }) => self.links(start, (len as usize).saturating_mul(2)),
            _ => &[],
        };
        let tree = self.tree;
        links.chunks_exact(2).filter_map(move |pair| match pair {
            [key, value] => Some((NodeRef { tree, id: *key }, NodeRef { tree, id: *value })),
            _ => None,
        })
    }

    /// Items of a sequence; empty for other nodes.
    pub fn items(self) -> impl Iterator<Item = NodeRef<'t>> {
        let links = match self.raw().map(|node| node.payload) {
            Some(Payload::Sequence { start, len }) => self.links(start, len as usize),
            _ => &[],
        };
        let tree = self.tree;
        links.iter().map(move |id| NodeRef { tree, id: *id })
    }

    /// Number of items or entries; 0 for scalars.
    #[must_use]
    pub fn size(self) -> usize {
        match self.raw().map(|node| node.payload) {
            Some(Payload::Mapping { len, .. } | Payload::Sequence { len, .. }) => len as usize,
            _ => 0,
        }
    }

    /// Value under `key` of a mapping. Of duplicate keys the last one wins.
    #[must_use]
    pub fn get(self, key: &str) -> Option<NodeRef<'t>> {
        self.entries().filter(|(name, _)| name.text() == Some(key)).last().map(|(_, value)| value)
    }

    /// Key node under `key` of a mapping: what evidence of a present key points at.
    #[must_use]
    pub fn key(self, key: &str) -> Option<NodeRef<'t>> {
        self.entries().filter(|(name, _)| name.text() == Some(key)).last().map(|(name, _)| name)
    }

    /// Item `index` of a sequence.
    #[must_use]
    pub fn item(self, index: usize) -> Option<NodeRef<'t>> {
        self.items().nth(index)
    }

    /// Walks a route of keys and (for sequences) decimal indices.
    #[must_use]
    pub fn at<S: AsRef<str>>(self, route: &[S]) -> Option<NodeRef<'t>> {
        route.iter().try_fold(self, |node, step| match node.kind() {
            NodeKind::Mapping => node.get(step.as_ref()),
            NodeKind::Sequence => step.as_ref().parse().ok().and_then(|index| node.item(index)),
            NodeKind::Scalar => None,
        })
    }

    /// Text of the scalar under a key.
    #[must_use]
    pub fn str(self, key: &str) -> Option<&'t str> {
        self.get(key).and_then(NodeRef::text)
    }
}
