//! The admission webhooks' checks on stored objects (gateway reference 3.1). A stored object that breaks one was
//! written before the check existed or while the webhooks were off; its next edit is refused.
//!
//! Not recomputed: G1 and G2 (not in the spec), P12 and P13 (see [`super::dataplane`]).

mod acl;
mod gateway;
mod overlap;
mod peering;
mod unique;

#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};

use crate::model::gateway::{PeeringSpec, VpcInfoSpec};

use super::expose::{Subnet, subnet};

pub use gateway::gateway;
pub use peering::peering;
pub use unique::{Device, DeviceKind, groups, unique};

/// What a peering can refer to. Everything that is not captured completely is left out, and its check skipped.
#[derive(Debug, Clone, Default)]
pub struct PeeringLookup<'a> {
    /// The known VPCs: name, then subnet name and prefix.
    pub vpcs: BTreeMap<String, BTreeMap<String, String>>,
    /// Whether a VPC that is not in `vpcs` does not exist.
    pub vpcs_complete: bool,
    /// All externals, without `ext.`; `None` = not captured completely.
    pub externals: Option<BTreeSet<String>>,
    /// All gateway groups; `None` = not captured completely.
    pub groups: Option<BTreeSet<String>>,
    targets: BTreeMap<&'a str, Vec<overlap::Existing<'a>>>,
}

impl<'a> PeeringLookup<'a> {
    /// Adds the stored peerings, for P10 and P11; one of the checked peering's name is passed over.
    #[must_use]
    pub fn with_peerings(mut self, peerings: impl IntoIterator<Item = (&'a str, &'a PeeringSpec)>) -> Self {
        self.targets = overlap::index(peerings);
        self
    }

    /// Adds what a VPCInfo says of its VPC; an `ext.*` one is left out.
    #[must_use]
    pub fn with_vpc(mut self, name: &str, info: &VpcInfoSpec) -> Self {
        if external(name).is_none() {
            let subnets = info.subnets.iter().map(|(n, s)| (n.clone(), s.cidr.clone()));
            self.vpcs.insert(name.to_owned(), subnets.collect());
        }
        self
    }

    /// Looks up a subnet of a VPC.
    #[must_use]
    pub fn subnet(&self, vpc: &str, name: &str) -> Subnet {
        match self.vpcs.get(vpc) {
            None => Subnet::NotCaptured,
            Some(subnets) => subnet(subnets.get(name).map(String::as_str)),
        }
    }
}

/// The External's name behind a peering key `ext.<name>`.
fn external(key: &str) -> Option<&str> {
    key.strip_prefix("ext.")
}
