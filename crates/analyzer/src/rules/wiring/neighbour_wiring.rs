//! The neighbours of a gateway do not fit its cabling.

use std::collections::{BTreeMap, BTreeSet};

use crate::facts::{Agent, Context, GatewayLink, GatewayLinks, Gw, SpecView, Switch, bare, same_address};
use crate::finding::{Evidence, Key, Severity};
use crate::model::gateway::GatewayNeighbor;
use crate::rule::{Meta, Order, Outcome, Rule, Source};
use crate::rules::relations::SPOILT_SESSIONS;

/// See the metadata.
#[derive(Debug)]
pub(super) struct NeighbourWiring;

static META: Meta = Meta {
    id: "gateway-neighbor-mismatch",
    reference: &["GW-WIRE-NEIGH", "S15"],
    title: "A gateway's neighbour does not fit its cabling",
    severities: &[Severity::Error, Severity::Warning, Severity::Info],
    needs: &[Source::Connections],
    uses: &[
        Source::CaptureTime,
        Source::Gateways,
        Source::GatewayAgents,
        Source::Switches,
        Source::Agents,
        Source::Nodes,
        Source::Pods,
    ],
    explanation: "\
For each link of a Connection of type `gateway`: the interface of the Gateway must have the gateway's address of the \
link, and the Gateway must have a neighbour with the switch's address of the link, the AS number of the switch and that \
interface as source. A neighbour that belongs to no link is a warning.

## Why it matters

A wrong address or AS number keeps the session down.

## Not a fault

- a gateway that is being installed (`info`)
- missing links in a capture that does not hold all Connections: nothing is said about extra neighbours

## What to do

Correct the Gateway's spec, or the Connection, whichever is wrong.",
    explains: SPOILT_SESSIONS,
    order: Order::Wiring,
};

impl Rule for NeighbourWiring {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn check(&self, cx: &Context<'_>, out: &mut Outcome) {
        let links = cx.gateway_links();
        for gateway in cx.gateways() {
            let Some(view) = gateway.whole_spec() else {
                if links.of(gateway.name()).next().is_some() {
                    out.not_checked(gateway.gateway_subject(), Source::Gateways);
                }
                continue;
            };
            let neighbours: Neighbours<'_> =
                view.spec().neighbors.iter().enumerate().map(|at| (bare(&at.1.ip), at)).collect();
            for link in links.of(gateway.name()) {
                check(cx, out, &gateway, view, &neighbours, link);
            }
            if links.complete {
                extra(out, &gateway, view, &links);
            }
        }
    }
}

/// Neighbours of a Gateway by address, with their index.
type Neighbours<'b> = BTreeMap<&'b str, (usize, &'b GatewayNeighbor)>;

/// What is wrong with a link, and the proof.
struct Wrong {
    words: String,
    evidence: Evidence,
}

fn check(
    cx: &Context<'_>,
    out: &mut Outcome,
    gateway: &Gw<'_, '_>,
    view: SpecView<'_>,
    neighbours: &Neighbours<'_>,
    link: &GatewayLink<'_>,
) {
    let mut wrong = Vec::new();
    let mut part = link.neighbour();
    wrong.extend(neighbour(cx, view, neighbours, link));
    if let Some(interface) = interface(cx, view, link) {
        if wrong.is_empty() {
            part = link.interface;
        }
        wrong.push(interface);
    }
    let Some(first) = wrong.first() else {
        out.pass();
        return;
    };
    let severity = if gateway.is_new() { Severity::Info } else { Severity::Error };
    let title = format!("{}: {}", gateway.name(), first.words);
    let all: Vec<String> = wrong.iter().map(|wrong| wrong.words.clone()).collect();
    let mut finding = out.finding(severity, gateway.gateway_subject().part(part), title).detail(format!(
        "Connection {} wires {} ({}): {}. The session over this link cannot come up like this.",
        link.connection(),
        link.words(),
        link.switch_ip,
        all.join("; ")
    ));
    for wrong in wrong {
        finding = finding.evidence(wrong.evidence);
    }
    finding = finding.evidence(link.evidence(&["switch", "ip"], "address of the switch on the link"));
    if let Some(asn) = switch_asn(cx, link.switch) {
        finding = finding.evidence(asn.1);
    }
    out.report(
        finding.keys(link.keys()).run("correct the Gateway", format!("kubectl edit gateway {}", gateway.name())),
    );
}

/// The interface must have the gateway's address.
fn interface(cx: &Context<'_>, view: SpecView<'_>, link: &GatewayLink<'_>) -> Option<Wrong> {
    if link.gateway_ip.is_empty() {
        return None;
    }
    match view.spec().interfaces.get(link.interface) {
        Some(interface) if interface.ips.iter().any(|ip| same_address(ip, link.gateway_ip)) => None,
        Some(_) => Some(Wrong {
            words: format!("interface {} does not have the link's address {}", link.interface, link.gateway_ip),
            evidence: view.key_evidence(&["interfaces", link.interface, "ips"], "addresses of the interface"),
        }),
        None if cx.truncated() => None,
        None => Some(Wrong {
            words: format!("interface {} of the Connection is not in the Gateway", link.interface),
            evidence: view.key_evidence(&["interfaces"], "interfaces of the Gateway"),
        }),
    }
}

/// The Gateway must have a neighbour for the switch.
fn neighbour(cx: &Context<'_>, view: SpecView<'_>, neighbours: &Neighbours<'_>, link: &GatewayLink<'_>) -> Vec<Wrong> {
    let mut wrong = Vec::new();
    if link.switch_ip.is_empty() {
        return wrong;
    }
    let found = neighbours.get(link.neighbour()).copied();
    let Some((index, neighbour)) = found else {
        // In a dump that is cut the list may be cut.
        if !cx.truncated() {
            wrong.push(Wrong {
                words: format!("no BGP neighbour {} for {}", link.neighbour(), link.switch),
                evidence: view.key_evidence(&["neighbors"], "neighbours of the Gateway"),
            });
        }
        return wrong;
    };
    let index = index.to_string();
    if let Some((asn, _)) = switch_asn(cx, link.switch).filter(|(asn, _)| *asn != neighbour.asn) {
        wrong.push(Wrong {
            words: format!(
                "neighbour {} is configured with AS {}, {} has AS {asn}",
                neighbour.ip, neighbour.asn, link.switch
            ),
            evidence: view.evidence(&["neighbors", &index, "asn"], "AS number that the gateway expects"),
        });
    }
    // Without a source FRR takes the connected address, which is the right one.
    if !neighbour.source.is_empty() && neighbour.source != link.interface {
        wrong.push(Wrong {
            words: format!(
                "neighbour {} uses source {}, the cable is on {}",
                neighbour.ip, neighbour.source, link.interface
            ),
            evidence: view.evidence(&["neighbors", &index, "source"], "interface that the session uses"),
        });
    }
    wrong
}

/// AS number of a switch, from the Switch or its copy in the Agent.
fn switch_asn(cx: &Context<'_>, name: &str) -> Option<(u32, Evidence)> {
    if let Some(switch) = cx.find::<Switch>(name).filter(|switch| switch.spec.asn != 0) {
        return Some((switch.spec.asn, switch.evidence(&["spec", "asn"], "AS number of the switch")));
    }
    let agent = cx.find::<Agent>(name).filter(|agent| agent.spec.switch.asn != 0)?;
    Some((agent.spec.switch.asn, agent.evidence(&["spec", "switch", "asn"], "AS number of the switch")))
}

/// Neighbours that no link explains.
fn extra(out: &mut Outcome, gateway: &Gw<'_, '_>, view: SpecView<'_>, links: &GatewayLinks<'_>) {
    let wired: BTreeSet<&str> = links.of(gateway.name()).map(GatewayLink::neighbour).collect();
    for (index, neighbour) in view.spec().neighbors.iter().enumerate() {
        if wired.contains(bare(&neighbour.ip)) || wired.contains("") {
            continue;
        }
        let severity = if gateway.is_new() { Severity::Info } else { Severity::Warning };
        let finding = out
            .finding(
                severity,
                gateway.gateway_subject().part(&*neighbour.ip),
                format!("BGP neighbour {} of {} belongs to no Connection", neighbour.ip, gateway.name()),
            )
            .detail("No link of a Connection of type `gateway` has this address on the switch side.")
            .evidence(view.evidence(&["neighbors", &index.to_string(), "ip"], "a neighbour without a cable"))
            .key(gateway.key())
            .key(Key::Neighbour(gateway.name().into(), neighbour.ip.clone()))
            .run(
                "see the Connections",
                "kubectl get connections -l fabric.githedgehog.com/connection-type=gateway -o yaml",
            );
        out.report(finding);
    }
}

#[cfg(test)]
mod tests {
    use hh_worlds::{World, json};

    use super::NeighbourWiring;
    use crate::testing::{analysis, said};

    #[test]
    fn a_wrong_as_number() {
        let world = World::healthy().small().set("Gateway/gateway-2", "/spec/neighbors/1/asn", 65103);
        let said = said(&NeighbourWiring, &world);
        assert_eq!(said.lines(), ["error Gateway/gateway-2 (172.30.128.14)"]);
        let evidence = &said.findings[0].evidence[0];
        assert_eq!(
            (evidence.field.as_deref(), evidence.value.as_deref()),
            (Some("spec.neighbors[1].asn"), Some("65103"))
        );
        assert_eq!(
            said.findings[0].title,
            "gateway-2: neighbour 172.30.128.14 is configured with AS 65103, leaf-02 has AS 65102"
        );
    }

    #[test]
    fn it_explains_the_session() {
        let entry = "/status/state/bgp/vrfs/default/neighbors/172.30.128.14";
        let world = World::healthy()
            .small()
            .set("Gateway/gateway-2", "/spec/neighbors/1/asn", 65103)
            .set("GatewayAgent/gateway-2", "/spec/gateway/neighbors/1/asn", 65103)
            .set("GatewayAgent/gateway-2", &format!("{entry}/sessionState"), "idle")
            .set("GatewayAgent/gateway-2", &format!("{entry}/connectionsDropped"), 37)
            .set("GatewayAgent/gateway-2", &format!("{entry}/lastResetReason"), "Remote system closed")
            .insight_error("gateway-2", "frr: show bgp summary", "exec failed");
        let report = analysis(&world, &crate::Options::default()).report;
        let roots: Vec<&str> = report.root_causes.iter().map(|root| root.rule.as_str()).collect();
        assert_eq!(roots, ["gateway-neighbor-mismatch"]);
    }

    #[test]
    fn other_mismatches() {
        for (pointer, value, part) in [
            ("/spec/neighbors/1/ip", json!("172.30.128.16"), "172.30.128.14"),
            ("/spec/neighbors/1/source", json!("enp2s1"), "172.30.128.14"),
            ("/spec/interfaces/enp2s2/ips/0", json!("172.30.128.17/31"), "enp2s2"),
        ] {
            let said = said(&NeighbourWiring, &World::healthy().small().set("Gateway/gateway-2", pointer, value));
            assert_eq!(said.lines()[0], format!("error Gateway/gateway-2 ({part})"), "{pointer}");
        }
        let extra = World::healthy().small().set(
            "Gateway/gateway-2",
            "/spec/neighbors/-",
            json!({"ip": "172.30.128.40", "asn": 65100, "source": "enp2s1"}),
        );
        assert_eq!(said(&NeighbourWiring, &extra).lines(), ["warning Gateway/gateway-2 (172.30.128.40)"]);
    }

    #[test]
    fn looks_like_it() {
        for world in [World::healthy().small(), World::older().small()] {
            assert_eq!(said(&NeighbourWiring, &world).passed, 4);
        }
        // Without Gateways the copies in the GatewayAgents are read.
        assert_eq!(said(&NeighbourWiring, &World::healthy().small().without("Gateway")).passed, 4);
        // Without Switches their copies in the Agents.
        assert_eq!(said(&NeighbourWiring, &World::healthy().small().without("Switch")).passed, 4);
    }

    #[test]
    fn not_checked_without_the_connections() {
        let said = said(&NeighbourWiring, &World::healthy().small().without("Connection"));
        assert_eq!(said.not_checked, ["Connection objects"]);
    }
}
