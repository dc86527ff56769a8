//! Which object completes a violation: the one to change.

use super::{Case, Known, ago};
use crate::facts::{Context, GatewayPeering, Object};
use crate::finding::{Key, Subject};
use crate::validate::Subject as Broken;

/// The object to change.
pub(super) struct Target<'b> {
    pub(super) subject: Subject,
    /// How a title names it.
    pub(super) words: String,
    /// Why this one of two.
    pub(super) why: Option<String>,
    key: Option<Key>,
    resource: &'static str,
    peering: Option<&'b str>,
}

impl<'b> Target<'b> {
    /// The stored peering, where the target is one.
    pub(super) fn peering(&self, cx: &Context<'b>) -> Option<&'b Object<GatewayPeering>> {
        cx.find::<GatewayPeering>(self.peering?)
    }

    pub(super) fn keys(&self) -> Vec<Key> {
        self.key.iter().cloned().collect()
    }

    /// Shows the object.
    pub(super) fn command(&self) -> String {
        format!("kubectl get {} -n {} {} -o yaml", self.resource, self.subject.namespace, self.subject.name)
    }
}

/// The object that completes the violation.
pub(super) fn target<'b>(cx: &Context<'b>, case: &Case<'_, 'b>, refusing: &[&Known<'_, '_>]) -> Target<'b> {
    let namespace = if cx.is_25_05_namespace() { "fab" } else { "default" };
    let plain = |kind: &str, resource, name: &str, key| Target {
        subject: Subject::new(kind, namespace, name),
        words: format!("{kind} {name}"),
        why: None,
        key,
        resource,
        peering: None,
    };
    match &case.violation.subject {
        Broken::Peering(name) => peering(cx, case, name, None, namespace),
        Broken::Peerings(a, b) => {
            let (mine, other, why) = completing(cx, a, b, refusing);
            let mut target = peering(cx, case, mine, why, namespace);
            // The other peering tells apart several conflicts of one.
            target.subject = target.subject.part(format!("with {other}"));
            target.words.push_str(&format!(" beside {other}"));
            target
        }
        Broken::Group(name) => plain("GatewayGroup", "gatewaygroup", name, Some(Key::Group(name.clone()))),
        Broken::Vpc(name) => plain("VPCInfo", "vpcinfo", name, Some(Key::VpcInfo(name.clone()))),
        Broken::Gateway | Broken::Devices(..) => {
            let name = case.gateways.first().map_or("", |known| known.gateway.name());
            plain("Gateway", "gateway", name, None)
        }
    }
}

fn peering<'b>(
    cx: &Context<'b>,
    case: &Case<'_, 'b>,
    name: &'b str,
    why: Option<String>,
    namespace: &str,
) -> Target<'b> {
    let subject = match cx.find::<GatewayPeering>(name) {
        Some(peering) => peering.subject(),
        None => Subject::new("GatewayPeering", namespace, name),
    };
    let resource = if subject.namespace == "fab" { "peering.gateway.githedgehog.com" } else { "gatewaypeering" };
    // What in the peering: `peering.vpc-01.expose[0]`.
    let part = case.violation.route.strip_prefix(&["peerings".to_owned(), name.to_owned()]);
    let subject = match part.filter(|rest| !rest.is_empty()) {
        Some(rest) => subject.part(crate::facts::field_path(rest)),
        None => subject,
    };
    let words = format!("GatewayPeering {name}");
    Target { subject, words, why, key: Some(Key::Peering(name.to_owned())), resource, peering: Some(name) }
}

/// Of two peerings the one that the applied configuration lacks, else the younger; with the other one and
/// the reason.
fn completing<'b>(
    cx: &Context<'_>,
    a: &'b str,
    b: &'b str,
    refusing: &[&Known<'_, '_>],
) -> (&'b str, &'b str, Option<String>) {
    for known in refusing {
        let Some(running) = &known.running else { continue };
        let missing = match (running.holds(a), running.holds(b)) {
            (Some(false), Some(true)) => (a, b),
            (Some(true), Some(false)) => (b, a),
            _ => continue,
        };
        let why = format!("The configuration that {} runs holds {} only.", known.gateway.name(), missing.1);
        return (missing.0, missing.1, Some(why));
    }
    let age = |name: &str| cx.find::<GatewayPeering>(name).and_then(|peering| cx.object_age(peering));
    match (age(a), age(b)) {
        (Some(first), Some(second)) if first.seconds < second.seconds => {
            (a, b, Some(format!("{a} is the younger one, created {}.", ago(first.seconds))))
        }
        (Some(first), Some(second)) if first.seconds > second.seconds => {
            (b, a, Some(format!("{b} is the younger one, created {}.", ago(second.seconds))))
        }
        // Undecided: the later one in the dataplane's order of checks.
        _ => (b, a, None),
    }
}
