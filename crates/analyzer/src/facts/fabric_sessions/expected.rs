//! Which sessions a switch should have, and what it says of each.

use std::collections::{BTreeMap, BTreeSet};

use super::{EndView, FabricSession, FabricSessionKind, FabricSessions, SessionEnd, UnexpectedNeighbour, session_time};
use crate::facts::{Agent, Context, External, ExternalAttachment, FabricLink, Kind, Object, Switch, Topology, bare};
use crate::model::agent::SwitchBgpNeighbor;
use crate::model::vpc::ExternalAttachmentSpec;
use crate::model::wiring::ConnectionKind;
use crate::validate::version::Version;

/// A switch configures a neighbour within this many seconds after it applied its configuration.
const SETTLED: i64 = 120;
/// Connections and attachments younger than this say nothing yet.
const YOUNG: i64 = 300;

impl<'b> Context<'b> {
    /// The BGP sessions that the switches should have and have. Linear in the bundle: a rule asks once.
    #[must_use]
    pub fn fabric_sessions(&self, topology: &Topology<'b>) -> FabricSessions<'b> {
        let mut all = Vec::new();
        let mut pairs = BTreeSet::new();
        for link in topology.links.iter().filter(|link| !self.is_young(link.object())) {
            match link.kind {
                ConnectionKind::Fabric | ConnectionKind::Mesh => {
                    let (Some(a), Some(b)) = (link.ends().next(), link.ends().nth(1)) else { continue };
                    let (near, far) = if a.device <= b.device { (a, b) } else { (b, a) };
                    if near.device == far.device || near.address().is_empty() || far.address().is_empty() {
                        continue;
                    }
                    pairs.insert((near.device, far.device));
                    let end = |own: &'b str, address, peer| {
                        self.end(own, "default".into(), address, self.asn_of(own, peer), |agent| {
                            agent.spec.connections.contains_key(link.connection)
                        })
                    };
                    all.push(FabricSession {
                        kind: FabricSessionKind::Link,
                        link: Some(*link),
                        attachment: None,
                        near: end(near.device, far.address(), far.device),
                        far: Some(end(far.device, near.address(), near.device)),
                        peer: far.device,
                    });
                }
                ConnectionKind::Gateway => {
                    let (switch, Some(gateway)) = (link.link.a, link.link.b) else { continue };
                    if gateway.address().is_empty() {
                        continue;
                    }
                    let planned = self.find::<Agent>(switch.device).map(|agent| agent.spec.config.gateway_asn);
                    let near = self.end(
                        switch.device,
                        "default".into(),
                        gateway.address(),
                        planned.filter(|asn| *asn != 0),
                        |agent| agent.spec.connections.contains_key(link.connection),
                    );
                    all.push(FabricSession {
                        kind: FabricSessionKind::Gateway,
                        link: Some(*link),
                        attachment: None,
                        near,
                        far: None,
                        peer: gateway.device,
                    });
                }
                _ => {}
            }
        }
        for (near, peer) in pairs {
            all.extend(self.loopback(near, peer));
        }
        all.extend(self.externals(topology));
        all.sort_by(|a, b| {
            let place = |s: &FabricSession<'b>| (s.kind, s.near.switch, s.peer, s.near.vrf.clone(), s.near.neighbour);
            place(a).cmp(&place(b))
        });
        let unexpected = self.unexpected(topology, &all);
        FabricSessions { all, unexpected }
    }

    /// True if a switch saw a session come up five times or more, and within the hour or with as many losses
    /// (fabric reference 8.5, BGP-407). The counters start with the NOS.
    #[must_use]
    pub fn comes_and_goes(&self, entry: &SwitchBgpNeighbor) -> bool {
        let lately = self.age_of(session_time(entry.last_estab)).is_some_and(|age| age.under(3600));
        entry.estab_trans >= 5 && (lately || entry.conn_dropped >= 5)
    }

    fn is_young<K: Kind>(&self, object: Option<&Object<K>>) -> bool {
        object.and_then(|object| self.object_age(object)).is_some_and(|age| !age.over(YOUNG))
    }

    /// AS number of a switch as another one has it in its copy.
    fn asn_of(&self, own: &str, peer: &str) -> Option<u32> {
        let copy = self.find::<Agent>(own).and_then(|agent| agent.spec.switches.get(peer)).map(|spec| spec.asn);
        let agent = || self.find::<Agent>(peer).map(|agent| agent.spec.switch.asn);
        let object = || self.find::<Switch>(peer).map(|switch| switch.spec.asn);
        let set = |asn: Option<u32>| asn.filter(|asn| *asn != 0);
        set(copy).or_else(|| set(agent())).or_else(|| set(object()))
    }

    /// Loopback address of a switch as another one has it in its copy.
    fn loopback_of(&self, own: &str, peer: &str) -> &'b str {
        let copy =
            self.find::<Agent>(own).and_then(|agent| agent.spec.switches.get(peer)).map(|spec| &spec.protocol_ip);
        let agent = || self.find::<Agent>(peer).map(|agent| &agent.spec.switch.protocol_ip);
        let object = || self.find::<Switch>(peer).map(|switch| &switch.spec.protocol_ip);
        let set = |ip: Option<&'b String>| ip.map(|ip| bare(ip)).filter(|ip| !ip.is_empty());
        set(copy).or_else(|| set(agent())).or_else(|| set(object())).unwrap_or("")
    }

    /// The EVPN session of two switches; none before release 25.04, where EVPN ran over the links.
    fn loopback(&self, near: &'b str, peer: &'b str) -> Option<FabricSession<'b>> {
        let end = |own: &'b str, other: &'b str| {
            let address = self.loopback_of(own, other);
            self.end(own, "default".into(), address, self.asn_of(own, other), |agent| {
                Version::parse(&agent.status.version).is_some_and(|version| version.at_least(0, 87, 0))
            })
        };
        let (near, far) = (end(near, peer), end(peer, near));
        if near.neighbour.is_empty() && far.neighbour.is_empty() {
            return None;
        }
        let kind = FabricSessionKind::Loopback;
        Some(FabricSession { kind, link: None, attachment: None, near, far: Some(far), peer })
    }

    fn externals(&self, topology: &Topology<'b>) -> Vec<FabricSession<'b>> {
        let links: BTreeMap<&str, &FabricLink<'b>> = topology
            .links
            .iter()
            .filter(|link| link.kind == ConnectionKind::External)
            .map(|link| (link.connection, link))
            .collect();
        let session = |name: &'b str, spec: &'b ExternalAttachmentSpec| {
            let link = **links.get(spec.connection.as_str())?;
            let switch = link.link.a.device;
            let agent = self.find::<Agent>(switch);
            let external = self.find::<External>(&spec.external).map(|external| &external.spec);
            let external = external.or_else(|| agent?.spec.externals.get(&spec.external));
            let fixed = spec.static_.is_some() || external.is_some_and(|external| external.static_.is_some());
            if fixed || spec.neighbor.ip.is_empty() {
                return None;
            }
            let planned = Some(spec.neighbor.asn).filter(|asn| *asn != 0);
            let near = self.end(switch, format!("VrfE{}", spec.external), bare(&spec.neighbor.ip), planned, |agent| {
                agent.spec.external_attachments.contains_key(name)
            });
            Some(FabricSession {
                kind: FabricSessionKind::External,
                link: Some(link),
                attachment: Some(name),
                near,
                far: None,
                peer: &spec.external,
            })
        };
        let objects = self.list::<ExternalAttachment>();
        let known: BTreeSet<&str> = objects.iter().map(Object::name).collect();
        let mut all: Vec<_> = objects
            .iter()
            .filter(|object| !self.is_young(Some(*object)))
            .filter_map(|object| session(object.name(), &object.spec))
            .collect();
        if !self.complete::<ExternalAttachment>() {
            let copies: BTreeMap<&str, &ExternalAttachmentSpec> = self
                .list::<Agent>()
                .iter()
                .flat_map(|agent| &agent.spec.external_attachments)
                .map(|(name, spec)| (name.as_str(), spec))
                .filter(|(name, _)| !known.contains(name))
                .collect();
            all.extend(copies.into_iter().filter_map(|(name, spec)| session(name, spec)));
        }
        all
    }

    /// An end of a session and what it says. `asked` tells whether the Agent's own spec asks for it.
    fn end(
        &self,
        switch: &'b str,
        vrf: String,
        neighbour: &'b str,
        planned: Option<u32>,
        asked: impl Fn(&Object<Agent>) -> bool,
    ) -> SessionEnd<'b> {
        let agent = self.find::<Agent>(switch);
        let neighbours = agent.map(|agent| &agent.status.state.bgp_neighbors);
        let entry = neighbours.and_then(|all| all.get(&vrf)?.get(neighbour));
        let bfd = agent.and_then(|agent| agent.status.state.bfd_peers.get(&vrf)?.get(neighbour));
        let view = match agent {
            Some(agent) if !neighbour.is_empty() => self.view(agent, entry, asked),
            _ => EndView::Unseen,
        };
        SessionEnd { switch, vrf, neighbour, planned, agent, entry, bfd, view }
    }

    fn view(
        &self,
        agent: &'b Object<Agent>,
        entry: Option<&SwitchBgpNeighbor>,
        asked: impl Fn(&Object<Agent>) -> bool,
    ) -> EndView {
        let all = &agent.status.state.bgp_neighbors;
        if all.is_empty() || !self.reports_state(agent) {
            return EndView::Unseen;
        }
        match self.is_fresh(agent) {
            None => return EndView::Untimed,
            Some(false) => return EndView::Stale,
            Some(true) => {}
        }
        let Some(entry) = entry else {
            let settled = self.age_of(agent.status.last_applied_time).is_some_and(|age| age.over(SETTLED));
            return if asked(agent) && is_applied(agent) && settled && !self.truncated() {
                EndView::Missing
            } else {
                EndView::Unseen
            };
        };
        match entry.state.as_str() {
            "established" => EndView::Up,
            // False is not written: it counts only where others have it.
            _ if !entry.enabled && all.values().flat_map(BTreeMap::values).any(|other| other.enabled) => {
                EndView::Disabled
            }
            "" | "unset" => EndView::Unset,
            _ => EndView::Down,
        }
    }

    /// Neighbours that no Connection or attachment asks for.
    fn unexpected(&self, topology: &Topology<'b>, all: &[FabricSession<'b>]) -> Vec<UnexpectedNeighbour<'b>> {
        let expected: BTreeSet<(&str, &str, &str)> =
            all.iter().flat_map(FabricSession::ends).map(|end| (end.switch, end.vrf.as_str(), end.neighbour)).collect();
        let everything = topology.complete && self.complete::<ExternalAttachment>();
        // What is young is asked for by an object that was left out.
        let young: BTreeSet<&str> = self
            .list::<ExternalAttachment>()
            .iter()
            .filter(|object| self.is_young(Some(*object)))
            .map(|object| bare(&object.spec.neighbor.ip))
            .collect();
        let attachments = all.iter().any(|session| session.kind == FabricSessionKind::External);
        let mut unexpected = Vec::new();
        for agent in self.list::<Agent>() {
            let Some(copied) = self.copied(topology, agent, everything) else { continue };
            let gateways = topology.of(agent.name()).any(|link| link.kind == ConnectionKind::Gateway);
            for (vrf, neighbours) in &agent.status.state.bgp_neighbors {
                if vrf != "default" && !(vrf.starts_with("VrfE") && attachments) {
                    continue;
                }
                for (address, entry) in neighbours {
                    // Reduced captures leave out whole kinds of Connections.
                    if entry.peer_group == "gateway" && !gateways && agent.spec.switch_profile.is_none() {
                        continue;
                    }
                    let text = address.as_str();
                    let asked = expected.contains(&(agent.name(), vrf.as_str(), text));
                    if !asked && !copied.contains(text) && !young.contains(text) {
                        unexpected.push(UnexpectedNeighbour { agent, vrf, address, entry });
                    }
                }
            }
        }
        unexpected
    }

    /// Addresses that the copies in an Agent tell of; none where a neighbour could be asked for by something that is
    /// not captured, or may be about to go.
    fn copied(&self, topology: &Topology<'b>, agent: &'b Object<Agent>, everything: bool) -> Option<BTreeSet<&'b str>> {
        let copies = &agent.spec.connections;
        // The sessions of an MCLAG pair are not among those that are known.
        let pair = copies.values().any(|spec| spec.kind() == Some(ConnectionKind::MclagDomain));
        let young = topology.of(agent.name()).any(|link| self.is_young(link.object()));
        if pair || young || (!everything && copies.is_empty()) {
            return None;
        }
        if !is_applied(agent) || self.is_fresh(agent) != Some(true) {
            return None;
        }
        // A reduced capture: a switch has links to other switches.
        topology.uplinks(agent.name()).next()?;
        let mut peers = topology.uplinks(agent.name()).filter_map(|link| link.far(agent.name()));
        if peers.any(|far| self.loopback_of(agent.name(), far.device).is_empty()) {
            return None;
        }
        let mut addresses: BTreeSet<&str> = copies
            .values()
            .flat_map(|spec| spec.links())
            .flat_map(|l| l.endpoints())
            .map(|end| end.address())
            .collect();
        addresses.extend(agent.spec.external_attachments.values().map(|spec| bare(&spec.neighbor.ip)));
        addresses.extend(agent.spec.switches.values().map(|spec| bare(&spec.protocol_ip)));
        Some(addresses)
    }
}

/// True if the switch runs its newest configuration.
fn is_applied(agent: &Object<Agent>) -> bool {
    let applied = agent.status.last_applied_gen;
    applied > 0 && agent.meta.generation == applied
}
