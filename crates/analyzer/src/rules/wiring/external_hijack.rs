//! An external announces a longer prefix inside a NAT range.

use std::collections::BTreeMap;

use ipnet::IpNet;

use super::routes::{self, GatewayAddresses, RouteIndex};
use crate::facts::{Context, GatewayPeering, Object, Output};
use crate::finding::{Confidence, Evidence, Key, KeyKind, Severity};
use crate::parse::command::{RouteTables, VrfTable};
use crate::rule::{Meta, Order, Outcome, Relation, Rule, Source};
use crate::validate::prefix::parse_net;

/// See the metadata.
#[derive(Debug)]
pub(super) struct ExternalHijack;

static META: Meta = Meta {
    id: "external-takes-nat-range",
    reference: &["GW-EXT-HIJACK"],
    title: "An external announces a longer prefix inside a NAT range",
    severities: &[Severity::Warning],
    needs: &[Source::GatewayPeerings],
    uses: &[
        Source::CaptureTime,
        Source::Gateways,
        Source::GatewayAgents,
        Source::Pods,
        Source::Fabricator,
        Source::FrrRoutes,
        Source::SwitchRoutes,
    ],
    explanation: "\
Looks in the route tables of the external, `VrfE<External>` on a leaf and the VRF of `ext.<External>` on a gateway, for \
BGP routes strictly inside a translated (`as`) range of a peering with that external, whose next hop is no gateway.

## Why it matters

The longer prefix wins: return traffic to these addresses goes to the external instead of the gateway.

## Not a fault

- routes through the VTEP of a gateway, or to the gateway itself
- equal or shorter prefixes
- ranges on the external's own side

## What to do

Filter the prefix at the provider, or with the External's `inboundCommunity`.",
    explains: &[Relation { effects: &["GW-CTR-ONEWAY", "GW-CTR-ZERO"], join: &[KeyKind::Peering] }],
    order: Order::Routes,
};

/// A table in which an external's routes stand.
struct Table<'b> {
    output: &'b Output<RouteTables>,
    routes: RouteIndex<'b>,
    device: &'b str,
}

impl<'b> Table<'b> {
    fn new(output: &'b Output<RouteTables>, table: &'b VrfTable, device: &'b str) -> Self {
        Self { output, routes: RouteIndex::of(table, routes::is_bgp), device }
    }
}

impl Rule for ExternalHijack {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn check(&self, cx: &Context<'_>, out: &mut Outcome) {
        let tables = tables(cx);
        let gateways = GatewayAddresses::of(cx);
        for peering in cx.list::<GatewayPeering>() {
            for external in peering.spec.peering.keys().filter_map(|name| name.strip_prefix("ext.")) {
                let ranges = ranges(peering, external);
                if ranges.is_empty() {
                    continue;
                }
                let Some(tables) = tables.get(external) else {
                    out.not_checked(peering.subject(), Source::SwitchRoutes);
                    continue;
                };
                let taken = taken(tables, &ranges, &gateways);
                if taken.is_empty() { out.pass() } else { report(out, peering, external, taken) }
            }
        }
    }
}

/// Tables by External.
fn tables<'b>(cx: &Context<'b>) -> BTreeMap<String, Vec<Table<'b>>> {
    let mut tables: BTreeMap<String, Vec<Table<'b>>> = BTreeMap::new();
    for (device, output) in cx.switch_routes() {
        for table in &output.value.vrfs {
            if let Some(external) = table.vrf.value.strip_prefix("VrfE") {
                tables.entry(external.to_owned()).or_default().push(Table::new(output, table, device));
            }
        }
    }
    for gateway in cx.gateways().filter(|gateway| !gateway.is_25_05()) {
        let (Some(agent), Some(output)) = (gateway.agent(), gateway.routes()) else { continue };
        let by_vrf = routes::by_vrf(output);
        for (name, vpc) in &agent.spec.vpcs {
            let Some(external) = name.strip_prefix("ext.") else { continue };
            if let Some(table) = by_vrf.get(format!("{}-vrf", vpc.internal_id).as_str()) {
                let table = Table::new(output, table, gateway.name());
                tables.entry(external.to_owned()).or_default().push(table);
            }
        }
    }
    tables
}

/// Translated ranges of the sides that are not this external: index of side, route and prefix.
fn ranges(peering: &Object<GatewayPeering>, external: &str) -> Vec<(IpNet, Vec<String>)> {
    let mut ranges = Vec::new();
    for (name, side) in &peering.spec.peering {
        if name.strip_prefix("ext.") == Some(external) {
            continue;
        }
        for (at, expose) in side.expose.iter().enumerate() {
            for (index, translated) in expose.as_.iter().enumerate() {
                if let Some(net) = parse_net(&translated.cidr) {
                    let (at, index) = (at.to_string(), index.to_string());
                    let route = ["spec", "peering", name, "expose", &at, "as", &index, "cidr"];
                    ranges.push((net, route.map(str::to_owned).to_vec()));
                }
            }
        }
    }
    ranges
}

/// Routes that lie strictly inside a range and lead to no gateway.
fn taken(
    tables: &[Table<'_>],
    ranges: &[(IpNet, Vec<String>)],
    gateways: &GatewayAddresses,
) -> Vec<(IpNet, Vec<String>, Evidence)> {
    let mut taken = Vec::new();
    for (range, at) in ranges {
        for table in tables {
            for route in table.routes.inside(*range) {
                let foreign =
                    route.hops.iter().filter_map(|hop| hop.via.map(|via| via.value)).any(|via| !gateways.holds(via));
                if foreign {
                    let prefix = route.prefix.value;
                    let note = format!("{} sends {prefix} elsewhere", table.device);
                    taken.push((prefix, at.clone(), table.output.evidence(route.span, note)));
                }
            }
        }
    }
    taken
}

fn report(
    out: &mut Outcome,
    peering: &Object<GatewayPeering>,
    external: &str,
    taken: Vec<(IpNet, Vec<String>, Evidence)>,
) {
    let prefixes: std::collections::BTreeSet<String> = taken.iter().map(|(prefix, _, _)| prefix.to_string()).collect();
    let list: Vec<&str> = prefixes.iter().map(String::as_str).take(3).collect();
    let mut finding = out
        .finding(
            Severity::Warning,
            peering.subject().part(format!("ext.{external}")),
            format!("external {external} announces {} inside a NAT range of {}", list.join(", "), peering.name()),
        )
        .confidence(Confidence::Likely)
        .detail("The longer prefix wins: return traffic to these addresses goes to the external, not to the gateway.")
        .key(Key::Peering(peering.name().into()))
        .step("have the provider filter the prefix, or filter it with the External's inboundCommunity")
        .run("see the external", format!("kubectl get external {external} -o yaml"));
    if let Some((_, range, _)) = taken.first() {
        let range = peering.evidence(range, "the NAT range");
        finding = finding.evidences(taken.iter().take(4).map(|(_, _, evidence)| evidence.clone())).evidence(range);
    }
    out.report(finding);
}

#[cfg(test)]
mod tests {
    use hh_worlds::World;

    use super::ExternalHijack;
    use crate::testing::said;

    const ROUTES: &str = "frr: show ip route vrf all";
    const DEFAULT: &str = "B>* 0.0.0.0/0 [20/0] via 172.30.12.1, 00005-bri onlink, weight 1, 01w2d01h";

    fn with(route: &str) -> World {
        World::healthy().small().insight_replace("gateway-2", ROUTES, DEFAULT, &format!("{DEFAULT}\n{route}"))
    }

    #[test]
    fn a_longer_prefix() {
        let said = said(
            &ExternalHijack,
            &with("B>* 198.51.100.18/32 [20/0] via 172.30.12.1, 00005-bri onlink, weight 1, 01w2d01h"),
        );
        assert_eq!(said.lines(), ["warning GatewayPeering/vpc-04--external-01 (ext.external-01)"]);
        assert!(said.findings[0].evidence[0].line.is_some());
        assert_eq!(said.findings[0].evidence[1].value.as_deref(), Some("198.51.100.16/30"));
    }

    #[test]
    fn looks_like_it() {
        for world in [World::healthy().small(), World::older().small()] {
            assert_eq!(said(&ExternalHijack, &world).passed, 1);
        }
        for route in [
            // Through the other gateway, equal, shorter, outside.
            "B>* 198.51.100.18/32 [20/0] via 172.30.12.2, 00005-bri onlink, weight 1, 01w2d01h",
            "B>* 198.51.100.16/30 [20/0] via 172.30.12.1, 00005-bri onlink, weight 1, 01w2d01h",
            "B>* 198.51.100.0/24 [20/0] via 172.30.12.1, 00005-bri onlink, weight 1, 01w2d01h",
            "B>* 198.51.101.18/32 [20/0] via 172.30.12.1, 00005-bri onlink, weight 1, 01w2d01h",
        ] {
            assert!(said(&ExternalHijack, &with(route)).findings.is_empty(), "{route}");
        }
    }

    #[test]
    fn not_checked_without_routes() {
        let said = said(&ExternalHijack, &World::healthy().small().without_insights());
        assert_eq!(said.not_checked, ["GatewayPeering vpc-04--external-01: route tables of the leaves"]);
    }
}
