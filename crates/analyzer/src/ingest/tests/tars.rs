use super::*;
use ::tar::{Builder, EntryType, Header};

fn special(builder: &mut Builder<Vec<u8>>, name: &str, kind: EntryType, target: &str) {
    let mut header = Header::new_gnu();
    header.set_size(0);
    header.set_entry_type(kind);
    header.set_path(name).unwrap();
    if !target.is_empty() {
        header.set_link_name_literal(target).unwrap();
    }
    header.set_cksum();
    builder.append(&header, &b""[..]).unwrap();
}

#[test]
fn members_links_and_devices() {
    let mut builder = Builder::new(Vec::new());
    special(&mut builder, "b/", EntryType::Directory, "");
    append(&mut builder, "./b/z.log", b"z\n");
    append(&mut builder, "a.yaml", b"a: 1\n");
    special(&mut builder, "b/same", EntryType::Symlink, "../a.yaml");
    special(&mut builder, "hard", EntryType::Link, "b/z.log");
    special(&mut builder, "abs", EntryType::Symlink, "/var/log/pods");
    special(&mut builder, "pipe", EntryType::Fifo, "");
    append(&mut builder, "b/._z.log", b"\x00\x05\x16\x07\x00");
    append(&mut builder, "../up", b"up\n");
    let opened = file("x.tar", builder.into_inner().unwrap());
    assert_eq!(paths(&opened), ["x.tar!/a.yaml", "x.tar!/b/z.log", "x.tar!/up"]);
    assert_eq!(opened.format, "tar");
    assert_eq!(opened.sources.iter().next().unwrap().1.modified, Some(1_772_616_030));
    assert_eq!(
        problems(&opened),
        [
            "warning unsafe-path -x.tar!/abs: link to `/var/log/pods`, outside of the bundle: not followed",
            "note unsafe-path -x.tar!/b/same: link to `../a.yaml`, read there",
            "note unsafe-path -x.tar!/hard: link to `b/z.log`, read there",
            "note unreadable -x.tar!/pipe: a device or pipe, not a file",
            "warning unsafe-path x.tar!/up: the name `../up` points outside of the archive; read as `up`",
        ]
    );
}

#[test]
fn long_names() {
    let name = format!("{}/x.yaml", "long-folder-name/".repeat(20).trim_end_matches('/'));
    let mut builder = Builder::new(Vec::new());
    let mut header = Header::new_gnu();
    header.set_size(2);
    builder.append_data(&mut header, &name, &b"g\n"[..]).unwrap();
    let gnu = builder.into_inner().unwrap();
    let mut builder = Builder::new(Vec::new());
    builder.append_pax_extensions([("path", name.as_bytes())]).unwrap();
    append(&mut builder, "short", b"p\n");
    for bytes in [gnu, builder.into_inner().unwrap()] {
        let opened = file("x.tar", bytes);
        assert_eq!(paths(&opened), [format!("x.tar!/{name}")]);
        assert!(opened.problems.is_empty());
    }
}

#[test]
fn same_name_twice() {
    let opened = file("x.tar", tar(&[("a", b"1\n"), ("a", b"2\n"), ("a (2)", b"3\n")]));
    assert_eq!(
        texts(&opened).iter().map(|(path, text)| format!("{path}={text}")).collect::<String>(),
        "x.tar!/a=1\nx.tar!/a (2)=3\nx.tar!/a (3)=2\n"
    );
}

#[test]
fn cut_in_a_member_or_after_one() {
    let long = noise(20_000);
    let bytes = tar(&[("a.yaml", b"a: 1\n"), ("b.log", &long)]);
    let opened = file("x.tar", bytes[..512 * 10].to_vec());
    assert_eq!(texts(&opened)[1].1.as_bytes(), &long[..512 * 7]);
    assert!(opened.sources.iter().nth(1).unwrap().1.truncated);
    assert_eq!(problems(&opened), ["warning truncated x.tar!/b.log: the tar archive ends early; read up to there"]);
    let opened = file("x.tar", bytes[..1024].to_vec());
    assert_eq!(
        problems(&opened),
        ["note truncated x.tar!/a.yaml: the tar archive has no end marker; files after this one may be missing"]
    );
}

#[test]
fn goes_on_behind_damage() {
    let mut bytes = tar(&[("a", b"1\n"), ("b", b"2\n"), ("c", b"3\n")]);
    bytes[1024..1100].fill(b'x');
    let opened = file("x.tar", bytes);
    assert_eq!(paths(&opened), ["x.tar!/a", "x.tar!/c"]);
    assert_eq!(problems(&opened).len(), 1);
    assert_eq!(opened.problems[0].kind, ProblemKind::Archive);
}

#[test]
fn two_tars_in_a_row() {
    let mut bytes = tar(&[("a", b"1\n")]);
    bytes.extend(tar(&[("b", b"2\n")]));
    let opened = file("x.tar", bytes);
    assert_eq!(paths(&opened), ["x.tar!/a", "x.tar!/b"]);
    assert!(opened.problems.is_empty());
}

#[test]
fn archive_in_archive() {
    let inner = zip(&[("x.yaml", b"x: 1\n")]);
    let outer = gzip(&tar(&[("d/inner.zip", &inner), ("log.gz", &gzip(b"log\n"))]));
    let opened = file("outer.tar.gz", outer.clone());
    assert_eq!(paths(&opened), ["outer.tar.gz!/d/inner.zip!/x.yaml", "outer.tar.gz!/log.gz!/log"]);
    assert_eq!(opened.format, "tar.gz");
    assert!(opened.problems.is_empty());

    let opened = limited("outer.tar.gz", outer, &Limits { max_depth: 1, ..Limits::default() });
    assert!(opened.sources.iter().all(|(_, entry)| entry.binary && entry.text.is_empty()));
    assert_eq!(paths(&opened), ["outer.tar.gz!/d/inner.zip", "outer.tar.gz!/log.gz"]);
    assert!(find(&opened, ProblemKind::Limit).help.as_ref().unwrap().contains("--max-depth"));
}

#[test]
fn sparse_file_is_named() {
    let mut bytes = tar(&[("holes", b""), ("b", b"2\n")]);
    bytes[156] = b'S';
    let mut header = Header::from_byte_slice(&bytes[..512]).clone();
    header.set_cksum();
    bytes[..512].copy_from_slice(header.as_bytes());
    let opened = file("x.tar", bytes);
    assert_eq!(paths(&opened), ["x.tar!/b"]);
    assert_eq!(opened.problems.len(), 1);
}

#[test]
fn empty_tar() {
    let empty = tar(&[]);
    for (name, bytes, path) in [("x.tar", empty.clone(), "x.tar"), ("x.tgz", gzip(&empty), "x.tgz!/x.tar")] {
        let opened = file(name, bytes);
        assert!(opened.sources.is_empty());
        assert_eq!(problems(&opened), [format!("note archive -{path}: the tar archive is empty")]);
    }
}
