//! A gateway mixes PCI and kernel interfaces.

use crate::facts::Context;
use crate::finding::Severity;
use crate::rule::{Meta, Order, Outcome, Rule, Source};

/// See the metadata.
#[derive(Debug)]
pub(super) struct MixedDrivers;

static META: Meta = Meta {
    id: "gateway-mixed-drivers",
    reference: &["GW-IF-MIXED"],
    title: "A gateway mixes PCI and kernel interfaces",
    severities: &[Severity::Error, Severity::Info],
    needs: &[],
    uses: &[Source::CaptureTime, Source::Gateways, Source::GatewayAgents, Source::Nodes, Source::Pods],
    explanation: "\
An interface with `pci` uses the DPDK driver, one without the kernel driver. One gateway must use one driver: the \
controller refuses to deploy a mix.

## Why it matters

The DaemonSets of the gateway are not updated any more.

## Not a fault

All interfaces with `pci`, or none.

## What to do

Give all interfaces a PCI address, or none.",
    explains: &[],
    order: Order::Wiring,
};

impl Rule for MixedDrivers {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn check(&self, cx: &Context<'_>, out: &mut Outcome) {
        for gateway in cx.gateways() {
            let Some(view) = gateway.whole_spec() else { continue };
            let interfaces = &view.spec().interfaces;
            let with = interfaces.iter().find(|(_, interface)| !interface.pci.is_empty());
            let without = interfaces.iter().find(|(_, interface)| interface.pci.is_empty());
            let (Some((pci, _)), Some((kernel, _)), false) = (with, without, cx.truncated()) else {
                out.pass();
                continue;
            };
            let severity = if gateway.is_new() { Severity::Info } else { Severity::Error };
            let finding = out
                .finding(
                    severity,
                    gateway.gateway_subject().part(kernel),
                    format!("{} mixes PCI interface {pci} and kernel interface {kernel}", gateway.name()),
                )
                .detail("The controller refuses to deploy such a gateway; its pods stay as they are.")
                .evidence(view.evidence(&["interfaces", pci, "pci"], "an interface of the DPDK driver"))
                .evidence(view.key_evidence(&["interfaces", kernel], "an interface of the kernel driver"))
                .key(gateway.key())
                .run("correct the Gateway", format!("kubectl edit gateway {}", gateway.name()));
            out.report(finding);
        }
    }
}

#[cfg(test)]
mod tests {
    use hh_worlds::World;

    use super::MixedDrivers;
    use crate::testing::said;

    #[test]
    fn one_of_each() {
        let world = World::healthy().small().set("Gateway/gateway-2", "/spec/interfaces/enp2s1/pci", "0000:3b:00.0");
        let said = said(&MixedDrivers, &world);
        assert_eq!(said.lines(), ["error Gateway/gateway-2 (enp2s2)"]);
        assert_eq!(said.findings[0].evidence[0].value.as_deref(), Some("0000:3b:00.0"));
    }

    #[test]
    fn one_driver() {
        assert_eq!(said(&MixedDrivers, &World::healthy().small()).passed, 2);
        let pci = World::healthy().small().set("Gateway/gateway-2", "/spec/interfaces/enp2s1/pci", "0000:3b:00.0").set(
            "Gateway/gateway-2",
            "/spec/interfaces/enp2s2/pci",
            "0000:3b:00.1",
        );
        assert_eq!(said(&MixedDrivers, &pci).passed, 2);
    }
}
