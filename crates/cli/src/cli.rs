//! Arguments.

use clap::{Args, Parser, Subcommand, ValueEnum};

/// Reads a Hedgehog support bundle and says what is wrong, why, and which line proves it.
///
/// A bundle is a `.hhs` dump, or a zip, tarball, directory or single file with kubectl output, metrics text
/// and logs; `-` reads it from standard input. Nothing is unpacked to disk and nothing leaves the machine.
#[derive(Debug, Parser)]
#[command(
    name = "hh-analyze",
    version,
    args_conflicts_with_subcommands = true,
    after_help = "\
Exit codes: 0 nothing at or above --fail-on, 1 findings, 2 no verdict is possible or the usage is wrong."
)]
pub(crate) struct Cli {
    /// The bundle: file, directory, or `-` for standard input
    pub(crate) bundle: Option<String>,

    /// When to use colour
    #[arg(long, value_enum, default_value_t = Color::Auto, global = true)]
    pub(crate) color: Color,

    #[command(flatten)]
    pub(crate) analyze: AnalyzeArgs,

    #[command(subcommand)]
    pub(crate) command: Option<Command>,
}

/// Options of an analysis.
#[derive(Debug, Clone, Args)]
pub(crate) struct AnalyzeArgs {
    /// Output format
    #[arg(long, value_enum, default_value_t = Format::Text)]
    pub(crate) format: Format,

    /// Exit with 1 if a finding of this severity or above is there
    #[arg(long, value_enum, default_value_t = FailOn::Error, value_name = "SEVERITY")]
    pub(crate) fail_on: FailOn,

    /// Traffic that should flow, as `FROM->TO` (VPC names, `ext.<name>` for an External); repeatable
    #[arg(long, value_name = "FROM->TO", value_parser = direction)]
    pub(crate) expect: Vec<(String, String)>,

    /// What the user sees
    #[arg(long, value_enum)]
    pub(crate) symptom: Option<SymptomArg>,

    /// Capture time (RFC 3339), where the bundle does not tell it or tells it wrong
    #[arg(long, value_name = "TIME", value_parser = timestamp)]
    pub(crate) captured_at: Option<jiff::Timestamp>,

    /// Columns of the text report; default: those of the terminal, 100 elsewhere
    #[arg(long, value_name = "COLUMNS", value_parser = clap::value_parser!(u16).range(40..))]
    pub(crate) width: Option<u16>,

    /// Also show notes in full, every problem of the input and every rule that was not checked
    #[arg(long, short)]
    pub(crate) verbose: bool,

    /// Also list every dated fact in order
    #[arg(long)]
    pub(crate) timeline: bool,

    #[command(flatten)]
    pub(crate) limits: LimitArgs,
}

/// Limits on what is read.
#[derive(Debug, Clone, Args)]
pub(crate) struct LimitArgs {
    /// Most bytes of text to read
    #[arg(long, value_name = "BYTES", help_heading = "Limits")]
    pub(crate) max_bytes: Option<u64>,
    /// Most entries to read
    #[arg(long, value_name = "COUNT", help_heading = "Limits")]
    pub(crate) max_entries: Option<usize>,
    /// How deep archives may stand inside archives
    #[arg(long, value_name = "LEVELS", help_heading = "Limits")]
    pub(crate) max_depth: Option<usize>,
    /// Largest ratio of unpacked to packed bytes
    #[arg(long, value_name = "RATIO", help_heading = "Limits")]
    pub(crate) max_ratio: Option<u64>,
}

impl LimitArgs {
    /// The library's limits.
    pub(crate) fn limits(&self) -> hh_analyzer::ingest::Limits {
        let mut limits = hh_analyzer::ingest::Limits::default();
        if let Some(bytes) = self.max_bytes {
            limits = limits.with_max_bytes(bytes);
        }
        if let Some(entries) = self.max_entries {
            limits.max_entries = entries;
        }
        if let Some(depth) = self.max_depth {
            limits.max_depth = depth;
        }
        if let Some(ratio) = self.max_ratio {
            limits.max_ratio = ratio;
        }
        limits
    }
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// List all rules
    Rules,
    /// Explain a rule, by its id or its name in the references
    Explain {
        /// `gateway-config-not-applied`, `GW-GEN-LAG`, …
        rule: String,
    },
    /// Show what is inside a bundle and what each entry was taken for
    Inventory {
        /// The bundle: file, directory, or `-`
        bundle: String,
        /// Output format
        #[arg(long, value_enum, default_value_t = Format::Text)]
        format: Format,
        #[command(flatten)]
        limits: LimitArgs,
    },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Color {
    /// On a terminal, unless NO_COLOR is set
    Auto,
    Always,
    Never,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// For people
    Text,
    /// For programs
    Json,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, ValueEnum)]
pub(crate) enum FailOn {
    Info,
    Warning,
    Error,
    Critical,
    /// Never exit with 1
    Never,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum SymptomArg {
    /// Traffic works for a while and then stops
    StopsAfterAWhile,
}

fn direction(text: &str) -> Result<(String, String), String> {
    match text.split_once("->") {
        Some((from, to)) if !from.trim().is_empty() && !to.trim().is_empty() => {
            Ok((from.trim().to_owned(), to.trim().to_owned()))
        }
        _ => Err("expected FROM->TO, for instance `vpc-01->vpc-02` (quote it for the shell)".to_owned()),
    }
}

fn timestamp(text: &str) -> Result<jiff::Timestamp, String> {
    text.parse().map_err(|_| "expected a time such as 2026-10-06T09:41:17Z".to_owned())
}
