//! G3-G11 on one Gateway.

use std::collections::BTreeSet;
use std::net::IpAddr;

use crate::model::gateway::GatewaySpec;

use super::super::mac::Mac;
use super::super::names::{is_interface_name, is_pci_address};
use super::super::prefix::parse_net;
use super::super::{Subject, Violation};

/// Longest interface name of the kernel.
const NAME_LIMIT: usize = 15;

/// Checks the shape of one `Gateway.spec` (G3-G10, and of G11 what needs no other object). The webhook appends
/// `: invalid gateway` to each text.
#[must_use]
pub fn gateway(spec: &GatewaySpec) -> Vec<Violation> {
    let mut found = Vec::new();
    let mut report = |id: &'static str, route: Vec<String>, text: String, why: &str| {
        found.push(Violation::new(id, Subject::Gateway, route, text, why));
    };
    if !(1..=64).contains(&spec.workers) {
        let why = "The number of workers is out of range.";
        report("G3", route!["workers"], "workers should be between 1 and 64".to_owned(), why);
    }
    if let Some(limit) = &spec.logs.rate_limit {
        let values = [("burst", limit.burst), ("replenishPerSecond", limit.replenish_per_second)];
        for (field, _) in values.iter().filter(|(_, value)| *value == 0) {
            let text = format!("log rate limit {field} must be greater than 0");
            report("G4", route!["logs", "rateLimit", field], text, "The log rate limit is zero.");
        }
    }
    address(&mut report, "G5", "protocolIP", "ProtocolIP", &spec.protocol_ip);
    address(&mut report, "G6", "vtepIP", "VTEPIP", &spec.vtep_ip);
    mac(&mut report, &spec.vtep_mac);
    if spec.asn == 0 {
        report("G8", route!["asn"], "ASN must be set".to_owned(), "The gateway has no AS number.");
    }
    interfaces(&mut report, spec);
    neighbors(&mut report, spec);
    let mut names = BTreeSet::new();
    if spec.groups.is_empty() {
        let text = "at least one gateway group must be defined".to_owned();
        report("G11", route!["groups"], text, "The gateway is in no group.");
    }
    for (index, group) in spec.groups.iter().enumerate() {
        if !names.insert(group.name.as_str()) {
            let text = format!("group {} is duplicate", group.name);
            report("G11", route!["groups", index, "name"], text, "A group is listed twice.");
        }
    }
    found
}

fn address(
    report: &mut impl FnMut(&'static str, Vec<String>, String, &str),
    id: &'static str,
    field: &str,
    name: &str,
    value: &str,
) {
    let mut say = |text: String, why: &str| report(id, route![field], text, why);
    let Some(net) = parse_net(value) else {
        say(format!("invalid {name} {value}"), "The address is not of the form a.b.c.d/32.");
        return;
    };
    let IpAddr::V4(v4) = net.addr() else {
        say(format!("{name} {value} must be an IPv4 address"), "The address is not IPv4.");
        return;
    };
    if net.prefix_len() != 32 {
        say(format!("{name} {value} must be a /32 prefix"), "The address is not a /32.");
    }
    if id != "G6" {
        return;
    }
    if v4.is_loopback() {
        say(format!("{name} {value} must not be in the localhost range"), "The address is a loopback address.");
    } else if v4.is_multicast() || v4.is_unspecified() || v4.is_broadcast() {
        say(format!("{name} {value} must be a unicast IPv4 address"), "The address is not unicast.");
    }
}

fn mac(report: &mut impl FnMut(&'static str, Vec<String>, String, &str), value: &str) {
    let (text, why) = match (value.is_empty(), Mac::parse(value)) {
        (true, _) => ("VTEPMAC must be set".to_owned(), "The gateway has no VTEP MAC."),
        (_, None) => (format!("invalid VTEPMAC {value}"), "The VTEP MAC is not an Ethernet address."),
        (_, Some(m)) if m.is_zero() => ("VTEPMAC must not be all zeros".to_owned(), "The VTEP MAC is zero."),
        (_, Some(m)) if m.is_multicast() => {
            (format!("VTEPMAC {value} must be a unicast MAC address"), "The VTEP MAC is a group address.")
        }
        _ => return,
    };
    report("G7", route!["vtepMAC"], text, why);
}

fn interfaces(report: &mut impl FnMut(&'static str, Vec<String>, String, &str), spec: &GatewaySpec) {
    if spec.interfaces.is_empty() {
        let text = "at least one interface must be defined".to_owned();
        report("G9", route!["interfaces"], text, "The gateway has no interfaces.");
    }
    for (name, interface) in &spec.interfaces {
        let at = |field: &str| route!["interfaces", name, field];
        if name.len() > NAME_LIMIT {
            let text = format!("interface name {name} is too long");
            report("G9", route!["interfaces", name], text, "An interface name is longer than 15 characters.");
        } else if !is_interface_name(name) {
            let text = format!("interface name {name} must be a valid linux interface name (2-10 characters)");
            report("G9", route!["interfaces", name], text, "An interface name is not valid.");
        }
        if interface.ips.is_empty() {
            let text = format!("interface {name} must have at least one IP address");
            report("G9", at("ips"), text, "An interface has no address.");
        }
        for (index, ip) in interface.ips.iter().enumerate() {
            let mut at = at("ips");
            at.push(index.to_string());
            match parse_net(ip).map(|net| net.addr()) {
                None => report("G9", at, format!("invalid interface {name} IP {ip}"), "An address cannot be read."),
                Some(IpAddr::V6(_)) => {
                    let text = format!("interface {name} IP {ip} must be an IPv4 address");
                    report("G9", at, text, "An interface address is not IPv4.");
                }
                Some(IpAddr::V4(_)) => {}
            }
        }
        if !interface.pci.is_empty() && !interface.kernel.is_empty() {
            let text = format!("interface {name} cannot have both PCI address and kernel names");
            report("G9", at("pci"), text, "An interface names two drivers.");
        }
        if !interface.pci.is_empty() && !is_pci_address(&interface.pci) {
            let text =
                format!("interface {name} PCI {} must be a valid PCI address (e.g. 0000:02:00.0)", interface.pci);
            report("G9", at("pci"), text, "A PCI address cannot be read.");
        }
        if interface.kernel.is_empty() {
            continue;
        }
        if !is_interface_name(&interface.kernel) {
            let text =
                format!("kernel name {} must be a valid linux interface name (2-10 characters)", interface.kernel);
            report("G9", at("kernel"), text, "A kernel interface name is not valid.");
        }
        if interface.kernel == *name {
            let text = format!("interface name {name} cannot be the same as kernel interface name");
            report("G9", at("kernel"), text, "An interface has the name of its kernel device.");
        }
    }
}

fn neighbors(report: &mut impl FnMut(&'static str, Vec<String>, String, &str), spec: &GatewaySpec) {
    if spec.neighbors.is_empty() {
        let text = "at least one BGP neighbor must be defined".to_owned();
        report("G10", route!["neighbors"], text, "The gateway has no BGP neighbours.");
    }
    for (index, neighbor) in spec.neighbors.iter().enumerate() {
        let at = |field: &str| route!["neighbors", index, field];
        let ip = &neighbor.ip;
        let problem = match ip.parse::<IpAddr>() {
            _ if ip.is_empty() => Some(("BGP neighbor must have an IP address".to_owned(), "has no address")),
            Err(_) => Some((format!("invalid neighbor IP {ip}"), "has an address that cannot be read")),
            Ok(IpAddr::V6(_)) => {
                Some((format!("BGP neighbor IP {ip} must be an IPv4 address"), "has an address that is not IPv4"))
            }
            Ok(IpAddr::V4(a)) if a.is_multicast() || a.is_unspecified() || a.is_broadcast() => Some((
                format!("BGP neighbor IP {ip} must be a unicast IPv4 address"),
                "has an address that is not unicast",
            )),
            Ok(IpAddr::V4(_)) => None,
        };
        if let Some((text, why)) = problem {
            report("G10", at("ip"), text, &format!("BGP neighbour {index} {why}."));
        }
        if neighbor.asn == 0 {
            let text = format!("BGP neighbor {ip} must have an ASN");
            report("G10", at("asn"), text, "A BGP neighbour has no AS number.");
        }
    }
}
