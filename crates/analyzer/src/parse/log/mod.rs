//! Logs of the fabric and the gateway: line dialects, the closed list of literals, and one pass over a
//! log that finds them and tells which of them are over.
//!
//! How the literals are meant: gateway reference 7, "How the log tables are meant".

mod ansi;
mod block;
mod context;
mod dialect;
mod hit;
mod json;
mod line;
mod literal;
pub mod literals;
mod over;
mod program;
mod scan;
mod stamp;
mod template;
mod wrapper;

pub use ansi::strip as strip_ansi;
pub use block::{Panic, block, panic_details};
pub use dialect::{Dialect, looks_like_log};
pub use hit::{Fold, Hit};
pub use line::{Level, LineInfo, parse_line};
pub use literal::{End, Ends, Join, Literal, Severity, Stream};
pub use scan::{LogScan, scan};
pub use stamp::LogTime;

#[cfg(test)]
mod tests;
