//! Relations that several rules share (gateway reference 8.7).

use crate::finding::KeyKind;
use crate::rule::Relation;

/// Findings about the service of a gateway that does not work at all.
const SERVICE: &[&str] = &[
    "GW-GEN-LAG",
    "GW-FRR-LAG",
    "GW-FRR-TIMEOUT",
    "GW-BGP-*",
    "GW-BFD-*",
    "GW-BMP-FROZEN",
    "GW-CPI-DOWN",
    "GW-EVPN-NOROUTE",
    "GW-EXT-NOROUTE",
    "GW-CTR-*",
    "GW-METRICS-DOWN",
    "GW-METRICS-EMPTY",
];

/// Sessions of the gateway, seen from its switches.
const SWITCH_SIDE: &[&str] = &["BGP-403", "BGP-405", "BGP-407", "BGP-408", "BFD-420"];

/// The Fabricator's entry of the gateway, its workloads and their events.
const WORKLOADS: &[&str] = &["FAB-011", "FAB-012", "FAB-013", "FAB-021"];

/// Findings on the groups that the gateway is a member of.
const GROUPS: &[&str] = &["GW-HA-DEGRADED", "GW-HA-NOFAILOVER", "GW-HA-FAILBACK"];

const fn same_gateway(effects: &'static [&'static str]) -> Relation {
    Relation { effects, join: &[KeyKind::Gateway] }
}

const fn while_unexplained(effects: &'static [&'static str]) -> Relation {
    Relation { effects, join: &[KeyKind::Gateway, KeyKind::Unexplained] }
}

/// What a dead gateway explains. Findings about a gateway carry its key; findings about a group carry
/// the keys of the members that they blame.
pub(super) const DEAD_GATEWAY: &[Relation] = &[
    same_gateway(SERVICE),
    same_gateway(&["GW-HB-*", "GW-POD-RESTARTS"]),
    same_gateway(GROUPS),
    same_gateway(WORKLOADS),
    same_gateway(SWITCH_SIDE),
];

/// The same where the pod or the node is not there at all: then its links are down, too. A crashed dataplane
/// leaves them up.
pub(super) const GONE_GATEWAY: &[Relation] = &[
    same_gateway(SERVICE),
    same_gateway(&["GW-HB-*", "GW-POD-RESTARTS"]),
    same_gateway(GROUPS),
    same_gateway(WORKLOADS),
    same_gateway(SWITCH_SIDE),
    same_gateway(GATEWAY_LINKS),
];

/// The links of a gateway that is off.
const GATEWAY_LINKS: &[&str] = &["LINK-202", "LINK-21*", "LLDP-303"];

/// [`GONE_GATEWAY`] of a node: its pods and DaemonSets in addition.
pub(super) const DEAD_NODE: &[Relation] = &[
    Relation { effects: &["FAB-011", "FAB-012", "FAB-013", "FAB-019", "FAB-021"], join: &[KeyKind::Node] },
    // Only the node of the control plane carries the key of the whole fabric.
    Relation {
        effects: &["FAB-002", "FAB-003", "FAB-011", "FAB-012", "FAB-016", "FAB-020", "GW-CTRL-DOWN"],
        join: &[KeyKind::Fabric],
    },
    Relation { effects: &["GW-POD-*", "GW-DS-UNSCHED"], join: &[KeyKind::Node] },
    same_gateway(SERVICE),
    same_gateway(&["GW-HB-*"]),
    same_gateway(GROUPS),
    same_gateway(WORKLOADS),
    same_gateway(SWITCH_SIDE),
    same_gateway(GATEWAY_LINKS),
];

/// [`GONE_GATEWAY`] of a DaemonSet that runs nowhere: its pod is missing.
pub(super) const UNSCHEDULED: &[Relation] = &[
    same_gateway(&["GW-POD-MISSING"]),
    same_gateway(SERVICE),
    same_gateway(&["GW-HB-*", "GW-POD-RESTARTS"]),
    same_gateway(GROUPS),
    same_gateway(WORKLOADS),
    same_gateway(SWITCH_SIDE),
    same_gateway(GATEWAY_LINKS),
];

/// What the kernel's memory killer explains: the crash of that container, and all of a dead gateway.
pub(super) const OUT_OF_MEMORY: &[Relation] = &[
    Relation { effects: &["GW-POD-RESTARTS", "GW-POD-DP-CRASH", "GW-POD-FRR-DOWN"], join: &[KeyKind::Container] },
    same_gateway(SERVICE),
    same_gateway(&["GW-HB-*"]),
    same_gateway(GROUPS),
    same_gateway(WORKLOADS),
    same_gateway(SWITCH_SIDE),
];

/// What FRR explains that does not run.
pub(super) const FRR_DOWN: &[Relation] = &[
    same_gateway(&["GW-FRR-*", "GW-BGP-*", "GW-BFD-*", "GW-CPI-DOWN", "GW-EVPN-NOROUTE", "GW-EXT-NOROUTE"]),
    same_gateway(&["GW-LEAF-NOROUTE", "GW-POD-RESTARTS", "GW-HA-*"]),
    same_gateway(WORKLOADS),
    same_gateway(SWITCH_SIDE),
];

/// What a silent gateway explains while nothing explains its silence; its groups in any case.
pub(super) const SILENT_GATEWAY: &[Relation] = &[
    while_unexplained(SERVICE),
    while_unexplained(WORKLOADS),
    while_unexplained(SWITCH_SIDE),
    same_gateway(&["GW-HA-*"]),
    // Only if all its links are down: these findings then carry the key of its node.
    Relation { effects: &["LINK-202"], join: &[KeyKind::Node, KeyKind::Unexplained] },
];

/// What a broken link, or a wrong neighbour, AS number or address explains: the sessions that it spoils.
pub(super) const SPOILT_SESSIONS: &[Relation] = &[Relation {
    effects: &[
        "GW-BGP-MISSING",
        "GW-BGP-DOWN",
        "GW-BGP-ALLDOWN",
        "GW-BGP-FLAP",
        "GW-BFD-*",
        "BGP-403",
        "BGP-405",
        "BGP-407",
        "BGP-409",
        "BFD-420",
    ],
    join: &[KeyKind::Neighbour],
}];

/// What a gateway without (usable) sessions explains.
pub(super) const LOST_SESSIONS: Relation = Relation {
    effects: &[
        "GW-EVPN-NOROUTE",
        "GW-EXT-NOROUTE",
        "GW-LEAF-NOROUTE",
        "GW-HA-DEGRADED",
        "GW-HA-NOFAILOVER",
        "GW-CTR-*",
    ],
    join: &[KeyKind::Gateway],
};

/// Sessions of a link, by the ports of the link.
const fn same_port(effects: &'static [&'static str]) -> Relation {
    Relation { effects, join: &[KeyKind::Port] }
}

/// What a broken link between switches explains: its sessions, and those of the loopbacks if it was the last one.
pub(super) const BROKEN_LINK: &[Relation] = &[
    same_port(&["BGP-401", "BGP-403", "BGP-405", "BGP-407", "BFD-420", "LLDP-303", "LLDP-305"]),
    Relation { effects: &["BGP-402"], join: &[KeyKind::Devices] },
];

/// What a link explains that is up and bad: sessions that flap or time out. Only findings about trouble that loses
/// packets have the keys.
pub(super) const BAD_LINK: &[Relation] = &[same_port(&["BGP-401", "BGP-403", "BGP-407", "BFD-420"]), GATEWAY_SESSIONS];

/// What a wrong cable explains: the sessions of all its links, and links that are down because their cable is
/// somewhere else.
pub(super) const WRONG_CABLE: &[Relation] = &[
    same_port(&["BGP-401", "BGP-403", "BGP-405", "BGP-407", "BFD-420", "LLDP-303", "LLDP-305", "LLDP-306", "LLDP-307"]),
    same_port(&["LINK-201", "LINK-202", "LINK-203", "LINK-204"]),
    Relation { effects: &["BGP-402"], join: &[KeyKind::Devices] },
    Relation { effects: &["DHCP-605"], join: &[KeyKind::Server] },
    GATEWAY_SESSIONS,
];

/// What a server's broken link explains.
pub(super) const SERVER_LINK: &[Relation] = &[
    Relation { effects: &["VPC-503"], join: &[KeyKind::Connection] },
    Relation { effects: &["DHCP-605"], join: &[KeyKind::Server] },
];

/// What the broken link of an external explains.
pub(super) const EXTERNAL_LINK: &[Relation] = &[
    Relation { effects: &["BGP-404", "BGP-405", "VPC-503", "VPC-511"], join: &[KeyKind::Connection] },
    Relation { effects: &["GW-EXT-NOROUTE"], join: &[KeyKind::Vpc] },
];

/// What a leaf without uplinks explains. It has the keys of its uplinks, of the ESLAG links that it shuts itself, and
/// of the VPCs that are on no other leaf.
pub(super) const ISOLATED_LEAF: &[Relation] = &[
    Relation { effects: &["LINK-201", "LINK-203", "VPC-503"], join: &[KeyKind::Connection] },
    same_port(&["BGP-401", "BGP-405", "BGP-407", "BFD-420", "LLDP-303"]),
    Relation { effects: &["BGP-402"], join: &[KeyKind::Devices] },
    Relation { effects: &["BGP-401", "BGP-402", "BGP-404"], join: &[KeyKind::Object] },
    Relation { effects: &["GW-LEAF-NOROUTE"], join: &[KeyKind::Switch] },
    CUT_OFF,
];
/// What a leaf that is cut off explains: the routes of the VPCs and externals that are attached to it alone. Only
/// their keys are in the finding.
pub(super) const CUT_OFF: Relation =
    Relation { effects: &["GW-EVPN-NOROUTE", "GW-LEAF-NOROUTE", "GW-EXT-NOROUTE", "GW-CTR-*"], join: &[KeyKind::Vpc] };

/// The sessions of a gateway that its switch spoils.
pub(super) const GATEWAY_SESSIONS: Relation = Relation {
    effects: &["GW-BGP-MISSING", "GW-BGP-DOWN", "GW-BGP-ALLDOWN", "GW-BGP-FLAP", "GW-BFD-*", "BGP-403"],
    join: &[KeyKind::Neighbour],
};
