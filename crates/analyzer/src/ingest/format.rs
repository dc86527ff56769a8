//! Formats by their first bytes.

use super::codec::Codec;

/// What a run of bytes is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Format {
    Zip,
    Tar,
    Compressed(Codec),
    /// An archive format that is not read; its name.
    Foreign(&'static str),
    /// Not an archive.
    Plain,
}

impl Format {
    /// Tells the format by the bytes.
    pub(super) fn of(bytes: &[u8]) -> Self {
        if let Some(codec) = Codec::of(bytes) {
            return Self::Compressed(codec);
        }
        // An empty zip is only its end record; a split one starts with a marker.
        let zip = match bytes {
            [b'P', b'K', 3, 4, ..] | [b'P', b'K', 7, 8, b'P', b'K', 3, 4, ..] => bytes.len() >= 30,
            [b'P', b'K', 5, 6, ..] => bytes.len() >= 22,
            _ => false,
        };
        if zip {
            return Self::Zip;
        }
        if let Some(block) = bytes.first_chunk::<512>()
            && is_tar_header(block)
        {
            return Self::Tar;
        }
        const FOREIGN: [(&[u8], &str); 7] = [
            (b"7z\xBC\xAF\x27\x1C", "7-Zip"),
            (b"Rar!\x1A\x07", "RAR"),
            (b"\x04\x22\x4D\x18", "LZ4"),
            (b"LZIP\x01", "lzip"),
            (b"MSCF\0\0\0\0", "Cabinet"),
            (b"\x1F\x9D", "compress (.Z)"),
            (b"xar!\0\x1C", "xar"),
        ];
        let foreign = FOREIGN.iter().find(|(magic, _)| bytes.starts_with(magic));
        foreign.map_or(Self::Plain, |(_, name)| Self::Foreign(name))
    }

    /// Name in reports; `None` for what is not an archive.
    pub(super) fn name(self) -> Option<&'static str> {
        match self {
            Self::Zip => Some("zip"),
            Self::Tar => Some("tar"),
            Self::Compressed(codec) => Some(codec.name()),
            Self::Foreign(name) => Some(name),
            Self::Plain => None,
        }
    }
}

/// True for a tar header block: its checksum is right.
pub(super) fn is_tar_header(block: &[u8; 512]) -> bool {
    let Some(field) = block.get(148..156) else {
        return false;
    };
    let digits = field.iter().skip_while(|byte| **byte == b' ').take_while(|byte| byte.is_ascii_digit());
    let mut declared: Option<u32> = None;
    for digit in digits {
        let value = u32::from(*digit).saturating_sub(u32::from(b'0'));
        declared = Some(declared.unwrap_or(0).saturating_mul(8).saturating_add(value));
    }
    let sum = |from: &[u8]| from.iter().map(|byte| u32::from(*byte)).sum::<u32>();
    let all = sum(block);
    let blank = all.saturating_sub(sum(field)).saturating_add(8 * u32::from(b' '));
    all != 0 && declared == Some(blank)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn look_alikes_are_plain() {
        for text in [&b""[..], b"PK", b"PK", b"PK is a name: here is a longer text of it", b"BZh is not it", b"ustar"]
        {
            assert_eq!(Format::of(text), Format::Plain, "{text:?}");
        }
        assert_eq!(Format::of(&[b' '; 600]), Format::Plain);
        assert_eq!(Format::of(&[0; 600]), Format::Plain);
        assert_eq!(Format::of(b"Rar!\x1A\x07\x00"), Format::Foreign("RAR"));
    }
}
