//! Reads what the user names into memory: a file, a directory, or standard input.

use std::fmt;
use std::fs::File;
use std::io::{self, Read};
use std::path::Path;
use std::time::UNIX_EPOCH;

use hh_analyzer::ingest::{Content, DirEntry, Input, InputKind, Limits};
use walkdir::WalkDir;

/// Why an input cannot be read at all.
#[derive(Debug)]
pub(crate) struct InputError {
    path: String,
    reason: String,
}

impl fmt::Display for InputError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.path == "-" {
            write!(formatter, "cannot read standard input: {}", self.reason)
        } else {
            write!(formatter, "cannot read `{}`: {}", self.path, self.reason)
        }
    }
}

impl std::error::Error for InputError {}

impl InputError {
    fn new(path: &str, error: &io::Error) -> Self {
        Self { path: path.to_owned(), reason: reason(error) }
    }
}

/// Reads `path`: `-` is standard input; a directory is read with everything below it, without
/// following links. Files in a directory that cannot be read become entries that say why. No more is
/// read than `limits` let the analyzer use, and one byte, which makes it say so.
pub(crate) fn read(path: &str, limits: &Limits) -> Result<Input, InputError> {
    let error = |error: io::Error| InputError::new(path, &error);
    let kind = if path == "-" {
        let mut bytes = Vec::new();
        let room = limits.max_total_bytes.saturating_add(1);
        io::stdin().lock().take(room).read_to_end(&mut bytes).map_err(error)?;
        InputKind::Stdin(bytes)
    } else {
        let metadata = std::fs::metadata(path).map_err(error)?;
        if metadata.is_dir() {
            // A directory that cannot be listed is an error, one below it is only a problem.
            std::fs::read_dir(path).map_err(error)?;
            InputKind::Directory(directory(Path::new(path), limits))
        } else {
            let bytes = file(Path::new(path), limits.max_total_bytes).map_err(error)?;
            InputKind::File(bytes, modified(&metadata))
        }
    };
    Ok(Input { name: path.to_owned(), kind })
}

/// Everything below `root`, ordered by path.
fn directory(root: &Path, limits: &Limits) -> Vec<DirEntry> {
    let mut entries = Vec::new();
    let mut left = limits.max_total_bytes.saturating_add(1);
    for found in WalkDir::new(root).follow_links(false).sort_by_file_name() {
        // One entry too many makes the analyzer say that there are more.
        if entries.len() > limits.max_entries {
            break;
        }
        let (path, content, modified) = match found {
            Ok(found) => {
                let kind = found.file_type();
                let content = if kind.is_symlink() {
                    match std::fs::read_link(found.path()) {
                        Ok(target) => Content::Symlink { target: target.to_string_lossy().into_owned() },
                        Err(error) => Content::Unreadable(reason(&error)),
                    }
                } else if kind.is_dir() {
                    continue;
                } else if !kind.is_file() {
                    // Opening a pipe would wait for its writer.
                    Content::Unreadable("a device, pipe or socket, not a file".to_owned())
                } else if left == 0 {
                    Content::Unreadable("the directory is too large (`--max-bytes`)".to_owned())
                } else {
                    match file(found.path(), limits.max_entry_bytes.min(left)) {
                        Ok(bytes) => {
                            left = left.saturating_sub(u64::try_from(bytes.len()).unwrap_or(u64::MAX));
                            Content::File(bytes)
                        }
                        Err(error) => Content::Unreadable(reason(&error)),
                    }
                };
                let modified = found.metadata().ok().and_then(|metadata| modified(&metadata));
                (relative(root, found.path()), content, modified)
            }
            Err(error) => {
                let path = error.path().map_or_else(String::new, |path| relative(root, path));
                let reason = error.io_error().map_or_else(|| error.to_string(), reason);
                (path, Content::Unreadable(reason), None)
            }
        };
        entries.push(DirEntry { path, content, modified });
    }
    entries.sort_by(|a, b| a.path.cmp(&b.path));
    entries
}

/// A file, at most one byte more than `limit`.
fn file(path: &Path, limit: u64) -> io::Result<Vec<u8>> {
    let file = File::open(path)?;
    let limit = limit.saturating_add(1);
    let length = file.metadata().map_or(0, |metadata| metadata.len()).min(limit);
    let mut bytes = Vec::new();
    // Not enough memory is an error like any other.
    bytes
        .try_reserve_exact(usize::try_from(length).unwrap_or(usize::MAX))
        .map_err(|_| io::Error::from(io::ErrorKind::OutOfMemory))?;
    file.take(limit).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// Path below `root`, with `/`.
fn relative(root: &Path, path: &Path) -> String {
    let inside = path.strip_prefix(root).unwrap_or(path);
    let parts: Vec<_> = inside.iter().map(|part| part.to_string_lossy()).collect();
    parts.join("/")
}

/// Seconds since 1970.
fn modified(metadata: &std::fs::Metadata) -> Option<i64> {
    let time = metadata.modified().ok()?;
    match time.duration_since(UNIX_EPOCH) {
        Ok(after) => i64::try_from(after.as_secs()).ok(),
        Err(before) => i64::try_from(before.duration().as_secs()).ok().map(|seconds| -seconds),
    }
}

/// The usual causes in plain words.
fn reason(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::NotFound => "there is no such file or directory".to_owned(),
        io::ErrorKind::PermissionDenied => "permission denied".to_owned(),
        io::ErrorKind::OutOfMemory => "not enough memory".to_owned(),
        _ => error.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use hh_analyzer::ingest::open;

    /// A directory of this test alone.
    fn folder(name: &str) -> std::path::PathBuf {
        let folder = std::env::temp_dir().join(format!("hh-analyze-{name}-{}", std::process::id()));
        let _ = std::fs::remove_dir_all(&folder);
        std::fs::create_dir_all(folder.join("logs/deep")).unwrap();
        folder
    }

    #[test]
    fn missing_path_has_a_clear_message() {
        let error = read("no/such/bundle.hhs", &Limits::default()).unwrap_err();
        assert_eq!(error.to_string(), "cannot read `no/such/bundle.hhs`: there is no such file or directory");
    }

    #[test]
    fn directory_is_read_in_order_without_following_links() {
        let root = folder("walk");
        std::fs::write(root.join("z.yaml"), "z: 1\n").unwrap();
        std::fs::write(root.join("logs/deep/a.log"), "a\n").unwrap();
        #[cfg(unix)]
        std::os::unix::fs::symlink("..", root.join("logs/loop")).unwrap();
        let input = read(root.to_str().unwrap(), &Limits::default()).unwrap();
        let InputKind::Directory(entries) = &input.kind else { panic!("{input:?}") };
        let paths: Vec<_> = entries.iter().map(|entry| entry.path.as_str()).collect();
        if cfg!(unix) {
            assert_eq!(paths, ["logs/deep/a.log", "logs/loop", "z.yaml"]);
            assert!(matches!(&entries[1].content, Content::Symlink { target } if target == ".."));
        }
        assert!(entries[0].modified.is_some());
        let opened = open(input, &Limits::default());
        assert_eq!(opened.sources.len(), 2);
        std::fs::remove_dir_all(&root).unwrap();
    }

    #[test]
    fn too_large_files_are_cut_and_named() {
        let root = folder("large");
        std::fs::write(root.join("a.log"), "x".repeat(100)).unwrap();
        std::fs::write(root.join("b.log"), "y".repeat(100)).unwrap();
        let limits = Limits { max_entry_bytes: 60, max_total_bytes: 110, ..Limits::default() };
        let opened = open(read(root.to_str().unwrap(), &limits).unwrap(), &limits);
        let lengths: Vec<_> = opened.sources.iter().map(|(_, entry)| entry.text.len()).collect();
        assert_eq!(lengths, [60, 49]);
        assert_eq!(opened.problems.len(), 2, "{:?}", opened.problems);
        let opened = open(read(root.join("a.log").to_str().unwrap(), &limits).unwrap(), &limits);
        assert_eq!(opened.sources.iter().next().unwrap().1.text.len(), 60);
        std::fs::remove_dir_all(&root).unwrap();
    }
}
