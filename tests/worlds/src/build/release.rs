//! The forms of older releases.

use serde_json::{Value, json};

use super::switches::remove;
use super::{Rename, ago};
use crate::{World, kind, name};

/// A release.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Release {
    /// 25.05: gateway objects in `fab`, an agent pod beside each dataplane.
    R25_05,
    /// 26.01: no command outputs in a dump, no BFD in the switches' status.
    R26_01,
    /// 26.02.
    R26_02,
    /// 26.03.
    R26_03,
}

impl Release {
    /// All of them, oldest first.
    pub const ALL: [Self; 4] = [Self::R25_05, Self::R26_01, Self::R26_02, Self::R26_03];

    /// Its name.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::R25_05 => "25.05",
            Self::R26_01 => "26.01",
            Self::R26_02 => "26.02",
            Self::R26_03 => "26.03",
        }
    }

    /// Versions of fabric, fabricator, dataplane and FRR.
    fn versions(self) -> Option<[&'static str; 4]> {
        match self {
            Self::R25_05 => Some(["v0.96.2", "v0.43.1", "v0.4.0", "v0.3.0"]),
            Self::R26_01 => Some(["v0.115.4", "v0.45.6", "v0.17.0", "v0.6.0"]),
            Self::R26_02 | Self::R26_03 => None,
        }
    }
}

/// Turns a world of 26.02 into one of an older release; the two newest are patterns themselves.
pub(crate) fn dress(world: &mut World, release: Release) {
    let Some([fabric, fabricator, dataplane, frr]) = release.versions() else { return };
    let old_frr = world.object("Fabricator/default")["status"]["versions"]["gateway"]["frr"]
        .as_str()
        .unwrap_or("v0.20.2")
        .to_owned();
    let rename = Rename::default().word("v0.120.3", fabric).word("v0.47.4", fabricator).word("v0.20.2", dataplane);
    world.ctl_version = fabricator.into();
    world.insights.clear();
    for object in &mut world.objects {
        *object = rename.copy(object);
    }
    for streams in world.logs.values_mut() {
        for text in streams.values_mut() {
            *text = rename.text(text);
        }
    }
    for object in &mut world.objects {
        match kind(object) {
            "Fabricator" => {
                remove(&mut object["status"], "release");
                remove(&mut object["status"], "releaseChannel");
                object["status"]["versions"]["gateway"]["frr"] = frr.into();
            }
            "Pod" | "DaemonSet" if name(object).contains("--frr") => {
                *object = Rename::default().word(&old_frr, frr).word(dataplane, frr).copy(object);
            }
            "Agent" => {
                let state = &mut object["status"]["state"];
                remove(state, "bfdPeers");
                let ports = state["interfaces"].as_object_mut().into_iter().flatten().map(|(_, port)| port);
                for port in ports {
                    if port["lldpNeighbors"][0]["sysName"].as_str().is_some_and(|host| host.starts_with("gateway-")) {
                        remove(port, "lldpNeighbors");
                    }
                }
            }
            _ => {}
        }
    }
    if release == Release::R25_05 {
        before_26(world);
    }
}

/// The form of 25.05: objects in `fab`, kind `Peering`, no groups, no heartbeat and no sessions.
fn before_26(world: &mut World) {
    let gone = ["GatewayGroup", "GatewayPeering", "VPCInfo", "DaemonSet", "Pod"];
    let old: Vec<Value> = world.objects.iter().filter(|object| gone.contains(&kind(object))).cloned().collect();
    world.objects.retain(|object| !matches!(kind(object), "GatewayGroup" | "GatewayPeering"));
    world.objects.retain(|object| name(object) != "ext.external-01");
    world.logs.retain(|(_, pod, _), _| !pod.starts_with("gw--"));
    for object in &mut world.objects {
        match kind(object) {
            "Fabricator" => {
                let components = &mut object["status"]["components"];
                for component in ["gatewayDataplane", "gatewayFRR"] {
                    remove(components, component);
                }
                if let Some(conditions) = object["status"]["conditions"].as_array_mut() {
                    conditions.retain(|condition| condition["type"] != "GatewayReady");
                }
            }
            "Gateway" => {
                object["metadata"]["namespace"] = "fab".into();
                for key in ["groups", "logs", "profiling", "workers", "vtepMTU"] {
                    remove(&mut object["spec"], key);
                }
            }
            "VPCInfo" => object["metadata"]["namespace"] = "fab".into(),
            "GatewayAgent" => agent(object),
            "DHCPSubnet" if name(object) != "management" => {
                object["spec"]["vrf"] = format!("VrfV{}", object["spec"]["vrf"].as_str().unwrap_or_default()).into();
                let circuit = object["spec"]["circuitID"].as_str().unwrap_or_default().replace("vlan", "Vlan");
                object["spec"]["circuitID"] = circuit.into();
            }
            _ => {}
        }
    }
    for object in old {
        match kind(&object) {
            "GatewayPeering" if !name(&object).contains("external") => {
                let mut object = object;
                object["kind"] = "Peering".into();
                object["metadata"]["namespace"] = "fab".into();
                remove(&mut object["spec"], "gatewayGroup");
                world.objects.push(object);
            }
            "DaemonSet" | "Pod" if name(&object).contains("--dataplane") => {
                let mut object = Rename::default().word("dataplane", "agent").copy(&object);
                remove(&mut object["status"], "initContainerStatuses");
                remove(&mut object["spec"], "initContainers");
                world.objects.push(object);
            }
            _ => {}
        }
    }
    let pattern: Vec<Value> = world
        .objects
        .iter()
        .filter(|object| {
            kind(object) == "Deployment" && name(object) == "fabric-ctrl"
                || kind(object) == "Pod" && name(object).starts_with("fabric-ctrl")
        })
        .map(|object| Rename::default().word("fabric-ctrl", "gateway-ctrl").copy(object))
        .collect();
    world.objects.extend(pattern);
}

fn agent(object: &mut Value) {
    object["metadata"]["namespace"] = "fab".into();
    let generation = object["metadata"]["generation"].clone();
    for key in ["groups", "communities", "config"] {
        remove(&mut object["spec"], key);
    }
    remove(&mut object["spec"]["peerings"], "vpc-04--external-01");
    remove(&mut object["spec"]["vpcs"], "ext.external-01");
    for (_, peering) in object["spec"]["peerings"].as_object_mut().into_iter().flatten() {
        remove(peering, "gatewayGroup");
    }
    for key in ["groups", "logs", "profiling", "workers", "vtepMTU"] {
        remove(&mut object["spec"]["gateway"], key);
    }
    object["spec"]["agentVersion"] = "v0.28.0".into();
    let status = &mut object["status"];
    status["agentVersion"] = "v0.28.0".into();
    remove(status, "lastHeartbeat");
    let state = &mut status["state"];
    for key in ["bgp", "dataplane"] {
        remove(state, key);
    }
    for key in ["peerings", "vpcs"] {
        if let Some(counters) = state[key].as_object_mut() {
            counters.retain(|pair, _| !pair.contains("ext."));
        }
    }
    state["frr"] = json!({"lastAppliedGen": generation});
    state["lastCollectedTime"] = ago(9);
}
