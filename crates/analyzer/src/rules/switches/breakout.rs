//! A port breakout does not complete.

use super::relations::BROKEN_OUT;
use super::state::{attempt_age, key, list, tells_state};
use crate::facts::{Agent, Context, Object, base_port};
use crate::finding::{Key, Severity};
use crate::rule::{Domain, Meta, Order, Outcome, Rule, Source};

/// See the metadata.
#[derive(Debug)]
pub(super) struct BreakoutPending;

/// A breakout takes up to 100 seconds.
const DONE: i64 = 600;

static META: Meta = Meta {
    id: "switch-breakout-not-completed",
    reference: &["SW-111", "KI-BRK"],
    title: "A port breakout does not complete",
    severities: &[Severity::Error],
    needs: &[Source::Agents],
    uses: &[Source::CaptureTime, Source::SwitchProfiles],
    explanation:
        "Reads `status.state.breakouts` of each switch that reports: a status other than `Completed`, more than 10 \
minutes after the last apply attempt and the last change of the port.

## Why it matters
The sub-ports do not exist or have lost their configuration; the apply waits for them.

## Not a fault
- A breakout that was changed within the last 10 minutes (it takes up to 100 seconds).

## What to do
Look in agent.log for `Port breakout is in progress`; upgrade the agent, or reinstall the NOS of the switch.",
    explains: BROKEN_OUT,
    order: Order::Hardware,
};

impl Rule for BreakoutPending {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn domain(&self) -> Domain {
        Domain::Fabric
    }

    fn check(&self, cx: &Context<'_>, out: &mut Outcome) {
        for agent in cx.list::<Agent>() {
            if agent.status.state.breakouts.is_empty() {
                continue;
            }
            match tells_state(cx, agent) {
                Some(true) => {}
                Some(false) => continue,
                None => {
                    out.not_checked(agent.subject(), Source::CaptureTime);
                    continue;
                }
            }
            let ports = pending(cx, agent);
            if ports.is_empty() {
                out.pass();
            } else {
                report(agent, &ports, out);
            }
        }
    }
}

/// Ports whose breakout is not complete although nothing changed lately. An agent that retries makes new attempts
/// that are no change: the ports tell.
fn pending<'b>(cx: &Context<'_>, agent: &'b Object<Agent>) -> Vec<&'b str> {
    let state = &agent.status.state;
    let young = |port: &str| {
        let mut changes = state.interfaces.iter().filter(|(name, _)| base_port(name) == port);
        changes.any(|(_, interface)| cx.age_of(interface.change).is_some_and(|age| !age.over(DONE)))
    };
    let open: Vec<&str> = state
        .breakouts
        .iter()
        .filter(|(port, breakout)| {
            !port.is_empty() && !breakout.status.is_empty() && !breakout.status.eq_ignore_ascii_case("Completed")
        })
        .map(|(port, _)| port.as_str())
        .collect();
    if open.is_empty() || attempt_age(cx, agent).is_none_or(|age| !age.over(DONE)) {
        return Vec::new();
    }
    open.into_iter().filter(|port| !young(port)).collect()
}

fn report(agent: &Object<Agent>, ports: &[&str], out: &mut Outcome) {
    let name = agent.name();
    let subject = match ports {
        [one] => agent.subject().part(*one),
        _ => agent.subject(),
    };
    let mut finding = out
        .finding(Severity::Error, subject, format!("the breakout of {} on {name} does not complete", list(ports)))
        .detail(
            "The NOS has not finished it more than 10 minutes after the last apply (it takes up to 100 seconds): the \
             sub-ports are missing or have lost their configuration.",
        )
        .key(key(name))
        .run("On the switch: see what it waits for.", "grep 'breakout' /var/log/agent.log | tail -n 5")
        .run(
            "Else install the NOS of the switch anew, in a maintenance window.",
            format!("kubectl fabric switch reinstall --name {name}"),
        );
    for port in ports {
        finding = finding
            .evidence(agent.evidence(&["status", "state", "breakouts", port, "status"], "as the NOS reports it"))
            .key(Key::Port(name.into(), (*port).into()))
            .keys(sub_ports(agent, port).map(|sub| Key::Port(name.into(), sub.into())));
    }
    out.report(finding);
}

fn sub_ports<'b>(agent: &'b Object<Agent>, port: &str) -> impl Iterator<Item = &'b str> {
    let names = agent.status.state.interfaces.keys().map(String::as_str);
    let found: Vec<&str> = names.filter(|name| base_port(name) == port).collect();
    found.into_iter()
}

#[cfg(test)]
mod tests {
    use hh_worlds::World;

    use super::BreakoutPending;
    use crate::testing::said;

    fn open() -> World {
        World::healthy().small().set("Agent/spine-01", "/status/state/breakouts/E1~11/status", "InProgress")
    }

    #[test]
    fn it_does_not_complete() {
        let found = said(&BreakoutPending, &open());
        assert_eq!(found.lines(), ["error Agent/spine-01 (E1/1)"]);
        let finding = &found.findings[0];
        assert_eq!(finding.title, "the breakout of E1/1 on spine-01 does not complete");
        assert_eq!(finding.evidence[0].value.as_deref(), Some("InProgress"));
    }

    #[test]
    fn what_looks_like_it() {
        assert_eq!(said(&BreakoutPending, &World::healthy().small()).passed, 3);
        for world in [
            open().set("Agent/spine-01", "/status/lastAttemptTime", "2026-10-06T09:38:00Z"),
            open().set("Agent/spine-01", "/status/state/interfaces/E1~11~11/change", "2026-10-06T09:38:00Z"),
            open().set("Agent/spine-01", "/status/lastHeartbeat", "2026-10-06T09:08:00Z"),
            open().set("Agent/spine-01", "/status/state/breakouts/E1~11/status", ""),
        ] {
            assert_eq!(said(&BreakoutPending, &world).lines(), Vec::<String>::new());
        }
        assert_eq!(said(&BreakoutPending, &World::healthy().small().without("Agent")).not_checked.len(), 1);
    }
}
