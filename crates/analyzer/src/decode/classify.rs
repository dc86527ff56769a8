//! What an entry is, told by its bytes.

use std::borrow::Cow;

use super::dump::looks_like_dump;
use super::known::Known;
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
    /// Output of a known command.
    Command(Known),
    /// A log.
    Log(Dialect),
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
            Self::Command(_) => "command-output",
            Self::Log(_) => "log",
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
    let trimmed = text.trim_start();
    if trimmed.is_empty() {
        return Content::Empty;
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
    if sections::SectionedFile::parse(text).is_some() {
        return Content::Sections;
    }
    if memchr::memmem::find(text.as_bytes(), b"==== START logs for container").is_some() {
        return Content::ClusterDump;
    }
    if has_line(text, &["apiVersion:", "- apiVersion:", "items:", "- metadata:", "kind:"]) && !looks_like_table(text) {
        return Content::Yaml;
    }
    if prometheus::looks_like_metrics(text) || prometheus::curl_failure(text).is_some() {
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

/// One JSON object per line with a time and a message is a log.
fn looks_like_docker_log(text: &str) -> bool {
    let line = text.lines().next().unwrap_or("");
    line.starts_with('{')
        && line.trim_end().ends_with('}')
        && (line.contains("\"log\":") || line.contains("\"msg\":") || line.contains("\"message\":"))
        && (line.contains("\"time\":") || line.contains("\"ts\":") || line.contains("\"level\":"))
        && !line.contains("\"apiVersion\"")
}

/// The character after the bracket fits JSON.
fn looks_like_json(text: &str) -> bool {
    let mut chars = text.chars();
    let open = chars.next();
    match (open, chars.find(|c| !c.is_whitespace())) {
        (Some('{'), Some('"' | '}')) | (Some('['), Some('{' | '[' | ']' | '"')) => true,
        _ => false,
    }
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

/// Blanks out lines that the collector wrote around YAML or JSON (`Warning: …`, `Error from server …`,
/// prompts), so that offsets stay right. Only lines before the first and after the last line of the
/// document are touched.
#[must_use]
pub(super) fn without_noise(text: &str) -> Cow<'_, str> {
    let is_noise = |line: &str| {
        let line = line.trim_end();
        !line.starts_with([' ', '#'])
            && (MessageKind::parse(line).is_some() || table::Command::parse(line, 0).is_some() || is_prompt(line))
    };
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        if !(line.trim().is_empty() || is_noise(line)) {
            break;
        }
        start += line.len();
    }
    let mut end = text.len();
    for line in text.rsplit('\n') {
        if !(line.trim().is_empty() || is_noise(line)) {
            break;
        }
        end = end.saturating_sub(line.len() + 1);
    }
    if (start == 0 && text.get(end..).is_none_or(|tail| tail.trim().is_empty())) || end <= start {
        return Cow::Borrowed(text);
    }
    let blank = |part: &str| -> String { part.bytes().map(|b| if b == b'\n' { '\n' } else { ' ' }).collect() };
    let mut out = blank(text.get(..start).unwrap_or(""));
    out.push_str(text.get(start..end).unwrap_or(""));
    out.push_str(&blank(text.get(end..).unwrap_or("")));
    Cow::Owned(out)
}

/// `core@control-1 ~ $ …` or a bare prompt.
fn is_prompt(line: &str) -> bool {
    let line = line.trim_end();
    line.ends_with(" $") || line.ends_with(" #") || line.starts_with("$ ") || line.contains(" $ kubectl ")
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

    #[test]
    fn noise_is_blanked_in_place() {
        let text = "Warning: v1 is deprecated\napiVersion: v1\nkind: Pod\nerror: connection lost\n";
        let clean = without_noise(text);
        assert_eq!(clean.len(), text.len());
        assert_eq!(clean.trim(), "apiVersion: v1\nkind: Pod");
        assert!(matches!(without_noise("apiVersion: v1\nkind: Pod\n"), Cow::Borrowed(_)));
    }
}
