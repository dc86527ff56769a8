//! Every command output of the example dumps is read, without a line left over.
#![allow(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a test reads the example dumps and fails by panicking"
)]

use std::collections::BTreeMap;
use std::path::PathBuf;

use hh_analyzer::parse::command::show_tech::{DriverLayout, FilterForm, LastFrrConfig, ShowTech};
use hh_analyzer::parse::command::{
    BfdPeers, BgpSummary, FrrCommand, RouteTables, RpcStats, RunningConfig, interface_brief, show_daemons,
    zebra_clients,
};

#[derive(serde::Deserialize)]
#[serde(rename_all = "camelCase")]
struct Dump {
    gateway_insights: BTreeMap<String, BTreeMap<String, Stream>>,
}

#[derive(serde::Deserialize)]
struct Stream {
    stdout: String,
}

fn dump(name: &str) -> Dump {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../bundles").join(name);
    serde_yaml::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

fn show_tech(name: &str, gateway: &str) -> (String, ShowTech) {
    let text = dump(name).gateway_insights[gateway]["dataplane: show tech"].stdout.clone();
    let show = ShowTech::parse(&text).unwrap();
    (text, show)
}

#[test]
fn all_outputs_are_read() {
    for name in ["bgp-down", "drops", "gateway-gen-lag", "healthy", "older-healthy"] {
        for (gateway, outputs) in dump(&format!("{name}.hhs")).gateway_insights {
            assert_eq!(outputs.len(), 10, "{name} {gateway}");
            for (key, Stream { stdout }) in &outputs {
                let at = format!("{name} {gateway} {key}");
                let Some(command) = FrrCommand::of(key) else {
                    let show = ShowTech::parse(stdout).expect(&at);
                    assert_eq!(show.unread, [], "{at}");
                    let skipped: Vec<_> = show.skipped.iter().map(|span| span.slice(stdout)).collect();
                    assert!(skipped.is_empty(), "{at}: {skipped:?}");
                    continue;
                };
                match command {
                    FrrCommand::Daemons => assert_eq!(show_daemons(stdout).expect(&at).len(), 6),
                    FrrCommand::RpcStats => {
                        let stats = RpcStats::parse(stdout).expect(&at);
                        assert!(stats.connected.unwrap().value && stats.sent() == stats.replied());
                    }
                    FrrCommand::ZebraClients => {
                        assert_eq!(zebra_clients(stdout).expect(&at).len(), 4)
                    }
                    FrrCommand::RunningConfig => {
                        let config = RunningConfig::parse(stdout).expect(&at);
                        assert!(config.complete);
                        assert_eq!((config.bgp.len(), config.bfd_peers.len(), config.vrfs.len()), (6, 2, 5));
                        assert!(config.bgp[0].neighbors.iter().all(|neighbor| neighbor.bfd.is_some()));
                    }
                    FrrCommand::InterfaceBrief => {
                        let rows = interface_brief(stdout).expect(&at);
                        assert_eq!(rows.len(), 18, "{at}");
                        assert!(rows.iter().any(|row| row.addresses.len() == 2));
                    }
                    FrrCommand::BfdPeers => {
                        assert_eq!(BfdPeers::parse(stdout).expect(&at).peers.len(), 2)
                    }
                    FrrCommand::BgpSummary => {
                        let summary = BgpSummary::parse(stdout).expect(&at);
                        assert_eq!(summary.family("L2VPN EVPN").count(), 2);
                        assert!(summary.families.iter().all(|family| family.neighbors.len() == 2));
                    }
                    FrrCommand::IpRoute | FrrCommand::IpFib => {
                        let tables = RouteTables::parse(stdout).expect(&at);
                        assert_eq!(tables.vrfs.len(), 6, "{at}");
                        assert!(tables.vrfs.iter().flat_map(|vrf| &vrf.routes).all(|route| !route.hops.is_empty()));
                    }
                }
            }
        }
    }
}

#[test]
fn the_session_that_is_down() {
    let dump = dump("bgp-down.hhs");
    let outputs = &dump.gateway_insights["gateway-2"];
    let summary = BgpSummary::parse(&outputs["frr: show bgp summary"].stdout).unwrap();
    let down: Vec<_> = summary.family("IPv4 Unicast").filter(|neighbor| neighbor.state.value.is_down()).collect();
    assert_eq!(down.len(), 1);
    assert_eq!(down[0].name.value, "172.30.128.14");
    let bfd = BfdPeers::parse(&outputs["frr: show bfd peers"].stdout).unwrap();
    let peer = bfd.peer(down[0].address.unwrap()).unwrap();
    assert_eq!(peer.status.as_ref().unwrap().value, "down");
}

#[test]
fn the_exhausted_pool() {
    let (text, show) = show_tech("drops.hhs", "gateway-1");
    let pools = show.masquerade.as_ref().unwrap();
    let exhausted: Vec<_> = pools.pools.iter().filter(|pool| pool.exhausted()).collect();
    assert_eq!((pools.pools.len(), exhausted.len()), (6, 1));
    assert_eq!((exhausted[0].source_vni.unwrap().value, exhausted[0].dest_vni.value), (200, 300));
    let row = show.packet_stats.as_ref().unwrap().get("NAT: out of resources").unwrap();
    assert_eq!((row.count.value, row.count.span.slice(&text)), (73_918, "73918"));
    let flows = show.flows.as_ref().unwrap();
    assert_eq!((flows.entries.unwrap().value, flows.flows.len(), flows.whole()), (129_030, 6, false));
}

#[test]
fn sections_of_the_releases() {
    let (_, new) = show_tech("healthy.hhs", "gateway-1");
    assert_eq!(new.vpc_routing.as_ref().unwrap().len(), 5);
    assert_eq!(new.peerings.as_ref().unwrap().len(), 5);
    assert_eq!(new.ipv4_routes.as_ref().unwrap().len(), 6);
    let driver = new.driver.as_ref().unwrap();
    assert_eq!((driver.layout, driver.workers.len(), driver.rows.len()), (DriverLayout::TwoTables, 8, 16));
    assert!(driver.rows.iter().all(|row| row.counter("kernel-drops").is_some() && row.counter("pkt-rx").is_some()));
    assert_eq!(new.flow_filter.as_ref().unwrap().form, FilterForm::Grids);
    assert!(matches!(new.last_frr_config, Some(LastFrrConfig::Applied { .. })));
    assert_eq!(new.applied_generation(), Some(11));
    assert_eq!(new.runs_peering("vpc-02--vpc-03"), Some(true));

    let (_, old) = show_tech("older-healthy.hhs", "gateway-1");
    let (filter, newer) = (old.flow_filter.as_ref().unwrap(), new.flow_filter.as_ref().unwrap());
    assert_eq!(filter.form, FilterForm::Tree);
    let pairs = |filter: &hh_analyzer::parse::command::show_tech::FlowFilter| {
        filter
            .rules
            .iter()
            .map(|rule| (rule.source_vni.value, rule.dest_vni.value))
            .collect::<std::collections::BTreeSet<_>>()
    };
    assert_eq!(pairs(filter), pairs(newer));
    assert!(old.driver.is_none() && old.vpc_routing.is_none());
    assert!(old.packet_stats.as_ref().unwrap().get("Dropped by ACL").is_none());
    assert_eq!(old.groups.as_ref().unwrap()[0].members[0].name.value, "gateway-2");

    let (_, short) = show_tech("bgp-down.hhs", "gateway-1");
    assert_eq!(short.titles.len(), 4);
    assert!(short.frr.as_ref().unwrap().last_applied.as_ref().unwrap().time.is_some());
}
