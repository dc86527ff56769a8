//! One example per section and release.

use proptest::prelude::*;

use super::*;

fn title(name: &str) -> String {
    format!(" ━━━━━━━━━━ {name} ━━━━━━━━━━\n")
}

fn read(sections: &[(&str, &str)]) -> (String, ShowTech) {
    let mut text = "time: 2026-03-11 15:02:40\n".to_owned();
    for (name, body) in sections {
        text.push_str(&title(name));
        text.push_str(body);
        text.push('\n');
    }
    let show = ShowTech::parse(&text).unwrap();
    (text, show)
}

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
        (
            "Last FRR config applied",
            " genid: 12\n \nfrr version 10.6.0\n!\nend\n",
        ),
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
    assert!(
        frr.last_failure
            .as_ref()
            .unwrap()
            .span
            .slice(&text)
            .starts_with("Last cfg failure: 13")
    );
    assert_eq!(frr.last_disconnect, None);
    assert_eq!(frr.failed.unwrap().value, 1);
    let Some(LastFrrConfig::Applied { genid, config }) = &show.last_frr_config else {
        panic!()
    };
    assert_eq!(
        (genid.value, config.slice(&text)),
        (12, "frr version 10.6.0\n!\nend")
    );
    assert!(show.unread.is_empty() && show.skipped.is_empty());
    assert!(show.packet_stats.is_none() && !show.has("Packet stats"));
}

#[test]
fn a_failure_that_was_followed_by_success_is_over() {
    let body = |applied: &str, failure: &str| {
        format!(" status: connected\n Last cfg applied: {applied}\n Last cfg failure: {failure}\n")
    };
    let failing = |applied: &str, failure: &str| {
        read(&[("FRR Management interface", &body(applied, failure))])
            .1
            .frr
            .unwrap()
            .failing()
    };
    assert!(!failing("14 2026-03-11 14:05:00", "13 2026-03-11 14:02:13"));
    assert!(!failing("14 2026-03-11 14:05:00", "none "));
    assert!(failing("none", "13 2026-03-11 14:02:13"));
    assert!(failing("12", "13"));
}

#[test]
fn no_data_and_unknown_layouts_are_not_empty() {
    let (_, show) = read(&[
        ("Configuration summary", " No configuration is applied\n"),
        ("VPCs (0)", "no data is available\n"),
        ("Flow Table (12 entries)", "Failed to lock flow table\n"),
        ("Packet stats", " something new\n"),
        ("Control-plane interface", " state=3\n"),
        ("Last FRR config applied", " No config is applied\n"),
        ("Brand new section", " a b c\n"),
    ]);
    let unread: Vec<_> = show
        .unread
        .iter()
        .map(|part| (part.title.as_str(), part.reason))
        .collect();
    assert_eq!(
        unread,
        [
            ("Configuration summary", UnreadReason::NoData),
            ("VPCs", UnreadReason::NoData),
            ("Flow Table", UnreadReason::NoData),
            ("Packet stats", UnreadReason::Layout),
            ("Control-plane interface", UnreadReason::Layout),
        ]
    );
    assert!(show.history.is_none() && show.vpcs.is_none() && show.flows.is_none());
    assert!(show.packet_stats.is_none() && show.control_plane.is_none());
    assert!(matches!(show.last_frr_config, Some(LastFrrConfig::None(_))));
    assert_eq!(show.runs_peering("a--b"), None);
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
    assert_eq!(
        groups[0].members[0].address.unwrap().span.slice(text),
        "172.30.12.2"
    );
    assert!(groups[1].members.is_empty());
    let communities = show.communities.unwrap();
    assert_eq!(
        (
            communities[0].rank.value,
            communities[0].community.value.as_str()
        ),
        (1, "50001:1")
    );
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
    assert_eq!(
        (detail.vpc.value.as_str(), detail.vni.unwrap().value),
        ("vpc-02", 200)
    );
    assert_eq!(detail.id.as_ref().unwrap().value, "00002");
    let peering = &detail.peerings[0];
    assert_eq!(peering.group.as_ref().unwrap().value, "default");
    let expose = &peering.local.exposes[0];
    assert_eq!(expose.prefixes[0].prefix.value.to_string(), "10.20.2.0/24");
    assert_eq!(expose.prefixes[0].ports, None);
    assert_eq!(expose.translated[0].ports.as_ref().unwrap().value, "80-90");
    let nat = expose.nat.as_ref().unwrap();
    assert_eq!(
        (nat.kind.value.as_str(), nat.idle_timeout.unwrap().value),
        ("masquerade", 1800)
    );
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
    assert_eq!(
        (
            events.generated.unwrap().value,
            events.stored.unwrap().value
        ),
        (130, 9)
    );
    let kinds: Vec<_> = events
        .events
        .iter()
        .map(|event| event.kind.clone())
        .collect();
    assert_eq!(
        kinds[1],
        RouterEventKind::OperState {
            interface: "enp2s1".into(),
            from: "up".into(),
            to: "down".into()
        }
    );
    let RouterEventKind::BgpPeer {
        peer,
        id,
        asn,
        from,
        to,
        reason,
        downtime,
    } = &kinds[2]
    else {
        panic!()
    };
    assert_eq!(
        (peer.as_str(), id.as_deref(), *asn),
        ("172.30.128.33", Some("172.30.8.4"), Some(65102))
    );
    assert_eq!(
        (from.as_str(), to.as_str(), *downtime),
        ("Established", "Idle", None)
    );
    assert_eq!(reason.as_deref(), Some("Local system closed"));
    assert!(matches!(
        &kinds[3],
        RouterEventKind::BgpPeer {
            downtime: Some(165),
            reason: None,
            ..
        }
    ));
    assert_eq!(
        kinds[4],
        RouterEventKind::FrrConfig {
            generation: 9,
            outcome: Outcome::Failed
        }
    );
    assert_eq!(
        kinds[5],
        RouterEventKind::FrrConfig {
            generation: 10,
            outcome: Outcome::Requested
        }
    );
    assert_eq!(
        kinds[6],
        RouterEventKind::RouterConfig {
            generation: 10,
            outcome: Outcome::Succeeded
        }
    );
    assert_eq!(
        kinds[7],
        RouterEventKind::ControlPlane {
            status: "Frr-restarted".into()
        }
    );
    assert_eq!(kinds[8], RouterEventKind::FrrAgent { connected: false });
    assert_eq!(events.events[4].time.to_string(), "2026-08-20T04:14:10");
    assert_eq!(
        events.events[4].text.span.slice(&text),
        "FRR configuration for generation 9 FAILED"
    );
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
    assert_eq!(
        cpi.last_message.unwrap().value.to_string(),
        "2026-10-06T09:41:14"
    );
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
        (
            "Local VTEP configuration",
            " ip address: 172.30.12.2\n Mac address: --\n",
        ),
        (
            "Adjacency table (1)",
            " ifindex    address              mac               \n 4          172.30.128.8         0c:20:7a:6a:08:a6 \n",
        ),
    ]);
    let rows = show.interfaces.unwrap();
    assert_eq!(rows[0].mtu, None);
    assert_eq!(
        (rows[1].mtu.unwrap().value, rows[1].oper.span.slice(&text)),
        (9100, "down")
    );
    assert_eq!(rows[2].attachment.as_ref().unwrap().value, "BD");
    assert_eq!(rows[2].kind.as_ref().unwrap().value, "VxLAN");
    assert_eq!(rows[3].attachment, None);
    assert_eq!(rows[3].kind.as_ref().unwrap().value, "Ethernet");
    assert_eq!(show.addresses.unwrap()[0].addresses.len(), 2);
    let vrfs = show.vrfs.unwrap();
    assert_eq!(vrfs[0].description, None);
    assert_eq!(
        (vrfs[1].status.value.as_str(), vrfs[1].table.unwrap().value),
        ("deleting", 500)
    );
    assert_eq!(
        vrfs[1].description.as_ref().unwrap().value,
        "ext.external-01"
    );
    assert_eq!(
        show.router_macs.unwrap()[0].status.as_ref().unwrap().value,
        "stale"
    );
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

#[test]
fn masquerade_pools() {
    let body = "randomize: true\nsource pools (IPv4):
  TCP | source VPC: VNI(200), dest VPC: VNI(300), for IPs: [ 10.20.2.0 .. 10.20.2.255 ]
    idle timeout: 1800s
    region [ 192.168.77.8 .. 192.168.77.9 ]:
      IP ranges in pool:
      allocated IPs:
        192.168.77.8:
          allocated ports:
            [all ports allocated]
        192.168.77.9:
          allocated ports:
            [all ports allocated]
  UDP | dest VPC: VNI(300), for IPs: [ 10.20.2.0 .. 10.20.2.255 ]
    idle timeout: 120s
    IP ranges in pool:
      [ 192.168.77.9 .. 192.168.77.9 ]
    allocated IPs:
      192.168.77.8:
        allocated ports:
          [all ports allocated]
  ICMP | dest VPC: VNI(301), for IPs: [ 10.20.2.0 .. 10.20.2.255 ]
    IP ranges in pool:
    allocated IPs:
      192.168.77.8:
        allocated ports:
          1536, 1543,
          1550-1557
  TCP | dest VPC: VNI(302), for IPs: [ 10.20.2.0 .. 10.20.2.255 ]
    available IPs: 0
    allocated IPs:
      (empty)

source pools (IPv6):
  (empty)
";
    let (text, show) = read(&[("Masquerade NAT allocator table", body)]);
    let pools = show.masquerade.unwrap().pools;
    let exhausted: Vec<_> = pools.iter().map(MasqueradePool::exhausted).collect();
    assert_eq!(exhausted, [true, false, false, false]);
    assert_eq!(
        (pools[0].source_vni.unwrap().value, pools[0].dest_vni.value),
        (200, 300)
    );
    assert_eq!(pools[0].idle_timeout.unwrap().value, 1800);
    assert_eq!(
        pools[0].private.unwrap().span.slice(&text),
        "10.20.2.0 .. 10.20.2.255"
    );
    assert_eq!(pools[1].source_vni, None);
    assert_eq!(pools[1].regions[0].unused.len(), 1);
    assert_eq!(pools[1].regions[0].bounds, None);
    let AllocatedPorts::Some(ports) = pools[2].regions[0].allocated[0].ports else {
        panic!()
    };
    assert!(ports.slice(&text).starts_with("1536") && ports.slice(&text).ends_with("1557"));
    assert_eq!(pools[3].available.unwrap().value, 0);
    assert!(show.skipped.is_empty(), "{:?}", show.skipped);
}

#[test]
fn a_cut_pool_is_not_exhausted() {
    let body = "source pools (IPv4):\n  TCP | dest VPC: VNI(3), for IPs: [ 10.0.0.0 .. 10.0.0.9 ]\n    IP ranges in pool:\n    allocated IPs:\n      192.0.2.1:\n        allocated ports:\n          [all ports allocated]\n";
    let (_, cut) = read(&[("Masquerade NAT allocator table", body)]);
    assert!(!cut.masquerade.unwrap().pools[0].exhausted());
    let (_, whole) = read(&[
        ("Masquerade NAT allocator table", body),
        ("Flow Table (0 entries)", ""),
    ]);
    assert!(whole.masquerade.unwrap().pools[0].exhausted());
}

#[test]
fn flows_of_both_forms() {
    let body = "from VNI(300),10.10.3.10:44172 -> 203.0.113.5:443 TCP\n      dst-vpcd:VNI(400)\n      masquerading: snat ip:198.51.100.16 19968 (allocated) timeout: 120 flow-status: established\n      status: Active, expires in 118s, related: yes, genid: 14\n\nfrom VNI(300),10.10.3.10 -> 203.0.113.5 ICMP id:7\n      dst-vpcd:VNI(400)\n      status: Expired, expires in 0s, related: no, genid: 14\nfrom: VNI(310),10.7.1.9:51514 -> 198.51.100.17:443 TCP\n      dst-vpcd:VNI(420)\n      nat-state:x\n      status: Active, expires in 97s, related: yes, genid: 7\nfrom VNI(1),[2001:db8::1]:5 -> [2001:db8::2]:6 UDP\n      port-forwarding: x\n";
    let (text, show) = read(&[("Flow Table (129030 entries)", body)]);
    let table = show.flows.unwrap();
    assert_eq!(table.entries.unwrap().value, 129_030);
    assert!(!table.whole());
    assert_eq!(table.flows.len(), 4);
    let first = &table.flows[0];
    assert_eq!(
        (first.source_vni, first.source_port, first.destination_vni),
        (Some(300), Some(44172), Some(400))
    );
    assert_eq!(first.nat.as_ref().unwrap().kind, FlowNatKind::Masquerade);
    assert_eq!(
        (first.active, first.expires, first.genid),
        (true, Some(118), Some(14))
    );
    assert_eq!(first.protocol.slice(&text), "TCP");
    assert_eq!(
        (table.flows[1].source_port, table.flows[1].active),
        (None, false)
    );
    assert_eq!(
        table.flows[2].nat.as_ref().unwrap().kind,
        FlowNatKind::NatState
    );
    assert_eq!(table.flows[3].destination_port, Some(6));
    assert!(show.skipped.is_empty(), "{:?}", show.skipped);
    let (_, empty) = read(&[("Flow Table (0 entries)", "\n")]);
    assert!(empty.flows.unwrap().whole());
}

#[test]
fn filters_of_both_forms() {
    let grids = "Remote v4 (destination -> dst VPC + dst NAT):\n  rank  proto  src-vni  dst-vni  destination       dst-port  |  to        NAT\n  [0]   *      300      200      192.168.77.8/32   *         |  VNI(200)  masquerade\n  [2]   TCP    100      -        10.20.3.0/24      80-90     |  VNI(300)  -\nLocal v4 (source -> src NAT):\n  rank  proto  src-vni  dst-vni  source        src-port  gate  |  NAT\n  [0]   *      100      500      10.20.1.0/24  *         -     |  -\nRemote v6 (destination -> dst VPC + dst NAT):\n  (no rules)\n";
    let (_, show) = read(&[("Routing context (flow filter)", grids)]);
    let filter = show.flow_filter.unwrap();
    assert_eq!((filter.form, filter.rules.len()), (FilterForm::Grids, 2));
    assert_eq!(
        filter.rule(300, 200).unwrap().nat.as_ref().unwrap().value,
        "masquerade"
    );
    assert!(filter.rule(100, 300).unwrap().nat.is_none());
    assert!(filter.rule(100, 500).is_none() && filter.rule(200, 300).is_none());
    assert!(show.skipped.is_empty());

    let tree = "subtable for TCP/UDP:\n  source VPC VNI(310):\n    source: 10.7.1.0/24\n      destination: 198.51.100.16/28:80-90, data:\n        destination VPC: VNI(420), source NAT: -, destination NAT: Stateful\n      no remote default\n    no local default\n\n  source VPC VNI(400):\n    source: 10.20.4.0/24\n      remote default data:\n        destination VPC: VNI(500), source NAT: Stateful, destination NAT: -\nsubtable for ICMP:\n";
    let (_, show) = read(&[("Flow filter", tree)]);
    let filter = show.flow_filter.unwrap();
    assert_eq!((filter.form, filter.rules.len()), (FilterForm::Tree, 2));
    let rule = filter.rule(310, 420).unwrap();
    assert_eq!(
        rule.destination.as_ref().unwrap().value,
        "198.51.100.16/28:80-90"
    );
    assert_eq!(rule.nat.as_ref().unwrap().value, "Stateful");
    assert!(filter.rule(400, 500).unwrap().destination.is_none());
    let (_, empty) = read(&[(
        "Routing context (flow filter)",
        "Remote v4 (x):\n  (no rules)\n",
    )]);
    assert!(empty.flow_filter.unwrap().rules.is_empty());
}

#[test]
fn packet_stats() {
    let (text, show) = read(&[(
        "Packet stats",
        "    Packet result                  count\n    Internal failure               0\n    IP:  route drop                7\n    NAT: out of resources          73918\n    Delivered                      18446744073709551615\n",
    )]);
    let stats = show.packet_stats.unwrap();
    assert_eq!(stats.rows.len(), 4);
    assert_eq!(
        stats
            .get("NAT: out of resources")
            .unwrap()
            .count
            .span
            .slice(&text),
        "73918"
    );
    assert_eq!(stats.get("IP:  route drop").unwrap().count.value, 7);
    assert_eq!(stats.get("IP: route drop").unwrap().count.value, 7);
    assert_eq!(stats.get("Delivered").unwrap().count.value, u64::MAX);
    assert_eq!(stats.total(), u64::MAX);
    assert!(stats.get("Dropped by ACL").is_none());
}

#[test]
fn driver_status_of_both_layouts() {
    let one = " max rx batch: 128 pkts\n activity poll: 1 s  watchdog pat: 2 s  watchdog check: 6 s\n\n   iface             status             pps                pkt-rx                pkt-tx  ppline-drops  tx-drops  wd-misses\n worker 0: running\n   enp2s1            Active          8120.4               5512004               5498111           903         0          0\n";
    let (_, show) = read(&[("Packet driver status", one)]);
    let driver = show.driver.unwrap();
    assert_eq!(
        (driver.layout, driver.rows.len()),
        (DriverLayout::OneTable, 1)
    );
    assert_eq!(driver.rows[0].pps.unwrap().value, 8120.4);
    assert_eq!(driver.rows[0].counter("ppline-drops").unwrap().value, 903);
    assert!(driver.rows[0].counter("kernel-drops").is_none());
    assert!(!driver.workers[0].terminated());

    let two = " max rx batch: 128 pkts\n\n rx tasks\n   iface             status             pps                pkt-rx                pkt-tx  wd-misses\n worker 0: running\n   enp2s1            Active            67.2                416419                416230          3\n   enp2s2            Not active        0.0                 1                     2          0\n worker 1: Terminated(Panicked: index out of range)\n\n rx drops\n   iface             ppline-drops    tx-drops   parse-err   truncated    zero-len  kernel-drops\n worker 0\n   enp2s1                    4619           1           0           0           0            12\n   enp2s2                       0           0           0           0           0             0\n worker 1\n";
    let (text, show) = read(&[("Packet driver status", two)]);
    let driver = show.driver.unwrap();
    assert_eq!(
        (driver.layout, driver.rows.len(), driver.workers.len()),
        (DriverLayout::TwoTables, 2, 2)
    );
    assert_eq!(
        driver.rows[0]
            .counter("kernel-drops")
            .unwrap()
            .span
            .slice(&text),
        "12"
    );
    assert_eq!(driver.rows[0].counter("pkt-rx").unwrap().value, 416_419);
    assert_eq!(driver.rows[1].status.as_ref().unwrap().value, "Not active");
    assert!(driver.workers[1].terminated());
    assert!(
        driver.workers[1]
            .span
            .slice(&text)
            .starts_with("worker 1: Terminated(Panicked")
    );
    assert!(show.skipped.is_empty(), "{:?}", show.skipped);
}

#[test]
fn nat_tables() {
    let (_, show) = read(&[
        (
            "Port forwarding table",
            " TCP VNI(500): 203.0.113.1:80 -> 10.1.1.1:8080 at vpc-01 timers:[init:10s estab:120s]\n",
        ),
        ("Static NAT table", " (empty)\n"),
    ]);
    let rows = show.port_forwarding.unwrap().rows;
    assert_eq!(rows[0].key.value, "TCP VNI(500)");
    assert_eq!(
        (
            rows[0].external.value.as_str(),
            rows[0].internal.value.as_str()
        ),
        ("203.0.113.1:80", "10.1.1.1:8080")
    );
    assert_eq!(rows[0].vpc.as_ref().unwrap().value, "vpc-01");
    assert!(show.static_nat.unwrap().rows.is_empty());
}

#[test]
fn a_paste_of_several_commands() {
    let text = format!(
        "dataplane(✔)# show config-summary\n{}  GenId created applied error\n   8 2026/09/27 08:08:03  2026/09/27 08:08:03 none\n\
dataplane(✔)# show pipeline stats\nNot supported: Not implemented yet\ndataplane(✔)# show stats\n{}    Packet result  count\n    Delivered   5\n",
        title("Configuration summary"),
        title("Packet stats"),
    );
    let show = ShowTech::parse(&text).unwrap();
    assert_eq!(show.history.unwrap().len(), 1);
    assert_eq!(show.packet_stats.unwrap().rows.len(), 1);
    assert!(show.skipped.is_empty());
}

#[test]
fn outputs_that_are_none() {
    assert!(matches!(
        ShowTech::parse("dataplane(✔)# show tech\nFailed to connect to dataplane\n"),
        Err(Unread::NoDataplane(_))
    ));
    assert_eq!(ShowTech::parse("\n"), Err(Unread::Empty));
    assert!(matches!(
        ShowTech::parse("━━not a title━━\nhello\n"),
        Err(Unread::Layout(_))
    ));
    assert!(matches!(
        ShowTech::parse("executable file not found in $PATH"),
        Err(Unread::NotCaptured(_))
    ));
}

#[test]
fn carriage_returns_do_not_matter() {
    let (text, show) = read(&[(
        "Packet stats",
        "    Packet result  count\n    Delivered   5\n",
    )]);
    let windows = ShowTech::parse(&text.replace('\n', "\r\n")).unwrap();
    assert_eq!(
        windows.packet_stats.unwrap().rows.len(),
        show.packet_stats.unwrap().rows.len()
    );
}

proptest! {
    #[test]
    fn never_panics(parts in prop::collection::vec((0_usize..24, "[ -~━■│\\n\u{1b}é]{0,120}"), 0..6), raw in "\\PC{0,200}") {
        let titles = [
            "Configuration summary", "Gateway groups", "Community mappings", "VPCs (1)", "ROUTER_EVENTS",
            "Control-plane interface", "FRR Management interface", "Last FRR config applied", "interfaces (1)",
            "interface addresses", "VRFs (1)", "Ipv4 routes (1)", "Router macs (1)", "Local VTEP configuration",
            "Adjacency table (1)", "Port forwarding table", "Static NAT table", "Masquerade NAT allocator table",
            "Flow Table (1 entries)", "Routing context (flow filter)", "Flow filter", "Packet stats",
            "Packet driver status", "Peerings of VPC:a Id:b vni :1 (1)",
        ];
        let mut text = raw;
        for (index, body) in parts {
            text.push('\n');
            text.push_str(&title(titles.get(index).copied().unwrap_or("x")));
            text.push_str(&body);
        }
        let _ = ShowTech::parse(&text);
    }

    /// Mutations of a good text: cut, and with a piece doubled.
    #[test]
    fn cut_texts_never_panic(from in 0_usize..9000, to in 0_usize..9000) {
        let text = include_str!("sample.txt");
        let mut cut = String::new();
        cut.push_str(text.get(from..).unwrap_or(""));
        cut.push_str(text.get(..to).unwrap_or(""));
        let _ = ShowTech::parse(&cut);
    }
}
