//! VPCs, attachments, externals and DHCP (fabric reference 8.6).

mod dangling;
mod dhcp_absent;
mod dhcp_log;
mod dhcp_no_lease;
mod dhcp_orphan;
mod dhcp_pool;
mod dhcp_stale;
mod dhcp_static;
mod down_link;
mod external_peering;
mod fallback;
mod inactive;
mod leaf_namespace;
mod leaseless;
mod mtu;
mod namespace;
mod overlap;
mod ports;
mod reserved;
mod static_external;
mod subnet;
mod surprise;
#[cfg(test)]
mod tests;
mod unused;
mod view;

use crate::rule::Rule;

/// Rules of this area.
pub const RULES: &[&dyn Rule] = &[
    &dangling::Dangling,
    &inactive::Inactive,
    &overlap::Overlap,
    &namespace::OutsideNamespace,
    &leaf_namespace::LeafNamespace,
    &down_link::DownLink,
    &mtu::ConnectionMtu,
    &external_peering::IdleExternalPeering,
    &static_external::StaticExternalDown,
    &reserved::Reserved,
    &unused::Unused,
    &surprise::Surprise,
    &dhcp_pool::DhcpPool,
    &dhcp_absent::DhcpAbsent,
    &dhcp_stale::DhcpStale,
    &dhcp_orphan::DhcpOrphan,
    &dhcp_no_lease::NoLease,
    &dhcp_static::DhcpStatic,
    &dhcp_log::DhcpLog,
    &fallback::Fallback,
];
