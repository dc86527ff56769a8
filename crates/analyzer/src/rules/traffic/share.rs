//! Shares of counters, repeated log lines, and how findings about a gateway are graded.

use crate::facts::{Gw, LogRef, Output};
use crate::finding::{Evidence, Severity};
use crate::parse::command::ShowTech;
use crate::parse::log::Hit;

/// A line that nothing can end counts for so long (gateway reference 7).
pub(super) const RECENT: i64 = 900;

/// The severity of a finding about a gateway: a new one gives at most notes.
pub(super) fn for_gateway(gateway: &Gw<'_, '_>, severity: Severity) -> Severity {
    if gateway.is_new() { severity.min(Severity::Info) } else { severity }
}

/// True if `part` is more than 0.1 % of `whole`.
pub(super) fn over_permille(part: u64, whole: u64) -> bool {
    u128::from(part).saturating_mul(1000) > u128::from(whole)
}

/// True if `part` is at least this many percent of `whole`. Nothing is no share of nothing.
pub(super) fn at_least_percent(part: u64, whole: u64, percent: u64) -> bool {
    part > 0 && u128::from(part).saturating_mul(100) >= u128::from(whole).saturating_mul(u128::from(percent))
}

/// `3.8 %`, `0.02 %`, `100 %`.
pub(super) fn percent(part: u64, whole: u64) -> String {
    if whole == 0 {
        return "100 %".into();
    }
    let share = part as f64 / whole as f64 * 100.0;
    if share >= 10.0 {
        format!("{share:.0} %")
    } else if share >= 0.1 {
        format!("{share:.1} %")
    } else if share >= 0.001 {
        format!("{share:.3} %")
    } else {
        "less than 0.001 %".into()
    }
}

/// Packets that the dataplane received since its start, underlay included: by its driver, else all that
/// Packet stats counted. None where neither was printed.
pub(super) fn received(tech: &ShowTech) -> Option<u64> {
    let rows = tech.driver.iter().flat_map(|driver| &driver.rows);
    let by_driver =
        rows.filter_map(|row| row.counter("pkt-rx")).fold(0_u64, |sum, count| sum.saturating_add(count.value));
    // The driver of v0.24 can lose the counts of idle tasks: the larger of both is nearer to the truth.
    let counted = tech.packet_stats.as_ref().map_or(0, |stats| stats.total());
    Some(by_driver.max(counted)).filter(|all| *all > 0)
}

/// A row of Packet stats: its count and evidence; none where the row is not printed.
pub(super) fn packet_stat(tech: &Output<ShowTech>, name: &str, note: &str) -> Option<(u64, Evidence)> {
    let row = tech.value.packet_stats.as_ref()?.get(name)?;
    let field = format!("Packet stats: {}", row.name.value);
    Some((row.count.value, tech.evidence(row.span, note).field(field).value(row.count.value.to_string())))
}

/// Evidence of lines that say one thing: the last one, with their number, first and last time.
pub(super) fn repeated(log: LogRef<'_>, hits: &[&Hit], note: &str) -> Option<Evidence> {
    let last = hits.last()?;
    let note = match (hits.len(), hits.first().and_then(|hit| hit.time()), last.time()) {
        (1, _, Some(at)) => format!("{note} (once, {at:.0})"),
        (1, _, None) => note.to_owned(),
        (count, Some(first), Some(last)) => format!("{note} ({count} lines, first {first:.0}, last {last:.0})"),
        (count, ..) => format!("{note} ({count} lines)"),
    };
    Some(log.evidence(last, note))
}

/// True if the line is so young that it tells of now; none if its age cannot be told.
pub(super) fn is_recent(gateway: &Gw<'_, '_>, hit: &Hit) -> Option<bool> {
    let at = hit.time()?;
    Some(!gateway.cx().age_at(at)?.over(RECENT))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares() {
        assert!(over_permille(11, 10_000) && !over_permille(10, 10_000) && over_permille(1, 0));
        assert!(!over_permille(0, 0) && !at_least_percent(0, 0, 1));
        assert!(at_least_percent(90, 100, 90) && !at_least_percent(89, 100, 90));
        assert!(!over_permille(u64::MAX / 1000, u64::MAX));
    }

    #[test]
    fn percentages() {
        let shares = [(73_918, 1_968_320, "3.8 %"), (41, 90_041, "0.046 %"), (1, 1, "100 %"), (5, 0, "100 %")];
        for (part, whole, words) in shares {
            assert_eq!(percent(part, whole), words);
        }
    }
}
