//! Metrics text: Prometheus 0.0.4 and OpenMetrics, as exporters or `kubectl get --raw` print it, also with
//! a terminal around it (bundle reference 4.8, gateway reference 5).

mod curl;
mod sample;

#[cfg(test)]
mod tests;

pub use curl::{curl_failure, empty_answer};
pub use sample::Sample;

use crate::source::{Problem, ProblemKind, Span};

/// Broken lines that are told one by one; the rest is counted in a last problem.
const MAX_PROBLEMS: usize = 50;

/// A broken line with its place. The entry is added by the caller, who knows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// What is wrong.
    pub problem: Problem,
    /// The line.
    pub span: Span,
}

/// What a metrics text holds.
#[derive(Debug, Clone, Default)]
pub struct Exposition<'t> {
    /// Samples in the order of the text.
    pub samples: Vec<Sample<'t>>,
    /// Lines that are no metrics: prompts, progress meters, HTTP headers. Neighbouring lines are one span.
    pub noise: Vec<Span>,
    /// Broken sample lines; the others are kept.
    pub problems: Vec<Fault>,
    /// Names of the families that a TYPE line declares.
    pub families: Vec<&'t str>,
    /// True if the text ends with OpenMetrics' `# EOF`: it is whole.
    pub complete: bool,
}

impl<'t> Exposition<'t> {
    /// Samples of one name.
    pub fn named<'s>(&'s self, name: &'s str) -> impl Iterator<Item = &'s Sample<'t>> {
        self.samples.iter().filter(move |sample| sample.name == name)
    }
}

/// Parses all samples.
#[must_use]
pub fn parse(text: &str) -> Exposition<'_> {
    parse_matching(text, |_| true)
}

/// Parses the samples whose name is wanted; other samples are passed over without a look at their labels.
#[must_use]
pub fn parse_matching(text: &str, wanted: impl Fn(&str) -> bool) -> Exposition<'_> {
    let mut out = Exposition::default();
    let mut faults = 0_usize;
    let mut at = 0;
    // The last family that a TYPE or HELP line named: its broken samples are told as such.
    let mut family = "";
    while at < text.len() {
        let rest = text.as_bytes().get(at..).unwrap_or(&[]);
        let next = memchr::memchr(b'\n', rest).map_or(text.len(), |len| at + len + 1);
        let line = text.get(at..next).unwrap_or("").trim_end_matches(['\n', '\r']);
        let span = Span::new(at, at + line.len());
        let start = at;
        at = next;
        if line.trim().is_empty() {
            continue;
        }
        if let Some(comment) = line.strip_prefix('#') {
            let mut words = comment.split_whitespace();
            match (words.next(), words.next()) {
                (Some("EOF"), None) => out.complete = true,
                (Some("TYPE"), Some(name)) => {
                    family = name;
                    out.families.push(name);
                }
                (Some("HELP" | "UNIT"), Some(name)) => family = name,
                _ => {}
            }
            continue;
        }
        let name = sample::name(line);
        if name.is_empty() {
            noise(&mut out.noise, text, span);
            continue;
        }
        let rest = line.get(name.len()..).unwrap_or("");
        let braced = rest.trim_start().starts_with('{');
        // A word that begins no sample: header, prompt, progress.
        let known = !family.is_empty() && name.starts_with(family);
        if !braced && !known && !sample::value_follows(rest) {
            noise(&mut out.noise, text, span);
            continue;
        }
        if !wanted(name) {
            continue;
        }
        match Sample::parse(line, start) {
            Ok(sample) => out.samples.push(sample),
            Err(message) => {
                faults += 1;
                if out.problems.len() < MAX_PROBLEMS {
                    out.problems.push(Fault { problem: Problem::warning(ProblemKind::Syntax, message), span });
                }
            }
        }
    }
    if faults > out.problems.len()
        && let Some(last) = out.problems.last().map(|fault| fault.span)
    {
        let message = format!("{faults} metric lines in all are broken");
        out.problems.push(Fault { problem: Problem::warning(ProblemKind::Syntax, message), span: last });
    }
    out
}

/// Adds a noise line; one that follows the last directly makes it longer.
fn noise(list: &mut Vec<Span>, text: &str, span: Span) {
    if let Some(last) = list.last_mut() {
        let between = Span { start: last.end, end: span.start }.slice(text);
        if between.bytes().all(|byte| byte.is_ascii_whitespace()) {
            last.end = span.end;
            return;
        }
    }
    list.push(span);
}

/// Tells metrics text by its content: a TYPE line, or at least two samples with labels among few other lines.
#[must_use]
pub fn looks_like_metrics(text: &str) -> bool {
    let (mut lines, mut samples) = (0, 0);
    for line in text.lines().filter(|line| !line.trim().is_empty()).take(200) {
        lines += 1;
        if let Some(rest) = line.strip_prefix("# TYPE ") {
            let mut words = rest.split_whitespace();
            let declared = matches!(
                (words.next(), words.next(), words.next()),
                (
                    Some(_),
                    Some(
                        "counter"
                            | "gauge"
                            | "histogram"
                            | "summary"
                            | "untyped"
                            | "unknown"
                            | "info"
                            | "stateset"
                            | "gaugehistogram"
                    ),
                    None
                )
            );
            if declared {
                return true;
            }
        }
        let name = sample::name(line);
        let braced = !name.is_empty() && line.get(name.len()..).is_some_and(|rest| rest.starts_with('{'));
        if braced && Sample::parse(line, 0).is_ok() {
            samples += 1;
        }
    }
    samples >= 2 && samples * 2 >= lines
}
