use hh_worlds::{World, json};

use super::MasqueradePoolExhausted;
use crate::report::FindingOut;
use crate::testing::{Said, said};

const TECH: &str = "dataplane: show tech";
const COUNTER: &str = "NAT: out of resources          0";
const LINE: &str = "masquerade: Ip/port allocation failed for flow VNI(200),10.20.2.40:43600 -> 10.20.3.10:443 TCP towards \
    VPC VNI(300): no free IP available";

fn drops() -> World {
    World::from_dump(include_str!("../../../../../../bundles/drops.hhs")).small()
}

fn healthy() -> World {
    World::healthy().small()
}

fn counted(world: World, count: u64) -> World {
    world.insight_replace("gateway-1", TECH, COUNTER, &format!("NAT: out of resources          {count}"))
}

fn logged(world: World, line: &str) -> World {
    let pod = world.pod("gateway-1", "dataplane");
    world.log_more(
        &pod,
        "dataplane",
        &format!("2026-10-06T09:40:17.249714Z  WARN worker-2 dataplane_nat::nf: 434: {line}\n"),
    )
}

fn judged(world: &World) -> Said {
    said(&MasqueradePoolExhausted, world)
}

fn fields(finding: &FindingOut) -> Vec<(&str, &str)> {
    finding
        .evidence
        .iter()
        .filter_map(|evidence| Some((evidence.field.as_deref()?, evidence.value.as_deref()?)))
        .collect()
}

#[test]
fn the_example_names_the_peering_and_proves_it() {
    let said = judged(&drops());
    assert_eq!(said.lines(), ["error GatewayPeering/vpc-02--vpc-03"]);
    let finding = &said.findings[0];
    assert_eq!(
        finding.title,
        "the masquerade pool of vpc-02--vpc-03 is exhausted on gateway-1: 73918 packets from vpc-02 to vpc-03 dropped"
    );
    assert_eq!(finding.confidence, "certain");
    let fields = fields(finding);
    for proof in [
        ("Masquerade NAT allocator table", "[all ports allocated]"),
        ("Packet stats: NAT: out of resources", "73918"),
        ("status.state.peerings[\"vpc-02->vpc-03\"].d", "73918"),
        ("spec.peering.vpc-02.expose[0].as[0].cidr", "192.168.77.8/32"),
        ("spec.peering.vpc-02.expose[0].nat.masquerade.idleTimeout", "30m0s"),
    ] {
        assert!(fields.contains(&proof), "{proof:?} not in {fields:?}");
    }
    assert_eq!(fields[0].1, "[all ports allocated]");
    assert!(
        finding.evidence.iter().any(|e| e.note.contains("lines, first 2026-10-06T09:37:17Z, last")),
        "{finding:#?}"
    );
    assert_eq!(said.passed, 1, "gateway-2");
}

#[test]
fn the_counter_alone_is_graded_by_its_share_of_delivered() {
    // 3413109 delivered: 0.1 % is 3413.
    let pair = |d: u64| healthy().set("GatewayAgent/gateway-1", "/status/state/peerings/vpc-02->vpc-03/d", d);
    assert_eq!(judged(&counted(pair(5190), 5190)).lines(), ["error GatewayPeering/vpc-02--vpc-03"]);
    assert_eq!(judged(&counted(pair(41), 41)).lines(), ["warning GatewayPeering/vpc-02--vpc-03"]);
    // No direction accounts for it.
    assert_eq!(judged(&counted(pair(100), 5190)).lines(), ["error GatewayAgent/gateway-1"]);
}

#[test]
fn a_release_without_pair_drops_is_judged_by_the_source_vpc() {
    let world = World::older().small().set("GatewayAgent/gateway-1", "/status/state/vpcs/vpc-02/d", 4100);
    let said = judged(&counted(world, 4080));
    assert_eq!(said.lines(), ["error GatewayPeering/vpc-02--vpc-03"]);
    assert_eq!(said.findings[0].confidence, "likely");
}

#[test]
fn ports_that_were_not_returned() {
    let pool = "    IP ranges in pool:\n      [ 192.168.77.9 .. 192.168.77.9 ]\n    allocated IPs:\n      192.168.77.8:\n        \
        allocated ports:\n          1536, 1543, 1550, 1557";
    let full = "    IP ranges in pool:\n    allocated IPs:\n      192.168.77.8:\n        allocated ports:\n          [all ports \
        allocated]\n      192.168.77.9:\n        allocated ports:\n          [all ports allocated]";
    let world = World::older().small().insight_replace("gateway-1", TECH, pool, full);
    let world = world.set("GatewayAgent/gateway-1", "/status/state/vpcs/vpc-02/d", 4100);
    let said = judged(&counted(world, 4080));
    // The heading has no source VPC: told by destination and private range.
    assert_eq!(said.lines(), ["error GatewayPeering/vpc-02--vpc-03"]);
    let finding = &said.findings[0];
    assert!(finding.detail.contains("at most 7 flows live where 129024 ports are"), "{}", finding.detail);
    assert!(finding.next_steps.iter().any(|step| step.text.contains("Upgrade")));
    // Since v0.25.0 ports are returned.
    let newer = World::healthy().small();
    assert!(!judged(&counted(newer, 4080)).findings[0].detail.contains("returned"));
}

#[test]
fn a_line_of_the_log_is_enough() {
    let said = judged(&logged(healthy(), LINE).without_insights());
    assert_eq!(said.lines(), ["error GatewayPeering/vpc-02--vpc-03"]);
    let older =
        "ERROR masquerade: Error processing packet: allocation failed: no free port available in port block (1024)";
    assert_eq!(judged(&logged(World::older().small(), older)).lines(), ["error GatewayAgent/gateway-1"]);
    let over = logged(logged(healthy(), LINE), "Successfully applied config for genid 12");
    assert!(judged(&over).findings.is_empty());
}

#[test]
fn a_pool_without_ports_that_refused_nobody_is_a_warning() {
    let pool = "        [ 192.168.77.9 .. 192.168.77.9 ]\n      allocated IPs:\n        192.168.77.8:\n          allocated \
        ports:\n            1536, 1543, 1550, 1557";
    let full =
        "      allocated IPs:\n        192.168.77.8:\n          allocated ports:\n            [all ports allocated]";
    let world = healthy().insight_replace("gateway-1", TECH, pool, full);
    assert_eq!(judged(&world).lines(), ["warning GatewayPeering/vpc-02--vpc-03"]);
    // An address that is left makes it none.
    let left = healthy().insight_replace("gateway-1", TECH, "1536, 1543, 1550, 1557", "[all ports allocated]");
    assert!(judged(&left).findings.is_empty());
}

#[test]
fn two_gateways_are_one_finding() {
    let both = logged(healthy(), LINE);
    let pod = both.pod("gateway-2", "dataplane");
    let line = format!("2026-10-06T09:40:18.000000Z  WARN worker-2 dataplane_nat::nf: 434: {LINE}\n");
    let said = judged(&both.log_more(&pod, "dataplane", &line));
    assert_eq!(said.lines(), ["error GatewayPeering/vpc-02--vpc-03"]);
    assert!(said.findings[0].title.contains("gateway-1 and gateway-2"));
}

#[test]
fn look_alikes_are_quiet() {
    // The wrong side began: neither a defect nor exhaustion.
    for line in [
        "Error processing packet: allocation failed: new NAT session creation denied",
        "No address pool found for source address 10.20.3.10. Did we hit a bug when building the stateful NAT allocator?",
    ] {
        assert!(judged(&logged(World::older().small(), line)).findings.is_empty(), "{line}");
    }
    // v0.20 and v0.21 count a full flow table in the same row.
    let full = World::older().small().insight_replace("gateway-1", TECH, "(14 entries)", "(9100000 entries)");
    assert!(judged(&counted(full, 4080)).findings.is_empty());
    for world in [healthy(), World::older().small()] {
        assert_eq!((judged(&world).lines(), judged(&world).passed), (vec![], 2));
    }
}

#[test]
fn without_output_and_log_it_is_not_checked() {
    assert_eq!(judged(&healthy().without_insights().without_logs()).not_checked.len(), 2);
}

#[test]
fn a_new_gateway_gives_a_note() {
    let world =
        counted(healthy(), 4080).set("Gateway/gateway-1", "/metadata/creationTimestamp", "2026-10-06T09:40:00Z");
    let pods: Vec<String> = ["dataplane", "frr"].iter().map(|role| world.pod("gateway-1", role)).collect();
    let world = pods.iter().fold(world, |world, pod| {
        world.edit(&format!("Pod/{pod}"), |pod| {
            for status in pod["status"]["containerStatuses"].as_array_mut().unwrap() {
                status["state"]["running"]["startedAt"] = json!("2026-10-06T09:40:10Z");
                status["restartCount"] = json!(0);
                status.as_object_mut().unwrap().remove("lastState");
            }
        })
    });
    assert_eq!(judged(&world).lines(), ["info GatewayAgent/gateway-1"]);
}
