//! How often the diagnosis is right must not fall.

use hh_suite::figures::measure;

/// The seed and the number of worlds that every build is measured with.
const SEED: u64 = 7;
const COUNT: u64 = 40;

/// In per cent, of worlds with one fault: the first root cause is right.
const FIRST: usize = 97;
/// In per cent, of worlds with faults: all causes are named.
const NAMED: usize = 97;
/// In per cent, of worlds with faults: at most so many have a cause too many.
const EXTRA: usize = 1;
/// In per cent, of healthy worlds: at most so many give anything above `info`.
const ALARMS: usize = 0;
/// In per cent, of worlds with data missing: at most so many have a wrong cause.
const WRONG: usize = 0;

#[test]
fn the_figures_hold() {
    let figures = measure(SEED, &(0..COUNT).collect::<Vec<_>>());
    let lines: Vec<String> =
        figures.misses.iter().map(|miss| format!("{}\n    {}", miss.case, miss.complaints.join("\n    "))).collect();
    let shown = format!("{figures}\n{}", lines.join("\n"));
    assert_eq!(figures.panics, 0, "panics:\n{shown}");
    let at_least = |part: usize, whole: usize, limit: usize| part * 100 >= limit * whole;
    let at_most = |part: usize, whole: usize, limit: usize| part * 100 <= limit * whole;
    assert!(at_least(figures.first, figures.single, FIRST), "first root cause:\n{shown}");
    assert!(at_least(figures.named, figures.faulty, NAMED), "causes named:\n{shown}");
    assert!(at_most(figures.extra, figures.faulty, EXTRA), "extra causes:\n{shown}");
    assert!(at_most(figures.alarms, figures.healthy, ALARMS), "false alarms:\n{shown}");
    assert!(
        at_most(figures.missing_wrong + figures.cut_wrong, figures.missing + figures.cut, WRONG),
        "wrong:\n{shown}"
    );
}
