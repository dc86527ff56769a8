//! Traffic is expected and no peering allows it.

use std::collections::BTreeSet;

use crate::facts::{Context, ExternalPeering, GatewayPeering, Object, VPC, VPCInfo, VPCPeering, external_of};
use crate::finding::{Evidence, Key, Severity, Subject};
use crate::rule::{Meta, Order, Outcome, Rule, Source};

/// See the metadata.
#[derive(Debug)]
pub(super) struct Absent;

static META: Meta = Meta {
    id: "peering-absent",
    reference: &["GW-PEER-ABSENT", "S4"],
    title: "No peering exists between two VPCs that should reach each other",
    severities: &[Severity::Error],
    needs: &[Source::GatewayPeerings, Source::Expectation],
    uses: &[Source::VpcPeerings, Source::ExternalPeerings, Source::Vpcs, Source::VpcInfos],
    explanation:
        "For each expected traffic (`--expect a->b`): a GatewayPeering that has both VPCs, or `ext.<name>` for \
an external. Only a complete listing of GatewayPeerings tells that there is none.

## Why it matters
Without a peering no gateway forwards between the two. A peering that the admission webhook refused leaves no trace in \
the cluster: the object simply does not exist, or keeps its old content.

## Not a fault
A VPCPeering or ExternalPeering connects the two without a gateway.

## What to do
Apply the peering and read the answer of kubectl or of the GitOps tool: `admission webhook … denied the request: …` \
names the reason.",
    explains: &[],
    order: Order::Configuration,
};

impl Rule for Absent {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn check(&self, cx: &Context<'_>, out: &mut Outcome) {
        let mut told = BTreeSet::new();
        for (from, to) in cx.expectations() {
            let (from, to) = (side(cx, from), side(cx, to));
            let pair = if from <= to { (from.clone(), to.clone()) } else { (to.clone(), from.clone()) };
            if from == to || !told.insert(pair.clone()) {
                continue;
            }
            let joins = |peering: &Object<GatewayPeering>| {
                peering.spec.peering.contains_key(&from) && peering.spec.peering.contains_key(&to)
            };
            if cx.list::<GatewayPeering>().iter().any(joins) || is_peered_by_the_fabric(cx, &from, &to) {
                out.pass();
                continue;
            }
            let subject = Subject::new("GatewayPeering", "default", &format!("{}--{}", pair.0, pair.1))
                .part(format!("{from}->{to}"));
            if !cx.complete::<GatewayPeering>() {
                out.cannot_tell(subject, "GatewayPeerings are not completely listed");
                continue;
            }
            out.report(
                out.finding(Severity::Error, subject, format!("No peering exists between {from} and {to}"))
                    .detail(format!(
                        "Traffic from {from} to {to} is expected, and no GatewayPeering has both of them.{} A peering \
                         that was refused when it was applied leaves no trace in the cluster.",
                        unknown(cx, [&from, &to])
                    ))
                    .evidence(Evidence::absence(
                        format!("{} GatewayPeerings", cx.list::<GatewayPeering>().len()),
                        format!("none has both {from} and {to}"),
                    ))
                    .step(
                        "Apply the peering and read the answer: `admission webhook \"vgatewaypeering.kb.io\" denied the \
                         request: …` names what is wrong; a GitOps tool has it in its log.",
                    )
                    .run("List what exists.", "kubectl get gatewaypeerings -A -o yaml")
                    .key(Key::Vpc(from.clone()))
                    .key(Key::Vpc(to.clone()))
                    .key(Key::Fabric),
            );
        }
    }
}

/// The key that stands for a name: an external may be given without `ext.`.
fn side(cx: &Context<'_>, name: &str) -> String {
    let external = format!("ext.{name}");
    let known = cx.find::<VPCInfo>(name).is_some() || cx.find::<VPC>(name).is_some();
    if !known && cx.find::<VPCInfo>(&external).is_some() { external } else { name.to_owned() }
}

/// Peered without a gateway.
fn is_peered_by_the_fabric(cx: &Context<'_>, a: &str, b: &str) -> bool {
    let vpc_peering = || {
        let mut permits = cx.list::<VPCPeering>().iter().flat_map(|peering| &peering.spec.permit);
        permits.any(|permit| permit.contains_key(a) && permit.contains_key(b))
    };
    let external_peering = || {
        let mut permits = cx.list::<ExternalPeering>().iter().map(|peering| &peering.spec.permit);
        permits.any(|permit| {
            let external = permit.external.name.as_str();
            let vpc = permit.vpc.name.as_str();
            (external_of(a) == Some(external) && b == vpc) || (external_of(b) == Some(external) && a == vpc)
        })
    };
    vpc_peering() || external_peering()
}

/// A sentence where a name is of nothing that exists.
fn unknown(cx: &Context<'_>, names: [&String; 2]) -> String {
    if !cx.complete::<VPCInfo>() {
        return String::new();
    }
    let missing: Vec<&str> = names
        .into_iter()
        .filter(|name| cx.find::<VPCInfo>(name).is_none() && cx.find::<VPC>(name).is_none())
        .map(String::as_str)
        .collect();
    if missing.is_empty() { String::new() } else { format!(" There is no VPC named {}.", missing.join(" nor ")) }
}

#[cfg(test)]
mod tests {
    use hh_worlds::World;

    use super::Absent;
    use crate::Options;
    use crate::testing::{said, said_with};

    fn expect(pairs: &[(&str, &str)]) -> Options {
        let expect = pairs.iter().map(|(from, to)| ((*from).to_owned(), (*to).to_owned())).collect();
        Options { expect, ..Options::default() }
    }

    #[test]
    fn an_expected_pair_without_peering() {
        let world = World::healthy().small();
        let said = said_with(&Absent, &world, &expect(&[("vpc-04", "vpc-01"), ("vpc-01", "vpc-04")]));
        assert_eq!(said.lines(), ["error GatewayPeering/vpc-01--vpc-04 (vpc-04->vpc-01)"]);
        let evidence = &said.findings[0].evidence[0];
        assert_eq!((evidence.line, evidence.note.as_str()), (None, "none has both vpc-04 and vpc-01"));
    }

    #[test]
    fn an_unknown_name_is_said() {
        let said = said_with(&Absent, &World::healthy().small(), &expect(&[("vpc-01", "vpc-99")]));
        assert!(said.findings[0].detail.contains("no VPC named vpc-99"), "{}", said.findings[0].detail);
    }

    #[test]
    fn peered_pairs_pass() {
        let world = World::healthy().small();
        // By a GatewayPeering, either way; with an external, given with and without its prefix; by a VPCPeering.
        let pairs = [
            ("vpc-03", "vpc-01"),
            ("vpc-04", "ext.external-01"),
            ("vpc-04", "external-01"),
            ("vpc-01", "vpc-02"),
            ("vpc-01", "vpc-01"),
        ];
        let said = said_with(&Absent, &world, &expect(&pairs));
        assert_eq!((said.lines(), said.passed), (vec![], 3));
    }

    #[test]
    fn an_incomplete_listing_proves_nothing() {
        let world = World::healthy().small();
        let text = world.object("GatewayPeering/vpc-01--vpc-03").to_string().into_bytes();
        let files = [("peering.json".to_owned(), text)].into_iter().collect();
        let options = expect(&[("vpc-01", "vpc-04")]);
        let report = crate::testing::analysis_of_files(files, &options).report;
        assert!(report.findings.iter().all(|finding| finding.rule != "peering-absent"), "{:?}", report.findings);
        let unchecked: Vec<_> = report.not_checked.iter().filter(|not| not.rule == "peering-absent").collect();
        assert_eq!(unchecked[0].missing, "GatewayPeerings are not completely listed");
        let none = world.without("GatewayPeering");
        assert_eq!(said_with(&Absent, &none, &expect(&[("a", "b")])).not_checked, ["GatewayPeering objects"]);
    }

    #[test]
    fn without_an_expectation_it_is_not_checked() {
        assert_eq!(said(&Absent, &World::healthy().small()).not_checked, ["expected traffic (--expect)"]);
    }
}
