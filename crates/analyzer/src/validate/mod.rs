//! The rules that the admission webhooks and the dataplane apply to gateway objects, recomputed from
//! captured specs (gateway reference 3 and 11.2). Pure functions over the models.

/// Builds a route (field path) from parts that print.
macro_rules! route {
    ($($part:expr),* $(,)?) => { vec![$($part.to_string()),*] };
}

pub mod acl;
pub mod dataplane;
pub mod explain;
pub mod expose;
pub mod mac;
pub mod names;
pub mod nat;
mod overlap;
pub mod ports;
pub mod prefix;
pub mod version;
mod violation;
pub mod webhook;

pub use violation::{Subject, Violation};
