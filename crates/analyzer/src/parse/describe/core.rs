//! Descriptions of pods and nodes: hand-made layouts.

use super::blocks::{Block, Described, Part, table};
use super::generic::{pairs, plain};
use crate::parse::draft::Draft;
use crate::source::{ScalarStyle, Span};

/// The kind that a description without `Kind:` shows.
pub(super) fn kind(described: &Described<'_>) -> Option<&'static str> {
    let has = |key: &str| described.root(key).is_some();
    if has("Containers") && has("Node") && has("Status") {
        Some("Pod")
    } else if has("Roles") && has("System Info") {
        Some("Node")
    } else {
        None
    }
}

/// `Wed, 04 Mar 2026 09:20:30 +0000` as RFC 3339; other texts as they are.
fn time(part: Part<'_>) -> Draft {
    let text = jiff::fmt::rfc2822::DateTimeParser::new()
        .parse_timestamp(part.text)
        .map_or_else(|_| part.text.to_owned(), |time| time.to_string());
    Draft::plain(text, part.span)
}

/// `True` and `False` of a condition are texts.
fn quoted(part: Part<'_>) -> Draft {
    Draft::Scalar { text: part.text.to_owned(), style: ScalarStyle::DoubleQuoted, span: part.span }
}

fn is_set(part: Part<'_>) -> bool {
    !matches!(part.text, "" | "<none>" | "<unset>")
}

/// Sets a field from the value of a block.
fn copy(object: &mut Draft, block: Option<&Block<'_>>, path: &[&str], make: impl Fn(Part<'_>) -> Draft) {
    if let Some(block) = block
        && let (Some(key), Some(value)) = (block.key, block.value)
        && is_set(value)
    {
        object.set(path, key.span, make(value));
    }
}

/// A part of a value with its own place.
fn sub<'t>(whole: Part<'t>, from: usize, to: usize) -> Part<'t> {
    let start = whole.span.start as usize;
    Part { text: whole.text.get(from..to).unwrap_or(""), span: Span::new(start + from, start + to) }
}

/// A described pod.
pub(super) fn pod(described: &Described<'_>) -> Draft {
    let mut object = Draft::map();
    let root = |key: &str| described.root(key);
    copy(&mut object, root("Name"), &["metadata", "name"], plain);
    copy(&mut object, root("Namespace"), &["metadata", "namespace"], plain);
    pairs(described, &mut object);
    copy(&mut object, root("Node"), &["spec", "nodeName"], |node| {
        let end = node.text.find('/').unwrap_or(node.text.len());
        plain(sub(node, 0, end))
    });
    copy(&mut object, root("Start Time"), &["status", "startTime"], time);
    match root("Status").and_then(|status| status.value) {
        // `Terminating (lasts 5m)` is no phase.
        Some(status) if status.text.starts_with("Terminating") => {
            let age = status.text.split_once("(lasts ").map_or("0s", |(_, age)| age.trim_end_matches(')'));
            object.set(&["metadata", "deletionTimestamp"], status.span, Draft::plain(age, status.span));
        }
        _ => copy(&mut object, root("Status"), &["status", "phase"], plain),
    }
    copy(&mut object, root("Reason"), &["status", "reason"], plain);
    copy(&mut object, root("Message"), &["status", "message"], plain);
    copy(&mut object, root("IP"), &["status", "podIP"], plain);
    for (title, spec, status) in [
        ("Init Containers", "initContainers", "initContainerStatuses"),
        ("Containers", "containers", "containerStatuses"),
    ] {
        let Some(block) = root(title) else { continue };
        for container in described.below(block) {
            let Some(name) = container.key else { continue };
            let (spec_item, status_item) = self::container(described, container, name);
            object.push(&["spec", spec], name.span, spec_item);
            object.push(&["status", status], name.span, status_item);
        }
    }
    if let Some(block) = root("Conditions") {
        for cells in table(&block.lines) {
            if let [kind, status, ..] = cells.as_slice() {
                condition(&mut object, *kind, *status, &[]);
            }
        }
    }
    object
}

/// Spec and status of a container.
fn container(described: &Described<'_>, block: &Block<'_>, name: Part<'_>) -> (Draft, Draft) {
    let (mut spec, mut status) = (Draft::map(), Draft::map());
    for item in [&mut spec, &mut status] {
        item.set(&["name"], name.span, plain(name));
        copy(item, described.child(block, "Image"), &["image"], plain);
    }
    copy(&mut status, described.child(block, "Ready"), &["ready"], |ready| {
        Draft::plain(ready.text.to_lowercase(), ready.span)
    });
    copy(&mut status, described.child(block, "Restart Count"), &["restartCount"], plain);
    for (label, field) in [("State", "state"), ("Last State", "lastState")] {
        let Some(state) = described.child(block, label) else {
            continue;
        };
        let (Some(key), Some(word)) = (state.key, state.value) else {
            continue;
        };
        let word_key = word.text.to_lowercase();
        if !matches!(word_key.as_str(), "waiting" | "running" | "terminated") {
            continue;
        }
        let mut fields = Draft::map();
        copy(&mut fields, described.child(state, "Reason"), &["reason"], plain);
        copy(&mut fields, described.child(state, "Message"), &["message"], plain);
        copy(&mut fields, described.child(state, "Exit Code"), &["exitCode"], plain);
        copy(&mut fields, described.child(state, "Signal"), &["signal"], plain);
        copy(&mut fields, described.child(state, "Started"), &["startedAt"], time);
        copy(&mut fields, described.child(state, "Finished"), &["finishedAt"], time);
        status.set(&[field], key.span, Draft::Map(vec![(word_key, word.span, fields)]));
    }
    (spec, status)
}

/// Adds a condition; `more` are further fields.
fn condition(object: &mut Draft, kind: Part<'_>, status: Part<'_>, more: &[(&str, Draft)]) {
    if kind.text.is_empty() {
        return;
    }
    let mut fields = Draft::map();
    fields.set(&["type"], kind.span, plain(kind));
    fields.set(&["status"], kind.span, quoted(status));
    for (name, value) in more {
        fields.set(&[name], kind.span, value.clone());
    }
    object.push(&["status", "conditions"], kind.span, fields);
}

/// A described node.
pub(super) fn node(described: &Described<'_>) -> Draft {
    let mut object = Draft::map();
    let root = |key: &str| described.root(key);
    copy(&mut object, root("Name"), &["metadata", "name"], plain);
    pairs(described, &mut object);
    copy(&mut object, root("CreationTimestamp"), &["metadata", "creationTimestamp"], time);
    copy(&mut object, root("Unschedulable"), &["spec", "unschedulable"], plain);
    if let Some(block) = root("Taints") {
        for taint in block.value.iter().chain(&block.lines).filter(|taint| is_set(**taint)) {
            let (rest, effect) = taint.text.rsplit_once(':').unwrap_or((taint.text, ""));
            let (key, value) = rest.split_once('=').unwrap_or((rest, ""));
            let mut fields = Draft::map();
            for (name, text) in [("key", key), ("value", value), ("effect", effect)] {
                fields.set(&[name], taint.span, Draft::plain(text, taint.span));
            }
            object.push(&["spec", "taints"], taint.span, fields);
        }
    }
    if let Some(block) = root("Conditions") {
        for cells in table(&block.lines) {
            if let [kind, status, heartbeat, transition, reason, message] = cells.as_slice() {
                let more = [
                    ("lastHeartbeatTime", time(*heartbeat)),
                    ("lastTransitionTime", time(*transition)),
                    ("reason", plain(*reason)),
                    ("message", plain(*message)),
                ];
                condition(&mut object, *kind, *status, &more);
            }
        }
    }
    if let Some(block) = root("Addresses") {
        for address in described.below(block) {
            let (Some(kind), Some(value)) = (address.key, address.value) else {
                continue;
            };
            let mut fields = Draft::map();
            fields.set(&["type"], kind.span, plain(kind));
            fields.set(&["address"], kind.span, plain(value));
            object.push(&["status", "addresses"], kind.span, fields);
        }
    }
    if let Some(block) = root("System Info") {
        for (label, field) in [
            ("Boot ID", "bootID"),
            ("Kernel Version", "kernelVersion"),
            ("OS Image", "osImage"),
            ("Container Runtime Version", "containerRuntimeVersion"),
            ("Kubelet Version", "kubeletVersion"),
        ] {
            copy(&mut object, described.child(block, label), &["status", "nodeInfo", field], plain);
        }
    }
    object
}

/// The events below a description as Event objects about it.
pub(super) fn events(described: &Described<'_>, kind: &str) -> Vec<Draft> {
    let Some(block) = described.root("Events") else {
        return Vec::new();
    };
    let value = |key: &str| described.root(key).and_then(|block| block.value);
    table(&block.lines)
        .into_iter()
        .filter_map(|cells| {
            let [level, reason, age, from, message] = cells.as_slice() else {
                return None;
            };
            if !matches!(level.text, "Normal" | "Warning") {
                return None;
            }
            let mut event = Draft::map();
            let key = level.span;
            event.set(&["apiVersion"], key, Draft::plain("v1", key));
            event.set(&["kind"], key, Draft::plain("Event", key));
            event.set(&["involvedObject", "kind"], key, Draft::plain(kind, key));
            if let Some(name) = value("Name") {
                event.set(&["involvedObject", "name"], name.span, plain(name));
            }
            if let Some(namespace) = value("Namespace") {
                event.set(&["involvedObject", "namespace"], namespace.span, plain(namespace));
                event.set(&["metadata", "namespace"], namespace.span, plain(namespace));
            }
            event.set(&["type"], key, plain(*level));
            event.set(&["reason"], key, plain(*reason));
            event.set(&["message"], key, plain(*message));
            event.set(&["source", "component"], key, plain(*from));
            // `4m2s (x15 over 72m)`
            let end = age.text.find(" (x").unwrap_or(age.text.len());
            event.set(&["lastTimestamp"], key, plain(sub(*age, 0, end)));
            let repeats = age.text.get(end..).and_then(|rest| rest.strip_prefix(" (x")?.strip_suffix(')'));
            if let Some((count, first)) = repeats.and_then(|text| text.split_once(" over ")) {
                let at = end + 3;
                event.set(&["count"], key, plain(sub(*age, at, at + count.len())));
                let at = at + count.len() + 6;
                event.set(&["firstTimestamp"], key, plain(sub(*age, at, at + first.len())));
            }
            Some(event)
        })
        .collect()
}
