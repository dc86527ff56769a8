//! Spines and pairs of leaves as copies of the example's.

use serde_json::{Value, json};

use super::Rename;
use crate::{World, kind, name};

/// Takes the links between spines and leaves away from everything; they are made anew.
pub(crate) fn bare(world: &mut World) {
    world.objects.retain(|object| !(kind(object) == "Connection" && object["spec"]["fabric"].is_object()));
    for object in world.objects.iter_mut().filter(|object| kind(object) == "Agent") {
        let spine = object["spec"]["role"] == "spine";
        if let Some(connections) = object["spec"]["connections"].as_object_mut() {
            connections.retain(|_, spec| !spec["fabric"].is_object());
        }
        let own = name(object).to_owned();
        if let Some(switches) = object["spec"]["switches"].as_object_mut() {
            switches.retain(|other, _| !spine && !other.starts_with("spine") || *other == own);
        }
        let state = &mut object["status"]["state"];
        let uplinks: Vec<String> = state["interfaces"]
            .as_object()
            .into_iter()
            .flatten()
            .filter(|(_, port)| {
                port["lldpNeighbors"][0]["sysDescr"].as_str().is_some_and(|text| text.starts_with("Hedgehog"))
            })
            .map(|(port, _)| port.clone())
            .collect();
        for port in uplinks {
            let unused = json!({
                "admin": "down", "oper": "down",
                "change": state["interfaces"][&port]["change"].clone(), "mac": state["interfaces"][&port]["mac"].clone(),
            });
            state["interfaces"][&port] = unused;
            remove(&mut state["transceivers"], port.trim_end_matches("/1"));
        }
        for sessions in ["bgpNeighbors", "bfdPeers"] {
            if let Some(neighbours) = state[sessions]["default"].as_object_mut() {
                neighbours.retain(|_, session| !matches!(session["peerGroup"].as_str(), Some("l2vpn" | "fabric")));
            }
        }
        let kept: Vec<String> =
            state["bgpNeighbors"]["default"].as_object().into_iter().flatten().map(|(ip, _)| ip.clone()).collect();
        if let Some(peers) = state["bfdPeers"]["default"].as_object_mut() {
            peers.retain(|ip, _| kept.contains(ip));
        }
    }
}

/// Removes a key, if it is there.
pub(crate) fn remove(map: &mut Value, key: &str) {
    if let Some(map) = map.as_object_mut() {
        map.remove(key);
    }
}

/// The spine number `number` (from 2) as a copy of `spine-01`.
pub(crate) fn add_spine(world: &mut World, number: usize) {
    let rename = Rename::default()
        .word("spine-01", &spine(number))
        .word("SP-01", &format!("SP-{number:02}"))
        .word("172.30.0.5", &format!("172.30.1.{number}"))
        .word("172.30.8.0", &format!("172.30.9.{number}"))
        .word("CN0C4614DC8", &format!("CN0C461{number:04X}"))
        .word("0c:20:80:9c:b2:e1", &format!("0c:20:80:9c:b2:{:02x}", 0xe1 + number));
    copy(world, &rename, |object| {
        matches!(kind(object), "Switch" | "Agent") && name(object) == "spine-01"
            || kind(object) == "Catalog" && name(object) == "switch.spine-01"
    });
}

/// Name of a spine.
pub(crate) fn spine(number: usize) -> String {
    format!("spine-{number:02}")
}

/// Name of a leaf.
pub(crate) fn leaf(number: usize) -> String {
    format!("leaf-{number:02}")
}

/// The pair number `number` (from 2) as a copy of `leaf-01` and `leaf-02` with their six servers; gateways
/// and the external stay with the first pair.
pub(crate) fn add_pair(world: &mut World, number: usize) {
    let (first, second) = (2 * number - 1, 2 * number);
    let asn = 65_110 + 2 * number as u64;
    let mut rename = Rename::default()
        .word("leaf-01", &leaf(first))
        .word("leaf-02", &leaf(second))
        .word("LF-01", &format!("LF-{first:02}"))
        .word("LF-02", &format!("LF-{second:02}"))
        .word("eslag-1", &format!("eslag-{number}"))
        .word("ESLAG 1", &format!("ESLAG {number}"))
        .word("172.30.0.6", &format!("172.30.2.{first}"))
        .word("172.30.0.7", &format!("172.30.2.{second}"))
        .word("172.30.8.1", &format!("172.30.10.{first}"))
        .word("172.30.8.2", &format!("172.30.10.{second}"))
        .word("172.30.12.0", &format!("172.30.13.{first}"))
        .word("172.30.12.1", &format!("172.30.13.{second}"))
        .word("CN0B67DA581", &format!("CN0B67D{first:04X}"))
        .word("CN0B07005AD", &format!("CN0B070{second:04X}"))
        .number(65_101, asn)
        .number(65_102, asn + 1)
        .mac("0c:20:", &format!("0c:{:02x}:", 0x20 + number));
    for server in 1..=6 {
        rename = rename
            .word(&format!("server-{server:02}"), &format!("server-{:02}", server + 6 * (number - 1)))
            .word(&format!("S-{server:02}"), &format!("S-{:02}", server + 6 * (number - 1)));
    }
    let from = world.objects.len();
    copy(world, &rename, |object| {
        let name = name(object);
        match kind(object) {
            "Switch" | "Agent" => name == "leaf-01" || name == "leaf-02",
            "SwitchGroup" => name == "eslag-1",
            "Catalog" => ["redundancy.eslag-1", "switch.leaf-01", "switch.leaf-02"].contains(&name),
            "Server" => numbered(name, "server-") <= 6,
            "Connection" => name.starts_with("server-") && numbered(name, "server-") <= 6,
            "VPCAttachment" => {
                name.rsplit_once("--server-").is_some_and(|(_, n)| n.parse::<usize>().is_ok_and(|n| n <= 6))
            }
            _ => false,
        }
    });
    let new: Vec<Value> = world.objects.split_off(from);
    for mut object in new {
        if kind(&object) == "Agent" {
            without_border(&mut object);
        }
        if kind(&object) == "Catalog" {
            remove(&mut object["spec"], "externalIDs");
            remove(&mut object["spec"]["irbVLANs"], "ext@external-01");
            remove(&mut object["spec"]["subnetIDs"], "0.0.0.0/0");
        }
        world.objects.push(object);
    }
    let ids = world.object_mut("Catalog/connections")["spec"]["connectionIDs"].as_object_mut().expect("ids");
    for (offset, server) in [1, 2].into_iter().enumerate() {
        let connection = format!("server-{:02}--eslag--{}--{}", server + 6 * (number - 1), leaf(first), leaf(second));
        ids.insert(connection, (2 * number - 1 + offset).into());
    }
    leases(world, &rename, number);
}

/// Gives the servers of a pair their leases.
fn leases(world: &mut World, rename: &Rename, number: usize) {
    for object in world.objects.iter_mut().filter(|object| kind(object) == "DHCPSubnet") {
        let Some(allocated) = object["status"]["allocated"].as_object_mut() else { continue };
        let own: Vec<(String, Value)> = allocated
            .iter()
            .filter(|(_, lease)| lease["hostname"].as_str().is_some_and(|host| numbered(host, "server-") <= 6))
            .map(|(mac, lease)| (mac.clone(), lease.clone()))
            .collect();
        for (mac, lease) in own {
            let mut lease = rename.copy(&lease);
            let ip = lease["ip"].as_str().unwrap_or_default().to_owned();
            if let Some((net, host)) = ip.rsplit_once('.') {
                let host = host.parse::<usize>().unwrap_or(10) + 2 * (number - 1);
                lease["ip"] = format!("{net}.{host}").into();
            }
            allocated.insert(rename.text(&mac), lease);
        }
    }
}

fn numbered(name: &str, prefix: &str) -> usize {
    name.strip_prefix(prefix).and_then(|rest| rest.get(..2)).and_then(|n| n.parse().ok()).unwrap_or(usize::MAX)
}

/// Takes gateways and externals away from a copied leaf.
fn without_border(agent: &mut Value) {
    let mut ports = Vec::new();
    if let Some(connections) = agent["spec"]["connections"].as_object_mut() {
        connections.retain(|_, spec| {
            let form = ["gateway", "external"].into_iter().find(|form| spec[*form].is_object());
            match form {
                Some("gateway") => ports.extend(spec["gateway"]["links"].as_array().into_iter().flatten().map(port_of)),
                Some(_) => ports.push(port_of(&spec["external"]["link"])),
                None => {}
            }
            form.is_none()
        });
    }
    for key in ["externalAttachments", "externalPeerings"] {
        remove(&mut agent["spec"], key);
    }
    remove(&mut agent["spec"]["catalog"], "externalIDs");
    remove(&mut agent["spec"]["catalog"]["irbVLANs"], "ext@external-01");
    remove(&mut agent["spec"]["catalog"]["subnetIDs"], "0.0.0.0/0");
    let state = &mut agent["status"]["state"];
    for port in ports {
        let full = if state["interfaces"].get(&port).is_some() { port.clone() } else { format!("{port}/1") };
        let old = state["interfaces"][&full].clone();
        let mut unused =
            json!({"admin": "down", "oper": "down", "change": old["change"].clone(), "mac": old["mac"].clone()});
        if !full.ends_with("/1") || full.matches('/').count() < 2 {
            unused["speed"] = "25G".into();
        }
        state["interfaces"][&full] = unused;
        remove(&mut state["transceivers"], &port);
    }
    remove(&mut state["bgpNeighbors"], "VrfEexternal-01");
    for sessions in ["bgpNeighbors", "bfdPeers"] {
        if let Some(neighbours) = state[sessions]["default"].as_object_mut() {
            neighbours.clear();
        }
    }
}

fn port_of(link: &Value) -> String {
    link["switch"]["port"]
        .as_str()
        .and_then(|port| port.split_once('/'))
        .map(|(_, port)| port.to_owned())
        .unwrap_or_default()
}

/// Adds renamed copies of the objects that are wanted.
pub(crate) fn copy(world: &mut World, rename: &Rename, wanted: impl Fn(&Value) -> bool) {
    let copies: Vec<Value> =
        world.objects.iter().filter(|object| wanted(object)).map(|object| fresh(rename.copy(object))).collect();
    world.objects.extend(copies);
}

/// With an identity of its own.
fn fresh(mut object: Value) -> Value {
    let full = format!("{}/{}", kind(&object), name(&object));
    let mut hash = 0xcbf2_9ce4_8422_2325_u64;
    for byte in full.bytes() {
        hash = (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
    }
    if object["metadata"]["uid"].is_string() {
        let hex = format!("{hash:016x}{:016x}", hash.rotate_left(29));
        object["metadata"]["uid"] =
            format!("{}-{}-4{}-a{}-{}", &hex[..8], &hex[8..12], &hex[12..15], &hex[15..18], &hex[18..30]).into();
    }
    object
}
