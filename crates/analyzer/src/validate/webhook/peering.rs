//! P1-P11 on one GatewayPeering.

use std::collections::BTreeSet;

use crate::model::gateway::{Expose, PeeringSide, PeeringSpec};

use super::super::expose::{Mode, Subnet, expose_route};
use super::super::ports::PortRange;
use super::super::prefix::Prefix;
use super::super::{Subject, Violation};
use super::{PeeringLookup, acl, external, overlap};

/// Collects the violations of one peering.
pub(super) struct Report<'a> {
    pub(super) name: &'a str,
    pub(super) spec: &'a PeeringSpec,
    pub(super) found: Vec<Violation>,
}

impl Report<'_> {
    pub(super) fn say(&mut self, id: &'static str, route: Vec<String>, text: String, why: String) {
        let subject = Subject::Peering(self.name.to_owned());
        let vpcs = self.spec.peering.keys().map(String::as_str);
        self.found.push(Violation::new(id, subject, route, text, why).vpcs(vpcs));
    }
}

/// Checks one stored peering (P1-P11). Routes are relative to its spec.
#[must_use]
pub fn peering(name: &str, spec: &PeeringSpec, lookup: &PeeringLookup<'_>) -> Vec<Violation> {
    let mut report = Report { name, spec, found: Vec::new() };
    if spec.gateway_group.is_empty() {
        report.say(
            "P1",
            route!["gatewayGroup"],
            format!("gateway group must be specified {name}"),
            "The peering names no gateway group.".to_owned(),
        );
    }
    let sides = spec.peering.len();
    if sides != 2 {
        report.say(
            "P2",
            route!["peering"],
            format!("peering must have exactly 2 VPCs, got {sides}"),
            format!("The peering has {sides} sides instead of two."),
        );
    }
    for (vpc, side) in &spec.peering {
        for (index, block) in side.expose.iter().enumerate() {
            addresses(&mut report, vpc, index, block);
            nat(&mut report, vpc, index, block);
        }
    }
    combination(&mut report);
    acl::check(&mut report, lookup);
    references(&mut report, lookup);
    overlap::check(&mut report, lookup);
    report.found
}

/// P3.
fn addresses(report: &mut Report<'_>, vpc: &str, index: usize, block: &Expose) {
    let base = expose_route(&[], vpc, index);
    let at = |tail: Vec<String>| base.iter().cloned().chain(tail).collect::<Vec<_>>();
    let why = |what: &str| format!("Expose {index} of {vpc} {what}.");
    if block.default {
        if !block.ips.is_empty() || !block.as_.is_empty() || block.nat.is_some() {
            let text = format!("default flag should be the only thing set in expose of VPC {vpc}");
            report.say("P3", at(route!["default"]), text, why("is a default expose and has other fields"));
        }
        return;
    }
    if block.ips.is_empty() {
        let text = format!("at least one IP block must be specified in peering expose of VPC {vpc}");
        report.say("P3", at(route!["ips"]), text, why("lists no addresses"));
    }
    let mut subnets_told = false;
    for (i, ip) in block.ips.iter().enumerate() {
        let set = [&ip.cidr, &ip.not, &ip.vpc_subnet].iter().filter(|t| !t.is_empty()).count();
        if set != 1 {
            let text = format!("exactly one of cidr, not or vpcSubnet must be set in peering expose IPs of VPC {vpc}");
            report.say("P3", at(route!["ips", i]), text, why(&format!("has an entry with {set} fields")));
        }
        if !ip.cidr.is_empty() && Prefix::parse(&ip.cidr).is_none() {
            let text = format!("invalid CIDR {} in peering expose IPs of VPC {vpc}", ip.cidr);
            report.say("P3", at(route!["ips", i, "cidr"]), text, why("has a prefix that cannot be read"));
        }
        if !ip.not.is_empty() && Prefix::parse(&ip.not).is_none() {
            let text = format!("invalid Not CIDR {} in peering expose IPs of VPC {vpc}", ip.not);
            report.say("P3", at(route!["ips", i, "not"]), text, why("has an exclusion that cannot be read"));
        }
        if !ip.vpc_subnet.is_empty()
            && !subnets_told
            && let Some(name) = external(vpc)
        {
            subnets_told = true;
            let text = format!("external {name} cannot have an IP block with VPC Subnets specified");
            report.say("P3", at(route!["ips", i, "vpcSubnet"]), text, why("names a subnet of an external"));
        }
    }
    for (i, ip) in block.as_.iter().enumerate() {
        let set = [&ip.cidr, &ip.not].iter().filter(|t| !t.is_empty()).count();
        if set != 1 {
            let text = format!("exactly one of cidr or not must be set in peering expose AS of VPC {vpc}");
            report.say("P3", at(route!["as", i]), text, why(&format!("has a public entry with {set} fields")));
        }
        for (field, value, word) in [("cidr", &ip.cidr, "CIDR"), ("not", &ip.not, "Not CIDR")] {
            if !value.is_empty() && Prefix::parse(value).is_none() {
                let text = format!("invalid {word} {value} in peering expose AS of VPC {vpc}");
                report.say("P3", at(route!["as", i, field]), text, why("has a public prefix that cannot be read"));
            }
        }
    }
}

/// P4 and P7. Blocks with the NAT names of very old objects are read as what they mean.
fn nat(report: &mut Report<'_>, vpc: &str, index: usize, block: &Expose) {
    if block.default {
        return;
    }
    let base = expose_route(&[], vpc, index);
    let at = |tail: Vec<String>| base.iter().cloned().chain(tail).collect::<Vec<_>>();
    let why = |what: &str| format!("Expose {index} of {vpc} {what}.");
    if block.as_.is_empty() != block.nat.is_none() {
        let text = format!("expose.As and expose.NAT must both be set or both be empty in peering expose of VPC {vpc}");
        let (field, what) =
            if block.nat.is_some() { ("nat", "has NAT but no `as`") } else { ("as", "has `as` but no NAT") };
        report.say("P4", at(route![field]), text, why(what));
    }
    let Some(nat) = &block.nat else { return };
    if let Err(count) = Mode::of(block) {
        let text = format!(
            "exactly one of masquerade, static, or portForward must be set in NAT section for peering expose of VPC \
             {vpc}"
        );
        report.say("P4", at(route!["nat"]), text, why(&format!("names {count} NAT modes")));
    }
    let Some(forward) = &nat.port_forward else {
        return;
    };
    if forward.ports.is_empty() {
        let text =
            format!("at least one port forwarding rule must be set in NAT section for peering expose of VPC {vpc}");
        report.say("P4", at(route!["nat", "portForward", "ports"]), text, why("forwards no ports"));
    }
    for (i, rule) in forward.ports.iter().enumerate() {
        for (field, value) in [("port", &rule.port), ("as", &rule.as_)] {
            if let Some(reason) = port_problem(value) {
                let text = format!("invalid {field} \"{value}\" in port forwarding rule {i}: {reason}");
                let at = at(route!["nat", "portForward", "ports", i, field]);
                report.say("P4", at, text, why(&format!("has a bad port in rule {i}")));
            }
        }
        if !matches!(rule.proto.as_str(), "" | "tcp" | "udp") {
            let text = format!("invalid protocol \"{}\" in port forwarding rule {i}", rule.proto);
            let at = at(route!["nat", "portForward", "ports", i, "proto"]);
            report.say("P4", at, text, why(&format!("has a bad protocol in rule {i}")));
        }
    }
}

/// P7: why the webhook refuses a port entry.
pub(super) fn port_problem(text: &str) -> Option<String> {
    match PortRange::parse(text) {
        Ok(range) if range.lo == 0 => Some("invalid port 0: port should be between 1 and 65535".to_owned()),
        Ok(_) => None,
        Err(error) => Some(error.webhook_text(text)),
    }
}

/// P5 and P6.
fn combination(report: &mut Report<'_>) {
    let spec = report.spec;
    let sides: Vec<(&String, &PeeringSide)> = spec.peering.iter().collect();
    let [(a, left), (b, right)] = sides.as_slice() else {
        return;
    };
    let place = |side: &PeeringSide, vpc: &str, wanted: fn(Mode) -> bool| {
        let hit = side.expose.iter().position(|e| Mode::of(e).is_ok_and(wanted))?;
        let mut path = expose_route(&[], vpc, hit);
        path.push("nat".to_owned());
        Some(path)
    };
    let stateful = |side: &PeeringSide, vpc: &str| place(side, vpc, Mode::is_stateful);
    let fixed = |side: &PeeringSide, vpc: &str| place(side, vpc, |m| m == Mode::Static);
    let conflicts = [
        ("P5", stateful(left, a), stateful(right, b)),
        ("P6", fixed(left, a), stateful(right, b)),
        ("P6", fixed(right, b), stateful(left, a)),
    ];
    for (id, one, other) in conflicts {
        let (Some(one), Some(other)) = (one, other) else {
            continue;
        };
        let (text, why) = if id == "P5" {
            (
                "unsupported configuration, only one side of a peering can use stateful NAT (i.e. masquerade or \
                 portForward)",
                "Both sides use masquerade or port forwarding.",
            )
        } else {
            (
                "unsupported configuration, one side of a peering using static NAT cannot peer with a side using \
                 stateful NAT",
                "One side uses static NAT and the other masquerade or port forwarding.",
            )
        };
        report.say(id, other, text.to_owned(), why.to_owned());
        if let Some(last) = report.found.last_mut() {
            last.related_route = Some(one);
        }
    }
}

/// P9.
fn references(report: &mut Report<'_>, lookup: &PeeringLookup<'_>) {
    let spec = report.spec;
    let group = spec.group();
    if lookup.groups.as_ref().is_some_and(|known| !known.contains(group)) {
        let text = format!("gateway group {group} not found");
        report.say("P9", route!["gatewayGroup"], text, format!("There is no gateway group \"{group}\"."));
    }
    for (vpc, side) in &spec.peering {
        let at = route!["peering", vpc];
        if let Some(name) = external(vpc) {
            if lookup.externals.as_ref().is_some_and(|known| !known.contains(name)) {
                report.say("P9", at, format!("external {name} not found"), format!("There is no external {name}."));
            }
            continue;
        }
        let Some(subnets) = lookup.vpcs.get(vpc) else {
            if lookup.vpcs_complete {
                report.say("P9", at, format!("VPC {vpc} not found"), format!("There is no VPC {vpc}."));
            }
            continue;
        };
        let known: BTreeSet<Prefix> = subnets.values().filter_map(|text| Prefix::parse(text)).collect();
        // Where a subnet cannot be read nothing is said of what lies outside the others.
        let readable = subnets.values().all(|text| Prefix::parse(text).is_some());
        for (index, block) in side.expose.iter().enumerate() {
            for (i, ip) in block.ips.iter().enumerate() {
                let mut at = expose_route(&[], vpc, index);
                if !ip.vpc_subnet.is_empty() && lookup.subnet(vpc, &ip.vpc_subnet) == Subnet::Unknown {
                    at.extend(route!["ips", i, "vpcSubnet"]);
                    let name = &ip.vpc_subnet;
                    let text = format!("VPC subnet {name} referenced in peering expose does not exist in VPC {vpc}");
                    report.say("P9", at, text, format!("VPC {vpc} has no subnet {name}."));
                    continue;
                }
                let Some(prefix) = Prefix::parse(&ip.cidr).filter(|_| readable) else {
                    continue;
                };
                // Inside one subnet, not inside several together.
                let inside = prefix.widening().any(|wider| known.contains(&wider));
                if !inside {
                    at.extend(route!["ips", i, "cidr"]);
                    let text = format!("CIDR {} is not part of VPC {vpc}", ip.cidr);
                    report.say("P9", at, text, format!("{} lies in no single subnet of VPC {vpc}.", ip.cidr));
                }
            }
        }
    }
}
