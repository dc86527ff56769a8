//! A mutable tree: rows and descriptions are collected here, then written into the arena.

use crate::source::{ScalarStyle, Span};
use crate::yaml::{NodeId, TreeBuilder};

/// A node in the making.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Draft {
    /// A scalar.
    Scalar {
        /// Text.
        text: String,
        /// How it counts as written: quoted ones are never `null`, a number or a boolean.
        style: ScalarStyle,
        /// Place.
        span: Span,
    },
    /// A mapping: key, place of the key, value.
    Map(Vec<(String, Span, Draft)>),
    /// A sequence.
    Seq(Vec<Draft>),
}

impl Draft {
    /// An empty mapping.
    pub(super) fn map() -> Self {
        Self::Map(Vec::new())
    }

    /// A scalar that counts as written plain.
    pub(super) fn plain(text: impl Into<String>, span: Span) -> Self {
        Self::Scalar { text: text.into(), style: ScalarStyle::Plain, span }
    }

    /// Puts `value` under a route of keys, making mappings on the way. Keys looked for are few.
    pub(super) fn set(&mut self, path: &[&str], key_span: Span, value: Self) {
        let Some((first, rest)) = path.split_first() else {
            *self = value;
            return;
        };
        if !matches!(self, Self::Map(_)) {
            *self = Self::map();
        }
        let Self::Map(entries) = self else { return };
        let at = entries.iter().position(|(key, _, _)| key == first).unwrap_or_else(|| {
            entries.push(((*first).to_owned(), key_span, Self::map()));
            entries.len() - 1
        });
        if let Some((_, _, child)) = entries.get_mut(at) {
            child.set(rest, key_span, value);
        }
    }

    /// Appends to the sequence under a route of keys.
    pub(super) fn push(&mut self, path: &[&str], key_span: Span, value: Self) {
        match self.get_mut(path) {
            Some(Self::Seq(items)) => items.push(value),
            _ => self.set(path, key_span, Self::Seq(vec![value])),
        }
    }

    fn get_mut(&mut self, path: &[&str]) -> Option<&mut Self> {
        path.iter().try_fold(self, |node, step| match node {
            Self::Map(entries) => entries.iter_mut().find(|(key, _, _)| key == step).map(|(_, _, value)| value),
            Self::Scalar { .. } | Self::Seq(_) => None,
        })
    }

    /// Writes the node into the arena. Empty nodes lie at `at`.
    pub(super) fn emit(&self, tree: &mut TreeBuilder, at: Span) -> NodeId {
        self.write(tree, at).0
    }

    fn write(&self, tree: &mut TreeBuilder, at: Span) -> (NodeId, Span) {
        match self {
            Self::Scalar { text, style, span } => (tree.scalar(text, *style, *span), *span),
            Self::Map(entries) => {
                let mut cover = None;
                let pairs: Vec<_> = entries
                    .iter()
                    .map(|(key, key_span, value)| {
                        let name = tree.scalar(key, ScalarStyle::Plain, *key_span);
                        let (node, span) = value.write(tree, *key_span);
                        cover = Some(join(cover, span));
                        (name, node)
                    })
                    .collect();
                let span = cover.unwrap_or(at);
                (tree.mapping(&pairs, span), span)
            }
            Self::Seq(items) => {
                let mut cover = None;
                let nodes: Vec<_> = items
                    .iter()
                    .map(|item| {
                        let (node, span) = item.write(tree, at);
                        cover = Some(join(cover, span));
                        node
                    })
                    .collect();
                let span = cover.unwrap_or(at);
                (tree.sequence(&nodes, span), span)
            }
        }
    }
}

/// The smallest span over both.
fn join(a: Option<Span>, b: Span) -> Span {
    a.map_or(b, |a| Span { start: a.start.min(b.start), end: a.end.max(b.end) })
}
