//! The log that an ended container left, and its last lines.

use crate::facts::{ContainerView, Gw, LogRef, PodView};
use crate::finding::Evidence;
use crate::parse::log::strip_ansi;
use crate::source::Span;

/// Most characters of a quotation.
const QUOTED: usize = 600;

/// The log of the container that ended last: the previous one, or the current one of a container that does
/// not run now.
pub(super) fn of_ended<'b>(gw: &Gw<'_, 'b>, pod: PodView<'_>, view: &ContainerView<'_>) -> Option<LogRef<'b>> {
    let name = view.status.name.as_str();
    let runs = view.status.state.running.is_some();
    gw.container_log(pod, name, true).or_else(|| if runs { None } else { gw.container_log(pod, name, false) })
}

/// The last lines of a log.
pub(in crate::rules) fn tail(log: LogRef<'_>) -> Option<Evidence> {
    let span = log.scan().tail;
    quote(log, span, "last lines of the container that ended")
}

/// The lines of a log that hold one of the texts, as one quotation of the last of them.
pub(super) fn last_line_with(log: LogRef<'_>, texts: &[&str], note: &str) -> Option<Evidence> {
    let mut at = 0_usize;
    let mut found = None;
    for line in log.text().split_inclusive('\n') {
        let text = line.trim_end();
        if texts.iter().any(|wanted| text.contains(wanted)) {
            found = Some(Span::new(at, at.saturating_add(text.len())));
        }
        at = at.saturating_add(line.len());
    }
    quote(log, found?, note)
}

fn quote(log: LogRef<'_>, span: Span, note: &str) -> Option<Evidence> {
    let text = strip_ansi(log.slice(span)).trim().to_owned();
    if text.is_empty() {
        return None;
    }
    // The end of a long quotation is what was said last.
    let skip = text.chars().count().saturating_sub(QUOTED);
    let text: String = text.chars().skip(skip).collect();
    Some(Evidence::at(log.place(span), note).value(text))
}
