//! The DHCPSubnet that a VPC subnet should have (fabric reference 1.6).

use crate::facts::{Context, Object, VPC};
use crate::finding::{Key, Subject};
use crate::model::vpc::VpcSubnet;

use super::view::{is_leaving, is_whole};

/// Name of the DHCPSubnet of a VPC subnet.
pub(super) fn dhcp_name(vpc: &str, subnet: &str) -> String {
    format!("{vpc}--{subnet}")
}

/// Join keys of a DHCPSubnet with this name and `spec.subnet`.
pub(super) fn dhcp_keys(name: &str, subnet: &str) -> Vec<Key> {
    let mut keys = vec![Key::DhcpSubnet(name.into())];
    if let Some((vpc, _)) = subnet.split_once('/') {
        keys.push(Key::Vpc(vpc.into()));
    }
    keys
}

/// The management network's DHCPSubnet is made by the fabricator, not for a VPC.
pub(super) fn is_management(name: &str, subnet: &str) -> bool {
    name == "management" || subnet == "management"
}

/// VRF of a VPC as DHCPSubnets name it: lower case, without the `VrfV` of older releases.
pub(super) fn plain_vrf(vrf: &str) -> String {
    let lower = vrf.trim().to_ascii_lowercase();
    lower.strip_prefix("vrfv").map(str::to_owned).unwrap_or(lower)
}

/// One VPC subnet that the fabric serves with DHCP.
pub(super) struct Served<'b> {
    /// Its VPC.
    pub(super) vpc: &'b Object<VPC>,
    /// Its name.
    pub(super) name: &'b str,
    /// Itself.
    pub(super) subnet: &'b VpcSubnet,
}

impl Served<'_> {
    /// Name of its DHCPSubnet.
    pub(super) fn dhcp_name(&self) -> String {
        dhcp_name(self.vpc.name(), self.name)
    }

    /// Its DHCPSubnet as a subject.
    pub(super) fn subject(&self) -> Subject {
        Subject::new("DHCPSubnet", &self.vpc.meta.namespace, &self.dhcp_name())
    }

    /// VRF of its VPC, in lower case.
    pub(super) fn vrf(&self) -> String {
        if self.vpc.spec.mode == "l3flat" { "default".into() } else { plain_vrf(self.vpc.name()) }
    }

    /// Circuit id of its VLAN.
    pub(super) fn circuit(&self) -> String {
        format!("vlan{}", self.subnet.vlan)
    }

    /// Route of a field below the subnet in the VPC.
    pub(super) fn route<'r>(&'r self, field: &[&'r str]) -> Vec<&'r str> {
        let mut route = vec!["spec", "subnets", self.name];
        route.extend(field);
        route
    }

    /// Join keys of its DHCPSubnet.
    pub(super) fn keys(&self) -> Vec<Key> {
        vec![Key::DhcpSubnet(self.dhcp_name()), Key::Vpc(self.vpc.meta.name.clone())]
    }
}

/// All VPC subnets for which the controller makes a DHCPSubnet: DHCP enabled, a VLAN, a range.
pub(super) fn served<'b>(cx: &Context<'b>) -> Vec<Served<'b>> {
    let vpcs = cx.list::<VPC>().iter().filter(|vpc| is_whole(cx, vpc) && !is_leaving(*vpc));
    vpcs.flat_map(|vpc| vpc.spec.subnets.iter().map(move |(name, subnet)| Served { vpc, name: name.as_str(), subnet }))
        .filter(|served| {
            let dhcp = &served.subnet.dhcp;
            let ranged = dhcp.range.as_ref().is_some_and(|range| !range.start.is_empty() && !range.end.is_empty());
            dhcp.enable && ranged && served.subnet.vlan != 0 && !served.subnet.host_bgp
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_vrfs() {
        assert_eq!(plain_vrf("VrfVvpc-01"), "vpc-01");
        assert_eq!(plain_vrf("Vpc-01"), "vpc-01");
        assert!(is_management("management", ""));
        assert!(!is_management("management--a", "management/a"));
    }
}
