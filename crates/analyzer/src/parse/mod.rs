//! Readers of the text forms that bundles hold.

pub mod command;
pub mod sections;
