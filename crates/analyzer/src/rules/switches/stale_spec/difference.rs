//! Where two specs differ, beside what is left out because it is empty (fabric reference 8.1, FAB-016).

use std::collections::{BTreeMap, BTreeSet};

use crate::yaml::{NodeKind, NodeRef};

/// Deeper than any spec.
const DEPTH: usize = 24;
/// More are not worth a word.
const MOST: usize = 8;
/// Fields that change by themselves: port lights have an end time.
const OWN: [&str; 1] = ["portLocators"];

/// Routes, from the specs' roots, of what differs.
pub(super) fn between(object: NodeRef<'_>, copy: NodeRef<'_>) -> Vec<Vec<String>> {
    let mut found = Vec::new();
    compare(Some(object), Some(copy), &mut Vec::new(), &mut found);
    found
}

fn compare(a: Option<NodeRef<'_>>, b: Option<NodeRef<'_>>, route: &mut Vec<String>, found: &mut Vec<Vec<String>>) {
    let filled = |node: Option<NodeRef<'_>>| node.is_some_and(|node| !is_empty(node, 0));
    if found.len() >= MOST || (!filled(a) && !filled(b)) {
        return;
    }
    if let (Some(a), Some(b)) = (a, b)
        && (a.kind(), b.kind()) == (NodeKind::Mapping, NodeKind::Mapping)
        && route.len() < DEPTH
    {
        let (a, b) = (fields(a), fields(b));
        let keys: BTreeSet<&str> = a.keys().chain(b.keys()).copied().collect();
        for key in keys.into_iter().filter(|key| !OWN.contains(key)) {
            route.push(key.to_owned());
            compare(a.get(key).copied(), b.get(key).copied(), route, found);
            route.pop();
        }
    } else if !equal(a, b, 0) {
        found.push(route.clone());
    }
}

fn fields(node: NodeRef<'_>) -> BTreeMap<&str, NodeRef<'_>> {
    node.entries().filter_map(|(key, value)| Some((key.text()?, value))).collect()
}

/// Absent, `null`, `""`, `0`, `false`, and maps and lists of nothing else.
fn is_empty(node: NodeRef<'_>, depth: usize) -> bool {
    match node.kind() {
        NodeKind::Mapping => depth < DEPTH && node.entries().all(|(_, value)| is_empty(value, depth + 1)),
        NodeKind::Sequence => node.items().next().is_none(),
        _ => node.is_null() || node.text().is_none_or(|text| matches!(text, "" | "0" | "false" | "null" | "~")),
    }
}

/// Lists of words are equal in any order.
fn equal(a: Option<NodeRef<'_>>, b: Option<NodeRef<'_>>, depth: usize) -> bool {
    let (Some(a), Some(b)) = (a, b) else {
        return a.or(b).is_none_or(|node| is_empty(node, 0));
    };
    if is_empty(a, depth) && is_empty(b, depth) {
        return true;
    }
    if depth >= DEPTH {
        return true;
    }
    match (a.kind(), b.kind()) {
        (NodeKind::Mapping, NodeKind::Mapping) => {
            let (a, b) = (fields(a), fields(b));
            let keys: BTreeSet<&str> = a.keys().chain(b.keys()).copied().collect();
            keys.into_iter().all(|key| equal(a.get(key).copied(), b.get(key).copied(), depth + 1))
        }
        (NodeKind::Sequence, NodeKind::Sequence) => {
            let words = |node: NodeRef<'_>| -> Option<Vec<String>> {
                let mut words: Vec<String> =
                    node.items().map(|item| item.text().map(str::to_owned)).collect::<Option<_>>()?;
                words.sort();
                Some(words)
            };
            match (words(a), words(b)) {
                (Some(a), Some(b)) => a == b,
                _ => {
                    let (a, b): (Vec<_>, Vec<_>) = (a.items().collect(), b.items().collect());
                    a.len() == b.len() && a.into_iter().zip(b).all(|(a, b)| equal(Some(a), Some(b), depth + 1))
                }
            }
        }
        _ => match (a.text(), b.text()) {
            // What a dump withholds is not known.
            (Some(a), Some(b)) => a == b || [a, b].iter().any(|text| text.contains("REDACTED")),
            _ => false,
        },
    }
}
