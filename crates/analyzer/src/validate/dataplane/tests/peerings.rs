//! Rules inside one peering.

use serde_json::json;

use super::*;

#[test]
fn peering_shape() {
    let ok = || json!([plain("10.30.1.0/24")]);
    let store = || json!([plain("10.40.2.0/24")]);
    let missing = with("/peerings/x", peering("app", ok(), "isp", json!([{"default": true}])));
    assert_eq!(ids(&missing), ["D2"]);
    let one = with("/peerings/x", json!({"gatewayGroup": "edge", "peering": {"app": {"expose": ok()}}}));
    assert_eq!(ids(&one), ["C:peering-sides"]);
    assert_eq!(ids(&with("/peerings/app--store/gatewayGroup", json!(""))), ["C:peering-group"]);
    assert_eq!(ids(&sides(ok(), json!([]))), ["D6"]);
    let double = json!([{"default": true}, {"default": true}]);
    assert_eq!(ids(&sides(json!([{"default": true}]), json!([{"default": true}]))), ["D4"]);
    assert_eq!(ids(&sides(ok(), double)), ["D5"]);
    for (block, id) in [
        (json!({"default": true, "ips": [{"cidr": "10.40.2.0/24"}]}), "D7"),
        (json!({"default": true, "nat": {"static": {}}}), "D7"),
        (json!({}), "D8"),
        (json!({"ips": [{"not": "10.40.2.0/25"}]}), "D8"),
        (json!({"ips": [{"cidr": "10.40.2.0/24"}], "nat": {"masquerade": {}}}), "D8"),
        (json!({"ips": [{"cidr": "10.40.2.0"}]}), "C:cidr"),
        (json!({"ips": [{"vpcSubnet": "front"}]}), "C:unknown-subnet"),
        (json!({"ips": [{}]}), "C:ip-object"),
        (json!({"ips": [{"cidr": "10.40.2.0/24"}], "as": [{}], "nat": {"static": {}}}), "C:as-object"),
        (json!({"ips": [{"cidr": "10.40.2.0/24"}], "nat": {}}), "C:nat-no-mode"),
        (json!({"ips": [{"cidr": "10.40.2.0/24"}], "nat": {"static": {}, "masquerade": {}}}), "C:nat-modes"),
        (forward("10.40.2.1/32", "10.91.0.1/32", json!([])), "C:no-port-rules"),
        (forward("10.40.2.1/32", "10.91.0.1/32", json!([{"as": "80"}])), "C:no-port"),
        (forward("10.40.2.1/32", "10.91.0.1/32", json!([{"port": "80"}])), "C:no-public-port"),
        (forward("10.40.2.1/32", "10.91.0.1/32", json!([{"port": "80", "as": "x"}])), "C:port-range"),
    ] {
        assert_eq!(ids(&sides(ok(), json!([block]))), [id], "{block}");
    }
    // `metric` and the NAT names of very old objects are accepted.
    let old = json!({"ips": [{"cidr": "10.40.2.0/24"}], "as": [{"cidr": "10.91.0.0/24"}], "nat": {"stateless": {}},
        "metric": 3});
    assert_eq!(ids(&sides(ok(), json!([old]))), [""; 0]);
    assert_eq!(ids(&sides(ok(), store())), [""; 0]);
}

#[test]
fn addresses() {
    let ok = || json!([plain("10.30.1.0/24")]);
    let v6 = || plain("2001:db8::/64");
    for (block, id) in [
        (json!({"ips": [{"cidr": "10.40.2.0/24"}, {"cidr": "2001:db8::/64"}]}), "D9"),
        (plain("0.0.0.0/0"), "D11"),
        (plain("127.0.0.0/30"), "D11"),
        (json!({"ips": [{"cidr": "10.40.2.0/24"}, {"not": "10.40.0.0/16"}]}), "D12"),
        (fixed("10.40.2.0/24", "10.91.0.0/25"), "D13"),
        (forward("10.40.2.1/32", "10.91.0.1/32", json!([{"port": "0-9", "as": "1-10"}])), "D10"),
        (forward("10.40.2.1/32", "10.91.0.1/32", json!([{"port": "80", "as": "80-81"}])), "D13"),
        (forward("10.40.2.0/31", "10.91.0.1/32", json!([{"port": "80", "as": "80-81"}])), "D25"),
    ] {
        assert_eq!(ids(&sides(ok(), json!([block]))), [id], "{block}");
    }
    assert_eq!(ids(&sides(ok(), json!([plain("10.40.2.0/24"), v6()]))), ["D9"]);
    assert_eq!(ids(&sides(ok(), json!([v6()]))), ["D9"]);
    assert_eq!(ids(&sides(json!([plain("2001:db8:1::/64")]), json!([v6()]))), [""; 0]);
    let isp = with("/peerings/x", peering("app", ok(), "ext.isp", json!([{"ips": [{"vpcSubnet": "external"}]}])));
    assert!(ids(&isp).contains(&"D11"), "the subnet of an external is no expose");
    let two = json!({"ips": [{"cidr": "10.40.2.1/32"}, {"cidr": "10.40.2.2/32"}], "as": [{"cidr": "10.91.0.0/31"}],
        "nat": {"portForward": {"ports": [{"port": "80", "as": "80"}, {"port": "81", "as": "81"}]}}});
    assert_eq!(ids(&sides(ok(), json!([two]))), ["D14"]);
    let not = json!({"ips": [{"cidr": "10.40.2.1/32"}, {"not": "10.40.2.2/32"}], "as": [{"cidr": "10.91.0.0/32"}],
        "nat": {"portForward": {"ports": [{"port": "80", "as": "80"}]}}});
    assert_eq!(ids(&sides(ok(), json!([not]))), ["D14"]);
    // Exclusions that leave the reserved range out, and a range of equal size.
    let cut = json!({"ips": [{"cidr": "126.0.0.0/7"}, {"not": "127.0.0.0/8"}]});
    assert_eq!(ids(&sides(ok(), json!([cut]))), [""; 0]);
    let half = json!({"ips": [{"cidr": "10.40.2.0/24"}, {"not": "10.40.2.128/25"}], "as": [{"cidr": "10.91.0.0/25"}],
        "nat": {"static": {}}});
    assert_eq!(ids(&sides(ok(), json!([half]))), [""; 0]);
}

#[test]
fn overlap_inside_a_side() {
    let store = || json!([plain("10.40.2.0/24")]);
    let ports = |port: &str, seen: &str, proto: &str| json!({"port": port, "as": seen, "proto": proto});
    let pf = |rules: Value| forward("10.30.1.9/32", "10.90.1.9/32", rules);
    for (blocks, expected) in [
        (json!([plain("10.30.1.0/24"), plain("10.30.1.128/25")]), 1),
        (json!([plain("10.30.1.0/25"), plain("10.30.1.128/25")]), 0),
        // The private addresses of one may be the public ones of the other, unless both have NAT or none has.
        (json!([fixed("10.30.1.0/25", "10.90.0.0/25"), fixed("10.30.1.128/25", "10.90.0.0/25")]), 1),
        (json!([plain("10.30.1.0/25"), fixed("10.30.1.128/25", "10.30.1.0/25")]), 1),
        // Only masquerade and port forwarding may overlap.
        (json!([masquerade("10.30.1.0/24", "10.90.1.9/32"), pf(json!([ports("80", "80", "tcp")]))]), 0),
        (json!([masquerade("10.30.1.0/24", "10.90.1.9/32"), masquerade("10.30.1.0/25", "10.90.1.8/32")]), 1),
        (json!([pf(json!([ports("80", "80", "tcp"), ports("81", "81", "tcp")]))]), 0),
        // tcp and udp on one port are compared all the same.
        (json!([pf(json!([ports("53", "53", "tcp"), ports("53", "53", "udp")]))]), 1),
    ] {
        let found = ids(&sides(blocks.clone(), store()));
        assert_eq!(found.len(), expected, "{blocks} {found:?}");
        assert!(found.iter().all(|id| *id == "D16"), "{blocks} {found:?}");
    }
}

#[test]
fn nat_on_both_sides() {
    let near = || json!([masquerade("10.30.1.0/24", "10.90.0.0/30")]);
    let pf = forward("10.40.2.1/32", "10.91.0.1/32", json!([{"port": "80", "as": "80"}]));
    assert_eq!(ids(&sides(near(), json!([pf]))), ["D17"]);
    // The dataplane takes static NAT opposite masquerade; only the webhook refuses it.
    assert_eq!(ids(&sides(near(), json!([fixed("10.40.2.0/24", "10.91.0.0/24")]))), [""; 0]);
}
