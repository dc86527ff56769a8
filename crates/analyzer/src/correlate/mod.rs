//! Which finding explains which: the declared relations of the rules, each through its join.

use std::collections::{BTreeMap, BTreeSet};

use crate::finding::{Finding, Key, KeyKind, Severity};
use crate::rule::{Meta, Relation};

/// The explanation graph over a list of findings.
#[derive(Debug, Default)]
pub struct Graph {
    /// For each finding: the findings that explain it directly.
    pub caused_by: Vec<Vec<usize>>,
    /// For each finding: the findings that it explains, directly or through others.
    pub explains: Vec<Vec<usize>>,
    /// Findings of warning or above that nothing explains, most important first.
    pub roots: Vec<usize>,
}

/// Builds the graph. `metas` gives each finding's rule.
///
/// A relation holds only where the cause stands (warning or above; gateway reference 8, "Stands") and
/// the two findings share a key of every kind that the relation joins on. In a cycle the edge against
/// the order of layers is dropped, so that every cycle has a source.
#[must_use]
pub fn correlate(findings: &[Finding], metas: &[&'static Meta]) -> Graph {
    let count = findings.len();
    let mut caused_by = vec![Vec::new(); count];
    let by_rank = |index| rank(findings, metas, index);
    let edges = edges(findings, metas);
    let mut kept = acyclic(count, &edges.plain, &by_rank);
    let explained: BTreeSet<usize> = kept.iter().map(|(_, effect)| *effect).collect();
    kept.extend(edges.unexplained.into_iter().filter(|(cause, _)| !explained.contains(cause)));
    for (cause, effect) in acyclic(count, &kept, &by_rank) {
        if let Some(causes) = caused_by.get_mut(effect) {
            causes.push(cause);
        }
    }
    for causes in &mut caused_by {
        causes.sort_unstable();
        causes.dedup();
    }
    let explains = closure(&caused_by);
    let mut roots: Vec<usize> = (0..count)
        .filter(|index| {
            findings.get(*index).is_some_and(|finding| finding.severity >= Severity::Warning)
                && caused_by.get(*index).is_some_and(Vec::is_empty)
        })
        .collect();
    roots.sort_by(|a, b| {
        let weight = |index: usize| {
            let finding = findings.get(index);
            (
                std::cmp::Reverse(finding.map(|f| f.severity)),
                std::cmp::Reverse(explains.get(index).map_or(0, |all: &Vec<usize>| {
                    all.iter().filter(|e| findings.get(**e).is_some_and(|f| f.severity >= Severity::Warning)).count()
                })),
                std::cmp::Reverse(finding.map(|f| f.confidence)),
            )
        };
        weight(*a).cmp(&weight(*b)).then_with(|| rank(findings, metas, *a).cmp(&rank(findings, metas, *b)))
    });
    Graph { caused_by, explains, roots }
}

/// Order of layers, then the finding's own total order.
fn rank<'f>(
    findings: &'f [Finding],
    metas: &[&'static Meta],
    index: usize,
) -> (Option<crate::rule::Order>, Option<(&'static str, &'f crate::finding::Subject)>) {
    (metas.get(index).map(|meta| meta.order), findings.get(index).map(|finding| (finding.rule, &finding.subject)))
}

/// Pairs (cause, effect) whose relation and join hold.
struct Edges {
    /// Those that hold whatever explains the cause.
    plain: Vec<(usize, usize)>,
    /// Those that hold only while nothing explains the cause.
    unexplained: Vec<(usize, usize)>,
}

/// All pairs whose relation and join hold.
fn edges(findings: &[Finding], metas: &[&'static Meta]) -> Edges {
    // Findings that have a key, so that joins need no search over all pairs.
    let mut by_key: BTreeMap<&Key, Vec<usize>> = BTreeMap::new();
    for (index, finding) in findings.iter().enumerate() {
        for key in &finding.keys {
            by_key.entry(key).or_default().push(index);
        }
    }
    let (mut plain, mut unexplained) = (BTreeSet::new(), BTreeSet::new());
    for (cause, finding) in findings.iter().enumerate() {
        if finding.severity < Severity::Warning {
            continue;
        }
        let Some(meta) = metas.get(cause) else { continue };
        for relation in meta.explains {
            let conditional = relation.join.contains(&KeyKind::Unexplained);
            let edges = if conditional { &mut unexplained } else { &mut plain };
            for effect in joined(finding, relation, findings, &by_key) {
                if effect != cause && findings.get(effect).is_some_and(|f| relation.names(&f.reference)) {
                    edges.insert((cause, effect));
                }
            }
        }
    }
    for (effect, finding) in findings.iter().enumerate() {
        for cause in finding.yields_to.iter().flat_map(|key| by_key.get(key).into_iter().flatten()) {
            let stands = findings.get(*cause).is_some_and(|other| {
                other.severity >= Severity::Warning && other.rule != finding.rule && other.yields_to.is_empty()
            });
            if stands {
                plain.insert((*cause, effect));
            }
        }
    }
    Edges { plain: plain.into_iter().collect(), unexplained: unexplained.into_iter().collect() }
}

/// Findings that share with `cause` a key of every kind of the relation's join.
fn joined(
    cause: &Finding,
    relation: &Relation,
    findings: &[Finding],
    by_key: &BTreeMap<&Key, Vec<usize>>,
) -> BTreeSet<usize> {
    let mut kinds = relation.join.iter().filter(|kind| **kind != KeyKind::Unexplained);
    let Some(first) = kinds.next() else {
        return (0..findings.len()).collect();
    };
    let mut shared: BTreeSet<usize> = cause
        .keys
        .iter()
        .filter(|key| key.kind() == *first)
        .flat_map(|key| by_key.get(key).into_iter().flatten().copied())
        .collect();
    for kind in kinds {
        shared.retain(|index| {
            findings
                .get(*index)
                .is_some_and(|effect| cause.keys.iter().any(|key| key.kind() == *kind && effect.keys.contains(key)))
        });
    }
    shared
}

/// Drops the edges that close a cycle: edges are taken from the causes that are most basic on, and one
/// is left out if its effect already (indirectly) explains its cause.
fn acyclic<R: Ord>(count: usize, edges: &[(usize, usize)], rank: &dyn Fn(usize) -> R) -> Vec<(usize, usize)> {
    let mut ordered = edges.to_vec();
    ordered.sort_by(|a, b| rank(a.0).cmp(&rank(b.0)).then(a.cmp(b)));
    let mut forward: Vec<Vec<usize>> = vec![Vec::new(); count];
    let mut kept = Vec::new();
    for (cause, effect) in ordered {
        if reaches(&forward, effect, cause) {
            continue;
        }
        if let Some(effects) = forward.get_mut(cause) {
            effects.push(effect);
        }
        kept.push((cause, effect));
    }
    kept
}

fn reaches(forward: &[Vec<usize>], from: usize, to: usize) -> bool {
    let mut seen = BTreeSet::from([from]);
    let mut stack = vec![from];
    while let Some(node) = stack.pop() {
        if node == to {
            return true;
        }
        for next in forward.get(node).into_iter().flatten() {
            if seen.insert(*next) {
                stack.push(*next);
            }
        }
    }
    false
}

/// Everything below each finding.
fn closure(caused_by: &[Vec<usize>]) -> Vec<Vec<usize>> {
    let mut forward: Vec<Vec<usize>> = vec![Vec::new(); caused_by.len()];
    for (effect, causes) in caused_by.iter().enumerate() {
        for cause in causes {
            if let Some(effects) = forward.get_mut(*cause) {
                effects.push(effect);
            }
        }
    }
    (0..caused_by.len())
        .map(|start| {
            let mut seen = BTreeSet::new();
            let mut stack = vec![start];
            while let Some(node) = stack.pop() {
                for next in forward.get(node).into_iter().flatten() {
                    if seen.insert(*next) {
                        stack.push(*next);
                    }
                }
            }
            seen.into_iter().collect()
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::finding::{Confidence, Subject};
    use crate::rule::Order;

    #[test]
    fn generic_signs_give_way_to_what_is_wrong_with_their_object() {
        let pod = Key::Pod("fab".into(), "zot".into());
        let cause = finding("B-POD", Severity::Error, std::slice::from_ref(&pod));
        let mut sign = finding("E-EVENT", Severity::Warning, &[]);
        sign.yields_to.insert(pod.clone());
        let graph = correlate(&[cause.clone(), sign.clone()], &[&POD, &HA]);
        assert_eq!((graph.roots, graph.caused_by), (vec![0], vec![vec![], vec![0]]));
        // A note explains nothing, and two signs do not explain each other.
        let note = finding("B-POD", Severity::Info, std::slice::from_ref(&pod));
        assert_eq!(correlate(&[note, sign.clone()], &[&POD, &HA]).roots, [1]);
        sign.keys.insert(pod);
        assert_eq!(correlate(&[sign.clone(), sign], &[&POD, &HA]).roots.len(), 2);
    }

    const fn meta(id: &'static str, explains: &'static [Relation], order: Order) -> Meta {
        Meta {
            id,
            reference: &[],
            title: "",
            severities: &Severity::ALL,
            needs: &[],
            uses: &[],
            explanation: "",
            explains,
            order,
        }
    }

    fn finding(rule: &'static str, severity: Severity, keys: &[Key]) -> Finding {
        Finding {
            rule,
            reference: vec![rule],
            severity,
            confidence: Confidence::Certain,
            subject: Subject::new("Thing", "", rule),
            title: String::new(),
            detail: String::new(),
            evidence: Vec::new(),
            next_steps: Vec::new(),
            keys: keys.iter().cloned().collect(),
            yields_to: BTreeSet::new(),
        }
    }

    static NODE: Meta = meta("A-NODE", &[Relation { effects: &["B-*"], join: &[KeyKind::Gateway] }], Order::Node);
    static POD: Meta = meta("B-POD", &[Relation { effects: &["C-BGP"], join: &[KeyKind::Gateway] }], Order::Pod);
    static HEARTBEAT: Meta = meta(
        "B-HEARTBEAT",
        &[
            Relation { effects: &["C-BGP"], join: &[KeyKind::Gateway, KeyKind::Unexplained] },
            Relation { effects: &["D-HA"], join: &[KeyKind::Gateway] },
        ],
        Order::Heartbeat,
    );
    static HA: Meta = meta("D-HA", &[], Order::Redundancy);
    static BGP: Meta = meta("C-BGP", &[Relation { effects: &["B-POD"], join: &[KeyKind::Gateway] }], Order::Wiring);

    fn gw(name: &str) -> Key {
        Key::Gateway(name.into())
    }

    #[test]
    fn chain_has_one_root() {
        let findings = [
            finding("C-BGP", Severity::Error, &[gw("x")]),
            finding("B-POD", Severity::Critical, &[gw("x")]),
            finding("A-NODE", Severity::Critical, &[gw("x")]),
        ];
        let graph = correlate(&findings, &[&BGP, &POD, &NODE]);
        assert_eq!(graph.roots, [2]);
        assert_eq!(graph.caused_by, [vec![1], vec![2], vec![]]);
        assert_eq!(graph.explains[2], [0, 1]);
    }

    #[test]
    fn an_explained_cause_explains_less() {
        let all = [
            finding("B-HEARTBEAT", Severity::Error, &[gw("x")]),
            finding("C-BGP", Severity::Error, &[gw("x")]),
            finding("D-HA", Severity::Error, &[gw("x")]),
            finding("A-NODE", Severity::Critical, &[gw("x")]),
        ];
        let metas = [&HEARTBEAT, &BGP, &HA, &NODE];
        let alone = correlate(&all[..3], &metas[..3]);
        assert_eq!(alone.caused_by, [vec![], vec![0], vec![0]]);
        let explained = correlate(&all, &metas);
        assert_eq!(explained.caused_by, [vec![3], vec![], vec![0], vec![]]);
        assert_eq!(explained.roots, [3, 1]);
    }

    #[test]
    fn join_must_hold_and_info_explains_nothing() {
        let findings = [
            finding("B-POD", Severity::Critical, &[gw("x")]),
            finding("A-NODE", Severity::Critical, &[gw("y")]),
            finding("A-NODE", Severity::Info, &[gw("x")]),
        ];
        let graph = correlate(&findings, &[&POD, &NODE, &NODE]);
        assert_eq!(graph.roots, [1, 0]);
    }

    #[test]
    fn a_cycle_keeps_the_more_basic_cause() {
        let findings = [finding("C-BGP", Severity::Error, &[gw("x")]), finding("B-POD", Severity::Error, &[gw("x")])];
        let graph = correlate(&findings, &[&BGP, &POD]);
        assert_eq!(graph.roots, [1]);
        assert_eq!(graph.caused_by[0], [1]);
    }
}
