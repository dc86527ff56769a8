//! Whether an output was captured at all, and terminal leftovers in it.

use std::borrow::Cow;

use super::piece::Piece;
use crate::source::Span;

/// Why an output cannot be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Unread {
    /// Nothing was printed.
    Empty,
    /// Only errors of the collector or the container runtime (bundles reference 2.2).
    NotCaptured(Span),
    /// The command line client found no socket of the dataplane: it is not running
    /// (gateway reference 6.2).
    NoDataplane(Span),
    /// A layout that is not known: not checked, never "empty".
    Layout(Span),
}

impl Unread {
    /// The same with its place moved by the offset of the text in another one.
    #[must_use]
    pub fn moved(self, by: usize) -> Self {
        let moved =
            |span: Span| Span::new((span.start as usize).saturating_add(by), (span.end as usize).saturating_add(by));
        match self {
            Self::Empty => Self::Empty,
            Self::NotCaptured(span) => Self::NotCaptured(moved(span)),
            Self::NoDataplane(span) => Self::NoDataplane(moved(span)),
            Self::Layout(span) => Self::Layout(moved(span)),
        }
    }
}

/// A reader's answer: a value, or why there is none.
pub type Read<T> = Result<T, Unread>;

/// Texts of exec errors, lower case (bundles reference 2.2, gateway reference 6.1).
const EXEC_ERRORS: [&str; 14] = [
    "command not found",
    "executable file not found",
    "container not found",
    "exec failed",
    "not a tty",
    "oci runtime",
    "unable to upgrade connection",
    "command terminated with exit code",
    "level=fatal",
    "fata[",
    "rpc error: code =",
    "error dialing backend",
    "no such container",
    "retrying: executing",
];

/// A line that says nothing about the output: shell and crictl noise, prompts of the dataplane's client.
pub(crate) fn is_noise(line: &str) -> bool {
    let line = line.trim();
    line.is_empty()
        || line.starts_with("WARN[")
        || line.starts_with("DEBU[")
        || line.starts_with("INFO[")
        || (line.starts_with("time=\"") && line.contains("level=warn"))
        || line.starts_with("Defaulted container ")
        || super::prompt::command_of(line).is_some()
}

fn is_exec_error(line: &str) -> bool {
    let lower = line.to_ascii_lowercase();
    EXEC_ERRORS.iter().any(|error| lower.contains(error))
}

/// Checks that `text` holds output of a command.
///
/// # Errors
/// [`Unread::Empty`], [`Unread::NotCaptured`] or [`Unread::NoDataplane`]. A text that holds errors *and*
/// output counts as captured.
pub fn captured(text: &str) -> Read<()> {
    let mut error: Option<Span> = None;
    for line in Piece::new(text, 0).lines() {
        if is_noise(line.text) {
            continue;
        }
        let line = line.trim();
        if line.text.contains("Failed to connect to dataplane") {
            return Err(Unread::NoDataplane(line.span()));
        }
        if !is_exec_error(line.text) {
            return Ok(());
        }
        error = error.or(Some(line.span()));
    }
    Err(error.map_or(Unread::Empty, Unread::NotCaptured))
}

/// Blanks out terminal escapes without moving anything, so that spans stay right.
pub(crate) fn without_escapes(text: &str) -> Cow<'_, str> {
    if memchr::memchr(0x1b, text.as_bytes()).is_none() {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len());
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        if c != '\u{1b}' {
            out.push(c);
            continue;
        }
        out.push(' ');
        if chars.next_if_eq(&'[').is_none() {
            continue;
        }
        out.push(' ');
        while chars.next_if(|c| c.is_ascii_digit() || *c == ';' || *c == '?').is_some() {
            out.push(' ');
        }
        if chars.next_if(char::is_ascii_alphabetic).is_some() {
            out.push(' ');
        }
    }
    Cow::Owned(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn errors_are_not_output() {
        assert_eq!(captured("\n  \r\n"), Err(Unread::Empty));
        assert_eq!(
            captured("WARN[0000] runtime connect using default endpoints: [unix:///run/x.sock]\r\n"),
            Err(Unread::Empty)
        );
        let exec = "WARN[0000] x\nFATA[0000] execing command in container: rpc error: code = Unknown\n";
        assert!(matches!(captured(exec), Err(Unread::NotCaptured(_))));
        for text in [
            "OCI runtime exec failed: exec failed: \"vtysh\": executable file not found in $PATH: unknown\n",
            "error: unable to upgrade connection: container not found (\"frr\")",
            "the input device is not a TTY",
        ] {
            assert!(matches!(captured(text), Err(Unread::NotCaptured(_))), "{text}");
        }
        assert!(matches!(
            captured("dataplane(✔)# show tech\nFailed to connect to dataplane\n"),
            Err(Unread::NoDataplane(_))
        ));
    }

    #[test]
    fn output_with_an_error_is_output() {
        assert_eq!(captured(" mgmtd zebra bgpd\ncommand terminated with exit code 1\n"), Ok(()));
        assert_eq!(captured("Total number of neighbors 2"), Ok(()));
    }

    #[test]
    fn escapes_keep_offsets() {
        let text = "\u{1b}[1;32mup\u{1b}[0m x\u{1b}";
        let clean = without_escapes(text);
        assert_eq!(clean.len(), text.len());
        assert_eq!(clean.find("up"), text.find("up"));
        assert_eq!(clean.trim(), "up     x");
        assert!(matches!(without_escapes("up"), Cow::Borrowed(_)));
    }
}
