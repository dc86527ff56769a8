//! A gateway has no route to a peered external.

use std::collections::BTreeMap;

use super::judgement;
use super::routes::{self, NotNow};
use crate::facts::{Context, ExternalAttachment, GatewayPeering, Object};
use crate::finding::{Confidence, Evidence, Key, KeyKind, Severity, Subject};
use crate::rule::{Meta, Order, Outcome, Relation, Rule, Source};

/// See the metadata.
#[derive(Debug)]
pub(super) struct ExternalRoutes;

static META: Meta = Meta {
    id: "gateway-no-external-route",
    reference: &["GW-EXT-NOROUTE", "S5"],
    title: "A gateway has no route to a peered external",
    severities: &[Severity::Warning, Severity::Info],
    needs: &[Source::GatewayAgents, Source::GatewayPeerings, Source::FrrRoutes],
    uses: &[
        Source::Fabricator,
        Source::CaptureTime,
        Source::Gateways,
        Source::Connections,
        Source::Agents,
        Source::Nodes,
        Source::Pods,
        Source::FrrBgpSummary,
        Source::ShowTech,
        Source::ExternalAttachments,
    ],
    explanation: "\
Reads FRR's routes on the gateway: VRF `<internal id>-vrf` of a peered `ext.<External>` holds what the external \
announces (or its static prefixes). Without any BGP route there the gateway cannot reach the external.

## Why it matters

The VPC on the other side still gets its default route: its traffic ends on the gateway.

## Not a fault

- a peering or an attachment of the external younger than 5 minutes
- a capture without that VRF
- a gateway without any session: that explains it

## What to do

See whether the external has an ExternalAttachment, whether its session is up and sends prefixes, and whether \
`inboundCommunity` or the namespace filters them.",
    explains: &[Relation { effects: &["GW-CTR-*"], join: &[KeyKind::Gateway, KeyKind::Vpc] }],
    order: Order::Routes,
};

/// What one gateway lacks.
struct Lack {
    gateway: String,
    subject: Subject,
    new: bool,
    evidence: Vec<Evidence>,
}

impl Rule for ExternalRoutes {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn check(&self, cx: &Context<'_>, out: &mut Outcome) {
        let mut attachments: BTreeMap<&str, Vec<&Object<ExternalAttachment>>> = BTreeMap::new();
        for attachment in cx.list::<ExternalAttachment>() {
            attachments.entry(&attachment.spec.external).or_default().push(attachment);
        }
        // The oldest peering that names an external dates it.
        let mut wanted: BTreeMap<&str, &Object<GatewayPeering>> = BTreeMap::new();
        for peering in cx.list::<GatewayPeering>() {
            let young = |object: &Object<GatewayPeering>| cx.object_age(object).is_none_or(|age| !age.over(300));
            for name in peering.spec.peering.keys().filter(|name| name.starts_with("ext.")) {
                if !young(peering) {
                    wanted.entry(name).or_insert(peering);
                }
            }
        }
        wanted.retain(|name, _| {
            let external = name.strip_prefix("ext.").unwrap_or(name);
            attachments.get(external).is_none_or(|all| {
                all.iter().any(|attachment| cx.object_age(*attachment).is_some_and(|age| age.over(300)))
            })
        });
        let mut lacking: BTreeMap<&str, Vec<Lack>> = BTreeMap::new();
        for judged in judgement::judge_all(cx) {
            let Some(gateway) = judged.gateway else { continue };
            let Some(agent) = gateway.agent().filter(|_| !wanted.is_empty()) else { continue };
            let Some(output) = gateway.routes() else {
                out.not_checked(gateway.agent_subject(), Source::FrrRoutes);
                continue;
            };
            match routes::settled(cx, &judged, agent) {
                Ok(()) => {}
                Err(NotNow::Silent) => continue,
                Err(NotNow::NoClock) => {
                    out.not_checked(gateway.agent_subject(), Source::CaptureTime);
                    continue;
                }
            }
            let tables = routes::by_vrf(output);
            let applied = routes::applied_ids(&gateway, agent);
            for name in wanted.keys() {
                let Some(vpc) = agent.spec.vpcs.get(*name).filter(|vpc| !vpc.internal_id.is_empty()) else { continue };
                if applied.as_ref().is_some_and(|applied| !applied.contains(vpc.internal_id.as_str())) {
                    continue;
                }
                // Without its VRF the capture is too short to tell.
                let Some(table) = tables.get(format!("{}-vrf", vpc.internal_id).as_str()) else { continue };
                if table.routes.iter().any(routes::is_bgp) {
                    out.pass();
                    continue;
                }
                let id = agent.evidence(&["spec", "vpcs", name, "internalID"], format!("names the VRF of {name}"));
                let evidence = vec![output.evidence(table.vrf.span, "no BGP route in the external's VRF"), id];
                lacking.entry(name).or_default().push(Lack {
                    gateway: gateway.name().into(),
                    subject: gateway.agent_subject(),
                    new: judged.new,
                    evidence,
                });
            }
        }
        for (name, lacks) in lacking {
            let external = name.strip_prefix("ext.").unwrap_or(name);
            let attached = attachments.get(external).map_or(&[][..], Vec::as_slice);
            report(cx, out, name, lacks, wanted.get(name).copied(), attached);
        }
    }
}

fn report(
    cx: &Context<'_>,
    out: &mut Outcome,
    name: &str,
    lacks: Vec<Lack>,
    peering: Option<&Object<GatewayPeering>>,
    attachments: &[&Object<ExternalAttachment>],
) {
    let Some(first) = lacks.first() else { return };
    let names: Vec<&str> = lacks.iter().map(|lack| lack.gateway.as_str()).collect();
    let severity = if lacks.iter().all(|lack| lack.new) { Severity::Info } else { Severity::Warning };
    let suspect = if attachments.is_empty() && cx.complete::<ExternalAttachment>() {
        "The external has no ExternalAttachment."
    } else {
        "Suspects: no ExternalAttachment, its session, `inboundCommunity` or a namespace that filters, an external \
         that sends nothing."
    };
    let mut finding = out
        .finding(severity, first.subject.clone().part(name), format!("no route to {name} on {}", names.join(" and ")))
        .confidence(Confidence::Certain)
        .detail(format!("With a default expose the traffic to the external ends on the gateway. {suspect}"))
        .key(Key::Vpc(name.into()))
        .run(
            "see the routes of the VRF",
            format!("kubectl exec -n fab ds/gw--{}--frr -c frr -- vtysh -c \"show ip route vrf all\"", first.gateway),
        )
        .run("see the session with the external", "kubectl fabric inspect bgp");
    for lack in lacks {
        finding = finding.evidences(lack.evidence).key(Key::Gateway(lack.gateway));
    }
    if let Some(peering) = peering {
        finding = finding.evidence(peering.key_evidence(&["spec", "peering", name], "a peering needs it"));
    }
    let switches = attachments.iter().take(2);
    finding =
        finding.evidences(switches.map(|a| a.evidence(&["spec", "connection"], "where the external is attached")));
    out.report(finding);
}

#[cfg(test)]
mod tests {
    use hh_worlds::World;

    use super::ExternalRoutes;
    use crate::testing::said;

    const ROUTES: &str = "frr: show ip route vrf all";

    fn lost() -> World {
        let route = "B>* 0.0.0.0/0 [20/0] via 172.30.12.1, 00005-bri onlink, weight 1, 01w2d01h";
        World::healthy().small().insight_replace("gateway-1", ROUTES, route, "").insight_replace(
            "gateway-2",
            ROUTES,
            route,
            "",
        )
    }

    #[test]
    fn both_gateways_lack_it() {
        let said = said(&ExternalRoutes, &lost());
        assert_eq!(said.lines(), ["warning GatewayAgent/gateway-1 (ext.external-01)"]);
        assert!(said.findings[0].evidence[0].line.is_some());
    }

    #[test]
    fn looks_like_it() {
        for world in [World::healthy().small(), World::older().small()] {
            assert_eq!(said(&ExternalRoutes, &world).passed, 2);
        }
        let young = "2026-10-06T09:38:00Z";
        for quiet in [
            lost().set("GatewayPeering/vpc-04--external-01", "/metadata/creationTimestamp", young),
            lost().set("ExternalAttachment/leaf-02--external-01", "/metadata/creationTimestamp", young),
            lost().insight_replace("gateway-1", ROUTES, "IPv4 unicast VRF 00005-vrf:", "").insight_replace(
                "gateway-2",
                ROUTES,
                "IPv4 unicast VRF 00005-vrf:",
                "",
            ),
        ] {
            assert!(said(&ExternalRoutes, &quiet).findings.is_empty());
        }
    }

    #[test]
    fn not_checked_without_routes() {
        let said = said(&ExternalRoutes, &World::healthy().small().without_insights());
        assert_eq!(said.not_checked, ["FRR `show ip route vrf all`"]);
    }
}
