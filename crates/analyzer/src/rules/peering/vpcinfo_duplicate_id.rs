//! Two VPCInfos share one internal id.

use std::collections::BTreeMap;

use crate::facts::{Context, GatewayAgent, Object, VPCInfo, is_younger};
use crate::finding::{Key, KeyKind, Severity};
use crate::parse::log::literals::dataplane;
use crate::rule::{Meta, Order, Outcome, Relation, Rule, Source};

/// See the metadata.
#[derive(Debug)]
pub(super) struct VpcInfoDuplicateId;

static META: Meta = Meta {
    id: "vpcinfo-id-not-unique",
    reference: &["GW-VPCINFO-DUPID"],
    title: "Two VPCInfos have one internal id",
    severities: &[Severity::Error],
    needs: &[Source::VpcInfos],
    uses: &[Source::Fabricator, Source::Deployments, Source::GatewayAgents, Source::DataplaneLog],
    explanation: "Compares `status.internalID` of all VPCInfos.

## Why it matters
The dataplane tells VPCs apart by that id. With two of one id it refuses the whole configuration (\"A VPC with name/id \
… already exists\", or a peering \"for which a peering already exists\"). Fabric before v0.113.1 could give one id twice.

## Not a fault
One of the two waits for its deletion.

## What to do
Delete the VPC of the younger one and create it again; upgrade the fabric.",
    explains: &[
        Relation { effects: &["GW-CFG-RECOMP"], join: &[KeyKind::Vpc] },
        Relation { effects: &["GW-CFG-REJECT", "GW-GEN-LAG"], join: &[KeyKind::Gateway] },
    ],
    order: Order::Controller,
};

impl Rule for VpcInfoDuplicateId {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn check(&self, cx: &Context<'_>, out: &mut Outcome) {
        let mut owners: BTreeMap<&str, Vec<&Object<VPCInfo>>> = BTreeMap::new();
        for info in cx.list::<VPCInfo>() {
            if !info.status.internal_id.is_empty() && info.meta.deletion_timestamp.is_none() {
                owners.entry(info.status.internal_id.as_str()).or_default().push(info);
            }
        }
        for (id, mut infos) in owners {
            infos.sort_by(
                |a, b| if is_younger(*a, *b) { std::cmp::Ordering::Greater } else { std::cmp::Ordering::Less },
            );
            let Some((oldest, younger)) = infos.split_first() else { continue };
            if younger.is_empty() {
                out.pass();
            }
            for info in younger {
                report(cx, out, id, oldest, info);
            }
        }
    }
}

fn report(cx: &Context<'_>, out: &mut Outcome, id: &str, oldest: &Object<VPCInfo>, info: &Object<VPCInfo>) {
    let (name, other) = (info.name(), oldest.name());
    let defect = if cx.fabric_release().before(0, 113, 1) {
        " The fabric of this installation (before v0.113.1) is known to give one id twice."
    } else {
        ""
    };
    let finding = out
        .finding(Severity::Error, info.subject(), format!("VPCInfos {other} and {name} have one internal id, {id}"))
        .detail(format!(
            "A dataplane tells VPCs apart by this id and refuses a configuration in which two have the same.{defect} \
             Gateways go on with the configuration that they accepted before."
        ))
        .evidence(info.evidence(&["status", "internalID"], format!("id of {name}")))
        .evidence(oldest.evidence(&["status", "internalID"], format!("id of {other}")))
        .run(
            format!(
                "Delete the VPC {name} (with its attachments and peerings) and create it again; upgrade the fabric."
            ),
            format!("kubectl get vpc {name} -n {} -o yaml", info.meta.namespace),
        )
        .keys(
            [info, oldest]
                .into_iter()
                .flat_map(|info| [Key::VpcInfo(info.meta.name.clone()), Key::Vpc(info.meta.name.clone())]),
        )
        .keys(refusing(cx, id, [other, name]).into_iter().map(Key::Gateway));
    out.report(finding);
}

/// Gateways that refuse a configuration now and say the id, or the names of both VPCs, as the reason.
fn refusing(cx: &Context<'_>, id: &str, names: [&str; 2]) -> Vec<String> {
    let mut gateways = Vec::new();
    for gateway in cx.gateways() {
        let has_both = cx
            .find::<GatewayAgent>(gateway.name())
            .is_some_and(|agent| names.iter().all(|name| agent.spec.vpcs.contains_key(*name)));
        let Some(log) = gateway.dataplane_log() else { continue };
        let says = [&dataplane::APPLY_FAILED, &dataplane::CONVERT_FAILED]
            .into_iter()
            .flat_map(|literal| log.current(literal))
            .any(|hit| {
                let message = log.message(hit);
                let quoted = |word: &str| message.contains(&format!("'{word}'"));
                quoted(id) || names.iter().any(|name| message.contains(&format!("Cannot add vpc {name}:")))
                    // The text of two peerings between one pair names a peering only.
                    || (has_both && message.contains("for which a peering already exists"))
            });
        if says {
            gateways.push(gateway.name().to_owned());
        }
    }
    gateways
}

#[cfg(test)]
mod tests {
    use hh_worlds::World;

    use super::VpcInfoDuplicateId;
    use crate::testing::said;

    fn twice() -> World {
        World::healthy().small().set("VPCInfo/vpc-02", "/status/internalID", "00001").set(
            "VPCInfo/vpc-02",
            "/metadata/creationTimestamp",
            "2026-09-28T06:50:00Z",
        )
    }

    #[test]
    fn the_younger_of_two_is_the_subject() {
        let said = said(&VpcInfoDuplicateId, &twice());
        assert_eq!(said.lines(), ["error VPCInfo/vpc-02"]);
        let values: Vec<_> = said.findings[0].evidence.iter().map(|e| e.value.as_deref().unwrap_or("")).collect();
        assert_eq!(values, ["00001", "00001"]);
        assert!(said.findings[0].title.contains("vpc-01 and vpc-02"), "{}", said.findings[0].title);
    }

    #[test]
    fn one_that_is_being_deleted_does_not_count() {
        let world = twice().set("VPCInfo/vpc-01", "/metadata/deletionTimestamp", "2026-09-29T08:00:00Z");
        assert!(said(&VpcInfoDuplicateId, &world).lines().is_empty());
    }

    #[test]
    fn different_ids_and_missing_ones_are_healthy() {
        let world = World::healthy().small();
        assert!(said(&VpcInfoDuplicateId, &world).lines().is_empty());
        let missing = world.unset("VPCInfo/vpc-01", "/status/internalID").unset("VPCInfo/vpc-02", "/status/internalID");
        assert!(said(&VpcInfoDuplicateId, &missing).lines().is_empty());
        assert!(said(&VpcInfoDuplicateId, &World::older().small()).lines().is_empty());
    }

    #[test]
    fn without_vpcinfos_it_is_not_checked() {
        let said = said(&VpcInfoDuplicateId, &World::healthy().small().without("VPCInfo"));
        assert_eq!(said.not_checked, ["VPCInfo objects"]);
    }
}
