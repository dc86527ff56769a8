//! `kubectl get` tables of a world, as the newest release prints them.

use hh_worlds::{Value, World, kind, name};
use jiff::Timestamp;

/// Lays out rows under a header: three blanks between columns, no blanks at line ends.
#[must_use]
pub fn table(header: &[&str], rows: &[Vec<String>]) -> String {
    let mut widths: Vec<usize> = header.iter().map(|cell| cell.chars().count()).collect();
    for row in rows {
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = (*width).max(cell.chars().count());
        }
    }
    let line = |cells: &mut dyn Iterator<Item = &str>| {
        let mut line = String::new();
        for (cell, width) in cells.zip(&widths) {
            line.push_str(&format!("{cell:<width$}   "));
        }
        line.trim_end().to_owned() + "\n"
    };
    let mut text = line(&mut header.iter().copied());
    for row in rows {
        text.push_str(&line(&mut row.iter().map(String::as_str)));
    }
    text
}

/// An age as kubectl prints it.
#[must_use]
#[expect(clippy::match_overlapping_arm, reason = "the arms are read from the top, as kubectl does")]
pub fn age(now: &str, then: &str) -> String {
    let (Ok(now), Ok(then)) = (now.parse::<Timestamp>(), then.parse::<Timestamp>()) else { return String::new() };
    let seconds = now.as_second() - then.as_second();
    let (minutes, hours, days) = (seconds / 60, seconds / 3600, seconds / 86_400);
    let two = |big: i64, unit: &str, small: i64, small_unit: &str| {
        if small == 0 { format!("{big}{unit}") } else { format!("{big}{unit}{small}{small_unit}") }
    };
    if seconds < -1 {
        return "<invalid>".into();
    }
    match seconds {
        ..120 => format!("{}s", seconds.max(0)),
        ..600 => two(minutes, "m", seconds % 60, "s"),
        ..10_800 => format!("{minutes}m"),
        ..28_800 => two(hours, "h", minutes % 60, "m"),
        ..172_800 => format!("{hours}h"),
        ..691_200 => two(days, "d", hours % 24, "h"),
        ..63_072_000 => format!("{days}d"),
        _ => format!("{}y", days / 365),
    }
}

fn text(object: &Value, pointer: &str) -> String {
    match object.pointer(pointer) {
        None | Some(Value::Null) => String::new(),
        Some(Value::String(text)) => text.clone(),
        Some(other) => other.to_string(),
    }
}

fn of_kind<'w>(world: &'w World, wanted: &str) -> Vec<&'w Value> {
    world.objects.iter().filter(|object| kind(object) == wanted).collect()
}

/// `kubectl get gatewayagents`.
#[must_use]
pub fn gateway_agents(world: &World) -> String {
    let rows: Vec<Vec<String>> = of_kind(world, "GatewayAgent")
        .into_iter()
        .map(|agent| {
            vec![
                name(agent).into(),
                age(&world.created_at, &text(agent, "/status/lastHeartbeat")),
                age(&world.created_at, &text(agent, "/status/lastAppliedTime")),
                text(agent, "/status/lastAppliedGen"),
                text(agent, "/metadata/generation"),
                text(agent, "/status/state/dataplane/version"),
            ]
        })
        .collect();
    table(&["NAME", "HEARTBEAT", "APPLIED", "APPLIEDG", "CURRENTG", "VERSION"], &rows)
}

/// `kubectl get gateways`.
#[must_use]
pub fn gateways(world: &World) -> String {
    let rows: Vec<Vec<String>> = of_kind(world, "Gateway")
        .into_iter()
        .map(|gateway| vec![name(gateway).into(), text(gateway, "/spec/vtepIP"), text(gateway, "/spec/groups")])
        .collect();
    table(&["NAME", "VTEPIP", "GROUPS"], &rows)
}

/// `kubectl get pods -n fab`.
#[must_use]
pub fn pods(world: &World) -> String {
    let rows: Vec<Vec<String>> = of_kind(world, "Pod")
        .into_iter()
        .filter(|pod| text(pod, "/metadata/namespace") == "fab")
        .map(|pod| {
            let statuses = pod.pointer("/status/containerStatuses").and_then(Value::as_array);
            let statuses = statuses.map_or(&[][..], Vec::as_slice);
            let ready = statuses.iter().filter(|status| status["ready"] == true).count();
            let restarts: u64 = statuses.iter().filter_map(|status| status["restartCount"].as_u64()).sum();
            let last = statuses.iter().map(|status| text(status, "/lastState/terminated/finishedAt")).max();
            let status = statuses
                .iter()
                .find_map(|status| status.pointer("/state/waiting/reason").and_then(Value::as_str))
                .map_or_else(|| text(pod, "/status/phase"), str::to_owned);
            let restarts = match last {
                Some(last) if restarts > 0 && !last.is_empty() => {
                    format!("{restarts} ({} ago)", age(&world.created_at, &last))
                }
                _ => restarts.to_string(),
            };
            vec![
                name(pod).into(),
                format!("{ready}/{}", statuses.len()),
                status,
                restarts,
                age(&world.created_at, &text(pod, "/metadata/creationTimestamp")),
            ]
        })
        .collect();
    table(&["NAME", "READY", "STATUS", "RESTARTS", "AGE"], &rows)
}

/// `kubectl get nodes`.
#[must_use]
pub fn nodes(world: &World) -> String {
    let rows: Vec<Vec<String>> = of_kind(world, "Node")
        .into_iter()
        .map(|node| {
            let conditions = node.pointer("/status/conditions").and_then(Value::as_array);
            let ready = conditions
                .map_or(&[][..], Vec::as_slice)
                .iter()
                .any(|condition| condition["type"] == "Ready" && condition["status"] == "True");
            vec![
                name(node).into(),
                if ready { "Ready" } else { "NotReady" }.into(),
                if name(node).starts_with("control") { "control-plane,etcd" } else { "<none>" }.into(),
                age(&world.created_at, &text(node, "/metadata/creationTimestamp")),
                text(node, "/status/nodeInfo/kubeletVersion"),
            ]
        })
        .collect();
    table(&["NAME", "STATUS", "ROLES", "AGE", "VERSION"], &rows)
}

/// `kubectl get gatewaypeerings`.
#[must_use]
pub fn peerings(world: &World) -> String {
    let rows: Vec<Vec<String>> = of_kind(world, "GatewayPeering")
        .into_iter()
        .map(|peering| {
            vec![
                name(peering).into(),
                text(peering, "/spec/gatewayGroup"),
                text(peering, "/metadata/annotations/gateway.githedgehog.com~1vpcs"),
                text(peering, "/metadata/annotations/gateway.githedgehog.com~1nat"),
            ]
        })
        .collect();
    table(&["NAME", "GROUP", "VPCS", "NAT"], &rows)
}
