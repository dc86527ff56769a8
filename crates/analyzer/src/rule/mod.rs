//! What a rule is: metadata, one `check` over the facts, and examples.

mod outcome;
mod registry;
mod runner;
mod source;

pub use outcome::{Outcome, Unchecked};
pub use registry::{registry, rule_by_name};
pub use runner::{RuleRun, run};
pub use source::{Source, SourceSet};

use crate::facts::Context;
use crate::finding::{KeyKind, Severity};

/// Metadata of a rule; the documentation page, `explain` and the JSON report are made from it.
#[derive(Debug, Clone, Copy)]
pub struct Meta {
    /// Kebab-case name of the problem; public and never reused.
    pub id: &'static str,
    /// Names in the references: the row (`GW-GEN-LAG`) and the seed statements (`S1`).
    pub reference: &'static [&'static str],
    /// One line.
    pub title: &'static str,
    /// Severities that the rule can give.
    pub severities: &'static [Severity],
    /// Without these the rule cannot judge: it is "not checked".
    pub needs: &'static [Source],
    /// Read where captured; makes the finding surer or its reason plainer.
    pub uses: &'static [Source],
    /// What the rule looks at, why it matters, and what looks like it and is healthy. Markdown.
    pub explanation: &'static str,
    /// What its findings can explain.
    pub explains: &'static [Relation],
    /// Place in the order that breaks ties between root causes (gateway reference 8.7).
    pub order: Order,
}

/// Order of layers that breaks ties, most basic first (gateway reference 8.7).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Order {
    /// Clocks.
    Clock,
    /// Nodes.
    Node,
    /// Switch hardware.
    Hardware,
    /// Pods.
    Pod,
    /// Heartbeats.
    Heartbeat,
    /// Controller and VPCInfo.
    Controller,
    /// Configuration.
    Configuration,
    /// FRR.
    Frr,
    /// Links, wiring and BGP.
    Wiring,
    /// Redundancy.
    Redundancy,
    /// Routes.
    Routes,
    /// VPCs, attachments and DHCP.
    Vpc,
    /// NAT and ACL.
    Nat,
    /// Drops.
    Drops,
    /// Counters and metrics.
    Counters,
}

/// "A finding of this rule explains findings with these names, if they share these keys."
#[derive(Debug, Clone, Copy)]
pub struct Relation {
    /// Reference names of the effects; `GW-HB-*` names a family.
    pub effects: &'static [&'static str],
    /// Kinds of keys that both findings must share, all of them.
    pub join: &'static [KeyKind],
}

impl Relation {
    /// True if an effect of this relation has one of these reference names.
    #[must_use]
    pub fn names(&self, reference: &[&'static str]) -> bool {
        self.effects.iter().any(|pattern| match pattern.strip_suffix('*') {
            Some(prefix) => reference.iter().any(|name| name.starts_with(prefix)),
            None => reference.contains(pattern),
        })
    }
}

/// Part of an installation that a rule looks at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Domain {
    /// Gateways.
    Gateway,
    /// Switches, their wiring, VPCs and the control plane.
    Fabric,
}

/// One named check over the facts.
pub trait Rule: Sync {
    /// Its metadata.
    fn meta(&self) -> &'static Meta;
    /// What a bundle must show for the rule to be worth a line where its sources are missing.
    fn domain(&self) -> Domain {
        Domain::Gateway
    }
    /// Looks at the facts and reports per subject: passed, finding, or not checked.
    fn check(&self, cx: &Context<'_>, out: &mut Outcome);
}
