//! VPCs and subnets that are attached to nothing.

use std::collections::BTreeSet;

use super::view::{is_leaving, is_whole, listed};
use crate::facts::{Connection, Context, VPC, VPCAttachment};
use crate::finding::{Evidence, Key, Severity};
use crate::rule::{Domain, Meta, Order, Outcome, Rule, Source};

/// See the metadata.
#[derive(Debug)]
pub(super) struct Unused;

static META: Meta = Meta {
    id: "vpc-not-attached",
    reference: &["VPC-508"],
    title: "A VPC, or a subnet of it, is attached to nothing",
    severities: &[Severity::Info],
    needs: &[Source::Vpcs, Source::VpcAttachments],
    uses: &[Source::Connections],
    explanation: "\
Looks for a VPCAttachment of every subnet of every VPC. A VPC that a static external lies in is in use.

## Why it matters
No server is in the subnet. Often it is prepared for later, or left over.

## Not a fault
Attachments that are not completely listed.

## What to do
Nothing, or delete it.",
    explains: &[],
    order: Order::Vpc,
};

impl Rule for Unused {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn domain(&self) -> Domain {
        Domain::Fabric
    }

    fn check(&self, cx: &Context<'_>, out: &mut Outcome) {
        if !cx.complete::<VPCAttachment>() {
            out.not_checked_at_all(Source::VpcAttachments);
            return;
        }
        let attachments = cx.list::<VPCAttachment>();
        let attached: BTreeSet<&str> = attachments.iter().map(|attachment| attachment.spec.subnet.as_str()).collect();
        let external: BTreeSet<&str> = cx
            .list::<Connection>()
            .iter()
            .filter_map(|connection| connection.spec.static_external.as_ref())
            .map(|external| external.within_vpc.as_str())
            .collect();
        for vpc in cx.list::<VPC>().iter().filter(|vpc| is_whole(cx, *vpc) && !is_leaving(*vpc)) {
            let name = vpc.name();
            let of = |subnet: &String| attached.contains(format!("{name}/{subnet}").as_str());
            let idle: Vec<&str> = vpc.spec.subnets.keys().filter(|subnet| !of(subnet)).map(String::as_str).collect();
            if idle.is_empty() || external.contains(name) {
                out.pass();
                continue;
            }
            let title = if idle.len() == vpc.spec.subnets.len() {
                format!("VPC {name} is attached to nothing")
            } else {
                format!("Subnets of VPC {name} are attached to nothing: {}", listed(&idle))
            };
            out.report(
                out.finding(Severity::Info, vpc.subject(), title)
                    .detail("No server is in it.")
                    .evidence(vpc.key_evidence(&["spec", "subnets"], "its subnets"))
                    .evidence(Evidence::absence(
                        format!("{} VPCAttachments", attachments.len()),
                        format!("none attaches {}", listed(&idle)),
                    ))
                    .step("Attach it, or delete it if nobody needs it.")
                    .key(Key::Vpc(name.to_owned())),
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use hh_worlds::World;

    use super::Unused;
    use crate::testing::said;

    #[test]
    fn attached_to_nothing() {
        let lonely = World::healthy().small().delete("VPCAttachment/vpc-03--server-03");
        let lonely = said(&Unused, &lonely);
        assert_eq!(lonely.lines(), ["info VPC/vpc-03"]);
        assert_eq!(lonely.findings[0].evidence[0].field.as_deref(), Some("spec.subnets"));
        let second = World::healthy().small().set(
            "VPC/vpc-03",
            "/spec/subnets/subnet-02",
            serde_json::json!({"subnet": "10.20.33.0/24", "vlan": 1033}),
        );
        let second = said(&Unused, &second);
        assert!(second.findings[0].title.ends_with("subnet-02"), "{:?}", second.findings[0].title);
    }

    #[test]
    fn in_use() {
        for world in [World::healthy().small(), World::older().small()] {
            let said = said(&Unused, &world);
            assert!(said.lines().is_empty() && said.passed == 4, "{said:?}");
        }
        let none = World::healthy().small().without("VPCAttachment");
        assert_eq!(said(&Unused, &none).not_checked, ["VPCAttachment objects"]);
    }
}
