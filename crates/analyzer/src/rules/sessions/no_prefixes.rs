//! An established BGP session of a switch brings no routes.

use std::collections::BTreeSet;

use super::fold::{Group, fold};
use super::view::{self, Fabric};
use crate::facts::{
    Agent, Context, EndView, FabricSession, FabricSessionKind, GatewayPeering, SessionEnd, session_time,
};
use crate::finding::{Confidence, Finding, Key, KeyKind, Severity};
use crate::rule::{Domain, Meta, Order, Outcome, Relation, Rule, Source};

/// See the metadata.
#[derive(Debug)]
pub(super) struct NoPrefixes;

static META: Meta = Meta {
    id: "switch-no-prefixes",
    reference: &["BGP-408"],
    title: "An established BGP session of a switch brings no routes",
    severities: &[Severity::Warning],
    needs: &[Source::Agents],
    uses: &[
        Source::CaptureTime,
        Source::Connections,
        Source::Switches,
        Source::SwitchProfiles,
        Source::Externals,
        Source::ExternalAttachments,
        Source::Gateways,
        Source::GatewayAgents,
        Source::GatewayGroups,
        Source::GatewayPeerings,
        Source::Nodes,
        Source::Pods,
        Source::Fabricator,
    ],
    explanation: "\
Looks at established sessions that carry the routes of VPCs and Externals: `L2VPN_EVPN` between loopbacks and with \
gateways, `IPV4_UNICAST` with Externals. `rec` 0 is a warning where the other side has something to announce. \
`recPre` above 0 with an External: the routes come in and are filtered, mostly by `inboundCommunity`.

## Why it matters

The session looks healthy, and what is behind it is not reachable.

## Not a fault

- sessions over `fabric` and `mesh` links carry IPv4 only
- a fabric without VPCs, a leaf without attachments, a gateway that serves no peering: there is nothing to announce
- a session that came up within the last two minutes, or that has no counters

## What to do

With an External compare `inboundCommunity` with what it sends; between switches see what the other end announces.",
    explains: &[Relation { effects: &["GW-EXT-NOROUTE"], join: &[KeyKind::Vpc] }],
    order: Order::Wiring,
};

impl Rule for NoPrefixes {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn domain(&self) -> Domain {
        Domain::Fabric
    }

    fn check(&self, cx: &Context<'_>, out: &mut Outcome) {
        let fabric = Fabric::of(cx);
        let announcers = announcers(cx);
        let mut loopbacks = Vec::new();
        for session in fabric.sessions.all.iter().filter(|session| session.is_up()) {
            let barren = match session.kind {
                FabricSessionKind::Link => continue,
                FabricSessionKind::Loopback => {
                    let barren = session.ends().any(|end| is_barren(cx, end, session.kind))
                        && session.ends().all(|end| {
                            !is_barren(cx, end, session.kind) || announces(&fabric, &announcers, session, end)
                        });
                    loopbacks.push((session, barren));
                    barren
                }
                FabricSessionKind::Gateway => {
                    let barren = is_barren(cx, &session.near, session.kind) && serves(cx, session.peer);
                    if barren {
                        out.report(gateway(out, session));
                    }
                    barren
                }
                FabricSessionKind::External => {
                    let barren = is_barren(cx, &session.near, session.kind);
                    if barren {
                        out.report(external(cx, out, session));
                    }
                    barren
                }
            };
            if !barren {
                out.pass();
            }
        }
        for group in fold(&fabric, &loopbacks) {
            out.report(loopback(cx, out, &group));
        }
    }
}

fn family(kind: FabricSessionKind) -> &'static str {
    if kind == FabricSessionKind::External { "IPV4_UNICAST" } else { "L2VPN_EVPN" }
}

/// True if the end is up for two minutes, counts prefixes and has accepted none.
fn is_barren(cx: &Context<'_>, end: &SessionEnd<'_>, kind: FabricSessionKind) -> bool {
    let Some(entry) = end.entry.filter(|entry| end.view == EndView::Up && !entry.prefixes.is_empty()) else {
        return false;
    };
    let young = cx.age_of(session_time(entry.last_estab)).is_some_and(|age| !age.over(120));
    !young && entry.prefixes.get(family(kind)).is_none_or(|count| count.rec == 0)
}

/// Leaves that have VPCs or Externals.
fn announcers<'b>(cx: &Context<'b>) -> BTreeSet<&'b str> {
    let has = |agent: &&crate::facts::Object<Agent>| {
        let spec = &agent.spec;
        !spec.vpc_attachments.is_empty() || !spec.attached_vpcs.is_empty() || !spec.external_attachments.is_empty()
    };
    cx.list::<Agent>().iter().filter(has).map(|agent| agent.name()).collect()
}

/// True if the other side of this end has something to announce: a leaf what is attached to it, a spine what any
/// other leaf has.
fn announces(
    fabric: &Fabric<'_>,
    announcers: &BTreeSet<&str>,
    session: &FabricSession<'_>,
    end: &SessionEnd<'_>,
) -> bool {
    let other = if end.switch == session.near.switch { session.peer } else { session.near.switch };
    announcers.contains(other)
        || (fabric.is_spine(other) && announcers.iter().any(|leaf| *leaf != end.switch && *leaf != other))
}

/// True if a peering is in a group that the gateway is a member of.
fn serves(cx: &Context<'_>, name: &str) -> bool {
    let Some(gateway) = cx.gateway(name).filter(|gateway| !gateway.is_new() && !gateway.is_25_05()) else {
        return false;
    };
    let groups: BTreeSet<String> = gateway.groups().into_iter().map(|(group, _)| group).collect();
    cx.list::<GatewayPeering>()
        .iter()
        .any(|peering| groups.contains(peering.spec.group()) && cx.object_age(peering).is_none_or(|age| age.over(120)))
}

fn prove(finding: Finding, end: &SessionEnd<'_>, kind: FabricSessionKind) -> Finding {
    let family = family(kind);
    let came = end.entry.and_then(|entry| entry.prefixes.get(family)).is_some_and(|count| count.rec_pre > 0);
    let note = format!("routes that {} accepted", end.switch);
    let mut finding = finding.evidences(end.evidence(&["prefixes", family, "rec"], note));
    if came {
        finding = finding.evidences(end.evidence(&["prefixes", family, "recPre"], "routes that came in"));
    }
    finding.evidences(end.evidence(&["state"], "the session is up"))
}

fn loopback(cx: &Context<'_>, out: &Outcome, group: &Group<'_, '_>) -> Finding {
    let kind = FabricSessionKind::Loopback;
    let words: Vec<String> = group.sessions.iter().map(|session| session.words()).collect();
    let (subject, title) = match (group.device, group.sessions.first()) {
        (Some(device), _) => {
            let title = format!("none of the {} EVPN sessions of {device} brings routes", words.len());
            (view::switch_subject(cx, device), title)
        }
        (None, Some(session)) => {
            let end = view::blamed(cx, session, |end| is_barren(cx, end, kind));
            let other = if end.switch == session.near.switch { session.peer } else { session.near.switch };
            (end.subject(), format!("{} gets no EVPN route from {other} ({})", end.switch, end.neighbour))
        }
        (None, None) => (view::switch_subject(cx, ""), String::new()),
    };
    let mut finding = out.finding(Severity::Warning, subject, title).confidence(Confidence::Likely).detail(format!(
        "The sessions are established and carry no route of a VPC: {}. Leaves have VPCs attached, so there should be \
         some.",
        words.join("; ")
    ));
    for session in &group.sessions {
        for end in session.ends().filter(|end| is_barren(cx, end, kind)) {
            finding = prove(finding, end, kind);
        }
        finding = finding.keys(session.keys());
    }
    view::inspect(finding, &view::switches(&group.sessions))
}

fn gateway(out: &Outcome, session: &FabricSession<'_>) -> Finding {
    let (switch, gateway) = (session.near.switch, session.peer);
    let title = format!("{switch} gets no EVPN route from {gateway} ({})", session.near.neighbour);
    let finding = out
        .finding(Severity::Warning, session.near.subject(), title)
        .confidence(Confidence::Likely)
        .detail(format!("{gateway} serves peerings and announces none of their routes over this session."));
    prove(finding, &session.near, session.kind)
        .evidences(view::link_evidence(session))
        .keys(session.keys())
        .run("see the session", format!("kubectl fabric inspect bgp --switch-name {switch}"))
        .run(
            "see what the gateway announces",
            format!("kubectl exec -n fab ds/gw--{gateway}--frr -c frr -- vtysh -c \"show running-config\""),
        )
}

fn external(cx: &Context<'_>, out: &Outcome, session: &FabricSession<'_>) -> Finding {
    let (switch, external) = (session.near.switch, session.peer);
    let counts = session.near.entry.and_then(|entry| entry.prefixes.get(family(session.kind)));
    let filtered = counts.is_some_and(|count| count.rec_pre > 0);
    let (title, detail, sure) = if filtered {
        (
            format!("{switch} filters every route from {external} ({})", session.near.neighbour),
            "Routes come in and none is accepted: they do not have the External's `inboundCommunity`, or its IPv4 \
             namespace does not hold them.",
            Confidence::Certain,
        )
    } else {
        (
            format!("{switch} gets no route from {external} ({})", session.near.neighbour),
            "The session is established and the other side sends nothing.",
            Confidence::Likely,
        )
    };
    let finding = out.finding(Severity::Warning, session.near.subject(), title).confidence(sure).detail(detail);
    prove(finding, &session.near, session.kind)
        .evidences(view::attachment_evidence(cx, session))
        .keys(session.keys())
        .key(Key::Vpc(format!("ext.{external}")))
        .run("see the session", format!("kubectl fabric inspect bgp --switch-name {switch}"))
        .run("see the filter", format!("kubectl get external {external} -o yaml"))
}

#[cfg(test)]
mod tests {
    use hh_worlds::{World, json};

    use super::NoPrefixes;
    use crate::testing::said;

    fn counts(world: World, switch: &str, session: &str, counts: hh_worlds::Value) -> World {
        let at = format!("/status/state/bgpNeighbors/{session}/prefixes");
        world.set(&format!("Agent/{switch}"), &at, counts)
    }

    #[test]
    fn loopback_gateway_and_external() {
        for (switch, session, family) in [
            ("leaf-01", "default/172.30.8.0", "L2VPN_EVPN"),
            ("leaf-02", "default/172.30.128.15", "L2VPN_EVPN"),
            ("leaf-02", "VrfEexternal-01/100.100.20.6", "IPV4_UNICAST"),
        ] {
            let world = counts(World::healthy().small(), switch, session, json!({family: {"rec": 0, "sent": 7}}));
            let said = said(&NoPrefixes, &world);
            let address = session.split('/').nth(1).unwrap();
            assert_eq!(said.lines(), [format!("warning Agent/{switch} ({address})")]);
            assert_eq!(said.findings[0].evidence[0].value.as_deref(), Some("0"));
        }
    }

    #[test]
    fn a_filter_is_named() {
        let external = json!({"IPV4_UNICAST": {"recPre": 12, "sent": 1}});
        let world = counts(World::healthy().small(), "leaf-02", "VrfEexternal-01/100.100.20.6", external);
        let said = said(&NoPrefixes, &world);
        assert!(said.findings[0].title.contains("filters") && said.findings[0].detail.contains("inboundCommunity"));
    }

    #[test]
    fn looks_like_it() {
        assert_eq!(said(&NoPrefixes, &World::healthy().small()).passed, 7);
        let none =
            || counts(World::healthy().small(), "leaf-01", "default/172.30.8.0", json!({"L2VPN_EVPN": {"sent": 2}}));
        // No counters at all.
        let bare = counts(World::healthy().small(), "leaf-01", "default/172.30.8.0", json!({}));
        assert!(said(&NoPrefixes, &bare).findings.is_empty());
        // Links carry IPv4 only.
        let link =
            counts(World::healthy().small(), "leaf-01", "default/172.30.128.0", json!({"IPV4_UNICAST": {"sent": 2}}));
        assert!(said(&NoPrefixes, &link).findings.is_empty());
        // No other leaf has anything.
        let empty = json!({});
        let fresh = none()
            .set("Agent/leaf-02", "/spec/vpcAttachments", empty.clone())
            .set("Agent/leaf-02", "/spec/attachedVPCs", empty.clone())
            .set("Agent/leaf-02", "/spec/externalAttachments", empty);
        assert!(said(&NoPrefixes, &fresh).findings.is_empty());
        // Only just up.
        let at = "/status/state/bgpNeighbors/default/172.30.8.0/lastEstab";
        assert!(said(&NoPrefixes, &none().set("Agent/leaf-01", at, "2026-10-06T09:40:30Z")).findings.is_empty());
        // A gateway that serves nothing.
        let gateway = json!({"L2VPN_EVPN": {"sent": 2}});
        let idle =
            counts(World::healthy().small(), "leaf-02", "default/172.30.128.15", gateway).without("GatewayPeering");
        assert!(said(&NoPrefixes, &idle).findings.is_empty());
    }
}
