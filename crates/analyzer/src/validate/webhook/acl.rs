//! P8: the access list of a peering.

use crate::model::gateway::{AclEndpoint, AclRule};

use super::super::acl::{direction, label};
use super::super::expose::Subnet;
use super::super::prefix::Prefix;
use super::peering::{Report, port_problem};
use super::{PeeringLookup, external};

/// Longest rule name.
const NAME_LIMIT: usize = 64;

pub(super) fn check(report: &mut Report<'_>, lookup: &PeeringLookup<'_>) {
    let spec = report.spec;
    let Some(acl) = &spec.acl else { return };
    if !matches!(acl.default.as_str(), "" | "deny" | "deny-unless-exposed") {
        report.say(
            "P8",
            route!["acl", "default"],
            format!("invalid default action \"{}\" in ACL", acl.default),
            "The default action is unknown.".to_owned(),
        );
    }
    for (index, rule) in acl.rules.iter().enumerate() {
        check_rule(report, lookup, index, rule);
    }
}

fn check_rule(report: &mut Report<'_>, lookup: &PeeringLookup<'_>, index: usize, rule: &AclRule) {
    let name = label(rule, index);
    let at = |field: &str| route!["acl", "rules", index, field];
    if rule.name.len() > NAME_LIMIT {
        let text = format!("rule name {} is too long, must be {NAME_LIMIT} characters or less", rule.name);
        report.say("P8", at("name"), text, format!("Rule {index} has a long name."));
    }
    if !matches!(rule.action.as_str(), "allow" | "deny") {
        let text = format!("invalid action \"{}\" in ACL rule {index}", rule.action);
        report.say("P8", at("action"), text, format!("Rule {name} neither allows nor denies."));
    }
    if !matches!(rule.scope.as_str(), "" | "flow" | "packet") {
        let text = format!("invalid scope \"{}\" in ACL rule {index}", rule.scope);
        report.say("P8", at("scope"), text, format!("Rule {name} has an unknown scope."));
    }
    let proto = rule.match_.proto.as_str();
    if !(matches!(proto, "" | "tcp" | "udp") || proto.parse::<u8>().is_ok()) {
        let text = format!("invalid protocol \"{proto}\" in ACL rule {index}");
        let mut at = at("match");
        at.push("proto".to_owned());
        report.say("P8", at, text, format!("Rule {name} has an unknown protocol."));
    }
    if rule.from.is_empty() && rule.to.is_empty() {
        let text = format!("at least one of from and to must be specified in ACL rule {index}");
        report.say("P8", at("from"), text, format!("Rule {name} names neither source nor destination."));
    }
    let spec = report.spec;
    for (field, value) in [("from", &rule.from), ("to", &rule.to)] {
        if !value.is_empty() && !spec.peering.contains_key(value) {
            let text = format!(
                "invalid {field} \"{value}\" in ACL rule {index}: it has to match one of the two VPCs of the peering"
            );
            report.say("P8", at(field), text, format!("Rule {name} names {value}, which is no side of the peering."));
        }
    }
    let mut sides = spec.peering.keys().map(String::as_str);
    let ends = match (sides.next(), sides.next()) {
        (Some(a), Some(b)) => direction(rule, a, b),
        _ => None,
    };
    let (source, target) = ends.map_or((None, None), |(from, to)| (Some(from), Some(to)));
    endpoints(report, lookup, index, ("src", "source"), &rule.match_.src, source);
    endpoints(report, lookup, index, ("dst", "destination"), &rule.match_.dst, target);
}

fn endpoints(
    report: &mut Report<'_>,
    lookup: &PeeringLookup<'_>,
    index: usize,
    (field, word): (&str, &str),
    list: &[AclEndpoint],
    side: Option<&str>,
) {
    for (i, entry) in list.iter().enumerate() {
        let at = |name: &str| route!["acl", "rules", index, "match", field, i, name];
        if !entry.cidr.is_empty() && !entry.vpc_subnet.is_empty() {
            let text =
                format!("at most one of cidr and vpcSubnet can be specified in {word} match of ACL rule {index}");
            report.say("P8", at("vpcSubnet"), text, format!("Rule {index} gives two addresses in one entry."));
        }
        if !entry.cidr.is_empty() && Prefix::parse(&entry.cidr).is_none() {
            let text = format!("invalid {word} CIDR \"{}\" in ACL rule {index}", entry.cidr);
            report.say("P8", at("cidr"), text, format!("Rule {index} has a prefix that cannot be read."));
        }
        for (k, port) in entry.ports.iter().enumerate() {
            if let Some(reason) = port_problem(port) {
                let mut at = at("ports");
                at.push(k.to_string());
                let text = format!("invalid {word} port \"{port}\" in ACL rule {index}: {reason}");
                report.say("P8", at, text, format!("Rule {index} has a bad port."));
            }
        }
        let (Some(side), false) = (side, entry.vpc_subnet.is_empty()) else {
            continue;
        };
        let subnet = &entry.vpc_subnet;
        if external(side).is_some() {
            let text = format!(
                "{word} VPC subnet {subnet} referenced in ACL rule {index} but the corresponding peering entry \
                 \"{side}\" is not a VPC"
            );
            report.say("P8", at("vpcSubnet"), text, format!("Rule {index} names a subnet of an external."));
        } else if lookup.subnet(side, subnet) == Subnet::Unknown {
            let text =
                format!("{word} VPC subnet {subnet} referenced in ACL rule {index} does not exist in VPC {side}");
            report.say("P8", at("vpcSubnet"), text, format!("VPC {side} has no subnet {subnet}."));
        }
    }
}
