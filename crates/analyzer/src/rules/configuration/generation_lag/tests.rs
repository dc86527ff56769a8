//! The capture is of 2026-10-06T09:41:17Z.

use hh_worlds::{World, json};

use super::GenerationLag;
use crate::testing::{said, said_of_files};

const AGENT: &str = "GatewayAgent/gateway-2";

/// gateway-2 has a generation that it does not run; nothing else tells of it.
fn lag() -> World {
    World::healthy().small().without_logs().without_insights().set(AGENT, "/metadata/generation", 12)
}

fn with_log(lines: &str) -> World {
    let world = lag();
    let pod = world.pod("gateway-2", "dataplane");
    world.log(&pod, "dataplane", lines)
}

fn refused(time: &str, generation: i64) -> String {
    format!(
        "{time} ERROR mgmt dataplane_mgmt::processor::k8s_client: 165: Failed to apply the config for genid {generation}: Failure applying config: VPC prefixes overlap: 10.0.0.0/24 and 10.0.0.0/25\n"
    )
}

#[test]
fn an_undated_lag_is_possible() {
    let said = said(&GenerationLag, &lag());
    assert_eq!(said.lines(), ["warning GatewayAgent/gateway-2"]);
    let finding = &said.findings[0];
    assert_eq!(finding.confidence, "possible");
    assert_eq!(finding.reference, ["GW-GEN-LAG", "S1", "S12"]);
    assert_eq!(finding.evidence[0].field.as_deref(), Some("status.lastAppliedGen"));
    assert_eq!(finding.evidence[1].field.as_deref(), Some("metadata.generation"));
    assert_eq!(finding.evidence[1].value.as_deref(), Some("12"));
    assert!(finding.evidence.iter().take(2).all(|evidence| evidence.line.is_some()));
}

#[test]
fn equal_generations_are_healthy() {
    let said = said(&GenerationLag, &World::healthy().small());
    assert_eq!((said.lines(), said.passed), (vec![], 2));
}

#[test]
fn its_first_log_line_dates_it() {
    let old = said(&GenerationLag, &with_log(&refused("2026-10-06T09:01:02.120034Z", 12)));
    assert_eq!(old.lines(), ["error GatewayAgent/gateway-2"]);
    assert!(old.findings[0].detail.starts_with("The change is 40 min old."), "{}", old.findings[0].detail);
    assert_eq!(old.findings[0].confidence, "certain");
    let young = said(&GenerationLag, &with_log(&refused("2026-10-06T09:41:02.120034Z", 12)));
    assert_eq!(young.lines(), ["info GatewayAgent/gateway-2"]);
}

#[test]
fn lines_of_other_generations_date_nothing() {
    // An older one that is applied, and one of the object before this one was created.
    for line in [refused("2026-10-06T09:01:02.120034Z", 3), refused("2026-09-20T09:01:02.120034Z", 12)] {
        assert_eq!(said(&GenerationLag, &with_log(&line)).findings[0].confidence, "possible", "{line}");
    }
}

#[test]
fn an_older_missing_generation_dates_a_lag_of_two() {
    let world = with_log(&refused("2026-10-06T09:01:02.120034Z", 12)).set(AGENT, "/metadata/generation", 13);
    assert_eq!(said(&GenerationLag, &world).lines(), ["error GatewayAgent/gateway-2"]);
}

#[test]
fn the_history_dates_it() {
    let history = "time: 2026-10-06 09:42:30
 ━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━ Configuration summary ━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━
  GenId created                   applied                   error
     12 2026/10/06 09:20:02       2026/10/06 09:20:03       Failure applying config: Interface reconciliation not achieved after 300 passes
";
    let world = lag().insight("gateway-2", "dataplane: show tech", history);
    let said = said(&GenerationLag, &world);
    assert_eq!(said.lines(), ["error GatewayAgent/gateway-2"]);
    assert!(said.findings[0].evidence[2].note.contains("generation 12 in the configuration history"));
}

#[test]
fn another_gateway_with_the_same_peerings_dates_it() {
    let world = lag().set("GatewayAgent/gateway-1", "/status/lastAppliedTime", "2026-10-06T09:30:00Z");
    let found = said(&GenerationLag, &world);
    assert_eq!(found.lines(), ["error GatewayAgent/gateway-2"]);
    assert_eq!(found.findings[0].confidence, "likely");
    // Not if its own configuration is another one.
    let other = world.set("GatewayAgent/gateway-1", "/spec/vpcs/vpc-01/vni", 101);
    assert_eq!(said(&GenerationLag, &other).findings[0].confidence, "possible");
}

#[test]
fn managed_fields_date_it() {
    let fields = |time: &str| {
        json!([
            {"manager": "fabric", "operation": "Update", "time": time, "fieldsV1": {"f:spec": {}}},
            {"manager": "dataplane", "subresource": "status", "time": "2026-10-06T09:41:05Z", "fieldsV1": {"f:status": {}}},
        ])
    };
    let world = lag().set(AGENT, "/metadata/managedFields", fields("2026-10-06T09:38:00Z"));
    assert_eq!(said(&GenerationLag, &world).lines(), ["error GatewayAgent/gateway-2"]);
    // Written after the last status.
    let world = lag().set(AGENT, "/metadata/managedFields", fields("2026-10-06T09:41:10Z"));
    assert_eq!(said(&GenerationLag, &world).lines(), ["info GatewayAgent/gateway-2"]);
}

#[test]
fn something_created_seconds_ago_excuses_it() {
    let young = |kind: &str| lag().set(kind, "/metadata/creationTimestamp", "2026-10-06T09:41:00Z");
    for kind in ["GatewayPeering/vpc-01--vpc-03", "VPCInfo/vpc-01", "VPC/vpc-01", AGENT] {
        assert_eq!(said(&GenerationLag, &young(kind)).lines(), ["info GatewayAgent/gateway-2"], "{kind}");
    }
    // But not a lag that is dated.
    let dated = with_log(&refused("2026-10-06T09:01:02.120034Z", 12));
    let world = dated.set("GatewayPeering/vpc-01--vpc-03", "/metadata/creationTimestamp", "2026-10-06T09:41:00Z");
    assert_eq!(said(&GenerationLag, &world).lines(), ["error GatewayAgent/gateway-2"]);
}

/// The dataplane of gateway-2 has applied nothing since it started.
fn started(at: &str) -> World {
    let world =
        lag().unset(AGENT, "/status/lastAppliedGen").set(AGENT, "/status/lastAppliedTime", serde_json::Value::Null);
    let pod = format!("Pod/{}", world.pod("gateway-2", "dataplane"));
    world.set(&pod, "/status/containerStatuses/0/state/running/startedAt", at)
}

#[test]
fn a_restarted_dataplane() {
    let slow = said(&GenerationLag, &started("2026-10-06T09:30:00Z"));
    assert_eq!(slow.lines(), ["error GatewayAgent/gateway-2"]);
    assert_eq!(slow.findings[0].title, "gateway-2 runs no configuration: generation 12 is not applied");
    let just = said(&GenerationLag, &started("2026-10-06T09:41:07Z"));
    assert_eq!(just.lines(), ["info GatewayAgent/gateway-2"]);
}

#[test]
fn epoch_times_of_raw_objects_are_never() {
    let world = started("2026-10-06T09:41:07Z").set(AGENT, "/status/lastAppliedTime", "1970-01-01T00:00:00Z");
    assert_eq!(said(&GenerationLag, &world).lines(), ["info GatewayAgent/gateway-2"]);
}

#[test]
fn without_generations_it_cannot_tell() {
    let world = lag().unset(AGENT, "/metadata/generation");
    let said = said(&GenerationLag, &world);
    assert_eq!((said.lines(), said.not_checked.len()), (Vec::new(), 1));
}

#[test]
fn tables() {
    let table = "NAME        APPLIED          APPLIEDG   CURRENTG   VERSION   AGE
gateway-1   10 minutes ago   7          7          v0.25.2   9d
gateway-2   10 minutes ago   9          11         v0.25.2   9d
gateway-3                               2          v0.25.2   9d
gateway-4   56y              0          2          v0.25.2   9d
";
    let files = [("gatewayagents.txt".to_owned(), table.as_bytes().to_vec())].into();
    let said = said_of_files(&GenerationLag, files);
    assert_eq!(
        said.lines(),
        ["error GatewayAgent/gateway-3", "warning GatewayAgent/gateway-2", "warning GatewayAgent/gateway-4"]
    );
    assert_eq!(said.passed, 1);
}

#[test]
fn the_example_bundle_has_one_root() {
    let world = World::from_dump(include_str!("../../../../../../bundles/gateway-gen-lag.hhs"));
    let report = crate::testing::analysis(&world, &crate::Options::default()).report;
    let roots: Vec<_> = report.root_causes.iter().map(|root| (&*root.reference[0], &*root.subject.name)).collect();
    assert_eq!(roots, [("GW-CFG-REJECT", "gateway-2")]);
    let root = &report.root_causes[0];
    assert!(root.evidence[0].value.as_deref().is_some_and(|value| {
        value.starts_with("Failed to apply the config for genid 11: ")
            && value.ends_with("not achieved after 300 passes")
    }));
    assert_eq!(
        root.explains,
        [
            "gateway-config-not-applied/GatewayAgent/default/gateway-2",
            "gateway-config-rolled-back/GatewayAgent/default/gateway-2"
        ]
    );
    assert_eq!(report.counts.error, 2);
}
