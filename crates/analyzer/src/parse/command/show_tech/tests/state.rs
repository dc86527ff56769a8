//! Configuration, router and FRR sections.

use super::super::*;
use super::read;

#[test]
fn history_and_frr_management() {
    let (text, show) = read(&[
        (
            "Configuration summary",
            "  GenId created                   applied                   error \n\
     13 2026/03/11 14:02:11       2026/03/11 14:02:12       none \n\
     14 2026/03/11 14:20:02       2026/03/11 14:20:03       Failure applying config: x \n\
     13 2026/03/11 14:02:11       2026/03/11 14:20:04       none (rollback)\n",
        ),
        (
            "FRR Management interface",
            " status: not connnected\n remote: /var/run/frr/frr-agent.sock\n Last connection : 2026-03-11T 13:00:00 (x)\n\
 Last disconnect : never\n Last cfg applied: 12 2026-03-11T 13:40:10 (1 hours 22 min 30 s ago)\n\
 Last cfg failure: 13 2026-03-11T 14:02:13 (1 hours 27 s ago)\n Configs applied : 4\n Configs failed  : 1\n",
        ),
        ("Last FRR config applied", " genid: 12\n \nfrr version 10.6.0\n!\nend\n"),
    ]);
    assert_eq!(show.time.unwrap().span.slice(&text), "2026-03-11 15:02:40");
    let rows = show.history.as_ref().unwrap();
    assert_eq!(rows.len(), 3);
    assert!(rows[1].span.slice(&text).starts_with("14 2026"));
    assert!(rows[2].rollback);
    assert_eq!(show.applied_generation(), Some(13));
    let frr = show.frr.clone().unwrap();
    assert_eq!(frr.connected(), Some(false));
    assert!(frr.failing());
    assert_eq!(frr.last_applied.as_ref().unwrap().generation.value, 12);
    assert!(frr.last_failure.as_ref().unwrap().span.slice(&text).starts_with("Last cfg failure: 13"));
    assert_eq!(frr.last_disconnect, None);
    assert_eq!(frr.failed.unwrap().value, 1);
    let Some(LastFrrConfig::Applied { genid, config }) = &show.last_frr_config else { panic!() };
    assert_eq!((genid.value, config.slice(&text)), (12, "frr version 10.6.0\n!\nend"));
    assert!(show.unread.is_empty() && show.skipped.is_empty());
    assert!(show.packet_stats.is_none() && !show.has("Packet stats"));
}

#[test]
fn a_failure_that_was_followed_by_success_is_over() {
    let body = |applied: &str, failure: &str| {
        format!(" status: connected\n Last cfg applied: {applied}\n Last cfg failure: {failure}\n")
    };
    let failing = |applied: &str, failure: &str| {
        read(&[("FRR Management interface", &body(applied, failure))]).1.frr.unwrap().failing()
    };
    assert!(!failing("14 2026-03-11 14:05:00", "13 2026-03-11 14:02:13"));
    assert!(!failing("14 2026-03-11 14:05:00", "none "));
    assert!(failing("none", "13 2026-03-11 14:02:13"));
    assert!(failing("12", "13"));
}

#[test]
fn groups_and_communities() {
    let text = " ━━━━━━━━━━ Gateway groups ━━━━━━━━━━\n default:\n   name             prio  address                                 \n\
   gw-1             200   172.30.12.2                             \n   gw-2             0     172.30.12.3     \n blue:\n   name prio address\n\n\
  ━━━━━━━ Community mappings ━━━━━━━\n     rank community       \n        1 50001:1         \n        0 50001:0         \n";
    let show = ShowTech::parse(text).unwrap();
    let groups = show.groups.unwrap();
    assert_eq!(groups.len(), 2);
    assert_eq!(groups[0].members[0].name.value, "gw-1");
    assert_eq!(groups[0].members[1].priority.value, 0);
    assert_eq!(groups[0].members[0].address.unwrap().span.slice(text), "172.30.12.2");
    assert!(groups[1].members.is_empty());
    let communities = show.communities.unwrap();
    assert_eq!((communities[0].rank.value, communities[0].community.value.as_str()), (1, "50001:1"));
}

#[test]
fn applied_peerings() {
    let (text, show) = read(&[
        (
            "VPCs (3)",
            " VPC                Id     VNI      peers     remote             peering name      \n\
 vpc-03             00003  300      2         vpc-01             vpc-01--vpc-03    \n\
                                              vpc-02             vpc-02--vpc-03    \n\
 vpc-09             00009  900      0\n",
        ),
        (
            "Peerings of VPC:vpc-02 Id:00002 vni :200 (1)",
            "  ■ vpc-02--vpc-03:\n   gwgroup: default\n     local:\n        prefixes: 10.20.2.0/24:[all]\n\
              as: 192.168.77.8/32:[80-90] proto: Any NAT:masquerade, idle timeout: 1800\n\n\
     remote VPC is vpc-03 (id:00003) vni:300 :\n        prefixes: default\n",
        ),
        (
            "vpc-02",
            " destinations                   remote-VPC remote-vni   remote-action gw-group        \n\
 192.168.77.8/32                ext.external-01 500          masqueraded   default         \n",
        ),
    ]);
    let vpcs = show.vpcs.as_ref().unwrap();
    assert_eq!(vpcs.len(), 2);
    assert_eq!(vpcs[0].peerings.len(), 2);
    assert_eq!(vpcs[0].vni.value, 300);
    assert!(vpcs[1].peerings.is_empty());
    assert_eq!(show.runs_peering("vpc-02--vpc-03"), Some(true));
    assert_eq!(show.runs_peering("vpc-02--vpc-04"), Some(false));
    let detail = &show.peerings.as_ref().unwrap()[0];
    assert_eq!((detail.vpc.value.as_str(), detail.vni.unwrap().value), ("vpc-02", 200));
    assert_eq!(detail.id.as_ref().unwrap().value, "00002");
    let peering = &detail.peerings[0];
    assert_eq!(peering.group.as_ref().unwrap().value, "default");
    let expose = &peering.local.exposes[0];
    assert_eq!(expose.prefixes[0].prefix.value.to_string(), "10.20.2.0/24");
    assert_eq!(expose.prefixes[0].ports, None);
    assert_eq!(expose.translated[0].ports.as_ref().unwrap().value, "80-90");
    let nat = expose.nat.as_ref().unwrap();
    assert_eq!((nat.kind.value.as_str(), nat.idle_timeout.unwrap().value), ("masquerade", 1800));
    assert_eq!(nat.kind.span.slice(&text), "masquerade");
    assert_eq!(peering.remote.vpc.as_ref().unwrap().value, "vpc-03");
    assert!(peering.remote.exposes[0].default && peering.remote.exposes[0].nat.is_none());
    let routing = &show.vpc_routing.as_ref().unwrap()[0];
    assert_eq!(routing.vpc.value, "vpc-02");
    assert_eq!(routing.destinations[0].vpc.value, "ext.external-01");
    assert_eq!(routing.destinations[0].action.value, "masqueraded");
    assert!(show.skipped.is_empty(), "{:?}", show.skipped);
}

#[test]
fn router_events() {
    let (text, show) = read(&[(
        "ROUTER_EVENTS",
        " generated: 130 stored: 9 capacity: 2000\n
   0   2026-08-20T 04:00:00: Started!
   118 2026-08-20T 04:11:07: enp2s1: oper state changed up -> down (carrier:… carrier-up:3 carrier-down:3)
   119 2026-08-20T 04:11:07: Status of BGP peer 172.30.128.33 (id:172.30.8.4 ASN:65102) changed: Established -> Idle reason: Local system closed
   124 2026-08-20T 04:13:52: Status of BGP peer 172.30.128.33 (id:172.30.8.4 ASN:65102) changed: Idle -> Established (downtime of 2 min 45 s)
   125 2026-08-20T 04:14:10: FRR configuration for generation 9 FAILED
   126 2026-08-20T 04:14:11: Requested FRR configuration for generation 10
   127 2026-08-20T 04:14:12: Router config request for generation 10 SUCCEEDED
   128 2026-08-20T 04:14:13: CPI status changed to Frr-restarted
   129 2026-08-20T 04:14:14: Frr-agent left!
",
    )]);
    let events = show.events.unwrap();
    assert_eq!((events.generated.unwrap().value, events.stored.unwrap().value), (130, 9));
    let kinds: Vec<_> = events.events.iter().map(|event| event.kind.clone()).collect();
    assert_eq!(
        kinds[1],
        RouterEventKind::OperState { interface: "enp2s1".into(), from: "up".into(), to: "down".into() }
    );
    let RouterEventKind::BgpPeer { peer, id, asn, from, to, reason, downtime } = &kinds[2] else { panic!() };
    assert_eq!((peer.as_str(), id.as_deref(), *asn), ("172.30.128.33", Some("172.30.8.4"), Some(65102)));
    assert_eq!((from.as_str(), to.as_str(), *downtime), ("Established", "Idle", None));
    assert_eq!(reason.as_deref(), Some("Local system closed"));
    assert!(matches!(&kinds[3], RouterEventKind::BgpPeer { downtime: Some(165), reason: None, .. }));
    assert_eq!(kinds[4], RouterEventKind::FrrConfig { generation: 9, outcome: Outcome::Failed });
    assert_eq!(kinds[5], RouterEventKind::FrrConfig { generation: 10, outcome: Outcome::Requested });
    assert_eq!(kinds[6], RouterEventKind::RouterConfig { generation: 10, outcome: Outcome::Succeeded });
    assert_eq!(kinds[7], RouterEventKind::ControlPlane { status: "Frr-restarted".into() });
    assert_eq!(kinds[8], RouterEventKind::FrrAgent { connected: false });
    assert_eq!(events.events[4].time.to_string(), "2026-08-20T04:14:10");
    assert_eq!(events.events[4].text.span.slice(&text), "FRR configuration for generation 9 FAILED");
    assert!(show.skipped.is_empty());
}

#[test]
fn control_plane() {
    let (text, show) = read(&[(
        "Control-plane interface",
        " STATUS: Need refresh\n last connect: 2026-09-27T 08:08:05 (1 weeks ago) pid: 41 peer: /run/x.sock\n\
 last msg rx : 2026-10-06T 09:41:14 (3 s ago)\n decode failures: 2\n ctl/keepalives : 78319\n\n\
 op               Ok           Ignored      Failure      Invalid      Unsupp      \n\
 connect          1            0            0            0            0           \n\
 Add route        72           0            5            0            0           \n",
    )]);
    let cpi = show.control_plane.unwrap();
    assert_eq!(cpi.status.as_ref().unwrap().value, "Need refresh");
    assert_eq!(cpi.pid.unwrap().value, 41);
    assert_eq!(cpi.last_message.unwrap().value.to_string(), "2026-10-06T09:41:14");
    assert_eq!(cpi.decode_failures.unwrap().span.slice(&text), "2");
    assert_eq!(cpi.operations[1].name.value, "Add route");
    assert_eq!(cpi.operations[1].counts["Failure"].value, 5);
}

#[test]
fn interfaces_vrfs_and_neighbours() {
    let (text, show) = read(&[
        (
            "interfaces (3)",
            " name               id    mtu AdmStatus OpStatus  attachment           type\n\
 lo                  1     -- up        up        VRF: vrfid: 0        Loopback        \n\
 enp2s1              4   9100 up        down      VRF: vrfid: 0        Ethernet        mac:0c:20:25:10:02:96\n\
 00005-vtp          21   1500 up        up        BD                   VxLAN           \n\
 enp2s9              9   1500 down      down                           Ethernet        mac:0c:20:25:10:02:97\n",
        ),
        (
            "interface addresses",
            " name             opState    addresses\n lo               up          172.30.8.3/32 172.30.12.2/32\n",
        ),
        (
            "VRFs (2)",
            "            name       id      vni  Ipv4-routes  Ipv6-routes   status table-id description\n\
         default        0        0           12            1   active      254 \n\
       00005-vrf       19      500            1            1 deleting      500 ext.external-01\n",
        ),
        (
            "Router macs (entries: 1 stale: 0)",
            " vni   address              mac                status  \n 500   172.30.12.1          3c:2c:30:89:ca:fc  stale      \n",
        ),
        ("Local VTEP configuration", " ip address: 172.30.12.2\n Mac address: --\n"),
        (
            "Adjacency table (1)",
            " ifindex    address              mac               \n 4          172.30.128.8         0c:20:7a:6a:08:a6 \n",
        ),
    ]);
    let rows = show.interfaces.unwrap();
    assert_eq!(rows[0].mtu, None);
    assert_eq!((rows[1].mtu.unwrap().value, rows[1].oper.span.slice(&text)), (9100, "down"));
    assert_eq!(rows[2].attachment.as_ref().unwrap().value, "BD");
    assert_eq!(rows[2].kind.as_ref().unwrap().value, "VxLAN");
    assert_eq!(rows[3].attachment, None);
    assert_eq!(rows[3].kind.as_ref().unwrap().value, "Ethernet");
    assert_eq!(show.addresses.unwrap()[0].addresses.len(), 2);
    let vrfs = show.vrfs.unwrap();
    assert_eq!(vrfs[0].description, None);
    assert_eq!((vrfs[1].status.value.as_str(), vrfs[1].table.unwrap().value), ("deleting", 500));
    assert_eq!(vrfs[1].description.as_ref().unwrap().value, "ext.external-01");
    assert_eq!(show.router_macs.unwrap()[0].status.as_ref().unwrap().value, "stale");
    let vtep = show.vtep.unwrap();
    assert!(vtep.address.is_some() && vtep.mac.is_none());
    assert_eq!(show.adjacency.unwrap()[0].ifindex.value, 4);
    assert!(show.skipped.is_empty(), "{:?}", show.skipped);
}

#[test]
fn routes_per_vrf() {
    let (_, show) = read(&[
        (
            "Ipv4 routes (2)",
            " Vrf: 'default' (id: 0) description: --\n\n   0.0.0.0/0 other [255/0] 09d01:33:16\n        action Drop\n   172.30.8.0/32 bgp [20/0] 00:17:32 (UNRESOLVED)\n        via 172.30.128.8 interface enp2s1 (idx 4)\n        via 172.30.128.10 interface enp2s2 (idx 5)\n",
        ),
        (
            "Ipv4 routes (1)",
            " Vrf: '00005-vrf' (id: 19) description: ext.external-01\n\n   0.0.0.0/0 bgp [20/0] 09d01:17:32\n        via 172.30.12.1 interface 00005-bri (idx 20) encap Vxlan (vni 500), remote 172.30.12.1 dmac: 3c:2c:30:89:ca:fc\n             via 172.30.128.8 interface enp2s1 (idx 4)\n",
        ),
    ]);
    let tables = show.ipv4_routes.unwrap();
    assert_eq!(tables.len(), 2);
    assert!(tables[0].description.is_none());
    assert!(tables[0].routes[0].hops[0].drop);
    assert!(tables[0].routes[1].unresolved);
    assert_eq!(tables[0].routes[1].age, Some(1052));
    assert_eq!(tables[0].routes[1].hops.len(), 2);
    assert_eq!(tables[1].vrf.value, "00005-vrf");
    let hops = &tables[1].routes[0].hops;
    assert_eq!((hops.len(), hops[0].vni.unwrap().value), (1, 500));
    assert_eq!(hops[0].interface.as_ref().unwrap().value, "00005-bri");
}
