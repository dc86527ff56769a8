//! Worlds with references to what is not there.

use hh_worlds::World;

use super::Dangling;
use crate::testing::said;

const ATTACHMENT: &str = "VPCAttachment/vpc-03--server-03";

fn world() -> World {
    World::healthy().small()
}

#[test]
fn each_kind_of_reference() {
    for (path, field, value, expected) in [
        (ATTACHMENT, "/spec/connection", "server-09--unbundled--leaf-01", "VPCAttachment/vpc-03--server-03"),
        (ATTACHMENT, "/spec/subnet", "vpc-09/subnet-01", "VPCAttachment/vpc-03--server-03"),
        (ATTACHMENT, "/spec/subnet", "vpc-03/subnet-09", "VPCAttachment/vpc-03--server-03"),
        (
            "ExternalAttachment/leaf-02--external-01",
            "/spec/external",
            "ext-9",
            "ExternalAttachment/leaf-02--external-01",
        ),
        (
            "ExternalPeering/vpc-01--external-01",
            "/spec/permit/vpc/subnets/0",
            "no",
            "ExternalPeering/vpc-01--external-01",
        ),
        (
            "ExternalPeering/vpc-01--external-01",
            "/spec/permit/external/name",
            "no",
            "ExternalPeering/vpc-01--external-01",
        ),
        (
            "Connection/server-03--unbundled--leaf-01",
            "/spec/unbundled/link/server/port",
            "server-09/enp2s1",
            "Connection/server-03--unbundled--leaf-01",
        ),
        (
            "Connection/server-03--unbundled--leaf-01",
            "/spec/unbundled/link/switch/port",
            "leaf-01/E1/99",
            "Connection/server-03--unbundled--leaf-01",
        ),
        (
            "Connection/server-03--unbundled--leaf-01",
            "/spec/unbundled/link/switch/port",
            "leaf-09/E1/3",
            "Connection/server-03--unbundled--leaf-01",
        ),
    ] {
        let said = said(&Dangling, &world().set(path, field, value));
        assert_eq!(said.lines(), [format!("error {expected}")], "{path} {field}");
        let evidence = &said.findings[0].evidence[0];
        assert_eq!(evidence.value.as_deref(), Some(value));
        assert!(evidence.line.is_some());
    }
}

#[test]
fn peerings_of_vpcs() {
    let said = said(
        &Dangling,
        &world().set("VPCPeering/vpc-01--vpc-02", "/spec/permit/0", serde_json::json!({"vpc-01": {}, "vpc-09": {}})),
    );
    assert_eq!(said.lines(), ["error VPCPeering/vpc-01--vpc-02"]);
}

#[test]
fn one_missing_thing_is_one_finding() {
    let said = said(&Dangling, &world().delete("VPC/vpc-01"));
    assert_eq!(said.lines(), ["error VPCAttachment/vpc-01--server-01"]);
    let finding = &said.findings[0];
    assert!(finding.detail.contains("VPCAttachment vpc-01--server-05"), "{}", finding.detail);
    assert!(finding.title.contains("VPC vpc-01, which does not exist"), "{}", finding.title);
}

#[test]
fn what_is_there() {
    for world in [World::healthy(), World::older()] {
        let said = said(&Dangling, &world);
        assert!(said.lines().is_empty() && said.passed > 20, "{said:?}");
    }
}

#[test]
fn what_is_not_captured_proves_nothing() {
    let said = said(&Dangling, &world().without("Server").without("VPC"));
    assert!(said.lines().is_empty(), "{said:?}");
    assert_eq!(said.not_checked, ["Server objects", "VPC objects"]);
}

#[test]
fn a_selection_proves_nothing() {
    let mut world = world();
    world
        .objects
        .retain(|object| hh_worlds::kind(object) != "Connection" || hh_worlds::name(object).contains("gateway"));
    let said = said(&Dangling, &world);
    assert!(said.lines().is_empty(), "{said:?}");
    assert!(said.not_checked.iter().any(|line| line.contains("a selection")), "{:?}", said.not_checked);
}

#[test]
fn what_is_being_deleted_may_refer_to_anything() {
    let world = world().set(ATTACHMENT, "/spec/connection", "server-09--unbundled--leaf-01").set(
        ATTACHMENT,
        "/metadata/deletionTimestamp",
        "2026-10-06T09:41:00Z",
    );
    assert!(said(&Dangling, &world).lines().is_empty());
}
