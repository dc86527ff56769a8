//! One peering: its sides and expose blocks (gateway reference 3.2, D2, D4-D12).

use std::collections::BTreeSet;

use crate::model::gateway::{Expose, GatewayAgentSpec};

use super::super::Violation;
use super::super::expose::{Addresses, Fault, FaultKind, Mode, View, expose_route};
use super::super::prefix::{Prefix, Ranges};
use super::{Peering, Side};

/// Ranges that no expose may touch (gateway reference 3.3, D11); 255.255.255.255 lies in the last IPv4 one.
const RESERVED: [&str; 9] = [
    "0.0.0.0/8",
    "127.0.0.0/8",
    "169.254.0.0/16",
    "224.0.0.0/4",
    "240.0.0.0/4",
    "::/128",
    "::1/128",
    "fe80::/10",
    "ff00::/8",
];

pub(super) fn check(spec: &GatewayAgentSpec, peering: &Peering<'_>, found: &mut Vec<Violation>) {
    let mut report = |id, route, text: String, why: String| {
        found.push(Violation::new(id, peering.subject(), route, text, why).vpcs(peering.vpc_names()));
    };
    if peering.spec.gateway_group.is_empty() && !spec.groups.is_empty() {
        report(
            "C:peering-group",
            with(&peering.base, &["gatewayGroup"]),
            format!("Missing required data: Peering {} is not mapped to any gateway group", peering.name),
            "The peering names no gateway group.".to_owned(),
        );
    }
    let sides = peering.sides.len();
    if sides != 2 {
        report(
            "C:peering-sides",
            with(&peering.base, &["peering"]),
            format!("Missing required data: Peering must be between 2 VPCs, found {sides}"),
            format!("The peering has {sides} sides instead of two."),
        );
    }
    for side in &peering.sides {
        if !side.known && !spec.vpcs.is_empty() {
            report(
                "D2",
                peering.side_route(side.vpc),
                format!("A VPC peering object refers to non-existent VPC '{}'", side.vpc),
                unknown_vpc(spec, side.vpc),
            );
        }
        if side.exposes == 0 {
            report(
                "D6",
                with(&peering.side_route(side.vpc), &["expose"]),
                format!("Missing required data: VPC {} has a peering with no exposes", side.vpc),
                format!("Side {} of the peering exposes nothing.", side.vpc),
            );
        }
    }
    defaults(peering, found);
    for (vpc, side) in &peering.spec.peering {
        for (index, expose) in side.expose.iter().enumerate() {
            shape(peering, vpc, index, expose, found);
        }
    }
    for side in &peering.sides {
        for (index, fault) in &side.faults {
            found.extend(conversion(peering, side.vpc, *index, fault));
        }
        let mut told = BTreeSet::new();
        for view in &side.views {
            if told.insert(view.expose) {
                addresses(peering, view, found);
            }
            zero_ports(peering, view, found);
        }
    }
    families(peering, found);
}

fn with(base: &[String], tail: &[&str]) -> Vec<String> {
    base.iter().cloned().chain(tail.iter().map(|t| (*t).to_owned())).collect()
}

fn unknown_vpc(spec: &GatewayAgentSpec, vpc: &str) -> String {
    let external = format!("ext.{vpc}");
    if spec.vpcs.contains_key(&external) {
        format!("The peering names {vpc}, which is no VPC; the external of that name is {external}.")
    } else {
        format!("The peering names {vpc}, which is not among the VPCs of this gateway.")
    }
}

/// D4 and D5.
fn defaults(peering: &Peering<'_>, found: &mut Vec<Violation>) {
    let default = |side: &Side<'_>| side.views.iter().filter(|v| v.default).map(|v| v.expose).collect::<Vec<_>>();
    let at = |side: &Side<'_>, index: usize| with(&expose_route(&peering.base, side.vpc, index), &["default"]);
    let mut first = Vec::new();
    for side in &peering.sides {
        let blocks = default(side);
        let mut blocks = blocks.iter();
        let Some(&one) = blocks.next() else { continue };
        first.push(at(side, one));
        if let Some(&two) = blocks.next() {
            found.push(
                Violation::new(
                    "D5",
                    peering.subject(),
                    at(side, two),
                    "Forbidden: Manifest cannot have multiple default exposes",
                    format!("Side {} has more than one default expose.", side.vpc),
                )
                .vpcs([side.vpc])
                .related(at(side, one)),
            );
        }
    }
    if let [a, b] = first.as_slice() {
        found.push(
            Violation::new(
                "D4",
                peering.subject(),
                b.clone(),
                "Forbidden: A default expose cannot be peered with another default expose",
                "Both sides of the peering are default exposes.",
            )
            .vpcs(peering.vpc_names())
            .related(a.clone()),
        );
    }
}

/// D7 and D8: which lists an expose block has.
fn shape(peering: &Peering<'_>, vpc: &str, index: usize, expose: &Expose, found: &mut Vec<Violation>) {
    let at = |field: &str| with(&expose_route(&peering.base, vpc, index), &[field]);
    let mut report = |id, field: &str, text: &str, why: &str| {
        let why = format!("Expose {index} of {vpc} {why}.");
        found.push(Violation::new(id, peering.subject(), at(field), text, why).vpcs([vpc]));
    };
    if expose.default {
        if !expose.ips.is_empty() {
            report(
                "D7",
                "ips",
                "Not allowed: A Default expose can't contain prefixes",
                "is a default expose and lists addresses",
            );
        }
        if !expose.as_.is_empty() {
            report(
                "D7",
                "as",
                "Not allowed: A Default expose can't contain 'as' prefixes",
                "is a default expose and lists public addresses",
            );
        }
        if expose.nat.is_some() {
            report(
                "D7",
                "nat",
                "Invalid configuration: Default expose cannot have ips/nots or nat configuration",
                "is a default expose and has NAT",
            );
        }
        return;
    }
    if expose.ips.is_empty() {
        report(
            "D8",
            "ips",
            "Missing required data: Expose must expose some IPs, ips block is missing",
            "exposes no addresses",
        );
    } else if expose.ips.iter().all(|ip| ip.cidr.is_empty() && ip.vpc_subnet.is_empty() && !ip.not.is_empty()) {
        report("D8", "ips", "Forbidden: Non-default expose cannot have empty 'ips' list", "lists only exclusions");
    }
    let public = expose.as_.iter().any(|a| !a.cidr.is_empty());
    let unreadable = expose.as_.iter().any(|a| a.cidr.is_empty() && a.not.is_empty());
    if matches!(Mode::of(expose), Ok(mode) if mode != Mode::Plain) && !public && !unreadable {
        report(
            "D8",
            "as",
            "Forbidden: Expose cannot have empty 'as_range' list with NAT enabled",
            "has NAT but no public addresses",
        );
    }
}

/// The conversion error for something that cannot be read. The protocol of a port rule is checked by the API only.
fn conversion(peering: &Peering<'_>, vpc: &str, index: usize, fault: &Fault) -> Option<Violation> {
    let (id, text, what) = match &fault.kind {
        FaultKind::BadCidr(t) => {
            ("C:cidr", format!("Invalid CIDR format: {t}"), format!("has \"{t}\", which is not a prefix"))
        }
        FaultKind::UnknownSubnet(t) => (
            "C:unknown-subnet",
            format!("Not allowed: Expose references unknown VPC subnet {t}"),
            format!("names the subnet {t}, which the VPC does not have"),
        ),
        FaultKind::EmptyIp => (
            "C:ip-object",
            "Missing required data: Expose ip object must specify subnet, cidr, or not".to_owned(),
            "has an empty entry in ips".to_owned(),
        ),
        FaultKind::EmptyAs => (
            "C:as-object",
            "Missing required data: Expose as object must specify cidr or not".to_owned(),
            "has an empty entry in as".to_owned(),
        ),
        FaultKind::NoMode => (
            "C:nat-no-mode",
            "Not allowed: NAT config block must specify one NAT mode".to_owned(),
            "has a nat section without a mode".to_owned(),
        ),
        FaultKind::SeveralModes => (
            "C:nat-modes",
            "Not allowed: Cannot have multiple NAT modes configured on the same expose block".to_owned(),
            "has several NAT modes".to_owned(),
        ),
        FaultKind::NoPorts => (
            "C:no-port-rules",
            "Not allowed: Port forward must specify at least one ports block".to_owned(),
            "forwards no ports".to_owned(),
        ),
        FaultKind::NoPort => (
            "C:no-port",
            "Not allowed: Port forward must specify a port".to_owned(),
            "has a port rule without a real port".to_owned(),
        ),
        FaultKind::NoPublicPort => (
            "C:no-public-port",
            "Not allowed: Port forward must specify a port to map to".to_owned(),
            "has a port rule without a public port".to_owned(),
        ),
        FaultKind::BadPort(t, _) => {
            ("C:port-range", format!("Invalid port range {t}"), format!("has \"{t}\", which is not a port or range"))
        }
        FaultKind::BadProto(_) => return None,
    };
    let mut route = expose_route(&peering.base, vpc, index);
    route.extend(fault.tail.iter().cloned());
    let why = format!("Expose {index} of {vpc} {what}.");
    Some(Violation::new(id, peering.subject(), route, text, why).vpcs([vpc]))
}

/// D9 (inside one block), D11 and D12.
fn addresses(peering: &Peering<'_>, view: &View<'_>, found: &mut Vec<Violation>) {
    let mut lists: Vec<&Addresses> = vec![&view.private];
    if view.mode != Mode::Plain {
        lists.push(&view.public);
    }
    let (index, vpc) = (view.expose, view.vpc);
    let all: Vec<_> = lists.iter().flat_map(|l| l.entries.iter().chain(&l.nots).map(move |e| (*l, e))).collect();
    if let Some((_, first)) = all.first()
        && let Some((list, odd)) = all.iter().find(|(_, e)| e.prefix.is_v4() != first.prefix.is_v4())
    {
        found.push(
            Violation::new(
                "D9",
                peering.subject(),
                view.entry_route(&peering.base, list, Some(odd)),
                format!("Inconsistent IP version in VpcExpose: {} {}", first.prefix, odd.prefix),
                format!("Expose {index} of {vpc} mixes IPv4 and IPv6."),
            )
            .vpcs([vpc]),
        );
    }
    let reserved: Vec<(&str, Prefix)> =
        RESERVED.iter().filter_map(|text| Prefix::parse(text).map(|p| (*text, p))).collect();
    for list in lists {
        for entry in &list.entries {
            let hit = reserved.iter().find(|(_, r)| {
                let inner = if r.contains(&entry.prefix) { &entry.prefix } else { r };
                r.overlaps(&entry.prefix) && list.effective.first_in(inner).is_some()
            });
            if let Some((range, _)) = hit {
                found.push(
                    Violation::new(
                        "D11",
                        peering.subject(),
                        view.entry_route(&peering.base, list, Some(entry)),
                        format!(
                            "Prefix {} overlaps a special-use/reserved range ({range}) and cannot be used in a \
                             VpcExpose",
                            entry.prefix
                        ),
                        format!("Expose {index} of {vpc} has {}, which touches the reserved {range}.", entry.prefix),
                    )
                    .vpcs([vpc]),
                );
            }
        }
        let excluded = list.effective.is_empty() && !list.entries.is_empty();
        if excluded && view.complete {
            let names: Vec<String> = list.entries.iter().take(8).map(|e| e.prefix.to_string()).collect();
            found.push(
                Violation::new(
                    "D12",
                    peering.subject(),
                    view.entry_route(&peering.base, list, list.nots.first()),
                    format!("All prefixes are excluded in VpcExpose: {}", names.join(" ")),
                    format!("The exclusions of expose {index} of {vpc} leave nothing of its {}.", list.list),
                )
                .vpcs([vpc]),
            );
        }
    }
}

/// D10.
fn zero_ports(peering: &Peering<'_>, view: &View<'_>, found: &mut Vec<Violation>) {
    let ranges = [("port", view.private_ports), ("as", view.public_ports)];
    for (field, _) in ranges.iter().filter(|(_, range)| range.is_some_and(|r| r.lo == 0)) {
        found.push(
            Violation::new(
                "D10",
                peering.subject(),
                with(&view.rule_route(&peering.base), &[field]),
                "Forbidden: Port 0 is not allowed in expose prefix port ranges",
                format!("Expose {} of {} forwards port 0.", view.expose, view.vpc),
            )
            .vpcs([view.vpc]),
        );
    }
}

/// The family of a block, where it has one.
fn family(view: &View<'_>) -> Option<bool> {
    let first = |a: &Addresses| a.entries.first().map(|e| e.prefix.is_v4());
    let v4 = first(&view.private)?;
    let mixed = |a: &Addresses| a.entries.iter().any(|e| e.prefix.is_v4() != v4);
    (!mixed(&view.private) && !mixed(&view.public)).then_some(v4)
}

/// D9 among the blocks of one side and between the sides.
fn families(peering: &Peering<'_>, found: &mut Vec<Violation>) {
    let mut sides = Vec::new();
    let mut mixed = false;
    for side in &peering.sides {
        let mut known = side.views.iter().filter_map(|v| family(v).map(|f| (f, v)));
        let Some((f, first)) = known.next() else {
            continue;
        };
        sides.push((f, first));
        if let Some((_, odd)) = known.find(|(g, _)| *g != f) {
            mixed = true;
            found.push(
                Violation::new(
                    "D9",
                    peering.subject(),
                    odd.route(&peering.base),
                    "Forbidden: A manifest cannot mix IPv4 and IPv6 expose blocks",
                    format!("Side {} has IPv4 and IPv6 exposes.", side.vpc),
                )
                .vpcs([side.vpc])
                .related(first.route(&peering.base)),
            );
        }
    }
    if let ([(f, a), (g, b)], false) = (sides.as_slice(), mixed)
        && f != g
    {
        found.push(
            Violation::new(
                "D9",
                peering.subject(),
                b.route(&peering.base),
                "Forbidden: The two manifests of a peering must contain expose blocks of the same IP version",
                format!("{} exposes {} and {} exposes {}.", a.vpc, name(*f), b.vpc, name(*g)),
            )
            .vpcs(peering.vpc_names())
            .related(a.route(&peering.base)),
        );
    }
}

fn name(v4: bool) -> &'static str {
    if v4 { "IPv4" } else { "IPv6" }
}

/// All that a side holds, or shows to the far side, where all of it is known.
pub(super) fn side_ranges(side: &Side<'_>, public: bool) -> Option<Ranges> {
    let known = side.known && side.faults.is_empty() && side.views.iter().all(|v| v.complete);
    let everything: Ranges = std::iter::once(&Prefix::everything_v4()).collect();
    known.then(|| {
        Ranges::union(side.views.iter().map(|v| match (v.default, public) {
            (true, _) => &everything,
            (false, true) => &v.public.effective,
            (false, false) => &v.private.effective,
        }))
    })
}
