//! Two devices of the underlay have one address.

use std::collections::{BTreeMap, BTreeSet};

use crate::facts::{Agent, Connection, Context, GatewayLink, GatewayLinks, Gw, SpecView, Switch, bare};
use crate::finding::{Evidence, Key, Severity, Subject};
use crate::rule::{Meta, Order, Outcome, Rule, Source};
use crate::rules::relations::SPOILT_SESSIONS;

/// See the metadata.
#[derive(Debug)]
pub(super) struct DuplicateAddress;

static META: Meta = Meta {
    id: "duplicate-gateway-address",
    reference: &["GW-WIRE-DUP"],
    title: "An address of a gateway is used twice",
    severities: &[Severity::Critical, Severity::Info],
    needs: &[],
    uses: &[
        Source::CaptureTime,
        Source::Gateways,
        Source::GatewayAgents,
        Source::Switches,
        Source::Agents,
        Source::Connections,
        Source::Nodes,
        Source::Pods,
    ],
    explanation: "\
Collects the protocol addresses, VTEP addresses and VTEP MAC addresses of all gateways and switches and the addresses \
of all routed links, and reports each one that a gateway shares with another device or that it has on two interfaces.

## Why it matters

Two devices with one VTEP or router id draw each other's traffic; sessions over a doubled link address do not come up.

## Not a fault

The copy of one and the same object, a link's address in the Connection and in the Gateway.

## What to do

Give one of the two another address.",
    explains: SPOILT_SESSIONS,
    order: Order::Wiring,
};

/// Addresses of a device, not of a port.
const LOOPBACK: [&str; 3] = ["protocolIP", "vtepIP", "vtepMAC"];

/// One use of an address.
struct Use<'b> {
    device: &'b str,
    /// What it is there: `vtepIP`, or a port.
    what: String,
    evidence: Evidence,
    /// Set for gateways: subject, age and join keys.
    gateway: Option<Owner>,
}

struct Owner {
    subject: Subject,
    created: Option<crate::model::Time>,
    new: bool,
    key: Key,
}

#[derive(Default)]
struct Uses<'b>(BTreeMap<String, BTreeMap<(&'b str, String), Use<'b>>>);

impl<'b> Uses<'b> {
    fn add(&mut self, address: &str, used: Use<'b>) {
        let text = bare(address);
        if text.is_empty() {
            return;
        }
        let text = text.parse::<std::net::IpAddr>().map_or_else(|_| text.to_lowercase(), |ip| ip.to_string());
        // A link's address stands in the Connection and in the Gateway.
        self.0.entry(text).or_default().entry((used.device, used.what.clone())).or_insert(used);
    }
}

impl Rule for DuplicateAddress {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn check(&self, cx: &Context<'_>, out: &mut Outcome) {
        let mut uses = Uses::default();
        let mut gateways = 0_usize;
        for gateway in cx.gateways() {
            let Some(view) = gateway.whole_spec() else { continue };
            gateways = gateways.saturating_add(1);
            add_gateway(&mut uses, &gateway, view);
        }
        add_switches(cx, &mut uses);
        add_links(cx, &mut uses);
        let mut blamed = BTreeSet::new();
        let links = cx.gateway_links();
        for (address, uses) in uses.0 {
            let uses: Vec<Use<'_>> = uses.into_values().collect();
            let Some(owner) = owner(&uses) else { continue };
            blamed.insert(owner.subject.clone());
            report(out, &links, &address, &uses, owner);
        }
        for _ in blamed.len()..gateways {
            out.pass();
        }
    }
}

fn add_gateway<'b>(uses: &mut Uses<'b>, gateway: &Gw<'_, 'b>, view: SpecView<'b>) {
    let spec = view.spec();
    let created = gateway.gateway().and_then(|gateway| gateway.meta.creation_timestamp);
    let new = gateway.is_new();
    let owner = || Some(Owner { subject: gateway.gateway_subject(), created, new, key: gateway.key() });
    let device = gateway.name();
    for (what, address) in [("protocolIP", &spec.protocol_ip), ("vtepIP", &spec.vtep_ip), ("vtepMAC", &spec.vtep_mac)] {
        let evidence = view.evidence(&[what], format!("{what} of {device}"));
        uses.add(address, Use { device, what: what.into(), evidence, gateway: owner() });
    }
    for (name, interface) in &spec.interfaces {
        for (index, ip) in interface.ips.iter().enumerate() {
            let route = ["interfaces", name.as_str(), "ips", &index.to_string()];
            let evidence = view.evidence(&route, format!("address of {device}/{name}"));
            uses.add(ip, Use { device, what: name.clone(), evidence, gateway: owner() });
        }
    }
}

fn add_switches<'b>(cx: &Context<'b>, uses: &mut Uses<'b>) {
    let mut seen = BTreeSet::new();
    for switch in cx.list::<Switch>() {
        seen.insert(switch.name());
        for (what, address) in [("protocolIP", &switch.spec.protocol_ip), ("vtepIP", &switch.spec.vtep_ip)] {
            let evidence = switch.evidence(&["spec", what], format!("{what} of {}", switch.name()));
            uses.add(address, Use { device: switch.name(), what: what.into(), evidence, gateway: None });
        }
    }
    for agent in cx.list::<Agent>().iter().filter(|agent| !seen.contains(agent.name())) {
        let spec = &agent.spec.switch;
        for (what, address) in [("protocolIP", &spec.protocol_ip), ("vtepIP", &spec.vtep_ip)] {
            let evidence = agent.evidence(&["spec", "switch", what], format!("{what} of {}", agent.name()));
            uses.add(address, Use { device: agent.name(), what: what.into(), evidence, gateway: None });
        }
    }
}

/// Both ends of every routed link.
fn add_links<'b>(cx: &Context<'b>, uses: &mut Uses<'b>) {
    for connection in cx.list::<Connection>() {
        let spec = &connection.spec;
        let fabric =
            spec.fabric.iter().flat_map(|c| c.links.iter().enumerate()).flat_map(|(index, link)| {
                [("fabric", index, "spine", &link.spine), ("fabric", index, "leaf", &link.leaf)]
            });
        let mesh =
            spec.mesh.iter().flat_map(|c| c.links.iter().enumerate()).flat_map(|(index, link)| {
                [("mesh", index, "leaf1", &link.leaf1), ("mesh", index, "leaf2", &link.leaf2)]
            });
        let gateway = spec.gateway.iter().flat_map(|c| c.links.iter().enumerate()).flat_map(|(index, link)| {
            [("gateway", index, "switch", &link.switch), ("gateway", index, "gateway", &link.gateway)]
        });
        for (kind, index, side, end) in fabric.chain(mesh).chain(gateway) {
            let Some((device, port)) = end.port.split_once('/') else { continue };
            let index = index.to_string();
            let evidence =
                connection.evidence(&["spec", kind, "links", &index, side, "ip"], format!("address of {}", end.port));
            uses.add(&end.ip, Use { device, what: port.into(), evidence, gateway: None });
        }
    }
}

/// The gateway to blame for an address that is used twice: the younger one, of equal age the last by name.
fn owner<'u>(uses: &'u [Use<'_>]) -> Option<&'u Owner> {
    let first = uses.first()?;
    let other_device = uses.iter().any(|used| used.device != first.device);
    // On one device only link addresses count: a router may use its loopback for both purposes.
    let ports = uses.iter().filter(|used| !LOOPBACK.contains(&&*used.what)).count();
    if !other_device && ports < 2 {
        return None;
    }
    let created = |owner: &Owner| owner.created.and_then(crate::model::Time::at);
    uses.iter()
        .filter_map(|used| used.gateway.as_ref())
        .max_by(|a, b| created(a).cmp(&created(b)).then_with(|| a.subject.cmp(&b.subject)))
}

fn report(out: &mut Outcome, links: &GatewayLinks<'_>, address: &str, uses: &[Use<'_>], owner: &Owner) {
    let places: Vec<String> = uses.iter().map(|used| format!("{} of {}", used.what, used.device)).collect();
    let severity = if owner.new { Severity::Info } else { Severity::Critical };
    let mut finding = out
        .finding(
            severity,
            owner.subject.clone().part(address),
            format!("address {address} is used twice: {}", places.join(", ")),
        )
        .detail("Traffic and sessions for this address reach one device or the other, not the one that is meant.")
        .run("correct the Gateway", format!("kubectl edit gateway {}", owner.subject.name));
    // The own use first.
    let (own, others): (Vec<_>, Vec<_>) =
        uses.iter().partition(|used| used.gateway.as_ref().is_some_and(|used| used.subject == owner.subject));
    for used in own.into_iter().chain(others) {
        finding = finding.evidence(used.evidence.clone());
        let Some(gateway) = &used.gateway else { continue };
        finding = finding.key(gateway.key.clone());
        // An address of a link spoils that link's session, one of the gateway itself all of them.
        let own = links
            .of(&gateway.subject.name)
            .filter(|link| LOOPBACK.contains(&&*used.what) || link.interface == used.what);
        finding = finding.keys(own.flat_map(GatewayLink::keys));
    }
    out.report(finding);
}

#[cfg(test)]
mod tests {
    use hh_worlds::World;

    use super::DuplicateAddress;
    use crate::testing::said;

    #[test]
    fn doubled_addresses() {
        for (pointer, value) in [
            ("/spec/vtepIP", "172.30.12.2/32"),
            ("/spec/protocolIP", "172.30.8.2/32"),
            ("/spec/vtepMAC", "CA:FE:BA:BE:00:01"),
            ("/spec/interfaces/enp2s1/ips/0", "172.30.128.9/31"),
            ("/spec/interfaces/enp2s1/ips/0", "172.30.128.15/31"),
        ] {
            let said = said(&DuplicateAddress, &World::healthy().small().set("Gateway/gateway-2", pointer, value));
            let address = value.split('/').next().unwrap().to_lowercase();
            assert_eq!(said.lines(), [format!("critical Gateway/gateway-2 ({address})")], "{pointer}");
            assert_eq!(said.findings[0].evidence[0].value.as_deref(), Some(value));
        }
    }

    #[test]
    fn looks_like_it() {
        for world in [World::healthy().small(), World::older().small()] {
            let said = said(&DuplicateAddress, &world);
            assert_eq!((said.lines(), said.passed), (vec![], 2));
        }
        // Two switches are the fabric's matter.
        let switches = World::healthy().small().set("Switch/leaf-02", "/spec/vtepIP", "172.30.12.0/32");
        assert!(said(&DuplicateAddress, &switches).findings.is_empty());
    }

    #[test]
    fn the_younger_gateway_is_blamed() {
        let world = World::healthy().small().set("Gateway/gateway-1", "/spec/vtepIP", "172.30.12.3/32").set(
            "Gateway/gateway-1",
            "/metadata/creationTimestamp",
            "2026-10-01T00:00:00Z",
        );
        assert_eq!(said(&DuplicateAddress, &world).lines(), ["critical Gateway/gateway-1 (172.30.12.3)"]);
    }
}
