//! Clocks of switches and of the control node that are ahead of the capture, or behind.

use crate::facts::{
    Agent, ClockOff, Context, Event, Fabricator, Form, Kind, LogRef, Node, Object, Quality, Switch, duration_words,
};
use crate::finding::{Confidence, Evidence, Finding, Key, KeyKind, Severity, Subject};
use crate::model::Time;
use crate::parse::log::Stream;
use crate::parse::log::literals::switch_failure::CERTIFICATE_TIME;
use crate::rule::{Domain, Meta, Order, Outcome, Relation, Rule, Source};

/// See the metadata.
#[derive(Debug)]
pub(super) struct ClockSkew;

/// Times of a capture by hand may be this much later than it.
const BY_HAND: i64 = 60;
/// Times of a dump, whose logs and outputs are read up to 5 minutes later.
const IN_DUMP: i64 = 360;
/// Objects of one clock that are shown.
const SHOWN: usize = 3;
/// Clocks that are off by the same amount are one clock: give or take so much.
const EQUALLY: i64 = 300;

static META: Meta = Meta {
    id: "clock-skew",
    reference: &["FAB-017"],
    title: "The clock of a switch, of the control node or of the capture is wrong",
    severities: &[Severity::Warning],
    needs: &[],
    uses: &[
        Source::Pods,
        Source::CaptureTime,
        Source::Agents,
        Source::Nodes,
        Source::Events,
        Source::Fabricator,
        Source::Switches,
        Source::SwitchAgentLog,
        Source::GatewayAgents,
        Source::ShowTech,
    ],
    explanation: "Looks for times that are later than the capture: heartbeats of switches, observation times of nodes, events \
and the Fabricator (by more than 60 s; in a dump, whose logs are read later, by more than 6 minutes; in a table `<invalid>`), \
and for certificates that a switch refuses because they are not yet valid.

## Why it matters
Ages cannot be trusted, certificates are refused, logs cannot be brought in order.

## Not a fault
- Times that lie ahead by design: the expiry of leases, certificates and tokens.
- Logs and outputs of a dump up to 5 minutes younger than its objects.

## What to do
Check NTP on the switch and on the control node; if all is ahead, the clock of the machine that collected is behind: give the \
right time with `--captured-at`.",
    explains: &[
        Relation { effects: &["FAB-002", "FAB-020", "FAB-007"], join: &[KeyKind::Switch] },
        Relation { effects: &["GW-CLOCK", "GW-HB-*", "FAB-003"], join: &[KeyKind::Fabric] },
        Relation { effects: &["GW-CLOCK"], join: &[KeyKind::Gateway] },
    ],
    order: Order::Clock,
};

/// An object with a time that is later than the capture.
struct Ahead {
    subject: Subject,
    evidence: Evidence,
    /// By how much; none where a table printed `<invalid>`.
    seconds: Option<i64>,
}

impl Rule for ClockSkew {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn domain(&self) -> Domain {
        Domain::Fabric
    }

    fn check(&self, cx: &Context<'_>, out: &mut Outcome) {
        if !cx.holds_fabric() {
            return;
        }
        let control = control_plane(cx);
        let nodes = of_nodes(cx);
        let switches: Vec<Ahead> = cx.list::<Agent>().iter().filter_map(|agent| of_agent(cx, agent)).collect();
        let all = |ahead: &[Ahead], of: usize| of >= 2 && ahead.len() == of && equally(ahead);
        let agents = cx.list::<Agent>().len();
        if !control.is_empty() || all(&switches, agents) || all(&nodes, cx.list::<Node>().len()) {
            // What they have in common is the clock that they are compared with.
            out.report(everything(cx, control, nodes, switches, out));
        } else {
            for _ in switches.len()..agents {
                out.pass();
            }
            for ahead in nodes {
                one_node(cx, ahead, out);
            }
            for ahead in switches {
                out.report(one_switch(ahead, out));
            }
        }
        for log in cx.logs(Stream::SwitchAgent) {
            refused(cx, log, out);
        }
    }
}

/// Seconds by which a time is later than the capture, where that is more than a capture takes.
fn ahead_by(cx: &Context<'_>, writer: &str, time: Option<Time>) -> Option<Option<i64>> {
    let clock = cx.clock();
    let proven = clock.quality == Quality::Exact || clock.alone_ahead.as_deref() == Some(writer);
    match time? {
        Time::Future => Some(None),
        // A lower bound is no later than the times that it is made of.
        Time::At(_) if proven => {
            let seconds = clock.age(time?)?.seconds.saturating_neg();
            (seconds > if clock.dump { IN_DUMP } else { BY_HAND }).then_some(Some(seconds))
        }
        _ => None,
    }
}

fn of_agent(cx: &Context<'_>, agent: &Object<Agent>) -> Option<Ahead> {
    let status = &agent.status;
    let times = [
        ("lastHeartbeat", status.last_heartbeat),
        ("lastAttemptTime", status.last_attempt_time),
        ("lastAppliedTime", status.last_applied_time),
    ];
    times.into_iter().find_map(|(field, time)| {
        let seconds = ahead_by(cx, agent.name(), time)?;
        let evidence = agent.evidence(&["status", field], "later than the capture");
        Some(Ahead { subject: agent.subject(), evidence, seconds })
    })
}

fn ahead<K: Kind>(cx: &Context<'_>, object: &Object<K>, route: &[String], time: Option<Time>) -> Option<Ahead> {
    let seconds = ahead_by(cx, object.name(), time)?;
    Some(Ahead { subject: object.subject(), evidence: object.evidence(route, "later than the capture"), seconds })
}

/// Times that the control node itself wrote: kubelets write the times of their nodes.
fn control_plane(cx: &Context<'_>) -> Vec<Ahead> {
    let status = route(&["status", "lastStatusCheck"]);
    let fabricators = cx
        .list::<Fabricator>()
        .iter()
        .filter_map(|fabricator| ahead(cx, fabricator, &status, fabricator.status.last_status_check));
    let by_controllers = |event: &&Object<Event>| {
        let kubelet = event.spec.source.component == "kubelet" || event.spec.reporting_component == "kubelet";
        // A row of a table does not tell who wrote the event.
        event.raw.form != Form::Table && !kubelet && event.spec.source.host.is_empty()
    };
    let events = cx.list::<Event>().iter().filter(by_controllers);
    let events = events.filter_map(|event| ahead(cx, event, &route(&["lastTimestamp"]), event.spec.last()));
    fabricators.chain(events).collect()
}

/// Nodes whose kubelet is ahead.
fn of_nodes(cx: &Context<'_>) -> Vec<Ahead> {
    let of_node = |node: &Object<Node>| {
        node.status.conditions.iter().enumerate().find_map(|(index, condition)| {
            let at = route(&["status", "conditions", &index.to_string(), "lastHeartbeatTime"]);
            ahead(cx, node, &at, condition.last_heartbeat_time)
        })
    };
    cx.list::<Node>().iter().filter_map(of_node).collect()
}

fn route(parts: &[&str]) -> Vec<String> {
    parts.iter().map(|part| (*part).to_owned()).collect()
}

fn equally(switches: &[Ahead]) -> bool {
    let known = || switches.iter().filter_map(|ahead| ahead.seconds);
    let spread = known().max().zip(known().min()).map(|(most, least)| most.saturating_sub(least));
    spread.is_none_or(|spread| spread <= EQUALLY)
}

fn everything(
    cx: &Context<'_>,
    mut control: Vec<Ahead>,
    nodes: Vec<Ahead>,
    switches: Vec<Ahead>,
    out: &Outcome,
) -> Finding {
    control.extend(nodes);
    let fabricator = cx.list::<Fabricator>().first().map(Object::subject);
    let subject = fabricator.unwrap_or_else(|| Subject::new("Fabricator", "fab", "default"));
    let by = control.iter().chain(&switches).filter_map(|ahead| ahead.seconds).max();
    let by = by.map(|seconds| format!(" by {}", duration_words(seconds))).unwrap_or_default();
    let who = match (control.is_empty(), switches.is_empty()) {
        (true, _) => "all switches write",
        (false, true) => "the control plane writes",
        (false, false) => "control plane and switches write",
    };
    let keys: Vec<Key> = switches.iter().map(|ahead| Key::Switch(ahead.subject.name.clone())).collect();
    let gateways: Vec<Key> = cx.gateways().map(|gw| gw.key()).collect();
    let evidence = control.into_iter().take(SHOWN).chain(switches.into_iter().take(SHOWN)).map(|ahead| ahead.evidence);
    out.finding(Severity::Warning, subject.part("clock"), format!("{who} times that are later than the capture{by}"))
        .confidence(Confidence::Likely)
        .detail(format!(
            "What they have in common is what they are compared with: probably the clock of the machine that collected is behind \
             (the capture time comes from: {}), or that of the control node is ahead. All ages are uncertain.",
            cx.clock().source
        ))
        .evidences(evidence)
        .keys(keys)
        .keys(gateways)
        .key(Key::Fabric)
        .run("Compare the clocks (on the control node and where the bundle was collected).", "timedatectl")
        .step("Give the right time with `--captured-at`.")
}

fn one_node(cx: &Context<'_>, ahead: Ahead, out: &mut Outcome) {
    let name = ahead.subject.name.clone();
    let gateway = cx.gateway(&name);
    // The gateway's own heartbeat says the same.
    if gateway.as_ref().is_some_and(|gw| matches!(gw.clock_off(), Some(ClockOff::Ahead { .. }))) {
        return;
    }
    let by = ahead.seconds.map(|seconds| format!(" by {}", duration_words(seconds))).unwrap_or_default();
    let title = format!("node {name} writes times that are later than the capture{by}");
    out.report(
        out.finding(Severity::Warning, ahead.subject, title)
            .detail("The clock of the node is ahead. All that it writes is dated wrongly.")
            .evidence(ahead.evidence)
            .key(Key::Node(name))
            .keys(gateway.map(|gw| gw.key()))
            .run("Compare the clocks (on the node and on the control node).", "timedatectl"),
    );
}

fn one_switch(ahead: Ahead, out: &Outcome) -> Finding {
    let by = ahead.seconds.map(|seconds| format!(" by {}", duration_words(seconds))).unwrap_or_default();
    let name = ahead.subject.name.clone();
    out.finding(
        Severity::Warning,
        ahead.subject,
        format!("switch {name} writes times that are later than the capture{by}"),
    )
    .detail("The clock of the switch is ahead. Its heartbeat and all its ages are uncertain.")
    .evidence(ahead.evidence)
    .key(Key::Switch(name))
    .run("Look at NTP (on the switch).", "sonic-cli -c \"show ntp associations\"")
    .step("Check that the time servers of the Fabricator can be reached from the control node.")
}

/// A certificate that is not yet valid for the switch: its clock is behind.
fn refused(cx: &Context<'_>, log: LogRef<'_>, out: &mut Outcome) {
    // Go tells which of the two it is: `current time A is before B`.
    let last = log.current(&CERTIFICATE_TIME).filter(|hit| log.message(hit).contains(" is before ")).last();
    let Some(hit) = last else { return };
    let names = log.log.gateway.iter().chain([&log.log.pod]).filter(|name| !name.is_empty());
    let known = names.into_iter().find(|name| cx.find::<Agent>(name).is_some() || cx.find::<Switch>(name).is_some());
    let Some(name) = known else { return };
    let namespace = cx.find::<Agent>(name).map_or("default", |agent| agent.meta.namespace.as_str());
    out.report(
        out.finding(
            Severity::Warning,
            Subject::new("Agent", namespace, name).part("clock"),
            format!("the clock of switch {name} is behind: it refuses a certificate that is not yet valid"),
        )
        .detail("The switch cannot talk to the control plane until its clock is right. It goes on forwarding.")
        .evidence(log.evidence(hit, "the time of the switch is before the certificate's"))
        .key(Key::Switch(name.clone()))
        .run("Look at NTP (on the switch).", "sonic-cli -c \"show ntp associations\""),
    );
}

#[cfg(test)]
mod tests {
    use hh_worlds::World;

    use super::ClockSkew;
    use crate::testing::{said, said_of_files};

    const BEAT: &str = "/status/lastHeartbeat";

    fn healthy() -> World {
        World::healthy().small()
    }

    #[test]
    fn one_switch_that_is_ahead() {
        let world = healthy().set("Agent/leaf-01", BEAT, "2026-10-06T10:41:17Z");
        let said = said(&ClockSkew, &world);
        assert_eq!(said.lines(), ["warning Agent/leaf-01"]);
        let finding = &said.findings[0];
        assert_eq!(finding.title, "switch leaf-01 writes times that are later than the capture by 60 min");
        assert_eq!(finding.evidence[0].field.as_deref(), Some("status.lastHeartbeat"));
        assert!(finding.evidence[0].line.is_some());
    }

    #[test]
    fn everything_is_ahead() {
        let mut world = healthy();
        world.created_at = "2026-10-06T08:41:17Z".into();
        let said = said(&ClockSkew, &world);
        assert_eq!(said.lines(), ["warning Fabricator/default (clock)"]);
        assert!(said.findings[0].title.starts_with("control plane and switches write"), "{}", said.findings[0].title);
        let analysis = crate::testing::analysis(&world, &crate::Options::default());
        let roots: Vec<_> =
            analysis.report.findings.iter().filter(|f| f.caused_by.is_empty() && f.severity != "info").collect();
        assert_eq!(roots.len(), 1, "{:?}", roots.iter().map(|f| (&f.rule, &f.title)).collect::<Vec<_>>());
    }

    #[test]
    fn one_node_that_is_ahead() {
        let at = "/status/conditions/3/lastHeartbeatTime";
        let world = healthy().set("Node/gateway-1", at, "2026-10-06T10:41:17Z");
        assert_eq!(said(&ClockSkew, &world).lines(), ["warning Node/gateway-1"]);
        // Its gateway says it itself.
        let both = world.set("GatewayAgent/gateway-1", BEAT, "2026-10-06T10:41:17Z");
        assert_eq!(said(&ClockSkew, &both).lines(), Vec::<String>::new());
    }

    #[test]
    fn an_invalid_age_in_a_table() {
        let text = "NAME      ROLE   DESCR   HWSKU   ASIC   HEARTBEAT   APPLIED   APPLIEDG   CURRENTG   VERSION\n\
                    leaf-01   server-leaf   x   y   z   8s          44m       11         11         v0.129.4\n\
                    leaf-02   server-leaf   x   y   z   <invalid>   44m       11         11         v0.129.4\n";
        let said = said_of_files(&ClockSkew, [("agents.txt".to_owned(), text.as_bytes().to_vec())].into());
        assert_eq!(said.lines(), ["warning Agent/leaf-02"]);
    }

    #[test]
    fn healthy_pictures() {
        for world in [healthy(), World::older().small()] {
            assert_eq!(said(&ClockSkew, &world).lines(), Vec::<String>::new());
        }
        // The logs of a dump are read later than its objects.
        let late = healthy().set("Agent/leaf-01", BEAT, "2026-10-06T09:46:17Z");
        assert_eq!(said(&ClockSkew, &late).lines(), Vec::<String>::new());
    }
}
