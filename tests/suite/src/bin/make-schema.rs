//! Writes `docs/report.schema.json`: `cargo run -p hh-suite --bin make-schema`.

use std::path::Path;

fn main() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/report.schema.json");
    std::fs::write(path, hh_suite::schema()).expect("the schema");
}
