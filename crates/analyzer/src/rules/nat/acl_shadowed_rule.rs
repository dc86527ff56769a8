//! A rule of an access list that no packet reaches.

use crate::facts::{Context, GatewayPeering};
use crate::finding::Severity;
use crate::rule::{Meta, Order, Outcome, Rule, Source};
use crate::validate::acl::{label, shadowed};

/// See the metadata.
#[derive(Debug)]
pub(super) struct AclShadowedRule;

static META: Meta = Meta {
    id: "acl-rule-unreachable",
    reference: &["GW-ACL-SHADOW"],
    title: "A rule of an access list is never reached",
    severities: &[Severity::Info],
    needs: &[Source::GatewayPeerings],
    uses: &[Source::VpcInfos, Source::Vpcs],
    explanation: "The first rule that matches decides. Looks for rules behind one of the same direction that matches \
everything they match.

## Why it matters
The rule has no effect. If its action differs from the earlier one's, the list does not do what it says.

## Not a fault
Rules that overlap in part.

## What to do
Move the narrower rule up, or delete it.",
    explains: &[],
    order: Order::Nat,
};

impl Rule for AclShadowedRule {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn check(&self, cx: &Context<'_>, out: &mut Outcome) {
        let subnets = cx.vpc_subnets();
        for peering in cx.list::<GatewayPeering>().iter().filter(|p| p.has_whole_spec(cx.truncated())) {
            let Some(acl) = &peering.spec.acl else { continue };
            let facts = shadowed(&peering.spec, &|vpc, name| subnets.get(vpc, name));
            if facts.is_empty() {
                out.pass();
            }
            for fact in facts {
                let earlier = fact.related_route.as_ref().and_then(|route| route.last()?.parse::<usize>().ok());
                let first = earlier.and_then(|index| Some((acl.rules.get(index)?, index)));
                let action = |index: usize| acl.rules.get(index).map_or("", |rule| rule.action.as_str());
                let differs = first.is_some_and(|(rule, _)| rule.action != action(fact.rule));
                let by = first.map_or_else(|| "an earlier rule".to_owned(), |(rule, index)| label(rule, index));
                let effect = if differs {
                    "The two have different actions: the list does not do what this rule says."
                } else {
                    "The two have the same action: nothing changes for traffic."
                };
                let at = |route: &[String]| {
                    let mut route = route.to_vec();
                    route.push("action".to_owned());
                    route
                };
                let name = peering.name();
                let finding = out
                    .finding(
                        Severity::Info,
                        peering.subject().part(format!("rule {}", fact.label)),
                        format!("Rule {} of peering {name} is never reached: rule {by} matches all of it", fact.label),
                    )
                    .detail(format!("The first rule that matches decides. {effect}"))
                    .evidence(peering.spec_evidence(&at(&fact.route), "the rule that is never reached"))
                    .evidences(
                        fact.related_route.as_ref().map(|route| peering.spec_evidence(&at(route), "the one before it")),
                    )
                    .run(
                        "Move the narrower rule up, or delete it.",
                        format!("kubectl edit gatewaypeering {name} -n {}", peering.meta.namespace),
                    )
                    .keys(peering.keys());
                out.report(finding);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use hh_worlds::{Value, World, json};

    use super::AclShadowedRule;
    use crate::testing::said;

    fn rules(rules: Value) -> World {
        World::healthy().small().set("GatewayPeering/vpc-01--vpc-03", "/spec/acl", json!({"rules": rules}))
    }

    #[test]
    fn a_narrow_rule_behind_a_broad_one() {
        let said = said(
            &AclShadowedRule,
            &rules(json!([
                {"name": "all", "from": "vpc-01", "to": "vpc-03", "action": "allow", "match": {"proto": "tcp"}},
                {"name": "ssh", "from": "vpc-01", "to": "vpc-03", "action": "deny",
                    "match": {"proto": "tcp", "dst": [{"ports": ["22"]}]}},
            ])),
        );
        assert_eq!(said.lines(), ["info GatewayPeering/vpc-01--vpc-03 (rule ssh)"]);
        let finding = &said.findings[0];
        assert_eq!(finding.evidence[0].field.as_deref(), Some("spec.acl.rules[1].action"));
        assert_eq!(finding.evidence[1].field.as_deref(), Some("spec.acl.rules[0].action"));
        assert!(finding.title.ends_with("rule all matches all of it"), "{}", finding.title);
    }

    #[test]
    fn rules_that_do_not_cover_each_other_are_healthy() {
        let said = said(
            &AclShadowedRule,
            &rules(json!([
                {"name": "ssh", "from": "vpc-01", "to": "vpc-03", "action": "deny",
                    "match": {"proto": "tcp", "dst": [{"ports": ["22"]}]}},
                {"name": "all", "from": "vpc-01", "to": "vpc-03", "action": "allow", "match": {"proto": "tcp"}},
                {"name": "back", "from": "vpc-03", "to": "vpc-01", "action": "allow", "match": {"proto": "tcp"}},
            ])),
        );
        assert_eq!((said.lines(), said.passed), (vec![], 1));
    }

    #[test]
    fn without_peerings_it_is_not_checked() {
        let said = said(&AclShadowedRule, &World::healthy().small().without("GatewayPeering"));
        assert_eq!(said.not_checked, ["GatewayPeering objects"]);
    }
}
