//! The capture is of 2026-10-06T09:41:17Z.

use hh_worlds::World;

use super::Rejected;
use crate::testing::{analysis, said};

const AGENT: &str = "GatewayAgent/gateway-2";
const OVERLAP: &str = "\
2026-10-06T09:01:02.120034Z ERROR mgmt dataplane_mgmt::processor::k8s_client: 165: Failed to apply the config for genid 12: Failure applying config: VPC prefixes overlap: 10.0.0.0/24 and 10.0.0.0/25
2026-10-06T09:01:17.120034Z ERROR mgmt dataplane_mgmt::processor::k8s_client: 165: Failed to apply the config for genid 12: Failure applying config: VPC prefixes overlap: 10.0.0.0/24 and 10.0.0.0/25
";

fn world(lines: &str) -> World {
    let world = World::healthy().small().without_insights().set(AGENT, "/metadata/generation", 12);
    let pod = world.pod("gateway-2", "dataplane");
    world.log(&pod, "dataplane", lines)
}

#[test]
fn a_refused_generation_is_the_root() {
    let report = analysis(&world(OVERLAP), &crate::Options::default()).report;
    let roots: Vec<&str> = report.root_causes.iter().map(|root| root.reference[0].as_str()).collect();
    assert_eq!(roots, ["GW-CFG-REJECT"]);
    let root = &report.root_causes[0];
    assert_eq!(
        root.title,
        "gateway-2 refuses configuration generation 12: VPC prefixes overlap: 10.0.0.0/24 and 10.0.0.0/25"
    );
    assert_eq!((&*root.severity, &*root.confidence), ("error", "certain"));
    assert_eq!((&*root.subject.kind, &*root.subject.name), ("GatewayAgent", "gateway-2"));
    assert!(root.evidence[0].note.contains("2 times from 2026-10-06T09:01:02Z to 2026-10-06T09:01:17Z"));
    assert!(root.evidence[0].line.is_some());
    assert_eq!(root.explains, ["gateway-config-not-applied/GatewayAgent/default/gateway-2"]);
    assert!(report.findings.iter().all(|finding| !finding.reference.contains(&"GW-FRR-LAG".to_owned())));
}

#[test]
fn an_unreadable_spec_and_the_older_words() {
    let convert = "2026-10-06T09:01:02.120034Z ERROR mgmt dataplane_mgmt::processor::k8s_client: 140: Failed to convert K8sGatewayAgent to ExternalConfig: Not allowed: Expose references unknown VPC subnet front\n";
    let found = said(&Rejected, &world(convert));
    assert_eq!(found.lines(), ["error GatewayAgent/gateway-2"]);
    assert!(
        found.findings[0].title.contains("generation 12: Not allowed: Expose references"),
        "{:?}",
        found.findings[0]
    );
    let older = OVERLAP.replace("for genid", "for generation");
    assert_eq!(said(&Rejected, &world(&older)).lines(), ["error GatewayAgent/gateway-2"]);
}

#[test]
fn a_missing_interface_is_named() {
    let lines = "\
2026-10-06T09:01:02.110000Z ERROR mgmt dataplane_mgmt::processor::proc: 120: Unable to find kernel interface 'enp2s9'
2026-10-06T09:01:02.120034Z ERROR mgmt dataplane_mgmt::processor::k8s_client: 165: Failed to apply the config for genid 12: Failure applying config: Failure applying config: Internal error: Unable to find kernel interface 'enp2s9'
";
    let said = said(&Rejected, &world(lines));
    assert!(said.findings[0].evidence.iter().any(|evidence| evidence.note.contains("not on the node")));
    assert!(said.findings[0].detail.starts_with("An interface of the Gateway is not on the node."));
}

#[test]
fn the_history_alone() {
    let history = "time: 2026-10-06 09:42:30
 ━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━ Configuration summary ━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━
  GenId created                   applied                   error
     10 2026/10/05 09:20:02       2026/10/05 09:20:03       none
     12 2026/10/06 09:20:02       2026/10/06 09:20:03       Failure applying config: Interface reconciliation not achieved after 300 passes
     10 2026/10/05 09:20:02       2026/10/06 09:20:04       none (rollback)
";
    let tech = |text: &str| world("").insight("gateway-2", "dataplane: show tech", text);
    let found = said(&Rejected, &tech(history));
    assert_eq!(found.lines(), ["error GatewayAgent/gateway-2"]);
    assert!(found.findings[0].evidence[0].value.as_deref().is_some_and(|value| value.contains("300 passes")));
    let over = format!("{history}     12 2026/10/06 09:30:02       2026/10/06 09:30:03       none\n");
    assert_eq!(said(&Rejected, &tech(&over)).lines(), Vec::<String>::new());
    // The history in the log, as rows below the message.
    let rows: String = history.lines().skip(2).map(|line| format!("{line}\n")).collect();
    let log = format!(
        "2026-10-06T09:20:04.000000Z  INFO mgmt dataplane_mgmt::processor::proc: 300: Configuration summary\n{rows}"
    );
    assert_eq!(said(&Rejected, &world(&log)).lines(), ["error GatewayAgent/gateway-2"]);
}

#[test]
fn what_is_over_is_silent() {
    // An older generation, followed by success.
    let success = "2026-10-06T09:02:00.000000Z  INFO mgmt dataplane_mgmt::processor::proc: 665: Successfully applied config for genid 12\n";
    assert_eq!(said(&Rejected, &world(&format!("{OVERLAP}{success}"))).lines(), Vec::<String>::new());
    // The log is cut, but the status runs it.
    let applied = world(OVERLAP).set(AGENT, "/status/lastAppliedGen", 12);
    assert_eq!(said(&Rejected, &applied).lines(), Vec::<String>::new());
    // A newer one than the object, seconds after it was read, is refused all the same.
    let newer = "2026-10-06T09:43:02.120034Z ERROR mgmt dataplane_mgmt::processor::k8s_client: 165: Failed to apply the config for genid 13: Failure applying config: VPC prefixes overlap: 10.0.0.0/24 and 10.0.0.0/25\n";
    let world = world(newer).set(AGENT, "/status/lastAppliedGen", 12);
    assert_eq!(said(&Rejected, &world).lines(), ["error GatewayAgent/gateway-2"]);
}

#[test]
fn an_older_refusal_leaves_the_newest_open() {
    let world = world(OVERLAP).set(AGENT, "/metadata/generation", 13);
    let said = said(&Rejected, &world);
    assert_eq!(said.lines(), ["warning GatewayAgent/gateway-2"]);
    assert_eq!(said.findings[0].confidence, "possible");
}

#[test]
fn the_agent_of_25_05() {
    let line = "time=2026-10-06T09:30:00.000Z level=INFO msg=\"Dataplane config updated\" gen=6 message=\"\" error=\"VPC prefixes overlap: 10.0.0.0/24 and 10.0.0.0/25\"\n";
    let agent = "apiVersion: gwint.githedgehog.com/v1alpha1
kind: GatewayAgent
metadata: {name: gw-a, namespace: fab, generation: 6, creationTimestamp: \"2026-10-01T00:00:00Z\"}
spec: {gateway: {asn: 65534}}
status:
  agentVersion: v0.28.0
  lastAppliedGen: 6
  lastAppliedTime: \"2026-10-06T09:30:00Z\"
  state: {lastCollectedTime: \"2026-10-06T09:41:10Z\", frr: {lastAppliedGen: 5}}
";
    let world =
        |line: &str| World::empty("2026-10-06T09:41:17Z").add(agent).log("gw--gw-a--agent-abcde", "agent", line);
    let found = said(&Rejected, &world(line));
    assert_eq!(found.lines(), ["error GatewayAgent/gw-a"]);
    assert!(found.findings[0].title.contains("generation 6: VPC prefixes overlap"), "{:?}", found.findings[0]);
    let fine = line.replace("VPC prefixes overlap: 10.0.0.0/24 and 10.0.0.0/25", "");
    assert_eq!(said(&Rejected, &world(&fine)).lines(), Vec::<String>::new());
    // A later success of the same generation.
    assert_eq!(said(&Rejected, &world(&format!("{line}{fine}"))).lines(), Vec::<String>::new());
}

#[test]
fn healthy_and_not_checked() {
    assert_eq!(said(&Rejected, &World::healthy().small()).passed, 2);
    assert_eq!(said(&Rejected, &World::older().small()).passed, 2);
    let said = said(&Rejected, &world("").without_logs());
    assert_eq!(said.not_checked, ["GatewayAgent gateway-2: log of the dataplane container"]);
}
