//! What a literal is: a text that means something in one stream, what it captures, and what ends it.

use std::sync::OnceLock;

use super::template::{self, Template};

/// Which program or container wrote a log. A literal counts only in its own streams.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Stream {
    /// Container `dataplane` of a gateway.
    Dataplane,
    /// Container `frr` of a gateway: watchfrr, the FRR daemons and frr-agent.
    Frr,
    /// The fabric controller (since 26.01 with the gateway controller in it).
    FabricCtrl,
    /// The separate gateway controller of older releases.
    GatewayCtrl,
    /// Container `agent` of a 25.05 gateway.
    GatewayAgent25,
    /// `/var/log/agent.log` of a switch.
    SwitchAgent,
    /// `fabric-dhcpd`.
    Dhcpd,
    /// `fabric-boot`.
    Boot,
    /// `fabricator-ctrl`.
    FabricatorCtrl,
    /// Journal of a node (k3s, k3s-agent).
    Journal,
    /// Syslog of a switch.
    SwitchSyslog,
    /// Alloy.
    Alloy,
    /// Console of a switch that runs the NOS installer.
    NosInstaller,
    /// Terminal or GitOps text of a user: `kubectl`, ArgoCD, `hhfab`.
    Cli,
    /// Any log; as the stream of a text: nothing is known of it.
    Any,
}

impl Stream {
    /// All streams.
    pub const ALL: [Self; 15] = [
        Self::Dataplane,
        Self::Frr,
        Self::FabricCtrl,
        Self::GatewayCtrl,
        Self::GatewayAgent25,
        Self::SwitchAgent,
        Self::Dhcpd,
        Self::Boot,
        Self::FabricatorCtrl,
        Self::Journal,
        Self::SwitchSyslog,
        Self::Alloy,
        Self::NosInstaller,
        Self::Cli,
        Self::Any,
    ];
}

/// Severity of a *current* occurrence, as the tables of the references give it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// Information, or normal.
    Info,
    /// Warning.
    Warning,
    /// Error.
    Error,
    /// Critical.
    Critical,
}

/// How a later line must belong to an earlier one to end it.
#[derive(Debug, Clone, Copy)]
pub enum Join {
    /// Any later occurrence.
    Any,
    /// A later one with a `generation` at least that of the ended line; any, where the line names none.
    Generation,
    /// A later one with equal fields: (field of the ended line, field of the ending line).
    Same(&'static [(&'static str, &'static str)]),
    /// The apply after the one that the line belongs to (the line stands inside an apply, before its success).
    NextApply,
}

/// One thing that ends a literal.
#[derive(Debug, Clone, Copy)]
pub struct End {
    /// The literal that ends it.
    pub by: &'static Literal,
    /// How the two belong together.
    pub join: Join,
}

/// What makes an occurrence history (gateway reference 7, point 3).
#[derive(Debug, Clone, Copy)]
pub enum Ends {
    /// Any of these, later in the same stream. The captured status may end it too; that is the rules' matter.
    By(&'static [End]),
    /// Nothing: it counts only while it is young.
    Never,
}

/// A text that means something in a log.
#[derive(Debug)]
pub struct Literal {
    /// Stable kebab-case name.
    pub id: &'static str,
    /// Where it counts.
    pub streams: &'static [Stream],
    /// Severity of a current occurrence.
    pub severity: Severity,
    /// What ends it.
    pub ends: Ends,
    /// Alternative texts; `{name}` captures up to the next fixed part, `{#name}` digits, `{}` skips.
    pub(super) texts: &'static [&'static str],
    /// Names of `key=value` pairs to capture.
    pub(super) keys: &'static [&'static str],
    /// One of these must stand on the line too.
    pub(super) any_of: &'static [&'static str],
    /// None of these may stand on the line.
    pub(super) none_of: &'static [&'static str],
    /// This field must be there and not empty.
    pub(super) filled: Option<&'static str>,
    /// This field must be absent or empty.
    pub(super) empty: Option<&'static str>,
    /// A field that is filled from an earlier line, see `context`.
    pub(super) inherited: Option<&'static str>,
    pub(super) ignore_case: bool,
    /// The message must begin with the text.
    pub(super) at_start: bool,
    compiled: OnceLock<Compiled>,
}

/// The parsed templates of a literal.
#[derive(Debug)]
pub(super) struct Compiled {
    pub(super) names: Vec<&'static str>,
    pub(super) texts: Vec<Template>,
}

impl Literal {
    /// A literal that captures nothing and that nothing ends.
    pub(super) const fn new(
        id: &'static str,
        streams: &'static [Stream],
        severity: Severity,
        texts: &'static [&'static str],
    ) -> Self {
        Self {
            id,
            streams,
            severity,
            ends: Ends::Never,
            texts,
            keys: &[],
            any_of: &[],
            none_of: &[],
            filled: None,
            empty: None,
            inherited: None,
            ignore_case: false,
            at_start: false,
            compiled: OnceLock::new(),
        }
    }

    pub(super) const fn keys(mut self, keys: &'static [&'static str]) -> Self {
        self.keys = keys;
        self
    }

    pub(super) const fn any_of(mut self, texts: &'static [&'static str]) -> Self {
        self.any_of = texts;
        self
    }

    pub(super) const fn none_of(mut self, texts: &'static [&'static str]) -> Self {
        self.none_of = texts;
        self
    }

    pub(super) const fn filled(mut self, field: &'static str) -> Self {
        self.filled = Some(field);
        self
    }

    pub(super) const fn empty(mut self, field: &'static str) -> Self {
        self.empty = Some(field);
        self
    }

    pub(super) const fn inherited(mut self, field: &'static str) -> Self {
        self.inherited = Some(field);
        self
    }

    pub(super) const fn any_case(mut self) -> Self {
        self.ignore_case = true;
        self
    }

    pub(super) const fn at_start(mut self) -> Self {
        self.at_start = true;
        self
    }

    pub(super) const fn ended_by(mut self, ends: &'static [End]) -> Self {
        self.ends = Ends::By(ends);
        self
    }

    /// True if the literal counts in `stream`.
    #[must_use]
    pub fn counts_in(&self, stream: Stream) -> bool {
        self.streams.iter().any(|known| *known == stream || *known == Stream::Any)
    }

    /// Names of the fields that a hit of this literal may hold.
    #[must_use]
    pub fn field_names(&self) -> &[&'static str] {
        &self.compiled().names
    }

    /// What can end it; empty when nothing can.
    #[must_use]
    pub fn ends(&self) -> &'static [End] {
        match self.ends {
            Ends::By(ends) => ends,
            Ends::Never => &[],
        }
    }

    pub(super) fn compiled(&self) -> &Compiled {
        self.compiled.get_or_init(|| {
            let mut names: Vec<&'static str> = Vec::new();
            let texts = self.texts.iter().map(|text| template::compile(text, &mut names)).collect();
            for name in self.keys.iter().chain(self.inherited.iter()) {
                if !names.contains(name) {
                    names.push(name);
                }
            }
            Compiled { names, texts }
        })
    }
}

impl PartialEq for Literal {
    fn eq(&self, other: &Self) -> bool {
        std::ptr::eq(self, other)
    }
}

impl Eq for Literal {}

impl PartialOrd for Literal {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Literal {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.id.cmp(other.id)
    }
}

/// Declares literals of one or more streams and the list of them.
macro_rules! literals {
    ($streams:expr; $($(#[$doc:meta])* $name:ident = ($id:literal, $severity:ident, $($text:literal),+) $(.$method:ident($($arg:expr),*))*;)+) => {
        $(
            $(#[$doc])*
            pub static $name: $crate::parse::log::Literal = $crate::parse::log::Literal::new(
                $id,
                $streams,
                $crate::parse::log::Severity::$severity,
                &[$($text),+],
            )$(.$method($($arg),*))*;
        )+
        /// All of this list.
        pub(super) static ALL: &[&$crate::parse::log::Literal] = &[$(&$name),+];
    };
}
pub(super) use literals;
