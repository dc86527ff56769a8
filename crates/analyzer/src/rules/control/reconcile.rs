//! The fabric controller cannot reconcile an object.

use std::collections::BTreeMap;

use crate::facts::{Context, LogRef, VPCInfo};
use crate::finding::{Finding, Key, Severity, Subject};
use crate::parse::log::Hit;
use crate::parse::log::Stream;
use crate::parse::log::literals::fabric_ctrl::RECONCILER_ERROR;
use crate::rule::{Domain, Meta, Order, Outcome, Rule, Source};

/// See the metadata.
#[derive(Debug)]
pub(super) struct ReconcileFails;

/// Only the end of the log tells the present.
const RECENT: i64 = 900;
/// So many equal errors are no passing trouble.
const REPEATED: usize = 3;
/// Most characters of an error in a title.
const IN_TITLE: usize = 120;

static META: Meta = Meta {
    id: "controller-reconcile-error",
    reference: &["FAB-015"],
    title: "The fabric controller cannot reconcile an object",
    severities: &[Severity::Error],
    needs: &[Source::ControllerLog],
    uses: &[Source::VpcInfos],
    explanation:
        "Looks for three or more equal `Reconciler error` lines (same controller, object and error) in the last 15 \
minutes of the fabric controller's log that no success follows.

## Why it matters
The object stays as it was: a switch keeps its old configuration, a change is not made. Running traffic is not affected.

## Not a fault
- Conflicts (`the object has been modified`), and errors that a success for the same object follows.
- An object on which another finding stands: then this is its consequence or its reason.

## What to do
The error names what is inconsistent: correct that object.",
    explains: &[],
    order: Order::Controller,
};

impl Rule for ReconcileFails {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn domain(&self) -> Domain {
        Domain::Fabric
    }

    fn check(&self, cx: &Context<'_>, out: &mut Outcome) {
        for log in [Stream::FabricCtrl, Stream::GatewayCtrl].into_iter().flat_map(|stream| cx.logs(stream)) {
            if log.log.previous {
                continue;
            }
            let groups = repeated(log);
            if groups.is_empty() {
                out.pass();
            }
            for (what, hits) in groups {
                out.report(report(cx, log, &what, &hits, out));
            }
        }
    }
}

/// What failed.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct What {
    controller: String,
    namespace: String,
    name: String,
    error: String,
}

/// Errors that stand at the end of the log and repeat.
fn repeated<'b>(log: LogRef<'b>) -> Vec<(What, Vec<&'b Hit>)> {
    let Some(end) = log.scan().last_time else { return Vec::new() };
    let mut groups = BTreeMap::<What, Vec<&Hit>>::new();
    for hit in log.current(&RECONCILER_ERROR) {
        let recent = hit.time().is_some_and(|at| end.as_second().saturating_sub(at.as_second()) <= RECENT);
        if !recent {
            continue;
        }
        let field = |name: &str| hit.field(log.text(), name).map(|value| value.into_owned()).unwrap_or_default();
        let (name, error) = (field("name"), field("err"));
        if name.is_empty() || error.contains("object has been modified") {
            continue;
        }
        let what = What { controller: field("controller"), namespace: field("namespace"), name, error };
        groups.entry(what).or_default().push(hit);
    }
    groups.into_iter().filter(|(_, hits)| hits.len() >= REPEATED).collect()
}

/// Kind that a controller of this name reconciles.
fn kind_of(controller: &str) -> &str {
    const KINDS: [&str; 20] = [
        "Agent",
        "Switch",
        "SwitchGroup",
        "Connection",
        "Server",
        "VPC",
        "VPCAttachment",
        "VPCPeering",
        "VPCInfo",
        "External",
        "ExternalAttachment",
        "ExternalPeering",
        "IPv4Namespace",
        "VLANNamespace",
        "DHCPSubnet",
        "Gateway",
        "GatewayAgent",
        "GatewayPeering",
        "GatewayGroup",
        "Fabricator",
    ];
    KINDS.into_iter().find(|kind| kind.eq_ignore_ascii_case(controller)).unwrap_or(controller)
}

fn report(cx: &Context<'_>, log: LogRef<'_>, what: &What, hits: &[&Hit], out: &Outcome) -> Finding {
    let kind = kind_of(&what.controller);
    let namespace = if what.namespace.is_empty() { "default" } else { what.namespace.as_str() };
    let subject = Subject::new(kind, namespace, &what.name);
    let shown: String = what.error.chars().take(IN_TITLE).collect();
    let cut = if shown.len() < what.error.len() { "…" } else { "" };
    let mut finding = out
        .finding(
            Severity::Error,
            subject,
            format!("the controller cannot reconcile {kind} {}: {shown}{cut}", what.name),
        )
        .detail(meaning(kind, &what.error));
    if let (Some(first), Some(last)) = (hits.first(), hits.last()) {
        let times = first.time().zip(last.time());
        let note = match times {
            Some((first, last)) => format!("{} equal errors from {first:.0} to {last:.0}", hits.len()),
            None => format!("{} equal errors", hits.len()),
        };
        finding = finding.evidence(log.evidence(last, note));
    }
    for other in related(kind) {
        finding = finding.yield_to(Key::Object((*other).to_owned(), namespace.to_owned(), what.name.clone()));
    }
    // A VPCInfo that the error names holds up the whole gateway.
    let words = || what.error.split(|c: char| !(c.is_alphanumeric() || matches!(c, '-' | '.')));
    let infos = cx.list::<VPCInfo>().iter().filter(|info| words().any(|word| word == info.name()));
    finding = finding.yield_tos(infos.map(|info| info.subject().key()));
    let resource = kind.to_lowercase();
    finding
        .run("Read the controller's log.", "kubectl logs -n fab deploy/fabric-ctrl -c manager")
        .run("Look at the object.", format!("kubectl get {resource} -n {namespace} {} -o yaml", what.name))
}

/// Kinds of objects of the same name whose findings explain the error.
fn related(kind: &str) -> &'static [&'static str] {
    match kind {
        "Agent" | "Switch" => &["Agent", "Switch"],
        "Gateway" | "GatewayAgent" => &["Gateway", "GatewayAgent"],
        "VPC" | "VPCInfo" => &["VPC", "VPCInfo"],
        "GatewayPeering" | "Peering" => &["GatewayPeering"],
        "VPCAttachment" => &["VPCAttachment"],
        "VPCPeering" => &["VPCPeering"],
        "External" => &["External", "VPCInfo"],
        "ExternalAttachment" => &["ExternalAttachment"],
        "ExternalPeering" => &["ExternalPeering"],
        "Connection" => &["Connection"],
        "DHCPSubnet" => &["DHCPSubnet"],
        "Fabricator" => &["Fabricator"],
        _ => &[],
    }
}

fn meaning(kind: &str, error: &str) -> String {
    let effect = match kind {
        "Agent" | "Switch" => "The switch keeps its old configuration: changes do not reach it.",
        "Gateway" | "GatewayAgent" => "The gateway keeps its old configuration: changes do not reach it.",
        _ => "The object stays as it was: its last change has no effect.",
    };
    let reason = if error.contains("doesn't have vlan namespace") {
        " The Switch does not list the VLANNamespace of a VPC that is attached to it: add it to its spec."
    } else if error.contains("no free value found") || error.contains("failed to allocate value") {
        " A pool of numbers is used up (VLANs, VNIs or the 249 PortChannels of a redundancy group): free or enlarge it."
    } else if error.contains("have different redundancy types") {
        " Switches of one redundancy group have different redundancy types: make them equal."
    } else if error.contains("error getting switch profile") {
        " The SwitchProfile that the Switch names does not exist."
    } else if error.contains("failed calling webhook") {
        " The webhook of the controller did not answer: it was down at that moment."
    } else {
        ""
    };
    format!("{effect}{reason} Running traffic is not affected.")
}

#[cfg(test)]
mod tests {
    use hh_worlds::World;

    use super::ReconcileFails;
    use crate::testing::said;

    const POD: &str = "fabric-ctrl-ca97e5177-4rm82";

    fn lines(times: &[&str], rest: &str) -> World {
        let text: String = times
            .iter()
            .enumerate()
            .map(|(n, at)| format!("Oct  6 {at} ERR Reconciler error {rest} reconcileID={n}\n"))
            .collect();
        World::healthy().small().log_more(POD, "manager", &text)
    }

    const TIMES: [&str; 3] = ["09:38:17.100", "09:39:17.100", "09:40:17.100"];
    const ERROR: &str = "controller=Agent name=leaf-01 namespace=default err=\"switch leaf-01 doesn't have vlan namespace other \
                         while gets vpc vpc-9\"";

    #[test]
    fn equal_errors_that_go_on() {
        let said = said(&ReconcileFails, &lines(&TIMES, ERROR));
        assert_eq!(said.lines(), ["error Agent/leaf-01"]);
        let finding = &said.findings[0];
        assert!(finding.title.contains("doesn't have vlan namespace other"), "{}", finding.title);
        assert!(finding.detail.contains("VLANNamespace"));
        assert!(finding.evidence[0].note.starts_with("3 equal errors"));
        assert!(finding.evidence[0].line.is_some());
        assert!(finding.caused_by.is_empty());
    }

    #[test]
    fn healthy_pictures() {
        let quiet = |world: &World| assert_eq!(said(&ReconcileFails, world).lines(), Vec::<String>::new());
        quiet(&World::healthy().small());
        quiet(&World::older().small());
        // Twice only.
        quiet(&lines(&TIMES[..2], ERROR));
        // A conflict.
        let conflict = "controller=Agent name=leaf-01 err=\"Operation cannot be fulfilled on agents \\\"leaf-01\\\": the object has \
                        been modified\"";
        quiet(&lines(&TIMES, conflict));
        // A success follows.
        let over = lines(&TIMES, ERROR).log_more(
            POD,
            "manager",
            "Oct  6 09:40:37.100 INF agent reconciled controller=Agent name=leaf-01 namespace=default\n",
        );
        quiet(&over);
        // Long ago, and the log goes on.
        let old = lines(&["09:08:17.100", "09:09:17.100", "09:10:17.100"], ERROR).log_more(
            POD,
            "manager",
            "Oct  6 09:40:37.100 INF vpc reconciled controller=VPC name=vpc-1 namespace=default\n",
        );
        quiet(&old);
    }

    #[test]
    fn not_captured() {
        let said = said(&ReconcileFails, &World::healthy().small().without_logs());
        assert_eq!(said.not_checked, ["log of the fabric controller"]);
    }
}
