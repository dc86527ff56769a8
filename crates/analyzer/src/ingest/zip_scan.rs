//! Recovery of a zip without its directory: the headers in front of the members are enough.

use memchr::memmem;

use super::codec::End;
use super::collect::Collector;
use super::zip::{codec, crc};
use super::zip_directory::{Member, local_header, u32_at};

impl Collector {
    /// Reads every member whose local header is found; gives their number.
    pub(super) fn zip_scan(&mut self, archive: &str, data: &[u8], depth: usize) -> usize {
        let finder = memmem::Finder::new(b"PK\x03\x04");
        let mut found = 0_usize;
        let mut at = 0;
        while let Some(offset) = data.get(at..).and_then(|rest| finder.find(rest)) {
            at += offset;
            let Some((member, length)) = data.get(at..).and_then(local_header) else {
                at += 4;
                continue;
            };
            if self.left.get() == 0 || !self.count_entry(archive) {
                self.zip_scan_stopped(archive);
                break;
            }
            let start = at + length;
            let rest = data.get(start..).unwrap_or_default();
            let used = self.recover(archive, member, rest, depth, &mut found);
            at = start + used;
        }
        found
    }

    fn zip_scan_stopped(&mut self, archive: &str) {
        if self.left.get() == 0 {
            self.total_reached(archive);
        }
    }

    /// Reads the member whose data starts at `rest`; gives the number of bytes it takes up.
    fn recover(&mut self, archive: &str, member: Member, rest: &[u8], depth: usize, found: &mut usize) -> usize {
        // Some writers announce sizes behind the data and still fill in the header.
        let known = !member.streamed || member.packed > 0;
        if known || member.is_directory() {
            let declared = usize::try_from(member.packed).unwrap_or(usize::MAX);
            let packed = rest.get(..declared).unwrap_or(rest);
            if !member.is_directory() {
                let job = self.job(archive, member, |_| Some(packed));
                if let Some(job) = job {
                    let unpacked = job.unpack(self.cap(&job).min(self.left.get()));
                    *found += usize::from(self.accept(archive, &job, unpacked, depth).is_some());
                }
            }
            return packed.len();
        }
        // Sizes are unknown. Stored data reaches to its descriptor, compressed data tells its end.
        let stored = matches!(codec(member.method), Ok(None)) || member.encrypted || codec(member.method).is_err();
        let (packed, cut) = if stored { stored_end(rest) } else { (rest, false) };
        let Some(mut job) = self.job(archive, member, |_| Some(packed)) else {
            return packed.len();
        };
        let mut unpacked = job.unpack(self.cap(&job).min(self.left.get()));
        let mut used = unpacked.used;
        if unpacked.end == End::Clean {
            let after = rest.get(used..).unwrap_or_default();
            let descriptor = if after.starts_with(b"PK\x07\x08") { 4 } else { 0 };
            match u32_at(after, descriptor) {
                Some(declared) if !cut => job.member.crc = declared,
                // Cut inside the descriptor, or without one: nothing to compare with.
                _ => job.member.crc = crc(&unpacked.bytes),
            }
            if cut {
                unpacked.end = End::Cut;
            }
        } else if unpacked.end != End::Cut {
            // Damaged, or more than is allowed: go on at the next header behind it.
            used = 0;
        }
        *found += usize::from(self.accept(archive, &job, unpacked, depth).is_some());
        used
    }
}

/// Stored data up to the descriptor that tells its length, or to the next header; true where
/// neither is there.
fn stored_end(rest: &[u8]) -> (&[u8], bool) {
    for at in memmem::find_iter(rest, b"PK") {
        let after = rest.get(at..).unwrap_or_default();
        let end = match after.get(2..4) {
            Some([7, 8]) => u32_at(after, 8).is_some_and(|size| usize::try_from(size).ok() == Some(at)),
            Some([3, 4]) => local_header(after).is_some(),
            Some([1, 2]) => true,
            _ => false,
        };
        if end {
            return (rest.get(..at).unwrap_or(rest), false);
        }
    }
    (rest, true)
}
