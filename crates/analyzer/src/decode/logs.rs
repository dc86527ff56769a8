//! Logs: what wrote them, and of which gateway they are.

use std::collections::{BTreeMap, BTreeSet};

use rayon::prelude::*;

use super::attribute::{Owner, owner, stream_in_path, stream_of};
use super::gateways::{Outputs, key_of};
use super::pipeline::node_of_pod;
use super::{Content, switch_logs};
use crate::facts::Log;
use crate::parse::log::{Dialect, Stream, scan};
use crate::source::{EntryId, Role};

/// Reads all logs of a capture. `loose` takes the names of entries that stand in for a gateway because nothing
/// names it.
pub(super) fn logs(
    outputs: &Outputs<'_>,
    names: &BTreeSet<String>,
    attributions: &mut BTreeMap<(String, Option<String>), String>,
    loose: &mut BTreeSet<String>,
) -> Vec<Log> {
    let sources = outputs.sources;
    let switches = &switch_logs::switch_names(outputs.objects);
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
                Role::Section { title } => of_switch(&owner, title, &entry.text, switches)
                    .or_else(|| stream_in_path(title))
                    .or_else(|| stream_of(&owner.pod, &owner.container))?,
                _ => of_switch(&owner, &entry.path, &entry.text, switches)
                    .or_else(|| log_stream(&owner, &entry.path, &entry.text, *dialect))?,
            };
            if matches!(stream, Stream::SwitchAgent | Stream::SwitchSyslog) {
                name_switch(&mut owner, stream, outputs, *id, switches);
                return Some((*id, stream, owner));
            }
            if owner.gateway.is_none() {
                owner.gateway =
                    outputs.host_of(*id).or_else(|| gateway_in_text(stream, &entry.text).map(str::to_owned));
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
        let whose = owner.gateway.as_deref().or(owner.device.as_deref());
        let whose = whose.unwrap_or(if owner.pod.is_empty() { "unknown" } else { &owner.pod });
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
                device: owner.device,
                previous: owner.previous,
                by_name: owner.by_name,
                scan: scan(text, stream, outputs.clock.now),
            }
        })
        .collect()
}

/// The stream of a switch's log: by its content, then by its name.
fn of_switch(owner: &Owner, path: &str, text: &str, switches: &BTreeSet<String>) -> Option<Stream> {
    if !owner.pod.is_empty() {
        return None;
    }
    switch_logs::in_text(text).or_else(|| switch_logs::in_path(path, switches))
}

/// Notes the switch that a log is of: as it says itself, as the command's host or the file's, then by its path.
fn name_switch(owner: &mut Owner, stream: Stream, outputs: &Outputs<'_>, id: EntryId, switches: &BTreeSet<String>) {
    owner.gateway = None;
    let sources = outputs.sources;
    let said = switch_logs::device_in_text(stream, sources.text(id), switches).map(str::to_owned);
    let outer = sources.outer(id);
    let told = said.or_else(|| switch_logs::known(outputs.switch_hosts.get(&outer), switches)).or_else(|| {
        let Role::Section { title } = &sources.get(id)?.role else { return None };
        switch_logs::device_in_path(title, switches)
    });
    owner.by_name = told.is_none();
    let path = sources.get(outer).map_or("", |entry| entry.path.as_str());
    let only = || switches.first().filter(|_| switches.len() == 1).cloned();
    // The finding names the entry instead.
    let entry = || Some(path.to_owned());
    owner.device = told.or_else(|| switch_logs::device_in_path(path, switches)).or_else(only).or_else(entry);
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn streams_in_wrapped_text() {
        let docker = "{\"log\":\"INFO mgmt dataplane_mgmt::processor: ready\\n\",\"stream\":\"stderr\"}";
        assert_eq!(stream_in_text(docker), Some(Stream::Dataplane));
        assert_eq!(stream_in_text("2026/09/26 10:35:09 BGP: [ZCJ3S-SPH5S] x"), Some(Stream::Frr));
        assert_eq!(stream_in_text("coredns is ready"), None);
    }

    #[test]
    fn a_log_names_its_gateway() {
        let text = "INFO Starting dataplane for gateway 'gw-1'\n";
        assert_eq!(gateway_in_text(Stream::Dataplane, text), Some("gw-1"));
        assert_eq!(gateway_in_text(Stream::Frr, text), None);
    }
}
