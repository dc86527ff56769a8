//! A pair is peered through the gateway and past it.

use std::collections::BTreeMap;

use crate::facts::{Context, ExternalPeering, GatewayPeering, VPCPeering};
use crate::finding::{Evidence, KeyKind, Severity};
use crate::rule::{Meta, Order, Outcome, Relation, Rule, Source};

/// See the metadata.
#[derive(Debug)]
pub(super) struct Dual;

static META: Meta = Meta {
    id: "peering-through-gateway-and-fabric",
    reference: &["GW-PEER-DUAL"],
    title: "Two VPCs are peered through the gateway and directly",
    severities: &[Severity::Error],
    needs: &[Source::GatewayPeerings],
    uses: &[Source::VpcPeerings, Source::ExternalPeerings],
    explanation: "Compares the pairs of the GatewayPeerings with those of VPCPeerings, and of ExternalPeerings for \
`ext.<name>`.

## Why it matters
What happens to such traffic is undefined: it may pass the gateway, pass by it, or take one way there and the other \
back, which breaks NAT and stateful filters.

## Not a fault
Peerings of one VPC with different others.

## What to do
Delete one of the two.",
    explains: &[Relation { effects: &["GW-CTR-ZERO"], join: &[KeyKind::Peering] }],
    order: Order::Configuration,
};

impl Rule for Dual {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn check(&self, cx: &Context<'_>, out: &mut Outcome) {
        let direct = direct_peerings(cx);
        for peering in cx.list::<GatewayPeering>() {
            let Some((a, b)) = peering.sides() else { continue };
            let pair = ordered(a, b);
            let Some((name, evidence)) = direct.get(&pair) else {
                out.pass();
                continue;
            };
            let (kind, name) = name;
            let finding = out
                .finding(
                    Severity::Error,
                    peering.subject(),
                    format!("{a} and {b} are peered by GatewayPeering {} and by {kind} {name}", peering.name()),
                )
                .detail(
                    "Peering one pair through the gateway and directly is undefined behaviour: traffic may pass by the \
                     gateway, or take one way there and the other way back.",
                )
                .evidence(peering.key_evidence(&["spec", "peering"], format!("GatewayPeering of {a} and {b}")))
                .evidence(evidence.clone())
                .run(
                    "Delete the one that is not wanted.",
                    format!(
                        "kubectl get {} {name} gatewaypeering/{} -n default -o yaml",
                        kind.to_lowercase(),
                        peering.name()
                    ),
                )
                .keys(peering.keys());
            out.report(finding);
        }
    }
}

type Pair = (String, String);

fn ordered(a: &str, b: &str) -> Pair {
    if a <= b { (a.to_owned(), b.to_owned()) } else { (b.to_owned(), a.to_owned()) }
}

/// Pairs that are peered without a gateway: kind, name and place.
fn direct_peerings(cx: &Context<'_>) -> BTreeMap<Pair, ((&'static str, String), Evidence)> {
    let mut pairs = BTreeMap::new();
    for peering in cx.list::<VPCPeering>() {
        for (index, permit) in peering.spec.permit.iter().enumerate() {
            let mut names = permit.keys();
            let (Some(a), Some(b), None) = (names.next(), names.next(), names.next()) else { continue };
            let route = ["spec".to_owned(), "permit".to_owned(), index.to_string(), a.clone()];
            let evidence = peering.key_evidence(&route, format!("VPCPeering {} of {a} and {b}", peering.name()));
            pairs.entry(ordered(a, b)).or_insert((("VPCPeering", peering.meta.name.clone()), evidence));
        }
    }
    for peering in cx.list::<ExternalPeering>() {
        let (vpc, external) = (&peering.spec.permit.vpc.name, &peering.spec.permit.external.name);
        let evidence = peering.evidence(
            &["spec", "permit", "vpc", "name"],
            format!("ExternalPeering {} of it with {external}", peering.name()),
        );
        pairs
            .entry(ordered(vpc, &format!("ext.{external}")))
            .or_insert((("ExternalPeering", peering.meta.name.clone()), evidence));
    }
    pairs
}

#[cfg(test)]
mod tests {
    use hh_worlds::World;

    use super::Dual;
    use crate::testing::said;

    fn direct(a: &str, b: &str) -> World {
        World::healthy().small().add(&format!(
            "apiVersion: vpc.githedgehog.com/v1beta1\nkind: VPCPeering\nmetadata: {{name: direct, namespace: \
             default}}\nspec:\n  permit:\n  - {a}: {{}}\n    {b}: {{}}\nstatus: {{}}\n"
        ))
    }

    #[test]
    fn a_vpc_peering_of_the_same_pair() {
        let said = said(&Dual, &direct("vpc-03", "vpc-01"));
        assert_eq!(said.lines(), ["error GatewayPeering/vpc-01--vpc-03"]);
        let fields: Vec<_> = said.findings[0].evidence.iter().map(|e| e.field.as_deref().unwrap_or("")).collect();
        assert_eq!(fields, ["spec.peering", "spec.permit[0].vpc-01"]);
        assert!(said.findings[0].evidence.iter().all(|e| e.line.is_some()));
    }

    #[test]
    fn an_external_peering_of_the_same_pair() {
        let world = World::healthy().small().add(
            "apiVersion: vpc.githedgehog.com/v1beta1
kind: ExternalPeering
metadata: {name: vpc-04--external-01, namespace: default}
spec:
  permit:
    vpc: {name: vpc-04, subnets: [subnet-01]}
    external: {name: external-01, prefixes: [{prefix: 0.0.0.0/0}]}
status: {}
",
        );
        assert_eq!(said(&Dual, &world).lines(), ["error GatewayPeering/vpc-04--external-01"]);
    }

    #[test]
    fn other_pairs_are_healthy() {
        for world in [World::healthy().small(), World::older().small(), direct("vpc-03", "vpc-04")] {
            let said = said(&Dual, &world);
            assert!(said.lines().is_empty() && said.passed > 0, "{said:?}");
        }
    }

    #[test]
    fn without_gateway_peerings_it_is_not_checked() {
        assert_eq!(said(&Dual, &direct("a", "b").without("GatewayPeering")).not_checked, ["GatewayPeering objects"]);
    }
}
