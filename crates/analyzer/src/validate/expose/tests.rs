use super::*;
use serde_json::{Value, json};

fn views(expose: Value) -> (Vec<String>, Vec<FaultKind>) {
    let expose: Expose = serde_json::from_value(expose).unwrap();
    let subnets = |name: &str| match name {
        "front" => Subnet::Known(Prefix::parse("10.30.1.0/24").unwrap()),
        "far" => Subnet::NotCaptured,
        _ => Subnet::Unknown,
    };
    let (views, faults) = resolve("app", 0, &expose, &subnets);
    let show = |v: &View<'_>| {
        format!(
            "{:?} {}:{} > {}:{}{}",
            v.mode,
            v.private.effective.size(),
            v.private_ports.map(|p| p.to_string()).unwrap_or_default(),
            v.public.effective.size(),
            v.public_ports.map(|p| p.to_string()).unwrap_or_default(),
            if v.complete { "" } else { " incomplete" }
        )
    };
    (views.iter().map(show).collect(), faults.into_iter().map(|f| f.kind).collect())
}

#[test]
fn plain_and_excluded() {
    let (v, f) = views(json!({"ips": [{"vpcSubnet": "front"}, {"not": "10.30.1.128/25"}]}));
    assert_eq!((v, f), (vec!["Plain 128: > 128:".to_owned()], vec![]));
    let (v, f) = views(json!({"ips": [{"vpcSubnet": "far"}]}));
    assert_eq!((v, f), (vec!["Plain 0: > 0: incomplete".to_owned()], vec![]));
    let (_, f) = views(json!({"ips": [{"vpcSubnet": "back"}, {"cidr": "x"}, {}]}));
    assert_eq!(f, vec![FaultKind::UnknownSubnet("back".into()), FaultKind::BadCidr("x".into()), FaultKind::EmptyIp]);
}

#[test]
fn port_forward_expands() {
    let ports = json!([{"proto": "tcp", "port": "80", "as": "8080"}, {"port": "90-99", "as": "190-199"}]);
    let (v, f) = views(json!({"ips": [{"cidr": "10.30.1.5/32"}], "as": [{"cidr": "10.90.0.1/32"}],
        "nat": {"portForward": {"ports": ports}}}));
    assert_eq!(f, vec![]);
    assert_eq!(v, vec!["PortForward 1:80 > 1:8080", "PortForward 1:90-99 > 1:190-199"]);
    let (_, f) = views(json!({"ips": [{"cidr": "10.30.1.5/32"}], "as": [{"cidr": "10.90.0.1/32"}],
        "nat": {"portForward": {"ports": [{"port": "80"}, {"as": "80"}, {"port": "a", "as": "1", "proto": "icmp"}]}}}));
    assert_eq!(
        f,
        vec![
            FaultKind::NoPublicPort,
            FaultKind::NoPort,
            FaultKind::BadProto("icmp".into()),
            FaultKind::BadPort("a".into(), PortError::Number("a".into()))
        ]
    );
}

#[test]
fn modes() {
    let mode = |nat| Mode::of(&serde_json::from_value::<Expose>(json!({"nat": nat})).unwrap());
    assert_eq!(mode(json!(null)), Ok(Mode::Plain));
    assert_eq!(mode(json!({"static": {}})), Ok(Mode::Static));
    assert_eq!(mode(json!({"masquerade": {}})), Ok(Mode::Masquerade));
    assert_eq!(mode(json!({"portForward": {}})), Ok(Mode::PortForward));
    assert_eq!(mode(json!({})), Err(0));
    assert_eq!(mode(json!({"static": {}, "masquerade": {}})), Err(2));
    // The names of very old objects.
    assert_eq!(mode(json!({"stateless": {}})), Ok(Mode::Static));
    assert_eq!(mode(json!({"stateful": {}})), Ok(Mode::Masquerade));
}
