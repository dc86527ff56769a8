//! No packet of a peering reaches its gateway.

use std::collections::{BTreeMap, BTreeSet};

use super::access::inspect_access;
use super::peerings::{Direction, Peerings};
use super::share::for_gateway;
use crate::facts::{Context, GatewayPeering, Gw, Traffic, VPCAttachment};
use crate::finding::{Confidence, Key, Severity, Subject};
use crate::rule::{Meta, Order, Outcome, Rule, Source};

/// See the metadata.
#[derive(Debug)]
pub(super) struct NoTraffic;

/// Seconds that a peering and the dataplane must be older than.
const SETTLED: i64 = 600;
/// Peerings that the note names.
const NAMED: usize = 5;

static META: Meta = Meta {
    id: "no-traffic-on-peering",
    reference: &["GW-CTR-ZERO", "S7", "S20"],
    title: "No packet of a peering reaches the gateway",
    severities: &[Severity::Warning, Severity::Info],
    needs: &[Source::GatewayAgents],
    uses: &[
        Source::GatewayPeerings,
        Source::GatewayMetrics,
        Source::Gateways,
        Source::VpcAttachments,
        Source::Fabricator,
        Source::ShowTech,
        Source::Nodes,
        Source::Pods,
        Source::Expectation,
        Source::CaptureTime,
    ],
    explanation: "\
Looks for peerings of which neither direction has a packet, on the preferred gateway of the peering's group and on the
other members. With `--expect a->b` it is a warning, without it a note: nobody may have sent anything.

## Why it matters

Zero while traffic is expected means that it does not reach the gateway: the leaves have no route to it, a session is
down, or the VPC has no server.

## Not a fault

A standby gateway; a peering or a dataplane younger than ten minutes (a restart resets the counters); no workload. An
absent counter is the same as zero.

## What to do

Look at the routes of the leaves, and at the BGP sessions of the gateway.",
    explains: &[],
    order: Order::Counters,
};

impl Rule for NoTraffic {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn check(&self, cx: &Context<'_>, out: &mut Outcome) {
        let gateways: BTreeMap<&str, Seen<'_, '_>> =
            cx.gateways().map(|gateway| (gateway.name(), Seen::of(gateway))).collect();
        // Traffic on any gateway is traffic.
        let carried: BTreeSet<(&str, &str)> = gateways
            .values()
            .flat_map(|seen| &seen.traffic.pairs)
            .filter(|(_, counter)| counter.packets > 0)
            .map(|((from, to), _)| (from.as_str(), to.as_str()))
            .collect();
        let mut silent: BTreeMap<&str, Vec<Direction<'_>>> = BTreeMap::new();
        for direction in directions(cx, &gateways) {
            let Some(seen) =
                cx.group(direction.spec.group()).first().and_then(|member| gateways.get(member.gateway.as_str()))
            else {
                continue;
            };
            let Direction { from, to, .. } = direction;
            if carried.contains(&(from, to)) || carried.contains(&(to, from)) {
                out.pass();
                continue;
            }
            let expected = cx.expects_between(from, to);
            let subject = seen.gateway.agent_subject().part(format!("{from}->{to}"));
            match seen.state(direction) {
                State::Unknown(why) if expected => out.cannot_tell(subject, why),
                State::Missing(source) if expected => out.not_checked(subject, source),
                State::Unknown(_) | State::Missing(_) => {}
                State::Zero if expected => expected_but_none(cx, seen, subject, direction, out),
                State::Zero => silent.entry(seen.gateway.name()).or_default().push(direction),
            }
        }
        for (name, directions) in silent {
            if let Some(seen) = gateways.get(name) {
                note(seen, &directions, out);
            }
        }
    }
}

/// A gateway with its counters.
struct Seen<'c, 'b> {
    gateway: Gw<'c, 'b>,
    traffic: Traffic<'b>,
}

/// What is known of a peering without packets.
enum State {
    Zero,
    Missing(Source),
    Unknown(&'static str),
}

/// Every peering once: in the direction that the user expects, else in that of the names' order.
fn directions<'b>(cx: &Context<'b>, gateways: &BTreeMap<&str, Seen<'_, 'b>>) -> Vec<Direction<'b>> {
    let mut named: BTreeMap<&str, Direction<'b>> = BTreeMap::new();
    let told = gateways.values().flat_map(|seen| Peerings::of(&seen.gateway).iter().collect::<Vec<_>>());
    let stored = cx.list::<GatewayPeering>().iter().filter_map(|object| {
        let mut sides = object.spec.peering.keys().map(String::as_str);
        let (from, to) = (sides.next()?, sides.next()?);
        Some(Direction { peering: object.name(), spec: &object.spec, from, to })
    });
    let wanted: BTreeSet<(&str, &str)> =
        cx.expectations().iter().map(|(from, to)| (from.as_str(), to.as_str())).collect();
    for found in told.chain(stored) {
        let known = named.entry(found.peering).or_insert(found);
        let turned = Direction { from: known.to, to: known.from, ..*known };
        if wanted.contains(&(turned.from, turned.to)) && !wanted.contains(&(known.from, known.to)) {
            *known = turned;
        }
    }
    named.into_values().collect()
}

impl<'c, 'b> Seen<'c, 'b> {
    fn of(gateway: Gw<'c, 'b>) -> Self {
        Self { gateway, traffic: gateway.traffic() }
    }

    /// Whether zero means anything, judged on the preferred member.
    fn state(&self, direction: Direction<'_>) -> State {
        let gateway = &self.gateway;
        if self.traffic.from.is_none() {
            return State::Missing(Source::GatewayAgents);
        }
        match gateway.live() {
            Some(true) => {}
            Some(false) => return State::Unknown("the preferred gateway sends no heartbeat"),
            None => return State::Missing(Source::CaptureTime),
        }
        let Some(agent) = gateway.agent() else { return State::Missing(Source::GatewayAgents) };
        if agent.meta.generation != agent.status.last_applied_gen {
            return State::Unknown("the preferred gateway does not run its newest configuration");
        }
        let cx = gateway.cx();
        let Some(object) = cx.find::<GatewayPeering>(direction.peering) else {
            return State::Missing(Source::GatewayPeerings);
        };
        match cx.object_age(object) {
            Some(age) if age.over(SETTLED) => {}
            Some(_) => return State::Unknown("the peering is younger than ten minutes"),
            None => return State::Missing(Source::CaptureTime),
        }
        // A configuration that was applied long ago proves a dataplane that runs as long.
        let since = gateway.dataplane_started().or(agent.status.last_applied_time);
        match cx.age_of(since) {
            Some(age) if age.over(SETTLED) => State::Zero,
            Some(_) => State::Unknown("the counters are younger than ten minutes: the dataplane was started"),
            None => State::Missing(Source::Pods),
        }
    }
}

fn expected_but_none<'b>(
    cx: &Context<'b>,
    seen: &Seen<'_, 'b>,
    subject: Subject,
    direction: Direction<'b>,
    out: &mut Outcome,
) {
    let gateway = &seen.gateway;
    let Direction { from, to, peering, .. } = direction;
    let name = gateway.name();
    let attached = |vpc: &str| {
        cx.list::<VPCAttachment>().iter().any(|object| object.spec.vpc_subnet().is_some_and(|(name, _)| name == vpc))
    };
    let alone: Vec<&str> = [from, to]
        .into_iter()
        .filter(|vpc| !vpc.starts_with("ext.") && cx.complete::<VPCAttachment>() && !attached(vpc))
        .collect();
    let mut detail = format!(
        "Neither direction of {peering} has a packet since the dataplane's start, on no gateway: traffic does not reach the \
         gateway. Either the leaves have no route to its VTEP, or nobody sends."
    );
    if !alone.is_empty() {
        detail.push_str(&format!(" No VPCAttachment connects a server to {}.", alone.join(" and ")));
    }
    let mut finding = out
        .finding(
            for_gateway(gateway, Severity::Warning),
            subject,
            format!("no packet between {from} and {to} has reached {name}, though traffic is expected"),
        )
        .confidence(Confidence::Likely)
        .detail(detail)
        .keys([gateway.key(), Key::Peering(peering.into()), Key::Vpc(from.into()), Key::Vpc(to.into())])
        .keys([(from, to), (to, from)].map(|(from, to)| Key::Pair(name.into(), from.into(), to.into())));
    if let Some(agent) = gateway.agent() {
        for (from, to) in [(from, to), (to, from)] {
            let route = ["status".into(), "state".into(), "peerings".into(), format!("{from}->{to}")];
            finding = finding.evidence(agent.evidence(&route, "an absent counter is zero"));
        }
    }
    let vtep = gateway.spec().map_or("", |spec| spec.vtep_ip.split('/').next().unwrap_or(""));
    for vpc in [from, to].into_iter().filter(|vpc| !vpc.starts_with("ext.")) {
        let text = format!("On a leaf of {vpc} (sonic-cli): is {name} ({vtep}) the next hop towards the other side");
        finding = finding.run(text, format!("show ip route vrf VrfV{vpc}"));
    }
    finding = finding.run(
        "Are the BGP sessions of the gateway established",
        format!("kubectl get gatewayagent -n {} {name} -o yaml", gateway.agent_subject().namespace),
    );
    out.report(inspect_access(finding, gateway, direction));
}

/// One note for all peerings of a gateway: without an expectation zero is no fault.
fn note(seen: &Seen<'_, '_>, directions: &[Direction<'_>], out: &mut Outcome) {
    let gateway = &seen.gateway;
    let Some(first) = directions.first() else { return };
    let name = gateway.name();
    let mut names: Vec<&str> = directions.iter().map(|direction| direction.peering).take(NAMED).collect();
    if directions.len() > NAMED {
        names.push("…");
    }
    let count = match directions.len() {
        1 => "one peering".to_owned(),
        count => format!("{count} peerings"),
    };
    let mut finding = out
        .finding(
            Severity::Info,
            gateway.agent_subject(),
            format!("{name} has seen no packet of {count}: {}", names.join(", ")),
        )
        .detail("Nobody may have sent anything. Where traffic is expected, it does not reach the gateway.")
        .run("If traffic should flow, say so", format!("hh-analyze --expect '{}->{}' <bundle>", first.from, first.to))
        .key(gateway.key());
    if let Some(agent) = gateway.agent() {
        for direction in directions.iter().take(NAMED) {
            let route =
                ["status".into(), "state".into(), "peerings".into(), format!("{}->{}", direction.from, direction.to)];
            finding = finding.evidence(agent.evidence(&route, "an absent counter is zero"));
        }
    }
    out.report(finding);
}

#[cfg(test)]
mod tests {
    use hh_worlds::World;

    use super::NoTraffic;
    use crate::Options;
    use crate::testing::{said, said_with};

    const AGENT: &str = "GatewayAgent/gateway-1";

    fn healthy() -> World {
        World::healthy().small()
    }

    /// Without counters of vpc-01 and vpc-03.
    fn silent(world: World) -> World {
        ["vpc-01->vpc-03", "vpc-03->vpc-01"]
            .iter()
            .fold(world, |world, pair| world.unset(AGENT, &format!("/status/state/peerings/{pair}")))
    }

    fn expecting(from: &str, to: &str) -> Options {
        Options { expect: vec![(from.into(), to.into())], ..Options::default() }
    }

    #[test]
    fn zero_is_a_warning_where_traffic_is_expected() {
        let said = said_with(&NoTraffic, &silent(healthy()), &expecting("vpc-03", "vpc-01"));
        assert_eq!(said.lines(), ["warning GatewayAgent/gateway-1 (vpc-03->vpc-01)"]);
        let finding = &said.findings[0];
        assert_eq!(finding.evidence[0].field.as_deref(), Some("status.state.peerings[\"vpc-03->vpc-01\"]"));
        let commands: Vec<&str> = finding.next_steps.iter().filter_map(|step| step.command.as_deref()).collect();
        assert!(commands.contains(&"show ip route vrf VrfVvpc-03"), "{commands:?}");
        let access = "kubectl fabric inspect access --source vpc-03/subnet-01 --destination vpc-01/subnet-01";
        assert!(commands.contains(&access), "{commands:?}");
    }

    #[test]
    fn without_expectation_it_is_one_note_that_names_the_option() {
        let world = ["vpc-02->vpc-03", "vpc-03->vpc-02"]
            .iter()
            .fold(silent(healthy()), |world, pair| world.unset(AGENT, &format!("/status/state/peerings/{pair}")));
        let said = said(&NoTraffic, &world);
        assert_eq!(said.lines(), ["info GatewayAgent/gateway-1"]);
        assert!(said.findings[0].title.contains("2 peerings: vpc-01--vpc-03, vpc-02--vpc-03"));
        let command = said.findings[0].next_steps[0].command.as_deref();
        assert_eq!(command, Some("hh-analyze --expect 'vpc-01->vpc-03' <bundle>"));
        // An expectation of another pair changes nothing.
        let other = said_with(&NoTraffic, &world, &expecting("vpc-04", "ext.external-01"));
        assert_eq!(other.lines(), ["info GatewayAgent/gateway-1"]);
    }

    #[test]
    fn a_counter_of_zero_is_the_same() {
        let zero = silent(healthy()).set(AGENT, "/status/state/peerings/vpc-01->vpc-03/p", 0);
        assert_eq!(said(&NoTraffic, &zero).lines(), ["info GatewayAgent/gateway-1"]);
    }

    #[test]
    fn a_standby_and_traffic_on_another_member_are_healthy() {
        // gateway-2 is the standby and has no counters at all.
        for world in [healthy(), World::older().small()] {
            assert_eq!((said(&NoTraffic, &world).lines(), said(&NoTraffic, &world).passed), (vec![], 3));
        }
        let other = silent(healthy()).set("GatewayAgent/gateway-2", "/status/state/peerings/vpc-01->vpc-03/p", 7);
        assert!(said_with(&NoTraffic, &other, &expecting("vpc-01", "vpc-03")).findings.is_empty());
    }

    #[test]
    fn what_is_young_cannot_be_told() {
        let pod = format!("Pod/{}", healthy().pod("gateway-1", "dataplane"));
        let started = "/status/containerStatuses/0/state/running/startedAt";
        let restarted = silent(healthy()).set(&pod, started, "2026-10-06T09:35:00Z");
        let created = silent(healthy()).set(
            "GatewayPeering/vpc-01--vpc-03",
            "/metadata/creationTimestamp",
            "2026-10-06T09:35:00Z",
        );
        let behind = silent(healthy()).set(AGENT, "/status/lastAppliedGen", 9);
        let stale = silent(healthy()).set(AGENT, "/status/lastHeartbeat", "2026-10-06T09:35:00Z");
        for world in [restarted, created, behind, stale] {
            assert!(said(&NoTraffic, &world).findings.is_empty());
            let said = said_with(&NoTraffic, &world, &expecting("vpc-01", "vpc-03"));
            assert_eq!((said.findings.len(), said.not_checked.len()), (0, 1), "{:?}", said.not_checked);
        }
    }

    #[test]
    fn a_vpc_without_server_is_said() {
        let world = healthy();
        let attachments: Vec<String> = world
            .objects
            .iter()
            .filter(|object| hh_worlds::kind(object) == "VPCAttachment")
            .filter(|object| object["spec"]["subnet"].as_str().is_some_and(|subnet| subnet.starts_with("vpc-01/")))
            .map(|object| format!("VPCAttachment/{}", hh_worlds::name(object)))
            .collect();
        let world = attachments.iter().fold(silent(world), |world, path| world.delete(path));
        let said = said_with(&NoTraffic, &world, &expecting("vpc-01", "vpc-03"));
        assert!(said.findings[0].detail.ends_with("No VPCAttachment connects a server to vpc-01."));
    }

    #[test]
    fn without_agents_it_is_not_checked() {
        assert_eq!(said(&NoTraffic, &healthy().without("GatewayAgent")).not_checked, ["GatewayAgent objects"]);
    }
}
