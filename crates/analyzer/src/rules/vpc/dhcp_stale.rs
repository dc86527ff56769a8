//! A DHCPSubnet says something else than its VPC.

use super::subnet::{Served, plain_vrf, served};
use super::view::{address, is_leaving, is_whole, is_young, prefix};
use crate::facts::{Context, DHCPSubnet, Object};
use crate::finding::{Evidence, KeyKind, Severity};
use crate::rule::{Domain, Meta, Order, Outcome, Relation, Rule, Source};

/// See the metadata.
#[derive(Debug)]
pub(super) struct DhcpStale;

static META: Meta = Meta {
    id: "dhcp-subnet-out-of-date",
    reference: &["DHCP-603"],
    title: "A DHCPSubnet differs from its VPC subnet",
    severities: &[Severity::Error],
    needs: &[Source::Vpcs, Source::DhcpSubnets],
    uses: &[Source::CaptureTime],
    explanation: "\
Compares each DHCPSubnet with the VPC subnet that it was made from: `cidrBlock`, `gateway`, the range, `vrf` and \
`circuitID`.

## Why it matters
`fabric-dhcpd` serves from the DHCPSubnet. With the old VLAN or VRF it finds no subnet for a request, with the old range \
or gateway it gives addresses that do not work.

## Not a fault
`Vlan1001` and `vlan1001`, `VrfVvpc-01` and `vpc-01` mean the same. A gateway or a range that the VPC leaves out is \
not compared.

## What to do
Read the log of the fabric controller about that VPC. A subnet's prefix cannot be changed in place: delete its \
attachments and the subnet, and add them again.",
    explains: &[Relation { effects: &["DHCP-605", "DHCP-606", "DHCP-607"], join: &[KeyKind::DhcpSubnet] }],
    order: Order::Vpc,
};

impl Rule for DhcpStale {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn domain(&self) -> Domain {
        Domain::Fabric
    }

    fn check(&self, cx: &Context<'_>, out: &mut Outcome) {
        for wanted in served(cx) {
            let Some(copy) = cx.find_in::<DHCPSubnet>(&wanted.vpc.meta.namespace, &wanted.dhcp_name()) else {
                continue;
            };
            if !is_whole(cx, copy) || is_leaving(copy) || is_young(cx, copy, 120) || is_young(cx, wanted.vpc, 120) {
                continue;
            }
            let differences = differences(&wanted, copy);
            if differences.is_empty() {
                out.pass();
            } else {
                report(out, &wanted, copy, &differences);
            }
        }
    }
}

/// A field that differs: its name and value in the DHCPSubnet, route and value in the VPC.
struct Difference {
    field: &'static str,
    has: String,
    route: Vec<&'static str>,
    wanted: String,
}

fn differences(wanted: &Served<'_>, copy: &Object<DHCPSubnet>) -> Vec<Difference> {
    let (subnet, spec) = (wanted.subnet, &copy.spec);
    let mut found = Vec::new();
    let mut compare = |same: bool, field, has: &str, route: &[&'static str], value: &str| {
        if !same {
            found.push(Difference { field, has: has.into(), route: route.to_vec(), wanted: value.into() });
        }
    };
    compare(
        prefix(&spec.cidr_block) == prefix(&subnet.subnet),
        "cidrBlock",
        &spec.cidr_block,
        &["subnet"],
        &subnet.subnet,
    );
    let same_address =
        |a: &str, b: &str| b.is_empty() || a.trim() == b.trim() || address(a).is_some_and(|a| Some(a) == address(b));
    compare(same_address(&spec.gateway, &subnet.gateway), "gateway", &spec.gateway, &["gateway"], &subnet.gateway);
    if let Some(range) = &subnet.dhcp.range {
        compare(
            same_address(&spec.start_ip, &range.start),
            "startIP",
            &spec.start_ip,
            &["dhcp", "range", "start"],
            &range.start,
        );
        compare(same_address(&spec.end_ip, &range.end), "endIP", &spec.end_ip, &["dhcp", "range", "end"], &range.end);
    }
    compare(plain_vrf(&spec.vrf) == wanted.vrf(), "vrf", &spec.vrf, &[], &wanted.vrf());
    let circuit = wanted.circuit();
    compare(spec.circuit_id.trim().eq_ignore_ascii_case(&circuit), "circuitID", &spec.circuit_id, &["vlan"], &circuit);
    found
}

fn report(out: &mut Outcome, wanted: &Served<'_>, copy: &Object<DHCPSubnet>, differences: &[Difference]) {
    let Some(first) = differences.first() else { return };
    let (name, vpc) = (copy.name(), wanted.vpc.name());
    let more = match differences.len() {
        1 => String::new(),
        count => format!(" ({} more fields differ)", count.saturating_sub(1)),
    };
    let shown = |text: &str| if text.is_empty() { "nothing".to_owned() } else { text.to_owned() };
    let words: Vec<String> =
        differences.iter().map(|d| format!("{} {} instead of {}", d.field, shown(&d.has), shown(&d.wanted))).collect();
    let effect = if differences.iter().any(|d| matches!(d.field, "vrf" | "circuitID")) {
        "fabric-dhcpd does not find it for the requests of that VLAN, so servers get no address."
    } else {
        "Servers get addresses or a gateway of the old settings."
    };
    let in_vpc = |difference: &Difference| -> Evidence {
        let note = format!("{} should be {}", difference.field, shown(&difference.wanted));
        if difference.route.is_empty() {
            wanted.vpc.name_evidence(note)
        } else {
            wanted.vpc.evidence(&wanted.route(&difference.route), note)
        }
    };
    let evidence: Vec<Evidence> = differences
        .iter()
        .flat_map(|d| [copy.evidence(&["spec", d.field], format!("{} of the DHCPSubnet", d.field)), in_vpc(d)])
        .collect();
    out.report(
        out.finding(
            Severity::Error,
            copy.subject(),
            format!("DHCPSubnet {name} has {} {}, VPC {vpc} says {}{more}", first.field, shown(&first.has), shown(&first.wanted)),
        )
        .detail(format!(
            "The copy that fabric-dhcpd serves from is out of date: {}. {effect} The fabric controller writes it whenever \
             the VPC changes.",
            words.join("; ")
        ))
        .evidences(evidence)
        .run("Read what the controller says of the VPC.", format!("kubectl logs -n fab deploy/fabric-ctrl | grep {vpc}"))
        .run("Compare.", format!("kubectl get vpc/{vpc} dhcpsubnet/{name} -n {} -o yaml", copy.meta.namespace))
        .keys(wanted.keys()),
    );
}

#[cfg(test)]
mod tests {
    use hh_worlds::World;

    use super::DhcpStale;
    use crate::testing::said;

    const COPY: &str = "DHCPSubnet/vpc-01--subnet-01";
    const VPC: &str = "VPC/vpc-01";

    fn with(field: &str, value: &str) -> World {
        World::healthy().small().set(COPY, &format!("/spec/{field}"), value)
    }

    #[test]
    fn another_value() {
        for (field, value) in [
            ("cidrBlock", "10.20.9.0/24"),
            ("gateway", "10.20.1.254"),
            ("startIP", "10.20.1.20"),
            ("endIP", "10.20.1.99"),
            ("vrf", "vpc-02"),
            ("circuitID", "vlan1009"),
        ] {
            let said = said(&DhcpStale, &with(field, value));
            assert_eq!(said.lines(), ["error DHCPSubnet/vpc-01--subnet-01"], "{field}");
            let evidence = &said.findings[0].evidence[0];
            assert_eq!(evidence.field.as_deref(), Some(format!("spec.{field}").as_str()));
            assert_eq!(evidence.value.as_deref(), Some(value));
            assert!(evidence.line.is_some());
        }
        let changed = World::healthy().small().set(VPC, "/spec/subnets/subnet-01/vlan", 1005);
        assert_eq!(said(&DhcpStale, &changed).lines(), ["error DHCPSubnet/vpc-01--subnet-01"]);
    }

    #[test]
    fn the_same_in_other_words() {
        for world in [
            World::healthy().small(),
            World::older().small(),
            with("vrf", "VrfVvpc-01"),
            with("vrf", "VPC-01"),
            with("circuitID", "Vlan1001"),
            World::healthy().small().unset(VPC, "/spec/subnets/subnet-01/gateway"),
        ] {
            let said = said(&DhcpStale, &world);
            assert!(said.lines().is_empty() && said.passed == 4, "{said:?}");
        }
        // Where DHCP is off the copy is on its way out.
        let off = with("circuitID", "vlan9").set(VPC, "/spec/subnets/subnet-01/dhcp/enable", false);
        assert_eq!(said(&DhcpStale, &off).lines(), Vec::<String>::new());
        assert_eq!(said(&DhcpStale, &World::healthy().small().without("VPC")).not_checked, ["VPC objects"]);
    }
}
