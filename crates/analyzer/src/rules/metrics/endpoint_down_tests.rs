use hh_worlds::World;

use super::EndpointDown;
use crate::testing::{Said, said, said_of_files};

fn world() -> World {
    World::healthy().small()
}

const REFUSED: &str = "curl: (7) Failed to connect to 127.0.0.1 port 9442 after 0 ms: Connection refused\n";

fn asked(world: &World, text: &str) -> Said {
    let mut files = world.files();
    files.insert("metrics-gateway-1.prom".into(), text.as_bytes().to_vec());
    said_of_files(&EndpointDown, files)
}

fn alloy_pod(world: &World, gateway: &str) -> String {
    let pods = world.objects.iter().filter(|object| object["kind"] == "Pod" && object["spec"]["nodeName"] == gateway);
    let mut names = pods.filter_map(|pod| pod["metadata"]["name"].as_str());
    names.find(|name| name.starts_with("alloy-gw-")).expect("Alloy").to_owned()
}

fn scrape(time: &str) -> String {
    format!(
        "ts=2026-10-06T{time}Z level=warn msg=\"Failed to scrape target\" component_id=prometheus.scrape.gw \
         target=http://127.0.0.1:9442/metrics err=\"Get \\\"http://127.0.0.1:9442/metrics\\\": dial tcp 127.0.0.1:9442: \
         connect: connection refused\"\n"
    )
}

fn scraped(lines: &[String]) -> World {
    let pod = alloy_pod(&world(), "gateway-1");
    world().log(&pod, "alloy", &lines.concat())
}

#[test]
fn refused_on_the_node() {
    let asked = asked(&world(), REFUSED);
    assert_eq!(asked.lines(), ["warning GatewayAgent/gateway-1"]);
    let finding = &asked.findings[0];
    assert_eq!(finding.confidence, "likely");
    assert_eq!(finding.evidence[0].path.as_deref(), Some("metrics-gateway-1.prom"));
    assert_eq!((finding.evidence[0].line, finding.evidence[0].value.as_deref()), (Some(1), Some(REFUSED.trim())));
}

#[test]
fn the_prompt_tells_the_host() {
    let here = asked(&world(), &format!("core@gateway-1 ~ $ curl localhost:9442/metrics\n{REFUSED}"));
    assert_eq!(
        (here.lines(), here.findings[0].confidence.as_str()),
        (vec!["warning GatewayAgent/gateway-1".into()], "certain")
    );
    let there = asked(&world(), &format!("core@control-1 ~ $ curl localhost:9442/metrics\n{REFUSED}"));
    assert_eq!(there.lines(), ["info GatewayAgent/gateway-1"]);
}

#[test]
fn another_host_is_refused_rightly() {
    let text = "curl: (7) Failed to connect to 172.30.0.9 port 9442 after 1 ms: Connection refused\n";
    assert_eq!(asked(&world(), text).lines(), ["info GatewayAgent/gateway-1"]);
}

#[test]
fn the_exporter_of_frr_is_another_endpoint() {
    assert_eq!(asked(&world(), &REFUSED.replace("9442", "9342")).lines(), Vec::<String>::new());
}

#[test]
fn a_dataplane_that_does_not_run_is_no_matter_of_its_endpoint() {
    let world = world();
    let pod = format!("Pod/{}", world.pod("gateway-1", "dataplane"));
    let world = world.edit(&pod, |pod| {
        pod["status"]["containerStatuses"][0]["state"] = hh_worlds::json!({"waiting": {"reason": "CrashLoopBackOff"}});
    });
    assert_eq!(asked(&world, REFUSED).lines(), Vec::<String>::new());
}

#[test]
fn pods_are_needed() {
    let asked = asked(&world().without("Pod").without_logs(), REFUSED);
    assert_eq!((asked.lines(), asked.not_checked.len()), (vec![], 2));
    assert!(
        asked.not_checked.contains(&"GatewayAgent gateway-1: Pods of namespace fab".to_owned()),
        "{:?}",
        asked.not_checked
    );
}

#[test]
fn scrapes_that_fail_to_the_end() {
    let said = said(&EndpointDown, &scraped(&[scrape("09:38:00.1"), scrape("09:39:00.1"), scrape("09:40:00.1")]));
    assert_eq!(said.lines(), ["warning GatewayAgent/gateway-1"]);
    assert!(
        said.findings[0].detail.contains("Alloy failed 3 times since 2026-10-06T09:38:00"),
        "{}",
        said.findings[0].detail
    );
    assert_eq!(said.findings[0].evidence.len(), 1);
}

#[test]
fn scrapes_that_ended_or_timed_out() {
    let later = "ts=2026-10-06T09:40:00.1Z level=info msg=\"done\"\n".to_owned();
    let ended = said(&EndpointDown, &scraped(&[scrape("09:20:00.1"), later]));
    assert_eq!((ended.lines(), ended.passed), (vec![], 2));
    let timeout = scrape("09:40:00.1").replace("connect: connection refused", "context deadline exceeded");
    assert_eq!(said(&EndpointDown, &scraped(&[timeout])).lines(), Vec::<String>::new());
    let other = scrape("09:40:00.1").replace("9442", "9342");
    assert_eq!(said(&EndpointDown, &scraped(&[other])).lines(), Vec::<String>::new());
}

#[test]
fn another_program_holds_the_port() {
    let world = world();
    let pod = world.pod("gateway-1", "dataplane");
    let line = "2026-10-06T09:30:00.088816Z ERROR metrics dataplane::statistics: 104: metrics server error: Address already in use (os error 98)\n";
    let said = said(&EndpointDown, &world.log_more(&pod, "dataplane", line));
    assert_eq!(said.lines(), ["warning GatewayAgent/gateway-1"]);
    assert!(said.findings[0].detail.contains("another program holds the port"));
}

#[test]
fn healthy() {
    for world in [world(), World::older().small()] {
        let said = said(&EndpointDown, &world);
        assert_eq!((said.lines(), said.passed), (vec![], 2), "{:?}", said.not_checked);
    }
    let text = "vpc_packet_count{total=\"a\"} 1\nvpc_packet_count{drops=\"a\"} 0\n";
    assert_eq!(asked(&world(), &format!("{REFUSED}{text}")).lines(), Vec::<String>::new());
}
