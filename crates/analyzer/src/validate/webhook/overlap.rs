//! P10 and P11: what different peerings show to one VPC.

use std::collections::BTreeMap;

use crate::model::gateway::{Expose, PeeringSpec};

use super::super::expose::expose_route;
use super::super::prefix::{Prefix, Ranges};
use super::super::{Subject, Violation};
use super::PeeringLookup;
use super::peering::Report;

/// One public entry as the webhook takes it: `as` where present, else `ips`; exclusions count as entries.
struct Shown {
    /// Empty for entries by `vpcSubnet` or `not`.
    cidr: String,
    prefix: Option<Prefix>,
    route: Vec<String>,
}

/// What a peering shows to `target`: the entries of its other side.
fn shown(spec: &PeeringSpec, target: &str) -> Vec<Shown> {
    let Some((far, side)) = spec.peering.iter().find(|(vpc, _)| *vpc != target) else {
        return Vec::new();
    };
    let mut list = Vec::new();
    for (index, block) in side.expose.iter().enumerate() {
        let Expose { ips, as_, .. } = block;
        let key = if as_.is_empty() { "ips" } else { "as" };
        let entries: Vec<(&str, &str)> = if as_.is_empty() {
            let field = |vpc_subnet: &str| {
                if vpc_subnet.is_empty() { "not" } else { "vpcSubnet" }
            };
            ips.iter().map(|ip| (ip.cidr.as_str(), field(&ip.vpc_subnet))).collect()
        } else {
            as_.iter().map(|a| (a.cidr.as_str(), "not")).collect()
        };
        for (i, (cidr, other)) in entries.into_iter().enumerate() {
            let mut route = expose_route(&[], far, index);
            route.extend(route![key, i, if cidr.is_empty() { other } else { "cidr" }]);
            list.push(Shown { cidr: cidr.to_owned(), prefix: Prefix::parse(cidr), route });
        }
    }
    list
}

/// A stored peering as one VPC sees it.
#[derive(Debug, Clone)]
pub(super) struct Existing<'a> {
    name: &'a str,
    spec: &'a PeeringSpec,
    set: Ranges,
    /// Has an entry that the webhook cannot parse.
    blind: bool,
}

/// Peerings towards one VPC that are compared with each other: a bound on hostile input.
const LIMIT: usize = 1024;

/// What each VPC sees, by VPC.
pub(super) fn index<'a>(
    peerings: impl IntoIterator<Item = (&'a str, &'a PeeringSpec)>,
) -> BTreeMap<&'a str, Vec<Existing<'a>>> {
    let mut targets: BTreeMap<&str, Vec<Existing<'_>>> = BTreeMap::new();
    for (name, spec) in peerings.into_iter().filter(|(_, spec)| spec.peering.len() == 2) {
        for target in spec.peering.keys() {
            let list = targets.entry(target).or_default();
            if list.len() < LIMIT {
                let shown = shown(spec, target);
                let set = shown.iter().filter_map(|s| s.prefix.as_ref()).collect();
                list.push(Existing { name, spec, set, blind: shown.iter().any(|s| s.cidr.is_empty()) });
            }
        }
    }
    targets
}

pub(super) fn check(report: &mut Report<'_>, lookup: &PeeringLookup<'_>) {
    let spec = report.spec;
    if spec.peering.len() != 2 {
        return;
    }
    for target in spec.peering.keys() {
        let name = report.name;
        let others = lookup.targets.get(target.as_str()).into_iter().flatten();
        let mut others = others.filter(|other| other.name != name).peekable();
        if others.peek().is_none() {
            continue;
        }
        let mine = shown(spec, target);
        let set: Ranges = mine.iter().filter_map(|s| s.prefix.as_ref()).collect();
        if let Some(empty) = mine.iter().find(|s| s.cidr.is_empty()) {
            report.say(
                "P11",
                empty.route.clone(),
                "failed to parse exposed CIDR : ".to_owned(),
                format!(
                    "An entry by vpcSubnet or not cannot be compared with the other peerings towards {target}; use \
                     an explicit cidr."
                ),
            );
        }
        for other in others {
            existing(report, target, &mine, &set, other);
        }
    }
}

/// One violation per pair of peerings and target is enough to act on.
fn existing(report: &mut Report<'_>, target: &str, mine: &[Shown], set: &Ranges, other: &Existing<'_>) {
    let point = set.first_common(&other.set);
    if point.is_none() && !other.blind {
        return;
    }
    let name = other.name;
    let theirs = shown(other.spec, target);
    let pair = |id, route, text, why, related| {
        let vpcs = report.spec.peering.keys().chain(other.spec.peering.keys()).map(String::as_str);
        let subject = Subject::Peerings(report.name.to_owned(), name.to_owned());
        Violation::new(id, subject, route, text, why).vpcs(vpcs).related(related)
    };
    let mut found = Vec::new();
    if let Some(empty) = theirs.iter().find(|s| s.cidr.is_empty()) {
        found.push(pair(
            "P11",
            route!["peering"],
            "failed to parse existing exposed CIDR : ".to_owned(),
            format!(
                "Peering {name} has an entry by vpcSubnet or not towards {target}, with which this peering cannot be \
                 compared; use an explicit cidr there."
            ),
            empty.route.clone(),
        ));
    }
    let holds = |s: &&Shown, (v4, at): (bool, u128)| s.prefix.is_some_and(|p| p.holds(v4, at));
    let hit = point.and_then(|at| Some((mine.iter().find(|s| holds(s, at))?, theirs.iter().find(|s| holds(s, at))?)));
    if let Some((new, old)) = hit {
        found.push(pair(
            "P10",
            new.route.clone(),
            format!("overlap between existing exposed CIDR {} and new exposed CIDR {}", old.cidr, new.cidr),
            format!("{name} already shows {} to {target}, and this peering shows {}.", old.cidr, new.cidr),
            old.route.clone(),
        ));
    }
    report.found.extend(found);
}
