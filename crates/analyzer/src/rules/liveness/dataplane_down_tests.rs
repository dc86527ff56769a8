use hh_worlds::{World, json};

use super::DataplaneDown;
use crate::testing::{said, said_of_files};

const NO_API: &str = "\
2026-10-06T09:38:01.000001Z  INFO main dataplane::runtime: 66:  Starting dataplane for gateway 'gateway-1' (Version = v0.25.2)
2026-10-06T09:38:06.000001Z ERROR mgmt mgmt::processor: 120: Failed to initialize gateway status: ClientError: hyper error: client error (Connect): ConnectError(timed out)
2026-10-06T09:38:06.000002Z ERROR mgmt mgmt::processor: 121: Could not initialize k8s state. Will retry 0 more times
2026-10-06T09:38:57.000001Z ERROR mgmt mgmt::processor: 130: Maximum k8s initialization attempts reached. Giving up...
";

fn container(world: &World, role: &str) -> (String, String) {
    let pod = world.pod("gateway-1", role);
    (format!("Pod/{pod}"), pod)
}

fn crashed(code: i64) -> World {
    let world = World::healthy().small();
    let (path, _) = container(&world, "dataplane");
    world
        .set(&path, "/status/containerStatuses/0/ready", false)
        .set(&path, "/status/containerStatuses/0/restartCount", 12)
        .set(
            &path,
            "/status/containerStatuses/0/state",
            json!({"waiting": {"reason": "CrashLoopBackOff", "message": "back-off 5m0s restarting failed container"}}),
        )
        .set(
            &path,
            "/status/containerStatuses/0/lastState",
            json!({"terminated": {"reason": "Error", "exitCode": code,
                "startedAt": "2026-10-06T09:38:01Z", "finishedAt": "2026-10-06T09:38:58Z"}}),
        )
}

#[test]
fn a_crash_loop_with_the_reason_from_its_log() {
    let world = crashed(1);
    let (_, pod) = container(&world, "dataplane");
    let said = said(&DataplaneDown, &world.previous_log(&pod, "dataplane", NO_API));
    assert_eq!(said.lines(), [format!("critical Pod/{pod} (dataplane)")]);
    let finding = &said.findings[0];
    assert_eq!(
        finding.title,
        "dataplane of gateway gateway-1 does not run: CrashLoopBackOff, exit code 1, 12 restarts"
    );
    assert!(finding.detail.contains("cannot reach the Kubernetes API"), "{}", finding.detail);
    let proof = &finding.evidence[0];
    assert_eq!(proof.field.as_deref(), Some("status.containerStatuses[0].state.waiting.reason"));
    assert_eq!((proof.value.as_deref(), proof.line.is_some()), (Some("CrashLoopBackOff"), true));
    let quoted = finding.evidence.iter().find(|e| e.note == "the dataplane gives up").unwrap();
    assert!(quoted.value.as_deref().unwrap().starts_with("Maximum k8s initialization attempts"));
    assert!(quoted.line.is_some());
}

#[test]
fn reasons() {
    let start = NO_API.lines().next().unwrap();
    for (code, log, words) in [
        (
            1,
            format!(
                "{start}\n2026-10-06T09:38:06Z ERROR mgmt mgmt::processor: 120: Failed to initialize gateway status: ApiError: gatewayagents \"gateway-1\" is forbidden: 403 Forbidden\n2026-10-06T09:38:57Z ERROR mgmt mgmt::processor: 130: Maximum k8s initialization attempts reached. Giving up...\n"
            ),
            "RBAC",
        ),
        (
            1,
            format!(
                "{start}\n2026-10-06T09:38:06Z ERROR mgmt mgmt::processor: 120: Failed to initialize gateway status: ApiError: gatewayagents \"gateway-1\" 404 not found\n"
            ),
            "GatewayAgent does not exist",
        ),
        (
            1,
            format!(
                "{start}\n2026-10-06T09:38:06Z ERROR main dataplane::driver: 88: Failed to start driver: Interface enp2s1 is not up, flags: 0x1002\n"
            ),
            "driver could not start",
        ),
        (
            134,
            format!("{start}\nthread 'worker-1' panicked at routing/src/fib/mod.rs:77:9:\nindex out of bounds\n"),
            "panicked at routing/src/fib/mod.rs:77:9: `index out of bounds`",
        ),
        (
            134,
            format!(
                "{start}\n2026-10-06T09:38:02Z  INFO main dataplane::drivers: 30: Using driver DPDK...\nthread 'main' panicked at dataplane/src/drivers/dpdk.rs:12:5:\nnot yet implemented\n"
            ),
            "no DPDK driver",
        ),
        (
            1,
            format!(
                "{start}\n2026-10-06T09:38:06Z ERROR main dataplane::workers: 88: Worker 3 exited with error: EIO\n"
            ),
            "worker of the datapath ended",
        ),
    ] {
        let world = crashed(code);
        let (_, pod) = container(&world, "dataplane");
        let said = said(&DataplaneDown, &world.previous_log(&pod, "dataplane", &log));
        let detail = &said.findings[0].detail;
        assert!(detail.contains(words), "{words}: {detail}");
    }
}

#[test]
fn a_panic_names_the_peering_without_protocol() {
    let world = crashed(134);
    let (_, pod) = container(&world, "dataplane");
    let world = world
        .add(
            "apiVersion: gateway.githedgehog.com/v1alpha1\nkind: GatewayPeering\n\
             metadata: {name: lab--shop, namespace: default}\nspec:\n  peering:\n    lab:\n      expose:\n      \
             - ips: [{cidr: 10.0.1.0/24}]\n        as: [{cidr: 192.0.2.1/32}]\n        \
             nat: {portForward: {ports: [{port: \"22\", as: \"2222\"}]}}\n    shop: {expose: [{ips: [{cidr: 10.0.2.0/24}]}]}\n",
        )
        .previous_log(
            &pod,
            "dataplane",
            "thread 'mgmt' panicked at nat/src/portfw/flow_table/setup.rs:41:18:\ninternal error: entered unreachable code\n",
        );
    let said = said(&DataplaneDown, &world);
    assert!(said.findings[0].detail.contains("lab--shop"), "{}", said.findings[0].detail);
    assert!(said.findings[0].evidence.iter().any(|e| e.note == "a port forwarding rule without protocol"));
}

#[test]
fn without_a_log_the_rhythm_tells() {
    let said = said(&DataplaneDown, &crashed(1).without_logs());
    assert!(said.findings[0].detail.contains("Probably: it ended after about a minute"), "{}", said.findings[0].detail);
}

#[test]
fn not_ready_after_its_start() {
    let world = World::healthy().small();
    let (path, _) = container(&world, "dataplane");
    let at = "/status/containerStatuses/0/state/running/startedAt";
    let world = world.set(&path, "/status/containerStatuses/0/ready", false);
    assert_eq!(said(&DataplaneDown, &world).findings.len(), 1);
    let young = world.set(&path, at, "2026-10-06T09:40:40Z");
    assert_eq!(said(&DataplaneDown, &young).findings.len(), 0);
}

#[test]
fn healthy_pictures() {
    assert_eq!(said(&DataplaneDown, &World::healthy().small()).passed, 2);
    let world = World::healthy().small();
    let (path, _) = container(&world, "dataplane");
    // Never started.
    let waiting = world.clone().set(&path, "/status/containerStatuses/0/ready", false).set(
        &path,
        "/status/containerStatuses/0/state",
        json!({"waiting": {"reason": "PodInitializing"}}),
    );
    assert_eq!(said(&DataplaneDown, &waiting).findings.len(), 0);
    // Restarted long ago, runs.
    let old = world.clone().set(&path, "/status/containerStatuses/0/restartCount", 4).set(
        &path,
        "/status/containerStatuses/0/lastState",
        json!({"terminated": {"exitCode": 1, "finishedAt": "2026-10-01T09:38:58Z"}}),
    );
    assert_eq!(said(&DataplaneDown, &old).findings.len(), 0);
    // Rebooted with its node a moment ago.
    let rebooted = world
        .set(&path, "/status/containerStatuses/0/ready", false)
        .set(
            &path,
            "/status/containerStatuses/0/state",
            json!({"terminated": {"exitCode": 255, "reason": "Unknown", "finishedAt": "2026-10-06T09:40:00Z"}}),
        )
        .set("Node/gateway-1", "/status/conditions/3/lastTransitionTime", "2026-10-06T09:41:00Z");
    assert_eq!(said(&DataplaneDown, &rebooted).findings.len(), 0);
}

#[test]
fn an_agent_of_25_05_is_an_error() {
    let world = World::healthy().small();
    let (path, _) = container(&world, "dataplane");
    let mut agent = world.object(&path).clone();
    agent["metadata"]["name"] = json!("gw--gateway-1--agent-abcde");
    agent["status"]["containerStatuses"][0]["name"] = json!("agent");
    agent["status"]["containerStatuses"][0]["ready"] = json!(false);
    let mut world = world;
    world.objects.push(agent);
    assert_eq!(said(&DataplaneDown, &world).lines(), ["error Pod/gw--gateway-1--agent-abcde (agent)"]);
}

fn table(row: &str) -> Vec<String> {
    let mut files = World::healthy().small().without("Pod").files();
    let text = format!(
        "NAME                              READY   STATUS             RESTARTS       AGE\n{row}\n\
         gw--gateway-1--frr-mxsx9          2/2     Running            0              9d\n"
    );
    files.insert("pods.txt".into(), text.into_bytes());
    said_of_files(&DataplaneDown, files).lines()
}

#[test]
fn tables() {
    assert_eq!(
        table("gw--gateway-1--dataplane-q72rj    0/1     CrashLoopBackOff   12 (2m ago)    9d"),
        ["critical Pod/gw--gateway-1--dataplane-q72rj (dataplane)"]
    );
    assert_eq!(table("gw--gateway-1--dataplane-q72rj    0/1     Running            0              9d").len(), 1);
    for healthy in [
        "gw--gateway-1--dataplane-q72rj    1/1     Running            4 (3d ago)     9d",
        "gw--gateway-1--dataplane-q72rj    0/1     PodInitializing    0              20s",
        "gw--gateway-1--dataplane-q72rj    0/1     Running            1 (20s ago)    9d",
        "gw--gateway-1--dataplane-q72rj    0/1     Terminating        0              9d",
    ] {
        assert_eq!(table(healthy), Vec::<String>::new(), "{healthy}");
    }
}

#[test]
fn not_captured() {
    assert_eq!(said(&DataplaneDown, &World::healthy().small().without("Pod")).not_checked, ["Pods of namespace fab"]);
}
