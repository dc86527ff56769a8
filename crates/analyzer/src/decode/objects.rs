//! Documents to objects: single objects, Lists of all forms, bare arrays, NDJSON, several Lists run together.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::facts::{Form, RawObject};
use crate::source::{EntryId, Problem, ProblemKind, Span};
use crate::yaml::{self, NodeKind, NodeRef, Tree};

/// Objects of one entry.
#[derive(Debug, Default)]
pub(super) struct Found {
    /// The objects.
    pub(super) objects: Vec<RawObject>,
    /// Kinds that this entry lists completely.
    pub(super) complete: BTreeSet<String>,
    /// Documents read (List items count one each).
    pub(super) documents: usize,
    /// Documents recognised by their head and not parsed, by kind.
    pub(super) skipped: std::collections::BTreeMap<String, usize>,
    /// Kinds of objects that no rule reads.
    pub(super) other: std::collections::BTreeMap<String, usize>,
    /// Problems.
    pub(super) problems: Vec<Problem>,
}

/// Kinds that are recognised by their head and never parsed: big, and no rule reads more than their name.
const UNPARSED: [&str; 14] = [
    "CustomResourceDefinition",
    "ControllerRevision",
    "ClusterRole",
    "ClusterRoleBinding",
    "Role",
    "RoleBinding",
    "ServiceAccount",
    "Service",
    "PersistentVolume",
    "PersistentVolumeClaim",
    "ReplicaSet",
    "NodeMetrics",
    "PodMetrics",
    "Lease",
];

/// Reads the YAML documents of an entry.
#[must_use]
pub(super) fn yaml_objects(entry: EntryId, text: &str, stream_is_complete: bool) -> Found {
    use rayon::prelude::*;
    let documents = yaml::documents(text);
    let parts: Vec<Found> = documents
        .into_par_iter()
        .map(|span| {
            let mut found = Found::default();
            let head = yaml::head(span.slice(text));
            if let Some(kind) = head.kind.filter(|kind| UNPARSED.contains(kind)) {
                found.documents = 1;
                *found.skipped.entry(kind.to_owned()).or_default() += 1;
                return found;
            }
            let parsed = yaml::parse(entry, text, span);
            found.problems = parsed.problems;
            collect(Arc::new(parsed.tree), entry, &mut found);
            found
        })
        .collect();
    let mut all = join(parts);
    if stream_is_complete {
        all.complete = all.objects.iter().map(|object| object.kind.clone()).collect();
    }
    all
}

/// Reads the JSON values of an entry.
#[must_use]
pub(super) fn json_objects(entry: EntryId, text: &str) -> Found {
    let parts = yaml::json_values(text)
        .into_iter()
        .map(|span: Span| {
            let mut found = Found::default();
            let parsed = yaml::parse_json(entry, text, span);
            found.problems = parsed.problems;
            collect(Arc::new(parsed.tree), entry, &mut found);
            found
        })
        .collect();
    join(parts)
}

/// Puts the findings of several documents together.
fn join(parts: Vec<Found>) -> Found {
    let mut all = Found::default();
    for part in parts {
        all.objects.extend(part.objects);
        all.complete.extend(part.complete);
        all.documents += part.documents;
        for (kind, count) in part.skipped {
            *all.skipped.entry(kind).or_default() += count;
        }
        for (kind, count) in part.other {
            *all.other.entry(kind).or_default() += count;
        }
        all.problems.extend(part.problems);
    }
    all
}

fn collect(tree: Arc<Tree>, entry: EntryId, found: &mut Found) {
    let Some(root) = tree.root() else { return };
    match root.kind() {
        NodeKind::Sequence => {
            for item in root.items() {
                object(&tree, item, entry, None, found);
            }
        }
        NodeKind::Mapping => {
            let kind = root.str("kind").unwrap_or("");
            match root.get("items") {
                Some(items) if kind == "List" || kind.ends_with("List") => {
                    list(&tree, root, items, entry, kind, found);
                }
                Some(items) if kind.is_empty() && items.kind() == NodeKind::Sequence => {
                    list(&tree, root, items, entry, "List", found);
                }
                _ => object(&tree, root, entry, None, found),
            }
        }
        NodeKind::Scalar => {}
    }
}

fn list(tree: &Arc<Tree>, root: NodeRef<'_>, items: NodeRef<'_>, entry: EntryId, kind: &str, found: &mut Found) {
    // Items of a typed list lack kind and apiVersion: `AgentList` means `Agent`.
    let item_kind = kind.strip_suffix("List").filter(|kind| !kind.is_empty());
    let api_version = root.str("apiVersion").unwrap_or("");
    let hint = item_kind.map(|kind| (kind, api_version));
    if items.size() == 0 {
        let place = items.place();
        found.problems.push(
            Problem::note(ProblemKind::Collection, "the list is empty: taken as not collected, not as \"none exist\"")
                .help("check the namespace of the command that wrote it: Hedgehog objects live in `default`, pods in `fab`")
                .at(place.entry, place.span),
        );
    }
    let before = found.objects.len();
    for item in items.items() {
        object(tree, item, entry, hint, found);
    }
    // A page of a longer list says so.
    let partial = root.at(&["metadata", "continue"]).and_then(NodeRef::text).is_some_and(|text| !text.is_empty());
    if !partial {
        let kinds: BTreeSet<String> = found.objects.iter().skip(before).map(|object| object.kind.clone()).collect();
        found.complete.extend(kinds);
    }
}

fn object(tree: &Arc<Tree>, node: NodeRef<'_>, entry: EntryId, hint: Option<(&str, &str)>, found: &mut Found) {
    if node.kind() != NodeKind::Mapping {
        return;
    }
    let kind = node.str("kind").or(hint.map(|(kind, _)| kind)).unwrap_or("");
    let Some(name) = node.at(&["metadata", "name"]).and_then(NodeRef::text) else { return };
    if kind.is_empty() || name.is_empty() {
        return;
    }
    found.documents += 1;
    if crate::facts::default_namespace(kind).is_none() {
        *found.other.entry(kind.to_owned()).or_default() += 1;
        return;
    }
    let namespace = node.at(&["metadata", "namespace"]).and_then(NodeRef::text).unwrap_or("");
    found.objects.push(RawObject {
        api_version: node.str("apiVersion").or(hint.map(|(_, version)| version)).unwrap_or("").to_owned(),
        kind: kind.to_owned(),
        namespace: namespace.to_owned(),
        name: name.to_owned(),
        tree: tree.clone(),
        node: node.id(),
        entry,
        form: Form::Full,
    });
}
