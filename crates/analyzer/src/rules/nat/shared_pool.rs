//! Two VPCs are masqueraded to one range towards the same VPC.

use super::LOST_PACKETS;
use crate::facts::{Context, GatewayPeering, is_younger};
use crate::finding::Severity;
use crate::rule::{Meta, Order, Outcome, Rule, Source};
use crate::validate::nat::shared_pools;

/// See the metadata.
#[derive(Debug)]
pub(super) struct SharedPool;

static META: Meta = Meta {
    id: "masquerade-range-shared",
    reference: &["GW-NAT-SHAREDPOOL"],
    title: "Two VPCs are masqueraded to overlapping ranges towards the same VPC",
    severities: &[Severity::Warning, Severity::Info],
    needs: &[Source::GatewayPeerings],
    uses: &[Source::Gateways, Source::GatewayAgents, Source::Pods, Source::Fabricator, Source::ShowTech],
    explanation: "Compares the `as` ranges of masquerading sides that one VPC sees.

## Why it matters
A dataplane before v0.25.0 accepts that and cannot tell the replies apart: they go to the wrong VPC or are dropped. \
Later ones can, and where the release is not known it is only mentioned.

## Not a fault
One VPC masqueraded to the same range towards different peers.

## What to do
Give each peer a range of its own.",
    explains: LOST_PACKETS,
    order: Order::Nat,
};

impl Rule for SharedPool {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn check(&self, cx: &Context<'_>, out: &mut Outcome) {
        let whole = || cx.list::<GatewayPeering>().iter().filter(|p| p.has_whole_spec(cx.truncated()));
        let shared = shared_pools(whole().map(|peering| (peering.name(), &peering.spec)));
        if shared.is_empty() {
            out.passed += whole().count();
            return;
        }
        let runs = cx.peering_runs();
        for pool in shared {
            let (Some(a), Some(b)) =
                (cx.find::<GatewayPeering>(&pool.peerings.0), cx.find::<GatewayPeering>(&pool.peerings.1))
            else {
                continue;
            };
            let (run_a, run_b) = (runs.of(a.name(), &a.spec), runs.of(b.name(), &b.spec));
            // Who serves both, or either: any of them with the defect loses replies.
            let defective = run_a
                .serving()
                .chain(run_b.serving())
                .filter_map(|gateway| cx.gateway(gateway))
                .find(|gateway| gateway.dataplane_release().before(0, 25, 0));
            let severity = if defective.is_some() { Severity::Warning } else { Severity::Info };
            let second_is_younger = is_younger(b, a);
            let (young, old) = if second_is_younger { (b, a) } else { (a, b) };
            let swap = |pair: &(String, String)| {
                if second_is_younger { (pair.1.clone(), pair.0.clone()) } else { pair.clone() }
            };
            let (far, other_far) = swap(&pool.far);
            let (prefix, other_prefix) = swap(&pool.prefixes);
            let (route, other_route) =
                if second_is_younger { (&pool.routes.1, &pool.routes.0) } else { (&pool.routes.0, &pool.routes.1) };
            let effect = match &defective {
                Some(gateway) => format!(
                    "The dataplane of {} is older than v0.25.0: replies from {} go to the wrong one of the two or are \
                     dropped.",
                    gateway.name(),
                    pool.vpc
                ),
                None => "A dataplane before v0.25.0 would mix up the replies; no gateway here is known to be that old."
                    .to_owned(),
            };
            let finding = out
                .finding(
                    severity,
                    young.subject().part(format!("with {}", old.name())),
                    format!(
                        "{far} and {other_far} are masqueraded to overlapping ranges towards {}: {prefix} and \
                         {other_prefix}",
                        pool.vpc
                    ),
                )
                .detail(format!("Peerings {} and {} share public addresses. {effect}", young.name(), old.name()))
                .evidence(young.spec_evidence(route, format!("public range of {far}")))
                .evidence(old.spec_evidence(other_route, format!("public range of {other_far}, in {}", old.name())))
                .evidences(defective.and_then(|gateway| {
                    let agent = gateway.agent()?;
                    let route = ["status", "state", "dataplane", "version"];
                    agent.at(&route).map(|_| agent.evidence(&route, format!("dataplane of {}", gateway.name())))
                }))
                .run(
                    "Give one of the two a range of its own.",
                    format!("kubectl edit gatewaypeering {} -n {}", young.name(), young.meta.namespace),
                )
                .keys(young.keys())
                .keys(old.keys())
                .keys(run_a.pair_keys(a.sides()))
                .keys(run_b.pair_keys(b.sides()));
            out.report(finding);
        }
    }
}

#[cfg(test)]
mod tests {
    use hh_worlds::{World, json};

    use super::SharedPool;
    use crate::testing::said;

    /// vpc-04 is masqueraded towards vpc-03 as well, where vpc-02 already is to 192.168.77.8/31.
    fn second(world: World, near: &str, far: &str, public: &str) -> World {
        world.add(&format!(
            "apiVersion: gateway.githedgehog.com/v1alpha1\nkind: GatewayPeering\nmetadata: {{name: second, namespace: \
             default, creationTimestamp: \"2026-09-29T07:40:00Z\"}}\nspec:\n  gatewayGroup: default\n  peering:\n    \
             {near}:\n      expose:\n      - ips: [{{cidr: 10.20.3.0/24}}]\n    {far}:\n      expose:\n      - ips: \
             [{{cidr: 10.20.4.0/24}}]\n        as: [{{cidr: {public}}}]\n        nat: {{masquerade: {{idleTimeout: \
             5m0s}}}}\nstatus: {{}}\n"
        ))
    }

    fn dataplane(world: World, version: &str) -> World {
        ["gateway-1", "gateway-2"].into_iter().fold(world, |world, gateway| {
            world.set(&format!("GatewayAgent/{gateway}"), "/status/state/dataplane/version", version)
        })
    }

    #[test]
    fn an_old_dataplane_mixes_them_up() {
        let world = second(dataplane(World::healthy().small(), "v0.24.0"), "vpc-03", "vpc-04", "192.168.77.0/28");
        let said = said(&SharedPool, &world);
        assert_eq!(said.lines(), ["warning GatewayPeering/second (with vpc-02--vpc-03)"]);
        let evidence = &said.findings[0].evidence;
        assert_eq!(evidence[0].value.as_deref(), Some("192.168.77.0/28"));
        assert_eq!(evidence[1].value.as_deref(), Some("192.168.77.8/31"));
        assert_eq!(evidence[2].value.as_deref(), Some("v0.24.0"));
        assert!(evidence.iter().all(|e| e.line.is_some()));
    }

    #[test]
    fn a_new_dataplane_tells_them_apart() {
        let world = second(dataplane(World::healthy().small(), "v0.25.0"), "vpc-03", "vpc-04", "192.168.77.0/28");
        assert_eq!(said(&SharedPool, &world).lines(), ["info GatewayPeering/second (with vpc-02--vpc-03)"]);
    }

    #[test]
    fn one_vpc_towards_different_peers_is_healthy() {
        let old = || dataplane(World::healthy().small(), "v0.20.2");
        for world in [
            old(),
            World::older().small(),
            // 8.8 r: vpc-04 is masqueraded to 198.51.100.16/30 towards the external already.
            second(old(), "vpc-03", "vpc-04", "198.51.100.16/30"),
            // Another range.
            second(old(), "vpc-03", "vpc-04", "192.168.78.0/28"),
            // Towards another VPC.
            second(old(), "vpc-01", "vpc-04", "192.168.77.8/31"),
            old().set("GatewayPeering/vpc-02--vpc-03", "/spec/peering/vpc-03/expose/0/nat", json!({"static": {}})),
        ] {
            let said = said(&SharedPool, &world);
            assert!(said.lines().is_empty(), "{:?}", said.lines());
        }
    }

    #[test]
    fn without_peerings_it_is_not_checked() {
        let said = said(&SharedPool, &World::healthy().small().without("GatewayPeering"));
        assert_eq!(said.not_checked, ["GatewayPeering objects"]);
    }
}
