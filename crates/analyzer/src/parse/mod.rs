//! Readers of everything that is not YAML or JSON.

pub mod describe;
mod draft;
mod kinds;
pub mod table;
