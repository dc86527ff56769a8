//! One file per command.

pub(crate) mod analyze;
pub(crate) mod explain;
pub(crate) mod inventory;
pub(crate) mod rules;
