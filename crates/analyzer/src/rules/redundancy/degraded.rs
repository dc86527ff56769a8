//! A group has a member that does not serve.

use super::member::{Fault, Standing, standings};
use crate::facts::{Context, Member};
use crate::finding::{Confidence, Key, Severity};
use crate::rule::{Meta, Order, Outcome, Rule, Source};

/// See the metadata.
#[derive(Debug)]
pub(super) struct Degraded;

static META: Meta = Meta {
    id: "gateway-group-degraded",
    reference: &["GW-HA-DEGRADED", "S9"],
    title: "A gateway group has a member that does not serve",
    severities: &[Severity::Error, Severity::Warning],
    needs: &[],
    uses: &[
        Source::CaptureTime,
        Source::Gateways,
        Source::GatewayAgents,
        Source::Agents,
        Source::Pods,
        Source::Nodes,
        Source::FrrBgpSummary,
        Source::Fabricator,
        Source::DaemonSets,
        Source::Connections,
        Source::ShowTech,
        Source::Events,
    ],
    explanation: "\
Looks at every member of each group with two or more members: its node, its pods, its heartbeat (older than 60 s) and its
BGP sessions (none established).

## Why it matters

A group without its standby has no redundancy left. Without its preferred member the traffic runs over another one:
NAT sessions broke when it moved there.

## Not a fault

A member that is just being installed. A standby without traffic. All heartbeats stale at once, those of the switches
too: then the clock or the control plane is to blame, not one gateway.

## What to do

Repair the member; what is wrong with it is a finding of its own.",
    explains: &[],
    order: Order::Redundancy,
};

impl Rule for Degraded {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn check(&self, cx: &Context<'_>, out: &mut Outcome) {
        if cx.is_25_05_namespace() {
            return;
        }
        let standings = standings(cx);
        for (group, members) in cx.groups().iter().filter(|(_, members)| members.len() > 1) {
            let mut bad: Vec<(usize, &Member, &[Fault])> = Vec::new();
            let mut unknown = None;
            for (rank, member) in members.iter().enumerate() {
                match standings.get(&member.gateway) {
                    None | Some(Standing::Healthy | Standing::New) => {}
                    Some(Standing::Faulty(faults)) => bad.push((rank, member, faults)),
                    Some(Standing::Unknown(source)) => unknown = unknown.or(Some(*source)),
                }
            }
            if !bad.is_empty() {
                report(cx, out, group, members.len(), &bad);
            } else if let Some(source) = unknown {
                out.not_checked(cx.group_subject(group), source);
            } else {
                out.pass();
            }
        }
    }
}

fn report(cx: &Context<'_>, out: &mut Outcome, group: &str, all: usize, bad: &[(usize, &Member, &[Fault])]) {
    let preferred = bad.iter().find(|(rank, ..)| *rank == 0);
    let severity = if preferred.is_some() { Severity::Error } else { Severity::Warning };
    let Some((_, member, faults)) = preferred.or(bad.first()) else { return };
    let Some(fault) = faults.first() else { return };
    let role = if preferred.is_some() { "its preferred member" } else { "its standby" };
    let title = match bad.len() {
        1 => format!("Group {group}: {role} {} {}", member.gateway, fault.text),
        n => format!("Group {group}: {n} of {all} members do not serve, {} {}", member.gateway, fault.text),
    };
    // Silence alone does not prove that a gateway forwards no more.
    let silent = bad.iter().all(|(.., faults)| faults.iter().all(|fault| fault.silence));
    let detail = match (preferred.is_some(), silent) {
        (true, false) => {
            "Traffic of the group runs over another member, if one can serve; NAT sessions broke when it moved."
        }
        (true, true) => {
            "If it does not forward either, traffic of the group runs over another member, if one can serve."
        }
        (false, _) => "Traffic is not hurt, but nothing takes over when the preferred member fails.",
    };
    let mut finding = out
        .finding(severity, cx.group_subject(group), title)
        .confidence(if silent { Confidence::Likely } else { Confidence::Certain })
        .detail(detail)
        .key(Key::Group(group.to_owned()));
    for (_, member, faults) in bad {
        let shown = faults.iter().take(2);
        finding = finding
            .evidences(shown.map(|fault| fault.evidence.clone()))
            .evidences(cx.membership_evidence(&member.gateway, group, &format!("{} is a member", member.gateway)))
            .key(Key::Gateway(member.gateway.clone()));
    }
    let finding = finding
        .run("Look at the pods of the gateways", "kubectl get pods -n fab -o wide | grep gw--")
        .run("Look at heartbeats and generations", "kubectl get gatewayagents -A -o yaml");
    out.report(finding);
}

#[cfg(test)]
mod tests {
    use hh_worlds::World;

    use super::Degraded;
    use crate::testing::{said, said_of_files};

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
    fn the_preferred_member_crashes() {
        let said = said(&Degraded, &crashed(world(), "gateway-1"));
        assert_eq!(said.lines(), ["error GatewayGroup/default"]);
        let finding = &said.findings[0];
        assert_eq!(finding.title, "Group default: its preferred member gateway-1 has no running dataplane container");
        assert_eq!(finding.evidence[0].value.as_deref(), Some("CrashLoopBackOff"));
        assert!(finding.evidence[0].line.is_some());
    }

    #[test]
    fn the_standby_is_silent() {
        let silent = world().set("GatewayAgent/gateway-2", "/status/lastHeartbeat", "2026-10-06T09:27:00Z");
        let said = said(&Degraded, &silent);
        assert_eq!(said.lines(), ["warning GatewayGroup/default"]);
        assert_eq!(said.findings[0].confidence, "likely");
        assert_eq!(said.findings[0].evidence[0].field.as_deref(), Some("status.lastHeartbeat"));
    }

    #[test]
    fn the_standby_has_never_reported() {
        let empty = world().edit("GatewayAgent/gateway-2", |agent| agent["status"] = hh_worlds::json!({}));
        let said = said(&Degraded, &empty);
        assert_eq!(said.lines(), ["warning GatewayGroup/default"]);
        assert_eq!(said.findings[0].title, "Group default: its standby gateway-2 has never reported");
        let created = "/metadata/creationTimestamp";
        let young = empty.set("GatewayAgent/gateway-2", created, "2026-10-06T09:38:00Z");
        assert_eq!(crate::testing::said(&Degraded, &young).lines(), Vec::<String>::new());
    }

    #[test]
    fn no_session_is_up() {
        let idle = |world: World, state: &str| {
            ["172.30.128.12", "172.30.128.14"].iter().fold(world.without_insights(), |world, ip| {
                let path = format!("/status/state/bgp/vrfs/default/neighbors/{ip}/sessionState");
                world.set("GatewayAgent/gateway-2", &path, state)
            })
        };
        let said = |state: &str| said(&Degraded, &idle(world(), state)).lines();
        assert_eq!(said("idle"), ["warning GatewayGroup/default"]);
        // No information yet.
        assert_eq!(said("unset"), Vec::<String>::new());
    }

    #[test]
    fn frr_itself_shows_a_session() {
        let frozen = ["172.30.128.12", "172.30.128.14"].iter().fold(world(), |world, ip| {
            let path = format!("/status/state/bgp/vrfs/default/neighbors/{ip}/sessionState");
            world.set("GatewayAgent/gateway-2", &path, "idle")
        });
        assert_eq!(said(&Degraded, &frozen).lines(), Vec::<String>::new());
    }

    #[test]
    fn a_lost_uplink_of_two_is_no_lost_member() {
        let bundle = World::from_dump(include_str!("../../../../../bundles/bgp-down.hhs")).small();
        let said = said(&Degraded, &bundle);
        assert_eq!((said.lines(), said.passed), (vec![], 1));
    }

    #[test]
    fn healthy_groups_and_single_gateways() {
        for world in [world(), World::older().small()] {
            let said = said(&Degraded, &world);
            assert_eq!((said.lines(), said.passed), (vec![], 1));
        }
        let alone = crashed(world(), "gateway-1").delete("Gateway/gateway-2").delete("GatewayAgent/gateway-2");
        assert_eq!(said(&Degraded, &alone).lines(), Vec::<String>::new());
    }

    #[test]
    fn everything_is_silent_at_once() {
        // Captured three hours after everything else: the clock is wrong, or the control plane is down.
        let mut late = world();
        late.created_at = "2026-10-06T12:41:17Z".into();
        let said = said(&Degraded, &late);
        assert_eq!((said.lines(), said.not_checked.len()), (vec![], 1));
    }

    #[test]
    fn not_checked_without_agents() {
        let said = said(&Degraded, &world().without("GatewayAgent"));
        assert_eq!(said.not_checked, ["GatewayGroup default: GatewayAgent objects"]);
        let mut files = world().without("GatewayAgent").without_insights().without_logs().files();
        files.remove("timestamp");
        assert_eq!(said_of_files(&Degraded, files).lines(), Vec::<String>::new());
    }
}
