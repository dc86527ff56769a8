//! What objects of the wiring and VPC groups refer to.

use super::super::view::{Wiring, is_leaving, is_whole};
use crate::facts::{Context, ExternalAttachment, ExternalPeering, VPCAttachment, VPCPeering};
use crate::finding::{Evidence, Key, Subject};

/// Something that is referred to by name.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Target {
    Vpc(String),
    Subnet(String, String),
    Connection(String),
    External(String),
    Switch(String),
    Server(String),
    Port(String, String),
}

impl Target {
    /// Kind of the object that was looked for.
    pub(super) fn kind(&self) -> &'static str {
        match self {
            Self::Vpc(_) | Self::Subnet(..) => "VPC",
            Self::Connection(_) => "Connection",
            Self::External(_) => "External",
            Self::Switch(_) | Self::Port(..) => "Switch",
            Self::Server(_) => "Server",
        }
    }

    /// `VPC vpc-01`, `subnet a of VPC b`.
    pub(super) fn words(&self) -> String {
        match self {
            Self::Vpc(name)
            | Self::Connection(name)
            | Self::External(name)
            | Self::Switch(name)
            | Self::Server(name) => format!("{} {name}", self.kind()),
            Self::Subnet(vpc, subnet) => format!("subnet {subnet} of VPC {vpc}"),
            Self::Port(switch, port) => format!("port {port} of switch {switch}"),
        }
    }

    /// Join keys of the missing thing.
    pub(super) fn keys(&self) -> Vec<Key> {
        match self {
            Self::Vpc(name) | Self::Subnet(name, _) => vec![Key::Vpc(name.clone())],
            Self::Connection(name) => vec![Key::Connection(name.clone())],
            Self::Port(switch, port) => vec![Key::Port(switch.clone(), port.clone())],
            Self::External(_) | Self::Switch(_) | Self::Server(_) => Vec::new(),
        }
    }
}

/// One name in one object.
pub(super) struct Reference {
    pub(super) subject: Subject,
    pub(super) target: Target,
    pub(super) evidence: Evidence,
    pub(super) keys: Vec<Key>,
}

/// All references of the capture, in order of kinds.
pub(super) fn all(cx: &Context<'_>) -> Vec<Reference> {
    let mut found = Vec::new();
    attachments(cx, &mut found);
    peerings(cx, &mut found);
    externals(cx, &mut found);
    connections(cx, &mut found);
    found.retain(|reference| match &reference.target {
        Target::Vpc(name)
        | Target::Connection(name)
        | Target::External(name)
        | Target::Switch(name)
        | Target::Server(name) => !name.is_empty(),
        Target::Subnet(vpc, subnet) => !vpc.is_empty() && !subnet.is_empty(),
        Target::Port(switch, port) => !switch.is_empty() && !port.is_empty(),
    });
    found
}

fn attachments(cx: &Context<'_>, found: &mut Vec<Reference>) {
    for attachment in cx.list::<VPCAttachment>().iter().filter(|object| !is_leaving(*object) && is_whole(cx, *object)) {
        let keys: Vec<Key> =
            Wiring::attachment_keys(attachment).into_iter().filter(|key| !matches!(key, Key::Vpc(_))).collect();
        let mut push = |target, field: &str, note: &str| {
            let evidence = attachment.evidence(&["spec", field], note);
            found.push(Reference { subject: attachment.subject(), target, evidence, keys: keys.clone() });
        };
        if let Some((vpc, subnet)) = attachment.spec.vpc_subnet() {
            push(Target::Vpc(vpc.into()), "subnet", "the VPC and subnet that it attaches");
            push(Target::Subnet(vpc.into(), subnet.into()), "subnet", "the VPC and subnet that it attaches");
        }
        push(
            Target::Connection(attachment.spec.connection.clone()),
            "connection",
            "the Connection that it attaches to",
        );
    }
}

fn peerings(cx: &Context<'_>, found: &mut Vec<Reference>) {
    for peering in cx.list::<VPCPeering>().iter().filter(|object| !is_leaving(*object) && is_whole(cx, *object)) {
        let keys = vec![Key::Peering(peering.meta.name.clone())];
        for (index, permit) in peering.spec.permit.iter().enumerate() {
            let index = index.to_string();
            for (vpc, side) in permit {
                let mut push = |target, route: &[&str]| {
                    let evidence = if side.subnets.is_empty() || matches!(target, Target::Vpc(_)) {
                        peering.key_evidence(route, "a VPC that it permits")
                    } else {
                        peering.evidence(route, "a subnet that it permits")
                    };
                    found.push(Reference { subject: peering.subject(), target, evidence, keys: keys.clone() });
                };
                push(Target::Vpc(vpc.clone()), &["spec", "permit", &index, vpc]);
                for (at, subnet) in side.subnets.iter().enumerate() {
                    let route = ["spec", "permit", &index, vpc, "subnets", &at.to_string()];
                    push(Target::Subnet(vpc.clone(), subnet.clone()), &route);
                }
            }
        }
    }
    for peering in cx.list::<ExternalPeering>().iter().filter(|object| !is_leaving(*object) && is_whole(cx, *object)) {
        let permit = &peering.spec.permit;
        let keys = vec![Key::Peering(peering.meta.name.clone())];
        let mut push = |target, route: &[&str], note: &str| {
            let evidence = peering.evidence(route, note);
            found.push(Reference { subject: peering.subject(), target, evidence, keys: keys.clone() });
        };
        push(Target::Vpc(permit.vpc.name.clone()), &["spec", "permit", "vpc", "name"], "the VPC that it permits");
        for (at, subnet) in permit.vpc.subnets.iter().enumerate() {
            let route = ["spec", "permit", "vpc", "subnets", &at.to_string()];
            push(Target::Subnet(permit.vpc.name.clone(), subnet.clone()), &route, "a subnet that it permits");
        }
        let route = ["spec", "permit", "external", "name"];
        push(Target::External(permit.external.name.clone()), &route, "the External that it permits");
    }
}

fn externals(cx: &Context<'_>, found: &mut Vec<Reference>) {
    let all = cx.list::<ExternalAttachment>();
    for attachment in all.iter().filter(|object| !is_leaving(*object) && is_whole(cx, *object)) {
        let spec = &attachment.spec;
        let keys = vec![Key::Attachment(attachment.meta.name.clone()), Key::Connection(spec.connection.clone())];
        let mut push = |target, field: &str, note: &str| {
            let evidence = attachment.evidence(&["spec", field], note);
            found.push(Reference { subject: attachment.subject(), target, evidence, keys: keys.clone() });
        };
        push(Target::External(spec.external.clone()), "external", "the External that it attaches");
        push(Target::Connection(spec.connection.clone()), "connection", "the Connection that it attaches to");
    }
}

fn connections(cx: &Context<'_>, found: &mut Vec<Reference>) {
    // Copies in Agents refer to nothing: only objects do.
    let topology = cx.topology();
    let links = topology
        .links
        .iter()
        .filter(|link| link.object().is_some_and(|connection| !is_leaving(connection) && is_whole(cx, connection)));
    for link in links {
        for end in link.ends() {
            let evidence = || link.evidence(&[end.key, "port"], format!("one end of link {}", link.words()));
            let mut push = |target| {
                found.push(Reference { subject: link.subject(), target, evidence: evidence(), keys: link.keys() });
            };
            match end.key {
                "gateway" => {}
                "server" => push(Target::Server(end.device.into())),
                _ => {
                    push(Target::Switch(end.device.into()));
                    push(Target::Port(end.device.into(), end.port.into()));
                }
            }
        }
    }
}
