//! Worlds in which an agent is behind, and such that only look like it.

use hh_worlds::{World, json};

use super::StaleAgentSpec;
use crate::testing::said;

const CONTROLLER: &str = "fabric-ctrl-ca97e5177-4rm82";

fn healthy() -> World {
    World::healthy().small()
}

#[test]
fn a_vpcinfo_missing_in_one_agent() {
    let said = said(&StaleAgentSpec, &healthy().unset("GatewayAgent/gateway-2", "/spec/vpcs/vpc-04"));
    assert_eq!(said.lines(), ["error GatewayAgent/gateway-2 (VPCInfo/vpc-04)"]);
    let evidence = &said.findings[0].evidence;
    assert_eq!(evidence[0].field.as_deref(), Some("spec.vpcs"));
    assert!(evidence[0].line.is_some());
    assert_eq!(evidence[1].value.as_deref(), Some("2026-09-28T06:41:18Z"));
}

#[test]
fn a_changed_gateway_has_no_date() {
    let world = healthy().set("Gateway/gateway-1", "/spec/groups/0/priority", 50);
    let said = said(&StaleAgentSpec, &world);
    assert_eq!(said.lines(), ["warning GatewayAgent/gateway-1 (Gateway/gateway-1)"]);
    let finding = &said.findings[0];
    assert_eq!(finding.confidence, "possible");
    assert_eq!(finding.evidence[0].field.as_deref(), Some("spec.groups"));
    assert_eq!(finding.evidence[1].field.as_deref(), Some("spec.gateway.groups"));
}

#[test]
fn the_controller_dates_a_change() {
    let line = "Sep 29 07:20:00.100 ERR Reconciler error controller=Gateway name=gateway-1 err=\"building gateway \
                agent: listing peerings\"\n";
    let world = healthy().set("Gateway/gateway-1", "/spec/workers", 6).log_more(CONTROLLER, "manager", line);
    let said = said(&StaleAgentSpec, &world);
    assert_eq!(said.lines(), ["error GatewayAgent/gateway-1 (Gateway/gateway-1)"]);
    assert_eq!(said.findings[0].confidence, "likely");
}

#[test]
fn a_changed_peering_and_a_deleted_one() {
    let world = healthy()
        .set("GatewayPeering/vpc-01--vpc-03", "/spec/peering/vpc-01/expose/0/ips/0/cidr", "10.20.1.0/25")
        .delete("GatewayPeering/vpc-02--vpc-03");
    assert_eq!(
        said(&StaleAgentSpec, &world).lines(),
        [
            "warning GatewayAgent/gateway-1 (GatewayPeering/vpc-01--vpc-03)",
            "warning GatewayAgent/gateway-1 (GatewayPeering/vpc-02--vpc-03)",
            "warning GatewayAgent/gateway-2 (GatewayPeering/vpc-01--vpc-03)",
            "warning GatewayAgent/gateway-2 (GatewayPeering/vpc-02--vpc-03)",
        ]
    );
}

#[test]
fn what_looks_stale_and_is_not() {
    let now = healthy().created_at;
    for world in [
        healthy(),
        World::older().small(),
        // The defaulter has not written the groups yet; order.
        healthy().set("GatewayAgent/gateway-1", "/spec/gateway/logs", json!({})),
        // Created this moment.
        healthy().unset("GatewayAgent/gateway-2", "/spec/vpcs/vpc-04").set(
            "VPCInfo/vpc-04",
            "/metadata/creationTimestamp",
            now.as_str(),
        ),
        // A missing peering belongs to another rule.
        healthy().unset("GatewayAgent/gateway-2", "/spec/peerings/vpc-01--vpc-03"),
        // A deleted Gateway: nobody renews its agent.
        healthy().delete("Gateway/gateway-2").unset("GatewayAgent/gateway-2", "/spec/vpcs/vpc-04"),
        // A VPC only in the status.
        healthy().set("GatewayAgent/gateway-1", "/status/state/vpcs/gone", json!({"p": 3, "b": 400})),
    ] {
        let said = said(&StaleAgentSpec, &world);
        assert!(said.lines().is_empty(), "{:?}", said.lines());
    }
}

#[test]
fn a_gateway_that_is_being_installed_is_information() {
    let now = healthy().created_at;
    let mut world = healthy()
        .set("Gateway/gateway-2", "/metadata/creationTimestamp", now.as_str())
        .unset("GatewayAgent/gateway-2", "/spec/vpcs/vpc-04");
    world.objects.retain(|object| {
        let name = hh_worlds::name(object);
        hh_worlds::kind(object) != "Pod" || !name.starts_with("gw--gateway-2--")
    });
    assert_eq!(said(&StaleAgentSpec, &world).lines(), ["info GatewayAgent/gateway-2 (VPCInfo/vpc-04)"]);
}

#[test]
fn an_agent_without_captured_gateway_may_be_a_left_over() {
    let world = healthy().unset("GatewayAgent/gateway-2", "/spec/vpcs/vpc-04").without("Gateway");
    assert_eq!(said(&StaleAgentSpec, &world).lines(), ["info GatewayAgent/gateway-2 (VPCInfo/vpc-04)"]);
}

#[test]
fn without_agents_it_is_not_checked() {
    let said = said(&StaleAgentSpec, &healthy().without("GatewayAgent"));
    assert_eq!(said.not_checked, ["GatewayAgent objects"]);
}
