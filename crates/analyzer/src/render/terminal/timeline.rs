//! Every dated fact, in order.

use std::fmt::Write;

use super::style::Style;
use super::text::{sanitize, wrap};
use crate::report::{DatedOut, Report};

/// Columns of time, mark and indentation.
const LEFT: usize = 25;

/// Writes the timeline; `*` marks what proves a root cause, `~` a corrected time.
pub(super) fn render(out: &mut String, report: &Report, style: Style, width: usize) {
    if report.timeline.is_empty() {
        return;
    }
    let _ = writeln!(out, "\n{}", style.bold("Timeline"));
    let (mut marked, mut corrected) = (false, false);
    for dated in &report.timeline {
        let root = !dated.root_causes.is_empty();
        marked |= root;
        corrected |= dated.clock_ahead_seconds.is_some();
        let mark = match (root, dated.clock_ahead_seconds.is_some()) {
            (true, _) => "*",
            (false, true) => "~",
            (false, false) => " ",
        };
        for (index, line) in wrap(&line(dated), width.saturating_sub(LEFT).max(20)).iter().enumerate() {
            if index == 0 {
                let text = if root { style.bold(line) } else { line.clone() };
                let _ = writeln!(out, " {:20} {mark} {text}", sanitize(&dated.time));
            } else {
                let _ = writeln!(out, "{}{line}", " ".repeat(LEFT - 1));
            }
        }
    }
    if marked {
        let _ = writeln!(out, " {}", style.dim("* proves a root cause"));
    }
    if corrected {
        let _ = writeln!(out, " {}", style.dim("~ corrected: the clock of the writer is off"));
    }
}

fn line(dated: &DatedOut) -> String {
    let mut line = format!("{}: {}", sanitize(&dated.object), sanitize(&dated.text));
    if dated.count > 1 {
        line.push_str(&format!(" ({} times", dated.count));
        if let Some(last) = &dated.last {
            line.push_str(&format!(", last {last}"));
        }
        line.push(')');
    }
    line
}
