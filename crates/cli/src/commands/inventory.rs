//! `hh-analyze inventory <bundle>`.

use std::fmt::Write;
use std::process::ExitCode;

use hh_analyzer::Options;
use hh_analyzer::render::terminal::sanitize;

use crate::cli::{Format, LimitArgs};
use crate::{input, output};

pub(crate) fn run(bundle: &str, limits: &LimitArgs, format: Format) -> ExitCode {
    let limits = limits.limits();
    let input = match input::read(bundle, &limits) {
        Ok(input) => input,
        Err(error) => {
            output::error(&error.to_string(), None);
            return ExitCode::from(output::NO_VERDICT);
        }
    };
    let options = Options { limits, ..Options::default() };
    let analysis = hh_analyzer::analyze(hh_analyzer::open(input, &options), &options);
    let report = &analysis.report;
    let text = match format {
        Format::Json => match serde_json::to_string_pretty(&report.entries) {
            Ok(json) => json + "\n",
            Err(error) => {
                output::error(&error.to_string(), None);
                return ExitCode::from(output::NO_VERDICT);
            }
        },
        Format::Text => {
            let mut text = format!(
                "{} ({}), {} entries, {} bytes of text\n",
                sanitize(&report.bundle.name),
                report.bundle.format,
                report.bundle.entries,
                report.bundle.bytes
            );
            for entry in &report.entries {
                let path = match &entry.entry {
                    Some(inner) => format!("  {}", sanitize(inner)),
                    None => sanitize(&entry.path),
                };
                let _ = write!(text, "{path}: {}", entry.kind);
                if !entry.content.is_empty() {
                    let _ = write!(text, ", {}", sanitize(&entry.content));
                }
                if let Some(attribution) = &entry.attribution {
                    let _ = write!(text, " [{}]", sanitize(attribution));
                }
                text.push('\n');
            }
            text
        }
    };
    output::print(&text);
    if analysis.recognised { ExitCode::SUCCESS } else { ExitCode::from(output::NO_VERDICT) }
}
