//! A BGP session of a gateway was lost several times.

use super::judgement::{self, FarEnd, Judgement, Verdict, View};
use crate::facts::{Context, LogRef};
use crate::finding::{Confidence, Evidence, Finding, Severity};
use crate::parse::log::Hit;
use crate::parse::log::literals::dataplane;
use crate::rule::{Meta, Order, Outcome, Rule, Source};

/// See the metadata.
#[derive(Debug)]
pub(super) struct SessionFlapping;

static META: Meta = Meta {
    id: "bgp-session-flapping",
    reference: &["GW-BGP-FLAP", "S16"],
    title: "A BGP session of a gateway was lost several times",
    severities: &[Severity::Error, Severity::Warning, Severity::Info],
    needs: &[],
    uses: &[
        Source::GatewayAgents,
        Source::ShowTech,
        Source::Fabricator,
        Source::CaptureTime,
        Source::Gateways,
        Source::Connections,
        Source::Agents,
        Source::Nodes,
        Source::Pods,
        Source::FrrBgpSummary,
        Source::DataplaneLog,
    ],
    explanation: "\
Reads `connectionsDropped` of every configured neighbour: how often an established session was lost since the \
dataplane started. 3 losses are a warning, 10 an error, 1 or 2 a note with the reason of the last one. \
`establishedTransitions` counts the same where it is filled. Three losses in the dataplane's log within 24 hours are a \
warning too. So is a session that the switch at the other end saw come up five times or more, within the hour or with \
five losses; that needs no GatewayAgent.

## Why it matters

Each loss withdraws the routes over that link for seconds to minutes and breaks flows.

## Not a fault

- `establishedTransitions` 1 with no loss: the session came up once
- one loss: a reboot or upgrade of the switch
- `Peer de-configured`: the own configuration changed
- the counters may span months: they start with the dataplane

## What to do

`Local system closed` at both ends often means BFD or the hold timer, so the link; `Remote system closed` the switch: \
its reboot or its configuration.",
    explains: &[],
    order: Order::Wiring,
};

impl Rule for SessionFlapping {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn check(&self, cx: &Context<'_>, out: &mut Outcome) {
        let mut without_agent = false;
        for judged in judgement::judge_all(cx) {
            without_agent |= judged.bgp.is_none();
            let log = judged.gateway.and_then(|gateway| gateway.dataplane_log());
            let lost = log.map(|log| losses(cx, log)).unwrap_or_default();
            for view in &judged.views {
                let logged = lost.get(view.address).map_or(&[][..], Vec::as_slice);
                check(cx, out, &judged, view, log, logged);
            }
        }
        if without_agent && !cx.captured(Source::GatewayAgents) {
            out.not_checked_at_all(Source::GatewayAgents);
        }
    }
}

/// Losses of the last 24 hours in the log, by peer.
fn losses<'b>(cx: &Context<'b>, log: LogRef<'b>) -> std::collections::BTreeMap<String, Vec<&'b Hit>> {
    let mut lost = std::collections::BTreeMap::<String, Vec<&Hit>>::new();
    for hit in log.hits(&dataplane::BGP_DOWN) {
        let young = hit.time().and_then(|at| cx.age_at(at)).is_some_and(|age| age.under(86_400));
        if let Some(peer) = hit.field(log.text(), "peer").filter(|_| young) {
            lost.entry(peer.into_owned()).or_default().push(hit);
        }
    }
    lost
}

fn check(
    cx: &Context<'_>,
    out: &mut Outcome,
    judged: &Judgement<'_, '_>,
    view: &View<'_>,
    log: Option<LogRef<'_>>,
    logged: &[&Hit],
) {
    // Of a switch that has only just booted the counters say nothing.
    let booted = |far: &FarEnd<'_>| cx.running_for(far.agent).is_some_and(|seconds| seconds < 900);
    let far = view.far.filter(|far| cx.comes_and_goes(far.session) && !booted(far));
    let Some(own) = view.own else {
        if let Some(far) = far.filter(|far| far.is_up()) {
            out.report(seen_by_switch(out, judged, view, &far));
        }
        return;
    };
    let dropped = own.entry.connections_dropped;
    let ups = own.entry.established_transitions;
    // A session that came up n times was lost n - 1 times; no tagged release fills this counter.
    let by_ups = if ups > dropped.saturating_add(1) || ups >= 4 { ups.saturating_sub(1) } else { 0 };
    let in_log = u64::try_from(logged.len()).unwrap_or(u64::MAX);
    let counted = dropped.max(by_ups);
    let deconfigured = own.entry.last_reset_reason == "Peer de-configured";
    let severity = match counted {
        _ if judged.new || deconfigured => Severity::Info,
        10.. => Severity::Error,
        3.. => Severity::Warning,
        _ if in_log >= 3 => Severity::Warning,
        _ if far.is_some_and(|far| far.is_up()) => Severity::Warning,
        _ => Severity::Info,
    };
    let by_switch = far.map_or(0, |far| far.session.conn_dropped.max(far.session.estab_trans.saturating_sub(1)));
    let own_times = counted.max(in_log);
    let times = if severity == Severity::Warning && own_times < 3 { own_times.max(by_switch) } else { own_times };
    if times == 0 {
        out.pass();
        return;
    }
    // One loss that is not over is told with the session itself.
    if severity == Severity::Info && matches!(view.verdict, Verdict::Down(_)) {
        return;
    }
    let reason = match own.entry.last_reset_reason.as_str() {
        "" => String::new(),
        reason => format!(", last: {reason}"),
    };
    let mut evidence = Vec::new();
    let bgp = judged.bgp.as_ref();
    if let Some(bgp) = bgp {
        if dropped > 0 {
            evidence.push(bgp.evidence(&own, &["connectionsDropped"], "losses since the dataplane's start"));
        }
        if by_ups > 0 {
            evidence.push(bgp.evidence(&own, &["establishedTransitions"], "how often it came up"));
        }
    }
    evidence.extend(lines(log, logged));
    if let Some(bgp) = bgp.filter(|_| !own.entry.last_reset_reason.is_empty()) {
        evidence.push(bgp.evidence(&own, &["lastResetReason"], "reason of the last loss"));
    }
    let mut finding = out
        .finding(
            severity,
            judged.subject(view),
            format!("BGP session of {} with {} was lost {times} times{reason}", judged.name, view.words()),
        )
        .confidence(Confidence::Certain)
        .detail(detail(&own.entry.last_reset_reason))
        .evidences(evidence);
    if let Some(far) = far {
        finding = finding.reference("BGP-407").evidences(counts(&far));
    }
    let finding = finding.keys(view.keys(judged.name)).run(
        "see when the session was lost",
        format!("kubectl logs -n fab ds/gw--{}--dataplane -c dataplane | grep 'BGP session with'", judged.name),
    );
    out.report(finding);
}

/// What the switch counted.
fn counts(far: &FarEnd<'_>) -> [Evidence; 2] {
    let switch = far.agent.name();
    [
        far.evidence("estabTrans", format!("how often {switch} saw it come up")),
        far.evidence("connDropped", format!("losses that {switch} counted")),
    ]
}

/// The session of a gateway whose status tells nothing of it.
fn seen_by_switch(out: &Outcome, judged: &Judgement<'_, '_>, view: &View<'_>, far: &FarEnd<'_>) -> Finding {
    let times = far.session.estab_trans;
    let severity = if judged.new { Severity::Info } else { Severity::Warning };
    out.finding(
        severity,
        judged.subject(view),
        format!("BGP session of {} with {} came up {times} times", judged.name, view.words()),
    )
    .confidence(Confidence::Certain)
    .detail(
        "The switch counts since it booted. Each loss withdraws the routes over that link for a while. What the \
         gateway itself counted is not known.",
    )
    .evidences(counts(far))
    .keys(view.keys(judged.name))
    .reference("BGP-407")
    .run("see the other end", format!("kubectl fabric inspect bgp --switch-name {}", far.agent.name()))
}

/// First and last line of the log about the losses.
fn lines(log: Option<LogRef<'_>>, logged: &[&Hit]) -> Vec<Evidence> {
    let Some(log) = log else { return Vec::new() };
    let mut lines = Vec::new();
    if let Some(first) = logged.first() {
        lines.push(log.evidence(first, format!("first of {} losses within 24 hours", logged.len())));
    }
    if let Some(last) = logged.last().filter(|_| logged.len() > 1) {
        lines.push(log.evidence(last, "last of them"));
    }
    lines
}

fn detail(reason: &str) -> String {
    let meaning = match reason {
        "Local system closed" => " The gateway closed it: BFD, the hold timer, or its own restart.",
        "Remote system closed" => " The switch closed it: its reboot, its configuration, or its BFD.",
        "Peer de-configured" => " The gateway's own configuration removed it: that is a change, not a flap.",
        _ => "",
    };
    format!(
        "The count starts with the dataplane and may span months.{meaning} Each loss withdraws the routes over that \
         link for a while."
    )
}

#[cfg(test)]
mod tests {
    use hh_worlds::World;

    use super::SessionFlapping;
    use crate::testing::said;

    fn entry(world: World, field: &str, value: impl Into<hh_worlds::Value>) -> World {
        let pointer = format!("/status/state/bgp/vrfs/default/neighbors/172.30.128.14/{field}");
        world.set("GatewayAgent/gateway-2", &pointer, value)
    }

    fn dropped(count: u64) -> World {
        entry(World::healthy().small(), "connectionsDropped", count)
    }

    #[test]
    fn severity_by_count() {
        for (count, severity) in [(2, "info"), (3, "warning"), (9, "warning"), (10, "error"), (37, "error")] {
            let said = said(&SessionFlapping, &dropped(count));
            assert_eq!(said.lines(), [format!("{severity} GatewayAgent/gateway-2 (172.30.128.14)")], "{count}");
            let evidence = &said.findings[0].evidence[0];
            assert_eq!(evidence.value.as_deref(), Some(count.to_string().as_str()));
            assert!(evidence.line.is_some());
        }
        let ups = entry(World::healthy().small(), "establishedTransitions", 6);
        assert_eq!(said(&SessionFlapping, &ups).lines(), ["warning GatewayAgent/gateway-2 (172.30.128.14)"]);
    }

    #[test]
    fn losses_in_the_log() {
        let world = World::healthy().small();
        let pod = world.pod("gateway-2", "dataplane");
        let line = |time: &str, change: &str| {
            format!(
                "2026-10-06T{time}.000000Z  INFO router routing::bmp: 100: BGP session with 172.30.128.14 \
                 (id:172.30.8.2 ASN:65102) changed {change}\n"
            )
        };
        let mut text = String::new();
        for hour in ["06", "07", "08"] {
            text += &line(&format!("{hour}:00:00"), "Established -> Idle");
            text += &line(&format!("{hour}:00:09"), "Unset -> Established");
        }
        let said_of = said(&SessionFlapping, &world.log_more(&pod, "dataplane", &text));
        assert_eq!(said_of.lines(), ["warning GatewayAgent/gateway-2 (172.30.128.14)"]);
    }

    #[test]
    fn looks_like_it() {
        for world in [World::healthy().small(), World::older().small()] {
            assert_eq!(said(&SessionFlapping, &world).lines(), Vec::<String>::new());
        }
        let once = entry(World::healthy().small(), "establishedTransitions", 1);
        assert_eq!(said(&SessionFlapping, &once).passed, 4);
        let own = entry(dropped(12), "lastResetReason", "Peer de-configured");
        assert!(said(&SessionFlapping, &own).is_quiet());
        // Lost and still down: that is told by the session.
        let down = entry(dropped(1), "sessionState", "idle").insight_error("gateway-2", "frr: show bgp summary", "x");
        assert!(said(&SessionFlapping, &down).findings.is_empty());
    }

    #[test]
    fn the_switch_alone() {
        let at = "/status/state/bgpNeighbors/default/172.30.128.15";
        let flaps = |world: World| {
            world.set("Agent/leaf-02", &format!("{at}/estabTrans"), 9).set(
                "Agent/leaf-02",
                &format!("{at}/lastEstab"),
                "2026-10-06T09:30:00Z",
            )
        };
        for world in [World::healthy().small(), World::healthy().small().delete("GatewayAgent/gateway-2")] {
            let said = said(&SessionFlapping, &flaps(world));
            assert_eq!(said.lines(), ["warning GatewayAgent/gateway-2 (172.30.128.14)"]);
            assert!(said.findings[0].reference.contains(&"BGP-407".to_owned()));
        }
    }

    #[test]
    fn not_checked_without_the_agents() {
        let said = said(&SessionFlapping, &World::healthy().small().without("GatewayAgent"));
        assert_eq!(said.not_checked, ["GatewayAgent objects"]);
    }
}
