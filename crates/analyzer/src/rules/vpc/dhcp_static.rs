//! Static leases of a DHCPSubnet contradict each other or the leases that are given.

use std::collections::BTreeMap;

use super::subnet::dhcp_keys;
use super::view::{address, is_leaving, is_whole, prefix};
use crate::facts::{Context, DHCPSubnet, Object};
use crate::finding::{Evidence, KeyKind, Severity};
use crate::model::Time;
use crate::rule::{Domain, Meta, Order, Outcome, Relation, Rule, Source};

/// See the metadata.
#[derive(Debug)]
pub(super) struct DhcpStatic;

static META: Meta = Meta {
    id: "dhcp-static-lease-conflict",
    reference: &["DHCP-606"],
    title: "A DHCP address is promised to two clients, or cannot be given",
    severities: &[Severity::Warning],
    needs: &[Source::DhcpSubnets],
    uses: &[Source::CaptureTime],
    explanation: "\
Looks at the static leases of each DHCPSubnet: two MAC addresses with one address, an address that another MAC holds at \
the capture, an address outside of the subnet.

## Why it matters
`fabric-dhcpd` ignores a static lease that it cannot give (`Static IP is already allocated for different MAC`): the server \
gets another address, or none.

## Not a fault
A lease of another MAC that is expired.

## What to do
Correct `dhcp.static` of the VPC subnet, or release the other lease.",
    explains: &[Relation { effects: &["DHCP-605", "DHCP-607"], join: &[KeyKind::DhcpSubnet] }],
    order: Order::Vpc,
};

/// What is wrong with one address.
struct Conflict {
    words: String,
    evidence: Vec<Evidence>,
}

impl Rule for DhcpStatic {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn domain(&self) -> Domain {
        Domain::Fabric
    }

    fn check(&self, cx: &Context<'_>, out: &mut Outcome) {
        for subnet in cx.list::<DHCPSubnet>() {
            if is_leaving(subnet) || !is_whole(cx, subnet) {
                continue;
            }
            if subnet.spec.static_.is_empty() && subnet.status.allocated.is_empty() {
                continue;
            }
            let mut conflicts = reservations(subnet);
            conflicts.extend(held(cx, out, subnet));
            conflicts.extend(shared(cx, subnet));
            if conflicts.is_empty() {
                out.pass();
            } else {
                report(out, subnet, conflicts);
            }
        }
    }
}

fn entry(subnet: &Object<DHCPSubnet>, mac: &str) -> Evidence {
    subnet.evidence(&["spec", "static", mac, "ip"], format!("static lease of {mac}"))
}

/// Static leases that contradict each other or the subnet.
fn reservations(subnet: &Object<DHCPSubnet>) -> Vec<Conflict> {
    let mut conflicts = Vec::new();
    let mut by_address: BTreeMap<u32, Vec<&str>> = BTreeMap::new();
    let cidr = prefix(&subnet.spec.cidr_block);
    for (mac, lease) in &subnet.spec.static_ {
        let Some(ip) = address(&lease.ip) else { continue };
        by_address.entry(ip).or_default().push(mac);
        if cidr.is_some_and(|cidr| !cidr.holds(true, ip.into())) {
            conflicts.push(Conflict {
                words: format!("{} of {mac} is outside of {}", lease.ip, subnet.spec.cidr_block),
                evidence: vec![entry(subnet, mac), subnet.evidence(&["spec", "cidrBlock"], "the subnet")],
            });
        }
    }
    for (ip, macs) in by_address.into_iter().filter(|(_, macs)| macs.len() > 1) {
        conflicts.push(Conflict {
            words: format!("{} is reserved for {}", std::net::Ipv4Addr::from(ip), macs.join(" and ")),
            evidence: macs.iter().map(|mac| entry(subnet, mac)).collect(),
        });
    }
    conflicts
}

/// Static leases that another MAC holds.
fn held(cx: &Context<'_>, out: &mut Outcome, subnet: &Object<DHCPSubnet>) -> Vec<Conflict> {
    let reserved: BTreeMap<u32, &str> =
        subnet.spec.static_.iter().filter_map(|(mac, lease)| Some((address(&lease.ip)?, mac.as_str()))).collect();
    let mine = |mac: &str| subnet.spec.static_.keys().find(|known| known.eq_ignore_ascii_case(mac));
    let mut conflicts = Vec::new();
    let mut undated = false;
    for (mac, lease) in &subnet.status.allocated {
        let Some((ip, owner)) = address(&lease.ip).and_then(|ip| reserved.get_key_value(&ip)) else { continue };
        // The holder is one of those that the address is reserved for.
        if owner.eq_ignore_ascii_case(mac)
            || mine(mac).and_then(|key| subnet.spec.static_.get(key)).is_some_and(|own| address(&own.ip) == Some(*ip))
        {
            continue;
        }
        let runs = match lease.expiry {
            None | Some(Time::Never | Time::Future) => Some(true),
            Some(time) => cx.age(time).map(|age| age.seconds < 0),
        };
        match runs {
            Some(true) => conflicts.push(Conflict {
                words: format!("{} is reserved for {owner}, and {mac} holds it", lease.ip),
                evidence: vec![
                    entry(subnet, owner),
                    subnet.evidence(&["status", "allocated", mac, "ip"], format!("lease of {mac}")),
                ],
            }),
            Some(false) => {}
            None => undated = true,
        }
    }
    if undated && conflicts.is_empty() {
        out.not_checked(subnet.subject(), Source::CaptureTime);
    }
    conflicts
}

/// Addresses that two clients hold at once. What is only offered is nobody's yet.
fn shared(cx: &Context<'_>, subnet: &Object<DHCPSubnet>) -> Vec<Conflict> {
    let runs = |expiry: Option<Time>| match expiry {
        None | Some(Time::Never | Time::Future) => true,
        Some(time) => cx.age(time).is_some_and(|age| age.seconds < 0),
    };
    let mut holders: BTreeMap<u32, Vec<&str>> = BTreeMap::new();
    for (mac, lease) in subnet.status.allocated.iter().filter(|(_, lease)| !lease.discover && runs(lease.expiry)) {
        if let Some(ip) = address(&lease.ip) {
            holders.entry(ip).or_default().push(mac);
        }
    }
    let several = holders.into_iter().filter(|(_, macs)| macs.len() > 1);
    several
        .map(|(ip, macs)| Conflict {
            words: format!("{} is held by {}", std::net::Ipv4Addr::from(ip), macs.join(" and ")),
            evidence: macs
                .iter()
                .map(|mac| subnet.evidence(&["status", "allocated", mac, "ip"], format!("lease of {mac}")))
                .collect(),
        })
        .collect()
}

fn report(out: &mut Outcome, subnet: &Object<DHCPSubnet>, conflicts: Vec<Conflict>) {
    let Some(first) = conflicts.first() else { return };
    let (name, namespace) = (subnet.name(), &subnet.meta.namespace);
    let more = match conflicts.len() {
        1 => String::new(),
        count => format!(" (and {} more)", count.saturating_sub(1)),
    };
    let title = format!("A static lease of {name} cannot be given: {}{more}", first.words);
    let words: Vec<&str> = conflicts.iter().take(8).map(|conflict| conflict.words.as_str()).collect();
    let mut finding = out.finding(Severity::Warning, subnet.subject(), title).detail(format!(
        "{}. fabric-dhcpd ignores such a reservation, and the server gets another address or none.",
        words.join("; ")
    ));
    finding = match subnet.spec.subnet.split_once('/') {
        Some((vpc, part)) => finding.run(
            format!("Correct `spec.subnets.{part}.dhcp.static` of the VPC, or release the lease of the other server."),
            format!("kubectl edit vpc {vpc} -n {namespace}"),
        ),
        None => {
            finding.run("Look at the static leases.", format!("kubectl get dhcpsubnet {name} -n {namespace} -o yaml"))
        }
    };
    let evidence: Vec<Evidence> = conflicts.into_iter().take(8).flat_map(|conflict| conflict.evidence).collect();
    out.report(finding.evidences(evidence).keys(dhcp_keys(name, &subnet.spec.subnet)));
}

#[cfg(test)]
mod tests {
    use hh_worlds::{World, json};

    use super::DhcpStatic;
    use crate::testing::said;

    const SUBNET: &str = "DHCPSubnet/vpc-01--subnet-01";

    fn with(leases: serde_json::Value) -> World {
        World::healthy().small().set(SUBNET, "/spec/static", leases)
    }

    #[test]
    fn contradictions() {
        for (leases, words) in [
            (
                json!({"0c:20:00:00:00:01": {"ip": "10.20.1.77"}, "0c:20:00:00:00:02": {"ip": "10.20.1.77"}}),
                "is reserved for 0c:20:00:00:00:01 and",
            ),
            (json!({"0c:20:00:00:00:01": {"ip": "10.20.9.77"}}), "is outside of 10.20.1.0/24"),
            (json!({"0c:20:00:00:00:01": {"ip": "10.20.1.10"}}), "0c:20:12:aa:a1:61 holds it"),
        ] {
            let said = said(&DhcpStatic, &with(leases));
            assert_eq!(said.lines(), ["warning DHCPSubnet/vpc-01--subnet-01"], "{words}");
            assert!(said.findings[0].title.contains(words), "{}", said.findings[0].title);
            assert_eq!(said.findings[0].evidence[0].field.as_deref(), Some("spec.static.0c:20:00:00:00:01.ip"));
            assert!(said.findings[0].evidence.iter().all(|evidence| evidence.line.is_some()));
        }
    }

    #[test]
    fn two_clients_hold_one_address() {
        let lease = |expiry: &str| json!({"ip": "10.20.1.10", "expiry": expiry, "hostname": "printer"});
        let with = |lease: hh_worlds::Value| {
            World::healthy().small().edit(SUBNET, |subnet| subnet["status"]["allocated"]["52:54:00:aa:00:01"] = lease)
        };
        let conflict = said(&DhcpStatic, &with(lease("2026-10-06T10:30:00Z")));
        assert_eq!(conflict.lines().len(), 1);
        assert!(conflict.findings[0].title.contains("10.20.1.10 is held by"), "{}", conflict.findings[0].title);
        // A lease that is over, and an address that is only offered.
        assert!(said(&DhcpStatic, &with(lease("2026-10-06T09:30:00Z"))).findings.is_empty());
        let mut offered = lease("2026-10-06T10:30:00Z");
        offered["discover"] = true.into();
        assert!(said(&DhcpStatic, &with(offered)).findings.is_empty());
    }

    #[test]
    fn in_order() {
        for world in [
            with(json!({"0c:20:12:aa:a1:61": {"ip": "10.20.1.10"}, "0c:20:00:00:00:02": {"ip": "10.20.1.200"}})),
            with(json!({"0C:20:12:AA:A1:61": {"ip": "10.20.1.10"}})),
            // The other lease is over.
            with(json!({"0c:20:00:00:00:01": {"ip": "10.20.1.10"}})).set(
                SUBNET,
                "/status/allocated/0c:20:12:aa:a1:61/expiry",
                "2026-10-06T09:00:00Z",
            ),
            // Outside of the range, inside of the subnet.
            with(json!({"0c:20:00:00:00:01": {"ip": "10.20.1.5"}})),
        ] {
            let said = said(&DhcpStatic, &world);
            assert!(said.lines().is_empty() && said.passed == 4, "{said:?}");
        }
        let none = World::healthy().small().without("DHCPSubnet");
        assert_eq!(said(&DhcpStatic, &none).not_checked, ["DHCPSubnet objects"]);
    }
}
