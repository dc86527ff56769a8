//! Stored peerings that the webhook would refuse, and such that it would not.

use hh_worlds::{World, json};

use super::Invalid;
use crate::testing::said;

const PLAIN: &str = "GatewayPeering/vpc-01--vpc-03";
const NAT: &str = "GatewayPeering/vpc-02--vpc-03";

fn healthy() -> World {
    World::healthy().small()
}

/// Changes a peering and its copies, so that both gateways run it.
fn run(world: World, pointer: &str, value: hh_worlds::Value) -> World {
    let name = PLAIN.rsplit('/').next().unwrap();
    ["gateway-1", "gateway-2"].into_iter().fold(world.set(PLAIN, pointer, value.clone()), |world, gateway| {
        let copy = format!("/spec/peerings/{name}{}", pointer.strip_prefix("/spec").unwrap());
        world.set(&format!("GatewayAgent/{gateway}"), &copy, value.clone())
    })
}

#[test]
fn a_cidr_outside_of_the_vpc() {
    let world = run(healthy(), "/spec/peering/vpc-01/expose/0/ips/0/cidr", json!("10.20.7.0/24"));
    let said = said(&Invalid, &world);
    assert_eq!(said.lines(), ["warning GatewayPeering/vpc-01--vpc-03 (peering.vpc-01.expose[0].ips[0].cidr)"]);
    let evidence = &said.findings[0].evidence[0];
    assert_eq!(evidence.value.as_deref(), Some("10.20.7.0/24"));
    assert_eq!(evidence.field.as_deref(), Some("spec.peering.vpc-01.expose[0].ips[0].cidr"));
    assert!(evidence.line.is_some());
}

#[test]
fn an_older_fabric_does_not_refuse_it() {
    let mut world = run(healthy(), "/spec/peering/vpc-01/expose/0/ips/0/cidr", json!("10.20.7.0/24"));
    for object in &mut world.objects {
        if hh_worlds::kind(object) == "Fabricator" {
            object["status"]["versions"]["fabric"] = json!({"controller": "v0.115.1"});
        }
    }
    assert_eq!(
        said(&Invalid, &world).lines(),
        ["info GatewayPeering/vpc-01--vpc-03 (peering.vpc-01.expose[0].ips[0].cidr)"]
    );
}

#[test]
fn two_peerings_show_one_prefix_to_a_vpc() {
    // vpc-03 already sees 10.20.1.0/24 of vpc-01; a young peering shows it the same of vpc-04.
    let world = healthy().add(
        "apiVersion: gateway.githedgehog.com/v1alpha1
kind: GatewayPeering
metadata: {name: a-young-one, namespace: default, creationTimestamp: \"2026-09-29T07:50:00Z\"}
spec:
  gatewayGroup: default
  peering:
    vpc-03: {expose: [{ips: [{cidr: 10.20.3.0/24}]}]}
    vpc-04: {expose: [{ips: [{cidr: 10.20.4.0/24}], as: [{cidr: 10.20.1.0/24}], nat: {static: {}}}]}
status: {}
",
    );
    let said = said(&Invalid, &world);
    // No gateway has it: another rule explains that.
    assert_eq!(said.lines(), ["info GatewayPeering/a-young-one (peering.vpc-04.expose[0].as[0].cidr)"]);
    assert!(said.findings[0].evidence.iter().any(|e| e.note.contains("in vpc-01--vpc-03")), "{:#?}", said.findings);
}

#[test]
fn nobody_runs_it_and_nothing_else_says_why() {
    let mut world = healthy().set(
        NAT,
        "/spec/peering/vpc-03/expose/0",
        json!({"ips": [{"cidr": "10.20.3.0/24"}], "as": [{"cidr": "10.77.3.0/24"}], "nat": {"static": {}}}),
    );
    // The agents have it in a generation that is not applied, and show tech lists other peerings.
    for gateway in ["gateway-1", "gateway-2"] {
        world = world.set(&format!("GatewayAgent/{gateway}"), "/metadata/generation", 99).insight_replace(
            gateway,
            "dataplane: show tech",
            "vpc-02--vpc-03",
            "old--one",
        );
    }
    let said = said(&Invalid, &world);
    assert_eq!(said.lines(), ["error GatewayPeering/vpc-02--vpc-03 (peering.vpc-02.expose[0].nat)"]);
    assert_eq!(said.findings[0].confidence, "likely");
}

#[test]
fn what_looks_wrong_and_is_healthy() {
    for world in [
        healthy(),
        World::older().small(),
        // A peering never has a status (8.8 f).
        healthy().unset(PLAIN, "/status"),
        // By subnet name; an exclusion; a part of a subnet.
        run(healthy(), "/spec/peering/vpc-01/expose/0/ips", json!([{"vpcSubnet": "subnet-01"}])),
        run(healthy(), "/spec/peering/vpc-01/expose/0/ips", json!([{"cidr": "10.20.1.0/25"}, {"not": "10.20.1.0/28"}])),
        // Names of very old objects.
        run(
            healthy(),
            "/spec/peering/vpc-01/expose/0",
            json!({"ips": [{"cidr": "10.20.1.0/24"}], "as": [{"cidr": "10.9.0.0/24"}], "nat": {"stateless": {}}, "metric": 3}),
        ),
        // One VPC masqueraded to one range towards different peers (8.8 r).
        run(
            healthy(),
            "/spec/peering/vpc-03/expose/0",
            json!({"ips": [{"cidr": "10.20.3.0/24"}], "as": [{"cidr": "192.0.2.0/30"}], "nat": {"masquerade": {"idleTimeout": "2m0s"}}}),
        ),
        // A missing group or VPC belongs to other rules.
        healthy().set(PLAIN, "/spec/gatewayGroup", "nowhere"),
        healthy().delete("VPCInfo/vpc-01").delete("VPC/vpc-01"),
    ] {
        let said = said(&Invalid, &world);
        assert!(said.lines().is_empty(), "{:#?}", said.findings);
    }
}

#[test]
fn what_the_dataplane_refuses_is_told_elsewhere() {
    // A default expose with addresses: P3 and D7.
    let world = run(healthy(), "/spec/peering/vpc-01/expose/0/default", json!(true));
    assert!(said(&Invalid, &world).lines().is_empty());
}

#[test]
fn without_peerings_it_is_not_checked() {
    assert_eq!(said(&Invalid, &healthy().without("GatewayPeering")).not_checked, ["GatewayPeering objects"]);
}
