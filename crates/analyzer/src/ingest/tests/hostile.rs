use super::*;
use proptest::prelude::*;

fn total(opened: &Opened) -> u64 {
    opened.sources.iter().map(|(_, entry)| entry.text.len() as u64).sum()
}

#[test]
fn total_limit() {
    let text = noise(10_000);
    let limits = Limits { max_total_bytes: 25_000, ..Limits::default() };
    let members: [(&str, &[u8]); 4] = [("a", &text), ("b", &text), ("c", &text), ("d", &text)];
    for bytes in [zip(&members), gzip(&tar(&members)), tar(&members)] {
        let opened = limited("x", bytes, &limits);
        assert_eq!(paths(&opened), ["x!/a", "x!/b", "x!/c"]);
        assert!(total(&opened) <= 25_000);
        assert!(opened.sources.iter().nth(2).unwrap().1.truncated);
        let problem = find(&opened, ProblemKind::Limit);
        assert!(problem.help.as_ref().unwrap().contains("--max-bytes"));
        assert_eq!(opened.problems.len(), 1, "{:?}", problems(&opened));
    }
    let opened = limited("x", noise(30_000), &limits);
    assert_eq!((total(&opened), opened.problems.len()), (25_000, 1));
}

#[test]
fn entry_limit() {
    let text = noise(10_000);
    let limits = Limits { max_entry_bytes: 4_000, ..Limits::default() };
    let members: [(&str, &[u8]); 2] = [("a", &text), ("b", b"small\n")];
    for bytes in [zip(&members), gzip(&tar(&members)), tar(&members)] {
        let opened = limited("x", bytes, &limits);
        assert_eq!(texts(&opened)[0].1.len(), 4_000);
        assert_eq!(texts(&opened)[1].1, "small\n");
        assert_eq!(problems(&opened).len(), 1);
        assert_eq!(opened.problems[0].kind, ProblemKind::Limit);
    }
    for bytes in [text.clone(), gzip(&text)] {
        let opened = limited("x", bytes, &limits);
        assert_eq!((total(&opened), opened.problems.len()), (4_000, 1), "{:?}", problems(&opened));
    }
}

#[test]
fn number_of_entries() {
    let members: [(&str, &[u8]); 4] = [("a", b"1"), ("b", b"2"), ("c", b"3"), ("d", b"4")];
    let limits = Limits { max_entries: 3, ..Limits::default() };
    for bytes in [zip(&members), gzip(&tar(&members))] {
        let opened = limited("x", bytes, &limits);
        // The input itself is one.
        assert_eq!(opened.sources.len(), 2);
        assert!(find(&opened, ProblemKind::Limit).help.as_ref().unwrap().contains("--max-entries"));
    }
}

#[test]
fn bombs() {
    // 80 MiB of one letter, a thousand to one.
    let bomb = vec![b'a'; 80 << 20];
    for bytes in [zip(&[("a", &bomb), ("b", b"rest\n")]), gzip(&bomb)] {
        let opened = file("x", bytes.clone());
        assert_eq!(texts(&opened)[0].1.len(), 64 << 20);
        assert!(opened.sources.iter().next().unwrap().1.truncated);
        assert!(find(&opened, ProblemKind::Limit).help.as_ref().unwrap().contains("--max-ratio"));
        let trusted = limited("x", bytes, &Limits { max_ratio: 2000, ..Limits::default() });
        assert_eq!(texts(&trusted)[0].1.len(), 80 << 20);
    }
    let opened = file("x.zip", zip(&[("a", &bomb), ("b", b"rest\n")]));
    assert_eq!(texts(&opened)[1].1, "rest\n");
}

#[test]
fn declared_size_is_not_trusted() {
    let text = noise(50_000);
    let mut bytes = zip(&[("a", &text)]);
    for (signature, at) in [(b"PK\x03\x04", 22), (b"PK\x01\x02", 24)] {
        let start = memchr::memmem::find(&bytes, signature).unwrap() + at;
        bytes[start..start + 4].copy_from_slice(&5_u32.to_le_bytes());
    }
    let opened = file("x.zip", bytes.clone());
    assert_eq!(texts(&opened)[0].1.as_bytes(), text);
    // And the other way round: much declared, little there.
    for (signature, at) in [(b"PK\x03\x04", 22), (b"PK\x01\x02", 24)] {
        let start = memchr::memmem::find(&bytes, signature).unwrap() + at;
        bytes[start..start + 4].copy_from_slice(&0xFFFF_FFF0_u32.to_le_bytes());
    }
    let opened = file("x.zip", bytes);
    assert_eq!(texts(&opened)[0].1.as_bytes(), text);
}

#[test]
fn nested_without_end() {
    let mut bytes = b"core\n".to_vec();
    for _ in 0..60 {
        bytes = gzip(&bytes);
    }
    let opened = limited("x", bytes, &Limits { max_depth: 1_000, ..Limits::default() });
    assert_eq!(opened.sources.len(), 1);
    assert_eq!(find(&opened, ProblemKind::Limit).level, ProblemLevel::Warning);
}

fn samples() -> Vec<Vec<u8>> {
    let text = noise(3_000);
    let members: [(&str, &[u8]); 4] =
        [("a/x.yaml", b"kind: Agent\n"), ("b.log", &text), ("c", b""), ("d.gz", &gzip(&text))];
    let mut writer = ZipWriter::new_stream(Vec::new());
    for (name, bytes) in members {
        writer.start_file(name, deflated()).unwrap();
        writer.write_all(bytes).unwrap();
    }
    let streamed = writer.finish().unwrap().into_inner();
    let zstd = ruzstd::encoding::compress_to_vec(&tar(&members)[..], ruzstd::encoding::CompressionLevel::Fastest);
    let mut bzip2 = Vec::new();
    std::io::Read::read_to_end(
        &mut ::bzip2::read::BzEncoder::new(&tar(&members)[..], ::bzip2::Compression::default()),
        &mut bzip2,
    )
    .unwrap();
    vec![zip(&members), streamed, tar(&members), gzip(&tar(&members)), zstd, bzip2, streams::hex(streams::XZ)]
}

/// Holds for every input: within the limits, and every problem has a place.
fn check(bytes: Vec<u8>) {
    let limits = Limits { max_total_bytes: 20_000, max_entry_bytes: 5_000, max_entries: 6, ..Limits::default() };
    let opened = limited("x.zip", bytes, &limits);
    // A byte that is no text becomes three.
    assert!(total(&opened) <= 3 * 20_000);
    assert!(opened.sources.len() <= 6);
    for problem in &opened.problems {
        assert!(problem.entry.is_some() || problem.path.is_some());
        if let (Some(id), Some(span)) = (problem.entry, problem.span) {
            assert!(!span.slice(opened.sources.text(id)).is_empty());
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn random_bytes(mut bytes in proptest::collection::vec(any::<u8>(), 0..600), head in 0..10_usize) {
        let magic: [&[u8]; 10] = [
            b"", b"PK\x03\x04", b"\x1f\x8b\x08", b"\x28\xb5\x2f\xfd", b"\xfd7zXZ\0", b"BZh91AY&SY",
            b"\x50\x2a\x4d\x18", b"PK\x05\x06", b"\xFF\xFE", b"PK\x07\x08PK\x03\x04",
        ];
        let mut input = magic[head].to_vec();
        input.append(&mut bytes);
        check(input);
    }

    #[test]
    fn cut_and_damaged(
        sample in 0..7_usize,
        cut in 0.0..1.2_f64,
        flips in proptest::collection::vec((any::<proptest::sample::Index>(), 0..8_u8), 0..6),
    ) {
        let mut bytes = samples().swap_remove(sample);
        bytes.truncate((bytes.len() as f64 * cut) as usize);
        if !bytes.is_empty() {
            for (index, bit) in flips {
                let at = index.index(bytes.len());
                bytes[at] ^= 1 << bit;
            }
        }
        check(bytes);
    }
}
