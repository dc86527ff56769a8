//! A leaf has lost all its links to the fabric.

#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};

use super::attached::Attached;
use super::ends::{self, End};
use crate::facts::{Agent, Context, ExternalAttachment, FabricLink, Object, Topology, VPCAttachment};
use crate::finding::{Key, Severity};
use crate::model::wiring::ConnectionKind;
use crate::rule::{Domain, Meta, Order, Outcome, Rule, Source};
use crate::rules::relations::ISOLATED_LEAF;

/// See the metadata.
#[derive(Debug)]
pub(super) struct LeafIsolated;

static META: Meta = Meta {
    id: "leaf-isolated",
    reference: &["LINK-206"],
    title: "A leaf has lost all its links to the fabric",
    severities: &[Severity::Critical, Severity::Warning, Severity::Info],
    needs: &[Source::Agents],
    uses: &[Source::Connections, Source::CaptureTime, Source::VpcAttachments, Source::ExternalAttachments],
    explanation: "\
Looks at the ports of all `fabric` and `mesh` Connections of each leaf with a fresh heartbeat. If none is up, the leaf \
is cut off: the switch runs and reports, but no traffic leaves it.

## Why it matters

The leaf then shuts the ports of its ESLAG servers, so that they use its peer: they are one-legged. Servers with links \
to this leaf only lose the fabric, and so do the VPCs that are on no other leaf.

## Not a fault

- a leaf without any fabric or mesh link (a fabric of one switch)
- a leaf whose heartbeat is older than 180 s: it is not reachable at all, that finding tells it
- a leaf or spines that booted less than 15 minutes ago (`warning`)
- a leaf whose spines were never provisioned (`info`)

## What to do

Look for what its uplinks have in common: one spine, one line of cables, one batch of modules, or the leaf itself.",
    explains: ISOLATED_LEAF,
    order: Order::Wiring,
};

impl Rule for LeafIsolated {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn domain(&self) -> Domain {
        Domain::Fabric
    }

    fn check(&self, cx: &Context<'_>, out: &mut Outcome) {
        let topology = cx.topology();
        let isolated: BTreeSet<&str> = cx
            .list::<Agent>()
            .iter()
            .filter(|agent| is_leaf(agent) && is_isolated(cx, &topology, agent))
            .map(Object::name)
            .collect();
        let losses = if isolated.is_empty() { Losses::default() } else { Losses::new(cx, &topology, &isolated) };
        for agent in cx.list::<Agent>().iter().filter(|agent| is_leaf(agent)) {
            let Some(first) = topology.uplinks(agent.name()).next() else { continue };
            if isolated.contains(agent.name()) {
                report(cx, out, &topology, agent, &losses);
                continue;
            }
            let own: Vec<End<'_>> = first.on(agent.name()).map(|end| End::new(cx, end)).into_iter().collect();
            match ends::untold(&own) {
                Some(why) => ends::say_untold(out, agent.subject(), why),
                None => out.pass(),
            }
        }
    }
}

fn is_leaf(agent: &Object<Agent>) -> bool {
    let role = if agent.spec.role.is_empty() { &agent.spec.switch.role } else { &agent.spec.role };
    role.ends_with("leaf")
}

/// The leaf's end of each of its uplinks.
fn uplink_ends<'b>(cx: &Context<'b>, topology: &Topology<'b>, leaf: &str) -> Vec<End<'b>> {
    topology.uplinks(leaf).filter_map(|link| Some(End::new(cx, link.on(leaf)?))).collect()
}

/// True if the leaf itself reports every uplink as not up.
fn is_isolated<'b>(cx: &Context<'b>, topology: &Topology<'b>, agent: &'b Object<Agent>) -> bool {
    let uplinks = uplink_ends(cx, topology, agent.name());
    !uplinks.is_empty() && uplinks.iter().all(|end| end.is_down() && !end.is_pending())
}

fn report<'b>(
    cx: &Context<'b>,
    out: &mut Outcome,
    topology: &Topology<'b>,
    agent: &'b Object<Agent>,
    losses: &Losses<'b>,
) {
    let leaf = agent.name();
    let uplinks: Vec<&FabricLink<'b>> = topology.uplinks(leaf).collect();
    let far: BTreeSet<&str> = uplinks.iter().filter_map(|link| Some(link.far(leaf)?.device)).collect();
    let far_agents = || far.iter().filter_map(|name| cx.find::<Agent>(name));
    let booting = ends::is_booting(cx, agent)
        || (!far.is_empty() && far.iter().all(|name| cx.find::<Agent>(name).is_some_and(|a| ends::is_booting(cx, a))));
    let new = !far.is_empty() && far.iter().all(|name| ends::is_new(cx, name));
    let severity = if new {
        Severity::Info
    } else if booting {
        Severity::Warning
    } else {
        Severity::Critical
    };
    let title = match uplinks.len() {
        1 => format!("{leaf} is cut off: its only link to the fabric is down"),
        count => format!("{leaf} is cut off: all its {count} links to the fabric are down"),
    };
    let mut finding = out.finding(severity, agent.subject(), title).key(Key::Switch(leaf.into()));
    for link in &uplinks {
        let Some(port) = link.on(leaf).and_then(|end| End::new(cx, end).live()) else { continue };
        let to = link.far(leaf).map_or("", |end| end.device);
        finding = finding
            .evidence(port.evidence(&["oper"], format!("link to {to}")))
            .key(Key::Connection(link.connection.into()));
        for end in link.switch_ends() {
            finding = finding.key(Key::Port(end.device.into(), end.port.into()));
        }
    }
    // The sessions of the loopback lead to the same switches as the links.
    finding = finding.keys(far.iter().map(|other| Key::devices(leaf, other)));
    // If all switches at the far ends are silent, theirs is the fault.
    if !far.is_empty() && far.iter().all(|name| cx.find::<Agent>(name).is_some_and(|a| cx.is_fresh(a) == Some(false))) {
        finding = finding.keys(far_agents().map(|far| Key::Switch(far.name().into())));
    }
    let shut = losses.shut.get(leaf).into_iter().flatten();
    finding = finding.keys(shut.map(|connection| Key::Connection((*connection).to_owned())));
    let lost = losses.vpcs.get(leaf).map_or(&[][..], Vec::as_slice);
    finding = finding.keys(lost.iter().map(|vpc| Key::Vpc(vpc.clone())));
    let mut detail =
        "The switch runs, but no traffic leaves it: everything that is attached to this leaf only has lost \
                      the fabric."
            .to_owned();
    if !lost.is_empty() {
        detail.push_str(&format!(" On no other leaf: {}.", lost.join(", ")));
    }
    if losses.shut.contains_key(leaf) {
        detail.push_str(
            " The leaf shuts the ports of its ESLAG servers by itself while it has no uplink; they return 60 s after \
             one is back.",
        );
    }
    if new {
        detail.push_str(" The switches at the far ends were never provisioned.");
    } else if booting {
        detail.push_str(" It, or the switches at the far ends, booted a short while ago.");
    }
    let attachments: BTreeSet<&str> = topology
        .of(leaf)
        .filter(|link| matches!(link.kind, ConnectionKind::Unbundled | ConnectionKind::Bundled))
        .flat_map(|link| losses.attached.of(link.connection))
        .collect();
    if !attachments.is_empty() {
        let names: Vec<&str> = attachments.into_iter().collect();
        detail.push_str(&format!(" Attachments that lose their traffic: {}.", names.join(", ")));
    }
    out.report(
        finding
            .detail(detail)
            .step("look for what the uplinks have in common: one spine, one bundle of cables, the modules, the leaf")
            .run("see the links of the leaf", format!("kubectl fabric inspect switch --name {leaf}"))
            .run("see what the leaf hears", format!("kubectl fabric inspect lldp --name {leaf}")),
    );
}

/// What isolated leaves take with them; looked up once.
#[derive(Debug, Default)]
struct Losses<'b> {
    attached: Attached<'b>,
    /// ESLAG Connections of which every port that is down is on an isolated leaf, by leaf: the leaf shut them.
    shut: BTreeMap<&'b str, BTreeSet<&'b str>>,
    /// VPCs, and `ext.` of externals, whose attachments are all on one leaf, by leaf.
    vpcs: BTreeMap<&'b str, Vec<String>>,
}

impl<'b> Losses<'b> {
    fn new(cx: &Context<'b>, topology: &Topology<'b>, isolated: &BTreeSet<&str>) -> Self {
        let mut losses = Self { attached: Attached::vpcs(cx), ..Self::default() };
        let mut down: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
        let mut switches: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
        for link in &topology.links {
            switches.entry(link.connection).or_default().extend(link.switch_ends().map(|end| end.device));
            if matches!(link.kind, ConnectionKind::Eslag | ConnectionKind::Mclag) {
                let ends = ends::ends(cx, link).into_iter().filter(End::is_down);
                down.entry(link.connection).or_default().extend(ends.map(|end| end.end.device));
            }
        }
        for (connection, leaves) in down {
            if leaves.iter().all(|leaf| isolated.contains(leaf)) {
                for leaf in leaves {
                    losses.shut.entry(leaf).or_default().insert(connection);
                }
            }
        }
        // All switches of each VPC.
        let mut vpcs: BTreeMap<String, BTreeSet<Option<&str>>> = BTreeMap::new();
        let mut add = |vpc: String, connection: &str| {
            let on = vpcs.entry(vpc).or_default();
            match switches.get(connection) {
                Some(devices) => on.extend(devices.iter().map(|device| Some(*device))),
                // An attachment whose Connection is not captured may be anywhere.
                None => {
                    on.insert(None);
                }
            }
        };
        if cx.complete::<VPCAttachment>() {
            for attachment in cx.list::<VPCAttachment>() {
                let vpc = attachment.spec.subnet.split_once('/').map_or(&*attachment.spec.subnet, |(vpc, _)| vpc);
                add(vpc.to_owned(), &attachment.spec.connection);
            }
        }
        if cx.complete::<ExternalAttachment>() {
            for attachment in cx.list::<ExternalAttachment>() {
                add(format!("ext.{}", attachment.spec.external), &attachment.spec.connection);
            }
        }
        for (vpc, on) in vpcs {
            let mut on = on.into_iter();
            if let (Some(Some(only)), None) = (on.next(), on.next()) {
                losses.vpcs.entry(only).or_default().push(vpc);
            }
        }
        losses
    }
}
