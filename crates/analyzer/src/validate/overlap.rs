//! Finds overlaps among many address sets by one sweep.

use std::collections::BTreeMap;

use super::prefix::Ranges;

/// Pairs looked at per sweep before it stops: far above any real configuration, and a bound on hostile ones.
const PAIR_BUDGET: usize = 2_000_000;

/// Pairs reported per sweep, for the same reason.
const PAIR_LIMIT: usize = 20_000;

/// An address that two sets share: family (`true` = IPv4) and number.
pub(crate) type Point = (bool, u128);

/// The pairs `(i, j)`, `i < j`, of sets that share an address and for which `relevant` holds, each with the lowest
/// shared address.
pub(crate) fn pairs(sets: &[&Ranges], relevant: impl Fn(usize, usize) -> bool) -> BTreeMap<(usize, usize), Point> {
    let mut found = BTreeMap::new();
    let mut budget = PAIR_BUDGET;
    for v4 in [true, false] {
        let mut ranges: Vec<(u128, u128, usize)> = Vec::new();
        for (index, set) in sets.iter().enumerate() {
            ranges.extend(set.family(v4).iter().map(|&(lo, hi)| (lo, hi, index)));
        }
        ranges.sort_unstable();
        let mut open: Vec<(u128, usize)> = Vec::new();
        for (lo, hi, index) in ranges {
            open.retain(|(end, _)| *end >= lo);
            for &(_, other) in &open {
                if budget == 0 || found.len() >= PAIR_LIMIT {
                    return found;
                }
                budget -= 1;
                let pair = (other.min(index), other.max(index));
                if other != index && relevant(pair.0, pair.1) {
                    found.entry(pair).or_insert((v4, lo));
                }
            }
            open.push((hi, index));
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::validate::prefix::Prefix;

    #[test]
    fn finds_pairs() {
        let set =
            |t: &[&str]| -> Ranges { t.iter().map(|t| Prefix::parse(t).unwrap()).collect::<Vec<_>>().iter().collect() };
        let sets =
            [set(&["10.0.0.0/24", "10.1.0.0/24"]), set(&["10.2.0.0/24"]), set(&["10.1.0.128/25"]), set(&["::/0"])];
        let refs: Vec<&Ranges> = sets.iter().collect();
        let all = pairs(&refs, |_, _| true);
        assert_eq!(all.keys().copied().collect::<Vec<_>>(), vec![(0, 2)]);
        assert_eq!(all.get(&(0, 2)), Some(&(true, 0x0a01_0080)));
        assert!(pairs(&refs, |_, _| false).is_empty());
    }

    #[test]
    fn hostile_input_is_bounded() {
        let one: Ranges = [Prefix::parse("10.0.0.0/8").unwrap()].iter().collect();
        let refs: Vec<&Ranges> = std::iter::repeat_n(&one, 5_000).collect();
        assert!(pairs(&refs, |_, _| true).len() <= PAIR_LIMIT);
        assert!(pairs(&refs, |_, _| false).is_empty());
    }
}
