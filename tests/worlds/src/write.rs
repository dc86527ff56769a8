//! Worlds as bundles: the text forms that the field knows.

use std::collections::BTreeMap;
use std::fmt::Write;

use serde_json::{Value, json};

use crate::{World, kind, name};

impl World {
    /// As a `.hhs` dump.
    #[must_use]
    pub fn hhs(&self) -> String {
        let mut out = format!(
            "createdAt: \"{}\"\ncreatedBy:\n  ctlVersion: {}\n  hostname: control-1\n  username: core\n",
            self.created_at, self.ctl_version
        );
        if !self.insights.is_empty() {
            out.push_str("gatewayInsights:\n");
            let mut last = "";
            for ((gateway, command), streams) in &self.insights {
                if gateway != last {
                    let _ = writeln!(out, "  {gateway}:");
                    last = gateway;
                }
                let _ = writeln!(out, "    '{command}':");
                for (stream, text) in streams {
                    scalar(&mut out, 6, stream, text);
                }
            }
        }
        out.push_str("name: world\n");
        if !self.logs.is_empty() {
            out.push_str("podLogs:\n");
            let (mut last_namespace, mut last_pod) = ("", "");
            for ((namespace, pod, container), streams) in &self.logs {
                if namespace != last_namespace {
                    let _ = writeln!(out, "  {namespace}:");
                    last_namespace = namespace;
                    last_pod = "";
                }
                if pod != last_pod {
                    let _ = writeln!(out, "    {pod}:");
                    last_pod = pod;
                }
                let _ = writeln!(out, "      {container}:");
                for (stream, text) in streams {
                    scalar(&mut out, 8, stream, text);
                }
            }
        }
        let documents: Vec<String> = self.objects.iter().map(yaml).collect();
        scalar(&mut out, 0, "resources", &documents.join("---\n"));
        out.push_str("version: 0.1.0\n");
        out
    }

    /// As the files that a user collects by hand: one List per kind, logs and outputs in files named after
    /// their pod, a file with the date.
    #[must_use]
    pub fn files(&self) -> BTreeMap<String, Vec<u8>> {
        self.files_as(|list| yaml(list), "yaml")
    }

    /// The same with JSON.
    #[must_use]
    pub fn json_files(&self) -> BTreeMap<String, Vec<u8>> {
        self.files_as(|list| serde_json::to_string_pretty(list).unwrap_or_default(), "json")
    }

    fn files_as(&self, write: impl Fn(&Value) -> String, ending: &str) -> BTreeMap<String, Vec<u8>> {
        let mut files = BTreeMap::new();
        let mut kinds: BTreeMap<&str, Vec<&Value>> = BTreeMap::new();
        for object in &self.objects {
            kinds.entry(kind(object)).or_default().push(object);
        }
        for (kind, items) in kinds {
            let list = json!({
                "apiVersion": "v1", "items": items, "kind": "List", "metadata": {"resourceVersion": ""}
            });
            files.insert(format!("objects/{}s.{ending}", kind.to_lowercase()), write(&list).into_bytes());
        }
        for ((namespace, pod, container), streams) in &self.logs {
            for (stream, text) in streams {
                let previous = if stream == "previous" { "-previous" } else { "" };
                files.insert(format!("logs/{namespace}/{pod}/{container}{previous}.log"), text.clone().into_bytes());
            }
        }
        for ((gateway, command), streams) in &self.insights {
            if let Some(text) = streams.get("stdout") {
                let name = command.replace(": ", "-").replace(' ', "-");
                files.insert(format!("outputs/{gateway}/{name}.txt"), text.clone().into_bytes());
            }
        }
        for (gateway, text) in &self.metrics {
            files.insert(format!("metrics-{gateway}.prom"), text.clone().into_bytes());
        }
        let date = self.created_at.replace('T', " ").replace('Z', " +0000 UTC m=+0.1\n");
        files.insert("timestamp".into(), date.into_bytes());
        files
    }

    /// One file for each object, as must-gather writes them.
    #[must_use]
    pub fn object_files(&self) -> BTreeMap<String, Vec<u8>> {
        let mut files = self.files();
        files.retain(|path, _| !path.starts_with("objects/"));
        for object in &self.objects {
            let path = format!("objects/{}/{}.yaml", kind(object).to_lowercase(), name(object));
            files.insert(path, yaml(object).into_bytes());
        }
        files
    }
}

/// An object as YAML.
#[must_use]
pub(crate) fn yaml(value: &Value) -> String {
    serde_yaml::to_string(value).unwrap_or_default()
}

/// A key with a string: a literal block, or quoted where a block cannot hold it.
fn scalar(out: &mut String, indent: usize, key: &str, text: &str) {
    let pad = " ".repeat(indent);
    let awkward = text.is_empty()
        || text.starts_with([' ', '\n', '\t'])
        || text.chars().any(|c| c != '\n' && c.is_control())
        || text.lines().any(|line| line.ends_with(' '));
    if awkward {
        let quoted = serde_json::to_string(text).unwrap_or_default();
        let _ = writeln!(out, "{pad}{key}: {quoted}");
        return;
    }
    let keep = match (text.ends_with('\n'), text.ends_with("\n\n")) {
        (_, true) => "+",
        (true, false) => "",
        (false, _) => "-",
    };
    let _ = writeln!(out, "{pad}{key}: |{keep}");
    for line in text.lines() {
        if line.is_empty() {
            out.push('\n');
        } else {
            let _ = writeln!(out, "{pad}  {line}");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_world_survives_writing() {
        let world = World::healthy().small();
        let again = World::from_dump(&world.hhs());
        assert_eq!(again.objects, world.objects);
        assert_eq!(again.logs, world.logs);
        assert_eq!(again.insights, world.insights);
    }
}
