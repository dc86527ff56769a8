//! A VPC subnet lies outside of its namespaces.

use super::view::{is_leaving, is_whole, or_default, prefix};
use crate::facts::{Context, IPv4Namespace, Kind, Object, VLANNamespace, VPC};
use crate::finding::{Evidence, Finding, Key, KeyKind, Severity};
use crate::rule::{Domain, Meta, Order, Outcome, Relation, Rule, Source};

/// See the metadata.
#[derive(Debug)]
pub(super) struct OutsideNamespace;

static META: Meta = Meta {
    id: "vpc-outside-namespace",
    reference: &["VPC-505"],
    title: "A VPC subnet lies outside of its namespace",
    severities: &[Severity::Error],
    needs: &[Source::Vpcs],
    uses: &[Source::VlanNamespaces, Source::Ipv4Namespaces],
    explanation: "\
Compares VLAN and prefix of every VPC subnet with the VLANNamespace and the IPv4Namespace of the VPC (both `default` if \
not named).

## Why it matters
The webhook refuses a VPC that does not fit (`doesn't belong to the IPv4Namespace`), and a namespace that no longer fits \
its VPCs. What came past it collides with other uses of the VLAN or of the addresses.

## Not a fault
VLAN 0 of HostBGP subnets; namespaces that are not in the bundle.

## What to do
Change the subnet, or widen the namespace.",
    explains: &[
        Relation { effects: &["FAB-015", "FAB-016"], join: &[KeyKind::Object] },
        // No leaf has a namespace that does not exist; the controller makes nothing of a VPC that it refuses.
        Relation { effects: &["VPC-506", "DHCP-602", "DHCP-603"], join: &[KeyKind::Vpc] },
    ],
    order: Order::Vpc,
};

impl Rule for OutsideNamespace {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn domain(&self) -> Domain {
        Domain::Fabric
    }

    fn check(&self, cx: &Context<'_>, out: &mut Outcome) {
        let mut missing_source = (false, false);
        for vpc in cx.list::<VPC>().iter().filter(|vpc| is_whole(cx, *vpc) && !is_leaving(*vpc)) {
            let before = out.findings.len();
            let vlans = or_default(&vpc.spec.vlan_namespace);
            match cx.find::<VLANNamespace>(vlans).filter(|found| is_whole(cx, *found)) {
                Some(namespace) => check_vlans(out, vpc, namespace),
                None => missing_source.0 |= !absent::<VLANNamespace>(cx, out, vpc, "vlanNamespace", vlans),
            }
            let prefixes = or_default(&vpc.spec.ipv4_namespace);
            match cx.find::<IPv4Namespace>(prefixes).filter(|found| is_whole(cx, *found)) {
                Some(namespace) => check_prefixes(out, vpc, namespace),
                None => missing_source.1 |= !absent::<IPv4Namespace>(cx, out, vpc, "ipv4Namespace", prefixes),
            }
            if out.findings.len() == before {
                out.pass();
            }
        }
        if missing_source.0 {
            out.not_checked_at_all(Source::VlanNamespaces);
        }
        if missing_source.1 {
            out.not_checked_at_all(Source::Ipv4Namespaces);
        }
    }
}

/// Reports a namespace that does not exist; false where the capture does not tell.
fn absent<K: Kind>(cx: &Context<'_>, out: &mut Outcome, vpc: &Object<VPC>, field: &str, name: &str) -> bool {
    if cx.find::<K>(name).is_some() || !cx.complete::<K>() {
        return false;
    }
    let finding = out
        .finding(
            Severity::Error,
            vpc.subject().part(field),
            format!("VPC {} is in {} {name}, which does not exist", vpc.name(), K::NAME),
        )
        .detail("The fabric controller cannot judge the VPC, and every change of it is refused.")
        .evidence(vpc.evidence(&["spec", field], "the namespace that it names"))
        .evidence(Evidence::absence(
            format!("{} {} objects", cx.list::<K>().len(), K::NAME),
            format!("none is named {name}"),
        ));
    out.report(finish(finding, vpc));
    true
}

fn check_vlans(out: &mut Outcome, vpc: &Object<VPC>, namespace: &Object<VLANNamespace>) {
    let ranges = &namespace.spec.ranges;
    for (name, subnet) in &vpc.spec.subnets {
        let vlan = subnet.vlan;
        if vlan == 0 || ranges.iter().any(|range| (range.from..=range.to).contains(&vlan)) {
            continue;
        }
        let words: Vec<String> = ranges.iter().map(|range| format!("{}-{}", range.from, range.to)).collect();
        let finding = out
            .finding(
                Severity::Error,
                vpc.subject().part(name),
                format!("VLAN {vlan} of {}/{name} is outside of VLANNamespace {}", vpc.name(), namespace.name()),
            )
            .detail(format!(
                "The namespace has the VLANs {}. Others belong to other uses of the leaves, such as IRB interfaces of VPCs.",
                words.join(", ")
            ))
            .evidence(vpc.evidence(&["spec", "subnets", name, "vlan"], "VLAN of the subnet"))
            .evidence(namespace.key_evidence(&["spec", "ranges"], "VLANs of the namespace"));
        out.report(finish(finding, vpc));
    }
}

fn check_prefixes(out: &mut Outcome, vpc: &Object<VPC>, namespace: &Object<IPv4Namespace>) {
    let inside: Vec<_> = namespace.spec.subnets.iter().filter_map(|text| prefix(text)).collect();
    // A prefix that cannot be read may be the one.
    if inside.len() < namespace.spec.subnets.len() {
        return;
    }
    for (name, subnet) in &vpc.spec.subnets {
        let Some(mine) = prefix(&subnet.subnet) else { continue };
        if inside.iter().any(|wide| wide.contains(&mine)) {
            continue;
        }
        let finding = out
            .finding(
                Severity::Error,
                vpc.subject().part(name),
                format!("Subnet {mine} of {}/{name} is outside of IPv4Namespace {}", vpc.name(), namespace.name()),
            )
            .detail(format!("The namespace has {}.", namespace.spec.subnets.join(", ")))
            .evidence(vpc.evidence(&["spec", "subnets", name, "subnet"], "prefix of the subnet"))
            .evidence(namespace.key_evidence(&["spec", "subnets"], "prefixes of the namespace"));
        out.report(finish(finding, vpc));
    }
}

fn finish(finding: Finding, vpc: &Object<VPC>) -> Finding {
    finding
        .run(
            "Change the subnet, or widen the namespace.",
            format!("kubectl edit vpc {} -n {}", vpc.name(), vpc.meta.namespace),
        )
        .key(Key::Vpc(vpc.meta.name.clone()))
}

#[cfg(test)]
mod tests {
    use hh_worlds::World;

    use super::OutsideNamespace;
    use crate::testing::said;

    const VPC: &str = "VPC/vpc-02";

    fn world() -> World {
        World::healthy().small()
    }

    #[test]
    fn outside() {
        for (field, value) in [("vlan", serde_json::json!(3100)), ("subnet", serde_json::json!("10.99.2.0/24"))] {
            let said = said(&OutsideNamespace, &world().set(VPC, &format!("/spec/subnets/subnet-01/{field}"), value));
            assert_eq!(said.lines(), ["error VPC/vpc-02 (subnet-01)"], "{field}");
            let evidence = &said.findings[0].evidence[0];
            assert_eq!(evidence.field.as_deref(), Some(format!("spec.subnets.subnet-01.{field}").as_str()));
            assert!(evidence.line.is_some());
            assert_eq!(said.passed, 3);
        }
        let shrunk = world().set("VLANNamespace/default", "/spec/ranges/0/from", 1002);
        assert_eq!(said(&OutsideNamespace, &shrunk).lines(), ["error VPC/vpc-01 (subnet-01)"]);
    }

    #[test]
    fn no_such_namespace() {
        let said = said(&OutsideNamespace, &world().set(VPC, "/spec/vlanNamespace", "edge"));
        assert_eq!(said.lines(), ["error VPC/vpc-02 (vlanNamespace)"]);
    }

    #[test]
    fn inside() {
        for world in [
            world(),
            World::older().small(),
            world().unset(VPC, "/spec/vlanNamespace").unset(VPC, "/spec/ipv4Namespace"),
            world().set(VPC, "/spec/subnets/subnet-01/vlan", 0),
        ] {
            let said = said(&OutsideNamespace, &world);
            assert!(said.lines().is_empty() && said.passed == 4, "{said:?}");
        }
        let none = said(&OutsideNamespace, &world().without("VLANNamespace").without("IPv4Namespace"));
        assert!(none.lines().is_empty(), "{none:?}");
        assert_eq!(none.not_checked, ["IPv4Namespace objects", "VLANNamespace objects"]);
    }
}
