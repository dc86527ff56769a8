//! Columns that need more than a copy into a field.

use super::columns::{Cast, is_absent};
use super::{Cell, Row, Table};
use crate::parse::draft::Draft;
use crate::parse::kinds;
use crate::source::Span;

/// Most roles of a node that are read.
const MAX_ROLES: usize = 32;

/// A part of a cell's text as a scalar at its own place.
fn part(cell: Cell<'_>, text: &str) -> Draft {
    let offset = (text.as_ptr() as usize).saturating_sub(cell.text.as_ptr() as usize);
    let start = (cell.span.start as usize).saturating_add(offset);
    Draft::plain(text, Span::new(start, start.saturating_add(text.len())))
}

/// Puts one cell into the object of its row.
pub(super) fn fill(kind: &str, table: &Table<'_>, row: &Row<'_>, cell: Cell<'_>, object: &mut Draft) {
    let Some(column) = table.header.get(cell.column) else {
        return;
    };
    let key = column.span;
    match (kind, column.name) {
        ("GatewayAgent", "VERSION") => {
            // Releases that print the heartbeat print the dataplane's version here.
            let newer = table.column("HEARTBEAT").is_some();
            let path: &[&str] =
                if newer { &["status", "state", "dataplane", "version"] } else { &["status", "agentVersion"] };
            object.set(path, key, part(cell, cell.text));
        }
        ("Fabricator", "READY") => condition(object, key, cell, "Ready", cell.text),
        ("Fabricator", "GWREADY") => condition(object, key, cell, "GatewayReady", cell.text),
        ("Pod", "RESTARTS") => restarts(object, key, cell),
        ("Node", "STATUS") => node_status(object, key, cell),
        ("Node", "ROLES") => {
            for role in cell.text.split(',').filter(|role| !role.is_empty()).take(MAX_ROLES) {
                let label = format!("node-role.kubernetes.io/{role}");
                object.set(&["metadata", "labels", &label], cell.span, quoted_empty(cell));
            }
        }
        ("Node", "INTERNAL-IP") => address(object, key, cell, "InternalIP"),
        ("Node", "EXTERNAL-IP") => address(object, key, cell, "ExternalIP"),
        ("Event", "LAST SEEN") => last_seen(object, key, cell),
        ("Event", "OBJECT") => event_object(object, key, table, row, cell),
        ("Event", "SOURCE") => {
            let (component, host) = cell.text.split_once(", ").unwrap_or((cell.text, ""));
            object.set(&["source", "component"], key, part(cell, component));
            if !host.is_empty() {
                object.set(&["source", "host"], key, part(cell, host));
            }
        }
        ("Deployment" | "StatefulSet", "READY") => {
            if let Some((ready, wanted)) = cell.text.split_once('/') {
                object.set(&["status", "readyReplicas"], key, part(cell, ready));
                object.set(&["spec", "replicas"], key, part(cell, wanted));
            }
        }
        ("DaemonSet", "NODE SELECTOR") => {
            let pairs = pairs(cell);
            object.set(&["spec", "template", "spec", "nodeSelector"], key, pairs);
        }
        (_, "IMAGES") => containers(object, key, table, row, cell),
        (_, "LABELS") => object.set(&["metadata", "labels"], key, pairs(cell)),
        _ => {}
    }
}

/// A pod's columns are also put where a pod holds the same thing.
pub(super) fn pod_fields(table: &Table<'_>, row: &Row<'_>, object: &mut Draft) {
    let cell = |name: &str| table.cell(row, name).filter(|cell| !is_absent(cell.text));
    let key = |cell: &Cell<'_>| table.header.get(cell.column).map_or(cell.span, |column| column.span);
    if let Some(node) = cell("NODE") {
        object.set(&["spec", "nodeName"], key(&node), part(node, node.text));
    }
    if let Some(ip) = cell("IP") {
        object.set(&["status", "podIP"], key(&ip), part(ip, ip.text));
    }
    // Other words are reasons that kubectl chose, not phases.
    if let Some(status) = cell("STATUS")
        && matches!(status.text, "Running" | "Pending" | "Succeeded" | "Failed")
    {
        object.set(&["status", "phase"], key(&status), part(status, status.text));
    }
}

fn quoted_empty(cell: Cell<'_>) -> Draft {
    Draft::Scalar { text: String::new(), style: crate::source::ScalarStyle::DoubleQuoted, span: cell.span }
}

fn condition(object: &mut Draft, key: Span, cell: Cell<'_>, kind: &str, status: &str) {
    let mut condition = Draft::map();
    condition.set(&["type"], key, Draft::plain(kind, key));
    condition.set(
        &["status"],
        key,
        Draft::Scalar { text: status.to_owned(), style: crate::source::ScalarStyle::DoubleQuoted, span: cell.span },
    );
    object.push(&["status", "conditions"], key, condition);
}

/// `3` or `3 (5m ago)`.
fn restarts(object: &mut Draft, key: Span, cell: Cell<'_>) {
    let (count, last) = cell.text.split_once(" (").unwrap_or((cell.text, ""));
    object.set(&["x-table", "restarts"], key, part(cell, count));
    if let Some(age) = last.strip_suffix(" ago)") {
        object.set(&["x-table", "lastRestart"], key, part(cell, age));
    }
}

/// `Ready`, `NotReady`, `Ready,SchedulingDisabled`, `Unknown`.
fn node_status(object: &mut Draft, key: Span, cell: Cell<'_>) {
    for word in cell.text.split(',') {
        match word {
            "Ready" => condition(object, key, cell, "Ready", "True"),
            "NotReady" => condition(object, key, cell, "Ready", "False"),
            "SchedulingDisabled" => {
                object.set(&["spec", "unschedulable"], key, Draft::plain("true", cell.span));
            }
            _ => {}
        }
    }
}

fn address(object: &mut Draft, key: Span, cell: Cell<'_>, kind: &str) {
    let mut address = Draft::map();
    address.set(&["type"], key, Draft::plain(kind, key));
    address.set(&["address"], key, part(cell, cell.text));
    object.push(&["status", "addresses"], key, address);
}

/// `4m2s` or `4m2s (x15 over 72m)`.
fn last_seen(object: &mut Draft, key: Span, cell: Cell<'_>) {
    let (last, rest) = cell.text.split_once(" (x").unwrap_or((cell.text, ""));
    object.set(&["lastTimestamp"], key, part(cell, last));
    if let Some((count, first)) = rest.strip_suffix(')').and_then(|rest| rest.split_once(" over ")) {
        if Cast::Int.fits(count) {
            object.set(&["count"], key, part(cell, count));
        }
        object.set(&["firstTimestamp"], key, part(cell, first));
    }
}

/// `pod/name`: the kind is in lower case.
fn event_object(object: &mut Draft, key: Span, table: &Table<'_>, row: &Row<'_>, cell: Cell<'_>) {
    let Some((resource, name)) = cell.text.split_once('/') else {
        return;
    };
    let kind = kinds::by_resource(resource).map_or(resource, |info| info.kind);
    let Draft::Scalar { span, .. } = part(cell, resource) else {
        return;
    };
    object.set(&["involvedObject", "kind"], key, Draft::plain(kind, span));
    object.set(&["involvedObject", "name"], key, part(cell, name));
    if let Some(namespace) = table.cell(row, "NAMESPACE") {
        object.set(&["involvedObject", "namespace"], key, part(namespace, namespace.text));
    }
}

/// `a=b,c=d` as a mapping.
fn pairs(cell: Cell<'_>) -> Draft {
    let mut entries = Vec::new();
    for pair in cell.text.split(',').filter(|pair| !pair.is_empty()) {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        let Draft::Scalar { span, .. } = part(cell, name) else {
            continue;
        };
        let mut value = part(cell, value);
        if let Draft::Scalar { style, .. } = &mut value {
            *style = crate::source::ScalarStyle::DoubleQuoted;
        }
        entries.push((name.to_owned(), span, value));
    }
    Draft::Map(entries)
}

/// Names and images of the containers, printed as two lists.
fn containers(object: &mut Draft, key: Span, table: &Table<'_>, row: &Row<'_>, images: Cell<'_>) {
    let Some(names) = table.cell(row, "CONTAINERS") else {
        return;
    };
    let list = names
        .text
        .split(',')
        .zip(images.text.split(','))
        .map(|(name, image)| {
            let mut container = Draft::map();
            container.set(&["name"], key, part(names, name));
            container.set(&["image"], key, part(images, image));
            container
        })
        .collect();
    object.set(&["spec", "template", "spec", "containers"], key, Draft::Seq(list));
}
