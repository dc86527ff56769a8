//! Nodes, pods, heartbeats, clocks and the controller (gateway reference 8.1).

use crate::rule::Rule;

/// Rules of this area.
pub const RULES: &[&dyn Rule] = &[];
