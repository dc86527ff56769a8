//! The models read every object of the example bundles.

use serde::de::DeserializeOwned;
use serde_yaml::Value;

use super::{agent, apps, core, dhcp, fabricator, vpc, wiring};

/// Reads `spec` and `status` of every object of a kind; `null` and `{}` are tolerated.
fn read<S: DeserializeOwned, T: DeserializeOwned>(objects: &[Value], kind: &str) -> Vec<(S, T)> {
    let part = |object: &Value, key: &str| match object.get(key) {
        None | Some(Value::Null) => Value::Mapping(serde_yaml::Mapping::new()),
        Some(value) => without_nulls(value),
    };
    objects
        .iter()
        .filter(|object| object["kind"] == kind)
        .map(|object| {
            let read = |key| format!("{kind} {:?} {key}", object["metadata"]["name"]);
            (
                serde_yaml::from_value(part(object, "spec"))
                    .unwrap_or_else(|error| panic!("{}: {error}", read("spec"))),
                serde_yaml::from_value(part(object, "status"))
                    .unwrap_or_else(|error| panic!("{}: {error}", read("status"))),
            )
        })
        .collect()
}

/// The tree reader treats `null` as absent; serde_yaml does not.
fn without_nulls(value: &Value) -> Value {
    match value {
        Value::Mapping(map) => Value::Mapping(
            map.iter()
                .filter(|(_, value)| !value.is_null())
                .map(|(key, value)| (key.clone(), without_nulls(value)))
                .collect(),
        ),
        Value::Sequence(items) => Value::Sequence(items.iter().map(without_nulls).collect()),
        other => other.clone(),
    }
}

fn objects(dump: &str) -> Vec<Value> {
    let dump: Value = serde_yaml::from_str(dump).unwrap();
    let resources = dump["resources"].as_str().unwrap();
    serde_yaml::Deserializer::from_str(resources)
        .map(|document| serde::Deserialize::deserialize(document).unwrap())
        .collect()
}

#[derive(serde::Deserialize)]
struct Nothing {}

#[test]
fn models_read_the_dumps() {
    for dump in [
        include_str!("../../../../bundles/healthy.hhs"),
        include_str!("../../../../bundles/older-healthy.hhs"),
        include_str!("../../../../bundles/bgp-down.hhs"),
    ] {
        let objects = objects(dump);
        let agents = read::<agent::AgentSpec, agent::AgentStatus>(&objects, "Agent");
        assert!(!agents.is_empty());
        for (spec, status) in &agents {
            assert!(!spec.switch.profile.is_empty());
            assert!(spec.switch_profile.is_some());
            assert!(status.last_applied_gen > 0);
            assert!(!status.state.interfaces.is_empty());
            assert!(!status.state.critical_resources.tables().is_empty());
            assert!(status.state.bgp_neighbors["default"].values().all(|peer| peer.peer_as > 0));
        }
        let connections = read::<wiring::ConnectionSpec, Nothing>(&objects, "Connection");
        assert!(!connections.is_empty());
        for (spec, _) in &connections {
            assert!(spec.kind().is_some());
            assert!(spec.links().iter().flat_map(wiring::Link::endpoints).all(|end| !end.port.is_empty()));
        }
        let fabricators = read::<fabricator::FabricatorSpec, fabricator::FabricatorStatus>(&objects, "Fabricator");
        assert_eq!(fabricators[0].1.components.fabric_ctrl, "Ready");
        assert!(!fabricators[0].0.config.fabric.mode.is_empty());
        for (spec, status) in read::<core::PodSpec, core::PodStatus>(&objects, "Pod") {
            assert_eq!(spec.containers.len(), status.container_statuses.len());
        }
        assert!(!read::<core::NodeSpec, core::NodeStatus>(&objects, "Node").is_empty());
        assert!(!read::<apps::DaemonSetSpec, apps::DaemonSetStatus>(&objects, "DaemonSet").is_empty());
        assert!(!read::<apps::DeploymentSpec, apps::DeploymentStatus>(&objects, "Deployment").is_empty());
        read::<apps::ReplicaSetSpec, apps::ReplicaSetStatus>(&objects, "ReplicaSet");
        assert!(!read::<agent::CatalogSpec, Nothing>(&objects, "Catalog").is_empty());
        assert!(!read::<wiring::SwitchSpec, Nothing>(&objects, "Switch").is_empty());
        assert!(!read::<wiring::SwitchProfileSpec, Nothing>(&objects, "SwitchProfile").is_empty());
        assert!(!read::<wiring::ServerSpec, Nothing>(&objects, "Server").is_empty());
        assert!(!read::<wiring::VlanNamespaceSpec, Nothing>(&objects, "VLANNamespace").is_empty());
        assert!(!read::<vpc::VpcSpec, Nothing>(&objects, "VPC").is_empty());
        assert!(!read::<vpc::VpcAttachmentSpec, Nothing>(&objects, "VPCAttachment").is_empty());
        read::<vpc::VpcPeeringSpec, Nothing>(&objects, "VPCPeering");
        read::<vpc::ExternalSpec, Nothing>(&objects, "External");
        read::<vpc::ExternalAttachmentSpec, Nothing>(&objects, "ExternalAttachment");
        read::<vpc::ExternalPeeringSpec, Nothing>(&objects, "ExternalPeering");
        read::<vpc::Ipv4NamespaceSpec, Nothing>(&objects, "IPv4Namespace");
        assert!(!read::<dhcp::DhcpSubnetSpec, dhcp::DhcpSubnetStatus>(&objects, "DHCPSubnet").is_empty());
        assert!(!read::<fabricator::ControlNodeSpec, Nothing>(&objects, "ControlNode").is_empty());
        read::<fabricator::FabNodeSpec, Nothing>(&objects, "FabNode");
        read::<core::CustomResourceDefinitionSpec, core::CustomResourceDefinitionStatus>(
            &objects,
            "CustomResourceDefinition",
        );
        for object in objects.iter().filter(|object| object["kind"] == "Event") {
            let event: super::Event = serde_yaml::from_value(without_nulls(object)).unwrap();
            assert!(!event.object().name.is_empty() && !event.text().is_empty() && event.last().is_some());
        }
        for object in &objects {
            match object["kind"].as_str() {
                Some("ConfigMap") => {
                    let map: core::ConfigMap = serde_yaml::from_value(without_nulls(object)).unwrap();
                    assert!(!map.data.is_empty());
                }
                Some("Secret") => {
                    let secret: core::Secret = serde_yaml::from_value(without_nulls(object)).unwrap();
                    assert!(!secret.kind.is_empty());
                }
                _ => {}
            }
        }
    }
}
