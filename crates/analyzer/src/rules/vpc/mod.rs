//! VPCs, attachments, externals and DHCP (fabric reference 8.6).

mod dhcp_absent;
mod dhcp_orphan;
mod dhcp_pool;
mod dhcp_stale;
mod subnet;
mod view;

use crate::rule::Rule;

/// Rules of this area.
pub const RULES: &[&dyn Rule] =
    &[&dhcp_pool::DhcpPool, &dhcp_absent::DhcpAbsent, &dhcp_stale::DhcpStale, &dhcp_orphan::DhcpOrphan];
