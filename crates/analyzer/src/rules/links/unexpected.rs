//! A port hears a switch that the wiring does not know there.

use std::collections::BTreeSet;

use super::cabling::{Cabling, name_of};
use crate::facts::{Agent, Context, Object, PortState, Topology};
use crate::finding::{Key, Severity};
use crate::model::agent::LldpNeighbor;
use crate::rule::{Domain, Meta, Order, Outcome, Rule, Source};

/// See the metadata.
#[derive(Debug)]
pub(super) struct UnexpectedNeighbour;

/// How switches of a fabric describe themselves.
const FABRIC: &str = "Hedgehog Fabric";

static META: Meta = Meta {
    id: "unexpected-switch",
    reference: &["LLDP-305", "LLDP-306"],
    title: "A port hears a switch that the wiring does not know there",
    severities: &[Severity::Warning],
    needs: &[Source::Agents],
    uses: &[Source::Connections, Source::Switches, Source::SwitchProfiles, Source::Gateways, Source::Servers, Source::CaptureTime],
    explanation: "\
Looks at what the data ports of switches hear by LLDP: a switch of the fabric on a port that no Connection names, or, on \
any port, a switch of another deployment.

## Why it matters

A cable between switches without a Connection carries nothing. A cable to another deployment joins two fabrics that use \
the same addresses.

## Not a fault

- management ports
- neighbours that are no switches of a fabric
- a switch whose heartbeat is older than 180 s

## What to do

Add the Connection, or remove the cable.",
    explains: &[],
    order: Order::Wiring,
};

impl Rule for UnexpectedNeighbour {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn domain(&self) -> Domain {
        Domain::Fabric
    }

    fn check(&self, cx: &Context<'_>, out: &mut Outcome) {
        let topology = cx.topology();
        let cabling = Cabling::new(cx);
        // A cable between two such ports is seen from both.
        let mut seen = BTreeSet::new();
        for agent in cx.list::<Agent>() {
            if agent.status.state.interfaces.is_empty() {
                continue;
            }
            match cx.is_fresh(agent) {
                None => {
                    out.not_checked(agent.subject(), Source::CaptureTime);
                    continue;
                }
                Some(false) => {
                    out.cannot_tell(agent.subject(), "its state is older than 180 s");
                    continue;
                }
                Some(true) => {}
            }
            let before = out.findings.len();
            check(out, &topology, &cabling, agent, &mut seen);
            if out.findings.len() == before {
                out.pass();
            }
        }
    }
}

fn check<'b>(
    out: &mut Outcome,
    topology: &Topology<'b>,
    cabling: &Cabling<'b>,
    agent: &'b Object<Agent>,
    seen: &mut BTreeSet<[(String, String); 2]>,
) {
    // Without the Connections no port is known to be unused.
    let knows_wiring = topology.complete || !agent.spec.connections.is_empty();
    for (key, interface) in &agent.status.state.interfaces {
        if !key.starts_with('E') || interface.oper != "up" {
            continue;
        }
        let port = PortState { agent, key, interface, transceiver: None };
        for (index, neighbour) in interface.lldp_neighbors.iter().enumerate() {
            let Some(deployment) = neighbour.sys_descr.strip_prefix(FABRIC).map(str::trim) else { continue };
            let own = agent.spec.config.deployment_id.as_str();
            let knows_own = !own.is_empty() || !agent.spec.config.control_vip.is_empty();
            let other = knows_own && !deployment.is_empty() && deployment != own;
            let used = topology.at(agent.name(), key).is_some();
            if !other && (used || !knows_wiring) {
                continue;
            }
            let far = name_of(neighbour);
            let far_port = cabling.api(far, &neighbour.port_id).unwrap_or(&neighbour.port_id).to_owned();
            let mut cable = [(agent.name().to_owned(), key.clone()), (far.to_owned(), far_port.clone())];
            cable.sort();
            if seen.insert(cable) {
                let row = if other { "LLDP-306" } else { "LLDP-305" };
                report(out, topology, &port, (index, neighbour), &far_port, row);
            }
        }
    }
}

fn report<'b>(
    out: &mut Outcome,
    topology: &Topology<'b>,
    port: &PortState<'b>,
    (index, neighbour): (usize, &'b LldpNeighbor),
    far_port: &str,
    row: &'static str,
) {
    let (agent, far) = (port.agent, name_of(neighbour));
    let here = format!("{}/{}", agent.name(), port.key);
    let link = topology.at(agent.name(), port.key);
    let subject = link.map_or_else(|| agent.subject(), |link| link.subject()).part(&*here);
    let own = match agent.spec.config.deployment_id.as_str() {
        "" => "none",
        id => id,
    };
    let (title, detail, field) = if row == "LLDP-306" {
        (
            format!("{here} leads to {far} of another deployment ({})", neighbour.sys_descr),
            format!(
                "The deployment of this fabric is {own}. Two fabrics that are joined by a cable use the same addresses."
            ),
            "sysDescr",
        )
    } else {
        (
            format!("{here} is cabled to {far} port {far_port}, but no Connection says so"),
            "A cable between switches without a Connection carries nothing.".to_owned(),
            "sysName",
        )
    };
    let field = if field == "sysName" && neighbour.sys_name.is_empty() { "name" } else { field };
    let index = index.to_string();
    let mut finding = out
        .finding(Severity::Warning, subject, title)
        .detail(detail)
        .evidence(port.evidence(&["lldpNeighbors", &index, field], format!("what {here} hears")))
        .evidence(port.evidence(&["lldpNeighbors", &index, "portID"], "port of the neighbour"))
        .key(Key::Switch(agent.name().into()))
        .key(Key::Port(agent.name().into(), port.key.into()))
        .keys(link.into_iter().flat_map(crate::facts::FabricLink::keys));
    // Where the far port belongs to a Connection, its cable is in the wrong place.
    let far_link = topology.at(far, far_port);
    finding = finding.keys(far_link.into_iter().flat_map(crate::facts::FabricLink::keys));
    finding.reference = vec![row];
    out.report(
        finding
            .step(if row == "LLDP-306" { "remove the cable" } else { "add the Connection, or remove the cable" })
            .run("see what the switch hears", format!("kubectl fabric inspect lldp --name {}", agent.name())),
    );
}

#[cfg(test)]
mod tests {
    use hh_worlds::{Value, World, json};

    use super::UnexpectedNeighbour;
    use crate::testing::{analysis, said};

    fn neighbour(name: &str, port: &str, descr: &str) -> Value {
        json!([{"sysName": name, "portID": port, "sysDescr": descr}])
    }

    fn hears(world: World, switch: &str, port: &str, neighbours: Value) -> World {
        let at = format!("/status/state/interfaces/{}", port.replace('/', "~1"));
        world.set(&format!("Agent/{switch}"), &format!("{at}/oper"), "up").set(
            &format!("Agent/{switch}"),
            &format!("{at}/lldpNeighbors"),
            neighbours,
        )
    }

    #[test]
    fn a_cable_without_connection() {
        let world =
            hears(World::healthy().small(), "leaf-01", "E1/40", neighbour("leaf-02", "Ethernet39", "Hedgehog Fabric"));
        let said_of = said(&UnexpectedNeighbour, &world);
        assert_eq!(said_of.lines(), ["warning Agent/leaf-01 (leaf-01/E1/40)"]);
        assert_eq!(said_of.findings[0].reference, ["LLDP-305"]);
        assert_eq!(
            said_of.findings[0].title,
            "leaf-01/E1/40 is cabled to leaf-02 port E1/40, but no Connection says so"
        );
        // Seen from both ends: one finding.
        let both = hears(world, "leaf-02", "E1/40", neighbour("leaf-01", "Ethernet39", "Hedgehog Fabric"));
        assert_eq!(said(&UnexpectedNeighbour, &both).lines(), ["warning Agent/leaf-01 (leaf-01/E1/40)"]);
    }

    #[test]
    fn another_deployment() {
        let other = neighbour("leaf-91", "Ethernet39", "Hedgehog Fabric lab-7");
        let said_of = said(&UnexpectedNeighbour, &hears(World::healthy().small(), "leaf-01", "E1/40", other.clone()));
        assert_eq!(said_of.lines(), ["warning Agent/leaf-01 (leaf-01/E1/40)"]);
        assert_eq!(said_of.findings[0].reference, ["LLDP-306"]);
        // On a used port the wrong cable explains it.
        let used = hears(World::healthy().small(), "leaf-01", "E1/49/1", other);
        let report = analysis(&used, &crate::Options::default()).report;
        let roots: Vec<&str> = report.root_causes.iter().map(|root| root.rule.as_str()).collect();
        assert_eq!(roots, ["cable-misplaced"]);
    }

    #[test]
    fn a_cable_in_the_next_port() {
        // The cable of leaf-01/E1/49 is in E1/53, which no Connection names.
        let world = World::healthy().small().set("Agent/leaf-01", "/status/state/interfaces/E1~149~11/oper", "down");
        let world = hears(world, "leaf-01", "E1/53/1", neighbour("spine-01", "Ethernet0", "Hedgehog Fabric"));
        let world = hears(world, "spine-01", "E1/1/1", neighbour("leaf-01", "Ethernet64", "Hedgehog Fabric"));
        let report = analysis(&world, &crate::Options::default()).report;
        let roots: Vec<&str> = report.root_causes.iter().map(|root| root.rule.as_str()).collect();
        assert_eq!(roots, ["cable-misplaced"]);
    }

    #[test]
    fn looks_like_it() {
        for world in [World::healthy().small(), World::older().small()] {
            let said = said(&UnexpectedNeighbour, &world);
            assert_eq!((said.lines(), said.passed), (vec![], 3));
        }
        let spare = hears(World::healthy().small(), "leaf-01", "E1/40", neighbour("server-09", "eno1", "Ubuntu 24.04"));
        assert!(said(&UnexpectedNeighbour, &spare).findings.is_empty());
        let management =
            hears(World::healthy().small(), "leaf-01", "M1", neighbour("leaf-02", "Management0", "Hedgehog Fabric"));
        assert!(said(&UnexpectedNeighbour, &management).findings.is_empty());
    }

    #[test]
    fn not_checked_without_the_switches() {
        let bare = World::healthy().small().without("Agent");
        assert_eq!(said(&UnexpectedNeighbour, &bare).not_checked, ["Agent objects of the switches"]);
    }
}
