//! A DHCPSubnet whose VPC or subnet is gone.

use super::subnet::{dhcp_keys, is_management};
use super::view::{is_leaving, is_whole};
use crate::facts::{Context, DHCPSubnet, Object, VPC};
use crate::finding::{Evidence, Severity};
use crate::rule::{Domain, Meta, Order, Outcome, Rule, Source};

/// See the metadata.
#[derive(Debug)]
pub(super) struct DhcpOrphan;

static META: Meta = Meta {
    id: "dhcp-subnet-orphaned",
    reference: &["DHCP-604"],
    title: "A DHCPSubnet belongs to no VPC subnet",
    severities: &[Severity::Warning],
    needs: &[Source::DhcpSubnets, Source::Vpcs],
    uses: &[],
    explanation: "\
Looks for the VPC and the subnet that each DHCPSubnet names in `spec.subnet`.

## Why it matters
The fabric controller should have removed it with its VPC subnet. `fabric-dhcpd` still serves from it: a new VPC with \
the same VLAN may get its addresses.

## Not a fault
The DHCPSubnet `management` belongs to no VPC.

## What to do
See what the fabric controller says of the VPC; delete the DHCPSubnet once nobody needs it.",
    explains: &[],
    order: Order::Vpc,
};

impl Rule for DhcpOrphan {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn domain(&self) -> Domain {
        Domain::Fabric
    }

    fn check(&self, cx: &Context<'_>, out: &mut Outcome) {
        for subnet in cx.list::<DHCPSubnet>() {
            let named = &subnet.spec.subnet;
            if is_leaving(subnet) || is_management(subnet.name(), named) {
                continue;
            }
            let Some((vpc, part)) = named.split_once('/') else { continue };
            match cx.find_in::<VPC>(&subnet.meta.namespace, vpc) {
                None if !cx.complete::<VPC>() => out.cannot_tell(subnet.subject(), "VPCs are not completely listed"),
                None => {
                    let looked =
                        Evidence::absence(format!("{} VPCs", cx.list::<VPC>().len()), format!("none is named {vpc}"));
                    report(out, subnet, format!("VPC {vpc}"), looked);
                }
                // Tables and cut objects do not show the subnets.
                Some(found) if !is_whole(cx, found) => {}
                Some(found) if found.spec.subnets.contains_key(part) => out.pass(),
                Some(found) => {
                    let looked = found.key_evidence(&["spec", "subnets"], format!("no subnet {part} among these"));
                    report(out, subnet, format!("subnet {part} of VPC {vpc}"), looked);
                }
            }
        }
    }
}

fn report(out: &mut Outcome, subnet: &Object<DHCPSubnet>, what: String, looked: Evidence) {
    let (name, namespace) = (subnet.name(), &subnet.meta.namespace);
    out.report(
        out.finding(
            Severity::Warning,
            subnet.subject(),
            format!("DHCPSubnet {name} is left over: {what} does not exist"),
        )
        .detail(
            "The fabric controller removes a DHCPSubnet with its VPC subnet; this one stayed. fabric-dhcpd still \
                     serves from it.",
        )
        .evidence(subnet.evidence(&["spec", "subnet"], "what it was made for"))
        .evidence(looked)
        .run("Read what the controller says.", "kubectl logs -n fab deploy/fabric-ctrl")
        .run("Delete it once nobody needs it.", format!("kubectl delete dhcpsubnet {name} -n {namespace}"))
        .keys(dhcp_keys(name, &subnet.spec.subnet)),
    );
}

#[cfg(test)]
mod tests {
    use hh_worlds::World;

    use super::DhcpOrphan;
    use crate::testing::said;

    #[test]
    fn left_over() {
        let gone = said(&DhcpOrphan, &World::healthy().small().delete("VPC/vpc-04"));
        assert_eq!(gone.lines(), ["warning DHCPSubnet/vpc-04--subnet-01"]);
        assert_eq!(gone.findings[0].evidence[0].value.as_deref(), Some("vpc-04/subnet-01"));
        assert!(gone.findings[0].evidence[0].line.is_some());
        let renamed = World::healthy().small().edit("VPC/vpc-04", |vpc| {
            let subnet = vpc["spec"]["subnets"]["subnet-01"].take();
            vpc["spec"]["subnets"] = serde_json::json!({"subnet-02": subnet});
        });
        assert_eq!(said(&DhcpOrphan, &renamed).lines(), ["warning DHCPSubnet/vpc-04--subnet-01"]);
    }

    #[test]
    fn all_belong_to_something() {
        for world in [World::healthy().small(), World::older().small()] {
            let said = said(&DhcpOrphan, &world);
            assert!(said.lines().is_empty() && said.passed == 4, "{said:?}");
        }
        assert_eq!(said(&DhcpOrphan, &World::healthy().small().without("VPC")).not_checked, ["VPC objects"]);
    }
}
