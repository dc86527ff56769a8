//! Dated events of the router.

use jiff::civil::DateTime;

use super::super::piece::{Piece, Spanned};
use super::super::when::{date_time, duration};
use super::{Section, SectionRead, UnknownLayout};
use crate::source::Span;

/// `ROUTER_EVENTS`. `stored` below `generated`: the oldest are lost.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RouterEvents {
    /// Events since the dataplane started.
    pub generated: Option<Spanned<u64>>,
    /// Events that are listed.
    pub stored: Option<Spanned<u64>>,
    /// Events, oldest first.
    pub events: Vec<RouterEvent>,
}

/// One event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RouterEvent {
    /// Number since the start, from 0.
    pub ordinal: u64,
    /// Local time of the node, without a zone.
    pub time: DateTime,
    /// What happened.
    pub kind: RouterEventKind,
    /// The text after the time.
    pub text: Spanned<String>,
    /// The line.
    pub span: Span,
}

/// How a request ended, so far.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Outcome {
    /// It was requested or received.
    Requested,
    /// It succeeded.
    Succeeded,
    /// It failed.
    Failed,
}

/// What an event tells (gateway reference 6.2).
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RouterEventKind {
    /// The router started.
    Started,
    /// A BGP session changed its state (since dataplane v0.23.1).
    BgpPeer {
        /// Address of the peer.
        peer: String,
        /// Its BGP identifier.
        id: Option<String>,
        /// Its ASN.
        asn: Option<u32>,
        /// State before.
        from: String,
        /// State after.
        to: String,
        /// Why it went down.
        reason: Option<String>,
        /// Length in seconds of the outage that ended.
        downtime: Option<u64>,
    },
    /// Operational state of an interface (since dataplane v0.23).
    OperState {
        /// Interface.
        interface: String,
        /// State before.
        from: String,
        /// State after.
        to: String,
    },
    /// Administrative state of an interface (since dataplane v0.23).
    AdminState {
        /// Interface.
        interface: String,
        /// State before.
        from: String,
        /// State after.
        to: String,
    },
    /// A configuration for FRR.
    FrrConfig {
        /// Generation.
        generation: i64,
        /// Requested, succeeded or failed.
        outcome: Outcome,
    },
    /// A configuration of the router.
    RouterConfig {
        /// Generation.
        generation: i64,
        /// Received, succeeded or failed.
        outcome: Outcome,
    },
    /// The control-plane interface changed to this status.
    ControlPlane {
        /// `Connected`, `Not-connected`, …
        status: String,
    },
    /// The frr-agent was connected (true) or lost (false).
    FrrAgent {
        /// Connected.
        connected: bool,
    },
    /// Anything else.
    Other,
}

pub(crate) fn read(section: &mut Section<'_, '_>) -> SectionRead<RouterEvents> {
    let mut out = RouterEvents::default();
    for line in section.body.lines().filter(|line| !line.is_empty()) {
        if let Some(rest) = line.after("generated:") {
            out.generated = rest.number();
            out.stored = rest.split_once("stored:").and_then(|(_, stored)| stored.trim().number());
        } else if let Some(event) = event(line) {
            out.events.push(event);
        } else {
            section.skip(line);
        }
    }
    if out.generated.is_none() && out.events.is_empty() {
        return Err(UnknownLayout);
    }
    Ok(out)
}

/// `118 2026-08-20T 04:11:07: <text>`.
fn event(line: Piece<'_>) -> Option<RouterEvent> {
    let (ordinal, rest) = line.first_word();
    let ordinal = ordinal.parse()?.value;
    let time = date_time(rest.text)?;
    // The time ends at the first `: `; its own colons are followed by digits.
    let (_, text) = rest.split_once(": ")?;
    let text = text.trim();
    Some(RouterEvent { ordinal, time, kind: kind(text), text: text.string(), span: line.trim().span() })
}

fn kind(text: Piece<'_>) -> RouterEventKind {
    bgp_peer(text)
        .or_else(|| interface_state(text))
        .or_else(|| configuration(text))
        .or_else(|| connection(text))
        .unwrap_or(RouterEventKind::Other)
}

/// `Status of BGP peer <ip> (id:… ASN:…) changed: A -> B reason: …`.
fn bgp_peer(text: Piece<'_>) -> Option<RouterEventKind> {
    let (peer, rest) = text.after("Status of BGP peer ")?.first_word();
    let (head, change) = rest.split_once("changed:")?;
    let word = |mark: &str| {
        let (_, value) = head.split_once(mark)?;
        let value = value.text.trim_start();
        let end = value.find([' ', ')']).unwrap_or(value.len());
        value.get(..end).filter(|value| !value.is_empty())
    };
    let (from, to) = change.split_once("->")?;
    let (to, rest) = to.first_word();
    Some(RouterEventKind::BgpPeer {
        peer: peer.text.to_owned(),
        id: word("id:").map(str::to_owned),
        asn: word("ASN:").and_then(|asn| asn.parse().ok()),
        from: from.trim().text.to_owned(),
        to: to.text.to_owned(),
        reason: rest.split_once("reason:").map(|(_, reason)| reason.trim().text.to_owned()),
        downtime: rest.between("(downtime of ", ")").and_then(|time| duration(time.text)),
    })
}

/// `<if>: oper state changed up -> down (…)`.
fn interface_state(text: Piece<'_>) -> Option<RouterEventKind> {
    let (interface, rest) = text.split_once(": ")?;
    let oper = rest.after("oper state changed");
    let change = oper.or_else(|| rest.after("admin state changed"))?;
    let (from, to) = change.split_once("->")?;
    let interface = interface.text.to_owned();
    let (from, to) = (from.trim().text.to_owned(), to.first_word().0.text.to_owned());
    Some(if oper.is_some() {
        RouterEventKind::OperState { interface, from, to }
    } else {
        RouterEventKind::AdminState { interface, from, to }
    })
}

/// `[Requested ]FRR configuration for generation N[ SUCCEEDED|FAILED]` and `Router config request …`.
fn configuration(text: Piece<'_>) -> Option<RouterEventKind> {
    let frr = text.text.contains("FRR configuration");
    if !frr && !text.text.starts_with("Router config request") {
        return None;
    }
    let (_, rest) = text.split_once("generation ")?;
    let (generation, rest) = rest.first_word();
    let generation = generation.parse().map(|generation| generation.value)?;
    let outcome = if rest.text.starts_with("SUCCEEDED") {
        Outcome::Succeeded
    } else if rest.text.starts_with("FAILED") {
        Outcome::Failed
    } else {
        Outcome::Requested
    };
    Some(if frr {
        RouterEventKind::FrrConfig { generation, outcome }
    } else {
        RouterEventKind::RouterConfig { generation, outcome }
    })
}

fn connection(text: Piece<'_>) -> Option<RouterEventKind> {
    if let Some(status) = text.after("CPI status changed to") {
        return Some(RouterEventKind::ControlPlane { status: status.text.to_owned() });
    }
    Some(match text.text {
        "Started!" => RouterEventKind::Started,
        "Connected to frr-agent" => RouterEventKind::FrrAgent { connected: true },
        "Disconnected from frr-agent" | "Frr-agent left!" => RouterEventKind::FrrAgent { connected: false },
        _ => return None,
    })
}
