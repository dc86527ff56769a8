//! Entries to objects, logs, outputs and metrics. Every reader meets here; rules never see a file.

mod attribute;
mod capture;
mod classify;
mod clock;
mod date;
mod dump;
mod expand;
mod gateways;
mod inventory;
mod known;
mod logs;
mod merge;
mod noise;
mod objects;
mod pipeline;
mod prefixed;
mod sectioned;
mod session;
mod switch_logs;
mod tables;

pub use classify::{Content, classify};
pub use known::Known;
pub use merge::{MergedObject, merge};
pub use pipeline::{Capture, Decoded, decode};
