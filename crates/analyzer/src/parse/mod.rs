//! Parsers of the texts inside a bundle. None of them fails: what cannot be read is told, the rest is kept.

pub mod config_history;
pub mod log;
pub mod prometheus;
