//! Documentation generated from the rules themselves.

use std::fmt::Write;

use crate::rule::{Meta, registry};

/// The page of a rule: Markdown, also what `explain` prints.
#[must_use]
pub fn rule_page(meta: &Meta) -> String {
    let mut page = format!("# {}\n\n{}\n\n", meta.id, meta.title);
    let severities: Vec<&str> = meta.severities.iter().map(|severity| severity.name()).collect();
    let _ = writeln!(page, "- Names in the references: {}", meta.reference.join(", "));
    let _ = writeln!(page, "- Severity: {}", severities.join(", "));
    let list = |sources: &[crate::rule::Source]| -> String {
        sources.iter().map(|source| source.title()).collect::<Vec<_>>().join(", ")
    };
    if !meta.needs.is_empty() {
        let _ = writeln!(page, "- Needs: {}", list(meta.needs));
    }
    if !meta.uses.is_empty() {
        let _ = writeln!(page, "- Also reads: {}", list(meta.uses));
    }
    let _ = writeln!(page, "\n{}", meta.explanation.trim());
    if !meta.explains.is_empty() {
        page.push_str("\n## What it can explain\n\n");
        for relation in meta.explains {
            let joins: Vec<&str> = relation.join.iter().map(|kind| kind.words()).collect();
            let _ = writeln!(page, "- {} ({})", relation.effects.join(", "), joins.join(", "));
        }
    }
    if !(meta.needs.is_empty() && meta.uses.is_empty()) {
        page.push_str("\n## How to collect what it reads\n\n");
        for source in meta.needs.iter().chain(meta.uses) {
            let _ = writeln!(page, "- {}: `{}`", source.title(), source.collect());
        }
    }
    page
}

/// The list of all rules: Markdown.
#[must_use]
pub fn rule_index() -> String {
    let mut page = String::from(
        "# Rules\n\nGenerated from the rules; do not edit.\n\n| rule | names in the references | what |\n|---|---|---|\n",
    );
    for rule in registry() {
        let meta = rule.meta();
        let _ = writeln!(
            page,
            "| [{0}]({0}.md) | {1} | {2} |",
            meta.id,
            meta.reference.join(", "),
            meta.title.replace('|', "\\|")
        );
    }
    page
}
