//! The central directory of a zip archive and the headers in front of its members.
//!
//! Read by hand, since a reader must keep two members of one name, go on behind a damaged one and
//! never trust a declared size.

use memchr::memmem;

/// Longest comment behind the end record, and the record itself.
const END_REGION: usize = 65_535 + 22;

/// A member as the directory or its local header describes it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Member {
    pub name: String,
    pub method: u16,
    pub encrypted: bool,
    pub crc: u32,
    /// Declared sizes: to be checked, never trusted.
    pub packed: u64,
    pub size: u64,
    /// Position of the local header.
    pub header: u64,
    pub modified: Option<i64>,
    /// Unix mode, where the archive was made on Unix; only the directory tells it.
    pub mode: Option<u32>,
    /// Sizes follow the data (only in local headers).
    pub streamed: bool,
}

impl Member {
    pub(super) fn is_directory(&self) -> bool {
        self.name.ends_with('/') || (self.name.ends_with('\\') && self.size == 0)
    }

    pub(super) fn is_symlink(&self) -> bool {
        self.mode.is_some_and(|mode| mode & 0o170_000 == 0o120_000)
    }

    /// True for devices, pipes and sockets.
    pub(super) fn is_special(&self) -> bool {
        self.mode.is_some_and(|mode| matches!(mode & 0o170_000, 0o010_000 | 0o020_000 | 0o060_000 | 0o140_000))
    }

    /// The compressed bytes, as far as they are there.
    pub(super) fn data<'a>(&self, archive: &'a [u8]) -> Option<&'a [u8]> {
        let header = archive.get(usize::try_from(self.header).ok()?..)?;
        if !header.starts_with(b"PK\x03\x04") {
            return None;
        }
        let skip = 30 + usize::from(u16_at(header, 26)?) + usize::from(u16_at(header, 28)?);
        let data = header.get(skip..)?;
        let length = usize::try_from(self.packed).unwrap_or(usize::MAX).min(data.len());
        data.get(..length)
    }
}

/// Reads the directory; a reason where it is missing or incomplete.
pub(super) fn members(archive: &[u8]) -> Result<Vec<Member>, &'static str> {
    let end = find_end(archive).ok_or("the directory at the end of the zip is missing")?;
    if end.split {
        return Err("this is one part of a split zip");
    }
    let mut rest = archive
        .get(usize::try_from(end.start).unwrap_or(usize::MAX)..)
        .ok_or("the directory at the end of the zip is missing")?;
    let mut members = Vec::new();
    while let Some((mut member, length)) = directory_record(rest) {
        member.header = member.header.saturating_add(end.shift);
        members.push(member);
        rest = rest.get(length..).unwrap_or_default();
    }
    let count = u64::try_from(members.len()).unwrap_or(u64::MAX);
    // Writers without zip64 let the 16 bit count wrap.
    if count == end.count || (count > end.count && count % 65_536 == end.count) {
        Ok(members)
    } else {
        Err("the directory at the end of the zip is damaged")
    }
}

/// Reads a local header at the start of `bytes`; gives the length of the header as well.
pub(super) fn local_header(bytes: &[u8]) -> Option<(Member, usize)> {
    if !bytes.starts_with(b"PK\x03\x04") {
        return None;
    }
    let flags = u16_at(bytes, 6)?;
    let names = usize::from(u16_at(bytes, 26)?);
    let extras = usize::from(u16_at(bytes, 28)?);
    let name = bytes.get(30..30 + names)?;
    let extra = bytes.get(30 + names..30 + names + extras)?;
    // A version above 6.3 or an empty name is no header but a look-alike in someone's data.
    if u16_at(bytes, 4)? & 0xff > 63 || name.is_empty() {
        return None;
    }
    let mut member = Member {
        name: decode_name(name, flags),
        method: u16_at(bytes, 8)?,
        encrypted: flags & 1 != 0,
        crc: u32_at(bytes, 14)?,
        packed: u64::from(u32_at(bytes, 18)?),
        size: u64::from(u32_at(bytes, 22)?),
        header: 0,
        modified: dos_time(u16_at(bytes, 12)?, u16_at(bytes, 10)?),
        mode: None,
        streamed: flags & 8 != 0,
    };
    read_extra(&mut member, extra);
    Some((member, 30 + names + extras))
}

fn directory_record(bytes: &[u8]) -> Option<(Member, usize)> {
    if !bytes.starts_with(b"PK\x01\x02") {
        return None;
    }
    let flags = u16_at(bytes, 8)?;
    let names = usize::from(u16_at(bytes, 28)?);
    let extras = usize::from(u16_at(bytes, 30)?);
    let length = 46 + names + extras + usize::from(u16_at(bytes, 32)?);
    let unix = u16_at(bytes, 4)? >> 8 == 3;
    let mut member = Member {
        name: decode_name(bytes.get(46..46 + names)?, flags),
        method: u16_at(bytes, 10)?,
        encrypted: flags & 1 != 0,
        crc: u32_at(bytes, 16)?,
        packed: u64::from(u32_at(bytes, 20)?),
        size: u64::from(u32_at(bytes, 24)?),
        header: u64::from(u32_at(bytes, 42)?),
        modified: dos_time(u16_at(bytes, 14)?, u16_at(bytes, 12)?),
        mode: u32_at(bytes, 38).map(|attributes| attributes >> 16).filter(|_| unix),
        streamed: false,
    };
    read_extra(&mut member, bytes.get(46 + names..46 + names + extras)?);
    Some((member, length))
}

/// Takes 64 bit sizes and the exact time from the extra fields.
fn read_extra(member: &mut Member, mut extra: &[u8]) {
    while let (Some(tag), Some(length)) = (u16_at(extra, 0), u16_at(extra, 2)) {
        let Some(field) = extra.get(4..4 + usize::from(length)) else {
            return;
        };
        match tag {
            1 => {
                let mut at = 0;
                for value in [&mut member.size, &mut member.packed, &mut member.header] {
                    if *value == u64::from(u32::MAX)
                        && let Some(wide) = u64_at(field, at)
                    {
                        *value = wide;
                        at += 8;
                    }
                }
            }
            0x5455 if field.first().is_some_and(|flags| flags & 1 != 0) => {
                if let Some(time) = u32_at(field, 1) {
                    member.modified = Some(i64::from(time));
                }
            }
            _ => {}
        }
        extra = extra.get(4 + usize::from(length)..).unwrap_or_default();
    }
}

struct EndRecord {
    count: u64,
    start: u64,
    /// Bytes in front of the archive (a self-extracting program), which positions do not count.
    shift: u64,
    split: bool,
}

fn find_end(archive: &[u8]) -> Option<EndRecord> {
    let region = archive.len().saturating_sub(END_REGION);
    let tail = archive.get(region..)?;
    // A comment may hold the signature: the first candidate from the end that leads to a directory.
    memmem::rfind_iter(tail, b"PK\x05\x06").take(64).find_map(|at| end_record(archive, region + at))
}

fn end_record(archive: &[u8], at: usize) -> Option<EndRecord> {
    let record = archive.get(at..)?;
    let (disk, first_disk) = (u16_at(record, 4)?, u16_at(record, 6)?);
    let mut count = u64::from(u16_at(record, 10)?);
    let mut size = u64::from(u32_at(record, 12)?);
    let mut offset = u64::from(u32_at(record, 16)?);
    u16_at(record, 20)?;
    let mut end = u64::try_from(at).ok()?;
    if let Some((wide, wide_at)) = zip64_record(archive, at) {
        count = u64_at(wide, 32)?;
        size = u64_at(wide, 40)?;
        offset = u64_at(wide, 48)?;
        end = u64::try_from(wide_at).ok()?;
    }
    let split = disk != first_disk || (disk != 0 && disk != u16::MAX);
    let record_at = |start: u64| {
        let bytes = usize::try_from(start).ok().and_then(|start| archive.get(start..));
        bytes.is_some_and(|bytes| count == 0 || bytes.starts_with(b"PK\x01\x02"))
    };
    let start = end.checked_sub(size).filter(|start| *start >= offset && record_at(*start));
    let start = start.or(Some(offset).filter(|start| record_at(*start)));
    match start {
        Some(start) => Some(EndRecord { count, start, shift: start.saturating_sub(offset), split }),
        None if split => Some(EndRecord { count, start: end, shift: 0, split }),
        None => None,
    }
}

/// The zip64 end record in front of the end record at `at`, and its position.
fn zip64_record(archive: &[u8], at: usize) -> Option<(&[u8], usize)> {
    let locator = archive.get(at.checked_sub(20)?..at)?;
    if !locator.starts_with(b"PK\x06\x07") {
        return None;
    }
    let declared = usize::try_from(u64_at(locator, 8)?).ok();
    // The record has 56 bytes and stands right in front of its locator.
    [declared, at.checked_sub(76)].into_iter().flatten().find_map(|start| {
        let record = archive.get(start..).filter(|record| record.starts_with(b"PK\x06\x06"))?;
        Some((record, start))
    })
}

/// UTF-8 where it is, else the code page of DOS.
fn decode_name(bytes: &[u8], flags: u16) -> String {
    if flags & 0x800 != 0 {
        return String::from_utf8_lossy(bytes).into_owned();
    }
    // Many writers store UTF-8 without saying so.
    str::from_utf8(bytes).map_or_else(|_| bytes.iter().map(|byte| cp437(*byte)).collect(), str::to_owned)
}

fn cp437(byte: u8) -> char {
    const HIGH: &str = "ÇüéâäàåçêëèïîìÄÅÉæÆôöòûùÿÖÜ¢£¥₧ƒáíóúñÑªº¿⌐¬½¼¡«»░▒▓│┤╡╢╖╕╣║╗╝╜╛┐└┴┬├─┼╞╟╚╔╩╦╠═╬╧╨╤╥╙╘╒╓╫╪┘┌█▄▌▐▀αßΓπΣσµτΦΘΩδ∞φε∩≡±≥≤⌠⌡÷≈°∙·√ⁿ²■\u{a0}";
    if byte < 0x80 {
        return char::from(byte);
    }
    HIGH.chars().nth(usize::from(byte.wrapping_sub(0x80))).unwrap_or(char::REPLACEMENT_CHARACTER)
}

/// Seconds since 1970 of a DOS date and time. The zone is unknown; taken as UTC.
fn dos_time(date: u16, time: u16) -> Option<i64> {
    let part = |value: u16| i8::try_from(value).ok();
    let year = i16::try_from(date >> 9).ok()?.checked_add(1980)?;
    let date = jiff::civil::Date::new(year, part((date >> 5) & 15)?, part(date & 31)?).ok()?;
    let time = jiff::civil::Time::new(part(time >> 11)?, part((time >> 5) & 63)?, part((time & 31) * 2)?, 0).ok()?;
    let stamp = jiff::tz::Offset::UTC.to_timestamp(date.to_datetime(time)).ok()?;
    Some(stamp.as_second())
}

fn u16_at(bytes: &[u8], at: usize) -> Option<u16> {
    bytes.get(at..)?.first_chunk().map(|chunk| u16::from_le_bytes(*chunk))
}

pub(super) fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    bytes.get(at..)?.first_chunk().map(|chunk| u32::from_le_bytes(*chunk))
}

fn u64_at(bytes: &[u8], at: usize) -> Option<u64> {
    bytes.get(at..)?.first_chunk().map(|chunk| u64::from_le_bytes(*chunk))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dos_times() {
        // 2026-03-04 09:20:30.
        let date = (46 << 9) | (3 << 5) | 4;
        assert_eq!(dos_time(date, (9 << 11) | (20 << 5) | 15), Some(1_772_616_030));
        assert_eq!(dos_time(0, 0), None, "month 0");
    }

    #[test]
    fn code_page() {
        assert_eq!(decode_name(b"gr\x81n.log", 0), "grün.log");
        assert_eq!(decode_name("grün.log".as_bytes(), 0), "grün.log");
        assert_eq!(cp437(0xff), '\u{a0}');
    }
}
