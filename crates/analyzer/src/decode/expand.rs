//! Entries inside entries: the strings of dumps, the sections of show-tech files.

use super::Content;
use super::classify::classify;
use super::dump::{Dump, expand};
use super::sectioned;
use crate::source::{EntryId, Problem, Role, Sources};

/// Adds derived entries until nothing is left to expand. A derived entry is never a dump again.
pub(super) fn expand_all(sources: &mut Sources, problems: &mut Vec<Problem>) -> Vec<Dump> {
    let files: Vec<EntryId> =
        sources.iter().filter(|(_, entry)| entry.role == Role::File && !entry.binary).map(|(id, _)| id).collect();
    let mut dumps = Vec::new();
    for id in files {
        match classify(sources.text(id)) {
            Content::Dump => dumps.push(expand(sources, id, problems)),
            Content::Sections => sectioned::expand_sections(sources, id),
            Content::ClusterDump => sectioned::expand_cluster_dump(sources, id),
            _ => {}
        }
    }
    dumps
}
