//! What switches explain that are dead, unmanaged or behind (fabric reference 8.7, cascades 2, 4, 7, 12, 14).

use crate::finding::KeyKind;
use crate::rule::Relation;

const fn same_switch(effects: &'static [&'static str]) -> Relation {
    Relation { effects, join: &[KeyKind::Switch] }
}

/// What is new on a switch whose agent does not carry it over.
const NOT_ACTIVE: Relation = same_switch(&["VPC-502", "BGP-405", "DHCP-605"]);

/// What its neighbours see of a switch that is gone.
const NEIGHBOURS: Relation = same_switch(&[
    "LINK-201",
    "LINK-202",
    "LINK-21*",
    "LLDP-303",
    "BGP-401",
    "BGP-402",
    "BGP-403",
    "BGP-404",
    "BGP-407",
    "BGP-408",
    "BGP-410",
    "BFD-420",
    "GW-BGP-DOWN",
    "GW-BGP-MISSING",
    "GW-BGP-ALLDOWN",
    "GW-BGP-FLAP",
    "GW-BFD-*",
]);

/// What a switch explains that is not seen any more, or never was.
pub(super) const DEAD_SWITCH: &[Relation] = &[
    NEIGHBOURS,
    NOT_ACTIVE,
    same_switch(&["FAB-004"]),
    // Leaves all of whose uplinks end on it: the finding carries their keys.
    Relation { effects: &["LINK-206"], join: &[KeyKind::Object] },
    // VPCs and externals that are attached to it alone: likewise.
    Relation { effects: &["GW-EVPN-NOROUTE", "GW-EXT-NOROUTE", "GW-LEAF-NOROUTE", "GW-CTR-*"], join: &[KeyKind::Vpc] },
];

/// What an agent explains that stopped while its switch forwards on.
pub(super) const STOPPED_AGENT: &[Relation] = &[NOT_ACTIVE, same_switch(&["FAB-004"])];

/// What a switch explains that does not take its newest configuration.
pub(super) const BEHIND: &[Relation] = &[NOT_ACTIVE];

/// What an agent explains that fails again and again.
pub(super) const FAILING_AGENT: &[Relation] = &[same_switch(&["FAB-004", "FAB-002"]), NOT_ACTIVE];

/// What an agent explains that the control plane does not let in.
pub(super) const REFUSED_AGENT: &[Relation] =
    &[same_switch(&["FAB-002", "FAB-004", "FAB-005", "FAB-007", "FAB-023"]), NOT_ACTIVE];

/// What failing hardware tables or ports explain.
pub(super) const UNAPPLIED: &[Relation] = &[same_switch(&["FAB-004", "FAB-005"])];

/// What a switch without air explains.
pub(super) const HOT: &[Relation] = &[same_switch(&["SW-105"])];

/// What a breakout explains that does not complete: the sub-ports that it lacks.
pub(super) const BROKEN_OUT: &[Relation] = &[
    same_switch(&["FAB-004", "FAB-005"]),
    Relation { effects: &["LINK-201", "LINK-202", "LINK-203", "LINK-204", "LINK-207"], join: &[KeyKind::Port] },
];

/// What an agent explains that was not upgraded.
pub(super) const OLD_AGENT: &[Relation] = &[same_switch(&["FAB-008"])];
