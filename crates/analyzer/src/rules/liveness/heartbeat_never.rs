//! A gateway has never reported.

use super::pod::unless_new;
use super::stale_reason;
use crate::facts::{Age, Context, Form, GatewayAgent, Gw, Object};
use crate::finding::{Confidence, Severity};
use crate::rule::{Meta, Order, Outcome, Rule, Source};
use crate::rules::relations::SILENT_GATEWAY;

/// See the metadata.
#[derive(Debug)]
pub(super) struct NeverReported;

/// Younger objects are "just created".
const JUST_CREATED: i64 = 300;

static META: Meta = Meta {
    id: "gateway-never-reported",
    reference: &["GW-HB-NEVER", "S2", "S14"],
    title: "A gateway has never reported",
    severities: &[Severity::Error, Severity::Warning, Severity::Info],
    needs: &[Source::GatewayAgents],
    uses: &[
        Source::CaptureTime,
        Source::Gateways,
        Source::Pods,
        Source::Nodes,
        Source::Events,
        Source::Fabricator,
        Source::DataplaneLog,
        Source::AgentLog,
    ],
    explanation: "Looks for GatewayAgents without any status, that is without `status.lastHeartbeat`: an error from 5 \
minutes after the object was created, a warning where its age is not known.

## Why it matters
The dataplane of that gateway never ran, never reached the Kubernetes API, or runs on a node with another name.

## Not a fault
- An object that was created less than 5 minutes ago, a gateway that is being installed: `info`.
- The form of 25.05, which has no heartbeat.
- A table without the column HEARTBEAT.

## What to do
Look at the pods and the node of the gateway, and in the log of its dataplane.",
    explains: SILENT_GATEWAY,
    order: Order::Heartbeat,
};

impl Rule for NeverReported {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn check(&self, cx: &Context<'_>, out: &mut Outcome) {
        for agent in cx.list::<GatewayAgent>() {
            let Some(gw) = cx.gateway(agent.name()) else { continue };
            if gw.is_25_05() {
                continue;
            }
            if gw.heartbeat().is_some() {
                out.pass();
            } else if !gw.never_reported() {
                let column = agent.raw.form == Form::Table;
                let why = if column { "the table has no column HEARTBEAT" } else { "status.lastHeartbeat is missing" };
                out.cannot_tell(agent.subject(), why);
            } else {
                report(&gw, agent, cx.object_age(agent), out);
            }
        }
    }
}

fn report(gw: &Gw<'_, '_>, agent: &Object<GatewayAgent>, age: Option<Age>, out: &mut Outcome) {
    // Without its own age that of the Gateway stands for it.
    let age = age.or_else(|| gw.gateway().and_then(|gateway| gw.cx().object_age(gateway)));
    let (severity, confidence) = match age {
        Some(age) if age.over(JUST_CREATED) => (Severity::Error, Confidence::Certain),
        Some(_) => (Severity::Info, Confidence::Certain),
        None => (Severity::Warning, Confidence::Possible),
    };
    let title = match age {
        Some(age) => format!("{} has never reported, {} after it was created", gw.name(), age.words()),
        None => format!("{} has never reported", gw.name()),
    };
    let reason = stale_reason::of(gw, None);
    let why = reason.as_ref().map(|(words, _)| format!(" It is silent because {words}.")).unwrap_or_default();
    let mut finding = out
        .finding(unless_new(gw, severity), agent.subject(), title)
        .confidence(confidence)
        .detail(format!(
            "The dataplane writes a first status as soon as it reaches the Kubernetes API; this gateway has none.{why}"
        ))
        .evidence(agent.evidence(&["status", "lastHeartbeat"], "there is no heartbeat"))
        .evidence(agent.name_evidence("the object without a status"));
    if agent.at(&["metadata", "creationTimestamp"]).is_some() {
        finding = finding.evidence(agent.evidence(&["metadata", "creationTimestamp"], "created"));
    }
    out.report(
        finding
            .evidences(reason.into_iter().flat_map(|(_, evidence)| evidence))
            .key(gw.key())
            .run(
                "Look at the pods of the gateway.",
                format!("kubectl get pods -n fab -o wide | grep gw--{}--", gw.name()),
            )
            .run(
                "Read the log of its dataplane.",
                format!("kubectl logs -n fab ds/gw--{}--dataplane -c dataplane", gw.name()),
            ),
    );
}

#[cfg(test)]
mod tests {
    use hh_worlds::{World, json};

    use super::NeverReported;
    use crate::testing::{said, said_of_files};

    fn silent() -> World {
        World::healthy().small().set("GatewayAgent/gateway-2", "/status", json!({}))
    }

    #[test]
    fn never() {
        let said = said(&NeverReported, &silent());
        assert_eq!(said.lines(), ["error GatewayAgent/gateway-2"]);
        let finding = &said.findings[0];
        assert!(finding.title.starts_with("gateway-2 has never reported, 9 d"), "{}", finding.title);
        assert_eq!(finding.evidence[0].line, None);
        assert!(finding.evidence[1].line.is_some());
        assert_eq!(said.passed, 1);
    }

    #[test]
    fn just_created() {
        let world = silent().set("GatewayAgent/gateway-2", "/metadata/creationTimestamp", "2026-10-06T09:38:17Z");
        assert_eq!(said(&NeverReported, &world).lines(), ["info GatewayAgent/gateway-2"]);
    }

    #[test]
    fn healthy_pictures() {
        assert_eq!(said(&NeverReported, &World::healthy().small()).passed, 2);
        assert_eq!(said(&NeverReported, &World::older().small()).findings.len(), 0);
        // 25.05 has none.
        let old = silent().set("GatewayAgent/gateway-2", "/status/agentVersion", "v0.28.0");
        assert_eq!(said(&NeverReported, &old).findings.len(), 0);
        // A hand-made excerpt.
        let cut = silent().set("GatewayAgent/gateway-2", "/status/lastAppliedGen", 11);
        let said = said(&NeverReported, &cut);
        assert_eq!((said.findings.len(), said.not_checked.len()), (0, 1));
    }

    #[test]
    fn tables() {
        let table = |text: &str| {
            said_of_files(&NeverReported, [("gatewayagents.txt".to_owned(), text.as_bytes().to_vec())].into()).lines()
        };
        let never = "NAME        HEARTBEAT   APPLIED   APPLIEDG   CURRENTG   VERSION   VTEPIP           PROTOIP         AGE\n\
                     gateway-1   8s          44m       11         11         v0.25.2   172.30.12.2/32   172.30.8.3/32   9d\n\
                     gateway-2                                    3                    172.30.12.3/32   172.30.8.4/32   9d\n";
        assert_eq!(table(never), ["error GatewayAgent/gateway-2"]);
        assert_eq!(table(&never.replace("  9d", "  40s")), ["info GatewayAgent/gateway-2"]);
        let without_column = "NAME        APPLIED          APPLIEDG   CURRENTG   VERSION\n\
                              gateway-1   10 minutes ago   11         11         v0.25.2\n";
        assert_eq!(table(without_column), Vec::<String>::new());
    }

    #[test]
    fn not_captured() {
        let said = said(&NeverReported, &World::healthy().small().without("GatewayAgent"));
        assert_eq!(said.not_checked, ["GatewayAgent objects"]);
    }
}
