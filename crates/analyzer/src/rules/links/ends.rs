//! The ends of a link as their switches report them.

use crate::facts::{Agent, Context, FabricLink, Object, PortSign, PortState, Topology};
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

/// True if all links between two devices are down.
pub(super) fn all_down<'b>(cx: &Context<'b>, topology: &Topology<'b>, a: &str, b: &str) -> bool {
    let mut links = topology.between(a, b).peekable();
    links.peek().is_some() && links.all(|link| is_down(cx, link))
}

/// True if a switch has just booted.
pub(super) fn is_booting<'b>(cx: &Context<'b>, agent: &'b Object<Agent>) -> bool {
    cx.running_for(agent).is_some_and(|seconds| seconds < BOOTING)
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
            port.reasons(kind).into_iter().map(|sign| Shown { port: end.words(), sign }).collect::<Vec<_>>()
        })
        .collect();
    all.sort_by_key(|shown| shown.sign.rank());
    all
}
