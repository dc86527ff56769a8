//! VPCs and what each of them sees through its peerings (gateway reference 3.2, D3, D18-D20).

use std::collections::{BTreeMap, BTreeSet};

use crate::model::gateway::{AgentVpc, GatewayAgentSpec};

use super::super::expose::{Mode, View};
use super::super::names::is_internal_id;
use super::super::overlap::{self, Point};
use super::super::prefix::{Prefix, Ranges};
use super::super::{Subject, Violation};
use super::{Peering, Side};

/// VNIs have 24 bits.
const MAX_VNI: u32 = 0x00ff_ffff;

pub(super) fn check(spec: &GatewayAgentSpec, found: &mut Vec<Violation>) {
    let (mut ids, mut vnis) = (BTreeMap::new(), BTreeMap::new());
    for (name, vpc) in &spec.vpcs {
        identity(name, vpc, found);
        if let Some(other) = (!vpc.internal_id.is_empty()).then(|| ids.insert(&vpc.internal_id, name)).flatten() {
            let id = &vpc.internal_id;
            found.push(
                one(
                    "C:vpc-exists",
                    name,
                    "internalID",
                    format!("Internal failure: Cannot add vpc {name}: A VPC with name/id '{id}' already exists"),
                    format!("VPCs {other} and {name} have one internal id, {id}."),
                )
                .vpcs([other.as_str(), name.as_str()])
                .related(route!["vpcs", other, "internalID"]),
            );
        }
        if let Some(other) = (vpc.vni != 0).then(|| vnis.insert(vpc.vni, name)).flatten() {
            let vni = vpc.vni;
            found.push(
                one(
                    "C:vni-in-use",
                    name,
                    "vni",
                    format!("Internal failure: Cannot add vpc {name}: VNI '{vni}' is already in use"),
                    format!("VPCs {other} and {name} have one VNI, {vni}."),
                )
                .vpcs([other.as_str(), name.as_str()])
                .related(route!["vpcs", other, "vni"]),
            );
        }
        for (subnet, value) in &vpc.subnets {
            if Prefix::parse(&value.cidr).is_none() {
                let cidr = &value.cidr;
                found.push(
                    Violation::new(
                        "C:vpc-subnet",
                        Subject::Vpc(name.clone()),
                        route!["vpcs", name, "subnets", subnet, "cidr"],
                        format!("Invalid vpc subnet CIDR {cidr} for vpc {name}"),
                        format!("Subnet {subnet} of VPC {name} has \"{cidr}\", which is not a prefix."),
                    )
                    .vpcs([name.as_str()]),
                );
            }
        }
    }
}

fn one(id: &'static str, vpc: &str, field: &str, text: impl Into<String>, why: impl Into<String>) -> Violation {
    Violation::new(id, Subject::Vpc(vpc.to_owned()), route!["vpcs", vpc, field], text, why).vpcs([vpc])
}

fn identity(name: &str, vpc: &AgentVpc, found: &mut Vec<Violation>) {
    let id = &vpc.internal_id;
    if id.is_empty() {
        found.push(one(
            "C:missing-internal-id",
            name,
            "internalID",
            "Missing required data: Internal ID not found",
            format!("VPC {name} has no internal id."),
        ));
    } else if !is_internal_id(id) {
        found.push(one(
            "C:bad-vpc-id",
            name,
            "internalID",
            "Internal failure: Could not create VPC: Bad VPC Id",
            format!("The internal id \"{id}\" of VPC {name} is not five letters or digits."),
        ));
    }
    if vpc.vni == 0 {
        found.push(one(
            "C:missing-vni",
            name,
            "vni",
            "Missing required data: VNI not found",
            format!("VPC {name} has no VNI."),
        ));
    } else if vpc.vni > MAX_VNI {
        found.push(one(
            "C:bad-vni",
            name,
            "vni",
            format!("Internal failure: Could not create VPC: '{}' is not a valid VNI", vpc.vni),
            format!("The VNI {} of VPC {name} is more than 24 bits.", vpc.vni),
        ));
    }
}

pub(super) fn no_vpcs(peerings: &[Peering<'_>], found: &mut Vec<Violation>) {
    found.push(Violation::new(
        "C:no-vpcs",
        Subject::Gateway,
        route!["vpcs"],
        format!("Not allowed: Found 0 vpcs but {} peerings", peerings.len()),
        "The configuration has peerings but no VPCs.",
    ));
}

/// One peering as one VPC sees it.
struct Remote<'m, 'a> {
    peering: &'m Peering<'a>,
    side: &'m Side<'a>,
    /// Internal id of the far VPC, or its name where it has none.
    id: &'m str,
}

pub(super) fn check_destinations(spec: &GatewayAgentSpec, peerings: &[Peering<'_>], found: &mut Vec<Violation>) {
    let mut seen: BTreeMap<&str, Vec<Remote<'_, '_>>> = BTreeMap::new();
    for peering in peerings {
        let Some((a, b)) = peering.pair() else {
            continue;
        };
        for (near, side) in [(a, b), (b, a)] {
            if near.known && side.known {
                let id = spec.vpcs.get(side.vpc).map(|v| v.internal_id.as_str()).filter(|id| !id.is_empty());
                let id = id.unwrap_or(side.vpc);
                seen.entry(near.vpc).or_default().push(Remote { peering, side, id });
            }
        }
    }
    let mut doubled = BTreeSet::new();
    for (vpc, remotes) in &seen {
        duplicates(vpc, remotes, &mut doubled, found);
    }
    for (vpc, remotes) in &seen {
        defaults(vpc, remotes, found);
        overlaps(spec, vpc, remotes, found);
    }
}

/// D3: two peerings of one VPC lead to the same VPC, compared by internal id.
fn duplicates<'m>(
    vpc: &str,
    remotes: &[Remote<'m, '_>],
    doubled: &mut BTreeSet<(&'m str, &'m str)>,
    found: &mut Vec<Violation>,
) {
    let mut first: BTreeMap<&str, &Remote<'_, '_>> = BTreeMap::new();
    for remote in remotes {
        let Some(other) = first.get(remote.id) else {
            first.insert(remote.id, remote);
            continue;
        };
        let (a, b): (&'m str, &'m str) = (other.peering.name, remote.peering.name);
        if !doubled.insert((a, b)) {
            continue;
        }
        let far = remote.side.vpc;
        let why = if other.side.vpc == far {
            format!("Peerings {a} and {b} are both between VPCs {vpc} and {far}.")
        } else {
            format!(
                "Peerings {a} and {b} of VPC {vpc} lead to VPCs {} and {far}, which have one internal id.",
                other.side.vpc
            )
        };
        found.push(
            Violation::new(
                "D3",
                Subject::Peerings(a.to_owned(), b.to_owned()),
                remote.peering.side_route(far),
                format!("Peering '{b}' refers to a VPC for which a peering already exists"),
                why,
            )
            .vpcs([vpc, other.side.vpc, far])
            .related(other.peering.side_route(other.side.vpc)),
        );
    }
}

/// D19: two peerings offer a default to one VPC. Each one is reported with the first.
fn defaults(vpc: &str, remotes: &[Remote<'_, '_>], found: &mut Vec<Violation>) {
    let mut first: Option<(&Remote<'_, '_>, &View<'_>)> = None;
    for remote in remotes {
        let Some(view) = remote.side.views.iter().find(|v| v.default) else {
            continue;
        };
        let Some((other, its)) = first else {
            first = Some((remote, view));
            continue;
        };
        if other.id == remote.id {
            continue;
        }
        found.push(
            Violation::new(
                "D19",
                Subject::Peerings(other.peering.name.to_owned(), remote.peering.name.to_owned()),
                with(view.route(&remote.peering.base), "default"),
                "Forbidden: Multiple default destinations exposed to VPC",
                format!("VPC {vpc} gets a default from {} and from {}.", other.side.vpc, remote.side.vpc),
            )
            .vpcs([vpc, other.side.vpc, remote.side.vpc])
            .related(with(its.route(&other.peering.base), "default")),
        );
    }
}

fn with(mut path: Vec<String>, field: &str) -> Vec<String> {
    path.push(field.to_owned());
    path
}

/// D18 and D20: what different far VPCs offer to one VPC overlaps.
fn overlaps(spec: &GatewayAgentSpec, vpc: &str, remotes: &[Remote<'_, '_>], found: &mut Vec<Violation>) {
    let views: Vec<(&Remote<'_, '_>, &View<'_>)> =
        remotes.iter().flat_map(|r| r.side.views.iter().map(move |v| (r, v))).collect();
    let sets: Vec<Ranges> = views.iter().map(|(_, v)| v.seen()).collect();
    let refs: Vec<&Ranges> = sets.iter().collect();
    let relevant = |i: usize, j: usize| match (views.get(i), views.get(j)) {
        (Some((a, av)), Some((b, bv))) => {
            a.peering.name != b.peering.name && a.id != b.id && !(av.default && bv.default) && share_ports(av, bv)
        }
        _ => false,
    };
    // One violation per pair of expose blocks, however many port rules they have.
    let mut told = BTreeSet::new();
    for ((i, j), point) in overlap::pairs(&refs, relevant) {
        let (Some((a, av)), Some((b, bv))) = (views.get(i), views.get(j)) else {
            continue;
        };
        // 0.0.0.0/0 as a prefix is refused for itself (D11); its overlaps with all the others add nothing.
        let all =
            |v: &View<'_>| !v.default && v.public.entry_at(point.0, point.1).is_some_and(|e| e.prefix.is_everything());
        if all(av) || all(bv) {
            continue;
        }
        let allowed = av.default || bv.default || (av.mode == Mode::Masquerade && bv.mode == Mode::Masquerade);
        let groups_differ = !spec.groups.is_empty() && a.peering.spec.group() != b.peering.spec.group();
        if allowed && !groups_differ || !told.insert((a.peering.name, av.expose, b.peering.name, bv.expose)) {
            continue;
        }
        found.push(conflict(vpc, (a, av), (b, bv), point, allowed));
    }
}

fn share_ports(a: &View<'_>, b: &View<'_>) -> bool {
    match (a.public_ports, b.public_ports) {
        (Some(x), Some(y)) => x.overlaps(&y),
        _ => true,
    }
}

/// The prefix of a view that holds the shared address, printed, and its place.
fn place(remote: &Remote<'_, '_>, view: &View<'_>, (v4, point): Point) -> (String, Vec<String>) {
    if view.default {
        return (Prefix::everything_v4().to_string(), with(view.route(&remote.peering.base), "default"));
    }
    let entry = view.public.entry_at(v4, point);
    let text = entry.map(|e| e.prefix.to_string()).unwrap_or_default();
    (text, view.entry_route(&remote.peering.base, &view.public, entry))
}

fn conflict<'m, 'a>(
    vpc: &str,
    (a, av): (&Remote<'m, 'a>, &View<'a>),
    (b, bv): (&Remote<'m, 'a>, &View<'a>),
    point: Point,
    allowed: bool,
) -> Violation {
    let ((left, left_at), (right, right_at)) = (place(a, av, point), place(b, bv, point));
    let (left_vpc, right_vpc) = (a.side.vpc, b.side.vpc);
    let (id, text, why) = if allowed {
        (
            "D20",
            "Forbidden: Overlapping exposes cannot use distinct groups".to_owned(),
            format!(
                "VPC {vpc} sees {left} of {left_vpc} through group \"{}\" and the overlapping {right} of {right_vpc} \
                 through group \"{}\".",
                a.peering.spec.group(),
                b.peering.spec.group()
            ),
        )
    } else {
        (
            "D18",
            format!("VPC prefixes overlap: {left} and {right}"),
            format!("VPC {vpc} would see {left} of {left_vpc} and the overlapping {right} of {right_vpc}."),
        )
    };
    Violation::new(id, Subject::Peerings(a.peering.name.to_owned(), b.peering.name.to_owned()), right_at, text, why)
        .vpcs([vpc, left_vpc, right_vpc])
        .related(left_at)
}
