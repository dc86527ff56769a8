//! Wire format of the report, version 1. camelCase; every list has a stated order.

use schemars::JsonSchema;
use serde::Serialize;

/// A whole report.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Report {
    /// Version of this format: `1`.
    pub schema_version: String,
    /// What made the report.
    pub tool: Tool,
    /// What was read.
    pub bundle: BundleInfo,
    /// The verdict.
    pub verdict: Verdict,
    /// Why the verdict is what it is, one sentence.
    pub verdict_reason: String,
    /// Findings by severity.
    pub counts: Counts,
    /// The findings of warning or above that nothing explains, most important first.
    pub root_causes: Vec<FindingOut>,
    /// Every finding once, worst first.
    pub findings: Vec<FindingOut>,
    /// What could not be checked, sorted by rule.
    pub not_checked: Vec<NotChecked>,
    /// What the bundle holds of each data source, in a fixed order.
    pub coverage: Vec<CoverageOut>,
    /// Every dated fact, by time.
    pub timeline: Vec<DatedOut>,
    /// Rules that had nothing to look at, sorted.
    pub not_applicable: Vec<String>,
    /// Rules with subjects that are all right, sorted.
    pub passed: Vec<Passed>,
    /// What of the input could not be read, sorted by place.
    pub input_problems: Vec<InputProblem>,
    /// Every entry and what it was taken for, sorted by path.
    pub entries: Vec<EntryInfo>,
}

/// What made the report.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Tool {
    /// `hh-analyze`.
    pub name: String,
    /// Its version.
    pub version: String,
}

/// What was read.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct BundleInfo {
    /// Name of the file or directory.
    pub name: String,
    /// Format, told by the bytes.
    pub format: String,
    /// Capture time, RFC 3339 UTC, where known.
    pub captured_at: Option<String>,
    /// Where the capture time comes from.
    pub captured_at_source: String,
    /// `exact`, `lower-bound` or `unknown`.
    pub captured_at_quality: String,
    /// Number of entries, derived ones included.
    pub entries: usize,
    /// Number of YAML or JSON documents and table rows that hold objects.
    pub documents: usize,
    /// Bytes of text read.
    pub bytes: u64,
}

/// The verdict on the gateways of the bundle.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum Verdict {
    /// A finding of error or above.
    Faulty,
    /// A finding of warning.
    Attention,
    /// Nothing found, and generation, heartbeat, pods and BGP of every known gateway were checked.
    Healthy,
    /// Nothing found, but not everything that matters could be checked.
    Inconclusive,
}

impl Verdict {
    /// The word used in reports.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Faulty => "faulty",
            Self::Attention => "attention",
            Self::Healthy => "healthy",
            Self::Inconclusive => "inconclusive",
        }
    }
}

/// Findings by severity.
#[derive(Debug, Clone, Copy, Default, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Counts {
    /// Critical.
    pub critical: usize,
    /// Error.
    pub error: usize,
    /// Warning.
    pub warning: usize,
    /// Info.
    pub info: usize,
}

/// A finding.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct FindingOut {
    /// Stable and unique: rule, subject and part.
    pub id: String,
    /// Rule id.
    pub rule: String,
    /// Names in the references.
    pub reference: Vec<String>,
    /// `critical`, `error`, `warning` or `info`.
    pub severity: String,
    /// `certain`, `likely` or `possible`.
    pub confidence: String,
    /// The object to change or look at.
    pub subject: SubjectOut,
    /// One line.
    pub title: String,
    /// Why, and what it means.
    pub detail: String,
    /// Proof, most direct first.
    pub evidence: Vec<EvidenceOut>,
    /// What to do.
    pub next_steps: Vec<StepOut>,
    /// Findings that explain this one directly.
    pub caused_by: Vec<String>,
    /// Findings that this one explains, directly or through others.
    pub explains: Vec<String>,
    /// Whom it hurts; root causes only.
    pub impact: Option<ImpactOut>,
}

/// Whom a root cause hurts.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ImpactOut {
    /// `traffic`, `redundancy` or `none`.
    pub loss: String,
    /// One line.
    pub summary: String,
    /// VPCs and `ext.<External>`, sorted.
    pub vpcs: Vec<String>,
    /// GatewayPeerings, sorted.
    pub peerings: Vec<String>,
    /// Servers, sorted.
    pub servers: Vec<String>,
}

/// A data source.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct CoverageOut {
    /// The capture, where the bundle holds several.
    pub capture: Option<String>,
    /// What it is.
    pub source: String,
    /// `captured`, `empty`, `redacted`, `truncated`, `unreadable` or `not-captured`.
    pub state: String,
    /// Objects, logs or outputs.
    pub count: usize,
    /// Gateways, switches or pods that it is of, sorted; empty for objects.
    pub of: Vec<String>,
    /// Gateways of which it is missing although it is there of others, sorted.
    pub missing_of: Vec<String>,
    /// Rules that could not run, or not for every subject, for want of it.
    pub rules_not_run: Vec<String>,
    /// The command that collects it, where something is missing.
    pub command: Option<String>,
}

/// A dated fact.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct DatedOut {
    /// When it happened (first), RFC 3339 UTC, on the clock of the capture.
    pub time: String,
    /// When it last happened, where several times.
    pub last: Option<String>,
    /// How often.
    pub count: u64,
    /// `event`, `condition`, `apply`, `heartbeat`, `reset`, `start`, `termination`, `port` or `log`.
    pub source: String,
    /// What it happened to, `Kind/name`.
    pub object: String,
    /// What happened.
    pub text: String,
    /// Seconds by which the writer's clock was found to be ahead (below zero: behind); `time` is corrected by it.
    pub clock_ahead_seconds: Option<i64>,
    /// File that says so.
    pub path: Option<String>,
    /// Its line.
    pub line: Option<usize>,
    /// Root causes that this fact proves.
    pub root_causes: Vec<String>,
}

/// The object that a finding is about.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct SubjectOut {
    /// Kind.
    pub kind: String,
    /// Namespace; empty for cluster-scoped objects.
    pub namespace: String,
    /// Name.
    pub name: String,
    /// What in the object.
    pub part: Option<String>,
}

/// A piece of proof.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct EvidenceOut {
    /// Path inside the bundle as given, outer file first; none for absences.
    pub path: Option<String>,
    /// Line of that file, from 1.
    pub line: Option<usize>,
    /// Column in characters, from 1.
    pub column: Option<usize>,
    /// The inner entry, where the text stands inside another one.
    pub entry: Option<String>,
    /// Field path in the object.
    pub field: Option<String>,
    /// Value as text.
    pub value: Option<String>,
    /// What it shows.
    pub note: String,
    /// For absences: where it was looked for.
    pub looked_in: Option<String>,
    /// Number of characters to mark from `column` on.
    #[serde(skip)]
    pub width: usize,
    /// The outer entry, for renderers that quote it.
    #[serde(skip)]
    pub outer: Option<crate::source::EntryId>,
}

/// What to do next.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct StepOut {
    /// In words.
    pub text: String,
    /// The command to run.
    pub command: Option<String>,
}

/// Something that could not be checked.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct NotChecked {
    /// Rule id.
    pub rule: String,
    /// Names in the references.
    pub reference: Vec<String>,
    /// The subject; none when the rule as a whole could not run.
    pub subject: Option<String>,
    /// What is missing.
    pub missing: String,
    /// The command that collects it.
    pub command: Option<String>,
}

/// A rule that found subjects all right.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Passed {
    /// Rule id.
    pub rule: String,
    /// Number of subjects.
    pub subjects: usize,
}

/// Something of the input that could not be read or understood.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct InputProblem {
    /// Path of the outer file.
    pub path: Option<String>,
    /// Line, from 1.
    pub line: Option<usize>,
    /// Column, from 1.
    pub column: Option<usize>,
    /// The inner entry.
    pub entry: Option<String>,
    /// `warning` or `note`.
    pub level: String,
    /// Kind.
    pub kind: String,
    /// What is wrong.
    pub message: String,
    /// What can be done.
    pub help: Option<String>,
}

/// One entry of the bundle.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct EntryInfo {
    /// Path inside the bundle, outer file first.
    pub path: String,
    /// Path of the inner thing, for derived entries.
    pub entry: Option<String>,
    /// What it was taken for.
    pub kind: String,
    /// What is in it, in words.
    pub content: String,
    /// Whom it belongs to, and how that was told (`by name` or `by content`).
    pub attribution: Option<String>,
    /// Bytes of text.
    pub bytes: usize,
}
