//! How things look when they are broken, from every side that reports them.

use serde_json::{Value, json};

use crate::build::{GatewayLink, Site, Uplink, ago, at};

/// A port that lost its link.
pub(super) fn port_down(site: &mut Site, switch: &str, port: &str, seconds: i64) {
    let interface = &mut site.state(switch)["interfaces"][port];
    interface["oper"] = "down".into();
    interface["change"] = ago(seconds);
    if let Some(map) = interface.as_object_mut() {
        map.remove("lldpNeighbors");
    }
    for rate in ["inbps", "inpbs", "outbps", "outpps"] {
        if let Some(counters) = interface["counters"].as_object_mut() {
            counters.remove(rate);
        }
    }
}

/// What a port's module sees of light.
pub(super) fn light(site: &mut Site, switch: &str, port: &str, direction: &str, dbm: f64, lanes: usize) {
    let base = port.strip_suffix("/1").unwrap_or(port);
    let channels = &mut site.state(switch)["transceivers"][base]["channels"];
    for (_, lane) in channels.as_object_mut().into_iter().flatten().take(lanes) {
        lane[direction] = dbm.into();
    }
}

/// A session that was established and is not, at a switch.
pub(super) fn session_down(site: &mut Site, switch: &str, vrf: &str, peer: &str, seconds: i64, reason: &str) {
    let old = site.plan.release < crate::build::Release::R26_03;
    let session = &mut site.state(switch)["bgpNeighbors"][vrf][peer];
    session["state"] = "active".into();
    session["connDropped"] = 1.into();
    session["lastReset"] = if old { json!("1970-01-01T00:20:00Z") } else { ago(seconds) };
    session["lastResetReason"] = reason.into();
    if !old {
        session["lastRead"] = ago(seconds + 1);
    }
    session["prefixes"] = json!({});
}

/// A BFD peer that is down, where the release shows them.
pub(super) fn bfd_down(site: &mut Site, switch: &str, peer: &str) {
    let peers = &mut site.state(switch)["bfdPeers"];
    if let Some(shown) = peers["default"].get_mut(peer) {
        shown["state"] = "down".into();
        shown["fails"] = 1.into();
        if let Some(map) = shown.as_object_mut() {
            map.remove("lastUpTime");
        }
    } else if peers.is_object()
        && peers["default"].is_null()
        && let Some(map) = peers.as_object_mut()
    {
        map.remove("default");
    }
    if site.state(switch)["bfdPeers"].is_null()
        && let Some(map) = site.state(switch).as_object_mut()
    {
        map.remove("bfdPeers");
    }
}

/// Address of a switch's loopback.
pub(super) fn loopback(site: &Site, switch: &str) -> String {
    let spec = &site.world.object(&format!("Switch/{switch}"))["spec"];
    spec["protocolIP"].as_str().and_then(|ip| ip.split('/').next()).unwrap_or_default().to_owned()
}

/// The session of an uplink lost at both ends, with the overlay session if it was the last path.
pub(super) fn uplink_sessions_down(site: &mut Site, link: &Uplink, seconds: i64, reason: &str) {
    session_down(site, &link.spine, "default", &link.leaf_ip, seconds, reason);
    session_down(site, &link.leaf, "default", &link.spine_ip, seconds, reason);
    bfd_down(site, &link.spine, &link.leaf_ip);
    bfd_down(site, &link.leaf, &link.spine_ip);
}

/// The overlay session between two switches lost, as the first sees it.
pub(super) fn overlay_down(site: &mut Site, switch: &str, other: &str, seconds: i64) {
    let peer = loopback(site, other);
    session_down(site, switch, "default", &peer, seconds, "Hold Timer Expired");
}

/// An uplink whose two ends lost the link.
pub(super) fn uplink_cut(site: &mut Site, link: &Uplink, seconds: i64) {
    port_down(site, &link.spine, &link.spine_port, seconds);
    port_down(site, &link.leaf, &link.leaf_port, seconds);
    uplink_sessions_down(site, link, seconds, "Interface down");
}

/// A gateway session lost at the switch.
pub(super) fn gateway_session_down_at_switch(site: &mut Site, link: &GatewayLink, seconds: i64, reason: &str) {
    session_down(site, &link.switch, "default", &link.gateway_ip, seconds, reason);
    bfd_down(site, &link.switch, &link.gateway_ip);
}

/// A gateway session lost at the gateway: its status and its FRR.
pub(super) fn gateway_session_down(site: &mut Site, link: &GatewayLink, seconds: i64, reason: &str) {
    let newest = site.plan.release == crate::build::Release::R26_03;
    let agent = site.at(&format!("GatewayAgent/{}", link.gateway));
    let session = &mut agent["status"]["state"]["bgp"]["vrfs"]["default"]["neighbors"][&link.switch_ip];
    session["sessionState"] = "idle".into();
    session["connectionsDropped"] = 1.into();
    if newest {
        session["lastResetReason"] = reason.into();
    }
    frr_session_down(site, link, seconds);
}

/// A gateway session lost in FRR's own outputs.
pub(super) fn frr_session_down(site: &mut Site, link: &GatewayLink, seconds: i64) {
    let clock = format!("{:02}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60);
    change_output(site, &link.gateway, "frr: show bgp summary", |line| {
        let cells: Vec<&str> = line.split_whitespace().collect();
        if cells.first() != Some(&link.switch_ip.as_str()) || cells.len() < 11 {
            return line.to_owned();
        }
        format!(
            "{:<15} {} {:>10} {:>9} {:>9} {:>8} {:>4} {:>4} {clock:>8} {:>12} {:>8} N/A",
            cells[0], cells[1], cells[2], cells[3], cells[4], 0, 0, 0, "Active", 0
        )
    });
    let mut inside = false;
    change_output(site, &link.gateway, "frr: show bfd peers", |line| {
        let text = line.trim_start();
        if text.starts_with("peer ") {
            inside = line.contains(&format!("peer {} ", link.switch_ip));
        }
        if inside && text == "Status: up" {
            line.replace("up", "down")
        } else if inside && text.starts_with("Uptime:") {
            format!(
                "\t\tDowntime: {} hour(s), {} minute(s), {} second(s)",
                seconds / 3600,
                seconds / 60 % 60,
                seconds % 60
            )
        } else if inside && text == "Diagnostics: ok" {
            line.replace("ok", "control detection time expired")
        } else {
            line.to_owned()
        }
    });
}

/// Changes each line of a command's output, where it was captured.
pub(super) fn change_output(site: &mut Site, gateway: &str, command: &str, mut change: impl FnMut(&str) -> String) {
    let key = (gateway.to_owned(), command.to_owned());
    if let Some(text) = site.world.insights.get_mut(&key).and_then(|streams| streams.get_mut("stdout")) {
        *text = text.lines().map(|line| change(line) + "\n").collect();
    }
}

/// Makes every command on a gateway (of a container) fail.
pub(super) fn outputs_fail(site: &mut Site, gateway: &str, beginning: &str, error: &str) {
    for ((owner, command), streams) in &mut site.world.insights {
        if owner == gateway && command.starts_with(beginning) {
            *streams = std::collections::BTreeMap::from([("error".to_owned(), error.to_owned())]);
        }
    }
}

/// A Warning event.
pub(super) fn event(
    site: &mut Site,
    object: (&str, &str, &str),
    reason: &str,
    message: &str,
    seconds: i64,
    count: i64,
) {
    let (kind, namespace, name) = object;
    site.world.objects.push(json!({
        "apiVersion": "v1", "kind": "Event", "type": "Warning", "reason": reason, "message": message, "count": count,
        "firstTimestamp": ago(seconds + 40 * count), "lastTimestamp": ago(seconds),
        "metadata": {"name": format!("{name}.{seconds:08x}{count:04x}"), "namespace": if namespace.is_empty() { "default" } else { namespace },
                     "creationTimestamp": ago(seconds + 40 * count)},
        "involvedObject": {"apiVersion": "v1", "kind": kind, "name": name, "namespace": namespace},
        "source": {"component": "kubelet"},
    }));
}

/// A container that ends again and again, or waits.
pub(super) fn crashing(site: &mut Site, pod: &str, container: &str, end: Option<Value>, restarts: i64, reason: &str) {
    let since = ago(900);
    let object = site.at(&format!("Pod/{pod}"));
    for list in ["containerStatuses", "initContainerStatuses"] {
        for status in object["status"][list].as_array_mut().into_iter().flatten() {
            if status["name"] == container {
                status["ready"] = false.into();
                status["started"] = false.into();
                status["restartCount"] = restarts.into();
                if let Some(end) = &end {
                    status["lastState"] = json!({"terminated": end});
                }
                let message = format!("back-off 5m0s restarting failed container={container} pod={pod}_fab");
                status["state"] = json!({"waiting": {"reason": reason, "message": message}});
            }
        }
    }
    for condition in object["status"]["conditions"].as_array_mut().into_iter().flatten() {
        if condition["type"] == "Ready" || condition["type"] == "ContainersReady" {
            condition["status"] = "False".into();
            condition["reason"] = "ContainersNotReady".into();
            condition["lastTransitionTime"] = since.clone();
        }
    }
}

/// How a container ended.
pub(super) fn end(code: i64, reason: &str, seconds: i64) -> Value {
    json!({"exitCode": code, "reason": reason, "startedAt": ago(seconds + 56), "finishedAt": ago(seconds)})
}

/// A workload that lacks its pods.
pub(super) fn workload_down(site: &mut Site, kind: &str, name: &str, seconds: i64) {
    let status = &mut site.at(&format!("{kind}/{name}"))["status"];
    if kind == "DaemonSet" {
        let wanted = status["desiredNumberScheduled"].as_i64().unwrap_or(1);
        status["numberReady"] = (wanted - 1).into();
        status["numberAvailable"] = (wanted - 1).into();
        status["numberUnavailable"] = 1.into();
        return;
    }
    if let Some(map) = status.as_object_mut() {
        map.remove("availableReplicas");
        map.remove("readyReplicas");
    }
    status["unavailableReplicas"] = 1.into();
    for condition in status["conditions"].as_array_mut().into_iter().flatten() {
        if condition["type"] == "Available" {
            condition["status"] = "False".into();
            condition["reason"] = "MinimumReplicasUnavailable".into();
            condition["message"] = "Deployment does not have minimum availability.".into();
            condition["lastTransitionTime"] = ago(seconds);
        }
    }
}

/// A node that is not ready.
pub(super) fn node_lost(site: &mut Site, node: &str, seconds: i64) {
    let object = site.at(&format!("Node/{node}"));
    for condition in object["status"]["conditions"].as_array_mut().into_iter().flatten() {
        condition["status"] = "Unknown".into();
        condition["reason"] = "NodeStatusUnknown".into();
        condition["message"] = "Kubelet stopped posting node status.".into();
        condition["lastTransitionTime"] = ago(seconds - 40);
        condition["lastHeartbeatTime"] = ago(seconds + 20);
    }
    let taint = |effect: &str| json!({"effect": effect, "key": "node.kubernetes.io/unreachable", "timeAdded": at(seconds - 40)});
    let mut taints = object["spec"]["taints"].as_array().cloned().unwrap_or_default();
    taints.extend([taint("NoSchedule"), taint("NoExecute")]);
    object["spec"]["taints"] = taints.into();
    for pod in site.names("Pod") {
        let object = site.at(&format!("Pod/{pod}"));
        if object["spec"]["nodeName"] != node {
            continue;
        }
        for condition in object["status"]["conditions"].as_array_mut().into_iter().flatten() {
            if condition["type"] == "Ready" {
                condition["status"] = "False".into();
                condition["lastTransitionTime"] = ago(seconds - 40);
            }
        }
        site.world.logs.retain(|(_, name, _), _| *name != pod);
    }
}

/// Adds to the log of a container in namespace `fab`.
pub(super) fn log(site: &mut Site, pod: &str, container: &str, text: &str) {
    let world = std::mem::take(&mut site.world);
    site.world = world.log_more(pod, container, text);
}

/// A line of the dataplane's log.
pub(super) fn dataplane_line(seconds: i64, level: &str, target: &str, number: u32, message: &str) -> String {
    let stamp = at(seconds).replace('Z', ".104211Z");
    let colour = if level == "ERROR" { 31 } else { 33 };
    let esc = '\u{1b}';
    format!(
        "{esc}[2m{stamp}{esc}[0m {esc}[{colour}m{level:>5}{esc}[0m mgmt {esc}[2m{target}{esc}[0m{esc}[2m:{esc}[0m {esc}[2m{number}:{esc}[0m {message}\n"
    )
}

/// The heartbeat of a switch stopped.
pub(super) fn heartbeat_stops(site: &mut Site, switch: &str, seconds: i64) {
    site.at(&format!("Agent/{switch}"))["status"]["lastHeartbeat"] = ago(seconds);
}
