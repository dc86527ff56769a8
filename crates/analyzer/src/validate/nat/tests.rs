use serde_json::{Value, json};

use super::*;
use crate::validate::prefix::Prefix;

fn spec(a: &str, left: Value, b: &str, right: Value) -> PeeringSpec {
    serde_json::from_value(json!({"peering": {a: {"expose": left}, b: {"expose": right}}})).unwrap()
}

fn masquerade(ips: Value, public: &str) -> Value {
    json!([{"ips": [ips], "as": [{"cidr": public}], "nat": {"masquerade": {"idleTimeout": "2m0s"}}}])
}

fn plain(cidr: &str) -> Value {
    json!([{"ips": [{"cidr": cidr}]}])
}

#[test]
fn pool_sizes() {
    let big = |_: &str, _: &str| Subnet::Known(Prefix::parse("10.0.0.0/16").unwrap());
    let none = |_: &str, _: &str| Subnet::NotCaptured;
    let peer = spec("app", masquerade(json!({"vpcSubnet": "front"}), "10.90.0.0/31"), "store", plain("10.4.0.0/24"));
    let found = pools(&peer, &big);
    assert_eq!((found[0].private, found[0].public, found[0].flows), (Some(65_536), 2, 129_024));
    assert!(found[0].is_small());
    assert_eq!(found[0].route, ["peering", "app", "expose", "0", "as"]);
    let unknown = pools(&peer, &none);
    assert_eq!(unknown[0].private, None);
    assert!(!unknown[0].is_small());
    // Exactly 4096 private addresses per public one is no small pool.
    let edge = spec("app", masquerade(json!({"cidr": "10.0.0.0/20"}), "10.90.0.0/32"), "store", plain("10.4.0.0/24"));
    assert!(!pools(&edge, &none)[0].is_small());
    assert!(pools(&spec("app", plain("10.3.0.0/24"), "store", plain("10.4.0.0/24")), &none).is_empty());
}

#[test]
fn shared() {
    let pool = || masquerade(json!({"cidr": "10.3.0.0/24"}), "10.90.0.0/30");
    let one = spec("app", pool(), "store", plain("10.4.0.0/24"));
    let two = spec("lab", pool(), "store", plain("10.4.0.0/24"));
    let other = spec("app", pool(), "lab", plain("10.5.0.0/24"));
    let apart = spec("lab", masquerade(json!({"cidr": "10.3.0.0/24"}), "10.90.0.4/30"), "store", plain("10.4.0.0/24"));
    let found = shared_pools([("one", &one), ("two", &two)]);
    assert_eq!(found.len(), 1);
    assert_eq!((found[0].vpc.as_str(), &found[0].far), ("store", &("app".to_owned(), "lab".to_owned())));
    assert_eq!(found[0].routes.1, ["peering", "lab", "expose", "0", "as", "0", "cidr"]);
    // One VPC masqueraded to the same range towards different peers.
    assert_eq!(shared_pools([("one", &one), ("other", &other)]), vec![]);
    assert_eq!(shared_pools([("one", &one), ("apart", &apart)]), vec![]);
}

#[test]
fn idle_classes() {
    for (text, class) in [
        (None, Idle::Absent),
        (Some(""), Idle::Absent),
        (Some("0s"), Idle::Zero),
        (Some("500ms"), Idle::Zero),
        (Some("-5s"), Idle::Zero),
        (Some("1s"), Idle::Short),
        (Some("9.9s"), Idle::Short),
        (Some("10s"), Idle::Default),
        (Some("2m0s"), Idle::Default),
        (Some("2m1s"), Idle::Long),
        (Some("soon"), Idle::Unreadable),
    ] {
        assert_eq!(idle(text), class, "{text:?}");
    }
    let peer = spec("app", masquerade(json!({"cidr": "10.3.0.0/24"}), "10.90.0.0/30"), "store", plain("10.4.0.0/24"));
    let found = idle_timeouts(&peer);
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].route.join("/"), "peering/app/expose/0/nat/masquerade/idleTimeout");
}

#[test]
fn directions() {
    let pool = || masquerade(json!({"cidr": "10.3.0.0/24"}), "10.90.0.0/30");
    let forward = || {
        json!([{"ips": [{"cidr": "10.3.0.1/32"}], "as": [{"cidr": "10.90.0.1/32"}],
        "nat": {"portForward": {"ports": [{"port": "80", "as": "80"}]}}}])
    };
    let store = || plain("10.4.0.0/24");
    let masked = spec("app", pool(), "store", store());
    assert_eq!(may_initiate(&masked, "app"), Initiate::Yes);
    assert_eq!(may_initiate(&masked, "store"), Initiate::FarMasqueraded);
    let forwarded = spec("app", forward(), "store", store());
    assert_eq!(may_initiate(&forwarded, "app"), Initiate::NearPortForwarded);
    assert_eq!(may_initiate(&forwarded, "store"), Initiate::Yes);
    let mut both = pool();
    both.as_array_mut().unwrap().extend(forward().as_array().unwrap().clone());
    let both = spec("app", both, "store", store());
    assert_eq!(may_initiate(&both, "app"), Initiate::Yes);
    assert_eq!(may_initiate(&both, "store"), Initiate::Yes);
    assert_eq!(may_initiate(&both, "lab"), Initiate::Unknown);
}
