//! The MTU of a gateway's uplink is too small for encapsulated packets.

use super::commands;
use super::share::{for_gateway, over_permille, packet_stat, percent, received};
use crate::facts::{Agent, Context, Gw, Object};
use crate::finding::{Confidence, Evidence, Severity};
use crate::rule::{Meta, Order, Outcome, Rule, Source};

/// See the metadata.
#[derive(Debug)]
pub(super) struct Mtu;

/// An IPv4 packet of 1500 bytes with its VXLAN encapsulation.
const ENCAPSULATED: u32 = 1550;

/// What an MTU that is too small does.
const EFFECT: &str = "The gateway sends no ICMP \"fragmentation needed\": large packets vanish without a counter at the \
    host, so connections open and then hang.";

static META: Meta = Meta {
    id: "gateway-mtu-too-small",
    reference: &["GW-MTU"],
    title: "The MTU of a gateway interface is too small",
    severities: &[Severity::Warning, Severity::Info],
    needs: &[],
    uses: &[
        Source::Gateways,
        Source::GatewayAgents,
        Source::Agents,
        Source::ShowTech,
        Source::Nodes,
        Source::Pods,
        Source::CaptureTime,
    ],
    explanation: "\
Compares `spec.interfaces.*.mtu` of each Gateway, where it is set, with 1550 bytes (a packet of 1500 bytes in VXLAN) and
with the fabric's MTU (`spec.config.fabricMTU` of the switches' Agents), and looks for packets that had `No headroom` or
were truncated (above 0.1 % of the received ones).

## Why it matters

The gateway sends no ICMP \"fragmentation needed\". Large packets vanish without a counter at the host: small requests
work, transfers hang.

## Not a fault

`vtepMTU`, which the dataplane does not use; the MTU 1500 of `lo`, `*-bri` and `*-vtp` in `show tech`.

## What to do

Set the MTU of the interface to the fabric's MTU.",
    explains: &[],
    order: Order::Wiring,
};

impl Rule for Mtu {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn check(&self, cx: &Context<'_>, out: &mut Outcome) {
        let fabric = cx.list::<Agent>().iter().max_by_key(|agent| agent.spec.config.fabric_mtu);
        let fabric = fabric.filter(|agent| agent.spec.config.fabric_mtu > 0);
        for gateway in cx.gateways() {
            let tech = gateway.show_tech();
            let Some(spec) = gateway.spec() else {
                if tech.is_none() {
                    out.not_checked(gateway.gateway_subject(), Source::Gateways);
                } else if !cut_packets(&gateway, out) {
                    out.pass();
                }
                continue;
            };
            let mut found = false;
            for (interface, settings) in &spec.interfaces {
                found |= settings.mtu > 0 && interface_mtu(&gateway, interface, settings.mtu, fabric, out);
            }
            found |= cut_packets(&gateway, out);
            if !found {
                out.pass();
            }
        }
    }
}

fn interface_mtu(
    gateway: &Gw<'_, '_>,
    interface: &str,
    mtu: u32,
    fabric: Option<&Object<Agent>>,
    out: &mut Outcome,
) -> bool {
    let wanted = fabric.map_or(0, |agent| agent.spec.config.fabric_mtu);
    if mtu >= ENCAPSULATED && mtu >= wanted {
        return false;
    }
    let name = gateway.name();
    let (than, set) = if mtu < wanted {
        (format!("the fabric's is {wanted}"), wanted)
    } else {
        (format!("a packet of 1500 bytes needs {ENCAPSULATED} in VXLAN"), ENCAPSULATED)
    };
    let subject = gateway.gateway_subject();
    let step = commands::edit("gateway", &subject.namespace, name);
    let mut finding = out
        .finding(
            for_gateway(gateway, Severity::Warning),
            subject.part(interface),
            format!("MTU of {interface} on {name} is {mtu}, {than}"),
        )
        .confidence(Confidence::Likely)
        .detail(format!("Packets that are larger than the link takes are lost on {interface}. {EFFECT}"))
        .evidence(mtu_evidence(gateway, interface))
        .run(format!("Set spec.interfaces.{interface}.mtu to {set} or more"), step)
        .key(gateway.key());
    if let Some(agent) = fabric.filter(|_| mtu < wanted) {
        finding = finding.evidence(agent.evidence(&["spec", "config", "fabricMTU"], "MTU of the fabric's links"));
    }
    out.report(finding);
    true
}

fn mtu_evidence(gateway: &Gw<'_, '_>, interface: &str) -> Evidence {
    let note = "MTU of the gateway's interface";
    let own = gateway.gateway().filter(|object| object.spec.interfaces.contains_key(interface));
    match (own, gateway.agent()) {
        (Some(object), _) => object.evidence(&["spec", "interfaces", interface, "mtu"], note),
        (None, Some(agent)) => agent.evidence(&["spec", "gateway", "interfaces", interface, "mtu"], note),
        (None, None) => Evidence::absence(format!("Gateway {}", gateway.name()), note),
    }
}

/// Packets that did not fit: no room for the encapsulation, or truncated at reception.
fn cut_packets(gateway: &Gw<'_, '_>, out: &mut Outcome) -> bool {
    let Some(tech) = gateway.show_tech() else { return false };
    let Some(all) = received(&tech.value) else { return false };
    let mut evidence = Vec::new();
    let mut words = Vec::new();
    let note = format!("no room for the encapsulation, of {all} received packets");
    if let Some((count, proof)) =
        packet_stat(tech, "No headroom", &note).filter(|(count, _)| over_permille(*count, all))
    {
        words.push(format!("{count} without headroom ({})", percent(count, all)));
        evidence.push(proof);
    }
    let rows = tech.value.driver.iter().flat_map(|driver| &driver.rows);
    let cut: Vec<_> =
        rows.filter_map(|row| Some((row, row.counter("truncated")?))).filter(|(_, count)| count.value > 0).collect();
    let truncated = cut.iter().fold(0_u64, |sum, (_, count)| sum.saturating_add(count.value));
    if over_permille(truncated, all) {
        words.push(format!("{truncated} truncated ({})", percent(truncated, all)));
        evidence.extend(cut.iter().take(5).map(|(row, count)| {
            tech.evidence(count.span, format!("worker {}, {}", row.worker, row.interface.value))
                .field("Packet driver status: truncated")
                .value(count.value.to_string())
        }));
    }
    if evidence.is_empty() {
        return false;
    }
    let name = gateway.name();
    let finding = out
        .finding(
            for_gateway(gateway, Severity::Warning),
            gateway.gateway_subject(),
            format!("packets are too large for {name}: {}", words.join(", ")),
        )
        .confidence(Confidence::Likely)
        .detail(format!("Packets did not fit into the dataplane's buffers. {EFFECT}"))
        .evidences(evidence)
        .run("Compare the MTU of the gateway's interfaces", commands::dataplane_cli(gateway, "show tech"))
        .key(gateway.key());
    out.report(finding);
    true
}

#[cfg(test)]
mod tests {
    use hh_worlds::World;

    use super::Mtu;
    use crate::testing::said;

    const MTU: &str = "/spec/interfaces/enp2s1/mtu";

    fn world() -> World {
        World::healthy().small()
    }

    #[test]
    fn an_mtu_below_the_fabrics_is_a_warning() {
        let said = said(&Mtu, &world().set("Gateway/gateway-1", MTU, 1600));
        assert_eq!(said.lines(), ["warning Gateway/gateway-1 (enp2s1)"]);
        let finding = &said.findings[0];
        assert_eq!(finding.title, "MTU of enp2s1 on gateway-1 is 1600, the fabric's is 9100");
        assert_eq!(finding.evidence[0].field.as_deref(), Some("spec.interfaces.enp2s1.mtu"));
        assert_eq!(finding.evidence[1].value.as_deref(), Some("9100"));
    }

    #[test]
    fn without_the_fabrics_mtu_the_encapsulation_counts() {
        let alone = |mtu| said(&Mtu, &world().without("Agent").set("Gateway/gateway-1", MTU, mtu)).lines();
        assert_eq!(alone(1549), ["warning Gateway/gateway-1 (enp2s1)"]);
        assert!(alone(1550).is_empty() && alone(0).is_empty());
    }

    #[test]
    fn the_copy_in_the_agent_is_read_where_gateways_are_missing() {
        let world =
            world().without("Gateway").set("GatewayAgent/gateway-1", "/spec/gateway/interfaces/enp2s1/mtu", 1500);
        let said = said(&Mtu, &world);
        assert_eq!(said.lines(), ["warning Gateway/gateway-1 (enp2s1)"]);
        assert_eq!(said.findings[0].evidence[0].field.as_deref(), Some("spec.gateway.interfaces.enp2s1.mtu"));
    }

    #[test]
    fn packets_without_headroom_are_a_warning_of_the_gateway() {
        let row = "No headroom                    0";
        let with = |count: &str| {
            world().insight_replace(
                "gateway-1",
                "dataplane: show tech",
                row,
                &format!("No headroom                    {count}"),
            )
        };
        assert_eq!(said(&Mtu, &with("5000")).lines(), ["warning Gateway/gateway-1"]);
        assert!(said(&Mtu, &with("500")).lines().is_empty());
    }

    #[test]
    fn healthy_installations_pass() {
        for world in [
            world(),
            World::older().small(),
            world().unset("Gateway/gateway-1", MTU),
            world().set("Gateway/gateway-1", "/spec/vtepMTU", 900),
        ] {
            let said = said(&Mtu, &world);
            assert_eq!((said.lines(), said.passed), (vec![], 2));
        }
    }
}
