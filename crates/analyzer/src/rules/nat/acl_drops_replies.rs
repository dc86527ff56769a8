//! An access list that lets requests through and not their replies.

use super::LOST_PACKETS;
use crate::facts::{Context, GatewayPeering, VpcSubnets, peering_sides};
use crate::finding::{Key, Severity};
use crate::model::gateway::{AclEndpoint, PeeringSpec};
use crate::rule::{Meta, Order, Outcome, Rule, Source};
use crate::validate::acl::{direction, without_reply};
use crate::validate::expose::Subnet;

/// See the metadata.
#[derive(Debug)]
pub(super) struct AclDropsReplies;

static META: Meta = Meta {
    id: "acl-drops-replies",
    reference: &["GW-ACL-NOREPLY"],
    title: "An access list allows a direction and drops its replies",
    severities: &[Severity::Warning],
    needs: &[Source::GatewayPeerings],
    uses: &[
        Source::VpcInfos,
        Source::Vpcs,
        Source::Gateways,
        Source::GatewayAgents,
        Source::Pods,
        Source::Fabricator,
        Source::ShowTech,
    ],
    explanation:
        "Under `default: deny`: an allow rule with `scope: packet` for which no allow rule of the other direction \
covers the same tuple mirrored (protocol, ports, and addresses where nothing is translated).

## Why it matters
A rule of that scope looks at every packet by itself. The request passes and its reply is dropped (`Dropped by ACL`, \
drops of the reply's direction): connections never come up.

## Not a fault
`scope: flow`, which admits the replies by itself; `default: deny-unless-exposed`; a broader rule in the other \
direction.

## What to do
Add the mirrored rule, or use `scope: flow` where all exposes of a side masquerade or forward ports.",
    explains: LOST_PACKETS,
    order: Order::Nat,
};

impl Rule for AclDropsReplies {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn check(&self, cx: &Context<'_>, out: &mut Outcome) {
        let (subnets, runs) = (cx.vpc_subnets(), cx.peering_runs());
        for peering in cx.list::<GatewayPeering>().iter().filter(|p| p.has_whole_spec(cx.truncated())) {
            if peering.spec.acl.is_none() {
                continue;
            }
            if names_unknown_subnets(&peering.spec, &subnets) {
                out.not_checked(peering.subject(), Source::VpcInfos);
                continue;
            }
            let facts = without_reply(&peering.spec, &|vpc, name| subnets.get(vpc, name));
            if facts.is_empty() {
                out.pass();
            }
            let name = peering.name();
            let pair: Vec<Key> = runs.of(name, &peering.spec).pair_keys(peering.sides());
            for fact in facts {
                let (from, to, label) = (&fact.from, &fact.to, &fact.label);
                let mut scope = fact.route.clone();
                scope.push("scope".to_owned());
                let finding = out
                    .finding(
                        Severity::Warning,
                        peering.subject().part(format!("rule {label}")),
                        format!(
                            "Rule {label} of peering {name} lets {from} reach {to}, and nothing lets the replies back"
                        ),
                    )
                    .detail(format!(
                        "With scope packet every packet is judged by itself, the default is deny, and no allow rule \
                         from {to} to {from} covers the mirror of this one: replies are counted as \"Dropped by ACL\", \
                         as drops of {to}->{from}."
                    ))
                    .evidence(peering.spec_evidence(&scope, "the rule admits single packets"))
                    .evidence(peering.evidence(&["spec", "acl", "default"], "what happens to the replies"))
                    .run(
                        format!("Add a rule from {to} to {from} with source and destination exchanged."),
                        format!("kubectl edit gatewaypeering {name} -n {}", peering.meta.namespace),
                    )
                    .keys(peering.keys())
                    .keys(pair.iter().cloned());
                out.report(finding);
            }
        }
    }
}

/// An allow rule names a subnet that is not known: whether it covers the replies cannot be told.
fn names_unknown_subnets(spec: &PeeringSpec, subnets: &VpcSubnets) -> bool {
    let Some((a, b)) = peering_sides(spec) else { return false };
    let unknown = |vpc: &str, ends: &[AclEndpoint]| {
        let mut named = ends.iter().filter(|end| end.cidr.is_empty() && !end.vpc_subnet.is_empty());
        named.any(|end| !matches!(subnets.get(vpc, &end.vpc_subnet), Subnet::Known(_)))
    };
    let mut rules = spec.acl.iter().flat_map(|acl| &acl.rules).filter(|rule| rule.action == "allow");
    rules.any(|rule| {
        direction(rule, a, b).is_some_and(|(from, to)| unknown(from, &rule.match_.src) || unknown(to, &rule.match_.dst))
    })
}

#[cfg(test)]
mod tests {
    use hh_worlds::{Value, World, json};

    use super::AclDropsReplies;
    use crate::testing::said;

    fn rules(rules: Value) -> World {
        let acl = json!({"default": "deny", "rules": rules});
        World::healthy().small().set("GatewayPeering/vpc-01--vpc-03", "/spec/acl", acl)
    }

    fn ask(scope: &str) -> Value {
        json!({"name": "sql", "from": "vpc-01", "to": "vpc-03", "action": "allow", "scope": scope,
            "match": {"proto": "tcp", "dst": [{"ports": ["5432"]}]}})
    }

    fn reply(ports: &str) -> Value {
        json!({"name": "back", "from": "vpc-03", "to": "vpc-01", "action": "allow", "scope": "packet",
            "match": {"proto": "tcp", "src": [{"ports": [ports]}]}})
    }

    #[test]
    fn no_rule_for_the_replies() {
        for list in [json!([ask("packet")]), json!([ask("packet"), reply("5433")])] {
            let said = said(&AclDropsReplies, &rules(list));
            assert!(
                said.lines().contains(&"warning GatewayPeering/vpc-01--vpc-03 (rule sql)".to_owned()),
                "{:?}",
                said.lines()
            );
            let finding = said.findings.iter().find(|f| f.subject.part.as_deref() == Some("rule sql")).unwrap();
            assert_eq!(finding.evidence[0].field.as_deref(), Some("spec.acl.rules[0].scope"));
            assert_eq!(finding.evidence[0].value.as_deref(), Some("packet"));
            assert!(finding.evidence[0].line.is_some());
        }
    }

    #[test]
    fn answered_lists_are_healthy() {
        for list in [json!([ask("packet"), reply("5432")]), json!([ask("flow")]), json!([])] {
            let said = said(&AclDropsReplies, &rules(list));
            assert!(said.lines().is_empty(), "{:?}", said.lines());
        }
        let open = json!({"default": "deny-unless-exposed", "rules": [ask("packet")]});
        let world = World::healthy().small().set("GatewayPeering/vpc-01--vpc-03", "/spec/acl", open);
        assert!(said(&AclDropsReplies, &world).lines().is_empty());
        assert!(said(&AclDropsReplies, &World::healthy().small()).lines().is_empty());
    }

    #[test]
    fn an_answer_of_an_unknown_subnet_is_not_judged() {
        let mut back = reply("5432");
        back["match"]["src"][0]["vpcSubnet"] = json!("subnet-01");
        let mut ask = ask("packet");
        ask["match"]["dst"][0]["cidr"] = json!("10.20.3.0/24");
        let known = rules(json!([ask, back]));
        assert!(said(&AclDropsReplies, &known).lines().is_empty());
        let unknown = said(&AclDropsReplies, &known.without("VPC").without("VPCInfo"));
        assert_eq!((unknown.lines(), unknown.not_checked.len()), (vec![], 1));
    }

    #[test]
    fn without_peerings_it_is_not_checked() {
        let said = said(&AclDropsReplies, &World::healthy().small().without("GatewayPeering"));
        assert_eq!(said.not_checked, ["GatewayPeering objects"]);
    }
}
