//! Output of `kubectl describe`.
//!
//! Custom resources are printed whole, so they come back with all their fields; of pods and nodes the
//! layout is made by hand and holds the fields that it holds. Other kinds are left out.

mod blocks;
mod core;
mod generic;
mod names;

use super::draft::Draft;
use super::kinds;
use super::table::Command;
use crate::source::{EntryId, Problem, ProblemKind, Span};
use crate::yaml::{NodeId, Tree, TreeBuilder};

/// A described object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DescribedObject {
    /// Kind.
    pub kind: String,
    /// API version.
    pub api_version: String,
    /// Objects may be missing: the command named some, had a selector or is not known.
    pub selector: bool,
    /// The object in the tree.
    pub node: NodeId,
}

/// The objects of a text, with an Event object for every event printed below them.
#[derive(Debug, Default)]
pub struct DescribedObjects {
    /// Holds all of them; its root is their sequence.
    pub tree: Tree,
    /// The objects, in order.
    pub objects: Vec<DescribedObject>,
    /// What could not be read.
    pub problems: Vec<Problem>,
}

/// True for a text that begins like a description: `Name:` and, soon after, a word that only
/// descriptions have.
#[must_use]
pub fn is_description(text: &str) -> bool {
    let mut lines = text.lines().map(str::trim_end).filter(|line| !line.is_empty()).take(12);
    let named = |line: &str| line.strip_prefix("Name:").is_some_and(|rest| rest.starts_with("  "));
    lines.by_ref().take(4).any(named)
        && lines
            .any(|line| ["Namespace:", "Labels:", "Annotations:", "Roles:"].iter().any(|word| line.starts_with(word)))
}

/// Reads all objects of a text. `hint` is the section title, where it holds the command.
#[must_use]
pub fn objects(entry: EntryId, text: &str, hint: Option<&str>) -> DescribedObjects {
    let command = hint.and_then(|hint| Command::parse(hint, 0)).or_else(|| prompt(text));
    let selector = command.is_none_or(|command| command.verb != "describe" || command.is_partial());
    let mut builder = TreeBuilder::new(entry);
    let mut found = DescribedObjects::default();
    let mut unknown: Option<(usize, Span)> = None;
    let mut add = |draft: &Draft, kind: &str, api_version: &str, span: Span| {
        let node = draft.emit(&mut builder, span);
        let object = DescribedObject { kind: kind.to_owned(), api_version: api_version.to_owned(), selector, node };
        found.objects.push(object);
    };
    for described in blocks::read(text) {
        let value = |key: &str| described.root(key).and_then(|block| block.value);
        let (draft, kind, api_version) = if let (Some(kind), Some(api_version)) = (value("Kind"), value("API Version"))
        {
            (generic::object(&described, kind.text), kind.text, api_version.text)
        } else if let Some(info) = core::kind(&described).and_then(kinds::by_kind) {
            let mut draft = if info.kind == "Pod" { core::pod(&described) } else { core::node(&described) };
            draft.set(&["apiVersion"], described.span, Draft::plain(info.api_version, described.span));
            draft.set(&["kind"], described.span, Draft::plain(info.kind, described.span));
            (draft, info.kind, info.api_version)
        } else {
            unknown =
                Some((unknown.map_or(0, |(count, _)| count) + 1, unknown.map_or(described.span, |(_, span)| span)));
            continue;
        };
        add(&draft, kind, api_version, described.span);
        for event in core::events(&described, kind) {
            add(&event, "Event", "v1", described.span);
        }
    }
    if let Some((count, first)) = unknown {
        found.problems.push(
            Problem::note(ProblemKind::Unrecognised, format!("{count} descriptions are of kinds that are not read"))
                .at(entry, first),
        );
    }
    let nodes: Vec<NodeId> = found.objects.iter().map(|object| object.node).collect();
    let root = builder.sequence(&nodes, Span::new(0, text.len()));
    found.tree = builder.finish(Some(root));
    found
}

/// The command on one of the first lines.
fn prompt(text: &str) -> Option<Command> {
    text.lines().take(5).find_map(|line| Command::parse(line, 0))
}

#[cfg(test)]
mod tests;
