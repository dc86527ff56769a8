//! Pictures that look bad and are healthy: nothing may stand above `info`.

use serde_json::json;

use super::Noise;
use super::show::{dataplane_line, event, log};
use crate::build::{Release, Rng, Site, ago, klog};

macro_rules! noise {
    ($name:literal, $since:ident, $apply:expr) => {
        Noise { name: $name, since: Release::$since, apply: $apply }
    };
}

pub(super) const ALL: &[Noise] = &[
    noise!("nothing at all", R25_05, |_, _| {}),
    noise!("spare modules without light in unused ports", R25_05, spare_modules),
    noise!("BFD fails in the thousands, state up", R26_02, bfd_fails),
    noise!("a few discards and flaps since boot", R25_05, small_counters),
    noise!("a switch applied a change half a minute ago", R25_05, applying),
    noise!("agents restarted at the end of their watch", R25_05, agents_restarted),
    noise!("conflicts in the controller's log, followed by success", R25_05, conflicts),
    noise!("servers speak no LLDP", R25_05, no_server_lldp),
    noise!("unused ports are enabled and down", R25_05, unused_enabled),
    noise!("a capture right after an apply of a gateway", R26_01, gateway_applying),
    noise!("old troubles of a dataplane that are over", R26_01, old_troubles),
    noise!("pods restarted during an upgrade three days ago", R25_05, old_restarts),
    noise!("versions carry a git tail", R25_05, git_tail),
    noise!("a new switch is being installed", R25_05, new_switch),
    noise!("warning events of pods that are ready", R25_05, old_events),
    noise!("one young lease, and leases of machines that are gone", R25_05, leases),
    noise!("a server is installed but not attached and off", R25_05, unattached_server),
    noise!("no priorities were ever set", R26_01, no_priorities),
];

fn spare_modules(site: &mut Site, _: &mut Rng) {
    for leaf in site.places.leaves.clone() {
        site.state(&leaf)["transceivers"]["E1/17"] = json!({
            "cable": "FIBER", "descr": "25GBASE-SR", "formFactor": "SFP28", "oper": "inactive", "present": "PRESENT",
            "channels": {"1": {"in": -40.0, "out": -40.0, "bias": 0.0}}, "temp": 28.1, "voltage": 3.29,
        });
    }
}

fn bfd_fails(site: &mut Site, _: &mut Rng) {
    for switch in site.names("Agent") {
        for (_, peer) in site.state(&switch)["bfdPeers"]["default"].as_object_mut().into_iter().flatten() {
            peer["fails"] = 14_212.into();
        }
    }
}

fn small_counters(site: &mut Site, rng: &mut Rng) {
    for link in site.places.uplinks.clone() {
        let newest = site.plan.release == Release::R26_03;
        let interface = &mut site.state(&link.leaf)["interfaces"][&link.leaf_port];
        interface["counters"]["ind"] = rng.between(1, 40).into();
        interface["counters"]["ine"] = rng.between(1, 9).into();
        if newest {
            interface["linkFlapCount"] = rng.between(1, 4).into();
        }
    }
}

fn applying(site: &mut Site, rng: &mut Rng) {
    let Some(leaf) = rng.pick(&site.places.leaves).cloned() else { return };
    let agent = site.at(&format!("Agent/{leaf}"));
    let generation = agent["metadata"]["generation"].as_i64().unwrap_or(1) + 1;
    agent["metadata"]["generation"] = generation.into();
    let status = &mut agent["status"];
    status["lastAttemptGen"] = generation.into();
    status["lastAttemptTime"] = ago(32);
    status["lastHeartbeat"] = ago(38);
    status["conditions"] = json!([{
        "type": "Applied", "status": "False", "reason": "ApplyPending",
        "message": format!("Config will be applied, gen={generation}"), "lastTransitionTime": ago(33),
    }]);
}

fn agents_restarted(site: &mut Site, rng: &mut Rng) {
    for switch in site.names("Agent") {
        let status = &mut site.at(&format!("Agent/{switch}"))["status"];
        let seconds = rng.between(420, 2700);
        status["lastAppliedTime"] = ago(seconds);
        status["lastAttemptTime"] = ago(seconds + 8);
    }
}

fn conflicts(site: &mut Site, _: &mut Rng) {
    let pod = site.pod("fabric-ctrl-");
    let object = "controller=Agent controllerGroup=wiring.githedgehog.com controllerKind=Switch Switch=\"{Name:leaf-01 Namespace:default}\" namespace=default name=leaf-01";
    let mut text = String::new();
    for seconds in [700, 699, 698, 697] {
        text += &klog(
            seconds,
            "ERR",
            &format!(
                "Reconciler error {object} reconcileID=331c3b28-e097-4651-a707-{seconds:012x} err=\"updating agent: Operation cannot be fulfilled on agents.agent.githedgehog.com \\\"leaf-01\\\": the object has been modified; please apply your changes to the latest version and try again\""
            ),
        );
    }
    text += &klog(690, "INF", &format!("agent reconciled {object} reconcileID=331c3b28-e097-4651-a707-00000000abcd"));
    log(site, &pod, "manager", &text);
}

fn no_server_lldp(site: &mut Site, _: &mut Rng) {
    for server in site.places.servers.clone() {
        for (switch, port) in server.ports {
            if let Some(map) = site.state(&switch)["interfaces"][&port].as_object_mut() {
                map.remove("lldpNeighbors");
            }
        }
    }
}

fn unused_enabled(site: &mut Site, _: &mut Rng) {
    for leaf in site.places.leaves.clone() {
        for port in 20..40 {
            let interface = &mut site.state(&leaf)["interfaces"][format!("E1/{port}")];
            interface["admin"] = "up".into();
            interface["enabled"] = true.into();
        }
    }
}

fn gateway_applying(site: &mut Site, rng: &mut Rng) {
    let Some(gateway) = rng.pick(&site.places.gateway_names()).cloned() else { return };
    let agent = site.at(&format!("GatewayAgent/{gateway}"));
    let generation = agent["metadata"]["generation"].as_i64().unwrap_or(1);
    agent["status"]["lastAppliedTime"] = ago(4);
    agent["status"]["state"]["frr"]["lastAppliedGen"] = (generation - 1).into();
}

fn old_troubles(site: &mut Site, rng: &mut Rng) {
    let Some(gateway) = rng.pick(&site.places.gateway_names()).cloned() else { return };
    let pod = site.pod(&format!("gw--{gateway}--dataplane-"));
    let key = ("fab".to_owned(), pod, "dataplane".to_owned());
    let Some(text) = site.world.logs.get_mut(&key).and_then(|streams| streams.get_mut("current")) else { return };
    let old = dataplane_line(
        90_000,
        "ERROR",
        "dataplane_mgmt::processor::k8s_client",
        231,
        "Failed to update gateway status: ClientError: client error (Connect): tcp connect error: Connection refused (os error 111)",
    ) + &dataplane_line(
        80_000,
        "ERROR",
        "dataplane_mgmt::processor::proc",
        671,
        "Failed to apply the config for genid 9: Failure applying config: Configuration error: VPC prefixes overlap",
    );
    // Where they happened: before the lines of the day of the capture.
    let at = text
        .lines()
        .scan(0, |end, line| {
            let from = *end;
            *end += line.len() + 1;
            Some((from, line))
        })
        .find(|(_, line)| line.contains("2026-10-06T"))
        .map_or(text.len(), |(from, _)| from);
    text.insert_str(at.min(text.len()), &old);
}

fn old_restarts(site: &mut Site, _: &mut Rng) {
    for pod in site.names("Pod") {
        for status in site.at(&format!("Pod/{pod}"))["status"]["containerStatuses"].as_array_mut().into_iter().flatten()
        {
            status["restartCount"] = 1.into();
            status["lastState"] = json!({"terminated": {"exitCode": 2, "reason": "Error", "startedAt": ago(700_000), "finishedAt": ago(260_000)}});
            status["state"] = json!({"running": {"startedAt": ago(259_990)}});
        }
    }
}

fn git_tail(site: &mut Site, rng: &mut Rng) {
    for leaf in site.places.leaves.clone() {
        if rng.chance(50) {
            let version =
                site.at(&format!("Agent/{leaf}"))["status"]["version"].as_str().unwrap_or_default().to_owned();
            site.at(&format!("Agent/{leaf}"))["status"]["version"] = format!("{version}-4-g1a2b3c4d").into();
        }
    }
}

fn new_switch(site: &mut Site, _: &mut Rng) {
    let mut switch = site.world.object("Switch/leaf-01").clone();
    switch["metadata"]["name"] = "leaf-99".into();
    switch["metadata"]["creationTimestamp"] = ago(600);
    switch["metadata"]["uid"] = "9d3a1c52-8a52-4c0e-9d0b-0d3b7b1f8d23".into();
    for (key, value) in [("ip", "172.30.3.99/21"), ("protocolIP", "172.30.11.99/32"), ("vtepIP", "172.30.15.99/32")] {
        switch["spec"][key] = value.into();
    }
    switch["spec"]["asn"] = 65_499.into();
    switch["spec"]["boot"] = json!({"serial": "CN0B6799999"});
    switch["spec"]["redundancy"] = json!({});
    if let Some(map) = switch["spec"].as_object_mut() {
        map.remove("groups");
    }
    let mut agent = site.world.object("Agent/leaf-01").clone();
    agent["metadata"]["name"] = "leaf-99".into();
    agent["metadata"]["creationTimestamp"] = ago(599);
    agent["metadata"]["generation"] = 1.into();
    agent["metadata"]["uid"] = "9d3a1c52-8a52-4c0e-9d0b-0d3b7b1f8d24".into();
    agent["spec"]["switch"] = switch["spec"].clone();
    agent["spec"]["switches"] = json!({"leaf-99": switch["spec"].clone()});
    for key in [
        "connections",
        "vpcAttachments",
        "vpcs",
        "attachedVPCs",
        "configuredVPCSubnets",
        "vpcPeers",
        "redundancyGroupPeers",
        "externalAttachments",
        "externalPeerings",
    ] {
        if let Some(map) = agent["spec"].as_object_mut() {
            map.remove(key);
        }
    }
    agent["status"] = json!({});
    site.world.objects.extend([switch, agent]);
}

fn old_events(site: &mut Site, _: &mut Rng) {
    let pod = site.pod("fabric-ctrl-");
    event(site, ("Pod", "fab", &pod), "Unhealthy", "Readiness probe failed: connect: connection refused", 2400, 3);
    event(site, ("Pod", "fab", "helm-install-zot-x1x2x"), "BackOff", "Back-off restarting failed container", 3000, 12);
    event(site, ("Node", "", "control-1"), "Rebooted", "Node control-1 has been rebooted", 3300, 1);
}

fn leases(site: &mut Site, _: &mut Rng) {
    let allocated = &mut site.at("DHCPSubnet/vpc-01--subnet-01")["status"]["allocated"];
    allocated["52:54:00:aa:00:07"] = json!({"ip": "10.20.1.200", "expiry": ago(-9), "hostname": "fresh"});
    allocated["52:54:00:aa:00:08"] = json!({"ip": "10.20.1.201", "expiry": ago(40), "hostname": "gone"});
}

fn unattached_server(site: &mut Site, _: &mut Rng) {
    let Some(leaf) = site.places.leaves.first().cloned() else { return };
    let mut server = site.world.object("Server/server-03").clone();
    server["metadata"]["name"] = "server-999".into();
    server["metadata"]["uid"] = "9d3a1c52-8a52-4c0e-9d0b-0d3b7b1f8d25".into();
    let mut connection = site.world.object("Connection/server-03--unbundled--leaf-01").clone();
    let name = format!("server-999--unbundled--{leaf}");
    connection["metadata"]["name"] = name.clone().into();
    connection["metadata"]["uid"] = "9d3a1c52-8a52-4c0e-9d0b-0d3b7b1f8d26".into();
    connection["metadata"]["labels"] = json!({
        "fabric.githedgehog.com/connection-type": "unbundled", "server.fabric.githedgehog.com/server-999": "true",
        format!("switch.fabric.githedgehog.com/{leaf}"): "true",
    });
    connection["spec"] = json!({"unbundled": {"link": {"server": {"port": "server-999/enp2s1"}, "switch": {"port": format!("{leaf}/E1/30")}}}});
    let spec = connection["spec"].clone();
    site.world.objects.extend([server, connection]);
    site.at(&format!("Agent/{leaf}"))["spec"]["connections"][name] = spec;
    let interface = &mut site.state(&leaf)["interfaces"]["E1/30"];
    interface["admin"] = "up".into();
    interface["enabled"] = true.into();
}

fn no_priorities(site: &mut Site, _: &mut Rng) {
    for gateway in site.places.gateway_names() {
        for path in [format!("Gateway/{gateway}"), format!("GatewayAgent/{gateway}")] {
            let object = site.at(&path);
            let spec =
                if path.starts_with("GatewayAgent") { &mut object["spec"]["gateway"] } else { &mut object["spec"] };
            spec["groups"] = json!([{"name": "default"}]);
        }
        let members = &mut site.at(&format!("GatewayAgent/{gateway}"))["spec"]["groups"]["default"]["members"];
        for member in members.as_array_mut().into_iter().flatten() {
            if let Some(map) = member.as_object_mut() {
                map.remove("priority");
            }
        }
        let Some(members) = members.as_array_mut() else { continue };
        members.sort_by(|a, b| b["name"].as_str().cmp(&a["name"].as_str()));
    }
}
