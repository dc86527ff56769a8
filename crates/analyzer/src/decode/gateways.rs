//! Logs, outputs and metrics, attributed to gateways.

use std::collections::{BTreeMap, BTreeSet};

use super::Content;
use super::attribute::{gateway_in_path, owner};
use super::known::Known;
use super::logs::logs;
use super::pipeline::gateway_names;
use crate::facts::{Clock, GatewayData, Insight, Log, Objects, Output, Series, VpcMetrics, VpcSample};
use crate::parse::command::{
    BfdPeers, BgpSummary, Read, RouteTables, RpcStats, RunningConfig, ShowTech, Unread, ip_link_names,
};
use crate::parse::prometheus;
use crate::source::{EntryId, Problem, ProblemKind, Role, Sources};

/// What to look at.
pub(super) struct Outputs<'a> {
    pub(super) sources: &'a Sources,
    pub(super) contents: &'a [(EntryId, Content)],
    pub(super) objects: &'a Objects,
    pub(super) clock: &'a Clock,
    /// What the section `Hostname` of a show-tech file of a gateway says, by the file.
    pub(super) hosts: BTreeMap<EntryId, String>,
    /// The same of files that are not of a gateway.
    pub(super) switch_hosts: BTreeMap<EntryId, String>,
}

impl Outputs<'_> {
    /// The host that the file of a section names.
    pub(super) fn host_of(&self, id: EntryId) -> Option<String> {
        self.hosts.get(&self.sources.outer(id)).cloned()
    }
}

/// Host names in show-tech files: those of gateways, and the others.
pub(super) fn hosts(
    sources: &Sources,
    contents: &[(EntryId, Content)],
) -> (BTreeMap<EntryId, String>, BTreeMap<EntryId, String>) {
    let mut hosts = BTreeMap::new();
    let mut gateways = BTreeSet::new();
    for (id, _) in contents {
        let Some(entry) = sources.get(*id) else { continue };
        let Role::Section { title } = &entry.role else { continue };
        if title == "Hostname" {
            let name = entry.text.trim();
            if !name.is_empty() && !name.contains(char::is_whitespace) {
                hosts.insert(sources.outer(*id), name.to_owned());
            }
        } else if ["vtysh", "dataplane-cli", "Dataplane Container Logs", "FRR Container Logs"]
            .iter()
            .any(|w| title.contains(w))
        {
            gateways.insert(sources.outer(*id));
        }
    }
    hosts.into_iter().partition(|(id, _)| gateways.contains(id))
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

pub(super) fn key_of(sources: &Sources, id: EntryId) -> (String, Option<String>) {
    let outer = sources.outer(id);
    let path = |id: EntryId| sources.get(id).map(|entry| entry.path.clone()).unwrap_or_default();
    (path(outer), (outer != id).then(|| path(id)))
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
        owner.gateway = outputs.host_of(id);
        owner.by_name = owner.by_name && owner.gateway.is_none();
    }
    let sonic = matches!(&entry.role, Role::Section { title } if title.contains("sonic-cli"));
    if owner.gateway.is_none() && !sonic {
        owner.gateway = gateway_of_output(content, &entry.text, outputs.objects);
        owner.by_name = owner.by_name && owner.gateway.is_none();
    }
    // One gateway and one file: there is nobody else it could be of.
    let mut only = false;
    if owner.gateway.is_none() && names.len() == 1 && !sonic && device_in_path(sources, id, outputs.objects).is_none() {
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
        let switch = switch.or_else(|| sonic.then(|| show_tech_device(sources, id)).flatten());
        if sonic && switch.is_none() {
            return;
        }
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

/// The device that a show-tech file is named after: `leaf-01-show-tech.log`.
fn show_tech_device(sources: &Sources, id: EntryId) -> Option<String> {
    let path = sources.get(sources.outer(id))?.path.as_str();
    let name = path.rsplit('/').next()?.split_once("-show-tech").map(|(name, _)| name)?;
    (!name.is_empty()).then(|| name.to_owned())
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
