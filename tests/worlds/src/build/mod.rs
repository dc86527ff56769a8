//! Whole installations of any size from a few words, healthy, both ends of everything in agreement.
//!
//! The example installations are the patterns: their objects, logs and outputs are copied, renamed and
//! given addresses of their own, so that every detail stands as Hedgehog writes it.

mod gateways;
mod places;
mod release;
mod rename;
mod rng;
mod switches;
mod time;
mod uplinks;

use serde_json::Value;

pub use places::{GatewayLink, Places, ServerLink, Uplink};
pub use release::Release;
pub(crate) use rename::Rename;
pub use rng::Rng;
pub use time::{NOW, ago, at, klog};

use crate::{World, kind};

/// What an installation is made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Plan {
    /// Release whose forms it has.
    pub release: Release,
    /// Spines, 1 to 4.
    pub spines: usize,
    /// Pairs of leaves, 1 to 30: each pair has two servers on both leaves (ESLAG), two with one link and
    /// two with a bundle.
    pub pairs: usize,
    /// Gateways, 1 to 4.
    pub gateways: usize,
}

impl Plan {
    /// A spine has 32 ports: large installations get as many spines as their leaves need.
    #[must_use]
    fn with_enough_spines(mut self) -> Self {
        while self.spines < 4 && 2 * self.pairs * self.links_per_leaf() > 32 * self.spines {
            self.spines += 1;
        }
        self
    }

    /// Links of a leaf to spines of its own: where ports are scarce, to two of the spines.
    pub(crate) fn links_per_leaf(self) -> usize {
        self.spines.min(if 2 * self.pairs > 30 { 2 } else { 4 })
    }

    /// The smallest installation of the newest release with two spines and two gateways: 4 switches.
    #[must_use]
    pub fn small() -> Self {
        Self { release: Release::R26_03, spines: 2, pairs: 1, gateways: 2 }
    }

    /// Number of switches.
    #[must_use]
    pub fn switches(&self) -> usize {
        self.spines + 2 * self.pairs
    }

    /// An installation by seed: mostly small, at times up to 64 switches.
    pub fn draw(rng: &mut Rng) -> Self {
        let release = match rng.below(10) {
            0 => Release::R25_05,
            1 | 2 => Release::R26_01,
            3 | 4 => Release::R26_02,
            _ => Release::R26_03,
        };
        let spines = 2 + rng.below(3);
        let pairs = match rng.below(20) {
            0 => 20 + rng.below(11),
            1..=4 => 5 + rng.below(6),
            _ => 1 + rng.below(4),
        };
        Self { release, spines, pairs, gateways: 1 + rng.below(4) }
    }
}

/// An installation with what is known of its parts.
#[derive(Debug, Clone)]
pub struct Site {
    /// Everything that a capture of it holds.
    pub world: World,
    /// What it was made from.
    pub plan: Plan,
    /// Its links and servers.
    pub places: Places,
}

impl Site {
    /// Builds an installation.
    ///
    /// # Panics
    /// If the plan is out of its bounds or the patterns lack an object.
    #[must_use]
    pub fn build(plan: Plan) -> Self {
        let plan = plan.with_enough_spines();
        assert!((1..=4).contains(&plan.spines) && (1..=30).contains(&plan.pairs) && (1..=4).contains(&plan.gateways));
        let mut world = match plan.release {
            Release::R26_03 => World::healthy(),
            _ => World::older(),
        };
        world.objects.retain(|object| !crate::UNREAD.contains(&kind(object)));
        let mut world = uplinks::rebuild(world, plan);
        gateways::rebuild(&mut world, plan.gateways);
        release::dress(&mut world, plan.release);
        let places = Places::of(&world);
        Self { world, plan, places }
    }

    /// The object `Kind/name`, to change.
    ///
    /// # Panics
    /// If there is none.
    pub fn at(&mut self, path: &str) -> &mut Value {
        self.world.object_mut(path)
    }

    /// The status of a switch.
    ///
    /// # Panics
    /// If there is no such switch.
    pub fn state(&mut self, switch: &str) -> &mut Value {
        &mut self.at(&format!("Agent/{switch}"))["status"]["state"]
    }

    /// Whether there is an object `Kind/name`.
    #[must_use]
    pub fn has(&self, path: &str) -> bool {
        self.world.objects.iter().any(|object| crate::is(object, path))
    }

    /// Names of all objects of a kind.
    #[must_use]
    pub fn names(&self, wanted: &str) -> Vec<String> {
        self.world.objects.iter().filter(|object| kind(object) == wanted).map(|o| crate::name(o).to_owned()).collect()
    }

    /// Name of the pod that begins so.
    ///
    /// # Panics
    /// If there is none.
    #[must_use]
    pub fn pod(&self, beginning: &str) -> String {
        self.names("Pod")
            .into_iter()
            .find(|name| name.starts_with(beginning))
            .unwrap_or_else(|| panic!("no pod {beginning}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_and_releases_are_built() {
        for release in Release::ALL {
            for (spines, pairs, gateways) in [(1, 1, 1), (2, 2, 2), (4, 30, 4)] {
                let site = Site::build(Plan { release, spines, pairs, gateways });
                assert_eq!(site.names("Switch").len(), spines + 2 * pairs);
                assert_eq!(site.names("Agent").len(), spines + 2 * pairs);
                assert_eq!(site.places.servers.len(), 6 * pairs);
                assert_eq!(site.places.gateways.len(), 2 * gateways);
                let mut names: Vec<_> = site
                    .world
                    .objects
                    .iter()
                    .map(|o| (kind(o), o["metadata"]["namespace"].as_str(), crate::name(o)))
                    .collect();
                names.sort_unstable();
                assert!(names.windows(2).all(|pair| pair[0] != pair[1]), "an object twice");
            }
        }
    }

    #[test]
    fn no_address_is_given_twice() {
        let site = Site::build(Plan { release: Release::R26_03, spines: 4, pairs: 30, gateways: 4 });
        let mut seen = std::collections::BTreeSet::new();
        for link in &site.places.uplinks {
            for ip in [&link.spine_ip, &link.leaf_ip] {
                assert!(seen.insert(ip.clone()), "{ip} twice");
            }
        }
        for link in &site.places.gateways {
            for ip in [&link.switch_ip, &link.gateway_ip] {
                assert!(seen.insert(ip.clone()), "{ip} twice");
            }
        }
        for name in site.names("Switch") {
            let spec = &site.world.object(&format!("Switch/{name}"))["spec"];
            for field in ["ip", "protocolIP", "vtepIP"] {
                if let Some(ip) = spec[field].as_str() {
                    assert!(seen.insert(ip.to_owned()), "{ip} of {name} twice");
                }
            }
        }
    }
}
