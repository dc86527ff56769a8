//! The dataplane's history of applied configurations, in `show tech` and in its log.

use jiff::Timestamp;

use super::piece::{Piece, Spanned};
use super::when::history_date;
use crate::source::Span;

/// One attempt to apply a configuration (gateway reference 6.2). Generations that were refused before
/// the apply have no row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HistoryRow {
    /// Generation of the GatewayAgent.
    pub genid: i64,
    /// When the dataplane made the configuration.
    pub created: Option<Timestamp>,
    /// When it applied it; `--` = never.
    pub applied: Option<Timestamp>,
    /// The error, without the mark of a rollback; none for `none`.
    pub error: Option<String>,
    /// The row is a return to an earlier configuration.
    pub rollback: bool,
    /// The row.
    pub span: Span,
}

/// Reads the rows in order. `base` is the offset of `text` in what the spans shall refer to.
///
/// Rows are known by their form: a number, two dates (`2026/03/11 14:02:11`, in older logs
/// `14:02:11 on 2026/03/11`, or `--`) in UTC, an error text.
#[must_use]
pub fn config_history(text: &str, base: usize) -> Vec<HistoryRow> {
    Piece::new(text, base).lines().filter_map(row).collect()
}

/// The generation of a line `current generation: N` (older releases).
#[must_use]
pub fn current_generation(text: &str, base: usize) -> Option<Spanned<i64>> {
    Piece::new(text, base).lines().find_map(|line| line.split_once("current generation:")?.1.trim().parse())
}

fn row(line: Piece<'_>) -> Option<HistoryRow> {
    let (genid, rest) = line.first_word();
    let genid = genid.parse::<i64>()?.value;
    let (created, rest) = date(rest)?;
    let (applied, rest) = date(rest)?;
    let (error, rollback) = match rest.text.strip_suffix("(rollback)") {
        Some(before) => (before.trim_end(), true),
        None => (rest.text, false),
    };
    let error = (!matches!(error, "" | "none" | "--")).then(|| error.to_owned());
    Some(HistoryRow { genid, created, applied, error, rollback, span: line.trim().span() })
}

/// A date or `--`, and what follows.
fn date(text: Piece<'_>) -> Option<(Option<Timestamp>, Piece<'_>)> {
    if let Some(rest) = text.after("--") {
        return Some((None, rest));
    }
    let (time, length) = history_date(text.text)?;
    Some((Some(time), text.skip(length).trim()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Option<Timestamp> {
        Some(text.parse().unwrap())
    }

    #[test]
    fn rows_errors_and_rollback() {
        let text = "  GenId created                   applied                   error \n\
     13 2026/03/11 14:02:11       2026/03/11 14:02:12       none \n\
     14 2026/03/11 14:20:02       2026/03/11 14:20:03       Failure applying config: Interface reconciliation not achieved after 300 passes \n\
     13 2026/03/11 14:02:11       2026/03/11 14:20:04       none (rollback)\n\
     15 2026/03/11 14:30:00       --                        none\n";
        let rows = config_history(text, 7);
        assert_eq!(rows.len(), 4);
        assert_eq!(rows[0].genid, 13);
        assert_eq!(rows[0].created, at("2026-03-11T14:02:11Z"));
        assert_eq!(rows[0].applied, at("2026-03-11T14:02:12Z"));
        assert_eq!((rows[0].error.as_deref(), rows[0].rollback), (None, false));
        assert_eq!(
            rows[1].error.as_deref(),
            Some("Failure applying config: Interface reconciliation not achieved after 300 passes")
        );
        assert!(rows[2].rollback && rows[2].error.is_none());
        assert_eq!(rows[3].applied, None);
        let span = rows[0].span;
        assert!(Span::new(span.start as usize - 7, span.end as usize - 7).slice(text).starts_with("13 2026"));
    }

    #[test]
    fn older_dates() {
        let text = " current generation: 9\n   9 08:01:02 on 2025/12/03  08:01:03 on 2025/12/03  none\n";
        let rows = config_history(text, 0);
        assert_eq!(rows.len(), 1);
        assert_eq!(rows[0].applied, at("2025-12-03T08:01:03Z"));
        assert_eq!(current_generation(text, 0).unwrap().value, 9);
    }

    #[test]
    fn other_lines_are_no_rows() {
        for text in [
            "2026/03/11 14:02:11 something",
            "13 apples 2026/03/11 14:02:11",
            "  118 2026-08-20T 04:11:07: enp2s1: oper state changed",
            "",
            "13 -- ",
        ] {
            assert!(config_history(text, 0).is_empty(), "{text}");
        }
    }
}
