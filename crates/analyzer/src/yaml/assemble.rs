//! The stack of open collections that every reader fills its tree through.

use std::collections::BTreeMap;

use super::{NodeId, TreeBuilder};
use crate::source::{Problem, ProblemKind, Span};

/// Collections may nest this deep; what is deeper is reported and left out. Kubernetes objects stay
/// below 40 (the schemas in CustomResourceDefinitions).
pub(super) const MAX_DEPTH: usize = 200;

/// A finished node with the place where it is used and what it costs to walk it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Child {
    pub(super) id: NodeId,
    /// Where it is used: for an alias that of the alias, not of the node.
    pub(super) span: Span,
    /// Number of nodes, aliases followed.
    pub(super) weight: u64,
    /// Levels of collections, aliases followed.
    pub(super) height: usize,
}

impl Child {
    pub(super) fn leaf(id: NodeId, span: Span) -> Self {
        Self { id, span, weight: 1, height: 0 }
    }
}

#[derive(Debug)]
struct Frame {
    sequence: bool,
    first: usize,
    start: Option<u32>,
    end: u32,
    weight: u64,
    height: usize,
}

/// Open collections and their children so far.
pub(super) struct Assembler<'b> {
    pub(super) out: &'b mut TreeBuilder,
    pub(super) problems: &'b mut Vec<Problem>,
    frames: Vec<Frame>,
    kids: Vec<NodeId>,
    pub(super) root: Option<Child>,
}

impl<'b> Assembler<'b> {
    pub(super) fn new(out: &'b mut TreeBuilder, problems: &'b mut Vec<Problem>) -> Self {
        Self { out, problems, frames: Vec::new(), kids: Vec::new(), root: None }
    }

    pub(super) fn depth(&self) -> usize {
        self.frames.len()
    }

    /// Opens a collection. `start` is given for flow collections; block ones start at their first child.
    pub(super) fn open(&mut self, sequence: bool, start: Option<u32>) {
        self.frames.push(Frame {
            sequence,
            first: self.kids.len(),
            start,
            end: start.unwrap_or(0),
            weight: 1,
            height: 0,
        });
    }

    /// Adds a key, a value or an item to the innermost collection.
    pub(super) fn child(&mut self, child: Child) {
        match self.frames.last_mut() {
            Some(frame) => {
                frame.start.get_or_insert(child.span.start);
                frame.end = frame.end.max(child.span.end);
                frame.weight = frame.weight.saturating_add(child.weight);
                frame.height = frame.height.max(child.height);
                self.kids.push(child.id);
            }
            None => self.root = Some(child),
        }
    }

    /// Children of the innermost collection so far.
    pub(super) fn count(&self) -> usize {
        self.frames.last().map_or(0, |frame| self.kids.len().saturating_sub(frame.first))
    }

    /// Takes back the last child of the innermost collection: a key whose value is missing.
    pub(super) fn drop_last(&mut self) {
        if self.count() > 0 {
            self.kids.pop();
        }
    }

    /// Closes the innermost collection and hands it to the one around it. `end` is given for flow
    /// collections.
    pub(super) fn close(&mut self, end: Option<u32>) -> Option<Child> {
        let frame = self.frames.pop()?;
        let links = self.kids.get(frame.first..).unwrap_or(&[]);
        let span = Span { start: frame.start.unwrap_or(0), end: end.unwrap_or(frame.end) };
        let id = if frame.sequence {
            self.out.sequence(links, span)
        } else {
            duplicates(self.out, links, self.problems);
            self.out.mapping_links(links, span)
        };
        self.kids.truncate(frame.first);
        let child = Child { id, span, weight: frame.weight, height: frame.height.saturating_add(1) };
        self.child(child);
        Some(child)
    }
}

/// Reports keys that a mapping holds more than once. The last value wins when the tree is read.
pub(super) fn duplicates(out: &TreeBuilder, links: &[NodeId], problems: &mut Vec<Problem>) {
    let pairs = || {
        links.chunks_exact(2).enumerate().filter_map(|(index, pair)| match pair {
            [key, value] => Some((index, *key, *value)),
            _ => None,
        })
    };
    // Most mappings are small: comparing pairwise is cheaper than a sorted set.
    if links.len() <= 24 {
        let twice = pairs().any(|(index, key, _)| {
            let name = out.node(key).text();
            name.is_some() && pairs().take(index).any(|(_, other, _)| out.node(other).text() == name)
        });
        if !twice {
            return;
        }
    }
    let mut seen = BTreeMap::new();
    for (_, key, value) in pairs() {
        let node = out.node(key);
        let Some(name) = node.text() else { continue };
        let Some(before) = seen.insert(name, value) else {
            continue;
        };
        let (old, new) = (out.node(before), out.node(value));
        let message = format!("the key `{}` stands here a second time; the last value is used", brief(name));
        let problem = if old.text().is_some() && old.text() == new.text() {
            Problem::note(ProblemKind::Syntax, message)
        } else {
            Problem::warning(ProblemKind::Syntax, message)
        };
        problems.push(problem.at(out.entry(), node.place().span));
    }
}

/// The first characters of a key, for a message.
pub(super) fn brief(name: &str) -> String {
    let mut short: String = name.chars().take(60).collect();
    if short.len() < name.len() {
        short.push('…');
    }
    short
}
