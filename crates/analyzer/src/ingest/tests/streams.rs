use super::*;
use std::io::Read;

const TEXT: &str = "kind: Agent\nkind: Agent\nkind: Agent\n";

/// `TEXT`, as `xz` writes it.
pub(super) const XZ: &str = "fd377a585a000004e6d6b4460200210116000000742fe5a3e0002300135d00359a4a1ef4334386e35f1d015ba0aa98278000000003818c014c6d2eb100012f249769990e1fb6f37d010000000004595a";

/// `TEXT`, as `zstd -19` writes it, with checksum.
const ZSTD: &str = "28b52ffd0468950000606b696e643a204167656e740a0100074b12364a3189";

pub(super) fn hex(text: &str) -> Vec<u8> {
    let digits: Vec<u8> = text.bytes().collect();
    digits.chunks(2).map(|pair| u8::from_str_radix(std::str::from_utf8(pair).unwrap(), 16).unwrap()).collect()
}

fn bzip2(bytes: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    ::bzip2::read::BzEncoder::new(bytes, ::bzip2::Compression::default()).read_to_end(&mut out).unwrap();
    out
}

fn zstd(bytes: &[u8]) -> Vec<u8> {
    ruzstd::encoding::compress_to_vec(bytes, ruzstd::encoding::CompressionLevel::Fastest)
}

fn all() -> Vec<(&'static str, &'static str, Vec<u8>)> {
    vec![
        ("gzip", "x.hhs.gz", gzip(TEXT.as_bytes())),
        ("zstd", "x.hhs.zst", hex(ZSTD)),
        ("xz", "x.hhs.xz", hex(XZ)),
        ("bzip2", "x.hhs.bz2", bzip2(TEXT.as_bytes())),
    ]
}

#[test]
fn single_files() {
    for (format, name, bytes) in all() {
        let opened = file(name, bytes);
        assert_eq!(texts(&opened), [(format!("{name}!/x.hhs"), TEXT.to_owned())]);
        assert_eq!(opened.format, format);
        assert!(opened.problems.is_empty(), "{:?}", problems(&opened));
    }
}

#[test]
fn several_members_padding_and_trailing_bytes() {
    for (_, name, bytes) in all() {
        let mut twice = bytes.clone();
        twice.extend(&bytes);
        twice.extend([0; 512]);
        let opened = file(name, twice);
        assert_eq!(texts(&opened)[0].1, TEXT.repeat(2), "{name}");
        assert!(opened.problems.is_empty(), "{:?}", problems(&opened));

        let mut trailing = bytes;
        trailing.extend(b"something");
        let opened = file(name, trailing);
        assert_eq!(texts(&opened)[0].1, TEXT);
        assert_eq!(opened.problems.len(), 1);
        assert_eq!(opened.problems[0].level, ProblemLevel::Note);
        assert!(!opened.sources.iter().next().unwrap().1.truncated);
    }
    // A skippable frame first, as pzstd writes it.
    let mut frames = vec![0x50, 0x2a, 0x4d, 0x18, 4, 0, 0, 0, 1, 2, 3, 4];
    frames.extend(hex(ZSTD));
    assert_eq!(texts(&file("x.zst", frames))[0].1, TEXT);
}

#[test]
fn cut_streams_keep_what_was_decoded() {
    let text = noise(900_000);
    for (name, bytes) in [("x.gz", gzip(&text)), ("x.bz2", bzip2(&text)), ("x.zst", zstd(&text))] {
        let opened = file(name, bytes[..bytes.len() * 9 / 10].to_vec());
        let (_, entry) = opened.sources.iter().next().unwrap();
        assert!(entry.truncated, "{name}");
        assert!(entry.text.len() > 300_000, "{name}: {}", entry.text.len());
        assert!(text.starts_with(entry.text.as_bytes()), "{name}");
        assert_eq!(opened.problems.len(), 1, "{:?}", problems(&opened));
        assert_eq!(opened.problems[0].kind, ProblemKind::Truncated, "{:?}", problems(&opened));
        assert!(opened.problems[0].help.is_some());
    }
    for (_, name, bytes) in all() {
        for length in 13..bytes.len() {
            let opened = file(name, bytes[..length].to_vec());
            assert_eq!(opened.sources.len(), 1);
            assert!(TEXT.starts_with(&*texts(&opened)[0].1), "{name} {length}");
            assert!(!opened.problems.is_empty(), "{name} {length}");
        }
    }
}

#[test]
fn cut_tar_gz_keeps_the_members() {
    let long = noise(300_000);
    let bytes = gzip(&tar(&[("a.yaml", b"a: 1\n"), ("b.log", &long), ("c.log", &long)]));
    let opened = file("x.tar.gz", bytes[..bytes.len() / 3].to_vec());
    assert_eq!(paths(&opened), ["x.tar.gz!/a.yaml", "x.tar.gz!/b.log"]);
    assert!(opened.sources.iter().nth(1).unwrap().1.truncated);
    assert_eq!(problems(&opened), ["warning truncated -x.tar.gz: the gzip data ends early; read up to there"]);
}

#[test]
fn damaged_checksum() {
    let mut bytes = gzip(TEXT.as_bytes());
    let at = bytes.len() - 6;
    bytes[at] ^= 1;
    let opened = file("x.gz", bytes);
    assert_eq!(texts(&opened)[0].1, TEXT);
    assert_eq!(find(&opened, ProblemKind::Archive).level, ProblemLevel::Warning);
    let mut bytes = hex(ZSTD);
    let at = bytes.len() - 2;
    bytes[at] ^= 1;
    let opened = file("x.zst", bytes);
    assert_eq!(texts(&opened)[0].1, TEXT);
    assert_eq!(opened.problems.len(), 1, "{:?}", problems(&opened));
}

#[test]
fn nothing_decodable() {
    let opened = file("x.gz", b"\x1f\x8b\x08".to_vec());
    assert_eq!(paths(&opened), ["x.gz"]);
    assert!(opened.sources.iter().next().unwrap().1.binary);
    assert_eq!(problems(&opened), ["warning truncated x.gz: the gzip data ends early; read up to there"]);
}

#[test]
fn tars_in_other_compressions() {
    let inner = tar(&[("a", b"1\n"), ("b", b"2\n")]);
    for (name, format, bytes) in
        [("x.tar.bz2", "tar.bz2", bzip2(&inner)), ("x.tzst", "tar.zst", zstd(&inner)), ("x", "tar.gz", gzip(&inner))]
    {
        let opened = file(name, bytes);
        assert_eq!(paths(&opened), [format!("{name}!/a"), format!("{name}!/b")]);
        assert_eq!(opened.format, format);
        assert!(opened.problems.is_empty(), "{:?}", problems(&opened));
    }
}

#[test]
fn compression_methods_inside_zip() {
    // A zip whose stored member is relabelled as compressed.
    for (method, packed) in [(12_u8, bzip2(TEXT.as_bytes())), (93, hex(ZSTD)), (95, hex(XZ))] {
        let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
        writer.start_file("m.txt", stored()).unwrap();
        writer.write_all(&packed).unwrap();
        let mut bytes = writer.finish().unwrap().into_inner();
        let mut crc = flate2::Crc::new();
        crc.update(TEXT.as_bytes());
        for (signature, method_at, crc_at) in [(b"PK\x03\x04", 8, 14), (b"PK\x01\x02", 10, 16)] {
            let at = memchr::memmem::find(&bytes, signature).unwrap();
            bytes[at + method_at] = method;
            bytes[at + crc_at..at + crc_at + 4].copy_from_slice(&crc.sum().to_le_bytes());
            bytes[at + crc_at + 8..at + crc_at + 12].copy_from_slice(&36_u32.to_le_bytes());
        }
        let opened = file("a.zip", bytes);
        assert_eq!(texts(&opened), [("a.zip!/m.txt".to_owned(), TEXT.to_owned())]);
        assert!(opened.problems.is_empty(), "{method}: {:?}", problems(&opened));
    }
}
