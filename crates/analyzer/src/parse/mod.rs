//! Readers of everything that is not YAML or JSON. None of them fails: what cannot be read is told, the
//! rest is kept.

pub mod certificate;
pub mod command;
pub mod describe;
mod draft;
mod kinds;
pub mod log;
pub mod prometheus;
pub mod sections;
pub mod table;
