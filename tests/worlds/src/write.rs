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
        self.files_as(yaml, "yaml")
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
        let _ = writeln!(out, "{pad}{key}: {}", quoted(text, indent));
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

/// A double-quoted scalar as the dump's writer makes it: escapes, folded at blanks after 80 columns.
fn quoted(text: &str, indent: usize) -> String {
    let mut out = String::from("\"");
    let mut column = indent;
    let mut chars = text.chars().peekable();
    let mut last = ' ';
    while let Some(c) = chars.next() {
        let before = out.len();
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            '\r' => out.push_str("\\r"),
            '\u{1b}' => out.push_str("\\e"),
            '\u{85}' | '\u{a0}' | '\u{feff}' | '\u{2028}' | '\u{2029}' => {
                let _ = write!(out, "\\u{:04X}", c as u32);
            }
            c if c.is_control() => {
                let _ = write!(out, "\\x{:02X}", c as u32);
            }
            ' ' if column > 80 && last != ' ' && chars.peek().is_some_and(|next| *next != ' ') => {
                out.push('\n');
                out.push_str(&" ".repeat(indent + 2));
                column = indent + 2;
                last = ' ';
                continue;
            }
            c => out.push(c),
        }
        column += out.len() - before;
        last = c;
    }
    out.push('"');
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn awkward_text_survives_writing() {
        let text = format!(" \u{1b}[2mx\u{1b}[0m \t\"a\\b\"  two {}\r\n\u{7}\u{feff} end ", "word ".repeat(40));
        let world = World::empty("2026-03-04T09:20:30Z").log("gw--x--dataplane-abcde", "dataplane", &text);
        assert!(world.hhs().lines().all(|line| line.len() < 120), "{}", world.hhs());
        let again = World::from_dump(&world.hhs());
        assert_eq!(again.logs, world.logs);
    }

    #[test]
    fn a_world_survives_writing() {
        let world = World::healthy().small();
        let again = World::from_dump(&world.hhs());
        assert_eq!(again.objects, world.objects);
        assert_eq!(again.logs, world.logs);
        assert_eq!(again.insights, world.insights);
    }
}
