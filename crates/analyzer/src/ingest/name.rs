//! Names of archive members: harmless to show, never used to open anything.

/// Longest name that is kept, in characters.
const LONGEST: usize = 1024;

/// What separates folders in a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Style {
    /// `/` only: tar and directories; systemd unit names hold `\x2d`.
    Unix,
    /// `/`, and `\` where a name has no `/`: zip files made by old Windows programs.
    Zip,
}

/// Why a name was changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Change {
    /// `..`, an absolute path or a drive letter.
    Outside,
    /// Control characters, or characters that change the direction of text.
    Control,
    /// Empty, or very long.
    Length,
    /// `\` between folders.
    Backslash,
}

/// A name as it is shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Clean {
    /// The name, relative, with `/`, never empty.
    pub path: String,
    /// The name as it was, escaped and shortened for a message.
    pub original: String,
    /// The worst thing about it.
    pub change: Option<Change>,
}

/// Makes a member name harmless.
pub(super) fn clean(raw: &str, style: Style) -> Clean {
    let slashed = raw.replace('\\', "/");
    let mut change = None;
    let mut name = raw;
    if slashed != raw {
        let hostile = leaves(&slashed);
        if hostile || (style == Style::Zip && !raw.contains('/')) {
            name = &slashed;
            change = Some(Change::Backslash);
        }
    }
    if leaves(name) {
        change = Some(Change::Outside);
    }
    let mut path = String::with_capacity(name.len());
    let mut shown = 0_usize;
    let name = without_drive(name).unwrap_or(name);
    for part in name.split('/').filter(|part| !matches!(*part, "" | "." | "..")) {
        if !path.is_empty() {
            path.push('/');
        }
        for char in part.chars() {
            shown += 1;
            if shown > LONGEST {
                break;
            }
            let bad = is_unsafe(char);
            path.push(if bad { '_' } else { char });
            if bad && change != Some(Change::Outside) {
                change = Some(Change::Control);
            }
        }
    }
    if (path.is_empty() || shown > LONGEST) && change.is_none() {
        change = Some(Change::Length);
    }
    if path.is_empty() {
        path.push_str("unnamed");
    }
    let original = if change.is_some() { escape(raw) } else { String::new() };
    Clean { path, original, change }
}

/// A text of the archive, escaped and shortened for a message.
pub(super) fn escape(raw: &str) -> String {
    let mut text: String = raw
        .chars()
        .take(120)
        .flat_map(|char| {
            let plain = (!is_unsafe(char)).then_some(char);
            plain.into_iter().chain(plain.is_none().then(|| char.escape_default()).into_iter().flatten())
        })
        .collect();
    if raw.chars().nth(120).is_some() {
        text.push('…');
    }
    text
}

/// Last component of the name of the input, for display.
pub(super) fn of_input(name: &str) -> String {
    let name = name.trim_end_matches(['/', '\\']);
    clean(name.rsplit(['/', '\\']).next().unwrap_or(name), Style::Unix).path
}

/// Last component of a clean path.
pub(super) fn last(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

/// True for what macOS adds to archives: resource forks and folder settings. The content is looked
/// at as well, so that a file of such a name which holds something else is kept.
pub(super) fn is_mac_junk(path: &str, bytes: &[u8]) -> bool {
    match last(path) {
        name if name.starts_with("._") => bytes.is_empty() || bytes.starts_with(b"\x00\x05\x16\x07"),
        ".DS_Store" => bytes.is_empty() || bytes.starts_with(b"\x00\x00\x00\x01Bud1"),
        _ => false,
    }
}

fn is_unsafe(char: char) -> bool {
    char.is_control()
        || matches!(char, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2028}' | '\u{2029}'
            | '\u{2060}'..='\u{2069}' | '\u{feff}')
}

/// True where a name would leave the folder that it is unpacked to.
fn leaves(name: &str) -> bool {
    name.starts_with('/') || without_drive(name).is_some() || name.split('/').any(|part| part == "..")
}

/// The rest of a name that starts with `C:/` or `C:\`.
fn without_drive(name: &str) -> Option<&str> {
    let mut chars = name.chars();
    let drive = chars.next()?.is_ascii_alphabetic() && chars.next()? == ':';
    let rest = chars.as_str();
    (drive && rest.starts_with(['/', '\\'])).then_some(rest)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names() {
        use Change::{Backslash, Control, Length, Outside};
        for (raw, style, path, change) in [
            ("a/b.yaml", Style::Zip, "a/b.yaml", None),
            ("./a//b", Style::Unix, "a/b", None),
            ("a..b/...", Style::Unix, "a..b/...", None),
            ("system-serial\\x2dgetty.slice", Style::Unix, "system-serial\\x2dgetty.slice", None),
            ("logs/serial\\x2dgetty", Style::Zip, "logs/serial\\x2dgetty", None),
            ("x:1/log", Style::Unix, "x:1/log", None),
            ("../../etc/passwd", Style::Unix, "etc/passwd", Some(Outside)),
            ("a/../../b", Style::Unix, "a/b", Some(Outside)),
            ("/var/log/x", Style::Unix, "var/log/x", Some(Outside)),
            ("C:\\Temp\\x", Style::Zip, "Temp/x", Some(Outside)),
            ("..\\x", Style::Unix, "x", Some(Outside)),
            ("logs\\x.log", Style::Zip, "logs/x.log", Some(Backslash)),
            ("a\0b\x1b[31m", Style::Unix, "a_b_[31m", Some(Control)),
            ("evil\u{202e}txt.exe", Style::Unix, "evil_txt.exe", Some(Control)),
            ("", Style::Unix, "unnamed", Some(Length)),
            ("..", Style::Unix, "unnamed", Some(Outside)),
        ] {
            let clean = clean(raw, style);
            assert_eq!((clean.path.as_str(), clean.change), (path, change), "{raw:?}");
        }
        assert!(clean(&"x".repeat(5000), Style::Unix).path.len() <= LONGEST);
    }

    #[test]
    fn names_of_inputs() {
        for (given, name) in
            [("/tmp/a.zip", "a.zip"), ("a.hhs", "a.hhs"), ("dir/", "dir"), ("..", "unnamed"), ("C:\\x\\b.zip", "b.zip")]
        {
            assert_eq!(of_input(given), name);
        }
    }

    #[test]
    fn mac_junk() {
        assert!(is_mac_junk("__MACOSX/._x.yaml", b"\x00\x05\x16\x07\x00"));
        assert!(is_mac_junk("a/.DS_Store", b"\x00\x00\x00\x01Bud1"));
        assert!(!is_mac_junk("a/._x.yaml", b"kind: Agent"));
        assert!(!is_mac_junk("a/x.DS_Store", b""));
    }
}
