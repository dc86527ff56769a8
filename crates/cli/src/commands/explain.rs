//! `hh-analyze explain <rule>`.

use std::process::ExitCode;

use crate::output;

pub(crate) fn run(name: &str) -> ExitCode {
    match hh_analyzer::rule::rule_by_name(name) {
        Some(rule) => {
            output::print(&hh_analyzer::docs::rule_page(rule.meta()));
            ExitCode::SUCCESS
        }
        None => {
            output::error(&format!("there is no rule `{name}`"), Some("`hh-analyze rules` lists them"));
            ExitCode::from(output::NO_VERDICT)
        }
    }
}
