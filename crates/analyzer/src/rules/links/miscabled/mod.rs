//! Cables that are not where the Connections say.

#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};

use super::attached::Attached;
use super::cabling::{Cabling, Wrong};
use super::ends::{self, Alive, End};
use crate::facts::{Context, FabricLink, Topology};
use crate::finding::{Key, Severity};
use crate::model::wiring::ConnectionKind;
use crate::rule::{Domain, Meta, Order, Outcome, Rule, Source};
use crate::rules::relations::WRONG_CABLE;

/// See the metadata.
#[derive(Debug)]
pub(super) struct Miscabled;

static META: Meta = Meta {
    id: "cable-misplaced",
    reference: &["LLDP-301", "LLDP-302", "LLDP-307", "LLDP-308"],
    title: "A cable is not where its Connection says",
    severities: &[Severity::Error, Severity::Warning, Severity::Info],
    needs: &[Source::Agents],
    uses: &[
        Source::Connections,
        Source::Switches,
        Source::SwitchProfiles,
        Source::Gateways,
        Source::GatewayAgents,
        Source::Nodes,
        Source::Pods,
        Source::Servers,
        Source::VpcAttachments,
        Source::CaptureTime,
    ],
    explanation: "\
Holds what each port of a Connection hears by LLDP against the Connection: the name of the device and, between switches \
and on gateways, its port. The port that a switch announces is a name of its NOS and is translated with the profile of \
that switch. Cables that are swapped or mixed up are one finding.

## Why it matters

The two ends of a link between switches or to a gateway have addresses of one /31: with the wrong port at the far end \
the session does not come up. A server on the wrong port is in the wrong VPC.

## Not a fault

- a neighbour with another name, but the MAC address or the port of the expected one: it was renamed
- a port with several neighbours, one of which is right
- servers that announce other hostnames, MAC addresses, or nothing; a server port that hears a switch or gateway is \
  `info`
- ports whose names cannot be translated: no profile of the neighbour, or its breakout is not done

## What to do

Plug the cables as the Connections say, or correct the Connections.",
    explains: WRONG_CABLE,
    order: Order::Wiring,
};

impl Rule for Miscabled {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn domain(&self) -> Domain {
        Domain::Fabric
    }

    fn check(&self, cx: &Context<'_>, out: &mut Outcome) {
        let topology = cx.topology();
        let cabling = Cabling::new(cx);
        let mut wrong: BTreeMap<usize, Vec<Wrong<'_>>> = BTreeMap::new();
        for (index, link) in topology.links.iter().enumerate() {
            if !(link.kind.is_routed() || link.kind.has_server()) {
                continue;
            }
            let ends = ends::ends(cx, link);
            if let Some(why) = ends::untold(&ends) {
                let part = ends.first().map(End::words).unwrap_or_default();
                ends::say_untold(out, link.subject().part(part), why);
                continue;
            }
            for end in ends {
                if let Some(found) = cabling.heard(&topology, link, index, end) {
                    wrong.entry(index).or_default().push(found);
                }
            }
            if !wrong.contains_key(&index) {
                out.pass();
            }
        }
        if wrong.is_empty() {
            return;
        }
        let attached = Attached::vpcs(cx);
        let alive = Alive::new(cx, &topology, |index| wrong.contains_key(&index));
        let known = Known { topology: &topology, cabling: &cabling, attached: &attached, alive: &alive };
        for group in groups(&topology, &wrong) {
            report(cx, out, &known, &group);
        }
    }
}

/// What a finding is made from.
struct Known<'k, 'b> {
    topology: &'k Topology<'b>,
    cabling: &'k Cabling<'b>,
    attached: &'k Attached<'b>,
    alive: &'k Alive<'b>,
}

/// The wrong ports in groups: those whose cables have to be exchanged with each other.
fn groups<'w, 'b>(topology: &Topology<'b>, wrong: &'w BTreeMap<usize, Vec<Wrong<'b>>>) -> Vec<Vec<&'w Wrong<'b>>> {
    let index_of: BTreeMap<(&str, &str, usize), usize> = topology
        .links
        .iter()
        .enumerate()
        .map(|(index, link)| ((link.connection, link.link.list, link.link.index.unwrap_or(0)), index))
        .collect();
    let index =
        |link: &FabricLink<'b>| index_of.get(&(link.connection, link.link.list, link.link.index.unwrap_or(0))).copied();
    let mut next: BTreeMap<usize, BTreeSet<usize>> = BTreeMap::new();
    for found in wrong.values().flatten() {
        for other in targets(topology, found).into_iter().filter_map(index) {
            // Only where the other port is wrong, too, or hears what belongs here.
            if other != found.link && wrong.contains_key(&other) {
                next.entry(found.link).or_default().insert(other);
                next.entry(other).or_default().insert(found.link);
            }
        }
        // A server that announces no port names: the port that hears the server that belongs here.
        let mirrors = (found.row == "LLDP-308").then(|| topology.of(found.device)).into_iter().flatten();
        for other in mirrors.filter_map(index).filter(|other| *other != found.link) {
            let mirror = |there: &Wrong<'b>| there.device == found.expected.device && there.row == found.row;
            if wrong.get(&other).is_some_and(|all| all.iter().any(mirror)) {
                next.entry(found.link).or_default().insert(other);
                next.entry(other).or_default().insert(found.link);
            }
        }
    }
    let mut seen = BTreeSet::new();
    let mut groups = Vec::new();
    for start in wrong.keys() {
        let mut group = BTreeSet::new();
        let mut stack = vec![*start];
        while let Some(link) = stack.pop() {
            if seen.insert(link) {
                group.insert(link);
                stack.extend(next.get(&link).into_iter().flatten());
            }
        }
        if !group.is_empty() {
            groups.push(group.iter().flat_map(|link| wrong.get(link).into_iter().flatten()).collect());
        }
    }
    groups
}

/// Links of the port that is heard.
fn targets<'t, 'b>(topology: &'t Topology<'b>, found: &Wrong<'b>) -> Vec<&'t FabricLink<'b>> {
    if let Some(link) = topology.at(found.device, &found.port) {
        return vec![link];
    }
    topology.of(found.device).filter(|link| link.on(found.device).is_some_and(|end| end.port == found.port)).collect()
}

fn severity(
    cx: &Context<'_>,
    topology: &Topology<'_>,
    attached: &Attached<'_>,
    found: &Wrong<'_>,
    swapped: bool,
) -> Severity {
    let Some(link) = topology.links.get(found.link) else { return Severity::Warning };
    let gateway = link.far(found.end.end.device).filter(|end| end.key == "gateway");
    if gateway.and_then(|end| cx.gateway(end.device)).is_some_and(|gateway| gateway.is_new()) {
        return Severity::Info;
    }
    let used = || topology.of(found.device).any(|link| attached.of(link.connection).next().is_some());
    match found.row {
        "LLDP-301" => Severity::Error,
        "LLDP-302" if link.kind != ConnectionKind::Gateway => Severity::Error,
        "LLDP-308" if swapped || used() => Severity::Error,
        "LLDP-307" => Severity::Info,
        _ => Severity::Warning,
    }
}

fn report<'b>(cx: &Context<'b>, out: &mut Outcome, known: &Known<'_, 'b>, group: &[&Wrong<'b>]) {
    let Known { topology, cabling, attached, alive } = *known;
    let indices: BTreeSet<usize> = group.iter().map(|found| found.link).collect();
    let links: Vec<&FabricLink<'b>> = indices.iter().filter_map(|index| topology.links.get(*index)).collect();
    let (Some(first), Some(link)) = (group.first(), links.first()) else { return };
    let severity = group
        .iter()
        .map(|found| severity(cx, topology, attached, found, links.len() > 1))
        .max()
        .unwrap_or(Severity::Info);
    let words: Vec<String> = links.iter().map(|link| link.words()).collect();
    let servers = group.iter().all(|found| found.row == "LLDP-308");
    let ports: Vec<String> = ports(group, links.len());
    let title = match (words.as_slice(), group) {
        ([_, _], [a, b, ..]) if servers => format!(
            "the cables of {} and {} are swapped: {} hears {}, {} hears {}",
            a.expected.device,
            b.expected.device,
            a.end.words(),
            a.device,
            b.end.words(),
            b.device
        ),
        ([one, two], _) => format!("the cables of {one} and {two} are swapped"),
        ([_], _) => format!("{} is miscabled: expected {}, hears {}", first.end.words(), wanted(first), heard(first)),
        (all, _) => format!("the cables of {} links are mixed up: {}", all.len(), all.join(", ")),
    };
    let mut lines: Vec<String> = group
        .iter()
        .map(|found| format!("{} should hear {} and hears {}", found.end.words(), wanted(found), heard(found)))
        .collect();
    lines.push(if servers {
        "A server on the wrong port is in the wrong VPC, or in none".to_owned()
    } else {
        "The addresses of the two ends do not fit each other: sessions over these links do not come up".to_owned()
    });
    let mut finding =
        out.finding(severity, link.subject().part(ports.join(", ")), title).detail(lines.join(". ") + ".");
    finding.reference.clear();
    let only_307 = group.iter().all(|found| found.row == "LLDP-307");
    for found in group {
        let Some(port) = found.end.live() else { continue };
        let index = found.index.to_string();
        let neighbour = port.interface.lldp_neighbors.get(found.index);
        let field = if neighbour.is_some_and(|n| n.sys_name.is_empty()) { "name" } else { "sysName" };
        let field = if found.row == "LLDP-302" { "portID" } else { field };
        let note = format!("{} hears {}", found.end.words(), heard(found));
        finding = finding.evidence(port.evidence(&["lldpNeighbors", &index, field], note));
        if let Some(link) = topology.links.get(found.link) {
            let note = format!("the Connection names {}", wanted(found));
            finding = finding.evidence(link.evidence(&[found.expected.key, "port"], note));
        }
        if found.row != "LLDP-307" || only_307 {
            finding = finding.reference(found.row);
        }
        if cabling.is_server(found.device) {
            finding = finding.key(Key::Server(found.device.to_owned()));
        }
    }
    for link in &links {
        finding = finding.keys(link.keys());
        // If no link between two devices is right and up, their loopbacks have no direct way either.
        if let (a, Some(b)) = (link.link.a, link.link.b)
            && !alive.has_link(a.device, b.device)
        {
            finding = finding.key(Key::devices(a.device, b.device));
        }
    }
    let devices: BTreeSet<&str> = group.iter().map(|found| found.end.end.device).collect();
    finding = finding.step("plug the cables as the Connections say, or correct the Connections");
    for device in devices {
        finding =
            finding.run(format!("see what {device} hears"), format!("kubectl fabric inspect lldp --name {device}"));
    }
    out.report(finding);
}

/// The ports that a finding names: one of each link.
fn ports(group: &[&Wrong<'_>], links: usize) -> Vec<String> {
    let mut seen = BTreeSet::new();
    let ports: Vec<String> =
        group.iter().filter(|found| seen.insert(found.link)).map(|found| found.end.words()).collect();
    if links > 2 { ports.into_iter().take(1).collect() } else { ports }
}

/// `spine-01 port E1/1`.
fn wanted(found: &Wrong<'_>) -> String {
    words(found.expected.device, found.expected.port)
}

fn heard(found: &Wrong<'_>) -> String {
    words(found.device, &found.port)
}

fn words(device: &str, port: &str) -> String {
    if port.is_empty() { device.to_owned() } else { format!("{device} port {port}") }
}
