//! The worlds of the example bundles, one function a bundle, by the points of the troubleshooting page.
//!
//! Each is the healthy installation, changed as it would be changed in reality: in the status, the
//! pods, the logs, the command outputs, the events and on the switches.

pub mod configuration;
pub mod healthy;
pub mod leaves;
pub mod liveness;
pub mod metrics;
pub mod nat;
mod parts;
pub mod peering;
pub mod redundancy;
pub mod traffic;
pub mod wiring;

pub use parts::*;
