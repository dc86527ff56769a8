//! Readers of everything that is not YAML or JSON.

pub mod command;
mod draft;
mod kinds;
pub mod sections;
pub mod table;
