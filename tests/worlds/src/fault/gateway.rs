//! Gateways: nodes, pods, configuration, sessions, peerings.

use serde_json::json;

use super::show::{self, crashing, dataplane_line, end, event};
use super::{Fault, Least, Outcome, outcome};
use crate::build::{GatewayLink, Release, Rng, Site, ago, at};

const DEAD: &[&str] =
    &["GW-*", "FAB-011", "FAB-012", "FAB-013", "FAB-014", "FAB-021", "LINK-*", "LLDP-303", "BGP-*", "BFD-420"];
const SESSION: &[&str] = &[
    "GW-BGP-*",
    "GW-BFD-*",
    "GW-LEAF-NOROUTE",
    "GW-EVPN-NOROUTE",
    "GW-EXT-NOROUTE",
    "GW-HA-*",
    "BGP-*",
    "BFD-420",
    "LINK-*",
    "LLDP-*",
];
const CONFIG: &[&str] = &[
    "GW-GEN-LAG",
    "GW-CFG-*",
    "GW-CTR-*",
    "GW-HA-DEGRADED",
    "GW-HA-NOFAILOVER",
    "GW-FRR-*",
    "GW-PEER-*",
    "GW-AGENT-STALESPEC",
];

macro_rules! fault {
    ($name:literal, $apply:expr) => {
        Fault { name: $name, since: Release::R26_01, apply: $apply }
    };
}

pub(super) const FAULTS: &[Fault] = &[
    fault!("a gateway node lost power", node_off),
    fault!("a dataplane crashes at start", dataplane_crashes),
    fault!("FRR crashes", frr_crashes),
    fault!("the FRR exporter crashes", exporter_crashes),
    fault!("the dataplane image is missing", image_missing),
    fault!("the init container of a dataplane fails", init_fails),
    fault!("the dataplane ran out of memory", out_of_memory),
    fault!("a gateway's DaemonSets want no pod", unscheduled),
    fault!("the API refuses a gateway's status", status_refused),
    fault!("a gateway link is cut", link_cut),
    fault!("the session of a gateway link is down, its link is up", session_down),
    fault!("both sessions of a gateway are down", all_down),
    fault!("a gateway has the wrong ASN for its neighbour", wrong_asn),
    fault!("a gateway lacks a neighbour", neighbour_forgotten),
    fault!("a dataplane refuses the newest generation", generation_refused),
    fault!("an FRR reload failed", reload_failed),
    fault!("a VPCInfo is not ready", vpcinfo_not_ready),
    fault!("a peering names a group without members", group_without_members),
    fault!("a peering names a VPC that is none", peering_without_vpc),
    fault!("a VPC pair is peered twice", peered_twice),
    fault!("two gateways have the same priority", same_priority),
    fault!("a gateway object is in the wrong namespace", wrong_namespace),
    fault!("a gateway was deleted and runs on", orphan),
    fault!("a masquerade has an idle timeout of zero", idle_zero),
    fault!("a gateway's session flaps", session_flapping),
    fault!("a gateway's MTU is too small", small_mtu),
];

fn gateway(site: &Site, rng: &mut Rng) -> Option<String> {
    rng.pick(&site.places.gateway_names()).cloned()
}

/// All that shows a gateway, its switches included.
fn near(site: &Site, gateway: &str) -> Vec<String> {
    let mut near = vec![gateway.to_owned(), "group".to_owned()];
    near.extend(site.places.links_of(gateway).into_iter().map(|link| link.switch));
    near
}

fn on(
    site: &Site,
    gateway: &str,
    references: &'static [&'static str],
    object: (&'static str, &str),
    least: Least,
    explains: &'static [&'static str],
) -> Option<Outcome> {
    let near = near(site, gateway);
    outcome(references, (object.0, &[object.1]), least, explains, &near.iter().map(String::as_str).collect::<Vec<_>>())
}

fn silent(site: &mut Site, gateway: &str, seconds: i64) {
    let status = &mut site.at(&format!("GatewayAgent/{gateway}"))["status"];
    status["lastHeartbeat"] = ago(seconds);
    status["state"]["lastCollectedTime"] = ago(seconds);
}

fn not_ready(site: &mut Site, gateway: &str, roles: &[&str], seconds: i64) {
    for role in roles {
        let (component, set) = if *role == "frr" { ("gatewayFRR", "frr") } else { ("gatewayDataplane", "dataplane") };
        show::workload_down(site, "DaemonSet", &format!("gw--{gateway}--{set}"), seconds);
        site.at("Fabricator/default")["status"]["components"][component][gateway] = "Pending".into();
    }
    for condition in site.at("Fabricator/default")["status"]["conditions"].as_array_mut().into_iter().flatten() {
        if condition["type"] == "GatewayReady" {
            condition["status"] = "False".into();
            condition["reason"] = "GatewaysPending".into();
            condition["message"] = "Not all gateways are ready".into();
            condition["lastTransitionTime"] = ago(seconds);
        }
    }
}

fn node_off(site: &mut Site, rng: &mut Rng) -> Option<Outcome> {
    let gateway = gateway(site, rng)?;
    let seconds = rng.between(900, 5000);
    show::node_lost(site, &gateway, seconds);
    silent(site, &gateway, seconds);
    for link in site.places.links_of(&gateway) {
        show::port_down(site, &link.switch, &link.port, seconds - 6);
        show::light(site, &link.switch, &link.port, "in", -40.0, 8);
        show::gateway_session_down_at_switch(site, &link, seconds - 6, "Interface down");
    }
    show::outputs_fail(
        site,
        &gateway,
        "",
        "retrying: executing command in pod: error dialing backend: proxy error from 172.30.0.2:6443 while dialing 172.30.0.3:10250, code 502: 502 Bad Gateway",
    );
    not_ready(site, &gateway, &["dataplane", "frr"], seconds - 60);
    for set in ["alloy-gw", "fab-node-config"] {
        show::workload_down(site, "DaemonSet", set, seconds);
    }
    on(site, &gateway, &["GW-NODE-DOWN"], ("Node", &gateway), Least::Critical, DEAD)
}

/// A dataplane that has ended: sessions lost, links up.
fn dataplane_dead(site: &mut Site, gateway: &str, seconds: i64) {
    silent(site, gateway, seconds);
    show::outputs_fail(
        site,
        gateway,
        "dataplane:",
        "retrying: executing \"/dataplane-cli -c show tech\" command in pod: unable to upgrade connection: container not found (\"dataplane\")",
    );
    show::change_output(site, gateway, "frr: show hedgehog rpc stats", |line| {
        line.replace("sock connected: yes", "sock connected: no")
    });
    for link in site.places.links_of(gateway) {
        show::frr_session_down(site, &link, seconds - 5);
        show::gateway_session_down_at_switch(site, &link, seconds - 5, "BFD down received");
    }
    not_ready(site, gateway, &["dataplane"], seconds - 30);
}

fn pod_of(site: &Site, gateway: &str, role: &str) -> String {
    site.pod(&format!("gw--{gateway}--{role}-"))
}

fn dataplane_crashes(site: &mut Site, rng: &mut Rng) -> Option<Outcome> {
    let gateway = gateway(site, rng)?;
    dataplane_dead(site, &gateway, rng.between(800, 3000));
    let pod = pod_of(site, &gateway, "dataplane");
    crashing(site, &pod, "dataplane", Some(end(1, "Error", 91)), 12, "CrashLoopBackOff");
    event(site, ("Pod", "fab", &pod), "BackOff", "Back-off restarting failed container dataplane in pod", 22, 41);
    let target = "dataplane_mgmt::processor::k8s_client";
    let text = dataplane_line(92, "ERROR", target, 99, "Maximum k8s initialization attempts reached. Giving up...")
        + &dataplane_line(
            91,
            "ERROR",
            "dataplane::runtime",
            330,
            "Failed to start mgmt: k8s initialization failed. Stopping dataplane...",
        );
    let world = std::mem::take(&mut site.world);
    site.world = world.log(&pod, "dataplane", &text).previous_log(&pod, "dataplane", &text);
    on(site, &gateway, &["GW-POD-DP-CRASH"], ("Pod", &pod), Least::Critical, DEAD)
}

fn frr_crashes(site: &mut Site, rng: &mut Rng) -> Option<Outcome> {
    let gateway = gateway(site, rng)?;
    let seconds = rng.between(800, 3000);
    let pod = pod_of(site, &gateway, "frr");
    crashing(site, &pod, "frr", Some(end(1, "Error", 120)), 9, "CrashLoopBackOff");
    event(site, ("Pod", "fab", &pod), "BackOff", "Back-off restarting failed container frr in pod", 30, 35);
    show::outputs_fail(
        site,
        &gateway,
        "frr:",
        "retrying: executing command in pod: unable to upgrade connection: container not found (\"frr\")",
    );
    for link in site.places.links_of(&gateway) {
        show::gateway_session_down(site, &link, seconds, "Peer closed the session");
        show::gateway_session_down_at_switch(site, &link, seconds, "BFD down received");
    }
    not_ready(site, &gateway, &["frr"], seconds - 30);
    on(site, &gateway, &["GW-POD-FRR-DOWN"], ("Pod", &pod), Least::Critical, DEAD)
}

fn exporter_crashes(site: &mut Site, rng: &mut Rng) -> Option<Outcome> {
    let gateway = gateway(site, rng)?;
    let pod = pod_of(site, &gateway, "frr");
    crashing(site, &pod, "frr-exporter", Some(end(1, "Error", 120)), 9, "CrashLoopBackOff");
    show::workload_down(site, "DaemonSet", &format!("gw--{gateway}--frr"), 900);
    on(site, &gateway, &["GW-POD-EXPORTER"], ("Pod", &pod), Least::Warning, &["FAB-013", "FAB-012", "FAB-021"])
}

fn image_missing(site: &mut Site, rng: &mut Rng) -> Option<Outcome> {
    let gateway = gateway(site, rng)?;
    dataplane_dead(site, &gateway, rng.between(800, 3000));
    let pod = pod_of(site, &gateway, "dataplane");
    crashing(site, &pod, "dataplane", None, 0, "ImagePullBackOff");
    site.world.logs.retain(|(_, name, _), _| *name != pod);
    // A registry that crashes would explain it.
    let mut outcome = on(site, &gateway, &["GW-POD-IMAGE"], ("Pod", &pod), Least::Error, DEAD)?;
    outcome.touched.push("control".into());
    Some(outcome)
}

fn init_fails(site: &mut Site, rng: &mut Rng) -> Option<Outcome> {
    let gateway = gateway(site, rng)?;
    dataplane_dead(site, &gateway, rng.between(800, 3000));
    let pod = pod_of(site, &gateway, "dataplane");
    crashing(site, &pod, "init-ifaces", Some(end(1, "Error", 120)), 8, "CrashLoopBackOff");
    let object = site.at(&format!("Pod/{pod}"));
    object["status"]["phase"] = "Pending".into();
    let status = &mut object["status"]["containerStatuses"][0];
    status["ready"] = false.into();
    status["started"] = false.into();
    status["state"] = json!({"waiting": {"reason": "PodInitializing"}});
    site.world.logs.retain(|(_, name, container), _| *name != pod || container == "init-ifaces");
    show::log(site, &pod, "init-ifaces", "+ ip l set mtu 9100 dev enp2s1\nCannot find device \"enp2s1\"\n");
    on(site, &gateway, &["GW-POD-INIT"], ("Pod", &pod), Least::Critical, DEAD)
}

fn out_of_memory(site: &mut Site, rng: &mut Rng) -> Option<Outcome> {
    let gateway = gateway(site, rng)?;
    dataplane_dead(site, &gateway, rng.between(800, 3000));
    let pod = pod_of(site, &gateway, "dataplane");
    crashing(site, &pod, "dataplane", Some(end(137, "OOMKilled", 100)), 6, "CrashLoopBackOff");
    on(site, &gateway, &["GW-POD-OOM"], ("Pod", &pod), Least::Error, DEAD)
}

fn unscheduled(site: &mut Site, rng: &mut Rng) -> Option<Outcome> {
    let gateway = gateway(site, rng)?;
    let seconds = rng.between(900, 3000);
    site.at(&format!("Node/{gateway}"))["metadata"]["labels"]["kubernetes.io/hostname"] =
        format!("{gateway}.dc1").into();
    silent(site, &gateway, seconds);
    for role in ["dataplane", "frr"] {
        let pod = pod_of(site, &gateway, role);
        site.world.objects.retain(|object| crate::name(object) != pod);
        site.world.logs.retain(|(_, name, _), _| *name != pod);
        let status = &mut site.at(&format!("DaemonSet/gw--{gateway}--{role}"))["status"];
        for field in [
            "currentNumberScheduled",
            "desiredNumberScheduled",
            "numberAvailable",
            "numberReady",
            "updatedNumberScheduled",
        ] {
            status[field] = 0.into();
        }
    }
    site.world.insights.retain(|(owner, _), _| *owner != gateway);
    for link in site.places.links_of(&gateway) {
        show::gateway_session_down_at_switch(site, &link, seconds - 5, "BFD down received");
    }
    let names = [format!("gw--{gateway}--dataplane"), format!("gw--{gateway}--frr")];
    let near = near(site, &gateway);
    outcome(
        &["GW-DS-UNSCHED"],
        ("DaemonSet", &[&names[0], &names[1]]),
        Least::Error,
        DEAD,
        &near.iter().map(String::as_str).collect::<Vec<_>>(),
    )
}

fn status_refused(site: &mut Site, rng: &mut Rng) -> Option<Outcome> {
    let gateway = gateway(site, rng)?;
    silent(site, &gateway, 860);
    let pod = pod_of(site, &gateway, "dataplane");
    let text: String = (0..56)
        .map(|step| {
            dataplane_line(845 - 15 * step, "ERROR", "dataplane_mgmt::processor::k8s_client", 231, &format!("Failed to update gateway status: ApiError: gatewayagents.gwint.githedgehog.com \"{gateway}\" is forbidden (403 Forbidden)"))
        })
        .collect();
    show::log(site, &pod, "dataplane", &text);
    on(site, &gateway, &["GW-HB-STALE"], ("GatewayAgent", &gateway), Least::Critical, DEAD)
}

fn link_of(site: &Site, rng: &mut Rng) -> Option<GatewayLink> {
    rng.pick(&site.places.gateways).cloned()
}

fn link_cut(site: &mut Site, rng: &mut Rng) -> Option<Outcome> {
    let link = link_of(site, rng)?;
    let seconds = rng.between(400, 5000);
    show::port_down(site, &link.switch, &link.port, seconds);
    show::light(site, &link.switch, &link.port, "in", -40.0, 8);
    show::gateway_session_down_at_switch(site, &link, seconds, "Interface down");
    show::gateway_session_down(site, &link, seconds, "Interface down");
    on(site, &link.gateway, &["LINK-202"], ("Connection", &link.connection), Least::Error, SESSION)
}

fn session_down(site: &mut Site, rng: &mut Rng) -> Option<Outcome> {
    let link = link_of(site, rng)?;
    let seconds = rng.between(400, 5000);
    show::gateway_session_down_at_switch(site, &link, seconds, "BGP Notification received");
    show::gateway_session_down(site, &link, seconds, "Remote system closed");
    on(site, &link.gateway, &["GW-BGP-DOWN", "BGP-403"], ("*", &link.gateway), Least::Error, SESSION)
}

fn all_down(site: &mut Site, rng: &mut Rng) -> Option<Outcome> {
    let gateway = gateway(site, rng)?;
    let seconds = rng.between(400, 5000);
    for link in site.places.links_of(&gateway) {
        show::gateway_session_down_at_switch(site, &link, seconds, "Hold Timer Expired");
        show::gateway_session_down(site, &link, seconds, "Remote system closed");
    }
    on(site, &gateway, &["GW-BGP-ALLDOWN"], ("GatewayAgent", &gateway), Least::Critical, SESSION)
}

fn wrong_asn(site: &mut Site, rng: &mut Rng) -> Option<Outcome> {
    let link = link_of(site, rng)?;
    for path in [format!("Gateway/{}", link.gateway), format!("GatewayAgent/{}", link.gateway)] {
        let object = site.at(&path);
        let spec = if path.starts_with("GatewayAgent") { &mut object["spec"]["gateway"] } else { &mut object["spec"] };
        for neighbour in spec["neighbors"].as_array_mut().into_iter().flatten() {
            if neighbour["ip"] == link.switch_ip.as_str() {
                neighbour["asn"] = 65_199.into();
            }
        }
    }
    show::gateway_session_down_at_switch(site, &link, 3000, "BGP Notification sent");
    show::gateway_session_down(site, &link, 3000, "Remote system closed");
    on(site, &link.gateway, &["GW-WIRE-NEIGH", "GW-WIRE-ASN"], ("Gateway", &link.gateway), Least::Error, SESSION)
}

fn neighbour_forgotten(site: &mut Site, rng: &mut Rng) -> Option<Outcome> {
    let link = link_of(site, rng)?;
    for path in [format!("Gateway/{}", link.gateway), format!("GatewayAgent/{}", link.gateway)] {
        let object = site.at(&path);
        let spec = if path.starts_with("GatewayAgent") { &mut object["spec"]["gateway"] } else { &mut object["spec"] };
        if let Some(neighbours) = spec["neighbors"].as_array_mut() {
            neighbours.retain(|neighbour| neighbour["ip"] != link.switch_ip.as_str());
        }
    }
    let agent = site.at(&format!("GatewayAgent/{}", link.gateway));
    if let Some(seen) = agent["status"]["state"]["bgp"]["vrfs"]["default"]["neighbors"].as_object_mut() {
        seen.remove(&link.switch_ip);
    }
    for command in ["frr: show bgp summary", "frr: show bfd peers", "frr: show running-config"] {
        show::change_output(site, &link.gateway, command, |line| {
            if line.split_whitespace().any(|word| word == link.switch_ip) { String::new() } else { line.to_owned() }
        });
    }
    show::gateway_session_down_at_switch(site, &link, 3000, "BGP Notification received");
    on(site, &link.gateway, &["GW-WIRE-NEIGH"], ("Gateway", &link.gateway), Least::Error, SESSION)
}

/// A dataplane refuses the newest generation since `seconds`, once a minute.
fn refuse(site: &mut Site, gateway: &str, seconds: i64, reason: &str) {
    let agent = site.at(&format!("GatewayAgent/{gateway}"));
    let generation = agent["metadata"]["generation"].as_i64().unwrap_or(1) + 1;
    agent["metadata"]["generation"] = generation.into();
    let pod = pod_of(site, gateway, "dataplane");
    let message = format!("Failed to apply the config for genid {generation}: Failure applying config: {reason}");
    let text: String = (0..seconds / 60)
        .map(|step| {
            dataplane_line(seconds - 60 * step, "ERROR", "dataplane_mgmt::processor::k8s_client", 165, &message)
        })
        .collect();
    show::log(site, &pod, "dataplane", &text);
}

fn generation_refused(site: &mut Site, rng: &mut Rng) -> Option<Outcome> {
    let gateway = gateway(site, rng)?;
    refuse(site, &gateway, 2400, "Configuration error: VPC prefixes overlap");
    on(site, &gateway, &["GW-CFG-REJECT"], ("GatewayAgent", &gateway), Least::Error, CONFIG)
}

fn reload_failed(site: &mut Site, rng: &mut Rng) -> Option<Outcome> {
    let gateway = gateway(site, rng)?;
    let agent = site.at(&format!("GatewayAgent/{gateway}"));
    let generation = agent["metadata"]["generation"].as_i64()?;
    agent["status"]["state"]["frr"]["lastAppliedGen"] = (generation - 1).into();
    let (dataplane, frr) = (pod_of(site, &gateway, "dataplane"), pod_of(site, &gateway, "frr"));
    show::log(
        site,
        &dataplane,
        "dataplane",
        &dataplane_line(
            2650,
            "ERROR",
            "dataplane_routing::frr::frrmi",
            380,
            &format!("Failed to apply FRR configuration for gen {generation}: FRR reload failed"),
        ),
    );
    show::log(
        site,
        &frr,
        "frr",
        &format!(
            "{} ERROR frr_agent: FRR Reload failed: vtysh: line 41: % Unknown command\n",
            at(2651).replace('Z', ".1Z")
        ),
    );
    on(site, &gateway, &["GW-FRR-FAIL", "GW-FRR-LAG"], ("GatewayAgent", &gateway), Least::Error, CONFIG)
}

fn vpcinfo_not_ready(site: &mut Site, _: &mut Rng) -> Option<Outcome> {
    let mut object = site.world.object("VPCInfo/vpc-03").clone();
    object["metadata"]["name"] = "lab".into();
    object["metadata"]["uid"] = "9d3a1c52-8a52-4c0e-9d0b-0d3b7b1f8d17".into();
    object["metadata"]["creationTimestamp"] = ago(700);
    if let Some(map) = object["metadata"].as_object_mut() {
        map.remove("ownerReferences");
    }
    object["spec"] = json!({"subnets": {"subnet-01": {"cidr": "10.20.30.0/24"}}, "vni": 3000});
    object["status"] = json!({});
    site.world.objects.push(object);
    outcome(
        &["GW-VPCINFO-NOTREADY"],
        ("VPCInfo", &["lab"]),
        Least::Error,
        &["GW-AGENT-*", "GW-PEER-*", "GW-HA-STALEGROUPS", "FAB-015"],
        &["vpcinfo", "control"],
    )
}

fn add_peering(site: &mut Site, name: &str, group: &str, sides: serde_json::Value, in_agents: bool) {
    let spec = json!({"gatewayGroup": group, "peering": sides});
    let mut object = site.world.object("GatewayPeering/vpc-01--vpc-03").clone();
    object["metadata"]["name"] = name.into();
    object["metadata"]["uid"] = "9d3a1c52-8a52-4c0e-9d0b-0d3b7b1f8d18".into();
    object["metadata"]["creationTimestamp"] = ago(5000);
    for key in ["labels", "annotations"] {
        if let Some(map) = object["metadata"].as_object_mut() {
            map.remove(key);
        }
    }
    object["spec"] = spec.clone();
    site.world.objects.push(object);
    if in_agents {
        for gateway in site.places.gateway_names() {
            site.at(&format!("GatewayAgent/{gateway}"))["spec"]["peerings"][name] = spec.clone();
        }
    }
}

fn group_without_members(site: &mut Site, _: &mut Rng) -> Option<Outcome> {
    let name = "vpc-01--vpc-02";
    let mut group = site.world.object("GatewayGroup/default").clone();
    group["metadata"]["name"] = "edge".into();
    group["metadata"]["uid"] = "9d3a1c52-8a52-4c0e-9d0b-0d3b7b1f8d20".into();
    site.world.objects.push(group);
    // The two VPCs are peered through the gateway alone.
    site.world.objects.retain(|object| !(crate::kind(object) == "VPCPeering" && crate::name(object) == name));
    add_peering(
        site,
        name,
        "edge",
        json!({"vpc-01": {"expose": [{"ips": [{"cidr": "10.20.1.0/24"}]}]}, "vpc-02": {"expose": [{"ips": [{"cidr": "10.20.2.0/24"}]}]}}),
        true,
    );
    for gateway in site.places.gateway_names() {
        refuse(site, &gateway, 1798, "A VPC peering object refers to non-existent group 'edge'");
    }
    outcome(
        &["GW-PEER-NOMEMBER"],
        ("GatewayPeering", &[name]),
        Least::Error,
        CONFIG,
        &["peering", "group", "gateway-1", "gateway-2", "gateway-3", "gateway-4"],
    )
}

fn peering_without_vpc(site: &mut Site, _: &mut Rng) -> Option<Outcome> {
    let name = "vpc-01--external-01";
    add_peering(
        site,
        name,
        "default",
        json!({"vpc-01": {"expose": [{"ips": [{"cidr": "10.20.1.0/24"}]}]}, "external-01": {"expose": [{"default": true}]}}),
        false,
    );
    outcome(
        &["GW-PEER-NOTINAGENT"],
        ("GatewayPeering", &[name]),
        Least::Error,
        &["GW-AGENT-STALESPEC", "GW-CTR-*", "GW-PEER-*"],
        &["peering"],
    )
}

fn peered_twice(site: &mut Site, _: &mut Rng) -> Option<Outcome> {
    let mut object = site.world.object("VPCPeering/vpc-01--vpc-02").clone();
    let name = "vpc-01--vpc-03";
    object["metadata"]["name"] = name.into();
    object["metadata"]["uid"] = "9d3a1c52-8a52-4c0e-9d0b-0d3b7b1f8d21".into();
    object["metadata"]["labels"] =
        json!({"fabric.githedgehog.com/vpc1": "vpc-01", "fabric.githedgehog.com/vpc2": "vpc-03"});
    object["spec"] = json!({"permit": [{"vpc-01": {}, "vpc-03": {}}]});
    let spec = object["spec"].clone();
    site.world.objects.push(object);
    for leaf in site.places.leaves.clone() {
        site.at(&format!("Agent/{leaf}"))["spec"]["vpcPeers"][name] = spec.clone();
    }
    outcome(&["GW-PEER-DUAL"], ("GatewayPeering", &[name]), Least::Error, &["GW-CTR-*"], &["peering"])
}

fn same_priority(site: &mut Site, _: &mut Rng) -> Option<Outcome> {
    if site.plan.gateways < 2 {
        return None;
    }
    for path in ["Gateway/gateway-2", "GatewayAgent/gateway-2"] {
        let object = site.at(path);
        let spec = if path.starts_with("GatewayAgent") { &mut object["spec"]["gateway"] } else { &mut object["spec"] };
        spec["groups"][0]["priority"] = 200.into();
    }
    for gateway in site.places.gateway_names() {
        for member in site.at(&format!("GatewayAgent/{gateway}"))["spec"]["groups"]["default"]["members"]
            .as_array_mut()
            .into_iter()
            .flatten()
        {
            if member["name"] == "gateway-2" {
                member["priority"] = 200.into();
            }
        }
    }
    outcome(
        &["GW-HA-TIE"],
        ("GatewayGroup", &["default"]),
        Least::Warning,
        &["GW-HA-*"],
        &["group", "gateway-1", "gateway-2"],
    )
}

fn wrong_namespace(site: &mut Site, _: &mut Rng) -> Option<Outcome> {
    let mut object = site.world.object("Gateway/gateway-1").clone();
    object["metadata"]["name"] = "gateway-9".into();
    object["metadata"]["namespace"] = "fab".into();
    object["metadata"]["creationTimestamp"] = ago(4000);
    object["metadata"]["uid"] = "9d3a1c52-8a52-4c0e-9d0b-0d3b7b1f8d22".into();
    site.world.objects.push(object);
    outcome(&["GW-NS"], ("Gateway", &["gateway-9"]), Least::Error, &["GW-POD-MISSING"], &["group"])
}

fn orphan(site: &mut Site, _: &mut Rng) -> Option<Outcome> {
    if site.plan.gateways < 3 {
        return None;
    }
    let gateway = format!("gateway-{}", site.plan.gateways);
    site.world.objects.retain(|object| !crate::is(object, &format!("Gateway/{gateway}")));
    on(site, &gateway, &["GW-AGENT-ORPHAN"], ("GatewayAgent", &gateway), Least::Warning, &["GW-HA-*"])
}

fn idle_zero(site: &mut Site, _: &mut Rng) -> Option<Outcome> {
    let name = "vpc-02--vpc-03";
    site.at(&format!("GatewayPeering/{name}"))["spec"]["peering"]["vpc-02"]["expose"][0]["nat"]["masquerade"]["idleTimeout"] =
        "0s".into();
    for gateway in site.places.gateway_names() {
        site.at(&format!("GatewayAgent/{gateway}"))["spec"]["peerings"][name]["peering"]["vpc-02"]["expose"][0]["nat"]
            ["masquerade"]["idleTimeout"] = "0s".into();
    }
    outcome(&["GW-NAT-IDLE"], ("GatewayPeering", &[name]), Least::Error, &[], &["peering"])
}

fn session_flapping(site: &mut Site, rng: &mut Rng) -> Option<Outcome> {
    if site.plan.release != Release::R26_03 {
        return None;
    }
    let link = link_of(site, rng)?;
    let agent = site.at(&format!("GatewayAgent/{}", link.gateway));
    let session = &mut agent["status"]["state"]["bgp"]["vrfs"]["default"]["neighbors"][&link.switch_ip];
    session["connectionsDropped"] = 37.into();
    session["lastResetReason"] = "Remote system closed".into();
    let session = &mut site.state(&link.switch)["bgpNeighbors"]["default"][&link.gateway_ip];
    session["estabTrans"] = 38.into();
    session["connDropped"] = 37.into();
    session["lastEstab"] = ago(500);
    session["lastReset"] = ago(520);
    session["lastResetReason"] = "Hold Timer Expired".into();
    on(site, &link.gateway, &["GW-BGP-FLAP"], ("GatewayAgent", &link.gateway), Least::Error, &["BGP-407", "BFD-420"])
}

fn small_mtu(site: &mut Site, rng: &mut Rng) -> Option<Outcome> {
    let link = link_of(site, rng)?;
    for path in [format!("Gateway/{}", link.gateway), format!("GatewayAgent/{}", link.gateway)] {
        let object = site.at(&path);
        let spec = if path.starts_with("GatewayAgent") { &mut object["spec"]["gateway"] } else { &mut object["spec"] };
        spec["interfaces"][&link.interface]["mtu"] = 1500.into();
    }
    on(site, &link.gateway, &["GW-MTU"], ("Gateway", &link.gateway), Least::Warning, &[])
}
