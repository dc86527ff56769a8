//! A port-forwarding rule was not installed though its configuration was applied.

use std::collections::BTreeMap;

use super::commands;
use super::peerings::{Direction, Peerings};
use super::share::{for_gateway, repeated};
use crate::facts::{Context, Gw, LogRef};
use crate::finding::{Confidence, Key, KeyKind, Severity, Subject};
use crate::parse::log::Hit;
use crate::parse::log::literals::datapath;
use crate::rule::{Meta, Order, Outcome, Relation, Rule, Source};
use crate::validate::expose::{Mode, View, resolve};

/// See the metadata.
#[derive(Debug)]
pub(super) struct PortForwardNotInstalled;

static META: Meta = Meta {
    id: "port-forward-rule-not-installed",
    reference: &["D25"],
    title: "A port-forwarding rule is not installed",
    severities: &[Severity::Error, Severity::Info],
    needs: &[],
    uses: &[
        Source::DataplaneLog,
        Source::GatewayAgents,
        Source::GatewayPeerings,
        Source::Gateways,
        Source::Nodes,
        Source::Pods,
        Source::CaptureTime,
    ],
    explanation: "\
Looks for `Failure adding port-forwarding rule (config validation failed)` in the dataplane's log that no later apply
followed. The line names no rule: the peering is the one with port-forward rules whose public addresses and ports overlap,
or the only one with port-forward rules.

## Why it matters

The configuration counts as applied, generation and status are fine, and yet one port is not forwarded: its packets are
dropped as `NAT: not port-forwarded`.

## Not a fault

A line before a later configuration was applied.

## What to do

Give the rules public ports that do not overlap.",
    explains: &[Relation { effects: &["GW-DROPS", "GW-METRICS-DROPS"], join: &[KeyKind::Pair] }],
    order: Order::Nat,
};

impl Rule for PortForwardNotInstalled {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn check(&self, cx: &Context<'_>, out: &mut Outcome) {
        // The same rule missing on several gateways is one finding.
        let mut cases: BTreeMap<Subject, Vec<Case<'_, '_>>> = BTreeMap::new();
        for gateway in cx.gateways() {
            let Some(log) = gateway.dataplane_log() else {
                if Peerings::of(&gateway).iter().any(|direction| direction.sources(Mode::PortForward)) {
                    out.not_checked(gateway.agent_subject(), Source::DataplaneLog);
                }
                continue;
            };
            let hits: Vec<&Hit> = log.current(&datapath::PORT_FORWARD_FAILED).collect();
            if hits.is_empty() {
                out.pass();
                continue;
            }
            let guilty = Guilty::of(&gateway);
            let subject = match &guilty {
                Guilty::Overlap(direction, ..) | Guilty::Only(direction) => direction.subject(cx),
                Guilty::Unknown => gateway.agent_subject(),
            };
            cases.entry(subject).or_default().push(Case { gateway, log, hits, guilty });
        }
        for (subject, cases) in cases {
            report(subject, &cases, out);
        }
    }
}

struct Case<'c, 'b> {
    gateway: Gw<'c, 'b>,
    log: LogRef<'b>,
    hits: Vec<&'b Hit>,
    guilty: Guilty<'b>,
}

/// Whose rule it is.
enum Guilty<'b> {
    /// The side to change, the overlap in words, and both rules with their routes below the peering's spec.
    Overlap(Direction<'b>, String, [(Direction<'b>, Vec<String>); 2]),
    /// The only peering with port-forward rules.
    Only(Direction<'b>),
    Unknown,
}

/// A rule with what its public side takes.
struct Taken<'b> {
    direction: Direction<'b>,
    view: View<'b>,
    low: u16,
    high: u16,
}

impl<'b> Guilty<'b> {
    fn of(gateway: &Gw<'_, 'b>) -> Self {
        let peerings = Peerings::of(gateway);
        let forwarded: Vec<Direction<'b>> =
            peerings.iter().filter(|direction| direction.sources(Mode::PortForward)).collect();
        // Rules by the VPC that sees them, public prefix and protocol: exact prefixes, the usual mistake.
        let mut taken: BTreeMap<(&str, String, &str), Vec<Taken<'b>>> = BTreeMap::new();
        for direction in &forwarded {
            for view in views(*direction) {
                let ports = view.public_ports.map_or((0, u16::MAX), |ports| (ports.lo, ports.hi));
                for prefix in &view.public.entries {
                    for proto in protocols(*direction, &view) {
                        let key = (direction.to, prefix.prefix.to_string(), proto);
                        let view = view.clone();
                        taken.entry(key).or_default().push(Taken {
                            direction: *direction,
                            view,
                            low: ports.0,
                            high: ports.1,
                        });
                    }
                }
            }
        }
        for ((_, prefix, proto), mut rules) in taken {
            rules.sort_by_key(|rule| (rule.low, rule.high));
            let pair = rules.windows(2).find_map(|pair| match pair {
                [first, second] if second.low <= first.high => Some((first, second)),
                _ => None,
            });
            if let Some((first, second)) = pair {
                let words = format!(
                    "{proto} ports {}-{} and {}-{} of {prefix}",
                    first.low, first.high, second.low, second.high
                );
                let routes = [first, second].map(|rule| (rule.direction, rule.view.rule_route(&[])));
                return Self::Overlap(second.direction, words, routes);
            }
        }
        match forwarded.as_slice() {
            [] => Self::Unknown,
            [first, rest @ ..] if rest.iter().all(|other| other.peering == first.peering) => Self::Only(*first),
            _ => Self::Unknown,
        }
    }
}

fn views<'b>(direction: Direction<'b>) -> Vec<View<'b>> {
    let exposes =
        direction.spec.peering.get(direction.from).into_iter().flat_map(|side| side.expose.iter().enumerate());
    exposes
        .filter(|(_, expose)| Mode::of(expose) == Ok(Mode::PortForward))
        .flat_map(|(index, expose)| {
            resolve(direction.from, index, expose, &|_| crate::validate::expose::Subnet::NotCaptured).0
        })
        .collect()
}

/// Protocols of a rule; an absent one is both.
fn protocols(direction: Direction<'_>, view: &View<'_>) -> Vec<&'static str> {
    let side = direction.spec.peering.get(direction.from);
    let nat = side.and_then(|side| side.expose.get(view.expose)).and_then(|expose| expose.nat.as_ref());
    let rules = nat.and_then(|nat| nat.port_forward.as_ref()).map(|forward| &forward.ports);
    let rule = view.rule.and_then(|index| rules?.get(index));
    match rule.map_or("", |rule| rule.proto.as_str()) {
        "tcp" => vec!["tcp"],
        "udp" => vec!["udp"],
        _ => vec!["tcp", "udp"],
    }
}

fn report(subject: Subject, cases: &[Case<'_, '_>], out: &mut Outcome) {
    let Some(first) = cases.first() else { return };
    let names: Vec<&str> = cases.iter().map(|case| case.gateway.name()).collect();
    let names = names.join(" and ");
    let severity =
        cases.iter().map(|case| for_gateway(&case.gateway, Severity::Error)).max().unwrap_or(Severity::Error);
    let (title, confidence) = match &first.guilty {
        Guilty::Overlap(direction, words, _) => (
            format!("a port-forwarding rule of {} is not installed on {names}: {words} overlap", direction.peering),
            Confidence::Likely,
        ),
        Guilty::Only(direction) => {
            (format!("a port-forwarding rule of {} is not installed on {names}", direction.peering), Confidence::Likely)
        }
        Guilty::Unknown => (format!("a port-forwarding rule is not installed on {names}"), Confidence::Certain),
    };
    let mut finding = out.finding(severity, subject.clone(), title).confidence(confidence).detail(
        "The dataplane applied the configuration without that rule: packets to its public port are dropped, and neither the \
         generation nor the status shows it. The log does not name the rule; overlapping public ports are its reason.",
    );
    for case in cases {
        finding = finding.evidences(repeated(case.log, &case.hits, "a rule was left out")).key(case.gateway.key());
        if let Guilty::Overlap(_, _, rules) = &case.guilty {
            finding = finding.evidences(
                rules
                    .iter()
                    .filter_map(|(rule, route)| rule.evidence(&case.gateway, route, "overlaps with the other rule")),
            );
        }
        if let Guilty::Overlap(direction, ..) | Guilty::Only(direction) = &case.guilty {
            let Direction { from, to, peering, .. } = *direction;
            finding = finding
                .key(Key::Peering(peering.into()))
                .key(Key::Vpc(from.into()))
                .key(Key::Vpc(to.into()))
                .key(Key::Pair(case.gateway.name().into(), to.into(), from.into()));
        }
    }
    finding = match first.guilty {
        Guilty::Unknown => finding
            .run("Compare the installed rules with the peerings", commands::dataplane_cli(&first.gateway, "show tech")),
        _ => finding.run(
            "Give the rules public ports that do not overlap",
            commands::edit("gatewaypeering", &subject.namespace, &subject.name),
        ),
    };
    out.report(finding);
}

#[cfg(test)]
mod tests {
    use hh_worlds::{Value, World, json};

    use super::PortForwardNotInstalled;
    use crate::testing::said;

    const LINE: &str = "2026-10-06T08:56:19.310000Z ERROR mgmt dataplane_nat::portfw: 90: Failure adding port-forwarding \
        rule (config validation failed)\n";

    fn log(world: World, line: &str) -> World {
        let pod = world.pod("gateway-1", "dataplane");
        world.log_more(&pod, "dataplane", line)
    }

    /// vpc-01 forwards these (protocol, public ports) of one address to vpc-03.
    fn forwarding(world: World, rules: &[(&str, &str)]) -> World {
        let ports: Vec<Value> =
            rules.iter().map(|(proto, ports)| json!({"proto": proto, "port": "80", "as": ports})).collect();
        let expose = json!([{
            "ips": [{"cidr": "10.20.1.10/32"}],
            "as": [{"cidr": "192.168.78.1/32"}],
            "nat": {"portForward": {"ports": ports}}
        }]);
        let world = world.set("GatewayPeering/vpc-01--vpc-03", "/spec/peering/vpc-01/expose", expose.clone());
        world.set("GatewayAgent/gateway-1", "/spec/peerings/vpc-01--vpc-03/peering/vpc-01/expose", expose)
    }

    fn healthy() -> World {
        World::healthy().small()
    }

    #[test]
    fn rules_that_overlap_are_named() {
        let world = log(forwarding(healthy(), &[("tcp", "8000-8010"), ("tcp", "8010")]), LINE);
        let said = said(&PortForwardNotInstalled, &world);
        assert_eq!(said.lines(), ["error GatewayPeering/vpc-01--vpc-03"]);
        let finding = &said.findings[0];
        assert!(
            finding.title.ends_with("tcp ports 8000-8010 and 8010-8010 of 192.168.78.1/32 overlap"),
            "{}",
            finding.title
        );
        assert!(finding.evidence[0].value.as_deref().unwrap().starts_with("Failure adding port-forwarding rule"));
        let field = finding.evidence[1].field.as_deref();
        assert_eq!(field, Some("spec.peering.vpc-01.expose[0].nat.portForward.ports[0]"));
    }

    #[test]
    fn without_overlap_it_is_the_only_peering_or_the_gateway() {
        let other = log(forwarding(healthy(), &[("tcp", "8000"), ("udp", "8000")]), LINE);
        let said_other = said(&PortForwardNotInstalled, &other);
        assert_eq!(said_other.lines(), ["error GatewayPeering/vpc-01--vpc-03"]);
        assert!(!said_other.findings[0].title.contains("overlap"));
        assert_eq!(said(&PortForwardNotInstalled, &log(healthy(), LINE)).lines(), ["error GatewayAgent/gateway-1"]);
    }

    #[test]
    fn a_later_apply_ends_it() {
        let later = "2026-10-06T09:10:19.310000Z  INFO mgmt dataplane_mgmt::processor::proc: 665: Successfully applied \
            config for genid 12\n";
        assert!(said(&PortForwardNotInstalled, &log(log(healthy(), LINE), later)).findings.is_empty());
        // The success of the very apply that left the rule out does not.
        let own = "2026-10-06T08:56:19.326588Z  INFO mgmt dataplane_mgmt::processor::proc: 665: Successfully applied config \
            for genid 11\n";
        assert_eq!(said(&PortForwardNotInstalled, &log(log(healthy(), LINE), own)).findings.len(), 1);
    }

    #[test]
    fn healthy_logs_pass() {
        let said_healthy = said(&PortForwardNotInstalled, &healthy());
        assert_eq!((said_healthy.lines(), said_healthy.passed), (vec![], 2));
        // Without port-forward rules there is nothing to look at.
        assert!(said(&PortForwardNotInstalled, &healthy().without_logs()).not_checked.is_empty());
        let without = said(&PortForwardNotInstalled, &forwarding(healthy(), &[("tcp", "8000")]).without_logs());
        assert_eq!(without.not_checked.len(), 1);
    }
}
