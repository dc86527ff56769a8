//! The report as a person reads it.

mod excerpt;
mod style;
mod text;
mod timeline;

pub use style::Style;
pub use text::{sanitize, wrap};

use std::collections::BTreeMap;
use std::fmt::Write;

use crate::report::{FindingOut, NotChecked, Report, Verdict};
use crate::source::Sources;

/// How to print.
#[derive(Debug, Clone, Copy)]
pub struct Options {
    /// Columns.
    pub width: usize,
    /// Colour escape sequences.
    pub color: bool,
    /// Findings of `info` in full and every rule that could not be checked.
    pub verbose: bool,
    /// Every dated fact, in order.
    pub timeline: bool,
}

/// Root causes shown in full.
const MAX_ROOTS: usize = 15;
/// Further root causes shown in one line each.
const MAX_ROOT_LINES: usize = 40;
/// Snippets shown of one finding; the JSON report has all evidence.
const MAX_SNIPPETS: usize = 4;
/// Consequences named under a root cause.
const MAX_EXPLAINED: usize = 12;

/// Renders a report. `sources` are those that the report was made from.
#[must_use]
pub fn render(report: &Report, sources: &Sources, options: Options) -> String {
    let style = Style { color: options.color };
    let mut out = String::new();
    header(&mut out, report, style, options.width);
    let in_full = if options.verbose { usize::MAX } else { MAX_ROOTS };
    for (index, cause) in report.root_causes.iter().take(in_full).enumerate() {
        finding(&mut out, report, sources, cause, Some(index + 1), style, options);
    }
    more_causes(&mut out, report.root_causes.get(in_full..).unwrap_or_default(), in_full, style, options.width);
    notes(&mut out, report, sources, style, options);
    problems(&mut out, report, style, options);
    not_checked(&mut out, report, style, options);
    if options.timeline {
        timeline::render(&mut out, report, style, options.width);
    }
    footer(&mut out, report, style, options.width);
    out
}

fn header(out: &mut String, report: &Report, style: Style, width: usize) {
    let bundle = &report.bundle;
    let captured = match &bundle.captured_at {
        Some(time) if bundle.captured_at_quality == "exact" => format!("captured {time}"),
        Some(time) => format!("captured {time} or later ({})", bundle.captured_at_source),
        None => "capture time unknown".to_owned(),
    };
    let line = sanitize(&format!("{} ({}, {captured})", bundle.name, bundle.format));
    push_wrapped(out, &line, "", "  ", width);
    let word = report.verdict.name().to_uppercase();
    let painted = match report.verdict {
        Verdict::Faulty => style.bad(&word),
        Verdict::Attention => style.warn(&word),
        Verdict::Healthy => style.good(&word),
        Verdict::Inconclusive => style.dim(&word),
    };
    let reason = wrap(&sanitize(&report.verdict_reason), width.saturating_sub(word.len() + 2).max(20));
    for (index, line) in reason.iter().enumerate() {
        if index == 0 {
            let _ = writeln!(out, "{painted}  {line}");
        } else {
            let _ = writeln!(out, "{}{line}", " ".repeat(word.len() + 2));
        }
    }
}

fn finding(
    out: &mut String,
    report: &Report,
    sources: &Sources,
    finding: &FindingOut,
    number: Option<usize>,
    style: Style,
    options: Options,
) {
    let width = options.width;
    out.push('\n');
    let label = number.map_or_else(String::new, |n| format!("{n}. "));
    let severity = finding.severity.to_uppercase();
    let likely = match finding.confidence.as_str() {
        "certain" => String::new(),
        other => format!(" ({other})"),
    };
    let plain = format!("{label}{severity}{likely}: {}", sanitize(&finding.title));
    for (index, line) in wrap(&plain, width).into_iter().enumerate() {
        if index == 0 {
            let rest = line.strip_prefix(&format!("{label}{severity}")).unwrap_or(&line).to_owned();
            let _ = writeln!(out, "{label}{}{}", style.severity(&finding.severity), style.bold(&rest));
        } else {
            let _ = writeln!(out, "   {}", style.bold(&line));
        }
    }
    let names = finding.reference.join(", ");
    let about = format!("{}  [{}: {names}]", subject_words(finding), finding.rule);
    for line in wrap(&about, width.saturating_sub(3)) {
        let _ = writeln!(out, "   {}", style.dim(&line));
    }
    push_wrapped(out, &sanitize(&finding.detail), "   ", "   ", width);
    for (shown, evidence) in finding.evidence.iter().enumerate() {
        if shown == MAX_SNIPPETS {
            let more = finding.evidence.len() - shown;
            let _ = writeln!(out, "   {}", style.dim(&format!("… {more} more in --format json")));
            break;
        }
        out.push_str(&excerpt::render(sources, evidence, style, width));
    }
    if let Some(impact) = &finding.impact {
        push_wrapped(out, &format!("impact: {}", sanitize(&impact.summary)), "   ", "           ", width);
    }
    explained(out, report, finding, style, width);
    for step in &finding.next_steps {
        push_wrapped(out, &format!("next: {}", sanitize(&step.text)), "   ", "         ", width);
        if let Some(command) = &step.command {
            let _ = writeln!(out, "     {}", style.command(&format!("$ {}", sanitize(command))));
        }
    }
}

/// The root causes after those that are shown in full.
fn more_causes(out: &mut String, causes: &[FindingOut], before: usize, style: Style, width: usize) {
    if causes.is_empty() {
        return;
    }
    out.push('\n');
    for (index, cause) in causes.iter().take(MAX_ROOT_LINES).enumerate() {
        let number = before.saturating_add(index).saturating_add(1);
        let line = format!("{number}. {}: {}", cause.severity.to_uppercase(), sanitize(&cause.title));
        push_wrapped(out, &line, "", "    ", width);
    }
    let more = causes.len().saturating_sub(MAX_ROOT_LINES);
    let rest = if more > 0 { format!("… {more} more; ") } else { String::new() };
    let _ = writeln!(out, "{}", style.dim(&format!("{rest}all in full with --verbose or --format json")));
}

fn subject_words(finding: &FindingOut) -> String {
    let subject = &finding.subject;
    let mut words = sanitize(&format!("{} ", subject.kind));
    if !subject.namespace.is_empty() {
        words.push_str(&sanitize(&subject.namespace));
        words.push('/');
    }
    words.push_str(&sanitize(&subject.name));
    if let Some(part) = &subject.part {
        words.push_str(&format!(" ({})", sanitize(part)));
    }
    words
}

fn explained(out: &mut String, report: &Report, finding: &FindingOut, style: Style, width: usize) {
    let effects: Vec<&FindingOut> =
        finding.explains.iter().filter_map(|id| report.findings.iter().find(|other| &other.id == id)).collect();
    if effects.is_empty() {
        return;
    }
    let _ = writeln!(out, "   {}", style.bold("this explains:"));
    for effect in effects.iter().take(MAX_EXPLAINED) {
        let line = format!("{}: {}", effect.severity, sanitize(&effect.title));
        push_wrapped(out, &line, "   - ", "     ", width);
    }
    if effects.len() > MAX_EXPLAINED {
        let _ = writeln!(out, "   - … {} more", effects.len() - MAX_EXPLAINED);
    }
}

fn notes(out: &mut String, report: &Report, sources: &Sources, style: Style, options: Options) {
    let infos: Vec<&FindingOut> =
        report.findings.iter().filter(|f| f.severity == "info" && f.caused_by.is_empty()).collect();
    if infos.is_empty() {
        return;
    }
    let _ = writeln!(out, "\n{}", style.bold("Notes"));
    for info in infos {
        if options.verbose {
            finding(out, report, sources, info, None, style, options);
        } else {
            let line = format!("{}: {}", subject_words(info), sanitize(&info.title));
            push_wrapped(out, &line, " - ", "   ", options.width);
        }
    }
}

fn problems(out: &mut String, report: &Report, style: Style, options: Options) {
    let shown: Vec<_> =
        report.input_problems.iter().filter(|problem| options.verbose || problem.level == "warning").collect();
    if shown.is_empty() {
        return;
    }
    let _ = writeln!(out, "\n{}", style.bold("Problems in the input"));
    let limit = if options.verbose { usize::MAX } else { 10 };
    for problem in shown.iter().take(limit) {
        let place = match (&problem.path, problem.line, problem.column) {
            (Some(path), Some(line), Some(column)) => format!("{}:{line}:{column}: ", sanitize(path)),
            (Some(path), ..) => format!("{}: ", sanitize(path)),
            (None, ..) => String::new(),
        };
        let inner = problem.entry.as_ref().map(|entry| format!(" (in {})", sanitize(entry))).unwrap_or_default();
        push_wrapped(out, &format!("{place}{}{inner}", sanitize(&problem.message)), " - ", "   ", options.width);
        if let Some(help) = &problem.help {
            push_wrapped(out, &format!("help: {}", sanitize(help)), "   ", "   ", options.width);
        }
    }
    if shown.len() > limit {
        let _ = writeln!(out, " - … {} more with --verbose", shown.len() - limit);
    }
}

/// Commands shown for one missing source: one a gateway.
const MAX_COMMANDS: usize = 4;

/// What is missing, with the rules that wait for it: one item a source, not one a rule or gateway.
fn not_checked(out: &mut String, report: &Report, style: Style, options: Options) {
    if report.not_checked.is_empty() {
        return;
    }
    let mut missing: BTreeMap<&str, Vec<&NotChecked>> = BTreeMap::new();
    for item in &report.not_checked {
        missing.entry(item.missing.as_str()).or_default().push(item);
    }
    let _ = writeln!(out, "\n{}", style.bold("Not checked"));
    let limit = if options.verbose { usize::MAX } else { 8 };
    let mut ordered: Vec<(&str, Vec<&str>, Vec<&str>)> = missing
        .into_iter()
        .map(|(what, items)| {
            let mut rules: Vec<&str> = items.iter().map(|item| item.rule.as_str()).collect();
            rules.sort_unstable();
            rules.dedup();
            let mut commands: Vec<&str> = items.iter().filter_map(|item| item.command.as_deref()).collect();
            commands.sort_unstable();
            commands.dedup();
            // A command with a name in it says more than the general one.
            if commands.len() > 1 {
                commands.retain(|command| !command.contains("<gateway>"));
            }
            (what, rules, commands)
        })
        .collect();
    ordered.sort_by(|a, b| b.1.len().cmp(&a.1.len()).then_with(|| a.0.cmp(b.0)));
    for (what, rules, commands) in ordered.iter().take(limit) {
        let names =
            if rules.len() > 3 && !options.verbose { format!("{} rules", rules.len()) } else { rules.join(", ") };
        push_wrapped(out, &format!("{}: {names}", sanitize(what)), " - ", "   ", options.width);
        for command in commands.iter().take(MAX_COMMANDS) {
            let _ = writeln!(out, "     {}", style.command(&format!("$ {}", sanitize(command))));
        }
    }
    if ordered.len() > limit {
        let _ = writeln!(out, " - … {} more with --verbose", ordered.len() - limit);
    }
}

fn footer(out: &mut String, report: &Report, style: Style, width: usize) {
    let counts = report.counts;
    let line = format!(
        "{} critical, {} errors, {} warnings, {} notes; {} rules passed, {} not checked, {} not applicable; {} entries, {} documents",
        counts.critical,
        counts.error,
        counts.warning,
        counts.info,
        report.passed.len(),
        {
            let mut rules: Vec<&str> = report.not_checked.iter().map(|n| n.rule.as_str()).collect();
            rules.sort_unstable();
            rules.dedup();
            rules.len()
        },
        report.not_applicable.len(),
        report.bundle.entries,
        report.bundle.documents,
    );
    out.push('\n');
    for line in wrap(&line, width) {
        let _ = writeln!(out, "{}", style.dim(&line));
    }
}

fn push_wrapped(out: &mut String, text: &str, first: &str, rest: &str, width: usize) {
    if text.is_empty() {
        return;
    }
    let indent = first.chars().count().max(rest.chars().count());
    for (index, line) in wrap(text, width.saturating_sub(indent).max(20)).into_iter().enumerate() {
        out.push_str(if index == 0 { first } else { rest });
        out.push_str(&line);
        out.push('\n');
    }
}
