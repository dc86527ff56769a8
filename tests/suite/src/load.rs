//! Bundles from disk and memory into an analysis, and their files as text for checks of evidence.

use std::fs;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use hh_analyzer::ingest::{Content, DirEntry, Input, InputKind};
use hh_analyzer::{Analysis, Options, analyze, open};

use crate::Files;

/// Directory of the example bundles.
#[must_use]
pub fn bundles_dir() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../bundles")
}

/// A bundle as the analyzer takes it.
#[must_use]
pub fn input_of_files(name: &str, files: Files) -> Input {
    let entries = files
        .into_iter()
        .map(|(path, bytes)| DirEntry { path, content: Content::File(bytes), modified: None })
        .collect();
    Input { name: name.into(), kind: InputKind::Directory(entries) }
}

/// One file as the analyzer takes it.
#[must_use]
pub fn input_of_bytes(name: &str, bytes: Vec<u8>) -> Input {
    Input { name: name.into(), kind: InputKind::File(bytes, None) }
}

/// A bundle on disk as the analyzer takes it.
///
/// # Panics
/// If it cannot be read.
#[must_use]
pub fn input_of_path(path: &Path) -> Input {
    let name = path.file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned());
    if path.is_dir() {
        input_of_files(&name, read_directory(path))
    } else {
        input_of_bytes(&name, fs::read(path).unwrap_or_else(|error| panic!("{}: {error}", path.display())))
    }
}

/// Every file below a directory.
///
/// # Panics
/// If one cannot be read.
#[must_use]
pub fn read_directory(root: &Path) -> Files {
    walkdir::WalkDir::new(root)
        .into_iter()
        .map(|entry| entry.expect("a directory entry"))
        .filter(|entry| entry.file_type().is_file())
        .map(|entry| {
            let inside = entry.path().strip_prefix(root).expect("inside").to_string_lossy().into_owned();
            (inside, fs::read(entry.path()).expect("a file"))
        })
        .collect()
}

/// Analyzes an input.
#[must_use]
pub fn run(input: Input, options: &Options) -> Analysis {
    analyze(open(input, options), options)
}

/// The files of a bundle on disk, unpacked by other code than the analyzer's, under the paths that
/// evidence gives them (`x.zip!/a.yaml`).
///
/// # Panics
/// If it cannot be read.
#[must_use]
pub fn files_of(path: &Path) -> Files {
    if path.is_dir() {
        return read_directory(path);
    }
    let name = path.file_name().expect("a name").to_string_lossy().into_owned();
    let bytes = fs::read(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    unpack(&name, &bytes)
}

/// Unpacks by the name's ending.
///
/// # Panics
/// If the archive is damaged.
#[must_use]
pub fn unpack(name: &str, bytes: &[u8]) -> Files {
    let all = |mut reader: Box<dyn std::io::Read + '_>| {
        let mut out = Vec::new();
        reader.read_to_end(&mut out).expect("a stream");
        out
    };
    if name.ends_with(".zip") {
        let mut archive = zip::ZipArchive::new(std::io::Cursor::new(bytes)).expect("a zip");
        return (0..archive.len())
            .filter_map(|index| {
                let mut file = archive.by_index(index).expect("an entry");
                let mut content = Vec::new();
                file.read_to_end(&mut content).expect("content");
                let inner = file.name().expect("a name").into_owned();
                (!file.is_dir()).then(|| (format!("{name}!/{inner}"), content))
            })
            .collect();
    }
    let inner = if name.ends_with(".gz") {
        all(Box::new(flate2::read::GzDecoder::new(bytes)))
    } else if name.ends_with(".zst") {
        all(Box::new(ruzstd::decoding::StreamingDecoder::new(bytes).expect("zstd")))
    } else if name.ends_with(".xz") {
        all(Box::new(lzma_rust2::XzReader::new(bytes, true)))
    } else if name.ends_with(".bz2") {
        all(Box::new(bzip2::read::BzDecoder::new(bytes)))
    } else {
        bytes.to_vec()
    };
    if !name.contains(".tar") {
        let packed = [".gz", ".zst", ".xz", ".bz2"].into_iter().find_map(|end| name.strip_suffix(end));
        let path = packed.map_or_else(|| name.to_owned(), |inner| format!("{name}!/{inner}"));
        return Files::from([(path, inner)]);
    }
    let mut archive = tar::Archive::new(inner.as_slice());
    archive
        .entries()
        .expect("a tar")
        .map(|entry| {
            let mut entry = entry.expect("an entry");
            let path = entry.path().expect("a path").to_string_lossy().into_owned();
            let mut content = Vec::new();
            entry.read_to_end(&mut content).expect("content");
            (format!("{name}!/{path}"), content)
        })
        .collect()
}
