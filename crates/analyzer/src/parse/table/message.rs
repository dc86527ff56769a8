//! What `kubectl` wrote instead of a table, or around it.

use std::sync::Arc;

use super::Command;
use crate::source::{EntryId, Problem, ProblemKind, Span};

/// A message of `kubectl`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    /// What it says.
    pub kind: MessageKind,
    /// The line, without its end.
    pub text: String,
    /// Its bytes.
    pub span: Span,
    /// The command above, where the text holds one.
    pub command: Option<Arc<Command>>,
}

/// Kinds of messages.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MessageKind {
    /// `No resources found`: also printed for a wrong namespace or a selector that matches nothing.
    NoResources {
        /// Namespace in the message.
        namespace: Option<String>,
    },
    /// `Error from server (NotFound): …`.
    ServerError {
        /// `NotFound`, `Forbidden`, …
        reason: Option<String>,
    },
    /// `error: the server doesn't have a resource type "…"`.
    UnknownResource {
        /// The word.
        name: String,
    },
    /// The API server could not be reached.
    Unreachable,
    /// Any other `error: …`.
    ClientError,
    /// `Warning: …`.
    Warning,
    /// A log line of the client.
    Log,
}

impl MessageKind {
    /// Reads a line without its end.
    #[must_use]
    pub fn parse(line: &str) -> Option<Self> {
        let line = line.trim();
        if let Some(rest) = line.strip_prefix("No resources found") {
            let rest = rest.trim_end_matches('.');
            let namespace = rest.strip_prefix(" in ").and_then(|rest| rest.strip_suffix(" namespace"));
            return (rest.is_empty() || namespace.is_some())
                .then(|| Self::NoResources { namespace: namespace.map(str::to_owned) });
        }
        if let Some(rest) = line.strip_prefix("Error from server") {
            let reason = rest.strip_prefix(" (").and_then(|rest| rest.split_once(')')).map(|(reason, _)| reason);
            return Some(Self::ServerError { reason: reason.map(str::to_owned) });
        }
        if let Some(rest) = line.strip_prefix("error: ") {
            let name = rest
                .strip_prefix("the server doesn't have a resource type \"")
                .and_then(|rest| rest.split_once('"'))
                .map(|(name, _)| name.to_owned());
            return Some(name.map_or(Self::ClientError, |name| Self::UnknownResource { name }));
        }
        if line.starts_with("The connection to the server ") || line.starts_with("Unable to connect to the server") {
            return Some(Self::Unreachable);
        }
        if line.starts_with("Warning: ") {
            return Some(Self::Warning);
        }
        is_client_log(line).then_some(Self::Log)
    }
}

/// klog: `E1005 10:55:09.123456   12345 memcache.go:265] …`.
fn is_client_log(line: &str) -> bool {
    let bytes = line.as_bytes();
    matches!(bytes.first(), Some(b'E' | b'W' | b'I' | b'F'))
        && bytes.get(1..5).is_some_and(|date| date.iter().all(u8::is_ascii_digit))
        && bytes.get(5) == Some(&b' ')
        && bytes.get(8) == Some(&b':')
        && line.contains("] ")
}

impl Message {
    /// The message as a problem of the collection. `Warning:` and client logs are notes.
    #[must_use]
    pub fn problem(&self, entry: EntryId) -> Problem {
        let kind = ProblemKind::Collection;
        let problem = match &self.kind {
            MessageKind::NoResources { namespace } => {
                let place = namespace.as_ref().map_or(String::new(), |name| format!(" in namespace {name}"));
                let problem = Problem::note(kind, format!("kubectl found no resources{place}"));
                if self.command.as_ref().is_some_and(|command| command.selector) {
                    problem.help("the listing was made with a selector: run it without one")
                } else {
                    problem.help("run the command with -A to see all namespaces")
                }
            }
            MessageKind::ServerError { reason } => {
                let reason = reason.as_deref().unwrap_or("no reason");
                Problem::warning(kind, format!("the API server answered with an error ({reason})"))
            }
            MessageKind::UnknownResource { name } => {
                Problem::warning(kind, format!("the cluster does not know the resource type {name}"))
                    .help("collect from the control node of the fabric")
            }
            MessageKind::Unreachable => Problem::warning(kind, "kubectl could not reach the API server"),
            MessageKind::ClientError => Problem::warning(kind, "kubectl failed"),
            MessageKind::Warning => Problem::note(kind, "kubectl printed a warning"),
            MessageKind::Log => Problem::note(kind, "kubectl printed a log line"),
        };
        problem.at(entry, self.span)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages() {
        for (line, kind) in [
            ("No resources found", MessageKind::NoResources { namespace: None }),
            ("No resources found.", MessageKind::NoResources { namespace: None }),
            ("No resources found in fab namespace.", MessageKind::NoResources { namespace: Some("fab".to_owned()) }),
            (
                "Error from server (NotFound): deployments.apps \"x\" not found",
                MessageKind::ServerError { reason: Some("NotFound".to_owned()) },
            ),
            ("Error from server: etcdserver: request timed out", MessageKind::ServerError { reason: None }),
            (
                "error: the server doesn't have a resource type \"gatewayagents\"",
                MessageKind::UnknownResource { name: "gatewayagents".to_owned() },
            ),
            ("error: You must be logged in to the server", MessageKind::ClientError),
            ("Warning: v1 ComponentStatus is deprecated in v1.19+", MessageKind::Warning),
            (
                "The connection to the server 172.30.0.1:6443 was refused - did you specify the right host or port?",
                MessageKind::Unreachable,
            ),
            ("E1005 10:55:09.123456   12345 memcache.go:265] \"Unhandled Error\"", MessageKind::Log),
        ] {
            assert_eq!(MessageKind::parse(line), Some(kind), "{line}");
        }
        for line in ["No resources found for you", "Errors", "E1/1   up", "warning: x", ""] {
            assert_eq!(MessageKind::parse(line), None, "{line}");
        }
    }
}
