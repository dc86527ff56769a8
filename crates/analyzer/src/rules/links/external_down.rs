//! The link to an external is down.

use std::collections::{BTreeMap, BTreeSet};

use super::attached::Attached;
use super::down;
use super::ends::{self, End};
use crate::facts::{Context, ExternalAttachment, FabricLink, Topology};
use crate::finding::{Key, Severity};
use crate::model::wiring::ConnectionKind;
use crate::rule::{Domain, Meta, Order, Outcome, Rule, Source};
use crate::rules::relations::EXTERNAL_LINK;

/// See the metadata.
#[derive(Debug)]
pub(super) struct ExternalLinkDown;

static META: Meta = Meta {
    id: "external-link-down",
    reference: &["LINK-204"],
    title: "The link to an external is down",
    severities: &[Severity::Error, Severity::Info],
    needs: &[Source::Agents],
    uses: &[Source::Connections, Source::CaptureTime, Source::ExternalAttachments],
    explanation: "\
Looks at the switch port of every Connection of type `external` and `staticExternal`. The far end is not part of the \
fabric, so the switch's end alone is searched for the reason.

## Why it matters

Traffic to and from the external takes another attachment, or is lost.

## Not a fault

- a Connection without ExternalAttachment: prepared, not in use (`info`)
- a switch whose heartbeat is older than 180 s: its state is a snapshot and is not judged

## What to do

Look at the module and the cable, and ask the operator of the far end.",
    explains: EXTERNAL_LINK,
    order: Order::Wiring,
};

impl Rule for ExternalLinkDown {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn domain(&self) -> Domain {
        Domain::Fabric
    }

    fn check(&self, cx: &Context<'_>, out: &mut Outcome) {
        let topology = cx.topology();
        let kinds = [ConnectionKind::External, ConnectionKind::StaticExternal];
        let links: Vec<_> = topology.links.iter().filter(|link| kinds.contains(&link.kind)).collect();
        if links.is_empty() {
            return;
        }
        let attached = Attached::externals(cx);
        let lost = lost_externals(cx, &topology);
        for link in links {
            let ends = ends::ends(cx, link);
            let part = || link.subject().part(link.words());
            if let Some(why) = ends::untold(&ends) {
                ends::say_untold(out, part(), why);
            } else if !ends.iter().any(End::is_down) {
                out.pass();
            } else if let Some(end) = ends.iter().find(|end| end.is_pending()) {
                out.cannot_tell(part(), format!("{} has not applied its newest configuration yet", end.end.device));
            } else {
                report(cx, out, link, &ends, &attached, &lost);
            }
        }
    }
}

/// Externals of which every attachment is on a link that is down, by such a Connection.
fn lost_externals<'b>(cx: &Context<'b>, topology: &Topology<'b>) -> BTreeMap<&'b str, BTreeSet<&'b str>> {
    let mut down = BTreeSet::new();
    for link in topology.links.iter().filter(|link| link.kind == ConnectionKind::External) {
        if ends::is_down(cx, link) {
            down.insert(link.connection);
        }
    }
    let mut by_external: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for attachment in cx.list::<ExternalAttachment>() {
        by_external.entry(&attachment.spec.external).or_default().push(&attachment.spec.connection);
    }
    let mut lost: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    if cx.complete::<ExternalAttachment>() {
        for (external, connections) in by_external {
            if connections.iter().all(|connection| down.contains(connection)) {
                for connection in connections {
                    lost.entry(connection).or_default().insert(external);
                }
            }
        }
    }
    lost
}

fn report(
    cx: &Context<'_>,
    out: &mut Outcome,
    link: &FabricLink<'_>,
    ends: &[End<'_>],
    attached: &Attached<'_>,
    lost: &BTreeMap<&str, BTreeSet<&str>>,
) {
    let mut reasons = ends::reasons(ends, link.kind);
    // Static routes need no attachment.
    let used = link.kind == ConnectionKind::StaticExternal
        || attached.is_attached(link.connection, link.link.a.device) == Some(true);
    // The agent enables every port of a Connection: one that is shut is a fault in any case.
    let shut = reasons.iter().any(|shown| matches!(shown.sign.reference, "LINK-205" | "LINK-207"));
    let severity = if used || shut { Severity::Error } else { Severity::Info };
    let title = format!("link {} to an external is down{}", link.words(), down::because(&reasons));
    let part = down::blamed(ends, &reasons);
    let evidence = down::proof(cx, ends, &mut reasons);
    let attachments: Vec<&str> = attached.of(link.connection).collect();
    let detail = match (attachments.as_slice(), link.kind) {
        (_, ConnectionKind::StaticExternal) => "The static routes over this link do not work.".to_owned(),
        ([], _) => "No ExternalAttachment uses the Connection: nothing is lost yet.".to_owned(),
        (names, _) => format!("Attachment {} uses it: its session and its routes are lost.", names.join(", ")),
    };
    let externals = lost.get(link.connection).into_iter().flatten();
    let finding = out
        .finding(severity, link.subject().part(part), title)
        .detail(detail)
        .evidences(evidence)
        .evidence(link.evidence(&["switch", "port"], "the Connection names this port"))
        .keys(link.keys())
        .keys(attachments.iter().map(|name| Key::Attachment((*name).to_owned())))
        .keys(externals.map(|name| Key::Vpc(format!("ext.{name}"))));
    let finding = down::named(finding, "LINK-204", &reasons);
    out.report(down::steps(finding, link, ends, &reasons));
}

#[cfg(test)]
mod tests {
    use hh_worlds::World;

    use super::ExternalLinkDown;
    use crate::testing::said;

    fn down() -> World {
        World::healthy().small().set("Agent/leaf-02", "/status/state/interfaces/E1~16/oper", "down")
    }

    #[test]
    fn an_external_without_its_link() {
        let said = said(&ExternalLinkDown, &down());
        assert_eq!(said.lines(), ["error Connection/leaf-02--external (leaf-02/E1/6)"]);
        let finding = &said.findings[0];
        assert_eq!(finding.reference, ["LINK-204"]);
        assert_eq!(finding.evidence[0].field.as_deref(), Some("status.state.interfaces[\"E1/6\"].oper"));
        assert!(finding.detail.contains("leaf-02--external-01"));
    }

    #[test]
    fn prepared_links() {
        let bare = down().delete("ExternalAttachment/leaf-02--external-01").set(
            "Agent/leaf-02",
            "/spec/externalAttachments",
            hh_worlds::json!({}),
        );
        assert_eq!(said(&ExternalLinkDown, &bare).lines(), ["info Connection/leaf-02--external (leaf-02/E1/6)"]);
        let shut = bare.set("Agent/leaf-02", "/status/state/interfaces/E1~16/admin", "down");
        let said_of = said(&ExternalLinkDown, &shut);
        assert_eq!(said_of.findings[0].severity, "error");
        assert_eq!(said_of.findings[0].reference, ["LINK-204", "LINK-207"]);
    }

    #[test]
    fn looks_like_it() {
        for world in [World::healthy().small(), World::older().small()] {
            let said = said(&ExternalLinkDown, &world);
            assert_eq!((said.lines(), said.passed), (vec![], 1));
        }
        let old = down().set("Agent/leaf-02", "/status/lastHeartbeat", "2026-10-06T09:20:00Z");
        assert_eq!(said(&ExternalLinkDown, &old).not_checked.len(), 1);
    }
}
