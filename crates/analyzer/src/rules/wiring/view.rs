//! One session as its status, FRR and the switch at the far end show it.

use crate::facts::{Agent, BgpSessions, GatewayLink, Object, Output, SessionEntry};
use crate::finding::{Evidence, Key};
use crate::model::agent::SwitchBgpNeighbor;
use crate::parse::command::{BgpNeighbor, BgpSummary, UpDown};

/// Outputs are read up to 5 minutes after the objects, a status is up to a period older.
const LATER: u64 = 360;

/// What shows that a session is down.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Seen {
    /// The status of the GatewayAgent.
    Status,
    /// FRR of the gateway.
    Frr,
    /// The switch.
    Switch,
}

/// State of a configured session.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Verdict {
    /// Established.
    Up,
    /// Not established.
    Down(Seen),
    /// No entry in the status although there has been time enough; without a status, a session that the switch has
    /// never seen up.
    Missing,
    /// The status says nothing yet.
    Unset,
    /// The status says up, the switch says down, and FRR is not captured.
    Disputed,
    /// Nothing tells it.
    Unknown,
}

/// A session as FRR shows it.
#[derive(Debug, Clone, Copy)]
pub(super) struct FrrRow<'b> {
    /// The output.
    pub(super) output: &'b Output<BgpSummary>,
    /// Row of the first family that has one (IPv4 unicast before EVPN).
    pub(super) row: &'b BgpNeighbor,
    /// True if any family is established.
    pub(super) up: bool,
    /// True if every family says down.
    pub(super) down: bool,
}

impl FrrRow<'_> {
    /// The row as evidence.
    pub(super) fn evidence(&self, note: &str) -> Evidence {
        self.output.evidence(self.row.span, note)
    }

    /// Seconds in this state; none if it never left it.
    pub(super) fn since(&self) -> Option<u64> {
        match self.row.up_down.as_ref().map(|cell| cell.value) {
            Some(UpDown::Seconds(seconds)) => Some(seconds),
            _ => None,
        }
    }

    /// True if FRR has never seen the session established.
    pub(super) fn never_up(&self) -> bool {
        matches!(self.row.up_down.as_ref().map(|cell| cell.value), Some(UpDown::Never))
    }

    /// True if the state was the same when the status was written.
    pub(super) fn is_lasting(&self) -> bool {
        match self.row.up_down.as_ref().map(|cell| cell.value) {
            Some(UpDown::Never) => true,
            Some(UpDown::Seconds(seconds)) => seconds >= LATER,
            None => false,
        }
    }
}

/// A session as a switch with a fresh heartbeat shows it.
#[derive(Debug, Clone, Copy)]
pub(super) struct FarEnd<'b> {
    /// Agent of the switch.
    pub(super) agent: &'b Object<Agent>,
    /// Key of the session.
    pub(super) key: &'b str,
    /// The session.
    pub(super) session: &'b SwitchBgpNeighbor,
}

impl FarEnd<'_> {
    /// Established.
    pub(super) fn is_up(&self) -> bool {
        self.session.state == "established"
    }

    /// True for a state that is stated and not up.
    pub(super) fn is_down(&self) -> bool {
        !self.is_up() && !self.session.state.is_empty()
    }

    /// True if the switch has never seen the session established.
    pub(super) fn never_up(&self) -> bool {
        let set = |time: Option<crate::model::Time>| time.is_some_and(|time| time != crate::model::Time::Never);
        self.session.estab_trans == 0 && self.session.conn_dropped == 0 && !set(self.session.last_estab)
    }

    /// Evidence of a field.
    pub(super) fn evidence(&self, field: &str, note: impl Into<String>) -> Evidence {
        self.agent.evidence(&["status", "state", "bgpNeighbors", "default", self.key, field], note)
    }
}

/// One configured neighbour with all views.
#[derive(Debug, Clone)]
pub(super) struct View<'b> {
    /// Address of the neighbour.
    pub(super) address: &'b str,
    /// Its index in the spec, where the GatewayAgent is captured.
    pub(super) configured: Option<usize>,
    /// The link that it belongs to.
    pub(super) link: Option<GatewayLink<'b>>,
    /// Entry of the status.
    pub(super) own: Option<SessionEntry<'b>>,
    /// FRR's row.
    pub(super) frr: Option<FrrRow<'b>>,
    /// The far end.
    pub(super) far: Option<FarEnd<'b>>,
    /// The judgement.
    pub(super) verdict: Verdict,
}

impl View<'_> {
    /// True if the session is not there.
    pub(super) fn is_lost(&self) -> bool {
        matches!(self.verdict, Verdict::Down(_) | Verdict::Missing)
    }

    /// True if something beside the status says that the session is down.
    pub(super) fn is_confirmed(&self) -> bool {
        self.frr.is_some_and(|frr| frr.down) || self.far.is_some_and(|far| far.is_down())
    }

    /// The neighbour in words: `leaf-02 (172.30.128.14)`.
    pub(super) fn words(&self) -> String {
        match self.link {
            Some(link) => format!("{} ({})", link.switch, self.address),
            None => self.address.to_owned(),
        }
    }

    /// Join keys of the session on a gateway.
    pub(super) fn keys(&self, gateway: &str) -> Vec<Key> {
        let mut keys = vec![Key::Gateway(gateway.into()), Key::Neighbour(gateway.into(), self.address.into())];
        keys.extend(self.link.iter().flat_map(GatewayLink::keys));
        keys
    }

    /// Evidence of all views, the one that decided first.
    pub(super) fn evidence(&self, bgp: Option<&BgpSessions<'_>>, gateway: &str) -> Vec<Evidence> {
        let mut evidence = Vec::new();
        if let (Some(own), Some(bgp)) = (self.own, bgp) {
            let note = format!("session with {} as {gateway} reports it", self.words());
            evidence.push(bgp.evidence(&own, &["sessionState"], note));
            if own.entry.connections_dropped > 0 {
                evidence.push(bgp.evidence(&own, &["connectionsDropped"], "losses since the dataplane's start"));
            }
            if !own.entry.last_reset_reason.is_empty() {
                evidence.push(bgp.evidence(&own, &["lastResetReason"], "why it was lost"));
            }
        } else if let (Some(index), Some(bgp)) = (self.configured, bgp) {
            evidence.push(bgp.neighbour_evidence(index, "configured, but without an entry in the status"));
        }
        if let Some(frr) = self.frr {
            let row = frr.evidence("FRR's own view");
            if self.verdict == Verdict::Down(Seen::Frr) { evidence.insert(0, row) } else { evidence.push(row) }
        }
        if let Some(far) = self.far.filter(|far| far.is_down()) {
            let state = far.evidence("state", format!("the same session as {} sees it", far.agent.name()));
            if self.verdict == Verdict::Down(Seen::Switch) || bgp.is_none() {
                evidence.insert(0, state)
            } else {
                evidence.push(state)
            }
            if !far.session.last_reset_reason.is_empty() {
                evidence.push(far.evidence("lastResetReason", "why the switch lost it"));
            }
        }
        evidence
    }
}
