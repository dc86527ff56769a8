//! The dataplane's configuration history, in its log and in `show tech` (gateway reference 6.2).

use jiff::{Timestamp, civil, tz::TimeZone};

use crate::source::Span;

/// One configuration that the dataplane tried to run. Times are UTC.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HistoryRow {
    /// Generation of the GatewayAgent.
    pub generation: u64,
    /// When the configuration was received.
    pub created: Option<Timestamp>,
    /// When it was applied.
    pub applied: Option<Timestamp>,
    /// Why it was refused; `None` for `none`.
    pub error: Option<String>,
    /// True for the return to an older configuration.
    pub rollback: bool,
    /// The row.
    pub span: Span,
}

/// Reads the rows of a history table. `base` is the offset of `text` in the entry that spans are to point into.
#[must_use]
pub fn config_history(text: &str, base: usize) -> Vec<HistoryRow> {
    let mut rows = Vec::new();
    let mut at = base;
    for raw in text.split_inclusive('\n') {
        let line = raw.trim_end();
        let lead = line.len() - line.trim_start().len();
        if let Some(row) = row(line.trim_start(), Span::new(at + lead, at + line.len())) {
            rows.push(row);
        }
        at += raw.len();
    }
    rows
}

fn row(line: &str, span: Span) -> Option<HistoryRow> {
    let (generation, rest) = line.split_once(char::is_whitespace)?;
    let generation = generation.parse().ok()?;
    let (created, rest) = stamp(rest)?;
    let (applied, rest) = stamp(rest)?;
    let text = rest.trim();
    let (text, rollback) = match text.strip_suffix("(rollback)") {
        Some(text) => (text.trim_end(), true),
        None => (text, false),
    };
    let error = (!matches!(text, "" | "none" | "--" | "None")).then(|| text.to_owned());
    Some(HistoryRow {
        generation,
        created,
        applied,
        error,
        rollback,
        span,
    })
}

/// `YYYY/MM/DD HH:MM:SS`, `HH:MM:SS on YYYY/MM/DD` or `--`, and what follows.
fn stamp(text: &str) -> Option<(Option<Timestamp>, &str)> {
    let text = text.trim_start();
    if let Some(rest) = text.strip_prefix("--") {
        return Some((None, rest));
    }
    let (first, rest) = text.split_once(' ')?;
    let rest = rest.trim_start();
    let rest = rest.strip_prefix("on ").unwrap_or(rest);
    let end = rest.find(char::is_whitespace).unwrap_or(rest.len());
    let (second, rest) = rest.split_at_checked(end)?;
    let (date, time) = if first.contains('/') {
        (first, second)
    } else {
        (second, first)
    };
    let mut date = date.splitn(3, '/');
    let (year, month, day) = (
        date.next()?.parse().ok()?,
        date.next()?.parse().ok()?,
        date.next()?.parse().ok()?,
    );
    let mut time = time.splitn(3, ':');
    let (hour, minute) = (time.next()?.parse().ok()?, time.next()?.parse().ok()?);
    let second: i8 = time.next()?.parse().ok()?;
    let date = civil::Date::new(year, month, day).ok()?;
    let time = civil::Time::new(hour, minute, second, 0).ok()?;
    Some((
        TimeZone::UTC.to_timestamp(date.to_datetime(time)).ok(),
        rest,
    ))
}

/// The number in ` current generation: N` of the older form.
#[must_use]
pub fn current_generation(text: &str) -> Option<u64> {
    let (_, rest) = text.split_once("current generation:")?;
    rest.split_whitespace().next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_forms() {
        let text = " ━━━ Configuration summary ━━━\n  GenId created                   applied                   error \n     13 2026/03/11 14:02:11       2026/03/11 14:02:12       none \n     14 2026/03/11 14:20:02       --       Failure applying config: no \r\n     13 14:02:11 on 2026/03/11    14:20:04 on 2026/03/11    none (rollback)\n time: 12\n";
        let rows = config_history(text, 100);
        assert_eq!(rows.len(), 3);
        assert_eq!(
            rows[0].applied,
            Some("2026-03-11T14:02:12Z".parse().unwrap())
        );
        assert_eq!((rows[0].error.as_deref(), rows[0].rollback), (None, false));
        assert_eq!(rows[1].applied, None);
        assert_eq!(
            rows[1].error.as_deref(),
            Some("Failure applying config: no")
        );
        assert_eq!((rows[2].generation, rows[2].rollback), (13, true));
        assert_eq!(
            rows[2].applied,
            Some("2026-03-11T14:20:04Z".parse().unwrap())
        );
        let span = Span {
            start: rows[1].span.start - 100,
            end: rows[1].span.end - 100,
        };
        assert!(
            span.slice(text).starts_with("14 2026") && span.slice(text).ends_with("config: no")
        );
    }

    #[test]
    fn other_lines_are_no_rows() {
        assert!(config_history("13 vpc-01 100\n 5 none\n2026/03/11 14:02:11 x\n", 0).is_empty());
        assert_eq!(current_generation(" current generation: 7\n"), Some(7));
    }
}
