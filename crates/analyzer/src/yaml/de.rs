//! Reads typed models from a tree. A field of the wrong type loses that field, not the object.

use std::cell::RefCell;
use std::collections::BTreeSet;

use serde::de::{self, Deserialize, Expected, Unexpected};

use super::deserializer::Reader;
use super::{NodeId, NodeKind, NodeRef};
use crate::source::{Problem, ProblemKind};

/// Wrong fields that are left out before the object is given up.
const MAX_RETRIES: usize = 64;

/// Reads a `T` from a node. A value of the wrong type is left out, as if it were not written, and
/// reported; the rest of the object is read. A `null` reads as absent. Text of any scalar can be read as
/// a string, and quoted numbers as numbers (reported as notes). Unknown keys are ignored.
///
/// None where nothing of the node fits (or it is null).
pub fn from_node<'t, T: Deserialize<'t>>(node: NodeRef<'t>, problems: &mut Vec<Problem>) -> Option<T> {
    if node.is_null() {
        return None;
    }
    let context = Context::default();
    let (mut value, known) = (None, problems.len());
    for _ in 0..=MAX_RETRIES {
        context.notes.borrow_mut().clear();
        match T::deserialize(Reader { node, context: &context }) {
            Ok(read) => {
                value = Some(read);
                break;
            }
            Err(error) => {
                let at = error.node.unwrap_or(node.id());
                if !error.silent {
                    report(node, at, &error.message, Problem::warning, problems);
                }
                if problems.len() > known.saturating_add(MAX_RETRIES) {
                    report(node, node.id(), "too many fields are wrong", Problem::warning, problems);
                }
                if at == node.id() || !context.masked.borrow_mut().insert(at) {
                    break;
                }
            }
        }
    }
    for (at, note) in context.notes.borrow().iter() {
        report(node, *at, note, Problem::note, problems);
    }
    value
}

fn report(
    root: NodeRef<'_>,
    at: NodeId,
    message: &str,
    level: fn(ProblemKind, String) -> Problem,
    problems: &mut Vec<Problem>,
) {
    let place = root.tree().node(at).place();
    let message = match route(root, at) {
        Some(route) if !route.is_empty() => format!("`{route}`: {message}"),
        _ => message.to_owned(),
    };
    problems.push(level(ProblemKind::Field, message).at(place.entry, place.span));
}

/// Keys and indices from `root` to a node. Nodes that aliases share are looked at once.
fn route(root: NodeRef<'_>, target: NodeId) -> Option<String> {
    let mut seen = BTreeSet::new();
    let mut stack = vec![(root, String::new())];
    while let Some((node, route)) = stack.pop() {
        if node.id() == target {
            return Some(route);
        }
        if !seen.insert(node.id()) {
            continue;
        }
        let dot = if route.is_empty() { "" } else { "." };
        for (key, value) in node.entries() {
            if key.id() == target || value.id() == target || value.kind() != NodeKind::Scalar {
                let name = super::assemble::brief(key.text().unwrap_or("?"));
                let below = format!("{route}{dot}{name}");
                if key.id() == target {
                    return Some(below);
                }
                stack.push((value, below));
            }
        }
        for (index, item) in node.items().enumerate() {
            if item.id() == target || item.kind() != NodeKind::Scalar {
                stack.push((item, format!("{route}[{index}]")));
            }
        }
    }
    None
}

/// What the tries to read one object have in common.
#[derive(Default)]
pub(super) struct Context {
    /// Nodes that do not fit and are passed over.
    pub(super) masked: RefCell<BTreeSet<NodeId>>,
    pub(super) notes: RefCell<Vec<(NodeId, &'static str)>>,
}

/// Why a node does not fit. Messages never hold the value, which may be a secret.
#[derive(Debug)]
pub(super) struct Misfit {
    node: Option<NodeId>,
    message: String,
    /// A null, which reads as absent.
    silent: bool,
}

impl Misfit {
    pub(super) fn new(message: impl Into<String>) -> Self {
        Self { node: None, message: message.into(), silent: false }
    }

    /// Names the node; the innermost one that is named stays.
    pub(super) fn at(mut self, node: NodeRef<'_>) -> Self {
        self.silent |= self.node.is_none() && node.is_null();
        self.node.get_or_insert(node.id());
        self
    }
}

impl std::fmt::Display for Misfit {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Misfit {}

impl de::Error for Misfit {
    fn custom<T: std::fmt::Display>(message: T) -> Self {
        Self::new(message.to_string())
    }
    fn invalid_type(_: Unexpected<'_>, expected: &dyn Expected) -> Self {
        Self::new(format!("expected {expected}"))
    }
    fn invalid_value(_: Unexpected<'_>, expected: &dyn Expected) -> Self {
        Self::new(format!("expected {expected}"))
    }
    fn unknown_variant(_: &str, expected: &'static [&'static str]) -> Self {
        Self::new(format!("expected one of: {}", expected.join(", ")))
    }
}
