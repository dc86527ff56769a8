//! Leaves without a route to the gateway, or with one to the wrong gateway: what both rules look at.

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::rc::Rc;

use ipnet::IpNet;

use super::routes::{self, RouteIndex};
use crate::facts::{Context, GatewayPeering, Gw, Health, Member, Object, Output};
use crate::parse::command::{RouteEntry, RouteTables, VrfTable};

/// The routes of a leaf for one VPC, and what a peering wants in them.
pub(super) struct Wanted<'b> {
    /// The peering.
    pub(super) peering: &'b Object<GatewayPeering>,
    /// The VPC whose VRF it is.
    pub(super) vpc: &'b str,
    /// The other side.
    pub(super) remote: &'b str,
    /// Leaf.
    pub(super) leaf: &'b str,
    /// The output.
    pub(super) output: &'b Output<RouteTables>,
    /// Table of `VrfV<vpc>`.
    pub(super) table: &'b VrfTable,
    /// Public prefixes of the other side.
    pub(super) prefixes: Vec<IpNet>,
    /// Members of the peering's group in order of preference.
    pub(super) members: Rc<Vec<Member>>,
    index: Rc<RouteIndex<'b>>,
}

/// A table of a leaf for one VPC.
struct Leaf<'b> {
    name: &'b str,
    output: &'b Output<RouteTables>,
    table: &'b VrfTable,
    index: Rc<RouteIndex<'b>>,
}

/// All peerings in all captured tables of leaves. Younger than a minute is left out, and groups without
/// members, which other rules report.
pub(super) fn wanted<'b>(cx: &Context<'b>) -> Vec<Wanted<'b>> {
    let mut tables: BTreeMap<&str, Vec<Leaf<'b>>> = BTreeMap::new();
    for (leaf, output) in cx.switch_routes() {
        for table in &output.value.vrfs {
            if let Some(vpc) = table.vrf.value.strip_prefix("VrfV") {
                let index = Rc::new(RouteIndex::of(table, |route| route.selected));
                tables.entry(vpc).or_default().push(Leaf { name: leaf, output, table, index });
            }
        }
    }
    let groups: BTreeMap<String, Rc<Vec<Member>>> =
        cx.groups().iter().map(|(name, members)| (name.clone(), Rc::new(members.clone()))).collect();
    let mut all = Vec::new();
    for peering in cx.list::<GatewayPeering>() {
        let young = cx.object_age(peering).is_some_and(|age| !age.over(60));
        let members = groups.get(peering.spec.group()).cloned().unwrap_or_default();
        if young || members.is_empty() {
            continue;
        }
        for vpc in peering.spec.peering.keys() {
            let Some(other) = peering.spec.peering.iter().find(|(name, _)| *name != vpc) else { continue };
            for leaf in tables.get(vpc.as_str()).into_iter().flatten() {
                let public = routes::public(cx, other.0, other.1);
                let mut prefixes = public.prefixes;
                if public.everything {
                    prefixes.push(IpNet::from(ipnet::Ipv4Net::default()));
                }
                let (vpc, remote, members) = (vpc.as_str(), other.0.as_str(), Rc::clone(&members));
                let index = Rc::clone(&leaf.index);
                let Leaf { name, output, table, .. } = *leaf;
                all.push(Wanted { peering, vpc, remote, leaf: name, output, table, prefixes, members, index });
            }
        }
    }
    all
}

impl Wanted<'_> {
    /// Selected routes for a prefix, the longest covering one first, then parts of it (a `not` splits it).
    pub(super) fn routes_for(&self, prefix: IpNet) -> impl Iterator<Item = &RouteEntry> {
        let parts = (prefix.prefix_len() > 0).then(|| self.index.inside(prefix));
        self.index.covering(prefix).chain(parts.into_iter().flatten())
    }

    /// The member that a route leads to, the preferred one where it leads to several.
    pub(super) fn member(&self, route: &RouteEntry) -> Option<&Member> {
        let hops: Vec<IpAddr> = route.hops.iter().filter_map(|hop| hop.via.map(|via| via.value)).collect();
        self.members.iter().find(|member| member.vtep_ip.parse().is_ok_and(|vtep| hops.contains(&vtep)))
    }

    /// The member that should serve the peering now: the first one that is not dead, else the first.
    pub(super) fn serving<'h, 'c, 'b>(&self, states: &'h BTreeMap<&str, State<'c, 'b>>) -> Option<&'h State<'c, 'b>> {
        let known = || self.members.iter().filter_map(|member| states.get(member.gateway.as_str()));
        known().find(|state| !state.health.is_dead()).or_else(|| known().next())
    }
}

/// A gateway and how it is.
pub(super) struct State<'c, 'b> {
    /// The gateway.
    pub(super) gateway: Gw<'c, 'b>,
    /// Its health.
    pub(super) health: Health,
}

/// The health of every gateway, looked at once.
pub(super) fn states<'c, 'b>(cx: &'c Context<'b>) -> BTreeMap<&'b str, State<'c, 'b>> {
    cx.gateways().map(|gateway| (gateway.name(), State { gateway, health: gateway.health() })).collect()
}
