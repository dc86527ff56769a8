//! A world, what is wrong in it and the form in which it comes, by seed and number.

use std::fmt;

use hh_analyzer::ingest::Input;
use hh_worlds::World;
use hh_worlds::build::{Plan, Rng, Site};
use hh_worlds::fault::{self, Cause, Fault, Outcome};

use crate::Files;
use crate::load::{input_of_bytes, input_of_files};

/// What is asked of a world.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sort {
    /// One fault.
    One,
    /// Two faults that do not touch each other.
    Two,
    /// Nothing wrong, something that looks so.
    Harmless,
    /// One fault or none, and a data source is not captured.
    Missing,
    /// One fault or none, and the capture ends at a random byte.
    Cut,
}

/// Form of a capture.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// A dump.
    Dump,
    /// `kubectl get -o yaml`, a List for each kind.
    Lists,
    /// The same as JSON.
    Json,
    /// One YAML file for each object.
    Objects,
}

/// A drawn world.
#[derive(Debug, Clone)]
pub struct Case {
    /// Number in its seed.
    pub index: u64,
    /// What is asked.
    pub sort: Sort,
    /// Installation.
    pub plan: Plan,
    /// Form.
    pub form: Form,
    /// What was done, in words.
    pub story: Vec<&'static str>,
    /// What must be said.
    pub causes: Vec<Cause>,
    /// The world.
    pub world: World,
    /// Where a cut capture ends, as a share of its length in thousandths.
    cut: usize,
}

/// Data sources that a capture may lack.
const SOURCES: [&str; 16] = [
    "logs",
    "outputs",
    "Event",
    "Pod",
    "Node",
    "Agent",
    "GatewayAgent",
    "Connection",
    "Switch",
    "SwitchProfile",
    "Fabricator",
    "DHCPSubnet",
    "VPC",
    "VPCAttachment",
    "DaemonSet",
    "Gateway",
];

/// Faults that only a complete listing proves.
const PROVED_BY_ABSENCE: [&str; 6] = [
    "a DHCPSubnet outlived its VPC",
    "a VPC has no DHCPSubnet",
    "two gateways have the same priority",
    "an attachment names a connection that is gone",
    "a gateway was deleted and runs on",
    "a peering names a group without members",
];

impl Case {
    /// Draws the world number `index` of a seed.
    #[must_use]
    pub fn draw(seed: u64, index: u64) -> Self {
        let mut rng = Rng::new(seed.wrapping_mul(0x2545_f491_4f6c_dd1d).wrapping_add(index));
        let mut sort = match rng.below(20) {
            0..=9 => Sort::One,
            10..=12 => Sort::Two,
            13..=15 => Sort::Harmless,
            16 | 17 => Sort::Missing,
            _ => Sort::Cut,
        };
        let plan = Plan::draw(&mut rng);
        let form = match rng.below(10) {
            0..=5 => Form::Dump,
            6 | 7 => Form::Lists,
            8 => Form::Json,
            _ => Form::Objects,
        };
        let form = if sort == Sort::Cut { Form::Dump } else { form };
        let mut site = Site::build(plan);
        let mut story = Vec::new();
        let mut outcomes: Vec<Outcome> = Vec::new();
        let faults = match sort {
            Sort::One => 1,
            Sort::Two => 2,
            Sort::Harmless => 0,
            Sort::Missing | Sort::Cut => usize::from(rng.chance(75)),
        };
        let whole = site.clone();
        for _ in 0..faults {
            let Some((fault, next, outcome)) = one_more(&whole, &site, &outcomes, &mut rng) else { break };
            story.push(fault.name);
            outcomes.push(outcome);
            site = next;
        }
        // Some faults show everywhere and leave no room for a second one.
        if sort == Sort::Two && outcomes.len() == 1 {
            sort = Sort::One;
        }
        if sort == Sort::Harmless {
            let all = fault::harmless();
            let fitting: Vec<_> = all.iter().filter(|noise| noise.since <= plan.release).collect();
            let noise = fitting[rng.below(fitting.len())];
            (noise.apply)(&mut site, &mut rng);
            story.push(noise.name);
        }
        let mut world = site.world;
        if sort == Sort::Missing {
            let source = SOURCES[rng.below(SOURCES.len())];
            story.push(source);
            world = match source {
                "logs" => world.without_logs(),
                "outputs" => world.without_insights(),
                kind => world.without(kind),
            };
        }
        // One file per object is never a complete listing: nothing is proved by what is missing there.
        let absent = form == Form::Objects && story.iter().any(|fault| PROVED_BY_ABSENCE.contains(fault));
        let form = if absent { Form::Lists } else { form };
        let cut = rng.below(1000);
        let causes = outcomes.into_iter().map(|outcome| outcome.cause).collect();
        Self { index, sort, plan, form, story, causes, world, cut }
    }

    /// One fault in a small installation of the newest release, as a dump; `None` if it has no place for it.
    #[must_use]
    pub fn of(fault: &Fault) -> Option<Self> {
        let plan = Plan { release: hh_worlds::build::Release::R26_03, spines: 2, pairs: 2, gateways: 3 };
        let mut site = Site::build(plan);
        let outcome = (fault.apply)(&mut site, &mut Rng::new(1))?;
        let (index, sort, form, cut) = (0, Sort::One, Form::Dump, 0);
        Some(Self {
            index,
            sort,
            plan,
            form,
            story: vec![fault.name],
            causes: vec![outcome.cause],
            world: site.world,
            cut,
        })
    }

    /// The files of the capture.
    #[must_use]
    pub fn files(&self) -> Files {
        match self.form {
            Form::Dump => {
                let mut text = self.world.hhs().into_bytes();
                if self.sort == Sort::Cut {
                    text.truncate(text.len() * self.cut / 1000);
                }
                Files::from([("world.hhs".to_owned(), text)])
            }
            Form::Lists => self.world.files(),
            Form::Json => self.world.json_files(),
            Form::Objects => self.world.object_files(),
        }
    }

    /// The capture as the analyzer takes it.
    #[must_use]
    pub fn input(&self) -> Input {
        let mut files = self.files();
        match files.remove("world.hhs") {
            Some(bytes) => input_of_bytes("world.hhs", bytes),
            None => input_of_files("world", files),
        }
    }
}

/// A further fault that touches nothing that the others touch.
/// One more fault for a site, apart from those before. Tried on the whole installation first: what it touches must
/// still stand.
fn one_more(whole: &Site, site: &Site, before: &[Outcome], rng: &mut Rng) -> Option<(Fault, Site, Outcome)> {
    let all = fault::all();
    let fitting: Vec<&Fault> = all.iter().filter(|fault| fault.since <= site.plan.release).collect();
    let everything = |outcome: &Outcome| outcome.touched.iter().any(|part| part == "everything");
    let apart = |outcome: &Outcome| {
        before.iter().all(|other| {
            !everything(other)
                && !everything(outcome)
                && !other.touched.iter().any(|part| outcome.touched.contains(part))
        })
    };
    for _ in 0..400 {
        let fault = fitting[rng.below(fitting.len())];
        let drawn = rng.clone();
        let tried = (fault.apply)(&mut whole.clone(), rng);
        if !tried.is_some_and(|outcome| apart(&outcome)) {
            continue;
        }
        *rng = drawn;
        let mut next = site.clone();
        if let Some(outcome) = (fault.apply)(&mut next, rng).filter(&apart) {
            return Some((*fault, next, outcome));
        }
    }
    None
}

impl fmt::Display for Case {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let plan = self.plan;
        write!(
            f,
            "--only {}: {:?}, release {}, {} switches, {} gateways, {:?}: {}",
            self.index,
            self.sort,
            plan.release.name(),
            plan.switches(),
            plan.gateways,
            self.form,
            self.story.join("; ")
        )
    }
}
