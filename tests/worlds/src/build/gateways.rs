//! Gateways as copies of the example's second one, or without it.

use serde_json::{Value, json};

use super::Rename;
use super::switches::{copy, remove};
use crate::{World, kind, name};

/// Gives the world as many gateways as wanted.
pub(crate) fn rebuild(world: &mut World, wanted: usize) {
    if wanted == 1 {
        take_away(world, "gateway-2");
    }
    for number in 3..=wanted {
        add(world, number);
    }
    let members: Vec<Value> = (1..=wanted)
        .rev()
        .map(|number| {
            let gateway = &world.object(&format!("Gateway/gateway-{number}"))["spec"];
            json!({"name": format!("gateway-{number}"), "priority": gateway["groups"][0]["priority"].clone(), "vtepIP": gateway["vtepIP"].clone()})
        })
        .collect();
    for number in 1..=wanted {
        let agent = world.object_mut(&format!("GatewayAgent/gateway-{number}"));
        agent["spec"]["groups"]["default"]["members"] = members.clone().into();
    }
    for set in ["alloy-gw", "fab-node-config"] {
        let status = &mut world.object_mut(&format!("DaemonSet/{set}"))["status"];
        for field in [
            "currentNumberScheduled",
            "desiredNumberScheduled",
            "numberAvailable",
            "numberReady",
            "updatedNumberScheduled",
        ] {
            status[field] = wanted.into();
        }
    }
}

/// Whether an object is the gateway's.
fn belongs(object: &Value, gateway: &str) -> bool {
    match kind(object) {
        "Node" | "FabNode" | "Gateway" | "GatewayAgent" => name(object) == gateway,
        "DaemonSet" => name(object).starts_with(&format!("gw--{gateway}--")),
        "Connection" => name(object).ends_with(&format!("--gateway--{gateway}")),
        "Pod" => object["spec"]["nodeName"] == gateway,
        "Event" => object["involvedObject"]["name"] == gateway,
        _ => false,
    }
}

fn take_away(world: &mut World, gateway: &str) {
    let pods: Vec<String> = world
        .objects
        .iter()
        .filter(|object| kind(object) == "Pod" && belongs(object, gateway))
        .map(|object| name(object).to_owned())
        .collect();
    world.logs.retain(|(_, pod, _), _| !pods.contains(pod));
    world.insights.retain(|(owner, _), _| owner != gateway);
    world.objects.retain(|object| !belongs(object, gateway));
    for object in &mut world.objects {
        match kind(object) {
            "Fabricator" => {
                for role in ["gatewayDataplane", "gatewayFRR"] {
                    remove(&mut object["status"]["components"][role], gateway);
                }
            }
            "Agent" => agent_without(object, gateway),
            _ => {}
        }
    }
}

fn agent_without(agent: &mut Value, gateway: &str) {
    let mut gone = Vec::new();
    if let Some(connections) = agent["spec"]["connections"].as_object_mut() {
        connections.retain(|key, spec| {
            let keep = !key.ends_with(&format!("--gateway--{gateway}"));
            if !keep {
                for link in spec["gateway"]["links"].as_array().into_iter().flatten() {
                    let port = link["switch"]["port"].as_str().and_then(|p| p.split_once('/')).map_or("", |(_, p)| p);
                    let ip = link["gateway"]["ip"].as_str().and_then(|ip| ip.split('/').next()).unwrap_or("");
                    gone.push((port.to_owned(), ip.to_owned()));
                }
            }
            keep
        });
    }
    let state = &mut agent["status"]["state"];
    for (port, ip) in gone {
        let old = state["interfaces"][format!("{port}/1")].clone();
        state["interfaces"][format!("{port}/1")] =
            json!({"admin": "down", "oper": "down", "change": old["change"].clone(), "mac": old["mac"].clone()});
        remove(&mut state["transceivers"], &port);
        remove(&mut state["bgpNeighbors"]["default"], &ip);
        remove(&mut state["bfdPeers"]["default"], &ip);
    }
}

fn add(world: &mut World, number: usize) {
    let own = format!("gateway-{number}");
    let mut rename = Rename::default()
        .word("gateway-2", &own)
        .word("m9mpg", &format!("m9mp{number}"))
        .word("p6ch2", &format!("p6ch{number}x"))
        .word("rf6vq", &format!("rf6v{number}"))
        .word("kfrkc", &format!("kfrk{number}"))
        .word("172.30.0.4", &format!("172.30.0.2{number}"))
        .word("172.30.90.7", &format!("172.30.90.{}", 3 + 2 * number))
        .word("172.30.8.4", &format!("172.30.8.{}", 2 + number))
        .word("172.30.12.3", &format!("172.30.12.{}", 1 + number))
        .word("172.28.2.0", &format!("172.28.{number}.0"))
        .word("ca:fe:ba:be:00:02", &format!("ca:fe:ba:be:00:0{number}"))
        .word("0c:20:2c:7b:98:90", &format!("0c:20:2c:7b:98:9{number}"));
    for offset in 0..4 {
        rename = rename.word(&format!("172.30.128.{}", 12 + offset), &format!("172.30.129.{}", 4 * number + offset));
    }
    let port = format!("E1/{}", 50 + number);
    let at_switch = rename.clone().word("E1/52", &port);

    let logs: Vec<_> = world.logs.iter().map(|(key, streams)| (key.clone(), streams.clone())).collect();
    for ((namespace, pod, container), streams) in logs {
        let new = rename.text(&pod);
        if new != pod {
            let streams = streams.into_iter().map(|(stream, text)| (stream, rename.text(&text))).collect();
            world.logs.insert((namespace, new, container), streams);
        }
    }
    let in_text = rename.clone().word("50001:1", &format!("50001:{}", number - 1));
    let insights: Vec<_> = world.insights.iter().map(|(key, streams)| (key.clone(), streams.clone())).collect();
    for ((gateway, command), streams) in insights {
        if gateway == "gateway-2" {
            let streams = streams.into_iter().map(|(stream, text)| (stream, in_text.text(&text))).collect();
            world.insights.insert((own.clone(), command), streams);
        }
    }
    let priority = [0, 200, 100, 60, 30][number];
    copy(world, &rename, |object| belongs(object, "gateway-2") && kind(object) != "Connection");
    copy(world, &at_switch, |object| belongs(object, "gateway-2") && kind(object) == "Connection");
    world.object_mut(&format!("Gateway/{own}"))["spec"]["groups"][0]["priority"] = priority.into();
    world.object_mut(&format!("GatewayAgent/{own}"))["spec"]["gateway"]["groups"][0]["priority"] = priority.into();
    for role in ["gatewayDataplane", "gatewayFRR"] {
        world.object_mut("Fabricator/default")["status"]["components"][role][&own] = "Ready".into();
    }
    for (switch, peer) in [("leaf-01", "172.30.128.13"), ("leaf-02", "172.30.128.15")] {
        let connection = format!("{switch}--gateway--gateway-2");
        let agent = world.object_mut(&format!("Agent/{switch}"));
        let spec = at_switch.copy(&agent["spec"]["connections"][&connection]);
        agent["spec"]["connections"][rename.text(&connection)] = spec;
        let state = &mut agent["status"]["state"];
        let interface = rename.copy(&state["interfaces"]["E1/52/1"]);
        let transceiver = state["transceivers"]["E1/52"].clone();
        let session = rename.copy(&state["bgpNeighbors"]["default"][peer]);
        let bfd = state["bfdPeers"]["default"][peer].clone();
        state["interfaces"][format!("{port}/1")] = interface;
        state["transceivers"][&port] = transceiver;
        state["transceivers"][&port]["serial"] = format!("F4E5636D{number}").into();
        state["bgpNeighbors"]["default"][rename.text(peer)] = session;
        state["bfdPeers"]["default"][rename.text(peer)] = bfd;
    }
}
