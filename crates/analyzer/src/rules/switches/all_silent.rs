//! Most switches are silent.

use super::fleet::{Fleet, Mass, gateways_silent};
use super::state::{FRESH, key};
use crate::facts::{Agent, Context, Fabricator, GatewayAgent, Object};
use crate::finding::{Confidence, Key, KeyKind, Severity, Subject};
use crate::rule::{Domain, Meta, Order, Outcome, Relation, Rule, Source};

/// See the metadata.
#[derive(Debug)]
pub(super) struct SwitchesSilent;

/// Heartbeats that are quoted.
const SHOWN: usize = 6;

static META: Meta = Meta {
    id: "most-switches-silent",
    reference: &["FAB-003"],
    title: "Most switches are silent",
    severities: &[Severity::Critical],
    needs: &[Source::Agents],
    uses: &[Source::CaptureTime, Source::Connections, Source::GatewayAgents, Source::Fabricator],
    explanation: "Counts the switches whose last heartbeat is more than 3 minutes old: 80 % or more, and at least two.

## Why it matters
Switches do not fail together: the control plane, the management network or a clock is at fault. The switches forward \
on; nothing new is applied on them.

## Not a fault
- One switch alone.
- All switches equally old, and all events and logs too: the capture time is wrong.
- Where all gateways fell silent at the same moment, `gateway-clock-off` tells it.

## What to do
Check the control node, the management switch and NTP.",
    explains: &[
        Relation { effects: &["FAB-002", "FAB-020"], join: &[KeyKind::Fabric] },
        Relation { effects: &["FAB-004"], join: &[KeyKind::Switch] },
        Relation { effects: &["GW-HB-STALE"], join: &[KeyKind::Gateway] },
    ],
    order: Order::Node,
};

impl Rule for SwitchesSilent {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn domain(&self) -> Domain {
        Domain::Fabric
    }

    fn check(&self, cx: &Context<'_>, out: &mut Outcome) {
        let fleet = Fleet::new(cx);
        let fabricator = cx.list::<Fabricator>().first().map(Object::subject);
        let subject = fabricator.unwrap_or_else(|| Subject::new("Fabricator", "fab", "default"));
        match fleet.mass {
            Mass::Most => {}
            Mass::Doubt => return out.cannot_tell(subject, "the capture time is in doubt: everything is equally old"),
            Mass::WithGateways => return,
            Mass::Single if fleet.switches.iter().all(|judged| judged.age.is_none()) => return,
            Mass::Single => return out.pass(),
        }
        let silent: Vec<&Object<Agent>> =
            fleet.switches.iter().filter(|judged| judged.over(FRESH)).map(|judged| judged.agent).collect();
        let newest = fleet.switches.iter().filter(|judged| judged.over(FRESH)).filter_map(|judged| judged.age);
        let newest = newest.min_by_key(|age| age.seconds).map(|age| age.words()).unwrap_or_default();
        let gateways = gateways_silent(cx);
        let too = if gateways { " So are all gateways." } else { "" };
        let mut finding = out
            .finding(
                Severity::Critical,
                subject,
                format!(
                    "{} of {} switches have been silent for at least {newest} before the capture",
                    silent.len(),
                    fleet.switches.len()
                ),
            )
            .confidence(Confidence::Likely)
            .detail(format!(
                "Switches do not fail together: the control plane, the management network or a clock is at fault, not \
                 each of them.{too} Traffic probably still flows; what the bundle says of their links and sessions is \
                 old."
            ))
            .evidences(
                silent.iter().take(SHOWN).map(|agent| agent.evidence(&["status", "lastHeartbeat"], "last heartbeat")),
            )
            .keys(silent.iter().map(|agent| key(agent.name())))
            .key(Key::Fabric);
        if gateways {
            finding = finding.keys(cx.list::<GatewayAgent>().iter().map(|agent| Key::Gateway(agent.name().into())));
        }
        out.report(
            finding
                .run("Check the control plane.", "kubectl get nodes; kubectl get pods -n fab")
                .run("Check the time server.", "kubectl logs -n fab deployment/ntp")
                .step("Check the management network: from the control node, ping a switch and the control address."),
        );
    }
}

#[cfg(test)]
mod tests {
    use hh_worlds::World;

    use super::SwitchesSilent;
    use crate::rules::switches::heartbeat_stale::SwitchSilent;
    use crate::testing::said;

    fn silent(switches: &[(&str, &str)]) -> World {
        switches.iter().fold(World::healthy().small(), |world, (name, time)| {
            world.set(&format!("Agent/{name}"), "/status/lastHeartbeat", format!("2026-10-06T{time}Z"))
        })
    }

    #[test]
    fn all_switches_and_no_gateway() {
        let world = silent(&[("leaf-01", "09:02:12"), ("leaf-02", "09:02:08"), ("spine-01", "09:02:06")]);
        let found = said(&SwitchesSilent, &world);
        assert_eq!(found.lines(), ["critical Fabricator/default"]);
        let finding = &found.findings[0];
        assert_eq!(finding.title, "3 of 3 switches have been silent for at least 39 min before the capture");
        assert_eq!(finding.evidence[0].value.as_deref(), Some("2026-10-06T09:02:12Z"));
        let each = said(&SwitchSilent, &world);
        assert_eq!(each.findings.len(), 3);
        assert!(each.findings.iter().all(|f| f.caused_by == std::slice::from_ref(&finding.id)), "{:#?}", each.findings);
    }

    #[test]
    fn gateways_at_another_time_are_consequences() {
        let world = silent(&[("leaf-01", "09:02:12"), ("leaf-02", "09:02:08"), ("spine-01", "09:02:06")])
            .set("GatewayAgent/gateway-1", "/status/lastHeartbeat", "2026-10-06T09:20:00Z")
            .set("GatewayAgent/gateway-2", "/status/lastHeartbeat", "2026-10-06T09:20:00Z");
        let found = said(&SwitchesSilent, &world);
        assert_eq!(found.lines(), ["critical Fabricator/default"]);
        let gateways = said(crate::rule::rule_by_name("gateway-heartbeat-stale").unwrap(), &world);
        assert_eq!(gateways.findings.len(), 2);
        assert!(gateways.findings.iter().all(|f| f.caused_by.contains(&found.findings[0].id)));
    }

    #[test]
    fn everything_is_equally_old() {
        let mut late = World::healthy().small().without("GatewayAgent");
        late.created_at = "2026-10-06T11:41:17Z".into();
        let found = said(&SwitchesSilent, &late);
        assert_eq!((found.lines(), found.not_checked.len()), (Vec::new(), 1));
    }

    #[test]
    fn not_most() {
        assert_eq!(said(&SwitchesSilent, &World::healthy().small()).passed, 1);
        let one = silent(&[("leaf-01", "09:02:12"), ("leaf-02", "09:02:08")]);
        assert_eq!(said(&SwitchesSilent, &one).findings.len(), 0);
    }
}
