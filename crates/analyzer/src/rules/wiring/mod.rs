//! Wiring, interfaces, BGP, BFD and routes (gateway reference 8.3).

mod all_sessions_down;
mod as_number;
mod bfd_down;
mod bfd_one_sided;
mod dpdk_driver;
mod duplicate_address;
mod external_hijack;
mod external_routes;
mod interface_mtu;
mod judgement;
mod leaf_no_route;
mod leaf_routes;
mod leaf_wrong_gateway;
mod link_down;
mod mixed_drivers;
mod neighbour_wiring;
mod no_prefixes;
pub(super) mod reach;
mod routes;
mod session_down;
mod session_flapping;
mod session_missing;
mod status_frozen;
mod view;
mod vpc_routes;

use crate::rule::Rule;

/// Rules of this area.
pub const RULES: &[&dyn Rule] = &[
    &neighbour_wiring::NeighbourWiring,
    &as_number::AsNumber,
    &duplicate_address::DuplicateAddress,
    &interface_mtu::InterfaceMtu,
    &mixed_drivers::MixedDrivers,
    &dpdk_driver::DpdkDriver,
    &link_down::LinkDown,
    &session_missing::SessionMissing,
    &session_down::SessionDown,
    &all_sessions_down::AllSessionsDown,
    &session_flapping::SessionFlapping,
    &status_frozen::StatusFrozen,
    &bfd_down::BfdDown,
    &bfd_one_sided::BfdOneSided,
    &no_prefixes::NoPrefixes,
    &vpc_routes::VpcRoutes,
    &external_routes::ExternalRoutes,
    &external_hijack::ExternalHijack,
    &leaf_no_route::LeafNoRoute,
    &leaf_wrong_gateway::LeafWrongGateway,
];
