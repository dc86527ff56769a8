//! Logs with their origin and their scan.

use crate::finding::Evidence;
use crate::parse::log::{Hit, Literal, LogScan, Stream};
use crate::rule::Source;
use crate::source::{EntryId, Place, Sources, Span};

/// One log.
#[derive(Debug)]
pub struct Log {
    /// Entry that holds it.
    pub entry: EntryId,
    /// Where its text starts in the entry.
    pub base: u32,
    /// What wrote it.
    pub stream: Stream,
    /// Namespace of the pod; empty if unknown.
    pub namespace: String,
    /// Pod; empty if unknown.
    pub pod: String,
    /// Container; empty if unknown.
    pub container: String,
    /// The gateway that it belongs to.
    pub gateway: Option<String>,
    /// The switch that it belongs to (agent.log, syslog).
    pub device: Option<String>,
    /// True for the log of the previous container.
    pub previous: bool,
    /// True where pod, gateway or switch are known from a file or path name only.
    pub by_name: bool,
    /// What the automaton found.
    pub scan: LogScan,
}

impl Log {
    /// The source to declare for reading a stream.
    #[must_use]
    pub fn source(stream: Stream) -> Option<Source> {
        Some(match stream {
            Stream::Dataplane => Source::DataplaneLog,
            Stream::Frr => Source::FrrLog,
            Stream::GatewayAgent25 => Source::AgentLog,
            Stream::FabricCtrl | Stream::GatewayCtrl => Source::ControllerLog,
            Stream::Journal => Source::NodeJournal,
            Stream::Alloy => Source::AlloyLog,
            Stream::SwitchAgent => Source::SwitchAgentLog,
            Stream::SwitchSyslog => Source::SwitchSyslog,
            Stream::Dhcpd => Source::DhcpdLog,
            Stream::Boot => Source::BootLog,
            Stream::FabricatorCtrl => Source::FabricatorLog,
            _ => return None,
        })
    }
}

/// A log with the texts, as rules use it.
#[derive(Debug, Clone, Copy)]
pub struct LogRef<'b> {
    /// The log.
    pub log: &'b Log,
    pub(super) sources: &'b Sources,
}

impl<'b> LogRef<'b> {
    /// A log with the texts of its bundle.
    #[must_use]
    pub fn new(log: &'b Log, sources: &'b Sources) -> Self {
        Self { log, sources }
    }

    /// What the automaton found.
    #[must_use]
    pub fn scan(self) -> &'b LogScan {
        &self.log.scan
    }

    /// The log's whole text.
    #[must_use]
    pub fn text(self) -> &'b str {
        self.sources.text(self.log.entry).get(self.log.base as usize..).unwrap_or("")
    }

    /// The bytes under a span of the log.
    #[must_use]
    pub fn slice(self, span: Span) -> &'b str {
        span.slice(self.text())
    }

    /// Place of a span of the log.
    #[must_use]
    pub fn place(self, span: Span) -> Place {
        Place {
            entry: self.log.entry,
            span: Span { start: self.log.base.saturating_add(span.start), end: self.log.base.saturating_add(span.end) },
        }
    }

    /// The message of a hit, without colours, time and level.
    #[must_use]
    pub fn message(self, hit: &Hit) -> String {
        hit.message_text(self.text()).into_owned()
    }

    /// Evidence of a hit, quoting its message. It points at the message, not at the time before it: in the
    /// folded text of a dump the two often stand on different lines.
    #[must_use]
    pub fn evidence(self, hit: &Hit, note: impl Into<String>) -> Evidence {
        let message = hit.message();
        let span = if self.slice(message).trim().is_empty() { hit.line } else { message };
        Evidence::at(self.place(span), note).value(self.message(hit))
    }

    /// Hits of a literal that nothing later in this log ends (gateway reference 7).
    pub fn current(self, literal: &'static Literal) -> impl Iterator<Item = &'b Hit> {
        self.log.scan.current(literal)
    }

    /// All hits of a literal, oldest first.
    pub fn hits(self, literal: &'static Literal) -> impl Iterator<Item = &'b Hit> {
        self.log.scan.of(literal)
    }
}
