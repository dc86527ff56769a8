//! Leaves without a route to the gateway, or with one to the wrong gateway: what both rules look at.

use std::collections::BTreeMap;
use std::net::IpAddr;

use ipnet::IpNet;

use super::routes;
use crate::facts::{Context, GatewayPeering, Gw, Member, Object, Output};
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
    pub(super) members: Vec<Member>,
}

/// All peerings in all captured tables of leaves. Younger than a minute is left out, and groups without
/// members, which other rules report.
pub(super) fn wanted<'b>(cx: &Context<'b>) -> Vec<Wanted<'b>> {
    let mut tables: BTreeMap<&str, Vec<(&str, &Output<RouteTables>, &VrfTable)>> = BTreeMap::new();
    for (leaf, output) in cx.switch_routes() {
        for table in &output.value.vrfs {
            if let Some(vpc) = table.vrf.value.strip_prefix("VrfV") {
                tables.entry(vpc).or_default().push((leaf, output, table));
            }
        }
    }
    let groups = cx.groups();
    let mut all = Vec::new();
    for peering in cx.list::<GatewayPeering>() {
        let young = cx.object_age(peering).is_some_and(|age| !age.over(60));
        let members = groups.get(peering.spec.group()).cloned().unwrap_or_default();
        if young || members.is_empty() {
            continue;
        }
        for vpc in peering.spec.peering.keys() {
            let Some(other) = peering.spec.peering.iter().find(|(name, _)| *name != vpc) else { continue };
            for (leaf, output, table) in tables.get(vpc.as_str()).into_iter().flatten() {
                let public = routes::public(cx, other.0, other.1);
                let mut prefixes = public.prefixes;
                if public.everything {
                    prefixes.push(IpNet::from(ipnet::Ipv4Net::default()));
                }
                let (vpc, remote, members) = (vpc.as_str(), other.0.as_str(), members.clone());
                all.push(Wanted { peering, vpc, remote, leaf, output, table, prefixes, members });
            }
        }
    }
    all
}

impl Wanted<'_> {
    /// Selected routes for a prefix (or a part of it, where a `not` splits it), the longest covering one first.
    pub(super) fn routes_for(&self, prefix: &IpNet) -> Vec<&RouteEntry> {
        let fits = |route: &&RouteEntry| {
            route.selected
                && (route.prefix.value.contains(prefix)
                    || (prefix.prefix_len() > 0 && prefix.contains(&route.prefix.value)))
        };
        let mut routes: Vec<_> = self.table.routes.iter().filter(fits).collect();
        routes.sort_by_key(|route| {
            let covers = route.prefix.value.contains(prefix);
            (!covers, std::cmp::Reverse(route.prefix.value.prefix_len()))
        });
        routes
    }

    /// The member that a route leads to, the preferred one where it leads to several.
    pub(super) fn member(&self, route: &RouteEntry) -> Option<&Member> {
        let hops: Vec<IpAddr> = route.hops.iter().filter_map(|hop| hop.via.map(|via| via.value)).collect();
        self.members.iter().find(|member| member.vtep_ip.parse().is_ok_and(|vtep| hops.contains(&vtep)))
    }

    /// The member that should serve the peering now: the first one that is not dead, else the first.
    pub(super) fn serving<'c, 'b>(&self, cx: &'c Context<'b>) -> Option<Gw<'c, 'b>> {
        let mut gateways = self.members.iter().filter_map(|member| cx.gateway(&member.gateway));
        let first = gateways.next()?;
        if !first.health().is_dead() {
            return Some(first);
        }
        Some(gateways.find(|gateway| !gateway.health().is_dead()).unwrap_or(first))
    }
}
