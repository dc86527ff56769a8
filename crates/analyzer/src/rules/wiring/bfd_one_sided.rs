//! BFD is configured on one end of the gateway's links only, or on none.

use std::collections::BTreeSet;

use crate::facts::{Agent, Context, GatewayLinks, Gw};
use crate::finding::{Key, KeyKind, Severity};
use crate::rule::{Meta, Order, Outcome, Relation, Rule, Source};

/// See the metadata.
#[derive(Debug)]
pub(super) struct BfdOneSided;

static META: Meta = Meta {
    id: "bfd-one-sided",
    reference: &["GW-BFD-ASYM"],
    title: "BFD is configured on one end of a gateway's links only",
    severities: &[Severity::Warning, Severity::Info],
    needs: &[Source::GatewayAgents],
    uses: &[
        Source::CaptureTime,
        Source::Gateways,
        Source::Nodes,
        Source::Pods,
        Source::Fabricator,
        Source::Connections,
        Source::Agents,
    ],
    explanation: "\
Compares `GatewayAgent.spec.config.fabricBFD` with `gatewayBFD` and `disableBFD` in the configuration of each switch \
that the gateway is wired to.

## Why it matters

With BFD on one end only no BFD session ever comes up: a broken link is noticed by the BGP hold timer, and failover is \
slow.

## Not a fault

BFD off on both ends: failover is slow by configuration (`info`).

## What to do

Set both from one place: the Fabricator's configuration.",
    explains: &[Relation { effects: &["GW-BFD-DOWN", "BFD-420"], join: &[KeyKind::Gateway, KeyKind::Switch] }],
    order: Order::Wiring,
};

impl Rule for BfdOneSided {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn check(&self, cx: &Context<'_>, out: &mut Outcome) {
        let links = cx.gateway_links();
        for gateway in cx.gateways() {
            // Before v0.10 the gateway has no BFD; of an unknown release only a set field counts.
            if !gateway.is_25_05() && !gateway.dataplane_release().before(0, 10, 0) {
                check(cx, out, &links, &gateway);
            }
        }
    }
}

fn check(cx: &Context<'_>, out: &mut Outcome, links: &GatewayLinks<'_>, gateway: &Gw<'_, '_>) {
    let Some(agent) = gateway.agent().filter(|agent| agent.at(&["spec", "gateway"]).is_some()) else { return };
    let route = ["spec", "config", "fabricBFD"];
    if !agent.spec.config.fabric_bfd {
        if gateway.dataplane_release().unknown() {
            return;
        }
        let finding = out
            .finding(
                Severity::Info,
                gateway.agent_subject(),
                format!("{} runs without BFD: failover is slow", gateway.name()),
            )
            .detail("`fabricBFD` is off: a broken link is noticed by the BGP hold timer.")
            .evidence(agent.evidence(&route, "BFD towards the fabric is off"))
            .key(gateway.key());
        out.report(finding);
        return;
    }
    let switches: BTreeSet<&str> = links.of(gateway.name()).map(|link| link.switch).collect();
    for name in switches {
        let Some(switch) = cx.find::<Agent>(name) else {
            out.not_checked(gateway.agent_subject().part(name), Source::Agents);
            continue;
        };
        // A reduced capture may lack the whole configuration.
        if switch.at(&["spec", "config", "gatewayASN"]).is_none() {
            out.cannot_tell(gateway.agent_subject().part(name), format!("Agent {name} shows no configuration"));
            continue;
        }
        let config = &switch.spec.config;
        if config.gateway_bfd && !config.disable_bfd {
            out.pass();
            continue;
        }
        let (field, words) = if config.disable_bfd {
            ("disableBFD", "all BFD of the switch is off")
        } else {
            ("gatewayBFD", "BFD towards gateways is off on the switch")
        };
        let severity = if gateway.is_new() { Severity::Info } else { Severity::Warning };
        let finding = out
            .finding(
                severity,
                gateway.agent_subject().part(name),
                format!("BFD is on at {} but off at {name}", gateway.name()),
            )
            .detail(
                "No BFD session can come up: FRR shows the peer as down for ever. A broken link is noticed by the BGP \
                 hold timer, and failover is slow.",
            )
            .evidence(switch.evidence(&["spec", "config", field], words))
            .evidence(agent.evidence(&route, "BFD is on at the gateway"))
            .key(gateway.key())
            .key(Key::Switch(name.into()))
            .run("see the setting", format!("kubectl get agent {name} -o jsonpath='{{.spec.config}}'"));
        out.report(finding);
    }
}

#[cfg(test)]
mod tests {
    use hh_worlds::World;

    use super::BfdOneSided;
    use crate::testing::said;

    #[test]
    fn off_at_one_switch() {
        let world = World::healthy().small().unset("Agent/leaf-02", "/spec/config/gatewayBFD");
        let found = said(&BfdOneSided, &world);
        assert_eq!(
            found.lines(),
            ["warning GatewayAgent/gateway-1 (leaf-02)", "warning GatewayAgent/gateway-2 (leaf-02)"]
        );
        assert_eq!(found.passed, 2);
        assert_eq!(found.findings[0].evidence[0].field.as_deref(), Some("spec.config.gatewayBFD"));
        let world = World::healthy().small().set("Agent/leaf-02", "/spec/config/disableBFD", true);
        assert_eq!(said(&BfdOneSided, &world).findings[0].evidence[0].value.as_deref(), Some("true"));
    }

    #[test]
    fn looks_like_it() {
        for world in [World::healthy().small(), World::older().small()] {
            assert_eq!(said(&BfdOneSided, &world).passed, 4);
        }
        let off = World::healthy().small().unset("GatewayAgent/gateway-2", "/spec/config/fabricBFD");
        assert!(said(&BfdOneSided, &off).is_quiet());
        // A reduced Agent shows no settings at all.
        let reduced = World::healthy().small().unset("Agent/leaf-02", "/spec/config");
        let found = said(&BfdOneSided, &reduced);
        assert_eq!((found.findings.len(), found.not_checked.len()), (0, 2));
    }

    #[test]
    fn not_checked_without_the_switches() {
        let found = said(&BfdOneSided, &World::healthy().small().without("Agent"));
        assert_eq!((found.findings.len(), found.not_checked.len()), (0, 4));
    }
}
