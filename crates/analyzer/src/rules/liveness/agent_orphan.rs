//! What a deleted Gateway left behind.

use std::net::IpAddr;

use crate::facts::{Context, Gateway, Gw, PodRole};
use crate::finding::{Evidence, Finding, Key, KeyKind, Severity, Subject};
use crate::rule::{Meta, Order, Outcome, Relation, Rule, Source};

/// See the metadata.
#[derive(Debug)]
pub(super) struct AgentOrphaned;

static META: Meta = Meta {
    id: "gateway-agent-orphaned",
    reference: &["GW-AGENT-ORPHAN"],
    title: "A gateway goes on without its Gateway object",
    severities: &[Severity::Error, Severity::Warning],
    needs: &[Source::Gateways],
    uses: &[
        Source::GatewayAgents,
        Source::DaemonSets,
        Source::Pods,
        Source::SwitchRoutes,
        Source::Fabricator,
        Source::ShowTech,
        Source::CaptureTime,
    ],
    explanation: "Looks for GatewayAgents, DaemonSets and pods `gw--<gateway>--*` whose Gateway is not in a complete list \
of Gateways.

## Why it matters
Nothing deletes them together with the Gateway: the pods run on and announce the last configuration. If the leaves still \
have routes to it (route tables of switches, where captured), traffic goes to a gateway that nobody configures: `error`.

## Not a fault
- Gateways that were not captured, or a list that is cut.

## What to do
Delete the GatewayAgent and the two DaemonSets, or create the Gateway again.",
    explains: &[Relation { effects: &["GW-HA-STALEGROUPS", "GW-HA-GROUP"], join: &[KeyKind::Group] }],
    order: Order::Controller,
};

impl Rule for AgentOrphaned {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn check(&self, cx: &Context<'_>, out: &mut Outcome) {
        if !cx.complete::<Gateway>() {
            return;
        }
        for gw in cx.gateways() {
            if gw.gateway().is_some() {
                out.pass();
            } else if let Some((subject, evidence)) = left(&gw) {
                out.report(report(&gw, subject, evidence, out));
            }
        }
    }
}

/// What is left: the GatewayAgent, else a DaemonSet, else a pod.
fn left(gw: &Gw<'_, '_>) -> Option<(Subject, Vec<Evidence>)> {
    let roles = [PodRole::Dataplane, PodRole::Frr, PodRole::Agent];
    let sets = roles.into_iter().filter_map(|role| gw.daemon_set(role));
    let mut things: Vec<(Subject, Evidence)> = Vec::new();
    things.extend(gw.agent().map(|agent| (agent.subject(), agent.name_evidence("GatewayAgent without a Gateway"))));
    things.extend(sets.map(|set| (set.subject(), set.name_evidence("DaemonSet without a Gateway"))));
    // A pod that is being ended is nobody's leftover.
    let pods = gw.all_pods().into_iter().filter(|pod| !pod.is_leaving());
    things.extend(pods.map(|pod| (pod.object.subject(), pod.object.name_evidence("pod without a Gateway"))));
    let subject = things.first()?.0.clone();
    Some((subject, things.into_iter().map(|(_, evidence)| evidence).collect()))
}

fn report(gw: &Gw<'_, '_>, subject: Subject, evidence: Vec<Evidence>, out: &Outcome) -> Finding {
    let live = gw.live() == Some(true);
    let route = if live { still_used(gw) } else { None };
    let (severity, effect) = match (&route, live) {
        (Some(_), _) => (Severity::Error, "It is alive, and leaves still send traffic to it."),
        (None, true) => (Severity::Warning, "It is alive and announces its last configuration."),
        (None, false) => (Severity::Warning, "It no longer reports."),
    };
    let groups = gw.agent().into_iter().flat_map(|agent| &agent.spec.gateway.groups);
    let name = gw.name();
    out.finding(severity, subject, format!("gateway {name} was deleted and goes on"))
        .detail(format!("No Gateway is named {name}; nothing deletes what the controller made for it. {effect}"))
        .evidence(Evidence::absence("the Gateways", format!("no Gateway is named {name}")))
        .evidences(evidence)
        .evidences(route)
        .key(gw.key())
        .keys(groups.map(|group| Key::Group(group.name.clone())))
        .run(
            "If the gateway is not wanted any more, delete what is left of it.",
            format!(
                "kubectl delete gatewayagent -n default {name}; kubectl delete ds -n fab gw--{name}--dataplane gw--{name}--frr"
            ),
        )
        .step("If it is wanted, create the Gateway again.")
}

/// A route of a leaf whose next hop is the gateway's VTEP.
fn still_used(gw: &Gw<'_, '_>) -> Option<Evidence> {
    let vtep = &gw.agent()?.spec.gateway.vtep_ip;
    let vtep: IpAddr = vtep.split('/').next()?.parse().ok()?;
    gw.cx().switch_routes().find_map(|(switch, output)| {
        let routes = output.value.vrfs.iter().flat_map(|vrf| &vrf.routes);
        let hop =
            routes.flat_map(|route| &route.hops).find(|hop| hop.via.as_ref().is_some_and(|via| via.value == vtep))?;
        Some(output.evidence(hop.span, format!("a route of switch {switch} through its VTEP")).value(vtep.to_string()))
    })
}

#[cfg(test)]
mod tests {
    use hh_worlds::World;

    use super::AgentOrphaned;
    use crate::testing::{said, said_of_files};

    fn orphan() -> World {
        World::healthy().small().delete("Gateway/gateway-2")
    }

    #[test]
    fn a_deleted_gateway() {
        let said = said(&AgentOrphaned, &orphan());
        assert_eq!(said.lines(), ["warning GatewayAgent/gateway-2"]);
        let finding = &said.findings[0];
        assert_eq!(finding.evidence[0].note, "no Gateway is named gateway-2");
        assert_eq!(finding.evidence[1].value.as_deref(), Some("gateway-2"));
        assert!(finding.evidence[1].line.is_some());
        assert_eq!(said.passed, 1);
    }

    #[test]
    fn routes_to_it_make_it_an_error() {
        let mut files = orphan().files();
        let routes = "Codes: K - kernel route, C - connected, S - static, B - BGP,\n       > - selected route, * - FIB route\n\n\
            VRF VrfVvpc-01:\nB>* 10.20.4.0/24 [200/0] via 172.30.12.3, Vlan3001 onlink, weight 1, 00:41:10\n";
        let leaf = orphan().objects.iter().find(|object| object["kind"] == "Switch").unwrap()["metadata"]["name"]
            .as_str()
            .unwrap()
            .to_owned();
        files.insert(format!("{leaf}/show-ip-route-vrf-all.txt"), routes.as_bytes().to_vec());
        let said = said_of_files(&AgentOrphaned, files);
        assert_eq!(said.lines(), ["error GatewayAgent/gateway-2"]);
    }

    #[test]
    fn without_an_agent_the_daemonset_is_named() {
        let said = said(&AgentOrphaned, &orphan().delete("GatewayAgent/gateway-2"));
        assert_eq!(said.lines(), ["warning DaemonSet/gw--gateway-2--dataplane"]);
    }

    #[test]
    fn healthy_pictures() {
        assert_eq!(said(&AgentOrphaned, &World::healthy().small()).passed, 2);
        assert_eq!(said_of_files(&AgentOrphaned, orphan().object_files()).lines(), Vec::<String>::new());
    }

    #[test]
    fn not_captured() {
        assert_eq!(said(&AgentOrphaned, &World::healthy().small().without("Gateway")).not_checked, ["Gateway objects"]);
    }
}
