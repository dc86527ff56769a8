//! Links, optics and LLDP (fabric reference 8.3, 8.4).

mod attached;
mod cabling;
mod down;
mod ends;
mod external_down;
mod fabric_down;
mod leaf_isolated;
mod lldp_missing;
mod miscabled;
mod mismatch;
mod port_trouble;
mod server_down;
mod unexpected;

use crate::rule::Rule;

/// Rules of this area.
pub const RULES: &[&dyn Rule] = &[
    &leaf_isolated::LeafIsolated,
    &fabric_down::FabricLinkDown,
    &server_down::ServerLinkDown,
    &external_down::ExternalLinkDown,
    &miscabled::Miscabled,
    &port_trouble::PortTrouble,
    &lldp_missing::LldpMissing,
    &unexpected::UnexpectedNeighbour,
];
