//! Features that release 26.03 removed.

use crate::facts::{Connection, Context, Fabricator, Kind, Object, Switch, VPCPeering};
use crate::finding::{Key, Severity};
use crate::rule::{Domain, Meta, Order, Outcome, Rule, Source};

/// See the metadata.
#[derive(Debug)]
pub(super) struct RemovedFeature;

static META: Meta = Meta {
    id: "removed-feature-in-use",
    reference: &["FAB-018", "KI-DEPR"],
    title: "A feature that release 26.03 removes is in use",
    severities: &[Severity::Error, Severity::Warning],
    needs: &[],
    uses: &[Source::Connections, Source::VpcPeerings, Source::Switches, Source::Fabricator],
    explanation: "Looks for MCLAG (connections `mclag` and `mclagDomain`, redundancy of that type), the loopback workaround \
(`vpcLoopback`), remote VPC peering (`spec.remote`) and the mode `collapsed-core`: deprecated since 26.01 and gone in 26.03.

## Why it matters
Before 26.03 the upgrade is blocked or not supported; on 26.03 the object has no effect.

## Not a fault
ESLAG groups and connections, VPC peerings without `remote`.

## What to do
Move servers from MCLAG to ESLAG, peer VPCs without `remote`, and delete the loopback connections before the upgrade.",
    explains: &[],
    order: Order::Configuration,
};

impl Rule for RemovedFeature {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn domain(&self) -> Domain {
        Domain::Fabric
    }

    fn check(&self, cx: &Context<'_>, out: &mut Outcome) {
        // Fabricator v0.49 is release 26.03.
        let removed = cx.fabricator_release().since(0, 49, 0);
        for connection in cx.list::<Connection>() {
            let spec = &connection.spec;
            let used = [
                (spec.mclag.is_some(), "mclag"),
                (spec.mclag_domain.is_some(), "mclagDomain"),
                (spec.vpc_loopback.is_some(), "vpcLoopback"),
            ];
            match used.into_iter().find(|(used, _)| *used) {
                Some((_, field)) => {
                    let key = Key::Connection(connection.name().to_owned());
                    report(connection, field, &["spec", field], key, removed, out);
                }
                None => out.pass(),
            }
        }
        for peering in cx.list::<VPCPeering>().iter().filter(|peering| !peering.spec.remote.is_empty()) {
            report(peering, "remote peering", &["spec", "remote"], peering.subject().key(), removed, out);
        }
        for switch in cx.list::<Switch>().iter().filter(|switch| switch.spec.redundancy.kind == "mclag") {
            let key = switch.subject().key();
            report(switch, "MCLAG redundancy", &["spec", "redundancy", "type"], key, removed, out);
        }
        for fabricator in cx.list::<Fabricator>() {
            if fabricator.spec.config.fabric.mode == "collapsed-core" {
                let route = ["spec", "config", "fabric", "mode"];
                report(fabricator, "mode collapsed-core", &route, fabricator.subject().key(), removed, out);
            }
        }
    }
}

fn report<K: Kind>(object: &Object<K>, what: &str, route: &[&str], key: Key, removed: bool, out: &mut Outcome) {
    let (severity, detail) = if removed {
        (Severity::Error, "Release 26.03 does not know it any more: the object has no effect.")
    } else {
        (Severity::Warning, "Release 26.03 removes it: move away from it before the upgrade. It works until then.")
    };
    out.report(
        out.finding(
            severity,
            object.subject(),
            format!("{} {} uses {what}, which 26.03 removes", K::NAME, object.name()),
        )
        .detail(detail)
        .evidence(object.key_evidence(route, "removed in 26.03"))
        .key(key)
        .step("Migrate before the upgrade, and delete the object."),
    );
}

#[cfg(test)]
mod tests {
    use hh_worlds::{World, json};

    use super::RemovedFeature;
    use crate::testing::said;

    #[test]
    fn what_is_in_use() {
        let cases = [
            ("Connection/server-01--eslag--leaf-01--leaf-02", "/spec", json!({"mclag": {"links": []}}), "mclag"),
            ("Connection/server-03--unbundled--leaf-01", "/spec", json!({"vpcLoopback": {"links": []}}), "vpcLoopback"),
            ("VPCPeering/vpc-01--vpc-02", "/spec/remote", json!("border"), "remote peering"),
            ("Switch/leaf-01", "/spec/redundancy", json!({"group": "g", "type": "mclag"}), "MCLAG redundancy"),
        ];
        for (path, pointer, value, what) in cases {
            let new = said(&RemovedFeature, &World::healthy().small().set(path, pointer, value.clone()));
            assert_eq!(new.lines(), [format!("error {path}")]);
            assert!(new.findings[0].title.contains(what) && new.findings[0].evidence[0].line.is_some());
            let older = said(&RemovedFeature, &World::older().small().set(path, pointer, value));
            assert!(older.lines().contains(&format!("warning {path}")), "{:?}", older.lines());
        }
    }

    #[test]
    fn healthy_pictures() {
        assert_eq!(said(&RemovedFeature, &World::healthy().small()).lines(), Vec::<String>::new());
        assert_eq!(said(&RemovedFeature, &World::older().small()).lines(), Vec::<String>::new());
    }
}
