use serde_json::{Value, json};

use super::*;

fn spec(rules: Value) -> PeeringSpec {
    serde_json::from_value(json!({
        "peering": {"app": {"expose": [{"ips": [{"cidr": "10.30.1.0/24"}]}]},
                    "store": {"expose": [{"ips": [{"cidr": "10.40.2.0/24"}]}]}},
        "acl": {"default": "deny", "rules": rules},
    }))
    .unwrap()
}

fn rule(from: &str, to: &str, action: &str, matches: Value) -> Value {
    json!({"from": from, "to": to, "action": action, "scope": "packet", "match": matches})
}

fn subnets(_: &str, name: &str) -> Subnet {
    if name == "front" { expose::subnet(Some("10.30.1.0/24")) } else { Subnet::NotCaptured }
}

fn rules(facts: &[RuleFact]) -> Vec<usize> {
    facts.iter().map(|f| f.rule).collect()
}

#[test]
fn deny_all() {
    assert_eq!(denies_all(&spec(json!([]))), Some(vec!["acl".to_owned(), "default".to_owned()]));
    assert!(denies_all(&spec(json!([rule("app", "store", "deny", json!({}))]))).is_some());
    assert!(denies_all(&spec(json!([rule("app", "store", "allow", json!({}))]))).is_none());
    let mut open = spec(json!([]));
    open.acl.as_mut().unwrap().default = "deny-unless-exposed".to_owned();
    assert!(denies_all(&open).is_none());
}

#[test]
fn reply() {
    let ask = || rule("app", "store", "allow", json!({"proto": "tcp", "dst": [{"ports": ["5432"]}]}));
    let back = |matches: Value| rule("store", "app", "allow", matches);
    let check = |list: Value| rules(&without_reply(&spec(list), &subnets));
    assert_eq!(check(json!([ask()])), [0]);
    assert_eq!(check(json!([ask(), back(json!({"proto": "tcp", "src": [{"ports": ["5432"]}]}))])), [0; 0]);
    assert_eq!(check(json!([ask(), back(json!({}))])), [0; 0]);
    // The other port, the other protocol, the ports on the wrong end.
    assert_eq!(check(json!([ask(), back(json!({"proto": "tcp", "src": [{"ports": ["80"]}]}))])), [0, 1]);
    assert_eq!(check(json!([ask(), back(json!({"proto": "udp"}))])), [0, 1]);
    assert_eq!(check(json!([ask(), back(json!({"proto": "tcp", "dst": [{"ports": ["5432"]}]}))])), [0, 1]);
    // Two halves of the addresses together cover the whole.
    let whole = rule("app", "store", "allow", json!({"dst": [{"cidr": "10.40.2.0/24"}]}));
    let half = |cidr: &str| back(json!({"src": [{"cidr": cidr}]}));
    assert_eq!(check(json!([whole, half("10.40.2.0/25"), half("10.40.2.128/25")])), [0; 0]);
    assert_eq!(check(json!([whole, half("10.40.2.0/25")])), [0]);
    // Flow scope needs no mirror; another default neither.
    let mut flow = ask();
    flow["scope"] = json!("flow");
    assert_eq!(check(json!([flow])), [0; 0]);
    let mut open = spec(json!([ask()]));
    open.acl.as_mut().unwrap().default = String::new();
    assert_eq!(without_reply(&open, &subnets), vec![]);
}

#[test]
fn shadow() {
    let check = |list: Value| shadowed(&spec(list), &subnets);
    let any = || rule("app", "store", "deny", json!({}));
    let sql = || rule("app", "store", "allow", json!({"proto": "tcp", "dst": [{"ports": ["5432"]}]}));
    let found = check(json!([any(), sql()]));
    assert_eq!(rules(&found), [1]);
    assert_eq!(found[0].route, ["acl", "rules", "1"]);
    assert_eq!(found[0].related_route, Some(vec!["acl".into(), "rules".into(), "0".into()]));
    assert_eq!(rules(&check(json!([sql(), any()]))), [0; 0]);
    assert_eq!(rules(&check(json!([any(), rule("store", "app", "allow", json!({}))]))), [0; 0]);
    let src = |m: Value| rule("app", "", "allow", json!({"src": [m]}));
    assert_eq!(rules(&check(json!([src(json!({"vpcSubnet": "front"})), src(json!({"cidr": "10.30.1.128/25"}))]))), [1]);
    assert_eq!(
        rules(&check(json!([src(json!({"cidr": "10.30.1.128/25"})), src(json!({"cidr": "10.30.1.0/24"}))]))),
        [0; 0]
    );
    assert_eq!(
        rules(&check(json!([src(json!({"vpcSubnet": "unknown"})), src(json!({"cidr": "10.30.1.0/24"}))]))),
        [0; 0]
    );
    let tcp = rule("app", "store", "deny", json!({"proto": "6"}));
    assert_eq!(rules(&check(json!([tcp, sql()]))), [1], "6 is tcp");
}

#[test]
fn scopes() {
    let mut flow = rule("app", "store", "allow", json!({}));
    flow["scope"] = json!("flow");
    let found = scope("p", &spec(json!([flow, rule("store", "app", "allow", json!({}))])));
    assert_eq!(found.len(), 1);
    assert_eq!((found[0].id, found[0].route.join("/")), ("D22", "acl/rules/0/scope".to_owned()));
}

proptest::proptest! {
    #[test]
    fn never_panics(t in proptest::collection::vec("\\PC{0,12}|[0-9./:-]{0,18}", 6)) {
        let matches = json!({"src": [{"cidr": t[0], "ports": [t[1]]}], "dst": [{"vpcSubnet": t[2]}], "proto": t[3]});
        let peer = spec(json!([rule("app", &t[4], "allow", matches), rule("store", "", &t[5], json!({}))]));
        let _ = (denies_all(&peer), without_reply(&peer, &subnets), shadowed(&peer, &subnets), scope("p", &peer));
    }
}
