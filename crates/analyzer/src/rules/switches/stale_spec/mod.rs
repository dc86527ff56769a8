//! A switch's Agent does not hold what the objects say.

mod difference;

use std::collections::BTreeMap;

use super::relations::BEHIND;
use super::state::{PATIENCE, key, list};
use crate::facts::{
    Agent, Connection, Context, External, ExternalAttachment, ExternalPeering, Form, IPv4Namespace, Kind, Object,
    Switch, VLANNamespace, VPC, VPCAttachment, VPCPeering, field_path,
};
use crate::finding::{Confidence, Evidence, Key, Severity};
use crate::parse::log::literals::{controller, fabric_ctrl};
use crate::parse::log::{Hit, Literal, Stream};
use crate::rule::{Domain, Meta, Order, Outcome, Rule, Source};

/// See the metadata.
#[derive(Debug)]
pub(super) struct StaleSpec;

/// Differences that are quoted.
const SHOWN: usize = 3;
/// A log that ends this long before the capture goes on to it.
const LOG_LAG: i64 = 900;

static META: Meta = Meta {
    id: "switch-agent-spec-stale",
    reference: &["FAB-016"],
    title: "A switch's Agent does not hold what the objects say",
    severities: &[Severity::Error, Severity::Warning],
    needs: &[Source::Agents],
    uses: &[
        Source::CaptureTime,
        Source::Switches,
        Source::Connections,
        Source::Vpcs,
        Source::VpcAttachments,
        Source::VpcPeerings,
        Source::Externals,
        Source::ExternalAttachments,
        Source::ExternalPeerings,
        Source::Ipv4Namespaces,
        Source::VlanNamespaces,
        Source::ControllerLog,
    ],
    explanation: "Compares the copies in the spec of each Agent with the objects: the Switch and its neighbours, Connections, \
VPCs, attachments, peerings, externals and namespaces that are captured on both sides. Members that are empty count as \
absent. An error where the controller's log shows that it failed on the Agent, or last wrote it more than 5 minutes ago; \
else, as objects carry no time of change, a warning.

## Why it matters
The switch works with the copy: what was changed in the object does not reach it. What it runs goes on working.

## Not a fault
- Copies without an object, and objects without a copy: an Agent holds only what concerns its switch.
- Objects that are younger than 5 minutes.

## What to do
Look in the log of the fabric controller for `Reconciler error` with `controller=Agent`.",
    explains: BEHIND,
    order: Order::Controller,
};

impl Rule for StaleSpec {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn domain(&self) -> Domain {
        Domain::Fabric
    }

    fn check(&self, cx: &Context<'_>, out: &mut Outcome) {
        // Agents that differ in the same objects have one cause.
        let mut groups: BTreeMap<Vec<(&'static str, String)>, Vec<Differing<'_>>> = BTreeMap::new();
        for agent in cx.list::<Agent>() {
            if agent.raw.form != Form::Full || agent.at(&["spec"]).is_none() {
                continue;
            }
            if cx.truncated() && agent.at(&["status"]).is_none() {
                continue;
            }
            let found = differences(cx, agent);
            if found.is_empty() {
                out.pass();
                continue;
            }
            let objects = found.iter().map(|found| (found.kind, found.name.clone())).collect();
            let why = Why::find(cx, agent.name());
            groups.entry(objects).or_default().push(Differing { agent, found, why });
        }
        for (_, agents) in groups {
            report(&agents, out);
        }
    }
}

/// An Agent with what differs.
struct Differing<'b> {
    agent: &'b Object<Agent>,
    found: Vec<Found>,
    why: Option<Why>,
}

/// An object and its copy that differ.
struct Found {
    kind: &'static str,
    name: String,
    field: String,
    object: Evidence,
    copy: Evidence,
}

type Compare<'b> = fn(&Context<'b>, &'b Object<Agent>, &str, &[&str], &mut Vec<Found>);

fn differences<'b>(cx: &Context<'b>, agent: &'b Object<Agent>) -> Vec<Found> {
    let mut found = Vec::new();
    compare::<Switch>(cx, agent, agent.name(), &["switch"], &mut found);
    let maps: [(&str, Compare<'b>); 10] = [
        ("switches", compare::<Switch>),
        ("connections", compare::<Connection>),
        ("vpcs", compare::<VPC>),
        ("vpcAttachments", compare::<VPCAttachment>),
        ("vpcPeers", compare::<VPCPeering>),
        ("externals", compare::<External>),
        ("externalAttachments", compare::<ExternalAttachment>),
        ("externalPeerings", compare::<ExternalPeering>),
        ("ipv4Namespaces", compare::<IPv4Namespace>),
        ("vlanNamespaces", compare::<VLANNamespace>),
    ];
    for (map, compare) in maps {
        let Some(copies) = agent.at(&["spec", map]) else { continue };
        for name in copies.entries().filter_map(|(key, _)| key.text()) {
            if map != "switches" || name != agent.name() {
                compare(cx, agent, name, &[map, name], &mut found);
            }
        }
    }
    found
}

fn compare<'b, K: Kind>(cx: &Context<'b>, agent: &'b Object<Agent>, name: &str, copy: &[&str], found: &mut Vec<Found>) {
    let Some(object) = cx.find::<K>(name).filter(|object| object.raw.form == Form::Full) else { return };
    let young = cx.object_age(object).is_some_and(|age| !age.over(PATIENCE));
    let mut route = vec!["spec"];
    route.extend(copy);
    let (Some(of_object), Some(of_copy)) = (object.at(&["spec"]), agent.at(&route)) else { return };
    if young || object.meta.deletion_timestamp.is_some() {
        return;
    }
    if let Some(first) = difference::between(of_object, of_copy).first() {
        let in_object: Vec<&str> = std::iter::once("spec").chain(first.iter().map(String::as_str)).collect();
        let in_copy: Vec<&str> = route.iter().copied().chain(first.iter().map(String::as_str)).collect();
        found.push(Found {
            kind: K::NAME,
            name: name.to_owned(),
            field: field_path(&in_object),
            object: pointed(object, &in_object, "what the object says"),
            copy: pointed(agent, &in_copy, &format!("what {} has", agent.name())),
        });
    }
}

/// Evidence of a value, or of the key of a map or list.
fn pointed<K: Kind>(object: &Object<K>, route: &[&str], note: &str) -> Evidence {
    match object.at(route) {
        Some(node) if node.text().is_none() => object.key_evidence(route, note),
        _ => object.evidence(route, note),
    }
}

/// What the controller's log says of an Agent.
struct Why {
    words: String,
    evidence: Evidence,
}

impl Why {
    fn find(cx: &Context<'_>, switch: &str) -> Option<Self> {
        let about = |literal: &'static Literal, current: bool| {
            cx.logs(Stream::FabricCtrl)
                .filter(|log| !log.log.previous)
                .filter_map(|log| {
                    let is =
                        |hit: &Hit, field: &str, value: &str| hit.field(log.text(), field).as_deref() == Some(value);
                    let hits = log.hits(literal).filter(|hit| !current || hit.is_current());
                    let hit = hits.filter(|hit| is(hit, "name", switch) && is(hit, "controller", "Agent")).last()?;
                    Some((log, hit))
                })
                .max_by_key(|(_, hit)| hit.time())
        };
        if let Some((log, hit)) = about(&fabric_ctrl::RECONCILER_ERROR, true) {
            let error = hit.field(log.text(), "err").unwrap_or_default().into_owned();
            let words = format!("The controller fails on it: {error}.");
            return Some(Self { words, evidence: log.evidence(hit, "log of the fabric controller") });
        }
        let (log, hit) = about(&controller::RECONCILED, false)?;
        let goes_on = log.scan().last_time.and_then(|at| cx.age_at(at)).is_some_and(|age| age.seconds <= LOG_LAG);
        let age = cx.age_at(hit.time()?)?;
        (goes_on && age.over(PATIENCE)).then(|| Self {
            words: format!("The controller last wrote it {} before the capture.", age.words()),
            evidence: log.evidence(hit, "the last time that the controller wrote the Agent"),
        })
    }
}

fn report(agents: &[Differing<'_>], out: &mut Outcome) {
    let Some(first) = agents.first() else { return };
    let names: Vec<&str> = agents.iter().map(|differing| differing.agent.name()).collect();
    let objects: Vec<String> = first.found.iter().map(|found| format!("{} {}", found.kind, found.name)).collect();
    let objects: Vec<&str> = objects.iter().map(String::as_str).collect();
    let why = agents.iter().find_map(|differing| differing.why.as_ref());
    let fields = first.found.first().map(|found| found.field.clone()).unwrap_or_default();
    let (severity, confidence, when) = match why {
        Some(why) => (Severity::Error, Confidence::Likely, why.words.clone()),
        None => (
            Severity::Warning,
            Confidence::Possible,
            "When it changed is not known: if that was seconds before the capture, the controller is about to carry it \
             over."
                .to_owned(),
        ),
    };
    let verb = if names.len() == 1 { "has" } else { "have" };
    let mut finding = out
        .finding(
            severity,
            first.agent.subject(),
            format!("{} {verb} an older copy of {} ({fields})", list(&names), list(&objects)),
        )
        .confidence(confidence)
        .detail(format!(
            "A switch works with the copies in its Agent, which do not hold what the objects say. {when} What the \
             switch runs goes on working; the change does not reach it."
        ))
        .key(Key::Fabric);
    // What is wrong with an object is why it is not carried over.
    for found in &first.found {
        let namespace = first.agent.meta.namespace.clone();
        finding = finding.key(Key::Object(found.kind.to_string(), namespace, found.name.to_string()));
    }
    for found in first.found.iter().take(SHOWN) {
        finding = finding.evidence(found.object.clone()).evidence(found.copy.clone());
    }
    for differing in agents.iter().skip(1).take(SHOWN) {
        finding = finding.evidences(differing.found.first().map(|found| found.copy.clone()));
    }
    for differing in agents {
        finding = finding.key(key(differing.agent.name())).key(differing.agent.subject().key());
    }
    out.report(finding.evidences(why.map(|why| why.evidence.clone())).run(
        "See what keeps the controller from writing the Agent.",
        format!(
            "kubectl logs -n fab deploy/fabric-ctrl -c manager | grep controller=Agent | grep {}",
            first.agent.name()
        ),
    ));
}

#[cfg(test)]
mod tests {
    use hh_worlds::{World, json};

    use super::StaleSpec;
    use crate::testing::said;

    const CONTROLLER: &str = "fabric-ctrl-ca97e5177-4rm82";

    fn healthy() -> World {
        World::healthy().small()
    }

    #[test]
    fn a_switch_that_was_changed() {
        let found = said(&StaleSpec, &healthy().set("Switch/leaf-01", "/spec/portBreakouts/E1~155", "4x25G"));
        // The controller last wrote the Agents half an hour ago; the spine holds a copy, too.
        assert_eq!(found.lines(), ["error Agent/leaf-01"]);
        let finding = &found.findings[0];
        assert_eq!(finding.confidence, "likely");
        assert_eq!(finding.evidence[0].field.as_deref(), Some("spec.portBreakouts"));
        assert!(finding.evidence[0].line.is_some());
        let bare = healthy().without_logs().set("Switch/leaf-01", "/spec/asn", 65109);
        let found = said(&StaleSpec, &bare);
        assert!(found.lines().iter().all(|line| line.starts_with("warning Agent/")), "{:?}", found.lines());
        assert_eq!(found.findings[0].evidence[0].value.as_deref(), Some("65109"));
        assert_eq!(found.findings[0].evidence[1].value.as_deref(), Some("65101"));
    }

    #[test]
    fn the_controller_fails() {
        let line = "Oct  6 09:39:20.100 ERR Reconciler error controller=Agent name=leaf-01 namespace=default \
                    err=\"no free value found\" reconcileID=1\n";
        let world = healthy().set("Switch/leaf-01", "/spec/description", "new").log_more(CONTROLLER, "manager", line);
        let found = said(&StaleSpec, &world);
        assert!(found.lines().contains(&"error Agent/leaf-01".to_owned()), "{:?}", found.lines());
        assert!(found.findings.iter().any(|f| f.detail.contains("no free value found")));
    }

    #[test]
    fn what_looks_stale_and_is_not() {
        for world in [
            healthy(),
            World::older().small(),
            // Empty members.
            healthy().set("Switch/leaf-01", "/spec/portSpeeds", json!({})).set("Switch/leaf-01", "/spec/roce", false),
            healthy().unset("Agent/leaf-01", "/spec/switch/ecmp"),
            // An object or a copy alone.
            healthy().unset("Agent/leaf-01", "/spec/vpcs/vpc-01"),
            healthy().delete("VPC/vpc-01"),
            // Created this moment.
            healthy().set("VPC/vpc-01", "/spec/mode", "l3vni").set(
                "VPC/vpc-01",
                "/metadata/creationTimestamp",
                "2026-10-06T09:40:17Z",
            ),
        ] {
            let found = said(&StaleSpec, &world);
            assert!(found.lines().is_empty(), "{:?} {:?}", found.lines(), found.findings[0].title);
        }
        assert_eq!(said(&StaleSpec, &healthy().without("Agent")).not_checked.len(), 1);
    }
}
