//! The sessions of a gateway, judged from all that shows them: its status, FRR and the switch at the far end.

use std::collections::{BTreeMap, BTreeSet};

pub(super) use super::view::{FarEnd, FrrRow, Seen, Verdict, View};
use crate::facts::{BgpSession, BgpSessions, Context, GatewayLink, GatewayLinks, Gw, SessionState, bare};
use crate::finding::{Finding, Subject};
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
    Source::ShowTech,
    Source::Fabricator,
];

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
        None if frr_down && view.frr.is_some_and(|frr| frr.never_up()) => Verdict::Missing,
        None if frr_down => Verdict::Down(Seen::Frr),
        None => match view.far {
            Some(far) if far.is_up() => Verdict::Up,
            Some(far) if far.is_down() && far.never_up() => Verdict::Missing,
            Some(far) if far.is_down() => Verdict::Down(Seen::Switch),
            _ => Verdict::Unknown,
        },
    }
}

impl Judgement<'_, '_> {
    /// True if no configured session is up and that is certain. Of a gateway that is silent itself the switches
    /// that are captured stand for the others.
    pub(super) fn all_down(&self) -> bool {
        let silent = self.live == Some(false);
        let lost = |view: &View<'_>| view.is_lost() || (silent && view.verdict == Verdict::Unknown);
        !self.views.is_empty()
            && self.views.iter().all(lost)
            && (self.views.iter().any(|view| matches!(view.verdict, Verdict::Down(_)))
                || (self.views.iter().all(|view| view.is_confirmed() || !view.is_lost())
                    && self.views.iter().any(View::is_confirmed)))
    }

    /// Number of sessions that are up.
    pub(super) fn up(&self) -> usize {
        self.views.iter().filter(|view| view.verdict == Verdict::Up).count()
    }

    /// The GatewayAgent, captured or not: it is the same session where only the switch shows it.
    pub(super) fn subject(&self, view: &View<'_>) -> Subject {
        self.agent_subject().part(view.address)
    }

    /// The GatewayAgent, captured or not.
    pub(super) fn agent_subject(&self) -> Subject {
        match self.gateway {
            Some(gateway) => gateway.agent_subject(),
            None => Subject::new("GatewayAgent", "default", self.name),
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
