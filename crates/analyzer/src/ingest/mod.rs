//! What the user hands over, turned into entries: files, directories, archives, archives in archives.
//!
//! Formats are told by the bytes, never by the name. Nothing is written anywhere, no link is
//! followed, and limits hold for bytes as they are produced, not as they are declared. Whatever can
//! still be read of a damaged archive is read; everything else becomes a [`Problem`].

mod codec;
mod collect;
mod compressed;
mod finish;
mod format;
mod inflate;
mod limits;
mod links;
mod name;
mod tar;
mod zip;
mod zip_directory;
mod zip_scan;

#[cfg(test)]
mod tests;

pub use limits::Limits;

use std::borrow::Cow;
use std::collections::BTreeSet;

use crate::source::{Problem, ProblemKind, Sources};
use collect::{Collector, Item, Target};

/// A bundle as it was given, already in memory.
#[derive(Debug, Clone)]
pub struct Input {
    /// File or directory name as given, or `-` for standard input.
    pub name: String,
    /// The content.
    pub kind: InputKind,
}

/// Content of an [`Input`].
#[derive(Debug, Clone)]
pub enum InputKind {
    /// A file and its modification time, seconds since 1970.
    File(Vec<u8>, Option<i64>),
    /// Everything below a directory.
    Directory(Vec<DirEntry>),
    /// Standard input.
    Stdin(Vec<u8>),
}

/// A file or link below a directory.
#[derive(Debug, Clone)]
pub struct DirEntry {
    /// Path relative to the directory, with `/`.
    pub path: String,
    /// What is there.
    pub content: Content,
    /// Modification time, seconds since 1970.
    pub modified: Option<i64>,
}

/// Content of a [`DirEntry`].
#[derive(Debug, Clone)]
pub enum Content {
    /// A regular file.
    File(Vec<u8>),
    /// A symbolic link, not followed.
    Symlink {
        /// Where it points to, as stored.
        target: String,
    },
    /// Could not be read (no permission, I/O error); the reason.
    Unreadable(String),
}

/// The entries of a bundle and what was wrong with its containers.
#[derive(Debug, Default)]
pub struct Opened {
    /// One entry for each file, ordered by path.
    pub sources: Sources,
    /// Problems in the order of the entries.
    pub problems: Vec<Problem>,
    /// What the bytes are: `file`, `directory`, `zip`, `tar`, `tar.gz`, `gzip`, `zstd` …
    pub format: String,
    /// Bytes of text in the entries.
    pub bytes: u64,
}

/// Opens a bundle. Never fails: what cannot be read is a problem of the result.
#[must_use]
pub fn open(input: Input, limits: &Limits) -> Opened {
    let mut collector = Collector::new(limits);
    match input.kind {
        InputKind::File(bytes, modified) => {
            let name = name::of_input(&input.name);
            open_file(&mut collector, name, bytes, modified);
        }
        InputKind::Stdin(bytes) => open_file(&mut collector, "-".to_owned(), bytes, None),
        InputKind::Directory(entries) => {
            "directory".clone_into(&mut collector.format);
            open_directory(&mut collector, &input.name, entries);
        }
    }
    collector.finish()
}

fn open_file(collector: &mut Collector, name: String, bytes: Vec<u8>, modified: Option<i64>) {
    "file".clone_into(&mut collector.format);
    if bytes.is_empty() {
        let problem = Problem::warning(ProblemKind::Truncated, "the input is empty")
            .help("the collection or the copy failed: collect the bundle again");
        collector.problem("", "", Target::Path(name.clone()), problem);
    }
    if u64::try_from(bytes.len()).unwrap_or(u64::MAX) > collector.limits.max_total_bytes {
        collector.total_reached(&name);
    }
    if collector.count_entry(&name) {
        let item = Item { path: name.clone(), name, bytes: Cow::Owned(bytes), modified, truncated: false };
        collector.take_given(item);
    }
}

fn open_directory(collector: &mut Collector, directory: &str, mut entries: Vec<DirEntry>) {
    entries.sort_by(|a, b| a.path.cmp(&b.path));
    let names: BTreeSet<String> = entries.iter().map(|entry| entry.path.clone()).collect();
    if entries.is_empty() {
        let problem = Problem::warning(ProblemKind::Truncated, "the directory holds no files");
        collector.problem("", "", Target::Path(name::of_input(directory)), problem);
    }
    for entry in entries {
        if !collector.count_entry("") {
            return;
        }
        let clean = name::clean(&entry.path, name::Style::Unix);
        match entry.content {
            Content::File(bytes) => {
                if name::is_mac_junk(&clean.path, &bytes) {
                    continue;
                }
                let large = u64::try_from(bytes.len()).unwrap_or(u64::MAX) > collector.limits.max_entry_bytes;
                if large && format::Format::of(&bytes).name().is_some() {
                    // An archive that was read in part only would look damaged.
                    let problem = collector.entry_limit();
                    collector.problem("", "", Target::Path(clean.path.clone()), problem);
                }
                let item = Item {
                    name: name::last(&clean.path).to_owned(),
                    path: clean.path.clone(),
                    bytes: Cow::Owned(bytes),
                    modified: entry.modified,
                    truncated: false,
                };
                let target = collector.take_given(item).unwrap_or(Target::Path(clean.path.clone()));
                collector.unsafe_name("", target, &clean);
            }
            Content::Symlink { target } => {
                links::report(collector, "", &clean.path, &target, links::Kind::Symbolic, &names);
            }
            Content::Unreadable(reason) => {
                let problem = Problem::warning(ProblemKind::Unreadable, format!("cannot be read: {reason}"));
                collector.problem("files that cannot be read", "", Target::Path(clean.path), problem);
            }
        }
    }
}
