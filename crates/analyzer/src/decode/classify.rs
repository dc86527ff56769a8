//! What an entry is, told by its bytes.

use super::date::date_in;
use super::dump::looks_like_dump;
use super::known::Known;
use super::noise::noise_above;
use crate::parse::log::{Dialect, looks_like_log};
use crate::parse::table::MessageKind;
use crate::parse::{describe, prometheus, sections, table};

/// What an entry was taken for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Content {
    /// A Hedgehog support dump.
    Dump,
    /// Kubernetes objects as YAML.
    Yaml,
    /// Kubernetes objects as JSON.
    Json,
    /// `kubectl get` tables.
    Table,
    /// `kubectl describe`.
    Describe,
    /// Prometheus text.
    Metrics,
    /// A file of sections: show-tech or console log.
    Sections,
    /// `kubectl cluster-info dump` to standard output.
    ClusterDump,
    /// A copy of a terminal session: prompts and outputs.
    Session,
    /// Output of a known command.
    Command(Known),
    /// Logs of several containers in one file, each line with its container.
    Logs,
    /// A log.
    Log(Dialect),
    /// When the collection was made.
    Date,
    /// Only messages of the collector.
    Messages,
    /// Nothing in it.
    Empty,
    /// Not text.
    Binary,
    /// Not recognised.
    Unknown,
}

impl Content {
    /// The word used in reports.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Dump => "hedgehog-dump",
            Self::Yaml => "yaml",
            Self::Json => "json",
            Self::Table => "table",
            Self::Describe => "describe",
            Self::Metrics => "metrics",
            Self::Sections => "show-tech",
            Self::ClusterDump => "cluster-dump",
            Self::Session => "session",
            Self::Command(_) => "command-output",
            Self::Logs => "logs",
            Self::Log(_) => "log",
            Self::Date => "date",
            Self::Messages => "messages",
            Self::Empty => "empty",
            Self::Binary => "binary",
            Self::Unknown => "unknown",
        }
    }
}

/// Tells what a text is. The name is not looked at.
#[must_use]
pub fn classify(text: &str) -> Content {
    if text.trim_start().is_empty() {
        return Content::Empty;
    }
    // What kubectl wrote above its output does not tell what the output is.
    let trimmed = text.get(noise_above(text)..).unwrap_or("").trim_start();
    if date_in(text).is_some() {
        return Content::Date;
    }
    if is_nothing(text.trim()) {
        return Content::Messages;
    }
    if looks_like_dump(text) {
        return Content::Dump;
    }
    if trimmed.starts_with('{') || trimmed.starts_with('[') {
        if looks_like_docker_log(trimmed) {
            return looks_like_log(text).map_or(Content::Json, Content::Log);
        }
        if memchr::memmem::find(text.as_bytes(), b"==== START logs for container").is_some() {
            return Content::ClusterDump;
        }
        if looks_like_json(trimmed) {
            return Content::Json;
        }
    }
    if may_have_sections(text) && sections::SectionedFile::parse(text).is_some() {
        return Content::Sections;
    }
    if memchr::memmem::find(text.as_bytes(), b"==== START logs for container").is_some() {
        return Content::ClusterDump;
    }
    if has_line(text, &["apiVersion:", "- apiVersion:", "items:", "- metadata:", "kind:"]) && !looks_like_table(text) {
        return Content::Yaml;
    }
    if prometheus::looks_like_metrics(text) || no_metrics(text) {
        return Content::Metrics;
    }
    if let Some(known) = Known::by_content(text) {
        return Content::Command(known);
    }
    if looks_like_table(text) {
        return Content::Table;
    }
    if describe::is_description(text) {
        return Content::Describe;
    }
    if let Some(dialect) = looks_like_log(text) {
        return Content::Log(dialect);
    }
    if table::read(text).messages.iter().any(|message| !matches!(message.kind, MessageKind::Log)) {
        return Content::Messages;
    }
    Content::Unknown
}

/// What curl says in place of metrics. Logs and errors of kubectl tell of refused connections, too.
fn no_metrics(text: &str) -> bool {
    let about_metrics =
        || text.contains("curl") || text.contains("wget") || text.contains(":9442") || text.contains("port 9442");
    (prometheus::curl_failure(text).is_some() && about_metrics() || prometheus::empty_answer(text))
        && looks_like_log(text).is_none()
}

/// One JSON object per line with a time and a message is a log.
fn looks_like_docker_log(text: &str) -> bool {
    let line = text.lines().next().unwrap_or("");
    line.starts_with('{')
        && line.trim_end().ends_with('}')
        && (line.contains("\"log\":") || line.contains("\"msg\":") || line.contains("\"message\":"))
        && (line.contains("\"time\":") || line.contains("\"ts\":") || line.contains("\"level\":"))
        && !line.contains("\"apiVersion\"")
}

/// What scripts write where there is nothing: `jq` of a missing field, `|| echo "No previous logs"`.
#[must_use]
pub(super) fn is_nothing(text: &str) -> bool {
    matches!(text, "null" | "{}" | "[]" | "\"\"" | "No previous logs")
}

/// A cheap look for the headers of a show-tech or console file, before the whole file is taken apart.
fn may_have_sections(text: &str) -> bool {
    let holds = |needle: &str| memchr::memmem::find(text.as_bytes(), needle.as_bytes()).is_some();
    text.starts_with("=== ") || holds("\n=== ") || holds("Executing: ") || holds("== Console diagnostics for ")
}

/// The character after the bracket fits JSON.
fn looks_like_json(text: &str) -> bool {
    let mut chars = text.chars();
    let open = chars.next();
    matches!(
        (open, chars.find(|c| !c.is_whitespace())),
        (Some('{'), Some('"' | '}')) | (Some('['), Some('{' | '[' | ']' | '"'))
    )
}

/// A line of the first thousand starts with one of the words.
fn has_line(text: &str, words: &[&str]) -> bool {
    text.lines().take(1000).any(|line| words.iter().any(|word| line.starts_with(word)))
        // A List of thousands of lines has its kind at the end; its items come first.
        || text.lines().take(50).any(|line| line.starts_with("items:"))
}

fn looks_like_table(text: &str) -> bool {
    // Only the head is read: a table's header stands near the top.
    let head: usize = text.lines().take(60).map(|line| line.len() + 1).sum();
    let head = text.get(..head.min(text.len())).unwrap_or(text);
    !table::tables(head).is_empty()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn contents() {
        assert_eq!(classify("  \n"), Content::Empty);
        assert_eq!(classify("{\"kind\": \"List\", \"items\": []}"), Content::Json);
        assert_eq!(classify("apiVersion: v1\nkind: Pod\n"), Content::Yaml);
        assert_eq!(classify("- apiVersion: v1\n  kind: Pod\n"), Content::Yaml);
        assert_eq!(
            classify("NAME      APPLIED   APPLIEDG   CURRENTG   AGE\ngw        42m       14         14         9d\n"),
            Content::Table
        );
        assert_eq!(
            classify("# HELP vpc_packet_count \n# TYPE vpc_packet_count gauge\nvpc_packet_count{total=\"a\"} 1\n"),
            Content::Metrics
        );
        assert_eq!(classify("No resources found in fab namespace.\n"), Content::Messages);
        assert_eq!(classify("hello world\nthis is a letter\n"), Content::Unknown);
    }
}
