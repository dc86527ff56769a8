//! The MTU of a server's Connection cannot be set, or has no effect.

use crate::facts::{Agent, Connection, Context, Object};
use crate::finding::{Evidence, Key, Severity};
use crate::model::wiring::ConnectionKind;
use crate::rule::{Domain, Meta, Order, Outcome, Rule, Source};

use super::view::{is_leaving, is_whole};

/// See the metadata.
#[derive(Debug)]
pub(super) struct ConnectionMtu;

static META: Meta = Meta {
    id: "connection-mtu-not-usable",
    reference: &["VPC-507"],
    title: "The MTU of a server's Connection is too high, or has no effect",
    severities: &[Severity::Error, Severity::Warning],
    needs: &[Source::Connections],
    uses: &[Source::Agents],
    explanation: "\
Compares `mtu` of the Connections of servers with the largest that a port to a server can have: `fabricMTU` less \
`serverFacingMTUOffset` of the fabric (9100 less 64 unless the Agents say otherwise).

## Why it matters
- unbundled, bundled: a higher value is refused, and with it the configuration of the leaf
- bundled, eslag: the switch agent ignores the field; a lower value does not protect a server with a smaller MTU

## Not a fault
No `mtu`, or 0; the largest value itself; a lower value on an unbundled Connection.

## What to do
Remove `mtu` or lower it.",
    explains: &[],
    order: Order::Vpc,
};

impl Rule for ConnectionMtu {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn domain(&self) -> Domain {
        Domain::Fabric
    }

    fn check(&self, cx: &Context<'_>, out: &mut Outcome) {
        let setting = cx.list::<Agent>().iter().find(|agent| agent.spec.config.fabric_mtu > 0);
        let largest = setting.map_or(9036, |agent| {
            agent.spec.config.fabric_mtu.saturating_sub(agent.spec.config.server_facing_mtu_offset)
        });
        for connection in cx.list::<Connection>().iter().filter(|c| is_whole(cx, *c) && !is_leaving(*c)) {
            let spec = &connection.spec;
            let (kind, mtu) = match spec.kind() {
                Some(kind @ ConnectionKind::Unbundled) => (kind, spec.unbundled.as_ref().map(|c| c.mtu)),
                Some(kind @ ConnectionKind::Bundled) => (kind, spec.bundled.as_ref().map(|c| c.mtu)),
                Some(kind @ ConnectionKind::Eslag) => (kind, spec.eslag.as_ref().map(|c| c.mtu)),
                _ => continue,
            };
            let Some(mtu) = mtu.filter(|mtu| *mtu > 0) else {
                out.pass();
                continue;
            };
            match (kind, mtu.cmp(&largest)) {
                (_, std::cmp::Ordering::Equal) | (ConnectionKind::Unbundled, std::cmp::Ordering::Less) => out.pass(),
                (ConnectionKind::Eslag, _) | (_, std::cmp::Ordering::Less) => {
                    report(out, connection, kind, Severity::Warning, (mtu, largest), setting);
                }
                _ => report(out, connection, kind, Severity::Error, (mtu, largest), setting),
            }
        }
    }
}

fn report(
    out: &mut Outcome,
    connection: &Object<Connection>,
    kind: ConnectionKind,
    severity: Severity,
    (mtu, largest): (u32, u32),
    setting: Option<&Object<Agent>>,
) {
    let (name, label) = (connection.name(), kind.label());
    let (title, detail) = match severity {
        Severity::Error => (
            format!("MTU {mtu} of {name} is more than a port to a server can have ({largest})"),
            format!(
                "A {label} Connection may have up to {largest}: the MTU of the fabric less room for the tunnel header. A \
                 higher value is refused."
            ),
        ),
        _ => (
            format!("MTU {mtu} of {name} has no effect: its ports have {largest}"),
            format!(
                "The switch agent ignores `mtu` of {label} Connections; their ports have {largest}, whatever it says."
            ),
        ),
    };
    let settings: Vec<Evidence> = setting
        .into_iter()
        .flat_map(|agent| {
            [
                agent.evidence(&["spec", "config", "fabricMTU"], "MTU of the fabric"),
                agent.evidence(&["spec", "config", "serverFacingMTUOffset"], "what ports to servers have less"),
            ]
        })
        .collect();
    out.report(
        out.finding(severity, connection.subject(), title)
            .detail(detail)
            .evidence(connection.evidence(&["spec", kind.key(), "mtu"], "MTU of the Connection"))
            .evidences(settings)
            .run(
                format!("Remove `mtu`, or set at most {largest}."),
                format!("kubectl edit connection {name} -n {}", connection.meta.namespace),
            )
            .key(Key::Connection(name.to_owned())),
    );
}

#[cfg(test)]
mod tests {
    use hh_worlds::World;

    use super::ConnectionMtu;
    use crate::testing::said;

    fn with(path: &str, kind: &str, mtu: u32) -> World {
        World::healthy().small().set(&format!("Connection/{path}"), &format!("/spec/{kind}/mtu"), mtu)
    }

    const UNBUNDLED: &str = "server-03--unbundled--leaf-01";
    const BUNDLED: &str = "server-04--bundled--leaf-01";
    const ESLAG: &str = "server-01--eslag--leaf-01--leaf-02";

    #[test]
    fn not_usable() {
        for (path, kind, mtu, severity) in [
            (UNBUNDLED, "unbundled", 9100, "error"),
            (BUNDLED, "bundled", 9100, "error"),
            (BUNDLED, "bundled", 1500, "warning"),
            (ESLAG, "eslag", 1500, "warning"),
            (ESLAG, "eslag", 9100, "warning"),
        ] {
            let said = said(&ConnectionMtu, &with(path, kind, mtu));
            assert_eq!(said.lines(), [format!("{severity} Connection/{path}")], "{mtu}");
            let evidence = &said.findings[0].evidence[0];
            assert_eq!(evidence.field.as_deref(), Some(format!("spec.{kind}.mtu").as_str()));
            assert!(evidence.line.is_some());
        }
        let smaller = with(UNBUNDLED, "unbundled", 9000);
        let smaller = ["leaf-01", "leaf-02", "spine-01"]
            .iter()
            .fold(smaller, |world, name| world.set(&format!("Agent/{name}"), "/spec/config/fabricMTU", 9000));
        assert_eq!(said(&ConnectionMtu, &smaller).lines(), [format!("error Connection/{UNBUNDLED}")]);
    }

    #[test]
    fn usable() {
        for world in [
            World::healthy().small(),
            World::older().small(),
            with(UNBUNDLED, "unbundled", 1500),
            with(UNBUNDLED, "unbundled", 9036),
            with(BUNDLED, "bundled", 9036),
            with(ESLAG, "eslag", 0),
            with(UNBUNDLED, "unbundled", 9036).without("Agent"),
        ] {
            assert_eq!(said(&ConnectionMtu, &world).lines(), Vec::<String>::new());
        }
        let none = World::healthy().small().without("Connection");
        assert_eq!(said(&ConnectionMtu, &none).not_checked, ["Connection objects"]);
    }
}
