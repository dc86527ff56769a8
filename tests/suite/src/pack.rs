//! Archive writers whose output depends on the content alone.

use std::io::{Cursor, Write as _};

use crate::Files;

/// Modification time of every packed file: the capture time of the example world.
const MODIFIED: u64 = 1_791_279_677;

/// A zip with one directory per path step, deflated.
#[must_use]
pub fn zip(files: &Files) -> Vec<u8> {
    let mut writer = zip::ZipWriter::new(Cursor::new(Vec::new()));
    let moment = zip::DateTime::from_date_and_time(2026, 10, 6, 9, 41, 16).expect("a date");
    let options = zip::write::SimpleFileOptions::default()
        .compression_method(zip::CompressionMethod::Deflated)
        .last_modified_time(moment)
        .unix_permissions(0o644);
    for (path, content) in files {
        writer.start_file(path.as_str(), options).expect("zip entry");
        writer.write_all(content).expect("zip content");
    }
    writer.finish().expect("zip end").into_inner()
}

/// A plain tar.
#[must_use]
pub fn tar(files: &Files) -> Vec<u8> {
    tar_in_order(files.iter().map(|(path, content)| (path.as_str(), content.as_slice())))
}

/// A plain tar with the entries in the order given.
#[must_use]
pub fn tar_in_order<'f>(files: impl Iterator<Item = (&'f str, &'f [u8])>) -> Vec<u8> {
    let mut builder = tar::Builder::new(Vec::new());
    for (path, content) in files {
        let mut header = tar::Header::new_gnu();
        header.set_size(content.len() as u64);
        header.set_mode(0o644);
        header.set_mtime(MODIFIED);
        header.set_entry_type(tar::EntryType::Regular);
        builder.append_data(&mut header, path, content).expect("tar entry");
    }
    builder.into_inner().expect("tar end")
}

/// Compresses with gzip.
#[must_use]
pub fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut writer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    writer.write_all(bytes).expect("gzip");
    writer.finish().expect("gzip")
}

/// Compresses with zstd.
#[must_use]
pub fn zstd(bytes: &[u8]) -> Vec<u8> {
    ruzstd::encoding::compress_to_vec(bytes, ruzstd::encoding::CompressionLevel::Fastest)
}

/// Compresses with xz.
#[must_use]
pub fn xz(bytes: &[u8]) -> Vec<u8> {
    let options = lzma_rust2::XzOptions::with_preset(6);
    let mut writer = lzma_rust2::XzWriter::new(Vec::new(), options).expect("xz");
    writer.write_all(bytes).expect("xz");
    writer.finish().expect("xz")
}

/// Compresses with bzip2.
#[must_use]
pub fn bzip2(bytes: &[u8]) -> Vec<u8> {
    let mut writer = bzip2::write::BzEncoder::new(Vec::new(), bzip2::Compression::best());
    writer.write_all(bytes).expect("bzip2");
    writer.finish().expect("bzip2")
}

/// The files below one directory, as packers usually write them.
#[must_use]
pub fn below(directory: &str, files: Files) -> Files {
    files.into_iter().map(|(path, content)| (format!("{directory}/{path}"), content)).collect()
}
