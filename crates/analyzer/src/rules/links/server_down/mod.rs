//! Links to a server are down.

#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};

use super::attached::Attached;
use super::down;
use super::ends::{self, End, Untold};
use crate::facts::{Agent, Context, FabricLink, Object, Topology};
use crate::finding::{Key, Severity};
use crate::model::wiring::ConnectionKind;
use crate::rule::{Domain, Meta, Order, Outcome, Rule, Source};
use crate::rules::relations::SERVER_LINK;

/// See the metadata.
#[derive(Debug)]
pub(super) struct ServerLinkDown;

/// Seconds for which a leaf keeps the ports of ESLAG servers shut after an uplink is back or it has booted (60), and
/// a heartbeat more.
const HELD_BACK: i64 = 90;

static META: Meta = Meta {
    id: "server-link-down",
    reference: &["LINK-203"],
    title: "A server's links to the fabric are down",
    severities: &[Severity::Error, Severity::Warning, Severity::Info],
    needs: &[Source::Agents],
    uses: &[Source::Connections, Source::CaptureTime, Source::VpcAttachments],
    explanation: "\
Looks at the switch ports of every Connection of a server, one finding per Connection. All links of a Connection that \
has a VPCAttachment down: `error`; some of them, or where nothing tells whether it is attached: `warning`; a Connection \
without attachment: `info`. A port that is shut by hand or after flaps is an `error` in any case.

## Why it matters

Without a link the server has no network; with fewer links it has lost redundancy.

## Not a fault

- a server that is not deployed yet: its Connection has no attachment
- the ports of ESLAG servers on a leaf without uplinks: the leaf shuts them itself, so that the servers use its peer; \
  they return 60 s after an uplink is back or the leaf has booted
- a switch whose heartbeat is older than 180 s: its state is a snapshot and is not judged

## What to do

See whether the server is on, then look at its cable and its network card.",
    explains: SERVER_LINK,
    order: Order::Wiring,
};

impl Rule for ServerLinkDown {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn domain(&self) -> Domain {
        Domain::Fabric
    }

    fn check(&self, cx: &Context<'_>, out: &mut Outcome) {
        let topology = cx.topology();
        let mut connections: BTreeMap<&str, Vec<&FabricLink<'_>>> = BTreeMap::new();
        for link in topology.links.iter().filter(|link| link.kind.has_server()) {
            connections.entry(link.connection).or_default().push(link);
        }
        if connections.is_empty() {
            return;
        }
        let attached = Attached::vpcs(cx);
        let holding = holding_back(cx, &topology);
        for links in connections.values() {
            check(cx, out, &holding, &attached, links);
        }
    }
}

fn check<'b>(
    cx: &Context<'b>,
    out: &mut Outcome,
    holding: &BTreeSet<&str>,
    attached: &Attached<'b>,
    links: &[&FabricLink<'b>],
) {
    let Some(first) = links.first() else { return };
    let ends: Vec<End<'b>> = links.iter().flat_map(|link| ends::ends(cx, link)).collect();
    if let Some(why) = ends::untold(&ends) {
        ends::say_untold(out, first.subject(), why);
        return;
    }
    let pending = ends.iter().find(|end| end.is_pending());
    let down: Vec<End<'b>> = ends.iter().filter(|end| end.is_down()).copied().collect();
    if let Some(end) = pending {
        out.cannot_tell(first.subject(), format!("{} has not applied its newest configuration yet", end.end.device));
    } else if !down.is_empty() {
        report(cx, out, holding, attached, links, (&ends, &down));
    } else if let Some(end) = ends.iter().find(|end| end.live().is_none()) {
        let why = if end.agent.is_none() { Untold::NoAgent } else { Untold::Old };
        ends::say_untold(out, first.subject().part(end.words()), why);
    } else {
        out.pass();
    }
}

/// Leaves that hold the ports of ESLAG servers shut: all uplinks that are up came up a moment ago, or the leaf did.
fn holding_back<'b>(cx: &Context<'b>, topology: &Topology<'b>) -> BTreeSet<&'b str> {
    let booted = |agent: &&Object<Agent>| cx.running_for(agent).is_some_and(|seconds| seconds < HELD_BACK * 2);
    let mut leaves: BTreeSet<&str> = cx.list::<Agent>().iter().filter(booted).map(Object::name).collect();
    let mut returned: BTreeMap<&str, bool> = BTreeMap::new();
    for link in topology.links.iter().filter(|link| matches!(link.kind, ConnectionKind::Fabric | ConnectionKind::Mesh))
    {
        for end in link.switch_ends().map(|end| End::new(cx, end)).filter(End::is_up) {
            let change = end.live().and_then(|port| cx.age_of(port.interface.change));
            *returned.entry(end.end.device).or_insert(true) &= change.is_some_and(|age| age.under(HELD_BACK));
        }
    }
    leaves.extend(returned.into_iter().filter(|(_, young)| *young).map(|(leaf, _)| leaf));
    leaves
}

fn report<'b>(
    cx: &Context<'b>,
    out: &mut Outcome,
    holding: &BTreeSet<&str>,
    attached: &Attached<'b>,
    links: &[&FabricLink<'b>],
    (ends, down_ends): (&[End<'b>], &[End<'b>]),
) {
    let Some(link) = links.first() else { return };
    let server = link.link.a.device;
    let mut reasons = ends::reasons(down_ends, link.kind);
    let all = down_ends.len() == ends.len();
    let switch = down_ends.first().map_or("", |end| end.end.device);
    let used = attached.is_attached(link.connection, switch);
    let shut = reasons.iter().any(|shown| matches!(shown.sign.reference, "LINK-205" | "LINK-207"));
    let eslag = matches!(link.kind, ConnectionKind::Eslag | ConnectionKind::Mclag);
    let held_back = eslag && down_ends.iter().all(|end| holding.contains(end.end.device));
    let severity = match used {
        _ if shut => Severity::Error,
        _ if held_back => Severity::Info,
        Some(false) => Severity::Info,
        Some(true) if all => Severity::Error,
        _ => Severity::Warning,
    };
    let names: Vec<String> = down_ends.iter().map(End::words).collect();
    let title = match (all, links.len()) {
        (true, 1) => format!("{server} is not connected: {} is down{}", names.join(", "), down::because(&reasons)),
        (true, _) => format!("{server} is not connected: {} are down{}", names.join(", "), down::because(&reasons)),
        (false, count) => format!(
            "{server} has {} of {count} links: {} is down{}",
            count.saturating_sub(names.len()),
            names.join(", "),
            down::because(&reasons)
        ),
    };
    let attachments: Vec<&str> = attached.of(link.connection).collect();
    let mut detail = match (used, all) {
        (Some(false), _) => "No VPCAttachment uses the Connection: nothing is lost yet.".to_owned(),
        (Some(true), true) => format!("The server has lost {} over this Connection.", attachments.join(", ")),
        (Some(true), false) => "The other links carry its traffic, without redundancy.".to_owned(),
        (None, _) => "Whether the Connection has an attachment cannot be told.".to_owned(),
    };
    if held_back {
        detail.push_str(" The leaf shuts these ports for 60 s after its uplinks are back, or after its boot.");
    } else if reasons.is_empty() {
        detail.push_str(" The server may be off or unplugged.");
    }
    let part = down::blamed(down_ends, &reasons);
    let evidence = down::proof(cx, down_ends, &mut reasons);
    let mut finding = out
        .finding(severity, link.subject().part(part), title)
        .detail(detail)
        .evidences(evidence)
        .evidence(link.evidence(&["switch", "port"], "the Connection names this port"))
        .keys(attachments.iter().map(|name| Key::Attachment((*name).to_owned())));
    let ports: BTreeSet<(&str, &str)> = down_ends.iter().map(|end| (end.end.device, end.end.port)).collect();
    for link in links {
        let down_here = link.switch_ends().any(|end| ports.contains(&(end.device, end.port)));
        if down_here {
            finding = finding.keys(link.keys());
        }
    }
    finding = down::named(finding, "LINK-203", &reasons);
    if !held_back {
        finding = finding.step(format!("see whether {server} is on and its network card is up"));
    }
    out.report(down::steps(finding, link, down_ends, &reasons));
}
