//! Cases of gateway reference 3.2 and 3.3: a violation, and look-alikes that are none.

use serde_json::{Value, json};

use super::*;

mod destinations;
mod peerings;

/// Two members, three VPCs, an external; one plain and one masquerade peering.
pub(crate) fn healthy() -> Value {
    json!({
        "communities": {"0": "50001:0", "1": "50001:1"},
        "gateway": {
            "asn": 65534, "protocolIP": "172.30.8.21/32", "vtepIP": "172.30.12.21/32",
            "vtepMAC": "ca:fe:ba:be:00:21", "workers": 8,
            "interfaces": {"enp2s1": {"ips": ["172.30.128.40/31"], "mtu": 9100, "pci": "0000:3b:00.0"}},
            "neighbors": [{"asn": 65100, "ip": "172.30.128.41", "source": "enp2s1"}],
            "logs": {"default": "info", "tags": {"all": "info"}},
        },
        "groups": {"edge": {"members": [
            {"name": "gw-west", "priority": 5, "vtepIP": "172.30.12.22/32"},
            {"name": "gw-east", "priority": 10, "vtepIP": "172.30.12.21/32"},
        ]}},
        "vpcs": {
            "app": {"internalID": "0003a", "vni": 300, "subnets": {"front": {"cidr": "10.30.1.0/24"}}},
            "store": {"internalID": "0004c", "vni": 400, "subnets": {"db": {"cidr": "10.40.2.0/24"}}},
            "lab": {"internalID": "00005", "vni": 500, "subnets": {"all": {"cidr": "10.50.0.0/16"}}},
            "ext.isp": {"internalID": "00006", "vni": 600, "subnets": {"external": {"cidr": "0.0.0.0/0"}}},
        },
        "peerings": {
            "app--store": peering("app", json!([{"ips": [{"vpcSubnet": "front"}]}]),
                                  "store", json!([{"ips": [{"cidr": "10.40.2.0/24"}, {"not": "10.40.2.128/25"}]}])),
            "app--lab": peering("app", json!([masquerade("10.30.1.0/24", "10.90.0.0/30")]),
                                "lab", json!([{"ips": [{"cidr": "10.50.0.0/16"}]}])),
        },
    })
}

fn peering(a: &str, a_expose: Value, b: &str, b_expose: Value) -> Value {
    json!({"gatewayGroup": "edge", "peering": {a: {"expose": a_expose}, b: {"expose": b_expose}}})
}

fn masquerade(ips: &str, public: &str) -> Value {
    json!({"ips": [{"cidr": ips}], "as": [{"cidr": public}], "nat": {"masquerade": {"idleTimeout": "2m0s"}}})
}

fn fixed(ips: &str, public: &str) -> Value {
    json!({"ips": [{"cidr": ips}], "as": [{"cidr": public}], "nat": {"static": {}}})
}

fn forward(ips: &str, public: &str, ports: Value) -> Value {
    json!({"ips": [{"cidr": ips}], "as": [{"cidr": public}], "nat": {"portForward": {"ports": ports}}})
}

fn check(spec: &Value) -> Vec<Violation> {
    let agent: GatewayAgentSpec = serde_json::from_value(spec.clone()).unwrap();
    let found = dataplane(&agent);
    for v in &found {
        assert!(v.accounts_for(&v.text), "{}: {}", v.id, v.text);
        assert!(spec_has(spec, &v.route), "{}: {:?} leads nowhere", v.id, v.route);
        if let Some(related) = &v.related_route {
            assert!(spec_has(spec, related), "{}: {related:?} leads nowhere", v.id);
        }
    }
    assert_eq!(found, dataplane(&agent), "order");
    found
}

/// Whether a route leads to a node, or to an absent field of one.
fn spec_has(spec: &Value, route: &[String]) -> bool {
    let Some((_, parents)) = route.split_last() else {
        return false;
    };
    let mut node = spec;
    for part in parents {
        let next = match node {
            Value::Array(items) => part.parse::<usize>().ok().and_then(|i| items.get(i)),
            other => other.get(part),
        };
        match next {
            Some(next) => node = next,
            None => return false,
        }
    }
    true
}

fn ids(spec: &Value) -> Vec<&'static str> {
    check(spec).iter().map(|v| v.id).collect()
}

/// The healthy spec with one value set, or a peering replaced.
fn with(pointer: &str, value: Value) -> Value {
    let mut spec = healthy();
    let (parent, key) = pointer.rsplit_once('/').unwrap();
    let parent = spec.pointer_mut(parent).unwrap();
    match parent {
        Value::Object(map) => {
            map.insert(key.to_owned(), value);
        }
        Value::Array(items) => items[key.parse::<usize>().unwrap()] = value,
        _ => panic!("{pointer}"),
    }
    spec
}

fn sides(a: Value, b: Value) -> Value {
    with("/peerings/app--store", peering("app", a, "store", b))
}

fn plain(cidr: &str) -> Value {
    json!({"ips": [{"cidr": cidr}]})
}

#[test]
fn healthy_is_silent() {
    assert_eq!(check(&healthy()), vec![]);
    let agent: GatewayAgentSpec = serde_json::from_value(healthy()).unwrap();
    assert_eq!(foreign_groups(&agent), vec![]);
}

#[test]
fn the_gateway_itself() {
    for (pointer, value, id) in [
        ("/gateway/asn", json!(0), "C:missing-asn"),
        ("/gateway/protocolIP", json!(""), "C:missing-protocol-ip"),
        ("/gateway/protocolIP", json!("fe80::1/128"), "C:bad-protocol-ip"),
        ("/gateway/vtepIP", json!(""), "C:missing-vtep-ip"),
        ("/gateway/vtepIP", json!("172.30.12/32"), "C:bad-vtep-ip"),
        ("/gateway/vtepIP", json!("224.0.0.5/32"), "D23"),
        ("/gateway/vtepMAC", json!(""), "D23"),
        ("/gateway/vtepMAC", json!("01:00:5e:00:00:01"), "D23"),
        ("/gateway/vtepMAC", json!("ca:fe"), "C:bad-vtep-mac"),
        ("/gateway/interfaces/enp2s1/ips", json!(["172.30.128.40"]), "C:interface-address"),
        ("/gateway/interfaces/enp2s1/pci", json!("3b:00.0"), "C:pci"),
        ("/gateway/interfaces/enp2s1/mtu", json!(100_000), "C:mtu"),
        ("/gateway/neighbors/0/ip", json!("172.30.128.41/31"), "C:neighbor-address"),
        ("/gateway/neighbors/0/ip", json!(""), "C:missing-neighbor-address"),
        ("/gateway/neighbors/0/asn", json!(0), "C:missing-neighbor-asn"),
        ("/gateway/logs/default", json!("warn"), "C:log-level"),
        ("/gateway/flowTableCapacity", json!(0), "C:flow-table-capacity"),
        ("/gateway", json!({}), "C:missing-gateway"),
    ] {
        assert_eq!(ids(&with(pointer, value)), [id], "{pointer}");
    }
}

#[test]
fn groups_and_communities() {
    let members = "/groups/edge/members";
    assert_eq!(ids(&with("/communities", json!({"0": "50001:0"}))), ["D1"]);
    assert_eq!(ids(&with("/communities", json!({"0": "50001:0", "1": "50001:0"}))), ["C:community-duplicate"]);
    assert_eq!(ids(&with("/communities", json!({"0": "a", "1": "b", "x": "c"}))), ["C:community-priority"]);
    let found = check(&with("/communities", json!({"1": "50001:1"})));
    assert_eq!(found[0].text, "No BGP community exists for rank 0");
    assert_eq!(found[0].route, ["groups", "edge", "members", "1"], "the preferred member has rank 0");
    let twice = json!([{"name": "gw-east", "vtepIP": "1.1.1.1/32"}, {"name": "gw-east", "vtepIP": "1.1.1.1/32"}]);
    assert_eq!(ids(&with(members, twice)), ["C:group-member-duplicate"]);
    let shared = json!([{"name": "gw-east", "vtepIP": "1.1.1.1/32"}, {"name": "gw-west", "vtepIP": "1.1.1.1/32"}]);
    assert_eq!(ids(&with(members, shared)), ["C:group-member-address"]);
    assert_eq!(ids(&with(members, json!([{"name": "gw-east", "vtepIP": "one"}]))), ["C:ip-address"]);
    // Equal priorities are no violation.
    let tie = json!([{"name": "gw-b", "vtepIP": "1.1.1.1/32"}, {"name": "gw-a", "vtepIP": "1.1.1.2/32"}]);
    assert_eq!(ids(&with(members, tie)), [""; 0]);
}

#[test]
fn foreign_group() {
    let spec = with("/peerings/app--store/gatewayGroup", json!("core"));
    let agent: GatewayAgentSpec = serde_json::from_value(spec).unwrap();
    let found = foreign_groups(&agent);
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].subject, Subject::Peering("app--store".into()));
    assert_eq!(found[0].text, "A VPC peering object refers to non-existent group 'core'");
    assert!(found[0].accounts_for("Failure applying config: A VPC peering object refers to non-existent group 'core'"));
    assert!(!found[0].accounts_for("A VPC peering object refers to non-existent group 'other'"));
    // The form of 25.05: no groups anywhere.
    let mut old = healthy();
    for key in ["groups", "communities"] {
        old.as_object_mut().unwrap().remove(key);
    }
    for name in ["app--store", "app--lab"] {
        old["peerings"][name].as_object_mut().unwrap().remove("gatewayGroup");
    }
    assert_eq!(check(&old), vec![]);
    assert_eq!(foreign_groups(&serde_json::from_value(old).unwrap()), vec![]);
}

#[test]
fn vpcs() {
    for (pointer, value, id) in [
        ("/vpcs/lab/internalID", json!(""), "C:missing-internal-id"),
        ("/vpcs/lab/internalID", json!("5"), "C:bad-vpc-id"),
        ("/vpcs/lab/vni", json!(0), "C:missing-vni"),
        ("/vpcs/lab/vni", json!(1 << 24), "C:bad-vni"),
        ("/vpcs/lab/vni", json!(300), "C:vni-in-use"),
        ("/vpcs/ext.isp/internalID", json!("0003a"), "C:vpc-exists"),
        ("/vpcs/lab/subnets/all/cidr", json!("10.50/16"), "C:vpc-subnet"),
    ] {
        assert_eq!(ids(&with(pointer, value)), [id], "{pointer}");
    }
    assert_eq!(ids(&with("/vpcs", json!({})))[0], "C:no-vpcs");
    // Two VPCs with one id make two peerings of their neighbour lead to one VPC.
    assert_eq!(ids(&with("/vpcs/lab/internalID", json!("0004c"))), ["C:vpc-exists", "D3"]);
}

#[test]
fn everything_at_once_is_reported() {
    let mut spec = healthy();
    spec["gateway"]["asn"] = json!(0);
    spec["vpcs"]["lab"]["vni"] = json!(0);
    spec["peerings"]["app--store"]["peering"]["store"]["expose"][0]["ips"][0]["cidr"] = json!("0.0.0.0/0");
    spec["peerings"]["x"] = peering("store", json!([]), "ext.isp", json!([{"default": true}]));
    assert_eq!(ids(&spec), ["C:missing-asn", "C:missing-vni", "D11", "D6"]);
}

/// The committed example of a healthy installation, as collected by hand.
#[test]
fn example_bundle_is_silent() {
    let text = include_str!("../../../../../bundles/plain-healthy/gatewayagents.yaml");
    let list: Value = serde_yaml::from_str(text).unwrap();
    let items = list["items"].as_array().unwrap();
    assert_eq!(items.len(), 2);
    for item in items {
        let agent: GatewayAgentSpec = serde_json::from_value(item["spec"].clone()).unwrap();
        assert_eq!(dataplane(&agent), vec![]);
        assert_eq!(foreign_groups(&agent), vec![]);
        assert_eq!(crate::validate::webhook::gateway(&agent.gateway), vec![]);
        let all = agent.peerings.iter().map(|(name, spec)| (name.as_str(), spec));
        assert_eq!(crate::validate::nat::shared_pools(all), vec![]);
    }
}

/// Hundreds of peerings of one VPC, and a hostile list of port rules.
#[test]
fn large_specs_are_quick() {
    let mut spec = healthy();
    for i in 0..600 {
        let name = format!("vpc-{i:03}");
        let (hi, lo) = (i / 256, i % 256);
        spec["vpcs"][&name] = json!({"internalID": format!("{i:05x}").replace('0', "z"), "vni": 1000 + i});
        let cidr = format!("10.{}.{lo}.0/24", 100 + hi);
        spec["peerings"][format!("app--{name}")] =
            peering("app", json!([plain("10.30.1.0/24")]), &name, json!([plain(&cidr)]));
    }
    assert_eq!(ids(&spec), [""; 0]);
    let rules: Vec<Value> = (0..20_000).map(|i| json!({"port": "1-60000", "as": format!("{}", i % 60_000)})).collect();
    spec["peerings"]["x"] =
        peering("lab", json!([forward("10.50.0.1/32", "10.91.0.1/32", json!(rules))]), "store", json!([]));
    let excluded: Vec<Value> =
        (0..20_000).map(|i| json!({"cidr": "10.0.0.0/8", "not": format!("10.{}.{}.0/25", i / 256, i % 256)})).collect();
    spec["peerings"]["y"] = peering("ext.isp", json!([{"ips": excluded}]), "store", json!([]));
    let agent: GatewayAgentSpec = serde_json::from_value(spec).unwrap();
    assert!(dataplane(&agent).iter().any(|v| v.id == "D16"));
}

proptest::proptest! {
    #[test]
    fn never_panics(texts in proptest::collection::vec("\\PC{0,12}|[0-9./:]{0,18}", 12), n in 0u32..) {
        let mut spec = healthy();
        let t = |i: usize| json!(texts[i]);
        spec["gateway"]["vtepIP"] = t(0);
        spec["gateway"]["vtepMAC"] = t(1);
        spec["vpcs"]["lab"] = json!({"internalID": t(2), "vni": n, "subnets": {"all": {"cidr": t(3)}}});
        spec["peerings"]["x"] = peering(
            "app", json!([forward(&texts[4], &texts[5], json!([{"port": t(6), "as": t(7), "proto": t(8)}]))]),
            &texts[9], json!([{"ips": [{"cidr": t(10), "not": t(11), "vpcSubnet": "all"}]}]));
        spec["peerings"]["x"]["acl"] = json!({"default": t(0), "rules": [{"name": t(1), "from": t(9), "action": t(2),
            "match": {"src": [{"cidr": t(3), "ports": [t(6)]}], "dst": [{"cidr": t(4)}], "proto": t(5)}}]});
        let agent: GatewayAgentSpec = serde_json::from_value(spec).unwrap();
        let _ = (dataplane(&agent), foreign_groups(&agent));
    }
}
