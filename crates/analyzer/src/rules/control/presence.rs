//! Whether an object that something names is in the capture.

use crate::facts::{
    Agent, Connection, Context, DHCPSubnet, DaemonSet, Deployment, External, Fabricator, Gateway, GatewayAgent,
    GatewayGroup, GatewayPeering, Kind, Node, Pod, Server, Switch, VPC, VPCAttachment, VPCInfo, VPCPeering,
};
use crate::rule::Source;

/// Sources that [`presence`] reads, with the capture time.
pub(super) const SOURCES: &[Source] = &[
    Source::Agents,
    Source::CaptureTime,
    Source::Connections,
    Source::DaemonSets,
    Source::Deployments,
    Source::DhcpSubnets,
    Source::Externals,
    Source::Fabricator,
    Source::GatewayAgents,
    Source::GatewayGroups,
    Source::GatewayPeerings,
    Source::Gateways,
    Source::Nodes,
    Source::Pods,
    Source::Servers,
    Source::Switches,
    Source::VpcAttachments,
    Source::VpcInfos,
    Source::VpcPeerings,
    Source::Vpcs,
];

/// Where an object is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Presence {
    /// In the capture.
    There,
    /// Not in a complete list.
    Gone,
    /// Its kind is not read, or not listed completely.
    Unknown,
}

type Look = fn(&Context<'_>, &str, &str) -> Presence;

/// The kinds that are looked up.
const KINDS: &[(&str, Look)] = &[
    ("Agent", look::<Agent>),
    ("Connection", look::<Connection>),
    ("DaemonSet", look::<DaemonSet>),
    ("Deployment", look::<Deployment>),
    ("DHCPSubnet", look::<DHCPSubnet>),
    ("External", look::<External>),
    ("Fabricator", look::<Fabricator>),
    ("Gateway", look::<Gateway>),
    ("GatewayAgent", look::<GatewayAgent>),
    ("GatewayGroup", look::<GatewayGroup>),
    ("GatewayPeering", look::<GatewayPeering>),
    ("Node", look::<Node>),
    ("Pod", look::<Pod>),
    ("Server", look::<Server>),
    ("Switch", look::<Switch>),
    ("VPC", look::<VPC>),
    ("VPCAttachment", look::<VPCAttachment>),
    ("VPCInfo", look::<VPCInfo>),
    ("VPCPeering", look::<VPCPeering>),
];

fn look<K: Kind>(cx: &Context<'_>, namespace: &str, name: &str) -> Presence {
    let found = if namespace.is_empty() { cx.find::<K>(name) } else { cx.find_in::<K>(namespace, name) };
    match found {
        Some(_) => Presence::There,
        None if cx.complete::<K>() => Presence::Gone,
        None => Presence::Unknown,
    }
}

/// Where the object is.
pub(super) fn presence(cx: &Context<'_>, kind: &str, namespace: &str, name: &str) -> Presence {
    let look = KINDS.iter().find(|(known, _)| *known == kind).map(|(_, look)| look);
    look.map_or(Presence::Unknown, |look| look(cx, namespace, name))
}

/// The kind as Kubernetes writes it: tables print it in lower case.
pub(super) fn canonical_kind(kind: &str) -> &str {
    const MORE: [&str; 5] = ["ReplicaSet", "StatefulSet", "Job", "HelmChart", "ExternalAttachment"];
    let known = KINDS.iter().map(|(known, _)| *known).chain(MORE);
    known.into_iter().find(|known| known.eq_ignore_ascii_case(kind)).unwrap_or(kind)
}
