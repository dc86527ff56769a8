//! An access list that lets nothing through.

use super::LOST_PACKETS;
use crate::facts::{Context, GatewayPeering};
use crate::finding::Severity;
use crate::rule::{Meta, Order, Outcome, Rule, Source};
use crate::validate::acl::denies_all;

/// See the metadata.
#[derive(Debug)]
pub(super) struct AclDeniesAll;

static META: Meta = Meta {
    id: "acl-denies-everything",
    reference: &["GW-ACL-DENYALL"],
    title: "A peering's access list denies everything",
    severities: &[Severity::Warning],
    needs: &[Source::GatewayPeerings],
    uses: &[Source::Gateways, Source::GatewayAgents, Source::Pods, Source::Fabricator, Source::ShowTech],
    explanation: "Looks for access lists with `default: deny` in which no rule allows anything, in either direction.

## Why it matters
The gateway drops every packet of the peering (`Dropped by ACL`). That may be meant; more often the allow rules are \
missing.

## Not a fault
`default: deny-unless-exposed` or no default; an allow rule in one direction (its replies are another rule's concern).

## What to do
Add the allow rules, or delete the peering.",
    explains: LOST_PACKETS,
    order: Order::Nat,
};

impl Rule for AclDeniesAll {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn check(&self, cx: &Context<'_>, out: &mut Outcome) {
        let runs = cx.peering_runs();
        for peering in cx.list::<GatewayPeering>().iter().filter(|p| p.has_whole_spec(cx.truncated())) {
            if peering.spec.acl.is_none() {
                continue;
            }
            let Some(route) = denies_all(&peering.spec) else {
                out.pass();
                continue;
            };
            let name = peering.name();
            let rules = peering.spec.acl.as_ref().map_or(0, |acl| acl.rules.len());
            let what = if rules == 0 { "it has no rules".to_owned() } else { format!("all of its {rules} rules deny") };
            let finding = out
                .finding(
                    Severity::Warning,
                    peering.subject().part("acl"),
                    format!("The access list of peering {name} denies everything: its default is deny and {what}"),
                )
                .detail(
                    "No packet passes this peering in either direction; the gateway counts them as \"Dropped by ACL\".",
                )
                .evidence(peering.spec_evidence(&route, "what happens where no rule matches"))
                .evidences((rules > 0).then(|| peering.key_evidence(&["spec", "acl", "rules"], "no rule here allows")))
                .run(
                    "Add the allow rules that are meant.",
                    format!("kubectl edit gatewaypeering {name} -n {}", peering.meta.namespace),
                )
                .keys(peering.keys())
                .keys(runs.of(name, &peering.spec).pair_keys(peering.sides()));
            out.report(finding);
        }
    }
}

#[cfg(test)]
mod tests {
    use hh_worlds::{Value, World, json};

    use super::AclDeniesAll;
    use crate::testing::said;

    const PEERING: &str = "GatewayPeering/vpc-01--vpc-03";

    fn acl(acl: Value) -> World {
        World::healthy().small().set(PEERING, "/spec/acl", acl)
    }

    #[test]
    fn deny_without_any_allow() {
        for rules in [json!([]), json!([{"name": "x", "from": "vpc-01", "to": "vpc-03", "action": "deny"}])] {
            let said = said(&AclDeniesAll, &acl(json!({"default": "deny", "rules": rules})));
            assert_eq!(said.lines(), ["warning GatewayPeering/vpc-01--vpc-03 (acl)"]);
            let evidence = &said.findings[0].evidence[0];
            assert_eq!(
                (evidence.field.as_deref(), evidence.value.as_deref()),
                (Some("spec.acl.default"), Some("deny"))
            );
            assert!(evidence.line.is_some());
        }
    }

    #[test]
    fn other_lists_are_healthy() {
        for list in [
            json!({"default": "deny", "rules": [{"from": "vpc-01", "to": "vpc-03", "action": "allow"}]}),
            json!({"default": "deny-unless-exposed"}),
            json!({"rules": [{"from": "vpc-01", "to": "vpc-03", "action": "deny"}]}),
        ] {
            let said = said(&AclDeniesAll, &acl(list));
            assert_eq!((said.lines(), said.passed), (vec![], 1));
        }
        assert!(said(&AclDeniesAll, &World::healthy().small()).lines().is_empty());
        assert!(said(&AclDeniesAll, &World::older().small()).lines().is_empty());
    }

    #[test]
    fn without_peerings_it_is_not_checked() {
        let said = said(&AclDeniesAll, &World::healthy().small().without("GatewayPeering"));
        assert_eq!(said.not_checked, ["GatewayPeering objects"]);
    }
}
