//! Offline analyzer for Hedgehog support bundles.
#![forbid(unsafe_code)]

pub mod model;
pub mod source;
pub mod validate;
pub mod yaml;
