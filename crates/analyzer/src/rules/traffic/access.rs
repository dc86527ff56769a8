//! The next step of S21: what the fabric allows between two VPCs.

use super::peerings::Direction;
use crate::facts::Gw;
use crate::finding::{Finding, Step};
use crate::model::gateway::PeeringSide;
use crate::validate::prefix::Prefix;

/// Commands per finding.
const MOST: usize = 4;
/// Subnets, and exposed prefixes, that are compared at most.
const COMPARED: usize = 64;

/// Adds the step to a finding about traffic in a direction: `d: 0` excludes loss on the gateway only.
pub(super) fn inspect_access(finding: Finding, gateway: &Gw<'_, '_>, direction: Direction<'_>) -> Finding {
    let mut finding = finding;
    for (index, command) in commands(gateway, direction).into_iter().enumerate() {
        let text = if index == 0 {
            "Counters of the gateway exclude loss on the gateway only; look at the rest of the path. This command does not \
             look at gateway peerings, so \"not reachable\" from it proves nothing about them"
        } else {
            "The same for the next subnets"
        };
        finding.next_steps.push(Step { text: text.into(), command: Some(command) });
    }
    finding
}

/// One command per pair of subnets that the peering exposes.
fn commands(gateway: &Gw<'_, '_>, direction: Direction<'_>) -> Vec<String> {
    // The command takes an external only as destination.
    let (from, to) = match direction.from.starts_with("ext.") {
        true => (direction.to, direction.from),
        false => (direction.from, direction.to),
    };
    let ends = |vpc: &str| places(gateway, vpc, direction.spec.peering.get(vpc));
    let destinations = ends(to);
    ends(from)
        .into_iter()
        .flat_map(|source| {
            destinations
                .iter()
                .map(move |to| format!("kubectl fabric inspect access --source {source} --destination {to}"))
                .collect::<Vec<_>>()
        })
        .take(MOST)
        .collect()
}

/// `<vpc>/<subnet>` of what a side exposes; an address for an external, which has no subnets.
fn places(gateway: &Gw<'_, '_>, vpc: &str, side: Option<&PeeringSide>) -> Vec<String> {
    let ips = || side.into_iter().flat_map(|side| &side.expose).flat_map(|expose| &expose.ips).take(COMPARED);
    if let Some(external) = vpc.strip_prefix("ext.") {
        let cidr = ips().map(|ip| ip.cidr.as_str()).find(|cidr| !cidr.is_empty());
        let address = cidr.map_or(format!("<address behind {external}>"), |cidr| format!("<address in {cidr}>"));
        return vec![address];
    }
    let subnets = gateway.agent().and_then(|agent| agent.spec.vpcs.get(vpc)).map(|vpc| &vpc.subnets);
    let exposed: Vec<Prefix> = ips().filter_map(|ip| Prefix::parse(&ip.cidr)).collect();
    let mut names: Vec<&str> = subnets
        .into_iter()
        .flatten()
        .take(COMPARED)
        .filter(|(name, subnet)| {
            ips().any(|ip| ip.vpc_subnet == **name)
                || Prefix::parse(&subnet.cidr).is_some_and(|own| exposed.iter().any(|prefix| prefix.overlaps(&own)))
        })
        .map(|(name, _)| name.as_str())
        .collect();
    if names.is_empty() {
        // A default expose, or subnets that were not captured.
        names.extend(subnets.into_iter().flatten().map(|(name, _)| name.as_str()));
        names.extend(ips().map(|ip| ip.vpc_subnet.as_str()).filter(|name| !name.is_empty()));
        names.truncate(1);
    }
    match names.as_slice() {
        [] => vec![format!("{vpc}/<subnet>")],
        names => names.iter().take(MOST).map(|name| format!("{vpc}/{name}")).collect(),
    }
}
