//! Dumps and YAML documents as worlds, through serde_yaml.

use serde::Deserialize as _;
use serde_json::Value;

use crate::World;

/// Reads the YAML documents of a text.
pub(crate) fn documents(text: &str) -> Vec<Value> {
    serde_yaml::Deserializer::from_str(text)
        .map(|document| Value::deserialize(document).expect("YAML"))
        .filter(|value| !value.is_null())
        .collect()
}

/// Reads a `.hhs` dump.
pub(crate) fn dump(text: &str) -> World {
    let outer: Value = serde_yaml::from_str(text).expect("a dump");
    let mut world = World {
        created_at: outer["createdAt"].as_str().unwrap_or_default().into(),
        ctl_version: outer["createdBy"]["ctlVersion"].as_str().unwrap_or_default().into(),
        objects: documents(outer["resources"].as_str().unwrap_or_default()),
        ..World::default()
    };
    for (namespace, pods) in map(&outer["podLogs"]) {
        for (pod, containers) in map(pods) {
            for (container, streams) in map(containers) {
                let texts = map(streams).map(|(stream, text)| (stream.clone(), string(text))).collect();
                world.logs.insert((namespace.clone(), pod.clone(), container.clone()), texts);
            }
        }
    }
    for (gateway, commands) in map(&outer["gatewayInsights"]) {
        for (command, streams) in map(commands) {
            let texts = map(streams).map(|(stream, text)| (stream.clone(), string(text))).collect();
            world.insights.insert((gateway.clone(), command.clone()), texts);
        }
    }
    world
}

fn map(value: &Value) -> impl Iterator<Item = (&String, &Value)> {
    value.as_object().into_iter().flatten()
}

fn string(value: &Value) -> String {
    value.as_str().unwrap_or_default().into()
}
