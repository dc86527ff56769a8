//! The Fabricator says that gateways are not ready.

use std::collections::BTreeSet;

use super::fabricator::condition_evidence;
use crate::facts::{Context, FabNode, Fabricator, Gateway, Object};
use crate::finding::{Evidence, Key, KeyKind, Severity};
use crate::rule::{Domain, Meta, Order, Outcome, Relation, Rule, Source};

/// See the metadata.
#[derive(Debug)]
pub(super) struct GatewaysNotReady;

/// An install or upgrade may take this long.
const APPLYING: i64 = 1800;

static META: Meta = Meta {
    id: "fabricator-gateways-not-ready",
    reference: &["FAB-012"],
    title: "The Fabricator says that gateways are not ready",
    severities: &[Severity::Error, Severity::Warning, Severity::Info],
    needs: &[Source::Fabricator],
    uses: &[
        Source::CaptureTime,
        Source::Gateways,
        Source::GatewayAgents,
        Source::FabNodes,
        Source::Pods,
        Source::Nodes,
    ],
    explanation: "Where gateways are in use (`config.gateway.enable`): looks at the Fabricator's condition `GatewayReady` and \
at the state of the dataplane, FRR and Alloy of every gateway.

## Why it matters
The pods of a gateway are missing, or do not have the version that they should have. That they are `Ready` proves little: a \
pod that crashes may be `Ready` there.

## Not a fault
- Gateways are off, or the condition is absent (fabricator before v0.44).
- A gateway that is being installed, or whose Gateway object was removed: `info`.

## What to do
Look at the findings about the gateways that are named, and at their DaemonSets.",
    explains: &[Relation { effects: &["FAB-011"], join: &[KeyKind::Workload] }],
    order: Order::Controller,
};

impl Rule for GatewaysNotReady {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn domain(&self) -> Domain {
        Domain::Fabric
    }

    fn check(&self, cx: &Context<'_>, out: &mut Outcome) {
        for fabricator in cx.list::<Fabricator>() {
            if fabricator.spec.config.gateway.enable {
                judge(cx, fabricator, out);
            }
        }
    }
}

/// The gateways' entries that are not ready: map, key of the map, gateway, state.
struct Entry<'f> {
    map: &'static str,
    role: &'static str,
    gateway: &'f str,
    state: &'f str,
}

fn judge(cx: &Context<'_>, fabricator: &Object<Fabricator>, out: &mut Outcome) {
    let status = &fabricator.status;
    let components = &status.components;
    let maps = [
        ("gatewayDataplane", "dataplane", &components.gateway_dataplane),
        ("gatewayFRR", "frr", &components.gateway_frr),
    ];
    let entries: Vec<Entry<'_>> = maps
        .iter()
        .flat_map(|(map, role, values)| {
            let unready = values.iter().filter(|(_, state)| !matches!(state.as_str(), "Ready" | ""));
            unready.map(|(gateway, state)| Entry { map, role, gateway, state })
        })
        .collect();
    let alloy = !matches!(components.gateway_alloy.as_str(), "Ready" | "");
    let condition = status.conditions.iter().position(|c| c.kind == "GatewayReady" && c.status != "True");
    let judged = status.conditions.iter().any(|c| c.kind == "GatewayReady");
    let empty: Vec<&'static str> = maps.iter().filter(|(.., values)| values.is_empty()).map(|(map, ..)| *map).collect();
    // Both maps are absent before v0.44: nothing was looked at.
    let known = judged || cx.fabricator_release().since(0, 44, 0);
    let empty = if known && has_gateways(cx) { empty } else { Vec::new() };
    if entries.is_empty() && !alloy && condition.is_none() && empty.is_empty() {
        return out.pass();
    }
    let named: BTreeSet<&str> = entries.iter().map(|entry| entry.gateway).collect();
    let title = if !entries.is_empty() {
        let list: Vec<String> =
            entries.iter().map(|entry| format!("{} of {} is {}", entry.role, entry.gateway, entry.state)).collect();
        format!("the Fabricator says that gateways are not ready: {}", list.join(", "))
    } else if alloy {
        format!("the Fabricator says that Alloy of the gateways is {}", components.gateway_alloy)
    } else if let Some(condition) = condition.and_then(|index| status.conditions.get(index)) {
        format!("the Fabricator says that gateways are not ready: {}", condition.message)
    } else {
        format!("the Fabricator deploys no gateway although there are some: {} is empty", empty.join(" and "))
    };
    let mut finding = out.finding(severity(cx, fabricator, &entries, alloy), fabricator.subject(), title).detail(
        "What is named is missing or has not the version that it should have. The findings about these gateways tell what it \
         means for traffic.",
    );
    for entry in &entries {
        let route = ["status", "components", entry.map, entry.gateway];
        finding = finding.evidence(fabricator.evidence(&route, "neither Ready nor unknown"));
    }
    if alloy {
        finding = finding
            .evidence(fabricator.evidence(&["status", "components", "gatewayAlloy"], "Alloy of the gateways"))
            .key(Key::Workload("fab".into(), "alloy-gw".into()));
    }
    for map in &empty {
        let looked = format!("status.components.{map} of the Fabricator");
        finding = finding.evidence(Evidence::absence(looked, "no gateway is listed although there are some"));
    }
    finding = finding.evidences(condition.map(|index| condition_evidence(fabricator, index)).into_iter().flatten());
    for gateway in &named {
        finding = finding.key(Key::Gateway((*gateway).to_owned())).key(Key::Node((*gateway).to_owned()));
    }
    finding = finding.keys(
        entries.iter().map(|entry| Key::Workload("fab".into(), format!("gw--{}--{}", entry.gateway, entry.role))),
    );
    out.report(
        finding
            .key(Key::Workload("fab".into(), "fabric-ctrl".into()))
            .run("Look at the gateways' DaemonSets.", "kubectl get ds -n fab -o wide | grep gw--"),
    );
}

/// At most `info` where all that is not ready belongs to gateways that are being installed or are gone.
fn severity(cx: &Context<'_>, fabricator: &Object<Fabricator>, entries: &[Entry<'_>], alloy: bool) -> Severity {
    let harmless = |name: &str| {
        let gone = cx.complete::<Gateway>() && cx.find::<Gateway>(name).is_none();
        gone || cx.gateway(name).is_some_and(|gw| gw.is_new())
    };
    if !entries.is_empty() && !alloy && entries.iter().all(|entry| harmless(entry.gateway)) {
        return Severity::Info;
    }
    let running =
        cx.age_of(fabricator.status.last_attempt_time).is_some_and(|age| age.under(APPLYING) && age.seconds >= 0);
    if running { Severity::Warning } else { Severity::Error }
}

fn has_gateways(cx: &Context<'_>) -> bool {
    let gateway_node = |node: &Object<FabNode>| node.spec.roles.iter().any(|role| role == "gateway");
    !cx.list::<Gateway>().is_empty() || cx.list::<FabNode>().iter().any(gateway_node)
}

#[cfg(test)]
mod tests {
    use hh_worlds::{World, json};

    use super::GatewaysNotReady;
    use crate::testing::said;

    const FABRICATOR: &str = "Fabricator/default";

    fn healthy() -> World {
        World::healthy().small()
    }

    fn pending() -> World {
        healthy().set(FABRICATOR, "/status/components/gatewayFRR/gateway-1", "Pending").set(
            FABRICATOR,
            "/status/conditions/2/status",
            "False",
        )
    }

    #[test]
    fn an_entry_that_is_pending() {
        let said = said(&GatewaysNotReady, &pending());
        assert_eq!(said.lines(), ["error Fabricator/default"]);
        let finding = &said.findings[0];
        assert_eq!(finding.title, "the Fabricator says that gateways are not ready: frr of gateway-1 is Pending");
        let proof = &finding.evidence[0];
        assert_eq!(proof.field.as_deref(), Some("status.components.gatewayFRR.gateway-1"));
        assert!(proof.line.is_some());
    }

    #[test]
    fn the_node_explains_it() {
        let world = pending().set("Node/gateway-1", "/status/conditions/3/status", "Unknown");
        assert_eq!(said(&GatewaysNotReady, &world).findings[0].caused_by.len(), 1);
        let other = pending().set("Node/gateway-2", "/status/conditions/3/status", "Unknown");
        assert_eq!(said(&GatewaysNotReady, &other).findings[0].caused_by.len(), 0);
    }

    #[test]
    fn an_empty_map() {
        let world = healthy().set(FABRICATOR, "/status/components/gatewayDataplane", json!({}));
        let found = said(&GatewaysNotReady, &world);
        assert!(found.findings[0].title.contains("gatewayDataplane is empty"), "{}", found.findings[0].title);
        let gone = world.without("Gateway").without("FabNode");
        assert_eq!(said(&GatewaysNotReady, &gone).lines(), Vec::<String>::new());
    }

    #[test]
    fn healthy_pictures() {
        assert_eq!(said(&GatewaysNotReady, &healthy()).passed, 1);
        assert!(said(&GatewaysNotReady, &World::older().small()).is_quiet());
        let off = pending().set(FABRICATOR, "/spec/config/gateway/enable", false);
        assert_eq!(said(&GatewaysNotReady, &off).lines(), Vec::<String>::new());
        let absent = healthy().unset(FABRICATOR, "/status/conditions/2");
        assert_eq!(said(&GatewaysNotReady, &absent).lines(), Vec::<String>::new());
        // A FabNode whose Gateway was not made or is gone.
        let gone = pending().delete("Gateway/gateway-1");
        assert_eq!(said(&GatewaysNotReady, &gone).lines(), ["info Fabricator/default"]);
    }

    #[test]
    fn not_captured() {
        let said = said(&GatewaysNotReady, &healthy().without("Fabricator"));
        assert_eq!(said.not_checked, ["Fabricator object"]);
    }
}
