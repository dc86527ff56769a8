//! ESLAG with fallback on a release that sets it on the first leaf only.

use std::collections::BTreeSet;

use super::leaseless::find;
use crate::facts::{Connection, Context, Fabricator};
use crate::finding::{Confidence, Evidence, Key, KeyKind, Severity};
use crate::model::wiring::ConnectionKind;
use crate::rule::{Domain, Meta, Order, Outcome, Relation, Rule, Source};

/// See the metadata.
#[derive(Debug)]
pub(super) struct Fallback;

static META: Meta = Meta {
    id: "eslag-fallback-on-one-leaf",
    reference: &["KI-ESFALLBACK"],
    title: "LACP fallback of an ESLAG is set on its first leaf only",
    severities: &[Severity::Warning],
    needs: &[Source::Connections, Source::VpcAttachments, Source::Vpcs, Source::DhcpSubnets, Source::Agents],
    uses: &[Source::CaptureTime, Source::DhcpdLog, Source::Fabricator, Source::Deployments],
    explanation: "\
Looks for Connections of type `eslag` with `fallback: true` on a fabric before v0.122 whose server has no DHCP lease \
although its links are up.

## Why it matters
These releases set the fallback on the first leaf only. A server that boots from the network speaks no LACP yet: what it \
sends through the other leaf is dropped.

## Not a fault
Servers with a lease; later releases; servers that never ask for an address.

## What to do
Upgrade the fabric, or boot through the first leaf.",
    explains: &[Relation { effects: &["DHCP-605"], join: &[KeyKind::Server] }],
    order: Order::Wiring,
};

impl Rule for Fallback {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn domain(&self) -> Domain {
        Domain::Fabric
    }

    fn check(&self, cx: &Context<'_>, out: &mut Outcome) {
        let uses = |connection: &crate::facts::Object<Connection>| {
            connection.spec.kind() == Some(ConnectionKind::Eslag)
                && connection.spec.eslag.as_ref().is_some_and(|eslag| eslag.fallback)
        };
        if !cx.list::<Connection>().iter().any(uses) || !cx.fabric_release().before(0, 122, 0) {
            return;
        }
        let mut told = BTreeSet::new();
        for one in find(cx, &mut out.passed) {
            let connection = cx.find::<Connection>(&one.attachment.spec.connection).filter(|found| uses(found));
            let Some(connection) = connection.filter(|_| one.asks != Some(false)) else { continue };
            if !told.insert(connection.name()) {
                continue;
            }
            let version = cx.list::<Fabricator>().iter().next().and_then(|fabricator| {
                let route = ["status", "versions", "fabric", "controller"];
                fabricator.at(&route).map(|_| fabricator.evidence(&route, "version of the fabric"))
            });
            let (name, server) = (connection.name(), one.server);
            let lease: Evidence =
                one.subnet.key_evidence(&["status", "allocated"], format!("no lease of {server} among these"));
            out.report(
                out.finding(
                    Severity::Warning,
                    connection.subject(),
                    format!("Fallback of {name} may work on its first leaf only: {server} has no DHCP lease"),
                )
                .confidence(Confidence::Possible)
                .detail(
                    "Fabric before v0.122 sets the LACP fallback of an ESLAG on its first leaf only. A server that boots \
                     from the network gets no address through the others.",
                )
                .evidence(connection.evidence(&["spec", "eslag", "fallback"], "fallback is wanted"))
                .evidence(lease)
                .evidences(version)
                .step("Upgrade the fabric to v0.122 or later, or let the server boot through the first leaf.")
                .run("Look at the Connection.", format!("kubectl get connection {name} -n {} -o yaml", connection.meta.namespace))
                .key(Key::Connection(name.to_owned()))
                .key(Key::Server(server.to_owned())),
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use hh_worlds::World;

    use super::Fallback;
    use crate::testing::said;

    const CONNECTION: &str = "Connection/server-01--eslag--leaf-01--leaf-02";

    fn world(base: World, version: &str) -> World {
        let mut world = base
            .set(CONNECTION, "/spec/eslag/fallback", true)
            .unset("DHCPSubnet/vpc-01--subnet-01", "/status/allocated/0c:20:12:aa:a1:61");
        for component in ["controller", "api", "agent"] {
            world = world.set("Fabricator/default", &format!("/status/versions/fabric/{component}"), version);
        }
        world
    }

    #[test]
    fn on_an_old_release() {
        let said = said(&Fallback, &world(World::healthy().small(), "v0.118.2"));
        assert_eq!(said.lines(), ["warning Connection/server-01--eslag--leaf-01--leaf-02"]);
        assert_eq!(said.findings[0].evidence[0].field.as_deref(), Some("spec.eslag.fallback"));
        assert!(said.findings[0].evidence[0].line.is_some());
    }

    #[test]
    fn otherwise_quiet() {
        let old = || world(World::healthy().small(), "v0.118.2");
        for world in [
            World::healthy().small(),
            World::older().small(),
            world(World::healthy().small(), "v0.122.0"),
            old().set(CONNECTION, "/spec/eslag/fallback", false),
            old().set("Agent/leaf-01", "/status/state/interfaces/E1~11/oper", "down").set(
                "Agent/leaf-02",
                "/status/state/interfaces/E1~11/oper",
                "down",
            ),
            World::healthy().small().set(CONNECTION, "/spec/eslag/fallback", true),
        ] {
            assert_eq!(said(&Fallback, &world).lines(), Vec::<String>::new());
        }
        assert_eq!(said(&Fallback, &old().without("Connection")).not_checked, ["Connection objects"]);
    }
}
