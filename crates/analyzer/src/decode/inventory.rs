//! What each entry was taken for.

use std::collections::BTreeMap;

use super::Content;
use super::pipeline::Read;
use crate::report::EntryInfo;
use crate::source::{Role, Sources};

/// The inventory's line for an entry; attribution is filled in later.
pub(super) fn entry_info(sources: &Sources, read: &Read) -> EntryInfo {
    let outer = sources.outer(read.id);
    let path = sources.get(outer).map(|entry| entry.path.clone()).unwrap_or_default();
    let entry = sources.get(read.id);
    EntryInfo {
        path,
        entry: (outer != read.id).then(|| entry.map(|entry| entry.path.clone()).unwrap_or_default()),
        kind: kind(read, entry.map(|entry| &entry.role)).to_owned(),
        content: content(read),
        attribution: None,
        bytes: entry.map_or(0, |entry| entry.text.len()),
    }
}

fn kind(read: &Read, role: Option<&Role>) -> &'static str {
    match role {
        Some(Role::Insight { stream, .. }) if stream != "stdout" => "command-error",
        Some(Role::Insight { .. }) => "command-output",
        _ => read.content.name(),
    }
}

fn content(read: &Read) -> String {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for object in &read.found.objects {
        *counts.entry(&object.kind).or_default() += 1;
    }
    for (kind, count) in &read.found.other {
        *counts.entry(kind).or_default() += count;
    }
    let mut words: Vec<String> = counts.iter().map(|(kind, count)| format!("{count} {kind}")).collect();
    if !read.found.skipped.is_empty() {
        let skipped: Vec<String> = read.found.skipped.iter().map(|(kind, count)| format!("{count} {kind}")).collect();
        words.push(format!("not parsed: {}", skipped.join(", ")));
    }
    if words.is_empty()
        && let Content::Command(known) = read.content
    {
        return known.title().to_owned();
    }
    words.join(", ")
}
