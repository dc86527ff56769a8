//! Readers of everything that is not YAML or JSON.

pub mod describe;
mod draft;
pub mod log;
pub mod prometheus;
mod kinds;
pub mod sections;
pub mod table;
