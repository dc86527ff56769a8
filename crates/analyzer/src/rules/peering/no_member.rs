//! No gateway serves a peering's group.

use std::collections::BTreeMap;

use crate::facts::{Context, Gateway, GatewayAgent, GatewayGroup, GatewayPeering, Member, Object};
use crate::finding::{Evidence, Key, KeyKind, Severity};
use crate::rule::{Meta, Order, Outcome, Relation, Rule, Source};

/// See the metadata.
#[derive(Debug)]
pub(super) struct NoMember;

static META: Meta = Meta {
    id: "peering-group-without-gateway",
    reference: &["GW-PEER-NOMEMBER", "S10"],
    title: "A peering's gateway group has no gateway, or does not exist",
    severities: &[Severity::Error],
    needs: &[Source::GatewayPeerings],
    uses: &[Source::Gateways, Source::GatewayGroups, Source::GatewayAgents, Source::Pods, Source::Fabricator],
    explanation:
        "Looks for the gateways that are members of each peering's `gatewayGroup` (absent = `default`), and for \
the GatewayGroup object.

## Why it matters
Only members of the group serve a peering. Without one nobody does: its routes are nowhere, and gateways outside the \
group may refuse their whole configuration because of it.

## Not a fault
Release 25.05 knows no groups. Without a complete listing of Gateways nothing is concluded.

## What to do
Name an existing group in the peering, or add a gateway to the group.",
    explains: &[Relation { effects: &["GW-CFG-FOREIGNGROUP", "GW-CTR-ZERO"], join: &[KeyKind::Peering] }],
    order: Order::Configuration,
};

impl Rule for NoMember {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn check(&self, cx: &Context<'_>, out: &mut Outcome) {
        if cx.is_25_05_namespace() {
            return;
        }
        let groups = cx.groups();
        // Memberships are read from Gateways, and where those are not captured from their agents.
        let from_gateways = cx.list::<Gateway>().iter().any(|gateway| !gateway.spec.vtep_ip.is_empty());
        let all_members = if from_gateways { cx.complete::<Gateway>() } else { cx.complete::<GatewayAgent>() };
        let all_groups = cx.complete::<GatewayGroup>();
        for peering in cx.list::<GatewayPeering>() {
            if !peering.has_whole_spec(cx.truncated()) || peering.meta.deletion_timestamp.is_some() {
                continue;
            }
            let group = peering.spec.group();
            let has_members = groups.contains_key(group);
            let exists = cx.find::<GatewayGroup>(group).is_some();
            if (!has_members && all_members) || (!exists && all_groups) {
                report(cx, out, peering, groups, exists || !all_groups);
            } else if has_members {
                out.pass();
            } else {
                out.not_checked(peering.subject(), Source::Gateways);
            }
        }
    }
}

fn report(
    cx: &Context<'_>,
    out: &mut Outcome,
    peering: &Object<GatewayPeering>,
    groups: &BTreeMap<String, Vec<Member>>,
    exists: bool,
) {
    let (name, group) = (peering.name(), peering.spec.group());
    let members = groups.get(group).map_or(0, Vec::len);
    let title = match (exists, members) {
        (false, 0) => format!("Peering {name} is for gateway group {group}, which does not exist and has no gateway"),
        (false, _) => format!("Peering {name} is for gateway group {group}, which does not exist"),
        (true, _) => format!("Peering {name} is for gateway group {group}, which has no gateway"),
    };
    let known: Vec<&str> = groups.keys().map(String::as_str).collect();
    let choice = if known.is_empty() { String::new() } else { format!(" Groups with gateways: {}.", known.join(", ")) };
    let missing_object = (!exists).then(|| {
        Evidence::absence(format!("{} GatewayGroups", cx.list::<GatewayGroup>().len()), format!("there is no {group}"))
    });
    let finding = out
        .finding(Severity::Error, peering.subject(), title)
        .detail(format!(
            "Only members of its group serve a peering{}.{choice}",
            if members == 0 { "; nobody serves this one, and its routes are advertised nowhere" } else { "" }
        ))
        .evidence(peering.evidence(&["spec", "gatewayGroup"], "the group that shall serve it"))
        .evidences(missing_object)
        .evidences(memberships(cx))
        .run(
            "Name an existing group in the peering, or add a gateway to this one.",
            format!("kubectl edit gatewaypeering {name} -n {}", peering.meta.namespace),
        )
        .run("See who is a member of what.", "kubectl get gateways -n default -o yaml")
        .keys(peering.keys())
        .key(Key::Group(group.to_owned()));
    out.report(finding);
}

/// Where the memberships of the first gateways stand.
fn memberships(cx: &Context<'_>) -> Vec<Evidence> {
    let note = |name: &str| format!("memberships of {name}");
    let gateways = cx.list::<Gateway>().iter().filter(|gateway| !gateway.spec.vtep_ip.is_empty());
    let mut found: Vec<Evidence> =
        gateways.take(4).map(|gateway| gateway.key_evidence(&["spec", "groups"], note(gateway.name()))).collect();
    if found.is_empty() {
        let agents = cx.list::<GatewayAgent>().iter().take(4);
        found.extend(agents.map(|agent| agent.key_evidence(&["spec", "gateway", "groups"], note(agent.name()))));
    }
    found
}

#[cfg(test)]
mod tests {
    use hh_worlds::World;

    use super::NoMember;
    use crate::testing::{said, said_of_files};

    const PEERING: &str = "GatewayPeering/vpc-01--vpc-03";

    fn with_group(group: &str) -> World {
        World::healthy().small().set(PEERING, "/spec/gatewayGroup", group)
    }

    fn edge() -> World {
        with_group("edge").add(
            "apiVersion: gateway.githedgehog.com/v1alpha1\nkind: GatewayGroup\nmetadata: {name: edge, namespace: \
             default}\nspec: {}\nstatus: {}\n",
        )
    }

    #[test]
    fn a_group_without_gateway() {
        let said = said(&NoMember, &edge());
        assert_eq!(said.lines(), ["error GatewayPeering/vpc-01--vpc-03"]);
        let evidence = &said.findings[0].evidence[0];
        assert_eq!((evidence.field.as_deref(), evidence.value.as_deref()), (Some("spec.gatewayGroup"), Some("edge")));
        assert!(evidence.line.is_some());
        assert!(said.findings[0].title.ends_with("which has no gateway"), "{}", said.findings[0].title);
    }

    #[test]
    fn a_group_that_does_not_exist() {
        let said = said(&NoMember, &with_group("egde"));
        assert!(said.findings[0].title.contains("does not exist and has no gateway"), "{}", said.findings[0].title);
    }

    #[test]
    fn an_absent_group_is_default() {
        for world in [
            World::healthy().small(),
            World::older().small(),
            World::healthy().small().unset(PEERING, "/spec/gatewayGroup"),
            edge().set("Gateway/gateway-2", "/spec/groups/0/name", "edge"),
        ] {
            let said = said(&NoMember, &world);
            assert!(said.lines().is_empty() && said.passed == 3, "{said:?}");
        }
    }

    #[test]
    fn gateways_of_an_incomplete_capture_prove_nothing() {
        // One object per file is no complete listing.
        let world = with_group("edge");
        let files = ["GatewayPeering/vpc-01--vpc-03", "Gateway/gateway-1", "Gateway/gateway-2"]
            .into_iter()
            .map(|path| (format!("{}.json", path.replace('/', "-")), world.object(path).to_string().into_bytes()))
            .collect();
        let said = said_of_files(&NoMember, files);
        assert_eq!(said.lines(), Vec::<String>::new());
        assert_eq!(said.not_checked.len(), 1, "{:?}", said.not_checked);
    }

    #[test]
    fn without_peerings_it_is_not_checked() {
        assert_eq!(said(&NoMember, &edge().without("GatewayPeering")).not_checked, ["GatewayPeering objects"]);
    }
}
