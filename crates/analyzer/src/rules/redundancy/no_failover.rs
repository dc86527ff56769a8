//! The preferred member of a group does not serve, and no other can take over.

use super::member::{Fault, Standing, standings};
use super::served::{Served, served};
use crate::facts::{Context, GatewayAgent, Member};
use crate::finding::{Confidence, Evidence, Key, Severity};
use crate::rule::{Meta, Order, Outcome, Rule, Source};

/// See the metadata.
#[derive(Debug)]
pub(super) struct NoFailover;

static META: Meta = Meta {
    id: "gateway-group-serves-nobody",
    reference: &["GW-HA-NOFAILOVER", "S11"],
    title: "No member of a gateway group can serve",
    severities: &[Severity::Critical],
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
        Source::Fabricator,
        Source::DaemonSets,
        Source::Connections,
        Source::ShowTech,
    ],
    explanation: "\
For each group whose preferred member is dead (node, pods, heartbeat) or has no BGP session: is there another member that
is alive, has a session and runs its newest configuration?

## Why it matters

Only members serve the peerings of their group. If none can, traffic of these peerings is lost.

## Not a fault

A standby that serves without having been the preferred member before: that is what it is for.

## What to do

Repair one member; what is wrong with each is a finding of its own.",
    explains: &[],
    order: Order::Redundancy,
};

impl Rule for NoFailover {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn check(&self, cx: &Context<'_>, out: &mut Outcome) {
        if cx.is_25_05_namespace() {
            return;
        }
        let standings = standings(cx);
        let served = served(cx);
        for (group, members) in cx.groups() {
            // A single member is worth the word only where something is lost with it.
            if members.len() < 2 && !served.contains_key(group) {
                continue;
            }
            let Some((preferred, others)) = members.split_first() else { continue };
            match standings.get(&preferred.gateway) {
                Some(Standing::Faulty(faults)) => {
                    // A minute without a heartbeat is no death.
                    let dead = faults.iter().any(|fault| !fault.silence) || silent_long(cx, preferred);
                    let fitness: Vec<Fitness> = others.iter().map(|other| fitness(cx, other, &standings)).collect();
                    if !dead || fitness.iter().any(|fit| matches!(fit, Fitness::Fit)) {
                        out.pass();
                    } else if let Some(source) = fitness.iter().find_map(Fitness::unknown) {
                        out.not_checked(cx.group_subject(group), source);
                    } else {
                        report(cx, out, group, (preferred, faults), (others, &fitness), served.get(group));
                    }
                }
                Some(Standing::Unknown(source)) => out.not_checked(cx.group_subject(group), *source),
                Some(Standing::Healthy | Standing::New) => out.pass(),
                None => {}
            }
        }
    }
}

fn silent_long(cx: &Context<'_>, member: &Member) -> bool {
    cx.gateway(&member.gateway).and_then(|gw| gw.heartbeat_age()).is_some_and(|age| age.over(120))
}

/// Can a member take over?
enum Fitness {
    Fit,
    Unfit { why: String, evidence: Option<Evidence>, sure: bool },
    Unknown(Source),
}

impl Fitness {
    fn unknown(&self) -> Option<Source> {
        match self {
            Self::Unknown(source) => Some(*source),
            _ => None,
        }
    }
}

fn fitness(cx: &Context<'_>, member: &Member, standings: &std::collections::BTreeMap<String, Standing>) -> Fitness {
    let name = member.gateway.as_str();
    match standings.get(name) {
        Some(Standing::Healthy) => {}
        Some(Standing::Faulty(faults)) => {
            let why = faults.first().map_or_else(String::new, |fault| format!("{name} {}", fault.text));
            let sure = faults.iter().any(|fault| !fault.silence);
            return Fitness::Unfit { why, evidence: faults.first().map(|fault| fault.evidence.clone()), sure };
        }
        Some(Standing::New) => {
            return Fitness::Unfit { why: format!("{name} is just being installed"), evidence: None, sure: true };
        }
        Some(Standing::Unknown(source)) => return Fitness::Unknown(*source),
        None => return Fitness::Unknown(Source::GatewayAgents),
    }
    let Some(agent) = cx.find::<GatewayAgent>(name) else { return Fitness::Unknown(Source::GatewayAgents) };
    let (wanted, applied) = (agent.meta.generation, agent.status.last_applied_gen);
    if wanted == applied {
        return Fitness::Fit;
    }
    let evidence = agent.evidence(&["status", "lastAppliedGen"], "configuration that it runs");
    // Nothing dates the newest configuration: it may have been seconds old.
    let why = format!("{name} runs configuration generation {applied}, not {wanted}");
    Fitness::Unfit { why, evidence: Some(evidence), sure: applied == 0 }
}

fn report(
    cx: &Context<'_>,
    out: &mut Outcome,
    group: &str,
    (preferred, faults): (&Member, &[Fault]),
    (others, fitness): (&[Member], &[Fitness]),
    served: Option<&Served>,
) {
    let Some(fault) = faults.iter().find(|fault| !fault.silence).or(faults.first()) else { return };
    let name = &preferred.gateway;
    let sure = !fault.silence && fitness.iter().all(|fit| matches!(fit, Fitness::Unfit { sure: true, .. }));
    let verb = if sure { "serves" } else { "probably serves" };
    let title = match others {
        [] => format!("Group {group} {verb} nobody: its only member {name} {}", fault.text),
        _ => format!("Group {group} {verb} nobody: {name} {}, and no other member can take over", fault.text),
    };
    let reasons: Vec<&str> = fitness
        .iter()
        .filter_map(|fit| match fit {
            Fitness::Unfit { why, .. } => Some(why.as_str()),
            _ => None,
        })
        .take(5)
        .collect();
    let lost = served.map_or_else(String::new, |served| format!(" Traffic of {} is lost then.", served.words()));
    let why = if reasons.is_empty() { "There is no other member".to_owned() } else { reasons.join("; ") };
    let mut finding = out
        .finding(Severity::Critical, cx.group_subject(group), title)
        .confidence(if sure { Confidence::Certain } else { Confidence::Likely })
        .detail(format!("{why}. Gateways outside the group never serve its peerings.{lost}"))
        .evidence(fault.evidence.clone())
        .key(Key::Group(group.to_owned()))
        .key(Key::Gateway(name.clone()));
    for (other, fit) in others.iter().zip(fitness) {
        if let Fitness::Unfit { evidence, .. } = fit {
            finding = finding.evidences(evidence.clone()).key(Key::Gateway(other.gateway.clone()));
        }
    }
    let finding = finding
        .evidences(served.map(|served| served.evidence.clone()))
        .run("Look at the pods of the gateways", "kubectl get pods -n fab -o wide | grep gw--")
        .run("Look at heartbeats and generations", "kubectl get gatewayagents -A -o yaml");
    out.report(finding);
}

#[cfg(test)]
mod tests {
    use hh_worlds::World;

    use super::NoFailover;
    use crate::testing::said;

    fn world() -> World {
        World::healthy().small()
    }

    fn crashed(world: World, gateway: &str) -> World {
        let pod = format!("Pod/{}", world.pod(gateway, "dataplane"));
        world.edit(&pod, |pod| {
            let container = &mut pod["status"]["containerStatuses"][0];
            container["ready"] = false.into();
            container["state"] = hh_worlds::json!({"waiting": {"reason": "CrashLoopBackOff"}});
        })
    }

    #[test]
    fn both_members_are_dead() {
        let world = crashed(world(), "gateway-1").edit("Node/gateway-2", |node| {
            for condition in node["status"]["conditions"].as_array_mut().into_iter().flatten() {
                if condition["type"] == "Ready" {
                    condition["status"] = "Unknown".into();
                }
            }
        });
        let said = said(&NoFailover, &world);
        assert_eq!(said.lines(), ["critical GatewayGroup/default"]);
        let finding = &said.findings[0];
        assert_eq!(finding.confidence, "certain");
        assert!(finding.title.starts_with("Group default serves nobody: gateway-1 has no running dataplane"));
        assert!(finding.detail.contains("gateway-2 is on a node that is not ready"), "{}", finding.detail);
        assert_eq!(finding.evidence[0].value.as_deref(), Some("CrashLoopBackOff"));
        assert_eq!(finding.evidence[1].value.as_deref(), Some("Unknown"));
    }

    #[test]
    fn the_standby_lags() {
        let world = crashed(world(), "gateway-1").set("GatewayAgent/gateway-2", "/status/lastAppliedGen", 9);
        let said = said(&NoFailover, &world);
        assert_eq!(said.lines(), ["critical GatewayGroup/default"]);
        assert_eq!(said.findings[0].confidence, "likely");
        assert!(said.findings[0].detail.contains("gateway-2 runs configuration generation 9, not 11"));
    }

    #[test]
    fn the_standby_takes_over() {
        let said = said(&NoFailover, &crashed(world(), "gateway-1"));
        assert_eq!((said.lines(), said.passed), (vec![], 1));
    }

    #[test]
    fn a_dead_standby_hurts_no_traffic() {
        let said = said(&NoFailover, &crashed(world(), "gateway-2"));
        assert_eq!((said.lines(), said.passed), (vec![], 1));
    }

    #[test]
    fn a_late_heartbeat_is_no_death() {
        let late = ["gateway-1", "gateway-2"].iter().fold(world(), |world, gateway| {
            world.set(&format!("GatewayAgent/{gateway}"), "/status/lastHeartbeat", "2026-10-06T09:39:57Z")
        });
        assert_eq!(said(&NoFailover, &late).lines(), Vec::<String>::new());
    }

    #[test]
    fn the_only_member_is_dead() {
        let alone = crashed(world(), "gateway-1").delete("Gateway/gateway-2").delete("GatewayAgent/gateway-2");
        let said = said(&NoFailover, &alone);
        assert_eq!(said.lines(), ["critical GatewayGroup/default"]);
        assert!(said.findings[0].title.contains("its only member gateway-1"));
    }

    #[test]
    fn healthy_and_not_checked() {
        for world in [world(), World::older().small()] {
            assert_eq!(said(&NoFailover, &world).lines(), Vec::<String>::new());
        }
        let blind = said(&NoFailover, &world().without("GatewayAgent"));
        assert_eq!(blind.not_checked, ["GatewayGroup default: GatewayAgent objects"]);
    }
}
