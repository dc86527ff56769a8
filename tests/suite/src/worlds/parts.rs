//! What several worlds change in the same way.

use std::fmt::Write as _;

use hh_worlds::{Value, World, json};
use jiff::{SignedDuration, Timestamp};

use crate::compact::compact;

/// Capture time of the example world.
pub const NOW: &str = "2026-10-06T09:41:17Z";

/// The healthy installation, cut down.
#[must_use]
pub fn base() -> World {
    compact(World::healthy())
}

/// The healthy installation of the older release, cut down.
#[must_use]
pub fn older_base() -> World {
    compact(World::older())
}

/// A time before the capture, RFC 3339.
#[must_use]
pub fn ago(seconds: i64) -> String {
    let now: Timestamp = NOW.parse().expect("a time");
    (now - SignedDuration::from_secs(seconds)).to_string()
}

/// A line of the dataplane's log, with its terminal colours.
#[must_use]
pub fn dataplane_line(at: &str, level: &str, target: &str, number: u32, message: &str) -> String {
    let colour = match level {
        "ERROR" => "31",
        "WARN" => "33",
        _ => "32",
    };
    let stamp = at.replace('Z', ".104211Z");
    let thread = target.strip_prefix("dataplane_").map_or("main", |rest| rest.split("::").next().unwrap_or("main"));
    let esc = '\u{1b}';
    format!(
        "{esc}[2m{stamp}{esc}[0m {esc}[{colour}m{level:>5}{esc}[0m {thread} {esc}[2m{target}{esc}[0m{esc}[2m:{esc}[0m {esc}[2m{number}:{esc}[0m {message}\n"
    )
}

/// The same line every `period` seconds, from `from` to `to` seconds before the capture.
#[must_use]
pub fn repeated(from: i64, to: i64, period: usize, line: impl Fn(&str) -> String) -> String {
    let mut text = String::new();
    for seconds in (to..=from).rev().step_by(period) {
        let _ = write!(text, "{}", line(&ago(seconds)));
    }
    text
}

/// Pointer to a neighbour in the status of a GatewayAgent.
#[must_use]
pub fn neighbour(ip: &str) -> String {
    format!("/status/state/bgp/vrfs/default/neighbors/{ip}")
}

/// The two ends of a gateway link: gateway address, switch address, switch, port, gateway interface.
#[derive(Debug, Clone, Copy)]
pub struct Link {
    /// Gateway.
    pub gateway: &'static str,
    /// Address of the gateway's end.
    pub gateway_ip: &'static str,
    /// Address of the switch's end: the gateway's neighbour.
    pub switch_ip: &'static str,
    /// Switch.
    pub switch: &'static str,
    /// Port of the switch, as its Agent names it.
    pub port: &'static str,
    /// Interface of the gateway.
    pub interface: &'static str,
}

/// The four gateway links.
pub const LINKS: [Link; 4] = [
    Link {
        gateway: "gateway-1",
        gateway_ip: "172.30.128.9",
        switch_ip: "172.30.128.8",
        switch: "leaf-01",
        port: "E1~151~11",
        interface: "enp2s1",
    },
    Link {
        gateway: "gateway-1",
        gateway_ip: "172.30.128.11",
        switch_ip: "172.30.128.10",
        switch: "leaf-02",
        port: "E1~151~11",
        interface: "enp2s2",
    },
    Link {
        gateway: "gateway-2",
        gateway_ip: "172.30.128.13",
        switch_ip: "172.30.128.12",
        switch: "leaf-01",
        port: "E1~152~11",
        interface: "enp2s1",
    },
    Link {
        gateway: "gateway-2",
        gateway_ip: "172.30.128.15",
        switch_ip: "172.30.128.14",
        switch: "leaf-02",
        port: "E1~152~11",
        interface: "enp2s2",
    },
];

/// The link of a gateway to a switch.
///
/// # Panics
/// If there is none.
#[must_use]
pub fn link(gateway: &str, switch: &str) -> Link {
    *LINKS.iter().find(|link| link.gateway == gateway && link.switch == switch).expect("a link")
}

/// The session of a link lost `seconds` before the capture, as the switch shows it.
#[must_use]
pub fn lost_at_switch(world: World, link: Link, seconds: i64, reason: &str) -> World {
    let agent = format!("Agent/{}", link.switch);
    let session = format!("/status/state/bgpNeighbors/default/{}", link.gateway_ip);
    let peer = format!("/status/state/bfdPeers/default/{}", link.gateway_ip);
    world
        .set(&agent, &format!("{session}/state"), "active")
        .set(&agent, &format!("{session}/connDropped"), 1)
        .set(&agent, &format!("{session}/lastReset"), ago(seconds))
        .set(&agent, &format!("{session}/lastResetReason"), reason)
        .set(&agent, &format!("{session}/lastRead"), ago(seconds + 1))
        .set(&agent, &format!("{session}/prefixes"), json!({}))
        .set(&agent, &format!("{peer}/state"), "down")
        .set(&agent, &format!("{peer}/fails"), 1)
}

/// The session of a link lost, as the gateway shows it in its status and its FRR.
#[must_use]
pub fn lost_at_gateway(world: World, link: Link, seconds: i64, reason: &str) -> World {
    let agent = format!("GatewayAgent/{}", link.gateway);
    let at = neighbour(link.switch_ip);
    let world = world
        .set(&agent, &format!("{at}/sessionState"), "idle")
        .set(&agent, &format!("{at}/connectionsDropped"), 1)
        .set(&agent, &format!("{at}/lastResetReason"), reason);
    frr_session_down(world, link, seconds, "Active")
}

/// The session of a link in FRR's own outputs: not established.
#[must_use]
pub fn frr_session_down(mut world: World, link: Link, seconds: i64, state: &str) -> World {
    let text = stdout(&mut world, link.gateway, "frr: show bgp summary");
    *text = text
        .lines()
        .map(|line| {
            if !line.starts_with(&format!("{} ", link.switch_ip)) {
                return line.to_owned();
            }
            let cells: Vec<&str> = line.split_whitespace().collect();
            let (hours, minutes) = (seconds / 3600, seconds / 60 % 60);
            let since =
                if seconds < 0 { "never".to_owned() } else { format!("{hours:02}:{minutes:02}:{:02}", seconds % 60) };
            let (received, sent) = if seconds < 0 { ("0", "14") } else { (cells[3], cells[4]) };
            format!(
                "{:<15} {} {:>10} {received:>9} {sent:>9} {:>8} {:>4} {:>4} {since:>8} {state:>12} {:>8} N/A",
                link.switch_ip, cells[1], cells[2], 0, 0, 0, 0
            )
        })
        .collect::<Vec<_>>()
        .join("\n")
        + "\n";
    let text = stdout(&mut world, link.gateway, "frr: show bfd peers");
    let mut inside = false;
    *text = text
        .lines()
        .map(|line| {
            if line.trim_start().starts_with("peer ") {
                inside = line.contains(&format!("peer {} ", link.switch_ip));
            }
            if inside && line.trim_start() == "Status: up" {
                line.replace("up", "down")
            } else if inside && line.trim_start().starts_with("Uptime:") {
                let at = seconds.max(0);
                format!("\t\tDowntime: {} hour(s), {} minute(s), {} second(s)", at / 3600, at / 60 % 60, at % 60)
            } else if inside && line.trim_start() == "Diagnostics: ok" {
                line.replace("ok", "control detection time expired")
            } else {
                line.to_owned()
            }
        })
        .collect::<Vec<_>>()
        .join("\n")
        + "\n";
    world
}

/// The output of a command, to change.
///
/// # Panics
/// If there is none.
pub fn stdout<'w>(world: &'w mut World, gateway: &str, command: &str) -> &'w mut String {
    world
        .insights
        .get_mut(&(gateway.to_owned(), command.to_owned()))
        .and_then(|streams| streams.get_mut("stdout"))
        .unwrap_or_else(|| panic!("no output of {command} on {gateway}"))
}

/// Adds lines to the log of a gateway's pod.
#[must_use]
pub fn log_more(world: World, gateway: &str, role: &str, text: &str) -> World {
    let pod = world.pod(gateway, role);
    let container = if role == "frr" { "frr" } else { "dataplane" };
    world.log_more(&pod, container, text)
}

/// The log of a gateway's pod.
#[must_use]
pub fn log_of(world: &World, gateway: &str, role: &str) -> String {
    let key = ("fab".to_owned(), world.pod(gateway, role), if role == "frr" { "frr" } else { "dataplane" }.to_owned());
    world.logs.get(&key).and_then(|streams| streams.get("current")).cloned().unwrap_or_default()
}

/// Adds a line to the log of the fabric controller.
///
/// # Panics
/// If there is no fabric controller.
#[must_use]
pub fn controller_log(mut world: World, text: &str) -> World {
    let streams = world
        .logs
        .iter_mut()
        .find(|((_, pod, _), _)| pod.starts_with("fabric-ctrl"))
        .map(|(_, streams)| streams)
        .expect("a controller log");
    streams.entry("current".into()).or_default().push_str(text);
    world
}

/// An event on an object of namespace `fab`.
#[must_use]
pub fn event(world: World, kind: &str, name: &str, reason: &str, message: &str, seconds: i64, count: u32) -> World {
    let (first, last) = (ago(seconds + 40 * i64::from(count)), ago(seconds));
    world.add(&format!(
        "apiVersion: v1\nkind: Event\nmetadata:\n  name: {name}.{seconds:016x}\n  namespace: fab\n  \
         creationTimestamp: {first:?}\ninvolvedObject:\n  apiVersion: v1\n  kind: {kind}\n  name: {name}\n  namespace: fab\n\
         reason: {reason}\nmessage: {message:?}\ntype: Warning\ncount: {count}\nfirstTimestamp: {first:?}\n\
         lastTimestamp: {last:?}\nsource:\n  component: kubelet\n",
    ))
}

/// The Fabricator's view of a gateway that is not ready since `seconds`.
#[must_use]
pub fn fabricator_not_ready(world: World, component: &str, gateway: &str, seconds: i64) -> World {
    world.set("Fabricator/default", &format!("/status/components/{component}/{gateway}"), "Pending").edit(
        "Fabricator/default",
        |object| {
            let conditions = object["status"]["conditions"].as_array_mut().expect("conditions");
            for condition in conditions.iter_mut().filter(|condition| condition["type"] == "GatewayReady") {
                condition["status"] = "False".into();
                condition["message"] = "Not all gateways are ready".into();
                condition["reason"] = "GatewaysNotReady".into();
                condition["lastTransitionTime"] = ago(seconds).into();
            }
        },
    )
}

/// A container of a pod in a waiting state after it ended.
///
/// # Panics
/// If the pod has no such container.
#[must_use]
pub fn crashing(world: World, pod: &str, container: &str, end: &Value, restarts: u32, reason: &str) -> World {
    let end = end.clone();
    world.edit(&format!("Pod/{pod}"), |object| {
        for list in ["containerStatuses", "initContainerStatuses"] {
            let Some(statuses) = object["status"][list].as_array_mut() else { continue };
            for status in statuses.iter_mut().filter(|status| status["name"] == container) {
                status["ready"] = false.into();
                status["started"] = false.into();
                status["restartCount"] = restarts.into();
                status["lastState"] = json!({"terminated": end});
                let message = format!("back-off 5m0s restarting failed container={container} pod={pod}_fab");
                status["state"] = json!({"waiting": {"reason": reason, "message": message}});
            }
        }
        for condition in object["status"]["conditions"].as_array_mut().into_iter().flatten() {
            if condition["type"] == "Ready" || condition["type"] == "ContainersReady" {
                condition["status"] = "False".into();
                condition["reason"] = "ContainersNotReady".into();
                condition["lastTransitionTime"] = end["finishedAt"].clone();
            }
        }
    })
}

/// A DaemonSet whose only pod is not ready.
#[must_use]
pub fn daemon_set_down(world: World, name: &str) -> World {
    let path = format!("DaemonSet/{name}");
    world.set(&path, "/status/numberReady", 0).set(&path, "/status/numberAvailable", 0).set(
        &path,
        "/status/numberUnavailable",
        1,
    )
}

/// A GatewayPeering between two sides, `expose` given as JSON.
#[must_use]
pub fn add_peering(world: World, name: &str, group: &str, created: &str, sides: [(&str, Value); 2]) -> World {
    let [(a, left), (b, right)] = sides;
    let mut vpcs = [a, b];
    vpcs.sort_unstable();
    let mut world = world;
    world.objects.push(json!({
        "apiVersion": "gateway.githedgehog.com/v1alpha1",
        "kind": "GatewayPeering",
        "metadata": {
            "annotations": {"gateway.githedgehog.com/vpcs": vpcs.join(",")},
            "creationTimestamp": created,
            "generation": 1,
            "labels": {
                format!("vpc.gateway.githedgehog.com/{a}"): "true",
                format!("vpc.gateway.githedgehog.com/{b}"): "true",
            },
            "name": name,
            "namespace": "default",
            "resourceVersion": "53900",
            "uid": "5f0a7c52-8a52-4c0e-9d0b-0d3b7b1f8d11",
        },
        "spec": {"gatewayGroup": group, "peering": {a: {"expose": left}, b: {"expose": right}}},
        "status": {},
    }));
    world
}

/// Copies the spec of a GatewayPeering into a GatewayAgent.
#[must_use]
pub fn into_agent(world: World, peering: &str, gateway: &str) -> World {
    let spec = world.object(&format!("GatewayPeering/{peering}"))["spec"].clone();
    world.set(&format!("GatewayAgent/{gateway}"), &format!("/spec/peerings/{peering}"), spec)
}

/// A new generation of a GatewayAgent that its dataplane and its FRR run since `seconds`.
#[must_use]
pub fn applied(world: World, gateway: &str, generation: i64, seconds: i64) -> World {
    let agent = format!("GatewayAgent/{gateway}");
    let at = ago(seconds);
    let mut log = String::new();
    for (target, number, message) in [
        ("dataplane_mgmt::processor::proc", 665, format!("Successfully applied config for genid {generation}")),
        (
            "dataplane_mgmt::processor::k8s_client",
            167,
            format!("Config for genid {generation} successfully applied. Updating status..."),
        ),
        ("dataplane_routing::frr::frrmi", 372, format!("Frr configuration successfully applied for gen {generation}")),
    ] {
        log.push_str(&dataplane_line(&at, "INFO", target, number, &message));
    }
    let world = world
        .set(&agent, "/metadata/generation", generation)
        .set(&agent, "/status/lastAppliedGen", generation)
        .set(&agent, "/status/lastAppliedTime", at.clone())
        .set(&agent, "/status/state/frr/lastAppliedGen", generation);
    let mut world = log_more(world, gateway, "dataplane", &log);
    let row = at.replace('-', "/").replace('T', " ").replace('Z', "");
    let stamp = at.replace('T', "T ").replace('Z', "");
    let Some(tech) = world
        .insights
        .get_mut(&(gateway.to_owned(), "dataplane: show tech".to_owned()))
        .and_then(|streams| streams.get_mut("stdout"))
    else {
        return world;
    };
    let newest = "     11 2026/10/06 08:56:19       2026/10/06 08:56:19       none \n";
    *tech = tech
        .replace(newest, &format!("{newest}     {generation} {row}       {row}       none \n"))
        .replace(
            "Last cfg applied: 11 2026-10-06T 08:56:20 (44 min 56 s ago)",
            &format!("Last cfg applied: {generation} {stamp}"),
        )
        .replace("Configs applied : 2", "Configs applied : 3");
    world
}

/// Replaces the count of a row of `Packet stats` in a gateway's show tech.
///
/// # Panics
/// If there is no such row.
#[must_use]
pub fn packet_stat(mut world: World, gateway: &str, row: &str, count: u64) -> World {
    let text = stdout(&mut world, gateway, "dataplane: show tech");
    let mut changed = false;
    *text = text
        .lines()
        .map(|line| {
            let cells = line.trim_start();
            if cells.starts_with(row) && cells[row.len()..].trim().parse::<u64>().is_ok() {
                changed = true;
                format!("    {row:<30} {count}")
            } else {
                line.to_owned()
            }
        })
        .collect::<Vec<_>>()
        .join("\n")
        + "\n";
    assert!(changed, "no row {row}");
    world
}
