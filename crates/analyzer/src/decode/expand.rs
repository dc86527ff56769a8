//! Entries inside entries: the strings of dumps, the sections of show-tech files, the outputs in copies of
//! terminal sessions.

use std::collections::BTreeMap;

use super::Content;
use super::classify::classify;
use super::dump::{Dump, expand};
use super::{prefixed, sectioned, session};
use crate::source::{EntryId, Problem, Role, Sources};

/// What the files of a bundle are.
#[derive(Debug, Default)]
pub(super) struct Expanded {
    /// Dumps.
    pub(super) dumps: Vec<Dump>,
    /// What each text file was taken for.
    pub(super) files: BTreeMap<EntryId, Content>,
}

/// Adds derived entries until nothing is left to expand. A derived entry is never a dump again.
pub(super) fn expand_all(sources: &mut Sources, problems: &mut Vec<Problem>) -> Expanded {
    use rayon::prelude::*;
    let files: Vec<EntryId> =
        sources.iter().filter(|(_, entry)| entry.role == Role::File && !entry.binary).map(|(id, _)| id).collect();
    let known = &*sources;
    let files: Vec<(EntryId, Content)> = files.into_par_iter().map(|id| (id, classify(known.text(id)))).collect();
    let mut expanded = Expanded::default();
    for (id, mut content) in files {
        match content {
            Content::Dump => expanded.dumps.push(expand(sources, id, problems)),
            Content::Sections => sectioned::expand_sections(sources, id, problems),
            Content::ClusterDump => sectioned::expand_cluster_dump(sources, id),
            Content::Empty | Content::Binary => {}
            _ => {
                let containers = prefixed::containers(sources.text(id));
                if !containers.is_empty() {
                    expanded.files.insert(id, Content::Logs);
                    sectioned::expand_containers(sources, id, containers);
                    continue;
                }
                let parts = parts(sources.text(id), content);
                if !parts.is_empty() {
                    content = Content::Session;
                    sectioned::expand_session(sources, id, parts);
                }
            }
        }
        expanded.files.insert(id, content);
    }
    expanded
}

/// Parts of a session. A log is one only if it starts with a prompt: its lines may quote commands.
fn parts(text: &str, content: Content) -> Vec<session::Part> {
    let starts = || text.trim_start().lines().next().is_some_and(|line| session::command_behind_prompt(line).is_some());
    if matches!(content, Content::Log(_)) && !starts() { Vec::new() } else { session::parts(text) }
}
