//! The readers against each other and against an independent YAML library, on the example bundles.

use std::path::{Path, PathBuf};

use serde_yaml::Value;

use super::super::{NodeKind, NodeRef, documents, parse, scalar_map};
use super::{agree, quick};
use crate::source::{EntryId, ScalarStyle, Span};

#[expect(clippy::disallowed_methods, reason = "the examples are files")]
pub(super) fn examples() -> Vec<(PathBuf, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../bundles");
    let mut files: Vec<_> = [root.clone(), root.join("plain-healthy")]
        .iter()
        .flat_map(|folder| std::fs::read_dir(folder).unwrap())
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|end| end == "hhs" || end == "yaml"))
        .filter(|path| !path.to_string_lossy().ends_with(".expect.yaml"))
        .collect();
    files.sort();
    files.into_iter().map(|path| (path.clone(), std::fs::read_to_string(path).unwrap())).collect()
}

/// True where the tree holds what the other library read.
pub(super) fn same(node: NodeRef<'_>, value: &Value) -> bool {
    let text = node.text().unwrap_or("");
    let plain = node.style() == Some(ScalarStyle::Plain);
    match value {
        Value::Null => node.is_null(),
        Value::Bool(value) => plain && text == value.to_string(),
        Value::Number(value) => plain && (text == value.to_string() || text.parse::<f64>().ok() == value.as_f64()),
        Value::String(value) => node.kind() == NodeKind::Scalar && text == value,
        Value::Sequence(items) => {
            node.kind() == NodeKind::Sequence
                && node.size() == items.len()
                && node.items().zip(items).all(|(item, value)| same(item, value))
        }
        Value::Mapping(entries) => {
            node.kind() == NodeKind::Mapping
                && node.size() == entries.len()
                && node.entries().zip(entries).all(|((key, value), (k, v))| same(key, k) && same(value, v))
        }
        Value::Tagged(_) => false,
    }
}

/// Every decoded character is found in the source, as itself, as an escape or as a line break.
fn mapped(text: &str, node: NodeRef<'_>, indent: u32) {
    let value = node.text().unwrap();
    let style = node.style().unwrap();
    let map = scalar_map(text, node.place().span, style, indent);
    assert!(map.windows(2).all(|pair| pair[0] < pair[1]));
    for (inner, c) in value.char_indices() {
        let inner = u32::try_from(inner).unwrap();
        let at = map.partition_point(|(from, _)| *from <= inner) - 1;
        let outer = map[at].1 + (inner - map[at].0);
        let Some(rest) = text.get(outer as usize..) else { panic!("{value:?} {outer}") };
        let first = rest.chars().next();
        let fits = first == Some(c)
            || (style == ScalarStyle::DoubleQuoted && first == Some('\\'))
            || (c == ' ' && rest.starts_with(['\n', '\r']))
            || (c == '\n' && rest.starts_with("\r\n"));
        assert!(fits, "{c:?} of {value:?} mapped to {first:?} by {map:?}");
    }
}

pub(super) fn all_mapped(text: &str, node: NodeRef<'_>) {
    if node.kind() == NodeKind::Scalar {
        let indent = super::super::block_indent(text, node.place().span);
        mapped(text, node, indent);
    }
    for (key, value) in node.entries() {
        all_mapped(text, key);
        all_mapped(text, value);
    }
    node.items().for_each(|item| all_mapped(text, item));
}

fn check(path: &Path, text: &str) -> usize {
    let spans = documents(text);
    for span in &spans {
        let document = span.slice(text);
        assert!(agree(document), "{path:?}: the fast reader gave up: {:.300}", document);
        let read = parse(EntryId(0), text, *span);
        assert!(read.problems.is_empty(), "{path:?}: {:?}", read.problems);
        let root = read.tree.root().unwrap();
        let value: Value = serde_yaml::from_str(document).unwrap();
        assert!(same(root, &value), "{path:?}: {document:.300}");
        all_mapped(text, root);
    }
    spans.len()
}

#[test]
fn readers_agree_on_the_examples() {
    let (mut outer, mut inner) = (0, 0);
    // Expectations are written by hand, with flow collections.
    for (path, text) in examples().into_iter().filter(|(path, _)| !path.to_string_lossy().contains(".expect.")) {
        outer += check(&path, &text);
        let (tree, _) = quick(&text).unwrap();
        if let Some(resources) = tree.root().and_then(|root| root.str("resources")) {
            inner += check(&path, resources);
        }
    }
    assert!(outer > 30 && inner > 500, "{outer} {inner}");
}

/// The library takes the places of a whole file, not of the document.
#[test]
fn places_are_those_of_the_file() {
    let text = "a: 1\n---\nb:\n  c: \"x\"\n";
    let read = parse(EntryId(3), text, documents(text)[1]);
    let place = read.tree.root().unwrap().at(&["b", "c"]).unwrap().place();
    assert_eq!((place.entry, place.span), (EntryId(3), Span { start: 17, end: 20 }));
}
