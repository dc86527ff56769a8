//! Bounds on what an input may cost.

/// Hard bound of one entry: positions are 32 bits wide, and a byte that is not text becomes three.
const LARGEST_ENTRY: u64 = (u32::MAX / 3) as u64;

/// What a compressed stream may always produce, whatever its size.
const FREE_BYTES: u64 = 64 << 20;

/// Deepest nesting that [`Limits::max_depth`] can allow; bounds the stack.
const DEEPEST: usize = 32;

/// Bounds on the bytes and entries that an input may produce.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limits {
    /// Bytes produced by all files and decompressed streams together.
    pub max_total_bytes: u64,
    /// Bytes of one entry; the rest of it is cut off.
    pub max_entry_bytes: u64,
    /// Files, links and directories, in all archives together.
    pub max_entries: usize,
    /// Archives inside one another; 1 opens only the archive that was given.
    pub max_depth: usize,
    /// Bytes produced per compressed byte, once a stream has produced more than 64 MiB.
    pub max_ratio: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self { max_total_bytes: 2 << 30, max_entry_bytes: 1 << 30, max_entries: 100_000, max_depth: 4, max_ratio: 200 }
    }
}

impl Limits {
    /// These limits with another total; one entry may use half of it.
    #[must_use]
    pub fn with_max_bytes(self, bytes: u64) -> Self {
        Self { max_total_bytes: bytes, max_entry_bytes: bytes / 2, ..self }
    }

    /// Bytes of one entry, never more than positions can address.
    pub(super) fn entry_bytes(&self) -> u64 {
        self.max_entry_bytes.min(LARGEST_ENTRY)
    }

    /// Depth that is really allowed.
    pub(super) fn depth(&self) -> usize {
        self.max_depth.min(DEEPEST)
    }

    /// What a stream of `packed` compressed bytes may produce.
    pub(super) fn stream_bytes(&self, packed: usize) -> u64 {
        self.max_ratio.saturating_mul(u64::try_from(packed).unwrap_or(u64::MAX)).max(FREE_BYTES)
    }
}
