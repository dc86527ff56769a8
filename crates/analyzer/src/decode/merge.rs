//! One object from several sources: YAML or JSON before describe before tables, newer before older,
//! field by field.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::facts::{Contradiction, Form, RawObject, field_path};
use crate::model::Time;
use crate::source::EntryId;
use crate::yaml::{NodeId, NodeKind, NodeRef, TreeBuilder};

/// An object with all its sources merged.
#[derive(Debug)]
pub struct MergedObject {
    /// The merged object.
    pub raw: RawObject,
    /// Fields on which sources disagree.
    pub contradictions: Vec<Contradiction>,
    /// Times that one source prints as an age and another as an instant: (instant, age in seconds,
    /// precision in seconds). They give the capture time.
    pub dated_ages: Vec<(jiff::Timestamp, i64, i64)>,
    /// Entries that hold an older copy of the object, which is not used.
    pub older: Vec<EntryId>,
}

/// Merges objects of one capture by kind, namespace and name. The result is sorted by them.
#[must_use]
pub fn merge(raws: Vec<RawObject>) -> Vec<MergedObject> {
    let mut groups: BTreeMap<(String, String, String, String), Vec<RawObject>> = BTreeMap::new();
    for raw in raws {
        let key = (raw.kind.clone(), raw.group().to_owned(), raw.namespace.clone(), raw.name.clone());
        groups.entry(key).or_default().push(raw);
    }
    groups.into_values().filter_map(merge_group).collect()
}

fn merge_group(mut group: Vec<RawObject>) -> Option<MergedObject> {
    group.sort_by(|a, b| {
        a.form
            .cmp(&b.form)
            .then_with(|| newness(b).cmp(&newness(a)))
            .then_with(|| a.entry.cmp(&b.entry))
            .then_with(|| a.node.cmp(&b.node))
    });
    let mut sources = group.into_iter();
    let first = sources.next()?;
    // A copy of another version is whole in itself: what the newest lacks was unset meanwhile.
    let (rest, older): (Vec<RawObject>, Vec<RawObject>) = sources.partition(|other| !is_older(&first, other));
    let older: Vec<EntryId> = older.iter().map(|other| other.entry).collect();
    if rest.is_empty() {
        return Some(MergedObject { raw: first, contradictions: Vec::new(), dated_ages: Vec::new(), older });
    }
    let mut merger = Merger {
        builder: TreeBuilder::new(first.entry),
        contradictions: Vec::new(),
        dated_ages: Vec::new(),
        route: Vec::new(),
        // A stale copy of the same form is simply older; only a different form is a second witness.
        witness: rest.iter().any(|other| other.form != first.form),
    };
    let mut nodes = vec![first.root()];
    nodes.extend(rest.iter().map(RawObject::root));
    let root = merger.merge(&nodes);
    let Merger { builder, contradictions, dated_ages, .. } = merger;
    let tree = Arc::new(builder.finish(Some(root)));
    Some(MergedObject { raw: RawObject { tree, node: root, ..first }, contradictions, dated_ages, older })
}

/// True for a full copy of another version than `first`, or one that never was in the cluster (a manifest).
fn is_older(first: &RawObject, other: &RawObject) -> bool {
    let version =
        |raw: &RawObject| raw.root().at(&["metadata", "resourceVersion"]).and_then(NodeRef::text).map(str::to_owned);
    first.form == Form::Full && other.form == Form::Full && {
        let own = version(first);
        own.is_some() && own != version(other)
    }
}

/// Larger is newer: resource version as a number, then the newest time in the status.
fn newness(raw: &RawObject) -> (u64, Option<jiff::Timestamp>) {
    let root = raw.root();
    let version = root.at(&["metadata", "resourceVersion"]).and_then(NodeRef::text);
    let beat = root.at(&["status", "lastHeartbeat"]).and_then(NodeRef::text);
    (version.and_then(|text| text.parse().ok()).unwrap_or(0), beat.and_then(Time::parse).and_then(Time::at))
}

struct Merger {
    builder: TreeBuilder,
    contradictions: Vec<Contradiction>,
    dated_ages: Vec<(jiff::Timestamp, i64, i64)>,
    route: Vec<String>,
    witness: bool,
}

impl Merger {
    /// Merges nodes of one route, best source first; at least one node is given.
    fn merge(&mut self, nodes: &[NodeRef<'_>]) -> NodeId {
        let Some(first) = nodes.first().copied() else {
            return self.builder.mapping(&[], crate::source::Span::default());
        };
        if first.kind() != NodeKind::Mapping {
            self.compare(first, nodes);
            return self.builder.copy(first);
        }
        let maps: Vec<NodeRef<'_>> = nodes.iter().copied().filter(|node| node.kind() == NodeKind::Mapping).collect();
        let mut pairs = Vec::new();
        let mut seen = std::collections::BTreeSet::new();
        for (index, map) in maps.iter().enumerate() {
            for (key, _) in map.entries() {
                let Some(name) = key.text() else { continue };
                if !seen.insert(name.to_owned()) {
                    continue;
                }
                let values: Vec<NodeRef<'_>> = maps.iter().skip(index).filter_map(|map| map.get(name)).collect();
                self.route.push(name.to_owned());
                let value = self.merge(&values);
                self.route.pop();
                pairs.push((self.builder.copy(key), value));
            }
        }
        self.builder.mapping(&pairs, first.place().span)
    }

    fn compare(&mut self, used: NodeRef<'_>, nodes: &[NodeRef<'_>]) {
        let Some(text) = used.text() else { return };
        for other in nodes.iter().skip(1) {
            let Some(second) = other.text() else { continue };
            if second == text {
                continue;
            }
            match (Time::parse(text), Time::parse(second)) {
                (Some(Time::At(at)), Some(Time::Age { seconds, precision })) => {
                    self.dated_ages.push((at, seconds, precision));
                }
                (Some(Time::At(_) | Time::Never), Some(Time::At(_) | Time::Future | Time::Never)) => {}
                _ if self.witness && self.is_state() => self.contradictions.push(Contradiction {
                    field: field_path(&self.route),
                    used: (text.to_owned(), used.place()),
                    other: (second.to_owned(), other.place()),
                }),
                _ => {}
            }
        }
    }

    /// Only generations and versions are worth the user's time: counters and ages always differ.
    fn is_state(&self) -> bool {
        self.route
            .last()
            .is_some_and(|key| matches!(key.as_str(), "generation" | "lastAppliedGen" | "version" | "gatewayGroup"))
    }
}
