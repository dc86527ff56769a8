//! A VPCInfo without an internal id holds up every gateway.

use super::controller::{LOG_COMMAND, Lines};
use crate::facts::{Context, Form, GatewayAgent, GatewayPeering, Object, VPCInfo};
use crate::finding::{Evidence, Key, KeyKind, Severity};
use crate::parse::log::literals::{controller, fabric_ctrl};
use crate::rule::{Meta, Order, Outcome, Relation, Rule, Source};

/// See the metadata.
#[derive(Debug)]
pub(super) struct VpcInfoNotReady;

/// Ids are allocated within seconds.
const PATIENCE: i64 = 30;

static META: Meta = Meta {
    id: "vpcinfo-without-id",
    reference: &["GW-VPCINFO-NOTREADY"],
    title: "A VPCInfo has no internal id: no gateway configuration can be rebuilt",
    severities: &[Severity::Error],
    needs: &[Source::VpcInfos],
    uses: &[Source::CaptureTime, Source::ControllerLog, Source::GatewayAgents, Source::GatewayPeerings],
    explanation: "Looks at `status.internalID` of every VPCInfo that is older than 30 seconds. Where its age is not \
known, the controller's line `VPC not ready while building gateway agent, retrying` shows how long it has lasted.

## Why it matters
The controller writes no GatewayAgent while any VPCInfo has no id: the configuration of **all** gateways is frozen, and \
every new or changed Gateway and GatewayPeering is refused (`vpcinfo not ready … retry later`). No generation lag shows \
it, because the GatewayAgents do not change. Traffic of the present configuration goes on.

## Not a fault
A VPCInfo younger than 30 seconds.

## What to do
Read why the controller cannot give it an id, and mend or delete that VPC.",
    explains: &[
        // It holds up every gateway: whatever is missing in an agent can be its doing.
        Relation {
            effects: &["GW-AGENT-STALESPEC", "GW-AGENT-ABSENT", "GW-PEER-NOTINAGENT", "GW-HA-STALEGROUPS"],
            join: &[KeyKind::Fabric],
        },
        Relation { effects: &["GW-CTR-ZERO"], join: &[KeyKind::Peering] },
    ],
    order: Order::Controller,
};

impl Rule for VpcInfoNotReady {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn check(&self, cx: &Context<'_>, out: &mut Outcome) {
        for info in cx.list::<VPCInfo>() {
            if !info.status.internal_id.is_empty() {
                out.pass();
                continue;
            }
            if cx.truncated() && info.at(&["status"]).is_none() {
                out.cannot_tell(info.subject(), "the dump is cut: its status may be missing");
                continue;
            }
            let waiting = Lines::current(cx, &controller::VPC_NOT_READY, &[("vpc", info.name())])
                .or_else(|| Lines::current(cx, &controller::VPC_NOT_READY, &[("name", info.name())]));
            let age = cx.object_age(info);
            let lasts = waiting.as_ref().and_then(Lines::length).filter(|seconds| *seconds > PATIENCE);
            match age {
                Some(age) if age.over(PATIENCE) => report(cx, out, info, Some(age.words()), waiting.as_ref()),
                Some(_) => out.pass(),
                None if lasts.is_some() => report(cx, out, info, None, waiting.as_ref()),
                None => out.not_checked(info.subject(), Source::CaptureTime),
            }
        }
    }
}

fn report(
    cx: &Context<'_>,
    out: &mut Outcome,
    info: &Object<VPCInfo>,
    age: Option<String>,
    waiting: Option<&Lines<'_>>,
) {
    let name = info.name();
    let since = age.map(|age| format!(" after {age}")).unwrap_or_default();
    let mut detail = "While any VPCInfo has no id, the controller rebuilds no GatewayAgent: the configuration of all \
                      gateways is frozen, and every new or changed Gateway or GatewayPeering is refused (\"vpcinfo \
                      not ready\"). The gateways go on with what they have; their generations do not lag, because \
                      nothing new is written."
        .to_owned();
    if info.spec.vni == 0 && info.raw.form == Form::Full && !cx.truncated() {
        detail.push_str(" Its VNI is missing too.");
    }
    if info.meta.deletion_timestamp.is_some() {
        detail.push_str(" It is waiting for its deletion.");
    }
    let reason = Lines::current(cx, &fabric_ctrl::RECONCILER_ERROR, &[("controller", "VPCInfo"), ("name", name)])
        .or_else(|| Lines::current(cx, &controller::VPCINFO_UPDATE_FAILED, &[("name", name)]))
        .or_else(|| Lines::current(cx, &controller::VNI_MISSING, &[("name", name)]));
    let finding = out
        .finding(
            Severity::Error,
            info.subject(),
            format!("VPCInfo {name} has no internal id{since}: all gateways wait"),
        )
        .detail(detail)
        .evidence(absence(info))
        .evidence(info.evidence(&["metadata", "creationTimestamp"], "created"))
        .evidences(waiting.and_then(|lines| lines.evidence("the controller waits for it")))
        .evidences(reason.and_then(|lines| lines.evidence("why it has none")))
        .run("See what the controller says about it.", format!("{LOG_COMMAND} | grep -iE 'vpcinfo|{name}'"))
        .run("Look at the object.", format!("kubectl get vpcinfo {name} -n {} -o yaml", info.meta.namespace))
        .key(Key::VpcInfo(name.to_owned()))
        .key(Key::Vpc(name.to_owned()))
        .key(Key::Fabric)
        .keys(waiting_peerings(cx).into_iter().map(Key::Peering));
    out.report(finding);
}

/// The place where the id should stand.
fn absence(info: &Object<VPCInfo>) -> Evidence {
    let note = "no internalID";
    match info.at(&["status"]) {
        Some(_) => info.key_evidence(&["status"], note).field("status.internalID"),
        None => info.name_evidence(note).field("status.internalID"),
    }
}

/// Peerings that no captured gateway has.
fn waiting_peerings(cx: &Context<'_>) -> Vec<String> {
    let agents: Vec<_> = cx.list::<GatewayAgent>().iter().filter(|agent| agent.at(&["spec"]).is_some()).collect();
    if agents.is_empty() {
        return Vec::new();
    }
    cx.list::<GatewayPeering>()
        .iter()
        .filter(|peering| !agents.iter().any(|agent| agent.spec.peerings.contains_key(peering.name())))
        .map(|peering| peering.meta.name.clone())
        .collect()
}

#[cfg(test)]
mod tests {
    use hh_worlds::World;

    use super::VpcInfoNotReady;
    use crate::testing::said;

    fn lab(created: &str) -> World {
        World::healthy().small().add(&format!(
            "apiVersion: gateway.githedgehog.com/v1alpha1\nkind: VPCInfo\nmetadata: {{name: lab, namespace: default, \
             creationTimestamp: \"{created}\"}}\nspec:\n  subnets: {{front: {{cidr: 10.20.9.0/24}}}}\n  vni: 900\n\
             status: {{}}\n"
        ))
    }

    #[test]
    fn an_old_vpcinfo_without_id_stops_all_gateways() {
        let said = said(&VpcInfoNotReady, &lab("2026-09-29T07:00:00Z"));
        assert_eq!(said.lines(), ["error VPCInfo/lab"]);
        let proof = &said.findings[0].evidence[0];
        assert_eq!(proof.field.as_deref(), Some("status.internalID"));
        assert!(proof.line.is_some());
        assert_eq!(said.passed, 5);
    }

    #[test]
    fn a_young_one_is_healthy() {
        let now = World::healthy().created_at;
        assert!(said(&VpcInfoNotReady, &lab(&now)).lines().is_empty());
    }

    #[test]
    fn the_controller_s_lines_are_quoted() {
        let line = "Sep 29 08:00:00.100 WRN VPC not ready while building gateway agent, retrying gateway=gateway-1 \
                    vpc=lab\n";
        let pod = "fabric-ctrl-ca97e5177-4rm82";
        let world = lab("2026-09-29T07:00:00Z").log_more(pod, "manager", line);
        let said = said(&VpcInfoNotReady, &world);
        assert!(
            said.findings[0].evidence.iter().any(|e| e.note.contains("the controller waits for it")),
            "{:#?}",
            said.findings
        );
    }

    #[test]
    fn ready_ones_pass() {
        for world in [World::healthy().small(), World::older().small()] {
            let said = said(&VpcInfoNotReady, &world);
            assert!(said.lines().is_empty() && said.passed > 0, "{said:?}");
        }
    }

    #[test]
    fn without_vpcinfos_it_is_not_checked() {
        let said = said(&VpcInfoNotReady, &World::healthy().small().without("VPCInfo"));
        assert_eq!(said.not_checked, ["VPCInfo objects"]);
    }
}
