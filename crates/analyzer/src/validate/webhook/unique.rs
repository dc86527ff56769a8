//! G11 and G12: what gateways and switches have in common.

use std::collections::{BTreeMap, BTreeSet};

use crate::model::gateway::GatewaySpec;

use super::super::mac::Mac;
use super::super::prefix::parse_net;
use super::super::{Subject, Violation};

/// Gateway or switch.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum DeviceKind {
    /// A Gateway.
    Gateway,
    /// A Switch: its addresses count, its MAC does not.
    Switch,
}

/// The addresses of one device, as its object writes them; empty = none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Device<'a> {
    /// Gateway or switch.
    pub kind: DeviceKind,
    /// Object name.
    pub name: &'a str,
    /// Protocol IP.
    pub protocol_ip: &'a str,
    /// VTEP IP.
    pub vtep_ip: &'a str,
    /// VTEP MAC (gateways).
    pub vtep_mac: &'a str,
}

/// G12: addresses that two devices share, at least one of them a gateway. Switches of one redundancy group share
/// their VTEP IP: that is no concern of this check. Routes are inside the second device's spec.
#[must_use]
pub fn unique(devices: &[Device<'_>]) -> Vec<Violation> {
    let mut found = Vec::new();
    let address = |text: &str| parse_net(text).map(|n| n.addr()).or_else(|| text.parse().ok()).map(|a| a.to_string());
    let mac = |text: &str| Mac::parse(text).map(|m| m.to_string());
    let protocol: Vec<_> = devices.iter().filter_map(|d| Some((*d, address(d.protocol_ip)?))).collect();
    let vtep: Vec<_> = devices.iter().filter_map(|d| Some((*d, address(d.vtep_ip)?))).collect();
    let macs = devices.iter().filter(|d| d.kind == DeviceKind::Gateway);
    let macs: Vec<_> = macs.filter_map(|d| Some((*d, mac(d.vtep_mac)?))).collect();
    for (list, field, what) in
        [(protocol, "protocolIP", "protocol IP"), (vtep, "vtepIP", "VTEP IP"), (macs, "vtepMAC", "VTEP MAC")]
    {
        let mut owners: BTreeMap<&str, Vec<Device<'_>>> = BTreeMap::new();
        for (device, value) in &list {
            let others = owners.entry(value.as_str()).or_default();
            // The first conflict is enough: a third device conflicts with the first one.
            let other = match device.kind {
                DeviceKind::Gateway => others.first(),
                DeviceKind::Switch => others.iter().find(|o| o.kind == DeviceKind::Gateway),
            };
            if let Some(other) = other {
                let gateway = if device.kind == DeviceKind::Gateway { device.name } else { other.name };
                found.push(
                    Violation::new(
                        "G12",
                        Subject::Devices(other.name.to_owned(), device.name.to_owned()),
                        route![field],
                        format!("gateway {gateway} {what} {value} is already in use"),
                        format!("{} and {} have one {what}, {value}.", other.name, device.name),
                    )
                    .related(route![field]),
                );
            }
            if others.len() < 2 || (device.kind == DeviceKind::Gateway && !others.iter().any(|o| o.kind == device.kind))
            {
                others.push(*device);
            }
        }
    }
    found
}

/// G11: groups that do not exist or have too many members. `known` = all GatewayGroups, `limit` = the number of
/// communities; `None` skips that check.
#[must_use]
pub fn groups(
    gateways: &[(&str, &GatewaySpec)],
    known: Option<&BTreeSet<String>>,
    limit: Option<usize>,
) -> Vec<Violation> {
    let mut members: BTreeMap<&str, usize> = BTreeMap::new();
    let mut found = Vec::new();
    for (gateway, spec) in gateways {
        for (index, group) in spec.groups.iter().enumerate() {
            let name = group.name.as_str();
            let count = members.entry(name).or_default();
            *count += 1;
            let subject = || Subject::Group(name.to_owned());
            let route = route!["groups", index, "name"];
            if known.is_some_and(|known| !known.contains(name)) {
                found.push(Violation::new(
                    "G11",
                    subject(),
                    route,
                    format!("gateway group {name} not found"),
                    format!("Gateway {gateway} names the group \"{name}\", which does not exist."),
                ));
            } else if limit.is_some_and(|limit| *count == limit + 1) {
                let limit = limit.unwrap_or(0);
                found.push(Violation::new(
                    "G11",
                    subject(),
                    route,
                    format!("gateway group {name} already has too many members ({count}), max is {limit}"),
                    format!("Group \"{name}\" has more than {limit} members."),
                ));
            }
        }
    }
    found
}
