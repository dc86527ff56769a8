use hh_worlds::World;

use super::NodeDown;
use crate::testing::{said, said_of_files};

const READY: &str = "/status/conditions/3/status";

#[test]
fn a_node_that_stopped_reporting() {
    let world = World::healthy().small().set("Node/gateway-1", READY, "Unknown").set(
        "Node/gateway-1",
        "/status/conditions/3/lastTransitionTime",
        "2026-10-06T09:21:17Z",
    );
    let said = said(&NodeDown, &world);
    assert_eq!(said.lines(), ["critical Node/gateway-1"]);
    let finding = &said.findings[0];
    assert_eq!(finding.title, "node gateway-1 is not ready for 20 min (Ready is Unknown)");
    let proof = &finding.evidence[0];
    assert_eq!(proof.field.as_deref(), Some("status.conditions[3].status"));
    assert_eq!(proof.value.as_deref(), Some("Unknown"));
    assert!(proof.line.is_some());
    assert_eq!(said.passed, 2);
    assert_eq!(finding.reference, ["GW-NODE-DOWN", "S2", "S9", "FAB-014"]);
}

#[test]
fn a_missing_node() {
    let said = said(&NodeDown, &World::healthy().small().delete("Node/gateway-2"));
    assert_eq!(said.lines(), ["critical Node/gateway-2"]);
    assert_eq!(said.findings[0].evidence[0].line, None);
}

#[test]
fn healthy_pictures() {
    let healthy = World::healthy().small();
    assert_eq!(said(&NodeDown, &healthy).lines(), Vec::<String>::new());
    let cordoned = healthy.clone().set("Node/gateway-1", "/spec/unschedulable", true);
    assert_eq!(said(&NodeDown, &cordoned).lines(), Vec::<String>::new());
    let installing = healthy
        .clone()
        .set("Gateway/gateway-1", "/metadata/creationTimestamp", "2026-10-06T09:31:17Z")
        .set("Node/gateway-1", READY, "False");
    assert_eq!(said(&NodeDown, &installing).lines(), ["info Node/gateway-1"]);
    let deleted = healthy.delete("Gateway/gateway-2").delete("Node/gateway-2");
    assert_eq!(said(&NodeDown, &deleted).lines(), Vec::<String>::new());
}

#[test]
fn nodes_that_are_not_captured() {
    let said = said(&NodeDown, &World::healthy().small().without("Node"));
    assert_eq!((said.lines(), said.not_checked), (vec![], vec!["Node objects".to_owned()]));
}

#[test]
fn a_table_tells_it_too() {
    let mut files = World::healthy().small().without("Node").files();
    let table = "NAME        STATUS     ROLES                AGE   VERSION\n\
                 control-1   Ready      control-plane,etcd   9d    v1.36.2+k3s1\n\
                 gateway-1   NotReady   <none>               9d    v1.36.2+k3s1\n\
                 gateway-2   Ready,SchedulingDisabled   <none>    9d    v1.36.2+k3s1\n";
    files.insert("nodes.txt".into(), table.as_bytes().to_vec());
    let said = said_of_files(&NodeDown, files);
    assert_eq!(said.lines(), ["critical Node/gateway-1"]);
    assert_eq!(said.findings[0].evidence[0].line, Some(3));
}

#[test]
fn a_node_without_a_gateway() {
    let world = World::healthy().small().set("Node/control-1", READY, "False");
    let said = said(&NodeDown, &world);
    assert_eq!(said.lines(), ["critical Node/control-1"]);
    assert_eq!(said.findings[0].reference, ["FAB-014"]);
    let young = world.set("Node/control-1", "/metadata/creationTimestamp", "2026-10-06T09:31:17Z");
    assert_eq!(crate::testing::said(&NodeDown, &young).lines(), ["info Node/control-1"]);
}

#[test]
fn pressure_and_taints() {
    let healthy = World::healthy().small();
    let pressed = healthy.clone().set("Node/gateway-1", "/status/conditions/1/status", "True");
    let pressed = said(&NodeDown, &pressed);
    assert_eq!(pressed.lines(), ["critical Node/gateway-1"]);
    let finding = &pressed.findings[0];
    assert_eq!(finding.title, "node gateway-1 has DiskPressure");
    assert_eq!(finding.reference, ["FAB-014"]);
    assert_eq!(finding.evidence[0].field.as_deref(), Some("status.conditions[1].status"));
    let taint = hh_worlds::json!([{"key": "node.kubernetes.io/unreachable", "effect": "NoSchedule"}]);
    let tainted = healthy.clone().set("Node/control-1", "/spec/taints", taint);
    assert_eq!(said(&NodeDown, &tainted).lines(), ["critical Node/control-1"]);
    // Back since a moment.
    let back = tainted.set("Node/control-1", "/status/conditions/3/lastTransitionTime", "2026-10-06T09:40:17Z");
    assert_eq!(said(&NodeDown, &back).lines(), Vec::<String>::new());
    let other = hh_worlds::json!([{"key": "example.com/reserved", "effect": "NoSchedule"}]);
    let other = healthy.set("Node/control-1", "/spec/taints", other);
    assert_eq!(said(&NodeDown, &other).lines(), Vec::<String>::new());
}
