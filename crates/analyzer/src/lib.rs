//! Offline analyzer for Hedgehog support bundles: bytes in, report out.
//!
//! The library is pure: it has no clock, environment, network, printing or process exit, and nothing that
//! it is given makes it panic. "Now" is the capture time of the bundle.
//!
//! [`open`] unpacks a bundle in memory, [`analyze`] makes the [`report::Report`], and [`render`] turns it
//! into text.
#![forbid(unsafe_code)]

mod analyze;
pub mod correlate;
pub mod decode;
pub mod docs;
pub mod facts;
pub mod finding;
pub mod ingest;
pub mod insight;
pub mod model;
mod options;
pub mod parse;
pub mod render;
pub mod report;
pub mod rule;
pub mod rules;
pub mod source;
#[cfg(test)]
mod testing;
pub mod validate;
pub mod yaml;

pub use analyze::{Analysis, Bundle, analyze, open};
pub use options::{Options, Symptom};
