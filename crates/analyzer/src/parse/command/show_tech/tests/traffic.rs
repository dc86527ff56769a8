//! NAT, flows, counters, driver.

use super::super::*;
use super::read;

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
    assert_eq!((pools[0].source_vni.unwrap().value, pools[0].dest_vni.value), (200, 300));
    assert_eq!(pools[0].idle_timeout.unwrap().value, 1800);
    assert_eq!(pools[0].private.unwrap().span.slice(&text), "10.20.2.0 .. 10.20.2.255");
    assert_eq!(pools[1].source_vni, None);
    assert_eq!(pools[1].regions[0].unused.len(), 1);
    assert_eq!(pools[1].regions[0].bounds, None);
    let AllocatedPorts::Some(ports) = pools[2].regions[0].allocated[0].ports else { panic!() };
    assert!(ports.slice(&text).starts_with("1536") && ports.slice(&text).ends_with("1557"));
    assert_eq!(pools[3].available.unwrap().value, 0);
    assert!(show.skipped.is_empty(), "{:?}", show.skipped);
}

#[test]
fn a_cut_pool_is_not_exhausted() {
    let body = "source pools (IPv4):\n  TCP | dest VPC: VNI(3), for IPs: [ 10.0.0.0 .. 10.0.0.9 ]\n    IP ranges in pool:\n    allocated IPs:\n      192.0.2.1:\n        allocated ports:\n          [all ports allocated]\n";
    let (_, cut) = read(&[("Masquerade NAT allocator table", body)]);
    assert!(!cut.masquerade.unwrap().pools[0].exhausted());
    let (_, whole) = read(&[("Masquerade NAT allocator table", body), ("Flow Table (0 entries)", "")]);
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
    assert_eq!((first.source_vni, first.source_port, first.destination_vni), (Some(300), Some(44172), Some(400)));
    assert_eq!(first.nat.as_ref().unwrap().kind, FlowNatKind::Masquerade);
    assert_eq!((first.active, first.expires, first.genid), (true, Some(118), Some(14)));
    assert_eq!(first.protocol.slice(&text), "TCP");
    assert_eq!((table.flows[1].source_port, table.flows[1].active), (None, false));
    assert_eq!(table.flows[2].nat.as_ref().unwrap().kind, FlowNatKind::NatState);
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
    assert_eq!(filter.rule(300, 200).unwrap().nat.as_ref().unwrap().value, "masquerade");
    assert!(filter.rule(100, 300).unwrap().nat.is_none());
    assert!(filter.rule(100, 500).is_none() && filter.rule(200, 300).is_none());
    assert!(show.skipped.is_empty());

    let tree = "subtable for TCP/UDP:\n  source VPC VNI(310):\n    source: 10.7.1.0/24\n      destination: 198.51.100.16/28:80-90, data:\n        destination VPC: VNI(420), source NAT: -, destination NAT: Stateful\n      no remote default\n    no local default\n\n  source VPC VNI(400):\n    source: 10.20.4.0/24\n      remote default data:\n        destination VPC: VNI(500), source NAT: Stateful, destination NAT: -\nsubtable for ICMP:\n";
    let (_, show) = read(&[("Flow filter", tree)]);
    let filter = show.flow_filter.unwrap();
    assert_eq!((filter.form, filter.rules.len()), (FilterForm::Tree, 2));
    let rule = filter.rule(310, 420).unwrap();
    assert_eq!(rule.destination.as_ref().unwrap().value, "198.51.100.16/28:80-90");
    assert_eq!(rule.nat.as_ref().unwrap().value, "Stateful");
    assert!(filter.rule(400, 500).unwrap().destination.is_none());
    let (_, empty) = read(&[("Routing context (flow filter)", "Remote v4 (x):\n  (no rules)\n")]);
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
    assert_eq!(stats.get("NAT: out of resources").unwrap().count.span.slice(&text), "73918");
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
    assert_eq!((driver.layout, driver.rows.len()), (DriverLayout::OneTable, 1));
    assert_eq!(driver.rows[0].pps.unwrap().value, 8120.4);
    assert_eq!(driver.rows[0].counter("ppline-drops").unwrap().value, 903);
    assert!(driver.rows[0].counter("kernel-drops").is_none());
    assert!(!driver.workers[0].terminated());

    let two = " max rx batch: 128 pkts\n\n rx tasks\n   iface             status             pps                pkt-rx                pkt-tx  wd-misses\n worker 0: running\n   enp2s1            Active            67.2                416419                416230          3\n   enp2s2            Not active        0.0                 1                     2          0\n worker 1: Terminated(Panicked: index out of range)\n\n rx drops\n   iface             ppline-drops    tx-drops   parse-err   truncated    zero-len  kernel-drops\n worker 0\n   enp2s1                    4619           1           0           0           0            12\n   enp2s2                       0           0           0           0           0             0\n worker 1\n";
    let (text, show) = read(&[("Packet driver status", two)]);
    let driver = show.driver.unwrap();
    assert_eq!((driver.layout, driver.rows.len(), driver.workers.len()), (DriverLayout::TwoTables, 2, 2));
    assert_eq!(driver.rows[0].counter("kernel-drops").unwrap().span.slice(&text), "12");
    assert_eq!(driver.rows[0].counter("pkt-rx").unwrap().value, 416_419);
    assert_eq!(driver.rows[1].status.as_ref().unwrap().value, "Not active");
    assert!(driver.workers[1].terminated());
    assert!(driver.workers[1].span.slice(&text).starts_with("worker 1: Terminated(Panicked"));
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
    assert_eq!((rows[0].external.value.as_str(), rows[0].internal.value.as_str()), ("203.0.113.1:80", "10.1.1.1:8080"));
    assert_eq!(rows[0].vpc.as_ref().unwrap().value, "vpc-01");
    assert!(show.static_nat.unwrap().rows.is_empty());
}
