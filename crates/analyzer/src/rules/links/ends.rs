//! The ends of a link as their switches report them.

use std::collections::BTreeSet;

use crate::facts::{Agent, Context, FabricLink, Form, Object, PortSign, PortState, Topology};
use crate::model::wiring::{ConnectionKind, Endpoint};

/// Seconds in which a switch that has booted brings up its links and sessions (fabric reference 8.7).
const BOOTING: i64 = 15 * 60;

/// One switch side of a link.
#[derive(Debug, Clone, Copy)]
pub(super) struct End<'b> {
    /// The side in the Connection.
    pub(super) end: Endpoint<'b>,
    /// Agent of its switch.
    pub(super) agent: Option<&'b Object<Agent>>,
    /// What the switch reports of the port; none if nothing.
    pub(super) port: Option<PortState<'b>>,
    /// True if that is the state of now.
    pub(super) fresh: Option<bool>,
}

impl<'b> End<'b> {
    /// An end of a link.
    pub(super) fn new(cx: &Context<'b>, end: Endpoint<'b>) -> Self {
        let agent = cx.find::<Agent>(end.device);
        let port = cx.switch_port(end.device, end.port).filter(|port| !port.interface.oper.is_empty());
        Self { end, agent, port, fresh: agent.and_then(|agent| cx.is_fresh(agent)) }
    }

    /// `leaf-01/E1/49`.
    pub(super) fn words(&self) -> String {
        format!("{}/{}", self.end.device, self.end.port)
    }

    /// State of now.
    pub(super) fn live(&self) -> Option<PortState<'b>> {
        self.port.filter(|_| self.fresh == Some(true))
    }

    /// True if the link is down here, now.
    pub(super) fn is_down(&self) -> bool {
        self.live().is_some_and(|port| !port.is_up() || port.is_shut_by_switch())
    }

    /// True if the port is up, now.
    pub(super) fn is_up(&self) -> bool {
        self.live().is_some_and(|port| port.is_up() && !port.is_shut_by_switch())
    }

    /// True if the port is shut by a configuration that is not applied yet.
    pub(super) fn is_pending(&self) -> bool {
        self.live().is_some_and(|port| port.is_shut_by_hand() && port.is_behind())
    }
}

/// What keeps a link from being judged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Untold {
    /// No switch of it is captured.
    NoAgent,
    /// Its switches report nothing of the ports.
    NoState,
    /// What they report is old.
    Old,
    /// How old it is cannot be told.
    NoClock,
}

/// The switch sides of a link.
pub(super) fn ends<'b>(cx: &Context<'b>, link: &FabricLink<'b>) -> Vec<End<'b>> {
    link.switch_ends().map(|end| End::new(cx, end)).collect()
}

/// Why none of these ends can be judged; none if one can.
pub(super) fn untold(ends: &[End<'_>]) -> Option<Untold> {
    if ends.iter().any(|end| end.live().is_some()) {
        None
    } else if ends.iter().all(|end| end.agent.is_none()) {
        Some(Untold::NoAgent)
    } else if ends.iter().all(|end| end.port.is_none()) {
        Some(Untold::NoState)
    } else if ends.iter().any(|end| end.port.is_some() && end.fresh.is_none()) {
        Some(Untold::NoClock)
    } else {
        Some(Untold::Old)
    }
}

/// Says that a link cannot be judged.
pub(super) fn say_untold(out: &mut crate::rule::Outcome, subject: crate::finding::Subject, why: Untold) {
    match why {
        Untold::NoAgent => out.not_checked(subject, crate::rule::Source::Agents),
        Untold::NoClock => out.not_checked(subject, crate::rule::Source::CaptureTime),
        Untold::NoState => out.cannot_tell(subject, "its switch reports no state of the port"),
        Untold::Old => out.cannot_tell(subject, "the state of its switch is older than 180 s"),
    }
}

/// True if a link is down at an end that can be judged.
pub(super) fn is_down<'b>(cx: &Context<'b>, link: &FabricLink<'b>) -> bool {
    link.switch_ends().any(|end| End::new(cx, end).is_down())
}

/// Which devices still have a link that is up, or of which nothing is known.
#[derive(Debug)]
pub(super) struct Alive<'b> {
    pairs: BTreeSet<(&'b str, &'b str)>,
    uplinks: BTreeSet<&'b str>,
}

impl<'b> Alive<'b> {
    /// Looks at every link once. Links that `is_lost` names (by their index) do not count.
    pub(super) fn new(cx: &Context<'b>, topology: &Topology<'b>, is_lost: impl Fn(usize) -> bool) -> Self {
        let mut alive = Self { pairs: BTreeSet::new(), uplinks: BTreeSet::new() };
        for (index, link) in topology.links.iter().enumerate() {
            if is_lost(index) || is_down(cx, link) {
                continue;
            }
            if let (a, Some(b)) = (link.link.a.device, link.link.b) {
                alive.pairs.insert(if a <= b.device { (a, b.device) } else { (b.device, a) });
            }
            if matches!(link.kind, ConnectionKind::Fabric | ConnectionKind::Mesh) {
                alive.uplinks.extend(link.switch_ends().map(|end| end.device));
            }
        }
        alive
    }

    /// True if a link between two devices is left.
    pub(super) fn has_link(&self, a: &'b str, b: &'b str) -> bool {
        self.pairs.contains(&if a <= b { (a, b) } else { (b, a) })
    }

    /// True if a link of a switch to the fabric is left.
    pub(super) fn has_uplink(&self, switch: &'b str) -> bool {
        self.uplinks.contains(switch)
    }
}

/// True if a switch has just booted. One that is silent since is not coming up.
pub(super) fn is_booting(cx: &Context<'_>, agent: &Object<Agent>) -> bool {
    cx.is_fresh(agent) == Some(true) && cx.running_for(agent).is_some_and(|seconds| seconds < BOOTING)
}

/// True for a switch that is not installed yet: its Agent has never reported, or is not there.
pub(super) fn is_new(cx: &Context<'_>, switch: &str) -> bool {
    match cx.find::<Agent>(switch) {
        Some(agent) => agent.raw.form != Form::Table && agent.never_reported(),
        None => cx.complete::<Agent>(),
    }
}

/// A sign and the port that shows it.
#[derive(Debug)]
pub(super) struct Shown {
    /// `leaf-01/E1/49`.
    pub(super) port: String,
    /// The sign.
    pub(super) sign: PortSign,
}

/// Why a link is down, as its ends tell, most telling first.
pub(super) fn reasons(ends: &[End<'_>], kind: ConnectionKind) -> Vec<Shown> {
    let mut all: Vec<Shown> = ends
        .iter()
        .filter_map(|end| Some((end, end.live()?)))
        .flat_map(|(end, port)| {
            // An end that is up has no reason of its own, but may show one.
            let signs = if end.is_down() { port.reasons(kind) } else { port.troubles() };
            signs.into_iter().map(|sign| Shown { port: end.words(), sign }).collect::<Vec<_>>()
        })
        .collect();
    all.sort_by_key(|shown| shown.sign.rank());
    all
}
