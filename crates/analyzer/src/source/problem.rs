//! What could not be read or understood, always with its place.

use super::{EntryId, Span};

/// How much a problem matters to the analysis.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum ProblemLevel {
    /// Noted; nothing was lost (an unknown file, a duplicate key with one value).
    Note,
    /// Something was lost or had to be guessed (a wrong type, broken YAML, a truncated file).
    Warning,
}

/// What kind of thing went wrong: stable kebab-case words in the report.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum ProblemKind {
    /// The archive or compressed stream is damaged or cut.
    Archive,
    /// A file or archive member that cannot be read: no permission, encrypted, unknown compression.
    Unreadable,
    /// A limit (size, entries, nesting, ratio) was reached.
    Limit,
    /// An entry name or link that must not be followed.
    UnsafePath,
    /// The text is not valid UTF-8 or had to be transcoded.
    Encoding,
    /// YAML or JSON that cannot be parsed.
    Syntax,
    /// A field has a type or value that the API does not allow.
    Field,
    /// The content was not recognised.
    Unrecognised,
    /// The file says that it was cut, or its end is missing.
    Truncated,
    /// The collector wrote an error instead of output.
    Collection,
    /// Two sources of one object disagree.
    Contradiction,
    /// A part of a recognised output has an unknown layout.
    Layout,
    /// A failure inside the analyzer itself.
    Internal,
}

impl ProblemKind {
    /// The word that stands for this kind in reports.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Archive => "archive",
            Self::Unreadable => "unreadable",
            Self::Limit => "limit",
            Self::UnsafePath => "unsafe-path",
            Self::Encoding => "encoding",
            Self::Syntax => "syntax",
            Self::Field => "field",
            Self::Unrecognised => "unrecognised",
            Self::Truncated => "truncated",
            Self::Collection => "collection",
            Self::Contradiction => "contradiction",
            Self::Layout => "layout",
            Self::Internal => "internal",
        }
    }
}

/// Something of the input that could not be read, with its place and, where there is one, a help text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// Level.
    pub level: ProblemLevel,
    /// Kind.
    pub kind: ProblemKind,
    /// What is wrong, one sentence, lower case, no final stop. Never holds a value of a secret.
    pub message: String,
    /// What the user can do about it.
    pub help: Option<String>,
    /// The entry, where one exists.
    pub entry: Option<EntryId>,
    /// Name of the entry when none could be created (an archive member that was skipped).
    pub path: Option<String>,
    /// The bytes in the entry's text.
    pub span: Option<Span>,
}

impl Problem {
    /// A warning without a place yet.
    #[must_use]
    pub fn warning(kind: ProblemKind, message: impl Into<String>) -> Self {
        Self {
            level: ProblemLevel::Warning,
            kind,
            message: message.into(),
            help: None,
            entry: None,
            path: None,
            span: None,
        }
    }

    /// A note without a place yet.
    #[must_use]
    pub fn note(kind: ProblemKind, message: impl Into<String>) -> Self {
        Self { level: ProblemLevel::Note, ..Self::warning(kind, message) }
    }

    /// Adds what the user can do.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// Places the problem in an entry.
    #[must_use]
    pub fn at(mut self, entry: EntryId, span: Span) -> Self {
        self.entry = Some(entry);
        self.span = Some(span);
        self
    }

    /// Names the entry without a position in it.
    #[must_use]
    pub fn in_entry(mut self, entry: EntryId) -> Self {
        self.entry = Some(entry);
        self
    }

    /// Names a path for which there is no entry.
    #[must_use]
    pub fn path(mut self, path: impl Into<String>) -> Self {
        self.path = Some(path.into());
        self
    }
}
