//! Traffic runs over a standby although the preferred member is healthy.

use std::collections::BTreeMap;
use std::net::IpAddr;

use super::member::{Standing, standings};
use super::served::groups_of_pairs;
use crate::facts::{Agent, Context, Counter, Gw, Member};
use crate::finding::{Confidence, Evidence, Key, Severity};
use crate::model::Time;
use crate::parse::command::UpDown;
use crate::rule::{Meta, Order, Outcome, Rule, Source};

/// The dataplane smooths rates: what is left of old traffic falls towards zero without reaching it.
const LEAST_RATE: f64 = 0.1;
/// Age in seconds from which the preferred member should have its traffic back.
const SETTLED: i64 = 300;

/// See the metadata.
#[derive(Debug)]
pub(super) struct Failback;

static META: Meta = Meta {
    id: "standby-gateway-carries-traffic",
    reference: &["GW-HA-FAILBACK"],
    title: "A standby carries traffic although the preferred member is healthy",
    severities: &[Severity::Warning],
    needs: &[],
    uses: &[
        Source::Events,
        Source::CaptureTime,
        Source::Gateways,
        Source::GatewayPeerings,
        Source::GatewayAgents,
        Source::Agents,
        Source::Pods,
        Source::Nodes,
        Source::FrrBgpSummary,
        Source::GatewayMetrics,
        Source::Fabricator,
        Source::DaemonSets,
        Source::Connections,
        Source::ShowTech,
    ],
    explanation: "\
Looks for packet rates above zero on members of a group that are not the preferred one, from the GatewayAgent or from the
metrics text, while the preferred member is alive, runs its newest configuration and has all its sessions, and its
dataplane and the sessions are older than 5 minutes.

## Why it matters

The leaves prefer the member with the highest priority by the community of its routes. If they do not use it, it does not
announce the routes, or the leaves do not see the preference.

## Not a fault

The minutes after a failover or a restart of the preferred member. A member that is the preferred one of another group,
for the peerings of that group. Counters that do not move.

## What to do

Compare the routes of the leaves with the ranks, and look at what the preferred gateway announces.",
    explains: &[],
    order: Order::Redundancy,
};

impl Rule for Failback {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn check(&self, cx: &Context<'_>, out: &mut Outcome) {
        if cx.is_25_05_namespace() || !cx.groups().values().any(|members| members.len() > 1) {
            return;
        }
        let standings = standings(cx);
        let carried = carried(cx, &standings);
        for (group, members) in cx.groups().iter().filter(|(_, members)| members.len() > 1) {
            let Some(preferred) = members.first().and_then(|member| cx.gateway(&member.gateway)) else { continue };
            match (carried.get(group), standings.get(preferred.name())) {
                (None, _) => out.pass(),
                (Some(streams), Some(Standing::Healthy)) => match settled(preferred) {
                    Ok(Some(proof)) => report(cx, out, group, members, streams, proof),
                    Ok(None) => out.pass(),
                    Err(source) => out.not_checked(cx.group_subject(group), source),
                },
                (Some(_), Some(Standing::Unknown(source))) => out.not_checked(cx.group_subject(group), *source),
                // It lost its traffic for a reason.
                (Some(_), _) => out.pass(),
            }
        }
    }
}

/// One direction that a standby carries.
struct Stream<'b> {
    gateway: String,
    pair: (String, String),
    counter: Counter<'b>,
}

/// Directions with traffic on members that are the preferred one in no group of the peering.
fn carried<'b>(cx: &Context<'b>, standings: &BTreeMap<String, Standing>) -> BTreeMap<String, Vec<Stream<'b>>> {
    let pairs = groups_of_pairs(cx);
    let mut carried: BTreeMap<String, Vec<Stream<'b>>> = BTreeMap::new();
    for gw in cx.gateways().filter(|gw| matches!(standings.get(gw.name()), Some(Standing::Healthy))) {
        let ranks: BTreeMap<String, usize> = gw.groups().into_iter().collect();
        for (pair, counter) in gw.traffic().pairs {
            if counter.pps < LEAST_RATE {
                continue;
            }
            let Some(groups) = pairs.get(&sorted(&pair)) else { continue };
            if !groups.iter().all(|group| ranks.get(group).is_some_and(|rank| *rank > 0)) {
                continue;
            }
            for group in groups {
                let stream = Stream { gateway: gw.name().to_owned(), pair: pair.clone(), counter };
                carried.entry(group.clone()).or_default().push(stream);
            }
        }
    }
    carried
}

fn sorted((a, b): &(String, String)) -> (String, String) {
    if a <= b { (a.clone(), b.clone()) } else { (b.clone(), a.clone()) }
}

/// Proof that the preferred member is up long enough, with everything. `Ok(None)` if it is not, an error where
/// that cannot be told.
fn settled(gw: Gw<'_, '_>) -> Result<Option<Vec<Evidence>>, Source> {
    let cx = gw.cx();
    let agent = gw.agent().ok_or(Source::GatewayAgents)?;
    if agent.meta.generation != agent.status.last_applied_gen {
        return Ok(None);
    }
    let started = gw.dataplane_started().ok_or(Source::Pods)?;
    let age = cx.age(started).ok_or(Source::CaptureTime)?;
    if !age.over(SETTLED) {
        return Ok(None);
    }
    let Some(old) = frr_sessions_old(gw).or_else(|| switch_sessions_old(gw)) else {
        return Err(Source::FrrBgpSummary);
    };
    let proof = agent.evidence(&["status", "lastAppliedGen"], "the preferred member runs its newest configuration");
    Ok(old.map(|session| vec![session, proof]))
}

/// Evidence of a session if all configured neighbours are up long enough in FRR's table, `Some(None)` if one
/// is not, none where the table does not tell.
fn frr_sessions_old(gw: Gw<'_, '_>) -> Option<Option<Evidence>> {
    let output = gw.bgp_summary()?;
    // A dump reads command outputs up to 5 minutes after the objects.
    let least = if gw.cx().clock().dump { 2 * SETTLED } else { SETTLED }.unsigned_abs();
    let mut proof = None;
    for neighbour in &gw.spec()?.neighbors {
        let address: IpAddr = neighbour.ip.parse().ok()?;
        let rows = output.value.families.iter().flat_map(|family| &family.neighbors);
        let mut rows = rows.filter(|row| row.address == Some(address)).peekable();
        rows.peek()?;
        let up = rows.find(|row| {
            row.state.value.is_established()
                && row.up_down.is_some_and(|time| matches!(time.value, UpDown::Seconds(age) if age > least))
        });
        match up {
            Some(row) => proof = proof.or_else(|| Some(output.evidence(row.span, "a session of the preferred member"))),
            None => return Some(None),
        }
    }
    proof.map(Some)
}

/// The same from the other ends: the switches' own times.
fn switch_sessions_old(gw: Gw<'_, '_>) -> Option<Option<Evidence>> {
    let cx = gw.cx();
    let mut proof = None;
    let spec = gw.spec()?;
    for neighbour in &spec.neighbors {
        let interface = spec.interfaces.get(&neighbour.source)?;
        let own: Vec<&str> = interface.ips.iter().map(|ip| ip.split('/').next().unwrap_or(ip)).collect();
        let (agent, vrf, key, session) = cx.list::<Agent>().iter().find_map(|agent| {
            let vrfs = agent.status.state.bgp_neighbors.iter();
            vrfs.flat_map(|(vrf, sessions)| sessions.iter().map(move |(key, session)| (vrf, key, session)))
                .find(|(_, key, _)| own.contains(&key.as_str()))
                .map(|(vrf, key, session)| (agent, vrf, key, session))
        })?;
        // Up to v0.47 an age is stored here as if it were a time of 1970.
        let since = session.last_estab.filter(|time| matches!(time, Time::At(at) if at.as_second() > 1_000_000_000));
        let age = cx.age_of(since)?;
        if session.state != "established" || !age.over(SETTLED) {
            return Some(None);
        }
        let route = ["status", "state", "bgpNeighbors", vrf, key, "lastEstab"];
        proof = proof.or_else(|| Some(agent.evidence(&route, "a session of the preferred member, seen by the switch")));
    }
    proof.map(Some)
}

fn report(
    cx: &Context<'_>,
    out: &mut Outcome,
    group: &str,
    members: &[Member],
    streams: &[Stream<'_>],
    proof: Vec<Evidence>,
) {
    let Some(preferred) = members.first().map(|member| member.gateway.as_str()) else { return };
    let Some(busiest) = streams.iter().max_by(|a, b| a.counter.pps.total_cmp(&b.counter.pps)) else { return };
    let (from, to) = &busiest.pair;
    let name = &busiest.gateway;
    let note = format!("packets per second from {from} to {to} on {name}");
    let title = format!("{name} carries traffic of group {group} although {preferred} is preferred and healthy");
    let mut finding = out
        .finding(Severity::Warning, cx.group_subject(group), title)
        .confidence(Confidence::Likely)
        .detail(format!(
            "{:.1} packets per second from {from} to {to} run over {name}{}. {preferred} has the better rank, is healthy, \
             and its dataplane and sessions are older than 5 minutes: either it does not announce the routes, or the \
             leaves do not see the preference (community, route map).",
            busiest.counter.pps,
            match streams.len() {
                1 => String::new(),
                n => format!(", and {} more directions", n.saturating_sub(1)),
            }
        ))
        .evidences(busiest.counter.rate_evidence(&note))
        .evidences(cx.priority_evidence(preferred, group, &format!("priority of {preferred}")))
        .evidences(cx.priority_evidence(name, group, &format!("priority of {name}")))
        .evidences(proof)
        .run("Look at the sessions of the leaves to both gateways", "kubectl fabric inspect bgp")
        .run(
            format!("See what {preferred} announces"),
            format!("kubectl exec -n fab ds/gw--{preferred}--frr -c frr -- vtysh -c \"show running-config\""),
        )
        .key(Key::Group(group.to_owned()))
        .key(Key::Gateway(preferred.to_owned()));
    for stream in streams {
        finding = finding.key(Key::Gateway(stream.gateway.clone()));
    }
    out.report(finding);
}

#[cfg(test)]
mod tests {
    use hh_worlds::{World, json};

    use super::Failback;
    use crate::testing::{said, said_of_files};

    fn world() -> World {
        World::healthy().small()
    }

    fn busy(world: World, pps: f64) -> World {
        world.set(
            "GatewayAgent/gateway-2",
            "/status/state/peerings",
            json!({
                "vpc-01->vpc-03": {"p": 90412, "b": 61220113, "bps": 18211.4, "pps": pps},
                "vpc-03->vpc-01": {"p": 88770, "b": 9120044, "bps": 2010.8, "pps": pps / 2.0},
            }),
        )
    }

    #[test]
    fn the_standby_carries_traffic() {
        let said = said(&Failback, &busy(world(), 31.5));
        assert_eq!(said.lines(), ["warning GatewayGroup/default"]);
        let finding = &said.findings[0];
        assert_eq!(
            finding.title,
            "gateway-2 carries traffic of group default although gateway-1 is preferred and healthy"
        );
        assert_eq!(finding.evidence[0].field.as_deref(), Some("status.state.peerings[\"vpc-01->vpc-03\"].pps"));
        assert_eq!(finding.evidence[0].value.as_deref(), Some("31.5"));
        assert!(finding.evidence.iter().all(|evidence| evidence.line.is_some()));
    }

    #[test]
    fn metrics_tell_it_too() {
        let metrics = "vpc_packet_count{from=\"vpc-01\",to=\"vpc-03\"} 90412\n\
                       vpc_packet_rate{from=\"vpc-01\",to=\"vpc-03\"} 31.5\n";
        let said = said_of_files(&Failback, world().metrics("gateway-2", metrics).files());
        assert_eq!(said.lines(), ["warning GatewayGroup/default"]);
        assert_eq!(said.findings[0].evidence[0].path.as_deref(), Some("metrics-gateway-2.prom"));
        assert_eq!(said.findings[0].evidence[0].line, Some(2));
    }

    #[test]
    fn what_smoothing_leaves_is_no_traffic() {
        let said = said(&Failback, &busy(world(), 0.000_01));
        assert_eq!((said.lines(), said.passed), (vec![], 1));
    }

    #[test]
    fn the_preferred_member_came_back_a_minute_ago() {
        let busy = busy(world(), 31.5);
        let pod = format!("Pod/{}", busy.pod("gateway-1", "dataplane"));
        let fresh = busy.edit(&pod, |pod| {
            pod["status"]["containerStatuses"][0]["state"]["running"]["startedAt"] = "2026-10-06T09:40:17Z".into();
        });
        assert_eq!(said(&Failback, &fresh).lines(), Vec::<String>::new());
    }

    #[test]
    fn the_preferred_member_is_not_healthy() {
        let late = busy(world(), 31.5).set("GatewayAgent/gateway-1", "/status/lastHeartbeat", "2026-10-06T09:20:00Z");
        assert_eq!(said(&Failback, &late).lines(), Vec::<String>::new());
        let lag = busy(world(), 31.5).set("GatewayAgent/gateway-1", "/status/lastAppliedGen", 9);
        assert_eq!(said(&Failback, &lag).lines(), Vec::<String>::new());
    }

    #[test]
    fn preferred_in_the_group_of_the_peering() {
        let edge = busy(world(), 31.5)
            .set("GatewayAgent/gateway-1", "/status/state/peerings", json!({}))
            .set("Gateway/gateway-2", "/spec/groups/-", json!({"name": "edge", "priority": 300}))
            .set("Gateway/gateway-1", "/spec/groups/-", json!({"name": "edge", "priority": 1}))
            .set("GatewayPeering/vpc-01--vpc-03", "/spec/gatewayGroup", "edge");
        let said = said(&Failback, &edge);
        assert_eq!((said.lines(), said.passed), (vec![], 2));
    }

    #[test]
    fn sessions_are_told_by_frr_or_by_the_switches() {
        let plain = busy(world(), 31.5).without_insights();
        assert_eq!(said(&Failback, &plain).lines(), ["warning GatewayGroup/default"]);
        let blind = said(&Failback, &plain.without("Agent"));
        assert_eq!(blind.not_checked, ["GatewayGroup default: FRR `show bgp summary`"]);
    }

    #[test]
    fn healthy() {
        for world in [world(), World::older().small()] {
            let said = said(&Failback, &world);
            assert_eq!((said.lines(), said.passed), (vec![], 1));
        }
    }
}
