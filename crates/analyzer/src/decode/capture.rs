//! Which entries belong to one capture. Objects of different captures are never merged.

use std::collections::{BTreeMap, BTreeSet};

use super::dump::Dump;
use crate::facts::{Form, RawObject};
use crate::source::{EntryId, Sources};

/// Name of a capture: empty where the bundle holds one.
pub(super) type CaptureKey = String;

/// Decides the capture of every outer entry.
///
/// A CI phase directory (`0-before`, `1-current`, `2-after`) is a capture; so is each dump where there are
/// several; so is each top directory where the same object stands in several of them with different versions.
#[must_use]
pub(super) fn capture_keys(sources: &Sources, dumps: &[Dump], objects: &[RawObject]) -> BTreeMap<EntryId, CaptureKey> {
    let outers: BTreeSet<EntryId> = sources.iter().map(|(id, _)| sources.outer(id)).collect();
    let path = |id: EntryId| sources.get(id).map_or("", |entry| entry.path.as_str());
    let phases: BTreeMap<EntryId, String> = outers.iter().filter_map(|id| Some((*id, phase(path(*id))?))).collect();
    if phases.values().collect::<BTreeSet<_>>().len() > 1 {
        return outers.iter().map(|id| (*id, phases.get(id).cloned().unwrap_or_default())).collect();
    }
    let dump_entries: BTreeSet<EntryId> = dumps.iter().map(|dump| sources.outer(dump.entry)).collect();
    if dump_entries.len() > 1 {
        return outers
            .iter()
            .map(|id| {
                if dump_entries.contains(id) {
                    return (*id, path(*id).to_owned());
                }
                // A file beside a dump belongs to it; elsewhere it stands for itself.
                let folder = parent(path(*id));
                let beside: Vec<&EntryId> = dump_entries.iter().filter(|dump| parent(path(**dump)) == folder).collect();
                match beside.as_slice() {
                    [dump] => (*id, path(**dump).to_owned()),
                    _ => (*id, String::new()),
                }
            })
            .collect();
    }
    if dump_entries.is_empty() && versions_differ_between_directories(sources, objects) {
        return outers.iter().map(|id| (*id, top_directory(path(*id)).to_owned())).collect();
    }
    outers.into_iter().map(|id| (id, String::new())).collect()
}

/// The path up to and with a phase directory (`0-before`).
fn phase(path: &str) -> Option<String> {
    let mut prefix = String::new();
    for component in path.split('/') {
        if !prefix.is_empty() {
            prefix.push('/');
        }
        prefix.push_str(component);
        if matches!(component, "0-before" | "1-current" | "2-after") {
            return Some(prefix);
        }
    }
    None
}

fn parent(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(parent, _)| parent)
}

/// First directory below the archive's or bundle's root that is not the only one; empty for top files.
fn top_directory(path: &str) -> &str {
    let inner = path.rsplit_once("!/").map_or(path, |(_, inner)| inner);
    parent(inner)
}

fn versions_differ_between_directories(sources: &Sources, objects: &[RawObject]) -> bool {
    let mut seen: BTreeMap<(&str, &str, &str), BTreeMap<&str, BTreeSet<&str>>> = BTreeMap::new();
    for object in objects.iter().filter(|object| object.form == Form::Full) {
        let version = object.root().at(&["metadata", "resourceVersion"]).and_then(|node| node.text());
        let outer = sources.outer(object.entry);
        let Some((version, entry)) = version.zip(sources.get(outer)) else { continue };
        seen.entry((&object.kind, &object.namespace, &object.name))
            .or_default()
            .entry(top_directory(&entry.path))
            .or_default()
            .insert(version);
    }
    seen.values()
        .filter(|places| {
            let mut versions = places.values();
            let first = versions.next();
            places.len() > 1 && versions.any(|other| Some(other) != first)
        })
        .count()
        >= 3
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn phases() {
        assert_eq!(phase("_debug/1-current/vlab.hhs").as_deref(), Some("_debug/1-current"));
        assert_eq!(phase("a.zip!/x/0-before/y.log").as_deref(), Some("a.zip!/x/0-before"));
        assert_eq!(phase("2026/pods.yaml"), None);
    }
}
