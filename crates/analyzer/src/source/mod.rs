//! Entries of a bundle, places in them, and problems found while reading them.
//!
//! Everything below works on byte spans of an entry's text. Lines and columns are computed late, by
//! [`Sources::locate`], and always name the outer file that the user has in hand.

mod entry;
mod line_index;
mod problem;
mod shared;
mod span;
mod text;

pub use entry::{Entry, EntryId, Location, Origin, Role, ScalarStyle, Sources};
pub use line_index::LineIndex;
pub use problem::{Problem, ProblemKind, ProblemLevel};
pub use shared::Text;
pub use span::{Place, Span};
pub use text::{binary_kind, decode, looks_binary};
