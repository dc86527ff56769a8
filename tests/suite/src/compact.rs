//! A world cut down to what gateway rules read, so that example bundles are small enough to look at.

use hh_worlds::{Value, World, json, kind, name};

/// Sections of `show tech` that no rule reads and that are long.
const LONG_SECTIONS: [&str; 14] = [
    "Tracing configuration per target",
    "Tracing tags",
    "Last FRR config applied",
    "interfaces (",
    "interface addresses",
    "VRFs (",
    "Ipv4 ",
    "Ipv6 ",
    "─",
    "Router macs",
    "Adjacency table",
    "FIB groups",
    "Internal configuration",
    "Local VTEP configuration",
];

/// Kinds that stay.
const KINDS: [&str; 21] = [
    "Agent",
    "Connection",
    "DaemonSet",
    "Deployment",
    "Event",
    "External",
    "ExternalAttachment",
    "ExternalPeering",
    "Fabricator",
    "Gateway",
    "GatewayAgent",
    "GatewayGroup",
    "GatewayPeering",
    "IPv4Namespace",
    "Node",
    "Pod",
    "Switch",
    "VPC",
    "VPCAttachment",
    "VPCInfo",
    "VPCPeering",
];

/// Command outputs that stay.
const COMMANDS: [&str; 6] = [
    "dataplane: show tech",
    "frr: show bfd peers",
    "frr: show bgp summary",
    "frr: show hedgehog rpc stats",
    "frr: show ip route vrf all",
    "frr: show running-config",
];

/// The world with the objects, logs and outputs that gateway rules read, none of them changed in what
/// it says.
#[must_use]
pub fn compact(world: World) -> World {
    let mut world = world.small();
    world.objects.retain(|object| {
        KINDS.contains(&kind(object))
            && match kind(object) {
                "Pod" | "DaemonSet" | "Deployment" => {
                    name(object).starts_with("gw--") || name(object).starts_with("fabric-ctrl")
                }
                "Connection" => name(object).contains("--gateway--") || name(object).ends_with("--external"),
                "Agent" => name(object).starts_with("leaf"),
                "Event" => object["involvedObject"]["kind"] == "Node",
                _ => true,
            }
    });
    for object in &mut world.objects {
        match kind(object) {
            "Agent" => slim_agent(object),
            "Fabricator" => slim_fabricator(object),
            "Pod" => slim_pod(object),
            "DaemonSet" | "Deployment" => remove(object, "/spec", &["template"]),
            "Node" => slim_node(object),
            _ => {}
        }
    }
    world.logs.retain(|(_, pod, _), _| pod.starts_with("gw--") || pod.starts_with("fabric-ctrl"));
    world.insights.retain(|(_, command), _| COMMANDS.contains(&command.as_str()));
    for ((_, command), streams) in &mut world.insights {
        if command == "dataplane: show tech"
            && let Some(text) = streams.get_mut("stdout")
        {
            *text = slim_show_tech(text);
        }
    }
    world
}

fn remove(object: &mut Value, pointer: &str, keys: &[&str]) {
    if let Some(map) = object.pointer_mut(pointer).and_then(Value::as_object_mut) {
        map.retain(|key, _| !keys.contains(&key.as_str()));
    }
}

fn slim_agent(object: &mut Value) {
    remove(
        object,
        "/spec",
        &["switchProfile", "catalog", "users", "switches", "vpcs", "vpcAttachments", "connections", "alloy"],
    );
    remove(object, "/spec/config", &["alloy", "spineLeaf"]);
    remove(
        object,
        "/spec",
        &["version", "externals", "externalAttachments", "externalPeerings", "configuredVPCSubnets"],
    );
    remove(object, "/status/state", &["transceivers", "platform", "criticalResources"]);
    let gateway_ports = ["E1/51", "E1/52"];
    if let Some(interfaces) = object.pointer_mut("/status/state/interfaces").and_then(Value::as_object_mut) {
        interfaces.retain(|port, _| gateway_ports.iter().any(|known| port.starts_with(known)));
    }
}

fn slim_pod(object: &mut Value) {
    for list in ["containerStatuses", "initContainerStatuses"] {
        for status in object["status"][list].as_array_mut().into_iter().flatten() {
            remove(status, "", &["containerID", "imageID"]);
            remove(status, "/state/terminated", &["containerID"]);
        }
    }
    remove(object, "/spec", &["tolerations", "priority", "schedulerName", "dnsPolicy", "enableServiceLinks"]);
    for list in ["containers", "initContainers"] {
        for container in object["spec"][list].as_array_mut().into_iter().flatten() {
            remove(container, "", &["securityContext", "resources", "env", "command"]);
            if list == "initContainers" {
                remove(container, "", &["args"]);
            }
        }
    }
}

fn slim_node(object: &mut Value) {
    remove(object, "/status", &["allocatable", "capacity", "daemonEndpoints"]);
}

fn slim_fabricator(object: &mut Value) {
    remove(object, "/spec/config", &["observability", "registry"]);
    remove(object, "/spec/config/fabric", &["defaultSwitchUsers", "th5WorkaroundVLANs", "observability"]);
    remove(object, "/status/versions", &["platform", "vlab"]);
    remove(object, "/status/versions/fabric", &["nos", "onie"]);
    object["spec"]["overrides"] = json!({});
}

/// Drops long sections: a heading up to the next one.
fn slim_show_tech(text: &str) -> String {
    let mut kept = String::new();
    let mut keep = true;
    for line in text.lines() {
        if let Some(title) = title(line) {
            keep = !LONG_SECTIONS.iter().any(|known| title.starts_with(known));
        }
        if keep {
            kept.push_str(line);
            kept.push('\n');
        }
    }
    kept
}

fn title(line: &str) -> Option<&str> {
    let inner = line.trim().strip_prefix('━')?.strip_suffix('━')?;
    Some(inner.trim_matches('━').trim())
}
