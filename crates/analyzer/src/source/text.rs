//! Bytes to text: what Windows shells, terminals and cut copies make of a file.

use super::{Problem, ProblemKind, Span};

/// How many bytes are looked at to tell text from anything else.
const SAMPLE: usize = 8192;

/// Decodes a file to UTF-8. Valid UTF-8 is not copied; a byte order mark is stripped; UTF-16 (with a
/// byte order mark, or clearly without) is transcoded, with a note; bytes that are not text become
/// U+FFFD, with a warning at the first of them. Everything else stays: CRLF, ANSI escapes, NUL.
///
/// The problems carry a span in the returned text; their entry is not set yet.
#[must_use]
pub fn decode(mut bytes: Vec<u8>) -> (String, Vec<Problem>) {
    if bytes.starts_with(b"\xEF\xBB\xBF") {
        bytes.drain(..3);
    }
    if let Some(order) = utf16(&bytes) {
        return transcode(&bytes, order);
    }
    match String::from_utf8(bytes) {
        Ok(text) => (text, Vec::new()),
        Err(error) => replace_invalid(error.as_bytes()),
    }
}

/// The kind of a well-known binary format, told by its first bytes.
#[must_use]
pub fn binary_kind(bytes: &[u8]) -> Option<&'static str> {
    const MAGIC: [(&[u8], &str); 19] = [
        (b"\x89PNG\r\n\x1a\n", "a PNG image"),
        (b"\xFF\xD8\xFF", "a JPEG image"),
        (b"GIF87a", "a GIF image"),
        (b"GIF89a", "a GIF image"),
        (b"%PDF-", "a PDF document"),
        (b"\x7FELF", "a program (ELF)"),
        (b"SQLite format 3\0", "an SQLite database"),
        (b"\xD4\xC3\xB2\xA1", "a packet capture"),
        (b"\xA1\xB2\xC3\xD4", "a packet capture"),
        (b"\x0A\x0D\x0D\x0A", "a packet capture (pcapng)"),
        (b"\0asm", "a WebAssembly module"),
        (b"\xCA\xFE\xBA\xBE", "a Java class or Mach-O program"),
        (b"\xCF\xFA\xED\xFE", "a program (Mach-O)"),
        (b"LPKSHHRH", "a systemd journal file"),
        (b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1", "an old Office document"),
        (b"hsqs", "a squashfs image"),
        (b"wOFF", "a font"),
        (b"wOF2", "a font"),
        (b"\0\0\x01\0\x01\0", "an icon"),
    ];
    MAGIC.iter().find(|(magic, _)| bytes.starts_with(magic)).map(|(_, kind)| *kind)
}

/// True for content that is not text: a well-known binary format, or many control characters or NULs
/// near the start. Leading NULs alone do not count: a log that was truncated while its writer had it
/// open starts with a hole.
#[must_use]
pub fn looks_binary(bytes: &[u8]) -> bool {
    if bytes.is_empty() || utf16(bytes).is_some() {
        return false;
    }
    if binary_kind(bytes).is_some() {
        return true;
    }
    let hole = bytes.iter().take_while(|byte| **byte == 0).count();
    let rest = bytes.get(hole..).unwrap_or_default();
    let sample = rest.get(..SAMPLE).unwrap_or(rest);
    if sample.is_empty() {
        return true;
    }
    let nuls = memchr::memchr_iter(0, sample).count();
    // Bell, backspace, tab, line ends, form feed and escape are what terminals and printers write.
    let controls =
        sample.iter().filter(|byte| matches!(**byte, 0x01..=0x06 | 0x0e..=0x1a | 0x1c..=0x1f | 0x7f)).count();
    nuls.saturating_mul(5) > sample.len() || controls.saturating_mul(20) > sample.len()
}

/// Byte order of UTF-16 text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Order {
    Little,
    Big,
}

/// Tells UTF-16: by its byte order mark, or because most characters are a printable ASCII byte and
/// a NUL.
fn utf16(bytes: &[u8]) -> Option<Order> {
    match bytes {
        [0xFF, 0xFE, ..] => return Some(Order::Little),
        [0xFE, 0xFF, ..] => return Some(Order::Big),
        _ => {}
    }
    let sample = bytes.get(..SAMPLE).unwrap_or(bytes);
    let (mut pairs, mut little, mut big) = (0_usize, 0_usize, 0_usize);
    let plain = |byte: u8| matches!(byte, b'\t' | b'\n' | b'\r' | b' '..=b'~');
    for pair in sample.chunks_exact(2) {
        if let [first, second] = *pair {
            pairs += 1;
            little += usize::from(second == 0 && plain(first));
            big += usize::from(first == 0 && plain(second));
        }
    }
    // Text of four characters at least, seven of ten of them ASCII.
    let clear = |count: usize| pairs >= 4 && count.saturating_mul(10) >= pairs.saturating_mul(7);
    if clear(little) {
        Some(Order::Little)
    } else if clear(big) {
        Some(Order::Big)
    } else {
        None
    }
}

fn transcode(bytes: &[u8], order: Order) -> (String, Vec<Problem>) {
    let units = bytes.chunks_exact(2).map(|pair| match *pair {
        [first, second] if order == Order::Little => u16::from_le_bytes([first, second]),
        [first, second] => u16::from_be_bytes([first, second]),
        _ => 0,
    });
    let name = match order {
        Order::Little => "UTF-16 LE",
        Order::Big => "UTF-16 BE",
    };
    let mut text = String::with_capacity(bytes.len() / 2);
    let mut bad = Bad::default();
    for unit in char::decode_utf16(units) {
        match unit {
            Ok('\u{FEFF}') if text.is_empty() => {}
            Ok(char) => text.push(char),
            Err(_) => bad.push(&mut text),
        }
    }
    if !bytes.len().is_multiple_of(2) {
        bad.push(&mut text);
    }
    let note = Problem::note(ProblemKind::Encoding, format!("the file is {name}; it was read as such"));
    let mut problems = vec![note];
    problems.extend(bad.problem(name));
    (text, problems)
}

fn replace_invalid(bytes: &[u8]) -> (String, Vec<Problem>) {
    let mut text = String::with_capacity(bytes.len());
    let mut bad = Bad::default();
    for chunk in bytes.utf8_chunks() {
        text.push_str(chunk.valid());
        if !chunk.invalid().is_empty() {
            bad.push(&mut text);
        }
    }
    (text, bad.problem("UTF-8").into_iter().collect())
}

/// Places where bytes were no text.
#[derive(Default)]
struct Bad {
    count: usize,
    first: Option<Span>,
}

impl Bad {
    fn push(&mut self, text: &mut String) {
        let start = text.len();
        text.push(char::REPLACEMENT_CHARACTER);
        self.count += 1;
        self.first.get_or_insert(Span::new(start, text.len()));
    }

    fn problem(self, name: &str) -> Option<Problem> {
        let span = self.first?;
        let places = if self.count == 1 { "place is" } else { "places are" };
        let mut problem = Problem::warning(
            ProblemKind::Encoding,
            format!("{} {places} not valid {name}; shown as U+FFFD, this is the first", self.count),
        );
        problem.span = Some(span);
        Some(problem)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::ProblemLevel;
    use proptest::prelude::*;

    fn utf16le(text: &str) -> Vec<u8> {
        text.encode_utf16().flat_map(u16::to_le_bytes).collect()
    }

    #[test]
    fn valid_text_stays_as_it_is() {
        for text in ["", "a: b\r\nc\u{1b}[31mred\0", "äöü €", "\n"] {
            let bytes = text.as_bytes().to_vec();
            let at = bytes.as_ptr();
            let (decoded, problems) = decode(bytes);
            assert_eq!(decoded, text);
            assert!(problems.is_empty());
            if !text.is_empty() {
                assert_eq!(decoded.as_ptr(), at, "no copy");
            }
        }
    }

    #[test]
    fn byte_order_mark_is_stripped() {
        assert_eq!(decode(b"\xEF\xBB\xBFkind: X".to_vec()), ("kind: X".to_owned(), vec![]));
    }

    #[test]
    fn utf16_in_all_dresses() {
        let text = "kind: Agent\r\nname: grün 😀\r\n";
        let mut with_mark = vec![0xFF, 0xFE];
        with_mark.extend(utf16le(text));
        let big: Vec<u8> = text.encode_utf16().flat_map(u16::to_be_bytes).collect();
        for bytes in [with_mark, utf16le(text), big] {
            assert!(!looks_binary(&bytes));
            let (decoded, problems) = decode(bytes);
            assert_eq!(decoded, text);
            assert_eq!(problems.len(), 1);
            assert_eq!(problems[0].level, ProblemLevel::Note);
            assert_eq!(problems[0].kind, ProblemKind::Encoding);
        }
    }

    #[test]
    fn cut_utf16_has_a_located_warning() {
        let mut bytes = utf16le("abcdefgh");
        bytes.pop();
        let (decoded, problems) = decode(bytes);
        assert_eq!(decoded, "abcdefg\u{FFFD}");
        assert_eq!(problems[1].span, Some(Span::new(7, 10)));
    }

    #[test]
    fn invalid_utf8_is_replaced_and_located() {
        let (text, problems) = decode(b"ab\xFFcd\xC3(\n".to_vec());
        assert_eq!(text, "ab\u{FFFD}cd\u{FFFD}(\n");
        assert_eq!(problems.len(), 1);
        assert_eq!(problems[0].level, ProblemLevel::Warning);
        assert_eq!(problems[0].span, Some(Span::new(2, 5)));
        assert!(problems[0].message.starts_with("2 places"), "{}", problems[0].message);
    }

    #[test]
    fn binary_or_not() {
        assert!(looks_binary(b"\x89PNG\r\n\x1a\nxxxx"));
        assert!(looks_binary(&[0; 100]));
        let mixed: Vec<u8> = (0..=255).cycle().take(5000).collect();
        assert!(looks_binary(&mixed));
        // Look-alikes.
        assert!(!looks_binary(b""));
        assert!(!looks_binary(b"hello\n"));
        assert!(!looks_binary(b"PNG image\n"));
        assert!(!looks_binary(b"/usr/bin/agent\0start\0--verbose\0"));
        assert!(!looks_binary(b"\x1b[32mok\x1b[0m\r\n\x07"));
        assert!(!looks_binary("Gr\u{fc}\u{df}e".as_bytes()));
        assert!(!looks_binary(b"Gr\xfc\xdfe aus K\xf6ln\n"), "Latin-1");
        let mut hole = vec![0; 20_000];
        hole.extend(b"time=1 level=INFO msg=rotated\n".repeat(4));
        assert!(!looks_binary(&hole));
    }

    proptest! {
        #[test]
        fn never_panics_and_spans_fit(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
            let _ = looks_binary(&bytes);
            let (text, problems) = decode(bytes);
            for problem in problems {
                if let Some(span) = problem.span {
                    prop_assert_eq!(span.slice(&text), "\u{FFFD}");
                }
            }
        }
    }
}
