//! What an occurrence means because of the lines before it.

use super::hit::Hit;
use super::literals::{dataplane, frr, switch_agent};
use crate::source::Span;

/// Lines between the driver's start and a panic that belongs to it.
const DRIVER_PANIC_LINES: usize = 20;

/// Corrects hits whose meaning depends on earlier ones.
pub(super) fn refine(text: &str, hits: &mut Vec<Hit>) {
    rollbacks(text, hits);
    daemon_starts(hits);
    driver_panics(text, hits);
    agent_generations(text, hits);
}

/// The success that a rollback writes is no success of a new generation.
fn rollbacks(text: &str, hits: &mut [Hit]) {
    let mut rolling: Option<u64> = None;
    for hit in hits {
        if *hit.literal == dataplane::ROLLING_BACK {
            rolling = hit.number(text, "generation");
        } else if *hit.literal == dataplane::APPLY_DONE
            && rolling.is_some()
            && hit.number(text, "generation") == rolling
        {
            hit.literal = &dataplane::ROLLED_BACK;
            rolling = None;
        } else if [&dataplane::APPLY_FAILED, &dataplane::APPLY_REPORTED, &dataplane::STARTED].contains(&hit.literal) {
            rolling = None;
        }
    }
}

/// watchfrr forks one `restart all` in every healthy start, before `all daemons up`.
fn daemon_starts(hits: &mut [Hit]) {
    let first = hits.iter().find(|hit| [&frr::ALL_UP, &frr::WATCHING].contains(&hit.literal));
    // Without the start in the log the process is taken to be running already.
    let mut starting = first.is_some_and(|hit| *hit.literal == frr::ALL_UP);
    for hit in hits {
        if *hit.literal == frr::WATCHING {
            starting = true;
        } else if *hit.literal == frr::ALL_UP {
            starting = false;
        } else if *hit.literal == frr::FORKED && starting {
            hit.literal = &frr::FORKED_AT_START;
        }
    }
}

/// `not yet implemented` means a missing driver only right after the DPDK driver was chosen.
fn driver_panics(text: &str, hits: &mut Vec<Hit>) {
    let mut driver: Option<u32> = None;
    hits.retain(|hit| {
        if *hit.literal == dataplane::DRIVER_DPDK {
            driver = Some(hit.line.end);
        }
        if *hit.literal != dataplane::DRIVER_MISSING {
            return true;
        }
        driver.is_some_and(|end| {
            let between = Span { start: end, end: hit.line.start }.slice(text);
            memchr::memchr_iter(b'\n', between.as_bytes()).take(DRIVER_PANIC_LINES + 1).count() <= DRIVER_PANIC_LINES
        })
    });
}

/// The generation that a switch agent worked on when it failed: that of the last change or file load.
fn agent_generations(text: &str, hits: &mut [Hit]) {
    let mut generation: Option<Span> = None;
    for hit in hits {
        let literal = hit.literal;
        if *literal == switch_agent::CONFIG_CHANGED || *literal == switch_agent::CONFIG_LOADED {
            let named = hit.number(text, "generation").and_then(|_| hit.field_span("generation"));
            generation = named.or(generation);
        } else if let Some(name) = literal.inherited
            && let Some(span) = generation
            && let Some(index) = literal.field_names().iter().position(|known| *known == name)
        {
            hit.set_field(index, span);
        }
    }
}
