use hh_worlds::World;

use super::Drops;
use crate::Options;
use crate::testing::{Said, analysis, said, said_with};

const TECH: &str = "dataplane: show tech";
const AGENT: &str = "GatewayAgent/gateway-1";

fn drops() -> World {
    World::from_dump(include_str!("../../../../../../bundles/drops.hhs")).small()
}

fn healthy() -> World {
    World::healthy().small()
}

fn judged(world: &World) -> Said {
    said(&Drops, world)
}

/// Packets and drops of a direction and of its VPC on gateway-1.
fn pair(world: World, from: &str, to: &str, packets: u64, dropped: u64) -> World {
    let pair = format!("/status/state/peerings/{from}->{to}");
    world.set(AGENT, &format!("{pair}/p"), packets).set(AGENT, &format!("{pair}/d"), dropped).set(
        AGENT,
        &format!("/status/state/vpcs/{from}/d"),
        dropped,
    )
}

/// A row of Packet stats of gateway-1.
fn stat(world: World, row: &str, count: u64) -> World {
    world.insight_replace("gateway-1", TECH, &format!("    {row:<31}0\n"), &format!("    {row:<31}{count}\n"))
}

#[test]
fn the_example_has_one_root_cause() {
    let report = analysis(&drops(), &Options::default()).report;
    let roots: Vec<&str> = report.root_causes.iter().map(|finding| finding.rule.as_str()).collect();
    assert_eq!(roots, ["masquerade-pool-exhausted"]);
    let said = judged(&drops());
    assert_eq!(said.lines(), ["warning GatewayAgent/gateway-1 (vpc-02->vpc-03)"]);
    let finding = &said.findings[0];
    assert_eq!(finding.title, "gateway-1 drops 3.8 % of the packets from vpc-02 to vpc-03 (73918 packets)");
    assert_eq!(finding.caused_by.len(), 1);
    assert_eq!(finding.evidence[0].value.as_deref(), Some("73918"));
    assert!(finding.evidence.iter().any(|e| e.field.as_deref() == Some("Packet stats: NAT: out of resources")));
    let command = "kubectl fabric inspect access --source vpc-02/subnet-01 --destination vpc-03/subnet-01";
    let step = finding.next_steps.iter().find(|step| step.command.as_deref() == Some(command)).unwrap();
    assert!(step.text.contains("does not look at gateway peerings"));
}

#[test]
fn thresholds() {
    for (packets, dropped, severity) in [
        (900, 100, "warning"),
        (990, 10, "info"),
        (9901, 99, "info"),
        (9900, 100, "warning"),
        (9901, 100, "info"),
        (400, 100, "error"),
        (401, 100, "warning"),
        (90_000, 41, "info"),
    ] {
        let said = judged(&pair(healthy(), "vpc-01", "vpc-03", packets, dropped));
        assert_eq!(
            said.lines(),
            [format!("{severity} GatewayAgent/gateway-1 (vpc-01->vpc-03)")],
            "{dropped}/{packets}"
        );
    }
}

#[test]
fn drops_that_no_direction_accounts_for_had_no_destination() {
    let world =
        healthy().set(AGENT, "/status/state/vpcs/vpc-01/p", 1000).set(AGENT, "/status/state/vpcs/vpc-01/d", 500);
    let said = judged(&world);
    assert_eq!(said.lines(), ["error GatewayAgent/gateway-1 (vpc-01)"]);
    assert!(said.findings[0].title.contains("their destination is in no peering"));
    // Nothing of it is explained by a pool of that VPC.
    assert!(said.findings[0].caused_by.is_empty());
}

#[test]
fn without_pair_drops_the_vpc_is_judged() {
    let world = World::older().small().set(AGENT, "/status/state/vpcs/vpc-02/p", 9000).set(
        AGENT,
        "/status/state/vpcs/vpc-02/d",
        4100,
    );
    let world = stat(world, "NAT: out of resources", 4080);
    let said = judged(&world);
    assert_eq!(said.lines(), ["error GatewayAgent/gateway-1 (vpc-02)"]);
    assert!(!said.findings[0].title.contains("destination"));
    assert_eq!(said.findings[0].caused_by.len(), 1);
    let roots = analysis(&world, &Options::default()).report.root_causes;
    assert_eq!(roots.iter().map(|f| f.rule.as_str()).collect::<Vec<_>>(), ["masquerade-pool-exhausted"]);
}

#[test]
fn the_reason_must_hold_the_drops() {
    let reason = |world: World| {
        let detail = judged(&world).findings[0].detail.clone();
        detail.split(['.', ':']).next().unwrap_or_default().to_owned()
    };
    let lossy = || pair(healthy(), "vpc-01", "vpc-03", 9000, 1000);
    assert_eq!(reason(stat(lossy(), "Filtered", 900)), "The gateway filtered them");
    let unknown = "Which result of Packet stats they belong to cannot be told";
    assert_eq!(reason(stat(lossy(), "Filtered", 899)), unknown);
    assert_eq!(reason(stat(stat(lossy(), "Filtered", 1000), "NAT: failure", 1000)), unknown);
    // Strays are few: no reason.
    assert_eq!(reason(stat(lossy(), "IP:  route drop", 1000)), unknown);
    assert_eq!(
        reason(stat(lossy(), "VxLAN: encap failure", 1000)),
        "The next hop on the fabric side could not be resolved"
    );
    assert_eq!(
        reason(stat(lossy(), "Flow capacity exceeded", 1000)),
        "The flow table had no entry for new connections"
    );
}

#[test]
fn policy_scans_rollbacks_and_restarts_are_notes() {
    let lossy = || pair(healthy(), "vpc-01", "vpc-03", 9000, 1000);
    let acl = stat(lossy(), "Dropped by ACL", 1000);
    let scan = stat(pair(healthy(), "ext.external-01", "vpc-04", 9000, 1000), "NAT: not port-forwarded", 1000);
    let history = "     11 2026/10/06 08:56:19       2026/10/06 08:56:19       none \n";
    let undone = format!("{history}     11 2026/10/06 08:56:19       2026/10/06 09:20:04       none (rollback)\n");
    let rollback = stat(lossy(), "Filtered", 1000).insight_replace("gateway-1", TECH, history, &undone);
    let pod = format!("Pod/{}", healthy().pod("gateway-1", "dataplane"));
    let started = "/status/containerStatuses/0/state/running/startedAt";
    let restart = lossy().set(&pod, started, "2026-10-06T09:38:00Z");
    for (name, world) in [("acl", acl), ("scan", scan), ("rollback", rollback), ("restart", restart)] {
        assert!(judged(&world).is_quiet() && judged(&world).findings.len() == 1, "{name}");
    }
    // A wrong port between VPCs is no scan.
    assert!(!judged(&stat(lossy(), "NAT: not port-forwarded", 1000)).is_quiet());
}

#[test]
fn an_access_list_may_be_the_reason() {
    let lossy = || pair(healthy(), "vpc-01", "vpc-03", 9000, 1000).insight_error("gateway-1", TECH, "exec failed");
    assert!(!judged(&lossy()).is_quiet());
    let acl = hh_worlds::json!({"default": "deny", "rules": []});
    let denied = judged(&lossy().set(AGENT, "/spec/peerings/vpc-01--vpc-03/acl", acl));
    assert!(denied.is_quiet() && denied.findings[0].detail.contains("are not captured"));
}

#[test]
fn old_counters_are_notes() {
    let stale =
        pair(healthy(), "vpc-01", "vpc-03", 900, 900).set(AGENT, "/status/lastHeartbeat", "2026-10-06T09:00:00Z");
    assert!(judged(&stale).is_quiet());
}

#[test]
fn a_flow_table_that_is_full_explains_drops() {
    let world = stat(pair(healthy(), "vpc-01", "vpc-03", 9000, 1000), "Flow capacity exceeded", 1000);
    let roots = analysis(&world, &Options::default()).report.root_causes;
    assert_eq!(roots.iter().map(|f| f.rule.as_str()).collect::<Vec<_>>(), ["flow-table-full"]);
}

#[test]
fn expected_traffic_without_drops_gets_the_note() {
    let options = Options { expect: vec![("vpc-01".into(), "vpc-03".into())], ..Options::default() };
    for world in [healthy(), World::older().small()] {
        let said = said_with(&Drops, &world, &options);
        assert_eq!(said.lines(), ["info GatewayAgent/gateway-1 (vpc-01->vpc-03)"]);
        assert!(said.findings[0].detail.contains("excludes loss on the gateway only"));
        assert!(said.findings[0].next_steps[0].command.as_deref().unwrap().contains("--source vpc-01/subnet-01"));
    }
}

#[test]
fn healthy_installations_pass() {
    for world in [healthy(), World::older().small()] {
        assert_eq!((judged(&world).lines(), judged(&world).passed), (vec![], 2));
    }
    assert_eq!(judged(&healthy().without("GatewayAgent")).not_checked, ["GatewayAgent objects"]);
}
