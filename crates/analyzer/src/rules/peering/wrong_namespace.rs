//! A gateway object in a namespace that no controller looks at.

use super::controller::Lines;
use crate::facts::{Context, Gateway, GatewayGroup, GatewayPeering, Misplaced, VPCInfo};
use crate::finding::{Evidence, Key, Severity};
use crate::parse::log::literals::controller;
use crate::rule::{Meta, Order, Outcome, Rule, Source};

/// See the metadata.
#[derive(Debug)]
pub(super) struct WrongNamespace;

static META: Meta = Meta {
    id: "gateway-object-in-wrong-namespace",
    reference: &["GW-NS"],
    title: "A gateway object is in a namespace that no controller looks at",
    severities: &[Severity::Error, Severity::Info],
    needs: &[],
    uses: &[
        Source::Gateways,
        Source::GatewayGroups,
        Source::GatewayPeerings,
        Source::VpcInfos,
        Source::ControllerLog,
        Source::CaptureTime,
    ],
    explanation: "Looks at the namespace of every Gateway, GatewayGroup, GatewayPeering and VPCInfo.

## Why it matters
The controllers act on one namespace only. A Gateway anywhere else is skipped (`Skipping Gateway in non-default \
namespace`): it gets no GatewayAgent and no pods, and a peering anywhere else is never served. No other rule looks at \
such an object.

## Not a fault
In release 25.05 all gateway objects live in `fab`; there `default` is the wrong one. Rows of a table that was printed \
without its namespace column prove nothing.

## What to do
Create the object again in the right namespace and delete the misplaced one.",
    explains: &[],
    order: Order::Configuration,
};

impl Rule for WrongNamespace {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn check(&self, cx: &Context<'_>, out: &mut Outcome) {
        let right = [
            cx.list::<Gateway>().len(),
            cx.list::<GatewayGroup>().len(),
            cx.list::<GatewayPeering>().len(),
            cx.list::<VPCInfo>().len(),
        ];
        out.passed += right.iter().sum::<usize>();
        for object in cx.misplaced() {
            let subject = &object.subject;
            let (kind, name, namespace) = (&subject.kind, &subject.name, &subject.namespace);
            let severity = if was_just_created(cx, object) { Severity::Info } else { Severity::Error };
            let mut finding = out
                .finding(
                    severity,
                    subject.clone(),
                    format!("{kind} {name} is in namespace {namespace}; the controller only looks at {}", object.right),
                )
                .detail(effect(kind))
                .evidence(
                    Evidence::at(object.place, format!("it belongs into namespace {}", object.right))
                        .field("metadata.namespace")
                        .value(namespace.clone()),
                )
                .run(
                    format!("Take its definition, set the namespace to {} and apply it.", object.right),
                    format!("kubectl get {} {name} -n {namespace} -o yaml", kind.to_lowercase()),
                );
            if kind == "Gateway" {
                let lines = Lines::all(cx, &controller::WRONG_NAMESPACE, &[("name", name)]);
                finding = finding
                    .evidences(lines.and_then(|lines| lines.evidence("the controller skips it")))
                    .key(Key::Gateway(name.clone()));
            }
            if let Some(key) = key(kind, name) {
                finding = finding.key(key);
            }
            out.report(finding);
        }
    }
}

/// Findings on a gateway that is being installed are information.
fn was_just_created(cx: &Context<'_>, object: &Misplaced) -> bool {
    object.subject.kind == "Gateway" && cx.age_of(object.created).is_some_and(|age| age.under(300))
}

fn key(kind: &str, name: &str) -> Option<Key> {
    Some(match kind {
        "GatewayPeering" => Key::Peering(name.to_owned()),
        "GatewayGroup" => Key::Group(name.to_owned()),
        "VPCInfo" => Key::VpcInfo(name.to_owned()),
        _ => return None,
    })
}

fn effect(kind: &str) -> &'static str {
    match kind {
        "Gateway" => "It is skipped: no GatewayAgent and no pods are made for it, and it serves no traffic.",
        "GatewayPeering" => "It is not handed to any gateway: the traffic that it should allow does not flow.",
        "GatewayGroup" => "It does not exist for gateways and peerings, which are looked up in the other namespace.",
        _ => "It is not seen by the gateways: peerings of its VPC are left out.",
    }
}

#[cfg(test)]
mod tests {
    use hh_worlds::World;

    use super::WrongNamespace;
    use crate::testing::said;

    /// A Gateway as the user guide's page on adding gateways shows it.
    const GATEWAY: &str = "apiVersion: gateway.githedgehog.com/v1alpha1
kind: Gateway
metadata: {name: gateway-3, namespace: fab, creationTimestamp: \"2026-09-27T07:00:00Z\"}
spec: {asn: 65534, protocolIP: 172.30.8.9/32, vtepIP: 172.30.12.9/32}
status: {}
";

    #[test]
    fn a_gateway_in_fab_is_skipped() {
        let said = said(&WrongNamespace, &World::healthy().small().add(GATEWAY));
        assert_eq!(said.lines(), ["error Gateway/gateway-3"]);
        let evidence = &said.findings[0].evidence[0];
        assert_eq!(evidence.field.as_deref(), Some("metadata.namespace"));
        assert_eq!(evidence.value.as_deref(), Some("fab"));
        assert!(evidence.line.is_some());
    }

    #[test]
    fn it_is_the_one_root() {
        let report =
            crate::testing::analysis(&World::healthy().small().add(GATEWAY), &crate::Options::default()).report;
        let roots: Vec<_> = report.root_causes.iter().map(|finding| finding.rule.as_str()).collect();
        assert_eq!(roots, ["gateway-object-in-wrong-namespace"], "fixture 17");
    }

    #[test]
    fn a_peering_in_another_namespace_too() {
        let world = World::healthy().small().set("GatewayPeering/vpc-01--vpc-03", "/metadata/namespace", "tenant-1");
        assert_eq!(said(&WrongNamespace, &world).lines(), ["error GatewayPeering/vpc-01--vpc-03"]);
    }

    #[test]
    fn a_gateway_of_seconds_ago_is_information() {
        let world = World::healthy().small();
        let young = GATEWAY.replace("2026-09-27T07:00:00Z", &world.created_at);
        assert_eq!(said(&WrongNamespace, &world.add(&young)).lines(), ["info Gateway/gateway-3"]);
    }

    #[test]
    fn the_right_namespace_is_quiet() {
        for world in [World::healthy().small(), World::older().small()] {
            let said = said(&WrongNamespace, &world);
            assert!(said.lines().is_empty() && said.passed > 0, "{said:?}");
        }
    }

    #[test]
    fn release_25_05_lives_in_fab() {
        let mut world = World::healthy().small().without_insights();
        let kinds = ["Gateway", "GatewayAgent", "GatewayPeering", "VPCInfo"];
        world.objects.retain(|object| hh_worlds::kind(object) != "GatewayGroup");
        for object in &mut world.objects {
            if kinds.contains(&hh_worlds::kind(object)) {
                object["metadata"]["namespace"] = "fab".into();
                if hh_worlds::kind(object) == "GatewayAgent" {
                    object["status"]["agentVersion"] = "v0.28.0".into();
                }
            }
        }
        assert!(said(&WrongNamespace, &world).lines().is_empty());
    }
}
