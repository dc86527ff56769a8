mod ends;
mod gateway;
mod lines;
mod properties;
mod switches;

use super::{Literal, LogScan, Stream, scan};

/// Capture time of the examples.
pub(super) fn reference() -> jiff::Timestamp {
    "2026-10-06T09:41:17Z".parse().unwrap()
}

/// Scans with the capture time of the examples.
pub(super) fn read(text: &str, stream: Stream) -> LogScan {
    scan(text, stream, Some(reference()))
}

/// Ids of all hits.
pub(super) fn ids(text: &str, stream: Stream) -> Vec<&'static str> {
    read(text, stream).hits.iter().map(|hit| hit.literal.id).collect()
}

/// The only hit's fields.
pub(super) fn fields(text: &str, stream: Stream, literal: &'static Literal) -> Vec<(String, String)> {
    let found = read(text, stream);
    let hit = found.last(literal).unwrap_or_else(|| panic!("{} is not in {text}", literal.id));
    literal
        .field_names()
        .iter()
        .filter_map(|name| Some(((*name).to_owned(), hit.field(text, name)?.into_owned())))
        .collect()
}
