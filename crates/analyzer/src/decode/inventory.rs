//! What each entry was taken for.

use std::collections::{BTreeMap, BTreeSet};

use super::Content;
use super::classify::is_nothing;
use super::pipeline::Read;
use crate::report::EntryInfo;
use crate::source::{EntryId, Problem, ProblemKind, Role, Sources};

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

/// Notes on what was not understood: files of no known form, and documents without Kubernetes objects.
pub(super) fn not_understood(sources: &Sources, reads: &[Read]) -> Vec<Problem> {
    let mut problems = Vec::new();
    let mut understood: BTreeSet<EntryId> = BTreeSet::new();
    for read in reads.iter().filter(|read| read.content != Content::Unknown) {
        let outer = sources.outer(read.id);
        if outer != read.id {
            understood.insert(outer);
        }
    }
    for read in reads {
        let Some(entry) = sources.get(read.id) else { continue };
        let found = &read.found;
        let message = match read.content {
            Content::Unknown if matches!(entry.role, Role::File) => {
                "not recognised: none of the known forms".to_owned()
            }
            Content::Yaml | Content::Json if found.strange > 0 && found.documents == 0 => {
                format!("{} without Kubernetes objects: not read{}", read.content.name(), describe(&entry.path))
            }
            Content::Yaml | Content::Json if found.documents == 0 && found.problems.is_empty() => {
                format!("{} without Kubernetes objects", read.content.name())
            }
            Content::Messages if is_nothing(entry.text.trim()) => {
                problems.push(
                    Problem::note(ProblemKind::Collection, "nothing was captured: not taken as \"there is none\"")
                        .in_entry(read.id),
                );
                continue;
            }
            Content::Empty if matches!(entry.role, Role::File) => "the file is empty: nothing was captured".to_owned(),
            _ => continue,
        };
        problems.push(Problem::note(ProblemKind::Unrecognised, message).in_entry(read.id));
    }
    problems
}

/// What a file of a known collection is, by its name.
fn describe(path: &str) -> &'static str {
    let name = path.rsplit('/').next().unwrap_or(path);
    if name.starts_with("agent-") && name.ends_with("-interfaces.json") {
        " (interfaces of a switch, from its Agent's status: collect `kubectl get agent <switch> -o yaml` instead)"
    } else if name.ends_with("-errors.json") {
        " (what the collector could not get)"
    } else {
        ""
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
    if read.found.strange > 0 {
        words.push(format!("{} without kind and name", read.found.strange));
    }
    if words.is_empty()
        && let Content::Command(known) = read.content
    {
        return known.title().to_owned();
    }
    words.join(", ")
}
