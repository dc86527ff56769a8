//! Why traffic that the user expects is not permitted between VPC subnets.

use std::collections::BTreeSet;

use super::view::{is_whole, listed};
use crate::facts::{Context, Object, VPC, VPCPeering};
use crate::finding::{Evidence, Key, Severity};
use crate::rule::{Domain, Meta, Order, Outcome, Rule, Source};

/// See the metadata.
#[derive(Debug)]
pub(super) struct Surprise;

static META: Meta = Meta {
    id: "traffic-not-permitted-by-vpc",
    reference: &["VPC-509"],
    title: "Expected traffic is not permitted by a VPC or its peering",
    severities: &[Severity::Info],
    needs: &[Source::Expectation, Source::Vpcs],
    uses: &[Source::VpcPeerings],
    explanation: "\
For traffic that the user expects (`--expect a->b`): within one VPC, subnets that are `isolated` (from the others, unless \
a `permit` names both) or `restricted` (servers of one subnet from each other); between two VPCs, VPCPeerings that permit \
some subnets only.

## Why it matters
It works as configured, and not as expected.

## Not a fault
Nothing here is a fault of the fabric: without `--expect` nothing is said.

## What to do
Change `isolated`, `restricted` or `permit`, or the subnets of the peering.",
    explains: &[],
    order: Order::Vpc,
};

impl Rule for Surprise {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn domain(&self) -> Domain {
        Domain::Fabric
    }

    fn check(&self, cx: &Context<'_>, out: &mut Outcome) {
        let mut told = BTreeSet::new();
        for (from, to) in cx.expectations() {
            let pair = if from <= to { (from, to) } else { (to, from) };
            if !told.insert(pair) {
                continue;
            }
            if from == to {
                if let Some(vpc) = cx.find::<VPC>(from).filter(|vpc| is_whole(cx, *vpc)) {
                    within(out, vpc);
                }
            } else {
                between(cx, out, from, to);
            }
        }
    }
}

/// What keeps the servers of one VPC apart.
fn within(out: &mut Outcome, vpc: &Object<VPC>) {
    let spec = &vpc.spec;
    let mut words = Vec::new();
    let mut evidence = Vec::new();
    for (name, subnet) in &spec.subnets {
        let mut flag = |set: Option<bool>, default: bool, field: &str, default_field: &str, says: String| {
            if set.unwrap_or(default) {
                words.push(says);
                evidence.push(match set {
                    Some(_) => vpc.evidence(&["spec", "subnets", name, field], format!("{name} is {field}")),
                    None => {
                        vpc.evidence(&["spec", default_field], format!("subnets are {field} unless they say otherwise"))
                    }
                });
            }
        };
        let friends: BTreeSet<&str> = spec
            .permit
            .iter()
            .filter(|group| group.contains(name))
            .flatten()
            .map(String::as_str)
            .filter(|other| other != name)
            .collect();
        let others = spec.subnets.len().saturating_sub(1);
        if others > 0 && friends.len() < others {
            let reach = match friends.len() {
                0 => "it reaches no other subnet".to_owned(),
                _ => format!("it reaches only {}", listed(&friends.into_iter().collect::<Vec<_>>())),
            };
            flag(
                subnet.isolated,
                spec.default_isolated,
                "isolated",
                "defaultIsolated",
                format!("{name} is isolated: {reach}"),
            );
        }
        let alone = format!("{name} is restricted: its servers do not reach each other");
        flag(subnet.restricted, spec.default_restricted, "restricted", "defaultRestricted", alone);
    }
    if words.is_empty() {
        out.pass();
        return;
    }
    let name = vpc.name();
    report(
        out,
        vpc.subject().part(format!("{name}->{name}")),
        &format!("within VPC {name}"),
        &words,
        evidence,
        &[name],
    );
}

/// What a peering of two VPCs leaves out.
fn between(cx: &Context<'_>, out: &mut Outcome, from: &str, to: &str) {
    let peerings = cx.list::<VPCPeering>().iter().filter(|peering| {
        is_whole(cx, *peering)
            && peering.spec.permit.iter().any(|permit| permit.contains_key(from) && permit.contains_key(to))
    });
    for peering in peerings {
        let mut words = Vec::new();
        let mut evidence = Vec::new();
        for vpc in [from, to] {
            let sides = peering.spec.permit.iter().enumerate();
            let sides: Vec<_> = sides
                .filter(|(_, permit)| permit.contains_key(from) && permit.contains_key(to))
                .filter_map(|(index, permit)| Some((index, permit.get(vpc)?)))
                .collect();
            let Some(object) = cx.find::<VPC>(vpc).filter(|found| is_whole(cx, *found)) else { continue };
            // An empty list permits all subnets.
            if sides.iter().any(|(_, side)| side.subnets.is_empty()) {
                continue;
            }
            let left_out: Vec<&str> = object
                .spec
                .subnets
                .keys()
                .filter(|subnet| !sides.iter().any(|(_, side)| side.subnets.contains(subnet)))
                .map(String::as_str)
                .collect();
            if left_out.is_empty() {
                continue;
            }
            words.push(format!("{} of VPC {vpc} is not permitted by VPCPeering {}", listed(&left_out), peering.name()));
            if let Some((index, _)) = sides.first() {
                let route = ["spec", "permit", &index.to_string(), vpc, "subnets"];
                evidence.push(peering.key_evidence(&route, format!("subnets of {vpc} that it permits")));
            }
        }
        if words.is_empty() {
            out.pass();
        } else {
            let what = format!("between VPCs {from} and {to}");
            report(out, peering.subject().part(format!("{from}->{to}")), &what, &words, evidence, &[from, to]);
        }
    }
}

fn report(
    out: &mut Outcome,
    subject: crate::finding::Subject,
    what: &str,
    words: &[String],
    evidence: Vec<Evidence>,
    vpcs: &[&str],
) {
    let kind = subject.kind.to_ascii_lowercase();
    let command = format!("kubectl edit {kind} {} -n {}", subject.name, subject.namespace);
    out.report(
        out.finding(Severity::Info, subject, format!("Traffic {what} is limited by its configuration"))
            .detail(format!("{}.", words.join("; ")))
            .evidences(evidence)
            .run("Change it if this is not meant.", command)
            .keys(vpcs.iter().map(|vpc| Key::Vpc((*vpc).to_owned()))),
    );
}

#[cfg(test)]
mod tests {
    use hh_worlds::World;
    use serde_json::json;

    use super::Surprise;
    use crate::Options;
    use crate::testing::{Said, said_with};

    fn ask(world: &World, from: &str, to: &str) -> Said {
        let options = Options { expect: vec![(from.to_owned(), to.to_owned())], ..Options::default() };
        said_with(&Surprise, world, &options)
    }

    fn world() -> World {
        World::healthy().small().set(
            "VPC/vpc-01",
            "/spec/subnets/subnet-02",
            json!({"subnet": "10.20.33.0/24", "vlan": 1033}),
        )
    }

    #[test]
    fn limited() {
        for (world, to, field) in [
            (
                world().set("VPC/vpc-01", "/spec/subnets/subnet-02/isolated", true),
                "vpc-01",
                "spec.subnets.subnet-02.isolated",
            ),
            (world().set("VPC/vpc-01", "/spec/defaultIsolated", true), "vpc-01", "spec.defaultIsolated"),
            (
                world().set("VPC/vpc-01", "/spec/subnets/subnet-01/restricted", true),
                "vpc-01",
                "spec.subnets.subnet-01.restricted",
            ),
            (
                world().set("VPCPeering/vpc-01--vpc-02", "/spec/permit/0/vpc-01/subnets", json!(["subnet-01"])),
                "vpc-02",
                "spec.permit[0].vpc-01.subnets",
            ),
        ] {
            let said = ask(&world, "vpc-01", to);
            assert_eq!(said.findings.len(), 1, "{field}: {said:?}");
            assert_eq!(said.findings[0].severity, "info");
            assert_eq!(said.findings[0].evidence[0].field.as_deref(), Some(field));
            assert!(said.findings[0].evidence[0].line.is_some());
        }
    }

    #[test]
    fn not_limited() {
        let permitted = world().set("VPC/vpc-01", "/spec/subnets/subnet-02/isolated", true).set(
            "VPC/vpc-01",
            "/spec/permit",
            json!([["subnet-01", "subnet-02"]]),
        );
        for (world, to) in [(world(), "vpc-01"), (world(), "vpc-02"), (world(), "vpc-03"), (permitted, "vpc-01")] {
            assert!(ask(&world, "vpc-01", to).findings.is_empty());
        }
        assert!(crate::testing::said(&Surprise, &world()).findings.is_empty());
    }
}
