//! A Gateway for which the controller made no GatewayAgent.

use super::pod::unless_new;
use crate::facts::{Context, Gateway, GatewayAgent, Gw, LogRef, Object, VPCInfo};
use crate::finding::{Evidence, Finding, Severity};
use crate::parse::log::literals::{controller, dataplane};
use crate::parse::log::{Hit, Literal, Stream};
use crate::rule::{Meta, Order, Outcome, Rule, Source};

/// See the metadata.
#[derive(Debug)]
pub(super) struct AgentAbsent;

static META: Meta = Meta {
    id: "gateway-agent-absent",
    reference: &["GW-AGENT-ABSENT"],
    title: "A Gateway has no GatewayAgent",
    severities: &[Severity::Error, Severity::Info],
    needs: &[Source::Gateways],
    uses: &[
        Source::GatewayAgents,
        Source::VpcInfos,
        Source::ControllerLog,
        Source::DataplaneLog,
        Source::Pods,
        Source::Nodes,
        Source::Fabricator,
        Source::CaptureTime,
    ],
    explanation:
        "For each Gateway a GatewayAgent of the same name must exist. Its absence is concluded from a complete \
list of GatewayAgents, or from a dataplane that is told `404` when it writes its first status.

## Why it matters
The fabric controller makes the GatewayAgent from the Gateway, all VPCInfos and all peerings. Without it the dataplane \
has no configuration and ends after ten attempts.

## Not a fault
- A Gateway that is being installed: `info`.
- A list of GatewayAgents that was not captured, or is cut.

## What to do
Read the log of the fabric controller. One VPCInfo without an internal id holds up every gateway.",
    explains: &[],
    order: Order::Controller,
};

impl Rule for AgentAbsent {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn check(&self, cx: &Context<'_>, out: &mut Outcome) {
        let listed = cx.complete::<GatewayAgent>();
        if cx.gateways_disabled() {
            return;
        }
        for gateway in cx.list::<Gateway>() {
            let Some(gw) = cx.gateway(gateway.name()) else { continue };
            if gw.agent().is_some() {
                out.pass();
                continue;
            }
            let told = told_absent(&gw);
            if listed || told.is_some() {
                out.report(report(&gw, gateway, told, listed, out));
            } else {
                out.not_checked(gateway.subject(), Source::GatewayAgents);
            }
        }
    }
}

/// The dataplane asks for its object and is told that there is none.
fn told_absent(gw: &Gw<'_, '_>) -> Option<Evidence> {
    [gw.dataplane_log(), gw.dataplane_log_previous()].into_iter().flatten().find_map(|log| {
        let hit = log.current(&dataplane::INIT_STATUS_FAILED).last()?;
        let message = log.message(hit).to_lowercase();
        let absent = message.contains("404") || message.contains("not found");
        absent.then(|| log.evidence(hit, "the dataplane is told that its GatewayAgent does not exist"))
    })
}

fn report(gw: &Gw<'_, '_>, gateway: &Object<Gateway>, told: Option<Evidence>, listed: bool, out: &Outcome) -> Finding {
    let (why, evidence) = reason(gw);
    let absence =
        listed.then(|| Evidence::absence("the GatewayAgents", format!("no GatewayAgent is named {}", gw.name())));
    out.finding(
        unless_new(gw, Severity::Error),
        gw.gateway_subject(),
        format!("gateway {} has no GatewayAgent", gw.name()),
    )
    .detail(format!(
        "The fabric controller has not made it: the dataplane has no configuration and cannot report.{why}"
    ))
    .evidences(absence)
    .evidences(told)
    .evidence(gateway.name_evidence("the Gateway"))
    .evidences(evidence)
    .key(gw.key())
    .run("Read the log of the fabric controller.", "kubectl logs -n fab deploy/fabric-ctrl -c manager")
    .run("Look for a VPCInfo without an internal id.", "kubectl get vpcinfos -A")
}

/// What the controller's log, or a VPCInfo, tells.
fn reason(gw: &Gw<'_, '_>) -> (String, Vec<Evidence>) {
    let cx = gw.cx();
    let known: [(&'static Literal, &str, &str, &str); 3] = [
        (&controller::VPC_NOT_READY, "gateway", " It waits for a VPCInfo.", "the controller waits"),
        (&controller::AGENT_BUILD_FAILED, "name", " It could not build it.", "the controller fails"),
        (&controller::DEPLOY_FAILED, "name", " It could not deploy the gateway.", "the controller fails"),
    ];
    for log in cx.logs(Stream::FabricCtrl).chain(cx.logs(Stream::GatewayCtrl)) {
        for (literal, field, words, note) in known {
            if let Some(hit) = of_gateway(log, literal, field, gw.name()) {
                return (words.into(), vec![log.evidence(hit, note)]);
            }
        }
    }
    let unready = cx.list::<VPCInfo>().iter().find(|info| info.status.internal_id.is_empty());
    match unready {
        Some(info) => (
            format!(" VPCInfo {} has no internal id, which holds up every gateway.", info.name()),
            vec![info.evidence(&["status", "internalID"], "no internal id"), info.name_evidence("the VPCInfo")],
        ),
        None => (String::new(), Vec::new()),
    }
}

/// The last current line that names the gateway, or no gateway at all.
fn of_gateway<'b>(log: LogRef<'b>, literal: &'static Literal, field: &str, gateway: &str) -> Option<&'b Hit> {
    log.current(literal).filter(|hit| hit.field(log.text(), field).is_none_or(|name| name == gateway)).last()
}

#[cfg(test)]
mod tests {
    use hh_worlds::World;

    use super::AgentAbsent;
    use crate::testing::{said, said_of_files};

    fn absent() -> World {
        World::healthy().small().delete("GatewayAgent/gateway-2")
    }

    #[test]
    fn absent_from_a_complete_list() {
        let said = said(&AgentAbsent, &absent());
        assert_eq!(said.lines(), ["error Gateway/gateway-2"]);
        assert_eq!(said.findings[0].evidence[0].note, "no GatewayAgent is named gateway-2");
        assert!(said.findings[0].evidence[1].line.is_some());
        assert_eq!(said.passed, 1);
    }

    #[test]
    fn an_unready_vpcinfo_is_the_reason() {
        let world = absent().unset("VPCInfo/vpc-01", "/status/internalID");
        let said = said(&AgentAbsent, &world);
        assert!(said.findings[0].detail.contains("VPCInfo vpc-01 has no internal id"), "{}", said.findings[0].detail);
    }

    #[test]
    fn a_dataplane_that_is_told_so() {
        let world = World::healthy().small().without("GatewayAgent");
        let pod = world.pod("gateway-1", "dataplane");
        assert_eq!(said(&AgentAbsent, &world).not_checked.len(), 2);
        let line = "2026-10-06T09:38:06Z ERROR mgmt mgmt::processor: 120: Failed to initialize gateway status: ApiError: \
                    gatewayagents \"gateway-1\" 404 not found\n";
        assert_eq!(said(&AgentAbsent, &world.log_more(&pod, "dataplane", line)).lines(), ["error Gateway/gateway-1"]);
    }

    #[test]
    fn healthy_pictures() {
        assert_eq!(said(&AgentAbsent, &World::healthy().small()).passed, 2);
        assert_eq!(said_of_files(&AgentAbsent, absent().object_files()).lines(), Vec::<String>::new());
        let off = absent().unset("Fabricator/default", "/spec/config/gateway/enable");
        assert_eq!(said(&AgentAbsent, &off).lines(), Vec::<String>::new());
    }
}
