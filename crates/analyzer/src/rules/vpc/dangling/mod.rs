//! An object refers to one that does not exist.

mod port;
mod reference;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};

use self::reference::{Reference, Target, all};
use super::view::listed;
use crate::facts::{Connection, Context, External, Server, Switch, VPC};
use crate::finding::{Evidence, Key, KeyKind, Severity};
use crate::rule::{Domain, Meta, Order, Outcome, Relation, Rule, Source};

/// See the metadata.
#[derive(Debug)]
pub(super) struct Dangling;

static META: Meta = Meta {
    id: "reference-to-missing-object",
    reference: &["VPC-501"],
    title: "An object refers to one that does not exist",
    severities: &[Severity::Error],
    needs: &[],
    uses: &[
        Source::VpcAttachments,
        Source::VpcPeerings,
        Source::ExternalPeerings,
        Source::ExternalAttachments,
        Source::Connections,
        Source::Vpcs,
        Source::Externals,
        Source::Switches,
        Source::Servers,
        Source::SwitchProfiles,
        Source::Agents,
    ],
    explanation: "\
Follows the names in VPCAttachments (VPC, subnet, Connection), VPCPeerings and ExternalPeerings (VPCs, subnets, \
External), ExternalAttachments (External, Connection) and Connections (switches, servers, ports of the switch's profile).

## Why it matters
The webhooks refuse such a reference, so it is left over from a deletion or came past them. What it should do does not \
happen, and the controller may fail on every switch that it concerns.

## Not a fault
- a kind that is not in the bundle, not completely listed, or only in a selection (Connections of gateways only)
- a port `E1/N/1` of a port `E1/N` that can be broken out
- objects that wait for their deletion

## What to do
Create what is missing, correct the name, or delete the object that refers to it.",
    explains: &[
        Relation { effects: &["VPC-502", "VPC-503"], join: &[KeyKind::Attachment] },
        Relation { effects: &["FAB-015", "FAB-016"], join: &[KeyKind::Object] },
        // Only findings about a missing VPC or subnet carry the VPC's key.
        Relation { effects: &["DHCP-604", "GW-PEER-INVALID"], join: &[KeyKind::Vpc] },
    ],
    order: Order::Vpc,
};

impl Rule for Dangling {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn domain(&self) -> Domain {
        Domain::Fabric
    }

    fn check(&self, cx: &Context<'_>, out: &mut Outcome) {
        let mut missing: BTreeMap<Target, Vec<Reference>> = BTreeMap::new();
        let mut absent = BTreeSet::new();
        let mut resolved = BTreeSet::new();
        for reference in all(cx) {
            match exists(cx, &reference.target) {
                Judged::Yes => {
                    resolved.insert(reference.target.kind());
                    out.pass();
                }
                Judged::No => missing.entry(reference.target.clone()).or_default().push(reference),
                Judged::NotListed => {
                    let why = format!("{} objects are not completely listed", reference.target.kind());
                    out.cannot_tell(reference.subject, why);
                }
                Judged::NotCaptured(source) => {
                    if absent.insert(source) {
                        out.not_checked_at_all(source);
                    }
                }
                Judged::Unknown => {}
            }
        }
        let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
        for target in missing.keys() {
            *counts.entry(target.kind()).or_default() += 1;
        }
        let mut told = BTreeSet::new();
        for (target, references) in missing {
            let kind = target.kind();
            let alone = !resolved.contains(kind) && counts.get(kind).is_some_and(|count| *count > 1);
            if alone || is_filtered(cx, &target, &references) {
                if let Some(first) = references.first().filter(|_| told.insert(kind)) {
                    out.cannot_tell(first.subject.clone(), format!("the captured {kind} objects are a selection"));
                }
                continue;
            }
            report(cx, out, &target, references);
        }
    }
}

/// True if the listing seems to be a selection: Connections of some types only, none of them of the type that is
/// referred to. Nothing in the output of a command tells that it was given a selector.
fn is_filtered(cx: &Context<'_>, target: &Target, references: &[Reference]) -> bool {
    if !matches!(target, Target::Connection(_)) {
        return false;
    }
    let external = references.iter().all(|reference| reference.subject.kind == "ExternalAttachment");
    !cx.list::<Connection>()
        .iter()
        .filter_map(|connection| connection.spec.kind())
        .any(|kind| kind.has_server() || (external && kind == crate::model::wiring::ConnectionKind::External))
}

/// Whether something exists.
enum Judged {
    Yes,
    No,
    /// Its kind is captured, but not completely.
    NotListed,
    /// Its kind is not in the bundle.
    NotCaptured(Source),
    /// The capture does not tell, for another reason.
    Unknown,
}

fn exists(cx: &Context<'_>, target: &Target) -> Judged {
    macro_rules! look {
        ($kind:ty, $name:expr, $source:expr) => {
            if cx.find::<$kind>($name).is_some() {
                Judged::Yes
            } else if cx.complete::<$kind>() {
                Judged::No
            } else if cx.list::<$kind>().is_empty() {
                Judged::NotCaptured($source)
            } else {
                Judged::NotListed
            }
        };
    }
    match target {
        Target::Vpc(name) => look!(VPC, name, Source::Vpcs),
        Target::Connection(name) => look!(Connection, name, Source::Connections),
        Target::External(name) => look!(External, name, Source::Externals),
        Target::Switch(name) => look!(Switch, name, Source::Switches),
        Target::Server(name) => look!(Server, name, Source::Servers),
        Target::Subnet(vpc, subnet) => {
            let Some(found) = cx.find::<VPC>(vpc).filter(|found| super::view::is_whole(cx, *found)) else {
                return Judged::Unknown;
            };
            if found.spec.subnets.contains_key(subnet) { Judged::Yes } else { Judged::No }
        }
        Target::Port(switch, port) => match port::exists(cx, switch, port) {
            Some(true) => Judged::Yes,
            Some(false) => Judged::No,
            None => Judged::Unknown,
        },
    }
}

/// Where the missing thing was looked for.
fn looked(cx: &Context<'_>, target: &Target) -> Evidence {
    let none = |count: usize, kind: &str, name: &str| {
        Evidence::absence(format!("{count} {kind} objects"), format!("none is named {name}"))
    };
    match target {
        Target::Vpc(name) => none(cx.list::<VPC>().len(), "VPC", name),
        Target::Connection(name) => none(cx.list::<Connection>().len(), "Connection", name),
        Target::External(name) => none(cx.list::<External>().len(), "External", name),
        Target::Switch(name) => none(cx.list::<Switch>().len(), "Switch", name),
        Target::Server(name) => none(cx.list::<Server>().len(), "Server", name),
        Target::Subnet(vpc, subnet) => {
            let note = format!("no subnet {subnet} among these");
            match cx.find::<VPC>(vpc) {
                Some(found) => found.key_evidence(&["spec", "subnets"], note),
                None => Evidence::absence(format!("VPC {vpc}"), note),
            }
        }
        Target::Port(switch, port) => port::looked(cx, switch, port),
    }
}

/// One missing thing is one finding, on the first object that refers to it.
fn report(cx: &Context<'_>, out: &mut Outcome, target: &Target, references: Vec<Reference>) {
    let Some(first) = references.first() else { return };
    let others: Vec<String> = references.iter().skip(1).map(|other| other.subject.to_string()).collect();
    let also = if others.is_empty() { String::new() } else { format!(" So do {}.", listed(&others)) };
    let subject = first.subject.clone();
    let (kind, name) = (subject.kind.to_ascii_lowercase(), subject.name.clone());
    let namespace = subject.namespace.clone();
    let effect = match target {
        Target::Port(..) => "The agent of the switch cannot apply a configuration that uses it",
        _ => {
            "What it describes is not configured, and the fabric controller may fail on it for every switch that it concerns"
        }
    };
    let keys: BTreeSet<Key> = references.iter().flat_map(|reference| reference.keys.iter().cloned()).collect();
    let objects = references.iter().map(|reference| reference.subject.key());
    let mut finding = out
        .finding(
            Severity::Error,
            subject,
            format!("{} {name} refers to {}, which does not exist", first.subject.kind, target.words()),
        )
        .detail(format!(
            "{effect}. The webhooks refuse such a reference: it is left over from a deletion, or came past them.{also}"
        ))
        .keys(keys)
        .keys(objects.collect::<Vec<_>>())
        .keys(target.keys());
    for reference in references.iter().take(8) {
        finding = finding.evidence(reference.evidence.clone());
    }
    out.report(
        finding
            .evidence(looked(cx, target))
            .run(
                format!("Create {}, correct the name, or delete what refers to it.", target.words()),
                format!("kubectl get {kind} {name} -n {namespace} -o yaml"),
            )
            .run("See what the controller says.", "kubectl logs -n fab deploy/fabric-ctrl"),
    );
}
