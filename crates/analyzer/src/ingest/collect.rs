//! Gathers files and problems from all containers.

use std::borrow::Cow;
use std::cell::Cell;
use std::rc::Rc;

use super::Limits;
use super::format::Format;
use super::name::{Change, Clean};
use crate::source::{self, Problem, ProblemKind};

/// A run of bytes with a name: a file, or an archive to open.
pub(super) struct Item<'a> {
    /// Full path, outer archives first.
    pub path: String,
    /// Last component of the name.
    pub name: String,
    pub bytes: Cow<'a, [u8]>,
    pub modified: Option<i64>,
    /// The end is known to be missing.
    pub truncated: bool,
}

/// What a problem is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Target {
    /// An entry, by its number in the order of discovery.
    Entry(usize),
    /// A path without an entry.
    Path(String),
}

pub(super) struct Found {
    pub path: String,
    pub bytes: Vec<u8>,
    pub modified: Option<i64>,
    pub truncated: bool,
    pub binary: bool,
}

pub(super) struct Fault {
    pub class: &'static str,
    pub archive: String,
    pub target: Target,
    pub problem: Problem,
}

/// Everything that was found so far, and what may still be read.
pub(super) struct Collector {
    pub limits: Limits,
    /// Format of the input.
    pub format: String,
    /// Bytes that may still be produced; shared with the streams that are being read.
    pub left: Rc<Cell<u64>>,
    entries: usize,
    told_total: bool,
    told_entries: bool,
    pub found: Vec<Found>,
    pub faults: Vec<Fault>,
}

/// Path of `member` inside `archive`; the input itself is the empty path.
pub(super) fn join(archive: &str, member: &str) -> String {
    if archive.is_empty() { member.to_owned() } else { format!("{archive}!/{member}") }
}

impl Collector {
    pub(super) fn new(limits: &Limits) -> Self {
        Self {
            limits: limits.clone(),
            format: String::new(),
            left: Rc::new(Cell::new(limits.max_total_bytes)),
            entries: 0,
            told_total: false,
            told_entries: false,
            found: Vec::new(),
            faults: Vec::new(),
        }
    }

    /// Adds a problem. Of one `class` (a plural: "links to …") only some are listed per archive; an
    /// empty class is always listed.
    pub(super) fn problem(&mut self, class: &'static str, archive: &str, target: Target, problem: Problem) {
        self.faults.push(Fault { class, archive: archive.to_owned(), target, problem });
    }

    /// Counts a member; false where there are too many.
    pub(super) fn count_entry(&mut self, archive: &str) -> bool {
        self.entries = self.entries.saturating_add(1);
        if self.entries <= self.limits.max_entries {
            return true;
        }
        if !self.told_entries {
            self.told_entries = true;
            let problem = Problem::warning(
                ProblemKind::Limit,
                format!("more than {} files: the rest was not read", self.limits.max_entries),
            )
            .help("raise the limit with `--max-entries`");
            self.problem("", archive, Target::Path(archive.to_owned()), problem);
        }
        false
    }

    /// Takes `bytes` from what may still be produced; gives what is allowed of it.
    pub(super) fn charge(&mut self, bytes: u64) -> u64 {
        let left = self.left.get();
        self.left.set(left.saturating_sub(bytes));
        bytes.min(left)
    }

    /// Says once that the total is used up.
    pub(super) fn total_reached(&mut self, path: &str) {
        if self.told_total {
            return;
        }
        self.told_total = true;
        let problem = Problem::warning(
            ProblemKind::Limit,
            format!(
                "the input holds more than {} bytes when unpacked: from here on it was not read",
                self.limits.max_total_bytes
            ),
        )
        .help("raise the limit with `--max-bytes`");
        self.problem("", "", Target::Path(path.to_owned()), problem);
    }

    /// Problem of an entry that was cut at the limit for one entry.
    pub(super) fn entry_limit(&self) -> Problem {
        Problem::warning(
            ProblemKind::Limit,
            format!("larger than {} bytes: the rest of it was not read", self.limits.entry_bytes()),
        )
        .help("raise the limit with `--max-bytes`")
    }

    /// Problem of a stream that was cut because it expands too much.
    pub(super) fn ratio_limit(&self) -> Problem {
        Problem::warning(
            ProblemKind::Limit,
            format!(
                "expands to more than {} times its compressed size: the rest of it was not read",
                self.limits.max_ratio
            ),
        )
        .help("if the bundle can be trusted, raise the limit with `--max-ratio`")
    }

    /// Takes a file as it was given: its bytes count unless it is an archive.
    pub(super) fn take_given(&mut self, mut item: Item<'_>) -> Option<Target> {
        if Format::of(&item.bytes).name().is_none() {
            let allowed = self.charge(u64::try_from(item.bytes.len()).unwrap_or(u64::MAX));
            if cut(&mut item.bytes, allowed) {
                item.truncated = true;
                self.total_reached(&item.path);
            }
        }
        self.take(item, 0)
    }

    /// Takes a file, or opens it where it is an archive. `depth` is the number of archives around
    /// it. Gives the entry where it became one.
    pub(super) fn take(&mut self, mut item: Item<'_>, depth: usize) -> Option<Target> {
        let format = Format::of(&item.bytes);
        if format == Format::Plain && is_empty_tar(&item) {
            self.name_format(depth, "tar");
            let problem = Problem::note(ProblemKind::Archive, "the tar archive is empty");
            self.problem("empty archives", "", Target::Path(item.path), problem);
            return None;
        }
        self.compare_name(&item, format);
        match format {
            Format::Plain => {
                let large = cut(&mut item.bytes, self.limits.entry_bytes());
                item.truncated |= large;
                let target = self.file(item);
                if large {
                    let problem = self.entry_limit();
                    self.problem("", "", target.clone(), problem);
                }
                Some(target)
            }
            Format::Foreign(name) => {
                let problem = Problem::warning(ProblemKind::Unreadable, format!("{name} archives are not read"))
                    .help("unpack it and give the folder, or pack it as zip or tar.gz");
                Some(self.unopened(item, problem))
            }
            _ if depth >= self.limits.depth() => {
                let problem =
                    Problem::warning(ProblemKind::Limit, format!("an archive inside {depth} others: not opened"))
                        .help("raise the limit with `--max-depth`");
                Some(self.unopened(item, problem))
            }
            Format::Zip => {
                self.name_format(depth, "zip");
                self.zip(item, depth + 1)
            }
            Format::Tar => {
                self.name_format(depth, "tar");
                self.plain_tar(&item, depth + 1);
                None
            }
            Format::Compressed(codec) => self.compressed(codec, item, depth + 1),
        }
    }

    /// Remembers the format of the input itself.
    pub(super) fn name_format(&mut self, depth: usize, name: &str) {
        if depth == 0 && self.format == "file" {
            name.clone_into(&mut self.format);
        }
    }

    /// An archive that stays closed: listed without text.
    pub(super) fn unopened(&mut self, item: Item<'_>, problem: Problem) -> Target {
        let target = self.push(item.path, Vec::new(), item.modified, item.truncated, true);
        self.problem("", "", target.clone(), problem);
        target
    }

    fn file(&mut self, item: Item<'_>) -> Target {
        if !source::looks_binary(&item.bytes) {
            return self.push(item.path, item.bytes.into_owned(), item.modified, item.truncated, false);
        }
        let kind = source::binary_kind(&item.bytes);
        let message = kind.map_or("not text".to_owned(), |kind| format!("not text: {kind}"));
        let folder = item.path.rsplit_once("!/").map_or("", |(archive, _)| archive).to_owned();
        let target = self.push(item.path, Vec::new(), item.modified, item.truncated, true);
        let problem = Problem::note(ProblemKind::Unrecognised, message);
        self.problem("files that are not text", &folder, target.clone(), problem);
        target
    }

    /// Adds an entry.
    pub(super) fn push(
        &mut self,
        path: String,
        bytes: Vec<u8>,
        modified: Option<i64>,
        truncated: bool,
        binary: bool,
    ) -> Target {
        self.found.push(Found { path, bytes, modified, truncated, binary });
        Target::Entry(self.found.len().saturating_sub(1))
    }

    /// Says where the ending of a name misleads.
    fn compare_name(&mut self, item: &Item<'_>, format: Format) {
        const ENDINGS: [&str; 10] = [".zip", ".tar", ".tgz", ".gz", ".xz", ".txz", ".zst", ".bz2", ".7z", ".rar"];
        let lower = item.name.to_ascii_lowercase();
        let archive = ENDINGS.iter().any(|ending| lower.ends_with(ending));
        let text = [".txt", ".log", ".yaml", ".yml", ".json", ".hhs", ".out", ".prom"]
            .iter()
            .any(|ending| lower.ends_with(ending));
        let message = match format.name() {
            None if archive && !item.bytes.is_empty() => "not an archive in spite of its name".to_owned(),
            Some(name) if text => format!("a {name} archive in spite of its name"),
            _ => return,
        };
        let problem = Problem::note(ProblemKind::Archive, message);
        self.problem("files with a misleading name", "", Target::Path(item.path.clone()), problem);
    }

    /// Says where a member name had to be changed.
    pub(super) fn unsafe_name(&mut self, archive: &str, target: Target, clean: &Clean) {
        let Some(change) = clean.change else { return };
        let original = &clean.original;
        let path = &clean.path;
        let (class, message) = match change {
            Change::Outside => (
                "names that point outside of the archive",
                format!("the name `{original}` points outside of the archive; read as `{path}`"),
            ),
            Change::Control => (
                "names with control characters",
                format!("the name `{original}` holds control characters; shown as `{path}`"),
            ),
            Change::Length => ("empty or very long names", format!("the name `{original}` is empty or very long")),
            Change::Backslash => {
                ("names with backslashes", format!("the name `{original}` has backslashes; read as `{path}`"))
            }
        };
        let problem = if change == Change::Backslash {
            Problem::note(ProblemKind::UnsafePath, message)
        } else {
            Problem::warning(ProblemKind::UnsafePath, message)
        };
        self.problem(class, archive, target, problem);
    }
}

/// A tar without members is only its end marker: zeros, which alone are no format.
fn is_empty_tar(item: &Item<'_>) -> bool {
    item.name.to_ascii_lowercase().ends_with(".tar")
        && item.bytes.len() >= 1024
        && item.bytes.iter().all(|byte| *byte == 0)
}

/// Keeps at most `limit` bytes; true where something was cut.
fn cut(bytes: &mut Cow<'_, [u8]>, limit: u64) -> bool {
    let limit = usize::try_from(limit).unwrap_or(usize::MAX);
    if bytes.len() <= limit {
        return false;
    }
    match bytes {
        Cow::Owned(vec) => vec.truncate(limit),
        Cow::Borrowed(slice) => *slice = slice.get(..limit).unwrap_or_default(),
    }
    true
}
