//! A leaf that a VPC is attached to does not have the VPC's VLANNamespace.

use std::collections::BTreeMap;

use super::view::{Wiring, is_leaving, is_whole, listed, or_default};
use crate::facts::{Agent, Context, Object, Switch, VPC, VPCAttachment};
use crate::finding::{Evidence, Key, KeyKind, Severity, Subject};
use crate::rule::{Domain, Meta, Order, Outcome, Relation, Rule, Source};

/// See the metadata.
#[derive(Debug)]
pub(super) struct LeafNamespace;

static META: Meta = Meta {
    id: "leaf-without-vlan-namespace",
    reference: &["VPC-506"],
    title: "A leaf does not have the VLANNamespace of an attached VPC",
    severities: &[Severity::Error],
    needs: &[Source::VpcAttachments, Source::Vpcs],
    uses: &[Source::Connections, Source::Switches, Source::Agents],
    explanation: "\
Compares `vlanNamespace` of every attached VPC with `vlanNamespaces` of the leaves of the Connection (both `default` if \
not named).

## Why it matters
The webhook refuses the attachment (`switch S used in connection doesn't have vlan namespace N`). If it came past, the \
fabric controller fails on that leaf, and no change reaches it any more.

## Not a fault
Leaves whose Switch is not in the bundle.

## What to do
Add the namespace to `vlanNamespaces` of the Switch, or attach the VPC elsewhere.",
    explains: &[
        Relation { effects: &["VPC-502", "VPC-503"], join: &[KeyKind::Attachment] },
        Relation { effects: &["FAB-015", "FAB-016"], join: &[KeyKind::Object] },
        Relation { effects: &["FAB-015", "FAB-016"], join: &[KeyKind::Switch] },
    ],
    order: Order::Vpc,
};

impl Rule for LeafNamespace {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn domain(&self) -> Domain {
        Domain::Fabric
    }

    fn check(&self, cx: &Context<'_>, out: &mut Outcome) {
        let wiring = Wiring::new(cx);
        let mut cases: BTreeMap<(&str, Vec<&str>), Case<'_>> = BTreeMap::new();
        for attachment in cx.list::<VPCAttachment>() {
            if is_leaving(attachment) || !is_whole(cx, attachment) {
                continue;
            }
            let vpc = attachment.spec.vpc_subnet().and_then(|(vpc, _)| cx.find::<VPC>(vpc));
            let Some(vpc) = vpc.filter(|vpc| is_whole(cx, *vpc)) else { continue };
            let wanted = or_default(&vpc.spec.vlan_namespace);
            let mut lacking = Vec::new();
            let mut judged = false;
            for leaf in wiring.switches(&attachment.spec.connection) {
                let Some((has, evidence)) = namespaces(cx, leaf, wanted) else { continue };
                judged = true;
                if !has {
                    lacking.push((leaf, evidence));
                }
            }
            if !lacking.is_empty() {
                let leaves: Vec<&str> = lacking.iter().map(|(leaf, _)| *leaf).collect();
                let case = cases.entry((wanted, leaves)).or_insert_with(|| Case { lacking, concerned: Vec::new() });
                case.concerned.push((attachment, vpc));
            } else if judged {
                out.pass();
            } else {
                out.not_checked(attachment.subject(), Source::Switches);
            }
        }
        for ((wanted, _), case) in cases {
            report(out, wanted, case);
        }
    }
}

/// A namespace that the same leaves lack.
struct Case<'b> {
    /// The leaves, with where their namespaces stand.
    lacking: Vec<(&'b str, Evidence)>,
    /// The attachments that need it there, with their VPCs.
    concerned: Vec<(&'b Object<VPCAttachment>, &'b Object<VPC>)>,
}

/// Whether a leaf has the namespace, with where its namespaces stand.
fn namespaces(cx: &Context<'_>, leaf: &str, wanted: &str) -> Option<(bool, Evidence)> {
    let has = |names: &[String]| {
        if names.is_empty() { wanted == "default" } else { names.iter().any(|name| name == wanted) }
    };
    let note = || format!("VLANNamespaces of {leaf}");
    if let Some(switch) = cx.find::<Switch>(leaf).filter(|switch| is_whole(cx, *switch)) {
        let names = &switch.spec.vlan_namespaces;
        return Some((has(names), switch.key_evidence(&["spec", "vlanNamespaces"], note())));
    }
    let agent = cx.find::<Agent>(leaf).filter(|agent| is_whole(cx, *agent) && !agent.spec.switch.role.is_empty())?;
    let names = &agent.spec.switch.vlan_namespaces;
    Some((has(names), agent.key_evidence(&["spec", "switch", "vlanNamespaces"], note())))
}

/// One finding for all attachments that need the namespace there, on the first of them.
fn report(out: &mut Outcome, wanted: &str, case: Case<'_>) {
    let Case { lacking, concerned } = case;
    let Some((attachment, vpc)) = concerned.first().copied() else { return };
    let others: Vec<&str> = concerned.iter().skip(1).map(|(other, _)| other.name()).collect();
    let also = if others.is_empty() { String::new() } else { format!(" The same holds for {}.", listed(&others)) };
    let leaves: Vec<String> = lacking.iter().map(|(leaf, _)| (*leaf).to_owned()).collect();
    let (name, first) = (attachment.name(), leaves.first().cloned().unwrap_or_default());
    let namespace = &attachment.meta.namespace;
    let objects = leaves
        .iter()
        .flat_map(|leaf| [Subject::new("Switch", namespace, leaf).key(), Subject::new("Agent", namespace, leaf).key()]);
    let connection = Subject::new("Connection", namespace, &attachment.spec.connection).key();
    out.report(
        out.finding(
            Severity::Error,
            attachment.subject(),
            format!("{} does not have VLANNamespace {wanted}, which {name} needs there", leaves.join(" and ")),
        )
        .detail(format!(
            "VPC {} uses VLANs of namespace {wanted}. The fabric controller cannot make a configuration for a leaf \
             without it: the leaf keeps its old one, for this attachment and for every later change.{also}",
            vpc.name()
        ))
        .evidences(lacking.into_iter().map(|(_, evidence)| evidence))
        .evidence(vpc.evidence(&["spec", "vlanNamespace"], "namespace of the VPC"))
        .evidence(attachment.evidence(&["spec", "connection"], "the Connection that brings the VPC to the leaf"))
        .run(
            format!("Add {wanted} to `spec.vlanNamespaces` of the switch, or attach the VPC elsewhere."),
            format!("kubectl edit switch {first} -n {namespace}"),
        )
        .keys(concerned.iter().flat_map(|(attachment, _)| Wiring::attachment_keys(attachment)))
        .keys(concerned.iter().flat_map(|(attachment, vpc)| [attachment.subject().key(), vpc.subject().key()]))
        .keys(objects.collect::<Vec<_>>())
        .key(connection)
        .keys(leaves.iter().cloned().map(Key::Switch)),
    );
}

#[cfg(test)]
mod tests {
    use hh_worlds::World;

    use super::LeafNamespace;
    use crate::testing::said;

    fn world() -> World {
        World::healthy().small()
    }

    #[test]
    fn a_leaf_without_the_namespace() {
        let other = world().set("VPC/vpc-03", "/spec/vlanNamespace", "edge");
        let said = said(&LeafNamespace, &other);
        assert_eq!(said.lines(), ["error VPCAttachment/vpc-03--server-03"]);
        let evidence = &said.findings[0].evidence[0];
        assert_eq!(evidence.field.as_deref(), Some("spec.vlanNamespaces"));
        assert!(evidence.line.is_some());
        assert_eq!(said.passed, 5);
    }

    #[test]
    fn attachments_of_the_same_leaves_are_one_finding() {
        let other = world().set("Switch/leaf-01", "/spec/vlanNamespaces", serde_json::json!(["edge"])).set(
            "Switch/leaf-02",
            "/spec/vlanNamespaces",
            serde_json::json!(["edge"]),
        );
        let said = said(&LeafNamespace, &other);
        let titles: Vec<&str> = said.findings.iter().map(|finding| finding.title.as_str()).collect();
        // One for the attachments of both leaves, one for those of each leaf alone.
        assert_eq!(titles.len(), 3, "{titles:?}");
        assert!(titles.iter().any(|title| title.starts_with("leaf-01 and leaf-02")), "{titles:?}");
    }

    #[test]
    fn leaves_with_it() {
        for world in [
            world(),
            World::older().small(),
            world().without("Switch"),
            world().unset("Switch/leaf-01", "/spec/vlanNamespaces"),
            world().set("VPC/vpc-03", "/spec/vlanNamespace", "edge").set(
                "Switch/leaf-01",
                "/spec/vlanNamespaces",
                serde_json::json!(["default", "edge"]),
            ),
        ] {
            let said = said(&LeafNamespace, &world);
            assert!(said.lines().is_empty() && said.passed == 6, "{said:?}");
        }
        let blind = said(&LeafNamespace, &world().without("Switch").without("Agent"));
        assert!(blind.lines().is_empty() && blind.not_checked.len() == 6, "{blind:?}");
    }
}
