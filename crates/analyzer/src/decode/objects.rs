//! Documents to objects: single objects, Lists of all forms, bare arrays, NDJSON, several Lists run together.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::facts::{Form, RawObject};
use crate::source::{EntryId, Problem, ProblemKind, Span};
use crate::yaml::{self, NodeKind, NodeRef, Parsed, Tree};

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
    /// Documents and items that are no Kubernetes objects.
    pub(super) strange: usize,
    /// True where a part of the text was lost: it is no complete listing of anything.
    pub(super) lossy: bool,
    /// True where the end of the text is missing.
    cut: bool,
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

/// Reads the YAML documents of an entry. `cut` is true where the end of the text is known to be missing.
#[must_use]
pub(super) fn yaml_objects(entry: EntryId, text: &str, stream_is_complete: bool, cut: bool) -> Found {
    use rayon::prelude::*;
    let documents = yaml::documents(text);
    let mut parts: Vec<Found> = documents
        .into_par_iter()
        .map(|span| {
            let mut found = Found::default();
            let head = yaml::head(span.slice(text));
            if let Some(kind) = head.kind.filter(|kind| UNPARSED.contains(kind)) {
                found.documents = 1;
                *found.skipped.entry(kind.to_owned()).or_default() += 1;
                return found;
            }
            take(yaml::parse(entry, text, span), entry, &mut found);
            found
        })
        .collect();
    if let Some(last) = parts.last_mut().filter(|last| cut || last.cut) {
        leave_out_last(last);
    }
    let mut all = join(parts);
    if stream_is_complete && !all.lossy {
        all.complete = all.objects.iter().map(|object| object.kind.clone()).collect();
    }
    all
}

/// The object at a cut lacks fields, and a field that lies behind the cut is not one that is unset.
fn leave_out_last(found: &mut Found) {
    found.lossy = true;
    found.complete.clear();
    let Some(object) = found.objects.pop() else { return };
    found.documents = found.documents.saturating_sub(1);
    found.strange += 1;
    let place = object.root().place();
    let message = format!("{} {} stands where the text is cut: it is left out", object.kind, object.name);
    found.problems.push(
        Problem::warning(ProblemKind::Truncated, message)
            .at(place.entry, Span { start: place.span.start, end: place.span.start }),
    );
}

/// Reads the JSON values of an entry.
#[must_use]
pub(super) fn json_objects(entry: EntryId, text: &str) -> Found {
    let mut parts: Vec<Found> = yaml::json_values(text)
        .into_iter()
        .map(|span: Span| {
            let mut found = Found::default();
            take(yaml::parse_json(entry, text, span), entry, &mut found);
            found
        })
        .collect();
    let whole = text.trim_end().trim_end_matches(',').ends_with(['}', ']']);
    if let Some(last) = parts.last_mut().filter(|last| last.lossy && !whole) {
        leave_out_last(last);
    }
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
        all.strange += part.strange;
        all.lossy |= part.lossy;
        all.problems.extend(part.problems);
    }
    all
}

/// Takes the objects out of a document. Of one that is broken or cut nothing is a complete listing.
fn take(parsed: Parsed, entry: EntryId, found: &mut Found) {
    found.problems = parsed.problems;
    let lost = |problem: &Problem| matches!(problem.kind, ProblemKind::Syntax | ProblemKind::Truncated);
    found.lossy = found.problems.iter().any(lost);
    collect(Arc::new(parsed.tree), entry, found);
    if found.lossy {
        found.complete.clear();
    }
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
                    // Keys are sorted: `kind` follows the items.
                    if root.get("apiVersion").is_some() {
                        cut_list(items, found);
                    }
                    found.complete.clear();
                }
                _ => object(&tree, root, entry, None, found),
            }
        }
        NodeKind::Scalar => found.strange += 1,
    }
}

/// Notes that the end of a List is missing.
fn cut_list(items: NodeRef<'_>, found: &mut Found) {
    (found.lossy, found.cut) = (true, true);
    if found.problems.iter().any(|problem| problem.kind == ProblemKind::Truncated) {
        return;
    }
    let last = items.items().last().unwrap_or(items).place();
    found.problems.push(
        Problem::warning(
            ProblemKind::Truncated,
            "the List ends without its last lines (`kind: List`): the text was cut here",
        )
        .help("copy the file again; the last object may lack fields, and later ones are missing")
        .at(last.entry, Span { start: last.span.end, end: last.span.end }),
    );
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
        let kinds: BTreeSet<String> =
            found.objects.iter().skip(before).filter(|object| is_listed(object)).map(|o| o.kind.clone()).collect();
        found.complete.extend(kinds);
    }
}

/// True for an object that shows that its kind was listed where Hedgehog's objects are: a listing of the pods in
/// `kube-system` says nothing about those in `fab`.
pub(super) fn is_listed(object: &RawObject) -> bool {
    match crate::facts::default_namespace(&object.kind) {
        None | Some("") => true,
        Some(namespace) => object.namespace.is_empty() || object.namespace == namespace,
    }
}

fn object(tree: &Arc<Tree>, node: NodeRef<'_>, entry: EntryId, hint: Option<(&str, &str)>, found: &mut Found) {
    let kind = node.str("kind").or(hint.map(|(kind, _)| kind)).unwrap_or("");
    let name = node.at(&["metadata", "name"]).and_then(NodeRef::text).unwrap_or("");
    if kind.is_empty() || name.is_empty() {
        let half = node.get("apiVersion").is_some() || node.get("metadata").is_some();
        if !kind.is_empty() && crate::facts::default_namespace(kind).is_none() {
            // `kind: Config` and its like have no name.
            found.documents += 1;
            *found.other.entry(kind.to_owned()).or_default() += 1;
        } else if half || !kind.is_empty() {
            // Half an object: of a file that was cut, or edited by hand.
            let place = node.place();
            let missing = if kind.is_empty() { "kind" } else { "name" };
            found.problems.push(
                Problem::warning(ProblemKind::Field, format!("an object without a {missing} is left out"))
                    .at(place.entry, Span { start: place.span.start, end: place.span.start }),
            );
            found.lossy = true;
            found.strange += 1;
        } else {
            found.strange += 1;
        }
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

#[cfg(test)]
mod tests {
    use super::*;

    const ENTRY: EntryId = EntryId(0);

    fn names(found: &Found) -> Vec<String> {
        found.objects.iter().map(|object| format!("{}/{}", object.kind, object.name)).collect()
    }

    fn list(kind: &str, item: &str) -> String {
        format!(
            "apiVersion: v1\nitems:\n- {item}metadata:\n    name: a\n- {item}metadata:\n    name: b\nkind: {kind}\n"
        )
    }

    #[test]
    fn lists_are_complete_and_typed_ones_name_their_items() {
        for text in [list("List", "kind: Pod\n  "), list("PodList", "")] {
            let found = yaml_objects(ENTRY, &text, false, false);
            assert_eq!(names(&found), ["Pod/a", "Pod/b"], "{:?}", found.problems);
            assert!(found.complete.contains("Pod"));
        }
        let stream = "kind: Pod\nmetadata:\n  name: a\n---\nkind: Pod\nmetadata:\n  name: b\n";
        assert!(yaml_objects(ENTRY, stream, false, false).complete.is_empty(), "a stream may be a part");
        assert!(yaml_objects(ENTRY, stream, true, false).complete.contains("Pod"), "a dump's is not");
        let page = list("PodList", "").replace("kind: PodList", "kind: PodList\nmetadata:\n  continue: abc");
        assert!(yaml_objects(ENTRY, &page, false, false).complete.is_empty(), "a page of a list");
    }

    #[test]
    fn cut_lists_lose_their_last_item_and_are_not_complete() {
        let text = list("List", "kind: Pod\n  ").replace("kind: List\n", "");
        let found = yaml_objects(ENTRY, &text, false, false);
        assert_eq!(names(&found), ["Pod/a"]);
        assert!(found.complete.is_empty());
        assert!(found.problems.iter().all(|problem| problem.kind == ProblemKind::Truncated));
        assert_eq!(found.problems.len(), 2);
        let json = "{\"kind\": \"List\", \"items\": [{\"kind\": \"Pod\", \"metadata\": {\"name\": \"a\"}},\
                    {\"kind\": \"Pod\", \"metadata\": {\"name\": \"b\", ";
        let found = json_objects(ENTRY, json);
        assert_eq!(names(&found), ["Pod/a"]);
        assert!(found.complete.is_empty() && !found.problems.is_empty());
        let between = json.split(",{").next().unwrap();
        assert_eq!(names(&json_objects(ENTRY, between)), ["Pod/a"], "cut between items: the item is whole");
    }

    #[test]
    fn broken_documents_make_a_stream_incomplete() {
        let text = "kind: Pod\nmetadata:\n  name: a\n---\nkind: Pod\nmetadata:\n  name: b\n  x: \"y\n---\nkind: Pod\nmetadata:\n  name: c\n";
        let found = yaml_objects(ENTRY, text, true, false);
        assert_eq!(names(&found), ["Pod/a", "Pod/b", "Pod/c"]);
        assert!(found.complete.is_empty(), "{:?}", found.complete);
    }

    #[test]
    fn what_is_no_object_is_said() {
        let found = yaml_objects(ENTRY, "apiVersion: v1\nmetadata:\n  name: x\n", false, false);
        assert_eq!((found.objects.len(), found.problems.len(), found.strange), (0, 1, 1));
        let found = yaml_objects(ENTRY, "apiVersion: v1\nkind: Config\n", false, false);
        assert_eq!((found.problems.len(), found.other.get("Config")), (0, Some(&1)));
        let found = json_objects(ENTRY, "{\"E1/1\": {\"oper\": \"up\"}}");
        assert_eq!((found.documents, found.problems.len(), found.strange), (0, 0, 1));
    }
}
