//! Servers that are attached to a subnet with DHCP, are up, and have no lease there.

use std::collections::{BTreeMap, BTreeSet};

use super::subnet::{Served, served};
use super::view::{Wiring, is_leaving, is_whole};
use crate::facts::{Agent, Context, DHCPSubnet, FabricLink, Object, PortState, VPCAttachment};
use crate::parse::log::Stream;
use crate::parse::log::literals::dhcpd;

/// An attached server without a lease.
pub(super) struct Leaseless<'b> {
    pub(super) attachment: &'b Object<VPCAttachment>,
    pub(super) subnet: &'b Object<DHCPSubnet>,
    pub(super) server: &'b str,
    /// The names that it reports of itself.
    pub(super) hostnames: BTreeSet<String>,
    /// Its links that are up for more than 10 minutes.
    pub(super) up: Vec<(FabricLink<'b>, PortState<'b>)>,
    /// Whether it asks for addresses: none where the log of dhcpd does not tell.
    pub(super) asks: Option<bool>,
}

/// How long a link must be up, and an attachment exist, in seconds.
const SETTLED: i64 = 600;

/// All of them. A server is only judged where its host name is known: from the LLDP of its own ports.
pub(super) fn find<'b>(cx: &Context<'b>, passed: &mut usize) -> Vec<Leaseless<'b>> {
    let wiring = Wiring::new(cx);
    let served: BTreeMap<String, Served<'b>> =
        served(cx).into_iter().map(|one| (format!("{}/{}", one.vpc.name(), one.name), one)).collect();
    // Names with a lease in any subnet: a server with two VPCs may use DHCP in one of them only.
    let leased: BTreeSet<String> = cx
        .list::<DHCPSubnet>()
        .iter()
        .flat_map(|subnet| subnet.status.allocated.iter())
        .flat_map(|(mac, lease)| [mac.to_ascii_lowercase(), plain(&lease.hostname)])
        .filter(|name| !name.is_empty())
        .collect();
    let asking = asking(cx);
    let mut found = Vec::new();
    for attachment in cx.list::<VPCAttachment>() {
        if is_leaving(attachment)
            || !is_whole(cx, attachment)
            || !cx.object_age(attachment).is_some_and(|age| age.over(SETTLED))
        {
            continue;
        }
        let Some(one) = served.get(&attachment.spec.subnet) else { continue };
        // A relay to another server gives the leases there.
        if !one.subnet.dhcp.relay.is_empty() {
            continue;
        }
        let Some(subnet) = cx.find::<DHCPSubnet>(&one.dhcp_name()).filter(|subnet| is_whole(cx, *subnet)) else {
            continue;
        };
        let Some(server) = wiring.server(&attachment.spec.connection) else { continue };
        let up = up(cx, &wiring, attachment);
        let hostnames: BTreeSet<String> = up.iter().flat_map(|(_, port)| names(port)).collect();
        if up.is_empty() || hostnames.is_empty() {
            continue;
        }
        if hostnames.iter().chain([&server.to_ascii_lowercase()]).any(|name| leased.contains(name)) {
            *passed += 1;
            continue;
        }
        let asks = asking.as_ref().map(|asking| hostnames.iter().any(|name| asking.contains(name)));
        found.push(Leaseless { attachment, subnet, server, hostnames, up, asks });
    }
    found
}

/// A host name as names are compared: lower case, without the domain.
fn plain(name: &str) -> String {
    name.split('.').next().unwrap_or("").trim().to_ascii_lowercase()
}

/// Links of the attachment that the switches report up for long enough.
fn up<'b>(
    cx: &Context<'b>,
    wiring: &Wiring<'b>,
    attachment: &Object<VPCAttachment>,
) -> Vec<(FabricLink<'b>, PortState<'b>)> {
    let links = wiring.links(&attachment.spec.connection);
    let of = |link: &FabricLink<'b>| -> Option<(FabricLink<'b>, PortState<'b>)> {
        let end = link.switch_ends().next()?;
        let agent: &Object<Agent> = cx.find::<Agent>(end.device)?;
        let port = cx.switch_port(end.device, end.port)?;
        let settled = cx.age_of(port.interface.change).is_some_and(|age| age.over(SETTLED));
        (cx.is_fresh(agent) == Some(true) && port.is_up() && settled).then_some((*link, port))
    };
    links.filter_map(of).collect()
}

/// Names of the server that LLDP tells of a port: host name, and a chassis id that is a MAC address.
fn names(port: &PortState<'_>) -> impl Iterator<Item = String> {
    let neighbours = port.interface.lldp_neighbors.iter();
    neighbours
        .filter(|neighbour| !neighbour.sys_name.is_empty() || !neighbour.name.is_empty())
        .flat_map(|n| [plain(&n.sys_name), plain(&n.name), n.chassis.to_ascii_lowercase()])
        .filter(|name| !name.is_empty())
}

/// Host names and MAC addresses of all requests in the log of dhcpd; none where it holds no request.
fn asking(cx: &Context<'_>) -> Option<BTreeSet<String>> {
    let mut names = BTreeSet::new();
    let mut any = false;
    for log in cx.logs(Stream::Dhcpd) {
        for hit in log.hits(&dhcpd::HANDLING) {
            any = true;
            names.extend(hit.field(log.text(), "mac").map(|mac| mac.to_ascii_lowercase()));
            let message = log.slice(hit.message());
            let host = message.split_whitespace().find_map(|word| word.strip_prefix("hostname="));
            names.extend(host.map(|host| plain(host.trim_matches('"'))).filter(|host| !host.is_empty()));
        }
    }
    any.then_some(names)
}
