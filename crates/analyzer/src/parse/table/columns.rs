//! The columns that `kubectl get` prints per kind, all generations together.

pub(super) use super::cast::{Cast, is_absent};

/// A column.
#[derive(Debug)]
pub(super) struct Col {
    /// Header.
    pub(super) header: &'static str,
    /// Where its value goes; empty where it needs more than a copy.
    pub(super) path: &'static [&'static str],
    /// What it holds.
    pub(super) cast: Cast,
}

/// The columns of a kind.
#[derive(Debug)]
pub(super) struct KindColumns {
    /// Kind.
    pub(super) kind: &'static str,
    /// Headers that tell the kind from others: all are printed by every generation. Without any the
    /// kind cannot be told from its headers.
    pub(super) required: &'static [&'static str],
    /// Columns besides NAME, NAMESPACE, AGE and LABELS.
    pub(super) columns: &'static [Col],
}

/// A column.
pub(super) const fn c(header: &'static str, path: &'static [&'static str], cast: Cast) -> Col {
    Col { header, path, cast }
}

use Cast::{Bool, Date, Int, Json, JsonOrText, OneOf, Text};

const CONNECTION_TYPES: &[&str] = &[
    "unbundled",
    "bundled",
    "eslag",
    "mclag",
    "mclag-domain",
    "fabric",
    "mesh",
    "gateway",
    "vpc-loopback",
    "external",
    "static-external",
];

const READY: &[&str] = &["True", "False", "Unknown"];

/// The Hedgehog kinds.
static HEDGEHOG: &[KindColumns] = &[
    KindColumns {
        kind: "Agent",
        required: &["ROLE", "APPLIED", "APPLIEDG", "CURRENTG"],
        columns: &[
            c("PROFILE", &["spec", "switch", "profile"], Text),
            c("ROLE", &["spec", "role"], Text),
            c("DESCR", &["spec", "description"], Text),
            c("HWSKU", &["status", "state", "nos", "hwskuVersion"], Text),
            c("ASIC", &["status", "state", "nos", "asicVersion"], Text),
            c("HEARTBEAT", &["status", "lastHeartbeat"], Date),
            c("APPLIED", &["status", "lastAppliedTime"], Date),
            c("APPLIEDG", &["status", "lastAppliedGen"], Int),
            c("CURRENTG", &["metadata", "generation"], Int),
            c("VERSION", &["status", "version"], Text),
            c("REBOOTREQ", &["status", "rebootRequired"], Bool),
            c("SOFTWARE", &["status", "state", "nos", "softwareVersion"], Text),
            c("ATTEMPT", &["status", "lastAttemptTime"], Date),
            c("ATTEMPTG", &["status", "lastAttemptGen"], Int),
            c("ROCE", &["spec", "switch", "roce"], Bool),
            c("CURRROCE", &["status", "state", "roce"], Bool),
            c("ECMPQPN", &["spec", "switch", "ecmp", "roceQPN"], Bool),
        ],
    },
    KindColumns {
        kind: "GatewayAgent",
        required: &["APPLIED", "APPLIEDG", "CURRENTG", "VERSION"],
        columns: &[
            c("HEARTBEAT", &["status", "lastHeartbeat"], Date),
            c("APPLIED", &["status", "lastAppliedTime"], Date),
            c("APPLIEDG", &["status", "lastAppliedGen"], Int),
            c("CURRENTG", &["metadata", "generation"], Int),
            // Its field depends on the generation: see `objects`.
            c("VERSION", &[], Text),
            c("VTEPIP", &["spec", "gateway", "vtepIP"], Text),
            c("PROTOIP", &["spec", "gateway", "protocolIP"], Text),
            c("PROTOCOLIP", &["spec", "gateway", "protocolIP"], Text),
        ],
    },
    KindColumns {
        kind: "DHCPSubnet",
        required: &["SUBNET", "CIDRBLOCK", "STARTIP", "ENDIP"],
        columns: &[
            c("SUBNET", &["spec", "subnet"], Text),
            c("CIDRBLOCK", &["spec", "cidrBlock"], Text),
            c("GATEWAY", &["spec", "gateway"], Text),
            c("STARTIP", &["spec", "startIP"], Text),
            c("ENDIP", &["spec", "endIP"], Text),
            c("VRF", &["spec", "vrf"], Text),
            c("CIRCUITID", &["spec", "circuitID"], Text),
            c("DNSSERVERS", &["spec", "dnsServers"], Json),
            c("TIMESERVERS", &["spec", "timeServers"], Json),
            c("INTERFACEMTU", &["spec", "interfaceMTU"], Int),
        ],
    },
    KindColumns {
        kind: "FabNode",
        required: &["ROLES", "MGMTIP"],
        columns: &[c("ROLES", &["spec", "roles"], Json), c("MGMTIP", &["spec", "management", "ip"], Text)],
    },
    KindColumns {
        kind: "Fabricator",
        required: &["GEN", "APPL", "APPLT", "STATUS", "READY"],
        columns: &[
            c("RELEASE", &["status", "release"], Text),
            c("CTRLVER", &["status", "versions", "fabricator", "controller"], Text),
            c("GEN", &["metadata", "generation"], Int),
            c("APPL", &["status", "lastAppliedGen"], Int),
            c("APPLT", &["status", "lastAppliedTime"], Date),
            c("STATUS", &["status", "lastStatusCheck"], Date),
            c("REGISTRY", &["status", "components", "zot"], Text),
            c("CTRL", &["status", "components", "fabricatorCtrl"], Text),
            c("READY", &[], OneOf(READY)),
            c("GWREADY", &[], OneOf(READY)),
        ],
    },
    KindColumns {
        kind: "Gateway",
        required: &["VTEPIP"],
        columns: &[
            c("VTEPIP", &["spec", "vtepIP"], Text),
            c("GROUPS", &["spec", "groups"], Json),
            c("WORKERS", &["spec", "workers"], Int),
            c("PROTOIP", &["spec", "protocolIP"], Text),
            c("PROTOCOLIP", &["spec", "protocolIP"], Text),
        ],
    },
    KindColumns {
        kind: "GatewayPeering",
        required: &["GROUP", "VPCS", "NAT"],
        columns: &[
            c("GATEWAYGROUP", &["spec", "gatewayGroup"], Text),
            c("GROUP", &["spec", "gatewayGroup"], Text),
            c("VPCS", &["metadata", "annotations", "gateway.githedgehog.com/vpcs"], Text),
            c("NAT", &["metadata", "annotations", "gateway.githedgehog.com/nat"], Text),
        ],
    },
    KindColumns {
        kind: "GatewayPeering",
        required: &["GATEWAYGROUP"],
        columns: &[c("GATEWAYGROUP", &["spec", "gatewayGroup"], Text)],
    },
    KindColumns { kind: "Peering", required: &[], columns: &[c("GATEWAYGROUP", &["spec", "gatewayGroup"], Text)] },
    KindColumns {
        kind: "VPCInfo",
        required: &["INTERNALID"],
        columns: &[c("INTERNALID", &["status", "internalID"], Text)],
    },
    KindColumns {
        kind: "External",
        required: &["IPV4NS", "INCOMM", "OUTCOMM"],
        columns: &[
            c("IPV4NS", &["spec", "ipv4Namespace"], Text),
            c("INCOMM", &["spec", "inboundCommunity"], Text),
            c("OUTCOMM", &["spec", "outboundCommunity"], Text),
        ],
    },
    KindColumns {
        kind: "ExternalAttachment",
        required: &["EXTERNAL", "CONNECTION"],
        columns: &[
            c("EXTERNAL", &["spec", "external"], Text),
            c("CONNECTION", &["spec", "connection"], Text),
            c("SWVLAN", &["spec", "switch", "vlan"], Int),
            c("SWIP", &["spec", "switch", "ip"], Text),
            c("NEIGHASN", &["spec", "neighbor", "asn"], Int),
            c("NEIGHIP", &["spec", "neighbor", "ip"], Text),
        ],
    },
    KindColumns {
        kind: "ExternalPeering",
        required: &["VPC", "EXTERNAL"],
        columns: &[
            c("VPC", &["spec", "permit", "vpc", "name"], Text),
            c("VPCSUBNETS", &["spec", "permit", "vpc", "subnets"], Json),
            c("EXTERNAL", &["spec", "permit", "external", "name"], Text),
            c("EXTPREFIXES", &["spec", "permit", "external", "prefixes"], Json),
        ],
    },
    KindColumns { kind: "IPv4Namespace", required: &["SUBNETS"], columns: &[c("SUBNETS", &["spec", "subnets"], Json)] },
    KindColumns {
        kind: "VPC",
        required: &["IPV4NS", "VLANNS"],
        columns: &[
            c("IPV4NS", &["spec", "ipv4Namespace"], Text),
            c("VLANNS", &["spec", "vlanNamespace"], Text),
            c("SUBNETS", &["spec", "subnets"], Json),
            c("VNI", &["status", "vni"], Int),
        ],
    },
    KindColumns {
        kind: "VPCAttachment",
        required: &["VPCSUBNET", "CONNECTION"],
        columns: &[
            c("VPCSUBNET", &["spec", "subnet"], Text),
            c("CONNECTION", &["spec", "connection"], Text),
            c("NATIVEVLAN", &["spec", "nativeVLAN"], Bool),
        ],
    },
    KindColumns {
        kind: "VPCPeering",
        required: &["VPC1", "VPC2"],
        columns: &[
            c("VPC1", &["metadata", "labels", "fabric.githedgehog.com/vpc1"], Text),
            c("VPC2", &["metadata", "labels", "fabric.githedgehog.com/vpc2"], Text),
            c("REMOTE", &["spec", "remote"], Text),
        ],
    },
    KindColumns {
        kind: "Connection",
        required: &["TYPE"],
        columns: &[
            c("TYPE", &["metadata", "labels", "fabric.githedgehog.com/connection-type"], OneOf(CONNECTION_TYPES)),
            c("SWITCHES", &["metadata", "annotations", "fabric.githedgehog.com/switches"], Text),
            c("SERVERS", &["metadata", "annotations", "fabric.githedgehog.com/servers"], Text),
        ],
    },
    KindColumns {
        kind: "Server",
        required: &["TYPE", "DESCR"],
        columns: &[c("TYPE", &["spec", "type"], Text), c("DESCR", &["spec", "description"], Text)],
    },
    KindColumns {
        kind: "Switch",
        required: &["PROFILE", "ROLE", "DESCR"],
        columns: &[
            c("PROFILE", &["spec", "profile"], Text),
            c("ROLE", &["spec", "role"], Text),
            c("DESCR", &["spec", "description"], Text),
            c("GROUPS", &["spec", "groups"], Json),
            // The whole object, or in newer releases its type.
            c("REDUNDANCY", &["spec", "redundancy"], JsonOrText),
            c("BOOT", &["spec", "boot"], Json),
            c("VTEPIP", &["spec", "vtepIP"], Text),
        ],
    },
    KindColumns { kind: "SwitchGroup", required: &[], columns: &[] },
    KindColumns { kind: "VLANNamespace", required: &[], columns: &[] },
    KindColumns { kind: "GatewayGroup", required: &[], columns: &[] },
    KindColumns { kind: "Catalog", required: &[], columns: &[] },
    KindColumns { kind: "ControlNode", required: &[], columns: &[] },
    KindColumns {
        kind: "SwitchProfile",
        required: &["DISPLAYNAME", "OTHERNAMES", "PORTS"],
        columns: &[
            c("DISPLAYNAME", &["spec", "displayName"], Text),
            c("OTHERNAMES", &["spec", "otherNames"], Json),
            c("SILICON", &["spec", "switchSilicon"], Text),
            c("PORTS", &["metadata", "annotations", "fabric.githedgehog.com/ports"], Text),
        ],
    },
];

/// Columns that tables of many kinds have.
pub(super) static COMMON: &[Col] = &[
    c("NAME", &[], Text),
    c("NAMESPACE", &["metadata", "namespace"], Text),
    c("AGE", &["metadata", "creationTimestamp"], Date),
    c("LABELS", &[], Text),
];

impl KindColumns {
    /// The column of the kind under a header, its own or a common one.
    pub(super) fn column(&self, header: &str) -> Option<&'static Col> {
        self.own(header).or_else(|| COMMON.iter().find(|column| column.header == header))
    }

    /// The kind's own column under a header.
    pub(super) fn own(&self, header: &str) -> Option<&'static Col> {
        self.columns.iter().find(|column| column.header == header)
    }
}

/// The columns of all kinds. A kind may come twice, with the columns of different releases.
pub(super) fn all() -> impl Iterator<Item = &'static KindColumns> {
    HEDGEHOG.iter().chain(super::core_columns::CORE)
}
