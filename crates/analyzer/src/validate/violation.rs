//! What a recomputed rule reports.

use super::explain::{ObjectKind, explain, named_objects};
use super::prefix::Prefix;

/// The object that must be changed.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Subject {
    /// One peering.
    Peering(String),
    /// Two peerings that cannot both be there; which one completes the violation is decided by age.
    Peerings(String, String),
    /// The gateway itself.
    Gateway,
    /// Two devices with one address: names of gateways or switches.
    Devices(String, String),
    /// A VPC (or external, as `ext.<name>`).
    Vpc(String),
    /// A gateway group.
    Group(String),
}

/// One broken rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Violation {
    /// Row of gateway reference 3: `D18`, `P5`, `G7`, or `C:<name>` for a conversion error.
    pub id: &'static str,
    /// The text that the dataplane or webhook itself prints, without the log's wrapper words.
    pub text: String,
    /// One plain sentence.
    pub explanation: String,
    /// The object to change.
    pub subject: Subject,
    /// The VPCs concerned, sorted.
    pub vpcs: Vec<String>,
    /// Field path inside the checked spec.
    pub route: Vec<String>,
    /// Field path of the other half of a conflict, inside the same spec (webhook rules on two peerings: inside
    /// the other peering's spec).
    pub related_route: Option<Vec<String>>,
}

impl Violation {
    pub(crate) fn new(
        id: &'static str,
        subject: Subject,
        route: Vec<String>,
        text: impl Into<String>,
        explanation: impl Into<String>,
    ) -> Self {
        Self {
            id,
            text: text.into(),
            explanation: explanation.into(),
            subject,
            vpcs: Vec::new(),
            route,
            related_route: None,
        }
    }

    pub(crate) fn vpcs<'a>(mut self, vpcs: impl IntoIterator<Item = &'a str>) -> Self {
        self.vpcs = vpcs.into_iter().map(str::to_owned).collect();
        self.vpcs.sort();
        self.vpcs.dedup();
        self
    }

    pub(crate) fn related(mut self, route: Vec<String>) -> Self {
        self.related_route = Some(route);
        self
    }

    /// Whether the inner error of a log line is this violation: the same row of gateway reference 3 and no
    /// object in it that this violation does not concern.
    #[must_use]
    pub fn accounts_for(&self, inner: &str) -> bool {
        let Some(row) = explain(inner) else {
            return false;
        };
        if !row.covers(self.id) {
            return false;
        }
        let mine: Vec<Prefix> = prefixes(&self.text);
        let theirs = prefixes(inner);
        // Rows whose variable part prints a whole expose hold prefixes of which ours is one.
        let all = matches!(self.id, "D11" | "D16" | "D18");
        let meets = |p: &Prefix| mine.iter().any(|m| m.overlaps(p));
        let prefixes_fit = mine.is_empty()
            || theirs.is_empty()
            || if all { theirs.iter().all(meets) } else { theirs.iter().any(meets) };
        prefixes_fit
            && named_objects(inner).iter().all(|(kind, name)| match kind {
                ObjectKind::Peering | ObjectKind::Vpc | ObjectKind::Group | ObjectKind::Rule => {
                    self.names(name) || self.text.contains(name.as_str())
                }
                ObjectKind::Prefix | ObjectKind::Interface | ObjectKind::Address | ObjectKind::Rank => true,
            })
    }

    fn names(&self, name: &str) -> bool {
        self.vpcs.iter().any(|v| v == name)
            || match &self.subject {
                Subject::Peering(n) | Subject::Vpc(n) | Subject::Group(n) => n == name,
                Subject::Peerings(a, b) | Subject::Devices(a, b) => a == name || b == name,
                Subject::Gateway => false,
            }
    }
}

fn prefixes(text: &str) -> Vec<Prefix> {
    named_objects(text)
        .iter()
        .filter(|(kind, _)| *kind == ObjectKind::Prefix)
        .filter_map(|(_, name)| Prefix::parse(name))
        .collect()
}
