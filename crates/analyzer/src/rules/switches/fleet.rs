//! Which switches are silent, whether all are, and whether a silent one still forwards (fabric reference 8.1,
//! FAB-002, FAB-003, FAB-023): judged once for the rules that need it.

use std::collections::{BTreeMap, BTreeSet};

use super::state;
use crate::facts::{
    Age, Agent, Context, ExternalAttachment, FabricLink, GatewayAgent, Object, Topology, VPCAttachment,
};
use crate::finding::{Evidence, Key};
use crate::model::Time;

/// A silent switch is taken for a stopped agent from this age on.
pub(super) const STOPPED: i64 = 900;

/// What the silence of several switches means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Mass {
    /// They are silent one by one.
    Single,
    /// Most are silent: the control plane, the management network or a clock.
    Most,
    /// Gateways fell silent with them: the rule about clocks tells it.
    WithGateways,
    /// Everything in the bundle is equally old: the capture time is wrong.
    Doubt,
}

/// A switch that has reported.
#[derive(Debug)]
pub(super) struct Judged<'b> {
    pub(super) agent: &'b Object<Agent>,
    /// Age of its heartbeat; none where the capture cannot tell it.
    pub(super) age: Option<Age>,
    /// Links to fresh neighbours, and what these see of them.
    pub(super) seen: Vec<Seen<'b>>,
}

/// A link of a switch as a fresh neighbour sees it.
#[derive(Debug)]
pub(super) struct Seen<'b> {
    pub(super) peer: &'b str,
    /// The neighbour's port is up.
    pub(super) up: bool,
    /// LLDP or BGP of the switch arrives over it.
    pub(super) alive: bool,
    pub(super) evidence: Vec<Evidence>,
}

impl Judged<'_> {
    pub(super) fn over(&self, seconds: i64) -> bool {
        self.age.is_some_and(|age| age.over(seconds))
    }

    /// True if fresh neighbours see links to it, and none of them up.
    pub(super) fn all_down(&self) -> bool {
        !self.seen.is_empty() && self.seen.iter().all(|seen| !seen.up)
    }

    /// True if a fresh neighbour sees it alive.
    pub(super) fn forwards(&self) -> bool {
        self.seen.iter().any(|seen| seen.up && seen.alive)
    }

    /// FAB-023: the agent stopped while nothing was pending, and the switch forwards.
    pub(super) fn stopped(&self, mass: Mass) -> bool {
        let status = &self.agent.status;
        let idle = match (state::wanted(self.agent), state::applied(self.agent)) {
            (Some(wanted), Some(applied)) => {
                wanted == applied || (applied < wanted && status.last_attempt_gen <= applied)
            }
            _ => false,
        };
        mass == Mass::Single && self.over(STOPPED) && idle && self.forwards()
    }
}

/// All switches that have reported.
#[derive(Debug)]
pub(super) struct Fleet<'b> {
    pub(super) switches: Vec<Judged<'b>>,
    pub(super) mass: Mass,
    topology: Topology<'b>,
}

impl<'b> Fleet<'b> {
    /// Judges them. Reads Agents, Connections, GatewayAgents and the clock.
    pub(super) fn new(cx: &Context<'b>) -> Self {
        let topology = cx.topology();
        let mut switches: Vec<Judged<'b>> = cx
            .list::<Agent>()
            .iter()
            .filter_map(|agent| Some((agent, state::beat(agent)?)))
            .map(|(agent, beat)| Judged { agent, age: cx.heartbeat_age(agent, beat), seen: Vec::new() })
            .collect();
        let fresh: BTreeSet<&str> = switches
            .iter()
            .filter(|judged| judged.age.is_some_and(|age| !age.over(state::FRESH)))
            .map(|judged| judged.agent.name())
            .collect();
        for judged in switches.iter_mut().filter(|judged| judged.over(state::LATE)) {
            let name = judged.agent.name();
            judged.seen = topology.of(name).filter_map(|link| seen(cx, link, name, &fresh)).collect();
        }
        let mass = mass(cx, &switches);
        Self { switches, mass, topology }
    }

    /// True if the agent of this switch stopped while the switch forwards on.
    pub(super) fn is_stopped(&self, switch: &str) -> bool {
        self.switches.iter().any(|judged| judged.agent.name() == switch && judged.stopped(self.mass))
    }

    /// Switches that are silent and not seen to forward.
    pub(super) fn dead(&self) -> BTreeSet<&'b str> {
        let dead = self.switches.iter().filter(|judged| judged.over(state::FRESH) && !judged.stopped(self.mass));
        dead.map(|judged| judged.agent.name()).collect()
    }

    /// Keys of what depends on the dead switches alone, for each of them: switches all of whose links to the fabric
    /// end on dead ones, VPCs and externals that are attached to dead ones only.
    pub(super) fn dependants(&self, cx: &Context<'b>) -> BTreeMap<&'b str, Vec<Key>> {
        let dead = self.dead();
        let mut keys: BTreeMap<&str, Vec<Key>> = BTreeMap::new();
        if dead.is_empty() {
            return keys;
        }
        for judged in self.switches.iter().filter(|judged| !dead.contains(judged.agent.name())) {
            let name = judged.agent.name();
            let peers: BTreeSet<&'b str> =
                self.topology.uplinks(name).filter_map(|link| link.far(name)).map(|end| end.device).collect();
            add(&mut keys, &dead, &peers, &judged.agent.subject().key());
        }
        let mut places: BTreeMap<String, BTreeSet<&'b str>> = BTreeMap::new();
        let mut ends: BTreeMap<&str, BTreeSet<&'b str>> = BTreeMap::new();
        for link in &self.topology.links {
            ends.entry(link.connection).or_default().extend(link.switch_ends().map(|end| end.device));
        }
        // An attachment whose Connection is not captured may be anywhere.
        let unknown = BTreeSet::from([""]);
        for attachment in cx.list::<VPCAttachment>() {
            let vpc = attachment.spec.subnet.split('/').next().unwrap_or("");
            let on = ends.get(attachment.spec.connection.as_str()).unwrap_or(&unknown);
            places.entry(vpc.to_owned()).or_default().extend(on);
        }
        for attachment in cx.list::<ExternalAttachment>() {
            let on = ends.get(attachment.spec.connection.as_str()).unwrap_or(&unknown);
            places.entry(format!("ext.{}", attachment.spec.external)).or_default().extend(on);
        }
        let complete = cx.complete::<VPCAttachment>();
        for (vpc, on) in places.into_iter().filter(|(vpc, _)| complete || vpc.starts_with("ext.")) {
            add(&mut keys, &dead, &on, &Key::Vpc(vpc));
        }
        keys
    }
}

/// Gives the key to each of `on`, if all of these are dead.
fn add<'b>(keys: &mut BTreeMap<&'b str, Vec<Key>>, dead: &BTreeSet<&'b str>, on: &BTreeSet<&'b str>, key: &Key) {
    if !on.is_empty() && on.is_subset(dead) {
        for name in on {
            keys.entry(name).or_default().push(key.clone());
        }
    }
}

fn mass(cx: &Context<'_>, switches: &[Judged<'_>]) -> Mass {
    let stale = switches.iter().filter(|judged| judged.over(state::FRESH)).count();
    match &cx.clock().silence {
        Some(silence) if silence.capture_in_doubt => Mass::Doubt,
        Some(_) if stale >= 2 && !cx.list::<GatewayAgent>().is_empty() => Mass::WithGateways,
        _ if stale >= 2 && stale * 5 >= switches.len() * 4 => Mass::Most,
        _ => Mass::Single,
    }
}

/// What a fresh neighbour sees of a link of `switch`.
fn seen<'b>(cx: &Context<'b>, link: &FabricLink<'b>, switch: &str, fresh: &BTreeSet<&str>) -> Option<Seen<'b>> {
    let (own, far) = (link.on(switch)?, link.far(switch)?);
    if !far.is_switch() || !fresh.contains(far.device) {
        return None;
    }
    let port = cx.switch_port(far.device, far.port)?;
    let peer = port.agent;
    let up = port.interface.oper == "up";
    let mut evidence =
        vec![peer.evidence(
            &["status", "state", "interfaces", port.key, "oper"],
            format!("port of {} to {switch}", far.device),
        )];
    let mut alive = false;
    let neighbours = port.interface.lldp_neighbors.iter().enumerate();
    if let Some((index, _)) = neighbours.clone().find(|(_, n)| n.sys_name == switch || n.name == switch) {
        alive = true;
        evidence.push(peer.evidence(
            &["status", "state", "interfaces", port.key, "lldpNeighbors", &index.to_string(), "sysName"],
            "LLDP arrives over it",
        ));
    }
    let session = peer.status.state.bgp_neighbors.get("default").and_then(|all| all.get_key_value(own.address()));
    if let Some((address, _)) = session.filter(|(_, session)| session.state == "established") {
        alive = true;
        evidence.push(peer.evidence(
            &["status", "state", "bgpNeighbors", "default", address, "state"],
            format!("BGP session with {switch}"),
        ));
    }
    Some(Seen { peer: far.device, up, alive, evidence })
}

/// True if every captured gateway that ever reported is silent, too.
pub(super) fn gateways_silent(cx: &Context<'_>) -> bool {
    let mut ages = cx.list::<GatewayAgent>().iter().filter_map(|agent| {
        let beat = agent.status.last_heartbeat.filter(|time| *time != Time::Never)?;
        cx.heartbeat_age(agent, beat)
    });
    let mut any = false;
    ages.all(|age| {
        any = true;
        age.over(state::LATE)
    }) && any
}
