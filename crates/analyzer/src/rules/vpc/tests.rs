//! Tests over all rules of the area: declared sources, and what explains what.

use std::collections::BTreeMap;

use hh_worlds::{World, json, name};

use super::RULES;
use crate::report::FindingOut;
use crate::rule::{Source, SourceSet};
use crate::testing::analysis;
use crate::{Analysis, Options};

const NO_SUBNET: &str = "Oct  6 09:35:00.000 WRN No subnet found mac=0c:20:60:75:3a:01 vrf=vpc-04 circuitID=vlan1004\n";
const RELAY: &str = "Oct  6 09:35:00.000 WRN DHCP relay validation failed, dropping mac=0c:20:60:75:3a:01 vrf=vpc-01 \
                     circuitID=vlan1001 reason=\"unknown GIADDR 172.30.0.99\"\n";

fn with_log(world: World, lines: &str) -> World {
    let pod = world.logs.keys().map(|(_, pod, _)| pod.clone()).find(|pod| pod.starts_with("fabric-dhcpd-"));
    world.log_more(&pod.expect("the pod of dhcpd"), "fabric-dhcpd", lines)
}

/// A world in which each kind of source is read.
fn worlds() -> Vec<World> {
    let old = World::healthy()
        .small()
        .set("Connection/server-01--eslag--leaf-01--leaf-02", "/spec/eslag/fallback", true)
        .set("Fabricator/default", "/status/versions/fabric", json!({}))
        .edit("Deployment/fabric-ctrl", |object| {
            object["spec"]["template"]["spec"]["containers"][0]["image"] =
                "x/githedgehog/fabric/fabric:v0.118.2".into();
        })
        .set("DHCPSubnet/vpc-01--subnet-01", "/spec/static", json!({"0c:20:00:00:00:01": {"ip": "10.20.1.11"}}))
        .unset("DHCPSubnet/vpc-01--subnet-01", "/status/allocated/0c:20:12:aa:a1:61");
    let external = World::healthy().delete("VPCAttachment/vpc-03--server-03").edit(
        "Connection/server-03--unbundled--leaf-01",
        |object| {
            object["spec"] =
                json!({"staticExternal": {"link": {"switch": {"port": "leaf-01/E1/3", "nextHop": "10.1.1.2"}}}});
        },
    );
    vec![
        World::healthy(),
        World::healthy().small().without("Fabricator").without("Switch"),
        World::healthy().small().delete("DHCPSubnet/vpc-02--subnet-01"),
        World::healthy().small().delete("ExternalAttachment/leaf-02--external-01"),
        with_log(old, &format!("{NO_SUBNET}{RELAY}")),
        with_log(World::healthy().small().without("Switch"), RELAY),
        external,
    ]
}

#[test]
fn declared_sources_are_the_sources_read() {
    let expecting = Options { expect: vec![("vpc-01".into(), "vpc-02".into())], ..Options::default() };
    let mut read: BTreeMap<&str, SourceSet> = BTreeMap::new();
    for world in worlds() {
        for run in analysis(&world, &expecting).runs.into_iter().flatten() {
            let all = read.entry(run.meta.id).or_default();
            *all = all.union(run.read);
        }
    }
    let mut wrong = Vec::new();
    for rule in RULES {
        let meta = rule.meta();
        let declared: SourceSet = meta.needs.iter().chain(meta.uses).copied().collect();
        let read = read.get(meta.id).copied().unwrap_or_default();
        let idle: Vec<Source> = declared.iter().filter(|source| !read.contains(*source)).collect();
        let undeclared: Vec<Source> = read.iter().filter(|source| !declared.contains(*source)).collect();
        if !idle.is_empty() || !undeclared.is_empty() {
            wrong.push(format!("{}: never read {idle:?}, undeclared {undeclared:?}", meta.id));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

fn with_reference<'a>(analysis: &'a Analysis, reference: &str) -> Vec<&'a FindingOut> {
    let is = |finding: &&FindingOut| finding.reference.iter().any(|name| name == reference);
    analysis.report.findings.iter().filter(is).collect()
}

/// Asserts that there are findings with the name `effect`, and that each is explained by one named `cause`.
fn explains(world: &World, cause: &str, effect: &str) {
    let analysis = analysis(world, &Options::default());
    let causes: Vec<&str> = with_reference(&analysis, cause).iter().map(|finding| finding.id.as_str()).collect();
    let effects = with_reference(&analysis, effect);
    assert!(!causes.is_empty() && !effects.is_empty(), "{cause} {causes:?}, {effect} {effects:#?}");
    for found in effects {
        let by = found.caused_by.iter().any(|id| causes.contains(&id.as_str()));
        assert!(by, "{} is explained by {:?}, not by {causes:?}", found.id, found.caused_by);
    }
}

/// server-03 without its lease.
fn leaseless(world: World) -> World {
    world.unset("DHCPSubnet/vpc-03--subnet-01", "/status/allocated/0c:20:bf:49:6a:d5")
}

#[test]
fn what_explains_a_server_without_lease() {
    let subnet = "DHCPSubnet/vpc-03--subnet-01";
    let small = || leaseless(World::healthy().small());
    let full = small().set(subnet, "/spec/endIP", "10.20.3.10").set(
        subnet,
        "/status/allocated/0c:20:00:00:00:01",
        json!({"ip": "10.20.3.10", "hostname": "other", "expiry": "2026-10-06T10:04:18Z"}),
    );
    explains(&full, "DHCP-601", "DHCP-605");
    let error = "Oct  6 09:35:00.000 ERR Error handling mac=0c:20:bf:49:6a:d5 err=\"updating subnet vpc-03--subnet-01 to \
                 allocate: x: allocating ip: no available IP address\"\n";
    explains(&with_log(full, error), "DHCP-601", "DHCP-607");
    explains(&small().set(subnet, "/spec/circuitID", "vlan9"), "DHCP-603", "DHCP-605");
    let inactive = small().unset("Agent/leaf-01", "/spec/vpcAttachments/vpc-03--server-03");
    explains(&inactive, "VPC-502", "DHCP-605");
}

#[test]
fn a_missing_subnet_explains_dropped_requests() {
    let world = World::healthy().small().delete("DHCPSubnet/vpc-04--subnet-01");
    explains(&with_log(world, NO_SUBNET), "DHCP-602", "DHCP-607");
}

#[test]
fn fallback_explains_a_server_without_lease() {
    let world = World::healthy()
        .small()
        .set("Connection/server-01--eslag--leaf-01--leaf-02", "/spec/eslag/fallback", true)
        .unset("DHCPSubnet/vpc-01--subnet-01", "/status/allocated/0c:20:12:aa:a1:61");
    let world = ["controller", "api", "agent"].iter().fold(world, |world, component| {
        world.set("Fabricator/default", &format!("/status/versions/fabric/{component}"), "v0.118.2")
    });
    explains(&world, "KI-ESFALLBACK", "DHCP-605");
}

#[test]
fn what_explains_an_inactive_attachment() {
    let base = World::healthy().small().unset("Agent/leaf-01", "/spec/vpcAttachments/vpc-03--server-03");
    explains(&base.clone().set("VPC/vpc-03", "/spec/vlanNamespace", "edge"), "VPC-506", "VPC-502");
    let gone = base.delete("VPC/vpc-03");
    explains(&gone, "VPC-501", "VPC-502");
    explains(&gone, "VPC-501", "DHCP-604");
}

#[test]
fn a_vpc_that_is_wrong_explains_what_is_not_made_of_it() {
    let vlan = |vlan: u32| World::healthy().small().set("VPC/vpc-02", "/spec/subnets/subnet-01/vlan", vlan);
    explains(&vlan(1001), "VPC-504", "DHCP-603");
    explains(&vlan(3100), "VPC-505", "DHCP-603");
    let edge = World::healthy().small().set("VPC/vpc-03", "/spec/vlanNamespace", "edge");
    explains(&edge, "VPC-505", "VPC-506");
}

#[test]
fn the_dump_has_a_pod_of_dhcpd() {
    let world = World::healthy().small();
    assert!(world.objects.iter().any(|object| name(object).starts_with("fabric-dhcpd-")));
}
