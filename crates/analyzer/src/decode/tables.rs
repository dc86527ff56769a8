//! `kubectl get` tables and `kubectl describe` output as objects.

use std::sync::Arc;

use super::objects::{Found, is_listed};
use crate::facts::{Form, RawObject, default_namespace};
use crate::parse::{describe, table};
use crate::source::{EntryId, Problem, ProblemKind, Role};
use crate::yaml::{NodeId, NodeRef, Tree};

/// Reads all tables of an entry. A file's name only helps where the headers do not tell the kind.
pub(super) fn table_objects(entry: EntryId, text: &str, path: &str, role: &Role) -> Found {
    let mut found = Found::default();
    let hint = match role {
        Role::Section { title } => title.as_str(),
        _ => path,
    };
    let listing = table::read(text);
    for one in &listing.tables {
        let objects = table::objects(entry, one, Some(hint));
        if objects.objects.is_empty() && !one.rows.is_empty() {
            found.problems.push(
                Problem::note(ProblemKind::Unrecognised, "a table of a kind that its headers do not tell")
                    .help("keep the command line above the table, or name the file after the kind")
                    .at(entry, one.span),
            );
        }
        found.problems.extend(objects.problems);
        let tree = Arc::new(objects.tree);
        let namespace = one.command.as_ref().and_then(|command| command.namespace.clone());
        for object in objects.objects {
            add(
                &tree,
                object.node,
                entry,
                (object.kind, object.api_version),
                namespace.as_deref(),
                &mut found,
                Form::Table,
            );
            // Without a prompt nothing tells how the table was made: it is taken for a whole listing.
            if !object.selector && found.objects.last().is_none_or(is_listed) {
                found.complete.insert(object.kind.to_owned());
            }
        }
    }
    for message in &listing.messages {
        found.problems.push(message.problem(entry));
    }
    found
}

/// Reads the objects of `kubectl describe`.
pub(super) fn describe_objects(entry: EntryId, text: &str) -> Found {
    let mut found = Found::default();
    let described = describe::objects(entry, text, None);
    found.problems = described.problems;
    let tree = Arc::new(described.tree);
    for object in described.objects {
        add(&tree, object.node, entry, (&object.kind, &object.api_version), None, &mut found, Form::Describe);
    }
    found
}

fn add(
    tree: &Arc<Tree>,
    node: NodeId,
    entry: EntryId,
    (kind, api_version): (&str, &str),
    namespace: Option<&str>,
    found: &mut Found,
    form: Form,
) {
    let root = tree.node(node);
    let text = |route: &[&str]| root.at(route).and_then(NodeRef::text).unwrap_or("").to_owned();
    let name = text(&["metadata", "name"]);
    found.documents += 1;
    if default_namespace(kind).is_none() {
        *found.other.entry(kind.to_owned()).or_default() += 1;
        return;
    }
    let own = text(&["metadata", "namespace"]);
    found.objects.push(RawObject {
        api_version: api_version.to_owned(),
        kind: kind.to_owned(),
        namespace: if own.is_empty() { namespace.unwrap_or("").to_owned() } else { own },
        name,
        tree: tree.clone(),
        node,
        entry,
        form,
    });
}
