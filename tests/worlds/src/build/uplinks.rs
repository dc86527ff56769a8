//! Links between spines and leaves, with both ends in every place.

use serde_json::{Value, json};

use super::switches::{add_pair, add_spine, bare, leaf, spine};
use super::{Plan, Rename};
use crate::World;

/// What an end of a link looks like in the example.
struct Pattern {
    interface: Value,
    transceiver: Value,
    session: Value,
    overlay: Value,
    bfd: Value,
}

impl Pattern {
    fn of(world: &World, switch: &str, port: &str, other: &str, loopback: &str) -> Self {
        let state = &world.object(&format!("Agent/{switch}"))["status"]["state"];
        Self {
            interface: state["interfaces"][format!("{port}/1")].clone(),
            transceiver: state["transceivers"][port].clone(),
            session: state["bgpNeighbors"]["default"][other].clone(),
            overlay: state["bgpNeighbors"]["default"][loopback].clone(),
            bfd: state["bfdPeers"]["default"][other].clone(),
        }
    }
}

/// One end of a new link.
struct End<'e> {
    switch: &'e str,
    port: String,
    ip: String,
    nos: usize,
}

/// Grows the example to the plan's switches and links them.
pub(crate) fn rebuild(mut world: World, plan: Plan) -> World {
    let at_leaf = Pattern::of(&world, "leaf-01", "E1/49", "172.30.128.0", "172.30.8.0");
    let at_spine = Pattern::of(&world, "spine-01", "E1/1", "172.30.128.1", "172.30.8.1");
    let connection = world.object("Connection/spine-01--fabric--leaf-01").clone();
    bare(&mut world);
    for number in 2..=plan.spines {
        add_spine(&mut world, number);
    }
    for number in 2..=plan.pairs {
        add_pair(&mut world, number);
    }
    let leaves = 2 * plan.pairs;
    let spines = plan.links_per_leaf();
    let links = if plan.spines == 1 && leaves <= 16 { 2 } else { 1 };
    let mut used = vec![0_usize; plan.spines + 1];
    let mut net = 0_usize;
    for number in 1..=leaves {
        let mut port = 0;
        for step in 0..spines {
            let s = (number - 1 + step) % plan.spines + 1;
            let (spine_name, leaf_name) = (spine(s), leaf(number));
            let name = format!("{spine_name}--fabric--{leaf_name}");
            let mut made = Vec::new();
            for _ in 0..links {
                used[s] += 1;
                let (leaf_port, leaf_nos) = [(49, 48), (50, 52), (55, 72), (56, 76)][port];
                port += 1;
                let ip = |offset: usize| format!("172.30.{}.{}", 130 + (2 * net) / 256, (2 * net) % 256 + offset);
                let spine_end =
                    End { switch: &spine_name, port: format!("E1/{}", used[s]), ip: ip(0), nos: 4 * (used[s] - 1) };
                let leaf_end = End { switch: &leaf_name, port: format!("E1/{leaf_port}"), ip: ip(1), nos: leaf_nos };
                net += 1;
                place(&mut world, &at_leaf, &leaf_end, &spine_end, &name);
                place(&mut world, &at_spine, &spine_end, &leaf_end, &name);
                let end = |end: &End<'_>| json!({"ip": format!("{}/31", end.ip), "port": format!("{}/{}", end.switch, end.port)});
                made.push(json!({"leaf": end(&leaf_end), "spine": end(&spine_end)}));
            }
            let rename = Rename::default().word("spine-01", &spine_name).word("leaf-01", &leaf_name);
            let mut object = rename.copy(&connection);
            object["spec"]["fabric"]["links"] = made.into();
            for switch in [&spine_name, &leaf_name] {
                world.object_mut(&format!("Agent/{switch}"))["spec"]["connections"][&name] = object["spec"].clone();
            }
            world.objects.push(object);
        }
    }
    world
}

/// Shows a link at one of its ends.
fn place(world: &mut World, pattern: &Pattern, own: &End<'_>, other: &End<'_>, connection: &str) {
    let spec = |world: &World, switch: &str| world.object(&format!("Switch/{switch}"))["spec"].clone();
    let (own_spec, other_spec) = (spec(world, own.switch), spec(world, other.switch));
    let text = |value: &Value| value.as_str().unwrap_or_default().split('/').next().unwrap_or_default().to_owned();
    let other_loopback = text(&other_spec["protocolIP"]);
    let own_asn = own_spec["asn"].clone();
    let agent = world.object_mut(&format!("Agent/{}", own.switch));
    agent["spec"]["switches"][other.switch] = other_spec.clone();
    let state = &mut agent["status"]["state"];
    let mac = state["interfaces"]["M1"]["mac"].clone();

    let mut interface = pattern.interface.clone();
    interface["mac"] = mac;
    interface["lldpNeighbors"] = json!([{
        "chassis": other_spec["boot"]["mac"].clone(), "name": other.switch,
        "portDescr": format!("Fabric {} {connection}", own.switch), "portID": format!("Ethernet{}", other.nos),
        "sysDescr": "Hedgehog Fabric", "sysName": other.switch,
    }]);
    state["interfaces"][format!("{}/1", own.port)] = interface;
    let mut transceiver = pattern.transceiver.clone();
    transceiver["serial"] =
        format!("F{:03X}{}", own.nos, own.ip.replace('.', "").chars().skip(3).collect::<String>()).into();
    state["transceivers"][&own.port] = transceiver;

    let session = |pattern: &Value| {
        let mut session = pattern.clone();
        session["localAS"] = own_asn.clone();
        session["peerAS"] = other_spec["asn"].clone();
        session["remoteRouterID"] = other_loopback.clone().into();
        session
    };
    state["bgpNeighbors"]["default"][&other.ip] = session(&pattern.session);
    state["bgpNeighbors"]["default"][&other_loopback] = session(&pattern.overlay);
    state["bfdPeers"]["default"][&other.ip] = pattern.bfd.clone();
}
