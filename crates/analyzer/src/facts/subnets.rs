//! Subnets of VPCs, for expose entries and access lists that name them.

use std::collections::BTreeMap;

use super::{Context, Form, Kind, Object, VPC, VPCInfo, external_of};
use crate::model::gateway::{VpcInfoSpec, VpcInfoSubnet};
use crate::validate::expose::{Subnet, info_subnet};

/// The subnets of the captured VPCs, externals left out.
#[derive(Debug, Clone, Default)]
pub struct VpcSubnets {
    vpcs: BTreeMap<String, VpcInfoSpec>,
}

impl VpcSubnets {
    /// A subnet of a VPC.
    #[must_use]
    pub fn get(&self, vpc: &str, subnet: &str) -> Subnet {
        info_subnet(self.vpcs.get(vpc), subnet)
    }

    /// The VPCs with their subnets.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &VpcInfoSpec)> {
        self.vpcs.iter().map(|(name, info)| (name.as_str(), info))
    }
}

impl Context<'_> {
    /// Subnets of every VPC that is captured in full, from its VPCInfo and from the VPC itself, which wins.
    #[must_use]
    pub fn vpc_subnets(&self) -> VpcSubnets {
        let mut subnets = VpcSubnets::default();
        for info in self.list::<VPCInfo>() {
            if is_whole(info, self.truncated()) && external_of(info.name()).is_none() {
                subnets.vpcs.insert(info.meta.name.clone(), info.spec.clone());
            }
        }
        for vpc in self.list::<VPC>() {
            if is_whole(vpc, self.truncated()) {
                let entry = subnets.vpcs.entry(vpc.meta.name.clone()).or_default();
                for (name, subnet) in &vpc.spec.subnets {
                    entry.subnets.insert(name.clone(), VpcInfoSubnet { cidr: subnet.subnet.clone() });
                }
            }
        }
        subnets
    }
}

/// Not a row of a table, nor (in a cut dump) an object that may end anywhere.
fn is_whole<K: Kind>(object: &Object<K>, truncated: bool) -> bool {
    object.raw.form == Form::Full && !(truncated && object.at(&["status"]).is_none())
}
