//! The BGP sessions that the fabric should have, each joined from both of its ends, and those that it should not
//! have (fabric reference 2.7, 2.8 and 4, "bgp" and "bfd").

mod expected;

use std::collections::{BTreeMap, BTreeSet};

use super::{Agent, FabricLink, Object};
use crate::finding::{Evidence, Key, Subject};
use crate::model::Time;
use crate::model::agent::{BfdPeer, SwitchBgpNeighbor};

/// What a session is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum FabricSessionKind {
    /// Over a link of a `fabric` or `mesh` Connection: underlay.
    Link,
    /// Between the loopbacks of two switches that share such a link: EVPN.
    Loopback,
    /// Over a link of a `gateway` Connection.
    Gateway,
    /// With an External.
    External,
}

/// What an end of a session says of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EndView {
    /// No Agent, no state, or none of now that could tell.
    Unseen,
    /// The heartbeat is older than 180 s.
    Stale,
    /// The capture time is unknown.
    Untimed,
    /// Shut down by configuration.
    Disabled,
    /// The switch has applied its newest configuration, which asks for the neighbour, and does not list it.
    Missing,
    /// Listed, and neither established nor in any other state.
    Unset,
    /// Not established.
    Down,
    /// Established.
    Up,
}

/// One end of a session: a switch, whether its Agent is captured or not.
#[derive(Debug, Clone)]
pub struct SessionEnd<'b> {
    /// The switch.
    pub switch: &'b str,
    /// VRF of the neighbour.
    pub vrf: String,
    /// Address that the switch should have as neighbour; empty where it is unknown.
    pub neighbour: &'b str,
    /// AS number that the neighbour should have.
    pub planned: Option<u32>,
    /// Agent of the switch.
    pub agent: Option<&'b Object<Agent>>,
    /// The neighbour in its state.
    pub entry: Option<&'b SwitchBgpNeighbor>,
    /// The BFD peer in its state.
    pub bfd: Option<&'b BfdPeer>,
    /// The judgement.
    pub view: EndView,
}

impl SessionEnd<'_> {
    /// Evidence of a field of the neighbour.
    #[must_use]
    pub fn evidence(&self, field: &[&str], note: impl Into<String>) -> Option<Evidence> {
        let mut route = vec!["status", "state", "bgpNeighbors", self.vrf.as_str(), self.neighbour];
        route.extend(field);
        Some(self.agent?.evidence(&route, note))
    }

    /// Evidence of a field of the BFD peer.
    #[must_use]
    pub fn bfd_evidence(&self, field: &str, note: impl Into<String>) -> Option<Evidence> {
        let route = ["status", "state", "bfdPeers", self.vrf.as_str(), self.neighbour, field];
        Some(self.agent?.evidence(&route, note))
    }

    /// The Agent as a subject, captured or not, with the neighbour as its part.
    #[must_use]
    pub fn subject(&self) -> Subject {
        agent_subject(self.switch, self.agent).part(self.neighbour)
    }
}

/// The Agent of a switch as a subject, captured or not.
#[must_use]
pub fn agent_subject(switch: &str, agent: Option<&Object<Agent>>) -> Subject {
    agent.map_or_else(|| Subject::new("Agent", "default", switch), Object::subject)
}

/// A session that should be there.
#[derive(Debug, Clone)]
pub struct FabricSession<'b> {
    /// What it is for.
    pub kind: FabricSessionKind,
    /// The link that it runs over; none between loopbacks.
    pub link: Option<FabricLink<'b>>,
    /// Name of the ExternalAttachment that asks for it.
    pub attachment: Option<&'b str>,
    /// The switch; of two switches the one with the lower name.
    pub near: SessionEnd<'b>,
    /// The other switch.
    pub far: Option<SessionEnd<'b>>,
    /// The device at the other side of `near`: switch, gateway or External.
    pub peer: &'b str,
}

impl<'b> FabricSession<'b> {
    /// The ends that are switches.
    pub fn ends(&self) -> impl Iterator<Item = &SessionEnd<'b>> {
        std::iter::once(&self.near).chain(self.far.as_ref())
    }

    /// True if an end says so.
    #[must_use]
    pub fn says(&self, view: EndView) -> bool {
        self.ends().any(|end| end.view == view)
    }

    /// True if an end lists it and says that it is not established.
    #[must_use]
    pub fn is_down(&self) -> bool {
        self.says(EndView::Down) && !self.says(EndView::Disabled)
    }

    /// True if it is down, or an end does not list it.
    #[must_use]
    pub fn is_lost(&self) -> bool {
        self.is_down() || self.says(EndView::Missing)
    }

    /// True if an end says that it is established and none that it is not.
    #[must_use]
    pub fn is_up(&self) -> bool {
        self.says(EndView::Up) && !self.is_lost()
    }

    /// `leaf-01 - spine-01 (172.30.128.0)`.
    #[must_use]
    pub fn words(&self) -> String {
        format!("{} - {} ({})", self.near.switch, self.peer, self.near.neighbour)
    }

    /// Join keys: those of the link, or both switches and their pair; of an external session its attachment.
    #[must_use]
    pub fn keys(&self) -> Vec<Key> {
        let mut keys = self.link.as_ref().map(FabricLink::keys).unwrap_or_default();
        keys.extend(self.ends().map(|end| Key::Switch(end.switch.into())));
        if self.kind == FabricSessionKind::Loopback {
            keys.push(Key::devices(self.near.switch, self.peer));
        }
        keys.extend(self.attachment.map(|name| Key::Attachment(name.into())));
        keys
    }
}

/// A neighbour of a switch that nothing asks for.
#[derive(Debug, Clone, Copy)]
pub struct UnexpectedNeighbour<'b> {
    /// Agent of the switch.
    pub agent: &'b Object<Agent>,
    /// VRF.
    pub vrf: &'b str,
    /// Address.
    pub address: &'b str,
    /// The neighbour.
    pub entry: &'b SwitchBgpNeighbor,
}

/// All sessions of the switches.
#[derive(Debug, Clone, Default)]
pub struct FabricSessions<'b> {
    /// Those that should be there, by kind and place.
    pub all: Vec<FabricSession<'b>>,
    /// Those that should not; only of switches of which everything that they should have is known.
    pub unexpected: Vec<UnexpectedNeighbour<'b>>,
}

impl<'b> FabricSessions<'b> {
    /// The sessions of a kind.
    pub fn of(&self, kind: FabricSessionKind) -> impl Iterator<Item = &FabricSession<'b>> {
        self.all.iter().filter(move |session| session.kind == kind)
    }

    /// Pairs of switches all of whose link sessions are lost.
    #[must_use]
    pub fn lost_pairs(&self) -> BTreeSet<(&'b str, &'b str)> {
        let mut alive = BTreeMap::new();
        for session in self.of(FabricSessionKind::Link) {
            *alive.entry((session.near.switch, session.peer)).or_insert(false) |= !session.is_lost();
        }
        alive.into_iter().filter(|(_, alive)| !alive).map(|(pair, _)| pair).collect()
    }
}

/// A time of a session; agents before July 2026 stored an age as if it were a time: such a time counts as unknown.
#[must_use]
pub fn session_time(time: Option<Time>) -> Option<Time> {
    time.filter(|time| time.at().is_none_or(|at| at.as_second() > TEN_YEARS))
}

/// Seconds; nothing in a fabric was reset in the 1970s.
const TEN_YEARS: i64 = 10 * 365 * 86_400;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::with_facts;
    use hh_worlds::World;

    fn look<T>(world: &World, look: impl FnOnce(&FabricSessions<'_>) -> T) -> T {
        with_facts(world, |cx| look(&cx.fabric_sessions(&cx.topology())))
    }

    fn counts(world: &World) -> Vec<usize> {
        use FabricSessionKind::{External, Gateway, Link, Loopback};
        look(world, |sessions| {
            assert!(sessions.unexpected.is_empty());
            [Link, Loopback, Gateway, External].map(|kind| sessions.of(kind).filter(|s| s.is_up()).count()).to_vec()
        })
    }

    #[test]
    fn a_healthy_fabric() {
        assert_eq!(counts(&World::healthy().small()), [4, 2, 4, 1]);
        assert_eq!(counts(&World::older().small()), [4, 2, 4, 1]);
        // The copies in the Agents stand in for the objects.
        let copies = World::healthy().small().without("Connection").without("ExternalAttachment").without("Switch");
        assert_eq!(counts(&copies), [4, 2, 4, 1]);
        // One end is enough.
        assert_eq!(counts(&World::healthy().small().delete("Agent/spine-01")), [4, 2, 4, 1]);
    }

    #[test]
    fn what_an_end_says() {
        let view =
            |world: World| look(&world, |sessions| sessions.of(FabricSessionKind::Link).next().unwrap().near.view);
        let at = "/status/state/bgpNeighbors/default/172.30.128.0";
        let leaf = || World::healthy().small();
        assert_eq!(view(leaf()), EndView::Up);
        assert_eq!(view(leaf().set("Agent/leaf-01", &format!("{at}/state"), "active")), EndView::Down);
        assert_eq!(view(leaf().unset("Agent/leaf-01", &format!("{at}/state"))), EndView::Unset);
        assert_eq!(view(leaf().unset("Agent/leaf-01", at)), EndView::Missing);
        let behind = leaf().unset("Agent/leaf-01", at).set("Agent/leaf-01", "/metadata/generation", 7);
        assert_eq!(view(behind), EndView::Unseen);
        let shut = leaf().set("Agent/leaf-01", &format!("{at}/state"), "idle");
        assert_eq!(view(shut.unset("Agent/leaf-01", &format!("{at}/enabled"))), EndView::Disabled);
        let stale = leaf().set("Agent/leaf-01", "/status/lastHeartbeat", "2026-10-06T09:30:00Z");
        assert_eq!(view(stale), EndView::Stale);
    }

    #[test]
    fn times_of_1970_are_no_times() {
        let time = |text: &str| session_time(Time::parse(text));
        assert!(time("1970-01-10T01:18:02Z").is_none());
        assert!(time("2026-10-06T09:30:00Z").is_some());
        assert!(time("3h").is_some());
    }
}
