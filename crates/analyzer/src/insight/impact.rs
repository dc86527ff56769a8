//! Whom a root cause hurts: what stands on the gateways, links and switches that it takes away.

use std::collections::{BTreeMap, BTreeSet};

use crate::facts::{Agent, Context, FabricLink, Facts, GatewayPeering, VPCAttachment, peering_sides};
use crate::finding::{Finding, Key, Severity};

/// How much is lost.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Loss {
    /// Nothing yet.
    None,
    /// Redundancy: the next fault is felt.
    Redundancy,
    /// Traffic.
    Traffic,
}

impl Loss {
    /// The word used in reports.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Redundancy => "redundancy",
            Self::Traffic => "traffic",
        }
    }
}

/// Whom a root cause hurts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Impact {
    /// The worst of all.
    pub loss: Loss,
    /// VPCs and `ext.<External>`.
    pub vpcs: BTreeSet<String>,
    /// GatewayPeerings.
    pub peerings: BTreeSet<String>,
    /// Servers.
    pub servers: BTreeSet<String>,
}

impl Impact {
    /// One line: `peerings a and b lose traffic`.
    #[must_use]
    pub fn words(&self) -> String {
        let mut whom = Vec::new();
        for (one, many, names) in
            [("peering", "peerings", &self.peerings), ("server", "servers", &self.servers), ("VPC", "VPCs", &self.vpcs)]
        {
            if names.is_empty() {
                continue;
            }
            let shown: Vec<&str> = names.iter().take(4).map(String::as_str).collect();
            let more = names.len().saturating_sub(shown.len());
            let more = if more > 0 { format!(" and {more} more") } else { String::new() };
            whom.push(format!("{} {}{more}", if names.len() == 1 { one } else { many }, shown.join(", ")));
        }
        match (self.loss, whom.is_empty()) {
            (Loss::None, _) => "no traffic and no redundancy is lost yet".to_owned(),
            (Loss::Redundancy, true) => "redundancy is lost".to_owned(),
            (Loss::Traffic, true) => "traffic is lost".to_owned(),
            (Loss::Redundancy, false) => format!("redundancy is lost: {}", whom.join("; ")),
            (Loss::Traffic, false) => format!("traffic is lost or hurt: {}", whom.join("; ")),
        }
    }
}

/// What stands on what in one capture.
#[derive(Debug, Default)]
pub struct Impacts {
    /// Gateways that certainly serve nobody.
    dead: BTreeSet<String>,
    /// Of each gateway: the peerings of its groups, and whether another member can serve them.
    served: BTreeMap<String, Vec<(String, bool)>>,
    /// VPCs of each peering.
    sides: BTreeMap<String, Vec<String>>,
    /// Of each server Connection: server, VPCs attached, and per link its switch and whether it is up.
    servers: BTreeMap<String, ServerConnection>,
    /// Of each switch: whether its ways to the other switches are all down.
    cut_off: BTreeSet<String>,
}

#[derive(Debug, Default)]
struct ServerConnection {
    server: String,
    vpcs: BTreeSet<String>,
    links: Vec<(String, Option<bool>)>,
}

/// Derives what stands on what.
#[must_use]
pub fn impacts(facts: &Facts<'_>) -> Impacts {
    let cx = Context::new(facts);
    let mut out = Impacts::default();
    for gateway in cx.gateways() {
        if gateway.health().is_dead() {
            out.dead.insert(gateway.name().to_owned());
        }
    }
    for peering in cx.list::<GatewayPeering>() {
        let sides = peering_sides(&peering.spec).map(|(a, b)| vec![a.to_owned(), b.to_owned()]).unwrap_or_default();
        out.sides.insert(peering.name().to_owned(), sides);
        let members = cx.group(peering.spec.group());
        for member in members {
            let others =
                members.iter().any(|other| other.gateway != member.gateway && !out.dead.contains(&other.gateway));
            out.served.entry(member.gateway.clone()).or_default().push((peering.name().to_owned(), others));
        }
    }
    let mut attached: BTreeMap<&str, BTreeSet<String>> = BTreeMap::new();
    for attachment in cx.list::<VPCAttachment>() {
        if let Some((vpc, _)) = attachment.spec.vpc_subnet() {
            attached.entry(attachment.spec.connection.as_str()).or_default().insert(vpc.to_owned());
        }
    }
    let topology = cx.topology();
    let up = |switch: &str, port: &str| cx.switch_port(switch, port).map(|state| state.is_up());
    for link in topology.links.iter().filter(|link| link.kind.has_server()) {
        let entry = out.servers.entry(link.connection.to_owned()).or_default();
        for end in link.ends() {
            if end.is_switch() {
                entry.links.push((end.device.to_owned(), up(end.device, end.port)));
            } else {
                end.device.clone_into(&mut entry.server);
            }
        }
        entry.vpcs.extend(attached.get(link.connection).cloned().unwrap_or_default());
    }
    for agent in cx.list::<Agent>() {
        // A switch that is off says nothing of its ports: its neighbours do.
        let down = |link: &FabricLink<'_>| link.switch_ends().any(|end| up(end.device, end.port) == Some(false));
        let mut ways = topology.uplinks(agent.name()).peekable();
        if ways.peek().is_some() && ways.all(down) {
            out.cut_off.insert(agent.name().to_owned());
        }
    }
    out
}

impl Impacts {
    /// Whom a root cause hurts, directly and through what it explains.
    #[must_use]
    pub fn of<'f>(&self, root: &'f Finding, explained: impl IntoIterator<Item = &'f Finding>) -> Impact {
        let mut found = [Hurt::default(), Hurt::default()];
        let mut some = false;
        for (index, finding) in std::iter::once(root).chain(explained).enumerate() {
            if finding.severity >= Severity::Warning {
                some |= self.add(finding, index == 0, &mut found);
            }
        }
        let [redundancy, traffic] = found;
        let (loss, hurt) = if !traffic.is_empty() {
            (Loss::Traffic, traffic)
        } else if some || !redundancy.is_empty() {
            (Loss::Redundancy, redundancy)
        } else {
            (Loss::None, redundancy)
        };
        Impact { loss, vpcs: hurt.vpcs, peerings: hurt.peerings, servers: hurt.servers }
    }

    /// Adds what one finding costs to `[redundancy, traffic]`; true if redundancy is lost whoever it is.
    fn add(&self, finding: &Finding, is_root: bool, [redundancy, traffic]: &mut [Hurt; 2]) -> bool {
        let mut some = false;
        for key in &finding.keys {
            match key {
                Key::Gateway(name) if self.dead.contains(name) => {
                    some = true;
                    for (peering, others) in self.served.get(name).into_iter().flatten() {
                        let hurt = if *others { &mut *redundancy } else { &mut *traffic };
                        hurt.peerings.insert(peering.clone());
                        hurt.vpcs.extend(self.sides.get(peering).into_iter().flatten().cloned());
                    }
                }
                Key::Neighbour(..) | Key::Port(..) => some = true,
                Key::Connection(name) => self.add_connection(name, redundancy, traffic),
                Key::Switch(name) if finding.subject.name == *name && self.cut_off.contains(name) => {
                    some = true;
                    let here = self.servers.iter().filter(|(_, s)| s.links.iter().any(|(switch, _)| switch == name));
                    for (_, server) in here {
                        let elsewhere = server.links.iter().any(|(switch, up)| switch != name && *up != Some(false));
                        let hurt = if elsewhere { &mut *redundancy } else { &mut *traffic };
                        hurt.server(server);
                    }
                }
                Key::Peering(name) if is_root && finding.severity >= Severity::Error => {
                    traffic.peerings.insert(name.clone());
                    traffic.vpcs.extend(self.sides.get(name).into_iter().flatten().cloned());
                }
                Key::Pair(_, from, to) if is_root && finding.severity >= Severity::Error => {
                    traffic.vpcs.extend([from.clone(), to.clone()]);
                }
                Key::SourceVpc(_, vpc) | Key::Vpc(vpc) if is_root && finding.severity >= Severity::Error => {
                    traffic.vpcs.insert(vpc.clone());
                }
                _ => {}
            }
        }
        some
    }

    fn add_connection(&self, name: &str, redundancy: &mut Hurt, traffic: &mut Hurt) {
        let Some(server) = self.servers.get(name) else { return };
        let down = server.links.iter().filter(|(_, up)| *up == Some(false)).count();
        if down == server.links.len() && !server.vpcs.is_empty() {
            traffic.server(server);
        } else if down > 0 && !server.vpcs.is_empty() {
            redundancy.server(server);
        }
    }
}

/// Who loses something.
#[derive(Debug, Default)]
struct Hurt {
    vpcs: BTreeSet<String>,
    peerings: BTreeSet<String>,
    servers: BTreeSet<String>,
}

impl Hurt {
    fn is_empty(&self) -> bool {
        self.vpcs.is_empty() && self.peerings.is_empty() && self.servers.is_empty()
    }

    fn server(&mut self, connection: &ServerConnection) {
        if !connection.vpcs.is_empty() {
            self.servers.insert(connection.server.clone());
            self.vpcs.extend(connection.vpcs.iter().cloned());
        }
    }
}

#[cfg(test)]
mod tests {
    use hh_worlds::World;

    use crate::Options;
    use crate::report::ImpactOut;
    use crate::testing::analysis;

    fn first(world: &World) -> ImpactOut {
        analysis(world, &Options::default()).report.root_causes[0].impact.clone().expect("an impact")
    }

    fn node_down(world: World, gateway: &str) -> World {
        world.edit(&format!("Node/{gateway}"), |node| {
            for condition in node["status"]["conditions"].as_array_mut().unwrap() {
                if condition["type"] == "Ready" {
                    condition["status"] = "Unknown".into();
                }
            }
        })
    }

    #[test]
    fn a_node_of_two_costs_redundancy_and_both_cost_traffic() {
        let one = node_down(World::healthy().small(), "gateway-1");
        let impact = first(&one);
        assert_eq!(impact.loss, "redundancy");
        assert_eq!(impact.peerings.len(), 3);
        let both = node_down(one, "gateway-2");
        let impact = first(&both);
        assert_eq!(impact.loss, "traffic");
        assert!(impact.summary.starts_with("traffic is lost or hurt: peerings "), "{}", impact.summary);
    }

    #[test]
    fn a_link_of_two_costs_redundancy() {
        let impact = first(&World::from_dump(include_str!("../../../../bundles/bgp-down.hhs")));
        assert_eq!((impact.loss.as_str(), impact.summary.as_str()), ("redundancy", "redundancy is lost"));
    }

    #[test]
    fn a_leaf_that_is_off_takes_its_servers_along() {
        let mut off = World::healthy().set("Agent/leaf-02", "/status/lastHeartbeat", "2026-10-06T08:50:00Z");
        for port in ["E1/3/1", "E1/4/1"] {
            let route = format!("/status/state/interfaces/{}/oper", port.replace('/', "~1"));
            off = off.edit("Agent/spine-01", |agent| {
                if let Some(oper) = agent.pointer_mut(&route) {
                    *oper = "down".into();
                }
            });
        }
        let impact = first(&off);
        assert_eq!(
            (impact.loss.as_str(), impact.servers),
            ("traffic", vec!["server-05".to_owned(), "server-06".into()])
        );
    }

    #[test]
    fn a_full_pool_hurts_its_peering() {
        let impact = first(&World::from_dump(include_str!("../../../../bundles/drops.hhs")));
        assert_eq!((impact.loss.as_str(), impact.peerings), ("traffic", vec!["vpc-02--vpc-03".to_owned()]));
    }
}
