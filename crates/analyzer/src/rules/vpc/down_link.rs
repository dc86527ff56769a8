//! A VPC is attached to a Connection of which no port is up.

use super::ports::{self, Ports};
use super::view::{Wiring, is_leaving, is_whole, listed};
use crate::facts::{Context, VPCAttachment};
use crate::finding::{Key, Severity};
use crate::rule::{Domain, Meta, Order, Outcome, Rule, Source};

/// See the metadata.
#[derive(Debug)]
pub(super) struct DownLink;

static META: Meta = Meta {
    id: "attachment-on-down-link",
    reference: &["VPC-503"],
    title: "A VPC is attached to a Connection of which no port is up",
    severities: &[Severity::Error],
    needs: &[Source::VpcAttachments, Source::Agents],
    uses: &[Source::Connections, Source::SwitchProfiles, Source::CaptureTime],
    explanation: "\
Looks at the ports of the Connection of every VPCAttachment on the switches.

## Why it matters
The server does not reach its VPC.

## Not a fault
- one port of the Connection is up
- a switch that has not reported for 3 minutes: its ports are not known

## What to do
See the finding about the link: it explains this one.",
    explains: &[],
    order: Order::Vpc,
};

impl Rule for DownLink {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn domain(&self) -> Domain {
        Domain::Fabric
    }

    fn check(&self, cx: &Context<'_>, out: &mut Outcome) {
        let wiring = Wiring::new(cx);
        for attachment in cx.list::<VPCAttachment>().iter().filter(|a| is_whole(cx, *a) && !is_leaving(*a)) {
            let connection = &attachment.spec.connection;
            let down = match ports::of(cx, &wiring, connection) {
                Ports::Up => {
                    out.pass();
                    continue;
                }
                Ports::Unknown => continue,
                Ports::Down(down) => down,
            };
            let links: Vec<String> = down.iter().map(|(link, _)| link.words()).collect();
            let server = wiring.server(connection);
            let mut finding = out
                .finding(
                    Severity::Error,
                    attachment.subject(),
                    format!("{} is attached through links that are down: {}", attachment.spec.subnet, listed(&links)),
                )
                .detail(format!(
                    "No port of {connection} is up: {} does not reach {}.",
                    server.unwrap_or("what is behind it"),
                    attachment.spec.subnet
                ))
                .evidences(
                    down.iter().map(|(link, port)| {
                        port.evidence(&["oper"], format!("the switch port of link {}", link.words()))
                    }),
                )
                .evidence(attachment.evidence(&["spec", "connection"], "the Connection of the attachment"))
                .step("See what keeps the link down: the server, the cable, the module, the port.")
                .keys(Wiring::attachment_keys(attachment))
                .keys(wiring.switches(connection).into_iter().map(|leaf| Key::Switch(leaf.to_owned())))
                .keys(server.map(|server| Key::Server(server.to_owned())))
                .keys(ports::keys(&down));
            for port in ports::keys(&down) {
                finding = finding.yield_to(port);
            }
            out.report(finding);
        }
    }
}

#[cfg(test)]
mod tests {
    use hh_worlds::World;

    use super::DownLink;
    use crate::testing::said;

    fn down(world: World, leaf: &str, port: &str) -> World {
        let port = format!("/status/state/interfaces/{}/oper", port.replace('/', "~1"));
        world.set(&format!("Agent/{leaf}"), &port, "down")
    }

    #[test]
    fn all_ports_down() {
        let said = said(&DownLink, &down(World::healthy().small(), "leaf-01", "E1/3"));
        assert_eq!(said.lines(), ["error VPCAttachment/vpc-03--server-03"]);
        assert_eq!(said.findings[0].evidence[0].value.as_deref(), Some("down"));
        assert!(said.findings[0].evidence[0].line.is_some());
    }

    #[test]
    fn one_is_up_or_unknown() {
        for world in [
            World::healthy().small(),
            World::older().small(),
            down(World::healthy().small(), "leaf-01", "E1/1"),
            down(World::healthy().small(), "leaf-01", "E1/3").set(
                "Agent/leaf-01",
                "/status/lastHeartbeat",
                "2026-10-06T09:20:00Z",
            ),
        ] {
            assert_eq!(said(&DownLink, &world).lines(), Vec::<String>::new());
        }
        let none = World::healthy().small().without("Agent");
        assert_eq!(said(&DownLink, &none).not_checked, ["Agent objects of the switches"]);
    }
}
