//! The order of decoding: expand dumps, read objects, decide captures and clocks, then attribute logs,
//! outputs and metrics to gateways.

use std::collections::{BTreeMap, BTreeSet};

use rayon::prelude::*;

use super::capture::capture_keys;
use super::clock::{Candidates, clock, directory_time};
use super::date::{date_in, date_in_head};
use super::dump::Dump;
use super::expand::{Expanded, expand_all};
use super::gateways::{Outputs, gather, hosts};
use super::known::Known;
use super::noise::without_noise;
use super::objects::{Found, json_objects, yaml_objects};
use super::{Content, merge, tables};
use crate::facts::{Clock, GatewayData, Log, Misplaced, Objects, Output, PodRole, RawObject, default_namespace};
use crate::options::Options;
use crate::parse::command::RouteTables;
use crate::parse::log::{Dialect, Stream};
use crate::report::EntryInfo;
use crate::source::{EntryId, Problem, ProblemKind, Role, Sources};

/// Everything of one capture.
#[derive(Debug)]
pub struct Capture {
    /// Name: empty where the bundle holds one capture.
    pub name: String,
    /// Capture time.
    pub clock: Clock,
    /// True where its dump is cut.
    pub truncated: bool,
    /// Typed objects.
    pub objects: Objects,
    /// Gateway objects in a wrong namespace.
    pub misplaced: Vec<Misplaced>,
    /// Logs.
    pub logs: Vec<Log>,
    /// Gateways and what was captured on them.
    pub gateways: Vec<GatewayData>,
    /// Route tables of switches.
    pub switch_routes: Vec<(String, Output<RouteTables>)>,
}

/// A decoded bundle.
#[derive(Debug)]
pub struct Decoded {
    /// Captures, by name.
    pub captures: Vec<Capture>,
    /// Documents read.
    pub documents: usize,
    /// The inventory.
    pub entries: Vec<EntryInfo>,
    /// True if anything of a Hedgehog installation is there.
    pub recognised: bool,
    /// True if the bundle is a dump itself.
    pub is_dump: bool,
}

/// One entry with what it was taken for and the objects in it.
#[derive(Debug)]
pub(super) struct Read {
    pub(super) id: EntryId,
    pub(super) content: Content,
    pub(super) found: Found,
}

/// Decodes all entries.
pub fn decode(sources: &mut Sources, problems: &mut Vec<Problem>, options: &Options) -> Decoded {
    let Expanded { dumps, files } = expand_all(sources, problems);
    let sources = &*sources;
    let ids: Vec<EntryId> = sources.iter().map(|(id, _)| id).collect();
    let reads: Vec<Read> = ids.into_par_iter().map(|id| read(sources, id, files.get(&id).copied())).collect();
    problems.extend(super::inventory::not_understood(sources, &reads));
    let mut by_capture: BTreeMap<String, Vec<Read>> = BTreeMap::new();
    let all_objects: Vec<RawObject> = reads.iter().flat_map(|read| read.found.objects.iter().cloned()).collect();
    let keys = capture_keys(sources, &dumps, &all_objects);
    drop(all_objects);
    let documents = reads.iter().map(|read| read.found.documents).sum();
    for read in reads {
        let key = keys.get(&sources.outer(read.id)).cloned().unwrap_or_default();
        by_capture.entry(key).or_default().push(read);
    }
    let mut captures = Vec::new();
    let mut entries = Vec::new();
    let mut recognised = false;
    for (name, mut reads) in by_capture {
        for read in &mut reads {
            problems.append(&mut read.found.problems);
        }
        let capture = build(sources, name, reads, &dumps, options, problems, &mut entries);
        recognised |= is_hedgehog(&capture) || !dumps.is_empty();
        captures.push(capture);
    }
    if captures.is_empty() {
        recognised = false;
    }
    // A capture without anything beside one that has everything is no capture of its own (a README).
    if captures.len() > 1 {
        captures.retain(is_hedgehog);
    }
    Decoded { captures, documents, entries, recognised, is_dump: !dumps.is_empty() }
}

/// Anything that only a Hedgehog installation has.
fn is_hedgehog(capture: &Capture) -> bool {
    let objects = &capture.objects;
    !capture.gateways.is_empty()
        || !objects.agents.objects.is_empty()
        || !objects.switches.objects.is_empty()
        || !objects.connections.objects.is_empty()
        || !objects.fabricators.objects.is_empty()
        || !objects.vpcs.objects.is_empty()
        || !objects.vpc_infos.objects.is_empty()
        || !objects.peerings.objects.is_empty()
        || !objects.gateway_groups.objects.is_empty()
        || !objects.vpc_attachments.objects.is_empty()
        || !objects.vpc_peerings.objects.is_empty()
        || !objects.externals.objects.is_empty()
        || !objects.external_attachments.objects.is_empty()
        || !objects.external_peerings.objects.is_empty()
        || !objects.ipv4_namespaces.objects.is_empty()
        || capture.logs.iter().any(|log| {
            matches!(log.stream, Stream::Dataplane | Stream::FabricCtrl | Stream::GatewayCtrl | Stream::SwitchAgent)
                && !log.scan.hits.is_empty()
        })
}

fn read(sources: &Sources, id: EntryId, file: Option<Content>) -> Read {
    let Some(entry) = sources.get(id) else {
        return Read { id, content: Content::Unknown, found: Found::default() };
    };
    if entry.binary {
        return Read { id, content: Content::Binary, found: Found::default() };
    }
    let text = &entry.text;
    let mut found = Found::default();
    let content = match &entry.role {
        Role::Resources => {
            found = yaml_objects(id, text, !entry.truncated, entry.truncated);
            return Read { id, content: Content::Yaml, found };
        }
        // `kubectl logs` of a container that has none.
        Role::PodLog { .. } if super::noise::is_only_noise(text) => {
            return Read { id, content: Content::Messages, found };
        }
        Role::PodLog { .. } => Content::Log(Dialect::Timestamped),
        Role::Insight { command, .. } => match Known::by_command(command) {
            Some(known) => Content::Command(known),
            None => Content::Unknown,
        },
        Role::Section { title } => match Known::by_command(title) {
            Some(known) => Content::Command(known),
            // A short log is no less a log.
            None if title.to_lowercase().contains("logs") && !title.contains(" get ") => {
                Content::Log(Dialect::Timestamped)
            }
            None => match super::classify(text) {
                // A part is not taken apart again.
                Content::Sections | Content::ClusterDump | Content::Dump => Content::Unknown,
                content => content,
            },
        },
        Role::File => file.unwrap_or_else(|| super::classify(text)),
    };
    match content {
        Content::Yaml => {
            let clean = without_noise(text);
            found = yaml_objects(id, &clean.text, false, entry.truncated);
            found.problems.extend(clean.messages.iter().map(|message| message.problem(id)));
        }
        Content::Json => {
            let clean = without_noise(text);
            found = json_objects(id, &clean.text);
            found.problems.extend(clean.messages.iter().map(|message| message.problem(id)));
        }
        Content::Table | Content::Messages => found = tables::table_objects(id, text, &entry.path, &entry.role),
        Content::Describe => found = tables::describe_objects(id, text),
        _ => {}
    }
    if entry.truncated {
        found.complete.clear();
    }
    Read { id, content, found }
}

fn build(
    sources: &Sources,
    name: String,
    reads: Vec<Read>,
    dumps: &[Dump],
    options: &Options,
    problems: &mut Vec<Problem>,
    entries: &mut Vec<EntryInfo>,
) -> Capture {
    let mut raws = Vec::new();
    let mut complete = BTreeSet::new();
    let mut contents = Vec::with_capacity(reads.len());
    for read in reads {
        entries.push(super::inventory::entry_info(sources, &read));
        raws.extend(read.found.objects);
        complete.extend(read.found.complete);
        contents.push((read.id, read.content));
    }
    fill_namespaces(&mut raws);
    let merged = merge(raws);
    let mut candidates = candidates(sources, &contents, dumps, options);
    let mut older: BTreeMap<EntryId, (usize, String)> = BTreeMap::new();
    for object in &merged {
        for entry in &object.older {
            let name = || format!("{} {}", object.raw.kind, object.raw.name);
            older.entry(*entry).or_insert_with(|| (0, name())).0 += 1;
        }
        candidates.dated_ages.extend(object.dated_ages.iter().copied());
        for contradiction in &object.contradictions {
            problems.push(
                Problem::note(
                    ProblemKind::Contradiction,
                    format!(
                        "{} {}: {} is {} here and {} in another file",
                        object.raw.kind,
                        object.raw.name,
                        contradiction.field,
                        contradiction.used.0,
                        contradiction.other.0
                    ),
                )
                .help("the two were captured at different moments; the value here is used")
                .at(contradiction.used.1.entry, contradiction.used.1.span),
            );
        }
    }
    for (entry, (count, first)) in older {
        let message = if count == 1 {
            format!("an older copy of {first} than another file holds: not used")
        } else {
            format!("older copies of {count} objects than other files hold ({first}, …): not used")
        };
        problems.push(Problem::note(ProblemKind::Contradiction, message).in_entry(entry));
    }
    let (mut objects, found) = Objects::load(merged, &complete);
    let misplaced = objects.set_aside_misplaced();
    problems.extend(found);
    let clock = clock(&candidates, &objects, problems);
    let truncated = contents.iter().any(|(id, _)| {
        dumps.iter().any(|dump| dump.truncated && (dump.entry == *id || sources.outer(*id) == dump.entry))
    });
    let (hosts, switch_hosts) = hosts(sources, &contents);
    let gathered =
        gather(&Outputs { sources, contents: &contents, objects: &objects, clock: &clock, hosts, switch_hosts });
    for info in entries.iter_mut() {
        if let Some(attribution) = gathered.attributions.get(&(info.path.clone(), info.entry.clone())) {
            info.attribution = Some(attribution.clone());
        }
    }
    problems.extend(gathered.problems);
    Capture {
        name,
        clock,
        truncated,
        objects,
        misplaced,
        logs: gathered.logs,
        gateways: gathered.gateways,
        switch_routes: gathered.switch_routes,
    }
}

/// Forms without a namespace: that of a full object of the same name, else the kind's own.
fn fill_namespaces(raws: &mut [RawObject]) {
    let mut known: BTreeMap<(String, String), BTreeSet<String>> = BTreeMap::new();
    for raw in raws.iter().filter(|raw| !raw.namespace.is_empty()) {
        known.entry((raw.kind.clone(), raw.name.clone())).or_default().insert(raw.namespace.clone());
    }
    // Groups of table kinds without apiVersion follow those of full objects of the same name.
    for raw in raws.iter_mut().filter(|raw| raw.namespace.is_empty()) {
        let Some(default) = default_namespace(&raw.kind) else { continue };
        if default.is_empty() {
            continue;
        }
        let places = known.get(&(raw.kind.clone(), raw.name.clone()));
        let place = places.and_then(|places| if places.len() == 1 { places.first() } else { None });
        raw.namespace = place.cloned().unwrap_or_else(|| default.to_owned());
    }
}

/// Sections of show-tech files that tell when they were made (bundle reference 2.4).
const DATED: [&str; 3] = ["Date/Time", "Runner Environment Diagnostics", "Current Time Settings"];

fn candidates(sources: &Sources, contents: &[(EntryId, Content)], dumps: &[Dump], options: &Options) -> Candidates {
    let mut candidates = Candidates { given: options.captured_at, ..Candidates::default() };
    for (id, content) in contents {
        let Some(entry) = sources.get(*id) else { continue };
        if let Some(dump) = dumps.iter().find(|dump| dump.entry == *id) {
            if let Some(at) = dump.created_at {
                candidates.dump = Some((at, entry.path.clone()));
            }
            continue;
        }
        let date = match (&entry.role, content) {
            (Role::Section { title }, _) if DATED.contains(&title.as_str()) => date_in_head(&entry.text),
            (_, Content::Date) => date_in(&entry.text),
            _ => None,
        };
        if let Some(at) = date {
            candidates.dates.push((at, sources.get(sources.outer(*id)).map_or_else(String::new, |e| e.path.clone())));
        }
        if candidates.directory.is_none() {
            candidates.directory = directory_time(&entry.path);
        }
    }
    candidates
}

/// Pods by name with their node, for attributing logs of node-bound pods.
pub(super) fn node_of_pod<'o>(objects: &'o Objects, pod: &str) -> Option<&'o str> {
    objects.pods.find(pod).map(|object| object.spec.node_name.as_str()).filter(|node| !node.is_empty())
}

/// Names of all gateways that anything in the capture names.
pub(super) fn gateway_names(objects: &Objects) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    names.extend(objects.gateways.objects.iter().map(|object| object.meta.name.clone()));
    names.extend(objects.gateway_agents.objects.iter().map(|object| object.meta.name.clone()));
    let daemon_sets = objects.daemon_sets.objects.iter().filter_map(|object| PodRole::parse(&object.meta.name));
    let workloads = objects.pods.objects.iter().filter_map(PodRole::of).chain(daemon_sets);
    names.extend(workloads.map(|(gateway, _)| gateway.to_owned()));
    names
}
