//! bgpd, on gateways and on switches (gateway reference 7.2, fabric reference 7).

use super::super::literal::{End, Join, Stream, literals};

const STREAMS: &[Stream] = &[Stream::Frr, Stream::SwitchSyslog];

literals! {
    STREAMS;
    /// A session went down: fields `peer`, `host`, `vrf`, `reason`.
    DOWN = ("bgp-down", Warning, "%ADJCHANGE: neighbor {peer}({host}) in vrf {vrf} Down {reason}", "%ADJCHANGE: neighbor {peer} in vrf {vrf} Down {reason}", "%ADJCHANGE: neighbor {peer} Down {reason}")
        .ended_by(&[End { by: &UP, join: Join::Same(&[("peer", "peer"), ("vrf", "vrf")]) }]);
    /// A session came up: fields `peer`, `host`, `vrf`.
    UP = ("bgp-up", Info, "%ADJCHANGE: neighbor {peer}({host}) in vrf {vrf} Up", "%ADJCHANGE: neighbor {peer} in vrf {vrf} Up", "%ADJCHANGE: neighbor {peer} Up");
    /// A wrong ASN on one side: field `peer`.
    BAD_PEER_AS = ("bgp-bad-peer-as", Error, "%NOTIFICATION: {direction} neighbor {peer}({host}) {}(OPEN Message Error/Bad Peer AS)", "%NOTIFICATION: {direction} neighbor {peer} {}(OPEN Message Error/Bad Peer AS)", "(OPEN Message Error/Bad Peer AS)")
        .ended_by(&[End { by: &UP, join: Join::Same(&[("peer", "peer")]) }]);
}
