//! Compressed streams: gzip, zstd, xz, bzip2, and raw deflate as in zip.

use std::io::{self, Read};
use std::panic::{AssertUnwindSafe, catch_unwind};

use super::inflate::Inflate;

/// Memory that an xz stream may ask for its dictionary, KiB. `xz -9` needs 64 MiB.
const XZ_MEMORY_KIB: u32 = 512 << 10;

/// A compression.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Codec {
    Gzip,
    Zstd,
    Xz,
    Bzip2,
    /// Raw deflate; only inside zip.
    Deflate,
}

impl Codec {
    /// The compression, by the first bytes.
    pub(super) fn of(bytes: &[u8]) -> Option<Self> {
        match bytes {
            [0x1f, 0x8b, 8, ..] => Some(Self::Gzip),
            [0x28, 0xb5, 0x2f, 0xfd, ..] => Some(Self::Zstd),
            // A skippable frame, as parallel compressors write it first.
            [0x50..=0x5f, 0x2a, 0x4d, 0x18, ..] => Some(Self::Zstd),
            [0xfd, b'7', b'z', b'X', b'Z', 0, ..] => Some(Self::Xz),
            [b'B', b'Z', b'h', b'1'..=b'9', 0x31, 0x41, 0x59, 0x26, 0x53, 0x59, ..]
            | [b'B', b'Z', b'h', b'1'..=b'9', 0x17, 0x72, 0x45, 0x38, 0x50, 0x90, ..] => Some(Self::Bzip2),
            _ => None,
        }
    }

    /// Name of the compression.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Gzip => "gzip",
            Self::Zstd => "zstd",
            Self::Xz => "xz",
            Self::Bzip2 => "bzip2",
            Self::Deflate => "deflate",
        }
    }

    /// Ending of a compressed tar's name.
    pub(super) fn suffix(self) -> &'static str {
        match self {
            Self::Gzip => "gz",
            Self::Zstd => "zst",
            Self::Xz => "xz",
            Self::Bzip2 => "bz2",
            Self::Deflate => "deflate",
        }
    }

    /// Name of the file inside `name`: `x.hhs` for `x.hhs.gz`, `x.tar` for `x.tgz`.
    pub(super) fn inner_name(name: &str) -> String {
        const ENDINGS: [(&str, &str); 9] = [
            (".gz", ""),
            (".zst", ""),
            (".zstd", ""),
            (".xz", ""),
            (".bz2", ""),
            (".tgz", ".tar"),
            (".tzst", ".tar"),
            (".txz", ".tar"),
            (".tbz2", ".tar"),
        ];
        for (ending, instead) in ENDINGS {
            let at = name.len().saturating_sub(ending.len());
            if let Some((stem, end)) = name.split_at_checked(at)
                && end.eq_ignore_ascii_case(ending)
                && !stem.is_empty()
            {
                return format!("{stem}{instead}");
            }
        }
        name.to_owned()
    }
}

/// How a stream ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum End {
    /// Complete, checksum right.
    Clean,
    /// The compressed bytes ended early.
    Cut,
    /// The compressed bytes are damaged; why.
    Damaged(String),
    /// There is more, but the reader may not take it.
    Over,
    /// Complete, followed by this many bytes of something else.
    Trailing(usize),
}

enum Member<'a> {
    Gzip(Box<flate2::bufread::GzDecoder<&'a [u8]>>),
    Zstd(Box<ruzstd::decoding::StreamingDecoder<&'a [u8], ruzstd::decoding::FrameDecoder>>),
    Xz(Box<lzma_rust2::XzReader<&'a [u8]>>),
    Bzip2(bzip2::bufread::BzDecoder<&'a [u8]>),
    Deflate(Box<Inflate<'a>>),
}

impl<'a> Member<'a> {
    fn start(codec: Codec, data: &'a [u8]) -> io::Result<Self> {
        Ok(match codec {
            Codec::Gzip => Self::Gzip(Box::new(flate2::bufread::GzDecoder::new(data))),
            Codec::Zstd => {
                Self::Zstd(Box::new(ruzstd::decoding::StreamingDecoder::new(data).map_err(io::Error::other)?))
            }
            Codec::Xz => Self::Xz(Box::new(lzma_rust2::XzReader::new_mem_limit(data, false, XZ_MEMORY_KIB))),
            Codec::Bzip2 => Self::Bzip2(bzip2::bufread::BzDecoder::new(data)),
            Codec::Deflate => Self::Deflate(Box::new(Inflate::new(data))),
        })
    }

    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self {
            Self::Gzip(decoder) => decoder.read(buffer),
            Self::Zstd(decoder) => {
                let count = decoder.read(buffer)?;
                let frame = &decoder.decoder;
                // The decoder computes the checksum but leaves the comparison to its user.
                if count == 0
                    && let (Some(declared), Some(computed)) =
                        (frame.get_checksum_from_data(), frame.get_calculated_checksum())
                    && declared != computed
                {
                    return Err(io::Error::new(io::ErrorKind::InvalidData, "the checksum does not match"));
                }
                Ok(count)
            }
            Self::Xz(decoder) => decoder.read(buffer),
            Self::Bzip2(decoder) => decoder.read(buffer),
            Self::Deflate(decoder) => decoder.read(buffer),
        }
    }

    /// Compressed bytes that were not used.
    fn rest(&self) -> &'a [u8] {
        match self {
            Self::Gzip(decoder) => decoder.get_ref(),
            Self::Zstd(decoder) => decoder.get_ref(),
            Self::Xz(decoder) => decoder.inner(),
            Self::Bzip2(decoder) => decoder.get_ref(),
            Self::Deflate(decoder) => decoder.rest(),
        }
    }
}

/// All members of a compressed file, one after the other.
pub(super) struct Chain<'a> {
    codec: Codec,
    rest: &'a [u8],
    member: Option<Member<'a>>,
    started: bool,
}

impl<'a> Chain<'a> {
    pub(super) fn new(codec: Codec, data: &'a [u8]) -> Self {
        Self { codec, rest: data, member: None, started: false }
    }

    /// Compressed bytes after the part that was used.
    pub(super) fn rest(&self) -> &'a [u8] {
        self.member.as_ref().map_or(self.rest, Member::rest)
    }

    /// Reads decompressed bytes; 0 is not given at the end, [`End`] is. `buffer` must not be empty.
    pub(super) fn read(&mut self, buffer: &mut [u8]) -> Result<usize, End> {
        // Decoders are other people's code fed with hostile bytes: should one panic, that is damage.
        let result = catch_unwind(AssertUnwindSafe(|| self.step(buffer)));
        result.unwrap_or_else(|_| Err(End::Damaged("the decoder gave up".to_owned())))
    }

    fn step(&mut self, buffer: &mut [u8]) -> Result<usize, End> {
        loop {
            if self.member.is_none() {
                self.next_member()?;
            }
            let Some(member) = &mut self.member else {
                return Err(End::Clean);
            };
            match member.read(buffer) {
                Ok(0) => {
                    self.rest = member.rest();
                    self.member = None;
                    if self.codec == Codec::Deflate {
                        return Err(End::Clean);
                    }
                }
                Ok(count) => return Ok(count),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => {
                    self.rest = member.rest();
                    return Err(self.failure(&error));
                }
            }
        }
    }

    fn next_member(&mut self) -> Result<(), End> {
        // Skippable frames of zstd hold no content.
        while let [0x50..=0x5f, 0x2a, 0x4d, 0x18, a, b, c, d, after @ ..] = self.rest
            && self.codec == Codec::Zstd
        {
            let length = u32::from_le_bytes([*a, *b, *c, *d]) as usize;
            self.rest = after.get(length..).ok_or(End::Cut)?;
            self.started = true;
        }
        if self.started && Codec::of(self.rest) != Some(self.codec) {
            // Zeros are padding of tapes and of xz.
            return Err(if self.rest.iter().all(|byte| *byte == 0) {
                End::Clean
            } else {
                End::Trailing(self.rest.len())
            });
        }
        self.started = true;
        let member = Member::start(self.codec, self.rest);
        self.member = Some(member.map_err(|error| self.failure(&error))?);
        Ok(())
    }

    fn failure(&self, error: &io::Error) -> End {
        // The zstd decoder wraps the end of its input in an error of its own.
        let cut = error.kind() == io::ErrorKind::UnexpectedEof
            || (self.codec == Codec::Zstd && (self.rest.is_empty() || error.to_string().contains("failed to fill")));
        if cut { End::Cut } else { End::Damaged(error.to_string()) }
    }
}

/// Decompresses `data`, at most `cap` bytes; `expected` is a hint for the first allocation.
pub(super) fn read_all(chain: &mut Chain, cap: u64, expected: u64) -> (Vec<u8>, End) {
    const STEP: usize = 64 << 10;
    let cap = usize::try_from(cap).unwrap_or(usize::MAX);
    // Deflate cannot produce more than 1032 bytes from one.
    let possible = chain.rest().len().saturating_mul(1032);
    let hint = usize::try_from(expected).unwrap_or(usize::MAX).min(cap).min(possible);
    let mut bytes = Vec::with_capacity(hint);
    let mut step = vec![0; hint.saturating_add(1).clamp(512, STEP)];
    loop {
        let room = cap.saturating_sub(bytes.len());
        // One byte more than allowed tells a full stream from one that goes on.
        let take = room.clamp(1, step.len());
        let Some(buffer) = step.get_mut(..take) else {
            return (bytes, End::Over);
        };
        match chain.read(buffer) {
            Ok(_) if room == 0 => return (bytes, End::Over),
            Ok(count) => bytes.extend_from_slice(buffer.get(..count).unwrap_or_default()),
            Err(end) => return (bytes, end),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn inner_names() {
        for (name, inner) in [
            ("x.hhs.gz", "x.hhs"),
            ("x.GZ", "x"),
            ("x.tgz", "x.tar"),
            ("x.bin", "x.bin"),
            (".gz", ".gz"),
            ("ä.zst", "ä"),
            ("-", "-"),
        ] {
            assert_eq!(Codec::inner_name(name), inner);
        }
    }
}
