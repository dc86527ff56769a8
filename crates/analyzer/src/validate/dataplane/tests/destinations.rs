//! Rules on what a VPC sees, and access lists.

use serde_json::{Value, json};

use super::*;

#[test]
fn destinations_of_a_vpc() {
    let app = || json!([plain("10.30.1.0/24")]);
    let third = |block: Value| {
        let mut spec = healthy();
        spec["vpcs"]["app2"] = json!({"internalID": "0000b", "vni": 700});
        spec["peerings"]["x"] = peering("app", app(), "app2", json!([block]));
        spec
    };
    // `store` shows 10.40.2.0/25 to `app` already.
    let found = check(&third(plain("10.40.2.64/26")));
    assert_eq!(found.len(), 1);
    assert_eq!((found[0].id, found[0].text.as_str()), ("D18", "VPC prefixes overlap: 10.40.2.0/24 and 10.40.2.64/26"));
    assert_eq!(found[0].subject, Subject::Peerings("app--store".into(), "x".into()));
    assert_eq!(found[0].vpcs, ["app", "app2", "store"]);
    assert_eq!(found[0].route.join("/"), "peerings/x/peering/app2/expose/0/ips/0/cidr");
    assert!(found[0].accounts_for("Failure applying config: VPC prefixes overlap: 10.40.2.0/25 and 10.40.2.64/26"));
    assert!(!found[0].accounts_for("VPC prefixes overlap: 10.50.0.0/24 and 10.50.0.0/24"));
    // The other half is excluded.
    assert_eq!(ids(&third(plain("10.40.2.128/25"))), [""; 0]);
    // A default beside specific prefixes.
    assert_eq!(ids(&third(json!({"default": true}))), [""; 0]);
    let mut group = third(json!({"default": true}));
    group["peerings"]["x"]["gatewayGroup"] = json!("core");
    assert_eq!(ids(&group), ["D20", "D20"], "once per overlapping peering");
    let mut defaults = third(json!({"default": true}));
    defaults["peerings"]["y"] = peering("app", app(), "ext.isp", json!([{"default": true}]));
    assert_eq!(ids(&defaults), ["D19"]);
    // Towards different peers one VPC may be masqueraded to one range, and two VPCs to one range may both be seen.
    let mut pools = healthy();
    pools["peerings"]["app--store"] =
        peering("app", json!([masquerade("10.30.1.0/24", "10.90.0.0/30")]), "store", json!([plain("10.40.2.0/24")]));
    pools["peerings"]["store--lab"] =
        peering("store", json!([masquerade("10.40.2.0/24", "10.90.0.0/30")]), "lab", json!([plain("10.50.0.0/16")]));
    assert_eq!(ids(&pools), [""; 0]);
    // Port forwards on one public address with different ports.
    let pf = |seen: &str| forward("10.40.2.1/32", "10.91.0.1/32", json!([{"port": "80", "as": seen}]));
    for (seen, expected) in [("80", vec!["D18"]), ("81", vec![])] {
        let mut spec = third(pf(seen));
        spec["peerings"]["app--store"] = peering("app", app(), "store", json!([pf("80")]));
        assert_eq!(ids(&spec), expected, "{seen}");
    }
}

#[test]
fn two_peerings_of_one_pair() {
    let found = check(&with("/peerings/x", healthy()["peerings"]["app--store"].clone()));
    assert_eq!(found.iter().map(|v| v.id).collect::<Vec<_>>(), ["D3"], "its prefixes are of one VPC: no overlap");
    assert_eq!(found[0].subject, Subject::Peerings("app--store".into(), "x".into()));
    assert_eq!(found[0].text, "Peering 'x' refers to a VPC for which a peering already exists");
}

#[test]
fn access_lists() {
    let list = |rules: Value| with("/peerings/app--store/acl", json!({"default": "deny", "rules": rules}));
    let rule = |patch: Value| {
        let mut rule = json!({"name": "sql", "from": "app", "to": "store", "action": "allow", "scope": "packet",
            "match": {"proto": "tcp", "dst": [{"ports": ["5432"]}]}});
        for (key, value) in patch.as_object().unwrap() {
            rule[key] = value.clone();
        }
        rule
    };
    let one = |patch: Value| ids(&list(json!([rule(patch)])));
    assert_eq!(one(json!({})), [""; 0]);
    assert_eq!(one(json!({"from": "", "match": {"src": [{"vpcSubnet": "front"}]}})), [""; 0]);
    assert_eq!(ids(&list(json!([]))), ["D22"]);
    assert_eq!(ids(&list(json!([rule(json!({})), rule(json!({}))]))), ["D22"]);
    for (patch, id) in [
        (json!({"scope": "flow"}), "D22"),
        (json!({"scope": ""}), "D22"),
        (json!({"from": "lab"}), "D22"),
        (json!({"from": "", "to": ""}), "C:acl-direction"),
        (json!({"match": {"proto": "icmp"}}), "C:acl-proto"),
        (json!({"match": {"proto": "1", "dst": [{"ports": ["80"]}]}}), "D22"),
        (json!({"match": {"dst": [{"cidr": "10.40.3.0/24"}]}}), "D22"),
        (json!({"match": {"dst": [{"cidr": "10.40.2.192/26"}]}}), "D22"),
        (json!({"match": {"src": [{"cidr": "10.30.1.0/24"}], "dst": [{"cidr": "2001:db8::/64"}]}}), "D22"),
        (json!({"match": {"src": [{"vpcSubnet": "db"}]}}), "C:acl-subnet"),
        (json!({"match": {"src": [{}]}}), "C:acl-entry"),
        (json!({"match": {"src": [{"cidr": "x"}]}}), "C:cidr"),
        (json!({"match": {"dst": [{"ports": ["http"]}]}}), "C:port-range"),
    ] {
        assert_eq!(one(patch.clone()), [id], "{patch}");
    }
    // Flow scope is fine where one side is all masquerade.
    let flow = json!({"rules": [{"name": "x", "from": "app", "action": "allow",
        "match": {"dst": [{"cidr": "10.50.1.0/24"}]}}]});
    assert_eq!(ids(&with("/peerings/app--lab/acl", flow)), [""; 0]);
}
