//! Route tables of gateways and leaves, and the prefixes that a peering makes public.

use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;

use ipnet::IpNet;

use super::judgement::Judgement;
use crate::facts::{Context, Gateway, GatewayAgent, Gw, Object, Output, VPCInfo, bare};
use crate::model::gateway::PeeringSide;
use crate::parse::command::{RouteEntry, RouteTables, VrfTable};
use crate::validate::prefix::parse_net;

/// The tables of one output by VRF name.
pub(super) fn by_vrf(output: &Output<RouteTables>) -> BTreeMap<&str, &VrfTable> {
    output.value.vrfs.iter().map(|table| (table.vrf.value.as_str(), table)).collect()
}

/// Why the routes of a gateway cannot be judged now.
pub(super) enum NotNow {
    /// It has no session, its status is history, or it has only just applied: something else explains it.
    Silent,
    /// The capture time is unknown.
    NoClock,
}

/// True if missing routes of a gateway mean something: a session is up and the last apply is over a minute old.
pub(super) fn settled(
    cx: &Context<'_>,
    judged: &Judgement<'_, '_>,
    agent: &Object<GatewayAgent>,
) -> Result<(), NotNow> {
    if judged.up() == 0 || judged.live == Some(false) || agent.status.last_applied_gen <= 0 {
        return Err(NotNow::Silent);
    }
    match cx.age_of(agent.status.last_applied_time) {
        None => Err(NotNow::NoClock),
        Some(age) if age.over(60) => Ok(()),
        Some(_) => Err(NotNow::Silent),
    }
}

/// Internal ids of VPCs in the configuration that the dataplane runs: of show tech while the newest one is not
/// applied, else none is excluded.
pub(super) fn applied_ids<'b>(gateway: &Gw<'_, 'b>, agent: &Object<GatewayAgent>) -> Option<BTreeSet<&'b str>> {
    if agent.meta.generation == agent.status.last_applied_gen {
        return None;
    }
    let tech = gateway.show_tech().map(|output| &output.value);
    let peerings = tech.and_then(|tech| tech.peerings.as_ref()).into_iter().flatten();
    let vpcs = tech.and_then(|tech| tech.vpcs.as_ref()).into_iter().flatten();
    let ids = peerings.filter_map(|vpc| vpc.id.as_ref()).chain(vpcs.map(|vpc| &vpc.id));
    Some(ids.map(|id| id.value.as_str()).collect())
}

/// True for a route learnt by BGP.
pub(super) fn is_bgp(route: &RouteEntry) -> bool {
    route.protocol == 'B'
}

/// Routes of a table by prefix, so that looking one up does not read the table.
pub(super) struct RouteIndex<'b>(BTreeMap<IpNet, &'b RouteEntry>);

impl<'b> RouteIndex<'b> {
    /// Of the routes that pass a test; of several with one prefix the first.
    pub(super) fn of(table: &'b VrfTable, test: impl Fn(&RouteEntry) -> bool) -> Self {
        let mut index = BTreeMap::new();
        for route in table.routes.iter().filter(|route| test(route)) {
            index.entry(route.prefix.value.trunc()).or_insert(route);
        }
        Self(index)
    }

    /// Routes that cover a prefix, the longest first.
    pub(super) fn covering(&self, prefix: IpNet) -> impl Iterator<Item = &'b RouteEntry> {
        (0..=prefix.prefix_len())
            .rev()
            .filter_map(move |length| self.0.get(&IpNet::new(prefix.addr(), length).ok()?.trunc()).copied())
    }

    /// Routes strictly inside a prefix.
    pub(super) fn inside(&self, prefix: IpNet) -> impl Iterator<Item = &'b RouteEntry> {
        let inside = self.0.range(prefix.trunc()..).take_while(move |(net, _)| prefix.contains(&net.addr()));
        inside.map(|(_, route)| *route).filter(move |route| route.prefix.value.prefix_len() > prefix.prefix_len())
    }
}

/// What a side of a peering is reached by from the other side: its `as` prefixes, else its own.
pub(super) struct Public {
    /// Prefixes.
    pub(super) prefixes: Vec<IpNet>,
    /// Everything else (`default: true`).
    pub(super) everything: bool,
}

/// Public prefixes of a side. Names of subnets are resolved through the VPCInfo.
pub(super) fn public(cx: &Context<'_>, vpc: &str, side: &PeeringSide) -> Public {
    let mut public = Public { prefixes: Vec::new(), everything: false };
    for expose in &side.expose {
        public.everything |= expose.default;
        if expose.as_.is_empty() {
            for ip in &expose.ips {
                let subnet = || cx.find::<VPCInfo>(vpc)?.spec.subnets.get(&ip.vpc_subnet).map(|subnet| &*subnet.cidr);
                let cidr = if ip.vpc_subnet.is_empty() { Some(ip.cidr.as_str()) } else { subnet() };
                public.prefixes.extend(cidr.and_then(parse_net));
            }
        } else {
            public.prefixes.extend(expose.as_.iter().filter_map(|translated| parse_net(&translated.cidr)));
        }
    }
    public
}

/// Own addresses of all gateways: VTEPs, and everything else that a route of theirs may point to.
pub(super) struct GatewayAddresses {
    /// VTEP to gateway.
    pub(super) vteps: BTreeMap<IpAddr, String>,
    own: BTreeSet<IpAddr>,
}

impl GatewayAddresses {
    /// Of all gateways, from Gateways and the copies in GatewayAgents.
    pub(super) fn of(cx: &Context<'_>) -> Self {
        let mut all = Self { vteps: BTreeMap::new(), own: BTreeSet::new() };
        let agents = cx.list::<GatewayAgent>().iter().map(|agent| (agent.name(), &agent.spec.gateway));
        let gateways = cx.list::<Gateway>().iter().map(|gateway| (gateway.name(), &gateway.spec));
        for (name, spec) in agents.chain(gateways) {
            if let Ok(vtep) = bare(&spec.vtep_ip).parse() {
                all.vteps.insert(vtep, name.to_owned());
                all.own.insert(vtep);
            }
            let ips = spec.interfaces.values().flat_map(|interface| &interface.ips);
            all.own.extend(ips.chain([&spec.protocol_ip]).filter_map(|ip| bare(ip).parse::<IpAddr>().ok()));
        }
        all
    }

    /// True for an address of any gateway.
    pub(super) fn holds(&self, address: IpAddr) -> bool {
        self.own.contains(&address)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn looking_up_routes() {
        let text = "VRF a:\nB>* 10.0.0.0/8 [20/0] via 172.30.12.1, x, weight 1, 01w2d01h\n\
B>* 10.1.0.0/16 [20/0] via 172.30.12.1, x, weight 1, 01w2d01h\n\
B>* 10.1.2.0/24 [20/0] via 172.30.12.1, x, weight 1, 01w2d01h\n\
B>* 10.2.0.0/16 [20/0] via 172.30.12.1, x, weight 1, 01w2d01h\n";
        let tables = RouteTables::parse(text).unwrap();
        let index = RouteIndex::of(tables.vrf("a").unwrap(), is_bgp);
        let show = |routes: Vec<&RouteEntry>| routes.iter().map(|r| r.prefix.value.to_string()).collect::<Vec<_>>();
        let net = parse_net("10.1.0.0/16").unwrap();
        assert_eq!(show(index.covering(net).collect()), ["10.1.0.0/16", "10.0.0.0/8"]);
        assert_eq!(show(index.inside(net).collect()), ["10.1.2.0/24"]);
        assert_eq!(show(index.inside(parse_net("10.3.0.0/16").unwrap()).collect()), Vec::<String>::new());
    }
}
