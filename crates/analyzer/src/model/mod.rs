//! Typed models: plain serde types, one file per API group. Field names are the API's.
//!
//! Absent numbers are zero and absent booleans false, because the API is written with Go's `omitempty`;
//! where absence means something else the field is an `Option`. Models hold no positions: evidence is
//! named by a route and resolved in the object's tree.

pub mod gateway;
mod meta;
mod time;

pub use meta::{Condition, Meta, OwnerReference};
pub use time::{Time, parse_duration};
