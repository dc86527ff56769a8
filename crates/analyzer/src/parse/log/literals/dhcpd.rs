//! `fabric-dhcpd` (fabric reference 5 and 7).

use super::super::literal::{End, Join, Stream, literals};

const STREAMS: &[Stream] = &[Stream::Dhcpd];

/// That client got its address after all. Renewals log the same line, so only the same client counts.
const BY_LEASE: &[End] = &[End { by: &ALLOCATED, join: Join::Same(&[("mac", "mac")]) }];

literals! {
    STREAMS;
    /// A request: fields `mac`, `vrf`, `circuitID`, `type`.
    HANDLING = ("dhcpd-handling", Info, "Handling type=")
        .keys(&["type", "mac", "vrf", "circuitID"])
        .any_case();
    /// A lease was given: fields `mac`, `vrf`, `circuitID`, `ip`.
    ALLOCATED = ("dhcpd-allocated", Info, "Allocated ")
        .keys(&["mac", "vrf", "circuitID", "ip"])
        .filled("mac");
    /// A request from a VLAN or VRF without DHCPSubnet.
    NO_SUBNET = ("dhcpd-no-subnet", Warning, "No subnet found")
        .keys(&["vrf", "circuitID", "mac"])
        .ended_by(BY_LEASE);
    /// The range is used up: fields `subnet`, `mac`.
    POOL_EXHAUSTED = ("dhcpd-pool-exhausted", Error, "updating subnet {subnet} to allocate: {}no available IP address", "no available IP address")
        .keys(&["mac", "vrf", "circuitID"])
        .ended_by(BY_LEASE);
    /// KI-DHCP82: the relay address belongs to no leaf. Field `reason`.
    RELAY_REFUSED = ("dhcpd-relay-refused", Error, "DHCP relay validation failed, dropping")
        .keys(&["reason", "mac", "vrf", "circuitID"])
        .any_case()
        .ended_by(BY_LEASE);
    /// One VLAN is used by two VPCs on Cumulus leaves.
    DUPLICATE_SUBNET = ("dhcpd-duplicate-subnet", Error, "Duplicate subnet found for Cumulus dhcp-relay, ignoring request")
        .keys(&["vrf", "circuitID", "mac"]);
    /// The client asks for an old address; normal after a move.
    REQUESTED_OTHER = ("dhcpd-requested-other", Info, "Requested IP is outside start-end range, ignoring", "Requested IP is already used, ignoring")
        .keys(&["mac", "vrf", "circuitID", "requested"]);
    /// A static lease is held by another client.
    STATIC_CONFLICT = ("dhcpd-static-conflict", Warning, "Static IP is already allocated for different MAC, ignoring")
        .keys(&["mac", "vrf", "circuitID", "ip"])
        .ended_by(BY_LEASE);
    /// PXE is asked for but not set.
    PXE_MISSING = ("dhcpd-pxe-missing", Warning, "Client Requested pxe but it is not configured", "Invalid Pxe URL")
        .keys(&["mac", "vrf", "circuitID"]);
    /// The API blinked, or a restart.
    WATCH_FAILED = ("dhcpd-watch-failed", Warning, "coredhcp finished unexpectedly", "watch channel closed", "Watch failed, will retry")
        .ended_by(&[End { by: &ALLOCATED, join: Join::Any }]);
}
