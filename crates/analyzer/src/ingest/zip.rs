//! Zip archives: members are unpacked on all cores, results do not depend on how many there are.

use std::borrow::Cow;
use std::collections::BTreeSet;

use rayon::prelude::*;

use super::codec::{Codec, End};
use super::collect::{Collector, Item, Target, join};
use super::compressed::unpack;
use super::zip_directory::{Member, members};
use super::{links, name};
use crate::source::{Problem, ProblemKind};

/// Members that are unpacked at a time.
const BATCH: usize = 256;

/// A member to unpack.
pub(super) struct Job<'a> {
    pub member: Member,
    pub clean: name::Clean,
    pub packed: &'a [u8],
    pub codec: Option<Codec>,
}

/// An unpacked member.
pub(super) struct Unpacked<'a> {
    pub bytes: Cow<'a, [u8]>,
    pub end: End,
    /// Compressed bytes that were used.
    pub used: usize,
}

impl<'a> Job<'a> {
    /// Unpacks at most `cap` bytes.
    pub(super) fn unpack(&self, cap: u64) -> Unpacked<'a> {
        let Some(codec) = self.codec else {
            let length = usize::try_from(cap).unwrap_or(usize::MAX);
            let (end, bytes) = match self.packed.get(..length) {
                Some(part) if part.len() < self.packed.len() => (End::Over, part),
                _ => (End::Clean, self.packed),
            };
            return Unpacked { bytes: Cow::Borrowed(bytes), end, used: bytes.len() };
        };
        let (bytes, end, used) = unpack(codec, self.packed, cap, self.member.size);
        Unpacked { bytes: Cow::Owned(bytes), end, used }
    }
}

/// The compression of a zip method; an error with its name where it is not read.
pub(super) fn codec(method: u16) -> Result<Option<Codec>, &'static str> {
    match method {
        0 => Ok(None),
        8 => Ok(Some(Codec::Deflate)),
        12 => Ok(Some(Codec::Bzip2)),
        93 => Ok(Some(Codec::Zstd)),
        95 => Ok(Some(Codec::Xz)),
        1 => Err("shrink"),
        2..=5 => Err("reduce"),
        6 => Err("implode"),
        9 => Err("deflate64"),
        14 => Err("lzma"),
        98 => Err("ppmd"),
        99 => Err("AES encryption"),
        _ => Err("an unknown method"),
    }
}

impl Collector {
    /// Opens a zip archive.
    pub(super) fn zip(&mut self, item: Item<'_>, depth: usize) -> Option<Target> {
        let archive = item.path.clone();
        let data: &[u8] = &item.bytes;
        let members = match members(data) {
            Ok(members) => members,
            Err(reason) => {
                let found = self.zip_scan(&archive, data, depth);
                let help = "the file was probably not copied completely: copy it again and compare its size";
                if found == 0 {
                    let problem =
                        Problem::warning(ProblemKind::Archive, format!("{reason}, no file could be read")).help(help);
                    return Some(self.unopened(item, problem));
                }
                let problem = Problem::warning(
                    ProblemKind::Truncated,
                    format!("{reason}; {found} files were recovered from what is there"),
                )
                .help(help);
                self.problem("", &archive, Target::Path(archive.clone()), problem);
                return None;
            }
        };
        if members.is_empty() {
            let problem = Problem::note(ProblemKind::Archive, "the zip archive is empty");
            self.problem("", &archive, Target::Path(archive.clone()), problem);
        }
        let mut names = BTreeSet::new();
        let mut found_links = Vec::new();
        let mut jobs = Vec::new();
        for member in members {
            if !self.count_entry(&archive) {
                break;
            }
            if member.is_directory() {
                continue;
            }
            let Some(job) = self.job(&archive, member, |member| member.data(data)) else {
                continue;
            };
            if job.member.is_symlink() {
                let target = job.unpack(4096).bytes;
                let target = String::from_utf8_lossy(&target).into_owned();
                found_links.push((job.clean.path, target));
            } else {
                names.insert(job.clean.path.clone());
                jobs.push(job);
            }
        }
        self.unpack_jobs(&archive, jobs, depth);
        for (from, target) in found_links {
            links::report(self, &archive, &from, &target, links::Kind::Symbolic, &names);
        }
        None
    }

    /// Prepares a member, or reports why it cannot be read.
    pub(super) fn job<'a>(
        &mut self,
        archive: &str,
        member: Member,
        data: impl FnOnce(&Member) -> Option<&'a [u8]>,
    ) -> Option<Job<'a>> {
        let clean = name::clean(&member.name, name::Style::Zip);
        let (class, problem) = if member.encrypted {
            (
                "encrypted files",
                Problem::warning(ProblemKind::Unreadable, "encrypted")
                    .help("unpack it with its password and give the folder"),
            )
        } else if member.is_special() {
            ("devices and pipes", Problem::note(ProblemKind::Unreadable, "a device or pipe, not a file"))
        } else {
            match (codec(member.method), data(&member)) {
                (Ok(codec), Some(packed)) => {
                    return Some(Job { member, clean, packed, codec });
                }
                (Err(method), _) => {
                    let number = member.method;
                    (
                        "files with a compression that is not read",
                        Problem::warning(
                            ProblemKind::Unreadable,
                            format!("compressed with {method} (zip method {number}), which is not read"),
                        )
                        .help("unpack it and give the folder, or pack it again with deflate"),
                    )
                }
                (_, None) => (
                    "files without data",
                    Problem::warning(ProblemKind::Archive, "the zip has no data where its directory says"),
                ),
            }
        };
        self.problem(class, archive, Target::Path(join(archive, &clean.path)), problem);
        None
    }

    /// Unpacks in batches whose declared sizes fit into what may still be produced: in parallel as
    /// declared, then one by one what turns out to be larger.
    fn unpack_jobs(&mut self, archive: &str, jobs: Vec<Job<'_>>, depth: usize) {
        let mut jobs = jobs.as_slice();
        while !jobs.is_empty() {
            if self.left.get() == 0 {
                self.total_reached(archive);
                return;
            }
            let mut room = self.left.get();
            let fits = jobs.iter().take(BATCH).take_while(|job| {
                let fits = job.member.size <= room;
                room = room.saturating_sub(job.member.size);
                fits
            });
            let count = fits.count().max(1);
            let Some((batch, rest)) = jobs.split_at_checked(count) else {
                return;
            };
            jobs = rest;
            let left = self.left.get();
            let caps: Vec<u64> = batch.iter().map(|job| self.cap(job)).collect();
            let unpacked: Vec<Unpacked<'_>> =
                batch.par_iter().zip(&caps).map(|(job, cap)| job.unpack(job.member.size.min(*cap).min(left))).collect();
            for ((job, cap), mut unpacked) in batch.iter().zip(caps).zip(unpacked) {
                if unpacked.end == End::Over && job.member.size < cap.min(left) {
                    unpacked = job.unpack(cap.min(self.left.get()));
                }
                self.accept(archive, job, unpacked, depth);
            }
        }
    }

    /// What one member may produce.
    pub(super) fn cap(&self, job: &Job<'_>) -> u64 {
        let cap = self.limits.entry_bytes();
        if job.codec.is_some() { cap.min(self.limits.stream_bytes(job.packed.len())) } else { cap }
    }

    /// Takes an unpacked member and reports what was wrong with it.
    pub(super) fn accept(
        &mut self,
        archive: &str,
        job: &Job<'_>,
        unpacked: Unpacked<'_>,
        depth: usize,
    ) -> Option<Target> {
        let path = join(archive, &job.clean.path);
        let Unpacked { mut bytes, end, used } = unpacked;
        // Bytes that were read count as well: members may share data that expands to nothing.
        let cost = u64::try_from(bytes.len().max(used)).unwrap_or(u64::MAX);
        let left = self.left.get();
        self.charge(cost);
        let produced = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
        let mut problem = None;
        let mut truncated = end != End::Clean && !matches!(end, End::Trailing(_));
        if produced > left || (end == End::Over && produced == left) || (left == 0 && cost > 0) {
            self.total_reached(&path);
            if left == 0 {
                return None;
            }
            let allowed = usize::try_from(left).unwrap_or(usize::MAX);
            bytes = Cow::Owned(bytes.get(..allowed).unwrap_or(&bytes).to_vec());
            truncated = true;
        } else if end == End::Over {
            problem = Some(if produced >= self.limits.entry_bytes() { self.entry_limit() } else { self.ratio_limit() });
        } else if name::is_mac_junk(&job.clean.path, &bytes) {
            return None;
        } else if end == End::Cut || (end == End::Clean && produced < job.member.size) {
            truncated = true;
            problem = Some(Problem::warning(ProblemKind::Truncated, "the zip ends inside this file; read up to there"));
        } else if let End::Damaged(why) = &end {
            let why = name::escape(why);
            problem = Some(Problem::warning(
                ProblemKind::Archive,
                format!("the data of this file is damaged ({why}); read up to there"),
            ));
        } else if job.member.crc != crc(&bytes) {
            problem = Some(Problem::warning(
                ProblemKind::Archive,
                "the checksum in the zip does not match: parts of this file may be wrong",
            ));
        }
        let item = Item {
            path: path.clone(),
            name: name::last(&job.clean.path).to_owned(),
            bytes,
            modified: job.member.modified,
            truncated,
        };
        let target = self.take(item, depth).unwrap_or(Target::Path(path));
        self.unsafe_name(archive, target.clone(), &job.clean);
        if let Some(problem) = problem {
            self.problem("damaged files", archive, target.clone(), problem);
        }
        Some(target)
    }
}

/// Checksum as zip uses it.
pub(super) fn crc(bytes: &[u8]) -> u32 {
    let mut crc = flate2::Crc::new();
    crc.update(bytes);
    crc.sum()
}
