//! Report to text. Renderers take no decisions: what is said and in which order is the report's.

mod json;
pub mod terminal;

pub use json::json;
