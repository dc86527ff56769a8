use super::*;

/// Changes every occurrence of `from`; both have the same length.
fn patch(bytes: &mut [u8], from: &[u8], to: &[u8]) {
    assert_eq!(from.len(), to.len());
    let places: Vec<usize> = memchr::memmem::find_iter(bytes, from).collect();
    assert!(!places.is_empty());
    for at in places {
        bytes[at..at + to.len()].copy_from_slice(to);
    }
}

#[test]
fn members_are_ordered_and_have_times() {
    let long = noise(300_000);
    let bytes = zip(&[("b/x.yaml", b"b\n"), ("a.log", &long), ("empty", b"")]);
    let opened = file("up/bundle.zip", bytes.clone());
    assert_eq!(paths(&opened), ["bundle.zip!/a.log", "bundle.zip!/b/x.yaml", "bundle.zip!/empty"]);
    assert_eq!(texts(&opened)[0].1.as_bytes(), long);
    assert_eq!(opened.format, "zip");
    assert!(opened.problems.is_empty(), "{:?}", problems(&opened));
    assert!(opened.sources.iter().all(|(_, entry)| entry.modified.is_some() && !entry.truncated));

    // The same with something in front and behind, as self-extracting archives have it.
    let mut shifted = b"PK\x03\x04 no header".to_vec();
    shifted.extend(&bytes);
    shifted.extend(b"trailing");
    assert_eq!(texts(&file("bundle.zip", shifted)), texts(&opened));
}

#[test]
fn zip64_and_stored() {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    writer.start_file("big", stored().large_file(true)).unwrap();
    writer.write_all(b"content\n").unwrap();
    let bytes = writer.finish().unwrap().into_inner();
    let opened = file("a.zip", bytes);
    assert_eq!(texts(&opened), [("a.zip!/big".to_owned(), "content\n".to_owned())]);
    assert!(opened.problems.is_empty());
}

#[test]
fn two_members_of_one_name() {
    let mut bytes = zip(&[("a1.yaml", b"first\n"), ("a2.yaml", b"second\n")]);
    patch(&mut bytes, b"a2.yaml", b"a1.yaml");
    let opened = file("a.zip", bytes);
    assert_eq!(
        texts(&opened),
        [("a.zip!/a1.yaml".to_owned(), "first\n".to_owned()), ("a.zip!/a1.yaml (2)".to_owned(), "second\n".to_owned()),]
    );
    assert_eq!(problems(&opened).len(), 1);
    assert_eq!(opened.problems[0].level, ProblemLevel::Note);
}

#[test]
fn dangerous_names() {
    let bytes = zip(&[
        ("../../etc/passwd", b"1\n"),
        ("/abs", b"2\n"),
        ("C:\\Temp\\x", b"3\n"),
        ("a\\b.log", b"4\n"),
        ("bell\x07", b"5\n"),
    ]);
    let opened = file("a.zip", bytes);
    assert_eq!(paths(&opened), ["a.zip!/Temp/x", "a.zip!/a/b.log", "a.zip!/abs", "a.zip!/bell_", "a.zip!/etc/passwd"]);
    let levels: Vec<_> = opened.problems.iter().map(|problem| (problem.kind, problem.level)).collect();
    let (note, warning) = (ProblemLevel::Note, ProblemLevel::Warning);
    let path = ProblemKind::UnsafePath;
    assert_eq!(levels, [(path, warning), (path, note), (path, warning), (path, warning), (path, warning)]);
}

#[test]
fn links_and_mac_files() {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    writer.add_directory("d/", deflated()).unwrap();
    writer.start_file("d/x.log", deflated()).unwrap();
    writer.write_all(b"x\n").unwrap();
    writer.add_symlink("d/same", "x.log", stored()).unwrap();
    writer.add_symlink("d/out", "../../up", stored()).unwrap();
    writer.start_file("__MACOSX/d/._x.log", deflated()).unwrap();
    writer.write_all(b"\x00\x05\x16\x07\x00\x02").unwrap();
    let opened = file("a.zip", writer.finish().unwrap().into_inner());
    assert_eq!(paths(&opened), ["a.zip!/d/x.log"]);
    assert_eq!(
        problems(&opened),
        [
            "warning unsafe-path -a.zip!/d/out: link to `../../up`, outside of the bundle: not followed",
            "note unsafe-path -a.zip!/d/same: link to `x.log`, read there",
        ]
    );
}

#[test]
fn encrypted_and_unknown_methods() {
    let mut bytes = zip(&[("aa", b"1\n"), ("bb", b"2\n"), ("cc", b"3\n")]);
    // Flags and method of each member stand at fixed places of its two headers.
    for (name, flags, method) in [(b"aa", 1_u8, 8_u8), (b"bb", 0, 9)] {
        for at in memchr::memmem::find_iter(&bytes.clone(), name) {
            let local = at >= 30 && bytes[at - 30..].starts_with(b"PK\x03\x04");
            let start = if local { at - 30 + 6 } else { at - 46 + 8 };
            bytes[start] |= flags;
            bytes[start + 2] = method;
        }
    }
    let opened = file("a.zip", bytes);
    assert_eq!(texts(&opened), [("a.zip!/cc".to_owned(), "3\n".to_owned())]);
    assert_eq!(
        problems(&opened),
        [
            "warning unreadable -a.zip!/aa: encrypted",
            "warning unreadable -a.zip!/bb: compressed with deflate64 (zip method 9), which is not read",
        ]
    );
}

#[test]
fn truncated_archive_is_recovered() {
    let long = noise(200_000);
    let bytes = zip(&[("a.yaml", b"kind: Agent\n"), ("b.yaml", b"kind: Switch\n"), ("c.log", &long)]);
    let at = bytes.len() / 2;
    let opened = file("a.zip", bytes[..at].to_vec());
    assert_eq!(paths(&opened), ["a.zip!/a.yaml", "a.zip!/b.yaml", "a.zip!/c.log"]);
    assert_eq!(texts(&opened)[0].1, "kind: Agent\n");
    let cut: Vec<bool> = opened.sources.iter().map(|(_, entry)| entry.truncated).collect();
    assert_eq!(cut, [false, false, true]);
    let read = texts(&opened)[2].1.len();
    assert!(read > 50_000 && long.starts_with(texts(&opened)[2].1.as_bytes()), "{read}");
    assert_eq!(
        problems(&opened),
        [
            "warning truncated -a.zip: the directory at the end of the zip is missing; 3 files were recovered from what is there",
            "warning truncated a.zip!/c.log: the zip ends inside this file; read up to there",
        ]
    );
    assert!(opened.problems[0].help.is_some());
}

#[test]
fn streamed_members_are_recovered() {
    let long = noise(100_000);
    let mut writer = ZipWriter::new_stream(Vec::new());
    for (name, options, bytes) in [
        ("a", deflated(), &b"kind: Agent\n"[..]),
        ("b", stored(), b"stored PK\x07\x08 text\n"),
        ("c", deflated(), &long),
        ("d", stored(), b"last\n"),
    ] {
        writer.start_file(name, options).unwrap();
        writer.write_all(bytes).unwrap();
    }
    let bytes = writer.finish().unwrap().into_inner();
    let whole = file("a.zip", bytes.clone());
    assert!(whole.problems.is_empty(), "{:?}", problems(&whole));
    let directory = memchr::memmem::find(&bytes, b"PK\x01\x02").unwrap();
    let opened = file("a.zip", bytes[..directory].to_vec());
    assert_eq!(texts(&opened), texts(&whole));
    assert_eq!(opened.problems.len(), 1, "{:?}", problems(&opened));
    // Cut inside the last, stored member.
    let opened = file("a.zip", bytes[..directory - 18].to_vec());
    assert_eq!(texts(&opened)[3].1, "las");
    assert!(opened.sources.iter().nth(3).unwrap().1.truncated);
}

#[test]
fn damaged_member_keeps_the_others() {
    let long = noise(50_000);
    let mut bytes = zip(&[("a", b"one\n"), ("b", &long), ("c", b"three\n")]);
    let middle = bytes.len() / 2;
    for byte in &mut bytes[middle..middle + 40] {
        *byte ^= 0x5a;
    }
    let opened = file("a.zip", bytes);
    assert_eq!(paths(&opened), ["a.zip!/a", "a.zip!/b", "a.zip!/c"]);
    assert_eq!(texts(&opened)[2].1, "three\n");
    assert_eq!(opened.problems.iter().filter(|problem| problem.kind == ProblemKind::Archive).count(), 1);
}

#[test]
fn nothing_in_it() {
    let opened = file("a.zip", zip(&[]));
    assert_eq!(problems(&opened), ["note archive -a.zip: the zip archive is empty"]);
    let mut junk = b"PK\x03\x04".to_vec();
    junk.extend([0xff; 100]);
    let opened = file("a.zip", junk);
    assert_eq!(
        problems(&opened),
        ["warning archive a.zip: the directory at the end of the zip is missing, no file could be read"]
    );
}

#[test]
fn result_does_not_depend_on_threads() {
    let texts_in: Vec<(String, Vec<u8>)> =
        (0..600).map(|number| (format!("{number}.log"), noise(number * 37))).collect();
    let members: Vec<(&str, &[u8])> = texts_in.iter().map(|(name, text)| (name.as_str(), text.as_slice())).collect();
    let bytes = zip(&members);
    let limits = Limits::default().with_max_bytes(3_000_000);
    let run = |threads| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        let opened = pool.install(|| limited("a.zip", bytes.clone(), &limits));
        (texts(&opened), problems(&opened))
    };
    let one = run(1);
    assert_eq!(one, run(8));
    assert!(one.0.len() > 300 && one.1.iter().any(|line| line.contains("limit")));
}
