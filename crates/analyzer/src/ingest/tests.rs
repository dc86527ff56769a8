//! Archives of all kinds, built in memory.

mod hostile;
mod streams;
mod tars;
mod zips;

use std::io::{Cursor, Write};

use ::zip::write::SimpleFileOptions;
use ::zip::{CompressionMethod, ZipWriter};

use super::{Content, DirEntry, Input, InputKind, Limits, Opened, open};
use crate::source::{Problem, ProblemKind, ProblemLevel};

fn file(name: &str, bytes: Vec<u8>) -> Opened {
    limited(name, bytes, &Limits::default())
}

fn limited(name: &str, bytes: Vec<u8>, limits: &Limits) -> Opened {
    open(Input { name: name.to_owned(), kind: InputKind::File(bytes, Some(7)) }, limits)
}

fn zip(members: &[(&str, &[u8])]) -> Vec<u8> {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in members {
        writer.start_file(*name, deflated()).unwrap();
        writer.write_all(bytes).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

fn deflated() -> SimpleFileOptions {
    SimpleFileOptions::default().compression_method(CompressionMethod::Deflated)
}

fn stored() -> SimpleFileOptions {
    SimpleFileOptions::default().compression_method(CompressionMethod::Stored)
}

fn tar(members: &[(&str, &[u8])]) -> Vec<u8> {
    let mut builder = ::tar::Builder::new(Vec::new());
    for (name, bytes) in members {
        append(&mut builder, name, bytes);
    }
    builder.into_inner().unwrap()
}

/// Appends with the name as it is, however bad (the builder itself refuses `..`).
fn append(builder: &mut ::tar::Builder<Vec<u8>>, name: &str, bytes: &[u8]) {
    let mut header = ::tar::Header::new_gnu();
    header.set_size(bytes.len() as u64);
    header.set_mtime(1_772_616_030);
    header.set_entry_type(::tar::EntryType::Regular);
    header.as_mut_bytes()[..name.len()].copy_from_slice(name.as_bytes());
    header.set_cksum();
    builder.append(&header, bytes).unwrap();
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

/// Paths and texts.
fn texts(opened: &Opened) -> Vec<(String, String)> {
    opened.sources.iter().map(|(_, entry)| (entry.path.clone(), entry.text.to_string())).collect()
}

fn paths(opened: &Opened) -> Vec<String> {
    opened.sources.iter().map(|(_, entry)| entry.path.clone()).collect()
}

/// One line for each problem: level, kind, where, message.
fn problems(opened: &Opened) -> Vec<String> {
    opened
        .problems
        .iter()
        .map(|problem| {
            let level = if problem.level == ProblemLevel::Note { "note" } else { "warning" };
            let place = match problem.entry {
                Some(id) => opened.sources.get(id).unwrap().path.clone(),
                None => format!("-{}", problem.path.as_deref().unwrap_or("")),
            };
            format!("{level} {} {place}: {}", problem.kind.name(), problem.message)
        })
        .collect()
}

fn find(opened: &Opened, kind: ProblemKind) -> &Problem {
    opened.problems.iter().find(|problem| problem.kind == kind).unwrap()
}

/// Text that does not compress to nothing.
fn noise(bytes: usize) -> Vec<u8> {
    let mut state = 1_u32;
    let mut text = Vec::new();
    while text.len() < bytes {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        text.extend_from_slice(format!("line {state}\n").as_bytes());
    }
    text.truncate(bytes);
    text
}

#[test]
fn plain_file_and_stdin() {
    let opened = file("/tmp/dump.hhs", b"version: 0.1.0\n".to_vec());
    assert_eq!(texts(&opened), [("dump.hhs".to_owned(), "version: 0.1.0\n".to_owned())]);
    assert_eq!((opened.format.as_str(), opened.bytes), ("file", 15));
    assert_eq!(opened.sources.iter().next().unwrap().1.modified, Some(7));
    assert!(opened.problems.is_empty());
    let opened = open(Input { name: "-".into(), kind: InputKind::Stdin(gzip(b"a: 1\n")) }, &Limits::default());
    assert_eq!(paths(&opened), ["-!/-"]);
    assert_eq!(opened.format, "gzip");
}

#[test]
fn empty_and_misnamed_inputs() {
    let opened = file("a.zip", Vec::new());
    assert_eq!(paths(&opened), ["a.zip"]);
    assert_eq!(problems(&opened), ["warning truncated -a.zip: the input is empty"]);

    let opened = file("a.zip", b"kind: Agent\n".to_vec());
    assert_eq!(texts(&opened)[0].1, "kind: Agent\n");
    assert_eq!(problems(&opened), ["note archive -a.zip: not an archive in spite of its name"]);

    let opened = file("a.txt", zip(&[("x.yaml", b"kind: Agent\n")]));
    assert_eq!(paths(&opened), ["a.txt!/x.yaml"]);
    assert_eq!(problems(&opened), ["note archive -a.txt: a zip archive in spite of its name"]);

    let opened = file("a.7z", b"7z\xBC\xAF\x27\x1C\0\x04".to_vec());
    assert!(opened.sources.iter().all(|(_, entry)| entry.binary));
    assert_eq!(problems(&opened), ["warning unreadable a.7z: 7-Zip archives are not read"]);
}

#[test]
fn directory_with_everything() {
    let entry = |path: &str, content| DirEntry { path: path.to_owned(), content, modified: None };
    let link = |target: &str| Content::Symlink { target: target.to_owned() };
    let entries = vec![
        entry("z.yaml", Content::File(b"z: 1\n".to_vec())),
        entry("logs/a.zip", Content::File(zip(&[("in/x.log", b"x\n")]))),
        entry("logs/link", link("../z.yaml")),
        entry("logs/folder", link("../logs")),
        entry("logs/gone", link("nowhere")),
        entry("logs/out", link("/etc/shadow")),
        entry("logs/secret", Content::Unreadable("permission denied".to_owned())),
        entry("logs/.DS_Store", Content::File(b"\0\0\0\x01Bud1".to_vec())),
        entry("pic.png", Content::File(b"\x89PNG\r\n\x1a\n\0\0".to_vec())),
        entry("w.txt", Content::File(b"\xFF\xFEa\0\n\0".to_vec())),
    ];
    let mut reversed = entries.clone();
    reversed.reverse();
    let opened = open(Input { name: "dir/".into(), kind: InputKind::Directory(entries) }, &Limits::default());
    let text = |path: &str, text: &str| (path.to_owned(), text.to_owned());
    assert_eq!(
        texts(&opened),
        [text("logs/a.zip!/in/x.log", "x\n"), text("pic.png", ""), text("w.txt", "a\n"), text("z.yaml", "z: 1\n"),]
    );
    assert_eq!(opened.format, "directory");
    assert_eq!(
        problems(&opened),
        [
            "note unsafe-path -logs/folder: link to `../logs`, read there",
            "note unsafe-path -logs/gone: link to `nowhere`, which is not in the bundle",
            "note unsafe-path -logs/link: link to `../z.yaml`, read there",
            "warning unsafe-path -logs/out: link to `/etc/shadow`, outside of the bundle: not followed",
            "warning unreadable -logs/secret: cannot be read: permission denied",
            "note unrecognised pic.png: not text: a PNG image",
            "note encoding w.txt: the file is UTF-16 LE; it was read as such",
        ]
    );
    let again = open(Input { name: "dir".into(), kind: InputKind::Directory(reversed) }, &Limits::default());
    assert_eq!(texts(&again), texts(&opened));
    assert_eq!(problems(&again), problems(&opened));
}

#[test]
fn many_problems_of_one_kind_are_counted() {
    let png = b"\x89PNG\r\n\x1a\n".to_vec();
    let entries = (0..50)
        .map(|number| DirEntry { path: format!("{number}.png"), content: Content::File(png.clone()), modified: None })
        .collect();
    let opened = open(Input { name: "d".into(), kind: InputKind::Directory(entries) }, &Limits::default());
    assert_eq!(opened.sources.len(), 50);
    assert_eq!(opened.problems.len(), 21);
    assert!(problems(&opened).contains(&"note unrecognised -: 30 more files that are not text".to_owned()));
}
