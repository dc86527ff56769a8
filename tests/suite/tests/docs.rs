//! The generated documents are what the rules say.

use std::collections::BTreeSet;
use std::path::Path;

#[test]
fn generated_documents_are_current() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let pages = hh_suite::docs::pages();
    let stale: Vec<&String> = pages
        .iter()
        .filter(|(path, text)| std::fs::read_to_string(root.join(path)).ok().as_ref() != Some(text))
        .map(|(path, _)| path)
        .collect();
    assert!(stale.is_empty(), "run `cargo run -p hh-suite --bin make-docs`: {stale:?}");
    let there: BTreeSet<String> = std::fs::read_dir(root.join("docs/rules"))
        .expect("docs/rules")
        .map(|entry| format!("docs/rules/{}", entry.expect("an entry").file_name().to_string_lossy()))
        .collect();
    let made: BTreeSet<String> = pages.into_keys().filter(|path| path.starts_with("docs/rules/")).collect();
    assert_eq!(there, made);
}

#[test]
fn explanations_have_their_headings() {
    for rule in hh_analyzer::rule::registry() {
        let meta = rule.meta();
        for heading in ["## Why it matters", "## Not a fault", "## What to do"] {
            assert!(meta.explanation.contains(heading), "{}: {heading} is missing", meta.id);
        }
    }
}
