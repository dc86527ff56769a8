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

/// The statements of the gateway troubleshooting page, in our words.
pub const STATEMENTS: [(&str, &str); 22] = [
    ("S1", "A gateway runs its newest configuration when the applied generation equals the current one."),
    ("S2", "A gateway that does not report at all: its dataplane pod (1/1) or its FRR pod (2/2) does not run."),
    (
        "S3",
        "The pods of all gateways are listed in namespace `fab`; a listing by label may be empty on a healthy system.",
    ),
    ("S4", "Traffic between two VPCs needs a GatewayPeering, and the gateway must not have refused it."),
    ("S5", "The leaves hold routes to the peer whose next hop is the VTEP of the gateway."),
    ("S6", "Every BGP session of the gateway is established."),
    ("S7", "Counters per VPC and per peering show whether traffic reaches the gateway; zero means that it does not."),
    ("S8", "Traffic that works and then stops points at flows that expire: look at `idleTimeout`, use keepalives."),
    ("S9", "Failover needs healthy pods on both gateways."),
    ("S10", "Both gateways are members of the expected group, with the right priorities."),
    ("S11", "After a failover the leaves use the routes of the backup, whose BGP is up."),
    ("S12", "`status.lastAppliedGen` matches `metadata.generation`."),
    ("S13", "`status.state.frr.lastAppliedGen` matches `status.lastAppliedGen`."),
    ("S14", "`status.lastHeartbeat` moves; an old one means that the dataplane does not run or cannot be reached."),
    ("S15", "A neighbour that is `active` or `idle`: check cabling and addresses on both ends."),
    ("S16", "A session that was dropped before has flapped."),
    ("S17", "`state.vpcs` counts packets, bytes and drops of each VPC."),
    ("S18", "`state.peerings` counts each direction of a peering."),
    ("S19", "Drops come from a wrong peering or an exhausted NAT pool, most of the time."),
    ("S20", "No packets on an active peering: the traffic does not reach the gateway."),
    ("S21", "No drops on the gateway do not exclude loss elsewhere on the path."),
    ("S22", "The dataplane exports packets, bytes and their rates per VPC and per pair on port 9442 of its node."),
];

/// Statement → rules → bundles in which one of them fires: Markdown. `fires` holds, for each rule id, the
/// bundles in which it has a finding above `info`.
#[must_use]
pub fn statements_page(fires: &std::collections::BTreeMap<String, Vec<String>>) -> String {
    let mut page = String::from(
        "# The troubleshooting page as rules\n\nGenerated from the rules and the example bundles; do not edit.\n\n\
         | statement | in our words | rules | bundles in which one fires |\n|---|---|---|---|\n",
    );
    for (id, text) in STATEMENTS {
        let mut rules = Vec::new();
        let mut bundles = std::collections::BTreeSet::new();
        for rule in registry() {
            let meta = rule.meta();
            if meta.reference.contains(&id) {
                rules.push(format!("[{0}](rules/{0}.md)", meta.id));
                bundles.extend(fires.get(meta.id).into_iter().flatten().cloned());
            }
        }
        let bundles: Vec<String> = bundles.into_iter().collect();
        let _ = writeln!(page, "| {id} | {text} | {} | {} |", rules.join(", "), bundles.join(", "));
    }
    page
}
