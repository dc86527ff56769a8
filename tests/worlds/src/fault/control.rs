//! The control node, its services and the management network.

use std::fmt::Write as _;

use super::show::{self, crashing, end, event, heartbeat_stops, workload_down};
use super::{Fault, Least, Outcome, outcome};
use crate::build::{Release, Rng, Site, ago, klog};

const CONTROL: &[&str] = &[
    "FAB-*",
    "GW-AGENT-*",
    "GW-PEER-*",
    "GW-HA-STALEGROUPS",
    "GW-VPCINFO-NOTREADY",
    "DHCP-*",
    "VPC-502",
    "GW-POD-IMAGE",
    "GW-CTRL-DOWN",
];

macro_rules! fault {
    ($name:literal, $apply:expr) => {
        Fault { name: $name, since: Release::R25_05, apply: $apply }
    };
}

pub(super) const FAULTS: &[Fault] = &[
    fault!("the fabric controller crashes", controller),
    fault!("the registry crashes", registry),
    fault!("the registry has no image for NTP", image),
    fault!("the DHCP server crashes", dhcpd),
    fault!("the fabricator controller crashes", fabricator),
    fault!("cert-manager ran out of memory", cert_manager),
    fault!("the control node's disk is full", disk_pressure),
    fault!("the management network is cut", management_cut),
    fault!("the controller cannot reconcile a switch", reconcile_error),
    fault!("a switch object has no switch yet", never_provisioned),
    fault!("a deletion hangs", stuck_deletion),
    fault!("a secret is in the dump", secret),
    fault!("a switch's clock is ahead", clock_ahead),
    fault!("a switch did not upgrade its agent", agent_version),
    fault!("CoreDNS crashes", coredns),
];

fn pod_crashes(site: &mut Site, workload: &str, container: &str, code: i64, reason: &str) -> String {
    let pod = site.pod(&format!("{workload}-"));
    crashing(site, &pod, container, Some(end(code, reason, 130)), 9, "CrashLoopBackOff");
    workload_down(site, "Deployment", workload, 1500);
    let namespace =
        site.world.object(&format!("Pod/{pod}"))["metadata"]["namespace"].as_str().unwrap_or("fab").to_owned();
    event(
        site,
        ("Pod", &namespace, &pod),
        "BackOff",
        &format!("Back-off restarting failed container {container} in pod"),
        45,
        38,
    );
    pod
}

fn container_of(site: &Site, pod: &str) -> String {
    site.world.object(&format!("Pod/{pod}"))["spec"]["containers"][0]["name"].as_str().unwrap_or_default().to_owned()
}

fn crash(site: &mut Site, workload: &str, references: &'static [&'static str], least: Least) -> Option<Outcome> {
    let container = container_of(site, &site.pod(&format!("{workload}-")));
    let pod = pod_crashes(site, workload, &container, 2, "Error");
    outcome(references, ("Pod", &[&pod]), least, CONTROL, &["control"])
}

fn controller(site: &mut Site, _: &mut Rng) -> Option<Outcome> {
    crash(site, "fabric-ctrl", &["GW-CTRL-DOWN", "FAB-013"], Least::Critical)
}

fn registry(site: &mut Site, _: &mut Rng) -> Option<Outcome> {
    crash(site, "zot", &["FAB-013"], Least::Critical)
}

fn dhcpd(site: &mut Site, _: &mut Rng) -> Option<Outcome> {
    crash(site, "fabric-dhcpd", &["FAB-013"], Least::Error)
}

fn fabricator(site: &mut Site, _: &mut Rng) -> Option<Outcome> {
    site.at("Fabricator/default")["status"]["lastStatusCheck"] = ago(1500);
    crash(site, "fabricator-ctrl", &["FAB-013"], Least::Error)
}

fn coredns(site: &mut Site, _: &mut Rng) -> Option<Outcome> {
    crash(site, "coredns", &["FAB-013"], Least::Error)
}

fn cert_manager(site: &mut Site, _: &mut Rng) -> Option<Outcome> {
    let pod = site
        .names("Pod")
        .into_iter()
        .find(|pod| pod.starts_with("cert-manager-") && !pod.contains("cainjector") && !pod.contains("webhook"))?;
    let container = container_of(site, &pod);
    crashing(site, &pod, &container, Some(end(137, "OOMKilled", 130)), 9, "CrashLoopBackOff");
    workload_down(site, "Deployment", "cert-manager", 1500);
    outcome(&["FAB-013"], ("Pod", &[&pod]), Least::Error, CONTROL, &["control"])
}

fn image(site: &mut Site, _: &mut Rng) -> Option<Outcome> {
    let pod = site.pod("ntp-");
    let container = container_of(site, &pod);
    crashing(site, &pod, &container, None, 0, "ImagePullBackOff");
    workload_down(site, "Deployment", "ntp", 1500);
    event(site, ("Pod", "fab", &pod), "Failed", "Error: ImagePullBackOff", 60, 22);
    outcome(&["FAB-013"], ("Pod", &[&pod]), Least::Error, CONTROL, &["control"])
}

fn disk_pressure(site: &mut Site, _: &mut Rng) -> Option<Outcome> {
    let node = site.at("Node/control-1");
    for condition in node["status"]["conditions"].as_array_mut().into_iter().flatten() {
        if condition["type"] == "DiskPressure" {
            condition["status"] = "True".into();
            condition["reason"] = "KubeletHasDiskPressure".into();
            condition["message"] = "kubelet has disk pressure".into();
            condition["lastTransitionTime"] = ago(2400);
        }
    }
    event(site, ("Node", "", "control-1"), "EvictionThresholdMet", "Attempting to reclaim ephemeral-storage", 70, 40);
    outcome(&["FAB-014"], ("Node", &["control-1"]), Least::Critical, CONTROL, &["control"])
}

/// No switch reaches the control node any more; the gateways are on the same network.
fn management_cut(site: &mut Site, rng: &mut Rng) -> Option<Outcome> {
    let seconds = rng.between(1000, 3000);
    for switch in site.names("Agent") {
        heartbeat_stops(site, &switch, seconds + rng.between(0, 14));
    }
    outcome(
        &["FAB-003"],
        ("Fabricator", &["default"]),
        Least::Critical,
        &["FAB-002", "FAB-023", "GW-HB-*"],
        &["control", "everything"],
    )
}

fn reconcile_error(site: &mut Site, rng: &mut Rng) -> Option<Outcome> {
    let leaf = rng.pick(&site.places.leaves)?.clone();
    let pod = site.pod("fabric-ctrl-");
    let mut text = String::new();
    for seconds in [820, 640, 460, 280, 100] {
        let line = format!(
            "Reconciler error controller=Agent controllerGroup=wiring.githedgehog.com controllerKind=Switch Switch=\"{{Name:{leaf} Namespace:default}}\" namespace=default name={leaf} reconcileID=331c3b28-e097-4651-a707-{seconds:012x} err=\"getting VPCs: switch {leaf} doesn't have vlan namespace prod while gets vpc vpc-01\""
        );
        let _ = write!(text, "{}", klog(seconds, "ERR", &line));
    }
    show::log(site, &pod, "manager", &text);
    outcome(&["FAB-015", "VPC-506", "FAB-016"], ("*", &[&leaf]), Least::Error, CONTROL, &[&leaf])
}

fn never_provisioned(site: &mut Site, rng: &mut Rng) -> Option<Outcome> {
    let leaf = rng
        .pick(&site.places.leaves.iter().filter(|leaf| leaf.as_str() > "leaf-02").cloned().collect::<Vec<_>>())?
        .clone();
    site.at(&format!("Agent/{leaf}"))["status"] = serde_json::json!({});
    for link in site.places.uplinks_of(&leaf) {
        show::port_down(site, &link.spine, &link.spine_port, 500_000);
        show::session_down(site, &link.spine, "default", &link.leaf_ip, 500_000, "");
        show::bfd_down(site, &link.spine, &link.leaf_ip);
        show::overlay_down(site, &link.spine, &leaf, 500_000);
    }
    let spines: Vec<String> = site.places.spines.clone();
    let mut touched: Vec<&str> = spines.iter().map(String::as_str).collect();
    touched.extend([leaf.as_str(), "paths"]);
    outcome(
        &["FAB-001"],
        ("Agent", &[&leaf]),
        Least::Error,
        &["LINK-*", "BGP-*", "BFD-420", "LLDP-*", "VPC-*", "DHCP-*"],
        &touched,
    )
}

fn stuck_deletion(site: &mut Site, rng: &mut Rng) -> Option<Outcome> {
    let servers = site.places.servers.clone();
    let server = rng.pick(&servers)?;
    let metadata = &mut site.at(&format!("VPCAttachment/{}", server.attachment))["metadata"];
    metadata["deletionTimestamp"] = ago(4000);
    metadata["finalizers"] = serde_json::json!(["vpcattachment.fabric.githedgehog.com"]);
    outcome(&["FAB-019"], ("VPCAttachment", &[&server.attachment]), Least::Warning, &[], &[&server.server])
}

fn secret(site: &mut Site, _: &mut Rng) -> Option<Outcome> {
    site.at("Secret/registry-user-admin")["data"]["password"] = "aHVudGVyMi1ub3QtcmVhbA==".into();
    outcome(&["FAB-022"], ("Secret", &["registry-user-admin"]), Least::Warning, &[], &["secret"])
}

fn clock_ahead(site: &mut Site, rng: &mut Rng) -> Option<Outcome> {
    let leaf = rng.pick(&site.places.leaves)?.clone();
    heartbeat_stops(site, &leaf, -5400);
    outcome(&["FAB-017"], ("*", &[&leaf]), Least::Warning, &[], &[&leaf])
}

fn agent_version(site: &mut Site, rng: &mut Rng) -> Option<Outcome> {
    let leaf = rng.pick(&site.places.leaves)?.clone();
    let old = if site.plan.release == Release::R26_03 { "v0.120.3" } else { "v0.87.4" };
    site.at(&format!("Agent/{leaf}"))["status"]["version"] = old.into();
    outcome(&["FAB-007"], ("Agent", &[&leaf]), Least::Warning, &["FAB-008"], &[&leaf])
}
