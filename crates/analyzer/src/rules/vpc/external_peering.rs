//! An ExternalPeering that permits nothing, or whose External is attached nowhere.

use std::collections::BTreeSet;

use super::view::{is_leaving, is_whole};
use crate::facts::{Context, External, ExternalAttachment, ExternalPeering, GatewayPeering, Object};
use crate::finding::{Evidence, Key, KeyKind, Severity, Subject};
use crate::rule::{Domain, Meta, Order, Outcome, Relation, Rule, Source};

/// See the metadata.
#[derive(Debug)]
pub(super) struct IdleExternalPeering;

static META: Meta = Meta {
    id: "external-peering-without-effect",
    reference: &["VPC-510"],
    title: "An ExternalPeering permits nothing, or its External is not attached",
    severities: &[Severity::Warning],
    needs: &[Source::ExternalPeerings],
    uses: &[Source::Externals, Source::ExternalAttachments, Source::GatewayPeerings, Source::CaptureTime],
    explanation: "\
Looks at every ExternalPeering: the lists of VPC subnets and of external prefixes must not be empty (an empty list permits \
nothing), and the External needs an ExternalAttachment.

## Why it matters
The VPC does not reach the External.

## Not a fault
A GatewayPeering between the same VPC and External carries the traffic.

## What to do
Name the subnets and prefixes, or attach the External.",
    explains: &[Relation { effects: &["GW-EXT-NOROUTE"], join: &[KeyKind::Vpc] }],
    order: Order::Vpc,
};

/// What is wrong with a peering.
struct Gap {
    title: String,
    why: &'static str,
    evidence: Vec<Evidence>,
    keys: Vec<Key>,
}

impl Rule for IdleExternalPeering {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn domain(&self) -> Domain {
        Domain::Fabric
    }

    fn check(&self, cx: &Context<'_>, out: &mut Outcome) {
        let by_gateway: BTreeSet<(&str, &str)> = cx
            .list::<GatewayPeering>()
            .iter()
            .filter_map(|other| other.sides())
            .flat_map(|(a, b)| [(a, b), (b, a)])
            .collect();
        let attached: BTreeSet<&str> =
            cx.list::<ExternalAttachment>().iter().map(|attachment| attachment.spec.external.as_str()).collect();
        for peering in cx.list::<ExternalPeering>().iter().filter(|p| is_whole(cx, *p) && !is_leaving(*p)) {
            let permit = &peering.spec.permit;
            let external = format!("ext.{}", permit.external.name);
            if by_gateway.contains(&(permit.vpc.name.as_str(), external.as_str())) {
                continue;
            }
            let gaps = gaps(cx, peering, &external, &attached);
            if gaps.is_empty() {
                out.pass();
            } else {
                report(out, peering, gaps);
            }
        }
    }
}

fn gaps(cx: &Context<'_>, peering: &Object<ExternalPeering>, external: &str, attached: &BTreeSet<&str>) -> Vec<Gap> {
    let (permit, name) = (&peering.spec.permit, peering.name());
    let mut gaps = Vec::new();
    let mut empty = |list: &str, route: &[&str]| {
        gaps.push(Gap {
            title: format!("ExternalPeering {name} permits nothing: its list of {list} is empty"),
            why: "An empty list permits nothing.",
            evidence: vec![peering.key_evidence(route, format!("{list} that it permits: none"))],
            keys: Vec::new(),
        });
    };
    if permit.vpc.subnets.is_empty() {
        empty("VPC subnets", &["spec", "permit", "vpc", "subnets"]);
    }
    if permit.external.prefixes.is_empty() {
        empty("external prefixes", &["spec", "permit", "external", "prefixes"]);
    }
    // An External that does not exist is a reference to nothing.
    let exists = cx.find::<External>(&permit.external.name).is_some();
    let unattached = !attached.contains(permit.external.name.as_str());
    if exists && unattached && none_hidden(cx) {
        gaps.push(Gap {
            title: format!("External {} of ExternalPeering {name} is attached nowhere", permit.external.name),
            why: "Without an ExternalAttachment no switch has a way to it.",
            evidence: vec![
                peering.evidence(&["spec", "permit", "external", "name"], "the External that it permits"),
                Evidence::absence(
                    format!("{} ExternalAttachments", cx.list::<ExternalAttachment>().len()),
                    format!("none attaches {}", permit.external.name),
                ),
            ],
            keys: vec![Key::Vpc(external.to_owned())],
        });
    }
    gaps
}

/// True if every ExternalAttachment is captured. The last one that is deleted leaves an empty listing: a capture that
/// lists all Externals and peerings lists attachments too.
fn none_hidden(cx: &Context<'_>) -> bool {
    cx.complete::<ExternalAttachment>()
        || (cx.list::<ExternalAttachment>().is_empty()
            && cx.complete::<External>()
            && cx.complete::<ExternalPeering>()
            && cx.clock().dump)
}

fn report(out: &mut Outcome, peering: &Object<ExternalPeering>, gaps: Vec<Gap>) {
    let Some(first) = gaps.first() else { return };
    let permit = &peering.spec.permit;
    let whys: Vec<&str> = gaps.iter().map(|gap| gap.why).collect();
    let (name, namespace) = (peering.name(), &peering.meta.namespace);
    let title = first.title.clone();
    let mut whys_once = whys;
    whys_once.dedup();
    let mut finding = out
        .finding(Severity::Warning, peering.subject(), title)
        .detail(format!(
            "{} VPC {} does not reach External {}.",
            whys_once.join(" "),
            permit.vpc.name,
            permit.external.name
        ))
        .run(
            "Name subnets and prefixes, or attach the External.",
            format!("kubectl get externalpeering/{name} externalattachments -n {namespace} -o yaml"),
        )
        .key(Key::Peering(name.to_owned()))
        .key(Key::Vpc(permit.vpc.name.clone()))
        .key(Subject::new("External", namespace, &permit.external.name).key());
    for gap in gaps {
        finding = finding.evidences(gap.evidence).keys(gap.keys);
    }
    out.report(finding);
}

#[cfg(test)]
mod tests {
    use hh_worlds::World;

    use super::IdleExternalPeering;
    use crate::testing::said;

    const PEERING: &str = "ExternalPeering/vpc-01--external-01";

    fn world() -> World {
        World::healthy().small()
    }

    #[test]
    fn permits_nothing() {
        for route in ["/spec/permit/vpc/subnets", "/spec/permit/external/prefixes"] {
            let said = said(&IdleExternalPeering, &world().set(PEERING, route, serde_json::json!([])));
            assert_eq!(said.lines(), ["warning ExternalPeering/vpc-01--external-01"], "{route}");
            assert!(said.findings[0].evidence[0].line.is_some());
        }
        assert_eq!(said(&IdleExternalPeering, &world().unset(PEERING, "/spec/permit/vpc/subnets")).lines().len(), 1);
    }

    #[test]
    fn attached_nowhere() {
        for world in [
            world().delete("ExternalAttachment/leaf-02--external-01"),
            world().set("ExternalAttachment/leaf-02--external-01", "/spec/external", "external-02"),
        ] {
            let said = said(&IdleExternalPeering, &world);
            assert_eq!(said.lines(), ["warning ExternalPeering/vpc-01--external-01"]);
            assert!(said.findings[0].title.ends_with("attached nowhere"), "{}", said.findings[0].title);
        }
    }

    #[test]
    fn with_effect() {
        for world in [world(), World::older().small()] {
            let said = said(&IdleExternalPeering, &world);
            assert!(said.lines().is_empty() && said.passed == 1, "{said:?}");
        }
        // A gateway carries it.
        let gateway = world().set(PEERING, "/spec/permit/vpc/subnets", serde_json::json!([])).set(
            "GatewayPeering/vpc-01--vpc-03",
            "/spec/peering",
            serde_json::json!({"vpc-01": {}, "ext.external-01": {}}),
        );
        assert!(said(&IdleExternalPeering, &gateway).lines().is_empty());
        let none = world().without("ExternalPeering");
        assert_eq!(said(&IdleExternalPeering, &none).not_checked, ["ExternalPeering objects"]);
    }
}
