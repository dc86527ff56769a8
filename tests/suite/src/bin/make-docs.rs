//! Writes the generated documents below `docs/`: `cargo run -p hh-suite --bin make-docs`.

use std::path::Path;

fn main() -> std::io::Result<()> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let rules = root.join("docs/rules");
    if rules.exists() {
        // Pages of rules that are gone go too.
        std::fs::remove_dir_all(&rules)?;
    }
    std::fs::create_dir_all(&rules)?;
    for (path, text) in hh_suite::docs::pages() {
        std::fs::write(root.join(path), text)?;
    }
    Ok(())
}
