//! Which occurrences are history: something that ends them follows in the same log.

use std::borrow::Cow;
use std::collections::BTreeMap;

use jiff::SignedDuration;

use super::hit::Hit;
use super::literal::{Join, Literal};

/// Seconds within which the success of an apply follows a line that was written during that apply.
const OWN_APPLY: i64 = 60;

/// What was seen so far, reading backwards, of one ending literal.
#[derive(Default)]
struct Later<'t> {
    nearest: Option<usize>,
    /// Nearest occurrence by generation, without those that a nearer one with a larger generation hides.
    generations: BTreeMap<u64, usize>,
    /// Nearest occurrence by joined fields.
    by_fields: BTreeMap<(Way, Cow<'t, str>), usize>,
}

/// Marks every hit that a later one ends.
pub(super) fn mark(text: &str, hits: &mut [Hit], literals: &[&'static Literal]) {
    // Which fields of an ending literal are ever compared.
    let mut wanted: BTreeMap<&'static str, Vec<&'static [(&'static str, &'static str)]>> = BTreeMap::new();
    for end in literals.iter().flat_map(|literal| literal.ends()) {
        let fields = wanted.entry(end.by.id).or_default();
        if let Join::Same(pairs) = end.join
            && !fields.iter().any(|known| joined(known) == joined(pairs))
        {
            fields.push(pairs);
        }
    }
    let mut seen: BTreeMap<&'static str, Later<'_>> = BTreeMap::new();
    for index in (0..hits.len()).rev() {
        let Some(hit) = hits.get(index).copied() else {
            continue;
        };
        let ended = hit
            .literal
            .ends()
            .iter()
            .filter_map(|end| ended_at(text, &hit, hits, seen.get(end.by.id)?, end.join))
            .min();
        if let (Some(by), Some(hit)) = (ended, hits.get_mut(index)) {
            hit.set_ended_by(by);
        }
        let Some(fields) = wanted.get(hit.literal.id) else {
            continue;
        };
        let later = seen.entry(hit.literal.id).or_default();
        later.nearest = Some(index);
        if let Some(generation) = hit.number(text, "generation") {
            // Smaller or equal generations further down can no longer be the nearest answer.
            later.generations = later.generations.split_off(&generation.saturating_add(1));
            later.generations.insert(generation, index);
        }
        for pairs in fields {
            if let Some(key) = key(text, &hit, pairs, |pair| pair.1) {
                later.by_fields.insert((joined(pairs), key), index);
            }
        }
    }
}

/// Tells apart the few ways in which one literal is joined.
type Way = (&'static str, usize);

/// First ending field and number of fields.
fn joined(pairs: &[(&'static str, &'static str)]) -> Way {
    (pairs.first().map_or("", |pair| pair.1), pairs.len())
}

/// Index of the hit that ends `hit`, by one way of ending.
fn ended_at(text: &str, hit: &Hit, hits: &[Hit], later: &Later<'_>, join: Join) -> Option<usize> {
    match join {
        Join::Any => later.nearest,
        Join::Generation => match hit.number(text, "generation") {
            Some(generation) => later.generations.range(generation..).next().map(|(_, index)| *index),
            None => later.nearest,
        },
        Join::Same(pairs) => {
            let key = key(text, hit, pairs, |pair| pair.0)?;
            later.by_fields.get(&(joined(pairs), key)).copied()
        }
        Join::NextApply => {
            let nearest = later.nearest?;
            let own = hits.get(nearest)?;
            if let (Some(start), Some(end)) = (hit.time(), own.time())
                && end.duration_since(start) > SignedDuration::from_secs(OWN_APPLY)
            {
                return Some(nearest);
            }
            let generation = own.number(text, "generation")?;
            later.generations.range(generation.checked_add(1)?..).next().map(|(_, index)| *index)
        }
    }
}

/// The compared fields of one hit as a text; none if the first of them is missing. Others may be missing
/// on both sides (a release that names no VRF).
fn key<'t>(
    text: &'t str,
    hit: &Hit,
    pairs: &[(&'static str, &'static str)],
    side: impl Fn(&(&'static str, &'static str)) -> &'static str,
) -> Option<Cow<'t, str>> {
    let mut fields = pairs.iter().map(|pair| hit.field(text, side(pair)));
    let first = fields.next()??;
    if pairs.len() == 1 {
        return Some(first);
    }
    let mut all = first.into_owned();
    for field in fields {
        all.push('\u{1}');
        all.push_str(&field.unwrap_or_default());
    }
    Some(Cow::Owned(all))
}
