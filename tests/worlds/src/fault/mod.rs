//! What breaks in an installation, shown in every place where it would show, and what a diagnosis must say.
//!
//! A fault does not know any rule: it changes the world. What is expected stands beside it, by the names of
//! the fabric and gateway references.

mod control;
mod fabric;
mod gateway;
mod hardware;
mod noise;
mod service;
mod show;
mod traffic;

use crate::build::{Release, Rng, Site};

/// How bad a root cause must be said to be, at least.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Least {
    /// `info`.
    Info,
    /// `warning`.
    Warning,
    /// `error`.
    Error,
    /// `critical`.
    Critical,
}

/// A cause that a diagnosis must name.
#[derive(Debug, Clone)]
pub struct Cause {
    /// Names of the references, any of which is right.
    pub references: &'static [&'static str],
    /// Kind of its object.
    pub kind: &'static str,
    /// Names of its object, any of which is right.
    pub names: Vec<String>,
    /// How bad at least.
    pub least: Least,
    /// References that may stand as its consequences (`GW-BGP-*` is a family); with data missing they may
    /// stand in its place.
    pub explains: &'static [&'static str],
}

/// What a fault did.
#[derive(Debug, Clone)]
pub struct Outcome {
    /// What must be named.
    pub cause: Cause,
    /// Parts of the installation that show it: two faults are independent if they share none.
    pub touched: Vec<String>,
}

/// A fault.
#[derive(Clone, Copy)]
pub struct Fault {
    /// What breaks.
    pub name: &'static str,
    /// The oldest release that it can happen to.
    pub since: Release,
    /// Breaks it in a place drawn by the generator; `None` if the installation has no such place.
    pub apply: fn(&mut Site, &mut Rng) -> Option<Outcome>,
}

/// Something that looks bad and is not.
#[derive(Clone, Copy)]
pub struct Noise {
    /// What it is.
    pub name: &'static str,
    /// The oldest release that has it.
    pub since: Release,
    /// Shows it.
    pub apply: fn(&mut Site, &mut Rng),
}

/// All faults.
#[must_use]
pub fn all() -> Vec<Fault> {
    [fabric::FAULTS, hardware::FAULTS, control::FAULTS, service::FAULTS, gateway::FAULTS, traffic::FAULTS].concat()
}

/// All harmless pictures.
#[must_use]
pub fn harmless() -> Vec<Noise> {
    noise::ALL.to_vec()
}

/// An outcome on one object.
fn outcome(
    references: &'static [&'static str],
    object: (&'static str, &[&str]),
    least: Least,
    explains: &'static [&'static str],
    touched: &[&str],
) -> Option<Outcome> {
    Some(Outcome {
        cause: Cause {
            references,
            kind: object.0,
            names: object.1.iter().map(|name| (*name).to_owned()).collect(),
            least,
            explains,
        },
        touched: touched.iter().map(|part| (*part).to_owned()).collect(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::build::Plan;

    #[test]
    fn every_fault_finds_a_place_and_changes_the_world() {
        let plan = Plan { release: Release::R26_03, spines: 2, pairs: 2, gateways: 3 };
        let healthy = Site::build(plan);
        assert!(all().len() >= 50 && harmless().len() >= 15);
        for fault in all() {
            let mut site = healthy.clone();
            let outcome = (fault.apply)(&mut site, &mut Rng::new(7));
            assert!(outcome.is_some(), "{} finds no place", fault.name);
            let (now, before) = (&site.world, &healthy.world);
            let changed = now.objects != before.objects || now.logs != before.logs || now.insights != before.insights;
            assert!(changed, "{} changes nothing", fault.name);
        }
        for noise in harmless() {
            (noise.apply)(&mut healthy.clone(), &mut Rng::new(7));
        }
    }

    #[test]
    fn faults_are_told_apart_by_their_names() {
        let mut names: Vec<&str> =
            all().iter().map(|fault| fault.name).chain(harmless().iter().map(|noise| noise.name)).collect();
        names.sort_unstable();
        let count = names.len();
        names.dedup();
        assert_eq!(names.len(), count);
    }
}
