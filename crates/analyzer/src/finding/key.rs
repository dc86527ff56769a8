//! Join keys: the things of the world that two findings can have in common.

/// One thing that a finding is about.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Key {
    /// A gateway, by name.
    Gateway(String),
    /// A node, by name.
    Node(String),
    /// A pod.
    Pod(String, String),
    /// A container: namespace, pod, container.
    Container(String, String, String),
    /// A Deployment, DaemonSet, …: namespace, name.
    Workload(String, String),
    /// A GatewayPeering.
    Peering(String),
    /// A VPC or `ext.<External>`.
    Vpc(String),
    /// One direction of traffic on a gateway: gateway, from, to.
    Pair(String, String, String),
    /// A source VPC on a gateway: gateway, VPC.
    SourceVpc(String, String),
    /// A gateway group.
    Group(String),
    /// A BGP session of a gateway: gateway, neighbour address.
    Neighbour(String, String),
    /// A configuration generation of a gateway.
    Generation(String, i64),
    /// A VPCInfo.
    VpcInfo(String),
    /// A switch.
    Switch(String),
    /// A Connection.
    Connection(String),
    /// A switch port: switch, port.
    Port(String, String),
    /// A server.
    Server(String),
    /// Two devices that share links, by name: all links between them, or the session of their loopbacks.
    Devices(String, String),
    /// A DHCPSubnet.
    DhcpSubnet(String),
    /// A VPCAttachment or ExternalAttachment.
    Attachment(String),
    /// Any Kubernetes object: kind, namespace, name.
    Object(String, String, String),
    /// The whole fabric.
    Fabric,
}

/// The kind of a [`Key`]: what a relation joins on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum KeyKind {
    /// [`Key::Gateway`].
    Gateway,
    /// [`Key::Node`].
    Node,
    /// [`Key::Pod`].
    Pod,
    /// [`Key::Container`].
    Container,
    /// [`Key::Workload`].
    Workload,
    /// [`Key::Peering`].
    Peering,
    /// [`Key::Vpc`].
    Vpc,
    /// [`Key::Pair`].
    Pair,
    /// [`Key::SourceVpc`].
    SourceVpc,
    /// [`Key::Group`].
    Group,
    /// [`Key::Neighbour`].
    Neighbour,
    /// [`Key::Generation`].
    Generation,
    /// [`Key::VpcInfo`].
    VpcInfo,
    /// [`Key::Switch`].
    Switch,
    /// [`Key::Connection`].
    Connection,
    /// [`Key::Port`].
    Port,
    /// [`Key::Server`].
    Server,
    /// [`Key::Devices`].
    Devices,
    /// [`Key::DhcpSubnet`].
    DhcpSubnet,
    /// [`Key::Attachment`].
    Attachment,
    /// [`Key::Object`].
    Object,
    /// [`Key::Fabric`].
    Fabric,
    /// No key: in a join it says that the relation holds only while nothing explains the cause itself.
    Unexplained,
}

impl KeyKind {
    /// How documentation names the join.
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Self::Gateway => "same gateway",
            Self::Node => "same node",
            Self::Pod => "same pod",
            Self::Container => "same container",
            Self::Workload => "same workload",
            Self::Peering => "same peering",
            Self::Vpc => "same VPC",
            Self::Pair => "same gateway and direction",
            Self::SourceVpc => "same gateway and source VPC",
            Self::Group => "same gateway group",
            Self::Neighbour => "same BGP neighbour",
            Self::Generation => "same gateway and generation",
            Self::VpcInfo => "same VPCInfo",
            Self::Switch => "same switch",
            Self::Connection => "same Connection",
            Self::Port => "same switch port",
            Self::Server => "same server",
            Self::Devices => "same pair of devices",
            Self::DhcpSubnet => "same DHCPSubnet",
            Self::Attachment => "same attachment",
            Self::Object => "same object",
            Self::Fabric => "whole fabric",
            Self::Unexplained => "only while nothing explains the cause",
        }
    }
}

impl Key {
    /// The key of a pair of devices, whatever their order.
    #[must_use]
    pub fn devices(a: &str, b: &str) -> Self {
        if a <= b { Self::Devices(a.into(), b.into()) } else { Self::Devices(b.into(), a.into()) }
    }

    /// The kind of this key.
    #[must_use]
    pub fn kind(&self) -> KeyKind {
        match self {
            Self::Gateway(..) => KeyKind::Gateway,
            Self::Node(..) => KeyKind::Node,
            Self::Pod(..) => KeyKind::Pod,
            Self::Container(..) => KeyKind::Container,
            Self::Workload(..) => KeyKind::Workload,
            Self::Peering(..) => KeyKind::Peering,
            Self::Vpc(..) => KeyKind::Vpc,
            Self::Pair(..) => KeyKind::Pair,
            Self::SourceVpc(..) => KeyKind::SourceVpc,
            Self::Group(..) => KeyKind::Group,
            Self::Neighbour(..) => KeyKind::Neighbour,
            Self::Generation(..) => KeyKind::Generation,
            Self::VpcInfo(..) => KeyKind::VpcInfo,
            Self::Switch(..) => KeyKind::Switch,
            Self::Connection(..) => KeyKind::Connection,
            Self::Port(..) => KeyKind::Port,
            Self::Server(..) => KeyKind::Server,
            Self::Devices(..) => KeyKind::Devices,
            Self::DhcpSubnet(..) => KeyKind::DhcpSubnet,
            Self::Attachment(..) => KeyKind::Attachment,
            Self::Object(..) => KeyKind::Object,
            Self::Fabric => KeyKind::Fabric,
        }
    }
}
