//! Entries: named pieces of text, some of them derived from a string inside another entry.

use std::sync::OnceLock;

use super::{LineIndex, Place, Span, Text};

/// Index of an entry in [`Sources`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EntryId(pub u32);

/// How a YAML scalar was written; decides how positions inside it are mapped to the outer file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ScalarStyle {
    /// Plain.
    Plain,
    /// `'…'`.
    SingleQuoted,
    /// `"…"`, possibly folded over many lines.
    DoubleQuoted,
    /// `|`.
    Literal,
    /// `>`.
    Folded,
}

/// What is known of an entry's origin inside a `.hhs` dump or a sectioned file.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Role {
    /// A file: nothing known but its name.
    File,
    /// The `resources` stream of a dump.
    Resources,
    /// A pod log.
    PodLog {
        /// Namespace of the pod.
        namespace: String,
        /// Pod name.
        pod: String,
        /// Container, where known.
        container: Option<String>,
        /// True for the log of the previous container.
        previous: bool,
    },
    /// Output of a command that was run on a gateway.
    Insight {
        /// Gateway name.
        gateway: String,
        /// The key of the dump, such as `frr: show bgp summary`.
        command: String,
        /// `stdout`, `stderr` or `error`.
        stream: String,
    },
    /// A section of a show-tech or console file.
    Section {
        /// Title between the rules.
        title: String,
    },
}

/// Where an entry's text comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origin {
    /// A file of the bundle, or a member of an archive in it.
    File,
    /// The value of a scalar in a YAML entry.
    Scalar {
        /// Entry that holds the scalar.
        parent: EntryId,
        /// The scalar in the parent's text. For block scalars: from the indicator (`|`) to the end of
        /// the content; for quoted ones with the quotes.
        span: Span,
        /// How it is written.
        style: ScalarStyle,
        /// Indentation of block scalar content in the parent, in bytes.
        indent: u32,
    },
    /// A run of bytes of the parent, unchanged.
    Slice {
        /// Entry that holds the bytes.
        parent: EntryId,
        /// First byte in the parent's text.
        start: u32,
    },
    /// Some of the parent's lines, one after the other.
    Lines {
        /// Entry that holds the lines.
        parent: EntryId,
        /// Where runs of lines start: (offset in this text, offset in the parent's), sorted.
        runs: Vec<(u32, u32)>,
    },
}

/// One named piece of text.
#[derive(Debug)]
pub struct Entry {
    /// Path inside the bundle as given, outer file first: `a.zip!/dump.hhs`. For derived entries:
    /// the path of the inner thing, `podLogs/fab/<pod>/<container>/current`.
    pub path: String,
    /// The text, decoded to UTF-8, without byte order mark.
    pub text: Text,
    /// Where the text comes from.
    pub origin: Origin,
    /// What it is known to be.
    pub role: Role,
    /// Modification time of the file or archive member, seconds since 1970. Weak evidence only.
    pub modified: Option<i64>,
    /// True where the end of the text is known to be missing (cut archive, cut dump).
    pub truncated: bool,
    /// True where the content is not text (an image, a program); `text` is empty then.
    pub binary: bool,
    lines: OnceLock<LineIndex>,
    map: OnceLock<Vec<(u32, u32)>>,
}

impl Entry {
    /// A file entry.
    #[must_use]
    pub fn file(path: impl Into<String>, text: impl Into<Text>) -> Self {
        Self {
            path: path.into(),
            text: text.into(),
            origin: Origin::File,
            role: Role::File,
            modified: None,
            truncated: false,
            binary: false,
            lines: OnceLock::new(),
            map: OnceLock::new(),
        }
    }

    /// An entry derived from another one.
    #[must_use]
    pub fn derived(path: impl Into<String>, text: impl Into<Text>, origin: Origin, role: Role) -> Self {
        Self { origin, role, ..Self::file(path, text) }
    }

    /// The line index, built on first use.
    pub fn lines(&self) -> &LineIndex {
        self.lines.get_or_init(|| LineIndex::new(&self.text))
    }

    /// Text of zero-based line `line`, without its end.
    #[must_use]
    pub fn line_text(&self, line: usize) -> &str {
        let start = self.lines().start_of(line) as usize;
        let rest = self.text.get(start..).unwrap_or("");
        let end = memchr::memchr(b'\n', rest.as_bytes()).unwrap_or(rest.len());
        rest.get(..end).unwrap_or("").trim_end_matches('\r')
    }
}

/// A position as the user can open it: outer file, line and column from 1.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Location {
    /// Path of the outer file inside the bundle.
    pub path: String,
    /// Line, from 1.
    pub line: usize,
    /// Column in characters, from 1.
    pub column: usize,
    /// Path of the derived entry, where the text stands inside another one.
    pub entry: Option<String>,
    /// The outer file itself.
    pub outer: EntryId,
}

/// All entries of a bundle. The only place that knows how spans become lines and columns.
#[derive(Debug, Default)]
pub struct Sources {
    entries: Vec<Entry>,
}

impl Sources {
    /// Adds an entry.
    pub fn add(&mut self, entry: Entry) -> EntryId {
        let id = EntryId(u32::try_from(self.entries.len()).unwrap_or(u32::MAX));
        self.entries.push(entry);
        id
    }

    /// The entry with this id.
    #[must_use]
    pub fn get(&self, id: EntryId) -> Option<&Entry> {
        self.entries.get(id.0 as usize)
    }

    /// The text of an entry; empty for an unknown id.
    #[must_use]
    pub fn text(&self, id: EntryId) -> &str {
        self.get(id).map_or("", |entry| &entry.text)
    }

    /// All entries with their ids, in order.
    pub fn iter(&self) -> impl Iterator<Item = (EntryId, &Entry)> {
        self.entries.iter().enumerate().map(|(index, entry)| (EntryId(u32::try_from(index).unwrap_or(u32::MAX)), entry))
    }

    /// Number of entries.
    #[must_use]
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// True without entries.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// The outermost entry that an entry is derived from (itself for a file).
    #[must_use]
    pub fn outer(&self, id: EntryId) -> EntryId {
        let mut current = id;
        // The chain is as long as derived entries nest; ids of parents are always smaller.
        while let Some(entry) = self.get(current) {
            match entry.origin {
                Origin::File => break,
                Origin::Scalar { parent, .. } | Origin::Slice { parent, .. } | Origin::Lines { parent, .. } => {
                    if parent >= current {
                        break;
                    }
                    current = parent;
                }
            }
        }
        current
    }

    /// Resolves a place to the outer file's line and column.
    #[must_use]
    pub fn locate(&self, place: Place) -> Option<Location> {
        let first = self.get(place.entry)?;
        let (mut id, mut offset) = (place.entry, place.span.start);
        loop {
            let entry = self.get(id)?;
            match &entry.origin {
                Origin::File => {
                    let (line, column) = entry.lines().line_column(&entry.text, offset);
                    return Some(Location {
                        path: entry.path.clone(),
                        line: line + 1,
                        column: column + 1,
                        entry: (id != place.entry).then(|| first.path.clone()),
                        outer: id,
                    });
                }
                Origin::Slice { parent, start } => {
                    if *parent >= id {
                        return None;
                    }
                    offset = offset.saturating_add(*start);
                    id = *parent;
                }
                Origin::Lines { parent, runs } => {
                    if *parent >= id {
                        return None;
                    }
                    let at = runs.partition_point(|(inner, _)| *inner <= offset).saturating_sub(1);
                    let (inner, outer) = runs.get(at).copied().unwrap_or((0, 0));
                    offset = outer.saturating_add(offset.saturating_sub(inner));
                    id = *parent;
                }
                &Origin::Scalar { parent, span, style, indent } => {
                    if parent >= id {
                        return None;
                    }
                    let map = entry.map.get_or_init(|| crate::yaml::scalar_map(self.text(parent), span, style, indent));
                    let at = map.partition_point(|(inner, _)| *inner <= offset).saturating_sub(1);
                    let (inner, outer) = map.get(at).copied().unwrap_or((0, span.start));
                    offset = outer.saturating_add(offset.saturating_sub(inner));
                    id = parent;
                }
            }
        }
    }
}
