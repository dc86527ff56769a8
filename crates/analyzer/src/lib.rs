//! Offline analyzer for Hedgehog support bundles.
#![forbid(unsafe_code)]

pub mod ingest;
pub mod model;
pub mod source;
pub mod yaml;
