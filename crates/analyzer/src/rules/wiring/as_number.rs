//! A gateway's AS number is not the one that the fabric expects.

use crate::facts::{Agent, Context, Fabricator, GatewayLink, Gw};
use crate::finding::{Evidence, Severity};
use crate::parse::log::literals::bgp;
use crate::rule::{Meta, Order, Outcome, Rule, Source};
use crate::rules::relations::SPOILT_SESSIONS;

/// See the metadata.
#[derive(Debug)]
pub(super) struct AsNumber;

static META: Meta = Meta {
    id: "gateway-asn-mismatch",
    reference: &["GW-WIRE-ASN"],
    title: "A gateway's AS number is not the one that the fabric expects",
    severities: &[Severity::Error, Severity::Info],
    needs: &[],
    uses: &[
        Source::CaptureTime,
        Source::Gateways,
        Source::GatewayAgents,
        Source::Connections,
        Source::Agents,
        Source::Fabricator,
        Source::Nodes,
        Source::Pods,
        Source::FrrLog,
    ],
    explanation: "\
The switches expect one AS number of all gateways: `config.gatewayASN` of each Agent, set by the Fabricator's \
`gateway.asn`. This rule compares the Gateway's `asn` with both.

## Why it matters

The switch refuses the session with `OPEN Message Error/Bad Peer AS`; none of the gateway's sessions comes up.

## Not a fault

`localAS` 23456 in the status: that is how a 4-byte AS number shows there.

## What to do

Give the Gateway the AS number of the Fabricator.",
    explains: SPOILT_SESSIONS,
    order: Order::Wiring,
};

impl Rule for AsNumber {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn check(&self, cx: &Context<'_>, out: &mut Outcome) {
        let links = cx.gateway_links();
        let fabric: Option<(u32, Evidence)> = cx.list::<Fabricator>().iter().find_map(|fabricator| {
            let asn = fabricator.spec.config.gateway.asn;
            let route = ["spec", "config", "gateway", "asn"];
            (asn != 0).then(|| (asn, fabricator.evidence(&route, "AS number of all gateways")))
        });
        for gateway in cx.gateways() {
            let Some(view) = gateway.whole_spec().filter(|view| view.spec().asn != 0) else { continue };
            let asn = view.spec().asn;
            let mut wrong: Vec<(u32, Evidence)> = Vec::new();
            let mut keys = Vec::new();
            let mut compared = 0_usize;
            for link in links.of(gateway.name()) {
                let Some(switch) = cx.find::<Agent>(link.switch).filter(|a| a.spec.config.gateway_asn != 0) else {
                    continue;
                };
                compared = compared.saturating_add(1);
                let expected = switch.spec.config.gateway_asn;
                if expected != asn {
                    let note = format!("what {} expects of every gateway", link.switch);
                    wrong.push((expected, switch.evidence(&["spec", "config", "gatewayASN"], note)));
                    keys.extend(link.keys());
                }
            }
            if let Some((expected, evidence)) = &fabric {
                compared = compared.saturating_add(1);
                if *expected != asn {
                    wrong.push((*expected, evidence.clone()));
                    keys.extend(links.of(gateway.name()).flat_map(GatewayLink::keys));
                }
            }
            if compared == 0 {
                out.not_checked(gateway.gateway_subject(), Source::Agents);
                continue;
            }
            let Some((expected, _)) = wrong.first() else {
                out.pass();
                continue;
            };
            let severity = if gateway.is_new() { Severity::Info } else { Severity::Error };
            let finding = out
                .finding(
                    severity,
                    gateway.gateway_subject(),
                    format!("{} has AS number {asn}, the fabric expects {expected}", gateway.name()),
                )
                .detail("The switches refuse its BGP sessions with `Bad Peer AS`.")
                .evidence(view.evidence(&["asn"], "AS number of the gateway"))
                .evidences(wrong.into_iter().map(|(_, evidence)| evidence))
                .evidences(refusals(&gateway))
                .key(gateway.key())
                .keys(keys)
                .run("correct the Gateway", format!("kubectl edit gateway {}", gateway.name()));
            out.report(finding);
        }
    }
}

/// The newest refusal in FRR's log.
fn refusals(gateway: &Gw<'_, '_>) -> Option<Evidence> {
    let log = gateway.frr_log()?;
    let hit = log.current(&bgp::BAD_PEER_AS).last()?;
    Some(log.evidence(hit, "the peer refuses the AS number"))
}

#[cfg(test)]
mod tests {
    use hh_worlds::World;

    use super::AsNumber;
    use crate::testing::said;

    #[test]
    fn another_number() {
        let world = World::healthy().small().set("Gateway/gateway-2", "/spec/asn", 65535);
        let said = said(&AsNumber, &world);
        assert_eq!(said.lines(), ["error Gateway/gateway-2"]);
        let evidence = &said.findings[0].evidence;
        assert_eq!((evidence[0].field.as_deref(), evidence[0].value.as_deref()), (Some("spec.asn"), Some("65535")));
        assert_eq!(evidence[1].value.as_deref(), Some("65534"));
    }

    #[test]
    fn looks_like_it() {
        for world in [World::healthy().small(), World::older().small()] {
            assert_eq!(said(&AsNumber, &world).passed, 2);
        }
        let big = World::healthy().small().set(
            "GatewayAgent/gateway-2",
            "/status/state/bgp/vrfs/default/neighbors/172.30.128.14/localAS",
            23456,
        );
        assert_eq!(said(&AsNumber, &big).passed, 2);
    }

    #[test]
    fn not_checked_without_anything_to_compare() {
        let said = said(&AsNumber, &World::healthy().small().without("Agent").without("Fabricator"));
        assert_eq!((said.passed, said.not_checked.len()), (0, 2));
    }
}
