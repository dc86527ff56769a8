//! Traffic of a peering flows in one direction only.

use std::collections::BTreeMap;

use super::access::inspect_access;
use super::peerings::{Direction, Peerings};
use super::share::for_gateway;
use crate::facts::{Context, CounterSource, Gw, Traffic};
use crate::finding::{Confidence, Key, Severity};
use crate::rule::{Meta, Order, Outcome, Rule, Source};
use crate::validate::expose::Mode;

/// See the metadata.
#[derive(Debug)]
pub(super) struct OneWay;

/// More packets than this in one direction, none in the other.
const ENOUGH: u64 = 100;

static META: Meta = Meta {
    id: "one-way-traffic",
    reference: &["GW-CTR-ONEWAY", "S18"],
    title: "Traffic of a peering flows in one direction only",
    severities: &[Severity::Warning, Severity::Info],
    needs: &[],
    uses: &[
        Source::GatewayAgents,
        Source::GatewayMetrics,
        Source::GatewayPeerings,
        Source::Gateways,
        Source::Fabricator,
        Source::Nodes,
        Source::Pods,
        Source::Expectation,
        Source::CaptureTime,
    ],
    explanation: "\
Compares the packets of both directions of each peering, over all gateways: more than 100 one way and none the other.

## Why it matters

Requests reach the other side and no answer comes back: the return path is broken.

## Not a fault

UDP that nobody answers (syslog, sFlow). Answers that come back through another gateway of the group: its counters are
looked at too, and without them nothing is said.

## What to do

Look at the leaf of the silent side: its route to the gateway, the attachment of the VPC, the default gateway of the
servers. If the side is masqueraded, look whether answers find their session.",
    explains: &[],
    order: Order::Counters,
};

impl Rule for OneWay {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn check(&self, cx: &Context<'_>, out: &mut Outcome) {
        let seen: Vec<(Gw<'_, '_>, Traffic<'_>)> = cx.gateways().map(|gateway| (gateway, gateway.traffic())).collect();
        for (gateway, _) in seen.iter().filter(|(_, traffic)| traffic.from.is_none()) {
            out.not_checked(gateway.agent_subject(), Source::GatewayAgents);
        }
        // Packets of each direction over all gateways.
        let mut totals: BTreeMap<(&str, &str), u64> = BTreeMap::new();
        for ((from, to), counter) in seen.iter().flat_map(|(_, traffic)| &traffic.pairs) {
            let total = totals.entry((from, to)).or_default();
            *total = total.saturating_add(counter.packets);
        }
        let answered = |from: &str, to: &str| totals.get(&(to, from)).is_some_and(|packets| *packets > 0);
        // A direction that several gateways carry is one finding, on the one that carries most of it.
        let mut carried: BTreeMap<(&str, &str), (u64, &Gw<'_, '_>, &Traffic<'_>)> = BTreeMap::new();
        for (gateway, traffic) in &seen {
            for ((from, to), counter) in traffic.pairs.iter().filter(|(_, counter)| counter.packets > ENOUGH) {
                let most = carried.entry((from, to)).or_insert((counter.packets, gateway, traffic));
                if counter.packets > most.0 {
                    *most = (counter.packets, gateway, traffic);
                }
            }
        }
        let mut told: BTreeMap<&str, Peerings<'_>> = BTreeMap::new();
        for ((from, to), (packets, gateway, traffic)) in carried {
            if answered(from, to) {
                out.pass();
                continue;
            }
            let peerings = told.entry(gateway.name()).or_insert_with(|| Peerings::of(gateway));
            let Some(direction) = peerings.between(from, to) else {
                // Metrics text alone names no peering: its counters of both directions are all there is.
                if peerings.is_empty() && traffic.from == Some(CounterSource::Metrics) {
                    report(gateway, traffic, (from, to), None, packets, out);
                }
                continue;
            };
            let blind = cx.group(direction.spec.group()).iter().find(|member| {
                !seen.iter().any(|(other, traffic)| other.name() == member.gateway && traffic.from.is_some())
            });
            match blind {
                Some(member) => out.cannot_tell(
                    gateway.agent_subject().part(format!("{from}->{to}")),
                    format!("the counters of {}, through which answers may come, are not captured", member.gateway),
                ),
                None => report(gateway, traffic, (from, to), Some(direction), packets, out),
            }
        }
    }
}

fn report<'b>(
    gateway: &Gw<'_, 'b>,
    traffic: &Traffic<'b>,
    (from, to): (&str, &str),
    direction: Option<Direction<'b>>,
    packets: u64,
    out: &mut Outcome,
) {
    let name = gateway.name();
    let expected = gateway.cx().expects_between(from, to);
    let mut detail = format!(
        "{packets} packets went from {from} to {to}, none came back through any gateway. If the traffic is two-way, the \
         return path is broken: the leaf of {to} has no route to the gateway or no attachment of the VPC, or the servers \
         use another default gateway. UDP that nobody answers (syslog, sFlow) is no fault."
    );
    if direction.is_none() {
        detail.push_str(
            " Peerings and groups are not captured: answers may come through a gateway whose counters are not here.",
        );
    }
    if direction.is_some_and(|direction| direction.sources(Mode::Masquerade)) {
        detail.push_str(&format!(" {from} is masqueraded: answers go to the public addresses of the peering."));
    }
    let mut finding = out
        .finding(
            for_gateway(gateway, Severity::Warning),
            gateway.agent_subject().part(format!("{from}->{to}")),
            format!("{name} carries {packets} packets from {from} to {to} and none back"),
        )
        .confidence(if expected { Confidence::Likely } else { Confidence::Possible })
        .detail(detail)
        .keys([gateway.key(), Key::Vpc(from.into()), Key::Vpc(to.into())])
        .keys(direction.map(|direction| Key::Peering(direction.peering.into())))
        // What explains it is a loss on the way back.
        .keys([Key::Pair(name.into(), to.into(), from.into()), Key::SourceVpc(name.into(), to.into())]);
    if let Some(pair) = traffic.pair(from, to) {
        finding = finding.evidences(pair.packets_evidence("packets of this direction"));
    }
    match (traffic.pair(to, from), gateway.agent()) {
        (Some(back), _) => finding = finding.evidences(back.packets_evidence("packets of the way back")),
        (None, Some(agent)) => {
            let route = ["status".into(), "state".into(), "peerings".into(), format!("{to}->{from}")];
            finding = finding.evidence(agent.evidence(&route, "no packet came back: an absent counter is zero"));
        }
        (None, None) => {}
    }
    if !to.starts_with("ext.") {
        let vtep = gateway.spec().map_or("", |spec| spec.vtep_ip.split('/').next().unwrap_or(""));
        let next_hop = if vtep.is_empty() { name.to_owned() } else { format!("{name} ({vtep})") };
        let text = format!("On a leaf of {to} (sonic-cli): is {next_hop} the next hop towards {from}");
        finding = finding.run(text, format!("show ip route vrf VrfV{to}"));
    }
    if !expected {
        let command = format!("hh-analyze --expect '{to}->{from}' <bundle>");
        finding = finding.run("If answers should come, say so: then the finding is surer", command);
    }
    out.report(match direction {
        Some(direction) => {
            inspect_access(finding, gateway, Direction { from: direction.to, to: direction.from, ..direction })
        }
        None => finding,
    });
}

#[cfg(test)]
mod tests {
    use hh_worlds::World;

    use super::OneWay;
    use crate::Options;
    use crate::testing::{analysis, said, said_of_files, said_with};

    const AGENT: &str = "GatewayAgent/gateway-1";

    fn healthy() -> World {
        World::healthy().small()
    }

    fn unanswered() -> World {
        healthy().unset(AGENT, "/status/state/peerings/vpc-03->vpc-01")
    }

    #[test]
    fn no_answer_is_a_warning() {
        let said = said(&OneWay, &unanswered());
        assert_eq!(said.lines(), ["warning GatewayAgent/gateway-1 (vpc-01->vpc-03)"]);
        let finding = &said.findings[0];
        assert!(finding.detail.contains("If the traffic is two-way"));
        assert_eq!(finding.confidence, "possible");
        assert_eq!(finding.evidence[0].field.as_deref(), Some("status.state.peerings[\"vpc-01->vpc-03\"].p"));
        let options = Options { expect: vec![("vpc-01".into(), "vpc-03".into())], ..Options::default() };
        assert_eq!(said_with(&OneWay, &unanswered(), &options).findings[0].confidence, "likely");
    }

    #[test]
    fn few_packets_and_answers_elsewhere_are_healthy() {
        let few = unanswered().set(AGENT, "/status/state/peerings/vpc-01->vpc-03/p", 100);
        assert!(said(&OneWay, &few).findings.is_empty());
        let other = unanswered().set("GatewayAgent/gateway-2", "/status/state/peerings/vpc-03->vpc-01/p", 3);
        assert!(said(&OneWay, &other).findings.is_empty());
        for world in [healthy(), World::older().small()] {
            assert_eq!((said(&OneWay, &world).lines(), said(&OneWay, &world).passed), (vec![], 6));
        }
    }

    #[test]
    fn without_the_other_members_counters_it_cannot_be_told() {
        let said = said(&OneWay, &unanswered().delete("GatewayAgent/gateway-2"));
        assert!(said.findings.is_empty());
        assert!(said.not_checked.iter().any(|not| not.contains("the counters of gateway-2")), "{:?}", said.not_checked);
    }

    #[test]
    fn drops_of_the_way_back_explain_it() {
        let world = unanswered().set(AGENT, "/status/state/peerings/vpc-03->vpc-01/d", 5000).set(
            AGENT,
            "/status/state/vpcs/vpc-03/d",
            5000,
        );
        let said = said(&OneWay, &world);
        assert_eq!(said.findings[0].caused_by.len(), 1);
        // Drops of the direction itself do not.
        let world = unanswered().set(AGENT, "/status/state/peerings/vpc-01->vpc-03/d", 900_000).set(
            AGENT,
            "/status/state/vpcs/vpc-01/d",
            900_000,
        );
        let report = analysis(&world, &Options::default()).report;
        let roots: Vec<&str> = report.root_causes.iter().map(|finding| finding.rule.as_str()).collect();
        assert_eq!(roots, ["gateway-drops", "one-way-traffic"]);
    }

    #[test]
    fn metrics_alone_give_the_same_verdict() {
        let text = |back: u64| {
            format!("vpc_packet_count{{from=\"a\",to=\"b\"}} 5000\nvpc_packet_count{{from=\"b\",to=\"a\"}} {back}\n")
        };
        let files = |back| std::collections::BTreeMap::from([("metrics-gw-1.prom".into(), text(back).into_bytes())]);
        let said = said_of_files(&OneWay, files(0));
        assert_eq!(said.lines(), ["warning GatewayAgent/gw-1 (a->b)"]);
        assert_eq!((said.findings[0].confidence.as_str(), said.findings[0].evidence[0].line), ("possible", Some(1)));
        assert_eq!(said_of_files(&OneWay, files(4800)).lines(), Vec::<String>::new());
    }

    #[test]
    fn without_agents_it_is_not_checked() {
        assert_eq!(said(&OneWay, &healthy().without("GatewayAgent")).not_checked.len(), 2);
    }
}
