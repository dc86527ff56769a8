//! Tar archives, read as a stream.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::io::{self, Read};
use std::rc::Rc;

use tar::EntryType;

use super::codec::End;
use super::collect::{Collector, Item, Target, join};
use super::compressed::{Metered, Stop};
use super::format::is_tar_header;
use super::{links, name};
use crate::source::{Problem, ProblemKind};

const BLOCK: u64 = 512;

/// A stream with blocks put back in front of it, that knows its position.
struct Blocks<'a> {
    front: io::Cursor<Vec<u8>>,
    stream: Metered<'a>,
    position: u64,
    ended: bool,
}

impl Read for Blocks<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let mut count = self.front.read(buffer)?;
        if count == 0 {
            count = self.stream.read(buffer)?;
            self.ended |= count == 0 && !buffer.is_empty();
        }
        self.position = self.position.saturating_add(u64::try_from(count).unwrap_or(0));
        Ok(count)
    }
}

impl Blocks<'_> {
    /// Goes on to the next block that is a header; gives the number of skipped blocks that
    /// were not empty, and whether there is a header.
    fn seek_header(&mut self) -> (u64, bool) {
        let odd = self.position % BLOCK;
        if odd != 0 {
            let _ = io::copy(&mut self.by_ref().take(BLOCK.saturating_sub(odd)), &mut io::sink());
        }
        let mut skipped = 0_u64;
        let mut block = [0; 512];
        while self.read_exact(&mut block).is_ok() {
            if is_tar_header(&block) {
                // What was in front is used up: it is one block at most.
                self.front = io::Cursor::new(block.to_vec());
                self.position = self.position.saturating_sub(BLOCK);
                return (skipped, true);
            }
            skipped = skipped.saturating_add(u64::from(block.iter().any(|byte| *byte != 0)));
        }
        (skipped, false)
    }
}

/// What a walk over a tar gathers beside its files.
#[derive(Default)]
struct Walk {
    /// Clean names of all members.
    names: BTreeSet<String>,
    /// Links: path, target, kind. Resolved when all names are known.
    links: Vec<(String, String, links::Kind)>,
    last: Option<Target>,
}

impl Collector {
    /// Opens a tar that is in memory.
    pub(super) fn plain_tar(&mut self, item: &Item<'_>, depth: usize) {
        let stream = Metered::plain(&item.bytes, Rc::clone(&self.left));
        let stop = stream.stop();
        self.tar(&item.path, Vec::new(), stream, depth);
        self.stopped("tar", &item.path, Target::Path(item.path.clone()), &stop.borrow());
    }

    /// Opens a tar that is being unpacked; `head` are the bytes that were read already.
    pub(super) fn tar(&mut self, path: &str, head: Vec<u8>, stream: Metered<'_>, depth: usize) {
        let stop = stream.stop();
        let mut blocks = Blocks { front: io::Cursor::new(head), stream, position: 0, ended: false };
        let mut walk = Walk::default();
        let mut damage: Option<String> = None;
        loop {
            let pass = self.walk_tar(path, &mut blocks, &mut walk, depth);
            if pass == Pass::Limit {
                break;
            }
            if blocks.ended {
                // Where the stream was cut, that is reported with the stream.
                if matches!(&*stop.borrow(), Some(Stop::End(End::Clean | End::Trailing(_)))) {
                    self.early_end(path, &walk, pass != Pass::End);
                }
                break;
            }
            let (skipped, found) = blocks.seek_header();
            match pass {
                Pass::Damaged(why) => {
                    damage.get_or_insert(why);
                }
                _ if skipped > 0 => {
                    let problem = Problem::note(
                        ProblemKind::Archive,
                        format!("{skipped} blocks after the end of the tar archive are not part of it"),
                    );
                    self.problem("", path, Target::Path(path.to_owned()), problem);
                }
                _ => {}
            }
            if !found {
                break;
            }
        }
        if let Some(why) = damage {
            let why = name::escape(&why);
            let problem = Problem::warning(
                ProblemKind::Archive,
                format!("the tar archive is damaged ({why}); reading went on at the next readable header"),
            )
            .help("copy the archive again and compare its size");
            self.problem("", path, Target::Path(path.to_owned()), problem);
        }
        for (from, target, kind) in &walk.links {
            links::report(self, path, from, target, *kind, &walk.names);
        }
    }

    /// The bytes ended before the end marker: in the middle of a member (`cut`), or after one.
    fn early_end(&mut self, path: &str, walk: &Walk, cut: bool) {
        let problem = if cut {
            Problem::warning(ProblemKind::Truncated, "the tar archive ends early; read up to there")
                .help("the file was probably not copied completely: copy it again and compare its size")
        } else {
            Problem::note(
                ProblemKind::Truncated,
                "the tar archive has no end marker; files after this one may be missing",
            )
        };
        let target = walk.last.clone().unwrap_or(Target::Path(path.to_owned()));
        self.problem("", path, target, problem);
    }

    /// Reads members up to the end marker, the end of the bytes, or damage.
    fn walk_tar(&mut self, path: &str, blocks: &mut Blocks<'_>, walk: &mut Walk, depth: usize) -> Pass {
        let mut archive = tar::Archive::new(blocks);
        let entries = match archive.entries() {
            Ok(entries) => entries,
            Err(error) => return Pass::Damaged(error.to_string()),
        };
        for entry in entries {
            let mut entry = match entry {
                Ok(entry) => entry,
                Err(error) => return Pass::Damaged(error.to_string()),
            };
            let kind = entry.header().entry_type();
            if kind == EntryType::XGlobalHeader {
                continue;
            }
            if !self.count_entry(path) {
                return Pass::Limit;
            }
            let raw = String::from_utf8_lossy(&entry.path_bytes()).into_owned();
            let clean = name::clean(&raw, name::Style::Unix);
            match kind {
                EntryType::Symlink | EntryType::Link => {
                    let target = entry.link_name_bytes().unwrap_or_default();
                    let target = String::from_utf8_lossy(&target).into_owned();
                    let link = if kind == EntryType::Link { links::Kind::Hard } else { links::Kind::Symbolic };
                    walk.links.push((clean.path, target, link));
                    continue;
                }
                EntryType::Directory => continue,
                EntryType::Regular | EntryType::Continuous => {}
                EntryType::Char | EntryType::Block | EntryType::Fifo => {
                    let problem = Problem::note(ProblemKind::Unreadable, "a device or pipe, not a file");
                    self.problem("devices and pipes", path, Target::Path(join(path, &clean.path)), problem);
                    continue;
                }
                EntryType::GNUSparse => {
                    let problem =
                        Problem::warning(ProblemKind::Unreadable, "stored as a sparse file, which is not read")
                            .help("pack the bundle again without `--sparse`");
                    self.problem("sparse files", path, Target::Path(join(path, &clean.path)), problem);
                    continue;
                }
                // Unknown kinds are to be read like files.
                _ => {}
            }
            // Very old archives mark directories by the slash alone.
            if raw.ends_with('/') {
                continue;
            }
            let size = entry.size();
            let limit = self.limits.entry_bytes();
            let hint = usize::try_from(size.min(1 << 20)).unwrap_or(0);
            let mut bytes = Vec::with_capacity(hint);
            let _ = entry.by_ref().take(limit.saturating_add(1)).read_to_end(&mut bytes);
            let read = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
            if name::is_mac_junk(&clean.path, &bytes) {
                continue;
            }
            let item = Item {
                path: join(path, &clean.path),
                name: name::last(&clean.path).to_owned(),
                bytes: Cow::Owned(bytes),
                modified: entry.header().mtime().ok().and_then(|time| i64::try_from(time).ok()),
                truncated: read < size.min(limit),
            };
            let place = Target::Path(item.path.clone());
            let target = self.take(item, depth).unwrap_or(place);
            self.unsafe_name(path, target.clone(), &clean);
            walk.names.insert(clean.path);
            walk.last = Some(target);
        }
        Pass::End
    }
}

/// How far a pass over a tar came.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Pass {
    /// To the end marker, or the end of the bytes.
    End,
    /// To something that is no header.
    Damaged(String),
    /// To the limit of entries.
    Limit,
}
