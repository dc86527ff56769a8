//! `hh-analyze rules`.

use std::fmt::Write;
use std::process::ExitCode;

use crate::cli::Color;
use crate::output;

pub(crate) fn run(color: Color) -> ExitCode {
    let style = hh_analyzer::render::terminal::Style { color: output::use_color(color) };
    let mut text = String::new();
    for rule in hh_analyzer::rule::registry() {
        let meta = rule.meta();
        let severities: Vec<&str> = meta.severities.iter().map(|severity| severity.name()).collect();
        let _ = writeln!(text, "{}  ({})", style.bold(meta.id), meta.reference.join(", "));
        let _ = writeln!(text, "    {}  [{}]", meta.title, severities.join(", "));
    }
    output::print(&text);
    ExitCode::SUCCESS
}
