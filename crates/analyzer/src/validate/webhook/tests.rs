//! Cases of gateway reference 3.1: a violation, and look-alikes that are none.

use serde_json::{Value, json};

use super::*;
use crate::model::gateway::GatewaySpec;
use crate::validate::{Subject, Violation};

fn healthy() -> Value {
    json!({
        "asn": 65534, "protocolIP": "172.30.8.21/32", "vtepIP": "172.30.12.21/32", "vtepMAC": "ca:fe:ba:be:00:21",
        "workers": 8, "groups": [{"name": "default", "priority": 200}],
        "interfaces": {"enp2s1": {"ips": ["172.30.128.40/31"], "mtu": 9100, "pci": "0000:3b:00.0"}},
        "neighbors": [{"asn": 65100, "ip": "172.30.128.41", "source": "enp2s1"}],
    })
}

fn gateway_ids(pointer: &str, value: Value) -> Vec<&'static str> {
    let mut spec = healthy();
    let (parent, key) = pointer.rsplit_once('/').unwrap();
    match spec.pointer_mut(parent).unwrap() {
        Value::Object(map) => {
            map.insert(key.to_owned(), value);
        }
        Value::Array(items) => items[key.parse::<usize>().unwrap()] = value,
        _ => panic!("{pointer}"),
    }
    let spec: GatewaySpec = serde_json::from_value(spec).unwrap();
    gateway(&spec).iter().map(|v| v.id).collect()
}

#[test]
fn gateway_shape() {
    let nic = "/interfaces/enp2s1";
    for (pointer, value, ids) in [
        ("/workers", json!(8), vec![]),
        ("/workers", json!(64), vec![]),
        ("/workers", json!(65), vec!["G3"]),
        ("/logs", json!({"rateLimit": {"burst": 50, "replenishPerSecond": 5}}), vec![]),
        ("/logs", json!({"rateLimit": {"burst": 50}}), vec!["G4"]),
        ("/protocolIP", json!("172.30.8.0/24"), vec!["G5"]),
        ("/protocolIP", json!("172.30.8.21"), vec!["G5"]),
        ("/vtepIP", json!("fe80::1/128"), vec!["G6"]),
        ("/vtepIP", json!("127.0.0.1/32"), vec!["G6"]),
        ("/vtepIP", json!("224.0.0.1/32"), vec!["G6"]),
        ("/vtepMAC", json!(""), vec!["G7"]),
        ("/vtepMAC", json!("00:00:00:00:00:00"), vec!["G7"]),
        ("/vtepMAC", json!("CA:FE:BA:BE:00:21"), vec![]),
        ("/asn", json!(0), vec!["G8"]),
        ("/asn", json!(4_200_000_000_u32), vec![]),
        ("/interfaces", json!({}), vec!["G9"]),
        ("/interfaces/averyveryverylongname", json!({"ips": ["10.0.0.0/31"]}), vec!["G9"]),
        ("/interfaces/enp129s0f0np1", json!({"ips": ["10.0.0.0/31"]}), vec!["G9"]),
        ("/interfaces/eth1", json!({"ips": ["10.0.0.0/31"]}), vec![]),
        ("/interfaces/eth1", json!({"ips": ["10.0.0.0/31"], "kernel": "eth1"}), vec!["G9"]),
        ("/interfaces/eth1", json!({"ips": ["10.0.0.0/31"], "kernel": "ens1"}), vec![]),
        ("/interfaces/enp2s1/kernel", json!("ens1"), vec!["G9"]),
        ("/interfaces/enp2s1/pci", json!("3b:00.0"), vec!["G9"]),
        ("/interfaces/enp2s1/ips", json!([]), vec!["G9"]),
        ("/interfaces/enp2s1/ips", json!(["fe80::1/64"]), vec!["G9"]),
        ("/neighbors", json!([]), vec!["G10"]),
        ("/neighbors/0", json!({"asn": 1, "ip": "172.30.128.41/31"}), vec!["G10"]),
        ("/neighbors/0", json!({"ip": "172.30.128.41"}), vec!["G10"]),
        ("/groups", json!([]), vec!["G11"]),
        ("/groups", json!([{"name": "a"}, {"name": "a"}]), vec!["G11"]),
    ] {
        assert_eq!(gateway_ids(pointer, value), ids, "{pointer} {nic}");
    }
}

fn device<'a>(kind: DeviceKind, name: &'a str, ip: &'a str, vtep: &'a str, mac: &'a str) -> Device<'a> {
    Device { kind, name, protocol_ip: ip, vtep_ip: vtep, vtep_mac: mac }
}

#[test]
fn unique_addresses() {
    use DeviceKind::{Gateway, Switch};
    let east = device(Gateway, "gw-east", "172.30.8.21/32", "172.30.12.21/32", "ca:fe:ba:be:00:21");
    let west = device(Gateway, "gw-west", "172.30.8.22/32", "172.30.12.22/32", "ca:fe:ba:be:00:22");
    // A redundancy pair shares its VTEP IP; a spine has none.
    let leaves = [
        device(Switch, "leaf-1", "172.30.8.1/32", "172.30.12.1/32", ""),
        device(Switch, "leaf-2", "172.30.8.2/32", "172.30.12.1/32", ""),
        device(Switch, "spine-1", "172.30.8.3/32", "", ""),
    ];
    let all: Vec<Device<'_>> = [east, west].into_iter().chain(leaves).collect();
    assert_eq!(unique(&all), vec![]);
    let texts = |extra: Device<'_>| {
        let mut list = all.clone();
        list.push(extra);
        unique(&list).into_iter().map(|v| v.text).collect::<Vec<_>>()
    };
    assert_eq!(
        texts(device(Gateway, "gw-new", "172.30.8.23/32", "172.30.12.1/32", "CA:FE:BA:BE:00:22")),
        [
            "gateway gw-new VTEP IP 172.30.12.1 is already in use",
            "gateway gw-new VTEP MAC ca:fe:ba:be:00:22 is already in use"
        ]
    );
    assert_eq!(
        texts(device(Switch, "leaf-3", "172.30.8.21/32", "172.30.12.3/32", "")),
        ["gateway gw-east protocol IP 172.30.8.21 is already in use"]
    );
}

#[test]
fn group_members() {
    let spec: GatewaySpec = serde_json::from_value(healthy()).unwrap();
    let list = [("gw-east", &spec), ("gw-west", &spec)];
    let known = BTreeSet::from(["default".to_owned()]);
    assert_eq!(groups(&list, Some(&known), Some(2)), vec![]);
    assert_eq!(groups(&list, None, None), vec![]);
    let ids = |v: Vec<Violation>| v.into_iter().map(|v| (v.id, v.subject)).collect::<Vec<_>>();
    assert_eq!(ids(groups(&list, Some(&known), Some(1))), [("G11", Subject::Group("default".into()))]);
    assert_eq!(groups(&list, Some(&BTreeSet::new()), None).len(), 2);
}

fn lookup() -> PeeringLookup<'static> {
    let subnets = |list: &[(&str, &str)]| list.iter().map(|(n, c)| ((*n).to_owned(), (*c).to_owned())).collect();
    PeeringLookup {
        vpcs: BTreeMap::from([
            ("app".to_owned(), subnets(&[("front", "10.30.1.0/24"), ("back", "10.30.2.0/24")])),
            ("store".to_owned(), subnets(&[("db", "10.40.2.0/24")])),
        ]),
        vpcs_complete: true,
        externals: Some(BTreeSet::from(["isp".to_owned()])),
        groups: Some(BTreeSet::from(["edge".to_owned()])),
        ..PeeringLookup::default()
    }
}

fn spec(a: &str, left: Value, b: &str, right: Value) -> PeeringSpec {
    serde_json::from_value(json!({"gatewayGroup": "edge", "peering": {a: {"expose": left}, b: {"expose": right}}}))
        .unwrap()
}

fn ids(spec: &PeeringSpec, lookup: &PeeringLookup<'_>) -> Vec<&'static str> {
    peering("new", spec, lookup).iter().map(|v| v.id).collect()
}

#[test]
fn expose_shape() {
    let store = || json!([{"ips": [{"cidr": "10.40.2.0/24"}]}]);
    let pf = |ports: Value| json!({"ips": [{"cidr": "10.30.1.5/32"}], "as": [{"cidr": "10.90.0.1/32"}], "nat": {"portForward": {"ports": ports}}});
    let nat = |nat: Value| json!({"ips": [{"cidr": "10.30.1.0/24"}], "as": [{"cidr": "10.90.0.0/24"}], "nat": nat});
    for (block, expected) in [
        (json!({"ips": [{"vpcSubnet": "front"}, {"not": "10.30.1.128/25"}]}), vec![]),
        (json!({"ips": []}), vec!["P3"]),
        (json!({"default": true}), vec![]),
        (json!({"default": true, "ips": [{"cidr": "10.30.1.0/24"}]}), vec!["P3"]),
        (json!({"ips": [{"cidr": "10.30.1.0/24", "not": "10.30.1.0/25"}]}), vec!["P3"]),
        (json!({"ips": [{"cidr": "10.30.1.0"}]}), vec!["P3"]),
        (json!({"ips": [{"cidr": "10.30.1.0/24"}], "as": [{"cidr": "10.90.0.0/24"}]}), vec!["P4"]),
        (json!({"ips": [{"cidr": "10.30.1.0/24"}], "nat": {"static": {}}}), vec!["P4"]),
        (nat(json!({"static": {}})), vec![]),
        (nat(json!({"stateful": {}})), vec![]),
        (nat(json!({})), vec!["P4"]),
        (nat(json!({"static": {}, "masquerade": {}})), vec!["P4"]),
        (pf(json!([])), vec!["P4"]),
        (pf(json!([{"proto": "tcp", "port": "80", "as": "8080"}])), vec![]),
        (pf(json!([{"proto": "sctp", "port": "0", "as": "90-80"}])), vec!["P4", "P4", "P4"]),
        // P9: must lie inside one subnet.
        (json!({"ips": [{"cidr": "10.30.1.128/25"}]}), vec![]),
        (json!({"ips": [{"cidr": "10.30.0.0/22"}]}), vec!["P9"]),
        (json!({"ips": [{"cidr": "10.31.0.0/24"}]}), vec!["P9"]),
        (json!({"ips": [{"vpcSubnet": "db"}]}), vec!["P9"]),
    ] {
        let spec = spec("app", json!([block]), "store", store());
        assert_eq!(ids(&spec, &lookup()), expected, "{block}");
    }
    let found =
        peering("new", &spec("app", json!([pf(json!([{"port": "90-80", "as": "1"}]))]), "store", store()), &lookup());
    assert_eq!(
        found[0].text,
        "invalid port \"90-80\" in port forwarding rule 0: invalid port range 90-80: start port 90 is greater than end port 80"
    );
    assert_eq!(found[0].route.join("/"), "peering/app/expose/0/nat/portForward/ports/0/port");
    let external = spec("app", store(), "ext.isp", json!([{"ips": [{"vpcSubnet": "external"}]}]));
    assert_eq!(ids(&external, &PeeringLookup::default()), ["P3"]);
}

#[test]
fn references() {
    let any = || json!([{"default": true}]);
    let app = || json!([{"ips": [{"cidr": "10.30.1.0/24"}]}]);
    let mut peer = spec("app", app(), "ext.isp", any());
    assert_eq!(ids(&peer, &lookup()), [""; 0]);
    peer.gateway_group = String::new();
    assert_eq!(ids(&peer, &lookup()), ["P1", "P9"], "an absent group is `default`, which does not exist here");
    assert_eq!(ids(&spec("app", app(), "ext.wan", any()), &lookup()), ["P9"]);
    assert_eq!(ids(&spec("app", app(), "lab", any()), &lookup()), ["P9"]);
    // What is not captured is not missing.
    assert_eq!(ids(&spec("lab", app(), "ext.wan", any()), &PeeringLookup::default()), [""; 0]);
    let three: PeeringSpec = serde_json::from_value(json!({"gatewayGroup": "edge", "peering": {"app": {}}})).unwrap();
    assert_eq!(ids(&three, &lookup()), ["P2"]);
}

#[test]
fn nat_of_both_sides() {
    let side =
        |ips: &str, mode: &str| json!([{"ips": [{"cidr": ips}], "as": [{"cidr": "10.90.0.0/24"}], "nat": {mode: {}}}]);
    let both = |a: &str, b: &str| {
        let spec = spec("app", side("10.30.1.0/24", a), "store", side("10.40.2.0/24", b));
        ids(&spec, &lookup())
    };
    assert_eq!(both("masquerade", "masquerade"), ["P5"]);
    assert_eq!(both("static", "masquerade"), ["P6"]);
    assert_eq!(both("masquerade", "static"), ["P6"]);
    assert_eq!(both("static", "static"), [""; 0]);
}

#[test]
fn access_list() {
    let mut peer = spec(
        "app",
        json!([{"ips": [{"cidr": "10.30.1.0/24"}]}]),
        "store",
        json!([{"ips": [{"cidr": "10.40.2.0/24"}]}]),
    );
    let mut check = |acl: Value| {
        peer.acl = Some(serde_json::from_value(acl).unwrap());
        ids(&peer, &lookup())
    };
    let rule = |patch: Value| {
        let mut rule = json!({"name": "sql", "from": "app", "action": "allow",
            "match": {"proto": "tcp", "dst": [{"ports": ["5432"]}]}});
        for (key, value) in patch.as_object().unwrap() {
            rule[key] = value.clone();
        }
        json!({"default": "deny", "rules": [rule]})
    };
    assert_eq!(check(rule(json!({}))), [""; 0]);
    assert_eq!(check(json!({"default": "drop"})), ["P8"]);
    for patch in [
        json!({"name": "x".repeat(65)}),
        json!({"action": "permit"}),
        json!({"scope": "session"}),
        json!({"from": ""}),
        json!({"from": "lab"}),
        json!({"match": {"proto": "icmp"}}),
        json!({"match": {"src": [{"cidr": "10.0.0.0/8", "vpcSubnet": "front"}]}}),
        json!({"match": {"src": [{"cidr": "x"}]}}),
        json!({"match": {"dst": [{"ports": ["0"]}]}}),
        json!({"match": {"src": [{"vpcSubnet": "db"}]}}),
    ] {
        assert_eq!(check(rule(patch.clone())), ["P8"], "{patch}");
    }
    assert_eq!(check(rule(json!({"match": {"src": [{"vpcSubnet": "front"}]}}))), [""; 0]);
}

#[test]
fn overlap_between_peerings() {
    let app = |cidr: &str| json!([{"ips": [{"cidr": cidr}]}]);
    let pool =
        || json!([{"ips": [{"cidr": "10.30.1.0/24"}], "as": [{"cidr": "10.90.0.0/30"}], "nat": {"masquerade": {}}}]);
    let old = spec("lab", app("10.40.2.0/25"), "store", app("10.40.2.0/24"));
    let towards = |spec: &PeeringSpec| {
        let lookup = PeeringLookup::default().with_peerings([("old", &old), ("new", spec)]);
        peering("new", spec, &lookup)
    };
    let found = towards(&spec("app", app("10.40.2.0/26"), "store", app("10.40.2.0/24")));
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].id, "P10");
    assert_eq!(found[0].text, "overlap between existing exposed CIDR 10.40.2.0/25 and new exposed CIDR 10.40.2.0/26");
    assert_eq!(found[0].subject, Subject::Peerings("new".into(), "old".into()));
    // `as` counts where present.
    assert_eq!(towards(&spec("app", pool(), "store", app("10.40.2.0/24"))), vec![]);
    // Another target.
    assert_eq!(towards(&spec("app", app("10.40.2.0/26"), "shop", app("10.41.2.0/24"))), vec![]);
    // A default shows no CIDR.
    assert_eq!(towards(&spec("app", json!([{"default": true}]), "store", app("10.40.2.0/24"))), vec![]);
    let blind = towards(&spec("app", json!([{"ips": [{"vpcSubnet": "front"}]}]), "store", app("10.40.2.0/24")));
    assert_eq!(blind.iter().map(|v| v.id).collect::<Vec<_>>(), ["P11"]);
    // One VPC masqueraded to one range towards different peers.
    let one = spec("app", pool(), "store", app("10.40.2.0/24"));
    let two = spec("app", pool(), "lab", app("10.50.0.0/24"));
    let lookup = PeeringLookup::default().with_peerings([("one", &one), ("two", &two)]);
    assert_eq!(peering("one", &one, &lookup), vec![]);
}

proptest::proptest! {
    #[test]
    fn never_panics(texts in proptest::collection::vec("\\PC{0,12}|[0-9./:-]{0,18}", 10)) {
        let t = |i: usize| json!(texts[i]);
        let mut value = healthy();
        value["protocolIP"] = t(0);
        value["vtepMAC"] = t(1);
        value["interfaces"] = json!({texts[2].as_str(): {"ips": [t(3)], "pci": t(4), "kernel": t(5)}});
        value["neighbors"] = json!([{"ip": t(6)}]);
        let _ = gateway(&serde_json::from_value(value).unwrap());
        let mut peer = spec("app", json!([{"ips": [{"cidr": t(0), "not": t(1), "vpcSubnet": t(2)}], "as": [{"cidr": t(3)}],
            "nat": {"portForward": {"ports": [{"port": t(4), "as": t(5), "proto": t(6)}]}}}]), &texts[7], json!([{}]));
        peer.acl = serde_json::from_value(json!({"rules": [{"name": t(0), "from": t(7),
            "match": {"src": [{"cidr": t(8), "ports": [t(9)]}], "proto": t(1)}}]})).ok();
        let old = peer.clone();
        let lookup = lookup().with_peerings([("old", &old)]);
        let _ = peering("new", &peer, &lookup);
    }
}
