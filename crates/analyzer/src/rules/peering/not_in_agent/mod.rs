//! A peering that the controller did not hand to the gateways.

mod cause;
#[cfg(test)]
mod tests;

use self::cause::{Cause, Meant};
use super::controller::LOG_COMMAND;
use crate::facts::{Context, Form, Gateway, GatewayAgent, GatewayPeering, Object};
use crate::finding::{Finding, Key, KeyKind, Severity};
use crate::rule::{Meta, Order, Outcome, Relation, Rule, Source};

/// See the metadata.
#[derive(Debug)]
pub(super) struct NotInAgent;

/// The controller carries a peering over within seconds.
const PATIENCE: i64 = 60;

static META: Meta = Meta {
    id: "peering-not-in-agent",
    reference: &["GW-PEER-NOTINAGENT", "S4"],
    title: "A GatewayPeering is missing in the GatewayAgents",
    severities: &[Severity::Error, Severity::Info],
    needs: &[Source::GatewayPeerings, Source::GatewayAgents],
    uses: &[
        Source::CaptureTime,
        Source::Gateways,
        Source::VpcInfos,
        Source::Vpcs,
        Source::Externals,
        Source::ControllerLog,
        Source::Pods,
        Source::Nodes,
    ],
    explanation: "Every GatewayPeering goes to every gateway. This looks for those older than a minute that are not in \
`spec.peerings` of a GatewayAgent.

## Why it matters
The gateway does not know the peering: its traffic does not flow, and nothing is refused or logged on the gateway. The \
controller leaves a peering out silently where one of its sides has no VPCInfo: the VPC or External does not exist, its \
name is misspelt, or `ext.` is missing before the name of an external. And it changes no agent at all while any VPCInfo \
has no id.

## Not a fault
Peerings younger than a minute, or waiting for their deletion; the GatewayAgent of a deleted Gateway.

## What to do
Correct the key in the peering, or create what it names.",
    explains: &[Relation { effects: &["GW-CTR-ZERO"], join: &[KeyKind::Peering] }],
    order: Order::Configuration,
};

impl Rule for NotInAgent {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn check(&self, cx: &Context<'_>, out: &mut Outcome) {
        let agents = agents(cx);
        if agents.is_empty() {
            return out.not_checked_at_all(Source::GatewayAgents);
        }
        for peering in cx.list::<GatewayPeering>() {
            if peering.meta.deletion_timestamp.is_some() {
                continue;
            }
            let lacking: Vec<&(&Object<GatewayAgent>, bool)> =
                agents.iter().filter(|(agent, _)| !agent.spec.peerings.contains_key(peering.name())).collect();
            if lacking.is_empty() {
                out.pass();
                continue;
            }
            match cx.object_age(peering) {
                None => out.not_checked(peering.subject(), Source::CaptureTime),
                Some(age) if !age.over(PATIENCE) => out.pass(),
                Some(_) => report(cx, out, peering, &lacking, agents.len()),
            }
        }
    }
}

/// Agents whose whole spec is there and which the controller renews, and whether their gateway is new.
fn agents<'b>(cx: &Context<'b>) -> Vec<(&'b Object<GatewayAgent>, bool)> {
    let known = cx.complete::<Gateway>();
    cx.gateways()
        .filter(|gateway| !known || gateway.gateway().is_some())
        .filter_map(|gateway| {
            let agent = gateway.agent()?;
            let cut = cx.truncated() && agent.at(&["status", "lastAppliedGen"]).is_none();
            let whole = agent.raw.form == Form::Full && agent.at(&["spec"]).is_some() && !cut;
            whole.then(|| (agent, gateway.is_new()))
        })
        .collect()
}

fn report(
    cx: &Context<'_>,
    out: &mut Outcome,
    peering: &Object<GatewayPeering>,
    lacking: &[&(&Object<GatewayAgent>, bool)],
    all: usize,
) {
    let name = peering.name();
    // Some agents lack it, and of those the Gateways are not captured: they may be left-overs that nobody renews.
    let left_over =
        |(agent, _): &(&Object<GatewayAgent>, bool)| lacking.len() < all && cx.find::<Gateway>(agent.name()).is_none();
    let excused = lacking.iter().all(|agent| agent.1 || left_over(agent));
    let severity = if excused { Severity::Info } else { Severity::Error };
    let names: Vec<&str> = lacking.iter().map(|(agent, _)| agent.name()).collect();
    let whom = if names.len() == all { "no gateway has".to_owned() } else { format!("{} lacks", names.join(", ")) };
    let cause = cause::of(cx, peering);
    let title = match &cause {
        Cause::Side(side) => format!("{whom} peering {name}: {}", reason(side)),
        _ => format!("{whom} peering {name}"),
    };
    let mut finding = out
        .finding(severity, peering.subject(), capitalised(&title))
        .detail(format!(
            "The gateways know nothing of this peering, so its traffic does not flow, and no gateway reports an \
             error. {}",
            why(&cause)
        ))
        .keys(peering.keys());
    finding = with_cause(finding, peering, &cause);
    for (agent, _) in lacking.iter().take(4) {
        finding = finding
            .evidence(agent.key_evidence(&["spec", "peerings"], format!("{} has no {name} among these", agent.name())));
    }
    out.report(
        finding
            .evidence(peering.evidence(&["metadata", "creationTimestamp"], "the peering was created"))
            .run("See what the controller says about it.", format!("{LOG_COMMAND} | grep {name}")),
    );
}

fn with_cause(finding: Finding, peering: &Object<GatewayPeering>, cause: &Cause) -> Finding {
    let edit = format!("kubectl edit gatewaypeering {} -n {}", peering.name(), peering.meta.namespace);
    match cause {
        Cause::Side(side) => {
            let finding = finding.evidences(side.evidence.iter().cloned());
            match &side.meant {
                Some(Meant::External(name)) => {
                    finding.run(format!("Write ext.{name} in place of {} in the peering.", side.key), edit)
                }
                Some(Meant::Similar(name)) => {
                    finding.run(format!("Write {name} in place of {}, if that is meant.", side.key), edit)
                }
                Some(Meant::Unsynced) => finding,
                None => finding.run(format!("Create {}, or correct its name in the peering.", side.key), edit),
            }
        }
        // Only what the controller cannot do now is explained by what holds it up.
        Cause::NotReady(vpc, evidence) => {
            finding.evidence(evidence.clone()).key(Key::VpcInfo(vpc.clone())).key(Key::Fabric)
        }
        Cause::Unknown => finding.key(Key::Fabric),
    }
}

/// Short: what is wrong with a side.
fn reason(side: &cause::Side) -> String {
    let key = &side.key;
    match &side.meant {
        Some(Meant::External(_)) => format!("{key} is an external, its key has to be ext.{key}"),
        Some(Meant::Similar(name)) => format!("there is no {key} (but a {name})"),
        Some(Meant::Unsynced) => format!("{key} has no VPCInfo"),
        None => format!("there is no {key}"),
    }
}

fn why(cause: &Cause) -> String {
    match cause {
        Cause::Side(side) => match &side.meant {
            Some(Meant::External(name)) => format!(
                "The controller leaves out a peering whose side has no VPCInfo. There is none for {name}; the one of \
                 the external of that name is ext.{name}."
            ),
            Some(Meant::Unsynced) => format!(
                "The controller leaves out a peering whose side has no VPCInfo. {} exists and its VPCInfo was not made.",
                side.key
            ),
            _ => format!(
                "The controller leaves out a peering whose side has no VPCInfo, and there is none for {}.",
                side.key
            ),
        },
        Cause::NotReady(vpc, _) => {
            format!("The controller rebuilds no GatewayAgent while VPCInfo {vpc} has no internal id.")
        }
        Cause::Unknown => "Nothing in this capture says why the controller left it out.".to_owned(),
    }
}

fn capitalised(text: &str) -> String {
    match text.strip_prefix("no gateway") {
        Some(rest) => format!("No gateway{rest}"),
        None => text.to_owned(),
    }
}
