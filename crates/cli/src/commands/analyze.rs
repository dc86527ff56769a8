//! The main job: a bundle in, a diagnosis out.

use std::process::ExitCode;

use hh_analyzer::report::{Counts, Report};
use hh_analyzer::{Options, Symptom, render};

use crate::cli::{AnalyzeArgs, Color, FailOn, Format, SymptomArg};
use crate::{input, output};

pub(crate) fn run(bundle: &str, args: &AnalyzeArgs, color: Color) -> ExitCode {
    let limits = args.limits.limits();
    let input = match input::read(bundle, &limits) {
        Ok(input) => input,
        Err(error) => {
            output::error(&error.to_string(), None);
            return ExitCode::from(output::NO_VERDICT);
        }
    };
    let options = Options {
        captured_at: args.captured_at,
        expect: args.expect.clone(),
        symptom: args.symptom.map(|SymptomArg::StopsAfterAWhile| Symptom::StopsAfterAWhile),
        limits,
    };
    let bundle = hh_analyzer::open(input, &options);
    let analysis = hh_analyzer::analyze(bundle, &options);
    let text = match args.format {
        Format::Json => render::json(&analysis.report),
        Format::Text => render::terminal::render(
            &analysis.report,
            &analysis.sources,
            render::terminal::Options {
                width: output::width(args.width),
                color: output::use_color(color),
                verbose: args.verbose,
                timeline: args.timeline,
            },
        ),
    };
    if !output::print(&text) {
        output::error("the report could not be written", None);
        return ExitCode::from(output::NO_VERDICT);
    }
    if !analysis.recognised {
        output::error(
            "nothing of a Hedgehog installation was recognised in this bundle",
            Some(
                "looked for: .hhs dumps, YAML, JSON, tables or describe output of Hedgehog kinds, gateway metrics, \
                 logs and command outputs; `hh-analyze inventory` shows what each entry was taken for",
            ),
        );
        return ExitCode::from(output::NO_VERDICT);
    }
    if reached(&analysis.report, args.fail_on) { ExitCode::from(output::FINDINGS) } else { ExitCode::SUCCESS }
}

/// True if a finding of the severity or above is there.
fn reached(report: &Report, fail_on: FailOn) -> bool {
    let Counts { critical, error, warning, info } = report.counts;
    let at_least = match fail_on {
        FailOn::Never => 0,
        FailOn::Critical => critical,
        FailOn::Error => critical + error,
        FailOn::Warning => critical + error + warning,
        FailOn::Info => critical + error + warning + info,
    };
    at_least > 0
}
