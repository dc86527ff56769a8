//! Readers of everything that is not YAML or JSON.

mod draft;
mod kinds;
pub mod table;
