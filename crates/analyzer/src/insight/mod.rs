//! What a report says beside its findings: when things happened, whom a root cause hurts, and what the bundle
//! holds.

mod coverage;
mod impact;
mod timeline;

pub use coverage::{Covered, State, coverage};
pub use impact::{Impact, Impacts, Loss, impacts};
pub use timeline::{Dated, timeline};
