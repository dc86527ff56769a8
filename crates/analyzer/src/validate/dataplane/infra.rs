//! The gateway itself: addresses, neighbours, interfaces, VTEP (gateway reference 3.2, D23).

use crate::model::gateway::{GatewayAgentSpec, GatewaySpec};

use super::super::mac::Mac;
use super::super::names::is_pci_address;
use super::super::prefix::parse_net;
use super::super::{Subject, Violation};

/// Log levels the dataplane knows (gateway reference 1.2).
const LEVELS: [&str; 6] = ["off", "error", "warning", "info", "debug", "trace"];

/// Largest value the dataplane's MTU field could take.
const MAX_MTU: u32 = 65_535;

fn gateway(id: &'static str, route: Vec<String>, text: impl Into<String>, why: impl Into<String>) -> Violation {
    Violation::new(id, Subject::Gateway, route, text, why)
}

pub(super) fn check(spec: &GatewayAgentSpec, found: &mut Vec<Violation>) {
    let gw = &spec.gateway;
    if *gw == GatewaySpec::default() {
        found.push(gateway(
            "C:missing-gateway",
            route!["gateway"],
            "k8s infra: Missing gateway section in spec for gateway",
            "The agent's spec has no gateway section.",
        ));
        return;
    }
    addresses(gw, found);
    vtep(gw, !spec.vpcs.is_empty(), found);
    interfaces(gw, found);
    neighbors(gw, found);
    logs(gw, found);
    if gw.flow_table_capacity == Some(0) {
        found.push(gateway(
            "C:flow-table-capacity",
            route!["gateway", "flowTableCapacity"],
            "Invalid flowTableCapacity must be a non-zero value that fits in a usize",
            "The flow table capacity is zero.",
        ));
    }
}

fn addresses(gw: &GatewaySpec, found: &mut Vec<Violation>) {
    if gw.asn == 0 {
        found.push(gateway(
            "C:missing-asn",
            route!["gateway", "asn"],
            "Missing required data: Gateway ASN not specified",
            "The gateway has no AS number.",
        ));
    }
    if gw.protocol_ip.is_empty() {
        found.push(gateway(
            "C:missing-protocol-ip",
            route!["gateway", "protocolIP"],
            "Missing required data: Gateway protocol IP not specified",
            "The gateway has no protocol IP.",
        ));
    } else if !is_v4(&gw.protocol_ip) {
        found.push(gateway(
            "C:bad-protocol-ip",
            route!["gateway", "protocolIP"],
            format!("Invalid IPv4 protocol IP {}", gw.protocol_ip),
            format!("The protocol IP \"{}\" is not an IPv4 prefix.", gw.protocol_ip),
        ));
    }
}

/// An IPv4 address, with or without a mask.
fn is_v4(text: &str) -> bool {
    v4(text).is_some()
}

fn v4(text: &str) -> Option<std::net::Ipv4Addr> {
    match parse_net(text) {
        Some(ipnet::IpNet::V4(net)) => Some(net.addr()),
        Some(ipnet::IpNet::V6(_)) => None,
        None => text.parse().ok(),
    }
}

fn vtep(gw: &GatewaySpec, has_vpcs: bool, found: &mut Vec<Violation>) {
    let ip = || route!["gateway", "vtepIP"];
    if gw.vtep_ip.is_empty() {
        found.push(gateway(
            "C:missing-vtep-ip",
            ip(),
            "Missing required data: Gateway VTEP IP not specified",
            "The gateway has no VTEP IP.",
        ));
    } else {
        match v4(&gw.vtep_ip) {
            None => found.push(gateway(
                "C:bad-vtep-ip",
                ip(),
                format!("Invalid VTEP IP {}", gw.vtep_ip),
                format!("The VTEP IP \"{}\" is not an IPv4 prefix.", gw.vtep_ip),
            )),
            Some(a) if a.is_multicast() || a.is_loopback() || a.is_unspecified() || a.is_broadcast() => {
                found.push(gateway(
                    "D23",
                    ip(),
                    format!("Bad VTEP local address {a}"),
                    format!("The VTEP IP {a} is not an address that a host can have."),
                ));
            }
            Some(_) => {}
        }
    }
    let mac = || route!["gateway", "vtepMAC"];
    if gw.vtep_mac.is_empty() {
        if has_vpcs {
            found.push(gateway(
                "D23",
                mac(),
                "Missing mandatory parameter: VTEP MAC address",
                "The gateway has VPCs but no VTEP MAC.",
            ));
        }
        return;
    }
    match Mac::parse(&gw.vtep_mac) {
        None => found.push(gateway(
            "C:bad-vtep-mac",
            mac(),
            format!("Invalid VTEP MAC {}", gw.vtep_mac),
            format!("The VTEP MAC \"{}\" is not an Ethernet address.", gw.vtep_mac),
        )),
        Some(m) if m.is_zero() || m.is_multicast() => found.push(gateway(
            "D23",
            mac(),
            format!("Bad VTEP mac address {m}"),
            format!("The VTEP MAC {m} is not the address of one device."),
        )),
        Some(_) => {}
    }
}

fn interfaces(gw: &GatewaySpec, found: &mut Vec<Violation>) {
    for (name, interface) in &gw.interfaces {
        for (index, ip) in interface.ips.iter().enumerate() {
            if parse_net(ip).is_none() {
                found.push(gateway(
                    "C:interface-address",
                    route!["gateway", "interfaces", name, "ips", index],
                    format!("Invalid interface address {ip}"),
                    format!("Interface {name} has the address \"{ip}\", which is not address/length."),
                ));
            }
        }
        if interface.mtu > MAX_MTU {
            found.push(gateway(
                "C:mtu",
                route!["gateway", "interfaces", name, "mtu"],
                format!("Invalid MTU {}", interface.mtu),
                format!("Interface {name} has an MTU of {} bytes.", interface.mtu),
            ));
        }
        if !interface.pci.is_empty() && !is_pci_address(&interface.pci) {
            found.push(gateway(
                "C:pci",
                route!["gateway", "interfaces", name, "pci"],
                format!("Invalid PCI address {}", interface.pci),
                format!("Interface {name} has the PCI address \"{}\", which is none.", interface.pci),
            ));
        }
    }
}

fn neighbors(gw: &GatewaySpec, found: &mut Vec<Violation>) {
    for (index, neighbor) in gw.neighbors.iter().enumerate() {
        let at = |field: &str| route!["gateway", "neighbors", index, field];
        if neighbor.ip.is_empty() {
            found.push(gateway(
                "C:missing-neighbor-address",
                at("ip"),
                format!("Missing required data: Missing neighbor address in BGP neighbor with ASN {}", neighbor.asn),
                "A BGP neighbour has no address.",
            ));
        } else if neighbor.ip.parse::<std::net::IpAddr>().is_err() {
            found.push(gateway(
                "C:neighbor-address",
                at("ip"),
                format!("Invalid neighbor address {}", neighbor.ip),
                format!("The BGP neighbour address \"{}\" is not an IP address.", neighbor.ip),
            ));
        }
        if neighbor.asn == 0 {
            found.push(gateway(
                "C:missing-neighbor-asn",
                at("asn"),
                format!("Missing required data: Missing ASN in BGP neighbor with ip {}", neighbor.ip),
                format!("BGP neighbour {} has no AS number.", neighbor.ip),
            ));
        }
    }
}

fn logs(gw: &GatewaySpec, found: &mut Vec<Violation>) {
    let default = std::iter::once((route!["gateway", "logs", "default"], &gw.logs.default));
    let tags = gw.logs.tags.iter().map(|(tag, level)| (route!["gateway", "logs", "tags", tag], level));
    for (route, level) in default.chain(tags) {
        if !level.is_empty() && !LEVELS.contains(&level.as_str()) {
            found.push(gateway(
                "C:log-level",
                route,
                format!("Invalid log-level value: {level}"),
                format!("\"{level}\" is not a log level."),
            ));
        }
    }
}
