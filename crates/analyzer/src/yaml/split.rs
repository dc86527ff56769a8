//! Splits a YAML stream into documents.

use memchr::memchr;

use crate::source::Span;

/// Spans of the documents of a YAML stream, in order. A line `---` or `...` ends a document wherever it
/// stands (YAML 1.2, 9.1.4), so longer runs such as `-----END CERTIFICATE-----` do not. What follows
/// `---` in its line belongs to the next document, and so do directives before it. Documents of blanks
/// and comments only are left out.
///
/// Objects that were joined without `---` (`kubectl get … >> file`) are split where the key that the
/// document starts with (`apiVersion:` or `kind:`) stands in column 0 again.
#[must_use]
pub fn documents(text: &str) -> Vec<Span> {
    let bytes = text.as_bytes();
    let mut splitter = Splitter { text, spans: Vec::new(), start: 0, first: First::None, content: false };
    let mut directives = None;
    let mut line = 0;
    while let Some(rest) = bytes.get(line..) {
        let Some(b) = rest.first() else { break };
        let next = memchr(b'\n', rest).map_or(bytes.len(), |feed| line.saturating_add(feed).saturating_add(1));
        match b {
            b'-' if is_marker(rest, b"---") => {
                splitter.end(line);
                // Directives in front belong to this document, which then starts with them.
                splitter.start = directives.take().unwrap_or_else(|| line.saturating_add(3));
                splitter.content = !is_idle(text.get(line.saturating_add(3)..next).unwrap_or(""));
            }
            // With something after it, it is an error for the reader to report.
            b'.' if is_marker(rest, b"...") && is_idle(text.get(line.saturating_add(3)..next).unwrap_or("")) => {
                splitter.end(line);
                splitter.start = next;
                directives = None;
            }
            b'%' if !splitter.content => {
                directives.get_or_insert(line);
            }
            b'a' if rest.starts_with(b"apiVersion:") => splitter.key(line, First::ApiVersion),
            b'k' if rest.starts_with(b"kind:") => splitter.key(line, First::Kind),
            b'\n' | b'\r' | b'#' => {}
            b' ' | b'\t' => {
                if !splitter.content {
                    splitter.content = !is_idle(text.get(line..next).unwrap_or(""));
                }
            }
            // A byte order mark in front of a text that was appended to another.
            0xef if rest.starts_with("\u{feff}".as_bytes()) => {
                let after = line.saturating_add(3);
                let object = rest.get(3..).is_some_and(|rest| rest.starts_with(b"apiVersion:"));
                if object {
                    splitter.end(line);
                }
                if !splitter.content {
                    splitter.start = after;
                }
                line = after;
                continue;
            }
            _ => splitter.key(line, First::Other),
        }
        line = next;
    }
    splitter.end(bytes.len());
    splitter.spans
}

/// The first key in column 0 of the document.
#[derive(Clone, Copy, PartialEq, Eq)]
enum First {
    None,
    ApiVersion,
    Kind,
    /// Neither; the document may still be split at a second `apiVersion:`.
    Other,
    /// The same, with `apiVersion:` seen.
    OtherWithVersion,
}

struct Splitter<'t> {
    text: &'t str,
    spans: Vec<Span>,
    start: usize,
    first: First,
    /// The document holds more than blanks and comments.
    content: bool,
}

impl Splitter<'_> {
    /// Ends the current document before byte `at`.
    fn end(&mut self, at: usize) {
        if self.content && self.start < at && self.text.is_char_boundary(self.start) {
            self.spans.push(Span::new(self.start, at));
        }
        (self.start, self.first, self.content) = (at, First::None, false);
    }

    /// A line of content in column 0.
    fn key(&mut self, line: usize, key: First) {
        let again = matches!(
            (self.first, key),
            (First::ApiVersion | First::OtherWithVersion, First::ApiVersion) | (First::Kind, First::Kind)
        );
        if again {
            self.end(line);
        }
        self.first = match (self.first, key) {
            (First::None, key) => key,
            (First::Other, First::ApiVersion) => First::OtherWithVersion,
            (first, _) => first,
        };
        self.content = true;
    }
}

/// True where a line is the marker: nothing, a blank or the line's end follows.
fn is_marker(rest: &[u8], marker: &[u8]) -> bool {
    rest.starts_with(marker) && matches!(rest.get(3), None | Some(b'\n' | b'\r' | b' ' | b'\t'))
}

/// True for blanks and comments.
fn is_idle(line: &str) -> bool {
    let line = line.trim();
    line.is_empty() || line.starts_with('#')
}

#[cfg(test)]
mod tests {
    use super::documents;

    fn split(text: &str) -> Vec<&str> {
        documents(text).iter().map(|span| span.slice(text)).collect()
    }

    #[test]
    fn markers_end_documents() {
        assert_eq!(split("a: 1\n---\nb: 2\n"), ["a: 1\n", "\nb: 2\n"]);
        assert_eq!(split("---\na: 1\n...\n---\nb: 2"), ["\na: 1\n", "\nb: 2"]);
        assert_eq!(split("--- {a: 1}\n--- # c\nb: 2\n---"), [" {a: 1}\n", " # c\nb: 2\n"]);
        assert_eq!(split("a: 1\r\n---\r\nb: 2\r\n"), ["a: 1\r\n", "\r\nb: 2\r\n"]);
        assert_eq!(split("%YAML 1.2\n---\na: 1\n"), ["%YAML 1.2\n---\na: 1\n"]);
    }

    #[test]
    fn look_alikes_do_not() {
        for text in [
            "a: |\n  ---\n  ...\nb: 1\n",
            "a: 1\n-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----\n",
            "....\n",
            "a: 1\n... b\n",
            "---a: 1\n",
            "- apiVersion: v1\n- apiVersion: v1\n",
            "apiVersion: v1\ndata:\n  x: |\n    apiVersion: v1\nkind: ConfigMap\n",
            "apiVersionX: 1\napiVersionX: 1\n",
        ] {
            assert_eq!(split(text), [text]);
        }
    }

    #[test]
    fn empty_documents_are_left_out() {
        assert!(split("").is_empty());
        assert!(split("\n# nothing\n---\n\n---\n  # nor here\n...\n").is_empty());
        assert_eq!(split("# c\n---\n# c\na: 1\n---\n"), ["\n# c\na: 1\n"]);
    }

    #[test]
    fn joined_objects() {
        let list = "apiVersion: v1\nitems: []\nkind: List\nmetadata:\n  resourceVersion: \"\"\n";
        assert_eq!(split(&list.repeat(3)), [list; 3]);
        let kind_first = "kind: A\napiVersion: v1\nspec: {}\n";
        assert_eq!(split(&kind_first.repeat(2)), [kind_first; 2]);
        let other = "metadata: {}\napiVersion: v1\nkind: A\n";
        assert_eq!(split(&format!("{other}apiVersion: v1\nkind: B\n")).len(), 2);
        assert_eq!(split(&format!("{list}\u{feff}{list}")).len(), 2);
    }
}
