//! Relations that several rules share (gateway reference 8.7).

use crate::finding::KeyKind;
use crate::rule::Relation;

/// What a dead gateway explains. Findings about a gateway carry its key; findings about a group carry
/// the keys of the members that they blame.
pub(super) const DEAD_GATEWAY: &[Relation] = &[Relation {
    effects: &[
        "GW-HB-*",
        "GW-GEN-LAG",
        "GW-FRR-LAG",
        "GW-FRR-FAIL",
        "GW-FRR-TIMEOUT",
        "GW-BGP-*",
        "GW-BFD-*",
        "GW-BMP-FROZEN",
        "GW-CPI-DOWN",
        "GW-EVPN-NOROUTE",
        "GW-EXT-NOROUTE",
        "GW-LEAF-*",
        "GW-CTR-*",
        "GW-METRICS-DOWN",
        "GW-METRICS-EMPTY",
        "GW-POD-RESTARTS",
        "GW-HA-DEGRADED",
        "GW-HA-NOFAILOVER",
        "GW-HA-FAILBACK",
        "BGP-403",
        "BFD-420",
    ],
    join: &[KeyKind::Gateway],
}];
