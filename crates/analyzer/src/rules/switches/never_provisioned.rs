//! A switch has never reported.

use std::collections::BTreeSet;

use super::relations::DEAD_SWITCH;
use super::state::key;
use crate::facts::{Age, Agent, Context, Object, Switch};
use crate::finding::{Confidence, Evidence, Severity, Subject};
use crate::parse::log::Stream;
use crate::parse::log::literals::boot;
use crate::rule::{Domain, Meta, Order, Outcome, Rule, Source};

/// See the metadata.
#[derive(Debug)]
pub(super) struct NeverProvisioned;

/// An installation may take this long.
const INSTALLING: i64 = 1800;
/// Within this time somebody may still be at work on it.
const DAY: i64 = 86_400;

static META: Meta = Meta {
    id: "switch-never-provisioned",
    reference: &["FAB-001"],
    title: "A switch has never reported",
    severities: &[Severity::Error, Severity::Warning],
    needs: &[Source::Agents],
    uses: &[Source::CaptureTime, Source::Switches, Source::BootLog],
    explanation: "Looks for Switches without an Agent, and for Agents without any status, that were created more than 30 \
minutes ago: a warning within the first day, then an error.

## Why it matters
The switch was never installed, or is not recognised when it boots: its ports, and all that is attached to them, do not \
work.

## Not a fault
- A fresh installation, up to 30 minutes.
- A bundle without Agents, or with some of them only; a switch that its neighbours see.

## What to do
Compare `spec.boot.serial` and `spec.boot.mac` of the Switch with the label of the device, look in the log of \
`fabric-boot` for `NOS not found`, and check the cabling of the management port.",
    explains: DEAD_SWITCH,
    order: Order::Hardware,
};

impl Rule for NeverProvisioned {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn domain(&self) -> Domain {
        Domain::Fabric
    }

    fn check(&self, cx: &Context<'_>, out: &mut Outcome) {
        let complete = cx.complete::<Agent>();
        let alive = Alive::find(cx);
        let switches: BTreeSet<&str> = cx.list::<Switch>().iter().map(Object::name).collect();
        for switch in cx.list::<Switch>() {
            match cx.find::<Agent>(switch.name()) {
                Some(agent) => judge(cx, Some(switch), Some(agent), out),
                None if alive.holds(switch) => {
                    out.cannot_tell(switch.subject(), "its neighbours see it, and its Agent is not in the bundle");
                }
                None if complete && !switch_is_cut(cx, switch) => judge(cx, Some(switch), None, out),
                None => {}
            }
        }
        for agent in cx.list::<Agent>().iter().filter(|agent| !switches.contains(agent.name())) {
            judge(cx, None, Some(agent), out);
        }
    }
}

/// What switches see of each other: a switch that talks was installed, wherever its Agent is.
struct Alive<'b> {
    names: BTreeSet<&'b str>,
    addresses: BTreeSet<&'b str>,
}

impl<'b> Alive<'b> {
    fn find(cx: &Context<'b>) -> Self {
        let (mut names, mut addresses) = (BTreeSet::new(), BTreeSet::new());
        for agent in cx.list::<Agent>() {
            let state = &agent.status.state;
            let neighbours = state.interfaces.values().flat_map(|interface| &interface.lldp_neighbors);
            names
                .extend(neighbours.filter(|n| n.sys_descr.starts_with("Hedgehog Fabric")).map(|n| n.sys_name.as_str()));
            for (address, session) in state.bgp_neighbors.get("default").into_iter().flatten() {
                if session.state == "established" {
                    addresses.extend([address.as_str(), session.remote_router_id.as_str()]);
                }
            }
        }
        Self { names, addresses }
    }

    fn holds(&self, switch: &Object<Switch>) -> bool {
        let address = switch.spec.protocol_ip.split('/').next().unwrap_or("");
        self.names.contains(switch.name()) || (!address.is_empty() && self.addresses.contains(address))
    }
}

fn switch_is_cut(cx: &Context<'_>, switch: &Object<Switch>) -> bool {
    cx.truncated() && switch.at(&["spec"]).is_none()
}

fn judge(cx: &Context<'_>, switch: Option<&Object<Switch>>, agent: Option<&Object<Agent>>, out: &mut Outcome) {
    let silent = agent.is_none_or(|agent| {
        super::state::beat(agent).is_none() && agent.status.last_applied_gen == 0 && agent.status.version.is_empty()
    });
    if !silent {
        return out.pass();
    }
    // In the last object of a cut dump the status may be missing.
    if agent.is_some_and(|agent| cx.truncated() && agent.at(&["status"]).is_none()) {
        return;
    }
    let subject = match (agent, switch) {
        (Some(agent), _) => agent.subject(),
        (None, Some(switch)) => Subject::new("Agent", &switch.meta.namespace, switch.name()),
        (None, None) => return,
    };
    let age = switch.and_then(|switch| cx.object_age(switch)).or_else(|| agent.and_then(|a| cx.object_age(a)));
    match age {
        None => out.not_checked(subject, Source::CaptureTime),
        Some(age) if !age.over(INSTALLING) => out.pass(),
        Some(age) => report(cx, subject, switch, agent, age, out),
    }
}

fn report(
    cx: &Context<'_>,
    subject: Subject,
    switch: Option<&Object<Switch>>,
    agent: Option<&Object<Agent>>,
    age: Age,
    out: &mut Outcome,
) {
    let name = subject.name.clone();
    let severity = if age.over(DAY) { Severity::Error } else { Severity::Warning };
    let refused = refused(cx);
    let hint = if refused.is_empty() {
        ""
    } else {
        " A switch asked for its NOS with a serial number or MAC address that no Switch has: perhaps this one."
    };
    let mut finding = out
        .finding(severity, subject, format!("{name} has never reported, {} after it was created", age.words()))
        .confidence(Confidence::Certain)
        .detail(format!(
            "The agent of a switch reports as soon as its NOS is installed; this one never did. It was not installed, \
             is not recognised when it boots, or does not reach the control node.{hint}"
        ))
        .key(key(&name));
    finding = match agent {
        Some(agent) => finding
            .evidence(agent.evidence(&["status", "lastHeartbeat"], "there is no heartbeat"))
            .evidence(agent.name_evidence("the Agent without a status")),
        None => finding.evidence(Evidence::absence("Agent objects", format!("there is no Agent {name}"))),
    };
    if let Some(switch) = switch {
        finding = finding.evidence(switch.evidence(&["metadata", "creationTimestamp"], "created")).evidences(
            ["serial", "mac"]
                .iter()
                .filter(|field| switch.at(&["spec", "boot", field]).is_some())
                .map(|field| switch.evidence(&["spec", "boot", field], "how it is recognised when it boots")),
        );
    }
    out.report(
        finding
            .evidences(refused)
            .run(
                "Look for its boot requests.",
                "kubectl logs -n fab deploy/fabric-boot | grep -E 'NOS not found|identity'",
            )
            .step(format!("Compare spec.boot of Switch {name} with the device, and check its management cable."))
            .run("See what it should be.", format!("kubectl get switch {name} -o yaml")),
    );
}

/// The last boot request of an unknown switch.
fn refused(cx: &Context<'_>) -> Vec<Evidence> {
    let logs = cx.logs(Stream::Boot);
    let last = logs.filter_map(|log| Some((log, log.current(&boot::NOS_NOT_FOUND).last()?)));
    last.max_by_key(|(_, hit)| hit.time())
        .map(|(log, hit)| log.evidence(hit, "a switch that no Switch object matches asked for its NOS"))
        .into_iter()
        .collect()
}

#[cfg(test)]
mod tests {
    use hh_worlds::{World, json};

    use super::NeverProvisioned;
    use crate::testing::said;

    /// Nobody sees it.
    fn off(switch: &str) -> World {
        let mut world = crate::rules::switches::heartbeat_stale::tests::off(switch, "09:12:01");
        for object in world.objects.iter_mut().filter(|object| hh_worlds::kind(object) == "Agent") {
            object["status"]["state"]["bgpNeighbors"] = json!({});
        }
        world
    }

    fn silent() -> World {
        World::healthy().small().set("Agent/leaf-02", "/status", json!({}))
    }

    #[test]
    fn an_empty_status() {
        let found = said(&NeverProvisioned, &silent());
        assert_eq!(found.lines(), ["error Agent/leaf-02"]);
        let finding = &found.findings[0];
        assert!(finding.title.starts_with("leaf-02 has never reported, 9 d"), "{}", finding.title);
        assert_eq!(finding.evidence[0].field.as_deref(), Some("status.lastHeartbeat"));
        assert!(finding.evidence[1].line.is_some());
        assert_eq!(found.passed, 2);
    }

    #[test]
    fn no_agent_and_a_boot_request() {
        let world = off("leaf-02").delete("Agent/leaf-02").log_more(
            "fabric-boot-6f7d9c9d7b-x2v9k",
            "fabric-boot",
            "Oct  6 09:00:00.000 WRN NOS not found error=\"switch: not found\" serial=CN0B07005AX mac=0c:20:39:55:4e:00\n",
        );
        let found = said(&NeverProvisioned, &world);
        assert_eq!(found.lines(), ["error Agent/leaf-02"]);
        assert!(
            found.findings[0].evidence.iter().any(|e| e.value.as_deref().is_some_and(|v| v.contains("NOS not found")))
        );
    }

    #[test]
    fn the_first_day_is_a_warning() {
        let world = silent().set("Switch/leaf-02", "/metadata/creationTimestamp", "2026-10-06T04:41:17Z");
        assert_eq!(said(&NeverProvisioned, &world).lines(), ["warning Agent/leaf-02"]);
    }

    #[test]
    fn what_looks_like_it() {
        assert_eq!(said(&NeverProvisioned, &World::healthy().small()).passed, 3);
        // Being installed.
        let young = silent().set("Switch/leaf-02", "/metadata/creationTimestamp", "2026-10-06T09:20:17Z");
        assert_eq!(said(&NeverProvisioned, &young).lines(), Vec::<String>::new());
        // Its Agent was left out.
        let left_out = said(&NeverProvisioned, &World::healthy().small().delete("Agent/leaf-02"));
        assert_eq!((left_out.lines().len(), left_out.not_checked.len()), (0, 1));
        // A bundle without Agents.
        let bare = World::healthy().small().without("Agent");
        let found = said(&NeverProvisioned, &bare);
        assert_eq!(found.lines(), Vec::<String>::new());
        assert_eq!(found.not_checked, ["Agent objects of the switches"]);
    }
}
