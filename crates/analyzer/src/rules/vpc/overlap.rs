//! Two VPC subnets of one namespace share a VLAN or addresses.

use std::collections::BTreeMap;

use super::view::{is_leaving, is_whole, or_default, prefix};
use crate::facts::{Context, Object, VPC, is_younger};
use crate::finding::{Evidence, Key, KeyKind, Severity};
use crate::model::vpc::VpcSubnet;
use crate::rule::{Domain, Meta, Order, Outcome, Relation, Rule, Source};
use crate::validate::prefix::Prefix;

/// See the metadata.
#[derive(Debug)]
pub(super) struct Overlap;

static META: Meta = Meta {
    id: "vpc-subnets-overlap",
    reference: &["VPC-504"],
    title: "Two VPC subnets of one namespace have the same VLAN or share addresses",
    severities: &[Severity::Error],
    needs: &[Source::Vpcs],
    uses: &[],
    explanation: "\
Compares the subnets of all VPCs: within one VLANNamespace every VLAN, within one IPv4Namespace every address may be used \
once. The webhook refuses anything else (`vlan N is already used by other VPC`, `subnet A overlaps with subnet B of VPC V`).

## Why it matters
On a leaf that has both VPCs the second one cannot be configured; traffic of shared addresses goes to one of the two.

## Not a fault
The same VLAN or prefix in different namespaces; VLAN 0 of HostBGP subnets.

## What to do
Give one of the two another VLAN or prefix.",
    explains: &[
        Relation { effects: &["FAB-015", "FAB-016"], join: &[KeyKind::Object] },
        Relation { effects: &["DHCP-602", "DHCP-603", "DHCP-607"], join: &[KeyKind::Vpc] },
    ],
    order: Order::Vpc,
};

/// One subnet of a VPC.
#[derive(Clone, Copy)]
struct Part<'b> {
    vpc: &'b Object<VPC>,
    name: &'b str,
    subnet: &'b VpcSubnet,
}

/// What two subnets share.
enum Shared {
    Vlan(u32, String),
    Addresses(String),
}

impl Rule for Overlap {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn domain(&self) -> Domain {
        Domain::Fabric
    }

    fn check(&self, cx: &Context<'_>, out: &mut Outcome) {
        let mut vlans: BTreeMap<(&str, u32), Vec<Part<'_>>> = BTreeMap::new();
        let mut prefixes: BTreeMap<&str, Vec<(Prefix, Part<'_>)>> = BTreeMap::new();
        for vpc in cx.list::<VPC>().iter().filter(|vpc| is_whole(cx, *vpc) && !is_leaving(*vpc)) {
            for (name, subnet) in &vpc.spec.subnets {
                let part = Part { vpc, name, subnet };
                if subnet.vlan != 0 {
                    vlans.entry((or_default(&vpc.spec.vlan_namespace), subnet.vlan)).or_default().push(part);
                }
                if let Some(prefix) = prefix(&subnet.subnet) {
                    prefixes.entry(or_default(&vpc.spec.ipv4_namespace)).or_default().push((prefix, part));
                }
                out.pass();
            }
        }
        // The later subnet of a pair, with the earlier one.
        let mut found: BTreeMap<(&str, &str), (Part<'_>, Part<'_>, Vec<Shared>)> = BTreeMap::new();
        for ((namespace, vlan), mut parts) in vlans {
            parts.sort_by(|a, b| order(*a, *b));
            let Some((first, rest)) = parts.split_first() else { continue };
            for later in rest {
                note(&mut found, *later, *first, Shared::Vlan(vlan, namespace.to_owned()));
            }
        }
        for (namespace, mut list) in prefixes {
            list.sort_by_key(|(prefix, _)| (prefix.bounds().0, std::cmp::Reverse(prefix.bounds().1)));
            let mut widest: Option<(Prefix, Part<'_>)> = None;
            for (prefix, part) in list {
                if let Some((wide, other)) = widest.filter(|(wide, _)| prefix.bounds().0 <= wide.bounds().1) {
                    let (later, earlier) = if order(part, other).is_gt() { (part, other) } else { (other, part) };
                    note(&mut found, later, earlier, Shared::Addresses(namespace.to_owned()));
                    widest = Some(if prefix.bounds().1 > wide.bounds().1 { (prefix, part) } else { (wide, other) });
                } else {
                    widest = Some((prefix, part));
                }
            }
        }
        for (later, earlier, shared) in found.into_values() {
            out.passed = out.passed.saturating_sub(1);
            report(out, later, earlier, &shared);
        }
    }
}

fn note<'b>(
    found: &mut BTreeMap<(&'b str, &'b str), (Part<'b>, Part<'b>, Vec<Shared>)>,
    later: Part<'b>,
    earlier: Part<'b>,
    shared: Shared,
) {
    let entry = found.entry((later.vpc.name(), later.name)).or_insert((later, earlier, Vec::new()));
    // The first pair tells it; what else these two share is added.
    if (entry.1.vpc.name(), entry.1.name) == (earlier.vpc.name(), earlier.name) {
        entry.2.push(shared);
    }
}

/// Older VPCs first.
fn order(a: Part<'_>, b: Part<'_>) -> std::cmp::Ordering {
    if a.vpc.name() == b.vpc.name() {
        a.name.cmp(b.name)
    } else if is_younger(a.vpc, b.vpc) {
        std::cmp::Ordering::Greater
    } else {
        std::cmp::Ordering::Less
    }
}

fn report(out: &mut Outcome, later: Part<'_>, earlier: Part<'_>, shared: &[Shared]) {
    let name = |part: Part<'_>| format!("{}/{}", part.vpc.name(), part.name);
    let (mine, theirs) = (name(later), name(earlier));
    let words: Vec<String> = shared
        .iter()
        .map(|shared| match shared {
            Shared::Vlan(vlan, namespace) => format!("VLAN {vlan} in VLANNamespace {namespace}"),
            Shared::Addresses(namespace) => format!(
                "addresses ({} and {}) in IPv4Namespace {namespace}",
                later.subnet.subnet, earlier.subnet.subnet
            ),
        })
        .collect();
    let evidence: Vec<Evidence> = shared
        .iter()
        .flat_map(|shared| {
            let field = match shared {
                Shared::Vlan(..) => "vlan",
                Shared::Addresses(_) => "subnet",
            };
            let at = |part: Part<'_>| {
                part.vpc.evidence(&["spec", "subnets", part.name, field], format!("{field} of {}", name(part)))
            };
            [at(later), at(earlier)]
        })
        .collect();
    let (vpc, namespace) = (later.vpc.name(), &later.vpc.meta.namespace);
    out.report(
        out.finding(
            Severity::Error,
            later.vpc.subject().part(later.name),
            format!("VPC subnets {theirs} and {mine} share {}", words.join(" and ")),
        )
        .detail(format!(
            "Both claim {}. Leaves that have both cannot configure the second, or send its traffic to the first. The \
             webhook refuses this, so one of the two came past it.",
            words.join(" and ")
        ))
        .evidences(evidence)
        .run("Give one of the two another VLAN or prefix.", format!("kubectl edit vpc {vpc} -n {namespace}"))
        .key(Key::Vpc(vpc.to_owned()))
        .key(Key::Vpc(earlier.vpc.meta.name.clone()))
        .key(earlier.vpc.subject().key()),
    );
}

#[cfg(test)]
mod tests {
    use hh_worlds::World;

    use super::Overlap;
    use crate::testing::said;

    fn world() -> World {
        World::healthy().small()
    }

    #[test]
    fn one_vlan_twice() {
        let said = said(&Overlap, &world().set("VPC/vpc-02", "/spec/subnets/subnet-01/vlan", 1001));
        assert_eq!(said.lines(), ["error VPC/vpc-02 (subnet-01)"]);
        let evidence = &said.findings[0].evidence[0];
        assert_eq!(evidence.field.as_deref(), Some("spec.subnets.subnet-01.vlan"));
        assert_eq!(evidence.value.as_deref(), Some("1001"));
        assert!(evidence.line.is_some());
        assert_eq!(said.passed, 3);
    }

    #[test]
    fn shared_addresses() {
        let inside = world().set("VPC/vpc-02", "/spec/subnets/subnet-01/subnet", "10.20.1.128/25");
        assert_eq!(said(&Overlap, &inside).lines(), ["error VPC/vpc-02 (subnet-01)"]);
        let around = world().set("VPC/vpc-04", "/spec/subnets/subnet-01/subnet", "10.20.0.0/22");
        assert_eq!(
            said(&Overlap, &around).lines(),
            ["error VPC/vpc-04 (subnet-01)"],
            "the younger around three others"
        );
        let both = inside.set("VPC/vpc-02", "/spec/subnets/subnet-01/vlan", 1001);
        let both = said(&Overlap, &both);
        assert_eq!(both.lines(), ["error VPC/vpc-02 (subnet-01)"]);
        assert_eq!(both.findings[0].evidence.len(), 4);
    }

    #[test]
    fn different_namespaces() {
        for world in [
            world(),
            World::older().small(),
            world().set("VPC/vpc-02", "/spec/subnets/subnet-01/vlan", 1001).set(
                "VPC/vpc-02",
                "/spec/vlanNamespace",
                "b",
            ),
            world().set("VPC/vpc-02", "/spec/subnets/subnet-01/subnet", "10.20.1.0/24").set(
                "VPC/vpc-02",
                "/spec/ipv4Namespace",
                "b",
            ),
            world().set("VPC/vpc-02", "/spec/subnets/subnet-01/vlan", 0).set(
                "VPC/vpc-01",
                "/spec/subnets/subnet-01/vlan",
                0,
            ),
        ] {
            let said = said(&Overlap, &world);
            assert!(said.lines().is_empty() && said.passed == 4, "{said:?}");
        }
        assert_eq!(said(&Overlap, &world().without("VPC")).not_checked, ["VPC objects"]);
    }
}
