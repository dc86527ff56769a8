//! What the rules of this area share: sources, subjects, evidence, keys and next steps of a session.

use std::collections::{BTreeMap, BTreeSet};

use crate::facts::{
    Agent, Context, EndView, ExternalAttachment, FabricSession, FabricSessions, SessionEnd, VPCAttachment,
    agent_subject,
};
use crate::finding::{Evidence, Finding, Key, Subject};
use crate::rule::{Outcome, Source};

/// A switch that booted less than this many seconds ago is excused (fabric reference 8.7, 11).
pub(super) const REBOOT: i64 = 900;

/// What the sessions of the switches are read from, beside the Agents.
pub(super) const USES: &[Source] = &[
    Source::CaptureTime,
    Source::Connections,
    Source::Switches,
    Source::SwitchProfiles,
    Source::Externals,
    Source::ExternalAttachments,
];

/// The same, and what tells which VPCs and externals are on one switch only.
pub(super) const USES_WITH_ATTACHMENTS: &[Source] = &[
    Source::CaptureTime,
    Source::Connections,
    Source::Switches,
    Source::SwitchProfiles,
    Source::Externals,
    Source::ExternalAttachments,
    Source::VpcAttachments,
];

/// The sessions, and what of the cabling the rules ask.
pub(super) struct Fabric<'b> {
    /// The sessions.
    pub(super) sessions: FabricSessions<'b>,
    /// Switches that are spines, by their side of a link.
    spines: BTreeSet<&'b str>,
    /// Switches of each Connection.
    switches: BTreeMap<&'b str, BTreeSet<&'b str>>,
}

impl<'b> Fabric<'b> {
    pub(super) fn of(cx: &Context<'b>) -> Self {
        let topology = cx.topology();
        let sessions = cx.fabric_sessions(&topology);
        let ends = topology.links.iter().flat_map(|link| link.ends());
        let spines = ends.filter(|end| end.key == "spine").map(|end| end.device).collect();
        let mut switches: BTreeMap<&'b str, BTreeSet<&'b str>> = BTreeMap::new();
        for link in &topology.links {
            switches.entry(link.connection).or_default().extend(link.switch_ends().map(|end| end.device));
        }
        Self { sessions, spines, switches }
    }

    pub(super) fn is_spine(&self, switch: &str) -> bool {
        self.spines.contains(switch)
    }

    /// True if the port of the link is up wherever it is known.
    pub(super) fn port_is_up(&self, cx: &Context<'_>, session: &FabricSession<'_>) -> bool {
        session.link.iter().flat_map(|link| link.switch_ends()).all(|end| {
            cx.switch_port(end.device, end.port)
                .is_none_or(|port| port.is_up() || cx.is_fresh(port.agent) != Some(true))
        })
    }

    /// VPCs and externals that are attached to this switch and to no other.
    pub(super) fn only_on(&self, cx: &Context<'b>, switch: &str) -> Vec<Key> {
        let (mut here, mut elsewhere) = (BTreeSet::new(), BTreeSet::new());
        let mut place = |vpc: String, connection: &str| {
            for device in self.switches.get(connection).into_iter().flatten() {
                if *device == switch {
                    here.insert(vpc.clone())
                } else {
                    elsewhere.insert(vpc.clone())
                };
            }
        };
        for attachment in cx.list::<VPCAttachment>() {
            if let Some((vpc, _)) = attachment.spec.vpc_subnet() {
                place(vpc.to_owned(), &attachment.spec.connection);
            }
        }
        for session in self.sessions.of(crate::facts::FabricSessionKind::External) {
            let connection = session.link.map_or("", |link| link.connection);
            place(format!("ext.{}", session.peer), connection);
        }
        here.difference(&elsewhere).map(|vpc| Key::Vpc(vpc.clone())).collect()
    }
}

/// The end that a finding names: of two switches the one with the lower name, captured or not, unless only the
/// other one says what is wrong.
pub(super) fn blamed<'s, 'b>(
    cx: &Context<'b>,
    session: &'s FabricSession<'b>,
    wrong: impl Fn(&SessionEnd<'b>) -> bool,
) -> &'s SessionEnd<'b> {
    let Some(far) = session.far.as_ref().filter(|far| wrong(far) && !wrong(&session.near)) else {
        return &session.near;
    };
    // A capture of a single switch names that switch.
    let silent = session.near.agent.is_none() && cx.list::<Agent>().len() > 1;
    if silent { &session.near } else { far }
}

/// The Agent of a switch as a subject.
pub(super) fn switch_subject(cx: &Context<'_>, switch: &str) -> Subject {
    agent_subject(switch, cx.find::<Agent>(switch))
}

/// True if a switch booted so short a time ago that its sessions may still be on their way.
pub(super) fn rebooted(cx: &Context<'_>, switch: &str) -> bool {
    cx.find::<Agent>(switch).and_then(|agent| cx.running_for(agent)).is_some_and(|seconds| seconds < REBOOT)
}

/// True if the switch was never provisioned.
pub(super) fn is_new(cx: &Context<'_>, switch: &str) -> bool {
    cx.find::<Agent>(switch).is_some_and(|agent| agent.never_reported())
}

/// What the ends say of a session, those first that say that it is lost.
pub(super) fn evidence(session: &FabricSession<'_>) -> Vec<Evidence> {
    let mut ends: Vec<&SessionEnd<'_>> = session.ends().collect();
    ends.sort_by_key(|end| !matches!(end.view, EndView::Down | EndView::Missing));
    let mut evidence = Vec::new();
    for end in ends {
        let other = if end.switch == session.near.switch { session.peer } else { session.near.switch };
        match end.view {
            EndView::Missing => {
                let note = format!("{} does not list its neighbour {other}", end.switch);
                evidence.extend(end.evidence(&[], note));
            }
            EndView::Down | EndView::Up => {
                let note = format!("session with {other} as {} reports it", end.switch);
                evidence.extend(end.evidence(&["state"], note));
            }
            _ => continue,
        }
        let lost = end.view == EndView::Down;
        if let Some(entry) = end.entry.filter(|_| lost) {
            if !entry.last_reset_reason.is_empty() {
                evidence.extend(end.evidence(&["lastResetReason"], "why it was lost"));
            }
            if entry.conn_dropped > 0 {
                evidence.extend(end.evidence(&["connDropped"], "losses that the switch counted"));
            }
        }
    }
    evidence
}

/// What the link of a session is, for the evidence.
pub(super) fn link_evidence(session: &FabricSession<'_>) -> Option<Evidence> {
    let link = session.link?;
    let far = link.far(session.near.switch).map_or("switch", |end| end.key);
    Some(link.evidence(&[far, "port"], format!("the Connection of the session: {}", link.words())))
}

/// The commands that show the sessions of these switches.
pub(super) fn inspect(mut finding: Finding, switches: &BTreeSet<&str>) -> Finding {
    for switch in switches.iter().take(4) {
        finding = finding
            .run(format!("see the sessions of {switch}"), format!("kubectl fabric inspect bgp --switch-name {switch}"));
    }
    finding
}

/// The switches of sessions.
pub(super) fn switches<'b>(sessions: &[&FabricSession<'b>]) -> BTreeSet<&'b str> {
    sessions.iter().flat_map(|session| session.ends()).map(|end| end.switch).collect()
}

/// Says of every switch with such sessions why it could not be judged.
pub(super) fn unjudged<'s, 'b: 's>(
    cx: &Context<'b>,
    out: &mut Outcome,
    sessions: impl Iterator<Item = &'s FabricSession<'b>>,
) {
    let (mut stale, mut untimed) = (BTreeSet::new(), BTreeSet::new());
    for end in sessions.flat_map(FabricSession::ends) {
        match end.view {
            EndView::Stale => stale.insert(end.switch),
            EndView::Untimed => untimed.insert(end.switch),
            _ => continue,
        };
    }
    for switch in stale {
        out.cannot_tell(switch_subject(cx, switch), "the heartbeat is stale: the state is that of earlier");
    }
    for switch in untimed {
        out.not_checked(switch_subject(cx, switch), Source::CaptureTime);
    }
}

/// The attachment that asks for an external session.
pub(super) fn attachment_evidence(cx: &Context<'_>, session: &FabricSession<'_>) -> Option<Evidence> {
    let name = session.attachment?;
    let note = format!("the attachment that asks for the session with {}", session.peer);
    match cx.find::<ExternalAttachment>(name) {
        Some(object) => Some(object.evidence(&["spec", "neighbor", "ip"], note)),
        None => Some(session.near.agent?.evidence(&["spec", "externalAttachments", name, "neighbor", "ip"], note)),
    }
}
