//! Hedgehog `.hhs` support dumps (bundle reference 1): one YAML document whose strings hold the resources,
//! the pod logs and the outputs of commands. Each string becomes an entry of its own.

use jiff::Timestamp;

use crate::source::{Entry, EntryId, Origin, Problem, ProblemKind, Role, ScalarStyle, Sources, Span, Text};
use crate::yaml::{self, NodeKind, NodeRef};

/// Keys of a dump.
const KEYS: [&str; 7] = ["createdAt", "createdBy", "gatewayInsights", "name", "podLogs", "resources", "version"];

/// What the head of a dump tells.
#[derive(Debug, Clone)]
pub(super) struct Dump {
    /// The dump's entry.
    pub(super) entry: EntryId,
    /// `createdAt`, start of the collection: the capture time of every object.
    pub(super) created_at: Option<Timestamp>,
    /// True if the end of the file is missing.
    pub(super) truncated: bool,
}

/// True for the text of a dump: the writer sorts its keys, so `createdAt:` and `createdBy:` come first.
/// A JSON or re-sorted one is told by `version` and `resources`.
#[must_use]
pub(super) fn looks_like_dump(text: &str) -> bool {
    let text = text.trim_start_matches("---").trim_start();
    if let Some(inner) = text.strip_prefix('{') {
        let key = inner.trim_start().strip_prefix('"').and_then(|rest| rest.split('"').next());
        let holds = |key: &str| memchr::memmem::find(text.as_bytes(), format!("\"{key}\":").as_bytes()).is_some();
        return key.is_some_and(|key| KEYS.contains(&key))
            && holds("createdAt")
            && (holds("createdBy") || holds("version"))
            && (holds("resources") || holds("podLogs"));
    }
    let mut keys = Vec::new();
    for line in text.lines().take(400) {
        let starts = line.bytes().next().is_some_and(|b| b.is_ascii_alphabetic());
        if let Some((key, _)) = line.split_once(':').filter(|_| starts) {
            keys.push(key);
            if keys.len() >= 2 {
                break;
            }
        }
    }
    match keys.as_slice() {
        ["createdAt", "createdBy", ..] => true,
        [first, ..] if KEYS.contains(first) => {
            has_key(text, "resources:") && (has_key(text, "version:") || has_key(text, "createdAt:"))
        }
        _ => false,
    }
}

/// True if a line of the text starts with `key`.
fn has_key(text: &str, key: &str) -> bool {
    text.starts_with(key) || memchr::memmem::find(text.as_bytes(), format!("\n{key}").as_bytes()).is_some()
}

/// Adds the dump's strings as entries.
pub(super) fn expand(sources: &mut Sources, id: EntryId, problems: &mut Vec<Problem>) -> Dump {
    let Some(entry) = sources.get(id) else {
        return Dump { entry: id, created_at: None, truncated: false };
    };
    let text = entry.text.clone();
    let cut = entry.truncated;
    let parsed = yaml::parse(id, &text, Span::new(0, text.len()));
    let tree = parsed.tree;
    let root = tree.root();
    let truncated = cut || root.is_none_or(|root| root.get("version").is_none());
    problems.extend(parsed.problems);
    if truncated {
        problems.push(
            Problem::warning(ProblemKind::Truncated, "the dump is cut: its last line, `version`, is missing")
                .help("copy the file again; until then nothing is concluded from what is missing in it")
                .in_entry(id),
        );
    }
    let created_at = root.and_then(|root| root.str("createdAt")).and_then(|text| text.parse().ok());
    let dump = Dump { entry: id, created_at, truncated };
    let Some(root) = root else { return dump };
    if let Some(version) = root.get("version") {
        check_version(version, problems);
    }
    let mut found: Vec<(String, Role, NodeRef<'_>)> = Vec::new();
    if let Some(node) = root.get("resources") {
        found.push(("resources".into(), Role::Resources, node));
    }
    pod_logs(root, &mut found);
    insights(root, &mut found);
    for (key, _) in root.entries().filter(|(key, _)| key.text().is_none_or(|key| !KEYS.contains(&key))) {
        let place = key.place();
        let message = format!("the dump's field `{}` is not known and not read", key.text().unwrap_or(""));
        problems.push(Problem::note(ProblemKind::Unrecognised, message).at(place.entry, place.span));
    }
    let mut derived = Vec::new();
    for (path, role, node) in found {
        let place = node.place();
        if node.kind() != NodeKind::Scalar {
            problems.push(
                Problem::warning(ProblemKind::Layout, format!("`{path}` of the dump is not a text: not read"))
                    .at(place.entry, place.span),
            );
            continue;
        }
        if node.text().is_none_or(str::is_empty) {
            continue;
        }
        let style = node.style().unwrap_or(ScalarStyle::Plain);
        let indent = match style {
            ScalarStyle::Literal | ScalarStyle::Folded => yaml::block_indent(&text, place.span),
            _ => 0,
        };
        let origin = Origin::Scalar { parent: id, span: place.span, style, indent };
        derived.push((path, role, origin, node.text_range().unwrap_or_default()));
    }
    if dump.created_at.is_none()
        && let Some(created) = root.get("createdAt")
    {
        let place = created.place();
        problems.push(
            Problem::warning(ProblemKind::Field, "createdAt of the dump is not a time")
                .help("give the capture time with --captured-at")
                .at(place.entry, place.span),
        );
    }
    // The strings are kept as they were decoded: a dump is mostly strings, and large.
    let strings = Text::from(tree.into_strings());
    for (path, role, origin, range) in derived {
        let mut entry = Entry::derived(path, strings.part(range.start, range.end), origin, role);
        entry.truncated = truncated;
        sources.add(entry);
    }
    dump
}

fn check_version(version: NodeRef<'_>, problems: &mut Vec<Problem>) {
    let text = version.text().unwrap_or("");
    let place = version.place();
    if text != "0.1" && !text.starts_with("0.1.") {
        problems.push(
            Problem::warning(ProblemKind::Layout, "the dump has a format version other than 0.1")
                .help("it is read as far as it is understood")
                .at(place.entry, place.span),
        );
    }
}

fn pod_logs<'t>(root: NodeRef<'t>, found: &mut Vec<(String, Role, NodeRef<'t>)>) {
    let Some(logs) = root.get("podLogs") else { return };
    for (namespace, pods) in logs.entries() {
        for (pod, containers) in pods.entries() {
            for (container, streams) in containers.entries() {
                for (stream, node) in streams.entries() {
                    let names = [namespace, pod, container, stream].map(|node| node.text().unwrap_or(""));
                    let [namespace, pod, container, stream] = names;
                    found.push((
                        format!("podLogs/{namespace}/{pod}/{container}/{stream}"),
                        Role::PodLog {
                            namespace: namespace.into(),
                            pod: pod.into(),
                            container: Some(container.into()),
                            previous: stream == "previous",
                        },
                        node,
                    ));
                }
            }
        }
    }
}

fn insights<'t>(root: NodeRef<'t>, found: &mut Vec<(String, Role, NodeRef<'t>)>) {
    let Some(insights) = root.get("gatewayInsights") else { return };
    for (gateway, commands) in insights.entries() {
        for (command, streams) in commands.entries() {
            for (stream, node) in streams.entries() {
                let names = [gateway, command, stream].map(|node| node.text().unwrap_or(""));
                let [gateway, command, stream] = names;
                found.push((
                    format!("gatewayInsights/{gateway}/{command}/{stream}"),
                    Role::Insight { gateway: gateway.into(), command: command.into(), stream: stream.into() },
                    node,
                ));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dumps_are_told_by_their_keys() {
        assert!(looks_like_dump("createdAt: \"2026-03-04T09:20:30Z\"\ncreatedBy:\n  hostname: x\n"));
        assert!(looks_like_dump("version: 0.1.0\nname: x\nresources: |\n  kind: Node\n"));
        assert!(looks_like_dump("---\ncreatedAt: x\ncreatedBy:\n  hostname: x\n"));
        assert!(looks_like_dump("{\"createdAt\":\"x\",\"createdBy\":{},\"resources\":\"kind: Node\"}"));
        assert!(!looks_like_dump("{\"name\":\"x\",\"version\":\"1.0.0\"}"));
        assert!(!looks_like_dump("name: chart\nversion: 1.0.0\n"));
        assert!(!looks_like_dump("apiVersion: v1\nkind: List\nitems: []\n"));
    }
}
