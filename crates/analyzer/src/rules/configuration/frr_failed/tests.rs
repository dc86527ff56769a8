use hh_worlds::World;

use super::FrrFailed;
use crate::testing::{analysis, said};

const FAILED: &str = "\
2026-10-06T09:35:19.100000Z ERROR rio dataplane_routing::frr::frrmi: 380: Failed to apply FRR configuration for gen 11: Reloading error
2026-10-06T09:35:19.100100Z ERROR rio dataplane_routing::frr::frrmi: 390: Ran out of attempts to config FRR for gen 11
";
const RELOAD: &str = "\
2026-10-06T09:35:18.000000Z  INFO frr_agent: Got config request from '/var/run/frr/frr-agent.sock' for generation 11
2026-10-06T09:35:19.000000Z ERROR frr_agent: >>>> FRR Reload failed! <<<<
stderr: line 14: % Unknown command: neighbor 172.30.128.12 bfd profile fast
";

/// Generation 11 runs since six minutes, FRR has 10.
fn lag() -> World {
    World::healthy()
        .small()
        .without_insights()
        .without_logs()
        .set("GatewayAgent/gateway-2", "/metadata/generation", 11)
        .set("GatewayAgent/gateway-2", "/status/lastAppliedGen", 11)
        .set("GatewayAgent/gateway-2", "/status/lastAppliedTime", "2026-10-06T09:35:17Z")
        .set("GatewayAgent/gateway-2", "/status/state/frr/lastAppliedGen", 10)
}

fn with_log(role: &str, text: &str) -> World {
    let world = lag();
    let pod = world.pod("gateway-2", role);
    world.log(&pod, role, text)
}

#[test]
fn the_reload_failure_explains_the_lag() {
    let report = analysis(&with_log("frr", RELOAD), &crate::Options::default()).report;
    let roots: Vec<&str> = report.root_causes.iter().map(|root| root.reference[0].as_str()).collect();
    assert_eq!(roots, ["GW-FRR-FAIL"], "{:#?}", report.root_causes);
    let root = &report.root_causes[0];
    assert_eq!(root.severity, "error");
    assert_eq!(root.evidence[0].value.as_deref(), Some(">>>> FRR Reload failed! <<<<"));
    assert!(root.evidence[1].value.as_deref().is_some_and(|value| value.contains("Unknown command")));
    assert_eq!(root.explains, ["frr-config-not-applied/GatewayAgent/default/gateway-2"]);
    assert!(report.findings.iter().all(|finding| !finding.reference.contains(&"GW-GEN-LAG".to_owned())));
}

#[test]
fn the_dataplane_names_generation_and_error() {
    let said = said(&FrrFailed, &with_log("dataplane", FAILED));
    assert_eq!(said.lines(), ["error GatewayAgent/gateway-2"]);
    assert_eq!(said.findings[0].title, "FRR of gateway-2 refused configuration generation 11: Reloading error");
    assert_eq!(said.findings[0].evidence.len(), 2);
}

#[test]
fn show_tech_alone() {
    let text = "time: 2026-10-06 09:42:40
 ━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━ FRR Management interface ━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━
 status: connected
 Last cfg applied: 10 2026-10-06T 09:20:10 (22 min 30 s ago)
 Last cfg failure: 11 2026-10-06T 09:35:19 (7 min ago)
";
    let world = lag().insight("gateway-2", "dataplane: show tech", text);
    assert_eq!(said(&FrrFailed, &world).lines(), ["error GatewayAgent/gateway-2"]);
    let over = text.replace("Last cfg applied: 10 2026-10-06T 09:20:10", "Last cfg applied: 11 2026-10-06T 09:40:10");
    let world = lag().insight("gateway-2", "dataplane: show tech", &over);
    assert_eq!(said(&FrrFailed, &world).lines(), Vec::<String>::new());
}

#[test]
fn a_success_ends_it() {
    let success = "2026-10-06T09:36:19.100000Z  INFO rio dataplane_routing::frr::frrmi: 372: Frr configuration successfully applied for gen 11\n";
    let world = with_log("dataplane", &format!("{FAILED}{success}"));
    assert_eq!(said(&FrrFailed, &world).lines(), Vec::<String>::new());
    let applied = "2026-10-06T09:36:19.000000Z  INFO frr_agent: Successfully APPLIED new configuration\n";
    let world = with_log("frr", &format!("{RELOAD}{applied}"));
    assert_eq!(said(&FrrFailed, &world).lines(), Vec::<String>::new());
    // The log is cut, the status tells.
    let world = with_log("dataplane", FAILED).set("GatewayAgent/gateway-2", "/status/state/frr/lastAppliedGen", 11);
    assert_eq!(said(&FrrFailed, &world).lines(), Vec::<String>::new());
}

#[test]
fn healthy_and_not_checked() {
    assert_eq!(said(&FrrFailed, &World::healthy().small()).passed, 2);
    let said = said(&FrrFailed, &World::healthy().small().without_logs().without_insights());
    assert_eq!(said.not_checked.len(), 2);
}
