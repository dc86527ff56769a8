//! Peerings that gateways lack, and such that only look like it.

use hh_worlds::{World, json};

use super::NotInAgent;
use crate::testing::{analysis, said};

fn healthy() -> World {
    World::healthy().small()
}

/// A peering of vpc-01 with `other` that no agent has.
fn with_peering(other: &str, created: &str) -> World {
    healthy().add(&format!(
        "apiVersion: gateway.githedgehog.com/v1alpha1\nkind: GatewayPeering\nmetadata: {{name: new, namespace: default, \
         creationTimestamp: \"{created}\"}}\nspec:\n  gatewayGroup: default\n  peering:\n    vpc-01:\n      expose:\n      \
         - ips: [{{cidr: 10.20.1.0/24}}]\n    {other}:\n      expose:\n      - default: true\nstatus: {{}}\n"
    ))
}

const EARLIER: &str = "2026-09-29T07:00:00Z";

#[test]
fn an_external_without_its_prefix() {
    let said = said(&NotInAgent, &with_peering("external-01", EARLIER));
    assert_eq!(said.lines(), ["error GatewayPeering/new"]);
    let finding = &said.findings[0];
    assert!(
        finding.title.ends_with("external-01 is an external, its key has to be ext.external-01"),
        "{}",
        finding.title
    );
    assert_eq!(finding.evidence[0].field.as_deref(), Some("spec.peering.external-01"));
    assert!(finding.evidence[0].line.is_some());
    assert!(finding.evidence.iter().any(|e| e.field.as_deref() == Some("spec.peerings") && e.line.is_some()));
    let report = analysis(&with_peering("external-01", EARLIER), &crate::Options::default()).report;
    let roots: Vec<_> = report.root_causes.iter().map(|finding| finding.rule.as_str()).collect();
    assert_eq!(roots, ["peering-not-in-agent"], "fixture 12");
}

#[test]
fn a_misspelt_and_an_unknown_vpc() {
    let title = |other: &str| said(&NotInAgent, &with_peering(other, EARLIER)).findings[0].title.clone();
    assert_eq!(title("vcp-03"), "No gateway has peering new: there is no vcp-03 (but a vpc-03)");
    assert_eq!(title("lab"), "No gateway has peering new: there is no lab");
}

#[test]
fn a_vpcinfo_without_id_explains_it() {
    let world = with_peering("lab", EARLIER).add(
        "apiVersion: gateway.githedgehog.com/v1alpha1\nkind: VPCInfo\nmetadata: {name: lab, namespace: default, \
         creationTimestamp: \"2026-09-29T07:00:00Z\"}\nspec: {vni: 900}\nstatus: {}\n",
    );
    let said = said(&NotInAgent, &world);
    assert_eq!(said.lines(), ["error GatewayPeering/new"]);
    let report = analysis(&world, &crate::Options::default()).report;
    let roots: Vec<_> = report.root_causes.iter().map(|finding| finding.rule.as_str()).collect();
    assert_eq!(roots, ["vpcinfo-without-id"], "fixture 11");
}

#[test]
fn one_agent_only() {
    let said = said(&NotInAgent, &healthy().unset("GatewayAgent/gateway-2", "/spec/peerings/vpc-01--vpc-03"));
    assert_eq!(said.lines(), ["error GatewayPeering/vpc-01--vpc-03"]);
    assert_eq!(said.findings[0].title, "gateway-2 lacks peering vpc-01--vpc-03");
}

#[test]
fn agents_without_captured_gateways() {
    // One may be a left-over of a deleted Gateway, not all of them.
    let one = healthy().unset("GatewayAgent/gateway-2", "/spec/peerings/vpc-01--vpc-03").without("Gateway");
    assert_eq!(said(&NotInAgent, &one).lines(), ["info GatewayPeering/vpc-01--vpc-03"]);
    let all = one.unset("GatewayAgent/gateway-1", "/spec/peerings/vpc-01--vpc-03");
    assert_eq!(said(&NotInAgent, &all).lines(), ["error GatewayPeering/vpc-01--vpc-03"]);
}

#[test]
fn what_looks_missing_and_is_not() {
    let now = healthy().created_at;
    for world in [
        healthy(),
        World::older().small(),
        healthy().unset("GatewayPeering/vpc-01--vpc-03", "/status"),
        with_peering("vpc-02", &now),
        with_peering("lab", EARLIER).set("GatewayPeering/new", "/metadata/deletionTimestamp", now.as_str()),
        healthy().delete("Gateway/gateway-2").set("GatewayAgent/gateway-2", "/spec/peerings", json!({})),
    ] {
        let said = said(&NotInAgent, &world);
        assert!(said.lines().is_empty(), "{:?}", said.lines());
    }
}

#[test]
fn without_agents_it_is_not_checked() {
    assert_eq!(said(&NotInAgent, &healthy().without("GatewayAgent")).not_checked, ["GatewayAgent objects"]);
}
