//! A VPC subnet with DHCP has no DHCPSubnet.

use super::subnet::served;
use super::view::is_young;
use crate::facts::{Context, DHCPSubnet};
use crate::finding::{Evidence, KeyKind, Severity};
use crate::rule::{Domain, Meta, Order, Outcome, Relation, Rule, Source};

/// See the metadata.
#[derive(Debug)]
pub(super) struct DhcpAbsent;

static META: Meta = Meta {
    id: "dhcp-subnet-missing",
    reference: &["DHCP-602"],
    title: "A VPC subnet with DHCP has no DHCPSubnet",
    severities: &[Severity::Error],
    needs: &[Source::Vpcs, Source::DhcpSubnets],
    uses: &[Source::CaptureTime],
    explanation: "\
Looks for the DHCPSubnet `<vpc>--<subnet>` of every VPC subnet with `dhcp.enable`, a VLAN and a range. The fabric \
controller makes it.

## Why it matters
`fabric-dhcpd` knows only DHCPSubnets: without one it answers nobody in that subnet.

## Not a fault
- a VPC younger than 2 minutes
- a bundle without any DHCPSubnet, or one that does not list them all
- subnets with a relay only, with HostBGP, without VLAN or without range

## What to do
Read the log of the fabric controller about that VPC.",
    explains: &[Relation { effects: &["DHCP-605", "DHCP-607"], join: &[KeyKind::DhcpSubnet] }],
    order: Order::Vpc,
};

impl Rule for DhcpAbsent {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn domain(&self) -> Domain {
        Domain::Fabric
    }

    fn check(&self, cx: &Context<'_>, out: &mut Outcome) {
        let complete = cx.complete::<DHCPSubnet>();
        for wanted in served(cx) {
            let name = wanted.dhcp_name();
            if cx.find::<DHCPSubnet>(&name).is_some() {
                out.pass();
                continue;
            }
            if is_young(cx, wanted.vpc, 120) {
                continue;
            }
            if !complete {
                out.cannot_tell(wanted.subject(), "DHCPSubnets are not completely listed");
                continue;
            }
            let (vpc, namespace) = (wanted.vpc.name(), &wanted.vpc.meta.namespace);
            out.report(
                out.finding(
                    Severity::Error,
                    wanted.subject(),
                    format!("DHCPSubnet {name} does not exist: nobody gets an address in {vpc}/{}", wanted.name),
                )
                .detail(format!(
                    "DHCP is enabled on {vpc}/{} with VLAN {} and a range, and the fabric controller has made no \
                         DHCPSubnet for it. fabric-dhcpd drops every request from there.",
                    wanted.name, wanted.subnet.vlan
                ))
                .evidence(wanted.vpc.evidence(&wanted.route(&["dhcp", "enable"]), "DHCP is enabled"))
                .evidence(Evidence::absence(
                    format!("{} DHCPSubnets", cx.list::<DHCPSubnet>().len()),
                    format!("none is named {name}"),
                ))
                .run(
                    "Read what the controller says of the VPC.",
                    format!("kubectl logs -n fab deploy/fabric-ctrl | grep {vpc}"),
                )
                .run("Look at the VPC.", format!("kubectl get vpc {vpc} -n {namespace} -o yaml"))
                .keys(wanted.keys()),
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use hh_worlds::World;

    use super::DhcpAbsent;
    use crate::testing::said;

    const VPC: &str = "VPC/vpc-01";

    fn missing() -> World {
        World::healthy().small().delete("DHCPSubnet/vpc-01--subnet-01")
    }

    #[test]
    fn no_subnet() {
        let said = said(&DhcpAbsent, &missing());
        assert_eq!(said.lines(), ["error DHCPSubnet/vpc-01--subnet-01"]);
        let evidence = &said.findings[0].evidence[0];
        assert_eq!(evidence.field.as_deref(), Some("spec.subnets.subnet-01.dhcp.enable"));
        assert!(evidence.line.is_some());
    }

    #[test]
    fn nothing_is_missing() {
        for world in [World::healthy().small(), World::older().small()] {
            let said = said(&DhcpAbsent, &world);
            assert!(said.lines().is_empty() && said.passed == 4, "{said:?}");
        }
        for world in [
            missing().set(VPC, "/spec/subnets/subnet-01/dhcp/enable", false),
            missing().set(VPC, "/spec/subnets/subnet-01/vlan", 0),
            missing().unset(VPC, "/spec/subnets/subnet-01/dhcp/range"),
            missing().set(VPC, "/metadata/creationTimestamp", "2026-10-06T09:40:00Z"),
            World::healthy().small().delete("DHCPSubnet/management"),
        ] {
            assert_eq!(said(&DhcpAbsent, &world).lines(), Vec::<String>::new());
        }
        assert_eq!(
            said(&DhcpAbsent, &World::healthy().small().without("DHCPSubnet")).not_checked,
            ["DHCPSubnet objects"]
        );
    }
}
