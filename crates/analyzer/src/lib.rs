//! Offline analyzer for Hedgehog support bundles.
#![forbid(unsafe_code)]

pub mod model;
pub mod parse;
pub mod source;
pub mod yaml;
