//! A cheap look at the head of an object, without parsing it.

use memchr::memchr;

/// What a document says it is. Values are as written, without quotes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Head<'t> {
    /// `apiVersion`.
    pub api_version: Option<&'t str>,
    /// `kind`.
    pub kind: Option<&'t str>,
    /// `metadata.name`.
    pub name: Option<&'t str>,
    /// `metadata.namespace`.
    pub namespace: Option<&'t str>,
}

/// Bytes looked at. `kubectl` sorts keys, so that only `data` comes before `kind` and `metadata` in an
/// object; in a List the items do.
const LIMIT: usize = 1 << 20;

/// Reads `apiVersion`, `kind` and the name of a YAML document from its lines in column 0 and those right
/// below `metadata`. Stops when it has them all, and after the first MiB. Only block style is understood;
/// what is not found is none.
#[must_use]
pub fn head(text: &str) -> Head<'_> {
    let bytes = text.as_bytes();
    let mut head = Head::default();
    // Column of the keys below `metadata:` while its lines are read.
    let mut metadata: Option<Option<usize>> = None;
    let mut seen_metadata = false;
    let mut pos = 0;
    while pos < bytes.len().min(LIMIT) {
        let rest = bytes.get(pos..).unwrap_or(&[]);
        let length = memchr(b'\n', rest).unwrap_or(rest.len());
        let line = text.get(pos..pos.saturating_add(length)).unwrap_or("");
        pos = pos.saturating_add(length).saturating_add(1);
        match line.as_bytes().first() {
            None | Some(b'#' | b'\r' | b'-') => {}
            Some(b' ') => {
                if let Some(column) = &mut metadata {
                    let inner = line.trim_start_matches(' ');
                    let here = line.len().saturating_sub(inner.len());
                    if !inner.trim().is_empty() && *column.get_or_insert(here) == here {
                        take(inner, "name:", &mut head.name);
                        take(inner, "namespace:", &mut head.namespace);
                    }
                }
            }
            Some(_) => {
                let was = metadata.take();
                seen_metadata |= was.is_some();
                take(line, "apiVersion:", &mut head.api_version);
                take(line, "kind:", &mut head.kind);
                if line.trim_end() == "metadata:" {
                    metadata = Some(None);
                }
            }
        }
        if seen_metadata && head.kind.is_some() && head.api_version.is_some() {
            break;
        }
    }
    head
}

/// Stores the value of a line that starts with `key`.
fn take<'t>(line: &'t str, key: &str, into: &mut Option<&'t str>) {
    let Some(value) = line.strip_prefix(key) else {
        return;
    };
    if !value.starts_with([' ', '\t']) {
        return;
    }
    let value = value.split_once(" #").map_or(value, |(value, _)| value).trim();
    let bare = |quote: char| value.strip_prefix(quote)?.strip_suffix(quote);
    let value = bare('"').or_else(|| bare('\'')).unwrap_or(value);
    if !value.is_empty() && into.is_none() {
        *into = Some(value);
    }
}

#[cfg(test)]
mod tests {
    use super::{Head, head};

    #[test]
    fn an_object() {
        let text = "# c\napiVersion: v1\ndata:\n  kind: no\n  name: no\nkind: ConfigMap # c\nmetadata:\n  \
                    labels:\n    name: no\n  name: \"n\"\n  namespace: fab\nspec:\n  name: no\n";
        let expected =
            Head { api_version: Some("v1"), kind: Some("ConfigMap"), name: Some("n"), namespace: Some("fab") };
        assert_eq!(head(text), expected);
        assert_eq!(head(&text.replace('\n', "\r\n")), expected);
    }

    #[test]
    fn only_what_is_there() {
        let list = "apiVersion: v1\nitems:\n- apiVersion: x/v1\n  kind: A\n  metadata:\n    name: a\n";
        assert_eq!(head(list), Head { api_version: Some("v1"), ..Head::default() });
        assert_eq!(head(&format!("{list}kind: List\n")).kind, Some("List"));
        assert_eq!(head("kindly: A\nkind:\nmetadata: {name: x}\n"), Head::default());
        assert_eq!(head("key: |\n  kind: A\n"), Head::default());
    }
}
