//! Which entries belong to one capture. Objects of different captures are never merged.

use std::collections::{BTreeMap, BTreeSet};

use super::dump::Dump;
use crate::facts::{Form, RawObject};
use crate::model::Time;
use crate::source::{EntryId, Sources};
use crate::yaml::NodeRef;

/// Name of a capture: empty where the bundle holds one.
pub(super) type CaptureKey = String;

/// Decides the capture of every outer entry.
///
/// A CI phase directory (`0-before`, `1-current`, `2-after`) is a capture; so is each dump where there are
/// several; so is each directory where the same objects stand in several of them with different versions; so is
/// what lies beside a dump and is newer.
#[must_use]
pub(super) fn capture_keys(sources: &Sources, dumps: &[Dump], objects: &[RawObject]) -> BTreeMap<EntryId, CaptureKey> {
    let outers: BTreeSet<EntryId> = sources.iter().map(|(id, _)| sources.outer(id)).collect();
    let path = |id: EntryId| sources.get(id).map_or("", |entry| entry.path.as_str());
    let phases: BTreeMap<EntryId, String> = outers.iter().filter_map(|id| Some((*id, phase(path(*id))?))).collect();
    if phases.values().collect::<BTreeSet<_>>().len() > 1 {
        return outers.iter().map(|id| (*id, phases.get(id).cloned().unwrap_or_default())).collect();
    }
    let dump_entries: BTreeSet<EntryId> = dumps.iter().map(|dump| sources.outer(dump.entry)).collect();
    if dump_entries.len() > 1 {
        return outers
            .iter()
            .map(|id| {
                if dump_entries.contains(id) {
                    return (*id, path(*id).to_owned());
                }
                // A file beside a dump belongs to it; elsewhere it stands for itself.
                let folder = parent(path(*id));
                let beside: Vec<&EntryId> = dump_entries.iter().filter(|dump| parent(path(**dump)) == folder).collect();
                match beside.as_slice() {
                    [dump] => (*id, path(**dump).to_owned()),
                    _ => (*id, String::new()),
                }
            })
            .collect();
    }
    let apart = directories_apart(sources, objects);
    if dump_entries.is_empty()
        && let Some(common) = apart
    {
        return outers.iter().map(|id| (*id, below(&common, path(*id)))).collect();
    }
    if let [dump] = dumps
        && made_later(sources, dump, objects)
    {
        return outers
            .iter()
            .map(|id| {
                (*id, if dump_entries.contains(id) { path(*id).to_owned() } else { "beside the dump".to_owned() })
            })
            .collect();
    }
    outers.into_iter().map(|id| (id, String::new())).collect()
}

/// The path up to and with a phase directory (`0-before`).
fn phase(path: &str) -> Option<String> {
    let mut prefix = String::new();
    for component in path.split('/') {
        if !prefix.is_empty() {
            prefix.push('/');
        }
        prefix.push_str(component);
        if matches!(component, "0-before" | "1-current" | "2-after") {
            return Some(prefix);
        }
    }
    None
}

fn parent(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(parent, _)| parent)
}

/// The directory right below `common` that a path lies in; empty for files beside it.
fn below(common: &[String], path: &str) -> CaptureKey {
    let parts: Vec<&str> = parent(path).split('/').collect();
    if parts.len() > common.len() && parts.iter().zip(common).all(|(a, b)| a == b) {
        parts.get(..=common.len()).unwrap_or_default().join("/")
    } else {
        String::new()
    }
}

/// One full copy of an object.
struct Copy<'o> {
    directory: &'o str,
    version: &'o str,
    /// When it last said that it is alive, in seconds since 1970.
    beat: Option<i64>,
}

/// Seconds between two heartbeats of one object from which on they are of different captures.
const APART: i64 = 300;

/// The directory below which different captures lie: the same objects stand in several directories in
/// different versions. Heartbeats alone change the version every few seconds, so either they are minutes apart, or
/// objects without heartbeats differ, or the directories say so themselves.
fn directories_apart(sources: &Sources, objects: &[RawObject]) -> Option<Vec<String>> {
    let mut seen: BTreeMap<(&str, &str, &str), Vec<Copy<'_>>> = BTreeMap::new();
    for object in objects.iter().filter(|object| object.form == Form::Full) {
        let root = object.root();
        let text = |route: &[&str]| root.at(route).and_then(NodeRef::text);
        let Some(version) = text(&["metadata", "resourceVersion"]).filter(|version| !version.is_empty()) else {
            continue;
        };
        let Some(entry) = sources.get(sources.outer(object.entry)) else { continue };
        let beat = text(&["status", "lastHeartbeat"]).and_then(Time::parse).and_then(Time::at);
        seen.entry((&object.kind, &object.namespace, &object.name)).or_default().push(Copy {
            directory: parent(&entry.path),
            version,
            beat: beat.map(jiff::Timestamp::as_second),
        });
    }
    let mut directories: BTreeSet<&str> = BTreeSet::new();
    let (mut still, mut minutes) = (0_usize, false);
    for ((kind, ..), copies) in &seen {
        let Some(first) = copies.first() else { continue };
        let others: Vec<&Copy<'_>> =
            copies.iter().filter(|copy| copy.directory != first.directory && copy.version != first.version).collect();
        if others.is_empty() {
            continue;
        }
        directories.insert(first.directory);
        directories.extend(others.iter().map(|copy| copy.directory));
        // Nodes and pods change by themselves too.
        still += usize::from(first.beat.is_none() && !matches!(*kind, "Node" | "Pod" | "Fabricator" | "Event"));
        minutes |= others
            .iter()
            .any(|copy| first.beat.zip(copy.beat).is_some_and(|(a, b)| a.saturating_sub(b).saturating_abs() > APART));
    }
    let common = common(&directories);
    let named = || {
        let names = directories.iter().filter_map(|path| path.split('/').nth(common.len()));
        names.filter(|name| is_moment(name)).collect::<BTreeSet<_>>().len() > 1
    };
    (directories.len() > 1 && (minutes || still >= 2 || named())).then_some(common)
}

/// Components that all paths begin with.
fn common(paths: &BTreeSet<&str>) -> Vec<String> {
    let mut paths = paths.iter().map(|path| path.split('/').collect::<Vec<_>>());
    let Some(mut common) = paths.next() else { return Vec::new() };
    for path in paths {
        let same = common.iter().zip(&path).take_while(|(a, b)| a == b).count();
        common.truncate(same);
    }
    common.into_iter().map(str::to_owned).collect()
}

/// True for the name of a directory that stands for a moment: `before`, `after-upgrade`, `2026-10-06`.
fn is_moment(name: &str) -> bool {
    const WORDS: [&str; 12] =
        ["before", "after", "old", "new", "pre", "post", "prior", "later", "broken", "healthy", "good", "bad"];
    let lower = name.to_lowercase();
    lower.split(|c: char| !c.is_alphanumeric()).any(|word| WORDS.contains(&word))
        || lower.bytes().filter(u8::is_ascii_digit).count() >= 6
}

/// True where a file beside the only dump holds a newer copy of one of its objects, of minutes later.
fn made_later(sources: &Sources, dump: &Dump, objects: &[RawObject]) -> bool {
    let Some(created) = dump.created_at.map(jiff::Timestamp::as_second) else { return false };
    let inside = |object: &RawObject| sources.outer(object.entry) == sources.outer(dump.entry);
    let held: BTreeSet<(&str, &str)> =
        objects.iter().filter(|o| inside(o)).map(|o| (o.kind.as_str(), o.name.as_str())).collect();
    objects.iter().filter(|object| object.form == Form::Full && !inside(object)).any(|object| {
        let beat = object.root().at(&["status", "lastHeartbeat"]).and_then(NodeRef::text);
        let beat = beat.and_then(Time::parse).and_then(Time::at);
        held.contains(&(object.kind.as_str(), object.name.as_str()))
            && beat.is_some_and(|beat| beat.as_second() > created.saturating_add(APART))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn phases() {
        assert_eq!(phase("_debug/1-current/vlab.hhs").as_deref(), Some("_debug/1-current"));
        assert_eq!(phase("a.zip!/x/0-before/y.log").as_deref(), Some("a.zip!/x/0-before"));
        assert_eq!(phase("2026/pods.yaml"), None);
    }

    #[test]
    fn directories() {
        let paths = BTreeSet::from(["a.zip!/x/before/yaml", "a.zip!/x/after"]);
        let common = common(&paths);
        assert_eq!(common, ["a.zip!", "x"]);
        assert_eq!(below(&common, "a.zip!/x/before/yaml/gateways.yaml"), "a.zip!/x/before");
        assert_eq!(below(&common, "a.zip!/x/README"), "");
        assert_eq!(below(&[], "before/x.yaml"), "before");
    }

    #[test]
    fn moments() {
        for (name, moment) in [("before", true), ("After-Upgrade", true), ("2026-10-06", true), ("yaml", false)] {
            assert_eq!(is_moment(name), moment, "{name}");
        }
    }
}
