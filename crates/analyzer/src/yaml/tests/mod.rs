//! Tests across readers.

mod agreement;
mod generated;
mod models;
mod reading;
mod recovery;
mod speed;

use super::{NodeKind, NodeRef, Tree, TreeBuilder, events, fast};
use crate::source::{EntryId, Problem, Span};

/// A tree written out: kinds, texts, styles and spans.
fn dump(node: NodeRef<'_>, out: &mut String) {
    use std::fmt::Write;
    let Span { start, end } = node.place().span;
    match node.kind() {
        NodeKind::Scalar => {
            writeln!(out, "{:?} {:?} {start}..{end}", node.text().unwrap(), node.style().unwrap()).unwrap();
        }
        NodeKind::Mapping => {
            writeln!(out, "mapping {start}..{end} {{").unwrap();
            for (key, value) in node.entries() {
                dump(key, out);
                dump(value, out);
            }
            out.push_str("}\n");
        }
        NodeKind::Sequence => {
            writeln!(out, "sequence {start}..{end} [").unwrap();
            node.items().for_each(|item| dump(item, out));
            out.push_str("]\n");
        }
    }
}

fn shown(tree: &Tree) -> String {
    let mut out = String::new();
    if let Some(root) = tree.root() {
        dump(root, &mut out);
    }
    out
}

/// What the complete reader makes of a text: the tree, or nothing where it finds an error.
fn complete(text: &str) -> Option<(Tree, Vec<Problem>)> {
    let (mut out, mut problems) = (TreeBuilder::new(EntryId(0)), Vec::new());
    let root = events::read(&mut out, text, 0, &mut problems).ok()?;
    Some((out.finish(root), problems))
}

/// What the fast reader makes of a text; nothing where it gives up.
fn quick(text: &str) -> Option<(Tree, Vec<Problem>)> {
    let (mut out, mut problems) = (TreeBuilder::new(EntryId(0)), Vec::new());
    let root = fast::read(&mut out, text, 0, &mut problems).ok()?;
    Some((out.finish(root), problems))
}

/// Where the fast reader answers, it must answer as the complete one. True where it answered.
fn agree(text: &str) -> bool {
    let Some((tree, problems)) = quick(text) else {
        return false;
    };
    let Some((other, other_problems)) = complete(text) else {
        panic!("only the fast reader takes {text:?}:\n{}", shown(&tree));
    };
    assert_eq!(shown(&tree), shown(&other), "{text:?}");
    assert_eq!(problems, other_problems, "{text:?}");
    true
}
