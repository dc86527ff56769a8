//! BGP and BFD sessions of the switches (fabric reference 8.5).

mod as_number;
mod bfd_down;
mod external_down;
mod flapping;
mod flaps;
mod fold;
mod loopback_down;
mod missing;
mod no_prefixes;
mod routes_refused;
mod underlay_down;
mod unexpected;
mod view;

use crate::rule::Rule;

/// Rules of this area.
pub const RULES: &[&dyn Rule] = &[
    &underlay_down::UnderlayDown,
    &loopback_down::LoopbackDown,
    &external_down::ExternalDown,
    &missing::Missing,
    &unexpected::Unexpected,
    &flapping::Flapping,
    &no_prefixes::NoPrefixes,
    &as_number::AsNumber,
    &routes_refused::RoutesRefused,
    &bfd_down::BfdDown,
];
