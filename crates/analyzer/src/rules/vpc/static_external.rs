//! The next hop of a static external is behind a port that is down.

use super::ports::{self, Ports};
use super::view::Wiring;
use crate::facts::{Connection, Context, Object};
use crate::finding::{Key, Severity};
use crate::rule::{Domain, Meta, Order, Outcome, Rule, Source};

use super::view::{is_leaving, is_whole};

/// See the metadata.
#[derive(Debug)]
pub(super) struct StaticExternalDown;

static META: Meta = Meta {
    id: "static-external-unreachable",
    reference: &["VPC-511"],
    title: "The next hop of a static external is behind a port that is down",
    severities: &[Severity::Error],
    needs: &[Source::Connections, Source::Agents],
    uses: &[Source::SwitchProfiles, Source::CaptureTime],
    explanation: "\
Looks at the port of every Connection of type `staticExternal` on its switch.

## Why it matters
Its routes lead to a next hop behind that port: what is behind it is not reached.

## Not a fault
A switch that has not reported for 3 minutes: its port is not known.

## What to do
See what keeps the port down.",
    explains: &[],
    order: Order::Vpc,
};

impl Rule for StaticExternalDown {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn domain(&self) -> Domain {
        Domain::Fabric
    }

    fn check(&self, cx: &Context<'_>, out: &mut Outcome) {
        let mut wiring = None;
        for connection in cx.list::<Connection>().iter().filter(|c| is_whole(cx, *c) && !is_leaving(*c)) {
            let Some(external) = &connection.spec.static_external else { continue };
            let wiring = wiring.get_or_insert_with(|| Wiring::new(cx));
            match ports::of(cx, wiring, connection.name()) {
                Ports::Up => out.pass(),
                Ports::Unknown => out.cannot_tell(connection.subject(), "the state of its port"),
                Ports::Down(down) => {
                    let switch = &external.link.switch;
                    report(out, connection, &switch.next_hop, &switch.subnets, &external.within_vpc, &down);
                }
            }
        }
    }
}

fn report(
    out: &mut Outcome,
    connection: &Object<Connection>,
    next_hop: &str,
    subnets: &[String],
    vpc: &str,
    down: &[(crate::facts::FabricLink<'_>, crate::facts::PortState<'_>)],
) {
    let name = connection.name();
    let port = down.first().map(|(link, _)| link.words()).unwrap_or_default();
    let behind = if subnets.is_empty() { "nothing behind it".to_owned() } else { super::view::listed(subnets) };
    let mut finding = out
        .finding(
            Severity::Error,
            connection.subject(),
            format!("Next hop {next_hop} of {name} is behind {port}, which is down"),
        )
        .detail(format!(
            "The static routes of {name} ({behind}) lead to {next_hop} through {port}{}. It is not reached.",
            if vpc.is_empty() { String::new() } else { format!(" in VPC {vpc}") }
        ))
        .evidences(down.iter().map(|(_, state)| state.evidence(&["oper"], format!("state of {port}"))))
        .evidence(connection.evidence(&["spec", "staticExternal", "link", "switch", "nextHop"], "its next hop"))
        .step(format!("See what keeps {port} down: the other side, the cable, the module."))
        .keys(down.iter().flat_map(|(link, _)| link.keys()));
    if !vpc.is_empty() {
        finding = finding.key(Key::Vpc(vpc.to_owned()));
    }
    for key in ports::keys(down) {
        finding = finding.yield_to(key);
    }
    out.report(finding);
}

#[cfg(test)]
mod tests {
    use hh_worlds::World;

    use super::StaticExternalDown;
    use crate::testing::said;

    const CONNECTION: &str = "Connection/leaf-01--static-external";

    /// A static external behind the port of server-03.
    fn world(oper: &str) -> World {
        World::healthy()
            .small()
            .delete("VPCAttachment/vpc-03--server-03")
            .delete("Connection/server-03--unbundled--leaf-01")
            .add(
                "apiVersion: wiring.githedgehog.com/v1beta1\nkind: Connection\nmetadata: {name: leaf-01--static-external, \
                 namespace: default}\nspec: {staticExternal: {link: {switch: {port: leaf-01/E1/3, ip: 172.31.0.1/24, \
                 nextHop: 172.31.0.2, subnets: [10.99.0.0/24]}}}}\nstatus: {}\n",
            )
            .set("Agent/leaf-01", "/status/state/interfaces/E1~13/oper", oper)
    }

    #[test]
    fn port_down() {
        let said = said(&StaticExternalDown, &world("down"));
        assert_eq!(said.lines(), [format!("error {CONNECTION}")]);
        assert_eq!(said.findings[0].evidence[0].value.as_deref(), Some("down"));
        assert!(said.findings[0].evidence[0].line.is_some());
    }

    #[test]
    fn port_up_or_unknown() {
        let up = said(&StaticExternalDown, &world("up"));
        assert!(up.lines().is_empty() && up.passed == 1, "{up:?}");
        let stale = world("down").set("Agent/leaf-01", "/status/lastHeartbeat", "2026-10-06T09:20:00Z");
        let stale = said(&StaticExternalDown, &stale);
        assert!(stale.lines().is_empty() && stale.not_checked.len() == 1, "{stale:?}");
        assert!(said(&StaticExternalDown, &World::older().small()).lines().is_empty());
    }
}
