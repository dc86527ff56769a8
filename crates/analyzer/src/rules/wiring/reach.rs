//! Whether the fabric reaches a gateway at all, for the rules about groups: the same judgement of its sessions.

use std::collections::BTreeMap;

use super::judgement::{Verdict, judge_all};
use crate::facts::Context;
use crate::finding::Evidence;

/// How the fabric reaches a gateway.
#[derive(Debug, Clone)]
pub(in crate::rules) enum Reach {
    /// A session is up.
    Some,
    /// None is, and that is certain.
    None(Option<Evidence>),
    /// It cannot be told.
    Unknown,
}

/// How the fabric reaches each gateway.
pub(in crate::rules) fn reach(cx: &Context<'_>) -> BTreeMap<String, Reach> {
    let judged = judge_all(cx).into_iter().map(|judged| {
        let reach = if judged.all_down() {
            let proof = judged.views.iter().flat_map(|view| view.evidence(judged.bgp.as_ref(), judged.name)).next();
            Reach::None(proof)
        } else if judged.views.iter().any(|view| matches!(view.verdict, Verdict::Up | Verdict::Disputed)) {
            Reach::Some
        } else {
            Reach::Unknown
        };
        (judged.name.to_owned(), reach)
    });
    judged.collect()
}
