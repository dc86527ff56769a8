//! Traffic is expected from the side that may not begin.

use std::collections::BTreeSet;

use crate::facts::{Context, GatewayPeering, Object};
use crate::finding::{Evidence, Key, Severity};
use crate::parse::log::literals::datapath;
use crate::rule::{Meta, Order, Outcome, Rule, Source};
use crate::validate::expose::expose_route;
use crate::validate::nat::{Initiate, may_initiate};

/// See the metadata.
#[derive(Debug)]
pub(super) struct Direction;

static META: Meta = Meta {
    id: "nat-forbids-direction",
    reference: &["GW-NAT-DIRECTION"],
    title: "The translation of a peering does not let the expected side begin connections",
    severities: &[Severity::Warning, Severity::Info],
    needs: &[Source::GatewayPeerings],
    uses: &[
        Source::Expectation,
        Source::DataplaneLog,
        Source::Gateways,
        Source::GatewayAgents,
        Source::Pods,
        Source::Fabricator,
        Source::ShowTech,
    ],
    explanation: "For each expected traffic (`--expect a->b`, a begins): b must not be reachable through masquerade \
only, and a must have more than port forwarding. Without an expectation, lines of the dataplane about packets from the \
wrong side are information.

## Why it matters
Masquerade hides the hosts of a side: only that side can begin a connection. Port forwarding works the other way \
round: only the far side can begin. The gateway drops everything else, and does not err.

## Not a fault
The other direction; a side with a second expose block that is not translated that way.

## What to do
Expose the side to be reached with static NAT, port forwarding or none, or let the other side begin.",
    explains: &[],
    order: Order::Nat,
};

impl Rule for Direction {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn check(&self, cx: &Context<'_>, out: &mut Outcome) {
        if cx.expectations().is_empty() {
            out.not_checked_at_all(Source::Expectation);
            strays(cx, out);
            return;
        }
        let runs = cx.peering_runs();
        let mut told = BTreeSet::new();
        for (from, to) in cx.expectations() {
            for peering in cx.list::<GatewayPeering>().iter().filter(|p| p.has_whole_spec(cx.truncated())) {
                let Some((from, to)) = sides(peering, from, to) else { continue };
                if !told.insert((peering.meta.name.clone(), from.clone())) {
                    continue;
                }
                let verdict = may_initiate(&peering.spec, &from);
                let (hidden, mode, why) = match verdict {
                    Initiate::Yes => {
                        out.pass();
                        continue;
                    }
                    Initiate::Unknown => {
                        out.cannot_tell(peering.subject(), "a translation of the peering that can be read");
                        continue;
                    }
                    Initiate::FarMasqueraded => (
                        &to,
                        "masquerade",
                        format!("{to} is only masqueraded: it can begin connections, not take them"),
                    ),
                    Initiate::NearPortForwarded => (
                        &from,
                        "portForward",
                        format!("{from} is only port-forwarded: it can take connections, not begin them"),
                    ),
                };
                let mut route = expose_route(&[], hidden, 0);
                route.push("nat".to_owned());
                // Very old objects have other names for the modes.
                let named =
                    peering.at(&[&["spec".to_owned()], route.as_slice()].concat()).and_then(|nat| nat.get(mode));
                if named.is_some() {
                    route.push(mode.to_owned());
                }
                let run = runs.of(peering.name(), &peering.spec);
                let denied = run.serving().find_map(|gateway| denied(cx, gateway));
                out.report(
                    out.finding(
                        Severity::Warning,
                        peering.subject().part(format!("{from}->{to}")),
                        format!("Peering {} does not let {from} begin connections to {to}", peering.name()),
                    )
                    .detail(format!(
                        "Traffic that {from} begins is expected, and {why}. The gateway drops such packets; it does \
                         what its configuration says."
                    ))
                    .evidence(peering.spec_evidence(&route, format!("how {hidden} is translated")))
                    .evidences(denied)
                    .run(
                        format!("Expose {hidden} in a way that lets {from} begin, or let {to} begin."),
                        format!("kubectl edit gatewaypeering {} -n {}", peering.name(), peering.meta.namespace),
                    )
                    .keys(peering.keys())
                    .keys(run.pair_keys(peering.sides())),
                );
            }
        }
    }
}

/// The keys of the peering that an expectation means: an external may be given without `ext.`.
fn sides(peering: &Object<GatewayPeering>, from: &str, to: &str) -> Option<(String, String)> {
    let (a, b) = peering.sides()?;
    let is = |side: &str, name: &str| side == name || side.strip_prefix("ext.") == Some(name);
    if is(a, from) && is(b, to) {
        Some((a.to_owned(), b.to_owned()))
    } else if is(b, from) && is(a, to) {
        Some((b.to_owned(), a.to_owned()))
    } else {
        None
    }
}

/// The last line of a gateway about a packet from the wrong side.
fn denied(cx: &Context<'_>, gateway: &str) -> Option<Evidence> {
    let log = cx.gateway(gateway)?.dataplane_log()?;
    let hits: Vec<_> = log.hits(&datapath::WRONG_DIRECTION).collect();
    let last = hits.last()?;
    Some(log.evidence(last, format!("packets from the side that may not begin, {} times, on {gateway}", hits.len())))
}

/// Without an expectation: such packets are mentioned, with what would tell which peering is meant.
fn strays(cx: &Context<'_>, out: &mut Outcome) {
    for gateway in cx.gateways() {
        let Some(evidence) = denied(cx, gateway.name()) else { continue };
        out.report(
            out.finding(
                Severity::Info,
                gateway.agent_subject().part("direction"),
                format!("{} refused packets from a side that may not begin connections", gateway.name()),
            )
            .detail(
                "A masqueraded side can only begin connections, not take them. The line names no peering; it is \
                 neither a defect nor an exhausted pool.",
            )
            .evidence(evidence)
            .run("If that traffic should flow, say which.", "hh-analyze --expect '<vpc>-><vpc>' <bundle>")
            .key(Key::Gateway(gateway.name().to_owned())),
        );
    }
}

#[cfg(test)]
mod tests {
    use hh_worlds::{World, json};

    use super::Direction;
    use crate::options::Options;
    use crate::testing::{said, said_with};

    fn expect(from: &str, to: &str) -> Options {
        Options { expect: vec![(from.to_owned(), to.to_owned())], ..Options::default() }
    }

    fn healthy() -> World {
        World::healthy().small()
    }

    #[test]
    fn a_masqueraded_side_cannot_be_reached() {
        let said = said_with(&Direction, &healthy(), &expect("vpc-03", "vpc-02"));
        assert_eq!(said.lines(), ["warning GatewayPeering/vpc-02--vpc-03 (vpc-03->vpc-02)"]);
        let evidence = &said.findings[0].evidence[0];
        assert_eq!(evidence.field.as_deref(), Some("spec.peering.vpc-02.expose[0].nat.masquerade"));
        assert!(evidence.line.is_some());
    }

    #[test]
    fn a_port_forwarded_side_cannot_begin() {
        let nat =
            json!({"portForward": {"idleTimeout": "5m0s", "ports": [{"proto": "tcp", "port": "80", "as": "8080"}]}});
        let world = healthy().set("GatewayPeering/vpc-02--vpc-03", "/spec/peering/vpc-02/expose/0/nat", nat);
        let said = said_with(&Direction, &world, &expect("vpc-02", "vpc-03"));
        assert_eq!(said.lines(), ["warning GatewayPeering/vpc-02--vpc-03 (vpc-02->vpc-03)"]);
    }

    #[test]
    fn the_other_direction_and_plain_peerings_are_healthy() {
        for (from, to) in [("vpc-02", "vpc-03"), ("vpc-01", "vpc-03"), ("vpc-03", "vpc-01"), ("vpc-04", "external-01")]
        {
            let said = said_with(&Direction, &healthy(), &expect(from, to));
            assert_eq!((said.lines(), said.passed), (vec![], 1), "{from}->{to}");
        }
    }

    #[test]
    fn without_an_expectation_it_is_information_at_most() {
        assert_eq!(said(&Direction, &healthy()).not_checked, ["expected traffic (--expect)"]);
        let pod = healthy().pod("gateway-1", "dataplane");
        let line = "2026-09-29T07:59:00.000001Z ERROR dp-worker-0 dataplane_nat::stateful: 211: nat: Error processing \
                    packet: allocation failed: new NAT session creation denied\n";
        let said = said(&Direction, &healthy().log_more(&pod, "dataplane", line));
        assert_eq!(said.lines(), ["info GatewayAgent/gateway-1 (direction)"]);
    }
}
