//! A gateway has no route to a peered VPC.

use std::collections::{BTreeMap, BTreeSet};

use super::judgement;
use super::routes::{self, NotNow};
use crate::facts::{Context, GatewayAgent, Gw, Object, Output, VPC, VPCAttachment};
use crate::finding::{Confidence, Evidence, Key, KeyKind, Severity, Subject};
use crate::model::gateway::AgentVpc;
use crate::parse::command::{RouteTables, VrfTable};
use crate::rule::{Meta, Order, Outcome, Relation, Rule, Source};
use crate::validate::prefix::parse_net;

/// See the metadata.
#[derive(Debug)]
pub(super) struct VpcRoutes;

static META: Meta = Meta {
    id: "gateway-no-vpc-route",
    reference: &["GW-EVPN-NOROUTE", "S5"],
    title: "A gateway has no route to a peered VPC",
    severities: &[Severity::Error, Severity::Info],
    needs: &[Source::GatewayAgents, Source::FrrRoutes, Source::VpcAttachments],
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
        Source::Vpcs,
    ],
    explanation: "\
Reads FRR's routes on the gateway: VRF `<internal id>-vrf` of each peered VPC that has an attachment must hold a BGP \
route to at least one of the VPC's subnets, learnt from the VTEP of a leaf.

## Why it matters

Traffic to that VPC ends on the gateway.

## Not a fault

- VPCs without any attachment, externals
- a gateway without any session: that explains it
- a configuration applied less than a minute ago, or not applied yet
- VPCs of mode `l3vni` or with host BGP only: their routes exist while hosts are up

## What to do

See whether the leaf exports the VPC: its attachment, its EVPN sessions, the VNI.",
    explains: &[Relation { effects: &["GW-CTR-*"], join: &[KeyKind::Gateway, KeyKind::Vpc] }],
    order: Order::Routes,
};

/// What one gateway lacks for one VPC.
struct Lack<'b> {
    gateway: &'b str,
    subject: Subject,
    new: bool,
    evidence: Vec<Evidence>,
}

impl Rule for VpcRoutes {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn check(&self, cx: &Context<'_>, out: &mut Outcome) {
        let mut attached: BTreeMap<&str, &Object<VPCAttachment>> = BTreeMap::new();
        for attachment in cx.list::<VPCAttachment>() {
            if let Some((vpc, _)) = attachment.spec.subnet.split_once('/') {
                attached.entry(vpc).or_insert(attachment);
            }
        }
        let mut lacking: BTreeMap<&str, Vec<Lack<'_>>> = BTreeMap::new();
        for judged in judgement::judge_all(cx) {
            let Some(gateway) = judged.gateway else { continue };
            let Some(agent) = gateway.agent() else { continue };
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
            for (vpc, lack) in of_gateway(cx, out, &gateway, agent, output, &attached, judged.new) {
                lacking.entry(vpc).or_default().push(lack);
            }
        }
        for (vpc, lacks) in lacking {
            report(out, vpc, lacks, attached.get(vpc).copied());
        }
    }
}

fn of_gateway<'b>(
    cx: &Context<'b>,
    out: &mut Outcome,
    gateway: &Gw<'_, 'b>,
    agent: &'b Object<GatewayAgent>,
    output: &'b Output<RouteTables>,
    attached: &BTreeMap<&str, &Object<VPCAttachment>>,
    new: bool,
) -> Vec<(&'b str, Lack<'b>)> {
    let tables = routes::by_vrf(output);
    // A short capture lacks all of them.
    if !tables.keys().any(|name| name.ends_with("-vrf")) {
        out.cannot_tell(gateway.agent_subject(), "the routes hold no VRF of a VPC");
        return Vec::new();
    }
    let applied = routes::applied_ids(gateway, agent);
    let peered: BTreeSet<&str> =
        agent.spec.peerings.values().flat_map(|peering| peering.peering.keys()).map(String::as_str).collect();
    let mut lacks = Vec::new();
    for (name, vpc) in &agent.spec.vpcs {
        let id = vpc.internal_id.as_str();
        let asked = peered.contains(name.as_str()) && attached.contains_key(name.as_str()) && !id.is_empty();
        let runs = applied.as_ref().is_none_or(|applied| applied.contains(id));
        if name.starts_with("ext.") || !asked || !runs {
            continue;
        }
        let vrf = format!("{id}-vrf");
        let table = tables.get(vrf.as_str()).copied();
        if table.is_some_and(|table| reaches(table, vpc)) {
            out.pass();
            continue;
        }
        if cx.find::<VPC>(name).is_some_and(|object| by_hosts(&object.spec)) {
            out.cannot_tell(gateway.agent_subject().part(name), "its routes exist only while hosts are up");
            continue;
        }
        let first = match table {
            Some(table) => output.evidence(table.vrf.span, format!("no BGP route to a subnet of {name} in this VRF")),
            None => Evidence::absence("FRR `show ip route vrf all`", format!("no VRF {vrf} in {}", gateway.name())),
        };
        let second = agent.evidence(&["spec", "vpcs", name, "internalID"], format!("names the VRF of {name}"));
        let evidence = vec![first, second];
        lacks.push((name.as_str(), Lack { gateway: gateway.name(), subject: gateway.agent_subject(), new, evidence }));
    }
    lacks
}

/// A BGP route to one of the subnets, or to a part of one.
fn reaches(table: &VrfTable, vpc: &AgentVpc) -> bool {
    let subnets: Vec<_> = vpc.subnets.values().filter_map(|subnet| parse_net(&subnet.cidr)).collect();
    // Without a subnet there is nothing to look for.
    subnets.is_empty()
        || table
            .routes
            .iter()
            .filter(|route| routes::is_bgp(route))
            .any(|route| subnets.iter().any(|subnet| subnet.contains(&route.prefix.value)))
}

/// Routes of such a VPC come from its hosts, not from its subnets.
fn by_hosts(vpc: &crate::model::vpc::VpcSpec) -> bool {
    vpc.mode == "l3vni" || (!vpc.subnets.is_empty() && vpc.subnets.values().all(|subnet| subnet.host_bgp))
}

fn report(out: &mut Outcome, vpc: &str, lacks: Vec<Lack<'_>>, attachment: Option<&Object<VPCAttachment>>) {
    let names: Vec<&str> = lacks.iter().map(|lack| lack.gateway).collect();
    let Some(first) = lacks.first() else { return };
    let severity = if lacks.iter().all(|lack| lack.new) { Severity::Info } else { Severity::Error };
    let mut finding = out
        .finding(severity, first.subject.clone().part(vpc), format!("no route to {vpc} on {}", names.join(" and ")))
        .confidence(Confidence::Certain)
        .detail(format!(
            "{vpc} is peered and attached, but no leaf's route to its subnets is in the VRF: traffic to it ends on the \
             gateway. The leaf does not export it (attachment not active, VNI, EVPN session), or it is filtered."
        ))
        .key(Key::Vpc(vpc.into()))
        .run(
            "see the routes of the VRF",
            format!("kubectl exec -n fab ds/gw--{}--frr -c frr -- vtysh -c \"show ip route vrf all\"", first.gateway),
        )
        .run("see where the VPC is attached", format!("kubectl fabric inspect vpc --name {vpc}"));
    for lack in lacks {
        finding = finding.evidences(lack.evidence).key(Key::Gateway(lack.gateway.into()));
    }
    if let Some(attachment) = attachment {
        let note = "the VPC is attached: a leaf has to export it";
        finding = finding.evidence(attachment.evidence(&["spec", "subnet"], note));
    }
    out.report(finding);
}

#[cfg(test)]
mod tests {
    use hh_worlds::World;

    use super::VpcRoutes;
    use crate::testing::said;

    const ROUTES: &str = "frr: show ip route vrf all";
    const ROUTE: &str = "B>* 10.20.3.0/24 [20/0] via 172.30.12.0, 00003-bri onlink, weight 1, 01w2d01h\n";

    fn lost(gateway: &str, world: World) -> World {
        world.insight_replace(gateway, ROUTES, ROUTE, "")
    }

    #[test]
    fn no_route() {
        let found = said(&VpcRoutes, &lost("gateway-2", World::healthy().small()));
        assert_eq!(found.lines(), ["error GatewayAgent/gateway-2 (vpc-03)"]);
        assert_eq!(found.passed, 7);
        assert!(found.findings[0].evidence[0].line.is_some());
        let both = lost("gateway-1", lost("gateway-2", World::healthy().small()));
        let found = said(&VpcRoutes, &both);
        assert_eq!(found.lines(), ["error GatewayAgent/gateway-1 (vpc-03)"]);
        assert_eq!(found.findings[0].title, "no route to vpc-03 on gateway-1 and gateway-2");
    }

    #[test]
    fn looks_like_it() {
        for world in [World::healthy().small(), World::older().small()] {
            assert_eq!(said(&VpcRoutes, &world).passed, 8);
        }
        let world = || lost("gateway-2", World::healthy().small());
        for quiet in [
            world().delete("VPCAttachment/vpc-03--server-03"),
            world().set("GatewayAgent/gateway-2", "/status/lastAppliedTime", "2026-10-06T09:40:40Z"),
            world().set("GatewayAgent/gateway-2", "/metadata/generation", 12).insight_error(
                "gateway-2",
                "dataplane: show tech",
                "x",
            ),
            world().set("VPC/vpc-03", "/spec/mode", "l3vni"),
            world().set("GatewayAgent/gateway-2", "/status/lastHeartbeat", "2026-10-06T09:20:00Z"),
        ] {
            assert!(said(&VpcRoutes, &quiet).findings.is_empty());
        }
    }

    #[test]
    fn not_checked_without_routes() {
        let world = World::healthy().small().insight_error("gateway-2", ROUTES, "executable file not found");
        assert_eq!(said(&VpcRoutes, &world).not_checked, ["GatewayAgent gateway-2: FRR `show ip route vrf all`"]);
    }
}
