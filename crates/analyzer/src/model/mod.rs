//! Typed models: plain serde types, one file per API group. Field names are the API's.
//!
//! Absent numbers are zero and absent booleans false, because the API is written with Go's `omitempty`;
//! where absence means something else the field is an `Option`. Models hold no positions: evidence is
//! named by a route and resolved in the object's tree.

pub mod agent;
pub mod apps;
mod connection;
pub mod core;
pub mod dhcp;
mod event;
pub mod fabricator;
pub mod gateway;
mod links;
mod meta;
mod switch_hardware;
mod switch_state;
mod time;
pub mod vpc;
pub mod wiring;

pub use event::{Event, EventSeries, EventSource, ObjectReference};
pub use meta::{Condition, Meta, OwnerReference};
pub use time::{Time, parse_duration};

#[cfg(test)]
mod bundle_tests;
