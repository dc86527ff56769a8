//! Links, optics and LLDP (fabric reference 8.3, 8.4).

use crate::rule::Rule;

/// Rules of this area.
pub const RULES: &[&dyn Rule] = &[];
