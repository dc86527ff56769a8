//! `fabric-dhcpd` says that it drops requests.

mod line;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};

use self::line::{Fault, Line, Names, lines};
use super::view::listed;
use crate::facts::{Agent, Context, Switch};
use crate::finding::{Confidence, Evidence, Finding, KeyKind, Severity};
use crate::rule::{Domain, Meta, Order, Outcome, Relation, Rule, Source};

/// See the metadata.
#[derive(Debug)]
pub(super) struct DhcpLog;

static META: Meta = Meta {
    id: "dhcp-requests-dropped",
    reference: &["DHCP-607"],
    title: "fabric-dhcpd drops requests",
    severities: &[Severity::Error, Severity::Warning],
    needs: &[Source::DhcpdLog],
    uses: &[
        Source::CaptureTime,
        Source::DhcpSubnets,
        Source::Vpcs,
        Source::VpcAttachments,
        Source::Switches,
        Source::Agents,
    ],
    explanation: "\
Looks in the log of `fabric-dhcpd` for requests of the last hour that were dropped and whose client got no address since: \
`No subnet found`, `no available IP address`, `DHCP relay validation failed`, `Duplicate subnet found`, `Static IP is \
already allocated for different MAC`, `Client Requested pxe but it is not configured`.

## Why it matters
The server that asks gets no address (or no boot file).

## Not a fault
- requests without VRF and VLAN: devices on the management network that are no switches
- `Requested IP is outside …`, `Requested IP is already used`: a server that was moved
- drops after which the same client got an address, or that are older than an hour
- drops before the DHCPSubnet was made

## What to do
`No subnet found`: enable DHCP on the VPC subnet, or see why its DHCPSubnet is missing or out of date. Relay validation: \
the address that relays (GIADDR) must be `spec.ip` of a leaf's Switch.",
    explains: &[Relation { effects: &["DHCP-605"], join: &[KeyKind::DhcpSubnet] }],
    order: Order::Vpc,
};

impl Rule for DhcpLog {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn domain(&self) -> Domain {
        Domain::Fabric
    }

    fn check(&self, cx: &Context<'_>, out: &mut Outcome) {
        let names = Names::new(cx);
        let mut groups: BTreeMap<(Fault, String), Vec<Line<'_>>> = BTreeMap::new();
        let mut undated = false;
        for line in lines(cx, &names) {
            match line.age {
                None => undated = true,
                Some(age) if age.over(3600) => {}
                Some(_) => groups.entry((line.fault, line.group.clone())).or_default().push(line),
            }
        }
        if groups.is_empty() {
            if undated {
                out.not_checked_at_all(Source::CaptureTime);
            } else {
                out.pass();
            }
        }
        for ((fault, group), lines) in groups {
            out.report(report(cx, out, &names, (fault, &group), &lines));
        }
    }
}

fn report(
    cx: &Context<'_>,
    out: &Outcome,
    names: &Names,
    (fault, group): (Fault, &str),
    lines: &[Line<'_>],
) -> Finding {
    let Some(last) = lines.iter().max_by_key(|line| line.hit.time()) else {
        return out.finding(Severity::Warning, line::server(), "fabric-dhcpd drops requests");
    };
    let clients: BTreeSet<&str> = lines.iter().map(|line| line.mac.as_str()).filter(|mac| !mac.is_empty()).collect();
    let clients: Vec<&str> = clients.into_iter().collect();
    let of = if clients.is_empty() { String::new() } else { format!(" of {}", listed(&clients)) };
    let name = last.subject.name.as_str();
    let title = match fault {
        Fault::NoSubnet => format!("fabric-dhcpd knows no subnet for requests of {}", last.whose()),
        Fault::Exhausted => format!("fabric-dhcpd has no address left in {name}"),
        Fault::Relay => format!("fabric-dhcpd drops requests relayed by {group}"),
        Fault::Duplicate => format!("fabric-dhcpd drops requests of {}: two VPCs have that VLAN", last.whose()),
        Fault::Static => format!("fabric-dhcpd cannot give a static lease of {name}"),
        Fault::Pxe => format!("Servers in {name} ask for PXE boot, which is not set up"),
    };
    let why = match fault {
        Fault::NoSubnet => {
            "DHCP is not enabled on that VPC subnet, its VLAN is another one, or its DHCPSubnet is missing or out of date."
        }
        Fault::Exhausted => "All addresses of the range are taken.",
        Fault::Relay => {
            "The address that relays is not that of a leaf: a Switch with a wrong `spec.ip` or a removed one."
        }
        Fault::Duplicate => "Cumulus leaves tell fabric-dhcpd only the VLAN, so it cannot tell the VPCs apart.",
        Fault::Static => "Another client holds the address that is reserved.",
        Fault::Pxe => "`dhcp.options.pxeURL` of the VPC subnet is missing or no URL.",
    };
    let times: Vec<_> = lines.iter().filter_map(|line| line.hit.time()).collect();
    let span = match (times.iter().min(), times.iter().max()) {
        (Some(first), Some(newest)) if first != newest => format!(", {first} to {newest}"),
        (Some(only), _) => format!(", {only}"),
        _ => String::new(),
    };
    let note = match lines.len() {
        1 => "the request that was dropped".to_owned(),
        count => format!("the last of {count} such lines{span}"),
    };
    let mut finding = out
        .finding(fault.severity(), last.subject.clone(), title)
        .confidence(if fault == Fault::Relay { Confidence::Likely } else { Confidence::Certain })
        .detail(format!(
            "{} requests{of} in the last hour were {}{span}. {why}",
            lines.len(),
            if fault == Fault::Pxe {
                "answered without a boot file"
            } else {
                "dropped, and no address was given since"
            }
        ))
        .evidence(last.log.evidence(last.hit, note))
        .keys(last.keys.iter().cloned());
    if fault == Fault::Relay {
        finding = finding.reference("KI-DHCP82").evidences(leaf_addresses(cx));
        for line in lines {
            finding = finding.keys(line.keys.iter().cloned());
        }
    }
    // An attachment that is not active explains the requests of its VLAN.
    if let Some((vpc, subnet)) = last.vpc_subnet.as_ref() {
        finding = finding.keys(names.attachments(vpc, subnet));
    }
    let finding = match fault {
        Fault::Relay => finding.run(
            "Compare the relaying address with the addresses of the switches.",
            "kubectl get switches -A -o custom-columns=NAME:.metadata.name,ROLE:.spec.role,IP:.spec.ip",
        ),
        _ => finding.run("See what is served.", "kubectl get dhcpsubnets -A -o wide"),
    };
    finding.run("Follow the requests.", "kubectl logs -n fab deploy/fabric-dhcpd --since 10m")
}

/// The addresses of the leaves: the relaying one is not among them.
fn leaf_addresses(cx: &Context<'_>) -> Vec<Evidence> {
    let is_leaf = |role: &str| role.ends_with("leaf");
    let switches = cx.list::<Switch>().iter().filter(|switch| is_leaf(&switch.spec.role));
    let mut found: Vec<Evidence> = switches
        .take(6)
        .map(|switch| switch.evidence(&["spec", "ip"], format!("management address of {}", switch.name())))
        .collect();
    if found.is_empty() {
        let agents = cx.list::<Agent>().iter().filter(|agent| is_leaf(&agent.spec.role)).take(6);
        found.extend(
            agents.map(|agent| {
                agent.evidence(&["spec", "switch", "ip"], format!("management address of {}", agent.name()))
            }),
        );
    }
    found
}
