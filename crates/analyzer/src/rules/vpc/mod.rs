//! VPCs, attachments, externals and DHCP (fabric reference 8.6).

use crate::rule::Rule;

/// Rules of this area.
pub const RULES: &[&dyn Rule] = &[];
