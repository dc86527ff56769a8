//! Logs, outputs and metrics, attributed to gateways.

use std::collections::{BTreeMap, BTreeSet};

use rayon::prelude::*;

use super::Content;
use super::attribute::{Owner, gateway_in_path, owner, stream_in_path, stream_of};
use super::known::Known;
use super::pipeline::{gateway_names, node_of_pod};
use crate::facts::{Clock, GatewayData, Insight, Log, Objects, Output, Series, VpcMetrics, VpcSample};
use crate::parse::command::{
    BfdPeers, BgpSummary, Read, RouteTables, RpcStats, RunningConfig, ShowTech, Unread, ip_link_names,
};
use crate::parse::log::{Dialect, Stream, scan};
use crate::parse::prometheus;
use crate::source::{EntryId, Problem, ProblemKind, Role, Sources};

/// What to look at.
pub(super) struct Outputs<'a> {
    pub(super) sources: &'a Sources,
    pub(super) contents: &'a [(EntryId, Content)],
    pub(super) objects: &'a Objects,
    pub(super) clock: &'a Clock,
}

/// What was found.
#[derive(Debug, Default)]
pub(super) struct Gathered {
    pub(super) logs: Vec<Log>,
    pub(super) gateways: Vec<GatewayData>,
    pub(super) switch_routes: Vec<(String, Output<RouteTables>)>,
    pub(super) problems: Vec<Problem>,
    /// (path, inner entry) to attribution.
    pub(super) attributions: BTreeMap<(String, Option<String>), String>,
}

/// Reads all logs, outputs and metrics of a capture.
pub(super) fn gather(outputs: &Outputs<'_>) -> Gathered {
    let sources = outputs.sources;
    let mut names = gateway_names(outputs.objects);
    for (id, _) in outputs.contents {
        if let Some(Role::Insight { gateway, .. }) = sources.get(*id).map(|entry| &entry.role) {
            names.insert(gateway.clone());
        }
    }
    let mut gathered = Gathered::default();
    let mut loose = BTreeSet::new();
    gathered.logs = logs(outputs, &names, &mut gathered.attributions, &mut loose);
    for log in &gathered.logs {
        names.extend(log.gateway.clone().filter(|name| !loose.contains(name)));
    }
    let mut gateways: BTreeMap<String, GatewayData> = names.iter().map(|name| (name.clone(), named(name))).collect();
    for name in loose {
        gateways.entry(name.clone()).or_insert_with(|| GatewayData { loose: true, ..named(&name) });
    }
    for (id, content) in outputs.contents {
        output(outputs, *id, *content, &names, &mut gateways, &mut gathered);
    }
    gathered.gateways = gateways.into_values().collect();
    gathered
}

fn named(name: &str) -> GatewayData {
    GatewayData { name: name.to_owned(), ..GatewayData::default() }
}

fn key_of(sources: &Sources, id: EntryId) -> (String, Option<String>) {
    let outer = sources.outer(id);
    let path = |id: EntryId| sources.get(id).map(|entry| entry.path.clone()).unwrap_or_default();
    (path(outer), (outer != id).then(|| path(id)))
}

fn logs(
    outputs: &Outputs<'_>,
    names: &BTreeSet<String>,
    attributions: &mut BTreeMap<(String, Option<String>), String>,
    loose: &mut BTreeSet<String>,
) -> Vec<Log> {
    let sources = outputs.sources;
    let mut wanted: Vec<(EntryId, Stream, Owner)> = outputs
        .contents
        .iter()
        .filter_map(|(id, content)| {
            let Content::Log(dialect) = content else { return None };
            let entry = sources.get(*id)?;
            let mut owner = owner(sources, *id, names);
            let stream = match &entry.role {
                Role::PodLog { container: Some(container), pod, .. } => stream_of(pod, container)?,
                Role::PodLog { pod, .. } => stream_of(pod, "")?,
                Role::Section { title } => stream_in_path(title).or_else(|| stream_of(&owner.pod, &owner.container))?,
                _ => log_stream(&owner, &entry.path, &entry.text, *dialect)?,
            };
            if owner.gateway.is_none() {
                owner.gateway = gateway_in_text(stream, &entry.text).map(str::to_owned);
                if owner.gateway.is_some() {
                    owner.by_name = false;
                }
            }
            if owner.gateway.is_none()
                && let Some(node) = node_of_pod(outputs.objects, &owner.pod)
                && names.contains(node)
            {
                owner.gateway = Some(node.to_owned());
            }
            Some((*id, stream, owner))
        })
        .collect();
    let mut all = names.clone();
    all.extend(wanted.iter().filter_map(|(.., owner)| owner.gateway.clone()));
    for (id, stream, owner) in &mut wanted {
        let of_gateway = matches!(stream, Stream::Dataplane | Stream::Frr | Stream::GatewayAgent25);
        let mut how = if owner.by_name { "by name" } else { "by content" };
        if of_gateway && owner.gateway.is_none() {
            owner.by_name = true;
            if all.len() == 1 {
                owner.gateway = all.first().cloned();
                how = "the only gateway";
            } else {
                // The finding names the entry instead.
                owner.gateway = sources.get(sources.outer(*id)).map(|entry| entry.path.clone());
                how = "nothing names the gateway";
                loose.extend(owner.gateway.clone());
            }
        }
        let whose = owner.gateway.as_deref().unwrap_or(if owner.pod.is_empty() { "unknown" } else { &owner.pod });
        attributions.insert(key_of(sources, *id), format!("{stream:?} of {whose}, {how}"));
    }
    wanted
        .into_par_iter()
        .map(|(id, stream, owner)| {
            let text = sources.text(id);
            Log {
                entry: id,
                base: 0,
                stream,
                namespace: owner.namespace,
                pod: owner.pod,
                container: owner.container,
                gateway: owner.gateway,
                previous: owner.previous,
                by_name: owner.by_name,
                scan: scan(text, stream, outputs.clock.now),
            }
        })
        .collect()
}

/// Stream of a log file: by its pod, its form, its name.
fn log_stream(owner: &Owner, path: &str, text: &str, dialect: Dialect) -> Option<Stream> {
    if !owner.pod.is_empty() {
        return stream_of(&owner.pod, &owner.container);
    }
    match dialect {
        Dialect::Frr => Some(Stream::Frr),
        Dialect::Tracing => {
            let head: String = text.lines().take(50).collect();
            if head.contains("dataplane") || path.contains("dataplane") {
                Some(Stream::Dataplane)
            } else {
                Some(Stream::Frr)
            }
        }
        _ => stream_in_path(path)
            .filter(|stream| !matches!(stream, Stream::Dataplane | Stream::Frr))
            .or_else(|| stream_in_text(text)),
    }
}

/// Gateway daemons by what only they write, for logs in a wrapper (docker's JSON, `--timestamps`).
fn stream_in_text(text: &str) -> Option<Stream> {
    let head = text.get(..text.floor_char_boundary(16_384)).unwrap_or(text);
    let holds = |words: &[&str]| words.iter().any(|word| head.contains(word));
    if holds(&["dataplane_mgmt", "dataplane_routing", "dataplane_nat", "Starting dataplane for gateway"]) {
        Some(Stream::Dataplane)
    } else if holds(&[" BGP: [", " ZEBRA: [", " WATCHFRR: [", "frr_agent"]) {
        Some(Stream::Frr)
    } else {
        None
    }
}

/// The gateway that a log names itself.
fn gateway_in_text(stream: Stream, text: &str) -> Option<&str> {
    if stream != Stream::Dataplane {
        return None;
    }
    let at = memchr::memmem::find(text.as_bytes(), b"Starting dataplane for gateway '")?;
    text.get(at..)?.split('\'').nth(1)
}

fn output(
    outputs: &Outputs<'_>,
    id: EntryId,
    content: Content,
    names: &BTreeSet<String>,
    gateways: &mut BTreeMap<String, GatewayData>,
    gathered: &mut Gathered,
) {
    let sources = outputs.sources;
    let Some(entry) = sources.get(id) else { return };
    if let Role::Insight { gateway, command, stream } = &entry.role {
        let data = gateways.entry(gateway.clone()).or_insert_with(|| named(gateway));
        note_insight(data, command, stream, id);
        if stream != "stdout" {
            return;
        }
    }
    let (Content::Command(_) | Content::Metrics) = content else { return };
    let mut owner = owner(sources, id, names);
    if owner.gateway.is_none() {
        owner.gateway = gateway_of_output(content, &entry.text, outputs.objects);
        owner.by_name = owner.by_name && owner.gateway.is_none();
    }
    // One gateway and one file: there is nobody else it could be of.
    let mut only = false;
    if owner.gateway.is_none() && names.len() == 1 && device_in_path(sources, id, outputs.objects).is_none() {
        owner.gateway = names.first().cloned();
        (only, owner.by_name) = (true, true);
    }
    let switch = device_in_path(sources, id, outputs.objects);
    if owner.gateway.is_none()
        && switch.is_none()
        && let Role::Section { title } = &entry.role
    {
        // `gateway-1# show bgp summary` where no object names the gateway.
        owner.gateway = super::session::host(title).map(str::to_owned);
    }
    // Without any object, a file that is named after a gateway is all there is.
    if owner.gateway.is_none() && content == Content::Metrics && names.is_empty() {
        owner.gateway = metrics_gateway(&entry.path).map(str::to_owned);
    }
    let Some(name) = owner.gateway.clone() else {
        if let (Content::Command(Known::Routes), Some(switch)) = (content, switch) {
            if let Ok(value) = RouteTables::parse(&entry.text) {
                gathered.switch_routes.push((switch, Output { entry: id, base: 0, by_name: true, value }));
            }
            return;
        }
        // Metrics of any exporter lie in bundles: only the dataplane's series make a gateway.
        if content == Content::Metrics && metrics_of(&entry.text).0.is_empty() {
            return;
        }
        let key = sources.get(sources.outer(id)).map_or_else(String::new, |outer| outer.path.clone());
        gathered.attributions.insert(key_of(sources, id), "nothing names the gateway".to_owned());
        let data = gateways.entry(key.clone()).or_insert_with(|| GatewayData { loose: true, ..named(&key) });
        read_into(data, id, content, &entry.text, true, &mut gathered.problems);
        return;
    };
    let how = match (only, owner.by_name) {
        (true, _) => "the only gateway",
        (false, true) => "by name",
        (false, false) => "by content",
    };
    gathered.attributions.insert(key_of(sources, id), format!("{name}, {how}"));
    let data = gateways.entry(name.clone()).or_insert_with(|| named(&name));
    read_into(data, id, content, &entry.text, owner.by_name, &mut gathered.problems);
}

/// The gateway in the name of a metrics file: `metrics-<gateway>.prom`, `<gateway>-metrics.txt`.
fn metrics_gateway(path: &str) -> Option<&str> {
    let file = path.rsplit('/').next()?;
    let stem = file.split('.').next()?;
    let name = stem
        .strip_prefix("metrics-")
        .or_else(|| stem.strip_prefix("metrics_"))
        .or_else(|| stem.strip_suffix("-metrics"))
        .or_else(|| stem.strip_suffix("_metrics"))?;
    let valid = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    (!name.is_empty() && name.chars().all(valid)).then_some(name)
}

fn note_insight(data: &mut GatewayData, command: &str, stream: &str, id: EntryId) {
    let index = data.insights.iter().position(|insight| insight.command == command);
    let insight = match index {
        Some(index) => data.insights.get_mut(index),
        None => {
            data.insights.push(Insight { command: command.to_owned(), stdout: None, error: None });
            data.insights.last_mut()
        }
    };
    if let Some(insight) = insight {
        match stream {
            "stdout" => insight.stdout = Some(id),
            "error" => insight.error = Some(id),
            _ => {}
        }
    }
}

/// A switch that the path of a file names.
fn device_in_path(sources: &Sources, id: EntryId, objects: &Objects) -> Option<String> {
    let names = objects.switches.objects.iter().map(|object| object.meta.name.as_str());
    let names: BTreeSet<&str> = names.chain(objects.agents.objects.iter().map(|o| o.meta.name.as_str())).collect();
    let of = |text: &str| gateway_in_path(text, names.iter().copied()).map(str::to_owned);
    let title = match &sources.get(id)?.role {
        Role::Section { title } => of(title),
        _ => None,
    };
    title.or_else(|| of(sources.get(sources.outer(id))?.path.as_str()))
}

/// The gateway that an output names itself: by its router id or VTEP address.
fn gateway_of_output(content: Content, text: &str, objects: &Objects) -> Option<String> {
    let Content::Command(known) = content else { return None };
    let specs: Vec<(&str, &crate::model::gateway::GatewaySpec)> = objects
        .gateways
        .objects
        .iter()
        .map(|object| (object.meta.name.as_str(), &object.spec))
        .chain(objects.gateway_agents.objects.iter().map(|object| (object.meta.name.as_str(), &object.spec.gateway)))
        .collect();
    let address = |ip: &str| ip.split('/').next().unwrap_or(ip).to_owned();
    let marks = |spec: &crate::model::gateway::GatewaySpec| -> Vec<String> {
        let protocol = address(&spec.protocol_ip);
        let vtep = address(&spec.vtep_ip);
        match known {
            Known::BgpSummary => vec![format!("BGP router identifier {protocol},")],
            Known::RunningConfig => vec![format!("bgp router-id {protocol}\n")],
            Known::ShowTech => vec![format!(" ip address: {vtep}\n"), format!(" ip address: {vtep} ")],
            Known::Routes => vec![format!("C>* {protocol}/32"), format!("C>* {vtep}/32")],
            _ => Vec::new(),
        }
    };
    let mut owners: Vec<&str> = specs
        .iter()
        .filter(|(_, spec)| !spec.protocol_ip.is_empty() && marks(spec).iter().any(|mark| text.contains(mark.as_str())))
        .map(|(name, _)| *name)
        .collect();
    owners.sort_unstable();
    owners.dedup();
    match owners.as_slice() {
        [one] => Some((*one).to_owned()),
        _ => None,
    }
}

fn read_into(
    data: &mut GatewayData,
    id: EntryId,
    content: Content,
    text: &str,
    by_name: bool,
    problems: &mut Vec<Problem>,
) {
    let Content::Command(known) = content else {
        return metrics_into(data, id, text, by_name, problems);
    };
    match known {
        Known::ShowTech => keep(&mut data.show_tech, ShowTech::parse(text), id, by_name, known, problems),
        Known::BgpSummary => keep(&mut data.bgp_summary, BgpSummary::parse(text), id, by_name, known, problems),
        Known::BfdPeers => keep(&mut data.bfd_peers, BfdPeers::parse(text), id, by_name, known, problems),
        Known::Routes => keep(&mut data.routes, RouteTables::parse(text), id, by_name, known, problems),
        Known::RunningConfig => {
            keep(&mut data.running_config, RunningConfig::parse(text), id, by_name, known, problems);
        }
        Known::RpcStats => keep(&mut data.rpc_stats, RpcStats::parse(text), id, by_name, known, problems),
        Known::Links => {
            if let Some(value) = ip_link_names(text) {
                data.links = Some(Output { entry: id, base: 0, by_name, value });
            }
        }
    }
}

/// Keeps a value, or notes why there is none. Of two outputs of one command the first by path is kept.
fn keep<T>(
    slot: &mut Option<Output<T>>,
    read: Read<T>,
    entry: EntryId,
    by_name: bool,
    known: Known,
    problems: &mut Vec<Problem>,
) {
    match read {
        Ok(value) => {
            if slot.is_none() {
                *slot = Some(Output { entry, base: 0, by_name, value });
            }
        }
        Err(Unread::Empty) => {}
        Err(Unread::NotCaptured(span) | Unread::NoDataplane(span)) => problems.push(
            Problem::note(ProblemKind::Collection, format!("`{}` was not captured: the command failed", known.title()))
                .at(entry, span),
        ),
        Err(Unread::Layout(span)) => problems.push(
            Problem::warning(ProblemKind::Layout, format!("`{}` has an unknown layout: not checked", known.title()))
                .at(entry, span),
        ),
    }
}

fn metrics_into(data: &mut GatewayData, id: EntryId, text: &str, by_name: bool, problems: &mut Vec<Problem>) {
    let (metrics, faults) = metrics_of(text);
    // A second try may have worked: series count before a failure.
    if metrics.is_empty()
        && let Some(failure) = prometheus::curl_failure(text)
    {
        let value = failure.to_owned();
        data.metrics_failure = Some(Output { entry: id, base: 0, by_name, value });
        return;
    }
    // Metrics of another exporter on the gateway's node say nothing of the dataplane's.
    if metrics.is_empty() && of_another(&prometheus::parse(text)) {
        return;
    }
    problems.extend(faults.into_iter().map(|fault| fault.problem.at(id, fault.span)));
    if data.metrics.is_none() {
        data.metrics = Some(Output { entry: id, base: 0, by_name, value: metrics });
    }
}

/// The text holds or declares series that no dataplane has.
fn of_another(exposition: &prometheus::Exposition<'_>) -> bool {
    let mut names = exposition.samples.iter().map(|sample| sample.name).chain(exposition.families.iter().copied());
    names.any(|name| !name.starts_with("vpc_"))
}

/// The dataplane's series of a metrics text, and its broken lines.
fn metrics_of(text: &str) -> (VpcMetrics, Vec<prometheus::Fault>) {
    let exposition = prometheus::parse_matching(text, |name| name.starts_with("vpc_"));
    let mut metrics = VpcMetrics::default();
    for sample in &exposition.samples {
        let label = |name: &str| sample.label(name).map(str::to_owned);
        let series = match (label("from"), label("to"), label("total"), label("drops")) {
            (Some(from), Some(to), ..) => Series::Pair(from, to),
            (.., Some(total), None) => Series::Total(total),
            (.., Some(drops)) => Series::Drops(drops),
            _ => continue,
        };
        metrics
            .families
            .entry(sample.name.to_owned())
            .or_default()
            .insert(series, VpcSample { text: sample.raw.to_owned(), value: sample.value, span: sample.span });
    }
    (metrics, exposition.problems)
}
