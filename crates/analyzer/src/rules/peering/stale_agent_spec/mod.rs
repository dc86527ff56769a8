//! The controller did not carry an object over into a GatewayAgent.

mod difference;
#[cfg(test)]
mod tests;

use self::difference::Difference;
use super::controller::{LOG_COMMAND, Lines};
use crate::facts::{Context, Form, Gateway, GatewayAgent, GatewayPeering, Gw, Kind, Object, VPCInfo, field_path};
use crate::finding::{Confidence, Evidence, Finding, Key, KeyKind, Severity};
use crate::parse::log::literals::controller;
use crate::rule::{Meta, Order, Outcome, Relation, Rule, Source};

/// See the metadata.
#[derive(Debug)]
pub(super) struct StaleAgentSpec;

/// The controller rebuilds a GatewayAgent within seconds of a change.
const PATIENCE: i64 = 60;

static META: Meta = Meta {
    id: "gateway-agent-spec-stale",
    reference: &["GW-AGENT-STALESPEC"],
    title: "A GatewayAgent does not hold what the Gateway, VPCInfo and GatewayPeering objects say",
    severities: &[Severity::Error, Severity::Warning, Severity::Info],
    needs: &[Source::GatewayAgents],
    uses: &[
        Source::Gateways,
        Source::GatewayPeerings,
        Source::VpcInfos,
        Source::CaptureTime,
        Source::ControllerLog,
        Source::Pods,
        Source::Nodes,
        Source::Fabricator,
    ],
    explanation:
        "Compares Gateway.spec with `spec.gateway` of its GatewayAgent, the VPCInfos with `spec.vpcs`, and the \
GatewayPeerings with `spec.peerings`. A VPCInfo that is missing and was created over a minute before the capture is an \
error. So is a difference that a line of the controller dates; other differences have no date and are possible ones. \
(A peering that is missing altogether is the rule `peering-not-in-agent`.)

## Why it matters
The gateway works with the copy. As long as the controller does not renew it, a change has no effect, and the \
generations look all right.

## Not a fault
Order, defaults that are written out, zero instead of nothing; objects younger than a minute; a GatewayAgent whose \
Gateway was deleted (another rule). Without the Gateway, differences are information: the agent may be a left-over.

## What to do
Read the controller's log: a VPCInfo without an id, or an error, keeps it from writing.",
    explains: &[Relation { effects: &["GW-HA-STALEGROUPS", "GW-HA-GROUP"], join: &[KeyKind::Group] }],
    order: Order::Controller,
};

impl Rule for StaleAgentSpec {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn check(&self, cx: &Context<'_>, out: &mut Outcome) {
        let known = cx.complete::<Gateway>();
        for gateway in cx.gateways() {
            let Some(agent) = gateway.agent().filter(|agent| has_whole_spec(cx, agent)) else { continue };
            if known && gateway.gateway().is_none() {
                // Nobody renews the agent of a deleted Gateway.
                continue;
            }
            let check = Check::new(cx, gateway, agent);
            check.gateway(out);
            check.vpcs(out);
            check.peerings(out);
        }
    }
}

/// One GatewayAgent.
struct Check<'c, 'b> {
    cx: &'c Context<'b>,
    gateway: Gw<'c, 'b>,
    agent: &'b Object<GatewayAgent>,
    /// Its gateway is being installed; or its Gateway is not captured, so that it may be one that nobody renews.
    is_excused: bool,
    /// A line of the controller that says it has not been able to write this agent for over a minute.
    stuck: Option<Evidence>,
}

impl<'c, 'b> Check<'c, 'b> {
    fn new(cx: &'c Context<'b>, gateway: Gw<'c, 'b>, agent: &'b Object<GatewayAgent>) -> Self {
        let name = gateway.name();
        let stuck = [
            Lines::current(cx, &controller::AGENT_BUILD_FAILED, &[("name", name)]),
            Lines::current(cx, &controller::VPC_NOT_READY, &[("gateway", name)]),
        ]
        .into_iter()
        .flatten()
        .find(|lines| lines.first_age(cx).is_some_and(|age| age > PATIENCE))
        .and_then(|lines| lines.evidence("the controller has not been able to write the agent"));
        let is_excused = gateway.gateway().is_none() || gateway.is_new();
        Self { cx, gateway, agent, is_excused, stuck }
    }

    fn gateway(&self, out: &mut Outcome) {
        let Some(object) = self.gateway.gateway().filter(|object| is_whole(self.cx, *object)) else { return };
        let found = difference::of_gateway(&object.spec, &self.agent.spec.gateway);
        let keys = || self.gateway.groups().into_iter().map(|(group, _)| Key::Group(group));
        self.changed(out, object, &["spec", "gateway"], &found, None, |finding| finding.keys(keys()));
    }

    fn vpcs(&self, out: &mut Outcome) {
        let copies = &self.agent.spec.vpcs;
        for info in self.cx.list::<VPCInfo>().iter().filter(|info| is_whole(self.cx, *info)) {
            let key = |finding: Finding| {
                finding.key(Key::VpcInfo(info.meta.name.clone())).key(Key::Vpc(info.meta.name.clone()))
            };
            match copies.get(info.name()) {
                Some(copy) => {
                    let found = difference::of_vpc(&info.spec, &info.status, copy);
                    let synced = if found.is_empty() { None } else { self.synced(info.name()) };
                    self.changed(out, info, &["spec", "vpcs", info.name()], &found, synced, key);
                }
                None if info.meta.deletion_timestamp.is_some() => {}
                None => self.missing(out, info, key),
            }
        }
        if self.cx.complete::<VPCInfo>() {
            for name in copies.keys().filter(|name| self.cx.find::<VPCInfo>(name).is_none()) {
                self.left_over::<VPCInfo>(out, name, &["spec", "vpcs", name], Key::Vpc(name.clone()));
            }
        }
    }

    fn peerings(&self, out: &mut Outcome) {
        let copies = &self.agent.spec.peerings;
        for peering in self.cx.list::<GatewayPeering>().iter().filter(|peering| is_whole(self.cx, *peering)) {
            // A missing one is told by another rule.
            let Some(copy) = copies.get(peering.name()) else { continue };
            let young = self.cx.object_age(peering).is_some_and(|age| !age.over(PATIENCE));
            let found = if young { Vec::new() } else { difference::of_peering(&peering.spec, copy) };
            let route = ["spec", "peerings", peering.name()];
            self.changed(out, peering, &route, &found, None, |finding| finding.keys(peering.keys()));
        }
        if self.cx.complete::<GatewayPeering>() {
            for name in copies.keys().filter(|name| self.cx.find::<GatewayPeering>(name).is_none()) {
                self.left_over::<GatewayPeering>(out, name, &["spec", "peerings", name], Key::Peering(name.clone()));
            }
        }
    }

    /// The last time that the VPCInfo was written, where that is over a minute ago: it has been like this since.
    fn synced(&self, name: &str) -> Option<Evidence> {
        ["name", "vpc"]
            .into_iter()
            .find_map(|field| Lines::all(self.cx, &controller::VPCINFO_SYNCED, &[(field, name)]))
            .filter(|lines| lines.last_age(self.cx).is_some_and(|age| age > PATIENCE))
            .and_then(|lines| lines.evidence("the VPCInfo was written"))
    }

    /// The object is there and its copy differs.
    fn changed<K: Kind>(
        &self,
        out: &mut Outcome,
        object: &Object<K>,
        copy: &[&str],
        found: &[Difference],
        dated: Option<Evidence>,
        keys: impl FnOnce(Finding) -> Finding,
    ) {
        if found.is_empty() {
            out.pass();
            return;
        }
        let dated = dated.or_else(|| self.stuck.clone());
        let (severity, confidence) = match dated {
            Some(_) => (Severity::Error, Confidence::Likely),
            None => (Severity::Warning, Confidence::Possible),
        };
        let fields: Vec<String> = found.iter().map(|difference| field_path(&difference.object)).collect();
        let title =
            format!("{} has another {} of {} {}", self.gateway.name(), words(&fields), K::NAME, object.meta.name);
        let when = match dated {
            Some(_) => "This has lasted for over a minute.",
            None => {
                "When the object changed is not known: if that was seconds before the capture, the controller is \
                 about to carry it over."
            }
        };
        let mut finding =
            self.start::<K>(out, severity, &object.meta.name, title).confidence(confidence).detail(format!(
                "The gateway works with the copy in its GatewayAgent, which does not hold what the object says. {when}"
            ));
        for difference in found.iter().take(4) {
            let mut route: Vec<String> = copy.iter().map(|step| (*step).to_owned()).collect();
            route.extend(difference.copy.iter().cloned());
            finding = finding.evidence(pointed(object, &difference.object, "what the object says")).evidence(pointed(
                self.agent,
                &route,
                "what the gateway has",
            ));
        }
        out.report(keys(finding.evidences(dated)));
    }

    /// The object is there and has no copy.
    fn missing(&self, out: &mut Outcome, info: &Object<VPCInfo>, keys: impl FnOnce(Finding) -> Finding) {
        match self.cx.object_age(info) {
            None => return out.not_checked(self.subject::<VPCInfo>(info.name()), Source::CaptureTime),
            Some(age) if !age.over(PATIENCE) => return out.pass(),
            Some(_) => {}
        }
        let name = info.name();
        let title = format!("{} does not have VPCInfo {name}", self.gateway.name());
        let finding = self
            .start::<VPCInfo>(out, Severity::Error, name, title)
            .detail(
                "The controller has not carried it over into the GatewayAgent for over a minute: the gateway knows \
                 no such VPC and serves no peering of it.",
            )
            .evidence(self.agent.key_evidence(&["spec", "vpcs"], format!("no {name} among these")))
            .evidence(info.evidence(&["metadata", "creationTimestamp"], format!("{name} was created")))
            .evidences(self.stuck.clone());
        out.report(keys(finding));
    }

    /// The copy is there and the object is not.
    fn left_over<K: Kind>(&self, out: &mut Outcome, name: &str, route: &[&str], key: Key) {
        let title = format!("{} still has {} {name}, which does not exist any more", self.gateway.name(), K::NAME);
        let (severity, confidence) = match self.stuck {
            Some(_) => (Severity::Error, Confidence::Likely),
            None => (Severity::Warning, Confidence::Possible),
        };
        let finding = self
            .start::<K>(out, severity, name, title)
            .confidence(confidence)
            .detail(
                "It was deleted and the controller did not take it out of the GatewayAgent. If that was seconds before \
                 the capture, the controller is about to.",
            )
            .evidence(self.agent.key_evidence(route, "what the gateway has"))
            .evidence(Evidence::absence(format!("{} objects", K::NAME), format!("there is no {name}")))
            .evidences(self.stuck.clone())
            .key(key);
        out.report(finding);
    }

    fn subject<K: Kind>(&self, name: &str) -> crate::finding::Subject {
        self.agent.subject().part(format!("{}/{name}", K::NAME))
    }

    fn start<K: Kind>(&self, out: &Outcome, severity: Severity, name: &str, title: String) -> Finding {
        let severity = if self.is_excused { Severity::Info } else { severity };
        out.finding(severity, self.subject::<K>(name), title)
            .run(
                "See what keeps the controller from writing the agent.",
                format!("{LOG_COMMAND} | grep -E '{}|{name}'", self.gateway.name()),
            )
            .key(self.gateway.key())
            .key(Key::Fabric)
    }
}

/// Evidence of a value, or of the key of a map or list.
fn pointed<K: Kind>(object: &Object<K>, route: &[String], note: &str) -> Evidence {
    match object.at(route) {
        Some(node) if node.text().is_none() => object.key_evidence(route, note),
        _ => object.evidence(route, note),
    }
}

fn words(fields: &[String]) -> String {
    match fields {
        [one] => one.clone(),
        [one, two] => format!("{one} and {two}"),
        [one, rest @ ..] => format!("{one} and {} more fields", rest.len()),
        [] => String::new(),
    }
}

/// Not a row of a table, nor (in a cut dump) an object that may end anywhere.
fn is_whole<K: Kind>(cx: &Context<'_>, object: &Object<K>) -> bool {
    object.raw.form == Form::Full && !(cx.truncated() && object.at(&["status"]).is_none())
}

fn has_whole_spec(cx: &Context<'_>, agent: &Object<GatewayAgent>) -> bool {
    let cut = cx.truncated() && agent.at(&["status", "lastAppliedGen"]).is_none();
    agent.raw.form == Form::Full && agent.at(&["spec"]).is_some() && !cut
}
