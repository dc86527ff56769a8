//! Does a gateway refuse a violation, or does it run it?

use std::collections::BTreeSet;

use super::{Case, Known};
use crate::validate::Subject as Broken;
use crate::validate::Violation;
use crate::validate::explain::explain;

/// What a gateway makes of a violation in its newest configuration.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stance {
    /// It runs the newest generation, or everything that breaks the rule.
    Runs,
    /// It does not run the newest generation. `named`: its own error is this violation.
    Refuses {
        /// The error of log or history is this violation.
        named: bool,
    },
    /// The generations do not tell.
    Unknown,
}

/// The stance of each gateway of the case.
pub(super) fn stances(case: &Case<'_, '_>) -> Vec<Stance> {
    let mut stances: Vec<Stance> = case.gateways.iter().map(|known| stance(known, case.violation)).collect();
    // A dataplane of the same version that runs the violation shows that it is accepted: then it is not the
    // reason why another gateway lags, unless that one says so.
    let accepting: BTreeSet<_> = case
        .gateways
        .iter()
        .zip(&stances)
        .filter(|(_, stance)| **stance == Stance::Runs)
        .map(|(known, _)| known.version)
        .collect();
    for (known, stance) in case.gateways.iter().zip(&mut stances) {
        if *stance == (Stance::Refuses { named: false }) && accepting.contains(&known.version) {
            *stance = Stance::Unknown;
        }
    }
    stances
}

fn stance(known: &Known<'_, '_>, violation: &Violation) -> Stance {
    let gateway = &known.gateway;
    if let Some(refusal) = &known.refusal {
        if violation.accounts_for(&refusal.error) {
            return Stance::Refuses { named: true };
        }
        // D24 comes after all checks: this configuration passed them.
        if refusal.newest && explain(&refusal.error).is_some_and(|row| row.id == "D24") {
            return Stance::Runs;
        }
    }
    if known.runs_newest == Some(true) {
        return Stance::Runs;
    }
    let (Some(newest), Some(applied)) = (gateway.generation(), gateway.applied()) else { return Stance::Unknown };
    if newest < applied {
        return Stance::Unknown;
    }
    let peerings: Vec<&String> = match &violation.subject {
        Broken::Peering(name) => vec![name],
        Broken::Peerings(a, b) => vec![a, b],
        _ => Vec::new(),
    };
    let runs = |name: &&String| known.running.as_ref().is_some_and(|running| running.holds(name) == Some(true));
    if !peerings.is_empty() && peerings.iter().all(runs) { Stance::Runs } else { Stance::Refuses { named: false } }
}
