//! The generated documents: a page per rule, their index, the statements, the JSON Schema.

use std::collections::BTreeMap;

use hh_analyzer::{docs, rule};

use crate::expect;
use crate::load::{bundles_dir, input_of_path, run};

/// All generated documents: path in the repository to text.
#[must_use]
pub fn pages() -> BTreeMap<String, String> {
    let mut pages: BTreeMap<String, String> = rule::registry()
        .into_iter()
        .map(|rule| (format!("docs/rules/{}.md", rule.meta().id), docs::rule_page(rule.meta())))
        .collect();
    pages.insert("docs/rules/index.md".into(), docs::rule_index());
    pages.insert("docs/statements.md".into(), docs::statements_page(&fires()));
    pages.insert("docs/report.schema.json".into(), schema());
    pages
}

/// JSON Schema of the report, as text.
#[must_use]
pub fn schema() -> String {
    serde_json::to_string_pretty(&hh_analyzer::report::schema()).unwrap_or_default() + "\n"
}

/// Rule id to the bundles in which it has a finding above `info`.
fn fires() -> BTreeMap<String, Vec<String>> {
    let root = bundles_dir();
    let mut fires: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (_, expectation) in expect::all(&root) {
        for bundle in &expectation.bundles {
            for case in &expectation.cases {
                let analysis = run(input_of_path(&root.join(bundle)), &case.options());
                for finding in analysis.report.findings.iter().filter(|finding| finding.severity != "info") {
                    let bundles = fires.entry(finding.rule.clone()).or_default();
                    if !bundles.contains(bundle) {
                        bundles.push(bundle.clone());
                    }
                }
            }
        }
    }
    fires
}
