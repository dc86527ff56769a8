//! `hh-analyze`: reads a support bundle and says what is wrong, why, and which line proves it.
//! All input, output and exit codes are here; the diagnosis is the library's.

mod cli;
mod commands;
mod input;
mod output;

use std::process::ExitCode;

use clap::Parser;

fn main() -> ExitCode {
    let cli = cli::Cli::parse();
    match cli.command {
        Some(cli::Command::Rules) => commands::rules::run(cli.color),
        Some(cli::Command::Explain { rule }) => commands::explain::run(&rule),
        Some(cli::Command::Inventory { bundle, limits, format }) => commands::inventory::run(&bundle, &limits, format),
        None => match cli.bundle {
            Some(bundle) => commands::analyze::run(&bundle, &cli.analyze, cli.color),
            None => {
                output::error("no bundle given", Some("try `hh-analyze bundle.zip` or `hh-analyze --help`"));
                ExitCode::from(output::NO_VERDICT)
            }
        },
    }
}
