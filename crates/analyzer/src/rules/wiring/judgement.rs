//! The sessions of a gateway, judged from all that shows them: its status, FRR and the switch at the far end.

use std::collections::{BTreeMap, BTreeSet};

use crate::facts::{
    Agent, BgpSession, BgpSessions, Context, GatewayLink, GatewayLinks, Gw, Object, Output, SessionEntry, SessionState,
    bare,
};
use crate::finding::{Evidence, Finding, Key, Subject};
use crate::model::agent::SwitchBgpNeighbor;
use crate::parse::command::{BgpNeighbor, BgpSummary, UpDown};
use crate::rule::Source;

/// Sources that a judgement reads.
pub(super) const USES: &[Source] = &[
    Source::CaptureTime,
    Source::Gateways,
    Source::GatewayAgents,
    Source::Connections,
    Source::Agents,
    Source::Nodes,
    Source::Pods,
    Source::FrrBgpSummary,
];

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
    /// No entry in the status although there has been time enough.
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
    fn is_up(&self) -> bool {
        self.session.state == "established"
    }

    /// True for a state that is stated and not up.
    pub(super) fn is_down(&self) -> bool {
        !self.is_up() && !self.session.state.is_empty()
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

/// The sessions of one gateway.
#[derive(Debug)]
pub(super) struct Judgement<'c, 'b> {
    /// Name of the gateway.
    pub(super) name: &'b str,
    /// The gateway; none where only Connections name it.
    pub(super) gateway: Option<Gw<'c, 'b>>,
    /// True while it is being installed.
    pub(super) new: bool,
    /// Heartbeat at most 60 s old.
    pub(super) live: Option<bool>,
    /// Sessions of the status.
    pub(super) bgp: Option<BgpSessions<'b>>,
    /// Configured neighbours.
    pub(super) views: Vec<View<'b>>,
    /// Why missing entries say nothing, where they do not.
    pub(super) no_absence: Option<NoAbsence>,
}

/// Why a missing entry says nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum NoAbsence {
    /// Restart, apply, no FRR configuration yet: silence is right.
    TooEarly,
    /// Something is missing or unknown, in words.
    Untold(String),
    /// The capture time.
    NoClock,
}

/// All gateways, those included that only Connections name; 25.05 has no such sessions.
pub(super) fn judge_all<'c, 'b>(cx: &'c Context<'b>) -> Vec<Judgement<'c, 'b>> {
    let links = cx.gateway_links();
    let mut seen = BTreeSet::new();
    let mut all = Vec::new();
    for gateway in cx.gateways() {
        seen.insert(gateway.name());
        if !gateway.is_25_05() {
            all.push(judge(cx, &links, gateway.name(), Some(gateway)));
        }
    }
    if !cx.is_25_05_namespace() {
        let others: BTreeSet<&'b str> =
            links.all.iter().map(|link| link.gateway).filter(|name| !seen.contains(name)).collect();
        all.extend(others.into_iter().map(|name| judge(cx, &links, name, None)));
    }
    all
}

fn judge<'c, 'b>(
    cx: &'c Context<'b>,
    links: &GatewayLinks<'b>,
    name: &'b str,
    gateway: Option<Gw<'c, 'b>>,
) -> Judgement<'c, 'b> {
    let live = gateway.and_then(|gateway| gateway.live());
    let bgp = gateway.and_then(|gateway| gateway.bgp_sessions());
    let no_absence = match (&gateway, &bgp) {
        (Some(gateway), Some(bgp)) => no_absence(cx, gateway, bgp),
        _ => Some(NoAbsence::Untold("the GatewayAgent's status is not captured".into())),
    };
    let usable = live != Some(false) && bgp.is_some();
    let by_switch: BTreeMap<&str, GatewayLink<'b>> =
        links.of(name).map(|link| (link.neighbour(), *link)).filter(|(ip, _)| !ip.is_empty()).collect();
    let rows = rows(gateway.as_ref());
    let mut views: Vec<View<'b>> = addresses(gateway.as_ref(), bgp.as_ref(), &by_switch)
        .into_iter()
        .map(|(address, configured)| {
            let own = bgp.as_ref().and_then(|bgp| bgp.find(address)).and_then(|session| session.entry);
            let link = by_switch.get(address).copied();
            let far = link.and_then(|link| {
                let (agent, key, session) = cx.switch_session(&link)?;
                (cx.is_fresh(agent) == Some(true)).then_some(FarEnd { agent, key, session })
            });
            let frr = rows.get(address).copied();
            View { address, configured, link, own, frr, far, verdict: Verdict::Unknown }
        })
        .collect();
    for view in &mut views {
        view.verdict = verdict(view, usable, no_absence.is_none());
    }
    let new = gateway.is_some_and(|gateway| gateway.is_new());
    Judgement { name, gateway, new, live, bgp, views, no_absence }
}

/// Addresses of the configured neighbours: of the agent's copy, else of the Gateway, else of the links.
fn addresses<'b>(
    gateway: Option<&Gw<'_, 'b>>,
    bgp: Option<&BgpSessions<'b>>,
    by_switch: &BTreeMap<&'b str, GatewayLink<'b>>,
) -> Vec<(&'b str, Option<usize>)> {
    if let Some(bgp) = bgp {
        let configured = bgp
            .configured()
            .map(|session: &BgpSession<'b>| (session.address, session.configured.map(|(index, _)| index)));
        return configured.collect();
    }
    match gateway.and_then(Gw::whole_spec) {
        Some(view) => view.spec().neighbors.iter().map(|neighbour| (bare(&neighbour.ip), None)).collect(),
        None => by_switch.keys().map(|address| (*address, None)).collect(),
    }
}

/// Rows of the gateway's own `show bgp summary`, by address.
pub(super) fn rows<'b>(gateway: Option<&Gw<'_, 'b>>) -> BTreeMap<&'b str, FrrRow<'b>> {
    let mut rows: BTreeMap<&str, FrrRow<'b>> = BTreeMap::new();
    let Some(output) = gateway.and_then(|gateway| gateway.bgp_summary()) else { return rows };
    for family in ["IPv4 Unicast", "L2VPN EVPN"] {
        for row in output.value.family(family) {
            let (up, down) = (row.state.value.is_established(), row.state.value.is_down());
            let name = row.name.value.as_str();
            let address = name.rsplit_once('(').map_or(name, |(_, inner)| inner.trim_end_matches(')'));
            rows.entry(address)
                .and_modify(|known| {
                    known.up |= up;
                    known.down &= down;
                })
                .or_insert(FrrRow { output, row, up, down });
        }
    }
    rows
}

/// Why an absent entry is no proof of a session that never came up.
fn no_absence(cx: &Context<'_>, gateway: &Gw<'_, '_>, bgp: &BgpSessions<'_>) -> Option<NoAbsence> {
    let agent = gateway.agent()?;
    if bgp.unknown_key.is_some() {
        return Some(NoAbsence::Untold("unknown neighbour key".into()));
    }
    if cx.truncated() {
        return Some(NoAbsence::Untold("the dump is cut".into()));
    }
    let young = |time: Option<crate::model::Time>| cx.age_of(time).is_some_and(|age| !age.over(120));
    if gateway.live() == Some(false)
        || agent.status.last_applied_gen <= 0
        || agent.status.state.frr.last_applied_gen == 0
        || young(gateway.dataplane_started())
        || young(gateway.frr_started())
        || gateway.is_new()
    {
        return Some(NoAbsence::TooEarly);
    }
    match cx.age_of(agent.status.last_applied_time) {
        None => Some(NoAbsence::NoClock),
        Some(age) if !age.over(120) => Some(NoAbsence::TooEarly),
        Some(_) => None,
    }
}

fn verdict(view: &View<'_>, usable: bool, absence: bool) -> Verdict {
    let frr_up = view.frr.is_some_and(|frr| frr.up);
    let frr_down = view.frr.is_some_and(|frr| frr.down);
    let lasting = view.frr.is_some_and(|frr| frr.is_lasting());
    match view.own.filter(|_| usable).map(|own| own.state) {
        Some(SessionState::Established) if frr_down && lasting => Verdict::Down(Seen::Frr),
        Some(SessionState::Established) if view.frr.is_none() && view.far.is_some_and(|far| far.is_down()) => {
            Verdict::Disputed
        }
        Some(SessionState::Established) => Verdict::Up,
        Some(SessionState::Down) if frr_up && lasting => Verdict::Up,
        Some(SessionState::Down) => Verdict::Down(Seen::Status),
        Some(SessionState::Unset) if frr_up => Verdict::Up,
        Some(SessionState::Unset) if frr_down && lasting => Verdict::Down(Seen::Frr),
        Some(SessionState::Unset) => Verdict::Unset,
        None if frr_up => Verdict::Up,
        None if usable && absence => Verdict::Missing,
        // Entries may be absent because the gateway has only just started.
        None if usable && !view.far.is_some_and(|far| far.is_up()) => Verdict::Unknown,
        None if frr_down => Verdict::Down(Seen::Frr),
        None => match view.far {
            Some(far) if far.is_up() => Verdict::Up,
            Some(far) if far.is_down() => Verdict::Down(Seen::Switch),
            _ => Verdict::Unknown,
        },
    }
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
            if self.verdict == Verdict::Down(Seen::Switch) {
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

impl Judgement<'_, '_> {
    /// True if no configured session is up and that is certain.
    pub(super) fn all_down(&self) -> bool {
        !self.views.is_empty()
            && self.views.iter().all(View::is_lost)
            && (self.views.iter().any(|view| matches!(view.verdict, Verdict::Down(_)))
                || self.views.iter().all(View::is_confirmed))
    }

    /// Number of sessions that are up.
    pub(super) fn up(&self) -> usize {
        self.views.iter().filter(|view| view.verdict == Verdict::Up).count()
    }

    /// The GatewayAgent; where it is not captured, the Agent of the switch that shows the session.
    pub(super) fn subject(&self, view: &View<'_>) -> Subject {
        let agent = self.gateway.filter(|gateway| gateway.agent().is_some() || view.far.is_none());
        match (agent, view.far) {
            (Some(gateway), _) => gateway.agent_subject().part(view.address),
            (None, Some(far)) => far.agent.subject().part(far.key),
            (None, None) => Subject::new("GatewayAgent", "default", self.name).part(view.address),
        }
    }
}

/// Next steps that all findings about lost sessions share.
pub(super) fn steps(mut finding: Finding, gateway: &str, switches: &BTreeSet<&str>) -> Finding {
    finding = finding.run(
        "see the sessions as FRR has them",
        format!("kubectl exec -n fab ds/gw--{gateway}--frr -c frr -- vtysh -c \"show bgp summary\""),
    );
    for switch in switches {
        finding = finding.run(
            format!("see the other end on {switch}"),
            format!("kubectl fabric inspect bgp --switch-name {switch}"),
        );
    }
    finding.step("check the cable and the addresses and AS numbers on both ends")
}
