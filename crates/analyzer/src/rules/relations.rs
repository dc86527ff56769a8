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

/// What a dead node or a missing pod explains at the far end of its links; a crashed dataplane leaves its
/// links up.
pub(super) const DEAD_NODE_LINKS: Relation = Relation { effects: &["LINK-202"], join: &[KeyKind::Gateway] };

/// The same for a silent gateway: only if all its links are down, which then carry its node's key.
pub(super) const SILENT_GATEWAY_LINKS: Relation = Relation { effects: &["LINK-202"], join: &[KeyKind::Node] };

/// What a broken link explains: the sessions over it.
pub(super) const LINK_SESSIONS: &[Relation] = &[Relation {
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

/// What a wrong neighbour, AS number or address explains: the sessions that it spoils.
pub(super) const WIRING_SESSIONS: &[Relation] = &[Relation {
    effects: &[
        "GW-BGP-MISSING",
        "GW-BGP-DOWN",
        "GW-BGP-ALLDOWN",
        "GW-BGP-FLAP",
        "GW-BFD-DOWN",
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
