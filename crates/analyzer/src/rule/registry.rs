//! The list of rules. One line per area here; one line per rule in the area's `mod.rs`.

use super::Rule;

/// All rules, sorted by id.
#[must_use]
pub fn registry() -> Vec<&'static dyn Rule> {
    let mut rules: Vec<&'static dyn Rule> = crate::rules::all().into_iter().flatten().copied().collect();
    rules.sort_by_key(|rule| rule.meta().id);
    rules
}

/// The rule with this id or reference name.
#[must_use]
pub fn rule_by_name(name: &str) -> Option<&'static dyn Rule> {
    let rules = registry();
    rules
        .iter()
        .find(|rule| rule.meta().id == name)
        .or_else(|| rules.iter().find(|rule| rule.meta().reference.iter().any(|r| r.eq_ignore_ascii_case(name))))
        .copied()
}
