//! Logs of several containers in one file: `kubectl logs --prefix` and stern put the pod and the container
//! before each line.

use std::borrow::Cow;
use std::collections::BTreeMap;

use super::attribute::stream_of;

/// Lines of one container.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Container {
    /// Pod.
    pub(super) pod: String,
    /// Container.
    pub(super) container: String,
    /// Its lines, with their prefix.
    pub(super) text: String,
    /// Where runs of lines start: (offset in `text`, offset in the file).
    pub(super) runs: Vec<(u32, u32)>,
}

/// Lines looked at to tell a file of prefixed lines.
const SAMPLE: usize = 60;

/// Sorts the lines of a file by their container, in order of first appearance. Empty unless most of the first
/// lines have a prefix. Lines without one belong to the line above.
#[must_use]
pub(super) fn containers(text: &str) -> Vec<Container> {
    let head = text.lines().filter(|line| !line.trim().is_empty()).take(SAMPLE);
    let (lines, prefixed) =
        head.fold((0_usize, 0_usize), |(lines, found), line| (lines + 1, found + usize::from(prefix(line).is_some())));
    if prefixed == 0 || prefixed * 5 < lines * 3 {
        return Vec::new();
    }
    let mut containers: Vec<Container> = Vec::new();
    let mut known: BTreeMap<(String, String), usize> = BTreeMap::new();
    let mut last: Option<usize> = None;
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        let current = match prefix(line) {
            Some((pod, container)) => {
                *known.entry((pod.into_owned(), container.into_owned())).or_insert_with_key(|key| {
                    containers.push(Container { pod: key.0.clone(), container: key.1.clone(), ..Container::default() });
                    containers.len() - 1
                })
            }
            None => last.unwrap_or(0),
        };
        if containers.is_empty() {
            // What stands above the first prefix goes with it.
            start += line.len();
            continue;
        }
        if let Some(container) = containers.get_mut(current) {
            if last != Some(current) {
                let clamp = |offset: usize| u32::try_from(offset).unwrap_or(u32::MAX);
                container.runs.push((clamp(container.text.len()), clamp(start)));
            }
            container.text.push_str(line);
        }
        last = Some(current);
        start += line.len();
    }
    containers
}

/// Pod and container before a line.
fn prefix(line: &str) -> Option<(Cow<'_, str>, Cow<'_, str>)> {
    let line = plain_head(line);
    if let Some(rest) = line.strip_prefix("[pod/") {
        let (name, _) = rest.split_once("] ")?;
        let (pod, container) = name.split_once('/')?;
        return Some((pod.to_owned().into(), container.to_owned().into()));
    }
    let mut words = line.split(' ');
    let (pod, container) = (words.next()?, words.next()?);
    let name = |word: &str| {
        word.len() > 1 && word.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || matches!(b, b'-' | b'.'))
    };
    // Only pods that are known by their names: any log may begin with two words.
    (name(pod) && name(container) && pod.contains('-') && stream_of(pod, container).is_some())
        .then(|| (pod.to_owned().into(), container.to_owned().into()))
}

/// The first bytes of a line without colours.
fn plain_head(line: &str) -> Cow<'_, str> {
    let head = line.get(..line.floor_char_boundary(300)).unwrap_or(line);
    if !head.contains('\u{1b}') {
        return Cow::Borrowed(head);
    }
    let mut plain = String::with_capacity(head.len());
    let mut chars = head.chars();
    while let Some(c) = chars.next() {
        if c != '\u{1b}' {
            plain.push(c);
        } else if chars.next() == Some('[') {
            chars.by_ref().find(|c| c.is_ascii_alphabetic());
        }
    }
    Cow::Owned(plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_sorted_by_container() {
        let text = "[pod/a-1/x] one\n[pod/b-1/y] two\n[pod/a-1/x] three\n  more\n[pod/a-1/x] four\n";
        let found = containers(text);
        assert_eq!(found.len(), 2);
        assert_eq!((found[0].pod.as_str(), found[0].container.as_str()), ("a-1", "x"));
        assert_eq!(found[0].text, "[pod/a-1/x] one\n[pod/a-1/x] three\n  more\n[pod/a-1/x] four\n");
        assert_eq!(found[0].runs, [(0, 0), (16, 32)]);
        assert_eq!(found[1].runs, [(0, 16)]);
    }

    #[test]
    fn stern_with_colours() {
        let line = "\u{1b}[32mgw--g--frr-abcde\u{1b}[0m \u{1b}[36mfrr\u{1b}[0m hello\n";
        let found = containers(&line.repeat(3));
        assert_eq!(found.len(), 1);
        assert_eq!((found[0].pod.as_str(), found[0].container.as_str()), ("gw--g--frr-abcde", "frr"));
    }

    #[test]
    fn other_logs_are_not_split() {
        assert!(containers("starting up-now the server\nstarting up-now again\n").is_empty());
        assert!(containers("2026-10-06T09:41:02Z INFO x\n[pod/a-1/x] quoted\nmore\nmore\n").is_empty());
        assert!(containers("").is_empty());
    }
}
